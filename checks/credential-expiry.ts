import { z } from "zod";
import { defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import { endOfDay, placeOnLadder, type Stage } from "../src/model/ladder.ts";
import { credentialExpiryFindings } from "./credential-expiry.texts.ts";

const codes = {
  over: "credential-expired",
  now: "credential-ends-now",
  soon: "credential-ends-soon",
  quarter: "credential-ends-in-a-quarter",
} as const satisfies Record<Stage, keyof typeof credentialExpiryFindings>;

/** Will the secrets by which Mailvigil gets its tokens be good tomorrow? The providers tell no date; it is the configuration's. */
export default defineCheck({
  id: "credential-expiry",
  title: { en: "Expiry of own secrets", zh: "自身凭据到期" },
  measures: "expiry",
  answers: undefined,
  every: 6 * 3_600_000,
  deadline: 10_000,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  options: z.strictObject({
    credentials: z
      .array(
        z.strictObject({
          name: z
            .string()
            .min(1)
            .meta(explain({ en: "Its name in credentials", zh: "在 credentials 中的名称" })),
          expires: z.iso
            .date({ error: "must be a date, such as 2027-03-31" })
            .meta(explain({ en: "Its last day (UTC)", zh: "到期日（UTC）" })),
        }),
      )
      .min(1)
      .max(1_000)
      .meta(explain({ en: "The credentials that say secret_expires", zh: "写明了 secret_expires 的凭据" })),
  }),
  findings: credentialExpiryFindings,
  metrics: {
    left: { label: { en: "left", zh: "剩余" }, help: "Until the first of the secrets ends", unit: "seconds" },
  },
  target: ({ credentials }) => credentials.map(({ name }) => name).join(" "),
  ends: ({ credentials }) => credentials.map(({ name, expires }) => ({ what: name, at: endOfDay(expires) })),

  run(ctx, { credentials }) {
    const now = ctx.now();
    const ends = credentials.map(({ name, expires }) => ({ name, date: expires, leftMs: endOfDay(expires) - now }));
    ends.sort((a, b) => a.leftMs - b.leftMs);
    for (const { name, date } of ends) ctx.note(`${name}: ${date}`);
    const findings = ends.flatMap(({ name, date, leftMs }): FoundFinding<keyof typeof credentialExpiryFindings>[] => {
      const place = placeOnLadder(leftMs);
      if (!place) return [];
      return [{ code: codes[place.stage], data: { credential: name, date, days: place.days, rung: place.rung } }];
    });
    return Promise.resolve({ findings, metrics: { left: Math.max(0, Math.round((ends[0]?.leftMs ?? 0) / 1000)) } });
  },
});
