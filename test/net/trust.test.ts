import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Trust } from "../../src/net/tls.ts";
import { createAuthority } from "../support/certificates.ts";

let folder: string;
let file: string;
let createTrust: (extra: readonly string[]) => Trust;
const one = (await createAuthority("One")).certPem;
const two = (await createAuthority("Two")).certPem;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "trust-"));
  file = join(folder, "system.pem");
  await writeFile(file, one);
  // Read once, by the module itself.
  process.env["SSL_CERT_FILE"] = file;
  ({ createTrust } = await import("../../src/net/tls.ts"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("createTrust() makes another context only where others are believed", async () => {
  const context = createTrust([]).context();
  expect(createTrust([]).context()).toBe(context);
  const more = createTrust([two]).context();
  expect(more).not.toBe(context);
  expect(createTrust([two]).context()).toBe(more);
  // The system's list was renewed.
  await writeFile(file, two);
  expect(createTrust([two]).context()).not.toBe(more);
});
