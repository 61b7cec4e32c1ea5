import { z } from "zod";
import { reasonText } from "../i18n/reasons.ts";
import type { Text } from "../model/text.ts";
import { fault, nearest, show, type Fault, type Path } from "./diagnostics.ts";
import { isRecord } from "./document.ts";
import { laterKeys, plainSecret } from "./schema.ts";
import { fullWidth } from "./syntax.ts";

/** One fault of a value, below the value's own path. `on: "key"`: it is the key that is wrong. */
export interface PlacedFault extends Fault {
  readonly path: Path;
  readonly on: "key" | "value";
}

type Issue = z.core.$ZodIssue;

/**
 * What a schema found, in words. Schemas of ours carry their own words; those of checks and channels are told by the
 * kind of the issue, without ever printing a value that could be a secret.
 * @param written how a key of the schema is written in the file (snake_case)
 */
export function faultsOf(
  error: z.ZodError,
  value: unknown,
  schema: z.ZodType,
  written: (key: string) => string = (key) => key,
): readonly PlacedFault[] {
  return error.issues.flatMap((issue) => placed(issue, value, schema, written));
}

function placed(issue: Issue, value: unknown, schema: z.ZodType, written: (key: string) => string): readonly PlacedFault[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : written(String(part))));
  const at = (wrong: Fault): PlacedFault => ({ path, on: "value", ...wrong });
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, issue.path).map(written);
    return issue.keys.map((key) => ({ path: [...path, written(key)], on: "key", ...unknownKey(written(key), known) }));
  }
  const found = valueAt(value, issue.path);
  const option = optionAt(schema, issue.path);
  if (found === undefined && option.required && option.remedy) {
    return [at(fault({ en: "is missing", zh: "缺失" }, option.remedy))];
  }
  return [at(issue.code === "custom" ? (carried(issue) ?? customFault(issue, found)) : plainFault(issue, found, option.remedy))];
}

/** Told where a key is not known: the nearest one that is, or that it comes with a later version. */
export function unknownKey(key: string, known: readonly string[]): Fault {
  if (laterKeys.includes(key)) {
    return fault(
      { en: "is not supported yet in this version", zh: "当前版本尚不支持" },
      { en: "remove it; nothing would watch it", zh: "请删除，否则它不会生效" },
    );
  }
  const wide = fullWidth(key);
  if (wide) return wide;
  const near = nearest(key, known);
  const problem = { en: "is not a known key", zh: "不是已知的键" };
  if (near !== undefined) return fault(problem, { en: `write ${near}`, zh: `请改为 ${near}` });
  if (known.length === 0) return fault(problem, { en: "remove it", zh: "请删除" });
  return fault(problem, { en: `write one of ${known.join(", ")}`, zh: `可用的键：${known.join("、")}` });
}

function carried(issue: Issue): Fault | undefined {
  const params: unknown = "params" in issue ? issue.params : undefined;
  const found: unknown = isRecord(params) ? params["fault"] : undefined;
  return isFault(found) ? found : undefined;
}

const isFault = (value: unknown): value is Fault => isRecord(value) && isRecord(value["problem"]) && isRecord(value["remedy"]);

/** A `custom` issue without words of ours: in options this is where a secret is missing or written out. */
function customFault(issue: Issue, value: unknown): Fault {
  const key = String(issue.path.at(-1) ?? "");
  if (/password|secret|token|key|credential/i.test(key)) {
    return value === undefined ? fault({ en: "is missing", zh: "缺失" }, plainSecret.remedy) : plainSecret;
  }
  if (issue.message !== "" && issue.message !== "Invalid input") {
    return fault(reasonText(issue.message), { en: "see the reference of its options", zh: "请查阅其选项说明" });
  }
  return plainFault(issue, value);
}

function plainFault(issue: Issue, value: unknown, remedy: Text = remedyOf(issue)): Fault {
  if (value === undefined) return fault({ en: "is missing", zh: "缺失" }, remedy);
  if (issue.code === "too_small" && isCounted(issue.origin) && (value === "" || (Array.isArray(value) && value.length === 0))) {
    return fault({ en: "is empty", zh: "为空" }, remedy);
  }
  const wide = fullWidth(value);
  if (wide) return wide;
  // The value may be a secret in the wrong place: only its kind is told.
  const shown = typeof value === "string" ? { en: "this text", zh: "这段文字" } : show(value);
  return fault({ en: `${shown.en} does not fit here`, zh: `${shown.zh}不符合要求` }, remedy);
}

