/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { createHmac } from "node:crypto";
import { expect } from "vitest";
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

/** Who sends, at a port where nothing is. */
export const sender = { ...account, address: from, user: from };

/** A mail that was sent so long ago and has not been seen. */
export const sent = (msAgo: number, more: Partial<Travelling> = {}): Travelling => ({
  seq: 7,
  random: "00112233445566ff",
  sentAt: testNow - msAgo,
  absentAt: testNow - msAgo,
  unsure: false,
  putOff: null,
  size: 0,
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
  /** Any mail in the sender's mailbox, as it came a minute ago. */
  readonly comesBack: (raw: string, folder?: string, at?: number) => void;
}

/** The receiver's mailbox, on the demonstration's IMAP server; at the submission port an SMTP server that may be scripted. */
export const at =
  (
    prepare: (inside: Inside) => void = () => undefined,
    smtp?: SmtpScript,
    more: { readonly senderMailbox?: true; readonly options?: object } = {},
  ): NonNullable<CheckCase["world"]> =>
  async () => {
    const store = createMailStore(new Map([from, to].map((address) => [address, password])));
    const folderOf = (address: string, name: string): Folder => {
      const found = store.get(address)?.folders.find((one) => one.name === name);
      if (!found) throw new Error(`no folder ${name}`);
      return found;
    };
    const folder = (name: string): Folder => folderOf(to, name);
    const comesBack: Inside["comesBack"] = (raw, name = "INBOX", when = testNow - minute) => {
      append(folderOf(from, name), Buffer.from(raw.replaceAll("\n", "\r\n")), when);
    };
    const arrive: Inside["arrive"] = (name, msAgo, mail, headers) => {
      const token = tokenOf(`${from}~${to}`, mail, sign);
      const top = headers ?? `Message-ID: <${token}@example.test>\r\n${probeHeader}: ${token}`;
      append(folder(name), Buffer.from(`From: ${from}\r\nTo: ${to}\r\n${top}\r\n\r\nHello\r\n`), testNow - msAgo);
    };
    prepare({ store, folder, arrive, comesBack });
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
        from: {
          ...sender,
          port: submission.port,
          ...(more.senderMailbox ? { imap: { host: mailHost, port: imap.port, security: "tls" } } : {}),
        },
        to: { ...account, address: to, user: to, port: imap.port },
        ...more.options,
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
        from: sender,
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
      from: sender,
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

/** The first finding has these values. */
export const dataIs =
  (data: object): NonNullable<CheckCase["also"]> =>
  ({ findings }) =>
    expect(findings[0]?.data).toMatchObject(data);

/**
 * As much of Gmail as a look sees: its extension, a trash, and one of our mails with UID 5, whose beginning is answered so where
 * it is asked for.
 */
export const gmail = (top?: readonly string[]) => async () => {
  const header = `${probeHeader}: ${tokenOf(`${from}~${to}`, sent(0), sign)}\r\n\r\n`;
  const open = ["* 1 EXISTS", "* OK [UIDVALIDITY 9] ok", "* OK [UIDNEXT 6] ok", "{tag} OK done"];
  const fetched = `* 1 FETCH (UID 5 X-GM-MSGID 11 X-GM-THRID 12 X-GM-LABELS () INTERNALDATE "22-Nov-2026 11:59:45 +0000" BODY[HEADER.FIELDS (${probeHeader} Message-ID)] {${header.length}}`;
  const made = await mailWorld(
    scriptImap({
      on: {
        CAPABILITY: [["* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS MOVE SPECIAL-USE X-GM-EXT-1", "{tag} OK done"]],
        LIST: [
          ['* LIST (\\Noselect) "/" ""', "{tag} OK done"],
          ['* LIST (\\HasNoChildren) "/" "INBOX"', '* LIST (\\HasNoChildren \\Trash) "/" "[Gmail]/Bin"', "{tag} OK done"],
        ],
        LSUB: [["{tag} OK done"]],
        EXAMINE: [open],
        SELECT: [open],
        UID: [
          [fetched, `${header})`, "{tag} OK done"],
          ...(top ? [top] : []),
          ["* OK [COPYUID 3 5 1] moved", "* 1 EXPUNGE", "{tag} OK done"],
        ],
      },
    }),
  );
  const ctx = { ...made.ctx, authorities: [(await authority()).certPem] };
  return { ...(await nowhere(() => Promise.resolve(ctx), made.options)()), server: made.server, close: made.close };
};

/** At the first connection the server hangs up; what is looked at again, is the second. */
export const hangsUpOnce =
  (zone: readonly string[], again: ImapScript): NonNullable<CheckCase["world"]> =>
  async () => {
    let clients = 0;
    const server = await startLineServer((client) => scriptImap(clients++ === 0 ? { greeting: "hangup" } : again)(client), {
      certificate: await certificate("good"),
      implicit: true,
      host: zone.at(-1) ?? "",
    });
    const reach = async () => ({ ...(await reaching({ [mailHost]: { A: zone } })), authorities: [(await authority()).certPem] });
    return { ...(await nowhere(reach, { port: server.port })()), close: () => server.close() };
  };

/** Every login is answered so. */
export const answers = (...lines: readonly string[]): ImapScript => ({ on: { AUTHENTICATE: [lines], LOGIN: [lines] } });

/** A sending server that takes everything up to one command. */
export const smtpAnswers = (verb: string, ...lines: readonly string[]): SmtpScript => ({
  on: { MAIL: [["250 ok"]], RCPT: [["250 ok"]], DATA: [["354 go on"]], [verb]: [lines] },
});
