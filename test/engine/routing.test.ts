import { describe, expect, it } from "vitest";
import { alsoTo, routeOf, routeTurn } from "../../src/engine/routing.ts";
import type { AlertRule } from "../../src/model/config.ts";
import type { Incident, Priority, Turn } from "../../src/model/incident.ts";
import { makeAlert, makeDelivery } from "../support/alerts.ts";

const rules: readonly AlertRule[] = [
  { priorities: ["P1", "P2"], channels: ["phone", "chat"] },
  { priorities: ["P2", "P3"], channels: ["chat", "mail"] },
];
const now = 1_750_000_000_000;
const day = 24 * 3_600_000;

const incident = (priority: Priority): Incident => ({
  id: 7,
  cause: "mx-missing",
  key: "example.com/dns-mx",
  priority,
  severity: "critical",
  openedAt: now,
  resolvedAt: undefined,
  unconfirmed: false,
  acknowledgedBy: undefined,
  acknowledgedUntil: undefined,
  turnCount: 3,
  lastTurnAt: now,
  probes: [],
});

function route(turn: Turn, priority: Priority, told: readonly string[] = []) {
  let count = 0;
  const alert = makeAlert({ turn, priority });
  return routeTurn({ incident: incident(priority), alert, rules, told, now, newId: () => `msg_${++count}` });
}

describe("routeOf()", () => {
  it.each([
    ["P1", ["phone", "chat"]],
    ["P2", ["phone", "chat", "mail"]],
    ["P3", ["chat", "mail"]],
    ["P4", []],
  ] as const)("%s goes to every channel of every rule that fits, once", (priority, channels) => {
    expect(routeOf(rules, priority)).toEqual(channels);
  });
});

describe("routeTurn()", () => {
  it.each([
    ["opened", "P1", ["mail"], ["phone", "chat"]],
    ["worsened", "P2", [], ["phone", "chat", "mail"]],
    ["reminder", "P3", ["phone"], ["chat", "mail"]],
    ["acknowledged", "P1", ["chat"], ["chat"]],
    ["resolved", "P1", ["mail", "gone", "mail"], ["mail", "gone"]],
    ["resolved", "P2", [], []],
    ["opened", "P4", ["chat"], []],
  ] as const)("%s of %s, told %j, goes to %j", (turn, priority, told, channels) => {
    expect(route(turn, priority, told).map(({ channel }) => channel)).toEqual(channels);
  });

  it("writes one row a channel, with a key that no second one can have, and an id that its alert has too", () => {
    const [first, second] = route("opened", "P1");
    expect(first).toMatchObject({ id: "msg_1", key: "7:3:phone", incident: 7, turn: "opened", priority: "P1", notBefore: now });
    expect(first?.alert.id).toBe("msg_1");
    expect(second).toMatchObject({ id: "msg_2", key: "7:3:chat", alert: { id: "msg_2" } });
  });

  it("keeps word of a fault for a day, and that it is over for a week", () => {
    expect(route("opened", "P1")[0]?.expiresAt).toBe(now + day);
    expect(route("reminder", "P1")[0]?.expiresAt).toBe(now + day);
    expect(route("resolved", "P1", ["chat"])[0]?.expiresAt).toBe(now + 7 * day);
  });
});

describe("alsoTo()", () => {
  it("is the same turn for another channel, under its own id, also where a name holds colons", () => {
    const delivery = makeDelivery({ channel: "a:b", incident: 9, turnCount: 2 });
    const further = alsoTo(delivery, "c", now + 5, "msg_x");
    expect(further).toEqual({
      ...delivery,
      id: "msg_x",
      key: "9:2:c",
      channel: "c",
      notBefore: now + 5,
      alert: { ...delivery.alert, id: "msg_x" },
    });
  });
});
