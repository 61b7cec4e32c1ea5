import { z } from "zod";
import { type CheckContext, defineCheck } from "../src/model/check.ts";
import { DialError } from "../src/model/connection.ts";
import { isOwnSide } from "../src/net/connection-findings.ts";

/** Inside and outside China, each of another operator, by address so that no name server is needed. */
const independent = [
  "[2400:3200::1]:443",
  "[2402:4e00::]:443",
  "[2606:4700:4700::1111]:443",
  "[2001:4860:4860::8888]:443",
  "[2620:fe::fe]:443",
];
const connectTimeoutMs = 5_000;

/** Have we IPv6 at all? Without it, an address of the new kind that does not answer says nothing. */
export default defineCheck({
  id: "ipv6",
  title: { en: "Own IPv6", zh: "自身 IPv6" },
  measures: "monitor",
  answers: undefined,
  every: 15 * 60_000,
  deadline: 15_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: z.strictObject({
    targets: z
      .array(
        z
          .string()
          .refine((text) => split(text) !== undefined, { error: "must be an address and a port, such as [2001:db8::1]:443" }),
      )
      .min(1)
      .default(independent),
  }),
  findings: {
    "ipv6-none": {
      severity: "info",
      text: {
        en: "This machine has no IPv6 ({reason}); mail servers are not blamed for what only IPv6 reaches",
        zh: "本机没有 IPv6（{reason}）；只能经 IPv6 访问的部分不作判断",
      },
      advice: {
        en: "Nothing has to be done. With IPv6 on this machine, those addresses are watched, too.",
        zh: "无需处理。若为本机开通 IPv6，这些地址也会受到监控。",
      },
      source: "connect(2): ENETUNREACH, EADDRNOTAVAIL",
    },
    "ipv6-broken": {
      severity: "warning",
      timed: true,
      text: {
        en: "This machine has IPv6, and it leads nowhere: none of {count} independent targets answers ({reason})",
        zh: "本机有 IPv6，但无法连通：{count} 个互不相关的目标都没有回应（{reason}）",
      },
      advice: {
        en: "Whoever runs the network of this machine mends its IPv6 or switches it off; half of it slows every connection down.",
        zh: "请本机的网络管理员修复 IPv6，或将其关闭；半通不通会拖慢所有连接。",
      },
      source: "A self-test before others are blamed; RFC 8305 section 1",
    },
  },
  metrics: {
    connect: { label: { en: "connect", zh: "连接" }, help: "Until the first target accepted a connection", unit: "seconds" },
  },
  target: ({ targets }) => (targets.length > 1 ? `${targets[0]} +${targets.length - 1}` : (targets[0] ?? "")),

  async run(ctx, { targets }, signal) {
    const enough = new AbortController();
    const began = performance.now();
    const failures: Error[] = [];
    try {
      await Promise.any(
        targets.map(async (target) => {
          try {
            await reach(ctx, target, AbortSignal.any([signal, enough.signal]));
            ctx.note(`${target}: accepted a connection`);
          } catch (error) {
            const failure = error instanceof Error ? error : new Error(String(error));
            if (!enough.signal.aborted) {
              failures.push(failure);
              ctx.note(`${target}: ${failure.message}`);
            }
            throw error;
          }
        }),
      );
      return { findings: [], metrics: { connect: (performance.now() - began) / 1_000 } };
    } catch {
      signal.throwIfAborted();
      const theirs = failures.find((error) => !(error instanceof DialError) || !isOwnSide(error));
      const reason = (theirs ?? failures[0])?.message ?? "";
      if (theirs === undefined) return { findings: [{ code: "ipv6-none", data: { reason } }] };
      return { findings: [{ code: "ipv6-broken", data: { count: targets.length, reason } }] };
    } finally {
      enough.abort();
    }
  },
});

async function reach(ctx: CheckContext, target: string, signal: AbortSignal): Promise<void> {
  const { host, port } = split(target) ?? { host: target, port: 443 };
  const connection = await ctx.dial({ host, port, tls: "none", connectTimeoutMs }, signal);
  connection.close();
}

function split(target: string): { host: string; port: number } | undefined {
  const [, host, digits] = /^\[([\da-f:.]+)\]:(\d{1,5})$/i.exec(target) ?? [];
  const port = Number(digits);
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}
