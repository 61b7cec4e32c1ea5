import { randomBytes } from "node:crypto";
import { z } from "zod";
import {
  type Arrival,
  type Fate,
  isDue,
  type Journey,
  journeyToJson,
  type Limits,
  maxFolders,
  mostLooks,
  nextLook,
  readJourney,
  settle,
} from "../src/mail/probe-journey.ts";
import { readTrace, traceFacts } from "../src/mail/mail-trace.ts";
import { composeProbe, probeHeader, type ProbeId, recogniseProbe, tokenOf } from "../src/mail/probe-mail.ts";
import {
  type CheckContext,
  type CheckResult,
  defineCheck,
  explain,
  type FoundFinding,
  writtenAsDuration,
} from "../src/model/check.ts";
import type { Data } from "../src/model/text.ts";
import { certificateFindings } from "../src/net/certificate-findings.ts";
import { connectionFindings } from "../src/net/connection-findings.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { SessionError } from "../src/net/library-client.ts";
import { loginFindings } from "../src/net/login-findings.ts";
import { loginOf, loginOptions } from "../src/net/login-options.ts";
import { type Envelope, visitMailbox } from "../src/net/mailbox.ts";
import { type FoundMail, takeOwnMails } from "../src/net/own-mails.ts";
import { sessionFindings } from "../src/net/session-findings.ts";
import { submit } from "../src/net/submit.ts";
import { roundTripFindings } from "./mail-roundtrip.texts.ts";

const findings = { ...connectionFindings, ...certificateFindings, ...sessionFindings, ...loginFindings, ...roundTripFindings };
type Code = keyof typeof findings;
type Found = FoundFinding<Code>;

const metrics = {
  roundtrip: {
    label: { en: "round trip", zh: "往返" },
    help: "From handing a probe mail over until it was in the mailbox",
    unit: "seconds",
  },
  send: {
    label: { en: "hand over", zh: "投递" },
    help: "Time to log in at the sender's server and hand a mail over",
    unit: "seconds",
  },
  look: {
    label: { en: "search", zh: "查找" },
    help: "Time to log in to the receiver's mailbox and look through its folders",
    unit: "seconds",
  },
} as const;
type Metrics = Partial<Record<keyof typeof metrics, number>>;

const minute = 60_000;
const day = 24 * 60 * minute;
/** Before anything has ever arrived, greylisting is expected (5 to 30 min). */
const firstContact = 30 * minute;
const maxExchanges = 20;

const account = {
  ...loginOptions,
  address: z
    .string()
    .regex(/^[^\s@]+@[^\s@]+$/, "must be a mail address")
    .meta(explain({ en: "The mail address", zh: "邮件地址" })),
  security: z.enum(["tls", "starttls"]).meta(
    explain({
      en: "tls: from the first byte. starttls: plain at first, and nothing secret is sent before it",
      zh: "tls：一连接就加密。starttls：先明文再加密，加密前不发送密码",
    }),
  ),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .meta(explain({ en: "Its port", zh: "端口" })),
};
const duration = z.number().int().min(1_000).meta(writtenAsDuration);

const options = z.strictObject({
  from: z.strictObject(account).meta(explain({ en: "Who sends, and the submission server", zh: "发件邮箱及其发信服务器" })),
  to: z
    .strictObject({
      ...account,
      junk: z
        .array(z.string().min(1))
        .max(20)
        .default([])
        .meta(
          explain({
            en: "Folders that nobody reads, besides those that the server marks with \\Junk",
            zh: "没有人看的文件夹；服务器已标为 \\Junk 的不必写",
          }),
        ),
    })
    .meta(explain({ en: "Who receives, and the IMAP server", zh: "收件邮箱及其 IMAP 服务器" })),
  ownSender: z
    .boolean()
    .default(false)
    .meta(
      explain({
        en: "The sender is one of the company's own mailboxes: what its mail shows (DKIM selector, sending address) is kept for the checks of its domain",
        zh: "发件邮箱属于本公司：其邮件显示的信息（DKIM 选择器、发信地址）会供本域名的检查使用",
      }),
    ),
  sendEvery: duration.optional().meta(
    explain({
      en: "Time between two mails; left out: the interval of the probe. Looks come in between",
      zh: "两封探测邮件的间隔，不写则为探测间隔；其间会多次查看是否到达",
    }),
  ),
  lateAfter: duration.default(minute).meta(explain({ en: "From when on a mail is late", zh: "超过多久算迟到" })),
  lostAfter: duration.default(15 * minute).meta(explain({ en: "From when on a mail is lost", zh: "超过多久算丢失" })),
  firstLostAfter: duration.optional().meta(
    explain({
      en: "The same until the first mail has arrived, because of greylisting; left out: 30 min, or lost_after where that is more",
      zh: "第一封到达之前的丢失时限（因灰名单而放宽）；不写则为 30 分钟，或更长的 lost_after",
    }),
  ),
});
type Options = z.output<typeof options>;

