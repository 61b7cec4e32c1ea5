import { basename } from "node:path";
import type { z } from "zod";
import type { AnyChannel } from "../model/channel.ts";
import type { ChannelConfig } from "../model/config.ts";
import type { Json } from "../model/json.ts";
import { hookName, type ManualStep, type SopStep, type Who } from "../model/sop.ts";
import { fault, suggest, type Path } from "./diagnostics.ts";
import { isRecord } from "./document.ts";
import { faultsOf } from "./issues.ts";
import { isText, oneOf } from "./leaf.ts";
import { parseOptions } from "./options.ts";
import type { Crew } from "./people.ts";
import type { Reader } from "./reader.ts";
import type { RawStep } from "./sop-order.ts";
import { isIdentifier, notAnIdentifier, placeholderFault, stepKinds, stepSchemas, webhookKeys } from "./sop-words.ts";

/** What steps name. */
export interface StepWorld {
  readonly sop: string;
  readonly crew: Crew;
  /** Of the whole SOP. */
  readonly channels: readonly string[];
  readonly readChannels: (names: readonly unknown[], path: Path) => readonly string[];
  /** The type whose options a webhook step takes. */
  readonly webhook: AnyChannel | undefined;
}

export interface MadeStep {
  readonly step: SopStep;
  /** Where a webhook step goes. */
  readonly hook?: ChannelConfig;
}

/** One step, its needs as they are written; undefined where it is wrong. */
export function readStep(reader: Reader, raw: RawStep, world: StepWorld): MadeStep | undefined {
  const { id, value, path } = raw;
  const before = reader.errors.length;
  if (!isIdentifier(id)) reader.report(path, notAnIdentifier, "key");
  const kind = kindOf(reader, value, path);
  if (kind === undefined) return undefined;
  const made = makers[kind](reader, { id, value, path }, world);
  return reader.errors.length > before ? undefined : made;
}

type Kind = (typeof stepKinds)[number];
const kindSchema = oneOf(stepKinds);

function kindOf(reader: Reader, value: Readonly<Record<string, unknown>>, path: Path): Kind | undefined {
  const parsed = kindSchema.safeParse(value["kind"] === undefined ? "manual" : value["kind"]);
  if (parsed.success) return parsed.data;
  for (const wrong of faultsOf(parsed.error, value["kind"], kindSchema)) reader.report([...path, "kind"], wrong);
  return undefined;
}

type Place = Pick<RawStep, "id" | "value" | "path">;
type Maker = (reader: Reader, place: Place, world: StepWorld) => MadeStep | undefined;

const makers: Readonly<Record<Kind, Maker>> = {
  manual(reader, { id, value, path }, { crew }) {
    const words = parseWords(reader, stepSchemas.manual, value, path);
    const who = whoOf(reader, value["who"] === undefined ? "it" : value["who"], [...path, "who"], crew);
    if (!words || !who) return undefined;
    for (const key of Object.keys(words.input)) {
      if (!/^[a-z][a-z0-9_]{0,39}$/.test(key)) reader.report([...path, "input", key], notAKey, "key");
    }
    const step: ManualStep = {
      ...common(id, words),
      kind: "manual",
      who,
      ...(words.deadline === undefined ? {} : { deadlineMs: words.deadline }),
      onTimeout: words.on_timeout,
      input: Object.entries(words.input).map(([key, { title, required }]) => ({ key, title, required })),
    };
    return { step };
  },

  notify(reader, { id, value, path }, { channels, readChannels }) {
    const words = parseWords(reader, stepSchemas.notify, value, path);
    if (!words) return undefined;
    const own = words.channels && readChannels(words.channels, [...path, "channels"]);
    return { step: { ...common(id, words), kind: "notify", channels: own ?? channels } };
  },

  wait(reader, { id, value, path }) {
    const words = parseWords(reader, stepSchemas.wait, value, path);
    return words && { step: { ...common(id, words), kind: "wait", forMs: words.for } };
  },

  webhook(reader, { id, value, path }, { sop, webhook }) {
    const entries = Object.entries(value);
    const own = Object.fromEntries(entries.filter(([key]) => webhookKeys.includes(key)));
    const rest = Object.fromEntries(entries.filter(([key]) => !webhookKeys.includes(key)));
    const words = parseWords(reader, stepSchemas.webhook, own, path);
    // A part of the product is missing: nothing the user wrote is wrong.
    if (!webhook) throw new Error('Cannot read a webhook step: the channel "webhook" is missing in alerts/channels/');
    const before = reader.errors.length;
    const options = reader.options(rest, path);
    const parsed = parseOptions(options, webhook.options, {
      source: reader.source,
      pathOf: (inner) => [...path, ...inner],
    });
    if ("errors" in parsed) reader.add(parsed.errors);
    const body = readBody(reader, own["body"], [...path, "body"]);
    if (!words || "errors" in parsed || reader.errors.length > before || body === undefined) return undefined;
    const from = `${basename(reader.source.file)}:${reader.source.lineOf(path)}`;
    return {
      step: { ...common(id, words), kind: "webhook", body, onFailure: words.on_failure },
      hook: { name: hookName(sop, id), type: webhook.id, options: parsed.options, from },
    };
  },
};

