import {
  currentTags,
  type DmarcRecord,
  effectivePolicy,
  historicTags,
  policies,
  type Policy,
  readMeantRecord,
  type Relation,
  strengthOf,
} from "./dmarc-record.ts";
import type { ReportUri } from "./report-uri.ts";
import { withTags } from "./tag-list.ts";
import { listed, shortened } from "./txt-answer.ts";

/** Where a record is judged. Names are A-labels. */
export interface Situation {
  /** The domain whose record it is. */
  readonly at: string;
  readonly relation: Relation;
  /** Where known. */
  readonly organization: string | undefined;
  readonly sends: boolean;
  /** `at` is run by a registry: `cn`, `com.cn`. */
  readonly registry: boolean;
}

/** One thing to say about a record; `record` is what to publish instead of it. */
export type DmarcProblem =
  | { readonly code: "policy-invalid" | "policy-void"; readonly tag: string; readonly value: string; readonly record: string }
  | { readonly code: "none" | "none-silent" | "no-reports" | "parked"; readonly record: string }
  | { readonly code: "testing"; readonly policy: Policy; readonly effective: Policy; readonly record: string }
  | {
      readonly code: "below-weaker";
      readonly tag: "sp" | "np";
      readonly weaker: Policy;
      readonly policy: Policy;
      readonly record: string;
    }
  | { readonly code: "np-absent"; readonly weaker: Policy; readonly record: string }
  | { readonly code: "below-without-effect"; readonly tags: string; readonly organization: string; readonly record: string }
  | { readonly code: "pct"; readonly pct: number; readonly policy: Policy; readonly record: string }
  | { readonly code: "pct-zero"; readonly policy: Policy; readonly record: string }
  | { readonly code: "psd"; readonly record: string }
  | { readonly code: "public-suffix" }
  | {
      readonly code: "strict-alignment" | "ignored" | "historic" | "stray" | "tag-case";
      readonly tags: string;
      readonly record: string;
    }
  | { readonly code: "fo-redundant" | "fo-idle"; readonly fo: string; readonly record: string }
  | { readonly code: "long"; readonly length: number }
  | { readonly code: UriCode; readonly tag: "rua" | "ruf"; readonly uri: string; readonly record: string }
  | { readonly code: "uri-many"; readonly tag: "rua" | "ruf"; readonly count: number; readonly record: string };
type UriCode = "uri-not-mailto" | "uri-syntax" | "uri-size" | "uri-duplicate";

/** NCSC MaxLengthOf450Characters: longer answers are lost where large UDP is. */
const maxLength = 450;
/** RFC 7489 6.2: receivers need not send to more than two. */
const maxUris = 2;

/** Everything that the one record that applies has against it. Pure; never throws. */
export function lintDmarc(record: DmarcRecord, situation: Situation): DmarcProblem[] {
  const problems = [
    ...wording(record),
    ...policyProblems(record, situation),
    ...reportProblems(record, "rua", situation),
    ...reportProblems(record, "ruf", situation),
    ...details(record, situation),
  ];
  if (situation.registry) problems.push({ code: "public-suffix" });
  else if (record.psd === "y") problems.push({ code: "psd", record: rewritten(record, { psd: undefined }) });
  return problems;
}

/** What to publish where there is no usable record at all; from what was meant, where there is something. */
export function firstRecord(at: string, sends: boolean, meant?: DmarcRecord): string {
  const start = sends ? { p: "none", rua: `mailto:dmarc-reports@${at}` } : { p: "reject", sp: "reject", np: "reject" };
  if (meant?.p === undefined) return `v=DMARC1; ${withTags([], start)}`;
  return rewritten(meant, meant.rua.length > 0 || !sends ? {} : { rua: start.rua });
}

function wording(record: DmarcRecord): DmarcProblem[] {
  const { strays, oddCase } = record;
  const problems: DmarcProblem[] = [];
  if (strays.length > 0) problems.push({ code: "stray", tags: quoted(strays), record: rewritten(record) });
  if (oddCase.length > 0) problems.push({ code: "tag-case", tags: quoted(oddCase), record: rewritten(record) });
  return problems;
}

