import fc from "fast-check";
import { expect, test } from "vitest";
import { holds, rangeOf } from "../../src/mail/ip-range.ts";
import { evaluateSpf, type SpfEvaluation, type SpfResult } from "../../src/mail/mailauth.ts";
import { lintSpf } from "../../src/mail/spf-lint.ts";
import { accountOf, passingOf, rangesOf } from "../../src/mail/spf-tree.ts";
import { exchangesOf, hostOf, isVoid, type SpfTree, walkSpf } from "../../src/mail/spf-walk.ts";
import type { Target } from "../../src/mail/spf-record.ts";
import { createZone, type Zone } from "../support/zone.ts";

// The walker knows the whole tree, mailauth what becomes of one sender. Read by the algorithm of RFC 7208 section 4.6, the
// walker's tree must lead every sender where mailauth's own evaluation leads it, wherever no macro and no PTR is on the way.

class CannotSay extends Error {}
class Ended extends Error {
  readonly result: SpfResult;
  constructor(result: SpfResult) {
    super(result);
    this.result = result;
  }
}

const resultOf = { "+": "pass", "-": "fail", "~": "softfail", "?": "neutral" } as const;

/** RFC 7208 section 4.6 over the walker's tree. Undefined where the tree alone cannot say. */
function judge(tree: SpfTree, address: string): SpfResult | undefined {
  const client = rangeOf(address);
  if (client === undefined) throw new Error(`${address} is no address`);
  const answers = client.family === 4 ? tree.hosts.A : tree.hosts.AAAA;
  let lookups = 0;
  let voids = 0;
  const look = (): void => {
    if (++lookups > 10) throw new Ended("permerror");
  };
  const weigh = (answer: { readonly outcome: string } | undefined): void => {
    if (answer === undefined) throw new CannotSay();
    if (answer.outcome === "failed") throw new Ended("temperror");
    if ((answer.outcome === "nodata" || answer.outcome === "nxdomain") && ++voids > 2) throw new Ended("permerror");
  };
  const nameOf = (target: Target): string => {
    if (target.kind === "macro") throw new CannotSay();
    if (target.kind === "unusable") throw new Ended("permerror");
    return target.name;
  };
  const follow = (name: string): SpfResult => {
    look();
    weigh(tree.nodes.get(name)?.answer);
    const result = check(name);
    if (result === "none") throw new Ended("permerror");
    return result;
  };

  const check = (name: string): SpfResult => {
    const node = tree.nodes.get(name);
    if (node === undefined || node.state === "not-asked") throw new CannotSay();
    if (node.state === "unanswered") throw new Ended("temperror");
    if (node.state === "none") return "none";
    const { record } = node;
    if (record === undefined || record.broken) throw new Ended("permerror");
    for (const directive of record.directives) {
      const result = resultOf[directive.qualifier];
      if (directive.kind === "all") return result;
      if (directive.kind === "include") {
        if (follow(nameOf(directive.target)) === "pass") return result;
        continue;
      }
      if (directive.kind === "ptr") throw new CannotSay();
      if (!("range" in directive)) {
        if (directive.target?.kind === "macro") throw new CannotSay();
        if (directive.target?.kind === "unusable") continue;
        const host = hostOf(directive.target, name) ?? "";
        look();
        if (directive.kind === "mx") {
          const exchanges = tree.hosts.MX.get(host);
          weigh(exchanges);
          if (exchanges !== undefined && meets(exchangesOf(exchanges), directive)) return result;
          continue;
        }
        weigh(directive.kind === "exists" ? tree.hosts.A.get(host) : answers.get(host));
        if (directive.kind === "exists") {
          if (tree.hosts.A.get(host)?.outcome === "records") return result;
          continue;
        }
      }
      if (rangesOf(tree, directive, name).some((range) => holds(range, client))) return result;
    }
    if (record.redirect === undefined || record.hasAll) return "neutral";
    if (record.redirect.kind === "unusable") throw new Ended("permerror");
    return follow(nameOf(record.redirect));
  };
  /** At most ten exchanges are asked for, in their order; a failing one ends it. */
  const meets = (exchanges: readonly string[], directive: { readonly bits4: number; readonly bits6: number }): boolean => {
    for (const [index, exchange] of exchanges.entries()) {
      if (index === 10) throw new Ended("permerror");
      const answer = answers.get(exchange);
      if (answer?.outcome === "failed") throw new Ended("temperror");
      const bits = client.family === 4 ? directive.bits4 : directive.bits6;
      if (answer?.records.some((one) => holds(rangeOf(one, bits) ?? client, client) && rangeOf(one) !== undefined)) return true;
    }
    return false;
  };

  try {
    return check(tree.root.name);
  } catch (error) {
    if (error instanceof Ended) return error.result;
    if (error instanceof CannotSay) return undefined;
    throw error;
  }
}

