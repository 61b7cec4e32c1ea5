import { z } from "zod";
import { defineCheck, explain } from "../src/model/check.ts";
import { endOfDay, placeOnLadder } from "../src/model/ladder.ts";
import { advisoryFindings } from "./provider-advisory.texts.ts";

const words = z.string().min(1).max(500);

/** What a provider has announced for everybody, on the mailboxes that it will concern: told while there is time. Asks nobody. */
export default defineCheck({
  id: "provider-advisory",
  title: { en: "Announced changes at the provider", zh: "服务商已公布的变更" },
  measures: "expiry",
  answers: "read",
  every: 6 * 3_600_000,
  deadline: 10_000,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  options: z.strictObject({
    provider: words.meta(explain({ en: "The provider's name", zh: "服务商名称" })),
    advisories: z
      .array(
        z.strictObject({
          on: z.iso
            .date({ error: "must be a date, such as 2027-03-31" })
            .meta(explain({ en: "The day (UTC)", zh: "日期（UTC）" })),
          notice: z
            .strictObject({
              en: words.meta(explain({ en: "In English", zh: "英文" })),
              zh: words.meta(explain({ en: "In Chinese", zh: "中文" })),
            })
            .meta(explain({ en: "What changes", zh: "变更内容" })),
          mailboxes: z
            .array(z.string().min(1).max(320))
            .min(1)
            .max(10_000)
            .meta(explain({ en: "Whom it concerns", zh: "涉及的邮箱" })),
        }),
      )
      .min(1)
      .max(10)
      .meta(
        explain({
          en: "What the provider has announced; from its preset",
          zh: "服务商已公布的变更，来自预设",
        }),
      ),
  }),
  findings: advisoryFindings,
  metrics: {
    left: { label: { en: "left", zh: "剩余" }, help: "Until the next announced change", unit: "seconds" },
  },
  target: ({ provider }) => provider,

  run(ctx, { advisories }) {
    const ends = advisories.map((advisory) => ({ ...advisory, leftMs: endOfDay(advisory.on) - ctx.now() }));
    const ahead = ends.filter(({ leftMs }) => leftMs > 0).map(({ leftMs }) => leftMs);
    return Promise.resolve({
      findings: ends.map(({ on, notice, mailboxes, leftMs }) => {
        const place = placeOnLadder(leftMs);
        const code = place === undefined || place.stage === "quarter" ? "change-ahead" : "change-near";
        const shown = mailboxes.slice(0, 5).join(", ") + (mailboxes.length > 5 ? ` +${mailboxes.length - 5}` : "");
        const data = { date: on, notice: notice.en, noticeZh: notice.zh, mailboxes: shown };
        return place?.stage === "over"
          ? ({ code: "change-in-force", data } as const)
          : ({ code, data: { ...data, days: Math.floor(leftMs / 86_400_000) } } as const);
      }),
      metrics: ahead.length > 0 ? { left: Math.round(Math.min(...ahead) / 1000) } : {},
    });
  },
});
