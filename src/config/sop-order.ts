import type { SopStep } from "../model/sop.ts";
import { fault, suggest, type Path } from "./diagnostics.ts";
import { isRecord } from "./document.ts";
import { isText } from "./leaf.ts";
import type { Reader } from "./reader.ts";

/** A step as it is written, that of the template under it. */
export interface RawStep {
  readonly id: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly path: Path;
}

interface Raw {
  readonly steps: readonly RawStep[];
  /** The steps that are left out, with what they needed. */
  readonly left: ReadonlyMap<string, readonly string[]>;
  /** Ids that the template does not have. */
  readonly added: ReadonlySet<string>;
}

/** Keys that mean the same in steps of each kind: a step that becomes another kind keeps them. */
const ofEachKind: readonly string[] = ["text", "detail", "needs", "when"];

/** Lays what is written over the steps of the template, in its order; new ones behind. */
export function rawSteps(
  reader: Reader,
  { template, written, path }: { readonly template: unknown; readonly written: unknown; readonly path: Path },
): Raw {
  const base = isRecord(template) ? template : {};
  const over = isRecord(written) ? written : {};
  if (written !== undefined && written !== null && !isRecord(written)) reader.report(path, notSteps);
  const left = new Map<string, readonly string[]>();
  const steps: RawStep[] = [];
  for (const id of new Set([...Object.keys(base), ...Object.keys(over)])) {
    const at = [...path, id];
    const below = isRecord(base[id]) ? base[id] : undefined;
    const own = over[id] ?? {};
    const isOff = own === "off" || own === false;
    if ((!below && isOff) || (!isOff && !isRecord(own)) || (below === undefined && isMisspelt(own, base))) {
      reader.report(at, isOff || isRecord(own) ? noSuchStep(id, Object.keys(base)) : notAStep, isRecord(own) ? "key" : "value");
      // What needs it is not told besides.
      left.set(id, []);
    } else if (isOff) left.set(id, needsOf(below));
    else if (isRecord(own)) steps.push({ id, value: { ...kept(below ?? {}, own), ...own }, path: at });
  }
  return { steps, left, added: new Set(Object.keys(over).filter((id) => !isRecord(base[id]))) };
}

/** A new step says what to do; one that does not, where there is a template, was meant for a step of it. */
const isMisspelt = (own: unknown, base: Readonly<Record<string, unknown>>): boolean =>
  isRecord(own) && own["text"] === undefined && Object.keys(base).length > 0;

const kept = (
  below: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> =>
  own["kind"] === undefined || own["kind"] === (below["kind"] ?? "manual")
    ? below
    : Object.fromEntries(Object.entries(below).filter(([key]) => ofEachKind.includes(key)));

const needsOf = (step: Readonly<Record<string, unknown>> | undefined): readonly string[] => {
  const needs = step?.["needs"];
  return Array.isArray(needs) ? needs.filter(isText) : [];
};

/**
 * The steps with needs that are all there: in the place of a step that was left out stands what it needed. Reports needs of steps
 * that do not exist, and circles.
 */
export function settleNeeds(
  reader: Reader,
  { steps: raw, left }: Raw,
  made: readonly { readonly step: SopStep; readonly path: Path }[],
): readonly SopStep[] {
  const before = reader.errors.length;
  const ids = raw.map(({ id }) => id);
  for (const { id, value, path } of raw) {
    const needs: readonly unknown[] = Array.isArray(value["needs"]) ? value["needs"] : [];
    for (const [i, need] of needs.entries()) {
      if (isText(need) && (ids.includes(need) || left.has(need))) continue;
      const others = ids.filter((one) => one !== id);
      const remedy = suggest(isText(need) ? need : "", others);
      reader.report([...path, "needs", i], fault({ en: "there is no such step", zh: "没有这个步骤" }, remedy));
    }
  }
  const resolve = (need: string, seen: ReadonlySet<string>): readonly string[] => {
    const instead = left.get(need);
    if (!instead) return [need];
    return seen.has(need) ? [] : instead.flatMap((one) => resolve(one, new Set([...seen, need])));
  };
  const steps = made.map(({ step }) => ({
    ...step,
    needs: [...new Set(step.needs.flatMap((need) => resolve(need, new Set())))],
  }));
  if (reader.errors.length > before) return steps;
  const circle = circleIn(steps);
  const first = made.find(({ step }) => step.id === circle[0]);
  if (first) {
    const way = [...circle, first.step.id].join(" → ");
    reader.report(
      [...first.path, "needs"],
      fault(
        { en: `these steps wait for each other: ${way}`, zh: `这些步骤互相等待：${way}` },
        { en: "take one of these needs out", zh: "请去掉其中一处 needs" },
      ),
    );
  }
  return steps;
}

/** The ids of one circle, each needing the next; empty where there is none. */
function circleIn(steps: readonly SopStep[]): readonly string[] {
  const needs = new Map(steps.map((step) => [step.id, step.needs]));
  const fine = new Set<string>();
  const walk = (id: string, way: readonly string[]): readonly string[] => {
    if (fine.has(id)) return [];
    const from = way.indexOf(id);
    if (from >= 0) return way.slice(from);
    for (const need of needs.get(id) ?? []) {
      const found = walk(need, [...way, id]);
      if (found.length > 0) return found;
    }
    fine.add(id);
    return [];
  };
  for (const { id } of steps) {
    const found = walk(id, []);
    if (found.length > 0) return found;
  }
  return [];
}

/**
 * Steps in the order in which a person reads them: added ones behind the last step that they need; those that need none before what
 * comes after the recovery.
 */
export function orderSteps(steps: readonly SopStep[], added: ReadonlySet<string>): readonly SopStep[] {
  const ordered = steps.filter(({ id }) => !added.has(id));
  if (ordered.length === 0) return steps;
  for (const step of steps.filter(({ id }) => added.has(id))) {
    const last = ordered.findLastIndex(({ id }) => step.needs.includes(id));
    const recovery = ordered.findIndex(({ after }) => after !== undefined);
    const isEnd = step.after !== undefined || recovery < 0;
    ordered.splice(last >= 0 ? last + 1 : isEnd ? ordered.length : recovery, 0, step);
  }
  return ordered;
}

const notSteps = fault(
  { en: "is not a mapping of steps", zh: "不是步骤的映射" },
  { en: "write each step below its name: vendor: { text: … }", zh: "请逐个写步骤，例如 vendor: { text: … }" },
);
const notAStep = fault(
  { en: "is not a step", zh: "不是有效的步骤" },
  { en: "write { text: … }, or off to leave it out", zh: "请写 { text: … }，或写 off 去掉这一步" },
);
const noSuchStep = (id: string, known: readonly string[]) =>
  fault(
    { en: "the template has no such step", zh: "模板中没有这个步骤" },
    { en: `${suggest(id, known).en}; to add a step, say its text`, zh: `${suggest(id, known).zh}；若要新增步骤，请写 text` },
  );
