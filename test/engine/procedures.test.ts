import { describe, expect, onTestFinished, test } from "vitest";
import { createBoard } from "../../src/engine/board.ts";
import { write } from "../../src/engine/pipeline.ts";
import { createConsequences, createProcedures } from "../../src/engine/procedures.ts";
import type { Incident, Turn } from "../../src/model/incident.ts";
import type { Sop, SopAction, SopTrigger } from "../../src/model/sop.ts";
import { emptyBatch } from "../../src/model/state.ts";
import { openDatabase } from "../../src/store/database.ts";
import { readIncident } from "../../src/store/incidents.ts";
import { createOutbox } from "../../src/store/outbox.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { loadRemembered } from "../../src/store/remembered.ts";
import { readSopEntries, readSopRun, wasAnswered } from "../../src/store/sops.ts";
import { incident as plainIncident } from "../store/samples.ts";
import { planOf } from "../support/plan.ts";
import { manual, minute, notify, sop, t0, webhook } from "./sop-samples.ts";

const onP1: SopTrigger = { findings: [], causes: [], priorities: ["P1"], forMs: 0 };
const p1 = (id: number, more: Partial<Incident> = {}): Incident => plainIncident(id, { priority: "P1", openedAt: t0, ...more });

const channelOf = (name: string) => ({ name, type: "recording", options: {}, from: "test" });

/** A board and procedures over a real store. `again` starts anew over the same store, as a process would. */
function world(sops: readonly Sop[], hooks: readonly string[] = []) {
  let now = t0;
  const db = openDatabase(":memory:", { now: () => now });
  onTestFinished(() => db.close());
  const recorder = createRecorder(db);
  const outbox = createOutbox(db);
  const released: string[] = [];
  const sopHooks = hooks.map((name) => ({ name, type: "webhook", options: {}, from: "test" }));
  let plan = planOf([], { sops, sopHooks, channels: ["duty", "phone", "boss", "staff", "wecom"].map(channelOf) });
  const started = () => {
    const board = createBoard({
      demonstration: false,
      company: "Example",
      language: "en",
      timezone: "UTC",
      startedAt: now,
      checks: new Map(),
      probes: [],
      remembered: loadRemembered(db, now),
      nextAt: () => undefined,
      channels: () => [],
      troubles: () => [],
      now: () => now,
    });
    const into = { board, recorder, wakeDelivery: () => undefined };
    const procedures = createProcedures({
      board,
      outbox,
      store: {
        run: (id) => readSopRun(db, id),
        entries: (run) => readSopEntries(db, run, 1_000),
        incident: (id) => readIncident(db, id),
        answered: (name, incident) => wasAnswered(db, name, incident),
      },
      now: () => now,
      plan: () => plan,
      url: () => "https://watch.example",
      demonstration: false,
      headline: ({ cause }) => `it is ${cause}`,
      serially: (work) => work(),
      write: (batch) => write(batch, into),
      releaseChannel: (name) => released.push(name),
    });
    const told: string[] = [];
    const teller = {
      deliveriesOf: ({ incident }: { readonly incident: Incident }, runs: readonly { readonly id: number }[]) => {
        told.push(`M-${incident.id}: ${runs.map(({ id }) => `S-${id}`).join(" ")}`);
        return [];
      },
      headline: () => "",
    };
    return { board, procedures, into, told, consequences: createConsequences({ board, procedures, teller }) };
  };
  let process = started();
  /** What the delivery would do with every message that waits, by channel. */
  const send = (how: (channel: string) => "sent" | "dead" | "leave" | "under way"): void => {
    for (const one of outbox.claim(now, 100, 60_000, [])) {
      const state = how(one.channel);
      if (state === "leave") outbox.settle({ id: one.id, at: now, state: "pending", notBefore: now });
      else if (state === "sent") outbox.settle({ id: one.id, at: now, state });
      else if (state === "dead") outbox.settle({ id: one.id, at: now, state, error: "crm.example answered 401" });
    }
  };
  return {
    outbox,
    released,
    told: () => process.told,
    at: (minutes: number) => (now = t0 + minutes * minute),
    again: () => (process = started()),
    /** A reload: these are the channels now. */
    rename: (...names: readonly string[]) => (plan = { ...plan, channels: names.map(channelOf) }),
    board: () => process.board,
    procedures: () => process.procedures,
    /** An incident changed. */
    changed: async (...incidents: readonly Incident[]) => {
      const turn: Turn = "opened";
      const steps = incidents.map((incident) => ({ incident, turn, timeline: [] }));
      await write({ ...emptyBatch, incidents, ...process.consequences(steps) }, process.into);
    },
    runs: () =>
      process.board
        .sopRuns()
        .map(({ id, sop: { name }, state, drill, incident, reason }) =>
          [`S-${id}`, name, drill ? "drill" : `M-${incident ?? "none"}`, state, ...(reason === undefined ? [] : [reason])].join(
            " ",
          ),
        ),
    step: (run: number, id: string) => process.procedures.run(run)?.steps.find((one) => one.id === id),
    messages: (about: string) => outbox.about(about).map(({ key, alert }) => `${key} ${alert.title}`),
    act: (run: number, action: SopAction) => process.procedures.act(run, action),
    send,
    /** Until nothing waits. */
    sendAll: (how: (channel: string) => "sent" | "dead" = () => "sent") => {
      while ((outbox.nextDueAt() ?? Infinity) <= now) send(how);
    },
  };
}