const typeWords: Readonly<Record<string, Text>> = {
  string: { en: "a text", zh: "文字" },
  number: { en: "a number", zh: "数字" },
  int: { en: "a whole number", zh: "整数" },
  boolean: { en: "true or false", zh: " true 或 false" },
  array: { en: "a list: [ … ]", zh: "列表：[ … ]" },
  object: { en: "a mapping: { key: value }", zh: "映射：{ 键: 值 }" },
  record: { en: "a mapping: { key: value }", zh: "映射：{ 键: 值 }" },
};

function remedyOf(issue: Issue): Text {
  if (issue.code === "invalid_type") {
    const word = typeWords[issue.expected] ?? { en: issue.expected, zh: ` ${issue.expected}` };
    return { en: `write ${word.en}`, zh: `请写${word.zh}` };
  }
  if (issue.code === "invalid_value") {
    const values = issue.values.map(String);
    return { en: `write ${values.join(" or ")}`, zh: `请写 ${values.join(" 或 ")}` };
  }
  if (issue.code === "too_small") {
    const least = String(issue.minimum);
    return isCounted(issue.origin)
      ? { en: `write at least ${least} of them`, zh: `请至少写 ${least} 个` }
      : { en: `write at least ${least}`, zh: `请写不小于 ${least} 的值` };
  }
  if (issue.code === "too_big") {
    const most = String(issue.maximum);
    return isCounted(issue.origin)
      ? { en: `write at most ${most} of them`, zh: `请最多写 ${most} 个` }
      : { en: `write at most ${most}`, zh: `请写不大于 ${most} 的值` };
  }
  if (issue.message.startsWith("must be ")) return reasonText(issue.message);
  if (issue.code === "invalid_format") return { en: `write a valid ${issue.format}`, zh: `请写有效的 ${issue.format}` };
  return { en: "see the reference of its options", zh: "请查阅其选项说明" };
}

const isCounted = (origin: string): boolean => origin === "array" || origin === "set" || origin === "string";

export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const part of path) {
    if (Array.isArray(at) && typeof part === "number") at = at[part];
    else if (isRecord(at) && Object.hasOwn(at, part)) at = at[String(part)];
    else return undefined;
  }
  return at;
}

/** The keys that a schema knows at a path. */
const keysAt = (schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] =>
  schemasAt(schema, path)
    .flatMap(inside)
    .flatMap((it) => (it instanceof z.ZodObject ? Object.keys(it.shape) : []));

/** Must it be written, and what does its schema say is to be written there (`write` of the channels)? */
function optionAt(schema: z.ZodType, path: readonly PropertyKey[]): { readonly required: boolean; readonly remedy?: Text } {
  const found = schemasAt(schema, path);
  const remedy = found.flatMap(inside).flatMap((it) => {
    const said = it.meta()?.["write"];
    return isText(said) ? [said] : [];
  })[0];
  const required = !found.some((it) => it instanceof z.ZodOptional || it instanceof z.ZodDefault);
  return { required, ...(remedy ? { remedy } : {}) };
}

const isText = (value: unknown): value is Text =>
  isRecord(value) && typeof value["en"] === "string" && typeof value["zh"] === "string";

/** What stands at a path of a schema, with what is wrapped around it. */
function schemasAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly z.ZodType[] {
  let candidates = [schema];
  for (const part of path) {
    candidates = candidates.flatMap(inside).flatMap((it): z.ZodType[] => {
      const next: unknown =
        it instanceof z.ZodObject
          ? it.shape[String(part)]
          : it instanceof z.ZodArray
            ? it.element
            : it instanceof z.ZodRecord
              ? it.valueType
              : undefined;
      return next instanceof z.ZodType ? [next] : [];
    });
  }
  return candidates;
}

/** A schema without what is wrapped around it; of a union, all of its members. */
function inside(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((it) => (it instanceof z.ZodType ? inside(it) : []));
  const inner: unknown =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly
      ? schema.unwrap()
      : schema instanceof z.ZodPipe
        ? schema.in
        : undefined;
  return inner instanceof z.ZodType ? inside(inner) : [schema];
}
