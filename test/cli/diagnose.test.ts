import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { causes, confidences } from "../../src/model/cause.ts";
import { emptyBatch } from "../../src/model/state.ts";
import { openDatabase } from "../../src/store/database.ts";
import { installationKey } from "../../src/store/installation-key.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { createAuthority, type Authority, type Issued } from "../support/certificates.ts";
import { startFakeDns, type FakeDns } from "../support/fake-dns.ts";
import { startLineServer, type LineClient, type LineServer } from "../support/line-server.ts";
import { scriptImap, scriptSmtp, type ImapScript, type SmtpScript } from "../support/mail-script.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const address = "127.61.7.2";
const otherAddress = "127.61.7.3";
const secret = "s3cret-of-Sales";

const said = z.strictObject({
  address: z.string(),
  status: z.enum(["ok", "warning", "critical", "unknown"]),
  summary: z.string().min(1),
  complete: z.boolean(),
  diagnoses: z.array(
    z.strictObject({
      cause: z.enum(causes),
      confidence: z.enum(confidences),
      actor: z.string(),
      about: z.record(z.string(), z.union([z.string(), z.number()])),
      alternatives: z.array(z.enum(causes)),
      probes: z.array(z.string()).min(1),
      title: z.string().min(1),
      evidence: z.array(z.string().min(1)).min(1),
      ruledOut: z.array(z.strictObject({ cause: z.enum(causes), text: z.string().min(1) })),
      steps: z.array(z.string().min(1)),
    }),
  ),
  looked: z.array(
    z.looseObject({
      layer: z.string(),
      comparison: z.boolean(),
      probe: z.string(),
      status: z.string(),
      findings: z.array(z.looseObject({ code: z.string() })),
    }),
  ),
});

let folder: string;
let authority: Authority;
let good: Issued;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mailvigil-diagnose-"));
  authority = await createAuthority();
  good = await authority.issue({ names: ["mail.example.test"], addresses: [address, otherAddress] });
  await writeFile(join(folder, "ca.pem"), authority.certPem);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Company extends AsyncDisposable {
  readonly file: string;
  readonly data: string;
  readonly imap: LineServer;
  readonly smtp: LineServer;
  /** How often somebody sent a password, over both protocols. */
  readonly logins: () => number;
}

/** Lets everybody in but sales. */
const refusesSales = async (client: LineClient): Promise<void> => {
  client.send("* OK [CAPABILITY IMAP4rev1] ready");
  for (;;) {
    const line = await client.line();
    const [tag = "", verb = ""] = line.split(" ");
    const refused = verb === "LOGIN" && line.includes("sales@");
    client.send(`${tag} ${refused ? "NO [AUTHENTICATIONFAILED] Authentication failed." : "OK done"}`);
    if (verb === "LOGOUT") return client.end();
  }
};

let companies = 0;

