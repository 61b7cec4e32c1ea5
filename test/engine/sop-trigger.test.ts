import { expect, test } from "vitest";
import { matches } from "../../src/engine/sop.ts";
import type { Diagnosis } from "../../src/model/cause.ts";
import type { Incident, IncidentProbe } from "../../src/model/incident.ts";
import type { SopTrigger } from "../../src/model/sop.ts";
import { t0 } from "./sop-samples.ts";

const bad: IncidentProbe = {
  probe: "sales@example.com/imap-login",
  joinedAt: t0,
  leftAt: undefined,
  findings: [
    { code: "mailbox-full", severity: "critical", data: {} },
    { code: "certificate-ends", severity: "warning", data: {} },
    { code: "login-held", severity: "unknown", data: {} },
    { code: "slow", severity: "info", data: {} },
  ],
};
const well: IncidentProbe = {
  probe: "example.com/dns-mx",
  joinedAt: t0,
  leftAt: t0 + 1,
  findings: [{ code: "mx-gone", severity: "critical", data: {} }],
};

const incident: Incident = {
  id: 7,
  cause: "mailbox-full",
  key: "sales@example.com/imap-login",
  priority: "P2",
  severity: "critical",
  openedAt: t0,
  resolvedAt: undefined,
  unconfirmed: false,
  acknowledgedBy: undefined,
  acknowledgedUntil: undefined,
  turnCount: 1,
  lastTurnAt: t0,
  probes: [bad, well],
};

const diagnosed = (confidence: Diagnosis["confidence"]): Incident => ({
  ...incident,
  diagnosis: { cause: "mailbox-full", confidence, about: {}, evidence: [], alternatives: [], ruledOut: [], probes: [bad.probe] },
});

const trigger = (more: Partial<SopTrigger>): SopTrigger => ({ findings: [], causes: [], priorities: [], forMs: 0, ...more });

test.each<[string, Partial<SopTrigger>, Incident, boolean]>([
  ["a code of any check", { findings: ["mailbox-full"] }, incident, true],
  ["a code of its check", { findings: ["imap-login/mailbox-full"] }, incident, true],
  ["a code of another check", { findings: ["imap-quota/mailbox-full"] }, incident, false],
  ["one of several codes", { findings: ["mx-gone", "certificate-ends"] }, incident, true],
  ["a code of a probe that is well again", { findings: ["mx-gone"] }, incident, false],
  ["what could not be found out", { findings: ["login-held"] }, incident, false],
  ["what changes no status", { findings: ["slow"] }, incident, false],
  ["a cause that an answer proves", { causes: ["server-down", "mailbox-full"] }, diagnosed("high"), true],
  ["a cause that fits", { causes: ["mailbox-full"] }, diagnosed("medium"), true],
  ["a cause that is a guess", { causes: ["mailbox-full"] }, diagnosed("low"), false],
  ["a cause where none is known", { causes: ["mailbox-full"] }, incident, false],
  ["another cause", { causes: ["server-down"] }, diagnosed("high"), false],
  ["its priority", { priorities: ["P1", "P2"] }, incident, true],
  ["another priority", { priorities: ["P1"] }, incident, false],
  ["two kinds that fit", { findings: ["mailbox-full"], priorities: ["P2"] }, incident, true],
  ["two kinds of which the first fits", { findings: ["mailbox-full"], priorities: ["P1"] }, incident, false],
  ["two kinds of which the last fits", { causes: ["server-down"], priorities: ["P2"] }, diagnosed("high"), false],
  ["nothing named", {}, diagnosed("high"), false],
  ["an incident that is over", { priorities: ["P2"] }, { ...incident, resolvedAt: t0 + 9 }, false],
])("matches() judges %s", (_, named, of, expected) => {
  expect(matches(trigger(named), of)).toBe(expected);
});
