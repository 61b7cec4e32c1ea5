import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bearingOn } from "../../src/engine/bearing.ts";
import { configured } from "../../src/cli/configuration.ts";
import { comparingGuard } from "../../src/cli/login-guard.ts";
import { lookAround } from "../../src/cli/look-around.ts";
import { openLookout, type Sight } from "../../src/cli/lookout.ts";
import type { Plan } from "../../src/model/config.ts";
import type { Probe } from "../../src/model/probe.ts";
import { configuration } from "./configuration.ts";
import type { Lab } from "./lab.ts";

/** Seconds: everything is next door. */
const limits = { connect: 2, tls: 2, greeting: 4, command: 4, slow: 1.5, late: 3 };

/** A mail is looked for at 3, at 8 and once more: by then it is lost. */
const waitMs = 12_000;

/** Writes the company's configuration. The servers that DNS names now are pinned. */
export async function configure(lab: Lab): Promise<void> {
  await writeConfiguration(lab, configuration(lab));
  await planOf(lab, "store");
}

export const writeConfiguration = (lab: Lab, written: object): Promise<void> =>
  writeFile(join(lab.folder, "mailvigil.yaml"), JSON.stringify(written, undefined, 2));

async function planOf(lab: Lab, pins: "store" | "keep") {
  const found = await configured(join(lab.folder, "mailvigil.yaml"), process.env, { pins });
  if (!found) throw new Error("The lab's own configuration is wrong");
  return { ...found, plan: { ...found.plan, probes: found.plan.probes.map(hasten) } satisfies Plan };
}

/**
 * One look at everything that bears on a mailbox, as `mailvigil diagnose ADDRESS` does. Nothing is remembered from look to look.
 * A machine that is too busy to be on time judges nothing that rests on time: then another look is needed.
 */
export async function lookAt(lab: Lab, address: string): Promise<readonly Sight[]> {
  for (let i = 1; ; i += 1) {
    const sights = await lookOnce(lab, address);
    const isLate = sights.some(
      ({ status, observation }) =>
        status === "unknown" && observation.evidence.some((line) => line.includes("event loop was late")),
    );
    if (!isLate || i === mostLooks) return sights;
  }
}

const mostLooks = 2;

async function lookOnce(lab: Lab, address: string): Promise<readonly Sight[]> {
  const found = await planOf(lab, "keep");
  const { probes } = bearingOn(address, found.plan.probes);
  const guard = comparingGuard([], { known: [], remember: () => undefined, forget: () => undefined });
  using lookout = openLookout(found, { guard, waitMs, stopping: new AbortController().signal });
  return lookAround(probes, lookout);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

/** The same probe with the lab's limits, also at both ends of a round trip. */
function hasten(probe: Probe): Probe {
  const { options } = probe;
  if (!isRecord(options)) return probe;
  if (probe.check !== "mail-roundtrip") return { ...probe, options: shorten(options) };
  // The first mail has no more time than the others: nobody greylists here unless a fault says so.
  const { from, to, lostAfter } = options;
  return { ...probe, options: { ...options, from: shorten(from), to: shorten(to), firstLostAfter: lostAfter } };
}

function shorten(options: unknown): unknown {
  if (!isRecord(options) || !isRecord(options["limits"])) return options;
  const known = Object.entries(limits).filter(([key]) => isRecord(options["limits"]) && key in options["limits"]);
  return { ...options, limits: { ...options["limits"], ...Object.fromEntries(known) } };
}
