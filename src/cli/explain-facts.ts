import type { BounceCause } from "../i18n/bounce-causes.ts";
import { type Bounce, findBounce, originalOf } from "../mail/dsn.ts";
import { bareAddress } from "../mail/dsn-status.ts";
import { readWay, type Way } from "../mail/hop-delays.ts";
import { readMailDate } from "../mail/mail-date.ts";
import { readHeader } from "../mail/mail-trace.ts";
import { evaluateSpf } from "../mail/mailauth.ts";
import { maxSignatures, type Verified, verifyMail } from "../mail/mailauth-message.ts";
import type { Mail } from "../mail/mime-parts.ts";
import { findHandover, type Handover } from "../mail/received.ts";
import { causeOfReply, type ReplyCause } from "../mail/reply-cause.ts";
import { isSendingName } from "../mail/sending-name.ts";
import { readSpamMarks, type SpamMark } from "../mail/spam-marks.ts";
import { readStatedResults, type Stated } from "../mail/stated-results.ts";
import { visible } from "../model/visible.ts";
import type { Net } from "../net/world.ts";

/** What came of asking today's DNS; undefined where there was nothing to ask about. */
type Today =
  | { readonly kind: "verified"; readonly verified: Verified; readonly headerOnly: boolean }
  | { readonly kind: "no-dns" | "not-asked" | "too-much" };

/** All that a saved mail shows, in no language. */
export interface Facts {
  readonly bounce: Bounce | undefined;
  /** Of each recipient of the bounce. */
  readonly causes: readonly ReplyCause[];
  /** The mail that is explained: the one that the bounce is about, or this one. */
  readonly subject: string;
  readonly from: string;
  readonly messageId: string | undefined;
  readonly writtenAt: number | undefined;
  readonly way: Way;
  readonly stated: Stated | undefined;
  readonly marks: readonly SpamMark[];
  readonly today: Today | undefined;
}

/** Refusals for which today's records of the sender matter. */
const byRecords: ReadonlySet<BounceCause> = new Set([
  "authentication",
  "content",
  "reputation",
  "policy",
  "sender-dns",
  "sender-refused",
  "unknown",
]);
const maxHeader = 256 * 1024;
const dnsTimeoutMs = 15_000;

/** @param net undefined: DNS is not asked */
export async function factsOf(source: Uint8Array, mail: Mail, net: Net | undefined): Promise<Facts> {
  const found = findBounce(mail);
  const bounce = found?.bounce;
  const causes = (bounce?.recipients ?? []).map(causeOfReply);
  const original = found && originalOf(found.report);
  const traced = bounce ? original?.mail : mail;
  const fields = readHeader(`${traced?.top.slice(0, maxHeader) ?? ""}\r\n\r\n`).fields;
  const about = {
    bounce,
    causes,
    subject: bounce ? (bounce.originalSubject ?? "") : visible(mail.header("subject"), 300),
    from: addressOf(traced?.header("from") ?? "") ?? "",
    messageId: bounce?.originalMessageId ?? /<[^<>\s]{1,500}>/.exec(traced?.header("message-id") ?? "")?.[0],
    writtenAt: readMailDate(traced?.header("date") ?? ""),
    way: readWay(fields.filter(({ name }) => name === "received").map(({ value }) => value)),
    stated: readStatedResults(fields),
    marks: traced ? readSpamMarks(fields, traced.header("subject")) : [],
  };
  if (!traced || (bounce && !causes.some(({ causes: some }) => some.some((cause) => byRecords.has(cause)))))
    return { ...about, today: undefined };
  const octets = original ? Buffer.from(original.source, "latin1") : source;
  return {
    ...about,
    today: await askToday({ mail: traced, octets, whole: original?.whole ?? true, sender: causes[0]?.sender }, net),
  };
}

interface Asked {
  readonly mail: Mail;
  readonly octets: Uint8Array;
  readonly whole: boolean;
  /** The address that a refusal names. */
  readonly sender: string | undefined;
}

async function askToday({ mail, octets, whole, sender }: Asked, net: Net | undefined): Promise<Today | undefined> {
  const domain = domainOf(mail.header("from"));
  if (domain === undefined) return undefined;
  if (!net) return { kind: "not-asked" };
  if (mail.top.length > maxHeader || mail.all("dkim-signature").length > maxSignatures) return { kind: "too-much" };
  // A resolver that cannot say whether the sender's domain exists answers nothing else either.
  const answer = await net.ask(domain, "TXT", { signal: AbortSignal.timeout(dnsTimeoutMs) }).catch(() => undefined);
  if (answer === undefined || answer.outcome === "failed") return { kind: "no-dns" };
  const handover = sender === undefined ? await handoverOf(mail, domain, net) : undefined;
  const address = sender ?? handover?.address;
  // A copy within a bounce has no Return-Path; most mail is sent in the name that it shows.
  const envelope = addressOf(mail.header("return-path")) ?? addressOf(mail.header("from"));
  if (!whole) {
    if (address === undefined) return undefined;
    const name = domainOf(envelope ?? "") ?? domain;
    const spf = await evaluateSpf({ domain: name, address, resolve: net.resolve, timeoutMs: dnsTimeoutMs });
    return {
      kind: "verified",
      headerOnly: true,
      verified: { spf: { result: spf.result, domain: name, address }, dkim: [], dmarc: undefined },
    };
  }
  try {
    const verified = await verifyMail(octets, {
      address,
      helo: handover?.helo,
      sender: envelope,
      resolve: net.resolve,
      timeoutMs: dnsTimeoutMs,
    });
    return verified === undefined ? { kind: "too-much" } : { kind: "verified", verified, headerOnly: false };
  } catch {
    return { kind: "too-much" };
  }
}

/** Who handed it to the receiver, as far as the header proves it; the MX of the receiver tells which servers are its own. */
async function handoverOf(mail: Mail, sender: string, net: Net): Promise<Handover | undefined> {
  const to = ["delivered-to", "x-original-to", "envelope-to", "to"]
    .map((name) => domainOf(addressOf(mail.header(name)) ?? ""))
    .find((one) => one !== undefined);
  const mx =
    to === undefined ? undefined : await net.ask(to, "MX", { signal: AbortSignal.timeout(dnsTimeoutMs) }).catch(() => undefined);
  const receiver = [...(mx?.records ?? []).map(({ exchange }) => exchange), ...(to === undefined ? [] : [to])].filter(
    (one) => one !== "",
  );
  const hops = readWay(mail.all("received")).hops.toReversed();
  return findHandover(hops, { receiver, sender: [sender], isPublic: net.checkContext.isPublic });
}

/** The first address of a header. */
function addressOf(value: string): string | undefined {
  const text = value.slice(0, 2_000);
  return bareAddress(/<([^<>]{1,320})>/.exec(text)?.[1] ?? text.split(",")[0] ?? "");
}

function domainOf(value: string): string | undefined {
  const domain = /@([^\s<>@]{1,253})$/.exec(addressOf(value) ?? "")?.[1]?.toLowerCase();
  return domain !== undefined && isSendingName(domain) ? domain : undefined;
}
