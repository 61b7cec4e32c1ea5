import { z } from "zod";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import { type Connection, DialError } from "../src/model/connection.ts";
import { type Proxy, proxyName } from "../src/model/proxy.ts";
import { proxyOption } from "../src/net/proxy-option.ts";
import { splitTarget } from "../src/net/reach-any.ts";

const connectTimeoutMs = 4_000;
/** Nobody has more ways round; each costs a connection for each of its targets. */
const maxProxies = 10;
const maxTargets = 10;

const findings = {
  "proxy-down": {
    severity: "critical",
    cause: "own-network",
    timed: true,
    text: {
      en: "The proxy {proxy}, by which mail servers and channels are reached, does not work ({reason}). Nothing is known about what lies behind it",
      zh: "连接邮件服务器和告警通道所用的代理 {proxy} 不可用（{reason}）。代理之后的状态因此不明",
    },
    advice: {
      en: "Whoever runs the proxy looks at it. Check its address, user and password in proxy: of the mailbox or channel.",
      zh: "请代理的管理员检查，并核对邮箱或通道 proxy: 中的地址、用户名和密码。",
    },
    source: "A self-test before others are blamed; RFC 1928, RFC 1929, RFC 9110 section 9.3.6",
  },
  "proxy-leads-nowhere": {
    severity: "critical",
    cause: "own-network",
    timed: true,
    text: {
      en: "The proxy {proxy} takes our requests and reaches nothing: none of {count} independent targets answers through it ({reason})",
      zh: "代理 {proxy} 接受请求，但什么都连不上：{count} 个互不相关的目标经它都没有回应（{reason}）",
    },
    advice: {
      en: "Whoever runs the proxy looks at its own way out and at what its rules let through.",
      zh: "请代理的管理员检查代理自身的出口网络和放行规则。",
    },
    source: "A self-test before others are blamed",
  },
} as const;
type Found = FoundFinding<keyof typeof findings>;

/** Do the proxies let us through? One target that answers says yes, whichever it is. */
export default defineCheck({
  id: "proxy",
  title: { en: "Proxy", zh: "代理" },
  measures: "monitor",
  answers: undefined,
  every: 300_000,
  deadline: 30_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 20_000 },
  options: z.strictObject({
    proxies: z
      .array(
        z.strictObject({
          proxy: proxyOption,
          targets: z
            .array(
              z
                .string()
                .refine((text) => splitTarget(text) !== undefined, { error: "must be a host and a port, such as 192.0.2.1:443" }),
            )
            .min(1)
            .max(maxTargets)
            .meta(
              explain({
                en: "What is tried through it; one that answers is enough",
                zh: "经它尝试连接的目标，有一个应答即可",
              }),
            ),
        }),
      )
      .min(1)
      .max(maxProxies)
      .meta(explain({ en: "The proxies of all mailboxes and channels", zh: "所有邮箱和通道所用的代理" })),
  }),
  findings,
  metrics: {
    connect: {
      label: { en: "connect", zh: "连接" },
      help: "Until the slowest of the proxies had reached a target",
      unit: "seconds",
    },
  },
  target: ({ proxies }) => proxies.map(({ proxy }) => proxyName(proxy)).join(" "),

  async run(ctx, { proxies }, signal) {
    const tried = await Promise.all(proxies.map(({ proxy, targets }) => tryProxy(ctx, proxy, targets, signal)));
    const slowest = Math.max(0, ...tried.flatMap((it) => (typeof it === "number" ? [it] : [])));
    return {
      findings: tried.flatMap((it) => (typeof it === "number" ? [] : [it])),
      ...(slowest > 0 ? { metrics: { connect: slowest } } : {}),
    };
  },
});

/** The seconds until a target was reached, or what is wrong with the proxy. */
async function tryProxy(
  ctx: CheckContext,
  proxy: Proxy,
  targets: readonly string[],
  signal: AbortSignal,
): Promise<number | Found> {
  const enough = new AbortController();
  const any = AbortSignal.any([signal, enough.signal]);
  const began = performance.now();
  const failures: DialError[] = [];
  const reach = async (target: string): Promise<Connection> => {
    try {
      const { host, port } = splitTarget(target) ?? { host: target, port: 443 };
      return await ctx.dial({ host, port, tls: "none", proxy, connectTimeoutMs }, any);
    } catch (error) {
      if (!(error instanceof DialError)) throw error;
      if (!enough.signal.aborted) {
        failures.push(error);
        ctx.note(error.message);
      }
      throw error;
    }
  };
  try {
    const connection = await Promise.any(targets.map(reach));
    ctx.note(`connect ${connection.remote}`);
    connection.close();
    return (performance.now() - began) / 1_000;
  } catch (error) {
    signal.throwIfAborted();
    const other = error instanceof AggregateError ? error.errors.find((it: unknown) => !(it instanceof DialError)) : error;
    if (other !== undefined) throw other;
  } finally {
    enough.abort();
  }
  return judge(proxy, failures);
}

/** Refused by its rules is not out of order: where only some are, the others tell too little. */
function judge(proxy: Proxy, failures: readonly DialError[]): Found {
  const about = (error: DialError | undefined) => ({ proxy: proxyName(proxy), reason: error?.message ?? "" });
  const ofProxy = failures.filter(({ phase }) => phase !== "connect");
  const byRules = ofProxy.filter(({ code }) => code === "SOCKS_REPLY_2" || code === "HTTP_403");
  const [broken] = ofProxy.filter((error) => !byRules.includes(error));
  if (broken !== undefined) return { code: "proxy-down", data: about(broken) };
  const data = { ...about(failures.find(({ phase }) => phase === "connect") ?? failures[0]), count: failures.length };
  return { code: "proxy-leads-nowhere", ...(byRules.length > 0 ? { severity: "unknown" as const } : {}), data };
}
