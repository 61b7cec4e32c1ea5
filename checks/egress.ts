import { z } from "zod";
import { defineCheck, explain } from "../src/model/check.ts";
import { reachAny, splitTarget } from "../src/net/reach-any.ts";

/** Inside and outside China, each of another operator, by address so that no name server is needed. */
const independent = ["223.5.5.5:443", "119.29.29.29:443", "1.1.1.1:443", "8.8.8.8:443", "9.9.9.9:443"];

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
        z
          .string()
          .refine((text) => splitTarget(text) !== undefined, { error: "must be an address and a port, such as 192.0.2.1:443" }),
      )
      .min(1)
      .default(independent)
      .meta(
        explain({
          en: "Where a connection is tried, each of another operator; one that answers is enough. settings.self_tests.egress says the same for all",
          zh: "尝试连接的目标，应属于不同运营方，有一个应答即可。也可用 settings.self_tests.egress 设置",
        }),
      ),
  }),
  findings: {
    "egress-down": {
      severity: "critical",
      cause: "own-network",
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
    const reached = await reachAny(ctx, targets, signal);
    if ("seconds" in reached) return { findings: [], metrics: { connect: reached.seconds } };
    const reason = reached.failures[0]?.message ?? "";
    return { findings: [{ code: "egress-down", data: { count: targets.length, reason } }] };
  },
});
