import { getDomain } from "tldts";
import type { Data } from "../model/text.ts";
import { addressText, type AddressRange, lastOf } from "./ip-range.ts";
import { type FaultCode, parseSpf, type SpfRecord, straightened } from "./spf-record.ts";
import { cheaper, merged, rewritten, zoneLine } from "./spf-rewrite.ts";
import { accountOf, edgesOf, endOf, maxLookups, maxVoids, passingOf, type SpfAccount } from "./spf-tree.ts";
import { exchangesOf, hostOf, isVoid, maxExchanges, type SpfNode, type SpfTree } from "./spf-walk.ts";
import { listed, shortened } from "./txt-answer.ts";

type SpfCode =
  | FaultCode
  | "spf-unknown"
  | "spf-part-unknown"
  | "spf-missing"
  | "spf-lookalike"
  | "spf-several"
  | "spf-include-several"
  | "spf-include-missing"
  | "spf-redirect-missing"
  | "spf-loop"
  | "spf-too-many-lookups"
  | "spf-lookups-near-limit"
  | "spf-too-many-voids"
  | "spf-void"
  | "spf-void-family"
  | "spf-mx-many"
  | "spf-include-twice"
  | "spf-redirect-ignored"
  | "spf-pass-all"
  | "spf-no-all"
  | "spf-neutral"
  | "spf-ptr"
  | "spf-dead-name"
  | "spf-too-wide"
  | "spf-wide"
  | "spf-wide-included"
  | "spf-private"
  | "spf-string-long"
  | "spf-long"
  | "spf-answer-large"
  | "spf-not-locked"
  | "spf-sender-id";

export interface SpfIssue {
  readonly code: SpfCode;
  readonly data: Data;
}

export interface LintOptions {
  readonly sends: boolean;
  readonly isPublic: (address: string) => boolean;
}

export const nothingSent = "v=spf1 -all";
/** Each kind of fault is told for so many records, the domain's own first. */
const maxPlaces = 3;
const longRecord = 450;
const longPacket = 512;
const udpPayload = 1232;

/** Everything that the tree alone tells about a domain's SPF, the worst for its sender first. */
export function lintSpf(tree: SpfTree, { sends, isPublic }: LintOptions): readonly SpfIssue[] {
  const { root } = tree;
  const domain = root.name;
  const senderId = root.texts.senderId.map((text): SpfIssue => ({
    code: "spf-sender-id",
    data: { domain, record: shortened(text) },
  }));
  if (root.record === undefined) return [...withoutRecord(root, sends), ...senderId.slice(0, 1)];
  const own = (name: string): boolean => name === domain || (getDomain(name) ?? name) === (getDomain(domain) ?? domain);
  const view: View = { tree, domain, record: root.record, own, isPublic, account: accountOf(tree) };
  const isLocked = root.record.text.toLowerCase() === nothingSent;
  return [
    ...faults(view),
    ...brokenEdges(view),
    ...counts(view),
    ...voids(view),
    ...exchanges(view),
    ...ends(view),
    ...widths(view),
    ...habits(view),
    ...sizes(view),
    ...unanswered(view),
    ...(sends || isLocked ? [] : [{ code: "spf-not-locked" as const, data: { domain, record: zoneLine(domain, nothingSent) } }]),
    ...senderId.slice(0, 1),
  ];
}

interface View {
  readonly tree: SpfTree;
  readonly domain: string;
  /** The domain's own. */
  readonly record: SpfRecord;
  /** Is a name in the same hands? */
  readonly own: (name: string) => boolean;
  readonly isPublic: (address: string) => boolean;
  readonly account: SpfAccount;
}

function withoutRecord(root: SpfNode, sends: boolean): SpfIssue[] {
  const domain = root.name;
  const { lookalikes, records } = root.texts;
  if (root.answer === undefined || root.state === "unanswered")
    return [{ code: "spf-unknown", data: { domain, reason: root.answer?.failure?.text ?? "" } }];
  if (root.state === "several") {
    const data = { domain, count: records.length, record: zoneLine(domain, merged(records)) };
    return [{ code: "spf-several", data }];
  }
  if (!sends) return [{ code: "spf-not-locked", data: { domain, record: zoneLine(domain, nothingSent) } }];
  const [found] = lookalikes;
  if (found !== undefined) {
    const data = { domain, found: shortened(found), record: zoneLine(domain, straightened(found)) };
    return [{ code: "spf-lookalike", data }];
  }
  return [{ code: "spf-missing", data: { domain, record: zoneLine(domain, "v=spf1 mx ~all") } }];
}

const recordWithout = (view: View, terms: ReadonlySet<string>): string =>
  zoneLine(
    view.domain,
    rewritten(view.record, (term) => (terms.has(term) ? [] : undefined)),
  );

