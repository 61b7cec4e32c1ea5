import type { Observation } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";
import type { RunOutcome } from "./run-probe.ts";

/** The self-tests that a bad observation stands on. A wrong clock spoils only what rests on dates. */
const standsOn = {
  egress: "monitor/egress",
  resolver: "monitor/resolver",
  clock: "monitor/clock",
} as const;

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
  const looked = Promise.all([tests.runFresh(standsOn.egress, began), tests.runFresh(standsOn.resolver, began)]);
  // Nothing to take back, but what kept us from finding out may be ourselves: the sooner that is known the better.
  if (status === "unknown") return outcome;
  await looked;
  const datedness = probe.measures === "expiry" || findings.some(({ code }) => code.startsWith("certificate-"));
  const tested = [standsOn.egress, standsOn.resolver, ...(datedness ? [standsOn.clock] : [])];
  const self = tested.filter((id) => tests.last(id)?.status === "critical");
  return self.length === 0 ? outcome : { ...outcome, immediate: false, observation: notJudged(outcome.observation, self) };
}

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