describe("follow()", () => {
  const down = sop([manual("call")], { trigger: onP1 });

  test("begins one run of an incident that fits, however often that changes, and never another when it has ended", async () => {
    const { changed, runs, act, messages, board } = world([down]);
    await changed(plainIncident(1, { priority: "P2" }));
    expect(runs()).toEqual([]);
    await changed(p1(1));
    await changed(p1(1, { turnCount: 2 }));
    expect(runs()).toEqual(["S-1 mail-down M-1 active"]);
    expect(messages("S-1")).toEqual(["duty", "phone", "boss"].map((channel) => `S-1:1:${channel} [SOP P1] Mail is down: begun`));
    await act(1, { kind: "abort", by: "Li", reason: "false alarm" });
    await changed(p1(1, { turnCount: 3 }));
    expect(runs()).toEqual(["S-1 mail-down M-1 aborted false alarm"]);
    await changed(p1(2));
    expect(runs()[0]).toBe("S-2 mail-down M-2 active");
    expect(board().nextSopRun()).toBe(3);
  });

  test("gives several SOPs that fit at once numbers of their own", async () => {
    const { changed, runs } = world([down, { ...down, name: "blocked" }]);
    await changed(p1(1), p1(2));
    expect(runs().map((run) => run.slice(0, run.lastIndexOf(" ")))).toEqual([
      "S-1 mail-down M-1",
      "S-2 blocked M-1",
      "S-3 mail-down M-2",
      "S-4 blocked M-2",
    ]);
  });

  test("is asked before the alert is written, so that the alert that begins a run names it", async () => {
    const { changed, told } = world([down]);
    await changed(p1(1));
    expect(told()).toEqual(["M-1: S-1"]);
  });

  test("tells a run that its incident is over, and proposes nothing for what is over", async () => {
    const { changed, runs, procedures } = world([
      { ...down, trigger: { ...onP1, forMs: minute } },
      { ...down, name: "now" },
    ]);
    await changed(p1(1));
    await changed(p1(1, { resolvedAt: t0 + 1 }), p1(2, { resolvedAt: t0 + 1 }));
    expect(runs()).toEqual(["S-2 now M-1 active", "S-1 mail-down M-1 dismissed system:resolved"]);
    expect(procedures().run(2)?.resolvedAt).toBe(t0);
  });

  test("goes on with the run of a merged incident for the older one, also after a new start", async () => {
    const { changed, runs, again, procedures } = world([down]);
    await changed(p1(1, { priority: "P3" }), p1(2));
    await changed(p1(1, { priority: "P3", probes: [] }), p1(2, { resolvedAt: t0, mergedInto: 1 }));
    expect(runs()).toEqual(["S-1 mail-down M-1 active"]);
    again();
    await changed(p1(1, { resolvedAt: t0 + 5 }));
    expect(procedures().run(1)).toMatchObject({ incident: 1, resolvedAt: t0 });
  });

  test("of two runs that turn out to answer one incident ends the younger incident's, and says which goes on", async () => {
    const { changed, runs } = world([down]);
    await changed(p1(1), p1(2));
    await changed(p1(1), p1(2, { resolvedAt: t0, mergedInto: 1 }));
    expect(runs()).toEqual(["S-1 mail-down M-1 active", "S-2 mail-down M-2 aborted system:merged:1"]);
  });

  test("goes on with a run that is not closed when the same fails again, as a new incident", async () => {
    const { changed, runs, at, procedures, messages } = world([down]);
    await changed(p1(1, { key: "k" }));
    await changed(p1(1, { key: "k", resolvedAt: t0 }));
    at(11);
    await procedures().tick();
    expect(runs()).toEqual(["S-1 mail-down M-1 stable"]);
    await changed(p1(2, { key: "other" }));
    await changed(p1(3, { key: "k" }));
    expect(runs()).toEqual(["S-1 mail-down M-3 active", "S-2 mail-down M-2 active"]);
    expect(messages("S-1").at(-1)).toContain("it fails again");
    expect(procedures().run(1)?.resolvedAt).toBeUndefined();
  });

  test("a real run ends drills of its priority and below, and no others", async () => {
    const { changed, runs, procedures } = world([down, sop([manual("x")], { name: "p2", priority: "P2", trigger: undefined })]);
    await procedures().start("mail-down", "Li", { drill: true });
    await procedures().start("p2", "Li", { drill: true });
    await procedures().start("p2", "Li", { drill: false });
    expect(runs()).toEqual(["S-1 mail-down drill active", "S-3 p2 M-none active", "S-2 p2 drill aborted system:preempted:3"]);
    await changed(p1(1));
    expect(runs().slice(0, 2)).toEqual(["S-3 p2 M-none active", "S-4 mail-down M-1 active"]);
  });
});

