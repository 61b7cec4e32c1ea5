import { createInterface } from "node:readline";
import { diagnose } from "../../src/engine/diagnose.ts";
import { configuration } from "./configuration.ts";
import type { Fault } from "./fault.ts";
import { allFaults } from "./faults.ts";
import { type Lab, startLab } from "./lab.ts";
import { configure, lookAt, writeConfiguration } from "./look.ts";
import type { Outcome } from "./outcome.ts";
import { askTools } from "./tools.ts";

/** A lab of its own, in a network of its own: it reads ids of faults line by line, and answers each with an outcome as JSON. */
async function main(): Promise<void> {
  const lab = await startLab();
  try {
    await configure(lab);
    console.log(JSON.stringify({ ready: true }));
    for await (const id of createInterface({ input: process.stdin })) {
      const fault = allFaults.find((one) => one.id === id);
      if (!fault) throw new Error(`There is no fault ${id}`);
      console.log(JSON.stringify(await suffer(lab, fault)));
    }
  } finally {
    await lab.stop();
  }
}

/** Breaks it, looks, mends it. */
async function suffer(lab: Lab, fault: Fault): Promise<Outcome> {
  const began = performance.now();
  await writeConfiguration(lab, fault.configure?.(configuration(lab)) ?? configuration(lab));
  try {
    await fault.apply(lab);
    const sights = await lookAt(lab, fault.at);
    const seconds = Math.round(performance.now() - began) / 1_000;
    return {
      fault: fault.id,
      said: diagnose({ sights, now: Date.now() }).map(({ cause, confidence, alternatives, probes }) => ({
        cause,
        confidence,
        alternatives,
        probes,
      })),
      found: sights.flatMap(({ probe, findings }) =>
        findings
          .filter(({ severity }) => severity !== "info")
          .map(({ code, severity, data }) => `${probe.id}: ${code} ${severity} ${JSON.stringify(data).slice(0, 300)}`),
      ),
      seconds,
      tools: process.argv.includes("--tools") ? await askTools(lab, fault.at) : {},
    };
  } finally {
    await fault.undo?.(lab);
    await lab.settle();
  }
}

await main();
