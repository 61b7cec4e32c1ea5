import type { DnsAnswer } from "../model/dns.ts";
import { type AddressRange, rangeOf, rangeText } from "./ip-range.ts";
import type { Directive, Qualifier, SpfRecord, Target } from "./spf-record.ts";
import { exchangesOf, hostOf, isVoid, maxExchanges, type SpfNode, type SpfTree } from "./spf-walk.ts";

/** RFC 7208 section 4.6.4. */
export const maxLookups = 10;
export const maxVoids = 2;
/** One is enough to know; a record can hold thousands. */
const maxLoops = 3;

/** What a sender that nothing matches costs its receiver: the most that a record can. */
interface Cost {
  /** Terms that ask the DNS: include, a, mx, ptr, exists, redirect, and `%{p}`. Infinite in a loop. */
  readonly lookups: number;
  /** Lookups without an answer, for a client of either family: an `a` is asked for by A or by AAAA. */
  readonly voids4: number;
  readonly voids6: number;
}

export interface SpfAccount extends Cost {
  /** Of the domain's own record, term by term, what each costs with all that is behind it. */
  readonly parts: readonly { readonly term: string; readonly lookups: number }[];
  /** The names on a way that comes back to its first one. */
  readonly loops: readonly (readonly string[])[];
}

/** A term that names something in the DNS, where it stands, and what the DNS says. */
interface Edge {
  readonly term: string;
  readonly target: Target;
  readonly node: SpfNode | undefined;
}

/** Includes that count and the redirect, in order, with the names they lead to. */
export function edgesOf(tree: SpfTree, record: SpfRecord): readonly (Edge & { readonly kind: "include" | "redirect" })[] {
  const nodeOf = (target: Target): SpfNode | undefined => (target.kind === "name" ? tree.nodes.get(target.name) : undefined);
  const edges = record.directives.flatMap((directive) =>
    directive.kind === "include"
      ? [{ kind: directive.kind, term: directive.text, target: directive.target, node: nodeOf(directive.target) }]
      : [],
  );
  if (record.redirect === undefined || record.hasAll) return edges;
  const { redirect } = record;
  return [...edges, { kind: "redirect", term: `redirect=${redirect.text}`, target: redirect, node: nodeOf(redirect) }];
}

/** Counts the whole tree. Each name is counted once and taken as often as it is named, so that no tree takes long. */
export function accountOf(tree: SpfTree): SpfAccount {
  const known = new Map<string, Cost>();
  const loops: string[][] = [];
  const path: string[] = [];

  const costOfNode = (node: SpfNode): Cost => {
    const done = known.get(node.name);
    if (done !== undefined) return done;
    const back = path.indexOf(node.name);
    if (back >= 0) {
      if (loops.length < maxLoops) loops.push([...path.slice(back), node.name]);
      return { lookups: Infinity, voids4: 0, voids6: 0 };
    }
    path.push(node.name);
    const cost = sumOf(node.record === undefined ? [] : partsOf(node.record, node.name).map((part) => part.cost));
    path.pop();
    known.set(node.name, cost);
    return cost;
  };
  const partsOf = (record: SpfRecord, current: string): { term: string; cost: Cost }[] => [
    ...record.directives
      .filter((directive) => directive.kind !== "include")
      .map((directive) => ({ term: directive.text, cost: ownCost(tree, directive, current) })),
    ...edgesOf(tree, record).map((edge) => ({ term: edge.term, cost: edgeCost(edge) })),
  ];
  const edgeCost = ({ target, node }: Edge): Cost => {
    if (target.kind === "macro") return { lookups: target.asksPtr ? 2 : 1, voids4: 0, voids6: 0 };
    if (node === undefined) return nothing;
    const empty = isVoid(node.answer) ? 1 : 0;
    return sumOf([{ lookups: 1, voids4: empty, voids6: empty }, costOfNode(node)]);
  };

  const { root } = tree;
  path.push(root.name);
  const parts = root.record === undefined ? [] : partsOf(root.record, root.name);
  return {
    ...sumOf(parts.map((part) => part.cost)),
    parts: parts.filter(({ cost }) => cost.lookups > 0).map(({ term, cost }) => ({ term, lookups: cost.lookups })),
    loops,
  };
}

const nothing: Cost = { lookups: 0, voids4: 0, voids6: 0 };
const sumOf = (costs: readonly Cost[]): Cost => ({
  lookups: costs.reduce((sum, cost) => sum + cost.lookups, 0),
  voids4: costs.reduce((sum, cost) => sum + cost.voids4, 0),
  voids6: costs.reduce((sum, cost) => sum + cost.voids6, 0),
});

