import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBoard, type LiveBoard } from "../../src/engine/board.ts";
import { createDiagnoser, kinOf, merge } from "../../src/engine/incident-cause.ts";
import type { LoopWatch } from "../../src/engine/loop-watch.ts";
import { runOnce } from "../../src/engine/pipeline.ts";
import type { Cause, Confidence } from "../../src/model/cause.ts";
import type { AnyCheck } from "../../src/model/check.ts";
import type { Incident } from "../../src/model/incident.ts";
import { partsOfId, type Probe } from "../../src/model/probe.ts";
import type { Secret } from "../../src/model/secret.ts";
import type { Batch } from "../../src/model/state.ts";
import { testWorld } from "../support/check-tester.ts";
import { minute, now, shipped, sight, well } from "./situations.ts";

const credential: Secret = { source: "test", reveal: () => Promise.resolve("secret"), toJSON: () => "[secret]" };

/** What rests on time is judged here however busy the machine is. */
const neverLate: LoopWatch = { latenessSince: () => 0, ageMs: () => 0, [Symbol.dispose]: () => undefined };

/** The whole path of a run, with the checks as they are shipped; what they see is written in lines as in the table of situations. */
function watch(): {
  readonly board: LiveBoard;
  readonly turns: string[];
  readonly timeline: Batch["timeline"][number][];
  readonly look: (...lines: readonly string[]) => Promise<void>;
  /** `M1 zone-broken 3`: the open ones, with how many they hold now. */
  readonly open: () => readonly string[];
} {
  let at = now;
  const probes = new Map<string, Probe>();
  const checks = new Map<string, AnyCheck>();
  const turns: string[] = [];
  const timeline: Batch["timeline"][number][] = [];
  const board = createBoard({
    demonstration: false,
    company: "X",
    language: "en",
    timezone: "UTC",
    startedAt: now,
    checks,
    probes: [],
    remembered: {
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
    },
    nextAt: () => undefined,
    channels: () => [],
    troubles: () => [],
    now: () => at,
  });
  const diagnose = createDiagnoser(board);
  const present = ({ probes: held }: Incident): number => held.filter(({ leftAt }) => leftAt === undefined).length;
  return {
    board,
    turns,
    timeline,
    async look(...lines) {
      for (const line of lines) {
        at += minute;
        const seen = sight(line);
        const { id, asset, load, target, provider } = seen.probe;
        const { check: name } = partsOfId(id);
        const accounts = (load.logins ?? []).map(({ account }) => account);
        checks.set(name, {
          ...shipped(name),
          run: () => Promise.resolve({ findings: seen.findings, loggedIn: seen.status === "ok" ? accounts : [] }),
        });
        const probe: Probe = {
          id,
          asset,
          target,
          check: name,
          options: {},
          severity: {},
          business: "normal",
          from: "test",
          everyMs: minute,
          deadlineMs: 5_000,
          confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
          measures: seen.probe.measures,
          load: {
            ...(load.host === undefined ? {} : { host: load.host }),
            logins: accounts.map((account) => ({ account, credential })),
          },
          ...(provider === undefined ? {} : { provider }),
        };
        probes.set(id, probes.get(id) ?? probe);
        board.replace({ probes: [...probes.values()], company: "X", language: "en", timezone: "UTC" });
        const recorder = {
          commit(batch: Batch) {
            timeline.push(...batch.timeline);
            return Promise.resolve();
          },
        };
        const route = (steps: readonly { turn: string | undefined; incident: Incident }[]) => {
          for (const { turn, incident } of steps)
            if (turn !== undefined && turns.at(-1) !== `${turn} M${incident.id}`) turns.push(`${turn} M${incident.id}`);
          return {};
        };
        await runOnce(
          probes.get(id) ?? probe,
          {
            board,
            recorder,
            checks,
            route,
            diagnose,
            run: testWorld({ now: () => at, loop: neverLate }),
            selfTests: { runFresh: () => Promise.resolve(), last: () => undefined },
            wakeDelivery: () => undefined,
            lookNow: () => undefined,
            serially: (work) => work(),
          },
          () => undefined,
        );
      }
    },
    open: () =>
      board
        .incidents()
        .filter(({ resolvedAt }) => resolvedAt === undefined)
        .toSorted((a, b) => a.id - b.id)
        .map((one) => `M${one.id} ${one.diagnosis?.cause ?? "none"} ${present(one)}`),
  };
}

