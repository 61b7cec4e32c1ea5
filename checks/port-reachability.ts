import { getDomain } from "tldts";
import { z } from "zod";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import { DialError } from "../src/model/connection.ts";
import { quoted } from "../src/model/text.ts";
import { connectionFinding, connectionFindings, isOwnSide } from "../src/net/connection-findings.ts";
import { blockedInChinaOption } from "../src/net/login-options.ts";
import { splitTarget } from "../src/net/reach-any.ts";
import { reachabilityFindings } from "./port-reachability.texts.ts";

const findings = {
  ...reachabilityFindings,
  "name-not-found": connectionFindings["name-not-found"],
  "no-address": connectionFindings["no-address"],
  "name-unresolved": connectionFindings["name-unresolved"],
  "no-route": connectionFindings["no-route"],
  "path-blocked": connectionFindings["path-blocked"],
};
type Code = keyof typeof findings;
type Found = FoundFinding<Code>;

const mailPorts = [25, 465, 587, 993, 995];
/** TLS from the first byte (RFC 8314; 994 is NetEase's); the others greet. */
const tlsPorts: ReadonlySet<number> = new Set([465, 993, 994, 995]);
/** Of other operators, at one port. */
const maxControls = 3;

/** Large mail services inside and outside China: what they answer tells whether this network lets a port out. */
const controls = [
  "imap.qq.com:993",
  "imap.163.com:993",
  "outlook.office365.com:993",
  "smtp.qq.com:465",
  "smtp.163.com:465",
  "smtp.gmail.com:465",
  "smtp.qq.com:587",
  "smtp.office365.com:587",
  "smtp.mail.me.com:587",
  "pop.qq.com:995",
  "pop.163.com:995",
  "outlook.office365.com:995",
];

const port = z.int().min(1).max(65_535);
const seconds = z.number().positive().max(15);

const optionsSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .meta(explain({ en: "The mail server", zh: "邮件服务器" })),
  ports: z
    .array(port)
    .min(1)
    .max(10)
    .optional()
    .meta(
      explain({
        en: "Those that must answer. Left out: 25, 465, 587, 993 and 995 are tried, and one that has answered once must go on to",
        zh: "必须有应答的端口。不写则尝试 25、465、587、993 和 995，凡曾有应答的端口，此后都必须有应答",
      }),
    ),
  tls: z
    .boolean()
    .default(true)
    .meta(
      explain({
        en: "Also begin TLS (465, 993, 994, 995) or wait for the greeting (all others): some firewalls take a connection themselves and keep silent. false: a connection is enough",
        zh: "同时开始 TLS（465、993、994、995）或等待问候语（其余端口）：有的防火墙会自己接受连接而不作声。写 false 则连上即可",
      }),
    ),
  control: z
    .array(
      z
        .string()
        .refine((text) => splitTarget(text) !== undefined, { error: "must be a host and a port, such as imap.qq.com:993" }),
    )
    .max(40)
    .default(controls)
    .meta(
      explain({
        en: "Mail servers of others, host:port. Where a port does not answer, those at the same port are tried, to tell a firewall here from a host that is down; otherwise none is contacted",
        zh: "其他邮件服务的「主机:端口」。某端口没有应答时，才尝试同一端口的这些服务器，以区分本地防火墙拦截与对方中断；平时不联系它们",
      }),
    ),
  blockedInChina: blockedInChinaOption,
  limits: z
    .strictObject({
      connect: seconds.default(5).meta(explain({ en: "Seconds until a connection is given up", zh: "连接的时限（秒）" })),
      answer: seconds
        .default(8)
        .meta(explain({ en: "Seconds until a greeting or TLS is given up", zh: "等待问候语或 TLS 的时限（秒）" })),
    })
    .prefault({})
    .meta(explain({ en: "How long is waited", zh: "各步骤的时限" })),
});
type Options = z.output<typeof optionsSchema>;

const remembered = z.strictObject({ answered: z.array(port).max(10) });

/** What became of one port. */
interface Look {
  readonly port: number;
  readonly answers: boolean;
  readonly reason: string;
  readonly error?: DialError;
}

/** Which ports of a mail host answer from here: tells "blocked in our office" from "down", and never the one for the other. */
export default defineCheck({
  id: "port-reachability",
  title: { en: "Ports of the mail server", zh: "邮件服务器端口" },
  measures: "service",
  answers: "read",
  every: 3_600_000,
  deadline: 60_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: optionsSchema,
  findings,
  metrics: {
    answering: { label: { en: "ports that answer", zh: "有应答的端口" }, help: "Ports of the host that answer", unit: "none" },
  },
  target: ({ host }) => host,
  load: ({ host }) => ({ host }),

  async run(ctx, options, signal) {
    const answered = remembered.safeParse(ctx.memory).data?.answered ?? [];
    const tried = [...new Set(options.ports ?? [...mailPorts, ...answered])];
    const looks = await Promise.all(tried.map((one) => lookAt(ctx, options.host, one, options, signal)));
    const open = looks.filter(({ answers }) => answers).map((look) => look.port);
    const known = [...new Set([...answered, ...open])].toSorted((a, b) => a - b).slice(0, 10);
    const expected = options.ports ?? (known.length > 0 ? known : tried);
    const silent = looks.filter((look) => !look.answers && expected.includes(look.port));
    return {
      findings: await judge(ctx, options, { looks, open, silent }, signal),
      metrics: { answering: open.length },
      memory: { answered: known },
    };
  },
});

