import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { advance, freshState } from "../../src/engine/advance.ts";
import { causeOf, incidentKey, priorityOf, type Failing } from "../../src/engine/incident-key.ts";
import { acknowledge, follow, leave, remind, type Sighting } from "../../src/engine/incidents.ts";
import type { Confirm, FindingDeclaration } from "../../src/model/check.ts";
import type { Incident, Turn } from "../../src/model/incident.ts";
import type { Finding } from "../../src/model/observation.ts";
import type { ProbeState } from "../../src/model/state.ts";
import { statuses, type Status } from "../../src/model/status.ts";
import type { Data } from "../../src/model/text.ts";

const oneOfOne: Confirm = { bad: [1, 1], good: 1, recheckMs: 0 };
const letters: Readonly<Record<string, Status>> = { o: "ok", w: "warning", c: "critical", u: "unknown", "!": "critical" };

/** Two probes of one incident (`key`), or each their own; a play is a line per moment: `a:c` probe a sees critical. */
function play(
  moments: readonly string[],
  key: (probe: string) => string = (probe) => probe,
  policy = oneOfOne,
): { turns: string[]; incidents: Incident[] } {
  const states = new Map<string, ProbeState>();
  const incidents = new Map<number, Incident>();
  const turns: string[] = [];
  moments.forEach((moment, at) => {
    const [probe = "", letter = ""] = moment.split(":");
    const status = letters[letter] ?? "unknown";
    const { state } = advance(
      states.get(probe) ?? freshState(probe, 0),
      { status, at: at + 1, immediate: letter === "!" },
      policy,
      1e9,
    );
    states.set(probe, state);
    const open = [...incidents.values()].find((each) => each.key === key(probe) && each.resolvedAt === undefined);
    const sighting: Sighting = {
      probe,
      state,
      findings: [{ code: `${probe}-${status}`, severity: "critical", data: {} }],
      cause: `${probe}-${status}`,
      lastCause: undefined,
      key: key(probe),
      at: at + 1,
      known: status !== "unknown",
      immediate: letter === "!",
      gathers: false,
      priority: (severity) => (severity === "critical" ? "P2" : "P4"),
    };
    const step = follow(open, sighting, 1 + incidents.size);
    if (!step) return;
    incidents.set(step.incident.id, step.incident);
    if (step.turn) turns.push(`${step.turn}#${step.incident.id}@${at + 1}`);
  });
  return { turns, incidents: [...incidents.values()] };
}