function policyProblems(record: DmarcRecord, situation: Situation): DmarcProblem[] {
  const { at, relation, sends } = situation;
  const effective = effectivePolicy(record, relation);
  const rua = reachable(record.rua) ? undefined : `mailto:dmarc-reports@${at}`;
  const reporting = rua === undefined ? {} : { rua };
  if (record.invalid !== undefined || record.p === undefined || effective === undefined) {
    const { tag, value } = record.invalid ?? { tag: "p", value: "" };
    const code = effective === undefined ? "policy-void" : "policy-invalid";
    const meant = readMeantRecord(record.text);
    const bad = meant.invalid;
    const policy = bad && { [bad.tag]: meantPolicy(bad.value) ?? (bad.tag === "p" ? "none" : undefined) };
    const fixed = rewritten(meant, { ...(reachable(meant.rua) ? {} : { rua: `mailto:dmarc-reports@${at}` }), ...policy });
    return [{ code, tag, value: value === "" ? "–" : shortened(value, 60), record: fixed }];
  }
  const problems: DmarcProblem[] = [];
  const asked = effectivePolicy({ ...record, testing: false }, relation) ?? "none";
  if (record.testing && asked !== "none") {
    problems.push({ code: "testing", policy: asked, effective, record: rewritten(record, { ...reporting, t: undefined }) });
  }
  if (effective === "none") {
    const stronger = asked === "none" ? enforcing(record, relation) : { t: undefined };
    if (rua === undefined) problems.push({ code: "none", record: rewritten(record, stronger) });
    else problems.push({ code: "none-silent", record: rewritten(record, reporting) });
  } else if (rua !== undefined && record.rua.length === 0 && sends) {
    problems.push({ code: "no-reports", record: rewritten(record, reporting) });
  }
  problems.push(...belowProblems(record, record.p, situation), ...pctProblems(record, record.p));
  const parked = { p: "reject", sp: "reject" };
  const below = record.sp ?? record.p;
  if (!sends && relation === "own" && (record.p !== "reject" || below !== "reject" || record.testing)) {
    problems.push({ code: "parked", record: rewritten(record, { ...parked, t: undefined, np: undefined }) });
  }
  return problems;
}

/** The next step from p=none is quarantine; where only `sp` or `np` is weak, the same as `p`. */
function enforcing(record: DmarcRecord, relation: Relation): Readonly<Record<string, string | undefined>> {
  if (record.p === "none") return { p: "quarantine", sp: undefined, np: undefined };
  return relation === "subdomain" ? { sp: undefined } : { sp: undefined, np: undefined };
}

function belowProblems(record: DmarcRecord, p: Policy, { at, organization, relation }: Situation): DmarcProblem[] {
  const { sp, np } = record;
  if (organization !== undefined && organization !== at && relation === "own") {
    const tags = [sp === undefined ? "" : `sp=${sp}`, np === undefined ? "" : `np=${np}`].filter((tag) => tag !== "");
    const fixed = rewritten(record, { sp: undefined, np: undefined });
    return tags.length === 0 ? [] : [{ code: "below-without-effect", tags: tags.join(", "), organization, record: fixed }];
  }
  const problems: DmarcProblem[] = [];
  const weaker = (policy: Policy | undefined): policy is Policy => policy !== undefined && strengthOf(policy) < strengthOf(p);
  if (weaker(sp)) {
    problems.push({ code: "below-weaker", tag: "sp", weaker: sp, policy: p, record: rewritten(record, { sp: p }) });
    if (np === undefined) problems.push({ code: "np-absent", weaker: sp, record: rewritten(record, { np: "reject" }) });
  }
  if (weaker(np)) {
    problems.push({ code: "below-weaker", tag: "np", weaker: np, policy: p, record: rewritten(record, { np: p }) });
  }
  return problems;
}

/** RFC 9989 appendix A: historic, but receivers of RFC 7489 apply the policy to that share of the mail only. */
function pctProblems(record: DmarcRecord, policy: Policy): DmarcProblem[] {
  const { pct } = record;
  if (pct === undefined || pct === 100 || policy === "none") return [];
  if (pct === 0) return [{ code: "pct-zero", policy, record: rewritten(record) }];
  return [{ code: "pct", pct, policy, record: rewritten(record) }];
}

function reportProblems(record: DmarcRecord, tag: "rua" | "ruf", { at }: Situation): DmarcProblem[] {
  const uris = record[tag];
  const usable = uris.map(mended).filter((uri) => uri !== undefined);
  const good = [...new Map(usable.toReversed().map((uri) => [uri.toLowerCase(), uri])).values()].toReversed();
  // Who wanted reports shall get them.
  const right = good.length === 0 && tag === "rua" ? [`mailto:dmarc-reports@${at}`] : good.slice(0, maxUris);
  const fixed = rewritten(record, { [tag]: right.length === 0 ? undefined : right.join(",") });
  const problems: DmarcProblem[] = [];
  const say = (code: UriCode, some: readonly ReportUri[]): void => {
    const names = some.map((uri) => shortened(uri.text, 80));
    if (names.length > 0) problems.push({ code, tag, uri: listed(names), record: fixed });
  };
  say(
    "uri-syntax",
    uris.filter((uri) => uri.scheme === undefined || (uri.scheme === "mailto" && uri.address === undefined)),
  );
  say(
    "uri-not-mailto",
    uris.filter((uri) => uri.scheme !== undefined && uri.scheme !== "mailto"),
  );
  say(
    "uri-size",
    uris.filter((uri) => uri.sized),
  );
  const addresses = uris.map((uri) => uri.address?.toLowerCase());
  say(
    "uri-duplicate",
    uris.filter((uri, index) => uri.address !== undefined && addresses.indexOf(uri.address.toLowerCase()) < index),
  );
  if (uris.length > maxUris) problems.push({ code: "uri-many", tag, count: uris.length, record: fixed });
  return problems;
}

