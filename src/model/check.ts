import type { z } from "zod";
import type { Cause } from "./cause.ts";
import type { Dial } from "./connection.ts";
import type { Ask, Resolve } from "./dns.ts";
import type { Json } from "./json.ts";
import type { Secret } from "./secret.ts";
import type { Fact, Observation } from "./observation.ts";
import type { Severity } from "./status.ts";
import type { Data, Text } from "./text.ts";

/** What a probe counts towards. Only `service` probes enter availability. */
export type Measures = "service" | "posture" | "expiry" | "monitor";

/** The six questions a company asks of its mail; every check answers one, those of the own side none. */
export const questions = ["receive", "send", "read", "trusted", "backed-up", "paid"] as const;
export type Question = (typeof questions)[number];

/** When a change is believed. Times in milliseconds. */
export interface Confirm {
  /** Bad in n of the last m known observations. */
  readonly bad: readonly [n: number, m: number];
  /** Good observations in a row until it is well again. */
  readonly good: number;
  /** How long the bad ones must span at least; default 0. */
  readonly forMs?: number;
  /** How soon an undecided probe is looked at again; 0: at its own interval. */
  readonly recheckMs: number;
}

/** What a run may use of the world: nothing else is reached, so tests hand in tables and small servers. */
export interface CheckContext {
  readonly dial: Dial;
  readonly resolve: Resolve;
  readonly ask: Ask;
  /** Milliseconds UTC. */
  readonly now: () => number;
  /** Milliseconds between two runs of this probe, as configured. */
  readonly everyMs: number;
  /** What this probe's last run returned as `memory`. */
  readonly memory: Json | undefined;
  /** What is known about this probe's asset. */
  readonly facts: (kind: string) => readonly Fact[];
  /** The last observation of this probe. */
  readonly previous: Observation | undefined;
  /** Is this address reachable from the public internet here? (`settings.network.public` widens it.) */
  readonly isPublic: (address: string) => boolean;
  /** PEM texts of the authorities trusted besides the system's (`settings.tls.ca`), for clients that make their own connection. */
  readonly authorities: readonly string[];
  /** HMAC-SHA256 of a text under the installation's own key, hex: what nobody else can have written. */
  readonly sign: (text: string) => string;
  /**
   * Does what several checks of one audit need once for all of them: the first one makes it, under a signal of all. Elsewhere each
   * run makes it itself.
   */
  readonly once: <T>(what: string, make: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) => Promise<T>;
  /** Adds a line of evidence. It is kept even when the run throws or runs out of time. Masked and made visible by the engine. */
  readonly note: (line: string) => void;
}

export interface FoundFinding<Code extends string> {
  readonly code: Code;
  readonly data?: Data;
  /** Only where one code is said with two severities by its source (a greeting that is late, or very late). */
  readonly severity?: Severity;
}

export interface CheckResult<Code extends string, Metric extends string> {
  readonly findings: readonly FoundFinding<Code>[];
  /** There was nothing to look at (no mail server, no own sender): nothing is wrong, but nothing was found to be right either. */
  readonly nothing?: boolean;
  readonly metrics?: Readonly<Partial<Record<Metric, number>>>;
  /** At most 64 KiB as JSON; committed with the observation and handed to the next run. Left out: the old one stays. */
  readonly memory?: Json;
  /** `asset`: whom it is about, where that is not this probe's own. */
  readonly facts?: readonly { readonly kind: string; readonly value: string; readonly asset?: string }[];
  /** The accounts (as in `load`) whose credential was accepted in this run: their breaker closes. */
  readonly loggedIn?: readonly string[];
  /** Milliseconds until the next look, if that should be sooner than the interval. */
  readonly again?: number;
  /** A mail was given up for lost in this run: what `latency` of the check measures is without end. Said once for each mail. */
  readonly lost?: boolean;
}

/** Self-tests that a finding may stand on: the probe `monitor/<name>`. */
export type SelfTest = "port25" | "ipv6";

