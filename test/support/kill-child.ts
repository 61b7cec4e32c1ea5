import { writeSync } from "node:fs";
import { z } from "zod";
import webhook from "../../alerts/channels/webhook.ts";
import { startDaemon } from "../../src/daemon.ts";
import type { Secret } from "../../src/model/secret.ts";
import { checkOf, namedProbe, planOf } from "./plan.ts";

/**
 * A whole daemon under load, to be killed at any instant: its probes change by the clock, and every observation is told on
 * standard output once it is committed.
 */
const { data, url, secret, probes, calm } = z
  .object({ data: z.string(), url: z.string(), secret: z.string(), probes: z.number(), calm: z.boolean() })
  .parse(JSON.parse(process.argv[2] ?? ""));

/** How long a probe keeps its state before it may change. */
const stretchMs = 3_000;

/** About one probe in 25 is down in each stretch; the same for all processes. */
function isDown(name: string, now: number): boolean {
  if (calm) return false;
  let hash = Math.floor(now / stretchMs);
  for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return ((hash >>> 8) & 0xffff) % 25 === 0;
}

const check = checkOf("imap-login", (ctx, { name }) => ({
  findings: isDown(name, ctx.now()) ? [{ code: "down", data: { what: name } }] : [],
}));
const names = Array.from({ length: probes }, (_, i) => `m${i}@example.com`);
const key: Secret = { source: "test", reveal: () => Promise.resolve(secret), toJSON: () => "[secret]" };

const plan = planOf(
  names.map((name) => namedProbe(check, name, { everyMs: 500 })),
  { channels: [{ name: "ops", type: "webhook", options: { url, secret: key, allowPrivate: true }, from: "test" }] },
);
const daemon = await startDaemon({
  plan,
  checks: new Map([[check.id, check]]),
  channels: new Map([["webhook", { ...webhook, perMinute: 60_000 }]]),
  mask: (line) => line,
  demonstration: false,
  data,
  log: (line) => console.error(line),
  onBug: (error) => {
    console.error(error);
    process.exit(70);
  },
});
daemon.board.subscribe((event) => {
  if (event.kind === "observation") writeSync(1, `${event.observation.probe} ${event.observation.at}\n`);
});
process.on("SIGTERM", () => void daemon[Symbol.asyncDispose]().then(() => process.exit(0)));
