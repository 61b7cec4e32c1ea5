import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createMasker } from "../../src/config/mask.ts";
import { createSecret, type SecretSpec } from "../../src/config/secrets.ts";
import { SecretError } from "../../src/model/secret.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mailvigil-secret-"));
});
afterAll(() => rm(folder, { recursive: true }));

const make = (spec: SecretSpec, commandMs = 10_000, masker = createMasker()) =>
  createSecret(spec, { env: { NAME: "from-env", PATH: process.env["PATH"] }, folder, masker, commandMs }, "sales");
const shell = (script: string): SecretSpec => ({ kind: "command", argv: ["sh", "-c", script] });

describe("createSecret()", () => {
  test("reads a variable, a file from the folder and what a command prints, without the line's end", async () => {
    await writeFile(join(folder, "one"), "from-file \r\n", { mode: 0o600 });
    expect(await make({ kind: "env", name: "NAME" }).reveal()).toBe("from-env");
    expect(await make({ kind: "file", path: "one" }).reveal()).toBe("from-file ");
    expect(await make(shell("echo from-command; pwd >&2")).reveal()).toBe("from-command");
  });

  test("reads anew each time, also through a link, so that a changed file counts at once", async () => {
    await writeFile(join(folder, "two"), "before", { mode: 0o600 });
    await symlink(join(folder, "two"), join(folder, "link"));
    const secret = make({ kind: "file", path: "link" });
    expect(await secret.reveal()).toBe("before");
    await writeFile(join(folder, "two"), "after", { mode: 0o600 });
    expect(await secret.reveal()).toBe("after");
  });

  test("is [secret] as JSON, as text and under inspect, in whatever holds it", async () => {
    const secret = make({ kind: "env", name: "NAME" });
    await secret.reveal();
    expect(JSON.stringify({ secret })).toBe('{"secret":"[secret]"}');
    expect(`${inspect(secret)} ${inspect({ deep: { secret } })}`).toBe("[secret] { deep: { secret: [secret] } }");
    expect(secret.source).toBe("env NAME");
    expect(make(shell("echo x")).source).toBe("command sh");
  });

  test("tells the masker every value it reads", async () => {
    const masker = createMasker();
    await make({ kind: "env", name: "NAME" }, 1_000, masker).reveal();
    expect(masker.mask("pass from-env!")).toBe("pass [secret]!");
  });

  test("throws a SecretError that names the source, and says nothing of what the command said", async () => {
    const error: unknown = await make(shell("echo top-secret; echo top-secret >&2; exit 7"))
      .reveal()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SecretError);
    expect(String(error)).toBe(
      "SecretError: command sh: the command sh failed (7); run it by hand as the user that runs Mailvigil",
    );
  });

  test("ends a slow command with everything it started", async () => {
    const began = performance.now();
    await expect(make(shell(`sleep 30 & echo $! > ${folder}/pid; wait`), 500).reveal()).rejects.toThrow("took longer than 0.5 s");
    expect(performance.now() - began).toBeLessThan(5_000);
    const pid = Number(await readFile(join(folder, "pid"), "utf8"));
    await expect.poll(() => isAlive(pid), { timeout: 3_000 }).toBe(false);
  });
});

/** A child that ended and was not waited for yet is no longer alive either. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !/\) [ZX] /.test(stat);
}

describe("mask", () => {
  const secret = 'pä"ss+w/ö\\rd 1';
  const masker = createMasker();
  masker.learn(secret, "sales@example.com");
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const forms: Readonly<Record<string, string>> = {
    plain: secret,
    "quoted in IMAP": secret.replaceAll("\\", "\\\\").replaceAll('"', '\\"'),
    JSON: JSON.stringify({ secret }),
    "in an address": `https://x.example/?p=${encodeURIComponent(secret)}`,
    "in a form": new URLSearchParams({ p: secret }).toString(),
    "AUTH LOGIN": base64(secret),
    "AUTH PLAIN": `AUTH PLAIN ${base64(`\0sales@example.com\0${secret}`)}`,
    "AUTH PLAIN of another login": base64(`\0somebody\0${secret}`),
    "AUTH PLAIN with an authorisation identity": base64(`abc\0somebody-else\0${secret}`),
    XOAUTH2: base64(`user=x\u0001auth=Bearer ${secret}\u0001\u0001`),
    base64url: Buffer.from(secret).toString("base64url"),
    hex: Buffer.from(secret).toString("hex"),
  };
  for (const [name, text] of Object.entries(forms)) {
    test(`hides the secret: ${name}`, () => {
      const masked = masker.mask(`before ${text} after`);
      expect(masked).toContain("[secret]");
      for (const form of [secret, encodeURIComponent(secret), base64(secret).slice(4, 16)]) expect(masked).not.toContain(form);
      // Nothing that is left gives a part of it away when it is decoded.
      for (const word of masked.split(/[^A-Za-z0-9+/]+/)) {
        expect(Buffer.from(word, "base64").toString()).not.toContain("ss+w");
      }
    });
  }

  test("leaves other text as it is", () => {
    const text = "* OK Dovecot ready. 中文 \u{1f600}";
    expect(masker.mask(text)).toBe(text);
  });

  test("a short secret is hidden too", () => {
    const short = createMasker();
    short.learn("42");
    expect(short.mask("code 42")).toBe("code [secret]");
  });

  test("7,000 forms cost less than a millisecond a line", () => {
    const many = createMasker();
    for (let i = 0; i < 600; i++) many.learn(`password-of-mailbox-${i}-${i * 7919}`, `user${i}@example.com`);
    const line = "S: a1 OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT THREAD=REFERENCES] Logged in";
    many.mask(line);
    const began = performance.now();
    for (let i = 0; i < 100; i++) many.mask(line);
    expect((performance.now() - began) / 100).toBeLessThan(20);
  });
});
