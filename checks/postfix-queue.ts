import { z } from "zod";
import { createQueueReader, type QueueReason, type QueueSummary } from "../src/mail/postfix-queue.ts";
import { tellRefusal } from "../src/mail/probe-report.ts";
import { type CheckResult, defineCheck, explain, type FoundFinding, writtenAsDuration } from "../src/model/check.ts";
import type { Json } from "../src/model/json.ts";
import { quoted } from "../src/model/text.ts";
import { visible } from "../src/model/visible.ts";
import { readLines, sourceName, textSourceOptions } from "../src/net/text-source.ts";
import { postfixQueueFindings } from "./postfix-queue.texts.ts";

type Code = keyof typeof postfixQueueFindings;
type Found = FoundFinding<Code>;

const minute = 60_000;
const hour = 60 * minute;
/** 100,000 mails are some 30 MB. What is longer is counted up to here. */
const maxBytes = 128 * 1024 * 1024;

const duration = z
  .number()
  .int()
  .min(minute)
  .max(7 * 24 * hour)
  .meta(writtenAsDuration);
const count = z.int().min(1).max(1_000_000);

const optionsSchema = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .max(253)
      .meta(explain({ en: "The mail server whose queue it is", zh: "队列所在的邮件服务器" })),
    ...textSourceOptions,
    maxAge: duration
      .default(15 * minute)
      .meta(
        explain({ en: "From when on a file, or an answer with a date, is outdated", zh: "文件（或带日期的应答）超过多久算过时" }),
      ),
    timeout: z
      .number()
      .int()
      .min(1_000)
      .max(50_000)
      .default(30_000)
      .meta({ ...writtenAsDuration, ...explain({ en: "How long the source may take", zh: "获取内容的时限" }) }),
    stuckAfter: duration
      .default(hour)
      .meta(explain({ en: "From when on a waiting mail has waited for long", zh: "等待超过多久算等待过久" })),
    stuckCount: count.default(5).meta(
      explain({
        en: "So many mails that have waited for long are a fault, where they wait for one reason or at one destination",
        zh: "因同一原因或发往同一目的域而等待过久的邮件，达到这个数量即为异常",
      }),
    ),
    growing: count
      .default(100)
      .meta(explain({ en: "A queue of fewer mails is never called growing", zh: "少于这个数量时不判断是否变长" })),
    bulk: count.default(200).meta(
      explain({
        en: "From so many waiting recipients on, one sender is looked at",
        zh: "一个发件人的待投递收件人达到多少时引起注意",
      }),
    ),
    bulkSenders: z
      .array(z.string().max(320))
      .max(100)
      .default([])
      .meta(explain({ en: "Senders of newsletters, who may fill the queue", zh: "允许群发的发件人（如营销邮件）" })),
  })
  .refine(({ command, file, url }) => [command, file, url].filter((it) => it !== undefined).length === 1, {
    error: "must have exactly one of command, file and url",
  });
type Options = z.output<typeof optionsSchema>;

/** A week of hourly lengths, the lengths of the last runs, and since when mails that should be moving have been seen. */
const memorySchema = z.strictObject({
  sampledAt: z.number(),
  hourly: z.array(z.number()).max(168),
  lengths: z.array(z.number()).max(6),
  moving: z.record(z.string().max(64), z.number()),
});
type Memory = z.output<typeof memorySchema>;
const newMemory: Memory = { sampledAt: 0, hourly: [], lengths: [], moving: {} };

