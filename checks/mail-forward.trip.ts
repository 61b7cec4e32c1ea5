import type { ForwardJourney, Told } from "../src/mail/forward-journey.ts";
import type { CheckContext, FoundFinding } from "../src/model/check.ts";
import { mailboxFindings } from "../src/net/mailbox-findings.ts";
import type { Options } from "./mail-forward.options.ts";
import { forwardFindings } from "./mail-forward.texts.ts";

export const findings = { ...mailboxFindings, ...forwardFindings };
export type Code = keyof typeof findings;
export type Found = FoundFinding<Code>;

export const metrics = {
  slowest: {
    label: { en: "until all have it", zh: "全部送达" },
    help: "From handing a probe mail over until the last member had it",
    unit: "seconds",
  },
  reached: { label: { en: "reached", zh: "已送达成员" }, help: "Members that the last probe mail has reached", unit: "none" },
  answer: {
    label: { en: "automatic answer", zh: "自动回复" },
    help: "From handing a probe mail over until its automatic answer was seen",
    unit: "seconds",
  },
} as const;
export type Metric = keyof typeof metrics;

/** One run. */
export interface Trip {
  readonly ctx: CheckContext;
  readonly options: Options;
  readonly signal: AbortSignal;
  readonly metrics: Partial<Record<Metric, number>>;
  readonly loggedIn: Set<string>;
  /** The numbers of mails that this run gave up, although nobody refused them. */
  readonly lost: Set<number>;
}

/** How far a run has come. `known`: the fate of a mail was learnt, or that none could be sent or looked for. */
export interface Step {
  readonly journey: ForwardJourney;
  readonly findings: readonly Found[];
  readonly known: boolean;
}

/** Another name than that of the round trip between the same two, whose mails are not ours. */
export const routeOf = ({ from, to }: Options): string => `forward ${from.address}~${to}`;
export const ends = ({ from, to }: Options): { readonly from: string; readonly to: string } => ({ from: from.address, to });
export const seconds = (ms: number): number => Math.round(ms / 1000);
export const keyOf = (address: string): string => address.toLowerCase();

export const answerWithin = ({ autoReply }: Options): number => autoReply?.within ?? 0;

export const withFindings = (step: Step, found: readonly Found[]): Step => ({ ...step, findings: [...step.findings, ...found] });

const isCode = (code: string): code is Code => Object.hasOwn(findings, code);

/** What was remembered is told again. */
export const toldAgain = (some: readonly Told[]): readonly Found[] =>
  some.flatMap(({ code, data, severity }) => (isCode(code) ? [{ code, data, ...(severity ? { severity } : {}) }] : []));
