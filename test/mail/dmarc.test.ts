import fc from "fast-check";
import mailauth from "mailauth/lib/dmarc/get-dmarc-record.js";
import { expect, test } from "vitest";
import { discoverPolicy, walkNames } from "../../src/mail/dmarc-discovery.ts";
import { firstRecord, lintDmarc } from "../../src/mail/dmarc-lint.ts";
import { effectivePolicy, isDmarcRecord, readDmarcRecord } from "../../src/mail/dmarc-record.ts";
import { isRegistry } from "../../src/mail/registry-name.ts";
import { readReportUris } from "../../src/mail/report-uri.ts";
import { createZone, type Zone } from "../support/zone.ts";

const signal = new AbortController().signal;
const value = fc.constantFrom("none", "quarantine", "reject", "Reject", "yes", "");
const tag = fc.oneof(
  fc.tuple(fc.constantFrom("p", "sp", "np", "P"), value).map(([name, is]) => `${name}=${is}`),
  fc.constantFrom(
    "psd=y",
    "psd=n",
    "psd=u",
    "t=y",
    "t=n",
    "pct=0",
    "pct=50",
    "pct=x",
    "ri=1",
    "rf=afrf",
    "fo=0:1",
    "adkim=s",
    "=",
    "x",
  ),
  fc.constantFrom(
    "rua=mailto:a@example.com",
    "rua=a@example.com",
    "rua=",
    "rua=https://x.example/",
    "ruf=mailto:%zz@x",
    "rua=mailto:a@b.example!10m",
  ),
  fc.string({ unit: "binary", maxLength: 30 }),
);
const record = fc
  .tuple(fc.constantFrom("v=DMARC1;", "v=DMARC1", " v=DMARC1;", "v=dmarc1;", ""), fc.array(tag, { maxLength: 12 }))
  .map(([version, tags]) => version + tags.join("; "));
const anything = fc.oneof(record, fc.string({ unit: "binary", maxLength: 3_000 }));

