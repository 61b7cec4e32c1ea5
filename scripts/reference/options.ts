import { z } from "zod";
import { formatDuration } from "../../src/config/duration.ts";
import { toSnake } from "../../src/config/options.ts";
import type { Text } from "../../src/model/text.ts";
import { code } from "./markdown.ts";
import { typeWords } from "./words.ts";

/** One option as it is written in mailvigil.yaml. */
export interface OptionRow {
  /** `relay_test`, `limits.connect`, `lists[].zone` */
  readonly name: string;
  readonly type: Text;
  readonly required: boolean;
  /** As YAML; undefined where there is none. */
  readonly fallback: string | undefined;
  /** What the schema says of it by `.meta(explain({ … }))`. */
  readonly text: Text | undefined;
}

/** The options of a check in the order of its schema, those inside a mapping behind it. What the plan alone fills in has no text. */
export function optionRows(schema: z.core.$ZodType, prefix = ""): readonly OptionRow[] {
  const { bare } = unwrap(schema);
  if (bare instanceof z.ZodArray) return optionRows(bare.element, prefix.replace(/\.$/, "[]."));
  if (!(bare instanceof z.ZodObject)) return [];
  return Object.entries(bare.shape).flatMap(([key, option]: [string, z.core.$ZodType]) => {
    const name = prefix + toSnake(key);
    const row = rowOf(name, option);
    return row.text === undefined ? [row] : [row, ...optionRows(option, `${name}.`)];
  });
}

function rowOf(name: string, option: z.core.$ZodType): OptionRow {
  const { layers, optional, fallback } = unwrap(option);
  const said = layers.map((layer) => textOf(z.globalRegistry.get(layer)?.["explain"])).find((text) => text !== undefined);
  return {
    name,
    type: typeOf(option),
    required: !optional,
    fallback: fallback === undefined ? undefined : yaml(fallback.value, isDuration(layers)),
    text: said,
  };
}

const textOf = (value: unknown): Text | undefined => {
  const text = z.object({ en: z.string(), zh: z.string() }).safeParse(value);
  return text.success ? text.data : undefined;
};

/** A schema without what is wrapped around it. */
function unwrap(schema: z.core.$ZodType) {
  const layers: z.core.$ZodType[] = [];
  let optional = false;
  let fallback: { readonly value: unknown } | undefined;
  let bare = schema;
  for (;;) {
    layers.push(bare);
    if (bare instanceof z.ZodDefault) fallback = { value: bare.def.defaultValue };
    if (bare instanceof z.ZodDefault || bare instanceof z.ZodPrefault || bare instanceof z.ZodOptional) {
      optional = true;
      bare = bare.def.innerType;
    } else if (bare instanceof z.ZodPipe) bare = bare.def.in;
    else return { bare, layers, optional, fallback };
  }
}

/** Written as `10m`, counted in milliseconds. */
const isDuration = (layers: readonly z.core.$ZodType[]): boolean =>
  layers.some((layer) => z.globalRegistry.get(layer)?.["milliseconds"] === true);

/** @throws Error for a kind of schema that has no words yet */
function typeOf(schema: z.core.$ZodType): Text {
  const { bare, layers } = unwrap(schema);
  if (isDuration(layers)) return typeWords.duration;
  if (bare instanceof z.ZodBoolean) return typeWords.boolean;
  if (bare instanceof z.ZodEnum) return { en: choice(bare.options, " or "), zh: choice(bare.options, " 或 ") };
  if (bare instanceof z.ZodNumber) return numberOf(bare);
  if (bare instanceof z.ZodArray) return typeWords.list(typeOf(bare.element));
  if (bare instanceof z.ZodObject) return typeWords.mapping;
  if (bare instanceof z.ZodRecord) return typeWords.record;
  if (bare instanceof z.ZodUnion) return alternatives(bare.options.map(typeOf));
  // The only thing that a schema of ours cannot say in zod's words is a secret.
  if (bare instanceof z.ZodCustom) return typeWords.secret;
  if (bare instanceof z.ZodURL) return typeWords.url;
  if (bare instanceof z.ZodEmail) return typeWords.mailAddress;
  if (bare instanceof z.ZodIPv4 || bare instanceof z.ZodIPv6) return typeWords.ipAddress;
  if (bare instanceof z.ZodISODate) return typeWords.date;
  if (bare instanceof z.ZodString) return typeWords.text;
  throw new Error(`No words for the kind "${bare.constructor.name}" of an option: add it to scripts/reference/options.ts`);
}

const choice = (options: readonly (string | number)[], or: string): string =>
  options.map((option) => code(String(option))).join(or);

function numberOf({ minValue, maxValue, isInt }: z.ZodNumber): Text {
  const { en, zh } = isInt ? typeWords.whole : typeWords.number;
  const [least, most] = [minValue, maxValue].map((limit) =>
    limit === null || Math.abs(limit) >= Number.MAX_SAFE_INTEGER ? undefined : limit,
  );
  if (most === undefined) return { en, zh };
  return { en: `${en}, ${least ?? 0} to ${most}`, zh: `${zh}，${least ?? 0} 到 ${most}` };
}

function alternatives(types: readonly Text[]): Text {
  const of = (language: "en" | "zh"): readonly string[] => [...new Set(types.map((type) => type[language]))];
  return { en: of("en").join(" or "), zh: of("zh").join("或") };
}

/** A default in the spelling of the file: short ones as they are written there. */
function yaml(value: unknown, duration: boolean): string {
  if (duration && typeof value === "number") return formatDuration(value);
  if (Array.isArray(value)) return `[${value.map((item) => yaml(item, duration)).join(", ")}]`;
  return typeof value === "string" ? value : JSON.stringify(value);
}