function ownCost(tree: SpfTree, directive: Directive, current: string): Cost {
  if (directive.kind === "all" || "range" in directive) return nothing;
  const { target } = directive;
  // RFC 7208 4.3: what cannot be asked for is not asked for.
  if (target?.kind === "unusable") return nothing;
  const lookups = target?.kind === "macro" && target.asksPtr ? 2 : 1;
  const name = hostOf(target, current);
  if (name === undefined || directive.kind === "ptr") return { lookups, voids4: 0, voids6: 0 };
  const { A, AAAA, MX } = tree.hosts;
  const count = (answer: DnsAnswer | undefined): number => (isVoid(answer) ? 1 : 0);
  if (directive.kind === "mx") return { lookups, voids4: count(MX.get(name)), voids6: count(MX.get(name)) };
  const voids4 = count(A.get(name));
  // `exists` asks for A whatever the client's family (section 5.7).
  return { lookups, voids4, voids6: directive.kind === "exists" ? voids4 : count(AAAA.get(name)) };
}

/** A block of addresses that pass, and the term that says so. */
interface PassingRange {
  readonly range: AddressRange;
  readonly node: SpfNode;
  readonly directive: Directive;
}

/** A record of honest size names some hundred; what is read of hostile ones is bounded all the same. */
const maxRanges = 20_000;

export interface Passing {
  readonly ranges: readonly PassingRange[];
  /** Where a `+all` lets everybody pass. */
  readonly everybody: readonly SpfNode[];
  /** Part of what passes is only known for one mail: a macro, a `ptr`, an `exists`. */
  readonly depends: boolean;
}

/** The flattened ranges: every address that can pass, by whichever term. Exceptions before a term (`-ip4:…`) are not taken off. */
export function passingOf(tree: SpfTree, start: SpfNode = tree.root): Passing {
  const ranges: PassingRange[] = [];
  const everybody: SpfNode[] = [];
  let depends = false;
  const seen = new Set<SpfNode>();
  const waiting: SpfNode[] = [start];
  for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
    if (seen.has(node) || node.record === undefined) continue;
    seen.add(node);
    for (const directive of node.record.directives) {
      if (directive.qualifier !== "+" || directive.kind === "include") continue;
      if (directive.kind === "all") everybody.push(node);
      if (directive.kind === "ptr" || directive.kind === "exists") depends = true;
      if ("target" in directive && directive.target?.kind === "macro") depends = true;
      for (const range of rangesOf(tree, directive, node.name))
        if (ranges.length < maxRanges) ranges.push({ range, node, directive });
    }
    const passing = new Set(node.record.directives.filter((one) => one.qualifier === "+").map((one) => one.text));
    for (const edge of edgesOf(tree, node.record)) {
      if (edge.kind === "include" && !passing.has(edge.term)) continue;
      if (edge.target.kind === "macro") depends = true;
      if (edge.node !== undefined) waiting.push(edge.node);
    }
  }
  return { ranges, everybody, depends };
}

/** The addresses that one term means, as far as they are known. */
export function rangesOf(tree: SpfTree, directive: Directive, current: string): readonly AddressRange[] {
  if ("range" in directive) return [directive.range];
  if (directive.kind !== "a" && directive.kind !== "mx") return [];
  const name = hostOf(directive.target, current);
  if (name === undefined) return [];
  const { A, AAAA, MX } = tree.hosts;
  const exchanges = MX.get(name);
  const hosts = directive.kind === "a" ? [name] : exchanges === undefined ? [] : exchangesOf(exchanges).slice(0, maxExchanges);
  return hosts.flatMap((host) => [
    ...(A.get(host)?.records ?? []).flatMap((address) => rangeOf(address, directive.bits4) ?? []),
    ...(AAAA.get(host)?.records ?? []).flatMap((address) => rangeOf(address, directive.bits6) ?? []),
  ]);
}

/** Sorted and without repetition: equal sets give equal lists. */
export const rangeList = (passing: Passing): readonly string[] =>
  [...new Set(passing.ranges.map(({ range }) => rangeText(range)))].toSorted();

/** What becomes of a sender that nothing names: the `all` at the end of the redirects. */
export function endOf(tree: SpfTree): { readonly qualifier: Qualifier | undefined; readonly node: SpfNode } | undefined {
  const seen = new Set<SpfNode>();
  for (let node = tree.root; node.record !== undefined && !seen.has(node);) {
    seen.add(node);
    const { directives, redirect } = node.record;
    const last = directives.at(-1);
    if (last?.kind === "all") return { qualifier: last.qualifier, node };
    if (redirect === undefined) return { qualifier: undefined, node };
    const next = redirect.kind === "name" ? tree.nodes.get(redirect.name) : undefined;
    if (next === undefined) return undefined;
    node = next;
  }
  return undefined;
}