test("DMARC records of any text are read and judged without a throw, in few and short words", () => {
  fc.assert(
    fc.property(anything, fc.constantFrom("own", "subdomain", "nonexistent"), fc.boolean(), (text, relation, sends) => {
      const read = readDmarcRecord(text);
      const problems = lintDmarc(read, { at: "example.com", relation, organization: "example.com", sends, registry: false });
      expect(problems.length).toBeLessThan(40);
      const told = problems.flatMap((problem) => Object.entries(problem)).filter(([name]) => name !== "record");
      for (const [name, is] of told) expect(String(is).length, name).toBeLessThan(300);
      expect(isDmarcRecord(firstRecord("example.com", sends, read))).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test("what lintDmarc proposes is a record that receivers apply", () => {
  fc.assert(
    fc.property(record, fc.boolean(), (text, sends) => {
      const read = readDmarcRecord(text);
      for (const problem of lintDmarc(read, {
        at: "example.com",
        relation: "own",
        organization: "example.com",
        sends,
        registry: false,
      })) {
        const proposed = readDmarcRecord("record" in problem ? problem.record : "v=DMARC1; p=none; rua=mailto:a@example.com");
        expect(isDmarcRecord(proposed.text), proposed.text).toBe(true);
        expect({ repeated: proposed.repeated, strays: proposed.strays, oddCase: proposed.oddCase }).toEqual({
          repeated: [],
          strays: [],
          oddCase: [],
        });
      }
    }),
    { numRuns: 2_000 },
  );
});

test("effectivePolicy is never stronger than what is asked for, and a test makes it weaker", () => {
  const rows: readonly (readonly [text: string, own: string | undefined, below: string | undefined, gone: string | undefined])[] =
    [
      ["p=reject", "reject", "reject", "reject"],
      ["p=reject; sp=none", "reject", "none", "none"],
      ["p=reject; sp=none; np=quarantine", "reject", "none", "quarantine"],
      ["p=none; np=reject", "none", "none", "reject"],
      ["p=reject; t=y", "quarantine", "quarantine", "quarantine"],
      ["p=quarantine; sp=reject; t=y", "none", "quarantine", "quarantine"],
      ["p=none; t=y", "none", "none", "none"],
      ["sp=reject; rua=mailto:a@example.com", "none", "none", "none"],
      ["sp=reject", undefined, undefined, undefined],
      ["p=reject; np=maybe; rua=mailto:a@example.com", "none", "none", "none"],
      ["p=REJECT", "reject", "reject", "reject"],
    ];
  for (const [text, ...expected] of rows) {
    const read = readDmarcRecord(`v=DMARC1; ${text}`);
    expect(
      (["own", "subdomain", "nonexistent"] as const).map((relation) => effectivePolicy(read, relation)),
      text,
    ).toEqual(expected);
  }
});

test("walkNames asks at most eight names, and of long ones seven labels next (RFC 9989 4.10)", () => {
  const long = walkNames("a.b.c.d.e.f.g.h.i.j.mail.example.com");
  expect(long.slice(0, 3)).toEqual([
    "a.b.c.d.e.f.g.h.i.j.mail.example.com",
    "g.h.i.j.mail.example.com",
    "h.i.j.mail.example.com",
  ]);
  expect(long.slice(-2)).toEqual(["example.com", "com"]);
  expect(walkNames("example.com")).toEqual(["example.com", "com"]);
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 100 }), (labels) => {
      expect(walkNames(labels.join(".")).length).toBe(Math.min(labels.length, 8));
    }),
  );
});

test("discoverPolicy finds the record and the organization that mailauth finds", async () => {
  const labels = fc.array(fc.constantFrom("a", "b", "example", "mail"), { minLength: 1, maxLength: 9 });
  const text = fc.constantFrom(
    "v=DMARC1; p=reject",
    "v=DMARC1; p=none; psd=y",
    "v=DMARC1; p=quarantine; psd=n; np=reject",
    "v=DMARC1; p=reject; sp=none; psd=u",
    "v=spf1 -all",
    "v=dmarc1; p=none",
  );
  const texts = fc.array(text, { minLength: 1, maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(
      labels,
      fc.array(fc.tuple(fc.nat(9), texts), { maxLength: 4 }),
      fc.option(fc.nat(9)),
      async (some, rows, broken) => {
        const domain = [...some, "com"].join(".");
        const at = (depth: number): string =>
          `_dmarc.${domain
            .split(".")
            .slice(-1 - (depth % domain.split(".").length))
            .join(".")}`;
        const zone: Zone = {
          ...Object.fromEntries(rows.map(([depth, TXT]) => [at(depth), { TXT }])),
          ...(broken === null ? {} : { [at(broken)]: "SERVFAIL" }),
        };
        const { ask, resolve, calls } = createZone(zone);
        const mine = await discoverPolicy(domain, ask, { signal, isRegistry: () => false });
        expect(calls.length).toBeLessThanOrEqual(8);
        const found = {
          at: mine.source?.domain ?? null,
          organization: mine.organization ?? null,
          failed: mine.source === undefined && mine.failed !== undefined,
        };
        const theirs = await mailauth
          .discoverPolicy(domain, mailauth.createRecordLookup(resolve, { strict: true }))
          .then(({ recordDomain, orgDomain }) => ({ at: recordDomain, organization: orgDomain, failed: false }))
          .catch(() => ({ at: null, organization: null, failed: true }));
        expect(found).toEqual(theirs);
      },
    ),
    { numRuns: 1_000 },
  );
});

test("readReportUris never throws and knows an address", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 5_000 }), (text) => void readReportUris(text)));
  const rows: readonly (readonly [text: string, address: string | undefined])[] = [
    ["mailto:a@example.com", "a@example.com"],
    ["MAILTO:a@Example.com!5m", "a@Example.com"],
    ["mailto:a%2Cb@example.com?subject=x", "a,b@example.com"],
    ["mailto:a@example", undefined],
    ["mailto:a@203.0.113.1", undefined],
    ["mailto:@example.com", undefined],
    ["mailto:%zz@example.com", undefined],
    ["mailto:%00@example.com", undefined],
    ["https://example.com", undefined],
    ["a@example.com", undefined],
  ];
  for (const [text, address] of rows) expect(readReportUris(text)[0]?.address, text).toBe(address);
});

test("isRegistry knows registries, and no company that lets names to others", () => {
  const names = ["cn", "com.cn", "co.uk", "bank", "example.com", "github.io", "qq.com", "xn--55qx5d.cn"];
  expect(names.filter(isRegistry)).toEqual(["cn", "com.cn", "co.uk", "bank", "xn--55qx5d.cn"]);
});