/** Three mailboxes: sales and info on one host, one elsewhere. */
async function company({
  imap = {},
  smtp = {},
  certificate = good,
  down = false,
  more = "",
  language = "en",
}: {
  readonly imap?: ImapScript | ((client: LineClient) => Promise<void>);
  readonly smtp?: SmtpScript;
  readonly certificate?: Issued;
  readonly down?: boolean;
  readonly more?: string;
  readonly language?: string;
} = {}): Promise<Company> {
  const tls = { implicit: true, certificate };
  const imapServer = await startLineServer(typeof imap === "function" ? imap : scriptImap(imap), { host: address, ...tls });
  const smtpServer = await startLineServer(scriptSmtp(smtp), { host: address, ...tls });
  const elsewhere = await startLineServer(scriptImap(), { host: otherAddress, implicit: true, certificate: good });
  const name = `company-${(companies += 1)}`;
  const file = join(folder, `${name}.yaml`);
  const servers = `imap: { host: ${address}, port: ${imapServer.port}, security: tls }
    smtp: { host: ${address}, port: ${smtpServer.port}, security: tls }
    ${more}`;
  await writeFile(
    file,
    `settings: { self_tests: off, language: ${language}, tls: { ca: [ca.pem] }, data: ${name}, network: { public: [127.0.0.0/8] } }
mailboxes:
  - address: sales@example.test
    password: { env: SALES_PASSWORD }
    ${servers}
  - address: info@example.test
    password: { env: INFO_PASSWORD }
    ${servers}
  - address: canary@partner.test
    password: { env: INFO_PASSWORD }
    imap: { host: ${otherAddress}, port: ${elsewhere.port}, security: tls }
    off: [smtp-submission, mail-roundtrip]
`,
  );
  if (down) await Promise.all([imapServer.close(), smtpServer.close()]);
  return {
    file,
    data: join(folder, name),
    imap: imapServer,
    smtp: smtpServer,
    logins: () => `${imapServer.received()}\n${smtpServer.received()}`.match(/ LOGIN |^AUTH |AUTHENTICATE /gm)?.length ?? 0,
    [Symbol.asyncDispose]: async () => {
      if (!down) await Promise.all([imapServer.close(), smtpServer.close()]);
      await elsewhere.close();
    },
  };
}