describe("an incident", () => {
  test("keeps what explains it, and learns more as more is seen", async () => {
    const { look, open, board, turns } = watch();
    await look(...well, "a@x.cn/imap-login imap.exmail.qq.com login-refused");
    expect(board.incidents()[0]?.diagnosis).toMatchObject({ cause: "unknown", confidence: "low" });
    // The account is held back from now on, and what another mailbox finds decides all the same.
    await look("b@x.cn/imap-login imap.exmail.qq.com ok", "a@x.cn/imap-login imap.exmail.qq.com login-refused");
    expect(board.last("a@x.cn/imap-login")?.findings[0]?.code).toBe("login-held");
    expect(open()).toEqual(["M1 password-rejected 1"]);
    expect(turns).toEqual(["opened M1"]);
  });

  test("keeps its cause while nothing can be judged, and what it holds is no less failing for that", async () => {
    const { look, open, turns } = watch();
    await look(...well, "a@x.cn/imap-login mail.x.cn connection-refused", "a@x.cn/smtp-submission mail.x.cn connection-refused");
    expect(open()).toEqual(["M1 server-down 2"]);
    await look("a@x.cn/imap-login mail.x.cn check-failed", "b@x.cn/imap-login mail.x.cn connection-refused");
    expect(open()).toEqual(["M1 server-down 3"]);
    expect(turns).toEqual(["opened M1", "worsened M1"]);
  });

  test("one dead zone is one incident, whoever finds it first", async () => {
    const victims = ["a@x.cn/imap-login imap.x.cn name-not-found", "a@x.cn/smtp-submission smtp.x.cn name-not-found"];
    const zone = "x.cn/dns-consistency zone-dead";
    for (const order of [
      [zone, ...victims],
      [...victims, zone],
      [victims[0] ?? "", zone, victims[1] ?? ""],
    ]) {
      const { look, open, board } = watch();
      await look(...well, ...order, ...order);
      expect(open()).toEqual(["M1 zone-broken 3"]);
      expect(board.incidents().flatMap(({ resolvedAt }) => (resolvedAt === undefined ? [1] : []))).toHaveLength(1);
    }
  });

  test("two that turn out to have one cause become the older, without a word of recovery", async () => {
    const { look, open, board, turns, timeline } = watch();
    await look(...well, "c@z.cn/imap-login imap.qiye.163.com ok");
    // Nothing ties these two together yet: each is told.
    await look(
      "a@x.cn/imap-login imap.exmail.qq.com mailbox-not-connected",
      "d@x.cn/smtp-submission smtp.exmail.qq.com connect-timeout",
    );
    expect(open()).toEqual(["M1 unknown 1", "M2 provider-outage 1"]);
    await look("status.exmail:443/provider-status provider=exmail provider-outage");
    expect(open()).toEqual(["M1 provider-outage 3"]);
    expect(board.incidents().find(({ id }) => id === 2)).toMatchObject({ mergedInto: 1 });
    expect(turns).toEqual(["opened M1", "opened M2"]);
    expect(timeline.filter(({ kind }) => kind === "note").map(({ incident, data }) => [incident, data])).toEqual([
      [2, { mergedInto: 1 }],
      [1, { merged: 2 }],
    ]);
    await look("status.exmail:443/provider-status provider=exmail ok", "a@x.cn/imap-login imap.exmail.qq.com ok");
    await look("d@x.cn/smtp-submission smtp.exmail.qq.com ok");
    expect(open()).toEqual([]);
    expect(turns.slice(2)).toEqual(["resolved M1"]);
  });

  test("one stopped service is one incident and one message, whatever it looks like and whoever sees it first", async () => {
    const imap = ["a@x.cn/imap-login imap.x.cn connection-refused", "b@x.cn/imap-login imap.x.cn connection-refused"];
    const a = (code: string) => `a@x.cn/smtp-submission smtp.x.cn ${code}`;
    const b = (code: string) => `b@x.cn/smtp-submission smtp.x.cn ${code}`;
    for (const first of [
      [...imap, a("login-unavailable"), b("connection-lost")],
      [b("connection-lost"), a("login-unavailable"), ...imap],
      [a("tls-timeout"), imap[1] ?? "", b("login-unavailable"), imap[0] ?? ""],
    ]) {
      const { look, open, turns } = watch();
      await look(...well, "c@z.cn/imap-login imap.qiye.163.com ok", ...first);
      for (const code of ["connection-lost", "tls-timeout", "login-unavailable", "connection-lost"])
        await look("c@z.cn/imap-login imap.qiye.163.com ok", a(code), a(code), b(code), b(code), ...imap);
      expect(open()).toEqual(["M1 server-down 4"]);
      expect(turns.filter((turn) => turn.startsWith("reminder") || turn.startsWith("resolved"))).toEqual([]);
    }
  });

  test("two of one server that show their fault in turns are one", async () => {
    const { look, open, turns } = watch();
    await look(...well, "a@x.cn/smtp-submission smtp.x.cn login-unavailable", "b@x.cn/smtp-submission smtp.x.cn connection-lost");
    await look("a@x.cn/smtp-submission smtp.x.cn connection-lost", "b@x.cn/smtp-submission smtp.x.cn login-unavailable");
    expect(open()).toEqual(["M1 server-down 2"]);
    expect(turns).toEqual(["opened M1"]);
  });

  test("is told again when the fault is another one", async () => {
    const { look, turns } = watch();
    const refused = "a@x.cn/imap-login imap.x.cn certificate-expired";
    await look(...well, "a@x.cn/imap-login imap.x.cn connection-refused", refused, refused);
    expect(turns).toEqual(["opened M1", "reminder M1"]);
  });

  test("of our own side takes in nobody, and the records of a domain are told apart from outages", async () => {
    const { look, open } = watch();
    await look("monitor/egress egress-down", "a@x.cn/imap-login mail.x.cn connect-timeout");
    expect(open()).toEqual(["M1 own-network 1", "M2 own-network 1"]);
    const other = watch();
    await other.look(...well, "x.cn/dnsbl-listing address-listed", "a@x.cn~p@p.cn/mail-roundtrip bounced causes=blocklisted");
    expect(other.open()).toEqual(["M1 blacklisted 1", "M2 blacklisted 1"]);
  });

  test("two causes stay two incidents", async () => {
    const { look, open } = watch();
    await look(...well, "a@x.cn/imap-login mail.x.cn login-rejected", "b@y.cn/imap-login mail.y.cn connection-refused");
    expect(open()).toEqual(["M1 password-rejected 1", "M2 server-down 1"]);
  });

  test("nothing that is a guess ties two together", async () => {
    const { look, open, board } = watch();
    await look(...well, "a@x.cn~p@p.cn/mail-roundtrip late", "b@x.cn~p@p.cn/mail-roundtrip late");
    expect(open()).toEqual(["M1 unknown 1", "M2 unknown 1"]);
    const probe = board.configured("a@x.cn~p@p.cn/mail-roundtrip");
    const [, { diagnosis } = {}] = board.incidents();
    if (!probe || !diagnosis) throw new Error("no incident");
    const shared = { ...diagnosis, probes: board.incidents().flatMap(({ probes }) => probes.map((one) => one.probe)) };
    const kin = (cause: Cause, confidence: Confidence): number => kinOf(board, probe, { ...shared, cause, confidence }).length;
    expect([kin("unknown", "low"), kin("queue-stuck", "low"), kin("queue-stuck", "medium")]).toEqual([0, 0, 1]);
  });

  test("in whatever order forty probes are looked at, one cause is one incident in the end", async () => {
    const all = [
      "x.cn/dns-consistency zone-dead",
      "x.cn/dns-mx mx-missing",
      ...["a", "b", "c"].flatMap((box) => [
        `${box}@x.cn/imap-login imap.x.cn name-not-found`,
        `${box}@x.cn/smtp-submission smtp.x.cn name-not-found`,
      ]),
    ];
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(all, { minLength: all.length }), async (order) => {
        const { look, open, turns } = watch();
        await look(...well, ...order, ...all);
        expect(open()).toEqual([`M1 zone-broken ${all.length}`]);
        expect(turns.filter((turn) => turn.startsWith("opened")).length).toBeLessThanOrEqual(2);
        expect(turns.filter((turn) => turn.startsWith("resolved"))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});

describe("merge()", () => {
  const incident = (id: number, more: Partial<Incident>): Incident => ({
    id,
    cause: "silent",
    key: `k${id}`,
    priority: "P3",
    severity: "warning",
    openedAt: now + id,
    resolvedAt: undefined,
    unconfirmed: true,
    acknowledgedBy: undefined,
    acknowledgedUntil: undefined,
    turnCount: 1,
    lastTurnAt: now,
    probes: [],
    ...more,
  });
  const held = (probe: string, leftAt?: number): Incident["probes"][number] => ({ probe, joinedAt: now, leftAt, findings: [] });

  test("takes the graver of both, and every probe once", () => {
    const older = incident(1, { probes: [held("a"), held("b", now)] });
    const younger = incident(2, {
      priority: "P1",
      severity: "critical",
      unconfirmed: false,
      probes: [held("b"), held("c", now)],
    });
    const { open, ended } = merge(older, younger, now + 9);
    expect(open).toMatchObject({
      id: 1,
      priority: "P1",
      severity: "critical",
      unconfirmed: false,
      openedAt: now + 1,
      turnCount: 1,
    });
    expect(open.probes.map(({ probe, leftAt }) => [probe, leftAt])).toEqual([
      ["a", undefined],
      ["b", undefined],
    ]);
    expect(ended).toMatchObject({ turn: undefined, incident: { id: 2, resolvedAt: now + 9, mergedInto: 1 } });
    expect(ended.incident.probes.every(({ leftAt }) => leftAt !== undefined)).toBe(true);
  });
});