/**
 * Sends a mail and sees what becomes of it. A run sends when one is due, looks for what is under way, and never waits: what is
 * not there yet is in the memory, and looked for again.
 */
export default defineCheck({
  id: "mail-roundtrip",
  title: { en: "Round trip", zh: "往返" },
  measures: "service",
  answers: "receive",
  every: 15 * minute,
  deadline: 150_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 0 },
  options,
  findings,
  metrics,
  target: ({ from, to }) => `${from.address} ▶ ${to.address}`,
  load: ({ from, to }) => ({
    host: to.host,
    logins: [loginOf(from.user, from.password), { ...loginOf(to.user, to.password), most: mostLooks }],
  }),

  async run(ctx, given, signal) {
    const journey = readJourney(ctx.memory);
    const trip: Trip = { ctx, options: given, signal, metrics: {}, loggedIn: [], facts: [] };
    const due = isDue(journey, ctx.now(), given.sendEvery ?? ctx.everyMs);
    if (!due && journey.travelling.length === 0) return betweenMails(trip, journey);
    let step: Step = { journey, findings: [], known: false };
    try {
      step = await look(trip, step);
      if (due) step = await send(trip, step);
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      return conclude(trip, { ...step, findings: [...step.findings, ...error.findings], known: true });
    }
    return conclude(trip, { ...step, findings: [...step.findings, ...stillUnderWay(trip, step)] });
  },
});

interface Trip {
  readonly ctx: CheckContext;
  readonly options: Options;
  readonly signal: AbortSignal;
  readonly metrics: Metrics;
  readonly loggedIn: string[];
  readonly facts: { kind: string; value: string; asset: string }[];
}

/** How far a run has come. `known`: the fate of a mail was learnt, or that none could be sent or looked for. */
interface Step {
  readonly journey: Journey;
  readonly findings: readonly Found[];
  readonly known: boolean;
}

const routeOf = ({ from, to }: Options): string => `${from.address}~${to.address}`;
const ends = ({ from, to }: Options) => ({ from: from.address, to: to.address });
const seconds = (ms: number): number => Math.round(ms / 1000);

const limitsOf = ({ lateAfter, lostAfter, firstLostAfter }: Options, { arrived }: Journey): Limits => ({
  lateAfter,
  lostAfter: arrived > 0 ? lostAfter : (firstLostAfter ?? Math.max(lostAfter, firstContact)),
});

function conclude({ ctx, options: given, metrics: measured, loggedIn, facts }: Trip, { journey, findings: found }: Step) {
  const again = nextLook(journey.travelling, ctx.now(), limitsOf(given, journey));
  const result: CheckResult<Code, keyof typeof metrics> = {
    findings: found,
    metrics: measured,
    memory: journeyToJson(journey),
    loggedIn,
    facts,
    ...(again === undefined ? {} : { again }),
  };
  return result;
}

async function timed<T>({ metrics: measured }: Trip, metric: keyof typeof metrics, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  try {
    return await work();
  } finally {
    measured[metric] = Math.round(performance.now() - began) / 1000;
  }
}

// Looking

const headers = [probeHeader, "Message-ID"];
/** The header of a probe mail is a few kilobytes; a server on its way could make it endless. */
const topBytes = 65_536;

const isSame = (a: ProbeId, b: ProbeId): boolean => a.seq === b.seq && a.random === b.random;

