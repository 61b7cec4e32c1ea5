import { z } from "zod";
import { defineCheck, explain } from "../src/model/check.ts";
import { DialError } from "../src/model/connection.ts";
import { isOwnSide } from "../src/net/connection-findings.ts";
import { reachAny, splitTarget } from "../src/net/reach-any.ts";

/** Inside and outside China, each of another operator, by address so that no name server is needed. */
const independent = [
  "[2400:3200::1]:443",
  "[2402:4e00::]:443",
  "[2606:4700:4700::1111]:443",
  "[2001:4860:4860::8888]:443",
  "[2620:fe::fe]:443",
];

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
        z.string().refine((text) => isIpv6Target(text), { error: "must be an address and a port, such as [2001:db8::1]:443" }),
      )
      .min(1)
      .default(independent)
      .meta(
        explain({
          en: "Where a connection by IPv6 is tried, each of another operator; one that answers is enough",
          zh: "用 IPv6 尝试连接的目标，应属于不同运营方，有一个应答即可",
        }),
      ),
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
    const reached = await reachAny(ctx, targets, signal);
    if ("seconds" in reached) return { findings: [], metrics: { connect: reached.seconds } };
    const { failures } = reached;
    const theirs = failures.find((error) => !(error instanceof DialError) || !isOwnSide(error));
    const reason = (theirs ?? failures[0])?.message ?? "";
    if (theirs === undefined) return { findings: [{ code: "ipv6-none", data: { reason } }] };
    return { findings: [{ code: "ipv6-broken", data: { count: targets.length, reason } }] };
  },
});

/** An address of the new kind in brackets: a name or an IPv4 address would prove nothing about IPv6. */
const isIpv6Target = (text: string): boolean => /^\[[\da-f:.]+\]:/i.test(text) && splitTarget(text) !== undefined;
