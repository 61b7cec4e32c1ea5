import type { SelfTest } from "../model/check.ts";
import type { Observation } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";
import { statusOf } from "../model/status.ts";
import type { RunOutcome } from "./run-probe.ts";

/**
 * The self-tests that a bad observation stands on. A wrong clock spoils only what rests on dates, what opens connections on the way
 * only what rests on whose certificate was seen, and a proxy only what was looked at through one.
 */
const standsOn = {
  egress: "monitor/egress",
  resolver: "monitor/resolver",
  clock: "monitor/clock",
  interception: "monitor/interception",
  proxy: "monitor/proxy",
  credential: "monitor/oauth-token",
} as const;

/** OpenSSL's words for a chain that ends at nobody we know, and our own for one that was put in the place of another. */
const strangeAuthority: ReadonlySet<unknown> = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_INTERCEPTED",
]);

export interface SelfTests {
  /** Resolves when a run of this self-test has ended that began at `since` or later. Without such a probe: at once. */
  readonly runFresh: (probe: string, since: number) => Promise<void>;
  readonly last: (probe: string) => Observation | undefined;
}

/**
 * Before anything is blamed, we look at ourselves: a bad observation counts only when the self-tests, run after it began, hold.
 * Otherwise it is unknown and says why. What the far side answered in so many words (a refused login) needs no self-test.
 */
export async function judgeOwnSide(probe: Probe, outcome: RunOutcome, began: number, tests: SelfTests): Promise<RunOutcome> {
  const { status, findings } = outcome.observation;
  if (probe.measures === "monitor" || status === "ok" || outcome.rejected !== undefined || !outcome.ran) return outcome;
  const strange = findings.some(({ data }) => strangeAuthority.has(data["problem"])) ? [standsOn.interception] : [];
  const proxied = findings.some(({ data }) => Object.hasOwn(data, "proxy")) ? [standsOn.proxy] : [];
  // What we log in with gets no token: whoever mends that is told at once, by the probe that is there for it.
  const tokenless = findings.some(({ data }) => Object.hasOwn(data, "credential")) ? [standsOn.credential] : [];
  const looked = Promise.all(
    [standsOn.egress, standsOn.resolver, ...strange, ...proxied, ...tokenless].map((id) => tests.runFresh(id, began)),
  );
  // Nothing to take back, but what kept us from finding out may be ourselves: the sooner that is known the better.
  if (status === "unknown") return outcome;
  await looked;
  const datedness = probe.measures === "expiry" || findings.some(({ code }) => code.startsWith("certificate-"));
  const tested = [standsOn.egress, standsOn.resolver, ...(datedness ? [standsOn.clock] : []), ...strange, ...proxied];
  const self = tested.filter((id) => tests.last(id)?.status === "critical");
  if (self.length === 0) return withProof(outcome, began, tests);
  return { ...outcome, immediate: false, observation: notJudged(outcome.observation, self) };
}

/**
 * What many networks do not have at all (port 25 outwards, IPv6) must be proven before a finding rests on it: only those
 * findings become unknown, the others stay as they are.
 */
async function withProof(outcome: RunOutcome, began: number, tests: SelfTests): Promise<RunOutcome> {
  const { observation } = outcome;
  const needs = (code: string): readonly SelfTest[] => outcome.standsOn.get(code) ?? [];
  const bad = observation.findings.filter(({ severity }) => severity === "warning" || severity === "critical");
  const wanted = [...new Set(bad.flatMap(({ code }) => needs(code)))];
  if (wanted.length === 0) return outcome;
  await Promise.all(wanted.map((test) => tests.runFresh(idOf(test), began)));
  const unproven = wanted.filter((test) => !hasPassed(tests.last(idOf(test))));
  if (unproven.length === 0) return outcome;
  const findings = [
    {
      code: "own-side-unproven",
      severity: "unknown" as const,
      data: { self: unproven.map(idOf).join(", ") },
    },
    ...observation.findings.map((finding) =>
      finding.severity !== "info" && needs(finding.code).some((test) => unproven.includes(test))
        ? { ...finding, severity: "unknown" as const }
        : finding,
    ),
  ];
  const status = statusOf(findings);
  return {
    ...outcome,
    immediate: outcome.immediate && status === "critical",
    observation: { ...observation, status, findings },
  };
}

const idOf = (test: SelfTest): string => `monitor/${test}`;

/** Anything that it found says that it did not pass, however little that matters to the machine it runs on. */
const hasPassed = (last: Observation | undefined): boolean => last?.status === "ok" && last.findings.length === 0;

function notJudged(observation: Observation, self: readonly string[]): Observation {
  return {
    ...observation,
    status: "unknown",
    findings: [
      { code: "own-side", severity: "unknown", data: { self: self.join(", ") } },
      ...observation.findings.map((finding) =>
        finding.severity === "info" ? finding : { ...finding, severity: "unknown" as const },
      ),
    ],
  };
}
