import { z } from "zod";
import type { Text } from "../model/text.ts";
import { fault, nearest, show, suggest, type Fault } from "./diagnostics.ts";

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
export const judged = <T>(read: (value: unknown) => { readonly value: T } | Fault) =>
  z.unknown().transform((value, ctx): T => {
    const found = value === undefined || value === null ? missing({ en: "write a value", zh: "请填写" }) : read(value);
    if ("value" in found) return found.value;
    ctx.addIssue({ code: "custom", params: { fault: found } });
    return z.NEVER;
  });

export const missing = (remedy: Text): Fault => fault({ en: "is missing", zh: "缺失" }, remedy);

function wrong(value: unknown, kind: Text, remedy: Text): Fault {
  if (value === undefined) return missing(remedy);
  if (value === null) return fault({ en: "is empty", zh: "为空" }, remedy);
  const shown = show(value);
  return fault({ en: `${shown.en} is not ${kind.en}`, zh: `${shown.zh}不是${kind.zh}` }, remedy);
}

/** One of a few words. */
export const oneOf = <const T extends string>(words: readonly T[]) =>
  judged((value) => {
    const word = words.find((it) => it === value);
    if (word !== undefined) return { value: word };
    const shown = show(value);
    return fault(
      { en: `${shown.en} is not one of ${words.join(", ")}`, zh: `${shown.zh}不在可选值之内：${words.join("、")}` },
      typeof value === "string" && nearest(value, words) !== undefined
        ? suggest(value, words)
        : { en: `write ${words.join(" or ")}`, zh: `请写 ${words.join(" 或 ")}` },
    );
  });

export const isText = (value: unknown): value is string => typeof value === "string";
