import { expect } from "vitest";
import dnsDmarc from "../../checks/dns-dmarc.ts";
import { dmarcAlignmentFindings } from "../../checks/dns-dmarc-alignment.texts.ts";
import { dmarcFindings } from "../../checks/dns-dmarc.texts.ts";
import type { Status } from "../../src/model/status.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { elsewhere, good, mended, options, record, zoneOf } from "../support/dmarc-cases.ts";
import type { Zone } from "../support/zone.ts";

const hour = 60 * 60_000;

testCheck(
  dnsDmarc,
  {
    "DM-13 no reports": mended(
      "v=DMARC1; p=reject",
      "v=DMARC1; p=reject; rua=mailto:dmarc-reports@example.com",
      "warning",
      "dmarc-no-reports",
    ),
    "DM-14 https": mended(`${good},https://example.com/r`, good, "warning", "dmarc-uri-not-mailto"),
    "DM-14 mailto: is missing": mended("v=DMARC1; p=reject; rua=d@example.com", good, "warning", "dmarc-uri-syntax"),
    "DM-14 a size": mended(`${good}!10m`, good, "warning", "dmarc-uri-size"),
    "DM-14 the same twice": mended(`${good},mailto:D@example.com`, good, "warning", "dmarc-uri-duplicate"),
    "DM-14 three": mended(
      `${good},mailto:e@example.com,mailto:f@example.com`,
      `${good},mailto:e@example.com`,
      "warning",
      "dmarc-uri-many",
    ),
    "DM-14 ruf, too": record(`${good}; ruf=nobody`, "warning", "dmarc-uri-syntax"),
    "DM-14 two, with percent and a subject": record(`${good}, mailto:a%2Bb@example.com?subject=x`, "ok"),
    ...outside("DM-15 another organization that says nothing", {}, "warning", "dmarc-report-unauthorised"),
    ...outside(
      "DM-15 another organization that says yes",
      { "example.com._report._dmarc.reports.example": { TXT: ["v=DMARC1;"] } },
      "ok",
    ),
    ...outside("DM-15 one that takes all reports", { "*._report._dmarc.reports.example": { TXT: ["v=DMARC1"] } }, "ok"),
    ...outside(
      "DM-15 a wildcard that says something else",
      { "*.reports.example": { TXT: ["v=spf1 -all"] } },
      "warning",
      "dmarc-report-unauthorised",
    ),
    ...outside(
      "DM-15 one that cannot be asked",
      { "example.com._report._dmarc.reports.example": "SERVFAIL" },
      "unknown",
      "dmarc-report-unknown",
    ),
    "DM-15 a name of the same organization needs no leave": {
      options,
      zone: {
        ...zoneOf("v=DMARC1; p=reject; rua=mailto:d@reports.example.com"),
        "reports.example.com": { MX: ["10 mx.example.com"] },
      },
      status: "ok",
      findings: [],
    },
    "DM-16 the reports' domain does not exist": {
      options,
      zone: zoneOf("v=DMARC1; p=reject; rua=mailto:d@gone.example"),
      status: "critical",
      findings: ["dmarc-report-no-mail"],
      also: ({ findings }) =>
        expect(findings[0]?.data["record"]).toBe("v=DMARC1; p=reject; rua=mailto:dmarc-reports@example.com"),
    },
    "DM-16 the reports' domain takes no mail": {
      options,
      zone: { ...zoneOf("v=DMARC1; p=reject; rua=mailto:d@none.example.com"), "none.example.com": { MX: ["0 ."] } },
      status: "critical",
      findings: ["dmarc-report-no-mail"],
    },
    "DM-16 the reports' domain has neither MX nor address": {
      options,
      zone: { ...zoneOf("v=DMARC1; p=reject; rua=mailto:d@none.example.com"), "none.example.com": { TXT: ["x"] } },
      status: "critical",
      findings: ["dmarc-report-no-mail"],
    },
    "DM-16 the reports' domain has an address alone": {
      options,
      zone: { ...zoneOf("v=DMARC1; p=reject; rua=mailto:d@host.example.com"), "host.example.com": { A: ["203.0.113.1"] } },
      status: "ok",
      findings: [],
    },
    "DM-16 the reports' MX cannot be asked for": {
      options,
      zone: { ...zoneOf("v=DMARC1; p=reject; rua=mailto:d@host.example.com"), "host.example.com": { MX: "TIMEOUT" } },
      status: "unknown",
      findings: ["dmarc-report-unknown"],
    },
    "DM-17 the template of Tencent": {
      options,
      zone: {
        ...zoneOf("v=DMARC1; p=reject; rua=mailto:mailauth-reports@qq.com"),
        "qq.com": { MX: ["10 mx.qq.com"] },
        "*._report._dmarc.qq.com": { TXT: ["v=DMARC1"] },
      },
      status: "warning",
      findings: ["dmarc-report-exmail"],
      also: ({ findings }) =>
        expect(findings[0]?.data["record"]).toBe("v=DMARC1; p=reject; rua=mailto:dmarc-reports@example.com"),
    },
    "DM-17 another mailbox at Tencent": {
      options,
      zone: {
        ...zoneOf("v=DMARC1; p=reject; rua=mailto:sales@qq.com"),
        "qq.com": { MX: ["10 mx.qq.com"] },
        "*._report._dmarc.qq.com": { TXT: ["v=DMARC1"] },
      },
      status: "ok",
      findings: [],
    },
    "DM-19 fo=0:1": record(`${good}; fo=0:1; ruf=mailto:d@example.com`, "ok", "dmarc-fo-redundant"),
    "DM-19 fo without ruf": record(`${good}; fo=1`, "ok", "dmarc-fo-idle"),
    "DM-19 fo=1:d:s with ruf": record(`${good}; fo=1:d:s; ruf=mailto:d@example.com`, "ok"),
    "DM-21 reports came, and stopped": {
      options,
      zone: zoneOf(good),
      facts: [{ kind: "dmarc-report", value: "google.com", firstSeen: 1, lastSeen: testNow - 49 * hour }],
      status: "warning",
      findings: ["dmarc-reports-stopped"],
      also: ({ findings }) => expect(findings[0]?.data["hours"]).toBe(49),
    },
    "DM-21 reports come": {
      options,
      zone: zoneOf(good),
      facts: [{ kind: "dmarc-report", value: "google.com", firstSeen: 1, lastSeen: testNow - 47 * hour }],
      status: "ok",
      findings: [],
    },
    "DM-14 DM-16 a thousand report addresses cost five domains": {
      options,
      zone: zoneOf(
        `v=DMARC1; p=reject; rua=${Array.from({ length: 1_000 }, (_, index) => `mailto:d@d${index}.example`).join(",")}`,
      ),
      status: "critical",
      findings: ["dmarc-uri-many", "dmarc-long", ...Array.from({ length: 5 }, () => "dmarc-report-no-mail")],
      also: ({ evidence }) => expect(evidence.length).toBeLessThan(20),
    },
  },
  { shownElsewhere: elsewhere("dns-dmarc.test.ts", { ...dmarcFindings, ...dmarcAlignmentFindings }) },
);

/** Reports that go to `reports.example`, which receives mail. */
function outside(name: string, zone: Zone, status: Status, ...findings: string[]): Record<string, CheckCase> {
  const there: Zone = { "reports.example": { MX: ["10 mx.reports.example"] }, ...zone };
  return {
    [name]: { options, zone: { ...zoneOf("v=DMARC1; p=reject; rua=mailto:d@reports.example"), ...there }, status, findings },
  };
}
