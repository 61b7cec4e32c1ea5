import type { Ask, DnsAnswer } from "../model/dns.ts";
import { type DmarcRecord, isDmarcLike, isDmarcRecord, readDmarcRecord } from "./dmarc-record.ts";
import { textsOf } from "./txt-answer.ts";

/** RFC 9989 4.10: a name of eight or more labels goes straight to seven, so that a walk asks at most eight questions. */
const walkLabels = 7;

/** What stands at `_dmarc.` and one name of the walk. */
export interface WalkStep {
  readonly domain: string;
  readonly answer: DnsAnswer<"TXT">;
  /** The record, where there is exactly one that is a valid list of tags. */
  readonly record: DmarcRecord | undefined;
  /** Texts that begin as a DMARC record does. */
  readonly records: readonly string[];
  /** Texts that are meant as one, and that receivers discard. */
  readonly unreadable: readonly string[];
  /** Texts about something else. */
  readonly unrelated: readonly string[];
}

export interface Discovery {
  /** From the domain upwards. */
  readonly steps: readonly WalkStep[];
  /** Where the policy comes from. */
  readonly source: (WalkStep & { readonly record: DmarcRecord }) | undefined;
  /** RFC 9989 4.10.2; undefined where the walk could not be ended. */
  readonly organization: string | undefined;
  /** The question that ended the walk; without it nothing is known about the names above. */
  readonly failed: DnsAnswer<"TXT"> | undefined;
}

export interface WalkOptions {
  readonly signal: AbortSignal;
  /**
   * Is this name run by a registry? A missing answer there does not hide what is known of the names below it, and its
   * servers are not asked a second time. The walk itself knows no list of suffixes.
   */
  readonly isRegistry: (name: string) => boolean;
}

/** Finds the DMARC policy of a domain (A-labels) by the tree walk of RFC 9989 section 4.10: at most eight questions. */
export async function discoverPolicy(domain: string, ask: Ask, options: WalkOptions): Promise<Discovery> {
  const { steps, failed } = await walkUp(domain, ask, options);
  const found = steps.filter(hasRecord);
  const organization = failed === undefined ? organizationOf(domain, found) : undefined;
  const own = found.find((step) => step.domain === domain);
  if (own !== undefined || organization === undefined) return { steps, source: own, organization, failed };
  const last = found.at(-1);
  const above = last?.record.psd === "y" ? last : undefined;
  return { steps, source: found.find((step) => step.domain === organization) ?? above, organization, failed };
}

type FoundStep = WalkStep & { readonly record: DmarcRecord };
const hasRecord = (step: WalkStep): step is FoundStep => step.record !== undefined;

async function walkUp(
  domain: string,
  ask: Ask,
  { signal, isRegistry }: WalkOptions,
): Promise<{ readonly steps: readonly WalkStep[]; readonly failed: DnsAnswer<"TXT"> | undefined }> {
  const steps: WalkStep[] = [];
  for (const name of walkNames(domain)) {
    const registry = isRegistry(name);
    const answer = await ask(`_dmarc.${name}`, "TXT", { signal, confirm: !registry });
    const step = readStep(name, answer);
    steps.push(step);
    if (answer.outcome === "failed" && !registry) return { steps, failed: answer };
    if (step.record?.psd === "y" || step.record?.psd === "n") break;
  }
  return { steps, failed: undefined };
}

/** The names of a walk: the domain, then from seven labels on down to one. */
export function walkNames(domain: string): string[] {
  const labels = domain.split(".");
  const names = [domain];
  for (let left = Math.min(labels.length - 1, walkLabels); left > 0; left -= 1) names.push(labels.slice(-left).join("."));
  return names;
}

function readStep(domain: string, answer: DnsAnswer<"TXT">): WalkStep {
  const texts = textsOf(answer);
  const records = texts.filter(isDmarcRecord);
  const [only] = records;
  const read = only !== undefined && records.length === 1 ? readDmarcRecord(only) : undefined;
  // RFC 6376 3.2: a list with a tag twice is no list at all, so the record is discarded.
  const valid = read !== undefined && read.repeated.length === 0;
  const broken = read !== undefined && !valid ? [read.text] : [];
  return {
    domain,
    answer,
    record: valid ? read : undefined,
    records,
    unreadable: [...broken, ...texts.filter((text) => !isDmarcRecord(text) && isDmarcLike(text))],
    unrelated: texts.filter((text) => !isDmarcRecord(text) && !isDmarcLike(text)),
  };
}

function organizationOf(domain: string, found: readonly FoundStep[]): string {
  for (const { domain: name, record } of found) {
    if (record.psd === "n") return name;
    if (record.psd === "y" && name !== domain)
      return domain
        .split(".")
        .slice(-(name.split(".").length + 1))
        .join(".");
  }
  return found.at(-1)?.domain ?? domain;
}
