import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readAutoconfig } from "../../src/mail/autoconfig.ts";
import { lintLogo, readBimiRecord } from "../../src/mail/bimi-record.ts";
import { readDkimKey } from "../../src/mail/dkim-key.ts";
import { lintSignature, readDkimSignature } from "../../src/mail/dkim-signature.ts";
import { lintDmarc } from "../../src/mail/dmarc-lint.ts";
import { isDmarcLike, isDmarcRecord, readDmarcRecord } from "../../src/mail/dmarc-record.ts";
import { readMarkCertificate } from "../../src/mail/mark-certificate.ts";
import { readStsPolicy, readStsRecords } from "../../src/mail/mta-sts.ts";
import { readBootstrap, readRdap } from "../../src/mail/registration.ts";
import { greetingName, isGenericName } from "../../src/mail/sending-name.ts";
import { lintSpf } from "../../src/mail/spf-lint.ts";
import { recordWith } from "../../src/mail/spf-rewrite.ts";
import { parseSpf, spfTexts, straightened } from "../../src/mail/spf-record.ts";
import { accountOf, passingOf, rangeList } from "../../src/mail/spf-tree.ts";
import { walkSpf } from "../../src/mail/spf-walk.ts";
import { isTlsRptLike, isTlsRptRecord, readTlsRpt } from "../../src/mail/tls-rpt-record.ts";
import { isUsable, readTlsa, writeTlsa } from "../../src/mail/tlsa.ts";
import { listed, sendsNothing, shortened } from "../../src/mail/txt-answer.ts";
import { unknownWhois, whoisServers } from "../../src/mail/whois-servers.ts";
import { readWhois } from "../../src/mail/whois.ts";
import type { Ask } from "../../src/model/dns.ts";
import { createZone } from "../support/zone.ts";

/** All that fits into one DNS answer; what comes by HTTP or WHOIS is bounded at a few times that. */
const size = 65_000;
const signal = new AbortController().signal;

/** Everything that reads what a stranger wrote. Noise at every one of them is in the test of each; here it is size and repetition. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  "SPF record": (text) => {
    const spf = parseSpf(text);
    return [spfTexts([[text], [text]]), straightened(text), recordWith(spf, "example.com", "include:x")];
  },
  "DKIM key": (text) => [readDkimKey([text]), readDkimKey([text, text])],
  "DKIM signature": (text) => {
    const signature = readDkimSignature(text);
    return signature && lintSignature(signature, 0);
  },
  "DMARC record": (text) => {
    const situation = { at: "example.com", relation: "own", organization: "example.com", sends: true, registry: false } as const;
    return [isDmarcRecord(text), isDmarcLike(text), lintDmarc(readDmarcRecord(text), situation)];
  },
  "MTA-STS": (text) => [readStsRecords([text, text]), readStsPolicy(text)],
  "TLS-RPT record": (text) => [isTlsRptRecord(text), isTlsRptLike(text), readTlsRpt(text, "example.com")],
  TLSA: (text) => {
    const record = readTlsa(Buffer.from(text, "latin1"));
    return record && [isUsable(record), writeTlsa(record)];
  },
  WHOIS: (text) => [...whoisServers.values(), unknownWhois("x")].slice(-3).map((server) => readWhois(text, server)),
  RDAP: (text) => [readRdap(text, "example.com"), readRdap(text, "example.com", true), readBootstrap(text, "com")],
  "BIMI record and logo": (text) => [readBimiRecord(text), lintLogo(text.slice(0, 32_000)), readMarkCertificate(text)],
  autoconfiguration: (text) => readAutoconfig(text, "example.com"),
  "names and words": (text) => [
    greetingName(text),
    isGenericName(text.slice(0, 253), "192.0.2.1"),
    sendsNothing([text]),
    shortened(text),
    listed([text]),
  ],
};

/** What makes expressions that go back and forth slow: long runs of one thing, and of what nearly fits. */
const starts: Readonly<Record<string, string>> = {
  "SPF record": "v=spf1 ",
  "DKIM key": "v=DKIM1; ",
  "DKIM signature": "v=1; a=rsa-sha256; d=a.b; s=c; h=from; b=",
  "DMARC record": "v=DMARC1; p=none; rua=mailto:",
  "MTA-STS": "version: STSv1\nmode: ",
  "TLS-RPT record": "v=TLSRPTv1; rua=",
  WHOIS: "Expiration Time: ",
  RDAP: '{"ldhName":"',
  "BIMI record and logo": "v=BIMI1; l=https://",
  autoconfiguration: "<clientConfig><emailProvider>",
};
const runs = [
  ..." \t.;=:,/%-+~?*@\\\"'<[{(0aA\n\r\0é".split(""),
  "  \t",
  "a.",
  "a=b;",
  "=;",
  "a ",
  "include:a ",
  "ip4:1.2.3.4 ",
  "ip6:::/0 ",
  "%{d}",
  "%{",
  "a:%{i}.",
  "mailto:a@b,",
  "mailto:a@b!1,",
  "p=AAAA",
  "h=a:b:",
  "mx: *.a\n",
  "max_age: 1\n",
  "Status: ok\n",
  "2026-01-01 ",
  '{"a":',
  "[",
  '"a",',
  "<a>",
  "<a b='c'>",
  "&lt;",
  "<!--",
  "<![CDATA[",
  "<!ENTITY a 'b'>",
  "MII\n",
];

