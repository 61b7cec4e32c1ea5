import type { ArrivalStory } from "../src/mail/arrival-story.ts";
import type { Fate, Journey } from "../src/mail/probe-journey.ts";
import type { CheckContext, FoundFinding } from "../src/model/check.ts";
import { certificateFindings } from "../src/net/certificate-findings.ts";
import { connectionFindings } from "../src/net/connection-findings.ts";
import { loginFindings } from "../src/net/login-findings.ts";
import { sessionFindings } from "../src/net/session-findings.ts";
import type { Options } from "./mail-roundtrip.options.ts";
import { roundTripFindings } from "./mail-roundtrip.texts.ts";

export const findings = {
  ...connectionFindings,
  ...certificateFindings,
  ...sessionFindings,
  ...loginFindings,
  ...roundTripFindings,
};
export type Code = keyof typeof findings;
export type Found = FoundFinding<Code>;

export const metrics = {
  roundtrip: {
    label: { en: "round trip", zh: "往返" },
    help: "From handing a probe mail over until it was in the mailbox",
    unit: "seconds",
  },
  send: {
    label: { en: "hand over", zh: "投递" },
    help: "Time to log in at the sender's server and hand a mail over",
    unit: "seconds",
  },
  look: {
    label: { en: "search", zh: "查找" },
    help: "Time to log in to the receiver's mailbox and look through its folders",
    unit: "seconds",
  },
  spamScore: {
    label: { en: "spam score", zh: "垃圾邮件评分" },
    help: "What SpamAssassin gives the last mail that arrived",
    unit: "none",
  },
  sentTotal: {
    label: { en: "sent in all", zh: "累计发出" },
    help: "Probe mails that the sender's server has taken since the beginning",
    unit: "none",
  },
  lostTotal: {
    label: { en: "lost in all", zh: "累计丢失" },
    help: "Of these, mails that were neither found nor returned",
    unit: "none",
  },
  foundTotal: {
    label: { en: "found in all", zh: "累计收到" },
    help: "Of these, mails that were found, in whatever folder and however late",
    unit: "none",
  },
  lateTotal: {
    label: { en: "found too late in all", zh: "累计超时收到" },
    help: "Mails that were found only after lostAfter; those that were counted as lost before are no longer in lostTotal",
    unit: "none",
  },
  returnedTotal: {
    label: { en: "returned in all", zh: "累计退回" },
    help: "Mails that were returned, or held back where that is expected",
    unit: "none",
  },
  junkTotal: {
    label: { en: "found in junk in all", zh: "累计进垃圾箱" },
    help: "Mails that were found in the junk folder",
    unit: "none",
  },
  duplicatesTotal: {
    label: { en: "second copies", zh: "重复收到" },
    help: "Copies of probe mails that came besides the first since the beginning",
    unit: "none",
  },
} as const;
export type Metric = keyof typeof metrics;

/** One run. */
export interface Trip {
  readonly ctx: CheckContext;
  readonly options: Options;
  readonly signal: AbortSignal;
  readonly metrics: Partial<Record<Metric, number>>;
  readonly loggedIn: string[];
  readonly facts: { kind: string; value: string; asset: string }[];
}

/** How far a run has come. `known`: the fate of a mail was learnt, or that none could be sent or looked for. */
export interface Step {
  readonly journey: Journey;
  readonly findings: readonly Found[];
  readonly known: boolean;
}

/** What became of a mail, and what its header tells of its way. */
export type ReadFate = Fate & { readonly story: ArrivalStory };

export const routeOf = ({ from, to }: Options): string => `${from.address}~${to.address}`;
export const ends = ({ from, to }: Options) => ({ from: from.address, to: to.address });
export const seconds = (ms: number): number => Math.round(ms / 1000);

export async function timed<T>({ metrics: measured }: Trip, metric: Metric, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  try {
    return await work();
  } finally {
    measured[metric] = Math.round(performance.now() - began) / 1000;
  }
}