const env = { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", SALES_PASSWORD: secret, INFO_PASSWORD: "info-password" };

/** The command as a person runs it. */
function start(
  args: readonly string[],
  { input = "", vars = {} }: { input?: string; vars?: Readonly<Record<string, string>> } = {},
) {
  const child = spawn(process.execPath, [main, "diagnose", ...args], {
    env: { ...env, HOME: folder, ...vars },
    cwd: folder,
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  let out = "";
  let err = "";
  child.stdout.on("data", (part: Buffer) => (out += part.toString()));
  child.stderr.on("data", (part: Buffer) => (err += part.toString()));
  const ended = once(child, "close").then(([code]: unknown[]) => ({ code, out, err }));
  return { child, ended, err: () => err };
}

const diagnose = (args: readonly string[], given: Parameters<typeof start>[1] = {}) => start(args, given).ended;

async function asked(file: string, args: readonly string[] = [], given: Parameters<typeof start>[1] = {}) {
  const { code, out, err } = await diagnose(["sales@example.test", "--config", file, "--json", "--wait", "1s", ...args], given);
  expect(out + err).not.toContain(secret);
  expect(out + err).not.toContain(Buffer.from(secret).toString("base64").slice(0, 12));
  return { code, err, ...said.parse(JSON.parse(out)) };
}

const statusOf = ({ looked }: { readonly looked: z.output<typeof said>["looked"] }, probe: string): string | undefined =>
  looked.find((one) => one.probe === probe)?.status;
const codesOf = ({ looked }: { readonly looked: z.output<typeof said>["looked"] }, probe: string): readonly string[] =>
  looked.find((one) => one.probe === probe)?.findings.map(({ code }) => code) ?? [];

const rejectsToSend: SmtpScript = { on: { AUTH: [["535 5.7.8 Authentication credentials invalid"]] } };

describe("diagnose of a configured mailbox", () => {
  test("that works: nothing is wrong, exit code 0, every layer in order, two others to compare with", async () => {
    await using mail = await company();
    const { code, out, err } = await diagnose(["sales@example.test", "--config", mail.file]);
    expect({ code, first: out.split("\n")[0] }).toEqual({
      code: 0,
      first: "sales@example.test: nothing is wrong. Everything that was looked at works.",
    });
    expect(err).toMatch(/Certificates …\n[\s\S]*Login …\n[\s\S]*Storage …/);
    const told = await asked(mail.file);
    expect(told).toMatchObject({ code: 0, status: "ok", complete: true, diagnoses: [] });
    const compared = told.looked.filter(({ comparison }) => comparison).map(({ probe }) => probe);
    expect(compared).toEqual(["info@example.test/imap-login", "canary@partner.test/imap-login"]);
    expect(told.looked.map(({ layer }) => layer)).toEqual(expect.arrayContaining(["encryption", "login", "storage"]));
  });

  test("whose password is refused: named by two protocols, tried by each once, and not again by the next command", async () => {
    await using mail = await company({ imap: refusesSales, smtp: rejectsToSend });
    const first = await asked(mail.file);
    expect(first).toMatchObject({ code: 2, status: "critical" });
    expect(first.diagnoses[0]).toMatchObject({ cause: "password-rejected" });
    expect(codesOf(first, "sales@example.test/imap-login")).toEqual(["login-rejected"]);
    expect(codesOf(first, "sales@example.test/imap-quota")).toEqual(["login-held"]);
    const ofSales = () =>
      mail.imap
        .received()
        .split("\n")
        .filter((line) => line.includes("sales@example.test")).length;
    expect(ofSales()).toBe(1);
    expect(mail.smtp.received().match(/^AUTH /gm)).toHaveLength(1);

    const second = await asked(mail.file);
    expect({ code: second.code, tries: [ofSales(), mail.smtp.received().match(/^AUTH /gm)?.length] }).toEqual({
      code: 3,
      tries: [1, 1],
    });
    expect(second.summary).toContain("--force");

    await asked(mail.file, ["--force"]);
    expect([ofSales(), mail.smtp.received().match(/^AUTH /gm)?.length]).toEqual([2, 2]);
    await asked(mail.file, ["--password-stdin"], { input: "another-password\n" });
    expect([ofSales(), mail.smtp.received().match(/^AUTH /gm)?.length]).toEqual([3, 3]);
    expect(mail.imap.received()).toContain("another-password");
    expect(await readdir(mail.data)).toEqual(["key", "refused-logins.json"]);
  });

  test("whose login the daemon holds back is not tried, unless --force", async () => {
    await using mail = await company();
    const fingerprint = createHmac("sha256", installationKey(mail.data)).update(`credential sales@example.test ${secret}`);
    const db = openDatabase(mail.data);
    const recorder = createRecorder(db);
    await recorder.commit({
      ...emptyBatch,
      breakers: [
        {
          account: "sales@example.test",
          fingerprint: fingerprint.digest("hex"),
          kind: "definite",
          refusals: 2,
          openedAt: Date.now() - 1_000,
          retryAt: undefined,
          probe: "sales@example.test/imap-login",
        },
      ],
    });
    recorder.close();
    db.close();
    const held = await asked(mail.file);
    expect(held).toMatchObject({ code: 3, status: "unknown" });
    expect(codesOf(held, "sales@example.test/smtp-submission")).toEqual(["login-held"]);
    expect(statusOf(held, "info@example.test/imap-login")).toBe("ok");
    expect(mail.imap.received()).not.toContain("sales@example.test");
    expect(await asked(mail.file, ["--force"])).toMatchObject({ code: 0, status: "ok" });
  });

  test("whose host is down: the host, and not the password", async () => {
    await using mail = await company({ down: true });
    const told = await asked(mail.file);
    expect(told).toMatchObject({ code: 2, status: "critical" });
    expect(told.diagnoses[0]).toMatchObject({ cause: "server-down" });
    expect(told.summary).toContain(address);
  });

  test("whose certificate has ended: the certificate, and no password is sent", async () => {
    await using mail = await company({
      certificate: await authority.issueExpired({ names: ["mail.example.test"], addresses: [address] }),
    });
    const told = await asked(mail.file);
    expect(told).toMatchObject({ code: 2, status: "critical" });
    expect(told.diagnoses[0]).toMatchObject({ cause: "certificate" });
    expect(mail.logins()).toBe(0);
  });

  test("Exmail's one answer for five causes stays open, and is not called sure", async () => {
    const text = "Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy";
    await using mail = await company({
      imap: { on: { LOGIN: [[`{tag} NO Login fail. ${text}`]] } },
      smtp: { on: { AUTH: [[`535 Login Fail. ${text}`]] } },
      more: "provider: exmail",
    });
    const told = await asked(mail.file);
    const [first] = told.diagnoses;
    expect(first?.confidence).not.toBe("high");
    expect([first?.cause, ...(first?.alternatives ?? [])].length).toBeGreaterThan(2);
    expect(told.code).toBeGreaterThan(0);
  });

  test("in Chinese where the configuration speaks it, in English where that is asked for", async () => {
    await using mail = await company({ imap: refusesSales, smtp: rejectsToSend, language: "zh-CN" });
    const chinese = await diagnose(["sales@example.test", "--config", mail.file]);
    expect(chinese.out).toMatch(/检查了什么\n {2}证书：正常/);
    expect(chinese.out).not.toMatch(/[a-z] [a-z]+ [a-z]+ [a-z]+/);
    const english = await diagnose(["sales@example.test", "--config", mail.file, "--language", "en"]);
    expect(english.out).toContain("What was looked at\n");
    expect(english.out).not.toMatch(/[\u4e00-\u9fff]/);
  });
});

describe("diagnose of a mailbox that no configuration has", () => {
  let dns: FakeDns;
  beforeAll(async () => {
    dns = await startFakeDns({
      "own.test": { MX: ["5 mxbiz1.qq.com"] },
      "example.test": { MX: ["10 mail.example.test"] },
      "mail.example.test": { A: [address] },
    });
  });
  afterAll(() => dns.close());
  const server = ({ imap, smtp }: Company): readonly string[] => [
    "--imap",
    `${imap.host}:${imap.port}`,
    "--smtp",
    `${smtp.host}:${smtp.port}`,
    "--dns",
    `127.0.0.1:${dns.port}`,
  ];

  test("takes the password from standard input and the servers from the command line", async () => {
    await using mail = await company();
    const { code, out, err } = await diagnose(
      ["new@example.test", "--config", mail.file, ...server(mail), "--password-stdin", "--json"],
      { input: `${secret}\n` },
    );
    expect(code).not.toBe(64);
    const told = said.parse(JSON.parse(out));
    expect([statusOf(told, "new@example.test/imap-login"), statusOf(told, "new@example.test/smtp-submission")]).toEqual([
      "ok",
      "ok",
    ]);
    expect(mail.imap.received()).toContain(secret);
    expect(out + err).not.toContain(secret);
  });

  test("servers on the command line go before those of the configuration, also for a mailbox that it has", async () => {
    await using configured = await company({ down: true });
    await using mail = await company();
    const { out } = await diagnose(
      ["sales@example.test", "--config", configured.file, ...server(mail), "--password-stdin", "--json"],
      { input: secret },
    );
    const told = said.parse(JSON.parse(out));
    expect(statusOf(told, "sales@example.test/imap-login")).toBe("ok");
    const ids = told.looked.map(({ probe }) => probe);
    expect(ids).toEqual([...new Set(ids)]);
  });

  test("without a password looks at all that comes before the login", async () => {
    await using mail = await company();
    const { out, err } = await diagnose(["new@example.test", "--config", mail.file, ...server(mail), "--json"]);
    const told = said.parse(JSON.parse(out));
    expect(mail.logins()).toBe(0);
    expect(told.looked.filter(({ layer }) => layer === "login")).toEqual([]);
    expect(statusOf(told, `${address}:${mail.imap.port}/tls-certificate`)).toBe("ok");
    expect(err).toContain("--password-stdin");
  });

  test("its provider is recognised by the DNS that --dns names, before the password is asked for", async () => {
    const { err } = await diagnose(["a@own.test", "--dns", `127.0.0.1:${dns.port}`, "--password-stdin"], { input: "" });
    expect(err).toMatch(/own\.test: exmail by MX mxbiz1\.qq\.com, IMAP imap\.exmail\.qq\.com:993/);
    expect(err).toContain("standard input holds no password");
  });
});