describe("a run that nobody could look after", () => {
  const later = sop([manual("call", { deadlineMs: 10 * minute })], { trigger: { ...onP1, forMs: 5 * minute } });

  test("is not begun at a start before somebody has looked, and then with its deadlines from now", async () => {
    const { changed, at, again, procedures, runs, step } = world([later]);
    await changed(p1(1));
    expect(runs()).toEqual(["S-1 mail-down M-1 proposed"]);
    at(60);
    again();
    await procedures().tick();
    expect(runs()).toEqual(["S-1 mail-down M-1 proposed"]);
    at(65);
    await procedures().tick();
    expect(runs()).toEqual(["S-1 mail-down M-1 active"]);
    expect(step(1, "call")).toMatchObject({ escalations: 0, dueAt: t0 + 75 * minute });
  });

  test("goes on with what fails again more than a day after it was over", async () => {
    const { changed, at, runs } = world([sop([manual("call")], { trigger: onP1 })]);
    await changed(p1(1, { key: "k" }));
    at(10);
    await changed(p1(1, { key: "k", resolvedAt: t0 + 10 * minute }));
    at(3 * 1_440);
    await changed(p1(2, { key: "another", openedAt: t0 + 3 * 1_440 * minute, priority: "P4" }));
    await changed(p1(3, { key: "k", openedAt: t0 + 3 * 1_440 * minute }));
    expect(runs()).toEqual(["S-1 mail-down M-3 active"]);
  });

  test("is not begun again for an incident that it was ended for long ago", async () => {
    const { changed, at, act, again, runs } = world([sop([manual("call")], { trigger: onP1 })]);
    await changed(p1(1));
    await act(1, { kind: "abort", by: "Li", reason: "nothing is wrong" });
    at(40 * 1_440);
    again();
    await changed(p1(1));
    expect(runs()).toEqual([]);
  });
});

