import { move, propose, type SopEvent, type SopMove } from "../../src/engine/sop.ts";
import type { ManualStep, NotifyStep, Sop, SopRun, SopStep, StepRun, WaitStep, WebhookStep } from "../../src/model/sop.ts";
import type { Text } from "../../src/model/text.ts";

export const minute = 60_000;
export const t0 = Date.UTC(2026, 0, 5, 8);

/** Minutes after the beginning. */
export const at = (minutes: number): number => t0 + minutes * minute;

const text = (en: string): Text => ({ en, zh: `请：${en}` });

export const manual = (id: string, more: Partial<ManualStep> = {}): ManualStep => ({
  kind: "manual",
  id,
  text: text(`Do ${id}`),
  needs: [],
  who: {
    role: "it",
    title: { en: "IT", zh: "信息部" },
    people: [
      { id: "li", name: "李工" },
      { id: "wang", name: "王工" },
    ],
  },
  onTimeout: "escalate",
  input: [],
  ...more,
});

export const of = (role: string): Pick<ManualStep, "who"> => ({ who: { role, title: text(role), people: [] } });

export const notify = (id: string, more: Partial<NotifyStep> = {}): NotifyStep => ({
  kind: "notify",
  id,
  text: text(`Mail is down (${id})`),
  needs: [],
  channels: ["staff"],
  ...more,
});

export const webhook = (id: string, more: Partial<WebhookStep> = {}): WebhookStep => ({
  kind: "webhook",
  id,
  text: text(`Tell ${id}`),
  needs: [],
  body: { event: "mail_outage" },
  onFailure: "stop",
  ...more,
});

export const wait = (id: string, minutes: number, more: Partial<WaitStep> = {}): WaitStep => ({
  kind: "wait",
  id,
  text: text(`Wait ${minutes} min`),
  needs: [],
  forMs: minutes * minute,
  ...more,
});

export const sop = (steps: readonly SopStep[], more: Partial<Sop> = {}): Sop => ({
  name: "mail-down",
  title: { en: "Mail is down", zh: "邮件中断" },
  summary: { en: "Nobody can send or receive.", zh: "收发全部中断。" },
  priority: "P1",
  trigger: { findings: [], causes: ["server-down"], priorities: [], forMs: 0 },
  channels: ["duty", "phone", "boss"],
  calmMs: 10 * minute,
  steps,
  hash: "ab".repeat(32),
  ...more,
});

/** Begun by the system for incident 7, at `t0`. */
export const begun = (steps: readonly SopStep[], more: Partial<Sop> = {}): SopMove =>
  propose(sop(steps, more), { id: 3, drill: false, incident: 7, by: "system", now: t0 });

export const byHand = (steps: readonly SopStep[], more: Partial<Sop> = {}): SopMove =>
  propose(sop(steps, more), { id: 3, drill: false, incident: undefined, by: "Li", now: t0 });

export const drilled = (steps: readonly SopStep[], more: Partial<Sop> = {}): SopMove =>
  propose(sop(steps, more), { id: 3, drill: true, incident: undefined, by: "Li", now: t0 });

/** Proposed for incident 7; begins by itself after ten minutes. */
export const proposed = (steps: readonly SopStep[], more: Partial<Sop> = {}): SopMove =>
  propose(sop(steps, { trigger: { findings: [], causes: [], priorities: ["P1"], forMs: 10 * minute }, ...more }), {
    id: 3,
    drill: false,
    incident: 7,
    by: "system",
    now: t0,
  });

export type Timed = readonly [minutes: number, event: SopEvent];

/** What happened in minutes after the beginning, one after the other; what changes nothing is passed over. @throws Error when refused */
export function after(begin: SopMove, ...events: readonly Timed[]): SopMove {
  const all: SopMove[] = [begin];
  for (const [minutes, event] of events) {
    const next = move(all.at(-1)?.run ?? begin.run, event, at(minutes));
    if (next && "refused" in next) throw new Error(next.refused.en);
    if (next) all.push(next);
  }
  return {
    run: all.at(-1)?.run ?? begin.run,
    entries: all.flatMap(({ entries }) => entries),
    messages: all.flatMap(({ messages }) => messages),
  };
}

export function stepOf(run: SopRun, id: string): StepRun {
  const own = run.steps.find((step) => step.id === id);
  if (!own) throw new Error(`There is no step ${id}`);
  return own;
}

export const states = (run: SopRun): Readonly<Record<string, string>> =>
  Object.fromEntries(run.steps.map(({ id, state }) => [id, state]));

/** `kind step > channels`, with the level when there is one. */
export const told = ({ messages }: SopMove): readonly string[] =>
  messages.map(({ kind, step, channels, level }) =>
    [kind, ...(step === undefined ? [] : [step]), ...(level > 0 ? [level] : []), ">", channels.join("+")].join(" "),
  );

/** `minutes kind step by actor`; the system is not named. */
export const history = ({ entries }: SopMove): readonly string[] =>
  entries.map((entry) =>
    [
      (entry.at - t0) / minute,
      entry.kind,
      ...(entry.step === undefined ? [] : [entry.step]),
      ...(entry.actor === "system" ? [] : ["by", entry.actor]),
    ].join(" "),
  );

export const done = (step: string, input: Readonly<Record<string, string>> = {}): SopEvent => ({
  kind: "done",
  step,
  by: "Li",
  input,
});
export const skip = (step: string, reason = "not needed"): SopEvent => ({ kind: "skip", step, by: "Li", reason });
export const retry = (step: string): SopEvent => ({ kind: "retry", step, by: "Li" });
export const delivered = (step: string, outcome: "done" | "failed" = "done"): SopEvent => ({
  kind: "delivered",
  step,
  outcome,
  maybeRepeat: false,
  ...(outcome === "failed" ? { reason: "nobody took it" } : {}),
});
export const tick: SopEvent = { kind: "tick" };
export const resolved: SopEvent = { kind: "resolved" };
export const failingAgain: SopEvent = { kind: "failing-again" };
export const begin: SopEvent = { kind: "begin", by: "Li" };
export const close: SopEvent = { kind: "close", by: "Li" };
export const abort: SopEvent = { kind: "abort", by: "Li", reason: "false alarm" };
export const dismiss: SopEvent = { kind: "dismiss", by: "Li", reason: "known work" };
export const note: SopEvent = { kind: "note", by: "Li", text: "called the provider" };