async function look(trip: Trip, { journey }: Step): Promise<Step> {
  const { ctx, options: given, signal } = trip;
  const { to } = given;
  const from = ctx.now();
  const sweeping = from - journey.sweptAt >= day;
  const looked = await timed(trip, "look", () =>
    visitMailbox({ ctx, account: to, signal }, (mailbox) =>
      takeOwnMails<ProbeId>(mailbox, {
        junk: to.junk,
        maxFolders,
        known: journey.folders,
        expecting: journey.travelling.length > 0,
        headers,
        recognise: (envelope, folder) => recognise(trip, envelope, folder),
        isExpected: (id) => journey.travelling.some((mail) => isSame(mail, id)),
        topBytes: given.ownSender ? topBytes : 0,
        leftovers: sweeping ? { header: probeHeader, before: from - day } : undefined,
        note: ctx.note,
      }),
    ),
  );
  trip.loggedIn.push(loginOf(to.user, to.password).account);
  const arrivals = looked.found.map(({ id, folder, place, receivedAt }): Arrival => ({ ...id, folder, place, receivedAt }));
  const { fates, travelling } = settle(journey.travelling, arrivals, { from, to: ctx.now() }, limitsOf(given, journey));
  await learn(trip, fates, looked.found);
  const sweptAt = sweeping ? ctx.now() : journey.sweptAt;
  const after: Journey = { ...journey, travelling, folders: looked.folders, sweptAt };
  const kept = looked.kept.map((folder): Found => ({ code: "probe-not-removed", data: { ...ends(given), folder } }));
  const begun: Step = { journey: after, findings: kept, known: fates.length > 0 };
  return fates.reduce<Step>((step, fate) => tell(trip, step, fate), begun);
}

function recognise({ ctx, options: given }: Trip, envelope: Envelope, folder: string): ProbeId | undefined {
  const probe = recogniseProbe(envelope.headers, routeOf(given), ctx.sign);
  if (probe.kind === "forged") ctx.note(`${folder}: UID ${envelope.uid} says it is a probe and is none of this route`);
  return probe.kind === "own" ? probe.id : undefined;
}

/** What the header of an own mail shows, once it has arrived, is known of the sender's domain from then on. */
async function learn(trip: Trip, fates: readonly Fate[], found: readonly FoundMail<ProbeId>[]): Promise<void> {
  const { ctx, options: given, signal } = trip;
  const { from, to } = given;
  const read = fates.flatMap(({ mail, tookMs }) => {
    const top = found.find(({ id }) => isSame(id, mail))?.top ?? "";
    return top === "" ? [] : [{ mail, top, arrivedAt: mail.sentAt + tookMs }];
  });
  const [asset, receiver] = [domainOf(from.address), domainOf(to.address)];
  if (read.length === 0 || asset === undefined || receiver === undefined) return;
  const mx = await ctx.ask(receiver, "MX", { signal });
  if (mx.outcome === "failed") {
    ctx.note(`MX ${receiver}: ${mx.failure?.text ?? "failed"}, so the receiver's servers are not known and nothing is learnt`);
    return;
  }
  const hosts = mx.records.slice(0, maxExchanges).map(({ exchange }) => exchange);
  const parties = { receiver: [to.host, ...hosts], sender: [from.host, asset], isPublic: ctx.isPublic };
  for (const { mail, top, arrivedAt } of read) {
    const trace = readTrace(top, asset, parties);
    const learnt = traceFacts(trace, { sender: from.address.toLowerCase(), recipient: to.address.toLowerCase(), arrivedAt });
    for (const { kind, value } of learnt) ctx.note(`mail ${mail.seq}: ${kind} ${value}`);
    if (trace.results !== undefined) ctx.note(`mail ${mail.seq}: the receiver found ${trace.results}`);
    trip.facts.push(...learnt.map((fact) => ({ ...fact, asset })));
  }
}

const domainOf = (address: string): string | undefined => asciiName(address.slice(address.lastIndexOf("@") + 1));

// What it means

const codes: Readonly<Record<Exclude<Fate["kind"], "delivered">, Code>> = {
  late: "late",
  junk: "delivered-to-junk",
  lost: "lost",
  elsewhere: "filed-elsewhere",
};

function tell({ ctx, options: given, metrics: measured }: Trip, step: Step, { kind, mail, tookMs, folder }: Fate): Step {
  const where = folder === "" ? "" : ` in ${folder}`;
  ctx.note(`mail ${mail.seq}: ${kind}${where} after ${seconds(tookMs)} s`);
  if (kind !== "lost") measured.roundtrip = tookMs / 1000;
  const data: Data = {
    ...ends(given),
    folder,
    number: mail.seq,
    seconds: seconds(tookMs),
    minutes: Math.round(tookMs / minute),
    limit: seconds(given.lateAfter),
  };
  const { journey } = step;
  const arrived = journey.arrived + (kind === "lost" ? 0 : 1);
  if (kind === "delivered") return { ...step, journey: { ...journey, arrived, badStreak: 0, last: null } };
  const found: Found = { code: codes[kind], data };
  if (kind === "elsewhere") {
    return { ...step, journey: { ...journey, arrived, badStreak: 0, last: null }, findings: [...step.findings, found] };
  }
  return bad({ ...step, journey: { ...journey, arrived } }, [found]);
}