export interface FindingDeclaration {
  readonly severity: Severity;
  /** What is so, first for the company, then technically. Names data in braces. */
  readonly text: Text;
  /** What to do first, in the imperative, and who acts. */
  readonly advice: Text;
  /** RFC and section, vendor page, or the reason. */
  readonly source: string;
  /** Rests on how long something took here: unknown when our own event loop was late by 250 ms or more. */
  readonly timed?: true;
  /** Counts only while these self-tests have passed, run after it was found: without a passing one it is unknown. */
  readonly standsOn?: readonly SelfTest[];
  /** Opens its incident at once, without N of M (a definite rejection of a credential). */
  readonly immediate?: true;
  /**
   * The credential was refused: `definite` or `ambiguous`; drives the authentication breaker. A check that logs in to several
   * accounts names the refused one in the finding's `data.account`.
   */
  readonly rejects?: "definite" | "ambiguous";
  /** The cause that this finding alone speaks for, before it is compared with what other probes see. */
  readonly cause?: Cause;
  /** It is about the whole machine that `data.host` names, not about this asset alone: who finds it there shares one incident. */
  readonly concerns?: "server";
  /** Mail itself stands still because of it, whatever the check measures otherwise: it is told with the weight of an outage. */
  readonly outage?: true;
}

export interface MetricDeclaration {
  /** What a person reads before the value, in a word or two. */
  readonly label: Text;
  /** For Prometheus, one English sentence. */
  readonly help: string;
  readonly unit: "seconds" | "bytes" | "ratio" | "none";
  /** It counts down, in seconds, to the end of what is paid for or valid: `expiries` lists that end. */
  readonly untilEnd?: true;
}

/** The end of something, as the configuration says it. */
interface End {
  readonly what: string;
  /** The first moment after it, milliseconds UTC. */
  readonly at: number;
  /** Who renews it. */
  readonly owner?: string;
}

/** One account that a run logs in to. Runs of one account never overlap, and they share one authentication breaker. */
export interface Login {
  /** The login name, lower case. */
  readonly account: string;
  /** What is sent to log in, so that the breaker sees when it has changed. */
  readonly credential: Secret;
  /** How often a run, with the early looks that follow it, logs in at most. Left out: once. */
  readonly most?: number;
}

/** What a probe loads: how many run at once is bounded per host and per account. */
export interface Load {
  readonly host?: string;
  readonly logins?: readonly Login[];
  /** Whose mailbox it sends from: one mail a run, or one in so many milliseconds where that is more. */
  readonly mails?: { readonly account: string; readonly everyMs?: number };
}

/** Metadata of an option: what it is for, as the reference tells it. `.meta(explain({ en, zh }))`, last in its chain. */
export const explain = (text: Text): { readonly explain: Text } => ({ explain: text });

/** Metadata of a number of milliseconds: people write it as `10m`. */
export const writtenAsDuration = { milliseconds: true } as const;

export interface Check<O extends z.ZodType = z.ZodType, Code extends string = string, Metric extends string = string> {
  /** Equals the file name. Never reused for another meaning: history is keyed by it. */
  readonly id: string;
  readonly title: Text;
  readonly measures: Measures;
  /** Which question of the overview it belongs to; undefined for the own side. */
  readonly answers: Question | undefined;
  /** Milliseconds between two runs, and until a run is given up. */
  readonly every: number;
  readonly deadline: number;
  readonly confirm: Confirm;
  readonly options: O;
  /** Everything this check can say. */
  readonly findings: Readonly<Record<Code, FindingDeclaration>>;
  readonly metrics: Readonly<Record<Metric, MetricDeclaration>>;
  /** The metric, in seconds, that says how long what this check looks at took, where that is not how long its run took. */
  readonly latency?: NoInfer<Metric>;
  target(options: z.output<O>): string;
  load?(options: z.output<O>): Load;
  /** The ends that the options name, which are known without a run. What a run finds out instead is a metric with `untilEnd`. */
  ends?(options: z.output<O>): readonly End[];
  run(ctx: CheckContext, options: z.output<O>, signal: AbortSignal): Promise<CheckResult<NoInfer<Code>, NoInfer<Metric>>>;
}

/** A check as the engine holds it, whatever its options. Its own declaration is the only thing that knows more. */
// oxlint-disable-next-line typescript/no-explicit-any -- options are checked by the schema beside it; no type can say so across checks
export type AnyCheck = Check<any>;

/** Does nothing at run time; it lets the compiler tie the parts of one check together. */
export const defineCheck = <O extends z.ZodType, C extends string, M extends string>(check: Check<O, C, M>): Check<O, C, M> =>
  check;
