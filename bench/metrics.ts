import { Gauge, Registry } from "prom-client";
import { createFullBoard } from "./full-board.ts";
import type { Part } from "./report.ts";

const series = 10_000;
const rounds = 5;
const scrapes = 20;

/** How long a scrape of `/metrics` holds the event loop. */
export async function metrics(): Promise<Part> {
  // Three series for each probe, and one for each metric of its check.
  const { app } = createFullBoard(Math.ceil(series / 9));
  const scrape = async (): Promise<string> => (await app.request("/metrics", { headers: { host: "127.0.0.1" } })).text();
  const written = (await scrape()).split("\n").filter((line) => line.startsWith("mailvigil_")).length;
  if (written < series) throw new Error(`/metrics holds only ${written} series`);
  const registry = promClient(written);
  const promText = async (): Promise<string> => registry.metrics();

  const [ours, theirs]: [number[], number[]] = [[], []];
  await measure(scrape);
  await measure(promText);
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(await measure(promText));
    ours.push(await measure(scrape));
  }
  app.close();
  return {
    rows: [
      {
        what: `a scrape of /metrics, ${written.toLocaleString("en")} series`,
        ours: { unit: "ms", samples: ours },
        beside: { name: "prom-client alone", unit: "ms", samples: theirs },
        goals: [{ of: "ours", most: 5 }],
      },
    ],
    notes: [],
  };
}

/** @returns milliseconds for each scrape */
async function measure(scrape: () => Promise<string>): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < scrapes; i += 1) await scrape();
  return (performance.now() - began) / scrapes;
}

function promClient(count: number): Registry {
  const registry = new Registry();
  const perGauge = Math.ceil(count / 9);
  for (let i = 0; i < 9; i += 1) {
    const gauge = new Gauge({
      name: `mailvigil_gauge_${i}_seconds`,
      help: "A gauge.",
      labelNames: ["probe", "check", "asset"],
      registers: [registry],
    });
    for (let probe = 0; probe < perGauge; probe += 1) {
      const asset = `mailbox-${probe}@example.com`;
      gauge.set({ probe: `${asset}/imap-login`, check: "imap-login", asset }, probe / 1000);
    }
  }
  return registry;
}
