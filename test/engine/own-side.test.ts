import { describe, expect, test } from "vitest";
import { z } from "zod";
import { judgeOwnSide, type SelfTests } from "../../src/engine/own-side.ts";
import { runProbe, type RunOutcome } from "../../src/engine/run-probe.ts";
import type { AnyCheck } from "../../src/model/check.ts";
import type { Observation } from "../../src/model/observation.ts";
import type { Severity } from "../../src/model/status.ts";
import { probeOf, testNow, testWorld } from "../support/check-tester.ts";

const text = { en: "x", zh: "x" };
const declared = { severity: "critical", text, advice: text, source: "test" } as const;

const checkThatFinds = (...codes: readonly string[]): AnyCheck => ({
  id: "example",
  title: text,
  measures: "posture",
  answers: "receive",
  every: 60_000,
  deadline: 5_000,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  options: z.strictObject({}),
  findings: {
    closed: { ...declared, standsOn: ["port25"], immediate: true },
    "closed-ipv6": { ...declared, severity: "warning", standsOn: ["ipv6"] },
    "closed-both": { ...declared, standsOn: ["port25", "ipv6"] },
    bare: { ...declared, severity: "warning" },
    hint: { ...declared, severity: "info", standsOn: ["port25"] },
  },
  metrics: {},
  target: () => "mx.example.com",
  run: () => Promise.resolve({ findings: codes.map((code) => ({ code })) }),
});

type Results = Readonly<Record<string, Severity | "passed">>;

/** Self-tests that say what they are told, and record who was asked to run. */
function selfTests(results: Results): SelfTests & { readonly ran: string[] } {
  const ran: string[] = [];
  return {
    ran,
    runFresh: (id) => {
      if (id in results) ran.push(id);
      return Promise.resolve();
    },
    last: (id): Observation | undefined => {
      const said = results[id];
      if (said === undefined) return undefined;
      const findings = said === "passed" ? [] : [{ code: "x", severity: said, data: {} }];
      const status = said === "passed" || said === "info" ? "ok" : said;
      return { probe: id, status, findings, metrics: {}, evidence: [], at: testNow, durationMs: 1 };
    },
  };
}

async function judged(codes: readonly string[], results: Results): Promise<{ outcome: RunOutcome; ran: readonly string[] }> {
  const check = checkThatFinds(...codes);
  const probe = probeOf(check, {});
  const outcome = await runProbe(probe, check, testWorld());
  if (!outcome) throw new Error("the run was cut short");
  const tests = selfTests({ "monitor/egress": "passed", "monitor/resolver": "passed", ...results });
  return { outcome: await judgeOwnSide(probe, outcome, 0, tests), ran: tests.ran };
}

const port25 = "monitor/port25";
const ipv6 = "monitor/ipv6";
const said = ({ observation }: RunOutcome): readonly string[] =>
  observation.findings.map(({ code, severity }) => `${code}:${severity}`);

describe("judgeOwnSide() with findings that stand on a self-test", () => {
  test.each([
    ["the self-test passed", ["closed"], { [port25]: "passed" }, "critical", ["closed:critical"]],
    ["it failed", ["closed"], { [port25]: "warning" }, "unknown", ["own-side-unproven:unknown", "closed:unknown"]],
    ["it could not be made", ["closed"], { [port25]: "unknown" }, "unknown", ["own-side-unproven:unknown", "closed:unknown"]],
    ["there is none", ["closed"], {}, "unknown", ["own-side-unproven:unknown", "closed:unknown"]],
    ["another one passed", ["closed"], { [ipv6]: "passed" }, "unknown", ["own-side-unproven:unknown", "closed:unknown"]],
    [
      "this machine has no IPv6, which is no fault of its own",
      ["closed-ipv6"],
      { [ipv6]: "info" },
      "unknown",
      ["own-side-unproven:unknown", "closed-ipv6:unknown"],
    ],
    ["IPv6 passed", ["closed-ipv6"], { [ipv6]: "passed" }, "warning", ["closed-ipv6:warning"]],
    [
      "one of two passed",
      ["closed-both"],
      { [port25]: "passed", [ipv6]: "info" },
      "unknown",
      ["own-side-unproven:unknown", "closed-both:unknown"],
    ],
    ["both passed", ["closed-both"], { [port25]: "passed", [ipv6]: "passed" }, "critical", ["closed-both:critical"]],
    [
      "what does not stand on it stays",
      ["closed", "bare", "hint"],
      { [port25]: "warning" },
      "warning",
      ["own-side-unproven:unknown", "closed:unknown", "bare:warning", "hint:info"],
    ],
  ] as const)("%s", async (_name, codes, results, status, expected) => {
    const { outcome } = await judged(codes, results);
    expect(said(outcome)).toEqual(expected);
    expect(outcome.observation.status).toBe(status);
  });

  test("names the self-test, and opens nothing at once", async () => {
    const { outcome } = await judged(["closed"], { [port25]: "warning" });
    expect(outcome.observation.findings[0]?.data).toEqual({ self: port25 });
    expect(outcome.immediate).toBe(false);
    expect((await judged(["closed"], { [port25]: "passed" })).outcome.immediate).toBe(true);
  });

  test("runs only the self-tests that a finding stands on", async () => {
    const all = { [port25]: "passed", [ipv6]: "passed" } as const;
    expect((await judged(["bare"], all)).ran).toEqual(["monitor/egress", "monitor/resolver"]);
    expect((await judged(["closed"], all)).ran).toEqual(["monitor/egress", "monitor/resolver", port25]);
    expect((await judged(["hint"], all)).ran).toEqual([]);
  });

  test("a dead network goes before: everything is unknown", async () => {
    const { outcome } = await judged(["closed", "bare"], { [port25]: "passed", "monitor/egress": "critical" });
    expect(said(outcome)).toEqual(["own-side:unknown", "closed:unknown", "bare:unknown"]);
  });
});

