import { readReportUris, type ReportUri } from "./report-uri.ts";
import { readTagList, type Tag } from "./tag-list.ts";

export const policies = ["none", "quarantine", "reject"] as const;
export type Policy = (typeof policies)[number];

/** A DMARC policy record as RFC 9989 section 4.7 reads it. */
export interface DmarcRecord {
  readonly text: string;
  /** Known names in lower case, each once; the first of a repeated one. */
  readonly tags: readonly Tag[];
  /** Tags that come twice: RFC 6376 3.2 makes the record invalid then. */
  readonly repeated: readonly string[];
  /** Pieces that are no `name=value`. */
  readonly strays: readonly string[];
  /** Known tags that are not written in lower case. */
  readonly oddCase: readonly string[];
  readonly p: Policy | undefined;
  readonly sp: Policy | undefined;
  readonly np: Policy | undefined;
  /** The first of p, sp and np that is missing (p) or has no valid value: the record then acts as p=none, or not at all. */
  readonly invalid: { readonly tag: "p" | "sp" | "np"; readonly value: string } | undefined;
  readonly psd: "y" | "n" | "u";
  /** `t=y`. */
  readonly testing: boolean;
  /** Of RFC 7489; undefined where it is absent or no number from 0 to 100. */
  readonly pct: number | undefined;
  readonly rua: readonly ReportUri[];
  readonly ruf: readonly ReportUri[];
}

export const historicTags = ["pct", "rf", "ri"] as const;
export const currentTags = ["v", "p", "sp", "np", "adkim", "aspf", "fo", "rua", "ruf", "t", "psd"] as const;
const known = new Set<string>([...currentTags, ...historicTags]);

/** `v` comes first and its value is exact (RFC 9989 4.7); anything else at the name is discarded. */
export const isDmarcRecord = (text: string): boolean => /^v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text);

/** Meant as a DMARC record, whatever became of it: quotes, spaces, another case, no version. */
export const isDmarcLike = (text: string): boolean =>
  /^[^;a-z]{0,10}v[^;a-z]{0,10}dmarc/i.test(text) || /^\W{0,10}s?p\s{0,5}=\s{0,5}(?:none|quarantine|reject)/i.test(text);

/** What a text was meant to say: without the quotes of a document around it, with the semicolons that are missing. */
export const readMeantRecord = (text: string): DmarcRecord =>
  readDmarcRecord(
    text
      .replaceAll(/[“”‘’„«»"'\u00a0\u3000\ufeff]/g, " ")
      .replaceAll("；", ";")
      .replaceAll("＝", "=")
      .replaceAll(/\s(?=(?:[sn]?p|ru[af]|a(?:dkim|spf)|fo|pct|psd|r[fi]|t)\s{0,5}=)/gi, ";"),
  );

/** Reads the tags of a text, whatever its version says. Never throws. */
export function readDmarcRecord(text: string): DmarcRecord {
  const list = readTagList(text);
  const tags: Tag[] = [];
  const values = new Map<string, string>();
  const oddCase: string[] = [];
  for (const { name, value } of list.tags) {
    const lower = name.toLowerCase();
    const folded = known.has(lower) ? lower : name;
    if (folded !== name) oddCase.push(name);
    if (values.has(folded)) continue;
    values.set(folded, value);
    tags.push({ name: folded, value });
  }
  const word = (name: string): string | undefined => values.get(name)?.toLowerCase();
  const policy = (name: string): Policy | undefined => policies.find((it) => it === word(name));
  const invalid = (["p", "sp", "np"] as const).find((tag) => policy(tag) === undefined && (tag === "p" || values.has(tag)));
  const pct = values.get("pct") ?? "";
  const psd = word("psd");
  return {
    text,
    tags,
    repeated: list.repeated,
    strays: list.strays,
    oddCase,
    p: policy("p"),
    sp: policy("sp"),
    np: policy("np"),
    invalid: invalid === undefined ? undefined : { tag: invalid, value: values.get(invalid) ?? "" },
    psd: psd === "y" || psd === "n" ? psd : "u",
    testing: word("t") === "y",
    pct: /^\d{1,3}$/.test(pct) && Number(pct) <= 100 ? Number(pct) : undefined,
    rua: readReportUris(values.get("rua") ?? "").filter(isWritten),
    ruf: readReportUris(values.get("ruf") ?? "").filter(isWritten),
  };
}

const isWritten = (uri: ReportUri): boolean => uri.text !== "";

/** Whose mail is judged: the record's own domain, one below it that exists, or one below it that does not. */
export type Relation = "own" | "subdomain" | "nonexistent";

/**
 * What receivers do by RFC 9989: `sp` and `np` for names below, an invalid policy as none where reports are asked for and no
 * DMARC at all (undefined) where not (4.10.1), one level less while `t=y` (4.7).
 */
export function effectivePolicy(record: DmarcRecord, relation: Relation): Policy | undefined {
  const { p, sp, np, invalid, rua, testing } = record;
  if (invalid !== undefined || p === undefined) return rua.some((uri) => uri.scheme !== undefined) ? "none" : undefined;
  const asked = relation === "own" ? p : relation === "subdomain" ? (sp ?? p) : (np ?? sp ?? p);
  return testing ? lowered(asked) : asked;
}

export const strengthOf = (policy: Policy): number => policies.indexOf(policy);

const lowered = (policy: Policy): Policy => policies[strengthOf(policy) - 1] ?? "none";
