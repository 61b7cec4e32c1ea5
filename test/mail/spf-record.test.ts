import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rangeText } from "../../src/mail/ip-range.ts";
import { lintSpf } from "../../src/mail/spf-lint.ts";
import { parseSpf, spfTexts } from "../../src/mail/spf-record.ts";
import { accountOf, passingOf } from "../../src/mail/spf-tree.ts";
import { walkSpf } from "../../src/mail/spf-walk.ts";
import type { Ask } from "../../src/model/dns.ts";
import { createZone } from "../support/zone.ts";

// What RFC 7208's own test suite asks of a reader: sections 4.6 (record evaluation), 5 (mechanisms), 6 and 7 (modifiers, macros).
const right = [
  "a",
  "A",
  "a:foo.example.com",
  "a/24",
  "a//64",
  "a/24//64",
  "a:foo.example.com/0//0",
  "mx",
  "mx:example.com/32//128",
  "ptr",
  "ptr:example.com",
  "ip4:1.2.3.4",
  "ip4:1.2.3.4/0",
  "ip4:1.2.3.4/32",
  "ip6:::1",
  "ip6:::1.1.1.1/0",
  "ip6:Cafe:Babe:8000::/33",
  "ip6:1080::8:800:200C:417A/128",
  "include:example.com",
  "include:example.com.",
  "exists:%{l1r-}.%{d}",
  "exists:%{ir}.%{v}.foo.example",
  "include:_spf.%{d2}",
  "a:%{d}/16",
  "exists:%{i}%%%_%-.example.com",
  "all",
  "-all",
  "~ALL",
  "?all",
  "redirect=example.com",
  "exp=%{d}.example.com",
  "moo=",
  "moo=cow:far_out=man:dog/cat",
  "a-b_c.d=%{c}",
  "a:foo-bar.example",
  "a:example.a1",
  "a:museum.1a-b",
  "a:x.%{d}",
  "exists:a/b.example.com",
] as const;
const wrong = [
  ["spf-unknown-term", "foo"],
  ["spf-unknown-term", "all."],
  ["spf-unknown-term", "all:example.com"],
  ["spf-unknown-term", "-all/8"],
  ["spf-unknown-term", "++all"],
  ["spf-unknown-term", "-=x"],
  ["spf-unknown-term", "1foo=bar"],
  ["spf-unknown-term", "mxx:example.com"],
  ["spf-bad-prefix", "a/33"],
  ["spf-bad-prefix", "a//129"],
  ["spf-bad-prefix", "a:example.com/"],
  ["spf-bad-prefix", "mx/00"],
  ["spf-bad-prefix", "mx//-1"],
  ["spf-bad-prefix", "ip4:1.2.3.4/"],
  ["spf-bad-prefix", "ip4:1.2.3.4//32"],
  ["spf-bad-prefix", "ip6:::1/129"],
  ["spf-bad-address", "ip4:1.2.3"],
  ["spf-bad-address", "ip4:1.2.3.256"],
  ["spf-bad-address", "ip4:01.2.3.4"],
  ["spf-bad-address", "ip4:::1"],
  ["spf-bad-address", "ip6:1.2.3.4"],
  ["spf-bad-address", "ip6:::1%eth0"],
  ["spf-bad-address", "ip4/8"],
  ["spf-bad-address", "ip6:1::2::3"],
  ["spf-value-missing", "ip4"],
  ["spf-value-missing", "ip4:"],
  ["spf-value-missing", "a:"],
  ["spf-value-missing", "mx:/24"],
  ["spf-value-missing", "include"],
  ["spf-value-missing", "exists:"],
  ["spf-value-missing", "redirect="],
  ["spf-value-missing", "ptr:"],
  ["spf-bad-macro", "exists:%"],
  ["spf-bad-macro", "exists:%{i"],
  ["spf-bad-macro", "exists:%{}.com"],
  ["spf-bad-macro", "exists:%{a}.com"],
  ["spf-bad-macro", "exists:%{d0}.com"],
  ["spf-bad-macro", "include:%(d).com"],
  ["spf-bad-macro", "exists:%{t}.com"],
  ["spf-bad-macro", "moo=%"],
  ["spf-bad-macro", "exists:%%%.com"],
  ["spf-bad-name", "a:example"],
  ["spf-bad-name", "a:111.222.33.44"],
  ["spf-bad-name", "include:example.com.."],
  ["spf-bad-name", "ptr/24"],
  ["spf-bad-name", "exists:foo.example.com:8080"],
  ["spf-bad-name", "include:%{d}example"],
  ["spf-bad-name", "redirect=x.-com"],
  ["spf-bad-character", "a:\texample.com"],
  ["spf-bad-character", "include:例子.cn"],
] as const;

