/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import mailRoundtrip from "../../checks/mail-roundtrip.ts";
import { address, arrived, handedOver } from "../support/arrived-mail.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { at, journey, minute, sent, to } from "../support/round-trip-world.ts";

/** As Dovecot writes it where LMTP runs over TCP: not the hop that SPF is about. */
const lmtp = "Received: from mail.example.test ([198.51.100.7])\r\n\tby mail.example.test with LMTP id 8";
const says = (results: string): string => `Authentication-Results: mail.example.test; ${results}`;

const ok = { status: "ok", findings: [] } as const;
const warning = (code: string, also?: CheckCase["also"]) =>
  ({ status: "warning", findings: [code], ...(also ? { also } : {}) }) as const;
const info = (code: string, also?: CheckCase["also"]) => ({ ...warning(code, also), status: "ok" }) as const;
const evidence =
  (...lines: readonly string[]): NonNullable<CheckCase["also"]> =>
  (observation) => {
    for (const line of lines) expect(observation.evidence.join("\n")).toContain(line);
  };
const told = {
  code: "authentication-fails",
  data: { from: address, to, number: 6, ours: "spf=fail", reason: "the receiver states no result" },
};

const cases: Readonly<Record<string, CheckCase>> = {
  "F-auth a mail that proves whose it is": {
    ...arrived({ above: [says("spf=pass smtp.mailfrom=own.example; dkim=pass header.d=own.example; dmarc=pass"), handedOver] }),
    ...ok,
    also: evidence("our own test finds spf=pass own.example 203.0.113.5, dkim=pass own.example, dmarc=pass own.example"),
  },
  "SPF is asked for the hop that came from outside, not for the LMTP hop above it": {
    ...arrived({ above: [lmtp, handedOver] }),
    ...ok,
    also: evidence("spf=pass own.example 203.0.113.5"),
  },
  "SPF is not asked for what somebody wrote below that hop": {
    ...arrived({ above: [handedOver, "Received: from a.example ([192.0.2.66]) by mail.example.test with ESMTP"] }),
    ...ok,
    also: evidence("spf=pass own.example 203.0.113.5"),
  },
  "a server that SPF does not list, and no signature": {
    ...arrived({ zone: { "own.example": { TXT: ["v=spf1 ip4:203.0.113.9 -all"] } }, signed: false }),
    ...warning("authentication-fails", (observation, { memory }) => {
      expect(observation.findings[0]?.data["ours"]).toBe("spf=fail own.example 203.0.113.5, dmarc=fail own.example");
      expect(observation.findings[0]?.data["reason"]).toBe("the receiver states no result");
      expect(memory).toMatchObject({ proof: { badStreak: 1, last: { code: "authentication-fails" } } });
    }),
  },
  "the receiver fails it as well": {
    ...arrived({
      above: [says("spf=softfail smtp.mailfrom=own.example; dkim=pass header.d=own.example; dmarc=pass"), handedOver],
      zone: { "own.example": { TXT: ["v=spf1 ip4:203.0.113.9 ~all"] } },
    }),
    ...warning("authentication-fails", (observation) =>
      expect(observation.findings[0]?.data["reason"]).toBe(
        "the receiver found “spf=softfail own.example, dkim=pass own.example, dmarc=pass”",
      ),
    ),
  },
  "SPF alone fails, DKIM carries the mail, and the receiver says nothing": {
    ...arrived({ zone: { "own.example": { TXT: ["v=spf1 ip4:203.0.113.9 -all"] } } }),
    ...info("authentication-fails", (_observation, { memory }) => expect(memory).toMatchObject({ proof: { badStreak: 0 } })),
  },
  "the key is not published any more": {
    ...arrived({
      zone: { "s1._domainkey.own.example": "nxdomain" },
      above: [says("dkim=neutral (no key) header.d=own.example"), handedOver],
    }),
    ...warning("authentication-fails"),
  },
  "the receiver refuses what passes here": {
    ...arrived({
      above: [says("spf=pass smtp.mailfrom=own.example; dkim=fail (bad signature) header.d=own.example"), handedOver],
    }),
    ...warning("authentication-disputed", (observation) => {
      expect(observation.findings[0]?.data["ours"]).toContain("dkim=pass own.example");
      expect(observation.findings[0]?.data["reason"]).toContain("dkim=fail own.example");
    }),
  },
  "what the receiver adds to the text after it has judged it": {
    ...arrived({
      above: [says("spf=pass smtp.mailfrom=own.example; dkim=pass header.d=own.example"), handedOver],
      changed: (raw) => `${raw}-- \r\nThis mail came from outside.\r\n`,
    }),
    ...info("authentication-changed", (observation) =>
      expect(observation.findings[0]?.data["ours"]).toContain("dkim=fail own.example (body hash did not verify)"),
    ),
  },
  "the same without a word of the receiver is no proof against the sender": {
    ...arrived({ changed: (raw) => `${raw}-- \r\nThis mail came from outside.\r\n` }),
    ...info("authentication-fails"),
  },
  "one good signature of two is enough": {
    ...arrived({
      changed: (raw) =>
        raw.replace(
          "DKIM-Signature:",
          "DKIM-Signature: v=1; a=rsa-sha256; d=own.example; s=s1; h=From; bh=x; b=y\r\nDKIM-Signature:",
        ),
    }),
    ...ok,
  },
  "results under another name than the receiver's do not count": {
    ...arrived({ above: [handedOver, "Authentication-Results: relay.own.example; dkim=fail header.d=own.example"] }),
    ...ok,
  },
  "while our resolver gets no answer, nothing is said": {
    ...arrived({
      above: [says("spf=pass smtp.mailfrom=own.example; dkim=pass header.d=own.example; dmarc=pass"), handedOver],
      zone: { "own.example": { TXT: "SERVFAIL" }, "s1._domainkey.own.example": "TIMEOUT", "_dmarc.own.example": "TIMEOUT" },
      memory: { proof: { badStreak: 1, last: told } },
    }),
    ...ok,
    also: (observation, { memory }) => {
      expect(observation.evidence.join("\n")).toContain("comes to no result (spf=temperror");
      expect(memory).toMatchObject({ proof: { badStreak: 1 } });
    },
  },
  "a temporary error of the receiver is none of the sender": {
    ...arrived({ above: [says("spf=temperror smtp.mailfrom=own.example; dkim=temperror header.d=own.example"), handedOver] }),
    ...ok,
  },
  "what never left the sender's own service is judged by its signature alone": {
    ...arrived({
      above: [
        "Received: from a ([10.0.0.3]) by mail.own.example with ESMTP",
        "Received: from b ([10.0.0.4]) by mail.own.example with ESMTP",
      ],
      signed: false,
    }),
    ...ok,
    also: evidence("comes to no result"),
  },
  "a partner's mail is not judged": {
    ...arrived({ zone: { "own.example": { TXT: ["v=spf1 -all"] } }, signed: false, options: { ownSender: false } }),
    ...ok,
  },
  "a mail that was not read whole is not judged": {
    ...arrived({ changed: (raw) => `${raw}${"x".repeat(70_000)}\r\n` }),
    ...ok,
  },
  "two in a row have shown it: it is said in every run": {
    memory: journey([], { proof: { badStreak: 2, last: told } }),
    world: at(undefined),
    ...warning("authentication-fails"),
  },
  "one alone is not said again": {
    memory: journey([], { proof: { badStreak: 1, last: told } }),
    world: at(undefined),
    ...ok,
  },
  "a good one ends it": {
    ...arrived({ memory: { proof: { badStreak: 4, last: told } } }),
    ...ok,
    also: (_observation, { memory }) => expect(memory).toMatchObject({ proof: { badStreak: 0, last: null } }),
  },
  "it is said behind what became of the mail": {
    memory: journey([sent(20_000), sent(15 * minute, { seq: 6 })]),
    world: arrived({ zone: { "own.example": { TXT: ["v=spf1 -all"] } }, signed: false }).world,
    status: "critical",
    findings: ["lost", "authentication-fails"],
  },
};

testCheck(mailRoundtrip, cases, {
  shownElsewhere: Object.fromEntries(
    Object.keys(mailRoundtrip.findings)
      .filter((code) => !code.startsWith("authentication-"))
      .map((code) => [code, "test/checks/mail-roundtrip.test.ts"]),
  ),
});
