import { actingWords, causeWords, undecided, unnamedList } from "../i18n/bounce-causes.ts";
import { cutText } from "../model/cut.ts";
import { type Data, fill } from "../model/text.ts";
import { type Bounce, isFromMailSystem, originalOf, rawMail, readBounce } from "./dsn.ts";
import { readMail } from "./mime-parts.ts";
import { idOfMessage, probeHeader, type ProbeId } from "./probe-mail.ts";
import { causeOfReply, type ReplyCause } from "./reply-cause.ts";

/** What a server said of a mail of ours that it did not take, or not yet. */
export interface Refusal {
  readonly causes: ReplyCause["causes"];
  /** The block list that is named; undefined for none. */
  readonly list: string | undefined;
  /** Who said it, as far as it is told. */
  readonly host: string | undefined;
  /** In its own words, cut; "" for none. */
  readonly said: string;
}

/** What a mail system wrote to the sender of a probe mail. */
export interface ProbeReport {
  readonly id: ProbeId;
  /** `failed`: it will not arrive; `delayed`: it is being tried on; `other`: that it was delivered or handed on. */
  readonly kind: "failed" | "delayed" | "other";
  readonly refusal: Refusal;
}

/** What `mayBeReport` needs of a header. */
export const reportHeaders = ["From", "Content-Type", "Return-Path", "X-Failed-Recipients", "X-MS-Exchange-Message-Is-Ndr"];

/** Is a mail worth being read as a report? By its header alone. @param headers lower-case names ▶ unfolded values */
export const mayBeReport = (headers: ReadonlyMap<string, string>): boolean =>
  /^\s*multipart\/report\b/i.test(headers.get("content-type") ?? "") ||
  headers.has("x-ms-exchange-message-is-ndr") ||
  isFromMailSystem((name) => headers.get(name) ?? "");

const maxSaid = 300;

/**
 * Reads a report about a probe mail of a route. Undefined for everything else, also for what only says that it is about one of ours:
 * the original's Message-ID, or its own header, must be signed.
 * @param top the beginning of a mail, Latin-1
 */
export function readProbeReport(top: string, route: string, sign: (text: string) => string): ProbeReport | undefined {
  const octets = Buffer.from(top, "latin1");
  const bounce = readBounce(octets);
  const kind = bounce && kinds[bounce.kind];
  if (bounce === undefined || kind === undefined) return undefined;
  const id = idOfMessage(bounce.originalMessageId ?? "", route, sign) ?? idInOriginal(octets, route, sign);
  return id && { id, kind, refusal: refusalOf(bounce) };
}

/** What people and their programs answer is theirs. */
const kinds: Partial<Readonly<Record<Bounce["kind"], ProbeReport["kind"]>>> = {
  failed: "failed",
  delayed: "delayed",
  relayed: "other",
  expanded: "other",
  delivered: "other",
};

/** Gateways that give a mail another Message-ID leave its other fields. */
function idInOriginal(octets: Uint8Array, route: string, sign: (text: string) => string): ProbeId | undefined {
  const token = originalOf(readMail(rawMail(octets)))?.mail.header(probeHeader.toLowerCase()) ?? "";
  return idOfMessage(`${token.trim()}@`, route, sign);
}

function refusalOf(bounce: Bounce): Refusal {
  const one = bounce.recipients.find(({ action }) => action === bounce.kind) ?? bounce.recipients[0];
  const said = one?.diagnostic ?? "";
  const { causes, blocklist } = causeOfReply(
    one ?? { status: undefined, reply: undefined, diagnostic: "", remoteMta: undefined },
  );
  return {
    causes,
    list: blocklist?.name,
    host: one?.remoteMta ?? bounce.reportedBy,
    said: cutText(said.replace(/^host \S+ said: /i, ""), maxSaid),
  };
}

/** The same of a reply to our own command. */
export function refusalOfReply(about: { readonly host: string; readonly status: string; readonly reply: string }): Refusal {
  const { host, status, reply } = about;
  const code = /^\d{3}/.exec(reply)?.[0];
  const { causes, blocklist } = causeOfReply({
    status: status.includes(".") ? status : undefined,
    reply: code === undefined ? undefined : Number(code),
    diagnostic: reply,
    remoteMta: host,
  });
  return { causes, list: blocklist?.name, host, said: cutText(reply, maxSaid) };
}

/**
 * A refusal as a finding tells it: `reason`, `who` and `act` are phrases that are known in both languages (src/i18n/reasons.ts).
 * @param final it came back, or was not taken: what is not tried again waits for somebody
 */
export function tellRefusal({ causes, list, host, said }: Refusal, to: string, final: boolean): Data {
  const [cause] = causes;
  const { acts, means, act } = causeWords[cause];
  const reason = fill(means.en, { to, list: list ?? unnamedList.en });
  return {
    causes: causes.slice(0, 3).join(" "),
    reason: causes.length === 1 ? reason : fill(undecided.en, { reason }),
    who: actingWords[final && acts === "nobody" ? "sender" : acts].en,
    act: act.en,
    by: host ?? to.slice(to.lastIndexOf("@") + 1),
    said: said === "" ? "–" : said,
  };
}