/** One mail that did not go well; the first finding is what is remembered of it. */
function bad(step: Step, found: readonly Found[]): Step {
  const [first] = found;
  const short = Object.entries(first?.data ?? {}).map(([key, value]) => [
    key,
    typeof value === "string" ? value.slice(0, 300) : value,
  ]);
  return {
    journey: {
      ...step.journey,
      badStreak: step.journey.badStreak + 1,
      last: { code: first?.code ?? "", data: Object.fromEntries(short) },
    },
    findings: [...step.findings, ...found],
    known: true,
  };
}

const isCode = (code: string): code is Code => Object.hasOwn(findings, code);

/** What two mails in a row have shown stays so until one shows otherwise. */
const lastAgain = ({ last, badStreak }: Journey): readonly Found[] =>
  last !== null && badStreak >= 2 && isCode(last.code) ? [{ code: last.code, data: last.data }] : [];

/**
 * What is said while a mail is under way. After one that went well it is nothing to speak of until it is late; after one that
 * did not, nothing is known, and saying the same again would make two mails out of one.
 */
function stillUnderWay({ ctx, options: given }: Trip, { journey, known }: Step): readonly Found[] {
  const [oldest] = journey.travelling;
  if (oldest === undefined) return [];
  const waitedMs = ctx.now() - oldest.sentAt;
  const data: Data = { ...ends(given), seconds: seconds(waitedMs) };
  const again = known ? [] : lastAgain(journey);
  const calm = known || again.length > 0 || (journey.arrived > 0 && journey.badStreak === 0 && waitedMs <= given.lateAfter);
  return [...again, { code: "not-there-yet", data, ...(calm ? { severity: "info" as const } : {}) }];
}

/** A run with nothing to look for and nothing to send yet. */
function betweenMails(trip: Trip, journey: Journey) {
  const { ctx, options: given } = trip;
  const again = lastAgain(journey);
  if (journey.badStreak === 0 || again.length > 0) return conclude(trip, { journey, findings: again, known: true });
  const waitMs = journey.triedAt + (given.sendEvery ?? ctx.everyMs) - ctx.now();
  const data: Data = { ...ends(given), last: journey.last?.code ?? "", minutes: Math.max(1, Math.round(waitMs / minute)) };
  return conclude(trip, { journey, findings: [{ code: "between-mails", data }], known: false });
}

// Sending

async function send(trip: Trip, step: Step): Promise<Step> {
  const { ctx, options: given, signal } = trip;
  const { from } = given;
  const id: ProbeId = { seq: step.journey.seq + 1, random: randomBytes(8).toString("hex") };
  const token = tokenOf(routeOf(given), id, ctx.sign);
  const letter = { ...composeProbe({ ...ends(given), id, token }), ...ends(given) };
  const sentAt = ctx.now();
  const tried: Journey = { ...step.journey, seq: id.seq, triedAt: sentAt };
  const underWay = (unsure: boolean): Journey => ({
    ...tried,
    travelling: [...tried.travelling, { ...id, sentAt, absentAt: sentAt, unsure }],
  });
  try {
    const outcome = await timed(trip, "send", () => submit({ ctx, account: from, signal }, letter));
    trip.loggedIn.push(loginOf(from.user, from.password).account);
    if (outcome.kind === "taken") return { ...step, journey: underWay(false) };
    const { kind, command, status, reply } = outcome;
    const data: Data = { ...ends(given), host: from.host, command, status, reply: reply.slice(0, 300) };
    return bad({ ...step, journey: tried }, [{ code: kind === "refused" ? "send-refused" : "send-deferred", data }]);
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    // Broken off after the login, it may have been taken: if it comes, it is looked at; if not, nothing more is said.
    const unsure = error.findings.some(({ code }) => code === "connection-lost");
    return bad({ ...step, journey: unsure ? underWay(true) : tried }, error.findings);
  }
}
