import { z } from "zod";
import { type Holding, lossOf, remember } from "../src/mail/mailbox-changes.ts";
import { type CheckContext, type CheckResult, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import type { Connection } from "../src/model/connection.ts";
import type { Json } from "../src/model/json.ts";
import { certificateFindings } from "../src/net/certificate-findings.ts";
import { connectionFindings, targetOf } from "../src/net/connection-findings.ts";
import { createLdap, type Ldap, resultReason } from "../src/net/ldap.ts";
import type { LdapResult } from "../src/net/ldap-message.ts";
import { fingerprintOption, loginOf, loginOptions } from "../src/net/login-options.ts";
import { assertProved, holdSession, type Report, secure, sessionMetrics } from "../src/net/login-session.ts";
import { secretOption } from "../src/net/secret-option.ts";
import { type SessionCode, sessionFindings } from "../src/net/session-findings.ts";
import { bindRefusal, searchRefusal } from "./ldap-directory.refusals.ts";
import { directoryFindings, ofDirectory, onTheWayToDirectory } from "./ldap-directory.texts.ts";

const { "path-blocked": _, ...connecting } = connectionFindings;

const findings = {
  ...directoryFindings,
  ...onTheWayToDirectory(connecting),
  ...ofDirectory(certificateFindings),
  ...onTheWayToDirectory({
    "starttls-missing": sessionFindings["starttls-missing"],
    "starttls-refused": sessionFindings["starttls-refused"],
    "command-timeout": sessionFindings["command-timeout"],
    "connection-lost": sessionFindings["connection-lost"],
    "session-ended": sessionFindings["session-ended"],
    "command-refused": sessionFindings["command-refused"],
  }),
};
type Code = keyof typeof findings;

const { greeting: __, ...times } = sessionMetrics;
const metrics = {
  ...times,
  search: { label: { en: "look-up", zh: "查询" }, help: "Time until one entry was found", unit: "seconds" },
  accounts: { label: { en: "accounts", zh: "账号数" }, help: "How many accounts the directory has", unit: "none" },
} as const;

const seconds = z.number().positive().max(60);
const limits = z.strictObject({
  connect: seconds.default(10).meta(explain({ en: "Seconds until a connection is given up", zh: "连接的时限（秒）" })),
  tls: seconds.default(10).meta(explain({ en: "Seconds until the TLS handshake is given up", zh: "TLS 握手的时限（秒）" })),
  command: seconds.default(15).meta(explain({ en: "Seconds for the answer to a question", zh: "等待应答的时限（秒）" })),
  slow: seconds
    .default(2)
    .meta(explain({ en: "Seconds from which on login or look-up is called slow", zh: "登录或查询超过多少秒算慢" })),
});

/** Parentheses in pairs; what stands in them is the directory's to judge. */
function isFilter(text: string): boolean {
  let open = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === "(") open += 1;
    if (text[index] === ")") open -= 1;
    if (open < 1 && index < text.length - 1) return false;
  }
  return open === 0 && text.length > 2;
}

