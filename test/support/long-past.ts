import { createPast } from "../../src/asset-past.ts";
import { journeyToJson, newJourney } from "../../src/mail/probe-journey.ts";
import type { Incident, Transition } from "../../src/model/incident.ts";
import type { Observation } from "../../src/model/observation.ts";
import type { LetterWay, Past } from "../../src/model/past.ts";
import { emptyBatch } from "../../src/model/state.ts";
import type { Status } from "../../src/model/status.ts";
import { openDatabase } from "../../src/store/database.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import type { FakeBoard } from "./fake-board.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const sales = "sales@example.com";

/** A quarter of a year of the example company in a real database: faults, a time in which nothing ran, a slow stretch, lost letters. */
export async function createLongPast(board: FakeBoard, now: number): Promise<{ readonly past: Past; close(): void }> {
  const db = openDatabase(":memory:");
  const recorder = createRecorder(db);
  const route = `${sales}~canary@partner.example/mail-roundtrip`;
  const changes = (probe: string, ...those: readonly (readonly [ago: number, to: Status])[]): readonly Transition[] =>
    those.map(([ago, to], index) => {
      const at = now - ago;
      return { probe, at, confirmedAt: at, from: those[index - 1]?.[1] ?? "unknown", to };
    });
  const transitions = [
    ...changes(
      route,
      [80 * day, "ok"],
      [61 * day, "critical"],
      [60.8 * day, "ok"],
      [40 * day, "unknown"],
      [38 * day, "ok"],
      [9 * day, "warning"],
      [8.5 * day, "ok"],
      [5 * hour, "critical"],
      [4.2 * hour, "ok"],
    ),
    ...changes(`${sales}/imap-login`, [80 * day, "ok"], [30 * day, "critical"], [29.9 * day, "ok"]),
    ...changes(`${sales}/smtp-submission`, [80 * day, "ok"], [40 * day, "unknown"], [38 * day, "ok"]),
    ...changes(`${sales}/imap-quota`, [80 * day, "ok"], [2 * day, "warning"], [6 * minute, "critical"]),
  ];
  const runs = Array.from({ length: 31 * 96 }, (_, index): Observation => {
    const at = now - 31 * day + (index + 0.5) * 15 * minute;
    const ago = now - at;
    // Six seconds, more by day, four minutes while it is slow; whoever sends now has not found anything yet.
    const wave = 6_000 + 1_500 * Math.sin((at / day) * 2 * Math.PI) + ((index * 7919) % 900);
    const slow = ago < 9 * day && ago > 8.5 * day;
    const down = ago < 5 * hour && ago > 4.2 * hour;
    const lost = down || index % 701 === 0;
    return {
      probe: route,
      status: down ? "critical" : "ok",
      findings: [],
      metrics: {},
      evidence: [],
      at,
      durationMs: 900,
      latencyMs: lost ? "lost" : Math.round(slow ? wave * 40 : wave),
    };
  });
  const incidents = [61, 30, 9, 2, 0.2].map((ago, index): Incident => {
    const probe = index % 2 === 0 ? route : `${sales}/imap-login`;
    return {
      id: 900 + index,
      key: `${probe}#${index}`,
      cause: "login-refused",
      priority: index % 2 === 0 ? "P2" : "P3",
      severity: "critical",
      openedAt: now - ago * day,
      resolvedAt: now - ago * day + (index + 1) * 17 * minute,
      unconfirmed: false,
      acknowledgedBy: undefined,
      acknowledgedUntil: undefined,
      turnCount: 1,
      lastTurnAt: now,
      probes: [route, `${sales}/imap-login`].map((one) => ({
        probe: one,
        joinedAt: now - ago * day,
        leftAt: now - ago * day + hour,
        findings: [{ code: one === route ? "not-there-yet" : "login-refused", severity: "critical", data: { account: sales } }],
      })),
    };
  });
  await recorder.commit({ ...emptyBatch, observations: runs, transitions, incidents }, { atOnce: true });
  const way: LetterWay = {
    sentAt: now - 4 * minute,
    tookMs: 46_300,
    place: "inbox",
    legs: [
      { host: "smtp.example.com", ms: 812 },
      { host: "relay-3.out.hosted-provider.example", ms: 2_000 },
      { host: "mx1.partner.example", ms: 41_000 },
      { host: null, ms: 1_300 },
    ],
  };
  const past = createPast(db, {
    state: (probe) => board.state(probe),
    facts: () => [],
    timezone: board.timezone,
    memory: (probe) => (probe === route ? journeyToJson({ ...newJourney, way }) : undefined),
  });
  return {
    past,
    close() {
      recorder.close();
      db.close();
    },
  };
}
