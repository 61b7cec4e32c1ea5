import { sopRefusals } from "../i18n/sop-refusals.ts";
import { cutText } from "../model/cut.ts";
import { incidentName } from "../model/incident.ts";
import { runName, type ManualStep, type SopAction, type SopRun } from "../model/sop.ts";
import { fill, quoted, type Text } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import {
  begin,
  carryOut,
  changeStep,
  end,
  isMet,
  settle,
  standings,
  system,
  write,
  type Draft,
  type Standing,
} from "./sop-steps.ts";

/** Of a name, and of anything else that people write, in characters. */
const mostInName = 80;
const mostInText = 2_000;
const minute = 60_000;

/** Does what a person asks for. What it says is why not; nothing has changed then. */
export function act(draft: Draft, action: SopAction, now: number): Text | undefined {
  const by = oneLine(action.by);
  if (by === "" || by === system) return sopRefusals.noName;
  if (by.length > mostInName) return refuse(sopRefusals.tooLong, { most: mostInName });
  const { run } = draft;
  const name = { run: runName(run.id) };
  const isProposed = run.state === "proposed";
  switch (action.kind) {
    case "begin":
      if (!isProposed) return refuse(sopRefusals.alreadyBegun, name);
      return done(() => begin(draft, now, by));
    case "done":
      return withStep(run, action.step, (standing) => tick(draft, standing, { by, input: action.input, now }));
    case "skip":
      return withStep(run, action.step, (standing) =>
        withText(action.reason, sopRefusals.noReason, (reason) => skip(draft, standing, { by, reason, now })),
      );
    case "retry":
      return withStep(run, action.step, (standing) => retry(draft, standing, { by, now }));
    case "note":
      return withText(action.text, sopRefusals.noText, (text) =>
        done(() => write(draft, now, "note", { actor: by, data: { text } })),
      );
    case "close":
      return close(draft, by, now);
    case "abort":
      if (isProposed) return refuse(sopRefusals.notBegunAbort, name);
      return withText(action.reason, sopRefusals.noReason, (reason) =>
        done(() => end(draft, { state: "aborted", at: now, by, reason })),
      );
    case "dismiss":
      if (!isProposed) return refuse(sopRefusals.alreadyBegun, name);
      return withText(action.reason, sopRefusals.noReason, (reason) =>
        done(() => end(draft, { state: "dismissed", at: now, by, reason })),
      );
  }
  return undefined;
}

function done(work: () => void): undefined {
  work();
}

/** A refusal with its values; `zh` where they are words. */
export const refuse = (text: Text, en: Readonly<Record<string, string | number>>, zh = en): Text => ({
  en: fill(text.en, en),
  zh: fill(text.zh, zh),
});

const oneLine = (text: string): string => visible(text.replaceAll(/\s+/g, " ").trim(), 4 * mostInText);

function withText(text: string, empty: Text, then: (text: string) => Text | undefined): Text | undefined {
  const line = oneLine(text);
  if (line === "") return empty;
  return line.length > mostInText ? refuse(sopRefusals.tooLong, { most: mostInText }) : then(line);
}

function withStep(run: SopRun, id: string, then: (standing: Standing) => Text | undefined): Text | undefined {
  const name = runName(run.id);
  if (run.state === "proposed") return refuse(sopRefusals.notBegun, { run: name });
  const all = standings(run);
  const standing = all.find(({ own }) => own.id === id);
  if (standing) return then(standing);
  const steps = all.map(({ own }) => own.id);
  const step = cutText(visible(id), mostInName);
  return refuse(sopRefusals.noStep, { run: name, step, steps: steps.join(", ") }, { run: name, step, steps: steps.join("、") });
}

/** Why a step that has ended stays as it is. */
function hasHappened({ own }: Standing): Text | undefined {
  if (own.state !== "done" && own.state !== "skipped") return undefined;
  const by = own.by === undefined || own.by === system ? { en: "the system", zh: "系统" } : { en: own.by, zh: own.by };
  return refuse(own.state === "done" ? sopRefusals.stepDone : sopRefusals.stepSkipped, { by: by.en }, { by: by.zh });
}

