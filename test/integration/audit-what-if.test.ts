import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type SignedZone, startSignedDns } from "../support/signed-dns.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const authority = "127.0.74.30";
const resolver = "127.0.74.31";
/** Nobody listens there. */
const mail = "127.0.74.32";
const other = "127.0.74.33";

interface Change {
  readonly signing?: SignedZone["signing"];
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** What is laid over the zone of before, below its $ORIGIN. */
  readonly file: readonly string[];
}

const dmarc = '_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@reports.test"';
const good = ["@ MX 10 mx", `mx A ${mail}`, '@ TXT "v=spf1 mx -all"', dmarc];
const tlsa = `3 1 1 ${"ab".repeat(32)}`;
const head = ["@ SOA ns.test. hostmaster.test. 1 3600 600 86400 60", "@ NS ns.test."];

const changes: Readonly<Record<string, Change>> = {
  "mended.test": {
    before: ["@ MX 10 mx", `mx A ${mail}`, '@ TXT "v=spf1 +all"'],
    after: good,
    file: ['@ TXT "v=spf1 mx -all"', dmarc],
  },
  "broken.test": {
    before: [...good, '@ CAA 0 issue "ca.test"'],
    after: [
      "@ MX 10 mail",
      "@ MX 20 gone",
      "mail CNAME mx",
      `mx A ${mail}`,
      '@ TXT "v=spf1 include:nowhere.broken.test a:gone mx ?all"',
      '_dmarc TXT "v=DMARC1" " p=none"',
      '_mta-sts TXT "v=STSv1; id=1"',
    ],
    file: [
      "@ MX 10 mail",
      "@ MX 20 gone",
      "mail CNAME mx",
      '@ TXT "v=spf1 include:nowhere.broken.test a:gone mx ?all"',
      '_dmarc TXT "v=DMARC1" " p=none"',
      '_mta-sts TXT "v=STSv1; id=1"',
      "; mailvigil: delete @ CAA",
    ],
  },
  "silent.test": {
    before: good,
    after: ['@ TXT "v=spf1 mx -all"', dmarc],
    file: ["; mailvigil: delete @ MX", "; mailvigil: delete mx"],
  },
  "signed.test": {
    signing: "secure",
    before: good,
    after: [...good, `other A ${other}`, "@ MX 20 other", `_25._tcp.mx TLSA ${tlsa}`],
    file: ["@ MX 10 mx", "@ MX 20 other", `other A ${other}`, `_25._tcp.mx TLSA ${tlsa}`],
  },
  "bogus.test": {
    signing: "wrong-ds",
    before: good,
    after: [...good.slice(0, 2), '@ TXT "v=spf1 -all"', dmarc],
    file: ['@ TXT "v=spf1 -all"'],
  },
  "whole.test": {
    before: [...good, `www A ${mail}`, 'sel._domainkey TXT "v=DKIM1; k=rsa; p="', '* TXT "any"'],
    after: ["@ MX 0 .", '@ TXT "v=spf1 -all"', '_dmarc TXT "v=DMARC1; p=reject;"'],
    file: [...head, "@ MX 0 .", '@ TXT "v=spf1 -all"', '_dmarc TXT "v=DMARC1; p=reject;"'],
  },
  "resigned.test": {
    signing: "secure",
    before: good,
    after: ["@ MX 10 mx", `mx A ${other}`, '@ TXT "v=spf1 mx ~all"', dmarc, `_25._tcp.mx TLSA ${tlsa}`],
    file: [...head, "@ MX 10 mx", `mx A ${other}`, '@ TXT "v=spf1 mx ~all"', dmarc, `_25._tcp.mx TLSA ${tlsa}`],
  },
  "wild.test": {
    before: [...good, '* TXT "v=spf1 -all"', `* A ${mail}`],
    after: [
      ...good.filter((line) => !line.startsWith("@ MX")),
      "@ MX 10 mail",
      "mail AAAA 2001:db8::1",
      '* TXT "v=spf1 -all"',
      `* A ${mail}`,
    ],
    file: ["@ MX 10 mail", "mail AAAA 2001:db8::1"],
  },
};
const domains = Object.keys(changes);