describe("a run that a person began before the incident", () => {
  test("answers the incident that fits it, and begins nothing twice", async () => {
    const { changed, procedures, runs } = world([sop([manual("call")], { trigger: onP1 })]);
    await procedures().start("mail-down", "Li", { drill: false });
    await changed(p1(1));
    expect(runs()).toEqual(["S-1 mail-down M-1 active"]);
    await changed(p1(1, { resolvedAt: t0 + minute }));
    expect(procedures().run(1)?.resolvedAt).toBe(t0);
  });
});

test("tells by the channels that are left, or by those of its priority, when a reload took its own away", async () => {
  const { changed, act, rename, messages } = world([sop([manual("call")], { trigger: onP1 })]);
  await changed(p1(1));
  const told = (n: number) => messages("S-1").flatMap((one) => (one.startsWith(`S-1:${n}:`) ? [one.split(/[: ]/)[2]] : []));
  expect(told(1)).toEqual(["duty", "phone", "boss"]);
  rename("ops", "phone");
  await act(1, { kind: "done", step: "call", by: "Li", input: {} });
  rename("ops");
  await act(1, { kind: "abort", by: "Li", reason: "enough" });
  expect(told(2)).toEqual(["ops"]);
});

test("what an aborted run has not sent yet stays unsent, but for the word that it is over", async () => {
  const { changed, act, outbox } = world([sop([manual("call")], { trigger: onP1 })]);
  await changed(p1(1));
  await act(1, { kind: "abort", by: "Li", reason: "it was our own line" });
  const states = outbox
    .about("S-1")
    .map(({ alert, state }) => `${state} ${alert.title.includes("aborted") ? "aborted" : "begun"}`);
  expect(new Set(states)).toEqual(new Set(["obsolete begun", "pending aborted"]));
});

describe("start()", () => {
  const plain = sop([manual("call")]);

  test("lets what only people begin go on several times, but not the same start pressed twice", async () => {
    const { procedures, at, runs } = world([sop([manual("call")], { name: "employee-leaves", trigger: undefined })]);
    const start = () => procedures().start("employee-leaves", "Li", { drill: false });
    expect(await start()).toEqual({ run: 1 });
    expect(await start()).toMatchObject({ refused: { en: expect.stringContaining("S-1 of this SOP goes on already") } });
    at(1);
    expect(await start()).toEqual({ run: 2 });
    expect(runs()).toHaveLength(2);
  });

  test("refuses an unknown SOP, nobody, the system's name, a second run and a drill beside a real one", async () => {
    const { procedures, runs } = world([plain]);
    const refusal = async (name: string, by: string, drill: boolean) => {
      const result = await procedures().start(name, by, { drill });
      return "refused" in result ? result.refused.en : `S-${result.run}`;
    };
    expect(await refusal("mail", "Li", false)).toContain("no such SOP");
    expect(await refusal("mail-down", " ", false)).toContain("who you are");
    expect(await refusal("mail-down", "system", false)).toContain("who you are");
    expect(runs()).toEqual([]);
    expect(await refusal("mail-down", "Li", true)).toBe("S-1");
    expect(await refusal("mail-down", "Li", true)).toContain("S-1 of this SOP goes on already");
    expect(await refusal("mail-down", "Li", false)).toBe("S-2");
    expect(await refusal("mail-down", "Wang", false)).toContain("S-2 of this SOP goes on already");
    expect(await refusal("mail-down", "Li", true)).toContain("S-2 is real");
  });
});

