/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import { startImapServer } from "../../src/demo/imap-server.ts";
import { append, createMailStore, type Folder } from "../../src/demo/mail-store.ts";
import { startSmtpServer } from "../../src/demo/smtp-server.ts";
import {
  type ForwardJourney,
  type ForwardMail,
  forwardToJson,
  type MemberFate,
  newForward,
} from "../../src/mail/forward-journey.ts";
import { composeProbe, probeHeader, type ProbeId, tokenOf } from "../../src/mail/probe-mail.ts";
import type { Json } from "../../src/model/json.ts";
import { type CheckCase, testNow } from "./check-tester.ts";
import { startLineServer } from "./line-server.ts";
import { scriptSmtp, type SmtpScript } from "./mail-script.ts";
import { authority, certificate, mailHost, password, reaching, secretOf } from "./mail-world.ts";
import { limits, sign } from "./round-trip-world.ts";

export const from = "canary@partner.test";
export const to = "sales@us.example.test";
export const li = "li@example.test";
export const wang = "wang@example.test";
export const backup = "backup@example.test";
export const members = [li, wang, backup];
export const minute = 60_000;
const route = `forward ${from}~${to}`;
const id: ProbeId = { seq: 7, random: "00112233445566ff" };
export const token = (one: ProbeId = id): string => tokenOf(route, one, sign);
export const subject = (one: ProbeId = id): string => composeProbe({ from, to, id: one, token: token(one) }).subject;

const account = { host: mailHost, port: 9, security: "tls", password: secretOf(password), limits };

/** A mail that was sent so long ago; who is named has it already. */
export const sent = (msAgo: number, having: readonly string[] = [], more: Partial<ForwardMail> = {}): ForwardMail => {
  const fate: MemberFate = { kind: "delivered", tookMs: 5_000, folder: "INBOX", copies: 1 };
  return {
    ...id,
    sentAt: testNow - msAgo,
    unsure: false,
    asks: false,
    answers: 0,
    bounced: null,
    members: Object.fromEntries(
      members.map((address) => [address, { absentAt: testNow - msAgo, fate: having.includes(address) ? fate : null }]),
    ),
    ...more,
  };
};

/** What a probe remembers that has looked around before. */
export const remembers = (mail: ForwardMail | null, more: Partial<ForwardJourney> = {}): Json =>
  forwardToJson({ ...newForward, seq: 7, triedAt: testNow - minute, arrived: 3, sweptAt: testNow, mail, ...more });

interface Inside {
  /** The probe mail, as it came to a member so long ago. */
  readonly arrive: (address: string, folder?: string, msAgo?: number, mail?: ProbeId) => void;
  /** Any mail in the sender's mailbox, as it came half a minute ago. */
  readonly comesBack: (raw: string) => void;
  readonly folder: (address: string, name: string) => Folder;
}

interface More {
  readonly options?: object;
  readonly smtp?: SmtpScript;
  /** Whose password is wrong. */
  readonly wrong?: string;
}

/** The members' mailboxes and the sender's, on the demonstration's servers; the submission server may be scripted. */
export const world =
  (prepare: (inside: Inside) => void = () => undefined, more: More = {}): NonNullable<CheckCase["world"]> =>
  async () => {
    const store = createMailStore(new Map([from, to, ...members].map((address) => [address, password])));
    const folder: Inside["folder"] = (address, name) => {
      const found = store.get(address)?.folders.find((one) => one.name === name);
      if (!found) throw new Error(`no folder ${name} of ${address}`);
      return found;
    };
    prepare({
      folder,
      comesBack: (raw) => append(folder(from, "INBOX"), Buffer.from(raw.replaceAll("\n", "\r\n")), testNow - minute / 2),
      arrive: (address, name = "INBOX", msAgo = 1_000, mail = id) => {
        const top = `Message-ID: <${token(mail)}@partner.test>\r\n${probeHeader}: ${token(mail)}`;
        append(folder(address, name), Buffer.from(`From: ${from}\r\nTo: ${to}\r\n${top}\r\n\r\nHello\r\n`), testNow - msAgo);
      },
    });
    const { chainPem, keyPem } = await certificate("good");
    const identity = { cert: chainPem, key: keyPem };
    const inside = { store, accepts: () => true, broken: () => false };
    const imap = await startImapServer(mailHost, identity, inside);
    const host = { domain: "partner.test", imap: mailHost, smtp: mailHost, exchanges: [], submission: "tls" } as const;
    const submission = more.smtp
      ? await startLineServer(scriptSmtp(more.smtp), { certificate: await certificate("good"), implicit: true })
      : await startSmtpServer(host, identity, { ...inside, deliver: () => undefined });
    const mailbox = (address: string) => ({
      ...account,
      address,
      user: address,
      port: imap.port,
      ...(address === more.wrong ? { password: secretOf("not this one") } : {}),
    });
    return {
      options: {
        from: {
          ...account,
          address: from,
          user: from,
          port: submission.port,
          imap: { host: mailHost, port: imap.port, security: "tls" },
        },
        to,
        members: members.map(mailbox),
        ...more.options,
      },
      ctx: { ...(await reaching({ [mailHost]: { A: ["127.0.0.1"] } })), authorities: [(await authority()).certPem] },
      close: async () => {
        await ("stop" in submission ? submission.stop() : submission.close());
        await imap.stop();
      },
    };
  };

/** The sender's mailbox when the run is over. */
export function leaving(
  prepare: Parameters<typeof world>[0],
  more: Parameters<typeof world>[1],
  given: Omit<CheckCase, "world" | "also"> & { readonly left: number; readonly also?: CheckCase["also"] },
): CheckCase {
  const inbox: Folder[] = [];
  const { left, also, ...rest } = given;
  return {
    ...rest,
    world: world((inside) => {
      inbox.push(inside.folder(from, "INBOX"));
      prepare?.(inside);
    }, more),
    also: async (observation, outcome) => {
      expect(inbox[0]?.messages.length, "mails left in the sender's mailbox").toBe(left);
      await also?.(observation, outcome);
    },
  };
}
