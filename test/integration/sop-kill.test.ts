import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

const child = fileURLToPath(new URL("../support/sop-child.ts", import.meta.url));
const until = { timeout: 20_000, interval: 20 };

const message = z.object({
  data: z.looseObject({
    title: z.string(),
    lines: z.array(z.string()),
    maybeRepeat: z.boolean().optional(),
    data: z.looseObject({ run: z.string() }).optional(),
  }),
});
const storedRun = z.object({
  id: z.number(),
  state: z.string(),
  messageCount: z.number(),
  steps: z.array(
    z.looseObject({
      id: z.string(),
      state: z.string(),
      maybeRepeat: z.boolean(),
      escalations: z.number(),
      by: z.string().optional(),
    }),
  ),
});

const received: { readonly path: string; readonly id: string; readonly body: z.output<typeof message>["data"] }[] = [];
/** What is done with the next message at a path: it dies before it has answered, or when it has. */
let trap: { readonly path: string; readonly when: "before" | "after" } | undefined;
let current: { readonly process: ChildProcess; readonly ended: Promise<unknown>; readonly errors: string[] } | undefined;
let data = "";
let origin = "";

const receiver = http.createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    const path = request.url ?? "";
    received.push({ path, id: String(request.headers["webhook-id"]), body: message.parse(JSON.parse(parts.join(""))).data });
    const isTrapped = trap?.path === path;
    if (isTrapped && trap?.when === "before") {
      trap = undefined;
      current?.process.kill("SIGKILL");
      request.socket.destroy();
      return;
    }
    response.end("ok", () => {
      if (!isTrapped) return;
      trap = undefined;
      current?.process.kill("SIGKILL");
    });
  });
});

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "mailvigil-sop-kill-"));
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.61.1", resolve));
  const address = receiver.address();
  origin = `http://127.0.61.1:${typeof address === "object" && address ? address.port : 0}`;
});
afterAll(async () => {
  current?.process.kill("SIGKILL");
  receiver.close();
  receiver.closeAllConnections();
  await rm(data, { recursive: true, force: true });
});

/** Starts the daemon; resolves with its address, or when it was killed before it had one. */
async function launch(calm = false): Promise<string> {
  const running = spawn(process.execPath, [child, JSON.stringify({ data, origin, calm })], { stdio: ["ignore", "pipe", "pipe"] });
  const errors: string[] = [];
  running.stderr.on("data", (part: Buffer) => errors.push(part.toString()));
  const ended = new Promise((resolve) => running.on("close", resolve));
  current = { process: running, ended, errors };
  return new Promise((resolve) => {
    createInterface({ input: running.stdout }).once("line", resolve);
    void ended.then(() => resolve(""));
  });
}

/** Until the trap has killed it. A run and its messages are one transaction: wherever it was cut off, none is missing. */
async function died(): Promise<void> {
  await current?.ended;
  expect(current?.errors.join("")).toBe("");
  const keys = read<{ key: string }>("SELECT key FROM outbox").flatMap(({ key }) => /^S-1:(\d+):/.exec(key)?.[1] ?? []);
  const entries = read<{ n: number }>("SELECT count(*) AS n FROM sop_entry WHERE kind = 'started'")[0]?.n;
  expect([new Set(keys).size, entries]).toEqual([theRun().messageCount, 1]);
}

async function kill(): Promise<void> {
  current?.process.kill("SIGKILL");
  await died();
}

function read<T>(sql: string): T[] {
  const db = new Sqlite(join(data, "mailvigil.db"), { readonly: true });
  try {
    return db.prepare<[], T>(sql).all();
  } finally {
    db.close();
  }
}