const optionsSchema = z
  .strictObject({
    host: loginOptions.host,
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .meta(explain({ en: "Left out: 636 with tls, else 389", zh: "不写则 tls 为 636，否则为 389" })),
    security: z
      .enum(["tls", "starttls", "none"])
      .optional()
      .meta(
        explain({
          en: "tls: from the first byte (ldaps). starttls: plain at first. none: only without a password. Left out: as the port says, else tls",
          zh: "tls：一连接就加密（ldaps）。starttls：先明文再加密。none：不加密，仅限匿名。不写则按端口判断，否则为 tls",
        }),
      ),
    user: z
      .string()
      .min(1)
      .optional()
      .meta(
        explain({
          en: "Whose account looks things up: a DN, with Active Directory also name@domain. Left out: anonymous",
          zh: "查询所用的账号：DN，Active Directory 也可写 name@domain。不写则匿名",
        }),
      ),
    password: secretOption.optional().meta(explain({ en: "Where its password is kept", zh: "密码的来源" })),
    base: z
      .string()
      .min(1)
      .max(500)
      .meta(explain({ en: "Below what is searched, such as dc=example,dc=com", zh: "查询的起点，例如 dc=example,dc=com" })),
    filter: z
      .string()
      .max(500)
      .refine(isFilter, "must be a filter in parentheses, such as (objectClass=person)")
      .default("(objectClass=person)")
      .meta(explain({ en: "What counts as an account", zh: "哪些条目算账号" })),
    accounts: z
      .int()
      .min(1)
      .max(20_000)
      .optional()
      .meta(explain({ en: "So many accounts must be there at least", zh: "至少应有多少个账号" })),
    share: z
      .number()
      .min(1)
      .max(100)
      .default(10)
      .meta(
        explain({
          en: "Percent of the accounts that must go within a day before it is told; and as many as number says",
          zh: "一天内减少达到百分之几才提醒；同时须达到 number 的个数",
        }),
      ),
    number: z
      .int()
      .min(1)
      .max(20_000)
      .default(5)
      .meta(explain({ en: "How many accounts must go before it is told", zh: "减少达到多少个才提醒" })),
    fingerprint: fingerprintOption.optional(),
    proxy: loginOptions.proxy,
    limits: limits
      .prefault({})
      .meta(
        explain({ en: "How long is waited; more for a line that is known to be slow", zh: "各步骤的时限，线路较慢时可放宽" }),
      ),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    path: ["password"],
    message: "must stand beside user, and user beside it",
  })
  .transform((options) => {
    const security = options.security ?? (options.port === 389 ? "starttls" : "tls");
    return { ...options, security, port: options.port ?? (security === "tls" ? 636 : 389) } as const;
  })
  .refine(({ security, password }) => security !== "none" || password === undefined, {
    path: ["security"],
    message: "must be tls or starttls: no password is sent without encryption",
  });
type Options = z.output<typeof optionsSchema>;

const hour = 3_600_000;
/** Looks are never on the second. */
const countEveryMs = hour - 60_000;
const counting = { most: 20_000, forMs: 30_000 } as const;

const number = z.number();
const memorySchema = z.object({
  /** When it was counted last, how many there were, and whether there may be more. */
  counted: z.tuple([number, number, z.boolean()]).optional(),
  held: z
    .array(z.tuple([number, number, number]))
    .max(30)
    .default([]),
});
type Memory = z.output<typeof memorySchema>;

/**
 * The directory that logins to mail hang on: bind, one look-up, and how many accounts it has, counted once an hour. Posture, not
 * service: whether somebody gets into a mailbox is shown by the logins themselves.
 */
export default defineCheck({
  id: "ldap-directory",
  title: { en: "Directory of accounts (LDAP)", zh: "账号目录（LDAP）" },
  measures: "posture",
  answers: "read",
  every: 5 * 60_000,
  deadline: 120_000,
  confirm: { bad: [2, 3], good: 1, recheckMs: 30_000 },
  options: optionsSchema,
  findings,
  metrics,
  target: ({ host, port }) => `${host}:${port}`,
  load: ({ host, user, password }) => ({ host, ...(user && password ? { logins: [loginOf(user, password)] } : {}) }),

  async run(ctx, options, signal) {
    const known = memorySchema.safeParse(ctx.memory).data ?? memorySchema.parse({});
    const seen: { memory: Memory | undefined } = { memory: undefined };
    const { security, limits: given, ...rest } = options;
    const { slow, ...waits } = given;
    const result = await holdSession<Ldap, Code, keyof typeof metrics>(
      {
        ctx,
        options: {
          ...rest,
          security: security === "tls" ? "tls" : "starttls",
          limits: { ...waits, greeting: waits.command, slow, late: waits.command },
        },
        signal,
      },
      (connection) => createLdap(connection, { commandTimeoutMs: waits.command * 1000, note: ctx.note }),
      (ldap) => ldap.unbind(),
      async (ldap, connection, report) => {
        seen.memory = await look({ ctx, options, ldap, connection, report, known });
      },
    );
    const { greeting: _greeting, ...measured } = result.metrics ?? {};
    const memory = seen.memory ?? known;
    const count = seen.memory?.counted;
    return {
      findings: [...result.findings.filter(isTold), ...(count ? judge(ctx, options, known, count) : [])],
      metrics: { ...measured, ...(count && !count[2] ? { accounts: count[1] } : {}) },
      memory: stored(ctx, known, memory),
      ...(result.loggedIn ? { loggedIn: result.loggedIn } : {}),
    } satisfies CheckResult<Code, keyof typeof metrics>;
  },
});

