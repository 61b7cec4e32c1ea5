import { describe, expect, test } from "vitest";
import { freshState } from "../../src/engine/advance.ts";
import { acknowledge, follow, remind, type Sighting } from "../../src/engine/incidents.ts";
import type { Incident } from "../../src/model/incident.ts";

describe("follow() with an end that comes nearer", () => {
  const ends = (at: number, ...rungs: readonly number[]): Sighting => ({
    probe: "a",
    state: { ...freshState("a", 0), verdict: "critical", status: "critical" },
    findings: rungs.map((rung) => ({ code: "ends-now", severity: rung > 60 ? "info" : "critical", data: { rung } })),
    cause: "ends-now",
    lastCause: "ends-now",
    key: "a",
    at,
    known: true,
    immediate: false,
    gathers: false,
    priority: () => "P2",
  });
  /** The turn of each look, `-` where nobody is told. */
  const told = (...looks: readonly (readonly number[])[]): string => {
    let open: Incident | undefined;
    return looks
      .map((rungs, at) => {
        const step = follow(open, ends(at, ...rungs), 1);
        open = step?.incident ?? open;
        return step?.turn ?? "-";
      })
      .join(" ");
  };

  test.each([
    ["tells it anew at each rung, once", [[14], [14], [7], [7], [3], [1], [1]], "opened - reminder - reminder reminder -"],
    [
      "tells the second of two",
      [
        [3, 60],
        [3, 60],
        [3, 30],
        [3, 30],
      ],
      "opened - reminder -",
    ],
    ["does not tell one that is renewed", [[3, 30], [30], [30, 90]], "opened - -"],
    ["tells the next of what is left", [[3, 30], [30], [14]], "opened - reminder"],
    ["tells one that came besides", [[30], [30, 60]], "opened reminder"],
  ])("%s", (_, looks, turns) => {
    expect(told(...looks)).toBe(turns);
  });

  test("leaves whoever has it in hand alone, and tells the next rung after that", () => {
    const open = follow(undefined, ends(1, 14), 1)?.incident;
    if (!open) throw new Error("no incident");
    const seen = follow(acknowledge(open, "li", 5, 2).incident, ends(3, 7), 1);
    expect(seen).toMatchObject({ turn: undefined, incident: { acknowledgedBy: "li" } });
    const free = seen && remind(seen.incident, 5, { P1: 0, P2: 0, P3: 0, P4: 0 });
    expect(free).toMatchObject({ turn: "reminder" });
    expect(follow(free?.incident, ends(6, 7), 1)?.turn).toBeUndefined();
    expect(follow(free?.incident, ends(6, 3), 1)).toMatchObject({ turn: "reminder" });
  });
});
