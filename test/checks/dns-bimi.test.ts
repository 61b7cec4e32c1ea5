import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import dnsBimi from "../../checks/dns-bimi.ts";
import { lintLogo, readBimiRecord } from "../../src/mail/bimi-record.ts";
import { readMarkCertificate } from "../../src/mail/mark-certificate.ts";
import { createAddressPolicy } from "../../src/net/addresses.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { issueMark, type MarkOptions } from "../support/mark-certificates.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { type Reply, startReceiver } from "../support/receiver.ts";
import { createZone, type Zone } from "../support/zone.ts";

const day = 86_400_000;
const options = { domain: "example.com" };
const reject = "v=DMARC1; p=reject";
const svg = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" viewBox="0 0 64 64"><title>Example</title><path d="M0 0"/></svg>`;
const mark = { names: ["example.com"], logo: svg, notBefore: new Date(testNow - day), notAfter: new Date(testNow + 300 * day) };

let shared: Promise<Authority> | undefined;
const authority = (): Promise<Authority> => (shared ??= createAuthority());

interface Served {
  readonly dmarc?: string;
  readonly logo?: Reply;
  readonly mark?: Partial<MarkOptions>;
  readonly certificate?: Reply;
  /** Instead of `a=` with the certificate's address. */
  readonly without?: boolean;
  readonly isPublic?: (address: string) => boolean;
}

/** A web server for the logo and one for the certificate, both real. */
const served = ({ dmarc = reject, logo, mark: over, certificate, without, isPublic }: Served = {}): Pick<
  CheckCase,
  "options" | "world"
> => ({
  options,
  world: async () => {
    const ours = await authority();
    const { keyPem, chainPem } = await ours.issue({ names: ["web.example.com"] });
    const [first, second] = await Promise.all([0, 1].map(() => startReceiver({ key: keyPem, cert: chainPem })));
    first?.replyWith(logo ?? { status: 200, body: svg });
    second?.replyWith(certificate ?? { status: 200, body: await issueMark({ ...mark, ...over }) });
    const at = (port: number | undefined): string => `https://web.example.com:${port}/file`;
    const a = without ? "" : ` a=${at(second?.port)}`;
    const { ask } = createZone({
      "web.example.com": { A: ["127.0.0.1"] },
      "_dmarc.example.com": { TXT: [dmarc] },
      "default._bimi.example.com": { TXT: [`v=BIMI1; l=${at(first?.port)};${a}`] },
    });
    return {
      ctx: { ask, authorities: [ours.certPem], isPublic: isPublic ?? createAddressPolicy(["127.0.0.0/8"]) },
      close: () => Promise.all([first?.[Symbol.asyncDispose](), second?.[Symbol.asyncDispose]()]),
    };
  },
});
const zoneOf = (record: string, more: Zone = {}): Zone => ({
  "_dmarc.example.com": { TXT: [reject] },
  "default._bimi.example.com": { TXT: [record] },
  ...more,
});