describe("follow()", () => {
  test.each([
    ["opens and resolves", ["a:c", "a:o"], "opened#1@1 resolved#1@2"],
    ["says nothing while it lasts", ["a:c", "a:c", "a:c"], "opened#1@1"],
    ["worsens once", ["a:w", "a:c", "a:c"], "opened#1@1 worsened#1@2"],
    ["unknown neither opens nor closes", ["a:u", "a:c", "a:u", "a:u", "a:o"], "opened#1@2 resolved#1@5"],
    ["a second fault is a second incident", ["a:c", "a:o", "a:c"], "opened#1@1 resolved#1@2 opened#2@3"],
    ["two probes are two incidents", ["a:c", "b:c", "a:o"], "opened#1@1 opened#2@2 resolved#1@3"],
  ])("%s", (_, moments, expected) => {
    expect(play(moments).turns.join(" ")).toBe(expected);
  });

  test("what belongs to one key is one incident, over when the last probe is well", () => {
    const { turns, incidents } = play(["a:w", "b:c", "a:o", "b:o"], () => "monitor");
    expect(turns).toEqual(["opened#1@1", "worsened#1@2", "resolved#1@4"]);
    expect(incidents[0]?.probes.map(({ probe, leftAt }) => `${probe} ${String(leftAt)}`)).toEqual(["a 3", "b 4"]);
  });

  test("an immediate one is unconfirmed until it is seen again", () => {
    const threeOfFour: Confirm = { bad: [3, 4], good: 1, recheckMs: 0 };
    const own = (probe: string): string => probe;
    expect(play(["a:o", "a:!"], own, threeOfFour).incidents[0]).toMatchObject({ unconfirmed: true, priority: "P2" });
    expect(play(["a:o", "a:!", "a:u"], own, threeOfFour).incidents[0]?.unconfirmed).toBe(true);
    expect(play(["a:o", "a:!", "a:c"], own, threeOfFour).incidents[0]?.unconfirmed).toBe(false);
    expect(play(["a:o", "a:!", "a:u", "a:!"], own, threeOfFour).incidents[0]?.unconfirmed).toBe(false);
  });

  describe("with another fault in the place of the first", () => {
    const [open] = play(["a:c"]).incidents;
    if (!open) throw new Error("no incident");
    const seen = (cause: string, lastCause: string | undefined, verdict: "warning" | "critical" = "critical"): Sighting => ({
      probe: "a",
      state: { ...freshState("a", 0), verdict, status: verdict },
      findings: [{ code: cause, severity: verdict, data: {} }],
      cause,
      lastCause,
      key: "a",
      at: 9,
      known: true,
      immediate: false,
      gathers: false,
      priority: (severity) => (severity === "critical" ? "P2" : "P4"),
    });

    test("tells the new cause when it was seen twice", () => {
      expect(follow(open, seen("junk", "a-critical"), 2)).toBeUndefined();
      const step = follow(open, seen("junk", "junk"), 2);
      expect(step).toMatchObject({ turn: "reminder", incident: { id: 1, cause: "junk", severity: "critical" } });
      expect(step?.incident.probes[0]?.findings[0]?.code).toBe("junk");
    });

    test("becomes milder without a word, and worse again with one", () => {
      const milder = follow(open, seen("old-tls", "a-critical", "warning"), 2);
      expect(milder).toMatchObject({ turn: undefined, incident: { cause: "old-tls", severity: "warning", priority: "P4" } });
      expect(milder && follow(milder.incident, seen("expired", "old-tls"), 2)).toMatchObject({
        turn: "worsened",
        incident: { priority: "P2" },
      });
    });

    test("an observation that knows nothing changes nothing", () => {
      expect(follow(open, { ...seen("own-side", "own-side"), known: false }, 2)).toBeUndefined();
    });
  });

  test("stays one incident while it flaps", () => {
    const { turns } = play("oooooooooococococococ".split("").map((letter) => `a:${letter}`));
    expect(turns.filter((turn) => turn.startsWith("opened")).length).toBeLessThan(5);
    expect(turns.at(-1)).toMatch(/^opened/);
  });

  test("opened and resolved alternate, whatever is seen", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("a", "b"), fc.constantFrom(...Object.keys(letters))), { maxLength: 80 }),
        fc.boolean(),
        (seen, shared) => {
          const { turns, incidents } = play(
            seen.map(([probe, letter]) => `${probe}:${letter}`),
            shared ? () => "monitor" : (probe) => probe,
          );
          for (const incident of incidents) {
            const own = turns.filter((turn) => turn.includes(`#${incident.id}@`)).map((turn) => turn.split("#")[0]);
            expect(own[0]).toBe("opened");
            expect(own.filter((turn) => turn === "opened")).toHaveLength(1);
            expect(own.filter((turn) => turn === "resolved")).toHaveLength(incident.resolvedAt === undefined ? 0 : 1);
            expect(incident.resolvedAt === undefined || own.at(-1) === ("resolved" satisfies Turn)).toBe(true);
            expect(incident.turnCount).toBe(own.length);
          }
          const openKeys = incidents.filter(({ resolvedAt }) => resolvedAt === undefined).map(({ key }) => key);
          expect(new Set(openKeys).size).toBe(openKeys.length);
        },
      ),
    );
    expect(statuses).toHaveLength(4);
  });
});

