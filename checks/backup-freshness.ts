import { z } from "zod";
import { type CheckContext, defineCheck, type FoundFinding } from "../src/model/check.ts";
import { lookInFolder } from "./backup-freshness.folder.ts";
import { judgeBackups, judgePings, type Looked, type Pings } from "./backup-freshness.judge.ts";
import { type BackupOptions, backupOptions } from "./backup-freshness.options.ts";
import { lookAtBorg, lookAtRestic } from "./backup-freshness.programs.ts";
import { lookInBucket } from "./backup-freshness.storage.ts";
import { backupFindings } from "./backup-freshness.texts.ts";

const memorySchema = z.object({
  seen: z.array(z.object({ at: z.number(), bytes: z.number() })).max(14),
  since: z.number().optional(),
});

/** Could the mail be restored as it was yesterday? A backup that nobody looks at is found missing when it is needed. */
export default defineCheck({
  id: "backup-freshness",
  title: { en: "Backup", zh: "备份" },
  measures: "expiry",
  answers: "backed-up",
  every: 15 * 60_000,
  deadline: 120_000,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  options: backupOptions,
  findings: backupFindings,
  metrics: {
    age: { label: { en: "newest", zh: "最新" }, help: "Age of the newest whole backup", unit: "seconds" },
    size: { label: { en: "size", zh: "大小" }, help: "Size of the newest whole backup", unit: "bytes" },
    generations: { label: { en: "kept", zh: "份数" }, help: "Whole backups in their place", unit: "none" },
  },
  target: ({ what }) => what,

  async run(ctx, options, signal) {
    const memory = memorySchema.safeParse(ctx.memory).data ?? { seen: [] };
    if (options.heartbeat === true) return listen(ctx, options.rpo, memory.since ?? ctx.now());
    const looked = await look(ctx, options, signal);
    if (looked.kind !== "listed") {
      ctx.note(`${looked.kind}: ${looked.reason}`);
      const code = { gone: "backup-place-gone", denied: "backup-place-denied", unknown: "backup-not-judged" } as const;
      return { findings: [{ code: code[looked.kind], data: { reason: looked.reason } }] };
    }
    const { generations, isCut = false } = looked;
    for (const { name, at, bytes } of generations.toSorted((a, b) => b.at - a.at).slice(0, 10)) {
      ctx.note(`${new Date(at).toISOString()} ${bytes ?? "?"} bytes ${name}`);
    }
    if (isCut) ctx.note(`there are more than the ${generations.length} that were read`);
    const now = ctx.now();
    const { findings, newest, sizes } = judgeBackups(generations, {
      now,
      rpoMs: options.rpo,
      keep: options.keep,
      seen: memory.seen,
    });
    // What was not read may be newer: no age and no lack can be told.
    if (isCut && findings.some(({ code }) => code === "backup-missing" || code === "backup-too-old"))
      return { findings: [{ code: "backup-not-judged", data: { reason: `there are more than ${generations.length}` } }] };
    const whole = generations.filter(({ isPartial }) => isPartial !== true).length;
    const metrics = {
      generations: whole,
      ...(newest ? { age: Math.max(0, (now - newest.at) / 1_000) } : {}),
      ...(newest?.bytes === undefined ? {} : { size: newest.bytes }),
    };
    return { findings, metrics, memory: { seen: sizes.map((one) => ({ ...one })) } };
  },
});

async function look(ctx: CheckContext, { folder, restic, borg, s3 }: BackupOptions, signal: AbortSignal): Promise<Looked> {
  if (folder !== undefined) return lookInFolder(folder, signal);
  if (restic) return lookAtRestic(restic.repository, await restic.password.reveal(), signal);
  if (borg) return lookAtBorg(borg.repository, (await borg.passphrase?.reveal()) ?? "", signal);
  if (s3) return lookInBucket(ctx, { ...s3, secretKey: await s3.secretKey.reveal() }, signal);
  throw new Error("A backup without a place");
}

/** What the job told us itself: each message is a fact of the asset. */
function listen(ctx: CheckContext, rpoMs: number, since: number) {
  const heard = new Map(ctx.facts("ping").map(({ value, lastSeen }) => [value, lastSeen]));
  const failures = [...heard].flatMap(([value, at]): readonly NonNullable<Pings["failed"]>[] => {
    const [, exit] = /^exit (\d{1,3})$/.exec(value) ?? [];
    if (exit !== undefined) return [{ at, exit: Number(exit) }];
    return value === "fail" ? [{ at, exit: undefined }] : [];
  });
  const pings: Pings = {
    started: heard.get("start"),
    succeeded: heard.get("success"),
    failed: failures.toSorted((a, b) => b.at - a.at)[0],
    since,
  };
  for (const [value, at] of heard) ctx.note(`${new Date(at).toISOString()} ${value}`);
  const now = ctx.now();
  const findings: readonly FoundFinding<keyof typeof backupFindings>[] = judgePings(pings, { now, rpoMs });
  const metrics = pings.succeeded === undefined ? {} : { age: (now - pings.succeeded) / 1_000 };
  return { findings, metrics, memory: { seen: [], since } };
}
