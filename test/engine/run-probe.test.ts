import { getEventListeners } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createLoopWatch } from "../../src/engine/loop-watch.ts";
import { observeWithoutRun, runProbe } from "../../src/engine/run-probe.ts";
import type { AnyCheck, CheckContext, CheckResult } from "../../src/model/check.ts";
import { SecretError } from "../../src/model/secret.ts";
import { createDial } from "../../src/net/dial.ts";
import { probeOf, testNow, testWorld } from "../support/check-tester.ts";

const text = { en: "{what}", zh: "{what}" };

/** A check that does what a test says. */
const checkThat = (run: (ctx: CheckContext, signal: AbortSignal) => Promise<CheckResult<string, string>>): AnyCheck => ({
  id: "example",
  title: text,
  measures: "service",
  answers: "read",
  every: 60_000,
  deadline: 300,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  options: z.strictObject({}),
  findings: {
    broken: { severity: "critical", text, advice: text, source: "test" },
    slow: { severity: "critical", text, advice: text, source: "test", timed: true },
    odd: { severity: "warning", text, advice: text, source: "test" },
    refused: { severity: "critical", text, advice: text, source: "test", immediate: true, rejects: "definite" },
    hint: { severity: "info", text, advice: text, source: "test" },
  },
  metrics: { length: { label: { en: "length", zh: "长度" }, help: "x", unit: "seconds" } },
  target: () => "server.example:993",
  run: (ctx, _options, signal) => run(ctx, signal),
});

const loop = createLoopWatch();
const world = testWorld({ loop });

async function outcomeOf(check: AnyCheck, over: Parameters<typeof testWorld>[0] = {}, more: Parameters<typeof probeOf>[2] = {}) {
  const outcome = await runProbe(probeOf(check, {}, more), check, { ...world, ...over });
  if (!outcome) throw new Error("cut short");
  return outcome;
}

const codes = (outcome: { observation: { findings: readonly { code: string; severity: string }[] } }): string[] =>
  outcome.observation.findings.map(({ code, severity }) => `${code}:${severity}`);

