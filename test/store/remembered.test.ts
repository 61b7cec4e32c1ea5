import { expect, test } from "vitest";
import type { Remembered } from "../../src/model/state.ts";
import { openDatabase } from "../../src/store/database.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { loadRemembered } from "../../src/store/remembered.ts";
import { batch, critical, incident, observation, start, state, temporaryFolder } from "./samples.ts";

const day = 86_400_000;
const now = start + 30 * day;

const mx = "example.com/dns-mx";
const login = "sales@example.com/imap-login";

const lastOfLogin = critical(login, now - 1_000, {
  metrics: { seconds: 0.25 },
  evidence: ["S: * BYE \\x1b[31m", "邮件"],
  durationMs: 30_000.125,
});

/** What a daemon would have remembered; `undefined` where nothing is known. */
const expected: Remembered = {
  states: [
    state(mx, { status: "unknown", verdict: undefined, lastAt: undefined, undecidedSince: undefined }),
    state(login, {
      status: "critical",
      verdict: "critical",
      recent: [
        { at: now - 2_000, status: "ok" },
        { at: now - 1_000, status: "critical" },
      ],
      undecidedSince: now - 1_000,
      lastAt: now - 1_000,
      flips: [0, 1, 1, 0, 1],
      flapping: true,
    }),
  ],
  observations: [observation(mx, now - 5_000), lastOfLogin],
  memories: new Map([[login, { seen: [1, null, "二"], deep: { yes: true } }]]),
  facts: [
    { asset: "example.com", kind: "dkim-selector", value: "s1", firstSeen: start, lastSeen: now },
    { asset: "example.com", kind: "dkim-selector", value: "s2", firstSeen: start + 1, lastSeen: start + 1 },
  ],
  incidents: [
    incident(2, { resolvedAt: now - day }),
    incident(3, {
      key: login,
      unconfirmed: true,
      acknowledgedBy: "老王",
      acknowledgedUntil: now + 1,
      turnCount: 4,
      probes: [
        { probe: login, joinedAt: start, leftAt: undefined, findings: lastOfLogin.findings },
        { probe: mx, joinedAt: start, leftAt: start + 9, findings: [] },
      ],
    }),
  ],
  transitions: [
    { probe: mx, from: "unknown", to: "ok", at: start, confirmedAt: start },
    { probe: login, from: "ok", to: "unknown", at: now - day - 5, confirmedAt: now - day },
    { probe: login, from: "unknown", to: "critical", at: now - day, confirmedAt: now - day + 5 },
    { probe: login, from: "critical", to: "ok", at: now - 10, confirmedAt: now },
  ],
  breakers: [
    {
      account: "sales@example.com",
      fingerprint: "ff",
      kind: "ambiguous",
      refusals: 3,
      openedAt: start,
      retryAt: undefined,
      probe: login,
    },
  ],
  nextIncident: 4,
  sopRuns: [],
  nextSopRun: 1,
};

test("loadRemembered() gives back everything that was committed, after the file was closed", async () => {
  const folder = temporaryFolder();
  const first = openDatabase(folder);
  const recorder = createRecorder(first);
  await recorder.commit(
    batch({
      observations: [observation(mx, now - 9_000), critical(mx, now - 8_000)],
      memories: [{ probe: login, memory: "old" }],
      states: [state(mx, { status: "critical" })],
      transitions: [
        { probe: login, from: "unknown", to: "ok", at: start, confirmedAt: start },
        ...expected.transitions.slice(0, 2),
      ],
      incidents: [
        incident(1, { resolvedAt: now - day - 1 }),
        incident(2),
        incident(3, { key: login, probes: [{ probe: mx, joinedAt: 1, leftAt: 2, findings: [] }] }),
      ],
      facts: [
        { asset: "example.com", kind: "dkim-selector", value: "s2", at: start + 1 },
        { asset: "example.com", kind: "dkim-selector", value: "s1", at: start },
      ],
      breakers: expected.breakers.flatMap((breaker) => [
        { ...breaker, refusals: 1 },
        { ...breaker, account: "info@example.com" },
      ]),
    }),
    { atOnce: true },
  );
  await recorder.commit(
    batch({
      observations: expected.observations,
      memories: [...expected.memories].map(([probe, memory]) => ({ probe, memory })),
      facts: [{ asset: "example.com", kind: "dkim-selector", value: "s1", at: now }],
      states: expected.states,
      transitions: expected.transitions.slice(2),
      incidents: expected.incidents,
      breakers: expected.breakers,
      breakersClosed: ["info@example.com"],
    }),
    { atOnce: true },
  );
  recorder.close();
  first.close();

  const again = openDatabase(folder);
  expect(loadRemembered(again, now)).toEqual(expected);
  again.close();
});

test("loadRemembered() of an empty database is nothing, and incidents begin with 1", () => {
  const db = openDatabase(":memory:");
  expect(loadRemembered(db, now)).toEqual({
    states: [],
    observations: [],
    memories: new Map(),
    facts: [],
    incidents: [],
    transitions: [],
    breakers: [],
    nextIncident: 1,
    sopRuns: [],
    nextSopRun: 1,
  });
  db.close();
});
