import { createHash } from "node:crypto";
import type { AnyChannel } from "../model/channel.ts";
import type { AnyCheck } from "../model/check.ts";
import type { AlertRule, ChannelConfig } from "../model/config.ts";
import type { Sop, SopTrigger } from "../model/sop.ts";
import { engineFindings } from "../i18n/engine-findings.ts";
import type { ConfiguredSop } from "./config.ts";
import { fault, suggest, type Path } from "./diagnostics.ts";
import { isRecord } from "./document.ts";
import { faultsOf, valueAt } from "./issues.ts";
import { isText } from "./leaf.ts";
import { type Crew, readCrew } from "./people.ts";
import type { Reader } from "./reader.ts";
import { orderSteps, rawSteps, settleNeeds } from "./sop-order.ts";
import { readStep, type StepWorld } from "./sop-steps.ts";
import { readTemplate, templateNames } from "./sop-templates.ts";
import { emptyTrigger, isIdentifier, notAnIdentifier, notATrigger, sopSchema, triggerSchema } from "./sop-words.ts";

interface Known {
  readonly checks: ReadonlyMap<string, AnyCheck>;
  readonly channels: ReadonlyMap<string, AnyChannel>;
}

/** What the rest of the file says that SOPs name. */
interface Around {
  /** Channels by name, also those that are written wrongly. */
  readonly channels: readonly string[];
  readonly rules: readonly AlertRule[];
}

type Written = Readonly<Record<string, unknown>>;

const maxSops = 50;
const maxSteps = 40;

/**
 * Reads `people`, `roles` and `sops`. A template is read when an SOP uses it, laid under what is written, and then judged as if all
 * of it stood in the file.
 */
export function readSops(reader: Reader, known: Known, around: Around): readonly ConfiguredSop[] {
  const crew = readCrew(reader);
  const entries = reader.entries(["sops"]);
  if (entries.length > maxSops) {
    reader.report(
      ["sops"],
      fault(
        { en: `are ${entries.length} SOPs`, zh: `共有 ${entries.length} 个预案` },
        { en: `write at most ${maxSops}`, zh: `请最多写 ${maxSops} 个` },
      ),
      "key",
    );
    return [];
  }
  return entries.flatMap(([name, path]) => readSop(reader, { name, path, crew, known, around }) ?? []);
}

function readSop(
  reader: Reader,
  at: {
    readonly name: string;
    readonly path: Path;
    readonly crew: Crew;
    readonly known: Known;
    readonly around: Around;
  },
): ConfiguredSop | undefined {
  const { name, path, crew, known, around } = at;
  const before = reader.errors.length;
  if (!isIdentifier(name)) reader.report(path, notAnIdentifier, "key");
  const value = valueAt(reader.source.value, path);
  if (!isRecord(value)) {
    reader.report(path, notAnSop);
    return undefined;
  }
  const template = templateOf(reader, value, path);
  // Without its template, most of it would seem to be missing.
  if (!template) return undefined;
  const merged = { ...template, ...value };
  const head = parseHead(reader, { ...merged, steps: undefined }, path);
  const trigger = readTrigger(reader, merged["trigger"], [...path, "trigger"], known.checks);
  const named: unknown = value["channels"];
  const channels = Array.isArray(named)
    ? readChannelNames(reader, named, [...path, "channels"], around.channels)
    : channelsOf(around.rules, head?.priority);
  if (head && named === undefined && channels.length === 0) reader.report(path, unheard(around.channels), "key");
  const raw = rawSteps(reader, { template: template["steps"], written: value["steps"], path: [...path, "steps"] });
  if (raw.steps.length === 0 && reader.errors.length === before) reader.report([...path, "steps"], noSteps, "key");
  if (raw.steps.length > maxSteps) reader.report([...path, "steps"], tooManySteps(raw.steps.length), "key");
  const world: StepWorld = {
    sop: name,
    crew,
    channels,
    readChannels: (names, inner) => readChannelNames(reader, names, inner, around.channels),
    webhook: known.channels.get("webhook"),
  };
  const read = raw.steps.map((step) => ({ step, made: readStep(reader, step, world) }));
  const whole = read.flatMap(({ step, made }) => (made ? [{ ...made, path: step.path }] : []));
  const steps = settleNeeds(reader, raw, whole);
  if (!head || reader.errors.length > before) return undefined;
  return {
    sop: hashed({
      name,
      title: head.title,
      summary: head.summary,
      priority: head.priority,
      trigger,
      channels,
      calmMs: head.calm,
      steps: orderSteps(steps, raw.added),
    }),
    hooks: whole.flatMap(({ hook }): readonly ChannelConfig[] => (hook ? [hook] : [])),
    template: isText(value["use"]) ? value["use"] : undefined,
    path,
  };
}

/** The template that it uses; an empty one where it uses none. */
function templateOf(reader: Reader, value: Written, path: Path): Written | undefined {
  const { use } = value;
  if (use === undefined) return {};
  const names = templateNames();
  if (isText(use) && names.includes(use)) return readTemplate(use);
  reader.report(
    [...path, "use"],
    fault({ en: "there is no such template", zh: "没有这个模板" }, suggest(isText(use) ? use : "", names)),
  );
  return undefined;
}

