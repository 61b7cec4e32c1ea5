import { createHash } from "node:crypto";
import { z } from "zod";
import { type CheckContext, type CheckResult, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import type { Connection } from "../src/model/connection.ts";
import type { Json } from "../src/model/json.ts";
import { isOAuth, type OAuth } from "../src/model/oauth.ts";
import type { Secret } from "../src/model/secret.ts";
import { readSieve } from "../src/mail/sieve.ts";
import { certificateFindings } from "../src/net/certificate-findings.ts";
import { connectionFindings } from "../src/net/connection-findings.ts";
import { knownRejection, loginFindings } from "../src/net/login-findings.ts";
import { loginOf, loginOptions } from "../src/net/login-options.ts";
import {
  assertProved,
  holdSession,
  type Report,
  secure,
  type SessionMetric,
  sessionMetrics,
  timelyGreeting,
} from "../src/net/login-session.ts";
import { capabilitiesIn, createManageSieve, type ManageSieve, type SieveAnswer, sieveReason } from "../src/net/managesieve.ts";
import { sessionFindings } from "../src/net/session-findings.ts";
import { tokenFindings } from "../src/net/token-findings.ts";
import { getBearer, tokenRefusal } from "../src/net/token-login.ts";
import { sieveFindings } from "./managesieve.texts.ts";

const findings = {
  ...connectionFindings,
  ...certificateFindings,
  ...sessionFindings,
  "login-rejected": loginFindings["login-rejected"],
  "login-refused": loginFindings["login-refused"],
  "account-locked": loginFindings["account-locked"],
  "login-unavailable": loginFindings["login-unavailable"],
  "login-limited": loginFindings["login-limited"],
  "password-login-off": loginFindings["password-login-off"],
  ...tokenFindings,
  ...sieveFindings,
};
type Code = keyof typeof findings;

const metrics = {
  ...sessionMetrics,
  scripts: { label: { en: "scripts", zh: "脚本数" }, help: "Scripts that the mailbox has", unit: "none" },
} as const;

const optionsSchema = z
  .strictObject({
    ...loginOptions,
    port: z
      .int()
      .min(1)
      .max(65_535)
      .default(4190)
      .meta(explain({ en: "Its port", zh: "端口" })),
    security: z
      .enum(["tls", "starttls"])
      .default("starttls")
      .meta(
        explain({
          en: "starttls: plain at first, and nothing secret is sent before it. tls: from the first byte",
          zh: "starttls：先明文再加密，加密前不发送密码。tls：一连接就加密",
        }),
      ),
    user: z
      .string()
      .min(1)
      .optional()
      .meta(explain({ en: "The login name; left out: nobody logs in", zh: "登录名；不写则不登录" })),
    password: loginOptions.password.optional(),
    acknowledged: z
      .string()
      .optional()
      .meta(
        explain({
          en: "The mark of a change, as its finding tells it: the filter is accepted as it was with this mark",
          zh: "变更的标记，见结论：写上即接受该标记对应的过滤规则",
        }),
      ),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    path: ["password"],
    error: "user and password belong together",
  });
type Options = z.output<typeof optionsSchema>;

/** As many scripts as are read: the active one and those that it takes in. */
const maxScripts = 10;

const remembered = z.strictObject({ mark: z.string(), active: z.string(), forwards: z.array(z.string()) });
type Filter = z.output<typeof remembered>;

/** The service that filters are set by, and, with a login, the filter itself: who changes it unseen can send all mail away. */
export default defineCheck({
  id: "managesieve",
  title: { en: "Mail filters (ManageSieve)", zh: "邮件过滤规则（ManageSieve）" },
  measures: "posture",
  answers: "trusted",
  every: 1_800_000,
  deadline: 60_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: optionsSchema,
  findings,
  metrics,
  target: ({ host, port }) => `${host}:${port}`,
  load: ({ host, user, password }) => ({ host, ...(user && password ? { logins: [loginOf(user, password)] } : {}) }),

  async run(ctx, options, signal) {
    const seen: { filter?: Filter; scripts?: number } = {};
    const result = await holdSession<ManageSieve, Code, never>(
      { ctx, options, signal },
      (connection) => createManageSieve(connection, { commandTimeoutMs: options.limits.command * 1000, note: ctx.note }),
      (sieve) => sieve.logout(),
      async (sieve, connection, report) => {
        Object.assign(seen, await look({ ctx, options, sieve, connection, report }));
      },
    );
    if (seen.filter === undefined) return result;
    const judged = judge(seen.filter, ctx.memory, options);
    const metricsOfAll = { ...result.metrics, scripts: seen.scripts ?? 0 };
    return { ...result, ...judged, findings: [...judged.findings, ...result.findings], metrics: metricsOfAll };
  },
});

interface Work {
  readonly ctx: CheckContext;
  readonly options: Options;
  readonly sieve: ManageSieve;
  readonly connection: Connection;
  readonly report: Report<Code, SessionMetric>;
}

/** @returns undefined where it did not come to a filter: the report says why, or nobody was to log in */
async function look(work: Work): Promise<{ readonly filter: Filter; readonly scripts: number } | undefined> {
  const { ctx, options, sieve, connection, report } = work;
  const { host, port, user = "", password } = options;
  const end = (code: Code, reason: string, phase = sieve.step.phase): undefined => {
    report.find({ code, data: { phase, host, port, user, command: sieve.step.command, reason } });
  };

  const greeting = await timelyGreeting(report, options, (timeoutMs) => sieve.greeting(timeoutMs));
  if (greeting.word === "") return end("greeting-unexpected", sieveReason(greeting));
  if (greeting.word !== "OK") return end("greeting-refused", sieveReason(greeting));
  let can = capabilitiesIn(greeting);
  // What another protocol says looks alike; this one must be there (RFC 5804 section 1.7).
  if (!can.has("SIEVE")) return end("greeting-unexpected", sieveReason(greeting));
  if (options.security === "starttls") {
    if (!can.has("STARTTLS")) return end("starttls-missing", "no STARTTLS", "tls");
    const answer = await sieve.startTls();
    if (answer.word !== "OK") return end("starttls-refused", sieveReason(answer), "tls");
    await secure(connection, ctx.note);
    can = capabilitiesIn(await sieve.afterTls());
  }
  if (password === undefined) return undefined;

  const offered = (can.get("SASL") ?? "").toUpperCase().split(/\s+/).filter(Boolean);
  const isIn = isOAuth(password) ? await enterByToken(work, password, offered) : await enter(work, password, offered);
  if (!isIn) return undefined;
  report.loggedIn(loginOf(user, password));

  const listed = await sieve.listScripts();
  if (listed.word !== "OK") return end(listed.word === "BYE" ? "session-ended" : "command-refused", sieveReason(listed));
  const active = listed.scripts.find((script) => script.active)?.name ?? "";
  const known = new Set(listed.scripts.map(({ name }) => name));
  const wanted = active === "" ? [] : [active];
  const texts = new Map<string, string>();
  for (const name of wanted) {
    const got = await sieve.getScript(name);
    if (got.word !== "OK") return end("command-refused", sieveReason(got));
    texts.set(name, got.script);
    const more = readSieve(got.script).includes.filter((it) => known.has(it) && !wanted.includes(it));
    wanted.push(...more.slice(0, maxScripts - wanted.length));
  }
  return { filter: filterOf(active, texts, user), scripts: listed.scripts.length };
}

const findAt = ({ options, sieve, report }: Work, code: Code, reason: string): void => {
  const { host, port, user = "" } = options;
  report.find({ code, data: { phase: sieve.step.phase, host, port, user, command: sieve.step.command, reason } });
};

/** @returns whether it was let in; else the report has the finding */
async function enter(work: Work, password: Secret, offered: readonly string[]): Promise<boolean> {
  const { options, sieve, connection, report } = work;
  const { host, port, user = "" } = options;
  if (!offered.includes("PLAIN")) {
    const reason = `SASL ${offered.join(" ") || "-"}`;
    report.find({ code: "password-login-off", data: { phase: "auth", host, port, user, command: sieve.step.command, reason } });
    return false;
  }
  const secret = await password.reveal();
  assertProved(connection);
  const login = await report.time("login", () => sieve.authenticatePlain(user, secret));
  if (login.word === "OK") return true;
  findAt(work, login.word === "BYE" ? "session-ended" : refusalOf(login, options), sieveReason(login));
  return false;
}

async function enterByToken(work: Work, oauth: OAuth, offered: readonly string[]): Promise<boolean> {
  const { ctx, options, sieve, connection, report } = work;
  const { user = "" } = options;
  const found = await getBearer(ctx, oauth, { ...options, user, offered });
  if ("code" in found) {
    report.find(found);
    return false;
  }
  assertProved(connection);
  const login = await report.time("login", () => sieve.authenticateBearer(user, found.bearer));
  if (login.word === "OK") return true;
  const code = login.word === "BYE" ? "session-ended" : tokenRefusal(refusalOf(login, options));
  if (code === "token-rejected") found.refused();
  findAt(work, code, [sieveReason(login), login.challenge].filter(Boolean).join(", "));
  return false;
}

/** Where a refusal has no words that are known, nobody is blamed: the password may be right. */
function refusalOf({ code, text }: SieveAnswer, { provider }: Options): Code {
  const known = knownRejection(text, provider);
  if (known !== undefined && isDeclared(known)) return known;
  if (code === "TRYLATER" || /temporary/i.test(text)) return "login-unavailable";
  if (code === "ENCRYPT-NEEDED" || code === "AUTH-TOO-WEAK") return "password-login-off";
  if (/disabled|locked|suspended|nologin/i.test(text)) return "account-locked";
  if (/too many|limit/i.test(text)) return "login-limited";
  // Pigeonhole's words for a password that is wrong, and for nothing else.
  return /^authentication failed\.?$/i.test(text) ? "login-rejected" : "login-refused";
}

const isDeclared = (code: string): code is Code => Object.hasOwn(findings, code);

function filterOf(active: string, texts: ReadonlyMap<string, string>, user: string): Filter {
  const hash = createHash("sha256");
  for (const [name, text] of texts) hash.update(`${name}\0${text}\0`);
  const home = user.includes("@") ? user.slice(user.lastIndexOf("@")).toLowerCase() : undefined;
  const all = [...texts.values()].flatMap((text) => readSieve(text).redirects);
  const forwards = all.filter((address) => home === undefined || !address.toLowerCase().endsWith(home));
  return { mark: hash.digest("hex").slice(0, 12), active, forwards: [...new Set(forwards)].slice(0, 50) };
}

function judge(filter: Filter, memory: Json | undefined, { host, user = "", acknowledged }: Options): CheckResult<Code, never> {
  const accepted = remembered.safeParse(memory).data;
  const about = { host, user, script: filter.active || "–", mark: filter.mark };
  if (accepted === undefined || accepted.mark === filter.mark || acknowledged === filter.mark) {
    const found: FoundFinding<Code> = { code: "forwards", data: { ...about, addresses: shown(filter.forwards) } };
    return { findings: filter.forwards.length > 0 ? [found] : [], memory: filter };
  }
  const added = filter.forwards.filter((address) => !accepted.forwards.includes(address));
  const data = { ...about, former: accepted.active || "–", addresses: shown(added) };
  // The accepted one stays what it is compared with, until a person accepts the other.
  return { findings: [{ code: added.length > 0 ? "forward-added" : "script-changed", data }], memory: accepted };
}

const shown = (addresses: readonly string[]): string =>
  addresses.length > 5 ? `${addresses.slice(0, 5).join(", ")} …` : addresses.join(", ");
