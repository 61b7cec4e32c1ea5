import { createHmac } from "node:crypto";
import { startImapServer } from "../../src/demo/imap-server.ts";
import { append, createMailStore, type Folder, type MailStore } from "../../src/demo/mail-store.ts";
import { startSmtpServer } from "../../src/demo/smtp-server.ts";
import { type Journey, journeyToJson, newJourney, type Travelling } from "../../src/mail/probe-journey.ts";
import { probeHeader, tokenOf } from "../../src/mail/probe-mail.ts";
import { DialError } from "../../src/model/connection.ts";
import type { Json } from "../../src/model/json.ts";
import { type CheckCase, testNow } from "./check-tester.ts";
import { startLineServer } from "./line-server.ts";
import { type ImapScript, scriptImap, scriptSmtp, type SmtpScript } from "./mail-script.ts";
import {
  authority,
  certificate,
  mailHost,
  mailWorld,
  type MailWorldOptions,
  password,
  reaching,
  secretOf,
} from "./mail-world.ts";

export const from = "sales@example.test";
export const to = "canary@example.test";
export const limits = { connect: 1, tls: 0.3, greeting: 0.8, command: 0.3, slow: 0.25, late: 0.6 };
const account = { host: mailHost, port: 9, security: "tls", password: secretOf(password), limits };
export const sign = (text: string): string => createHmac("sha256", "test").update(text).digest("hex");
export const minute = 60_000;

/** A mail that was sent so long ago and has not been seen. */
export const sent = (msAgo: number, more: Partial<Travelling> = {}): Travelling => ({
  seq: 7,
  random: "00112233445566ff",
  sentAt: testNow - msAgo,
  absentAt: testNow - msAgo,
  unsure: false,
  ...more,
});

/** What a probe remembers that is on its way and sends nothing now. */
export const journey = (travelling: readonly Travelling[], more: Partial<Journey> = {}): Json =>
  journeyToJson({ ...newJourney, seq: 7, triedAt: testNow - minute, arrived: 3, sweptAt: testNow, travelling, ...more });

async function scriptedSubmission(script: SmtpScript) {
  const server = await startLineServer(scriptSmtp(script), { certificate: await certificate("good"), implicit: true });
  return { port: server.port, stop: () => server.close() };
}

interface Inside {
  readonly store: MailStore;
  readonly folder: (name: string) => Folder;
  /** A probe mail, as if it had come so long ago. */
  readonly arrive: (folder: string, msAgo: number, mail: Travelling, headers?: string) => void;
}

/** The receiver's mailbox, on the demonstration's IMAP server; at the submission port an SMTP server that may be scripted. */
export const at =
  (prepare: (inside: Inside) => void = () => undefined, smtp?: SmtpScript): NonNullable<CheckCase["world"]> =>
  async () => {
    const store = createMailStore(new Map([from, to].map((address) => [address, password])));
    const folder = (name: string): Folder => {
      const found = store.get(to)?.folders.find((one) => one.name === name);
      if (!found) throw new Error(`no folder ${name}`);
      return found;
    };
    const arrive: Inside["arrive"] = (name, msAgo, mail, headers) => {
      const token = tokenOf(`${from}~${to}`, mail, sign);
      const top = headers ?? `Message-ID: <${token}@example.test>\r\n${probeHeader}: ${token}`;
      append(folder(name), Buffer.from(`From: ${from}\r\nTo: ${to}\r\n${top}\r\n\r\nHello\r\n`), testNow - msAgo);
    };
    prepare({ store, folder, arrive });
    const { chainPem, keyPem } = await certificate("good");
    const identity = { cert: chainPem, key: keyPem };
    const world = { store, accepts: () => true, broken: () => false };
    const imap = await startImapServer(mailHost, identity, world);
    const host = { domain: "example.test", imap: mailHost, smtp: mailHost, exchanges: [], submission: "tls" } as const;
    const submission = smtp
      ? await scriptedSubmission(smtp)
      : await startSmtpServer(host, identity, { ...world, deliver: () => undefined });
    return {
      options: {
        from: { ...account, address: from, user: from, port: submission.port },
        to: { ...account, address: to, user: to, port: imap.port },
      },
      ctx: { ...(await reaching({ [mailHost]: { A: ["127.0.0.1"] } })), authorities: [(await authority()).certPem] },
      close: async () => {
        await submission.stop();
        await imap.stop();
      },
    };
  };

/** The receiving server is played by a script; nothing is sent. */
export const imap =
  (script: ImapScript, world: MailWorldOptions = {}, more: object = {}): NonNullable<CheckCase["world"]> =>
  async () => {
    const made = await mailWorld(scriptImap(script), world);
    return {
      options: {
        from: { ...account, address: from, user: from },
        to: { ...account, address: to, user: to, ...made.options, ...more },
      },
      ctx: { ...made.ctx, authorities: [(await authority()).certPem] },
      close: made.close,
    };
  };

/** No server at all, or a way that ends before one. */
export const nowhere =
  (ctx: () => Promise<NonNullable<Awaited<ReturnType<NonNullable<CheckCase["world"]>>>["ctx"]>>, more: object = {}) =>
  async () => ({
    options: {
      from: { ...account, address: from, user: from },
      to: { ...account, address: to, user: to, ...more },
    },
    ctx: await ctx(),
  });
export const here = () => reaching({ [mailHost]: { A: ["127.0.0.1"] } });
export const unreachable = (code: string) =>
  nowhere(async () => ({
    ...(await here()),
    dial: () =>
      Promise.reject(
        new DialError(`connect: ${code}`, { phase: "connect", failure: "unreachable", code, remote: "192.0.2.1:993" }),
      ),
  }));
