import { beforeEach, describe, expect, test } from "vitest";
import { nothing } from "../../src/model/account.ts";
import type { Status } from "../../src/model/status.ts";
import { createExampleCompany } from "../support/example-company.ts";
import type { FakeBoard } from "../support/fake-board.ts";
import { createFakeBoard } from "../support/fake-board.ts";
import { pastOf, plainPage, statusOf } from "../support/status-world.ts";

const hour = 3_600_000;
const day = 24 * hour;
/** 09:08 in Shanghai. */
let time = Date.UTC(2026, 2, 4, 1, 8);
const now = (): number => time;
beforeEach(() => {
  time = Date.UTC(2026, 2, 4, 1, 8);
});

/** A mailbox whose login stands like this since a moment; undefined: it was not looked at yet. */
function add(board: FakeBoard, mailbox: string, status: Status | undefined, since = time - hour): void {
  const id = `${mailbox}/imap-login`;
  board.addProbe(id);
  if (status === undefined) return;
  board.observe(id, { at: since, findings: [], status });
}

describe("createStatusSource().view() says of a component", () => {
  const cases: readonly (readonly [readonly (Status | undefined)[], string, boolean])[] = [
    [["ok", "ok"], "works", false],
    [["ok", "unknown"], "works", true],
    [["ok", undefined], "works", true],
    [["ok", "critical"], "partly", false],
    [["ok", "warning"], "partly", false],
    [["unknown", "critical"], "partly", false],
    [["critical", "critical"], "down", false],
    [["unknown", "unknown"], "unsure", false],
    [[undefined, undefined], "unsure", false],
  ];
  test.each(cases)("of %j: %s", (statuses, state, isPartial) => {
    const board = createFakeBoard({ now });
    for (const [i, status] of statuses.entries()) add(board, `box${i}@example.com`, status);
    expect(statusOf(board, now).view().components).toMatchObject([{ name: "read", state, isPartial }]);
  });

  test("since when: down since the last of them went, partly since the first", () => {
    const board = createFakeBoard({ now });
    add(board, "a@example.com", "critical", time - 3 * hour);
    add(board, "b@example.com", "critical", time - hour);
    expect(statusOf(board, now).view().components[0]).toMatchObject({ state: "down", since: time - hour });
    add(board, "c@example.com", "ok", time - 9 * hour);
    expect(statusOf(board, now).view().components[0]).toMatchObject({ state: "partly", since: time - 3 * hour });
  });

  test("nothing where it cannot be stored, and nothing of a partner or of weak records", () => {
    const board = createFakeBoard({ now });
    add(board, "a@example.com", "ok");
    board.addProbe("canary@partner.example/imap-login", { ours: false });
    board.observe("canary@partner.example/imap-login", { status: "critical" });
    board.addProbe("example.com/dns-dmarc", { measures: "posture" });
    board.observe("example.com/dns-dmarc", { status: "critical" });
    board.addProbe("example.com/dns-mx");
    board.observe("example.com/dns-mx", { status: "warning" });
    const states = () =>
      statusOf(board, now)
        .view()
        .components.map(({ name, state }) => [name, state]);
    expect(states()).toEqual([
      ["receive", "works"],
      ["read", "works"],
    ]);
    board.setTroubles([{ code: "store-failed", en: "full", zh: "full" }]);
    expect(states()).toEqual([
      ["receive", "unsure"],
      ["read", "unsure"],
    ]);
  });

  test("what a group of the configuration says, with the round trips of its mailboxes", () => {
    const board = createExampleCompany(now);
    const group = { name: { en: "Sales", zh: "销售" }, assets: ["sales@example.com"] };
    const route = "sales@example.com~canary@partner.example/mail-roundtrip";
    const source = statusOf(board, now, { settings: () => ({ ...plainPage, components: [group] }) });
    const ofGroup = () => source.view().components.find(({ name }) => typeof name !== "string");
    expect(ofGroup()).toMatchObject({ name: group.name, state: "partly" });
    board.observe(route, { status: "critical" });
    expect(ofGroup()).toMatchObject({ state: "down" });
  });
});

