import { visible } from "../model/visible.ts";
import { readMailDate } from "./mail-date.ts";
import { decodeHeader } from "./mime-text.ts";

/** RFC 3464 section 2.3.3. */
export const dsnActions = ["failed", "delayed", "relayed", "expanded", "delivered"] as const;
export type DsnAction = (typeof dsnActions)[number];

/** What a bounce says of one recipient. Texts are visible ones, cut. */
export interface BouncedRecipient {
  /** Undefined where the bounce names none. */
  readonly address: string | undefined;
  /** As the sender wrote it, where it was forwarded to another (RFC 3464 section 2.3.1). */
  readonly originalAddress: string | undefined;
  readonly action: DsnAction;
  /** `5.1.1` (RFC 3463): that of the Status field, or of the reply where the field says nothing. */
  readonly status: string | undefined;
  /** `550` (RFC 5321 section 4.2), where a server's reply is quoted. */
  readonly reply: number | undefined;
  /** What the server or the bounce said, in its words, one line; "" for nothing. */
  readonly diagnostic: string;
  /** Who refused, as a host name; undefined where the reporting server did itself, or where it is not told. */
  readonly remoteMta: string | undefined;
  /** Milliseconds UTC: until when a delayed mail is tried again. */
  readonly retriedUntil: number | undefined;
}

export interface StatusReport {
  readonly recipients: readonly BouncedRecipient[];
  readonly reportedBy: string | undefined;
  /** Milliseconds UTC: when the mail came to whoever reports. */
  readonly arrivedAt: number | undefined;
}

export const maxRecipients = 100;
const maxFields = 2_000;
const maxDiagnostic = 1_000;
const maxAddress = 320;

/** A server's words on one line. */
export const oneLine = (text: string): string => visible(text.slice(0, 8_000).replace(/\s+/g, " ").trim(), maxDiagnostic);

/** An address as it may be shown: without its brackets; undefined where there is none. */
export function bareAddress(text: string): string | undefined {
  const bare = text
    .slice(0, 1_000)
    .trim()
    .replace(/^<([^<>]*)>$/, "$1")
    .replace(/^(?:mailto:|['"])+|['",;:]+$/gi, "");
  return bare === "" ? undefined : visible(bare, maxAddress);
}

/** An enhanced status code (RFC 3463 section 2) in a reply; never a part of an address such as 5.1.1.1. */
export const statusIn = (text: string): string | undefined =>
  /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/.exec(text.slice(0, maxDiagnostic))?.[1];

/** The code of a reply: at its beginning, or behind what introduces it. */
export function replyIn(text: string): number | undefined {
  const found =
    /(?:^|[;:：，。'"“#(<]\s*|\b(?:said|returned|with|error|code|was)[:：]?\s+)([245][0-5]\d)(?=[\s\-'"”：,;)#>]|:\s|$)/i.exec(
      text.slice(0, maxDiagnostic),
    );
  return found?.[1] === undefined ? undefined : Number(found[1]);
}

/** X.0.0 says no more than the first digit. */
export const isVague = (status: string | undefined): boolean => status === undefined || /^\d\.0\.0$/.test(status);

/** What the first digit of a code means. */
export function actionOf(status: string | undefined, reply: number | undefined): DsnAction | undefined {
  const digit = status?.[0] ?? (reply === undefined ? undefined : String(reply)[0]);
  return digit === "5" ? "failed" : digit === "4" ? "delayed" : digit === "2" ? "delivered" : undefined;
}

type Fields = Map<string, string>;

/**
 * A `message/delivery-status` part (RFC 3464 section 2), also where empty lines are missing or too many: a recipient begins with the
 * second field of its kind or behind an empty line. Never throws.
 */
export function readDeliveryStatus(content: string): StatusReport {
  const whole: Fields = new Map();
  const groups: Fields[] = [];
  let fresh = true;
  let group: Fields | undefined;
  for (const line of content.replace(/\r?\n[ \t]+(?=\S)/g, " ").split(/\r?\n/, maxFields)) {
    const [, name, value = ""] = /^([a-z][a-z-]{1,60})\s*:(.*)$/i.exec(line.trimEnd()) ?? [];
    const key = name?.toLowerCase();
    if (key === undefined) {
      if (line.trim() === "") fresh = true;
    } else if (ofMessage.has(key)) {
      if (!whole.has(key)) whole.set(key, value.trim());
    } else {
      const begins = group === undefined || (recipientFields.has(key) && (fresh || group.has(key)));
      if (begins) {
        if (groups.length >= maxRecipients) break;
        groups.push((group = new Map()));
      }
      fresh = false;
      if (group && !group.has(key)) group.set(key, value.trim());
    }
  }
  return {
    recipients: groups.flatMap((one) => recipientOf(one) ?? []),
    reportedBy: typed(whole.get("reporting-mta")),
    arrivedAt: readMailDate(whole.get("arrival-date") ?? ""),
  };
}

const ofMessage: ReadonlySet<string> = new Set([
  "reporting-mta",
  "reporting-ua",
  "arrival-date",
  "original-envelope-id",
  "received-from-mta",
  "dsn-gateway",
]);
const recipientFields: ReadonlySet<string> = new Set(["final-recipient", "original-recipient", "x-actual-recipient"]);

function recipientOf(fields: Fields): BouncedRecipient | undefined {
  const final = typed(fields.get("final-recipient"));
  const original = typed(fields.get("original-recipient"));
  const said = fields.get("diagnostic-code") ?? "";
  // `smtp; 550 …`, `x-unix; user unknown`; servers also leave the kind out.
  const diagnostic = oneLine(decodeHeader(said.replace(/^\s*[a-z][a-z0-9-]{0,20}\s*;\s*/i, "")));
  const field = fields.get("status") ?? "";
  const written = statusIn(field);
  const quoted = statusIn(diagnostic);
  const status = isVague(written) ? (quoted ?? written) : written;
  const reply = replyIn(diagnostic);
  const word = /^[a-z]+/.exec((fields.get("action") ?? "").trim().toLowerCase())?.[0] ?? "";
  const action =
    dsnActions.find((one) => one === word || (one === "failed" && word.startsWith("fail"))) ?? actionOf(status, reply);
  if (action === undefined || (final === undefined && original === undefined && diagnostic === "" && status === undefined))
    return undefined;
  const remote = typed(fields.get("remote-mta"));
  return {
    address: final ?? original,
    originalAddress: original !== final && final !== undefined ? original : undefined,
    action,
    status,
    reply,
    diagnostic,
    remoteMta: remote === undefined ? undefined : hostOf(remote),
    retriedUntil: readMailDate(fields.get("will-retry-until") ?? ""),
  };
}

/** `rfc822; <a@example.com>`, `dns; mx.example.com`: what stands behind the kind. */
function typed(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const decoded = decodeHeader(value);
  return bareAddress(decoded.replace(/^\s*[a-z][a-z0-9-]{0,20}\s*;\s*/i, ""));
}

/** `mx.example.com [203.0.113.5]`, `mx.example.com. (203.0.113.5, the server for …)` ▶ the name. */
export const hostOf = (text: string): string | undefined => {
  const word = /^[^\s([]+/.exec(text.trim())?.[0].replace(/\.$/, "").toLowerCase() ?? /\[([^\]\s]{1,60})\]/.exec(text)?.[1];
  return word === undefined || word === "" ? undefined : visible(word, 253);
};