/**
 * Connects to one port and waits until somebody there has spoken.
 * @throws DialError where the run was given up
 */
async function lookAt(ctx: CheckContext, host: string, at: number, options: Options, signal: AbortSignal): Promise<Look> {
  const { tls: spoken, limits } = options;
  const [connectTimeoutMs, answerTimeoutMs] = [limits.connect * 1000, limits.answer * 1000];
  const isTls = spoken && tlsPorts.has(at);
  const look = (reason: string, more: Partial<Look> = {}): Look => {
    ctx.note(`${host}:${at}: ${reason}`);
    return { port: at, answers: false, reason, ...more };
  };
  try {
    const connection = await ctx.dial(
      { host, port: at, tls: isTls ? "implicit" : "none", verify: false, connectTimeoutMs, tlsTimeoutMs: answerTimeoutMs },
      signal,
    );
    try {
      if (isTls || !spoken) return look("answers", { answers: true });
      const line = await connection.readLine(answerTimeoutMs);
      // What a firewall puts there is no mail server.
      if (!/^([245]\d\d([ -]|$)|\* |[+-](OK|ERR))/.test(line)) return look(`no mail server: ${quoted(line.slice(0, 200))}`);
      return look("answers", { answers: true });
    } finally {
      connection.close();
    }
  } catch (error) {
    if (!(error instanceof DialError) || error.failure === "aborted") throw error;
    // A refusal in TLS's own words comes from somebody who speaks it.
    if (error.phase === "tls" && error.failure === "tls-failed") return look("answers", { answers: true });
    return look(error.message, { error });
  }
}

interface Seen {
  readonly looks: readonly Look[];
  readonly open: readonly number[];
  /** Those that were to answer and do not. */
  readonly silent: readonly Look[];
}

async function judge(ctx: CheckContext, options: Options, seen: Seen, signal: AbortSignal): Promise<readonly Found[]> {
  const { host } = options;
  const { looks, open, silent } = seen;
  const ownFault = open.length === 0 ? ownFaultOf(looks, options) : undefined;
  if (ownFault) return [ownFault];
  const found: Found[] = [];
  const missing = silent.filter((look) => look.port !== 25);
  const smtp = silent.find((look) => look.port === 25);
  if (smtp && (open.length > 0 || missing.length === 0)) {
    found.push({ code: "port25-silent", data: { host, port: 25, reason: smtp.reason } });
  }
  if (missing.length === 0) return found;

  const compared = await Promise.all(
    missing.map(async (look) => ({ look, ...(await askOthers(ctx, options, look.port, signal)) })),
  );
  const about = (some: typeof compared): Record<string, string | number> => ({
    host,
    port: some[0]?.look.port ?? 0,
    ports: some.map(({ look }) => look.port).join(", "),
    open: open.join(", "),
    count: Math.min(...some.map(({ asked }) => asked)),
    control: some.find(({ answering }) => answering !== undefined)?.answering ?? "",
    reason: some[0]?.look.reason ?? "",
  });
  const add = (code: Code, some: typeof compared): void => {
    if (some.length > 0) found.unshift({ code, data: about(some) });
  };
  const letOut = compared.filter(({ answering }) => answering !== undefined);
  const blocked = compared.filter(({ answering, asked }) => answering === undefined && asked > 0);
  const alone = compared.filter(({ asked }) => asked === 0);
  add("port-blocked", blocked);
  if (open.length > 0) {
    add("port-silent", alone);
    add("port-closed", letOut);
  } else if (letOut.length > 0) add("host-silent", letOut);
  else add("ports-unjudged", alone);
  return found;
}

/** No name, no way from here, or a way that is known to be blocked: it is not a matter of ports. */
function ownFaultOf(looks: readonly Look[], { host, blockedInChina }: Options): Found | undefined {
  for (const { error, port: at } of looks) {
    if (error === undefined) continue;
    if (error.phase !== "resolve" && !isOwnSide(error) && !blockedInChina) continue;
    const finding = connectionFinding(error, { host, port: at }, blockedInChina);
    if (finding && isOwn(finding)) return finding;
  }
  return undefined;
}

const isOwn = (finding: FoundFinding<string>): finding is Found => Object.hasOwn(findings, finding.code);

interface Compared {
  /** How many others were tried at this port. */
  readonly asked: number;
  /** The first of them that answered. */
  readonly answering: string | undefined;
}

/** Does this network let the port out at all? Others of the same operator prove nothing. */
async function askOthers(ctx: CheckContext, options: Options, at: number, signal: AbortSignal): Promise<Compared> {
  const { host, control } = options;
  const operator = getDomain(host) ?? host;
  const others = control
    .flatMap((text) => splitTarget(text) ?? [])
    .filter((other) => other.port === at && other.host !== host && (getDomain(other.host) ?? other.host) !== operator)
    .slice(0, maxControls);
  const looks = await Promise.all(
    others.map(async (other) => ({ other, look: await lookAt(ctx, other.host, at, options, signal) })),
  );
  const first = looks.find(({ look }) => look.answers);
  // One that was not found, or that there is no way to, says nothing about the port.
  const asked = looks.filter(({ look: { error } }) => error === undefined || (error.phase !== "resolve" && !isOwnSide(error)));
  return { asked: asked.length, answering: first && `${first.other.host}:${at}` };
}
