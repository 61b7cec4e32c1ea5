import { z } from "zod";
import type { SubscriptionAsset } from "./config.ts";
import { declare } from "./declare.ts";
import { fault, type Path, suggest } from "./diagnostics.ts";
import { leaf, oneOf } from "./leaf.ts";
import type { Reader } from "./reader.ts";
import { assetName, date, owner, text } from "./schema.ts";

const seats = leaf(
  { en: "a number of mailboxes", zh: "邮箱数量" },
  { en: "write a whole number from 1 to 1000000", zh: "请写 1 至 1000000 的整数" },
  (value) => (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 1_000_000 ? value : undefined),
);

const subscriptionSchema = z.strictObject({
  name: assetName({ en: "a name for a subscription", zh: "订阅的名称" }),
  what: text,
  ends: date,
  owner,
  seats: seats.optional(),
  note: text.optional(),
  pays_for: z.array(text).min(1).max(1_000).optional(),
  business: oneOf(["critical", "normal", "low"]).optional(),
});

/** Ids of what is declared besides, that a subscription can pay for. */
interface Declared {
  readonly domains: readonly string[];
  readonly mailboxes: readonly string[];
}

/** `pays_for` names declared domains and mailboxes; left out, it is the whole company. */
export function readSubscriptions(reader: Reader, { domains, mailboxes }: Declared): readonly SubscriptionAsset[] {
  const seen = new Map<string, Path>();
  const declared = [...domains, ...mailboxes];
  return reader.items(["subscriptions"]).flatMap((path) => {
    const words = reader.parse(subscriptionSchema, path);
    const { name, pays_for: written } = words ?? reader.parts(subscriptionSchema.partial(), path);
    for (const [i, one] of (written ?? []).entries()) {
      if (declared.includes(one.toLowerCase())) continue;
      const wrong = { en: "is neither among the domains nor the mailboxes", zh: "既不在 domains 也不在 mailboxes 中" };
      reader.report([...path, "pays_for", i], fault(wrong, suggest(one, declared)));
    }
    if (!declare(reader, new Map(), seen, name, path) || !words) return [];
    const paysFor = written?.map((one) => one.toLowerCase()) ?? (domains.length > 0 ? domains : mailboxes);
    return [{ ...words, seats: words.seats, note: words.note, paysFor, business: words.business ?? "critical", path }];
  });
}