describe("the ninety days", () => {
  test("end today, are empty before the first look, and add up to an availability with its bounds", () => {
    const board = createFakeBoard({ now });
    // Since the midnight of Shanghai.
    const midnight = Date.UTC(2026, 2, 3, 16);
    board.addProbe("a@example.com/imap-login");
    board.observe("a@example.com/imap-login", { at: midnight - 5 * day, findings: [], status: "ok" });
    board.setTransitions("a@example.com/imap-login", [{ from: "unknown", to: "ok", at: midnight - 3 * day }]);
    board.observe("a@example.com/imap-login", { at: time, findings: [], status: "ok" });
    const unseen = Object.fromEntries(Array.from({ length: 86 }, (_, i) => [i + 4, { up: 0, unknown: day }]));
    const past = pastOf({
      ...unseen,
      3: { up: 6 * hour, unknown: 18 * hour },
      2: { up: 21 * hour, down: 3 * hour },
      1: { up: 12 * hour, unknown: 12 * hour },
    });
    const component = statusOf(board, now, { past }).view().components[0];
    expect(component?.days).toHaveLength(90);
    expect(component?.days.findIndex(({ account }) => account !== undefined)).toBe(86);
    expect(component?.days.slice(86)).toEqual([
      { from: midnight - 3 * day, to: midnight - 2 * day, account: { ...nothing, up: 6 * hour } },
      { from: midnight - 2 * day, to: midnight - day, account: { ...nothing, up: 21 * hour, down: 3 * hour } },
      { from: midnight - day, to: midnight, account: { ...nothing, up: 12 * hour, unknown: 12 * hour } },
      { from: midnight, to: time, account: { ...nothing, up: time - midnight } },
    ]);
    const today = time - midnight;
    const up = 39 * hour + today;
    expect(component?.availability.value).toBeCloseTo(up / (up + 3 * hour), 12);
    expect(component?.availability.low).toBeCloseTo(up / (up + 15 * hour), 12);
    expect(component?.availability.high).toBeCloseTo((up + 12 * hour) / (up + 15 * hour), 12);
  });

  test("are asked for once a day and after a reload, and stay empty while the disk fails", () => {
    const board = createFakeBoard({ now });
    add(board, "a@example.com", "ok");
    let asked = 0;
    let fails = true;
    const past = {
      ...pastOf(),
      days: (...all: Parameters<ReturnType<typeof pastOf>["days"]>) => {
        asked += 1;
        if (fails) throw new Error("disk full");
        return pastOf().days(...all);
      },
    };
    const source = statusOf(board, now, { past });
    const seen = () => source.view().components[0]?.days.filter(({ account }) => account !== undefined).length;
    expect([seen(), seen(), asked]).toEqual([1, 1, 1]);
    fails = false;
    time += 6 * 60_000;
    expect([seen(), seen(), asked]).toEqual([90, 90, 2]);
    board.emit({ kind: "reloaded" });
    expect([seen(), asked]).toEqual([90, 3]);
    time += day;
    expect([seen(), seen(), asked]).toEqual([90, 90, 4]);
  });
});

describe("a notice", () => {
  const held = (probe: string, code: string) => ({
    probe,
    joinedAt: time,
    leftAt: undefined,
    findings: [{ code, severity: "critical" as const, data: {} }],
  });

  test("is made of what people notice, while it is open and 14 days after, and of nothing else", () => {
    const board = createExampleCompany(now);
    const ids = (source = statusOf(board, now)) => source.view().notices.map(({ id }) => id);
    // The weak DMARC record is nothing that people notice.
    expect(ids()).toEqual([1042, 1040]);
    board.putIncident({ id: 7, key: "monitor/egress", probes: [held("monitor/egress", "login-refused")] });
    board.putIncident({ id: 8, key: "x", mergedInto: 1040, probes: [held("info@example.com/imap-login", "login-refused")] });
    board.putIncident({ id: 9, key: "x", turnCount: 0, probes: [held("info@example.com/imap-login", "login-refused")] });
    expect(ids()).toEqual([1042, 1040]);
    const source = statusOf(board, now);
    expect(ids(source)).toEqual([1042, 1040]);
    board.putIncident({ id: 10, key: "x", openedAt: time, probes: [held("info@example.com/imap-login", "login-refused")] });
    expect(ids(source)).toEqual([10, 1042, 1040]);
    expect(source.view().components.find(({ name }) => name === "read")).toMatchObject({ state: "partly" });
    time += 14 * day;
    expect(ids(source)).toEqual([10, 1042]);
  });

  test("says of its cause a general word, and none where it is a guess", () => {
    const board = createExampleCompany(now);
    const probes = [held("info@example.com/imap-login", "login-refused")];
    const diagnosis = { cause: "password-expired", evidence: [], alternatives: [], ruledOut: [], about: {}, probes: [] } as const;
    board.putIncident({ id: 1, key: "a", probes, diagnosis: { ...diagnosis, confidence: "high" } });
    board.putIncident({ id: 2, key: "b", probes, diagnosis: { ...diagnosis, confidence: "low" } });
    const said = new Map(
      statusOf(board, now)
        .view()
        .notices.map(({ id, cause }) => [id, cause]),
    );
    expect([said.get(1), said.get(2)]).toEqual(["account", undefined]);
  });
});
