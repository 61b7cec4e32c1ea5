import { expect } from "vitest";
import dnsDmarc from "../../checks/dns-dmarc.ts";
import { dmarcReportFindings } from "../../checks/dns-dmarc-reports.texts.ts";
import { dmarcFindings } from "../../checks/dns-dmarc.texts.ts";
import { authenticationFact } from "../../src/mail/authentication-results.ts";
import { testCheck, testNow } from "../support/check-tester.ts";
import { elsewhere, good, options, zoneOf } from "../support/dmarc-cases.ts";

const hour = 60 * 60_000;
const zone = zoneOf(good);

/** A mail that arrived, and in whose names SPF and DKIM passed. */
const arrived = (spf: string[] | undefined, dkim: string[] | undefined, hoursAgo = 1, from = "a@example.com") => ({
  kind: "authentication",
  value: authenticationFact(from, "b@example.net", { spf, dkim }) ?? "",
  firstSeen: testNow - 100 * hour,
  lastSeen: testNow - hoursAgo * hour,
});

// What dns-dmarc says of mail that arrived.
testCheck(
  dnsDmarc,
  {
    "DM-24 SPF and DKIM pass in the domain's own name": {
      options,
      zone,
      facts: [arrived(["example.com"], ["example.com"])],
      status: "ok",
      findings: [],
    },
    "DM-24 a name of the same organization is as good": {
      options,
      zone,
      facts: [arrived(["bounce.example.com"], ["mail.example.com"])],
      status: "ok",
      findings: [],
    },
    "DM-24 strict alignment takes the name itself alone": {
      options,
      zone: zoneOf(`${good}; aspf=s`),
      facts: [arrived(["bounce.example.com"], ["mail.example.com"])],
      status: "warning",
      findings: ["dmarc-one-aligned", "dmarc-strict-alignment"],
      also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ passes: "DKIM", fails: "SPF" }),
    },
    "DM-24 SPF alone": {
      options,
      zone,
      facts: [arrived(["example.com"], [])],
      status: "warning",
      findings: ["dmarc-one-aligned"],
      also: ({ findings }) =>
        expect(findings[0]?.data).toEqual({
          domain: "example.com",
          mails: "a@example.com ▶ b@example.net",
          passes: "SPF",
          fails: "DKIM",
        }),
    },
    "DM-24 the provider signs in its own name": {
      options,
      zone,
      facts: [arrived(["example.com"], ["provider.example"])],
      status: "warning",
      findings: ["dmarc-one-aligned"],
    },
    "DM-24 DKIM alone, as bounces go to a service": {
      options,
      zone,
      facts: [arrived(["bounces.service.example"], ["example.com", "service.example"])],
      status: "warning",
      findings: ["dmarc-one-aligned"],
    },
    "DM-24 neither": {
      options,
      zone,
      facts: [arrived(["service.example"], [])],
      status: "critical",
      findings: ["dmarc-none-aligned"],
      also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ spf: "service.example", dkim: "–" }),
    },
    "DM-24 neither, on a domain without a record": {
      options,
      zone: zoneOf(),
      facts: [arrived([], [])],
      status: "critical",
      findings: ["dmarc-missing", "dmarc-none-aligned"],
    },
    "DM-24 one route passes by both, another by none": {
      options,
      zone,
      facts: [arrived(["example.com"], ["example.com"]), arrived([], [], 2, "shop@example.com")],
      status: "critical",
      findings: ["dmarc-none-aligned"],
      also: ({ findings }) => expect(findings[0]?.data["mails"]).toBe("shop@example.com ▶ b@example.net"),
    },
    "DM-24 the newest mail counts": {
      options,
      zone,
      facts: [arrived([], [], 2), arrived(["example.com"], ["example.com"], 1)],
      status: "ok",
      findings: [],
    },
    "DM-24 a mail of two weeks ago says nothing any more": {
      options,
      zone,
      facts: [arrived([], [], 14 * 24)],
      status: "ok",
      findings: [],
    },
    "DM-24 a method of which the receiver says nothing is not judged": {
      options,
      zone,
      facts: [arrived([], undefined)],
      status: "ok",
      findings: [],
    },
    "DM-24 whose the signer is cannot be asked": {
      options,
      zone: { ...zone, "_dmarc.provider.example": "SERVFAIL" },
      facts: [arrived(["example.com"], ["provider.example"])],
      status: "unknown",
      findings: ["dmarc-unanswered"],
    },
  },
  { shownElsewhere: elsewhere("dns-dmarc.test.ts, dns-dmarc-reports.test.ts", { ...dmarcFindings, ...dmarcReportFindings }) },
);
