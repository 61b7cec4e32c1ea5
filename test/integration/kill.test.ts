import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

const rounds = process.env["MAILVIGIL_LONG"] === "1" ? 200 : 20;
const probes = 300;
const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const child = fileURLToPath(new URL("../support/kill-child.ts", import.meta.url));
const message = z.object({
  type: z.string(),
  data: z.looseObject({ incident: z.string().regex(/^M-\d+$/) }),
});

/** mulberry32: the same instants in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

describe(`kill -9 at ${rounds} random instants under load`, () => {
  const random = seeded(20261122);
  const moods = seeded(5);
  const received: { id: string; turn: string }[] = [];
  const committed = new Set<string>();
  let data: string;
  let url = "";

  // Counts what arrives; now and then it takes a message and dies before it says so.
  const receiver = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = message.parse(JSON.parse(Buffer.concat(parts).toString()));
      received.push({
        id: String(request.headers["webhook-id"]),
        turn: `${body.data.incident} ${body.type}`,
      });
      if (moods() < 0.05) request.socket.destroy();
      else response.end("ok");
    });
  });

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "mailvigil-kill-"));
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    const address = receiver.address();
    url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/hook`;
  });
  afterAll(async () => {
    receiver.close();
    receiver.closeAllConnections();
    await rm(data, { recursive: true, force: true });
  });

  function launch(calm: boolean): {
    process: ChildProcess;
    ended: Promise<number | null>;
    first: Promise<void>;
    errors: string[];
  } {
    const running = spawn(process.execPath, [child, JSON.stringify({ data, url, secret, probes, calm })], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const errors: string[] = [];
    running.stderr.on("data", (part: Buffer) => errors.push(part.toString()));
    const ended = new Promise<number | null>((resolve) => running.on("close", resolve));
    const first = new Promise<void>((resolve) => {
      // A line that the kill cut in two is no promise.
      createInterface({ input: running.stdout }).on("line", (line) => {
        if (/^\S+ \d{13}$/.test(line)) committed.add(line);
        resolve();
      });
      running.on("close", () => resolve());
    });
    return { process: running, ended, first, errors };
  }

  function read<T>(sql: string): T[] {
    const db = new Sqlite(join(data, "mailvigil.db"), { readonly: true });
    try {
      return db.prepare<[], T>(sql).all();
    } finally {
      db.close();
    }
  }

  test(
    "loses no committed observation, tells every turn, and repeats under the same webhook-id",
    { timeout: 60_000 + rounds * 8_000 },
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        const { process: running, ended, first, errors } = launch(false);
        // Some kills hit the start itself.
        if (random() < 0.8) await first;
        await sleep(random() * 1_500);
        expect(errors.join("")).toBe("");
        running.kill("SIGKILL");
        await ended;
      }

      const { process: running, ended, errors } = launch(true);
      const unfinished = () =>
        read<{ n: number }>(
          "SELECT (SELECT count(*) FROM outbox WHERE finished_at IS NULL) + (SELECT count(*) FROM incident WHERE resolved_at IS NULL) AS n",
        )[0]?.n;
      await sleep(2_000);
      await expect.poll(unfinished, { timeout: 50_000, interval: 500 }).toBe(0);
      running.kill("SIGTERM");
      expect({ code: await ended, errors: errors.join("") }).toEqual({ code: 0, errors: "" });

      const stored = new Set(
        read<{ line: string }>("SELECT id || ' ' || at AS line FROM observation JOIN probe USING (probe)").map(
          ({ line }) => line,
        ),
      );
      expect([...committed].filter((line) => !stored.has(line))).toEqual([]);
      expect(committed.size).toBeGreaterThan(rounds * 100);

      const turns = read<{ turn: string }>(
        "SELECT 'M-' || incident || ' incident.' || json_extract(data, '$.turn') AS turn FROM timeline WHERE kind = 'turn'",
      ).map(({ turn }) => turn);
      const told = new Set(received.map(({ turn }) => turn));
      expect(turns.filter((turn) => !told.has(turn))).toEqual([]);
      expect(turns.filter((turn) => turn.endsWith("resolved")).length).toBeGreaterThan(rounds);
      expect(turns.filter((turn) => turn.endsWith("opened")).length).toBe(
        turns.filter((turn) => turn.endsWith("resolved")).length,
      );

      const ids = new Map<string, Set<string>>();
      for (const { id, turn } of received) ids.set(turn, (ids.get(turn) ?? new Set()).add(id));
      expect([...ids.values()].filter((set) => set.size !== 1)).toEqual([]);
      expect(received.length).toBeGreaterThan(ids.size);

      // Opened and resolved take turns per incident, and what a probe's transitions say goes on without a seam.
      const seams = read<{ probe: number; from_status: string; to_status: string }>(
        "SELECT probe, from_status, to_status FROM transition ORDER BY probe, at",
      );
      const broken = seams.filter((row, i) => seams[i - 1]?.probe === row.probe && seams[i - 1]?.to_status !== row.from_status);
      expect(broken).toEqual([]);
    },
  );
});
