import { writeSync } from "node:fs";
import { z } from "zod";
import webhook from "../../alerts/channels/webhook.ts";
import { startDaemon } from "../../src/daemon.ts";
import type { Secret } from "../../src/model/secret.ts";
import type { Sop } from "../../src/model/sop.ts";
import { checkOf, namedProbe, planOf } from "./plan.ts";

/**
 * A whole daemon whose one probe finds all mail stopped (or, `calm`, well), with an SOP of every kind of step: to be killed in each of
 * them. Says its address on standard output. Channels and other systems are paths of one receiver.
 */
const { data, origin, calm } = z
  .object({ data: z.string(), origin: z.string(), calm: z.boolean() })
  .parse(JSON.parse(process.argv[2] ?? ""));

const key: Secret = {
  source: "test",
  reveal: () => Promise.resolve(`whsec_${Buffer.alloc(32, 7).toString("base64")}`),
  toJSON: () => "[secret]",
};
const channel = (name: string) => ({
  name,
  type: "webhook",
  options: { url: `${origin}/${name}`, secret: key, allowPrivate: true },
  from: "test",
});
const text = (en: string) => ({ en, zh: en });
const who = {
  role: "it",
  title: text("IT"),
  people: [
    { id: "li", name: "Li", phone: "13800001111" },
    { id: "wang", name: "Wang", phone: "13800002222" },
  ],
};
const manual = { kind: "manual", who, input: [], onTimeout: "escalate" } as const;
const sop: Sop = {
  name: "mail-down",
  title: text("Mail is down"),
  summary: text("Nobody can send or receive."),
  priority: "P1",
  trigger: { findings: ["stopped"], causes: [], priorities: [], forMs: 0 },
  channels: ["duty", "boss"],
  calmMs: 1,
  steps: [
    { kind: "notify", id: "tell", text: text("Mail is down since {since}: {title}"), needs: [], channels: ["staff"] },
    { kind: "webhook", id: "crm", text: text("Tell the CRM"), needs: ["tell"], body: { of: "{incident}" }, onFailure: "stop" },
    { kind: "webhook", id: "erp", text: text("Tell the ERP"), needs: ["crm"], body: { n: 1 }, onFailure: "stop" },
    { kind: "wait", id: "pause", text: text("Wait"), needs: ["erp"], forMs: 2_000 },
    { ...manual, id: "call", text: text("Call the provider"), needs: ["pause"], deadlineMs: 2_000 },
    { ...manual, id: "check", text: text("Check the orders"), needs: ["call"] },
  ],
  hash: "0".repeat(64),
};

const check = checkOf("dns-consistency", () => ({ findings: calm ? [] : [{ code: "stopped", data: { what: "stopped" } }] }), {
  measures: "posture",
  answers: "trusted",
});
const daemon = await startDaemon({
  plan: planOf([namedProbe(check, "example.com", { everyMs: 1_000 })], {
    channels: ["ops", "duty", "boss", "staff"].map(channel),
    sops: [sop],
    sopHooks: ["crm", "erp"].map((step) => ({ ...channel(step), name: `sop/mail-down/${step}` })),
  }),
  checks: new Map([[check.id, check]]),
  channels: new Map([["webhook", webhook]]),
  mask: (line) => line,
  demonstration: false,
  data,
  log: (line) => console.error(line),
  onBug: (error) => {
    console.error(error);
    process.exit(70);
  },
});
writeSync(1, `${daemon.url}\n`);
process.on("SIGTERM", () => void daemon[Symbol.asyncDispose]().then(() => process.exit(0)));