const pick = <T>(...some: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...some);
const host = pick("h0", "h1", "h2", "h3", "h4", "gone", "broken", "a.b", "many").map((name) => `${name}.example.com`);
const other = pick(
  "example.com",
  "n1.example.com",
  "n2.example.com",
  "n3.example.com",
  "n4.example.com",
  "h0.example.com",
  "gone.example.com",
);
const qualifier = pick("", "", "", "+", "-", "~", "?");
const term = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(pick("192.0.2.", "198.51.100."), fc.nat(12), pick("", "", "/32", "/30", "/24", "/0"))
      .map(([net, last, bits]) => `ip4:${net}${last}${bits}`),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(pick("2001:db8::", "::"), fc.nat(9), pick("", "/128", "/126", "/64"))
      .map(([net, last, bits]) => `ip6:${net}${last}${bits}`),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(pick("a", "mx"), fc.option(host, { nil: "" }), pick("", "", "/30", "//126", "/24//64"))
      .map(([kind, name, bits]) => `${kind}${name && `:${name}`}${bits}`),
  },
  { weight: 3, arbitrary: other.map((name) => `include:${name}`) },
  { weight: 1, arbitrary: host.map((name) => `exists:${name}`) },
  {
    weight: 1,
    arbitrary: pick(
      "ptr",
      "exists:%{i}.example.com",
      "a:%{p}.example.com",
      "include:%{d}.example.com",
      "a:b..example.com",
      "A:H1.EXAMPLE.COM",
      "exp=h1.example.com",
      "x-note=anything",
    ),
  },
);
const faulty = pick(
  "foo",
  "ip4:192.0.2",
  "ip4:192.0.2.0/33",
  "ip6:2001:db8::/129",
  "a:h1.example.com/33",
  "include:",
  "include:nowhere",
  "mx/24/25",
  "ip4:192.0.2.%{i}",
  "all:",
  "ip4:192.0.2.1-all",
  "a:h1.example.com/024",
  "exists:%{z}.com",
  "exp=",
  "-all=",
  "a:%",
  "ptr/24",
  "ünder",
);
const end = fc.oneof(
  { weight: 3, arbitrary: pick("-all", "~all", "?all", "+all", "all") },
  { weight: 2, arbitrary: pick("") },
  { weight: 2, arbitrary: other.map((name) => `redirect=${name}`) },
  { weight: 1, arbitrary: other.map((name) => `redirect=${name} -all`) },
  { weight: 1, arbitrary: fc.tuple(pick("-all", "~all"), term).map((both) => both.join(" ")) },
);
const anyRecord = fc
  .tuple(
    fc.array(
      fc.tuple(qualifier, term).map(([sign, plain]) => (plain.includes("=") ? plain : sign + plain)),
      { maxLength: 6 },
    ),
    fc.oneof({ weight: 14, arbitrary: fc.constant("") }, { weight: 1, arbitrary: faulty }),
    end,
    pick(" ", " ", "  "),
  )
  .map(([terms, fault, last, gap]) => ["v=spf1", ...terms, fault, last].filter(Boolean).join(gap));