testCheck(dnsBimi, {
  "BIMI-1 BIMI-2 BIMI-3 BIMI-4 a record, a policy, a logo and its certificate": { ...served(), status: "ok", findings: [] },
  "BIMI-1 no record": { options, zone: { "example.com": {} }, status: "ok", findings: ["bimi-absent"] },
  "BIMI-1 a domain that does not send": { options: { ...options, sends: false }, zone: {}, status: "ok", findings: [] },
  "BIMI-1 the record of the organization": {
    options: { domain: "mail.example.com" },
    zone: zoneOf("v=BIMI1; l=; a="),
    status: "ok",
    findings: [],
  },
  "BIMI-1 a wildcard answers with SPF": {
    options,
    zone: { "*.example.com": { TXT: ["v=spf1 -all"] } },
    status: "ok",
    findings: ["bimi-absent"],
  },
  "BIMI-1 two records": {
    options,
    zone: { "default._bimi.example.com": { TXT: ["v=BIMI1; l=; a=", "v=BIMI1; l=https://a.example/"] } },
    status: "ok",
    findings: ["bimi-several"],
  },
  "BIMI-1 the logo by http": {
    options,
    zone: zoneOf("v=BIMI1; l=http://a.example/"),
    status: "ok",
    findings: ["bimi-record-bad"],
  },
  "BIMI-1 no l= at all": { options, zone: zoneOf("v=BIMI1;"), status: "ok", findings: ["bimi-record-bad"] },
  "BIMI-1 the certificate by http": {
    options,
    zone: zoneOf("v=BIMI1; l=https://a.example/; a=http://a.example/"),
    status: "ok",
    findings: ["bimi-record-bad"],
    also: ({ findings }) => expect(findings[0]?.data["tag"]).toBe("a="),
  },
  "BIMI-1 SERVFAIL": {
    options,
    zone: { "default._bimi.example.com": "SERVFAIL" },
    status: "unknown",
    findings: ["bimi-unanswered"],
  },
  "BIMI-2 the policy is none": { ...served({ dmarc: "v=DMARC1; p=none" }), status: "ok", findings: ["bimi-dmarc"] },
  "BIMI-2 sp=none": { ...served({ dmarc: `${reject}; sp=none` }), status: "ok", findings: ["bimi-dmarc"] },
  "BIMI-2 half of the mail": { ...served({ dmarc: `${reject}; pct=50` }), status: "ok", findings: ["bimi-dmarc"] },
  "BIMI-2 a test": { ...served({ dmarc: `${reject}; t=y` }), status: "ok", findings: ["bimi-dmarc"] },
  "BIMI-2 quarantine": { ...served({ dmarc: "v=DMARC1; p=quarantine" }), status: "ok", findings: [] },
  "BIMI-2 the policy cannot be asked for": {
    options,
    zone: zoneOf("v=BIMI1;", { "_dmarc.example.com": "SERVFAIL" }),
    status: "unknown",
    findings: ["bimi-unanswered", "bimi-record-bad"],
  },
  "BIMI-3 the logo is gone": {
    ...served({ logo: { status: 404 } }),
    status: "ok",
    findings: ["bimi-logo-unreachable"],
    also: ({ findings }) => expect(findings[0]?.data["reason"]).toBe("HTTP 404"),
  },
  "BIMI-3 the logo is too large": { ...served({ logo: "endless" }), status: "ok", findings: ["bimi-logo-unreachable"] },
  "BIMI-3 the logo stands on a private address": {
    ...served({ isPublic: () => false }),
    status: "ok",
    findings: ["bimi-logo-unreachable", "bimi-certificate-unreachable"],
  },
  "BIMI-3 the logo is no Tiny PS": {
    ...served({ logo: { status: 200, body: "<svg viewBox='0 0 2 1' x='1'><script/></svg>" }, without: true }),
    status: "ok",
    findings: ["bimi-logo-bad", "bimi-no-certificate"],
    also: ({ findings }) =>
      expect(findings[0]?.data["rules"]).toBe('version="1.2", baseProfile="tiny-ps", x=, y=, viewBox, <title>, <script>'),
  },
  "BIMI-4 no certificate": { ...served({ without: true }), status: "ok", findings: ["bimi-no-certificate"] },
  "BIMI-4 the certificate is none": {
    ...served({ certificate: { status: 200, body: "hello" } }),
    status: "ok",
    findings: ["bimi-certificate-bad"],
  },
  "BIMI-4 the certificate is gone": {
    ...served({ certificate: { status: 410 } }),
    status: "ok",
    findings: ["bimi-certificate-unreachable"],
  },
  "BIMI-4 for another domain, another logo, another use, alone": {
    ...served({ mark: { names: ["other.example"], logo: "<svg/>", usage: "1.3.6.1.5.5.7.3.1", alone: true } }),
    status: "ok",
    findings: ["bimi-certificate-bad"],
    also: ({ findings }) => expect(findings[0]?.data["rules"]).toBe("≠ example.com, EKU BIMI, broken chain, logo ≠ l="),
  },
  "BIMI-4 it has ended": {
    ...served({ mark: { notAfter: new Date(testNow - 3_600_000) } }),
    status: "ok",
    findings: ["bimi-certificate-bad"],
  },
  "BIMI-4 it ends in 20 days": {
    ...served({ mark: { notAfter: new Date(testNow + 20 * day) } }),
    status: "ok",
    findings: ["bimi-certificate-ends"],
    also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ days: 20, date: "2026-12-12" }),
  },
});

test("readBimiRecord, lintLogo and readMarkCertificate never throw and never hang", async () => {
  const pem = await issueMark(mark);
  const noise = fc.oneof(
    fc.string({ unit: "binary", maxLength: 2_000 }),
    fc
      .array(
        fc.constantFrom(
          "v=BIMI1;",
          "l=https://",
          "a=",
          "<svg ",
          "<a",
          "/>",
          ">",
          "</svg>",
          "viewBox='0 0 1 1'",
          "<!DOCTYPE x [",
          "]>",
          "&a;",
          "--",
        ),
        { maxLength: 60 },
      )
      .map((parts) => parts.join("")),
    fc.nat(pem.length - 1).map((at) => `${pem.slice(0, at)}A${pem.slice(at + 1)}`),
  );
  fc.assert(
    fc.property(noise, (text) => {
      readBimiRecord(text);
      expect(lintLogo(text).length).toBeLessThan(20);
      readMarkCertificate(text);
    }),
    { numRuns: 1_000 },
  );
  const started = performance.now();
  for (const text of ["<svg>".repeat(6_000), `<svg ${"a='1' ".repeat(5_000)}>`, `<svg>${"<a/>".repeat(8_000)}</svg>`])
    lintLogo(text);
  expect(performance.now() - started).toBeLessThan(20_000);
});

test("readMarkCertificate does not unpack a bomb", async () => {
  const bomb = await issueMark({ ...mark, packed: gzipSync("x".repeat(10_000_000)) });
  expect(readMarkCertificate(bomb)).toMatchObject({ logo: undefined, forMarks: true, chained: true });
});
