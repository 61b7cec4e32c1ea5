import { afterAll, beforeAll, describe, expect, test } from "vitest";
import imapLogin from "../../checks/imap-login.ts";
import smtpSubmission from "../../checks/smtp-submission.ts";
import { runProbe } from "../../src/engine/run-probe.ts";
import type { AnyCheck, CheckContext } from "../../src/model/check.ts";
import type { Observation } from "../../src/model/observation.ts";
import type { Proxy } from "../../src/model/proxy.ts";
import { createDial } from "../../src/net/dial.ts";
import { type Account, SessionError, type Visit } from "../../src/net/library-client.ts";
import { visitMailbox } from "../../src/net/mailbox.ts";
import { submit } from "../../src/net/submit.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type Dovecot, startDovecot } from "../support/dovecot.ts";
import { secretOf } from "../support/mail-world.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";
import { proxySecret, type ProxyServer, startProxy } from "../support/proxy-server.ts";
import { createZone } from "../support/zone.ts";

const server = "127.0.31.1";
/** Who comes from here came through the proxy. */
const gate = "127.0.31.9";
const host = "mail.far.test";
const user = "sales@far.test";
const password = 'pa:ss "wörd\\ §';
const login = { user: "mailvigil", password: "gäte" };

let authority: Authority;
let dovecot: Dovecot;
let postfix: Postfix;
const proxies = new Map<Proxy["kind"], ProxyServer>();

beforeAll(async () => {
  authority = await createAuthority();
  const tls = await authority.issue({ names: [host] });
  dovecot = await startDovecot({ address: server, users: { [user]: password }, tls });
  const mailboxes = { [user]: `${user}/` };
  postfix = await startPostfix({ address: server, hostname: host, domains: ["far.test"], dovecot, mailboxes, tls });
  const targets = Object.fromEntries([143, 993, 465, 587].map((port) => [`${host}:${port}`, { host: server, port }]));
  for (const kind of ["socks5", "http"] as const) proxies.set(kind, await startProxy({ kind, login, targets, from: gate }));
});

afterAll(async () => {
  await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
  await postfix?.stop();
  await dovecot?.stop();
});

const proxyOf = (kind: Proxy["kind"], given = login.password): Proxy => ({
  kind,
  host: "127.0.0.1",
  port: proxies.get(kind)?.port ?? 0,
  user: login.user,
  password: proxySecret(given),
});

/** Nobody here knows where the server is. */
const { ask } = createZone({});
const world = (): Partial<CheckContext> => ({
  ask,
  dial: createDial({ ask, extraAuthorities: [authority.certPem] }),
  authorities: [authority.certPem],
});

async function run(check: AnyCheck, options: object): Promise<Observation> {
  const parsed: unknown = check.options.parse({ host, user, password: secretOf(password), ...options });
  const outcome = await runProbe(probeOf(check, parsed), check, testWorld(world()));
  if (!outcome) throw new Error("the run was cut short");
  return outcome.observation;
}

const ways = [
  ["socks5", "tls"],
  ["socks5", "starttls"],
  ["http", "tls"],
  ["http", "starttls"],
] as const;

describe("through a proxy to real servers", () => {
  test.each(ways)("imap-login and smtp-submission log in (%s, %s)", async (kind, security) => {
    const asked = proxies.get(kind)?.asked.length ?? 0;
    for (const [check, port] of [
      [imapLogin, security === "tls" ? 993 : 143],
      [smtpSubmission, security === "tls" ? 465 : 587],
    ] as const) {
      const { status, findings, evidence, metrics } = await run(check, { port, proxy: proxyOf(kind) });
      expect([status, findings], evidence.join("\n")).toEqual(["ok", []]);
      expect(metrics["connect"]).toBeGreaterThanOrEqual(0);
      expect(evidence.join("\n")).toContain("through the proxy");
    }
    expect(proxies.get(kind)?.asked.length).toBe(asked + 2);
  });

  test.each(ways)("nodemailer hands a letter over and imapflow finds it (%s, %s)", async (kind, security) => {
    const notes: string[] = [];
    const visit = (port: number): Visit => {
      const limits = { connect: 10, tls: 10, greeting: 10, command: 10, slow: 5, late: 9 };
      const account: Account = { host, port, security, user, password: secretOf(password), proxy: proxyOf(kind), limits };
      const ctx: CheckContext = { ...testWorld(world()), everyMs: 60_000, note: (line) => void notes.push(line) };
      return { ctx, account, signal: AbortSignal.timeout(60_000) };
    };
    const messageId = `<${kind}-${security}@far.test>`;
    const letter = { from: user, to: user, messageId, subject: "proxy", text: "hello", headers: {} };
    expect(await submit(visit(security === "tls" ? 465 : 587), letter)).toMatchObject({ kind: "taken" });
    const seen = (): Promise<readonly (string | undefined)[]> =>
      visitMailbox(visit(security === "tls" ? 993 : 143), async (mailbox) => {
        await mailbox.examine("INBOX");
        return (await mailbox.envelopesFrom(1, ["message-id"])).map(({ headers }) => headers.get("message-id"));
      });
    await expect.poll(seen, { timeout: 20_000, interval: 500 }).toContain(messageId);
    expect(notes.filter((line) => line.includes("through the proxy")).length).toBeGreaterThanOrEqual(2);
    expect(notes.join("\n")).not.toContain(login.password);
  });

  test("a wrong password of the proxy is not the mail server's, nor the mailbox's", async () => {
    const { status, findings } = await run(imapLogin, { proxy: proxyOf("socks5", "other") });
    expect([status, findings.map(({ code, data }) => [code, data["phase"]])]).toEqual([
      "unknown",
      [["proxy-failed", "proxy-handshake"]],
    ]);
    const limits = { connect: 5, tls: 5, greeting: 5, command: 5, slow: 5, late: 9 };
    const account: Account = {
      host,
      port: 993,
      security: "tls",
      user,
      password: secretOf(password),
      limits,
      proxy: proxyOf("http", "other"),
    };
    const ctx: CheckContext = { ...testWorld(world()), everyMs: 60_000, note: () => undefined };
    const visit = { ctx, account, signal: AbortSignal.timeout(20_000) };
    const failed = await visitMailbox(visit, () => Promise.resolve()).catch((error: unknown) => error);
    expect(failed instanceof SessionError ? failed.findings : failed).toMatchObject([
      { code: "proxy-failed", data: { phase: "proxy-handshake", proxy: `127.0.0.1:${account.proxy?.port}` } },
    ]);
  });

  test("nobody came to the servers but the proxy", async () => {
    const logins = [...(await dovecot.log()).matchAll(/Login: user=<[^>]+>.* rip=([\d.]+)/g)].map((found) => found[1]);
    expect(logins.length).toBeGreaterThanOrEqual(8);
    expect([...new Set(logins)]).toEqual([gate]);
    // Who looked whether it serves has not logged in.
    const clients = [...(await postfix.log()).matchAll(/disconnect from \S*\[([\d.]+)\] .*\bauth=1/g)].map((found) => found[1]);
    expect(clients.length).toBeGreaterThanOrEqual(8);
    expect([...new Set(clients)]).toEqual([gate]);
  });
});