describe("parseSpf", () => {
  test.each(right)("reads %s", (term) => expect(parseSpf(`v=spf1 ${term}`).faults).toEqual([]));

  test.each(wrong)("says %s of %s", (code, term) => {
    const { faults, broken, repaired } = parseSpf(`v=spf1 ${term} -all`);
    expect(faults).toEqual([{ code, term, breaks: true }]);
    expect(broken).toBe(true);
    expect(parseSpf(repaired).faults).toEqual([]);
  });

  test("keeps what stands before the first all, and the redirect beside it", () => {
    const { directives, redirect, hasAll } = parseSpf("v=spf1  ip4:192.0.2.77/24   -all a redirect=Example.COM. ");
    expect(directives.map((one) => one.text)).toEqual(["ip4:192.0.2.77/24", "-all"]);
    expect(directives.flatMap((one) => ("range" in one ? rangeText(one.range) : []))).toEqual(["192.0.2.0/24"]);
    expect({ redirect, hasAll }).toEqual({ redirect: { kind: "name", text: "Example.COM.", name: "example.com" }, hasAll: true });
  });

  test("cuts a name of more than 253 octets from the left, as section 7.3 has it", () => {
    const [first] = parseSpf(`v=spf1 include:${"abcdefghi.".repeat(30)}example.com`).directives;
    expect(first?.kind === "include" && first.target.kind === "name" && first.target.name).toMatch(
      /^(?:abcdefghi\.){24}example\.com$/,
    );
  });

  const pieces = fc.constantFrom(
    "v=spf1",
    " ",
    "all",
    "a",
    "mx",
    "ip4:",
    "ip6:",
    "include:",
    "redirect=",
    "exp=",
    "%{",
    "%",
    "}",
    "/",
    "//",
    "24",
    ":",
    ".",
    "=",
    "-",
    "~",
    "com",
    "192.0.2.1",
    "::",
    "é",
    "\0",
    "\t",
    "“",
  );
  const noise = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.array(pieces, { maxLength: 60 }).map((some) => some.join("")),
  );

  test("never throws, and what it repairs is right", () => {
    fc.assert(
      fc.property(noise, (text) => {
        const { repaired } = parseSpf(`v=spf1 ${text}`);
        const again = parseSpf(repaired);
        expect(again.faults.filter((one) => one.breaks)).toEqual([]);
        expect(again.repaired).toBe(repaired);
        expect(spfTexts([[repaired]]).records).toEqual([repaired]);
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    ["one term of 64 KB", "a:".padEnd(65_000, "/1")],
    ["64 KB of digits", "ip4:1.2.3.4/".padEnd(65_000, "1")],
    ["64 KB of percent signs", "exists:".padEnd(65_000, "%")],
    ["64 KB of open macros", "exists:".padEnd(65_000, "%{i")],
    ["64 KB of signs", "".padEnd(65_000, "-")],
    ["64 KB of dots", "include:".padEnd(65_000, ".")],
    ["64 KB of glue", "x".padEnd(65_000, "include:")],
    ["32,000 unknown terms", "x ".repeat(32_000)],
    ["32,000 terms", "a ".repeat(32_000)],
    ["64 KB of quotes in a lookalike", '"'.repeat(65_000)],
  ])("reads %s in no time", (_, text) => {
    const start = performance.now();
    parseSpf(`v=spf1 ${text}`);
    spfTexts([[text]]);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe("walkSpf", () => {
  const counted = (ask: Ask): { ask: Ask; count: () => number } => {
    let questions = 0;
    return {
      ask: (name, type, options) => {
        questions++;
        return ask(name, type, options);
      },
      count: () => questions,
    };
  };

  test("asks a bounded number of questions, whatever the zone says", async () => {
    const everything = Array.from(
      { length: 500 },
      (_, index) => `mx:m${index}.example.com a:a${index}.example.com include:i${index}.example.com exists:e${index}.example.com`,
    );
    const { ask } = createZone({
      "*.example.com": {
        A: ["192.0.2.1"],
        MX: Array.from({ length: 100 }, (_, index) => `${index} x${index}.example.com`),
        TXT: [`v=spf1 ${everything.join(" ")} -all`],
      },
    });
    const bounded = counted(ask);
    const tree = await walkSpf("d.example.com", bounded.ask, AbortSignal.timeout(10_000));
    expect(bounded.count()).toBeLessThan(400);
    expect(tree.complete).toBe(false);
    expect(accountOf(tree).lookups).toBeGreaterThanOrEqual(2_000);
    expect(lintSpf(tree, { sends: true, isPublic: () => true }).map((issue) => issue.code)).toContain("spf-loop");
  });

  test("counts a tree of doubles without walking each way of it", async () => {
    const zone = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `d${index}.example.com`,
        { TXT: [index === 29 ? "v=spf1 -all" : `v=spf1 ${`include:d${index + 1}.example.com `.repeat(2)}-all`] },
      ]),
    );
    const tree = await walkSpf("d0.example.com", createZone(zone).ask, AbortSignal.timeout(10_000));
    expect(accountOf(tree).lookups).toBe(2 ** 30 - 2);
  });

  test("ends with what it has when its time is up", async () => {
    const silent: Ask = (_name, _type, options) =>
      new Promise((_resolve, reject) => options?.signal?.addEventListener("abort", () => reject(options.signal?.reason)));
    const bounds = { names: 40, hosts: 40, exchanges: 11, characters: 1_000, timeoutMs: 50 };
    const tree = await walkSpf("example.com", silent, new AbortController().signal, bounds);
    expect(tree.root.state).toBe("unanswered");
    await expect(walkSpf("example.com", silent, AbortSignal.timeout(20))).rejects.toThrow(/timeout/);
  });

  test("stays standing on any text", async () => {
    const text = fc
      .array(
        fc.oneof(
          fc.constantFrom(
            "include:n1.example.com",
            "include:n2.example.com",
            "redirect=n2.example.com",
            "mx:n1.example.com",
            "a",
            "ptr",
            "exists:%{i}.x.com",
            "+all",
            "ip4:10.0.0.0/7",
          ),
          fc.string({ unit: "binary", maxLength: 30 }),
        ),
        { maxLength: 8 },
      )
      .map((terms) => `v=spf1 ${terms.join(" ")}`);
    await fc.assert(
      fc.asyncProperty(text, text, text, async (root, n1, n2) => {
        const { ask, calls } = createZone({
          "example.com": { TXT: [root] },
          "n1.example.com": { TXT: [n1, "spf2.0/pra"] },
          "n2.example.com": { TXT: [n2] },
        });
        const tree = await walkSpf("example.com", ask, AbortSignal.timeout(10_000));
        const issues = lintSpf(tree, { sends: false, isPublic: (address) => !address.startsWith("10.") });
        expect(issues.length).toBeLessThan(100);
        expect(passingOf(tree).ranges.length).toBeLessThan(200);
        expect(calls.length).toBeLessThan(200);
      }),
      { numRuns: 500 },
    );
  });
});
