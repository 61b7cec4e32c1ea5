import { visible } from "../model/visible.ts";
import { isAutoReply } from "./auto-reply.ts";
import { bareAddress, type BouncedRecipient, type DsnAction, dsnActions, isVague, readDeliveryStatus } from "./dsn-status.ts";
import { readTemplate, readUnknownBounce } from "./dsn-templates.ts";
import { readBounceText, type TextReport } from "./dsn-text.ts";
import { htmlToText } from "./html-text.ts";
import { readMailDate } from "./mail-date.ts";
import { contentOf, type Mail, type Part, readMail, textOf } from "./mime-parts.ts";

/**
 * What a mail reports of another: the worst that befell a recipient (RFC 3464), or that somebody's program answered (`auto-reply`,
 * RFC 3834), that it was read (`receipt`, RFC 8098), or that it was called spam (`complaint`, RFC 5965).
 */
export type BounceKind = DsnAction | "auto-reply" | "receipt" | "complaint";

export interface Bounce {
  readonly kind: BounceKind;
  /** Whose form it has: `postfix`, `exim`, `sendmail`, `qmail`, `exchange`, `gmail`, `tencent`, `aliyun`, `netease`, `coremail`, `263`, `feishu`, `other`. */
  readonly dialect: string;
  /** At most 100; none of an automatic reply, a receipt or a complaint. */
  readonly recipients: readonly BouncedRecipient[];
  /** Of the mail that it is about, with its angle brackets. */
  readonly originalMessageId: string | undefined;
  readonly originalSubject: string | undefined;
  /** The server that reports, or the domain of the sender of the report. */
  readonly reportedBy: string | undefined;
  /** Milliseconds UTC: when the mail came to that server, and when the report was written. */
  readonly arrivedAt: number | undefined;
  readonly reportedAt: number | undefined;
}

export interface BounceOptions {
  /**
   * A person hands it over, perhaps forwarded: it need not come from a mail system, and a bounce that is attached counts. Default false:
   * what quotes a bounce is none.
   */
  readonly forwarded?: boolean;
}

/** Reports stand in the beginning; an original that is given along in whole may be long. */
const maxOctets = 8 * 1024 * 1024;
const maxText = 64_000;
const maxStatusOctets = 256 * 1024;

const statusTypes: ReadonlySet<string> = new Set(["message/delivery-status", "message/global-delivery-status"]);
const wholeTypes: ReadonlySet<string> = new Set(["message/rfc822", "message/global"]);
const headerTypes: ReadonlySet<string> = new Set(["text/rfc822-headers", "message/global-headers", "message/rfc822-headers"]);

/** A raw mail as `readMail` takes it; what is beyond 8 MiB is left out. */
export const rawMail = (source: Uint8Array): string =>
  Buffer.from(source.buffer, source.byteOffset, Math.min(source.byteLength, maxOctets)).toString("latin1");

/**
 * Reads a bounce of any dialect, an automatic reply, a receipt or a complaint out of a raw mail. Undefined for every other mail. Reads
 * at most 8 MiB, 60 parts in 8 levels and 100 recipients. Never throws.
 */
export function readBounce(source: Uint8Array, { forwarded = false }: BounceOptions = {}): Bounce | undefined {
  const mail = readMail(rawMail(source));
  return forwarded ? findBounce(mail)?.bounce : bounceOf(mail, false);
}

/** The bounce that a person hands over, and the mail that it is: this one, or one that is attached to it. */
export function findBounce(mail: Mail): { readonly bounce: Bounce; readonly report: Mail } | undefined {
  const bounce = bounceOf(mail, true);
  if (bounce) return { bounce, report: mail };
  const attached = mail.parts.find(({ type }) => wholeTypes.has(type));
  const report = attached && readMail(contentOf(attached));
  const inner = report && bounceOf(report, false);
  return inner && { bounce: inner, report };
}

function bounceOf(mail: Mail, forwarded: boolean): Bounce | undefined {
  const status = mail.parts.find(({ type }) => statusTypes.has(type));
  const fromSystem = isFromMailSystem((name) => mail.header(name));
  const isReport = fromSystem || forwarded || mail.type === "multipart/report";
  if (status && isReport) return statusBounce(mail, status);
  const other = otherReport(mail);
  if (other !== undefined && isReport) return bare(mail, other);
  const text = textOfMail(mail);
  const told = fromSystem || forwarded ? (readBounceText(text) ?? readTemplate(text, dialectOf(mail, text))) : undefined;
  if (told) return textBounce(mail, text, told);
  if (isAutoReply(mail)) return bare(mail, "auto-reply");
  const unknown = fromSystem ? readUnknownBounce(text, aboutBounce(mail)) : undefined;
  return unknown && textBounce(mail, text, { ...unknown, dialect: dialectOf(mail, text) });
}

