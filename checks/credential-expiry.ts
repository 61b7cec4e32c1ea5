import { z } from "zod";
import { defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import { credentialExpiryFindings } from "./credential-expiry.texts.ts";

const day = 86_400_000;
/** The ladder of the design, 90, 60, 30, 14 and 7 days, by what has to be done: be known, be planned, be done. */
const infoDays = 90;
const warnDays = 60;
const criticalDays = 14;

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

  run(ctx, { credentials }) {
    const now = ctx.now();
    const ends = credentials.map(({ name, expires }) => ({ name, date: expires, leftMs: Date.parse(expires) + day - now }));
    ends.sort((a, b) => a.leftMs - b.leftMs);
    for (const { name, date } of ends) ctx.note(`${name}: ${date}`);
    const findings = ends.flatMap(({ name, date, leftMs }): FoundFinding<keyof typeof credentialExpiryFindings>[] => {
      const code = codeOf(leftMs);
      return code === undefined ? [] : [{ code, data: { credential: name, date, days: Math.max(0, Math.floor(leftMs / day)) } }];
    });
    return Promise.resolve({ findings, metrics: { left: Math.max(0, Math.round((ends[0]?.leftMs ?? 0) / 1000)) } });
  },
});

function codeOf(leftMs: number): keyof typeof credentialExpiryFindings | undefined {
  if (leftMs <= 0) return "credential-expired";
  if (leftMs <= criticalDays * day) return "credential-ends-now";
  if (leftMs <= warnDays * day) return "credential-ends-soon";
  return leftMs <= infoDays * day ? "credential-ends-in-a-quarter" : undefined;
}