const isTold = (found: FoundFinding<string>): found is FoundFinding<Code> => Object.hasOwn(findings, found.code);

interface Work {
  readonly ctx: CheckContext;
  readonly options: Options;
  readonly ldap: Ldap;
  readonly connection: Connection;
  readonly report: Report<Code | SessionCode, keyof typeof metrics | "greeting">;
  readonly known: Memory;
}

/** @returns undefined where it did not come to a look-up: the report has the finding */
async function look(work: Work): Promise<Memory | undefined> {
  const { ctx, options, ldap, connection, report, known } = work;
  const { user = "", password, base, filter, security } = options;
  const about = { ...targetOf(options), user: user === "" ? "an anonymous program" : user, base };
  const refuse = (code: Code, result: LdapResult): undefined => {
    const { phase, command } = ldap.step;
    const servers = result.referrals.join(", ") || resultReason(result);
    report.find({ code, data: { phase, command, ...about, reason: resultReason(result), servers } });
  };
  if (security === "starttls") {
    const answer = await ldap.startTls();
    if (answer.code !== 0) return refuse(unsupported.has(answer.code) ? "starttls-missing" : "starttls-refused", answer);
    await secure(connection, ctx.note);
  }
  const secret = password === undefined ? "" : await password.reveal();
  if (password !== undefined) {
    assertProved(connection);
    // A bind with a name and no password succeeds everywhere, and proves nothing (RFC 4513 section 5.1.2).
    if (secret === "") throw new Error("The password is empty: the directory would let anybody in so");
  }
  const began = performance.now();
  const bound = await report.time("login", () => ldap.bind(user, secret));
  if (bound.code !== 0) return refuse(bindRefusal(bound), bound);
  if (user !== "" && password) report.loggedIn(loginOf(user, password));
  const found = await report.time("search", () => ldap.find(base));
  const tookSeconds = (performance.now() - began) / 1000;
  if (found.code !== 0) return refuse(searchRefusal(found), found);
  if (tookSeconds >= options.limits.slow) {
    report.find({ code: "directory-slow", data: { ...about, seconds: Math.round(tookSeconds * 10) / 10 } });
  }
  if (!isDue(ctx, options, known)) return known;
  const { result, entries, cut } = await ldap.count(base, filter, counting);
  if (result.code !== 0) return refuse(searchRefusal(result), result);
  ctx.note(`${entries} accounts${cut ? ", and perhaps more" : ""}`);
  return { ...known, counted: [ctx.now(), entries, cut] };
}

/** A server without StartTLS: protocolError, unavailableCriticalExtension. */
const unsupported: ReadonlySet<number> = new Set([2, 12]);

/** Once an hour; what is wrong is counted at every look, so that it ends as soon as it is mended. */
function isDue(ctx: CheckContext, options: Options, known: Memory): boolean {
  const { counted } = known;
  const since = counted === undefined ? Infinity : ctx.now() - counted[0];
  return counted === undefined || since < 0 || since >= countEveryMs || judge(ctx, options, known, counted).length > 0;
}

function judge(
  ctx: CheckContext,
  options: Options,
  { held }: Memory,
  [, count, cut]: NonNullable<Memory["counted"]>,
): readonly FoundFinding<Code>[] {
  const { host, base, filter, accounts: least, share } = options;
  if (cut) return [{ code: "accounts-cut", data: { host, count } }];
  if (least !== undefined && count < least) return [{ code: "accounts-missing", data: { host, count, least } }];
  const { before, missing } = lossOf(held, [ctx.now(), count, 0]);
  if (missing >= Math.max(options.number, (before * share) / 100)) {
    return [{ code: "accounts-dropped", data: { host, count, before, missing } }];
  }
  return count === 0 ? [{ code: "accounts-none", data: { host, base, filter } }] : [];
}

function stored(ctx: CheckContext, known: Memory, { counted }: Memory): Json {
  const isNew = counted !== undefined && counted !== known.counted && !counted[2];
  const held: readonly Holding[] = isNew ? remember(known.held, [ctx.now(), counted[1], 0]) : known.held;
  return { held: [...held], ...(counted === undefined ? {} : { counted }) };
}