function faults({ tree, domain }: View): SpfIssue[] {
  const issues: SpfIssue[] = [];
  const places = new Map<FaultCode, number>();
  for (const { name, record } of tree.nodes.values()) {
    if (record === undefined) continue;
    for (const [code, some] of Map.groupBy(record.faults, (fault) => fault.code)) {
      const place = (places.get(code) ?? 0) + 1;
      places.set(code, place);
      if (place > maxPlaces) continue;
      const terms = listed(some.map((fault) => `“${shortened(fault.term, 80)}”`));
      issues.push({ code, data: { domain, where: name, terms, record: zoneLine(name, record.repaired) } });
    }
  }
  return issues;
}

/** Includes and redirects that lead nowhere, in circles, or twice to the same place. */
function brokenEdges(view: View): SpfIssue[] {
  const { tree, domain, account } = view;
  const issues: SpfIssue[] = [];
  const drop = new Set<string>();
  for (const node of tree.nodes.values()) {
    if (node.record === undefined) continue;
    const glued = new Set(node.record.faults.flatMap((one) => (one.code === "spf-glued" ? [one.term] : [])));
    for (const { kind, target, term, node: there } of edgesOf(tree, node.record)) {
      const state = there?.state ?? "none";
      if (target.kind === "macro" || glued.has(term) || (state !== "none" && state !== "several")) continue;
      if (node === tree.root) drop.add(term);
      const missing = kind === "include" ? "spf-include-missing" : "spf-redirect-missing";
      const name = shortened(target.kind === "name" ? target.name : target.text);
      const data = { domain, where: node.name, name, record: node === tree.root ? "" : "–" };
      issues.push({ code: state === "none" ? missing : "spf-include-several", data });
    }
  }
  const fixed = recordWithout(view, drop);
  const told = worst(issues).map(({ code, data }) => ({ code, data: { ...data, record: data["record"] || fixed } }));
  const [loop] = account.loops;
  if (loop === undefined) return [...told, ...repeatedEdges(view)];
  const next = loop[0] === domain ? loop[1] : undefined;
  const back = new Set(edgesOf(tree, view.record).flatMap((edge) => (edge.node?.name === next ? [edge.term] : [])));
  const record = back.size > 0 ? recordWithout(view, back) : "–";
  return [...told, { code: "spf-loop", data: { domain, path: shortened(loop.join(" ▶ "), 300), record } }];
}

/** What is included more than once, at least once by the domain itself. */
function repeatedEdges({ tree, domain, record, own }: View): SpfIssue[] {
  const all = [...tree.nodes.values()].flatMap((node) =>
    node.record === undefined
      ? []
      : edgesOf(tree, node.record).map(({ term, node: there }) => ({ where: node.name, term, name: there?.name })),
  );
  const twice = [...Map.groupBy(all, (edge) => edge.name)].flatMap(([name, edges]) =>
    name !== undefined && edges.length > 1 && edges.some(({ where }) => own(where)) ? [{ name, edges }] : [],
  );
  if (twice.length === 0) return [];
  const elsewhere = twice.filter(({ edges }) => edges.some(({ where }) => where !== domain));
  const drop = new Set(elsewhere.flatMap(({ edges }) => edges.flatMap(({ where, term }) => (where === domain ? [term] : []))));
  const text = merged([rewritten(record, (term) => (drop.has(term) ? [] : undefined))]);
  const names = listed(twice.map(({ name }) => name));
  return [{ code: "spf-include-twice", data: { domain, names, record: zoneLine(domain, text) } }];
}

/** A record can name thousands of names that are gone: the first ones tell enough. */
const worst = (issues: readonly SpfIssue[]): SpfIssue[] =>
  [...Map.groupBy(issues, (issue) => issue.code).values()].flatMap((some) => some.slice(0, maxPlaces));

function counts(view: View): SpfIssue[] {
  const { domain, account, tree } = view;
  const { lookups, parts } = account;
  if (lookups < 8 || lookups === Infinity) return [];
  const dearest = parts.toSorted((a, b) => b.lookups - a.lookups);
  const shown = listed(
    dearest.map((part) => `${shortened(part.term, 60)} (${part.lookups})`),
    8,
  );
  const number = tree.complete ? lookups : `≥ ${lookups}`;
  if (lookups <= maxLookups) return [{ code: "spf-lookups-near-limit", data: { domain, lookups: number, parts: shown } }];
  const { text, after } = cheaper(tree, view.record, account);
  return [
    { code: "spf-too-many-lookups", data: { domain, lookups: number, parts: shown, record: zoneLine(domain, text), after } },
  ];
}

