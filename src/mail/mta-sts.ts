/** What the TXT records at `_mta-sts.<domain>` say (RFC 8461 section 3.1). */
export type StsRecordReading =
  | { readonly kind: "none" }
  | { readonly kind: "record"; readonly id: string }
  /** Senders act as if there were none, and so they do with a record that does not follow the grammar. */
  | { readonly kind: "many"; readonly count: number }
  | { readonly kind: "bad"; readonly text: string };

const idField = /^id=([A-Za-z0-9]{1,32})$/;
const otherField = /^(?!id=)[A-Za-z0-9][A-Za-z0-9_.-]{0,31}=[\x21-\x3a\x3c\x3e-\x7e]+$/;

/**
 * @param texts each a TXT record, its strings joined. What does not mean to be an STS record is passed over.
 */
export function readStsRecords(texts: readonly string[]): StsRecordReading {
  const records = texts.filter((text) => text.startsWith("v=STSv1;"));
  if (records.length > 1) return { kind: "many", count: records.length };
  const [record] = records;
  if (record === undefined) {
    const [meant] = texts.filter((text) => /^\s*v\s*=\s*sts/i.test(text));
    return meant === undefined ? { kind: "none" } : { kind: "bad", text: meant };
  }
  const [, ...fields] = record.split(";").map(withoutSpace);
  if (fields.at(-1) === "") fields.pop();
  const ids = fields.flatMap((field) => idField.exec(field)?.[1] ?? []);
  const [id] = ids;
  const others = fields.length - ids.length;
  if (id === undefined || ids.length > 1 || others !== fields.filter((field) => otherField.test(field)).length) {
    return { kind: "bad", text: record };
  }
  return { kind: "record", id };
}

export const stsModes = ["enforce", "testing", "none"] as const;
type StsMode = (typeof stsModes)[number];

export interface StsPolicy {
  readonly mode: StsMode;
  /** Seconds. */
  readonly maxAge: number;
  /** Host names in lower case, perhaps with `*.` in front; empty only with mode `none`. */
  readonly mx: readonly string[];
}

/** A field of a policy, as it is written there; `line`: a line that is no field at all. */
type StsField = "version" | "mode" | "max_age" | "mx" | "line";

export type StsPolicyReading =
  | { readonly kind: "policy"; readonly policy: StsPolicy }
  /** Senders cannot use it. */
  | { readonly kind: "bad"; readonly problems: readonly { readonly field: StsField; readonly line: string }[] };

/** One year and a day, in seconds (RFC 8461 section 3.2). */
const maxMaxAge = 31_557_600;

const anyField = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31}):(.*)$/;
const ourFields = new Set(["version", "mode", "max_age", "mx"]);
const label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const pattern = new RegExp(`^(?:\\*\\.)?${label}(?:\\.${label})*$`);

const isSpace = (text: string, at: number): boolean => text[at] === " " || text[at] === "\t";

/** Space and tab only, and by hand: trim() takes a byte order mark as well, and a pattern needs seconds for 64 KiB of spaces. */
function withoutSpace(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isSpace(text, start)) start += 1;
  while (end > start && isSpace(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

/** How many problems are told; more say nothing new. */
const maxProblems = 5;

/**
 * Reads a policy as strictly as RFC 8461 section 3.2 writes it: names and values in their case, LF or CRLF, no space before
 * a colon. Of a field that may stand once the first counts; unknown fields are passed over.
 * @param body at most 64 KiB
 */
export function readStsPolicy(body: string): StsPolicyReading {
  const problems: { field: StsField; line: string }[] = [];
  const first = new Map<string, string>();
  const mx: string[] = [];
  for (const raw of body.split("\n")) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (withoutSpace(line) === "") continue;
    const [, name = "", written = ""] = anyField.exec(line) ?? [];
    const value = withoutSpace(written);
    if (value === "" && !ourFields.has(name)) problems.push({ field: "line", line });
    else if (name !== "mx") first.set(name, first.get(name) ?? value);
    else if (value.length > 255 || !pattern.test(value)) problems.push({ field: "mx", line });
    else mx.push(value.toLowerCase());
  }

  const lineOf = (name: string): string => (first.has(name) ? `${name}: ${first.get(name)}` : "");
  const mode = stsModes.find((one) => one === first.get("mode"));
  const written = first.get("max_age") ?? "";
  const maxAge = /^\d{1,10}$/.test(written) ? Number(written) : Infinity;
  if (first.get("version") !== "STSv1") problems.push({ field: "version", line: lineOf("version") });
  if (mode === undefined) problems.push({ field: "mode", line: lineOf("mode") });
  if (maxAge > maxMaxAge) problems.push({ field: "max_age", line: lineOf("max_age") });
  const mxWanted = mode !== "none" && mx.length === 0 && !problems.some(({ field }) => field === "mx");
  if (mxWanted) problems.push({ field: "mx", line: "" });
  if (mode === undefined || problems.length > 0) return { kind: "bad", problems: problems.slice(0, maxProblems) };
  return { kind: "policy", policy: { mode, maxAge, mx: [...new Set(mx)] } };
}

/** RFC 8461 section 4.1: `*.` stands for exactly one label, the leftmost. Both are A-labels; case does not matter. */
export function matchesStsPattern(host: string, one: string): boolean {
  const name = host.toLowerCase();
  const wanted = one.toLowerCase();
  if (!wanted.startsWith("*.")) return name === wanted;
  const dot = name.indexOf(".");
  return dot > 0 && name.slice(dot + 1) === wanted.slice(2);
}

/** What a sender makes of a policy, as one text: the same for two policies that mean the same. */
export const meaningOf = ({ mode, maxAge, mx }: StsPolicy): string => [mode, maxAge, ...mx.toSorted()].join(" ");

/** A policy as it is to be published at `https://mta-sts.<domain>/.well-known/mta-sts.txt`. */
export const writeStsPolicy = ({ mode, maxAge, mx }: StsPolicy): string =>
  ["version: STSv1", `mode: ${mode}`, ...mx.map((one) => `mx: ${one}`), `max_age: ${maxAge}`, ""].join("\n");