const nothings: fc.Arbitrary<Zone[string]> = pick<Zone[string]>(
  { TXT: ["unrelated"] },
  { A: ["192.0.2.9"] },
  "SERVFAIL",
  "TIMEOUT",
  "nxdomain",
);
const anyTexts: fc.Arbitrary<Zone[string]> = fc.oneof(
  { weight: 12, arbitrary: anyRecord.map((text) => ({ TXT: [text, "unrelated"] })) },
  { weight: 1, arbitrary: fc.tuple(anyRecord, anyRecord).map((both) => ({ TXT: both })) },
  { weight: 1, arbitrary: nothings },
);
const zones = fc
  .record({ root: anyRecord, n1: anyTexts, n2: anyTexts, n3: anyTexts, n4: anyTexts })
  .map(({ root, n1, n2, n3, n4 }): Zone => ({
    "example.com": { TXT: [root], A: ["192.0.2.1"], MX: ["10 h1.example.com", "5 h2.example.com"] },
    "n1.example.com": n1,
    "n2.example.com": n2,
    "n3.example.com": n3,
    "n4.example.com": n4,
    "h0.example.com": { A: ["192.0.2.2", "192.0.2.3"] },
    "h1.example.com": { A: ["192.0.2.4"], AAAA: ["2001:db8::4"], MX: ["10 h3.example.com", "20 gone.example.com"] },
    "h2.example.com": { AAAA: ["2001:db8::5"], MX: ["0 ."] },
    "h3.example.com": { CNAME: "h1.example.com" },
    "h4.example.com": { TXT: ["no address"] },
    "many.example.com": { MX: Array.from({ length: 12 }, (_, index) => `${index} m${index}.example.com`) },
    "m3.example.com": { A: ["192.0.2.6"] },
    "m11.example.com": { A: ["192.0.2.7"] },
    "broken.example.com": "SERVFAIL",
  }));
const anyAddress = fc.oneof(
  fc.nat(12).map((last) => `192.0.2.${last}`),
  pick("198.51.100.1", "203.0.113.250", "2001:db8::4", "2001:db8::5", "2001:db8::77", "::1", "2001:db8:ffff::1"),
);

test("walkSpf and mailauth lead every sender to the same result", async () => {
  const said = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(zones, fc.uniqueArray(anyAddress, { minLength: 4, maxLength: 8 }), async (zone, addresses) => {
      const { ask, resolve } = createZone(zone);
      const tree = await walkSpf("example.com", ask, AbortSignal.timeout(10_000));
      for (const client of addresses) {
        const expected = judge(tree, client);
        const evaluation = await evaluateSpf({ domain: "example.com", address: client, resolve, timeoutMs: 10_000 });
        expect([...differences(tree, client, expected, evaluation), ...misjudged(tree, client, evaluation)]).toEqual([]);
        said.set(expected ?? "cannot say", (said.get(expected ?? "cannot say") ?? 0) + 1);
      }
    }),
    { numRuns: 1_200 },
  );
  // Every result was met, so that agreeing is worth something.
  for (const result of ["pass", "fail", "softfail", "neutral", "permerror", "temperror"])
    expect(said.get(result) ?? 0, result).toBeGreaterThan(30);
}, 60_000);

/** Findings that promise `permerror` to whoever comes to the end of the tree. */
const promised: ReadonlySet<string> = new Set([
  "spf-several",
  "spf-include-several",
  "spf-include-missing",
  "spf-redirect-missing",
  "spf-loop",
  "spf-too-many-lookups",
  "spf-too-many-voids",
  "spf-mx-many",
  "spf-bad-character",
  "spf-unknown-term",
  "spf-value-missing",
  "spf-bad-address",
  "spf-bad-prefix",
  "spf-bad-macro",
  "spf-bad-name",
  "spf-repeated",
]);