function voids(view: View): SpfIssue[] {
  const { tree, domain, account, record } = view;
  const { A, AAAA, MX } = tree.hosts;
  /** What is void for clients of both families, and for those of one. */
  const both: string[] = [];
  const one: string[] = [];
  const drop = new Set<string>();
  for (const node of tree.nodes.values()) {
    for (const directive of node.record?.directives ?? []) {
      if (!("target" in directive) || directive.kind === "include" || directive.kind === "ptr") continue;
      const name = hostOf(directive.target, node.name);
      if (name === undefined || directive.target?.kind === "unusable") continue;
      const v4 = isVoid(directive.kind === "mx" ? MX.get(name) : A.get(name));
      const v6 = directive.kind === "a" ? isVoid(AAAA.get(name)) : v4;
      if (!v4 && !v6) continue;
      const shown = shortened(directive.text, 80);
      (v4 && v6 ? both : one).push(node.name === domain ? shown : `${shown} (${node.name})`);
      if (v4 && v6 && node.record === record) drop.add(directive.text);
    }
  }
  // Where nothing would be left, the names have to be corrected: what is left would say that nobody sends.
  const isAll = record.directives.every(({ kind, text }) => kind === "all" || drop.has(text));
  const fixed = drop.size > 0 && !isAll ? recordWithout(view, drop) : "–";
  const least = Math.min(account.voids4, account.voids6);
  if (least > maxVoids) {
    const empty = [...tree.nodes.values()].filter((node) => node !== tree.root && isVoid(node.answer)).map((node) => node.name);
    const names = listed([...both, ...empty, ...one], 5);
    return [{ code: "spf-too-many-voids", data: { domain, count: least, names, record: fixed } }];
  }
  const issues: SpfIssue[] =
    both.length === 0 ? [] : [{ code: "spf-void", data: { domain, names: listed(both, 5), record: fixed } }];
  const families = new Set(passingOf(tree).ranges.map(({ range }) => range.family));
  const many = account.voids4 > maxVoids ? 4 : account.voids6 > maxVoids ? 6 : undefined;
  if (many !== undefined && families.has(many)) {
    const count = many === 4 ? account.voids4 : account.voids6;
    issues.push({ code: "spf-void-family", data: { domain, family: `IPv${many}`, count } });
  }
  return issues;
}

function exchanges({ tree, domain }: View): SpfIssue[] {
  const issues: SpfIssue[] = [];
  for (const [name, answer] of tree.hosts.MX) {
    const count = exchangesOf(answer).length;
    if (count > maxExchanges) issues.push({ code: "spf-mx-many", data: { domain, name, count, limit: maxExchanges } });
  }
  return worst(issues);
}

function ends(view: View): SpfIssue[] {
  const { tree, domain, record, own } = view;
  const issues: SpfIssue[] = [];
  const closed = (text: SpfRecord): string =>
    zoneLine(domain, `${rewritten(text, (term) => (/^[+\-~?]?all$/i.test(term) ? [] : undefined))} ~all`);
  const everybody = passingOf(tree).everybody.map((node) => node.name);
  if (everybody.length > 0) {
    issues.push({ code: "spf-pass-all", data: { domain, where: listed(everybody), record: closed(record) } });
  }
  const end = endOf(tree);
  const fixed = end?.node.record === undefined ? undefined : parseSpf(end.node.record.repaired);
  if (end?.qualifier === "?")
    issues.push({ code: "spf-neutral", data: { domain, where: end.node.name, record: closed(record) } });
  if (end !== undefined && end.qualifier === undefined && fixed?.hasAll !== true)
    issues.push({ code: "spf-no-all", data: { domain, where: end.node.name, record: closed(record) } });
  for (const { name, record: some } of tree.nodes.values()) {
    if (some === undefined || !own(name) || !some.hasAll || some.redirect === undefined) continue;
    const redirect = `redirect=${some.redirect.text}`;
    const text = rewritten(some, (term) => (term.toLowerCase().startsWith("redirect=") ? [] : undefined));
    issues.push({
      code: "spf-redirect-ignored",
      data: { domain, where: name, redirect: shortened(redirect), record: zoneLine(name, text) },
    });
  }
  return worst(issues);
}

