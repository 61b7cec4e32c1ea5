import type { AnyCheck } from "../model/check.ts";
import { fault, suggest, type Path } from "./diagnostics.ts";
import type { Reader } from "./reader.ts";

/** Reports an asset that was declared before, and every check in its `off` that does not exist. */
export function declare(
  reader: Reader,
  checks: ReadonlyMap<string, AnyCheck>,
  seen: Map<string, Path>,
  id: string | undefined,
  path: Path,
  off: readonly string[] = [],
): boolean {
  for (const [i, check] of off.entries()) {
    if (checks.has(check)) continue;
    reader.report(
      [...path, "off", i],
      fault({ en: "there is no such check", zh: "没有这个检查" }, suggest(check, [...checks.keys()])),
    );
  }
  if (id === undefined) return false;
  const first = seen.get(id);
  if (first === undefined) {
    seen.set(id, path);
    return true;
  }
  const line = reader.source.lineOf(first);
  reader.report(
    path,
    fault(
      { en: `${id} is declared already in line ${line}`, zh: `${id} 已在第 ${line} 行声明` },
      { en: "keep one of the two", zh: "请只保留一处" },
    ),
  );
  return false;
}
