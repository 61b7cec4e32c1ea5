import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { createAuthority } from "../support/certificates.ts";
import { type Dovecot, startDovecot } from "../support/dovecot.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const address = "127.61.8.1";
const passwords = { "sales@own.test": "s3cret-of-Sales", "info@own.test": "info-password" };

const said = z.object({
  status: z.string(),
  summary: z.string(),
  diagnoses: z.array(z.object({ cause: z.string(), confidence: z.string(), evidence: z.array(z.string()) })),
  looked: z.array(z.object({ probe: z.string(), status: z.string(), findings: z.array(z.object({ code: z.string() })) })),
});

let folder: string;
let dovecot: Dovecot;
let postfix: Postfix;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mailvigil-diagnose-"));
  const authority = await createAuthority();
  const tls = await authority.issue({ names: ["mail.own.test"], addresses: [address] });
  await writeFile(join(folder, "ca.pem"), authority.certPem);
  dovecot = await startDovecot({ address, users: passwords, tls });
  postfix = await startPostfix({
    address,
    hostname: "mail.own.test",
    domains: ["own.test"],
    dovecot,
    mailboxes: { "sales@own.test": "sales@own.test/", "info@own.test": "info@own.test/" },
    tls,
    extraConfig: "smtpd_tls_protocols = >=TLSv1.2\nsmtpd_tls_mandatory_protocols = >=TLSv1.2",
  });
});
afterAll(async () => {
  await postfix?.stop();
  await dovecot?.stop();
  await rm(folder, { recursive: true, force: true });
});

let round = 0;
beforeEach(async () => {
  await dovecot.setUsers(passwords);
  // Each test has a data folder of its own: what was refused in one is not held back in the next.
  file = join(folder, `round-${(round += 1)}.yaml`);
  const mailbox = (name: string, variable: string): string => `  - address: ${name}@own.test
    password: { env: ${variable} }
    imap: { host: ${address}, port: ${dovecot.ports.imaps}, security: tls }
    smtp: { host: ${address}, port: ${postfix.ports.submissions}, security: tls }
`;
  await writeFile(
    file,
    `settings: { self_tests: off, language: en, tls: { ca: [ca.pem] }, data: data-${round}, network: { public: [127.0.0.0/8] } }
mailboxes:
${mailbox("sales", "SALES_PASSWORD")}${mailbox("info", "INFO_PASSWORD")}routes:
  - { from: info@own.test, to: sales@own.test }
`,
  );
});

async function run(program: string, args: readonly string[], vars: Readonly<Record<string, string>> = {}) {
  const child = spawn(program, args, {
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      LANG: "C.UTF-8",
      SALES_PASSWORD: passwords["sales@own.test"],
      INFO_PASSWORD: passwords["info@own.test"],
      ...vars,
    },
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (part: Buffer) => (out += part.toString()));
  child.stderr.on("data", (part: Buffer) => (err += part.toString()));
  const [code]: unknown[] = await once(child, "close");
  for (const password of Object.values(passwords)) expect(out + err).not.toContain(password);
  return { code, out, err };
}

async function diagnose(vars: Readonly<Record<string, string>> = {}) {
  const { code, out } = await run(
    process.execPath,
    [main, "diagnose", "sales@own.test", "--config", file, "--json", "--wait", "30s"],
    vars,
  );
  return { code, ...said.parse(JSON.parse(out)) };
}
const statusOf = (told: Awaited<ReturnType<typeof diagnose>>, probe: string) =>
  told.looked.find((one) => one.probe === probe)?.status;

test("a mailbox on Dovecot and Postfix that works, with a mail that arrives", async () => {
  const told = await diagnose();
  expect(told.diagnoses).toEqual([]);
  expect(told.looked.filter(({ status }) => status !== "ok")).toEqual([]);
  expect(statusOf(told, "info@own.test~sales@own.test/mail-roundtrip")).toBe("ok");
  expect(told.code).toBe(0);
});

test("a wrong password: named as that, while the other mailbox gets in", async () => {
  const told = await diagnose({ SALES_PASSWORD: "not-the-password" });
  expect(told).toMatchObject({ code: 2, status: "critical" });
  expect(told.diagnoses[0]?.cause).toBe("password-rejected");
  expect(statusOf(told, "info@own.test/imap-login")).toBe("ok");
});

test("an account that the administrator has switched off is not called a wrong password", async () => {
  await dovecot.setUsers(passwords, { "sales@own.test": "Suspended" });
  const told = await diagnose();
  expect(told.code).toBe(2);
  expect(told.diagnoses[0]?.cause).toBe("account-locked");
  expect(statusOf(told, "info@own.test/imap-login")).toBe("ok");
});

test("a server that takes no mail: the server in one cause, and not the password or the mail that it keeps back", async () => {
  await postfix.halt();
  try {
    const told = await diagnose();
    expect(told.code).toBe(2);
    expect(told.diagnoses.map(({ cause }) => cause)).toEqual(["server-down"]);
    expect(statusOf(told, "sales@own.test/smtp-submission")).toBe("critical");
    expect(statusOf(told, "sales@own.test/imap-login")).toBe("ok");
  } finally {
    await postfix.resume();
  }
});

test("without any configuration, on a machine without a network: our own network, and nobody's mailbox", async () => {
  const script = `ip link set lo up; exec "$0" "$1" diagnose a@own.test --dns 127.0.0.1:9 --json </dev/null`;
  const { code, out } = await run("unshare", ["--net", "sh", "-c", script, process.execPath, main], { MAILVIGIL_CONFIG: "" });
  const told = said.parse(JSON.parse(out));
  expect(["own-network", "own-resolver"]).toContain(told.diagnoses[0]?.cause);
  expect(told.diagnoses.map(({ cause }) => cause)).not.toContain("server-down");
  expect(told.summary).toMatch(/nothing is known about the mail service/);
  expect(code).toBe(2);
});
