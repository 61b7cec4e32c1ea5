import { z } from "zod";
import { type CheckContext, defineCheck } from "../src/model/check.ts";

/** Inside and outside China, each of another operator, by address so that no name server is needed. */
const independent = ["223.5.5.5:443", "119.29.29.29:443", "1.1.1.1:443", "8.8.8.8:443", "9.9.9.9:443"];
const connectTimeoutMs = 5_000;

/** Is it our own network? One answer from anybody says no (design: no false alarm from our own side). */
export default defineCheck({
  id: "egress",
  title: { en: "Own network", zh: "自身网络" },
  measures: "monitor",
  answers: undefined,
  every: 60_000,
  deadline: 15_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 20_000 },
  options: z.strictObject({
    targets: z
      .array(
        z.string().refine((text) => split(text) !== undefined, { error: "must be an address and a port, such as 192.0.2.1:443" }),
      )
      .min(1)
      .default(independent),
  }),
  findings: {
    "egress-down": {
      severity: "critical",
      timed: true,
      text: {
        en: "Our own network reaches nothing: none of {count} independent targets answers ({reason}). Nothing is known about the mail service",
        zh: "本机网络不通：{count} 个互不相关的目标都没有回应（{reason}）。邮件服务的状态因此不明",
      },
      advice: {
        en: "Whoever runs the network of this machine looks at its link, router, firewall and the rules for outgoing connections.",
        zh: "请本机的网络管理员检查线路、路由器、防火墙和对外连接的规则。",
      },
      source: "A self-test before others are blamed",
    },
  },
  metrics: {
    connect: { label: { en: "connect", zh: "连接" }, help: "Until the first target accepted a connection", unit: "seconds" },
  },
  target: ({ targets }) => (targets.length > 1 ? `${targets[0]} +${targets.length - 1}` : (targets[0] ?? "")),

  async run(ctx, { targets }, signal) {
    const enough = new AbortController();
    const began = performance.now();
    const failures: string[] = [];
    try {
      await Promise.any(
        targets.map(async (target) => {
          try {
            await reach(ctx, target, AbortSignal.any([signal, enough.signal]));
            ctx.note(`${target}: accepted a connection`);
          } catch (error) {
            const reason = error instanceof Error ? error.message : String(error);
            if (!enough.signal.aborted) {
              failures.push(reason);
              ctx.note(`${target}: ${reason}`);
            }
            throw error;
          }
        }),
      );
      return { findings: [], metrics: { connect: (performance.now() - began) / 1_000 } };
    } catch {
      signal.throwIfAborted();
      return { findings: [{ code: "egress-down", data: { count: targets.length, reason: failures[0] ?? "" } }] };
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
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(target) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}