/** The queue of an own Postfix, seen without anything of ours on that machine. */
export default defineCheck({
  id: "postfix-queue",
  title: { en: "Mail queue (Postfix)", zh: "邮件队列（Postfix）" },
  measures: "service",
  answers: "send",
  every: 5 * minute,
  deadline: minute,
  confirm: { bad: [2, 2], good: 1, recheckMs: minute },
  options: optionsSchema,
  findings: postfixQueueFindings,
  metrics: {
    mails: { label: { en: "in the queue", zh: "队列" }, help: "Mails in the queue", unit: "none" },
    active: { label: { en: "active", zh: "投递中" }, help: "Mails being delivered or about to be", unit: "none" },
    incoming: { label: { en: "incoming", zh: "刚收到" }, help: "Mails that the queue manager has not taken yet", unit: "none" },
    deferred: { label: { en: "deferred", zh: "延后" }, help: "Mails that are tried again later", unit: "none" },
    hold: { label: { en: "held", zh: "暂扣" }, help: "Mails that wait until somebody releases them", unit: "none" },
    oldest: { label: { en: "oldest", zh: "最久" }, help: "How long the oldest mail has been in the queue", unit: "seconds" },
  },
  target: ({ host }) => host,
  load: ({ host }) => ({ host }),

  async run(ctx, options, signal) {
    const { host, timeout: timeoutMs } = options;
    const now = ctx.now();
    const source = sourceName(options);
    const reader = createQueueReader({ now, longMs: options.stuckAfter });
    let first = "";
    const outcome = await readLines(
      ctx,
      options,
      { timeoutMs, maxBytes },
      (text) => {
        if (first === "") first = text;
        reader.read(text);
      },
      signal,
    );
    const said = outcome.said
      .split("\n")
      .map((text) => text.trim())
      .filter((text) => text !== "");
    for (const text of said.slice(-5)) ctx.note(`${source} says: ${visible(text, 300)}`);
    const isDown = said.find((text) => saysDown.test(text) && !mayNot.test(text));
    const down: readonly Found[] =
      isDown === undefined ? [] : [{ code: "postfix-down", data: { host, said: visible(isDown, 300) } }];
    if (outcome.kind === "failed") {
      ctx.note(`${source}: ${outcome.reason}`);
      return {
        findings: down.length > 0 ? down : [{ code: "queue-unavailable", data: { host, source, reason: outcome.reason } }],
      };
    }
    const ageMs = outcome.writtenAt === undefined ? 0 : now - outcome.writtenAt;
    if (ageMs > options.maxAge) return unknown("queue-outdated", { host, source, minutes: minutes(ageMs) });
    const summary = reader.summary();
    noteSummary(ctx.note, summary, outcome.cut);
    if (summary.total === 0 && summary.unread > 0) {
      return unknown("queue-unreadable", { host, source, lines: summary.unread, first: visible(first, 120) });
    }
    const before = memorySchema.safeParse(ctx.memory).data ?? newMemory;
    const after = remember(before, summary, now);
    const found = [
      ...down,
      ...(outcome.cut
        ? [{ code: "queue-cut" as const, data: { host, source, count: summary.total, limit: Math.floor(maxBytes / 1e6) } }]
        : []),
      ...stuck(options, summary, { after, now }),
      ...bulk(options, summary),
      ...growing(options, summary, before),
      ...held(options, summary),
    ];
    return {
      findings: found,
      metrics: {
        mails: summary.total,
        ...counts(summary),
        oldest: Math.round(Math.max(...Object.values(summary.oldest)) / 1000),
      },
      memory: toJson(after),
    };
  },
});

/** postqueue(1): nobody answers at the socket of the queue's own service. Who may not ask learns nothing. */
const saysDown = /mail system is down|showq service: |queue report unavailable/i;
const mayNot = /permission denied|not permitted/i;

const unknown = (code: Code, data: Found["data"] & {}): CheckResult<Code, never> => ({ findings: [{ code, data }] });
const minutes = (ms: number): number => Math.round(ms / minute);

const counts = ({ counts: { active, incoming, maildrop, deferred, hold } }: QueueSummary) => ({
  active,
  incoming: incoming + maildrop,
  deferred,
  hold,
});

function noteSummary(note: (line: string) => void, summary: QueueSummary, cut: boolean): void {
  const each = Object.entries(summary.counts).map(([name, number]) => `${name} ${number}`);
  note(`queue: ${each.join(", ")}; ${summary.recipients} recipients${cut ? "; there is more than was read" : ""}`);
  if (summary.unread > 0) note(`queue: ${summary.unread} lines are no mail of a queue`);
  for (const { domain, old } of summary.destinations.slice(0, 5)) note(`waiting for long: ${old} to ${visible(domain, 100)}`);
  for (const { said, old, cause } of summary.reasons.slice(0, 5)) note(`reason (${old}, ${cause}): ${visible(said, 300)}`);
  for (const { address, recipients } of summary.senders.slice(0, 3))
    note(`sender ${visible(address, 100)}: ${recipients} recipients`);
}

/** The queue as this run saw it, put to what the runs before saw. */
function remember(before: Memory, summary: QueueSummary, now: number): Memory {
  const isHour = now - before.sampledAt >= hour;
  return {
    sampledAt: isHour ? now : before.sampledAt,
    hourly: isHour ? [...before.hourly, summary.total].slice(-168) : before.hourly,
    lengths: [...before.lengths, summary.total].slice(-6),
    moving: Object.fromEntries(summary.moving.map((id) => [id, before.moving[id] ?? now])),
  };
}

const toJson = (memory: Memory): Json => ({
  ...memory,
  hourly: [...memory.hourly],
  lengths: [...memory.lengths],
  moving: { ...memory.moving },
});

/** Waiting behind one reason, for so many domains, is no fault of a destination. */
const manyDestinations = 3;
/** Mails to so many destinations for different reasons are more than the usual mistyped addresses. */
const scattered = { mails: 50, destinations: 10 };

