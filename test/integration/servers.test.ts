import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ImapFlow } from "imapflow";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAuthority } from "../support/certificates.ts";
import type { Authority } from "../support/certificates.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { Dovecot } from "../support/dovecot.ts";
import { greylist, startPolicyServer } from "../support/policy-server.ts";
import type { PolicyServer } from "../support/policy-server.ts";
import { startPostfix } from "../support/postfix.ts";
import type { Postfix } from "../support/postfix.ts";

const address = "127.0.10.1";
const users = { "sales@own.test": "pass:word §", "info@own.test": "other" };

let authority: Authority;
let dovecot: Dovecot;
let policy: PolicyServer;
let postfix: Postfix;

beforeAll(async () => {
  authority = await createAuthority();
  const tls = await authority.issue({ names: ["mail.own.test"] });
  dovecot = await startDovecot({ address, users, disabled: { "info@own.test": "Suspended" }, tls });
  policy = await startPolicyServer(greylist(2_000, (request) => request["recipient"] === "sales@own.test"));
  postfix = await startPostfix({
    address,
    hostname: "mail.own.test",
    domains: ["own.test"],
    dovecot,
    mailboxes: { "sales@own.test": "sales@own.test/", "info@own.test": "info@own.test/.Junk/", "void@own.test": "discard" },
    tls,
    policy: policy.service,
  });
});

afterAll(async () => {
  await postfix?.stop();
  await policy?.stop();
  await dovecot?.stop();
});

async function login(user: string, password: string, secure: boolean): Promise<string> {
  const client = new ImapFlow({
    host: address,
    servername: "mail.own.test",
    port: secure ? 993 : 143,
    secure,
    ...(secure ? {} : { doSTARTTLS: true }),
    auth: { user, pass: password },
    tls: { ca: authority.certPem },
    logger: false,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const mailbox = await client.mailboxOpen("INBOX", { readOnly: true });
    await client.logout();
    return `${mailbox.path}: ${mailbox.exists}`;
  } catch (error) {
    return error instanceof Error && "response" in error ? String(error.response) : String(error);
  } finally {
    client.close();
  }
}

const transport = (port: number, auth?: { user: string; pass: string }) =>
  createTransport({
    host: address,
    port,
    secure: port === 465,
    requireTLS: true,
    name: "client.test",
    tls: { ca: authority.certPem, servername: "mail.own.test" },
    ...(auth === undefined ? {} : { auth }),
  });

async function until<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
  const end = Date.now() + 15_000;
  while (Date.now() < end) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Waited 15 s for ${what}: ${await postfix.log()}`);
}

const arrived = (folder: string, count: number) => async (): Promise<true | undefined> => {
  const names = await readdir(join(dovecot.mailRoot, folder, "new")).catch(() => []);
  return names.length === count ? true : undefined;
};

describe("startDovecot", () => {
  test.each([true, false])("lets its users in, TLS from the first byte: %s", async (secure) => {
    expect(await login("sales@own.test", "pass:word §", secure)).toMatch(/^INBOX: \d+$/);
  });

  test("refuses another password, and a disabled account with its reason", async () => {
    expect(await login("sales@own.test", "wrong", true)).toContain("NO [AUTHENTICATIONFAILED]");
    expect(await login("info@own.test", "other", true)).toContain("NO [CONTACTADMIN] Suspended");
    expect(await dovecot.log()).toContain("Password mismatch");
  });

  test("setUsers changes a password", async () => {
    await dovecot.setUsers({ ...users, "sales@own.test": "changed" });
    expect(await login("sales@own.test", "changed", true)).toMatch(/^INBOX/);
    await dovecot.setUsers(users);
    expect(await login("sales@own.test", "changed", true)).toContain("AUTHENTICATIONFAILED");
  });
});

describe("startPostfix", () => {
  test.each([
    [587, 1],
    [465, 2],
  ])("takes mail at %i from a user with a password and delivers it", async (port, count) => {
    const mailer = transport(port, { user: "sales@own.test", pass: "pass:word §" });
    const info = await mailer.sendMail({ from: "sales@own.test", to: "info@own.test", subject: "Hello", text: "Hello" });
    expect(info.response).toMatch(/^250 2\.0\.0 Ok: queued as /);
    expect(await until(arrived("info@own.test/.Junk", count), "the mail in Junk")).toBe(true);
  });

  test("refuses a wrong password, an unknown recipient and to relay", async () => {
    const stranger = transport(587, { user: "sales@own.test", pass: "wrong" });
    await expect(stranger.sendMail({ from: "a@own.test", to: "b@own.test", text: "x" })).rejects.toThrow(/535 5\.7\.8/);
    const outside = transport(25);
    await expect(outside.sendMail({ from: "a@x.test", to: "nobody@own.test", text: "x" })).rejects.toThrow(/550 5\.1\.1/);
    await expect(outside.sendMail({ from: "a@x.test", to: "b@other.test", text: "x" })).rejects.toThrow(/554 5\.7\.1/);
  });

  test("greylists by a policy server: first refused for now, then taken", async () => {
    const mail = { from: "a@x.test", to: "sales@own.test", text: "x" };
    await expect(transport(25).sendMail(mail)).rejects.toThrow(/451 4\.7\.1/);
    await until(async () => {
      try {
        return await transport(25).sendMail(mail);
      } catch {
        return undefined;
      }
    }, "the end of the greylisting");
    expect(await until(arrived("sales@own.test", 1), "the mail in INBOX")).toBe(true);
    expect(policy.requests.length).toBeGreaterThan(1);
  });

  test("takes and loses mail for a mailbox that is discard", async () => {
    await transport(25).sendMail({ from: "a@x.test", to: "void@own.test", text: "x" });
    await until(async () => ((await postfix.log()).includes("relay=none") ? true : undefined), "the discarded mail");
    expect(await postfix.queue()).toEqual([]);
    await expect(readdir(join(dovecot.mailRoot, "lost"))).rejects.toThrow("ENOENT");
  });
});