describe("what became of the messages of steps", () => {
  const tells = sop([notify("staff", { channels: ["staff", "wecom"] }), webhook("crm"), manual("after", { needs: ["crm"] })], {
    trigger: undefined,
    channels: ["duty"],
  });
  const hook = "sop/mail-down/crm";

  test("a notify step is done when one channel took it, and failed only when all have given up", async () => {
    const { procedures, send, sendAll, step } = world([tells], [hook]);
    await procedures().start("mail-down", "Li", { drill: false });
    send((channel) => (channel === "staff" ? "dead" : "leave"));
    await procedures().settled("S-1");
    expect(step(1, "staff")?.state).toBe("running");
    send((channel) => (channel === "wecom" ? "sent" : "leave"));
    await procedures().settled("S-1");
    expect(step(1, "staff")).toMatchObject({ state: "done", maybeRepeat: false });
    expect(step(1, "crm")?.state).toBe("running");
    sendAll();
    await procedures().settled("S-1");
    expect(step(1, "after")?.state).toBe("waiting");
  });

  test("fails with the channel's reason, is told, and a retry is another message whose channel is released", async () => {
    const { procedures, sendAll, step, messages, act, released } = world([tells], [hook]);
    await procedures().start("mail-down", "Li", { drill: false });
    sendAll((channel) => (channel === "duty" ? "sent" : "dead"));
    await procedures().settled("S-1");
    expect([step(1, "staff")?.reason, step(1, "crm")?.reason]).toEqual(["crm.example answered 401", "crm.example answered 401"]);
    expect(messages("S-1").filter((one) => one.includes("failed"))).toHaveLength(2);
    await act(1, { kind: "retry", step: "crm", by: "Li" });
    expect(released).toEqual([hook]);
    await procedures().tick();
    expect(step(1, "crm")?.state).toBe("running");
    sendAll();
    await procedures().tick();
    expect(step(1, "crm")).toMatchObject({ state: "done" });
    expect(messages("S-1").filter((one) => one.includes(hook))).toHaveLength(2);
  });

  test("is found out at the next start when a kill came between, and a message that may come twice is marked", async () => {
    const { procedures, send, sendAll, step, again, outbox } = world([tells], [hook]);
    await procedures().start("mail-down", "Li", { drill: false });
    send((channel) => (channel === hook ? "under way" : "sent"));
    again();
    outbox.recover(t0);
    await procedures().tick();
    expect([step(1, "staff")?.state, step(1, "crm")?.state]).toEqual(["done", "running"]);
    sendAll();
    again();
    await procedures().tick();
    expect(step(1, "crm")).toMatchObject({ state: "done", maybeRepeat: true });
    expect(step(1, "staff")).toMatchObject({ maybeRepeat: false });
  });

  test("a step whose address is no longer configured fails and says so", async () => {
    const { procedures, sendAll, step } = world([tells]);
    await procedures().start("mail-down", "Li", { drill: false });
    sendAll((channel) => (channel === hook ? "dead" : "sent"));
    await procedures().tick();
    expect(step(1, "crm")).toMatchObject({ state: "failed", reason: "system:hook-gone" });
  });
});

describe("tick()", () => {
  const slow = sop([manual("call", { deadlineMs: 10 * minute })], {
    trigger: { ...onP1, forMs: 5 * minute },
    channels: ["duty"],
  });

  test("begins, and escalates, once for a time in which nobody ticked", async () => {
    const { changed, procedures, at, again, runs, messages } = world([slow]);
    await changed(p1(1));
    expect(runs()).toEqual(["S-1 mail-down M-1 proposed"]);
    at(5);
    await procedures().tick();
    at(36);
    again();
    await procedures().tick();
    await procedures().tick();
    expect(runs()).toEqual(["S-1 mail-down M-1 active"]);
    expect(messages("S-1")).toEqual([
      "S-1:1:duty [SOP P1] Mail is down: shall it begin?",
      "S-1:2:duty [SOP P1] Mail is down: begun",
      'S-1:3:duty [SOP P1] Mail is down: late again (3), "Do call"',
    ]);
  });
});
