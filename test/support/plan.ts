import { z } from "zod";
import type { Alert } from "../../src/model/alert.ts";
import { defineChannel, type AnyChannel, type DeliveryResult } from "../../src/model/channel.ts";
import type { AnyCheck, CheckContext, CheckResult, FindingDeclaration } from "../../src/model/check.ts";
import type { Plan, Settings } from "../../src/model/config.ts";
import type { Probe } from "../../src/model/probe.ts";
import { probeOf } from "./check-tester.ts";

const text = { en: "{what}", zh: "{what}" };

const findings: Readonly<Record<string, FindingDeclaration>> = {
  down: { severity: "critical", text, advice: text, source: "test" },
  slow: { severity: "warning", text, advice: text, source: "test" },
  silent: { severity: "critical", text, advice: text, source: "test", concerns: "server" },
  stopped: { severity: "critical", text, advice: text, source: "test", outage: true },
  unclear: { severity: "unknown", text, advice: text, source: "test" },
  refused: { severity: "critical", text, advice: text, source: "test", immediate: true, rejects: "definite" },
};

type Run = (
  ctx: CheckContext,
  options: { readonly name: string },
) => Promise<CheckResult<string, string>> | CheckResult<string, string>;

/** A check by id that does what a test says. */
export const checkOf = (id: string, run: Run, more: Partial<AnyCheck> = {}): AnyCheck => ({
  id,
  title: text,
  measures: "service",
  answers: "read",
  every: 60_000,
  deadline: 5_000,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  options: z.strictObject({ name: z.string() }),
  findings,
  metrics: {},
  target: ({ name }: { readonly name: string }) => name,
  run: async (ctx, options: { readonly name: string }) => run(ctx, options),
  ...more,
});

export const namedProbe = (check: AnyCheck, name: string, more: Partial<Probe> = {}): Probe =>
  probeOf(check, { name }, { id: `${name}/${check.id}`, asset: name, everyMs: 1000, ...more });

const settings: Settings = {
  timezone: "Asia/Shanghai",
  language: "en",
  company: "Example Trading Co.",
  http: { host: "127.0.0.1", port: 0, token: undefined },
  url: "http://127.0.0.1:8993",
  dnsServers: ["127.0.0.1:1"],
  extraAuthorities: [],
  publicRanges: [],
  keep: { observationsMs: 400 * 86_400_000, hoursMs: 400 * 86_400_000 },
  selfTests: { on: false, egressTargets: [] },
  data: ":memory:",
};

/** A plan of these probes whose every alert goes to the channel `ops`. */
export const planOf = (probes: readonly Probe[], more: Partial<Plan> = {}): Plan => ({
  file: "test.yaml",
  settings,
  assets: [],
  probes,
  channels: [{ name: "ops", type: "recording", options: {}, from: "test" }],
  alerts: { rules: [{ priorities: ["P1", "P2", "P3", "P4"], channels: ["ops"] }], remindMs: { P1: 0, P2: 0, P3: 0, P4: 0 } },
  sops: [],
  statusPage: { public: false, title: undefined, components: [] },
  report: { channels: [], language: undefined, day: 1, minutes: 510, target: 0.999 },
  sopHooks: [],
  sopTemplates: [],
  notes: [],
  ...more,
});

/** A channel that keeps what it was given. `answer` may fail. */
export function recordingChannel(answer: () => DeliveryResult = () => ({ kind: "ok" })): {
  channel: AnyChannel;
  alerts: Alert[];
} {
  const alerts: Alert[] = [];
  const channel = defineChannel({
    id: "recording",
    title: text,
    options: z.strictObject({}),
    perMinute: 6000,
    dependsOn: () => ({ hosts: [], mailDomains: [] }),
    send(alert) {
      const result = answer();
      if (result.kind === "ok") alerts.push(alert);
      return Promise.resolve(result);
    },
  });
  return { channel, alerts };
}
