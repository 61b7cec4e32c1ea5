import { z } from "zod";
import { type DailyMaximum, forecast, remember } from "../src/mail/fill-forecast.ts";
import { type CheckContext, type CheckResult, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import type { Connection } from "../src/model/connection.ts";
import type { Json } from "../src/model/json.ts";
import { certificateFindings } from "../src/net/certificate-findings.ts";
import { connectionFindings } from "../src/net/connection-findings.ts";
import { createImap, type Imap, reasonOf } from "../src/net/imap.ts";
import { enterImap, findingAt, refusalOf, wantsId } from "../src/net/imap-entry.ts";
import { askQuota, type QuotaAnswer, type QuotaResource } from "../src/net/imap-quota.ts";
import { loginFindings, policyFindings } from "../src/net/login-findings.ts";
import { atItsPort, loginOf, loginOptions, portOption } from "../src/net/login-options.ts";
import { holdSession, type Report } from "../src/net/login-session.ts";
import { type CountedFolder, countMailbox, type MailboxSize } from "../src/net/mailbox-size.ts";
import { type SessionCode, sessionFindings } from "../src/net/session-findings.ts";
import { unknownFor } from "../src/net/unknown-findings.ts";
import { imapFindings } from "./imap-login.texts.ts";
import { quotaFindings } from "./imap-quota.texts.ts";

const day = 86_400_000;
const countForMs = 60_000;
const maxSeries = 8;

const asUnknown = unknownFor({ en: "It was not found out how full the mailbox is.", zh: "未能查到邮箱容量。" });

const { "address-failed": _, ...connecting } = connectionFindings;
const { "greeting-late": __, ...talking } = sessionFindings;

const findings = {
  ...quotaFindings,
  "mailbox-over-quota": imapFindings["mailbox-over-quota"],
  ...asUnknown({ ...connecting, ...certificateFindings, ...talking, ...loginFindings, ...policyFindings }),
  ...asUnknown({
    preauth: imapFindings.preauth,
    "login-not-authorized": imapFindings["login-not-authorized"],
    "password-expired": imapFindings["password-expired"],
    "login-needs-tls": imapFindings["login-needs-tls"],
    "mailbox-not-connected": imapFindings["mailbox-not-connected"],
    "server-bug": imapFindings["server-bug"],
  }),
};
type Code = keyof typeof findings;

const sizeUnits: Readonly<Record<string, number>> = {
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
  TIB: 1024 ** 4,
};

/** `5 GB`, `500 MiB`, or bytes. */
const sizeOption = z.union([
  z.int().min(1),
  z
    .string()
    .regex(/^\d{1,6}(\.\d{1,3})? ?[MGT]i?B$/i, "must be a size, such as 5 GB or 500 MB")
    .transform((text) => Math.round(Number.parseFloat(text) * (sizeUnits[text.replace(/^[\d. ]+/, "").toUpperCase()] ?? 1))),
]);

const percent = z.number().min(1).max(100);

const ports = { tls: 993, starttls: [143] } as const;
const optionsSchema = z
  .strictObject({
    ...loginOptions,
    port: portOption(ports),
    warn: percent.default(80).meta(explain({ en: "Percent from which on it is a warning", zh: "达到百分之几为注意" })),
    critical: percent.default(95).meta(explain({ en: "Percent from which on it is critical", zh: "达到百分之几为故障" })),
    days: z
      .int()
      .min(0)
      .max(365)
      .default(14)
      .meta(
        explain({
          en: "A mailbox that will be full within so many days is a warning at any percentage; 0: never",
          zh: "预计多少天内装满即为注意，与百分比无关；0 表示不预测",
        }),
      ),
    limit: sizeOption.optional().meta(
      explain({
        en: "How much fits into the mailbox, in bytes or such as 5 GB: counts where the server names no limit; what lies in it is then added up",
        zh: "邮箱容量，写字节数或如 5 GB：服务器不提供上限时以此为准，并自行统计已用空间",
      }),
    ),
  })
  .transform(atItsPort(ports));
type Options = z.output<typeof optionsSchema>;

const numbers = z.number().min(0);
const memorySchema = z.object({
  /** Kind and root of a resource ▶ its days. */
  days: z.record(z.string(), z.array(z.tuple([numbers, numbers]))).default({}),
  /** It has told once: a refusal is then no lack of QUOTA. */
  told: z.boolean().default(false),
  /** Folder ▶ UIDVALIDITY, last UID, mails, bytes. */
  folders: z.record(z.string(), z.tuple([numbers, numbers, numbers, numbers])).default({}),
});
type Memory = z.output<typeof memorySchema>;

const metrics = {
  used: { label: { en: "used", zh: "已用" }, help: "How much lies in the mailbox", unit: "bytes" },
  limit: { label: { en: "limit", zh: "上限" }, help: "How much fits into the mailbox", unit: "bytes" },
  share: {
    label: { en: "full", zh: "使用率" },
    help: "The part of the limit that is used, of the fullest resource",
    unit: "ratio",
  },
  mails: { label: { en: "mails", zh: "邮件数" }, help: "How many mails the quota counts", unit: "none" },
  left: { label: { en: "until full", zh: "距装满" }, help: "Until the mailbox is full if it goes on growing", unit: "seconds" },
} as const;

/** How full a mailbox is, and when it will be full: one login every six hours. */
export default defineCheck({
  id: "imap-quota",
  title: { en: "How full the mailbox is", zh: "邮箱容量" },
  measures: "posture",
  answers: "receive",
  every: 6 * 60 * 60_000,
  deadline: 150_000,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  options: optionsSchema,
  findings,
  metrics,
  target: ({ host, port }) => `${host}:${port}`,
  load: ({ host, user, password }) => ({ host, logins: [loginOf(user, password)] }),

  async run(ctx, options, signal) {
    const memory = memorySchema.safeParse(ctx.memory).data ?? memorySchema.parse({});
    const seen: { result?: Judged } = {};
    const { findings: told, loggedIn } = await holdSession<Imap, Code, never>(
      { ctx, options, signal },
      (connection) => createImap(connection, { commandTimeoutMs: options.limits.command * 1000, note: ctx.note }),
      (imap) => imap.logout(),
      async (imap, connection, report) => {
        const looked = await look({ ctx, options, imap, connection, report, memory });
        if (looked) seen.result = judge(ctx, options, looked, memory);
      },
    );
    const kept: CheckResult<Code, keyof typeof metrics> = { findings: told.filter(isTold), ...(loggedIn ? { loggedIn } : {}) };
    if (seen.result === undefined) return kept;
    return { ...seen.result, ...kept, findings: [...seen.result.findings, ...kept.findings] };
  },
});

/** That a session was slow, or went another way, is said by `imap-login`. */
const isTold = (found: FoundFinding<string>): found is FoundFinding<Code> => Object.hasOwn(findings, found.code);

interface Work {
  readonly ctx: CheckContext;
  readonly options: Options;
  readonly imap: Imap;
  readonly connection: Connection;
  readonly report: Report<Code | SessionCode, "greeting" | "login">;
  readonly memory: Memory;
}

interface Looked {
  readonly answer: QuotaAnswer;
  /** Where the server names no limit of size, and the options do. */
  readonly counted: MailboxSize | undefined;
}

async function look(work: Work): Promise<Looked | undefined> {
  const { ctx, options, imap, report, memory } = work;
  const { user, password, provider } = options;
  const entered = await enterImap(work);
  if (entered === undefined) return undefined;
  const { greeting, login } = entered;
  if (login.word !== "OK") {
    report.find(findingAt(work)(refusalOf(login, provider), reasonOf(login)));
    return undefined;
  }
  report.loggedIn(loginOf(user, password));
  const answer = await askQuota(imap);
  const told = answer.kind === "told" ? answer.resources : [];
  for (const { root, kind, used, limit } of told) ctx.note(`quota "${root}": ${kind} ${used} of ${limit ?? "no limit"}`);
  const needsCount = answer.kind !== "failed" && options.limit !== undefined && told.every(({ kind }) => kind !== "STORAGE");
  if (!needsCount) return { answer, counted: undefined };
  if (wantsId(greeting, provider)) await imap.id();
  const remembered = new Map(
    Object.entries(memory.folders).map(([name, [uidValidity, lastUid, mails, bytes]]) => [
      name,
      { uidValidity, lastUid, mails, bytes },
    ]),
  );
  const counted = await countMailbox({ imap, remembered, forMs: countForMs });
  const { bytes, folders, leftOut, missing } = counted;
  ctx.note(`counted ${bytes} bytes in ${folders} folders, ${leftOut} left out; missing: ${missing ?? "nothing"}`);
  return { answer, counted };
}

interface Judged extends CheckResult<Code, keyof typeof metrics> {
  readonly memory: Json;
}

/** A resource with the limit that counts. */
type Limited = QuotaResource & { readonly limit: number };

function judge(ctx: CheckContext, options: Options, { answer, counted }: Looked, memory: Memory): Judged {
  const { user, host } = options;
  const told = resourcesOf(answer, counted, options.limit);
  const limited = told.filter((resource): resource is Limited => resource.limit !== undefined);
  const found: FoundFinding<Code>[] = [];
  const say = (code: Code, data: Readonly<Record<string, string | number>> = {}): void => {
    found.push({ code, data: { user, host, ...data } });
  };

  if (counted?.missing !== undefined && options.limit !== undefined) {
    const data = { used: sizeText(counted.bytes), limit: sizeText(options.limit), reason: counted.missing };
    say("quota-not-counted", data);
  }
  if (answer.kind === "failed" || (answer.kind === "refused" && memory.told)) say("quota-failed", { reason: answer.reason });
  else if (limited.length === 0 && answer.kind === "told") say("quota-unlimited");
  else if (limited.length === 0 && answer.kind !== "told") say("quota-unsupported", { reason: answer.reason });

  // What is counted in part is a lower bound: it may alarm, and no forecast rests on it.
  const whole = counted?.missing === undefined ? told : told.filter(({ kind }) => kind !== "STORAGE");
  const days = rememberAll(memory.days, whole, Math.floor(ctx.now() / day));
  const foreseen = limited.flatMap((resource) => {
    const coming = forecast(days[seriesOf(resource)] ?? [], resource.used, resource.limit);
    return coming === undefined ? [] : [{ ...coming, resource }];
  });
  for (const kind of ["STORAGE", "MESSAGE"] as const) {
    const [fullest] = limited.filter((resource) => resource.kind === kind).toSorted((a, b) => shareOf(b) - shareOf(a));
    const code = fullest && gradeOf(fullest, options);
    if (fullest && code) say(code, dataOf(fullest));
  }
  const [soonest] = foreseen.toSorted((a, b) => a.days - b.days);
  if (soonest && soonest.days <= options.days && shareOf(soonest.resource) * 100 < options.critical) {
    const { resource, perDay } = soonest;
    const growth = resource.kind === "STORAGE" ? sizeText(perDay) : `${Math.ceil(perDay)} mails or so`;
    say("quota-filling", { ...dataOf(resource), days: Math.max(1, Math.floor(soonest.days)), growth });
  }
  const isWhole = whole === told;
  return {
    findings: found.toSorted((a, b) => Number(isUnknown(a)) - Number(isUnknown(b))),
    metrics: isWhole ? measured(told, limited, soonest?.days) : {},
    memory: {
      days,
      told: memory.told || (answer.kind === "told" && answer.resources.length > 0),
      folders: foldersOf(counted) ?? memory.folders,
    },
  };
}

const isUnknown = ({ code }: FoundFinding<Code>): boolean => findings[code].severity === "unknown";

/** What the server tells, with the limit of the options where it names none. */
function resourcesOf(answer: QuotaAnswer, counted: MailboxSize | undefined, limit: number | undefined): readonly QuotaResource[] {
  const told = answer.kind === "told" ? answer.resources : [];
  if (counted) return [...told, { root: "counted", kind: "STORAGE", used: counted.bytes, limit }];
  const named = told.some((resource) => resource.kind === "STORAGE" && resource.limit !== undefined);
  return named ? told : told.map((resource) => (resource.kind === "STORAGE" ? { ...resource, limit } : resource));
}

const shareOf = ({ used, limit }: Limited): number => used / limit;

function gradeOf(resource: Limited, { warn, critical }: Options): "quota-over" | "quota-nearly-full" | "quota-high" | undefined {
  const full = shareOf(resource) * 100;
  if (full >= 100) return "quota-over";
  if (full >= critical) return "quota-nearly-full";
  return full >= warn ? "quota-high" : undefined;
}

const dataOf = (resource: Limited) => ({
  used: resource.kind === "STORAGE" ? sizeText(resource.used) : resource.used,
  limit: resource.kind === "STORAGE" ? sizeText(resource.limit) : `${resource.limit} mails in all`,
  percent: Math.floor(shareOf(resource) * 100),
});

const seriesOf = ({ kind, root }: QuotaResource): string => `${kind} ${root.slice(0, 100)}`;

function rememberAll(before: Memory["days"], told: readonly QuotaResource[], today: number): Record<string, DailyMaximum[]> {
  const days: Record<string, DailyMaximum[]> = {};
  for (const resource of told.slice(0, maxSeries)) {
    const series = seriesOf(resource);
    days[series] = [...remember(before[series] ?? [], today, resource.used)];
  }
  // A resource that could not be told this time is not forgotten.
  for (const [series, old] of Object.entries(before)) {
    if (Object.keys(days).length < maxSeries) days[series] ??= old;
  }
  return days;
}

function measured(
  told: readonly QuotaResource[],
  limited: readonly Limited[],
  days: number | undefined,
): NonNullable<Judged["metrics"]> {
  const sizes = told.filter(({ kind }) => kind === "STORAGE");
  const [fullest] = limited.filter(({ kind }) => kind === "STORAGE").toSorted((a, b) => shareOf(b) - shareOf(a));
  const used = fullest?.used ?? sizes[0]?.used;
  const mails = told.find(({ kind }) => kind === "MESSAGE")?.used;
  return {
    ...(used === undefined ? {} : { used }),
    ...(fullest === undefined ? {} : { limit: fullest.limit }),
    ...(limited.length === 0 ? {} : { share: Math.max(...limited.map(shareOf)) }),
    ...(mails === undefined ? {} : { mails }),
    ...(days === undefined ? {} : { left: Math.round((days * day) / 1000) }),
  };
}

const foldersOf = (counted: MailboxSize | undefined): Memory["folders"] | undefined =>
  counted && Object.fromEntries([...counted.counted].map(([name, folder]) => [name, tupleOf(folder)]));

const tupleOf = ({ uidValidity, lastUid, mails, bytes }: CountedFolder): [number, number, number, number] => [
  uidValidity,
  lastUid,
  mails,
  bytes,
];

/** `4.7 GiB` */
function sizeText(bytes: number): string {
  const units = ["KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length, Math.max(1, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1024))));
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1]}`;
}
