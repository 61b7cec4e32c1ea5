import fc from "fast-check";
import { expect, test } from "vitest";
import dnsTlsRpt from "../../checks/dns-tls-rpt.ts";
import { readTlsRpt } from "../../src/mail/tls-rpt-record.ts";
import type { Status } from "../../src/model/status.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import type { Zone } from "../support/zone.ts";

const options = { domain: "example.com" };
const mail: Zone = { "example.com": { MX: ["10 mx.example.com"] }, "mx.example.com": { A: ["203.0.113.1"] } };
const outside = "v=TLSRPTv1; rua=mailto:tls@reports.example";
const proposed = "v=TLSRPTv1; rua=mailto:tls-reports@example.com";
const zoneOf = (...texts: readonly string[]): Zone => ({ ...mail, "_smtp._tls.example.com": { TXT: texts } });
const record = (text: string, status: Status, ...findings: string[]): CheckCase => ({
  options,
  zone: zoneOf(text),
  status,
  findings,
});
const tlsa = "3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971";

testCheck(dnsTlsRpt, {
  "TR-1 one record": record(outside, "ok"),
  "TR-1 one record by https, without a space": record("v=TLSRPTv1;rua=https://reports.example/tls;", "ok"),
  "TR-1 none, and nobody is made to encrypt": {
    options,
    zone: mail,
    status: "ok",
    findings: ["tls-rpt-missing"],
    also: ({ findings }) => expect(findings[0]?.data["record"]).toBe(proposed),
  },
  "TR-1 none, with MTA-STS": {
    options,
    zone: { ...mail, "_mta-sts.example.com": { TXT: ["v=STSv1; id=1"] } },
    status: "warning",
    findings: ["tls-rpt-needed"],
    also: ({ findings }) => expect(findings[0]?.data["why"]).toBe("MTA-STS"),
  },
  "TR-1 none, with DANE": {
    options,
    zone: { ...mail, "_25._tcp.mx.example.com": { TLSA: [tlsa], authenticated: true } },
    status: "warning",
    findings: ["tls-rpt-needed"],
    also: ({ findings }) => expect(findings[0]?.data["why"]).toBe("DANE"),
  },
  "TR-1 none, with a TLSA that nothing proves": {
    options,
    zone: { ...mail, "_25._tcp.mx.example.com": { TLSA: [tlsa] } },
    status: "ok",
    findings: ["tls-rpt-missing"],
  },
  "TR-1 none, and whether it is needed cannot be known": {
    options,
    zone: { ...mail, "_mta-sts.example.com": "SERVFAIL" },
    status: "unknown",
    findings: ["tls-rpt-unanswered"],
  },
  "TR-1 a wildcard answers with SPF": {
    options,
    zone: { ...mail, "*.example.com": { TXT: ["v=spf1 -all"] } },
    status: "ok",
    findings: ["tls-rpt-missing"],
  },
  "TR-1 a domain that does not receive": { options: { ...options, receives: false }, zone: mail, status: "ok", findings: [] },
  "TR-1 the null MX": { options, zone: { "example.com": { MX: ["0 ."] } }, status: "ok", findings: [] },
  "TR-1 two records": {
    options,
    zone: zoneOf(outside, "v=TLSRPTv1;"),
    status: "critical",
    findings: ["tls-rpt-several"],
    also: ({ findings }) => expect(findings[0]?.data["record"]).toBe(outside),
  },
  "TR-1 a token beside it": { options, zone: zoneOf(outside, "token=1"), status: "ok", findings: [] },
  "TR-1 the version in small letters": {
    ...record("v=tlsrptv1; rua=mailto:tls@reports.example", "critical", "tls-rpt-unreadable"),
    also: ({ findings }) => expect(findings[0]?.data["record"]).toBe(outside),
  },
  "TR-1 the version without its v1": record("v=TLSRPT; rua=mailto:tls@reports.example", "critical", "tls-rpt-unreadable"),
  "TR-1 no semicolon": record("v=TLSRPTv1 rua=mailto:tls@reports.example", "critical", "tls-rpt-unreadable"),
  "TR-1 a space in front": record(` ${outside}`, "critical", "tls-rpt-unreadable"),
  "TR-1 no address": record("v=TLSRPTv1;", "critical", "tls-rpt-no-address"),
  "TR-1 mailto: is missing": record("v=TLSRPTv1; rua=tls@reports.example", "critical", "tls-rpt-address-bad"),
  "TR-1 http": record("v=TLSRPTv1; rua=http://reports.example/", "critical", "tls-rpt-address-bad"),
  "TR-1 two addresses": record(`${outside},https://reports.example/tls`, "warning", "tls-rpt-many"),
  "TR-1 one address is good, another is not": record(
    `${outside},tls@reports.example`,
    "warning",
    "tls-rpt-address-bad",
    "tls-rpt-many",
  ),
  "TR-1 SERVFAIL": {
    options,
    zone: { "_smtp._tls.example.com": "SERVFAIL" },
    status: "unknown",
    findings: ["tls-rpt-unanswered"],
  },
  "TR-1 a time-out": {
    options,
    zone: { "_smtp._tls.example.com": "TIMEOUT" },
    status: "unknown",
    findings: ["tls-rpt-unanswered"],
  },
  "TR-1 none, which another server denies": {
    options,
    zone: { ...mail, "_smtp._tls.example.com": "DISAGREE" },
    status: "unknown",
    findings: ["tls-rpt-unanswered"],
  },
  "TR-2 the reports go to the domain itself": {
    ...record(proposed, "ok", "tls-rpt-own-mailbox"),
    also: ({ findings }) => expect(findings[0]?.data["address"]).toBe("tls-reports@example.com"),
  },
  "TR-2 and elsewhere, too": record(`${proposed},https://reports.example/tls`, "warning", "tls-rpt-many"),
  "TR-1 a hundred MX hosts cost ten questions": {
    options,
    zone: {
      "example.com": { MX: Array.from({ length: 100 }, (_, index) => `10 mx${index}.example.com`) },
      "*.example.com": { TLSA: [tlsa] },
    },
    status: "ok",
    findings: ["tls-rpt-missing"],
  },
});

test("readTlsRpt never throws, and proposes what it reads without a fault", () => {
  const piece = fc.oneof(
    fc.constantFrom("v=TLSRPTv1", "rua=", "rua=mailto:a@b.example,", "https://x", "=", ","),
    fc.string({ unit: "binary", maxLength: 50 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const { problems } = readTlsRpt(pieces.join(";"), "example.com");
      for (const { record: instead } of problems) expect(readTlsRpt(instead, "example.com").problems, instead).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});
