import { expect } from "vitest";
import dnsDmarc from "../../checks/dns-dmarc.ts";
import { dmarcAlignmentFindings } from "../../checks/dns-dmarc-alignment.texts.ts";
import { dmarcReportFindings } from "../../checks/dns-dmarc-reports.texts.ts";
import { testCheck } from "../support/check-tester.ts";
import { elsewhere, good, mail, mended, options, record, zoneOf } from "../support/dmarc-cases.ts";
import type { Zone } from "../support/zone.ts";

const rua = "rua=mailto:d@example.com";
const parked: Zone = { "example.com": { MX: ["0 ."], TXT: ["v=spf1 -all"] } };

testCheck(
  dnsDmarc,
  {
    "DM-1 DM-2 DM-3 DM-4 DM-7 DM-8 DM-10 DM-13 reject, with reports": {
      ...record(good, "ok"),
      also: ({ metrics, evidence }) => {
        expect(metrics).toEqual({ policy: 2 });
        expect(evidence).toContain("The policy of example.com is that of example.com (own): reject; organization example.com");
      },
    },
    "DM-1 no record": {
      options,
      zone: mail,
      status: "critical",
      findings: ["dmarc-missing"],
      also: ({ findings }) => expect(findings[0]?.data["record"]).toBe("v=DMARC1; p=none; rua=mailto:dmarc-reports@example.com"),
    },
    "DM-1 DM-22 no record of a domain that sends nothing": {
      options,
      zone: parked,
      status: "critical",
      findings: ["dmarc-missing"],
      also: ({ findings }) => expect(findings[0]?.data["record"]).toBe("v=DMARC1; p=reject; sp=reject; np=reject"),
    },
    "DM-1 the version in small letters": mended(
      "v=dmarc1; p=reject; rua=mailto:d@example.com",
      good,
      "critical",
      "dmarc-unreadable",
    ),
    "DM-1 the version is not first": record("p=reject; v=DMARC1", "critical", "dmarc-unreadable"),
    "DM-1 SERVFAIL": {
      options,
      zone: { ...mail, "_dmarc.example.com": "SERVFAIL" },
      status: "unknown",
      findings: ["dmarc-unanswered"],
    },
    "DM-1 a time-out": {
      options,
      zone: { ...mail, "_dmarc.example.com": "TIMEOUT" },
      status: "unknown",
      findings: ["dmarc-unanswered"],
    },
    "DM-1 no record, which another server denies": {
      options,
      zone: { ...mail, "_dmarc.example.com": "DISAGREE" },
      status: "unknown",
      findings: ["dmarc-unanswered"],
    },
    "DM-1 nothing is known of the registry's name above": {
      options,
      zone: { ...mail, "_dmarc.com": "SERVFAIL" },
      status: "critical",
      findings: ["dmarc-missing"],
    },
    "DM-2 two records, and what is above counts": {
      options: { domain: "mail.example.com" },
      zone: {
        ...zoneOf(good),
        "mail.example.com": { A: ["203.0.113.1"] },
        "_dmarc.mail.example.com": { TXT: [good, "v=DMARC1; p=none"] },
      },
      status: "critical",
      findings: ["dmarc-several"],
      also: ({ findings, metrics }) => {
        expect(findings[0]?.data).toMatchObject({ at: "mail.example.com", count: 2, record: good });
        expect(metrics["policy"]).toBe(2);
      },
    },
    "DM-2 two records and nothing above": { options, zone: zoneOf(good, good), status: "critical", findings: ["dmarc-several"] },
    "DM-2 two records of the organization": {
      options: { domain: "mail.example.com" },
      zone: { ...zoneOf(good, good), "mail.example.com": { A: ["203.0.113.1"] } },
      status: "critical",
      findings: ["dmarc-several"],
    },
    "DM-3 a token beside the record": {
      options,
      zone: zoneOf(good, "site-verification=1"),
      status: "warning",
      findings: ["dmarc-unrelated"],
    },
    "DM-3 a wildcard answers with SPF": {
      options,
      zone: { ...mail, "*.example.com": { TXT: ["v=spf1 -all"] } },
      status: "critical",
      findings: ["dmarc-missing", "dmarc-unrelated"],
    },
    "DM-3 an unreadable record beside a good one": {
      options,
      zone: zoneOf(good, "v=dmarc1; p=none"),
      status: "warning",
      findings: ["dmarc-unrelated"],
    },
    "DM-4 the record stands at the domain itself": {
      options,
      zone: { "example.com": { MX: ["10 mx.example.com"], TXT: ["v=spf1 mx -all", good] } },
      status: "critical",
      findings: ["dmarc-misplaced"],
      also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ place: "example.com", record: good }),
    },
    "DM-4 the panel added the domain a second time": {
      options,
      zone: { ...mail, "_dmarc.example.com.example.com": { TXT: [good] } },
      status: "critical",
      findings: ["dmarc-misplaced"],
      also: ({ findings }) => expect(findings[0]?.data["place"]).toBe("_dmarc.example.com.example.com"),
    },
    "DM-5 a space in front": mended(` ${good}`, good, "critical", "dmarc-unreadable"),
    "DM-5 a quotation mark in front": mended(`“${good}`, good, "critical", "dmarc-unreadable"),
    "DM-5 no semicolon after the version": record(`v=DMARC1 p=reject; ${rua}`, "critical", "dmarc-unreadable"),
    "DM-5 DM-7 no semicolon after the policy": mended(
      "v=DMARC1; p=reject rua=mailto:d@example.com",
      "v=DMARC1; p=reject; rua=mailto:d@example.com",
      "critical",
      "dmarc-policy-void",
    ),
    "DM-5 no semicolon at all": mended(
      "v=DMARC1 p=reject rua=mailto:d@example.com",
      "v=DMARC1; p=reject; rua=mailto:d@example.com",
      "critical",
      "dmarc-unreadable",
    ),
    "DM-5 the quotes of a document around it": mended(
      "“v=DMARC1; p=reject; rua=mailto:d@example.com”",
      "v=DMARC1; p=reject; rua=mailto:d@example.com",
      "critical",
      "dmarc-unreadable",
    ),
    "DM-5 a tag twice": record(`${good}; p=none`, "critical", "dmarc-unreadable"),
    "DM-5 a stray piece": mended(`v=DMARC1; p=reject; hello; ${rua}`, good, "warning", "dmarc-stray"),
    "DM-5 an equals sign too early": record(`v=DMARC1; p=reject; =none; ${rua}`, "warning", "dmarc-stray"),
    "DM-5 a tag in capitals": mended(`v=DMARC1; P=reject; ${rua}`, good, "warning", "dmarc-tag-case"),
    "DM-5 white space where it may be": record(`v = DMARC1 ;\tp = reject ; rua = mailto:d@example.com ;`, "ok"),
    "DM-5 tags and values that nobody knows": record(`${good}; t=maybe; foo=1`, "ok", "dmarc-ignored"),
    "DM-6 the policy of the organization counts below it": {
      options: { domain: "mail.example.com" },
      zone: { ...zoneOf(good), "mail.example.com": { A: ["203.0.113.1"] } },
      status: "ok",
      findings: [],
    },
    "DM-6 eight questions at most, from eight labels to seven": {
      options: { domain: "a.b.c.d.e.f.g.h.example.com" },
      zone: { ...zoneOf(good), "a.b.c.d.e.f.g.h.example.com": { A: ["203.0.113.1"] } },
      status: "ok",
      findings: [],
      also: ({ evidence }) => {
        const asked = evidence.filter((line) => line.startsWith("TXT _dmarc.")).map((line) => line.split(/[ :]/)[1]);
        expect(asked).toHaveLength(8);
        expect(asked.slice(0, 2)).toEqual(["_dmarc.a.b.c.d.e.f.g.h.example.com", "_dmarc.d.e.f.g.h.example.com"]);
      },
    },
    "DM-6 psd=n ends the walk": {
      options: { domain: "mail.example.com" },
      zone: { ...zoneOf("v=DMARC1; p=none"), "_dmarc.mail.example.com": { TXT: [`v=DMARC1; p=reject; psd=n; sp=none; ${rua}`] } },
      status: "warning",
      findings: ["dmarc-below-weaker", "dmarc-np-absent", "dmarc-report-unauthorised"],
    },
    "DM-6 below psd=y stands the organization, whose record is missing": {
      options: { domain: "example.bank" },
      zone: {
        "example.bank": { TXT: ["v=spf1 mx -all"], MX: ["10 mx.example.bank"] },
        "_dmarc.bank": { TXT: ["v=DMARC1; p=reject; psd=y; rua=mailto:d@bank.example"] },
        "bank.example": { MX: ["10 mx.bank.example"] },
        "*._report._dmarc.bank.example": { TXT: ["v=DMARC1"] },
      },
      status: "warning",
      findings: ["dmarc-public-suffix"],
    },
    "DM-6 the walk fails above a record of one's own": {
      options: { domain: "mail.example.com" },
      zone: {
        "mail.example.com": { MX: ["10 mx.example.com"] },
        "_dmarc.mail.example.com": { TXT: ["v=DMARC1; p=reject; rua=mailto:d@mail.example.com"] },
        "_dmarc.example.com": "SERVFAIL",
      },
      status: "ok",
      findings: [],
    },
    "DM-7 no policy, but reports": mended(
      `v=DMARC1; ${rua}`,
      "v=DMARC1; p=none; rua=mailto:d@example.com",
      "critical",
      "dmarc-policy-invalid",
    ),
    "DM-7 no policy and no reports": record("v=DMARC1", "critical", "dmarc-policy-void"),
    "DM-7 a bad sp, so the whole acts as none": mended(
      `v=DMARC1; p=reject; sp=yes; ${rua}`,
      good,
      "critical",
      "dmarc-policy-invalid",
    ),
    "DM-7 a policy in quotes": mended(`v=DMARC1; p=“reject”; ${rua}`, good, "critical", "dmarc-policy-invalid"),
    "DM-8 none": mended(`v=DMARC1; p=none; ${rua}`, "v=DMARC1; p=quarantine; rua=mailto:d@example.com", "warning", "dmarc-none"),
    "DM-8 DM-13 none without reports": mended(
      "v=DMARC1; p=none",
      "v=DMARC1; p=none; rua=mailto:dmarc-reports@example.com",
      "critical",
      "dmarc-none-silent",
    ),
    "DM-8 DM-14 none with reports that go nowhere": record(
      "v=DMARC1; p=none; rua=d@example.com",
      "critical",
      "dmarc-none-silent",
      "dmarc-uri-syntax",
    ),
    "DM-8 quarantine": {
      ...record(`v=DMARC1; p=quarantine; ${rua}`, "ok"),
      also: ({ metrics }) => expect(metrics).toEqual({ policy: 1 }),
    },
    "DM-9 sp weaker than p": mended(
      `v=DMARC1; p=reject; sp=quarantine; np=reject; ${rua}`,
      `v=DMARC1; p=reject; sp=reject; np=reject; ${rua}`,
      "warning",
      "dmarc-below-weaker",
    ),
    "DM-9 sp weaker, and np takes it over": record(`${good}; sp=none`, "warning", "dmarc-below-weaker", "dmarc-np-absent"),
    "DM-9 np weaker than p": record(`${good}; np=none`, "warning", "dmarc-below-weaker"),
    "DM-9 sp and np as strong": record(`${good}; sp=reject; np=reject`, "ok"),
    "DM-9 sp where it has no effect": {
      options: { domain: "mail.example.com" },
      zone: {
        ...zoneOf(good),
        "mail.example.com": { MX: ["10 mx.example.com"] },
        "_dmarc.mail.example.com": { TXT: [`${good}; sp=none`] },
      },
      status: "ok",
      findings: ["dmarc-below-no-effect"],
    },
    "DM-9 DM-8 sp=none is what counts below": {
      options: { domain: "mail.example.com" },
      zone: { ...zoneOf(`${good}; sp=none; np=reject`), "mail.example.com": { A: ["203.0.113.1"] } },
      status: "warning",
      findings: ["dmarc-none", "dmarc-below-weaker"],
    },
    "DM-9 np counts for a name that does not exist": {
      options: { domain: "gone.example.com" },
      zone: zoneOf(`${good}; np=reject; sp=quarantine`),
      status: "warning",
      findings: ["dmarc-below-weaker"],
      also: ({ metrics }) => expect(metrics).toEqual({ policy: 2 }),
    },
    "DM-9 whether the name exists cannot be known": {
      options: { domain: "mail.example.com" },
      zone: { ...zoneOf(good), "mail.example.com": { A: "SERVFAIL" } },
      status: "unknown",
      findings: ["dmarc-unanswered"],
    },
    "DM-10 pct=50": mended(`${good}; pct=50`, good, "warning", "dmarc-pct"),
    "DM-10 pct=0": mended(`${good}; pct=0`, good, "critical", "dmarc-pct-zero"),
    "DM-10 pct=100, rf and ri change nothing": record(`${good}; pct=100; rf=afrf; ri=86400`, "ok", "dmarc-historic"),
    "DM-10 pct of none changes nothing": record(`v=DMARC1; p=none; pct=0; ${rua}`, "warning", "dmarc-none", "dmarc-historic"),
    "DM-11 a test of reject is quarantine": {
      ...mended(`v=DMARC1; p=reject; t=y; ${rua}`, good, "warning", "dmarc-testing"),
      also: ({ findings, metrics }) => {
        expect(findings[0]?.data).toMatchObject({ policy: "reject", effective: "quarantine" });
        expect(metrics).toEqual({ policy: 1 });
      },
    },
    "DM-11 DM-8 a test of quarantine is none": record(
      `v=DMARC1; p=quarantine; t=y; ${rua}`,
      "warning",
      "dmarc-testing",
      "dmarc-none",
    ),
    "DM-11 DM-8 a test of quarantine without reports does nothing": record(
      "v=DMARC1; p=quarantine; t=y",
      "critical",
      "dmarc-testing",
      "dmarc-none-silent",
    ),
    "DM-11 t=n is no test": record(`${good}; t=n`, "ok"),
    "DM-12 a company says that it is a suffix": mended(`${good}; psd=y`, good, "critical", "dmarc-psd"),
    "DM-12 psd=n and psd=u": record(`${good}; psd=n`, "ok"),
    "DM-18 strict alignment": record(`${good}; adkim=s; aspf=s`, "ok", "dmarc-strict-alignment"),
    "DM-18 relaxed alignment": record(`${good}; adkim=r; aspf=r`, "ok"),
    "DM-20 451 characters": record(`${good}; ${"x".repeat(451 - good.length - 4)}=1`, "warning", "dmarc-ignored", "dmarc-long"),
    "DM-20 450 characters": record(`${good}; ${"x".repeat(450 - good.length - 4)}=1`, "ok", "dmarc-ignored"),
    "DM-22 a domain that sends nothing quarantines": {
      options,
      zone: { ...parked, "_dmarc.example.com": { TXT: ["v=DMARC1; p=quarantine"] } },
      status: "ok",
      findings: ["dmarc-parked"],
      also: ({ findings }) => expect(findings[0]?.data["record"]).toBe("v=DMARC1; p=reject; sp=reject"),
    },
    "DM-22 DM-13 a domain that sends nothing rejects, and needs no reports": {
      options: { ...options, sends: false },
      zone: zoneOf("v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s"),
      status: "ok",
      findings: [],
    },
    "DM-23 the record of a suffix": {
      options: { domain: "com.cn" },
      zone: { "com.cn": { MX: ["1 mx.com.cn"] }, "_dmarc.com.cn": { TXT: ["v=DMARC1; p=reject; rua=mailto:d@com.cn"] } },
      status: "warning",
      findings: ["dmarc-public-suffix"],
    },
    "DM-23 a record of one's own under a suffix with a record": {
      options: { domain: "example.com.cn" },
      zone: {
        "example.com.cn": { MX: ["1 mx.example.com.cn"] },
        "_dmarc.com.cn": { TXT: ["v=DMARC1; p=reject; psd=y"] },
        "_dmarc.example.com.cn": { TXT: ["v=DMARC1; p=reject; rua=mailto:d@example.com.cn"] },
      },
      status: "ok",
      findings: [],
    },
    "DM-2 a thousand records of 255 octets": {
      options,
      zone: zoneOf(...Array.from({ length: 1_000 }, (_, index) => `v=DMARC1; p=reject; x=${index}${"y".repeat(220)}`)),
      status: "critical",
      findings: ["dmarc-several"],
    },
    "DM-7 an escape sequence is text": {
      options,
      zone: zoneOf("v=DMARC1; p=\u001b[2J\u202e"),
      status: "critical",
      findings: ["dmarc-policy-void"],
      also: ({ findings }) => expect(JSON.stringify(findings)).not.toContain("\u202e"),
    },
  },
  { shownElsewhere: elsewhere("dns-dmarc-reports.test.ts", { ...dmarcReportFindings, ...dmarcAlignmentFindings }) },
);