describe("64 KiB of one thing cost no reader more than a moment", () => {
  test.each(Object.entries(readers))("%s", (name, read) => {
    const slow: string[] = [];
    for (const start of ["", starts[name] ?? "-----BEGIN CERTIFICATE-----\n"]) {
      for (const run of runs) {
        const text = (start + run.repeat(Math.ceil(size / run.length))).slice(0, size);
        // What is slow by its nature is so every time, what is slow by a busy machine is not.
        let best = Infinity;
        for (let tries = 0; tries < 4 && best > 400; tries += 1) {
          const before = process.cpuUsage();
          read(text);
          const { user, system } = process.cpuUsage(before);
          best = Math.min(best, (user + system) / 1_000);
        }
        if (best > 400) slow.push(`${JSON.stringify(start + run)}: ${Math.round(best)} ms`);
      }
    }
    expect(slow).toEqual([]);
  });

  test.each(Object.entries(readers))("%s: any pieces, put together", (_name, read) => {
    const piece = fc.constantFrom(...Object.values(starts), ...runs);
    const text = fc.array(fc.tuple(piece, fc.constantFrom(1, 1, 1, 40, 2_000)), { maxLength: 12 }).map((parts) =>
      parts
        .map(([some, times]) => some.repeat(times))
        .join("")
        .slice(0, size),
    );
    fc.assert(
      fc.property(text, (some) => {
        expect(() => read(some)).not.toThrow();
      }),
      { numRuns: 60 },
    );
  });
});

describe("walkSpf()", () => {
  test("reads, counts and lints a tree of records as large as they come, within its bounds", async () => {
    const terms = (name: string): string[] =>
      Array.from({ length: 900 }, (_, i) => `include:n${i}.${name} a:h${i}.${name} ip4:10.${i % 256}.0.0/16`);
    const record = (name: string): string => `v=spf1 ${terms(name).join(" ")} -all`.slice(0, 60_000);
    let questions = 0;
    const endless: Ask = (name, type, options) => {
      questions += 1;
      const short = name.length > 100 ? "example.com" : name;
      return createZone({ [name]: { TXT: [record(short)], A: ["192.0.2.1"] } }).ask(name, type, options);
    };
    const before = process.cpuUsage();
    const tree = await walkSpf("example.com", endless, signal);
    const issues = lintSpf(tree, { sends: true, isPublic: () => true });
    accountOf(tree);
    rangeList(passingOf(tree));
    const { user } = process.cpuUsage(before);
    expect(tree.complete).toBe(false);
    expect(questions).toBeLessThan(200);
    expect(issues.length).toBeLessThan(200);
    expect(user / 1_000).toBeLessThan(3_000);
  });

  test("leaves no failure behind when it is ended, whenever that is", async () => {
    const zone = {
      "example.com": { TXT: ["v=spf1 a:h1.example.com mx:h2.example.com include:i.example.com -all"] },
      "i.example.com": { TXT: ["v=spf1 a:h3.example.com exists:h4.example.com include:j.example.com -all"] },
      "j.example.com": { TXT: ["v=spf1 a -all"] },
    };
    const stray: unknown[] = [];
    const onStray = (reason: unknown): void => void stray.push(reason);
    process.on("unhandledRejection", onStray);
    try {
      for (let last = 1; last < 16; last += 1) {
        const ending = new AbortController();
        const { ask } = createZone(zone);
        let questions = 0;
        const counted: Ask = (name, type, options) => {
          questions += 1;
          if (questions === last) ending.abort(new Error("enough"));
          return ask(name, type, options);
        };
        await walkSpf("example.com", counted, ending.signal).catch(() => undefined);
        await new Promise(setImmediate);
        await new Promise(setImmediate);
      }
    } finally {
      process.off("unhandledRejection", onStray);
    }
    expect(stray).toEqual([]);
  });
});