const rows = z.array(
  z.object({
    probe: z.string(),
    status: z.string(),
    findings: z.array(z.object({ code: z.string(), severity: z.string(), data: z.record(z.string(), z.unknown()) })),
  }),
);
type Rows = z.output<typeof rows>;

async function audit(...args: readonly string[]): Promise<Rows> {
  const child = spawn(process.execPath, [main, "audit", "--json", "--dns", resolver, "--public", "127.0.74.0/24", ...args], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, LANG: "C.UTF-8", LC_ALL: "", LC_MESSAGES: "" },
  });
  let out = "";
  child.stdout.on("data", (part: Buffer) => (out += part.toString()));
  await once(child, "close");
  return rows.parse(JSON.parse(out));
}

/**
 * A server and a file do not have in common who confirmed an answer, nor two runs the second at which an id was made, nor two
 * answers the order of their records.
 */
const comparable = (some: Rows) =>
  some.map(({ probe, status, findings }) => ({
    probe,
    status,
    findings: findings
      .map(({ code, severity, data }) => {
        const said = Object.entries(data).filter(([key]) => key !== "confirmedBy");
        return `${code} ${severity} ${JSON.stringify(said).replaceAll(/id=\d{14}Z/g, "id=now")}`;
      })
      .toSorted(),
  }));

/** Keys are made anew each time, and which of its signatures a resolver looks at first is its own affair. */
const codes = (some: Rows) => some.map(({ probe, findings }) => [probe, ...findings.map(({ code }) => code)]);

const zonesOf = (which: "before" | "after"): Record<string, SignedZone> =>
  Object.fromEntries(
    Object.entries(changes).map(([name, change]) => [name, { signing: change.signing ?? "insecure", records: change[which] }]),
  );

describe("audit --what-if", () => {
  let folder: string;
  let today: Rows;
  let foreseen: Rows;
  let served: Rows;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "what-if-"));
    const file = join(folder, "new.zone");
    const text = Object.entries(changes).map(([name, change]) => [`$ORIGIN ${name}.`, ...change.file].join("\n"));
    await writeFile(file, `$TTL 60\n${text.join("\n")}\n`);
    const before = await startSignedDns({ authority, resolver, zones: zonesOf("before") });
    try {
      today = await audit(...domains);
      foreseen = await audit(...domains, "--what-if", file);
    } finally {
      await before.stop();
    }
    const after = await startSignedDns({ authority, resolver, zones: zonesOf("after") });
    try {
      served = await audit(...domains);
    } finally {
      await after.stop();
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const of = (some: Rows, domain: string): Rows => some.filter(({ probe }) => probe.startsWith(`${domain}/`));

  const compared = domains.filter((name) => name !== "bogus.test");
  test.each(compared)("finds at %s what it finds once the records are served", (domain) => {
    expect(comparable(of(foreseen, domain))).toEqual(comparable(of(served, domain)));
  });

  // Else a file that is not looked at would pass, too.
  test.each(compared)("finds at %s something else than today", (domain) => {
    expect(comparable(of(foreseen, domain))).not.toEqual(comparable(of(today, domain)));
  });

  test("what is bogus stays bogus", () => {
    expect(codes(of(foreseen, "bogus.test"))).toEqual(codes(of(served, "bogus.test")));
    expect(codes(of(foreseen, "bogus.test"))).toContainEqual(["bogus.test/dns-dnssec", "ds-mismatch"]);
  });

  test("the signed zone was judged as signed", () => {
    const dane = of(foreseen, "signed.test").find(({ probe }) => probe.endsWith("/dns-dane"));
    expect(dane?.findings.map(({ code }) => code)).not.toContain("dane-not-possible");
  });
});