describe("an incident of several probes", () => {
  const minute = 60_000;
  const never = { P1: 0, P2: 0, P3: 0, P4: 0 };
  const sighting = (probe: string, at: number, over: Partial<Sighting> = {}): Sighting => ({
    probe,
    state: { ...freshState(probe, 0), status: "critical", verdict: "critical" },
    findings: [{ code: "silent", severity: "critical", data: {} }],
    cause: "silent",
    lastCause: undefined,
    key: "imap.x.example/server",
    at,
    known: true,
    immediate: false,
    gathers: false,
    priority: () => "P3",
    ...over,
  });
  /** As the daemon does it: who is in an incident stays in it. */
  const after = (...seen: readonly Sighting[]): Incident => {
    let open: Incident | undefined;
    for (const one of seen) open = follow(open, one, 1)?.incident ?? open;
    if (!open) throw new Error("no incident");
    return open;
  };
  const box = (n: number): string => `box${n}@x.example/imap-login`;

  test("tells those who joined together, once, and then only when they have doubled", () => {
    const open = after(...Array.from({ length: 40 }, (_, n) => sighting(box(n), 1 + n)));
    expect(open).toMatchObject({ turnCount: 1, probes: { length: 40 } });
    expect(remind(open, 5 * minute, never)).toBeUndefined();
    const told = remind(open, 5 * minute + 1, never);
    expect(told).toMatchObject({ turn: "reminder", incident: { turnCount: 2 } });
    const one = told && follow(told.incident, sighting(box(40), 6 * minute), 2)?.incident;
    expect(one && remind(one, 20 * minute, never)).toBeUndefined();
  });

  test("tells another kind of fault, also while somebody has the first in hand", () => {
    const sending = sighting("box0@x.example/smtp-submission", 3 * minute, { cause: "refused" });
    const acked = acknowledge(after(sighting(box(0), 1)), "li", 60 * minute, 2 * minute).incident;
    const more = follow(acked, sighting(box(1), 3 * minute), 2)?.incident;
    expect(more && remind(more, 8 * minute, never)).toBeUndefined();
    const other = follow(acked, sending, 2)?.incident;
    expect(other && remind(other, 8 * minute, never)).toMatchObject({ turn: "reminder", incident: { acknowledgedBy: "li" } });
  });

  test("tells another cause once, when nobody is left with the first, and is no less grave for it", () => {
    const graver = { priority: () => "P1" as const };
    let open = after(sighting(box(0), 1, graver), sighting(box(1), 2, graver), sighting(box(2), 3, graver));
    const turns: unknown[] = [];
    for (const n of [0, 1, 2]) {
      const refused = {
        cause: "refused",
        lastCause: "refused",
        findings: [{ code: "refused", severity: "critical", data: {} }],
      } as const;
      const step = follow(open, sighting(box(n), 4 + n, refused), 2);
      open = step?.incident ?? open;
      turns.push(step?.turn);
    }
    expect(turns).toEqual([undefined, undefined, "reminder"]);
    expect(open).toMatchObject({ cause: "refused", priority: "P1", turnCount: 2 });
  });

  test("tells what changed about one check though others say what they said", () => {
    const weak = (probe: string, cause: string): Partial<Sighting> => ({
      cause,
      lastCause: cause,
      findings: [{ code: cause, severity: "critical", data: {} }],
      key: probe,
    });
    const open = after(
      sighting("x.example/dns-spf", 1, weak("spf", "spf-all")),
      sighting("x.example/dns-dmarc", 2, weak("spf", "dmarc-missing")),
    );
    const changed = sighting("x.example/dns-dmarc", 3, weak("spf", "dmarc-many"));
    expect(follow(open, changed, 2)).toMatchObject({ turn: "reminder", incident: { cause: "dmarc-many" } });
  });

  test("somebody of more weight, or a definite answer, is told at once", () => {
    const open = after(sighting(box(0), 1));
    expect(follow(open, sighting(box(1), 2), 2)?.turn).toBeUndefined();
    const graver = follow(open, sighting(box(1), 2, { priority: () => "P1" }), 2);
    expect(graver).toMatchObject({ turn: "worsened", incident: { priority: "P1" } });
    expect(follow(graver?.incident, sighting(box(2), 3), 2)?.incident.priority).toBe("P1");
    expect(follow(open, sighting(box(1), 2, { immediate: true }), 2)).toMatchObject({
      turn: "worsened",
      incident: { priority: "P3", unconfirmed: true },
    });
  });

  describe("that gathers", () => {
    const weakness = (check: string, at: number, over: Partial<Sighting> = {}): Sighting => ({
      ...sighting(`x.example/${check}`, at, { cause: check, gathers: true, key: "x.example/weaknesses", priority: () => "P4" }),
      state: { ...freshState(check, 0), status: "warning", verdict: "warning" },
      findings: [{ code: check, severity: "warning", data: {} }],
      ...over,
    });

    test("waits three minutes and says everything in one message", () => {
      const open = after(weakness("dns-spf", 1), weakness("dns-dmarc", 2), weakness("dns-dkim", minute));
      expect(open).toMatchObject({ turnCount: 0, probes: { length: 3 } });
      expect(remind(open, 3 * minute, never)).toBeUndefined();
      const told = remind(open, 3 * minute + 1, never);
      expect(told).toMatchObject({ turn: "opened", incident: { turnCount: 1 } });
      expect(told && remind(told.incident, 60 * minute, never)).toBeUndefined();
      expect(told && leave(told.incident, "x.example/dns-spf", 9 * minute)?.turn).toBeUndefined();
    });

    test("does not wait once something is broken", () => {
      const broken = weakness("dns-spf", 2, { state: sighting("x", 1).state, gathers: false, priority: () => "P3" });
      expect(follow(after(weakness("dns-dmarc", 1)), broken, 2)).toMatchObject({ turn: "opened", incident: { priority: "P3" } });
    });

    test("ends without a word when nobody was told", () => {
      const gone = leave(after(weakness("dns-spf", 1)), "x.example/dns-spf", 2);
      expect(gone).toMatchObject({ turn: undefined, incident: { resolvedAt: 2 } });
      expect(gone && remind(gone.incident, 60 * minute, never)).toBeUndefined();
    });
  });
});