function statusBounce(mail: Mail, part: Part): Bounce {
  const { recipients, reportedBy, arrivedAt } = readDeliveryStatus(contentOf(part).slice(0, maxStatusOctets));
  const text = textOfMail(mail);
  const dialect = dialectOf(mail, `${text}\n${reportedBy ?? ""}`);
  // Gmail's own refusals come with a report that is empty.
  const told =
    readBounceText(text) ??
    readTemplate(text, dialect) ??
    (recipients.length === 0 ? readUnknownBounce(text, aboutBounce(mail)) : undefined);
  const completed = recipients.map((one) => completedBy(one, told?.recipients ?? [], recipients.length));
  return finished(mail, {
    text,
    end: told?.end ?? text.length,
    dialect: told === undefined || told.dialect === "other" ? dialect : told.dialect,
    recipients: completed.length > 0 ? completed : (told?.recipients ?? []),
    reportedBy: reportedBy ?? told?.reportedBy,
    arrivedAt,
  });
}

/** The text often says more than the fields: of the same address, or where there is one only. */
function completedBy(one: BouncedRecipient, told: readonly BouncedRecipient[], count: number): BouncedRecipient {
  const same = (other: BouncedRecipient): boolean =>
    one.address !== undefined && other.address?.toLowerCase() === one.address.toLowerCase();
  const more = told.find(same) ?? (count === 1 && told.length === 1 ? told[0] : undefined);
  if (!more) return one;
  // "Status: 5.0.0" and no words: a field that was filled in for the form's sake.
  const isPoor = one.diagnostic === "" || (isVague(one.status) && one.reply === undefined && more.reply !== undefined);
  return {
    ...one,
    diagnostic: isPoor ? more.diagnostic : one.diagnostic,
    status: isVague(one.status) ? (more.status ?? one.status) : one.status,
    reply: one.reply ?? more.reply,
    remoteMta: one.remoteMta ?? more.remoteMta,
  };
}

const textBounce = (mail: Mail, text: string, told: TextReport): Bounce =>
  finished(mail, { ...told, text, dialect: told.dialect, arrivedAt: undefined });

interface Reading {
  readonly text: string;
  readonly end: number;
  readonly dialect: string;
  readonly recipients: readonly BouncedRecipient[];
  readonly reportedBy: string | undefined;
  readonly arrivedAt: number | undefined;
}

function finished(mail: Mail, { text, end, dialect, recipients, reportedBy, arrivedAt }: Reading): Bounce {
  const original = originalOf(mail);
  const failed = aboutBounce(mail).failed;
  const named = recipients.map((one) =>
    one.address === undefined && failed.length === 1 ? { ...one, address: failed[0] } : one,
  );
  const worst = dsnActions.find((action) => named.some((one) => one.action === action));
  const quoted = `${text.slice(end)}\n${text.slice(0, end)}`;
  const inText = (name: string): string | undefined =>
    new RegExp(`^[ \\t>]*${name}:[ \\t]*(?:\\n[ \\t]+)?([^\\n]{1,500})`, "im").exec(quoted)?.[1];
  const id =
    messageId(original?.mail.header("message-id")) ??
    messageId(inText("Message-ID")) ??
    messageId(mail.header("in-reply-to")) ??
    messageId(mail.header("references").split(/\s+/).at(-1));
  const subject = original?.mail.header("subject") ?? inText("Subject");
  return {
    kind: worst ?? "failed",
    dialect,
    recipients: named,
    originalMessageId: id,
    originalSubject: subject === undefined || subject === "" ? undefined : visible(subject.trim(), 300),
    reportedBy: reportedBy ?? domainOf(mail.header("from")),
    arrivedAt,
    reportedAt: readMailDate(mail.header("date")),
  };
}

const bare = (mail: Mail, kind: BounceKind): Bounce => ({
  kind,
  dialect: "other",
  recipients: [],
  originalMessageId:
    messageId(originalOf(mail)?.mail.header("message-id")) ??
    messageId(mail.header("in-reply-to")) ??
    messageId(mail.header("references").split(/\s+/).at(-1)),
  originalSubject: undefined,
  reportedBy: domainOf(mail.header("from")),
  arrivedAt: undefined,
  reportedAt: readMailDate(mail.header("date")),
});

function otherReport(mail: Mail): BounceKind | undefined {
  const has = (type: string): boolean => mail.parts.some((part) => part.type === type);
  if (has("message/disposition-notification")) return "receipt";
  return has("message/feedback-report") ? "complaint" : undefined;
}

/** The mail that a bounce is about, as far as it is given along. */
export interface Original {
  readonly mail: Mail;
  /** Latin-1. */
  readonly source: string;
  /** With its body, not the header alone. */
  readonly whole: boolean;
}

export function originalOf(mail: Mail): Original | undefined {
  const whole = mail.parts.find(({ type }) => wholeTypes.has(type));
  const part = whole ?? mail.parts.find(({ type }) => headerTypes.has(type));
  if (!part) return undefined;
  const source = contentOf(part);
  return { mail: readMail(source), source, whole: whole !== undefined };
}

