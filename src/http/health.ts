import type { Health } from "../model/board.ts";

/** Beyond these the daemon does not do its work, and whoever watches it should start it anew. Milliseconds. */
const healthLimits = { loopAgeMs: 30_000, outboxAgeMs: 900_000 } as const;

/** What `/healthz` says is bad; empty when all is well. */
export function judgeHealth(health: Health): readonly string[] {
  const bad: string[] = [];
  if (health.loopAgeMs > healthLimits.loopAgeMs) {
    bad.push(`the due queue has not moved for ${Math.round(health.loopAgeMs / 1000)} s`);
  }
  if (!health.databaseOk) bad.push("the database cannot be written");
  if (health.outboxAgeMs > healthLimits.outboxAgeMs) {
    bad.push(`the oldest alert has been waiting for ${Math.round(health.outboxAgeMs / 60_000)} min`);
  }
  return bad;
}