describe("remind()", () => {
  const every = { P1: 30, P2: 120, P3: 1440, P4: 0 };
  const [open] = play(["a:c"]).incidents;
  if (!open) throw new Error("no incident");

  test("comes when the priority's time has passed, and again from then on", () => {
    expect(remind(open, 120, every)).toBeUndefined();
    const first = remind(open, 121, every);
    expect(first?.turn).toBe("reminder");
    expect(first && remind(first.incident, 240, every)).toBeUndefined();
    expect(first && remind(first.incident, 241, every)?.turn).toBe("reminder");
  });

  test("is silent while acknowledged, and comes when that expires", () => {
    const { incident, turn } = acknowledge(open, "li", 1000, 10);
    expect(turn).toBe("acknowledged");
    expect(remind(incident, 999, every)).toBeUndefined();
    expect(remind(incident, 1000, every)).toMatchObject({ turn: "reminder", incident: { acknowledgedBy: undefined } });
  });

  test("growing worse ends the acknowledgement", () => {
    const [mild] = play(["a:w"]).incidents;
    const acked = mild && acknowledge(mild, "li", 1000, 2).incident;
    const worse = follow(
      acked,
      {
        probe: "a",
        state: { ...freshState("a", 0), verdict: "critical", status: "critical" },
        findings: [],
        cause: "x",
        lastCause: undefined,
        key: "a",
        at: 3,
        known: true,
        immediate: false,
        gathers: false,
        priority: () => "P1",
      },
      9,
    );
    expect(worse).toMatchObject({ turn: "worsened", incident: { acknowledgedBy: undefined, priority: "P1" } });
  });

  test("says nothing of what is over", () => {
    const over = leave(open, "a", 5);
    expect(over?.turn).toBe("resolved");
    expect(over && remind(over.incident, 1e9, every)).toBeUndefined();
  });
});