function parseHead(reader: Reader, merged: Written, path: Path) {
  const parsed = sopSchema.safeParse(merged);
  if (parsed.success) return parsed.data;
  for (const wrong of faultsOf(parsed.error, merged, sopSchema)) reader.report([...path, ...wrong.path], wrong, wrong.on);
  return undefined;
}

function readTrigger(reader: Reader, value: unknown, path: Path, checks: ReadonlyMap<string, AnyCheck>): SopTrigger | undefined {
  if (value === undefined || value === null || value === "off" || value === false) return undefined;
  if (!isRecord(value)) {
    reader.report(path, notATrigger);
    return undefined;
  }
  const parsed = triggerSchema.safeParse(value);
  if (!parsed.success) {
    for (const wrong of faultsOf(parsed.error, value, triggerSchema)) reader.report([...path, ...wrong.path], wrong, wrong.on);
    return undefined;
  }
  const { findings, causes, priorities, for: forMs } = parsed.data;
  if (findings.length + causes.length + priorities.length === 0) reader.report(path, emptyTrigger);
  const codes = codesOf(checks);
  const found = findings.filter((code, i): code is string => {
    if (isText(code) && codes.has(code)) return true;
    const [check = "", own] = isText(code) ? code.split("/") : [];
    // Of a check that exists, only its own findings are near.
    const near = own !== undefined && checks.has(check) ? [...codes].filter((one) => one.startsWith(`${check}/`)) : [...codes];
    reader.report([...path, "findings", i], unknownFinding(isText(code) ? code : "", near));
    return false;
  });
  return { findings: found, causes, priorities, forMs };
}

/** `check/code`, and `code` alone. */
const codesOf = (checks: ReadonlyMap<string, AnyCheck>): ReadonlySet<string> =>
  new Set([
    ...Object.keys(engineFindings),
    ...[...checks.values()].flatMap(({ id, findings }) => Object.keys(findings).flatMap((code) => [code, `${id}/${code}`])),
  ]);

function unknownFinding(code: string, known: readonly string[]) {
  const near = suggest(code, known);
  const isList = known.length > 0 && near.en.includes(",");
  return fault(
    { en: "no check has such a finding", zh: "没有检查会给出这个发现" },
    isList
      ? {
          en: "write a code of docs/reference, such as dns-mx/mx-missing or quota-over",
          zh: "请写 docs/reference 中的代码，例如 dns-mx/mx-missing 或 quota-over",
        }
      : near,
  );
}

function readChannelNames(reader: Reader, names: readonly unknown[], path: Path, known: readonly string[]): readonly string[] {
  const found = names.filter((name, i): name is string => {
    if (isText(name) && known.includes(name)) return true;
    reader.report(
      [...path, i],
      fault(
        { en: "there is no such channel", zh: "没有这个通道" },
        known.length === 0 ? declareOne : suggest(isText(name) ? name : "", known),
      ),
    );
    return false;
  });
  return [...new Set(found)];
}

/** Those that the rules give a priority, in their order. */
const channelsOf = (rules: readonly AlertRule[], priority: Sop["priority"] | undefined): readonly string[] => [
  ...new Set(
    rules.filter(({ priorities }) => priority !== undefined && priorities.includes(priority)).flatMap(({ channels }) => channels),
  ),
];

const declareOne = { en: "declare it in channels", zh: "请在 channels 中声明" };
const unheard = (names: readonly string[]) =>
  fault(
    { en: "tells nobody: it has no channel", zh: "没有通道，无法通知任何人" },
    names.length === 0
      ? { en: "declare one in channels", zh: "请在 channels 中声明一个通道" }
      : { en: `write channels: [${names[0]}]`, zh: `请写 channels: [${names[0]}]` },
  );
const notAnSop = fault(
  { en: "is not an SOP", zh: "不是有效的预案" },
  {
    en: "write { use: mail-down }, or title, summary, priority and steps",
    zh: "请写 { use: mail-down }，或写 title、summary、priority 和 steps",
  },
);
const noSteps = fault(
  { en: "has no steps", zh: "没有步骤" },
  { en: "write at least one step, or use a template", zh: "请至少写一个步骤，或使用模板" },
);
const tooManySteps = (count: number) =>
  fault(
    { en: `are ${count} steps`, zh: `共有 ${count} 个步骤` },
    { en: `write at most ${maxSteps}; nobody reads more in an emergency`, zh: `请最多写 ${maxSteps} 个，紧急时没有人读得完` },
  );

/** Says which version of the manual was followed. */
const hashed = (sop: Omit<Sop, "hash">): Sop => ({
  ...sop,
  hash: createHash("sha256").update(canonical(sop)).digest("hex"),
});

/** JSON with sorted keys and without what is undefined (RFC 8785, but for numbers, which are all whole here or the user's own). */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const pairs = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${pairs
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
    .join(",")}}`;
}