const theRun = () => storedRun.parse(JSON.parse(read<{ run: string }>("SELECT run FROM sop_run")[0]?.run ?? "{}"));
const stepOf = (id: string) => theRun().steps.find((one) => one.id === id);
const times = (path: string) => received.filter((one) => one.path === path).length;
const post = (url: string, action: string, body: object) =>
  fetch(`${url}/api/v1/sops/runs/S-1/${action}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

test(
  "kill -9 in each step: nothing is lost, no step is done twice, and what may come twice is marked",
  { timeout: 120_000 },
  async () => {
    // While it begins: with the first word of it, and at instants from the first line of the program on.
    trap = { path: "/duty", when: "before" };
    await launch();
    await died();
    for (const ms of [0, 40, 120, 250]) {
      trap = { path: "/staff", when: "before" };
      await launch();
      await sleep(ms);
      await kill();
      expect(read("SELECT id FROM sop_run")).toHaveLength(1);
    }

    // In the message to colleagues, unless one of the instants was that.
    trap = { path: "/staff", when: "before" };
    if (stepOf("tell")?.state === "running" && times("/staff") < 2) {
      await launch();
      await died();
    }
    // In the word to another system, which has it but could not say so.
    trap = { path: "/crm", when: "before" };
    await launch();
    await died();
    expect(stepOf("tell")).toMatchObject({ state: "done", maybeRepeat: true });
    expect(stepOf("crm")?.state).toBe("running");
    // And when it has said so: whether that was written down is chance.
    trap = { path: "/erp", when: "after" };
    await launch();
    await died();
    expect(stepOf("crm")).toMatchObject({ state: "done", maybeRepeat: true });

    // While it waits; the time goes on while nobody runs.
    await launch();
    await expect.poll(() => stepOf("pause")?.state, until).toBe("running");
    await kill();
    await sleep(2_100);
    await launch();
    await expect.poll(() => stepOf("call")?.state, until).toBe("waiting");
    expect(stepOf("pause")?.state).toBe("done");

    // In the escalation, when it is written: the deadline passes while nobody runs.
    await kill();
    await sleep(2_100);
    void launch();
    await expect.poll(() => stepOf("call")?.escalations, { ...until, interval: 1 }).toBeGreaterThan(0);
    await kill();
    // And when the deputy is told: some were before the kill, and one more deadline has to pass.
    await sleep(2_100);
    trap = { path: "/boss", when: "before" };
    const told = times("/boss");
    await launch();
    await died();
    expect(times("/boss")).toBe(told + 1);
    const afterwards = await launch();
    await expect.poll(() => times("/boss"), until).toBeGreaterThan(told + 1);

    // When a person has been told that it is ticked; and while they wait for that word.
    const ticked = await post(afterwards, "done", { by: "Wang", step: "call", input: {} });
    expect(ticked.status).toBe(200);
    await kill();
    expect(stepOf("call")).toMatchObject({ state: "done", by: "Wang" });
    const again = await launch();
    const asked = post(again, "done", { by: "Wang", step: "check", input: {} }).catch(() => undefined);
    await sleep(3);
    await kill();
    await asked;
    const twice = await launch(true);
    const state = stepOf("check")?.state;
    expect(["waiting", "done"]).toContain(state);
    const answer = await post(twice, "done", { by: "Wang", step: "check", input: {} });
    expect(answer.status).toBe(state === "done" ? 409 : 200);

    // The incident is over; the end is written with its message.
    await expect.poll(() => read("SELECT id FROM incident WHERE resolved_at IS NULL"), until).toEqual([]);
    await expect.poll(() => theRun().state, until).toBe("stable");
    expect((await post(twice, "close", { by: "Wang" })).status).toBe(200);
    await kill();
    await launch(true);
    await expect.poll(() => read("SELECT id FROM outbox WHERE finished_at IS NULL"), until).toEqual([]);
    current?.process.kill("SIGTERM");
    await died();

    const run = theRun();
    expect(run).toMatchObject({ id: 1, state: "closed" });
    expect(run.steps.map(({ id, state: is }) => `${id} ${is}`)).toEqual([
      "tell done",
      "crm done",
      "erp done",
      "pause done",
      "call done",
      "check done",
    ]);
    const entries = read<{ what: string; n: number }>(
      "SELECT kind || coalesce(' ' || step, '') AS what, count(*) AS n FROM sop_entry WHERE kind <> 'escalated' GROUP BY 1",
    );
    expect(entries.filter(({ n }) => n !== 1)).toEqual([]);
    expect(entries.map(({ what }) => what)).toEqual(expect.arrayContaining(["started", "done tell", "late call", "closed"]));

    // Every message that was written has arrived, under one id; what came again says that it may be a repeat.
    const rows = read<{ id: string; key: string; state: string }>("SELECT id, key, state FROM outbox ORDER BY seq");
    expect(rows.filter(({ state: is }) => is !== "sent")).toEqual([]);
    const numbers = new Set(rows.flatMap(({ key: of }) => /^S-1:(\d+):/.exec(of)?.[1] ?? []));
    expect(numbers.size).toBe(run.messageCount);
    for (const { id, key: of } of rows) {
      const came = received.filter((one) => one.id === id);
      expect([of, came.length]).toEqual([of, expect.toSatisfy((n: number) => n >= 1)]);
      expect(came.slice(1).filter(({ body }) => body.maybeRepeat !== true)).toEqual([]);
    }
    expect(received.filter(({ id }) => rows.every((row) => row.id !== id))).toEqual([]);
    const repeated = (path: string) => times(path) > 1;
    expect([repeated("/staff"), repeated("/crm")]).toEqual([true, true]);
    // Marked where it came twice; a mark where it came once is allowed: the process could not know.
    expect(run.steps.filter(({ id, maybeRepeat }) => !maybeRepeat && repeated(`/${id === "tell" ? "staff" : id}`))).toEqual([]);

    // What is told says where to go on, names the deputy, and no telephone number.
    expect(received.find(({ path }) => path === "/ops")?.body.lines.join("\n")).toContain("/sop/S-1");
    expect(received.find(({ path }) => path === "/crm")?.body.data).toMatchObject({
      run: "S-1",
      step: "crm",
      body: { of: "M-1" },
    });
    const late = received.filter(({ body }) => body.title.includes("late"));
    expect(late[0]?.body.lines.join("\n")).toMatch(/^Now asked: (?:Wang, in place of Li|Li, Wang)$/m);
    expect(received.filter(({ body }) => JSON.stringify(body).includes("1380000"))).toEqual([]);
  },
);
