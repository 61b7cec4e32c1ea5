import { z } from "zod";
import { defineCheck, explain } from "../src/model/check.ts";
import { endOfDay, placeOnLadder, type Stage } from "../src/model/ladder.ts";
import { subscriptionExpiryFindings } from "./subscription-expiry.texts.ts";

const codes = {
  over: "subscription-expired",
  now: "subscription-ends-now",
  soon: "subscription-ends-soon",
  quarter: "subscription-ends-in-a-quarter",
} as const satisfies Record<Stage, keyof typeof subscriptionExpiryFindings>;

/** Is what mail costs paid for tomorrow? No Chinese provider tells the end by an interface, so the date is the configuration's. */
export default defineCheck({
  id: "subscription-expiry",
  title: { en: "Until when the subscription is paid", zh: "订阅到期日" },
  measures: "expiry",
  answers: "paid",
  every: 6 * 3_600_000,
  deadline: 10_000,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  options: z.strictObject({
    what: z
      .string()
      .min(1)
      .max(200)
      .meta(explain({ en: "What is paid for, as on the invoice", zh: "购买的内容，与账单一致" })),
    ends: z.iso
      .date({ error: "must be a date, such as 2027-03-31" })
      .meta(explain({ en: "Its last day (UTC)", zh: "到期日（UTC）" })),
    owner: z
      .string()
      .min(1)
      .max(200)
      .meta(explain({ en: "Who renews it", zh: "由谁续费" })),
    seats: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .meta(explain({ en: "How many mailboxes are paid for", zh: "购买的邮箱数" })),
    note: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta(explain({ en: "Where the invoice is, the customer number", zh: "账单所在、客户编号等" })),
    paysFor: z
      .array(z.string().min(1).max(320))
      .max(1_000)
      .default([])
      .meta(explain({ en: "The domains and mailboxes that stop without it", zh: "到期后会停用的域名和邮箱" })),
  }),
  findings: subscriptionExpiryFindings,
  metrics: {
    left: { label: { en: "left", zh: "剩余" }, help: "Until the subscription ends", unit: "seconds" },
  },
  target: ({ what }) => what,
  ends: ({ what, ends, owner }) => [{ what, at: endOfDay(ends), owner }],

  run(ctx, { what, ends, owner, seats, note, paysFor }) {
    const leftMs = endOfDay(ends) - ctx.now();
    const about = [seats === undefined ? [] : [`${seats} seats`], owner, note ?? [], paysFor].flat().join("; ");
    ctx.note(`${what} ends on ${ends}: ${about}`);
    const metrics = { left: Math.round(leftMs / 1000) };
    const place = placeOnLadder(leftMs);
    if (!place) return Promise.resolve({ findings: [], metrics });
    const { stage, days, rung } = place;
    // Where nothing else is watched, it is the service itself that stops.
    const stops = paysFor.length > 0 ? paysFor.slice(0, 20).join(", ") : what;
    const unsaid = paysFor.length > 20 ? { covers: paysFor.join(" ") } : {};
    const data = { what, date: ends, days, rung, owner, paysFor: stops, ...unsaid };
    return Promise.resolve({ findings: [{ code: codes[stage], data }], metrics });
  },
});
