/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import mailRoundtrip from "../../checks/mail-roundtrip.ts";
import { probeHeader, tokenOf } from "../../src/mail/probe-mail.ts";
import type { RunOutcome } from "../../src/engine/run-probe.ts";
import type { CheckContext } from "../../src/model/check.ts";
import type { Observation } from "../../src/model/observation.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { mailHost, reaching } from "../support/mail-world.ts";
import { at, gmail, journey, minute, sender, sent, sign, to } from "../support/round-trip-world.ts";
import type { Zone } from "../support/zone.ts";

const address = "Sales@own.example";
/** The receiver's mail goes through a filter service. */
const mx: Zone = { "example.test": { MX: ["10 in.filter.example"] } };

const received = "Received: from mail.own.example (unknown [203.0.113.5])\r\n\tby mail.example.test (Postfix) with ESMTPS id 4X";
const signature =
  "DKIM-Signature: v=1; a=rsa-sha256; d=own.example; s=S1; t=1700000000;\r\n\th=From:From:Date:Subject:To; bh=x; b=y";

interface Given {
  /** At the top of the mail that arrives, before its token. */
  readonly fields: readonly string[];
  readonly zone?: Zone;
  readonly folder?: string;
  readonly options?: object;
  readonly ctx?: Partial<CheckContext>;
}

const token = tokenOf(`${address}~${to}`, sent(0), sign);

/** A mail of the company's own sender arrives. */
const arrives = ({
  fields,
  zone = mx,
  folder = "INBOX",
  options = {},
  ctx = {},
}: Given): Pick<CheckCase, "memory" | "world"> => ({
  memory: journey([sent(20_000)]),
  world: async () => {
    const made = await at(({ arrive }) =>
      arrive(folder, 14_000, sent(0), [...fields, `${probeHeader}: ${token}`, `Message-ID: <${token}@own.example>`].join("\r\n")),
    )();
    return {
      ...made,
      options: { ...made.options, ownSender: true, ...options, from: { ...sender, address, host: "mail.own.example" } },
      ctx: { ...made.ctx, ...(await reaching({ [mailHost]: { A: ["127.0.0.1"] }, ...zone })), ...ctx },
    };
  },
});

const ok = { status: "ok", findings: [] } as const;
/** The signature of these mails is made up: it says how a mail is signed, and proves nothing. */
const unproven = { status: "ok", findings: ["authentication-fails"] } as const;
/** These facts, all of them about the sender's domain. */
const learns =
  (...facts: readonly string[]) =>
  (_observation: Observation, outcome: RunOutcome): void => {
    expect(outcome.facts.map(({ kind, value }) => `${kind}: ${value}`)).toEqual(facts);
    expect(new Set(outcome.facts.map(({ asset }) => asset))).toEqual(new Set(facts.length === 0 ? [] : ["own.example"]));
  };
const given = ["sending-address: 203.0.113.5", "helo: 203.0.113.5 mail.own.example"];
const signed = [
  "dkim-selector: s1._domainkey.own.example",
  "dkim-signature: sales@own.example a=rsa-sha256; d=own.example; s=s1; h=from:from:date:subject:to",
];

testCheck(
  mailRoundtrip,
  {
    "DK-1 MX-20 SPF-18 PTR-1 what a delivered mail shows is learnt for the sender's domain": {
      ...arrives({ fields: ["Authentication-Results: mail.example.test; dkim=pass", received, signature] }),
      status: "ok",
      findings: ["authentication-changed"],
      also: (observation, outcome) => {
        learns(...given, ...signed)(observation, outcome);
        expect(observation.evidence).toContain("mail 7: dkim-selector s1._domainkey.own.example");
        expect(observation.evidence).toContain("mail 7: the receiver found mail.example.test; dkim=pass");
      },
    },
    "DM-24 what the receiver found out is learnt for the sender's domain": {
      ...arrives({
        fields: [
          "Authentication-Results: mail.example.test; spf=pass smtp.mailfrom=bounce.own.example;\r\n dkim=fail header.d=own.example",
          received,
          signature,
        ],
      }),
      status: "warning",
      findings: ["authentication-fails"],
      also: (_observation, { facts }) => {
        const [found] = facts.filter(({ kind }) => kind === "authentication");
        expect(found?.asset).toBe("own.example");
        expect(found?.value).toMatch(/^sales@own\.example~\S+@\S+ spf=bounce\.own\.example dkim=-$/);
      },
    },
    "DK-1 a mail in Junk shows it, too": {
      ...arrives({ fields: [received, signature], folder: "Junk" }),
      status: "critical",
      findings: ["delivered-to-junk", "authentication-fails"],
      also: learns(...given, ...signed),
    },
    "DK-1 a partner's mail is no fact of ours": {
      ...arrives({ fields: [received, signature], options: { ownSender: false } }),
      ...ok,
      also: learns(),
    },
    "DK-1 a mail that was not there shows nothing": {
      ...arrives({ fields: [received, signature] }),
      memory: journey([sent(15 * minute, { seq: 6 })]),
      status: "critical",
      findings: ["lost"],
      also: learns(),
    },
    "DK-16 a mail without a signature": {
      ...arrives({ fields: [received] }),
      ...ok,
      also: learns(...given, "dkim-signature: sales@own.example unsigned"),
    },
    "MX-20 forged lines below say nothing": {
      ...arrives({ fields: [received, "Received: from a.test ([192.0.2.66]) by mail.example.test with ESMTP", signature] }),
      ...unproven,
      also: learns(...given, ...signed),
    },
    "MX-20 the receiver's filter service is not the sender": {
      ...arrives({
        fields: [
          "Received: from out3.filter.example (out3.filter.example [198.51.100.3]) by mail.example.test with ESMTPS",
          "Received: from mail.own.example (unknown [203.0.113.5]) by in.filter.example with ESMTPS",
          signature,
        ],
      }),
      ...unproven,
      also: learns(...given, ...signed),
    },
    "MX-20 a private address sends for nobody": {
      ...arrives({ fields: [received, signature], ctx: { isPublic: (one) => !one.startsWith("203.0.113.") } }),
      ...unproven,
      also: learns(...signed),
    },
    "MX-20 while the receiver's MX is not known, nobody is taken for the sender": {
      ...arrives({ fields: [received, signature], zone: { "example.test": { MX: "SERVFAIL" } } }),
      ...ok,
      also: (observation, outcome) => {
        learns()(observation, outcome);
        expect(observation.evidence.join("\n")).toContain("MX example.test: ");
      },
    },
    "DK-15 a header without end is read to its bound": {
      ...arrives({ fields: [received, signature, ...Array.from({ length: 150 }, () => `X-Filler: ${"x".repeat(8_000)}`)] }),
      ...ok,
      also: learns(...given, ...signed),
    },
    "DK-15 what stands behind the bound was not read, and is not said to be missing": {
      ...arrives({ fields: [received, ...Array.from({ length: 150 }, () => `X-Filler: ${"x".repeat(8_000)}`), signature] }),
      ...ok,
      also: learns(...given),
    },
    "a server that does not show the mail has still delivered it": {
      memory: journey([sent(20_000)]),
      world: async () => {
        const made = await gmail(["{tag} NO [NOPERM] not this one"])();
        return { ...made, options: { ...made.options, ownSender: true } };
      },
      ...ok,
      also: learns(),
    },
  },
  {
    shownElsewhere: Object.fromEntries(
      Object.keys(mailRoundtrip.findings).map((code) => [code, "test/checks/mail-roundtrip.test.ts"]),
    ),
  },
);
