import { z } from "zod";
import { type CheckContext, defineCheck, type FoundFinding } from "../src/model/check.ts";
import type { Connection } from "../src/model/connection.ts";
import { isOAuth, type OAuth } from "../src/model/oauth.ts";
import type { Secret } from "../src/model/secret.ts";
import { knownRefusal } from "../src/net/login-findings.ts";
import { atItsPort, loginOf, loginOptions, portOption } from "../src/net/login-options.ts";
import {
  assertProved,
  holdSession,
  type Report,
  secure,
  type SessionMetric,
  sessionMetrics,
  timelyGreeting,
} from "../src/net/login-session.ts";
import { createPop3, type Pop3, type Pop3Capabilities, pop3Reason, type Pop3Reply } from "../src/net/pop3.ts";
import { getBearer, tokenRefusal } from "../src/net/token-login.ts";
import { mailboxFindings } from "../src/net/mailbox-findings.ts";
import { pop3Findings } from "./pop3-login.texts.ts";

const findings = {
  ...mailboxFindings,
  ...pop3Findings,
};
type Code = keyof typeof findings;

const metrics = {
  ...sessionMetrics,
  mails: { label: { en: "mails", zh: "邮件数" }, help: "How many mails wait to be fetched", unit: "none" },
  size: { label: { en: "size", zh: "大小" }, help: "How large they are together", unit: "bytes" },
} as const;

const ports = { tls: 995, starttls: [110] } as const;
const optionsSchema = z
  .strictObject({
    ...loginOptions,
    port: portOption(ports),
  })
  .transform(atItsPort(ports));
type Options = z.output<typeof optionsSchema>;

/** When it logged in last: a server may want some time between two logins (RFC 2449 section 6.5). */
const memorySchema = z.object({ loggedInAt: z.number() });

/** Logs in by POP3 as a mail program that fetches mail, counts what is there, and leaves it there. */
export default defineCheck({
  id: "pop3-login",
  title: { en: "POP3 login", zh: "POP3 登录" },
  measures: "service",
  answers: "read",
  every: 900_000,
  deadline: 60_000,
  confirm: { bad: [3, 4], good: 1, recheckMs: 60_000 },
  options: optionsSchema,
  findings,
  metrics,
  target: ({ host, port }) => `${host}:${port}`,
  load: ({ host, user, password }) => ({ host, logins: [loginOf(user, password)] }),

  async run(ctx, options, signal) {
    const counted: { mails?: number; size?: number } = {};
    const result = await holdSession<Pop3, Code, never>(
      { ctx, options, signal },
      (connection) => createPop3(connection, { commandTimeoutMs: options.limits.command * 1000, note: ctx.note }),
      (pop3) => pop3.quit(),
      async (pop3, connection, report) => {
        Object.assign(counted, await countMails({ ctx, options, pop3, connection, report }));
      },
    );
    return {
      ...result,
      metrics: { ...result.metrics, ...counted },
      ...(result.loggedIn?.length ? { memory: { loggedInAt: ctx.now() } } : {}),
    };
  },
});

interface Work {
  readonly ctx: CheckContext;
  readonly options: Options;
  readonly pop3: Pop3;
  readonly connection: Connection;
  readonly report: Report<Code, SessionMetric>;
}

/** @returns undefined where it came to no count: the report has the finding */
async function countMails(work: Work): Promise<{ readonly mails: number; readonly size: number } | undefined> {
  const { ctx, options, pop3, connection, report } = work;
  const { user } = options;
  const found = findingAt(work);
  const end = (finding: FoundFinding<Code>): undefined => {
    report.find(finding);
  };

  const greeting = await timelyGreeting(report, options, (timeoutMs) => pop3.greeting(timeoutMs));
  if (greeting.ok === undefined) return end(found("greeting-unexpected", pop3Reason(greeting)));
  if (!greeting.ok) return end(found("greeting-refused", pop3Reason(greeting)));

  let can = await pop3.capabilities();
  if (options.security === "starttls") {
    if (can && !can.has("STLS")) return end(found("starttls-missing", "no STLS", "tls"));
    const answer = await pop3.startTls();
    // A server without CAPA says no to what it does not know (RFC 2595 section 4).
    if (answer.ok !== true) return end(found(can ? "starttls-refused" : "starttls-missing", pop3Reason(answer), "tls"));
    await secure(connection, ctx.note);
    can = await pop3.capabilities();
  }

  const delay = delayOf(can);
  const last = memorySchema.safeParse(ctx.memory).data?.loggedInAt;
  if (delay !== undefined && last !== undefined && ctx.now() < last + delay * 1000) {
    return end(found("login-delay", `LOGIN-DELAY ${delay}`, "auth"));
  }
  const entered = isOAuth(options.password)
    ? await enterByToken(work, options.password, can)
    : await enterByPassword(work, options.password, can);
  if (!entered) return undefined;
  report.loggedIn(loginOf(user, options.password));

  const { mails, bytes, ...stat } = await pop3.stat();
  if (stat.ok !== true || mails === undefined || bytes === undefined) {
    return end(found(stat.ok === true ? "command-refused" : "maildrop-not-opened", pop3Reason(stat)));
  }
  return { mails, size: bytes };
}

