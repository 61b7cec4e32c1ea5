import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cpuMs, launch } from "./processes.ts";
import { eventsEach, kinds, type Kind } from "./events-plan.ts";
import type { Part } from "./report.ts";

const server = fileURLToPath(new URL("./events-server.ts", import.meta.url));
const clients = 1_000;
const rounds = 3;

/** CPU that one event costs for each page that follows the live events. */
export async function events(): Promise<Part> {
  const samples: Record<Kind, number[]> = { ours: [], hono: [], bare: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of kinds) samples[kind].push(await measure(kind));
  }
  const row = (what: string, name: string, kind: Kind, goals: Part["rows"][number]["goals"]) =>
    ({ what, ours: { unit: "µs", samples: samples.ours }, beside: { name, unit: "µs", samples: samples[kind] }, goals }) as const;
  return {
    rows: [
      row(`CPU for each event and client, ${clients} clients`, "streamSSE of hono", "hono", [{ of: "ours", most: 12 }]),
      row("the same", "the same bytes written to bare sockets (floor)", "bare", []),
    ],
    notes: [],
  };
}

/** @returns microseconds of CPU of the server for each event and client */
async function measure(kind: Kind): Promise<number> {
  const child = launch(process.execPath, [server, kind]);
  const agent = new http.Agent({ maxSockets: Infinity });
  try {
    const [, url = ""] = await child.said(/listening (\S+)/);
    let received = 0;
    const open: Promise<void>[] = [];
    for (let i = 0; i < clients; i += 1) {
      open.push(
        new Promise((resolve, reject) => {
          const request = http.get(url, { agent }, (response) => {
            response.on("data", (part: Buffer) => (received += part.length));
            response.on("error", () => undefined);
            resolve();
          });
          request.on("error", reject);
        }),
      );
      if (i % 50 === 49) await Promise.all(open);
    }
    await sleep(500);
    const [before, receivedBefore] = [cpuMs(child.pid), received];
    process.kill(child.pid, "SIGUSR2");
    await child.said(/published/);
    await sleep(500);
    const used = cpuMs(child.pid) - before;
    if (received - receivedBefore < clients * eventsEach * 50) throw new Error(`The clients of ${kind} did not get the events`);
    return (used * 1000) / (eventsEach * clients);
  } finally {
    await child.stop();
    agent.destroy();
  }
}
