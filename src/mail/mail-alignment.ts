import type { Ask, DnsAnswer } from "../model/dns.ts";
import type { Fact } from "../model/observation.ts";
import { type AuthenticatedMail, readAuthenticationFact } from "./authentication-results.ts";
import { discoverPolicy } from "./dmarc-discovery.ts";
import type { DmarcRecord } from "./dmarc-record.ts";
import { isRegistry } from "./registry-name.ts";
import { tagValue } from "./tag-list.ts";
import { listed } from "./txt-answer.ts";

/** How mail of the domain arrived that does not pass by both methods in its own name. */
export type AlignmentIssue =
  | { readonly kind: "one"; readonly mails: string; readonly passes: "SPF" | "DKIM"; readonly fails: "SPF" | "DKIM" }
  | { readonly kind: "none"; readonly mails: string; readonly spf: string; readonly dkim: string }
  | { readonly kind: "unanswered"; readonly answer: DnsAnswer };

export interface AlignmentQuestion {
  /** A-labels in lower case. */
  readonly domain: string;
  /** RFC 9989 4.10.2. */
  readonly organization: string;
  /** Where one applies: it may ask for strict alignment. */
  readonly record: DmarcRecord | undefined;
  /** Of kind `authentication`. */
  readonly facts: readonly Fact[];
  /** Milliseconds UTC. */
  readonly now: number;
}

/** Probe mail comes several times an hour: what has brought none for a week is no more. */
const freshMs = 7 * 86_400_000;
const maxRoutes = 16;
/** Other names than the domain's own whose organization is looked up. */
const maxNames = 6;

/**
 * Whether SPF and DKIM passed in the domain's own name in the last mail of each route (RFC 9989 section 4.4). A method of which
 * the receiver says nothing is not judged.
 */
export async function judgeAlignment(question: AlignmentQuestion, ask: Ask, signal: AbortSignal): Promise<AlignmentIssue[]> {
  const mails = lastMails(question);
  const names = [...new Set(mails.flatMap(({ spf = [], dkim = [] }) => [...spf, ...dkim]))].filter(
    (name) => name !== question.domain,
  );
  const found = await Promise.all(
    names.slice(0, maxNames).map(async (name) => ({ name, ...(await discoverPolicy(name, ask, { signal, isRegistry })) })),
  );
  const mine = new Set(found.filter(({ organization }) => organization === question.organization).map(({ name }) => name));
  const isStrict = (tag: "spf" | "dkim"): boolean =>
    question.record !== undefined && tagValue(question.record, tag === "spf" ? "aspf" : "adkim")?.toLowerCase() === "s";
  const isAligned = (tag: "spf" | "dkim", some: readonly string[]): boolean =>
    some.some((name) => name === question.domain || (!isStrict(tag) && mine.has(name)));

  const judged = mails.flatMap((mail) => {
    const { spf, dkim } = mail;
    return spf === undefined || dkim === undefined ? [] : [{ mail, spf: isAligned("spf", spf), dkim: isAligned("dkim", dkim) }];
  });
  const bad = judged.filter(({ spf, dkim }) => !spf || !dkim);
  const failed = found.find((one) => one.failed !== undefined)?.failed;
  if (bad.length > 0 && failed !== undefined) return [{ kind: "unanswered", answer: failed }];
  const none = bad.filter(({ spf, dkim }) => !spf && !dkim);
  const issues: AlignmentIssue[] = [];
  if (none[0] !== undefined) {
    const { spf = [], dkim = [] } = none[0].mail;
    issues.push({ kind: "none", mails: shown(none), spf: listed(spf) || "–", dkim: listed(dkim) || "–" });
  }
  const bySpf = bad.filter(({ spf }) => spf);
  const byDkim = bad.filter(({ dkim }) => dkim);
  if (bySpf.length > 0) issues.push({ kind: "one", mails: shown(bySpf), passes: "SPF", fails: "DKIM" });
  if (byDkim.length > 0) issues.push({ kind: "one", mails: shown(byDkim), passes: "DKIM", fails: "SPF" });
  return issues;
}

const shown = (some: readonly { readonly mail: AuthenticatedMail }[]): string =>
  listed(some.map(({ mail: { from, to } }) => `${from} ▶ ${to}`));

/** The newest fact of each route: what it replaced is seen no more. */
function lastMails({ facts, now }: AlignmentQuestion): AuthenticatedMail[] {
  const last = new Map<string, AuthenticatedMail>();
  for (const { value, lastSeen } of facts.toSorted((one, other) => other.lastSeen - one.lastSeen)) {
    const mail = now - lastSeen <= freshMs ? readAuthenticationFact(value) : undefined;
    const route = mail && `${mail.from}~${mail.to}`;
    if (mail && route !== undefined && !last.has(route) && last.size < maxRoutes) last.set(route, mail);
  }
  return [...last.values()];
}
