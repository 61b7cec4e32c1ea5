import { afterEach, beforeEach, expect, test, vi } from "vitest";
import webhook from "../alerts/channels/webhook.ts";
import { startDaemon, type Daemon } from "../src/daemon.ts";
import type { ChannelConfig, Plan } from "../src/model/config.ts";
import type { Secret } from "../src/model/secret.ts";
import type { Sop } from "../src/model/sop.ts";
import { manual, notify, sop, webhook as hookStep } from "./engine/sop-samples.ts";
import { checkOf, namedProbe, planOf, recordingChannel } from "./support/plan.ts";
import { startReceiver, type Receiver } from "./support/receiver.ts";

const until = { timeout: 8_000, interval: 20 };
const recording = recordingChannel();
const key: Secret = {
  source: "test",
  reveal: () => Promise.resolve(`whsec_${Buffer.alloc(32, 7).toString("base64")}`),
  toJSON: () => "[secret]",
};

let receiver: Receiver;
let daemon: Daemon | undefined;
let isDown = true;
const log: string[] = [];
beforeEach(async () => {
  receiver = await startReceiver();
  recording.alerts.length = 0;
  log.length = 0;
  isDown = true;
});
afterEach(async () => {
  await daemon?.[Symbol.asyncDispose]();
  daemon = undefined;
  await receiver[Symbol.asyncDispose]();
});

const check = checkOf("dns-consistency", () => ({ findings: isDown ? [{ code: "stopped", data: { what: "no mail" } }] : [] }), {
  measures: "posture",
  answers: "trusted",
});
const hook = (): ChannelConfig => ({
  name: "sop/mail-down/crm",
  type: "webhook",
  options: { url: `${receiver.origin}/crm`, secret: key, allowPrivate: true },
  from: "test",
});
const onStopped = { findings: ["stopped"], causes: [], priorities: [], forMs: 0 };
const withHook: Sop = sop([hookStep("crm"), manual("call")], { trigger: onStopped, channels: ["ops"] });

const plan = (more: Partial<Plan>): Plan => planOf([namedProbe(check, "example.com")], more);
async function start(more: Partial<Plan>): Promise<Daemon> {
  daemon = await startDaemon({
    plan: plan(more),
    checks: new Map([[check.id, check]]),
    channels: new Map([
      ["recording", recording.channel],
      ["webhook", webhook],
    ]),
    mask: (line) => line,
    demonstration: false,
    data: ":memory:",
    log: (line) => log.push(line),
    onBug: (error) => {
      throw error;
    },
  });
  return daemon;
}
const get = async (path: string): Promise<string> => (await fetch(`${daemon?.url}${path}`)).text();
const post = (path: string, body: object): Promise<Response> =>
  fetch(`${daemon?.url}/api/v1/sops/${path}`, { method: "POST", body: JSON.stringify(body) });
const titles = (): readonly string[] => recording.alerts.map(({ title }) => title);

test("the alert that opens an incident names the run that it began; pages and metrics know it until it ends", async () => {
  await start({ sops: [sop([manual("call")], { trigger: onStopped, channels: ["ops"] })] });
  await vi.waitFor(() => expect(titles()).toEqual(["[Fault P1] example.com: no mail", "[SOP P1] Mail is down: begun"]), until);
  const lines = recording.alerts[0]?.lines ?? [];
  expect(lines.slice(-2)).toEqual([
    "Emergency procedure S-1, Mail is down: http://127.0.0.1:8993/sop/S-1",
    "Acknowledge: http://127.0.0.1:8993/#M-1",
  ]);
  expect(recording.alerts[1]?.lines).toContain("Incident M-1: example.com: no mail");
  const incidents = JSON.parse(await get("/api/v1/incidents")).incidents;
  expect(incidents[0].sops).toEqual([{ name: "S-1", title: { en: "Mail is down", zh: "邮件中断" }, state: "active" }]);
  expect(await get("/metrics")).toContain('mailvigil_sop_runs{state="active"} 1\n');
  isDown = false;
  await vi.waitFor(() => expect(titles().at(-1)).toContain("[Recovered"), until);
  expect(JSON.parse(await get("/api/v1/sops/runs/S-1")).resolvedAt).toEqual(expect.any(Number));
  await post("runs/S-1/abort", { by: "Li", reason: "over" });
  expect(await get("/metrics")).toContain('mailvigil_sop_runs{state="active"} 0\n');
});

test("a step's address that refuses fails the step, and is no channel: no incident, no trouble, nothing spread to it", async () => {
  receiver.replyWith({ status: 401 });
  await start({ sops: [withHook], sopHooks: [hook()] });
  await vi.waitFor(() => expect(titles().at(-1)).toContain('a step failed, "Tell crm"'), until);
  expect(recording.alerts.at(-1)?.lines[0]).toBe(`Reason: 127.0.0.1:${receiver.port} answered 401`);
  expect(daemon?.board.channels().map(({ name }) => name)).toEqual(["ops"]);
  expect([daemon?.board.incidents().length, daemon?.board.troubles()]).toEqual([1, []]);
  expect(await get("/metrics")).not.toContain("sop/mail-down");

  // It was held back for half an hour; whoever tries again has mended it.
  receiver.replyWith({ status: 204 });
  expect((await post("runs/1/retry", { by: "Li", step: "crm" })).status).toBe(200);
  await vi.waitFor(async () => expect(await get("/api/v1/sops/runs/1")).toMatch(/"id":"crm".{1,300}"state":"done"/), until);
  const [first, second] = receiver.received.map(({ headers }) => headers["webhook-id"]);
  expect(receiver.received).toHaveLength(2);
  expect(first).not.toBe(second);
});

test("a step whose address a reload took away fails and says so; the run goes on with what it knew", async () => {
  receiver.replyWith({ status: 503 });
  await start({ sops: [withHook], sopHooks: [hook()] });
  await vi.waitFor(() => expect(receiver.received).not.toEqual([]), until);
  await daemon?.reload(plan({}));
  await vi.waitFor(() => expect(titles().at(-1)).toContain("a step failed"), { ...until, timeout: 15_000 });
  expect(recording.alerts.at(-1)?.lines[0]).toContain("Its address is no longer in the configuration");
  expect(await get("/api/v1/sops/runs")).toContain('"title":{"en":"Mail is down"');
});

test("a drill touches no other system and no figure, and ends when it is real", async () => {
  isDown = false;
  await start({
    sops: [
      sop([hookStep("crm"), notify("staff", { channels: ["ops"] }), manual("call")], { trigger: onStopped, channels: ["ops"] }),
    ],
    sopHooks: [hook()],
  });
  const figures = async (): Promise<readonly string[]> =>
    (await get("/metrics")).split("\n").filter((line) => /^mailvigil_(?:sop|incidents)/.test(line));
  const before = await figures();
  expect((await post("mail-down/start", { by: "Li", drill: true })).status).toBe(201);
  await vi.waitFor(() => expect(recording.alerts).toHaveLength(2), until);
  expect(await figures()).toEqual(before);
  expect(titles().every((title) => title.startsWith("[DRILL] "))).toBe(true);
  isDown = true;
  await vi.waitFor(() => expect(titles()).toContain("[DRILL] [SOP P1] Mail is down: aborted"), until);
  expect(recording.alerts.find(({ title }) => title.includes("aborted"))?.lines[1]).toBe("Reason: A real emergency began: S-2.");
  await vi.waitFor(() => expect(receiver.received).toHaveLength(1), until);
});