function tick(
  draft: Draft,
  standing: Standing,
  how: { readonly by: string; readonly input: Readonly<Record<string, string>>; readonly now: number },
): Text | undefined {
  const { step, own } = standing;
  const { by, now } = how;
  const past = hasHappened(standing);
  if (past) return past;
  if (step.kind !== "manual") return sopRefusals.notManual;
  if (own.state !== "waiting") return whyBlocked(draft.run, standing);
  const input = Object.fromEntries(
    step.input
      .map(({ key }) => [key, oneLine(Object.hasOwn(how.input, key) ? (how.input[key] ?? "") : "")] as const)
      .filter(([, text]) => text !== ""),
  );
  const missing = step.input.filter(({ key, required }) => required && !Object.hasOwn(input, key));
  if (missing.length > 0)
    return named(
      sopRefusals.noInput,
      "what",
      missing.map(({ title }) => title),
    );
  if (Object.values(input).some((text) => text.length > mostInText)) return refuse(sopRefusals.tooLong, { most: mostInText });
  const late = own.dueAt !== undefined && now >= own.dueAt;
  changeStep(draft, step.id, { state: "done", endedAt: now, by, input, late });
  write(draft, now, "done", { actor: by, step: step.id, data: { input, ...(late ? { late } : {}) } });
  settle(draft, now, knowsTheirRole(step));
  return undefined;
}

function skip(
  draft: Draft,
  standing: Standing,
  { by, reason, now }: { readonly by: string; readonly reason: string; readonly now: number },
): Text | undefined {
  const { step, own } = standing;
  const past = hasHappened(standing);
  if (past) return past;
  const late = step.kind === "manual" && own.state === "waiting" && own.dueAt !== undefined && now >= own.dueAt;
  changeStep(draft, step.id, { state: "skipped", endedAt: now, by, reason, late });
  write(draft, now, "skipped", { actor: by, step: step.id, data: { reason } });
  settle(draft, now, step.kind === "manual" ? knowsTheirRole(step) : () => false);
  return undefined;
}

/** Whoever acts has the page before them and sees what comes next for them. */
const knowsTheirRole =
  ({ who }: ManualStep) =>
  (next: ManualStep): boolean =>
    next.who.role === who.role;

function retry(
  draft: Draft,
  { step, own }: Standing,
  { by, now }: { readonly by: string; readonly now: number },
): Text | undefined {
  if (own.state !== "failed" || (step.kind !== "notify" && step.kind !== "webhook")) return sopRefusals.notFailed;
  changeStep(draft, step.id, { state: "running", endedAt: undefined, by: undefined, reason: undefined });
  write(draft, now, "ready", { actor: by, step: step.id, data: { again: true } });
  carryOut(draft, step, now);
  return undefined;
}

function whyBlocked(run: SopRun, { step }: Standing): Text {
  const needed = standings(run).filter((one) => step.needs.includes(one.own.id) && !isMet(one));
  return needed.length > 0 ? named(sopRefusals.stepBlocked, "steps", needed.map(nameOf)) : sopRefusals.stepAfterResolved;
}

function close(draft: Draft, by: string, now: number): Text | undefined {
  const { run } = draft;
  const name = runName(run.id);
  if (run.state === "proposed") return refuse(sopRefusals.notBegun, { run: name });
  if (run.incident !== undefined && run.state !== "stable") {
    const incident = incidentName(run.incident);
    if (run.resolvedAt === undefined) return refuse(sopRefusals.incidentOpen, { run: name, incident });
    const minutes = Math.max(1, Math.ceil((run.resolvedAt + run.sop.calmMs - now) / minute));
    return refuse(sopRefusals.notCalm, { run: name, incident, minutes });
  }
  const open = standings(run).filter((one) => !isMet(one));
  if (open.length > 0) return named(sopRefusals.stepsOpen, "steps", open.map(nameOf));
  end(draft, { state: "closed", at: now, by });
  return undefined;
}

/** A manual step by what is to be done, any other by its id: its text is a message. */
const nameOf = ({ step }: Standing): Text =>
  step.kind === "manual"
    ? { en: cutText(step.text.en, mostInName), zh: cutText(step.text.zh, mostInName) }
    : { en: step.id, zh: step.id };

const named = (text: Text, place: string, names: readonly Text[]): Text =>
  refuse(
    text,
    { [place]: names.map(({ en }) => quoted(en)).join(", ") },
    { [place]: names.map(({ zh }) => `「${zh}」`).join("、") },
  );
