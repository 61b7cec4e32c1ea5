import { z } from "zod";
import { type CheckContext, type CheckResult, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import type { Connection } from "../src/model/connection.ts";
import { certificateFindings } from "../src/net/certificate-findings.ts";
import { connectionFindings } from "../src/net/connection-findings.ts";
import { countFolders, type FolderCounts } from "../src/net/folder-counts.ts";
import { createImap, type Imap, reasonOf } from "../src/net/imap.ts";
import { enterImap, findingAt, refusalOf, wantsId } from "../src/net/imap-entry.ts";
import { loginFindings, policyFindings } from "../src/net/login-findings.ts";
import { atItsPort, loginOf, loginOptions, portOption } from "../src/net/login-options.ts";
import { holdSession, type Report } from "../src/net/login-session.ts";
import { type SessionCode, sessionFindings } from "../src/net/session-findings.ts";
import { unknownFor } from "../src/net/unknown-findings.ts";
import { imapFindings } from "./imap-login.texts.ts";
import { judge } from "./mailbox-activity.judge.ts";
import { readMemory, writeMemory } from "./mailbox-activity.memory.ts";
import { activityFindings } from "./mailbox-activity.texts.ts";

const countForMs = 60_000;

const asUnknown = unknownFor({ en: "It was not found out what has become of the mails.", zh: "未能查看邮箱中邮件的变化。" });
const { "address-failed": _, ...connecting } = connectionFindings;
const { "greeting-late": __, ...talking } = sessionFindings;

const findings = {
  ...activityFindings,
  ...asUnknown({ ...connecting, ...certificateFindings, ...talking, ...loginFindings, ...policyFindings }),
  ...asUnknown({
    preauth: imapFindings.preauth,
    "login-not-authorized": imapFindings["login-not-authorized"],
    "password-expired": imapFindings["password-expired"],
    "login-needs-tls": imapFindings["login-needs-tls"],
    "mailbox-not-connected": imapFindings["mailbox-not-connected"],
    "mailbox-over-quota": imapFindings["mailbox-over-quota"],
    "server-bug": imapFindings["server-bug"],
  }),
};
type Code = keyof typeof findings;

const timezone = z.string().refine((name) => isTimezone(name), "must be a time zone such as Asia/Shanghai");

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** `2027-02-06`, or `2027-02-06/2027-02-12`. */
const holiday = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d(\/\d{4}-\d\d-\d\d)?$/, "must be a day such as 2027-02-06, or several, 2027-02-06/2027-02-12")
  .transform((text): readonly [first: string, last: string] => {
    const [first = "", last = first] = text.split("/");
    return [first, last];
  });

const ports = { tls: 993, starttls: [143] } as const;
const optionsSchema = z
  .strictObject({
    ...loginOptions,
    port: portOption(ports),
    share: z
      .number()
      .min(1)
      .max(100)
      .default(20)
      .meta(
        explain({
          en: "Percent of the mails that must be gone within a day before it is told; and as many as number says",
          zh: "一天内减少达到百分之几才提醒；同时须达到 number 的封数",
        }),
      ),
    number: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(100)
      .meta(explain({ en: "How many mails must be gone before it is told", zh: "减少达到多少封才提醒" })),
    silence: z
      .boolean()
      .default(true)
      .meta(
        explain({
          en: "Learn when mail usually comes, and tell when it stays away",
          zh: "是否学习来信的规律，并在异常安静时提醒",
        }),
      ),
    ownMails: z
      .number()
      .min(0)
      .default(0)
      .meta(
        explain({
          en: "How many probe mails of our own come in an hour, as planned: that they stay away is no silence",
          zh: "每小时会收到多少封探测邮件，取自计划；它们没来不算安静",
        }),
      ),
    timezone: timezone
      .default("UTC")
      .meta(explain({ en: "Whose hours and weekdays count; from settings", zh: "按哪个时区的钟点和星期计算，取自 settings" })),
    holidays: z
      .array(holiday)
      .max(100)
      .default([])
      .meta(
        explain({
          en: "Days on which nobody wonders at silence, such as 2027-02-06 or 2027-02-06/2027-02-12",
          zh: "放假的日子，安静属正常，例如 2027-02-06 或 2027-02-06/2027-02-12",
        }),
      ),
  })
  .transform(atItsPort(ports));
type Options = z.output<typeof optionsSchema>;

const metrics = {
  mails: { label: { en: "mails", zh: "邮件数" }, help: "How many mails all folders hold, without trash and junk", unit: "none" },
  discarded: { label: { en: "in the trash", zh: "垃圾箱" }, help: "How many mails lie in trash and junk", unit: "none" },
  folders: { label: { en: "folders", zh: "文件夹数" }, help: "How many folders hold mail", unit: "none" },
  arrived: {
    label: { en: "came", zh: "新到" },
    help: "How many mails came into the inbox since the look before",
    unit: "none",
  },
} as const;

/**
 * What becomes of the mail in a mailbox that matters: deleted in masses, folders made anew, no new mail in hours that are usually busy.
 * Posture, not service: mail can be read and written all the while, and silence is a sign and no proof. One login in half an hour;
 * STATUS alone, so that no folder is opened and nothing is marked as read.
 */
export default defineCheck({
  id: "mailbox-activity",
  title: { en: "What becomes of the mail in the mailbox", zh: "邮箱中邮件的变化" },
  measures: "posture",
  answers: "receive",
  every: 30 * 60_000,
  deadline: 150_000,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  options: optionsSchema,
  findings,
  metrics,
  target: ({ host, port }) => `${host}:${port}`,
  load: ({ host, user, password }) => ({ host, logins: [loginOf(user, password)] }),

  async run(ctx, options, signal) {
    const seen: { counts?: FolderCounts } = {};
    const { findings: told, loggedIn } = await holdSession<Imap, Code, never>(
      { ctx, options, signal },
      (connection) => createImap(connection, { commandTimeoutMs: options.limits.command * 1000, note: ctx.note }),
      (imap) => imap.logout(),
      async (imap, connection, report) => {
        const counts = await look({ ctx, options, imap, connection, report });
        if (counts) seen.counts = counts;
      },
    );
    const kept: CheckResult<Code, keyof typeof metrics> = { findings: told.filter(isTold), ...(loggedIn ? { loggedIn } : {}) };
    if (seen.counts === undefined) return kept;
    const memory = readMemory(ctx.memory);
    const judged = judge(seen.counts, memory, options, { now: ctx.now(), everyMs: ctx.everyMs, note: ctx.note });
    return {
      ...kept,
      findings: [...judged.findings, ...kept.findings],
      metrics: judged.metrics,
      memory: writeMemory(judged.memory),
    };
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
}

async function look(work: Work): Promise<FolderCounts | undefined> {
  const { options, imap, report } = work;
  const { user, password, provider } = options;
  const entered = await enterImap(work);
  if (entered === undefined) return undefined;
  const { greeting, login } = entered;
  if (login.word !== "OK") {
    report.find(findingAt(work)(refusalOf(login, provider), reasonOf(login)));
    return undefined;
  }
  report.loggedIn(loginOf(user, password));
  if (wantsId(greeting, provider)) await imap.id();
  return countFolders(imap, countForMs);
}