/** As it was meant: a bare address is one that lacks its `mailto:`. */
function mended(uri: ReportUri): string | undefined {
  if (uri.address !== undefined) return `mailto:${uri.address}`;
  const bare = uri.text.replace(/^mailto[:;]?\/*/i, "");
  return /^[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,10}$/i.test(bare) ? `mailto:${bare}` : undefined;
}

function details(record: DmarcRecord, { sends }: Situation): DmarcProblem[] {
  const { tags, ruf, text, pct } = record;
  const problems: DmarcProblem[] = [];
  const value = (name: string): string | undefined => tags.find((tag) => tag.name === name)?.value.toLowerCase();
  const strict = ["adkim", "aspf"].filter((name) => value(name) === "s").map((name) => `${name}=s`);
  if (sends && strict.length > 0) {
    problems.push({
      code: "strict-alignment",
      tags: strict.join(", "),
      record: rewritten(record, { adkim: undefined, aspf: undefined }),
    });
  }
  const fo = value("fo");
  const reasons = (fo ?? "").split(":").map((reason) => reason.trim());
  if (fo !== undefined && reasons.includes("0") && reasons.includes("1")) {
    problems.push({ code: "fo-redundant", fo: shortened(fo, 40), record: rewritten(record, { fo: "1" }) });
  }
  if (fo !== undefined && ruf.length === 0) {
    problems.push({ code: "fo-idle", fo: shortened(fo, 40), record: rewritten(record, { fo: undefined }) });
  }
  const old = tags.filter(({ name }) => historicTags.some((tag) => tag === name));
  const spoken = pct !== undefined && pct < 100 && record.p !== "none" && record.invalid === undefined;
  const historic = old.filter(({ name }) => !(name === "pct" && spoken));
  if (historic.length > 0) problems.push({ code: "historic", tags: quoted(historic.map(written)), record: rewritten(record) });
  const ignored = tags.filter(({ name, value: is }) => !isUnderstood(name, is));
  if (ignored.length > 0) problems.push({ code: "ignored", tags: quoted(ignored.map(written)), record: rewritten(record) });
  if (text.length > maxLength) problems.push({ code: "long", length: text.length });
  return problems;
}

const written = ({ name, value }: { readonly name: string; readonly value: string }): string => `${name}=${value}`;

const values: Readonly<Record<string, RegExp>> = {
  adkim: /^[rs]$/i,
  aspf: /^[rs]$/i,
  fo: /^[01ds](?:\s*:\s*[01ds]){0,9}$/i,
  t: /^[yn]$/i,
  psd: /^[ynu]$/i,
};

/** Historic tags and the policies have words of their own. */
function isUnderstood(name: string, value: string): boolean {
  if (historicTags.some((tag) => tag === name)) return true;
  return currentTags.some((tag) => tag === name) && (values[name]?.test(value) ?? true);
}

/** `v`, `p` and then the rest as it stands; only tags and values that RFC 9989 knows. */
function rewritten(record: DmarcRecord, changes: Readonly<Record<string, string | undefined>> = {}): string {
  const current = record.tags.filter(
    ({ name, value }) => name !== "v" && name !== "p" && currentTags.some((tag) => tag === name) && isUnderstood(name, value),
  );
  const p = { name: "p", value: record.p ?? "none" };
  return withTags([{ name: "v", value: "DMARC1" }, p, ...current], changes);
}

/** `reject rua=mailto:…` lacks a semicolon; what stands first was meant. */
const meantPolicy = (value: string): Policy | undefined => {
  const [word] = /[a-z]+/i.exec(value) ?? [];
  return policies.find((policy) => policy === word?.toLowerCase());
};

const reachable = (uris: readonly ReportUri[]): boolean => uris.some((uri) => uri.address !== undefined);

const quoted = (some: readonly string[]): string => listed(some.map((text) => `“${shortened(text, 60)}”`));