const findingAt =
  ({ pop3, options: { host, port, user } }: Work) =>
  (code: Code, reason: string, phase = pop3.step.phase): FoundFinding<Code> => ({
    code,
    data: { phase, host, port, user, command: pop3.step.command, reason },
  });

/** @returns false where it did not get in: the report has the finding */
async function enterByPassword(work: Work, secret: Secret, can: Pop3Capabilities | undefined): Promise<boolean> {
  const { options, pop3, connection, report } = work;
  const { user } = options;
  const found = findingAt(work);
  const end = (finding: FoundFinding<Code>): false => {
    report.find(finding);
    return false;
  };
  const password = await secret.reveal();
  const way = wayOf(can, `${user}${password}`);
  if (way === undefined) return end(found("password-login-off", `SASL ${can?.get("SASL")?.join(" ") ?? "-"}`, "auth"));
  assertProved(connection);
  const login = await report.time("login", () => pop3[way](user, password));
  if (login.ok === true) return true;
  const code = refusalOf(login, options);
  // The lock on the mailbox is asked for when the password has been found right (RFC 2449 section 8.1.2).
  if (code === "mailbox-in-use") report.loggedIn(loginOf(user, secret));
  return end(found(code, pop3Reason(login)));
}

/** As `enterByPassword`. */
async function enterByToken(work: Work, oauth: OAuth, can: Pop3Capabilities | undefined): Promise<boolean> {
  const { ctx, options, pop3, connection, report } = work;
  const { user } = options;
  const token = await getBearer(ctx, oauth, { ...options, offered: can?.get("SASL") ?? [] });
  if ("code" in token) {
    report.find(token);
    return false;
  }
  assertProved(connection);
  const login = await report.time("login", () => pop3.authenticateBearer(user, token.bearer));
  if (login.ok === true) return true;
  const code = tokenRefusal(refusalOf(login, options));
  if (code === "mailbox-in-use") report.loggedIn(loginOf(user, oauth));
  if (code === "token-rejected") token.refused();
  report.find(findingAt(work)(code, [pop3Reason(login), login.challenge].filter(Boolean).join(", ")));
  return false;
}

/** Seconds; the word behind it says that it differs by user, which is told only after the login. */
function delayOf(can: Pop3Capabilities | undefined): number | undefined {
  const seconds = Number(can?.get("LOGIN-DELAY")?.[0]);
  return Number.isFinite(seconds) ? seconds : undefined;
}

/**
 * As mail programs do: USER and PASS, whose refusals are the ones that are known; AUTH PLAIN where the server wants it, or for what
 * is not ASCII (RFC 6856 section 2). Undefined: it takes no password.
 */
function wayOf(can: Pop3Capabilities | undefined, words: string): "login" | "authenticatePlain" | undefined {
  const plain = can?.get("SASL")?.includes("PLAIN") === true;
  if (can && !can.has("USER")) return plain ? "authenticatePlain" : undefined;
  return plain && !/^[\x20-\x7e]*$/.test(words) ? "authenticatePlain" : "login";
}

/** RFC 2449 section 8.1, RFC 3206 section 4. */
const byResponseCode: Readonly<Record<string, Code>> = {
  AUTH: "login-rejected",
  "SYS/TEMP": "login-unavailable",
  "SYS/PERM": "person-needed",
  "IN-USE": "mailbox-in-use",
  "LOGIN-DELAY": "login-delay",
};

/** What an answer other than +OK to the login says. Without a code nobody is blamed: the password may be right. */
function refusalOf(answer: Pop3Reply, { provider }: Options): Code {
  if (answer.ok === undefined) return "command-refused";
  return knownRefusal(answer.text, provider) ?? byResponseCode[answer.code] ?? "login-refused";
}
