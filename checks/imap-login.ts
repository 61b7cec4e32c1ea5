import { z } from "zod";
import { type CheckContext, defineCheck } from "../src/model/check.ts";
import type { Connection } from "../src/model/connection.ts";
import { quoted } from "../src/model/text.ts";
import { createImap, type Imap, type ImapAnswer, type ImapLine, reasonOf } from "../src/net/imap.ts";
import { enterImap, findingAt, isNotConnected, refusalByCode, refusalOf, responseCode, wantsId } from "../src/net/imap-entry.ts";
import { atItsPort, loginOf, loginOptions, portOption } from "../src/net/login-options.ts";
import { holdSession, type Report, sessionMetrics } from "../src/net/login-session.ts";
import { mailboxFindings } from "../src/net/mailbox-findings.ts";
import { imapFindings } from "./imap-login.texts.ts";

const findings = {
  ...mailboxFindings,
  ...imapFindings,
};
type Code = keyof typeof findings;

const metrics = {
  ...sessionMetrics,
  examine: { label: { en: "open inbox", zh: "打开收件箱" }, help: "Time until the inbox was open", unit: "seconds" },
} as const;

const ports = { tls: 993, starttls: [143] } as const;
const optionsSchema = z
  .strictObject({
    ...loginOptions,
    port: portOption(ports),
  })
  .transform(atItsPort(ports));
type Options = z.output<typeof optionsSchema>;

/** Logs in to one mailbox, opens its inbox for reading only, and leaves. */
export default defineCheck({
  id: "imap-login",
  title: { en: "IMAP login", zh: "IMAP 登录" },
  measures: "service",
  answers: "read",
  every: 300_000,
  deadline: 60_000,
  confirm: { bad: [3, 4], good: 1, recheckMs: 20_000 },
  options: optionsSchema,
  findings,
  metrics,
  target: ({ host, port }) => `${host}:${port}`,
  load: ({ host, user, password }) => ({ host, logins: [loginOf(user, password)] }),

  run: (ctx, options, signal) =>
    holdSession(
      { ctx, options, signal },
      (connection) => createImap(connection, { commandTimeoutMs: options.limits.command * 1000, note: ctx.note }),
      (imap) => imap.logout(),
      (imap, connection, report) => examineInbox({ ctx, options, imap, connection, report }),
    ),
});

interface Work {
  readonly ctx: CheckContext;
  readonly options: Options;
  readonly imap: Imap;
  readonly connection: Connection;
  readonly report: Report<Code, keyof typeof metrics>;
}

async function examineInbox(work: Work): Promise<void> {
  const { options, imap, report } = work;
  const { user, password, provider } = options;
  const found = findingAt(work);
  const entered = await enterImap(work);
  if (entered === undefined) return;

  const { greeting, login } = entered;
  alerts(login, [greeting]).forEach((text) => report.find(found("server-alert", quoted(text))));
  if (login.word !== "OK") return report.find(found(refusalOf(login, provider), reasonOf(login)));
  report.loggedIn(loginOf(user, password));

  const opened = await report.time("examine", () => openInbox(imap, wantsId(greeting, provider)));
  alerts(opened, []).forEach((text) => report.find(found("server-alert", quoted(text))));
  if (opened.word !== "OK") report.find(found(closedInbox(opened), reasonOf(opened)));
}

async function openInbox(imap: Imap, sayWho: boolean): Promise<ImapAnswer> {
  if (sayWho) await imap.id();
  const opened = await imap.examine("INBOX");
  if (opened.word === "OK" || !isUnsafe(opened)) return opened;
  await imap.id();
  return imap.examine("INBOX");
}

const isUnsafe = (answer: ImapLine): boolean => /unsafe login/i.test(answer.text);

function closedInbox(answer: ImapAnswer): Code {
  if (isNotConnected(answer)) return "mailbox-not-connected";
  if (isUnsafe(answer)) return "id-wanted";
  const sameMeaning = ["LIMIT", "INUSE", "OVERQUOTA", "SERVERBUG", "CORRUPTION"].includes(responseCode(answer));
  return (sameMeaning ? refusalByCode(answer) : undefined) ?? "inbox-not-opened";
}

/** ALERT must be shown to the user, wherever it comes (RFC 9051 section 7.1). A refusal's own text is in its finding. */
const alerts = (answer: ImapAnswer, before: readonly ImapLine[]): readonly string[] =>
  [...before, ...answer.untagged, ...(answer.word === "OK" ? [answer] : [])]
    .filter((line) => responseCode(line) === "ALERT")
    .map((line) => line.text);
