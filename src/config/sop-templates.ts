import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { isRecord } from "./document.ts";

const folder = new URL("../../alerts/sops/", import.meta.url);
const ending = ".yaml";

/** The templates that ship with the product, by name. */
export const templateNames = (): readonly string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .toSorted();

/**
 * A template as it is written: what may be written below `sops.<name>`, but `use` and `channels`.
 * @param name one of `templateNames`
 * @throws Error when the file is no mapping
 */
export function readTemplate(name: string): Readonly<Record<string, unknown>> {
  const value: unknown = parse(readFileSync(new URL(`${name}${ending}`, folder), "utf8"), { schema: "core" });
  if (!isRecord(value)) throw new Error(`The template alerts/sops/${name}${ending} is no mapping`);
  return value;
}