function widths({ tree, domain, own, isPublic }: View): SpfIssue[] {
  const lists: Record<"spf-too-wide" | "spf-wide" | "spf-wide-included" | "spf-private", Set<string>> = {
    "spf-too-wide": new Set(),
    "spf-wide": new Set(),
    "spf-wide-included": new Set(),
    "spf-private": new Set(),
  };
  for (const { range, node, directive } of passingOf(tree).ranges) {
    const term = node.name === domain ? directive.text : `${directive.text} (${node.name})`;
    if (!touchesPublic(range, isPublic)) {
      if ("range" in directive && own(node.name)) lists["spf-private"].add(term);
    } else if (range.bits <= 8) lists["spf-too-wide"].add(term);
    else if (range.bits <= (range.family === 4 ? 16 : 32)) lists[own(node.name) ? "spf-wide" : "spf-wide-included"].add(term);
  }
  const codes = ["spf-too-wide", "spf-wide", "spf-private", "spf-wide-included"] as const;
  return codes.flatMap((code) =>
    lists[code].size === 0
      ? []
      : [
          {
            code,
            data: {
              domain,
              terms: listed(
                [...lists[code]].map((term) => shortened(term, 80)),
                5,
              ),
            },
          },
        ],
  );
}

/** Both ends and the middle: no private block is so cut that all three lie in one and some of it does not. */
function touchesPublic(range: AddressRange, isPublic: (address: string) => boolean): boolean {
  const last = lastOf(range);
  return [range.first, (range.first + last + 1n) / 2n, last].some((value) => isPublic(addressText(range.family, value)));
}

/** What RFC 7208 discourages, or what never has an effect. */
function habits(view: View): SpfIssue[] {
  const { tree, domain, own } = view;
  const issues: SpfIssue[] = [];
  for (const { name, record } of tree.nodes.values()) {
    if (record === undefined || !own(name)) continue;
    const without = (drop: (term: string) => boolean): string =>
      zoneLine(
        name,
        rewritten(record, (term) => (drop(term) ? [] : undefined)),
      );
    const ptrs = new Set(record.directives.filter((one) => one.kind === "ptr").map((one) => one.text));
    if (ptrs.size > 0) issues.push({ code: "spf-ptr", data: { domain, where: name, record: without((term) => ptrs.has(term)) } });
    const dead = new Set(
      record.directives
        .filter((one) => "target" in one && one.kind !== "include" && one.target?.kind === "unusable")
        .map((one) => one.text),
    );
    if (dead.size > 0) {
      const terms = listed([...dead].map((term) => shortened(term, 80)));
      issues.push({ code: "spf-dead-name", data: { domain, where: name, terms, record: without((term) => dead.has(term)) } });
    }
  }
  return worst(issues);
}

function sizes({ tree, domain, own }: View): SpfIssue[] {
  const issues: SpfIssue[] = [];
  for (const { name, record, answer } of tree.nodes.values()) {
    if (record === undefined || answer === undefined || !own(name)) continue;
    const bytes = Buffer.byteLength(record.text);
    const strings = answer.records.map((parts) => parts.map((part) => Buffer.byteLength(part)));
    const longest = Math.max(0, ...strings.flat());
    if (longest > 255)
      issues.push({
        code: "spf-string-long",
        data: { domain, where: name, bytes: longest, record: zoneLine(name, record.repaired) },
      });
    const limit = bytes > longPacket ? longPacket : longRecord;
    if (bytes > limit) issues.push({ code: "spf-long", data: { domain, where: name, bytes, limit } });
    // RFC 1035 4.1: header, question, records with a pointer for their name; RFC 6891: OPT.
    const size = strings.flat().reduce((sum, length) => sum + length + 1, 12 + name.length + 6 + 12 * strings.length + 11);
    if (size > udpPayload)
      issues.push({
        code: "spf-answer-large",
        data: { domain, where: name, bytes: size, limit: udpPayload, records: strings.length },
      });
  }
  return worst(issues);
}

function unanswered({ tree, domain, account }: View): SpfIssue[] {
  const { A, AAAA, MX } = tree.hosts;
  const failed = [...tree.nodes.values()].flatMap(({ state, answer }) => (state === "unanswered" && answer ? [answer] : []));
  const hosts = [...A].flatMap(([name, v4]) => {
    const both = [v4, AAAA.get(name)];
    return both.some((answer) => answer?.outcome === "records")
      ? []
      : both.filter((answer) => answer?.outcome === "failed").slice(0, 1);
  });
  const some = [...failed, ...hosts, ...[...MX.values()].filter((answer) => answer.outcome === "failed")].filter(
    (answer) => answer !== undefined,
  );
  if (some.length > 0) {
    const names = listed(some.map((answer) => `${answer.type} ${answer.name}`));
    return [{ code: "spf-part-unknown", data: { domain, names, reason: some[0]?.failure?.text ?? "" } }];
  }
  if (tree.complete || account.lookups > maxLookups) return [];
  const names = listed([...tree.nodes.values()].filter((node) => node.state === "not-asked").map((node) => node.name));
  return [{ code: "spf-part-unknown", data: { domain, names, reason: "the records before it are larger than is read" } }];
}