function parseWords<S extends z.ZodObject>(
  reader: Reader,
  schema: S,
  value: Readonly<Record<string, unknown>>,
  path: Path,
): z.output<S> | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const wrong of faultsOf(parsed.error, value, schema)) reader.report([...path, ...wrong.path], wrong, wrong.on);
  return undefined;
}

const common = (
  id: string,
  { text, detail, needs, when }: Pick<z.output<typeof stepSchemas.wait>, "text" | "detail" | "needs" | "when">,
) => ({
  id,
  text,
  ...(detail === undefined ? {} : { detail }),
  needs: needs.filter(isText),
  ...(when === undefined ? {} : { after: when }),
});

function whoOf(reader: Reader, who: unknown, path: Path, crew: Crew): Who | undefined {
  const found = isText(who) ? crew.get(who) : undefined;
  if (found) return found;
  reader.report(
    path,
    fault({ en: "there is no such role or person", zh: "没有这个角色或人员" }, suggest(isText(who) ? who : "", [...crew.keys()])),
  );
  return undefined;
}

const maxBodyBytes = 16 * 1024;

/** What is sent to another system: any JSON, its texts filled like those of steps. Default: nothing besides the message itself. */
function readBody(reader: Reader, value: unknown, path: Path): Json | undefined {
  const text = JSON.stringify(value ?? {});
  if (Buffer.byteLength(text) > maxBodyBytes) {
    reader.report(path, tooLargeBody);
    return undefined;
  }
  const before = reader.errors.length;
  checkTexts(reader, value, path);
  if (reader.errors.length > before) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the YAML core schema gives only what JSON holds
  return JSON.parse(text) as Json;
}

function checkTexts(reader: Reader, value: unknown, path: Path): void {
  if (isText(value)) {
    const wrong = placeholderFault(value);
    if (wrong) reader.report(path, wrong);
  } else if (Array.isArray(value)) for (const [i, inner] of value.entries()) checkTexts(reader, inner, [...path, i]);
  else if (isRecord(value)) for (const [key, inner] of Object.entries(value)) checkTexts(reader, inner, [...path, key]);
}

const tooLargeBody = fault(
  { en: "is larger than 16 KiB", zh: "超过 16 KiB" },
  { en: "send less; the receiver can ask for the rest", zh: "请减少内容，其余可由接收方查询" },
);
const notAKey = fault(
  { en: "is not a name here", zh: "不是有效的名称" },
  { en: "use 1 to 40 small letters, digits and _, such as ticket", zh: "请用 1 至 40 个小写字母、数字和 _，例如 ticket" },
);
