import type { Board } from "../model/board.ts";
import type { Observation } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";
import type { DiagnoseNow, DiagnosisStart } from "../model/verdict.ts";
import { bearingOn } from "./bearing.ts";
import { situationOf, type SituationBoard } from "./incident-cause.ts";
import { verdictOn } from "./verdict.ts";

/** A person waits before the page: who has not reported by then (a mail on its way) is told as not known. */
const longestMs = 120_000;
/** Nobody knocks more often at the same servers because a button is there. */
const againMs = 120_000;
/** Assets that are looked at at once: of a company with 500 mailboxes nobody presses more, and a script shall not. */
const atOnce = 4;

interface Look {
  readonly startedAt: number;
  readonly until: number;
  readonly probes: readonly string[];
  readonly waiting: Set<string>;
}

/**
 * "Diagnose now" of the page: runs all that bears on an asset, and says what it comes to.
 * @param runNow by the scheduler's rules; it does not open a breaker
 */
export function createDiagnoseNow({
  board,
  runNow,
  now,
}: {
  readonly board: SituationBoard & Pick<Board, "subscribe">;
  readonly runNow: (probe: string) => boolean;
  readonly now: () => number;
}): DiagnoseNow & { close(): void } {
  const looks = new Map<string, Look>();
  const isRunning = ({ waiting, until }: Look): boolean => waiting.size > 0 && now() < until;

  const unsubscribe = board.subscribe((event) => {
    if (event.kind !== "observation") return;
    const { observation } = event;
    for (const look of looks.values()) {
      // What began before the button was pressed says nothing of now.
      if (observation.at >= look.startedAt && !isUnderWay(observation)) look.waiting.delete(observation.probe);
    }
  });

  return {
    close: unsubscribe,
    start(asset): DiagnosisStart {
      const at = now();
      for (const [id, look] of looks) if (!isRunning(look) && at - look.startedAt >= againMs) looks.delete(id);
      const present = looks.get(asset);
      if (present && isRunning(present)) return runningOf(present);
      if (present) return tooSoon(present.startedAt + againMs - at);
      const running = [...looks.values()].filter(isRunning);
      const all = board.probes();
      if (asset === "monitor" || !all.some((probe) => probe.asset === asset)) return { kind: "no-asset" };
      if (running.length >= atOnce) return tooSoon(Math.min(...running.map(({ until }) => until)) - at);
      const { probes } = bearingOn(asset, all);
      const look: Look = {
        startedAt: at,
        until: at + Math.min(longestMs, Math.max(...probes.map(patienceOf))),
        probes: probes.map(({ id }) => id),
        waiting: new Set(probes.map(({ id }) => id)),
      };
      looks.set(asset, look);
      for (const { id } of probes) if (!runNow(id)) look.waiting.delete(id);
      return runningOf(look);
    },
    progress(asset) {
      const look = looks.get(asset);
      return { running: look !== undefined && isRunning(look), waiting: [...(look?.waiting ?? [])] };
    },
    verdict(asset) {
      const all = board.probes();
      if (asset === "monitor" || !all.some((probe) => probe.asset === asset)) return undefined;
      const { probes, comparisons } = bearingOn(asset, all);
      const bears = new Set(probes.map(({ id }) => id).filter((id) => !comparisons.has(id)));
      return verdictOn({ asset, situation: situationOf(board, undefined, now()), bears });
    },
  };
}

/** Runs of one account follow each other, and what looks bad makes our own side be looked at anew. */
const patienceOf = ({ deadlineMs, check }: Probe): number => (check === "mail-roundtrip" ? longestMs : 2 * deadlineMs);

/** The mail of a round trip was sent and has not been found yet. */
const isUnderWay = ({ findings }: Observation): boolean => findings.some(({ code }) => code === "not-there-yet");

const runningOf = ({ probes, waiting, until }: Look): DiagnosisStart => ({
  kind: "running",
  probes,
  waiting: [...waiting],
  until,
});

const tooSoon = (ms: number): DiagnosisStart => ({ kind: "too-soon", seconds: Math.max(1, Math.ceil(ms / 1000)) });
