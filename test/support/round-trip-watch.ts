import { setTimeout as sleep } from "node:timers/promises";
import roundTrip from "../../checks/mail-roundtrip.ts";
import { runProbe, type RunOutcome } from "../../src/engine/run-probe.ts";
import type { AnyCheck, CheckContext } from "../../src/model/check.ts";
import type { Json } from "../../src/model/json.ts";
import type { Secret } from "../../src/model/secret.ts";
import { createDial } from "../../src/net/dial.ts";
import { probeOf, testWorld } from "./check-tester.ts";

export const password = "päss:word";
export const secret: Secret = { source: "test", reveal: () => Promise.resolve(password), toJSON: () => "[secret]" };

interface Watched {
  /** Default `mail-roundtrip`. */
  readonly check?: AnyCheck;
  readonly options: object;
  readonly ask: CheckContext["ask"];
  readonly authorities: readonly string[];
  /** Told where nothing became known in time. */
  readonly log: () => Promise<string>;
}

/** One probe with its memory, whose clock can be put forward. */
export function watchRoundTrip({ check = roundTrip, options: given, ask, authorities, log }: Watched) {
  const options: unknown = check.options.parse(given);
  let memory: Json | undefined;
  let ahead = 0;
  const dial = createDial({ ask, extraAuthorities: authorities });
  const run = async (): Promise<RunOutcome & { readonly said: readonly string[] }> => {
    const now = (): number => Date.now() + ahead;
    const outcome = await runProbe(probeOf(check, options), check, testWorld({ ask, dial, now, memory, authorities }));
    if (!outcome) throw new Error("no outcome");
    memory = outcome.memory;
    return { ...outcome, said: outcome.observation.findings.map(({ code, severity }) => `${code} ${severity}`) };
  };
  return {
    run,
    forward: (ms: number) => {
      ahead += ms;
    },
    /** Looks again and again until something is known; each look `stepMs` later by the probe's clock, beside the real time. */
    untilKnown: async (stepMs = 0) => {
      for (let i = 0; i < 60; i += 1) {
        ahead += stepMs;
        const outcome = await run();
        if (!outcome.said.some((line) => line.startsWith("not-there-yet"))) return outcome;
        await sleep(250);
      }
      throw new Error(`Nothing is known after 15 s: ${await log()}`);
    },
    memory: () => memory,
  };
}