const inWords = ({ said }: QueueReason): string => quoted(visible(said, 300));

function stuck(
  options: Options,
  summary: QueueSummary,
  { after, now }: { readonly after: Memory; readonly now: number },
): readonly Found[] {
  const { host, stuckAfter, stuckCount } = options;
  const data = (some: { readonly count: number; readonly oldestMs: number; readonly reason: string }): Found["data"] & {} => ({
    host,
    count: some.count,
    minutes: minutes(some.oldestMs),
    reason: some.reason,
  });
  const found: Found[] = [];
  // A deferred mail that is being tried looks old, too: what counts is how long it has been seen on its way.
  const unmoved = Object.values(after.moving).filter((since) => now - since >= stuckAfter / 2);
  if (unmoved.length > 0) {
    const reason = "the queue manager does not get on with them";
    found.push({ code: "queue-stuck", data: data({ count: unmoved.length, oldestMs: now - Math.min(...unmoved), reason }) });
  }
  const oldestMs = summary.oldest.deferred;
  const isCommon = ({ cause, old, destinations }: QueueReason): boolean =>
    cause === "own-transport" ? old > 0 : old >= stuckCount && destinations.size >= manyDestinations;
  const common = summary.reasons.filter(isCommon);
  const [first] = common;
  if (first !== undefined && found.length === 0) {
    found.push({ code: "queue-stuck", data: data({ count: first.old, oldestMs, reason: inWords(first) }) });
  }
  const single = summary.destinations.filter(
    ({ old, reason }) =>
      old >= stuckCount && (reason === undefined || (!common.includes(reason) && reason.cause !== "greylisted")),
  );
  if (single[0]) found.push(deferring(options, single));
  else if (found.length === 0 && summary.old >= scattered.mails && summary.destinations.length >= scattered.destinations) {
    const [often] = summary.reasons;
    const reason = often === undefined ? "for different reasons" : `for different reasons, most often ${inWords(often)}`;
    found.push({ code: "queue-stuck", severity: "warning", data: data({ count: summary.old, oldestMs, reason }) });
  }
  return found;
}

function deferring({ host, stuckAfter }: Options, destinations: QueueSummary["destinations"]): Found {
  const [first, ...others] = destinations;
  const domain = first?.domain ?? "";
  const reason = first?.reason;
  const refusal = {
    causes: reason?.causes ?? (["unknown"] as const),
    list: reason?.list,
    host: reason?.host,
    said: visible(reason?.said ?? "", 300),
  };
  const more = others.slice(0, 5).map((one) => `${visible(one.domain, 100)} ${one.old}`);
  return {
    code: "destination-deferring",
    data: {
      ...tellRefusal(refusal, `@${domain}`, false),
      host,
      domain: visible(domain, 253),
      count: first?.old ?? 0,
      minutes: minutes(stuckAfter),
      others: more.length === 0 ? "" : ` (+ ${more.join(", ")})`,
    },
  };
}

/** A newsletter goes to many domains; so does spam. What the far sides say of it tells them apart. */
function bulk({ host, bulk: least, bulkSenders }: Options, summary: QueueSummary): readonly Found[] {
  const allowed = new Set(bulkSenders.map((address) => address.toLowerCase()));
  const [worst] = summary.senders.filter(
    ({ address, recipients, domains }) =>
      !allowed.has(address) && recipients >= least && recipients * 2 >= summary.recipients && domains >= manyDestinations,
  );
  if (worst === undefined) return [];
  const { address, recipients, domains, distrusted } = worst;
  const isSpam = distrusted * 10 >= recipients * 3;
  const data = { host, sender: visible(address, 320), recipients, all: summary.recipients, domains, distrusted };
  return [{ code: "sender-in-bulk", data, ...(isSpam ? { severity: "critical" as const } : {}) }];
}

/** Half a day of its own past must be known. */
const leastSamples = 12;

function growing({ host, growing: least }: Options, { total }: QueueSummary, { hourly, lengths }: Memory): readonly Found[] {
  if (total < least || hourly.length < leastSamples) return [];
  const usual = hourly.toSorted((a, b) => a - b)[Math.floor(hourly.length * 0.9)] ?? 0;
  const isRising = lengths.length > 0 && total > Math.min(...lengths);
  return total > 2 * usual && isRising ? [{ code: "queue-growing", data: { host, count: total, usual } }] : [];
}

const held = ({ host, stuckAfter }: Options, { counts: { hold }, oldest }: QueueSummary): readonly Found[] =>
  hold > 0 && oldest.hold >= stuckAfter
    ? [{ code: "mail-held", data: { host, count: hold, minutes: minutes(oldest.hold) } }]
    : [];