/** No error without a finding that says so, and no finding of an error that no sender meets. */
function misjudged(tree: SpfTree, client: string, { result, text }: SpfEvaluation): string[] {
  const codes = lintSpf(tree, { sends: true, isPublic: () => true }).map((issue) => issue.code);
  const range = rangeOf(client);
  const isTold = codes.some((code) => promised.has(code) || code === "spf-glued");
  const isUnknown = codes.some((code) => code === "spf-unknown" || code === "spf-part-unknown");
  const { voids4, voids6 } = accountOf(tree);
  // Too many void lookups for a family that nobody sends by are told where somebody does.
  const isVoidFamily = (client.includes(":") ? voids6 : voids4) > 2;
  const depends = [...tree.nodes.values()].some((node) =>
    node.record?.directives.some((one) => one.kind === "ptr" || ("target" in one && one.target?.kind === "macro")),
  );
  if (result === "permerror" && !isTold && !isUnknown && !isVoidFamily && !depends)
    return [`${client}: permerror (${text}), and no finding`];
  if (result === "temperror" && !isUnknown && !isTold && !depends) return [`${client}: temperror (${text}), and no finding`];
  if (range === undefined || depends || isUnknown || !codes.some((code) => promised.has(code))) return [];
  const isStopped = [...tree.nodes.values()].some((node) =>
    node.record?.directives.some(
      (one) =>
        (one.kind === "all" && one.qualifier === "+") ||
        (one.kind === "exists" && one.target.kind === "name" && tree.hosts.A.get(one.target.name)?.outcome === "records") ||
        rangesOf(tree, one, node.name).some((block) => holds(block, range)),
    ),
  );
  const isError = result === "permerror" || result === "temperror";
  return isError || isStopped ? [] : [`${client}: ${result}, though ${codes.join(", ")}`];
}

function differences(tree: SpfTree, client: string, expected: SpfResult | undefined, evaluation: SpfEvaluation): string[] {
  const { lookups, voids4, voids6, loops } = accountOf(tree);
  const passing = passingOf(tree);
  const voids = client.includes(":") ? voids6 : voids4;
  const range = rangeOf(client);
  const wrong: string[] = [];
  const says = (what: string): number => wrong.push(`${client} ${evaluation.result} (${evaluation.text}): ${what}`);

  if (expected !== undefined && evaluation.result !== expected) says(`the tree says ${expected}`);
  // A pass is within the flattened ranges, or comes from what the record alone cannot tell.
  const isFlat = passing.everybody.length === 0 && !passing.depends && range !== undefined;
  if (evaluation.result === "pass" && isFlat && !passing.ranges.some((one) => holds(one.range, range)))
    says("is not in the flattened ranges");
  // Whoever comes to the end of the tree has paid for all of it, and nobody pays more.
  if (evaluation.lookups > Math.min(lookups, 11)) says(`${evaluation.lookups} lookups, counted ${lookups}`);
  if (expected === undefined || loops.length > 0) return wrong;
  if (evaluation.voids > Math.min(voids, 3)) says(`${evaluation.voids} void lookups, counted ${voids}`);
  if (lookups > 10 || voids > 2 || !isUnmatched(tree, client)) return wrong;
  if (evaluation.lookups !== lookups || evaluation.voids !== voids)
    says(`${evaluation.lookups} and ${evaluation.voids} void, counted ${lookups} and ${voids} at its end`);
  return wrong;
}

/** Nothing in any record of the tree matches, errs or depends on the mail before the end of the tree. */
function isUnmatched(tree: SpfTree, address: string): boolean {
  const client = rangeOf(address);
  return [...tree.nodes.values()].every(
    ({ record, name }) =>
      record !== undefined &&
      !record.broken &&
      record.directives.every((directive) => {
        if (directive.kind === "all") return directive.qualifier !== "+";
        if (directive.kind === "ptr" || client === undefined) return false;
        if ("target" in directive && directive.target !== undefined && directive.target.kind !== "name") return false;
        if (directive.kind === "exists") return isVoid(tree.hosts.A.get(hostOf(directive.target, name) ?? ""));
        if (directive.kind === "a" && tree.hosts.A.get(hostOf(directive.target, name) ?? "")?.outcome === "failed") return false;
        if (directive.kind === "mx" && hostOf(directive.target, name)?.startsWith("many") === true) return false;
        if (directive.kind === "mx" && hostOf(directive.target, name)?.startsWith("broken") === true) return false;
        return !rangesOf(tree, directive, name).some((range) => holds(range, client));
      }),
  );
}