/** The texts of a mail, plain ones before HTML; on lines that end in a line feed. */
function textOfMail(mail: Mail): string {
  const plain = mail.parts.filter(({ type }) => type === "text/plain").map(textOf);
  const joined = plain.join("\n");
  const html = joined.trim().length < 20 ? mail.parts.filter(({ type }) => type === "text/html").map(textOf) : [];
  return [joined, ...html.map(htmlToText)].join("\n").slice(0, maxText).replace(/\r\n?/g, "\n").replaceAll("\u00a0", " ");
}

const systems =
  /^(?:mailer[-_.]?daemon|postmaster|mail[-_.]?daemon|mail[-_.]?delivery|bounces?|microsoftexchange[\da-f]{32}|mdaemon|daemon|系统退信|admin-bounce)$/i;
const systemNames = /mail delivery (?:sub)?system|mailer-daemon|postmaster|系统退信|邮件投递系统|退信通知|邮件系统/i;

/** Is the sender of a mail a mail system? @param header the value of a field by its lower-case name, "" for none */
export function isFromMailSystem(header: (name: string) => string): boolean {
  const from = header("from");
  const address = new RegExp(`<?([^\\s<>"]{1,128})@[^\\s<>]{1,253}>?\\s*$`).exec(from.slice(0, 1_000))?.[1];
  return (
    (address !== undefined && systems.test(address)) ||
    systemNames.test(from) ||
    /^<\s*>$/.test(header("return-path").trim()) ||
    header("x-failed-recipients") !== ""
  );
}

function aboutBounce(mail: Mail): {
  readonly subject: string;
  readonly own: readonly string[];
  readonly failed: readonly string[];
} {
  const addressesIn = (name: string): string[] =>
    mail
      .header(name)
      .split(",", 50)
      .flatMap((one) => bareAddress(/<([^<>]{1,320})>/.exec(one)?.[1] ?? one) ?? []);
  return {
    subject: mail.header("subject"),
    own: [...addressesIn("to"), ...addressesIn("from"), ...addressesIn("delivered-to")].map((one) => one.toLowerCase()),
    failed: addressesIn("x-failed-recipients"),
  };
}

const messageId = (text: string | undefined): string | undefined => {
  const id = /<[^<>\s]{1,500}>/.exec(text ?? "")?.[0];
  return id === undefined ? undefined : visible(id, 600);
};

const domainOf = (from: string): string | undefined => {
  const domain = /@([a-z0-9\u0080-\uffff.-]{1,253})>?\s*$/i.exec(from.slice(0, 1_000))?.[1]?.toLowerCase();
  return domain === undefined ? undefined : visible(domain, 253);
};

/** Whose form it is, by what only it writes; in order. */
const marks: readonly (readonly [dialect: string, sender: RegExp | undefined, text: RegExp | undefined])[] = [
  [
    "netease",
    /@(?:[\w-]+\.)*(?:163|126|188)\.com|@(?:[\w-]+\.)*(?:yeah\.net|netease\.com)/i,
    /网易(?:企业)?邮箱|\.(?:163|126|netease)\.com$/im,
  ],
  ["tencent", /@(?:[\w-]+\.)*(?:qq|foxmail)\.com/i, /腾讯企业邮箱?|QQ邮箱|\bexmail\.qq\.com|\.qq\.com$/im],
  [
    "aliyun",
    /@(?:[\w-]+\.)*(?:aliyun|alibaba-inc|mxhichina|alibabacloud)\.com/i,
    /阿里(?:云)?(?:企业)?邮箱|\.(?:mxhichina|aliyun)\.com$/im,
  ],
  ["263", /@(?:[\w-]+\.)*263\.(?:net|com)/i, /263\s?(?:企业|云)?邮|\.263(?:xmail)?\.(?:net|com)$/im],
  [
    "feishu",
    /@(?:[\w-]+\.)*(?:feishu\.cn|larksuite\.com|larkoffice\.com)/i,
    /飞书邮箱|Lark Mail|\.(?:feishu\.cn|larksuite\.com)$/im,
  ],
  ["coremail", undefined, /generated by Coremail|Coremail (?:专业)?(?:电子)?邮件系统/i],
  ["gmail", /mailer-daemon@google(?:mail)?\.com/i, /^googlemail\.com$/im],
  [
    "exchange",
    /microsoftexchange[\da-f]{32}@|postmaster@(?:[\w-]+\.)*outlook\.c(?:om|n)/i,
    /\.(?:prod|protection)\.(?:partner\.)?outlook\.(?:com|cn)\b/i,
  ],
  ["exim", undefined, /created automatically by (?:the )?mail delivery software/i],
  ["sendmail", undefined, /^[ \t]*-{3,} (?:The following addresses had|Transcript of session follows)/m],
  ["postfix", undefined, /^This is the mail system at host /m],
];

function dialectOf(mail: Mail, text: string): string {
  const from = mail.header("from");
  const exchange = mail.all("x-ms-exchange-message-is-ndr").length > 0;
  return (
    marks.find(([, sender, words]) => sender?.test(from) === true || words?.test(text) === true)?.[0] ??
    (exchange ? "exchange" : "other")
  );
}
