import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { dueAt, propose, type SopMove } from "../../src/engine/sop.ts";
import type { Sop, SopRun } from "../../src/model/sop.ts";
import { loadPlan } from "../support/plan-folder.ts";
import { sopCompany, sopWorld } from "../support/sop-company.ts";
import { after, close, delivered, done, minute, resolved, t0, tick, type Timed } from "./sop-samples.ts";

const names = readdirSync(join(import.meta.dirname, "../../alerts/sops")).map((file) => file.replace(/\.yaml$/, ""));
const shipped = new Map<string, Sop>();
beforeAll(async () => {
  const lines = names.map((name) => `  ${name}: { use: ${name} }\n`).join("");
  const { sops } = await loadPlan("mailvigil.yaml", { ...(await sopWorld()), text: `${sopCompany}sops:\n${lines}` });
  for (const sop of sops) shipped.set(sop.name, sop);
});

function start(name: string, how: { drill: boolean; incident: number | undefined }): SopMove {
  const sop = shipped.get(name);
  if (!sop) throw new Error(`There is no ${name}`);
  return propose(sop, { id: 3, ...how, by: "Li", now: t0 });
}

/** What the next step that goes on waits for. */
function next({ sop, steps }: SopRun): Timed[1] | undefined {
  const going = steps.find(({ state }) => state === "waiting" || state === "running");
  const step = sop.steps.find(({ id }) => id === going?.id);
  if (step?.kind === "manual") return done(step.id, Object.fromEntries(step.input.map(({ key }) => [key, "1"])));
  return step?.kind === "wait" ? tick : step && delivered(step.id);
}

/** Does whatever waits, each an hour after the other and a wait at its end, until nothing does. */
function work(from: SopMove, minutes: number): { readonly moved: SopMove; readonly minutes: number } {
  let moved = from;
  let now = minutes;
  for (let event = next(moved.run), count = 0; event && count < 100; event = next(moved.run), count++) {
    now = event.kind === "tick" ? Math.max(now, ((dueAt(moved.run) ?? t0) - t0) / minute) : now + 60;
    moved = after(moved, [now, event]);
  }
  return { moved, minutes: now };
}

const left = ({ run }: SopMove): readonly string[] => run.steps.filter(({ state }) => state !== "done").map(({ id }) => id);

describe.each(names)("the template %s", (name) => {
  test("can be gone through in a drill to its last step, and is closed", () => {
    const { moved, minutes } = work(start(name, { drill: true, incident: undefined }), 0);
    expect(left(moved)).toEqual([]);
    expect(after(moved, [minutes, close]).run.state).toBe("closed");
  });

  test("can be gone through when it is real: what is left waits for the end of the incident", () => {
    const first = work(start(name, { drill: false, incident: 7 }), 0);
    const afterwards = first.moved.run.sop.steps.filter((step) => step.after === "resolved").map(({ id }) => id);
    const waiting = left(first.moved);
    expect(waiting).toEqual(expect.arrayContaining(afterwards));
    expect(waiting.length === 0).toBe(afterwards.length === 0);
    const last = work(after(first.moved, [first.minutes, resolved]), first.minutes);
    expect(left(last.moved)).toEqual([]);
    expect(after(last.moved, [last.minutes + 600, tick], [last.minutes + 600, close]).run.state).toBe("closed");
  });

  test("left alone for a week tells each step that is late no more than five times", () => {
    let moved = start(name, { drill: false, incident: 7 });
    for (let minutes = 0; minutes < 7 * 24 * 60; minutes += 30) moved = after(moved, [minutes, tick]);
    const late = moved.messages.filter(({ kind }) => kind === "late");
    expect(late.length).toBeGreaterThan(0);
    const counts = [...new Set(late.map(({ step }) => step))].map((id) => late.filter(({ step }) => step === id).length);
    expect(Math.max(...counts)).toBeLessThanOrEqual(5);
  });
});

test("seven templates are shipped", () => {
  expect(shipped.size).toBe(7);
});
