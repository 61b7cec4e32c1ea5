import { z } from "zod";
import type { AnyCheck } from "../model/check.ts";
import { type Declared, highest, type MailboxAsset } from "./config.ts";
import { declare, declaredMailbox } from "./declare.ts";
import { fault, type Path } from "./diagnostics.ts";
import type { MailAddress } from "./names.ts";
import type { Reader } from "./reader.ts";
import { duration, mailboxSchema, routeSchema, text } from "./schema.ts";

/** A shared mailbox, alias, group or old address, and whom its mail reaches. */
export interface ForwardAsset extends Declared {
  readonly address: MailAddress;
  readonly from: MailAddress;
  readonly members: readonly MailAddress[];
  /** As the check takes it. */
  readonly autoReply: { readonly names: string; readonly every?: number; readonly within?: number } | undefined;
  readonly everyMs: number | undefined;
  readonly lateAfterMs: number | undefined;
  readonly lostAfterMs: number | undefined;
}

const { every, late_after, lost_after } = routeSchema.shape;
const day = 86_400_000;
const { address, business, off } = mailboxSchema.shape;

const forwardSchema = z.strictObject({
  address,
  from: address.optional(),
  members: z.array(address).optional(),
  auto_reply: z.strictObject({ names: text, every: duration(day / 24, 400 * day).optional(), within: late_after }).optional(),
  every,
  late_after,
  lost_after,
  business,
  off,
});

export function readForwards(
  reader: Reader,
  checks: ReadonlyMap<string, AnyCheck>,
  mailboxes: readonly MailboxAsset[],
): readonly ForwardAsset[] {
  const seen = new Map<string, Path>();
  return reader.items(["forwards"]).flatMap((path): readonly ForwardAsset[] => {
    const before = reader.errors.length;
    const words = reader.parse(forwardSchema, path);
    const parts = words ?? reader.parts(forwardSchema.partial(), path);
    const from = parts.from ?? mailboxes.find(({ partner }) => partner)?.address;
    if (words && from === undefined) reader.report([...path, "from"], noSender);
    if (parts.from) declaredMailbox(reader, parts.from, [...path, "from"], mailboxes);
    const members = parts.members ?? [];
    const known = members.map((member, i) => declaredMailbox(reader, member, [...path, "members", i], mailboxes));
    for (const [i, { id }] of members.entries()) {
      if (id === from?.id) reader.report([...path, "members", i], isSender);
      else if (members.findIndex((other) => other.id === id) < i) reader.report([...path, "members", i], isTwice);
    }
    if (words && members.length === 0 && words.auto_reply === undefined) reader.report([...path, "members"], nothingToSee);
    if (!declare(reader, checks, seen, parts.address?.id, path, parts.off) || !words || !from) return [];
    // What is wrong here is not said once more by the check.
    if (reader.errors.length > before) return [];
    const { names, ...times } = words.auto_reply ?? { names: undefined };
    return [
      {
        address: words.address,
        from,
        members,
        autoReply: names === undefined ? undefined : { names, ...given(times) },
        everyMs: words.every,
        lateAfterMs: words.late_after,
        lostAfterMs: words.lost_after,
        business: words.business ?? highest(known.flatMap((it) => (it && !it.partner ? [it.business] : []))),
        off: words.off,
        path,
      },
    ];
  });
}

const given = ({ every: asks, within }: { readonly every?: number | undefined; readonly within?: number | undefined }) => ({
  ...(asks === undefined ? {} : { every: asks }),
  ...(within === undefined ? {} : { within }),
});

const noSender = fault(
  { en: "is missing, and no mailbox is a partner", zh: "缺失，且没有 role: partner 的邮箱" },
  {
    en: "name the mailbox that mail is sent from, best one at another provider",
    zh: "请指定发件邮箱，最好属于其他服务商",
  },
);
const isSender = fault(
  { en: "is the mailbox that mail is sent from", zh: "与发件邮箱相同" },
  { en: "send from another mailbox (from:), or take this one out", zh: "请用 from: 指定另一个发件邮箱，或从成员中去掉它" },
);
const isTwice = fault({ en: "is named already", zh: "重复出现" }, { en: "keep one of the two", zh: "请只保留一处" });
const nothingToSee = fault(
  { en: "is missing, and there is no auto_reply either", zh: "缺失，且没有 auto_reply" },
  {
    en: "list the mailboxes that each mail must reach, or write auto_reply: { names: new@example.com }",
    zh: "请列出每封邮件必须送达的邮箱，或写 auto_reply: { names: new@example.com }",
  },
);