describe("diagnosis of one probe", () => {
  const probe = { id: "a@x.example/imap-login", asset: "a@x.example", measures: "service" } as const;
  const finding = (code: string, severity: "info" | "warning" | "critical" | "unknown", data: Data = {}): Finding => ({
    code,
    severity,
    data,
  });
  const declarations: Readonly<Record<string, Pick<FindingDeclaration, "concerns" | "rejects" | "outage">>> = {
    "zone-dead": { outage: true },
    silent: { concerns: "server" },
    refused: { rejects: "definite" },
  };
  const failing = (over: Partial<Failing>): Failing => ({
    probe,
    findings: [],
    declared: (code) => declarations[code],
    account: undefined,
    immediate: false,
    ...over,
  });
  const silent = finding("silent", "critical", { host: "IMAP.x.example", port: 993 });
  const weak = { id: "x.example/dns-spf", asset: "x.example", measures: "posture" } as const;

  test.each<readonly [string, Partial<Failing>, string]>([
    ["the own side", { probe: { id: "monitor/egress", asset: "monitor", measures: "monitor" } }, "monitor"],
    ["a machine that is silent", { findings: [silent] }, "imap.x.example/server"],
    ["its certificate, looked at every few hours", { probe: { ...probe, measures: "expiry" }, findings: [silent] }, probe.id],
    ["a machine that nobody named", { findings: [finding("silent", "critical")] }, probe.id],
    ["what is worse than the silence", { findings: [finding("slow", "critical"), silent] }, probe.id],
    ["a refused login", { findings: [finding("refused", "critical")], account: "a@x.example" }, "a@x.example/login"],
    ["weaknesses of a domain", { probe: weak, findings: [finding("spf-neutral", "warning")] }, "x.example/weaknesses"],
    ["faults of a domain", { probe: weak, findings: [finding("spf-all", "critical")] }, "x.example/faults"],
    ["a dead zone", { probe: weak, findings: [finding("zone-dead", "critical")] }, weak.id],
    ["a hijack", { probe: weak, findings: [finding("mx-hijacked", "critical")], immediate: true }, weak.id],
    ["anything else", { findings: [finding("slow", "warning")] }, probe.id],
  ])("incidentKey() of %s", (_, over, key) => {
    expect(incidentKey(failing(over))).toBe(key);
  });

  test("causeOf() is the first of the worst findings", () => {
    expect(causeOf([finding("a", "info"), finding("b", "critical"), finding("c", "critical"), finding("d", "warning")])).toBe(
      "b",
    );
    expect(causeOf([])).toBe("unknown");
  });

  test.each([
    [
      "the MX of the company",
      { severity: "critical", measures: "service", answers: "receive", business: "normal", everybody: true },
      "P1",
    ],
    [
      "a critical mailbox",
      { severity: "critical", measures: "service", answers: "read", business: "critical", everybody: false },
      "P2",
    ],
    ["any mailbox", { severity: "critical", measures: "service", answers: "read", business: "normal", everybody: false }, "P3"],
    [
      "an unimportant mailbox",
      { severity: "critical", measures: "service", answers: "read", business: "low", everybody: false },
      "P4",
    ],
    [
      "a slow critical mailbox",
      { severity: "warning", measures: "service", answers: "read", business: "critical", everybody: false },
      "P3",
    ],
    [
      "a certificate with days left",
      { severity: "warning", measures: "expiry", answers: "read", business: "critical", everybody: false },
      "P4",
    ],
    [
      "our own network",
      { severity: "critical", measures: "monitor", answers: undefined, business: "critical", everybody: false },
      "P3",
    ],
  ] as const)("priorityOf() %s", (_, about, priority) => {
    expect(priorityOf(about)).toBe(priority);
  });
});
