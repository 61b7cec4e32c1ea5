import { z } from "zod";
import type { Text } from "../model/text.ts";
import { fault, nearest, show, suggest, type Fault } from "./diagnostics.ts";
import { fullWidth } from "./syntax.ts";

/** Reads one scalar; undefined: it is not of this kind. */
type Reader<T> = (value: unknown) => T | undefined;

/**
 * A value of the configuration that knows how to say what is wrong with it: `"x" is not {kind}; {remedy}`. The fault
 * travels in the issue's `params`.
 */
export const leaf = <T>(kind: Text, remedy: Text, read: Reader<T>) =>
  z.unknown().transform((value, ctx): T => {
    const found = value === undefined || value === null ? undefined : read(value);
    if (found !== undefined) return found;
    ctx.addIssue({ code: "custom", params: { fault: wrong(value, kind, remedy) } });
    return z.NEVER;
  });

/** As `leaf`, for what needs a fault of its own. */
export const judged = <T>(remedy: Text, read: (value: unknown) => { readonly value: T } | Fault) =>
  z.unknown().transform((value, ctx): T => {
    const found = value === undefined || value === null ? missing(remedy) : read(value);
    if ("value" in found) return found.value;
    ctx.addIssue({ code: "custom", params: { fault: found } });
    return z.NEVER;
  });

const missing = (remedy: Text): Fault => fault({ en: "is missing", zh: "缺失" }, remedy);

function wrong(value: unknown, kind: Text, remedy: Text): Fault {
  if (value === undefined) return missing(remedy);
  if (value === null) return fault({ en: "is empty", zh: "为空" }, remedy);
  const wide = fullWidth(value);
  if (wide) return wide;
  const shown = show(value);
  return fault({ en: `${shown.en} is not ${kind.en}`, zh: `${shown.zh}不是${kind.zh}` }, remedy);
}

/** One of a few words. */
export const oneOf = <const T extends string>(words: readonly T[]) => {
  const remedy = { en: `write ${listed(words, "or")}`, zh: `请写 ${listed(words, "或")}` };
  return judged(remedy, (value) => {
    const word = words.find((it) => it === value);
    if (word !== undefined) return { value: word };
    const wide = fullWidth(value);
    if (wide) return wide;
    const shown = show(value);
    const near = typeof value === "string" ? nearest(value, words) : undefined;
    return fault(
      { en: `${shown.en} is not a choice here`, zh: `${shown.zh}不是可选值` },
      near === undefined ? remedy : suggest(near, words),
    );
  });
};

/** `a, b or c` */
const listed = (words: readonly string[], or: string): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${or} ${words.at(-1)}`;

export const isText = (value: unknown): value is string => typeof value === "string";
