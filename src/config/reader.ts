import { z } from "zod";
import { fault, formatPath, show, type Diagnostic, type Fault, type Path } from "./diagnostics.ts";
import { isRecord, type SourceDocument } from "./document.ts";
import { faultsOf, unknownKey, valueAt } from "./issues.ts";
import type { Masker } from "./mask.ts";
import { misspeltKey, translateOptions } from "./options.ts";
import { createSecret, type ConfiguredSecret, type SecretSpec, type SecretWorld } from "./secrets.ts";
import { fullWidth } from "./syntax.ts";

/** Reads parts of a document one by one and keeps every fault, so that one wrong part hides no other. */
export interface Reader {
  readonly source: SourceDocument;
  readonly errors: readonly Diagnostic[];
  readonly masker: Masker;
  readonly secrets: readonly { readonly secret: ConfiguredSecret; readonly path: Path }[];
  report(path: Path, wrong: Fault, on?: "key" | "value"): void;
  add(errors: readonly Diagnostic[]): void;
  /** The part at a path, or undefined where it is wrong. What is not written is read as `absent`, default an empty mapping. */
  parse<S extends z.ZodType>(schema: S, path: Path, ...absent: readonly unknown[]): z.output<S> | undefined;
  /**
   * Of a part that `parse` refused, the keys that can be read one by one: its faults hide no others.
   * @param schema all of its keys are optional
   */
  parts<S extends z.ZodObject>(schema: S, path: Path): z.output<S>;
  /** The paths of the items of a list; none where there is no list. */
  items(path: Path): readonly Path[];
  /** The paths of the entries of a mapping. */
  entries(path: Path): readonly (readonly [key: string, path: Path])[];
  /** Reports the keys of a mapping that are not among the known ones. */
  onlyKeys(path: Path, known: readonly string[]): void;
  secret(spec: SecretSpec, path: Path, account?: string): ConfiguredSecret;
  options(written: Readonly<Record<string, unknown>>, path: Path): Record<string, unknown>;
}

export interface ReaderWorld extends Pick<SecretWorld, "env" | "folder"> {
  readonly masker: Masker;
}

export function createReader(source: SourceDocument, world: ReaderWorld): Reader {
  const errors: Diagnostic[] = [];
  const secrets: { secret: ConfiguredSecret; path: Path }[] = [];
  const report = (path: Path, wrong: Fault, on: "key" | "value" = "value"): void => {
    errors.push(source.at(path, wrong, on));
  };
  const at = (path: Path): unknown => valueAt(source.value, path);
  const secret = (spec: SecretSpec, path: Path, account?: string): ConfiguredSecret => {
    const made = createSecret(spec, world, account);
    secrets.push({ secret: made, path });
    return made;
  };
  return {
    source,
    errors,
    masker: world.masker,
    secrets,
    report,
    add: (more) => void errors.push(...more),
    parse(schema, path, ...absent) {
      const value = at(path) ?? (absent.length > 0 ? absent[0] : {});
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
      for (const wrong of faultsOf(parsed.error, value, schema)) report([...path, ...wrong.path], wrong, wrong.on);
      return undefined;
    },
    parts<S extends z.ZodObject>(schema: S, path: Path) {
      const value = at(path);
      const written = isRecord(value) ? value : {};
      const readable = Object.entries(schema.shape).flatMap(([key, part]) =>
        part instanceof z.ZodType && Object.hasOwn(written, key) && part.safeParse(written[key]).success
          ? [[key, written[key]] as const]
          : [],
      );
      return schema.parse(Object.fromEntries(readable));
    },
    items(path) {
      const value = at(path);
      if (value === undefined || value === null) return [];
      if (Array.isArray(value)) return value.map((_, i) => [...path, i]);
      const shown = show(value);
      report(
        path,
        fullWidth(value) ??
          fault(
            { en: `${shown.en} is not a list`, zh: `${shown.zh}不是列表` },
            { en: "write each entry on a line that begins with -", zh: "请逐行书写，每项以 - 开头" },
          ),
      );
      return [];
    },
    entries(path) {
      const value = at(path);
      if (value === undefined || value === null) return [];
      if (isRecord(value)) return Object.keys(value).map((key) => [key, [...path, key]]);
      const shown = show(value);
      report(
        path,
        fullWidth(value) ??
          fault(
            { en: `${shown.en} is not a mapping`, zh: `${shown.zh}不是映射` },
            { en: `write ${formatPath(path)}: with keys below it`, zh: `请在 ${formatPath(path)}: 下逐行写键` },
          ),
      );
      return [];
    },
    onlyKeys(path, known) {
      const value = at(path);
      if (!isRecord(value)) return;
      for (const key of Object.keys(value)) if (!known.includes(key)) report([...path, key], unknownKey(key, known), "key");
    },
    secret,
    options: (written, path) =>
      translateOptions(
        written,
        (spec, inner) => secret(spec, [...path, ...inner]),
        (inner, key) => report([...path, ...inner], misspeltKey(key), "key"),
      ),
  };
}
