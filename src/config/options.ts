import type { z } from "zod";
import { type Diagnostic, fault, type Path } from "./diagnostics.ts";
import { isRecord, type SourceDocument } from "./document.ts";
import { parseDuration } from "./duration.ts";
import { faultsOf, valueAt } from "./issues.ts";
import { toSecretSpec } from "./schema.ts";
import type { SecretSpec } from "./secrets.ts";

/** `lateAfter` ▶ `late_after`: keys of the file are snake_case, those of the schemas camelCase. */
export const toSnake = (key: string): string =>
  /^[a-z][a-zA-Z0-9]*$/.test(key) ? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : key;

const toCamel = (key: string): string =>
  /^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/.test(key) ? key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()) : key;

/**
 * Options as a check or channel takes them: keys in camelCase, and every mapping that is the place of a secret made one.
 * A key that is already camelCase in the file is reported: one word has one spelling.
 */
export function translateOptions(
  written: Readonly<Record<string, unknown>>,
  toSecret: (spec: SecretSpec, path: Path) => unknown,
  misspelt: (path: Path, key: string) => void,
  path: Path = [],
): Record<string, unknown> {
  const value = (inner: unknown, at: Path): unknown => {
    const spec = toSecretSpec(inner);
    if (spec) return toSecret(spec, at);
    if (Array.isArray(inner)) return inner.map((item, i) => value(item, [...at, i]));
    if (isRecord(inner)) return translateOptions(inner, toSecret, misspelt, at);
    return inner;
  };
  return Object.fromEntries(
    Object.entries(written).map(([key, inner]) => {
      if (toSnake(key) !== key) misspelt([...path, key], key);
      return [toCamel(key), value(inner, [...path, key])];
    }),
  );
}

export const misspeltKey = (key: string) =>
  fault(
    { en: "is not written with underscores", zh: "键名应使用下划线" },
    { en: `write ${toSnake(key)}`, zh: `请改为 ${toSnake(key)}` },
  );

/**
 * Parses options by the schema of their check or channel. Where it wants a number and finds a duration (`10m`), that is
 * milliseconds: schemas count in them, people do not.
 */
export function parseOptions(
  options: Readonly<Record<string, unknown>>,
  schema: z.ZodType,
  place: { readonly source: SourceDocument; readonly pathOf: (path: Path) => Path },
): { readonly options: unknown } | { readonly errors: readonly Diagnostic[] } {
  const parsed = schema.safeParse(withDurations(options, schema));
  if (parsed.success) return { options: parsed.data };
  const faults = faultsOf(parsed.error, options, schema, toSnake);
  return { errors: faults.map((wrong) => place.source.at(place.pathOf(wrong.path), wrong, wrong.on)) };
}

function withDurations(options: Readonly<Record<string, unknown>>, schema: z.ZodType): Readonly<Record<string, unknown>> {
  const first = schema.safeParse(options);
  if (first.success) return options;
  let changed = options;
  for (const issue of first.error.issues) {
    if (issue.code !== "invalid_type" || issue.expected !== "number") continue;
    const text = valueAt(options, issue.path);
    const ms = typeof text === "string" ? parseDuration(text) : undefined;
    if (ms !== undefined) changed = replaceAt(changed, issue.path, ms);
  }
  return changed;
}

function replaceAt(value: Readonly<Record<string, unknown>>, path: readonly PropertyKey[], by: unknown): Record<string, unknown> {
  const [head, ...rest] = path;
  const key = String(head);
  const inner = value[key];
  if (rest.length === 0) return { ...value, [key]: by };
  return isRecord(inner) ? { ...value, [key]: replaceAt(inner, rest, by) } : { ...value };
}