describe("judgeOwnSide() with a certificate of an authority that nobody knows", () => {
  const interception = "monitor/interception";
  const refusedFor = async (problem: string, result: Severity | "passed") => {
    const check = { ...checkThatFinds(), run: () => Promise.resolve({ findings: [{ code: "closed", data: { problem } }] }) };
    const probe = probeOf({ ...check, findings: { closed: declared } }, {});
    const outcome = await runProbe(probe, { ...check, findings: { closed: declared } }, testWorld());
    if (!outcome) throw new Error("the run was cut short");
    const passed = { "monitor/egress": "passed", "monitor/resolver": "passed", "monitor/clock": "passed" } as const;
    const tests = selfTests({ ...passed, [interception]: result });
    return { outcome: await judgeOwnSide(probe, outcome, 0, tests), ran: tests.ran };
  };

  test.each([
    ["SELF_SIGNED_CERT_IN_CHAIN", "critical", ["own-side:unknown", "closed:unknown"]],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "critical", ["own-side:unknown", "closed:unknown"]],
    ["SELF_SIGNED_CERT_IN_CHAIN", "passed", ["closed:critical"]],
    ["SELF_SIGNED_CERT_IN_CHAIN", "info", ["closed:critical"]],
    ["CERT_HAS_EXPIRED", "critical", ["closed:critical"]],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "critical", ["closed:critical"]],
  ] as const)("%s, and the self-test said %s", async (problem, result, expected) => {
    expect(said((await refusedFor(problem, result)).outcome)).toEqual(expected);
  });

  test("looks for a box on the way only then", async () => {
    expect((await refusedFor("SELF_SIGNED_CERT_IN_CHAIN", "passed")).ran).toContain(interception);
    expect((await refusedFor("CERT_HAS_EXPIRED", "passed")).ran).not.toContain(interception);
  });
});

describe("judgeOwnSide() on what was looked at through a proxy", () => {
  const proxy = "monitor/proxy";
  const failedBy = async (data: Readonly<Record<string, string>>, result: Severity | "passed") => {
    const check = { ...checkThatFinds(), run: () => Promise.resolve({ findings: [{ code: "closed", data }] }) };
    const declaring = { ...check, findings: { closed: declared } };
    const probe = probeOf(declaring, {});
    const outcome = await runProbe(probe, declaring, testWorld());
    if (!outcome) throw new Error("the run was cut short");
    const tests = selfTests({ "monitor/egress": "passed", "monitor/resolver": "passed", [proxy]: result });
    return { outcome: await judgeOwnSide(probe, outcome, 0, tests), ran: tests.ran };
  };

  test.each([
    ["through one", { proxy: "gate.example:1080" }, "critical", ["own-side:unknown", "closed:unknown"], true],
    ["through one", { proxy: "gate.example:1080" }, "passed", ["closed:critical"], true],
    ["directly", {}, "critical", ["closed:critical"], false],
  ] as const)("%s, and the self-test said %s", async (_how, data, result, expected, asked) => {
    const { outcome, ran } = await failedBy(data, result);
    expect([said(outcome), ran.includes(proxy)]).toEqual([expected, asked]);
  });
});

describe("judgeOwnSide() on a login that gets no token", () => {
  test("has the credential looked at at once, and leaves the mailbox unknown", async () => {
    const unknown = { ...declared, severity: "unknown" } as const;
    const check = {
      ...checkThatFinds(),
      run: () => Promise.resolve({ findings: [{ code: "tokenless", data: { credential: "a" } }] }),
    };
    const declaring = { ...check, findings: { tokenless: unknown } };
    const probe = probeOf(declaring, {});
    const outcome = await runProbe(probe, declaring, testWorld());
    if (!outcome) throw new Error("the run was cut short");
    const tests = selfTests({ "monitor/oauth-token": "critical" });
    expect(said(await judgeOwnSide(probe, outcome, 0, tests))).toEqual(["tokenless:unknown"]);
    expect(tests.ran).toContain("monitor/oauth-token");
  });
});