function blockFor(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe("runProbe()", () => {
  // A server that accepts and never says a word.
  const silent = net.createServer(() => {});
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    port = typeof address === "object" && address ? address.port : 0;
  });
  afterAll(() => silent.close());
  const dial = createDial({ ask: world.ask, extraAuthorities: [] });

  test.each([
    ["what the check measures", { findings: [], metrics: { length: 6.4321 } }, 6_432],
    ["nothing, where it measured nothing", { findings: [], metrics: {} }, "none"],
    ["nothing that is no number", { findings: [], metrics: { length: Number.NaN } }, "none"],
    ["that a mail is lost, whatever else came", { findings: [], metrics: { length: 2 }, lost: true }, "lost"],
  ] as const)("how long it took is %s", async (_what, result, latencyMs) => {
    const check: AnyCheck = { ...checkThat(() => Promise.resolve(result)), latency: "length" };
    expect((await outcomeOf(check)).observation.latencyMs).toBe(latencyMs);
    expect((await outcomeOf(checkThat(() => Promise.resolve(result)))).observation).not.toHaveProperty("latencyMs");
  });

  test("the status is the worst of the findings, ok without any", async () => {
    const say = (...found: { code: string }[]) => outcomeOf(checkThat(() => Promise.resolve({ findings: found })));
    expect((await say()).observation.status).toBe("ok");
    expect((await say({ code: "hint" })).observation.status).toBe("ok");
    expect((await say({ code: "odd" }, { code: "hint" })).observation.status).toBe("warning");
    expect((await say({ code: "odd" }, { code: "broken" })).observation.status).toBe("critical");
  });

  test("the operator's word on a severity goes before the check's", async () => {
    const check = checkThat(() =>
      Promise.resolve({ findings: [{ code: "odd" }, { code: "broken", severity: "warning" as const }] }),
    );
    expect(codes(await outcomeOf(check))).toEqual(["odd:warning", "broken:warning"]);
    expect(codes(await outcomeOf(check, {}, { severity: { odd: "critical", broken: "info" } }))).toEqual([
      "odd:critical",
      "broken:info",
    ]);
  });

  test("at the deadline, connected and waiting: critical, also when the check ignores its signal", async () => {
    const check = checkThat(async (ctx) => {
      const connection = await ctx.dial({ host: "127.0.0.1", port, tls: "none" }, new AbortController().signal);
      ctx.note("connected");
      await sleep(3000);
      connection.close();
      return { findings: [] };
    });
    const outcome = await outcomeOf(check, { dial });
    expect(codes(outcome)).toEqual(["deadline:critical"]);
    expect(outcome.observation.evidence).toEqual(["connected"]);
    expect(outcome.observation.durationMs).toBeLessThan(2000);
  });

  test("at the deadline, not connected: unknown", async () => {
    expect(codes(await outcomeOf(checkThat(() => sleep(3000, { findings: [] }))))).toEqual(["deadline-unclear:unknown"]);
  });

  test("at the deadline of a late loop: unknown, although it was connected", async () => {
    const check = checkThat(async (ctx, signal) => {
      await ctx.dial({ host: "127.0.0.1", port, tls: "none" }, signal);
      setTimeout(() => blockFor(600), 50);
      return sleep(3000, { findings: [] });
    });
    expect(codes(await outcomeOf(check, { dial }))).toEqual(["deadline-unclear:unknown"]);
  });

  test("what arrived while the loop was blocked counts, although the deadline has passed meanwhile", async () => {
    const answering = net.createServer((socket) => socket.end("* OK\r\n"));
    await new Promise<void>((resolve) => answering.listen(0, "127.0.0.1", resolve));
    const address = answering.address();
    const check = checkThat(async (ctx, signal) => {
      const connection = await ctx.dial(
        { host: "127.0.0.1", port: typeof address === "object" && address ? address.port : 0, tls: "none" },
        signal,
      );
      const line = connection.readLine(250);
      setImmediate(() => blockFor(700));
      await line;
      connection.close();
      return { findings: [] };
    });
    const outcome = await outcomeOf(check, { dial });
    answering.close();
    expect(outcome.observation.status).not.toBe("critical");
  });

  test("what rests on time is unknown when our own loop was late, what does not stays", async () => {
    const check = checkThat(() => {
      blockFor(400);
      return sleep(120, { findings: [{ code: "slow" }, { code: "odd" }] });
    });
    const outcome = await outcomeOf(check, {}, { deadlineMs: 5000 });
    expect(codes(outcome)).toEqual(["slow:unknown", "odd:warning"]);
    expect(outcome.observation.evidence.join()).toMatch(/event loop was late by \d+ ms/);
  });

  test("a check that throws says nothing about its target", async () => {
    const check = checkThat((ctx) => {
      ctx.note("began");
      return Promise.reject(new TypeError("x is undefined"));
    });
    const outcome = await outcomeOf(check);
    expect(outcome.observation).toMatchObject({
      status: "unknown",
      findings: [{ code: "check-failed", data: { reason: "TypeError: x is undefined" } }],
    });
    expect(outcome.observation.evidence).toEqual(["began", "TypeError: x is undefined"]);
  });

  test("a secret that cannot be read is told as such", async () => {
    const outcome = await outcomeOf(checkThat(() => Promise.reject(new SecretError("file /x: not there"))));
    expect(codes(outcome)).toEqual(["secret-unreadable:unknown"]);
  });

  test("a finding that was never declared is a fault of the check", async () => {
    expect(codes(await outcomeOf(checkThat(() => Promise.resolve({ findings: [{ code: "invented" }] }))))).toEqual([
      "check-failed:unknown",
    ]);
  });

  test("evidence and data are masked, made visible and bounded", async () => {
    const check = checkThat((ctx) => {
      for (let i = 0; i < 500; i += 1) ctx.note(`line ${i} hunter2 \u001b[31m${"x".repeat(10_000)}`);
      return Promise.resolve({ findings: [{ code: "odd", data: { what: "hunter2 \u202egnp", count: Number.NaN } }] });
    });
    const { observation } = await outcomeOf(check, { mask: (line) => line.replaceAll("hunter2", "[secret]") });
    const stored = JSON.stringify(observation);
    expect(stored).not.toContain("hunter2");
    expect(observation.evidence[0]).toContain("[secret] \\x1b[31m");
    expect(observation.evidence.length).toBeLessThanOrEqual(201);
    expect(Buffer.byteLength(stored)).toBeLessThan(150_000);
    expect(observation.findings[0]?.data).toEqual({ what: "[secret] \\u202egnp", count: 0 });
  });

  test("more memory than is kept is refused, and the old one stays", async () => {
    const outcome = await outcomeOf(checkThat(() => Promise.resolve({ findings: [], memory: "x".repeat(70_000) })));
    expect(outcome.memory).toBeUndefined();
    expect(outcome.observation.evidence.join()).toMatch(/more than 65536/);
  });

  test("names refusals and what opens at once", async () => {
    const outcome = await outcomeOf(
      checkThat(() => Promise.resolve({ findings: [{ code: "refused", data: { account: "li" } }] })),
    );
    expect(outcome).toMatchObject({ immediate: true, rejected: { kind: "definite", account: "li" } });
  });

  test("time goes on, whatever the clock does", async () => {
    const check = checkThat(() => Promise.resolve({ findings: [] }));
    expect((await outcomeOf(check, { lastAt: testNow + 5000 })).observation.at).toBe(testNow + 5001);
    expect(observeWithoutRun(probeOf(check, {}), { now: () => 5, lastAt: 9 }, "login-held", { account: "li" })).toMatchObject({
      at: 10,
      status: "unknown",
    });
  });

  test("leaves nothing on the daemon's signal", async () => {
    const stopping = new AbortController();
    const check = checkThat(() => Promise.resolve({ findings: [] }));
    for (let i = 0; i < 50; i += 1) await outcomeOf(check, { stopping: stopping.signal });
    expect(getEventListeners(stopping.signal, "abort")).toHaveLength(0);
  });

  test("nothing is said of a run that the stopping daemon cut short", async () => {
    const stopping = new AbortController();
    setTimeout(() => stopping.abort(), 30);
    const check = checkThat(() => sleep(3000, { findings: [] }));
    expect(await runProbe(probeOf(check, {}), check, { ...world, stopping: stopping.signal })).toBeUndefined();
  });
});
