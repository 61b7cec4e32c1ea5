import type { SelfTests } from "../engine/own-side.ts";
import { runProbe, type RunWorld } from "../engine/run-probe.ts";
import type { Observation } from "../model/observation.ts";
import type { Configured } from "./configuration.ts";

/** Looks at our own side when something bad was seen, at most one run of each test at a time. */
export function createSelfTests(
  { plan, checks }: Pick<Configured, "plan" | "checks">,
  world: Omit<RunWorld, "memory">,
): SelfTests {
  const runs = new Map<string, { readonly began: number; readonly done: Promise<void> }>();
  const seen = new Map<string, Observation>();
  return {
    async runFresh(id, since) {
      const probe = plan.probes.find((it) => it.id === id);
      const check = probe && checks.get(probe.check);
      if (!probe || !check) return;
      const present = runs.get(id);
      if (present && present.began >= since) return present.done;
      const run = async (): Promise<void> => {
        await present?.done;
        const outcome = await runProbe(probe, check, { ...world, memory: undefined });
        if (outcome) seen.set(id, outcome.observation);
      };
      const done = run();
      runs.set(id, { began: performance.now(), done });
      await done;
    },
    last: (id) => seen.get(id),
  };
}
