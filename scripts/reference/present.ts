import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const referenceFolder = join(import.meta.dirname, "..", "..", "docs", "reference");

/** The pages that are there, by their path below docs/reference, with slashes. */
export function presentPages(): ReadonlyMap<string, string> {
  if (!existsSync(referenceFolder)) return new Map();
  const paths = readdirSync(referenceFolder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".md"));
  return new Map(paths.map((path) => [path.replaceAll("\\", "/"), readFileSync(join(referenceFolder, path), "utf8")]));
}
