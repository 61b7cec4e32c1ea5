import { randomBytes } from "node:crypto";
import { z } from "zod";
import { defineCheck, explain } from "../src/model/check.ts";
import { asciiName } from "../src/net/dns-name.ts";

/** Is it our own resolver? A name that nobody can have registered must not exist; who says otherwise makes answers up. */
export default defineCheck({
  id: "resolver",
  title: { en: "Own DNS resolver", zh: "自身 DNS 解析" },
  measures: "monitor",
  answers: undefined,
  every: 60_000,
  deadline: 25_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 20_000 },
  options: z.strictObject({
    names: z
      .array(z.string().refine((name) => Boolean(asciiName(name)), { error: "must be a domain name, such as com" }))
      .min(1)
      .default(["com", "cn"])
      .meta(
        explain({
          en: "Zones without a wildcard: a random name is asked for in each, and must not exist",
          zh: "没有泛解析的域：在其中查询随机名称，结果必须是不存在",
        }),
      ),
  }),
  findings: {
    "resolver-rewrites": {
      severity: "critical",
      cause: "own-resolver",
      text: {
        en: "Our own resolver {server} makes answers up: it says “{answer}” for {name}, which cannot exist. Nothing it says about mail can be relied on",
        zh: "本机使用的解析器 {server} 会篡改结果：对不可能存在的 {name} 回答「{answer}」。它关于邮件的回答不可信",
      },
      advice: {
        en: "Whoever runs this machine sets settings.dns.servers to a resolver that does not filter or redirect; where the network has a log-in page, sign in first.",
        zh: "请本机管理员把 settings.dns.servers 设为不过滤、不劫持的解析器；若网络需要网页登录，请先登录。",
      },
      source: "RFC 8020; RFC 4924 section 2.5.2 (rewritten NXDOMAIN)",
    },
    "resolver-silent": {
      severity: "critical",
      cause: "own-resolver",
      timed: true,
      text: {
        en: "Our own DNS does not work: no question gets a usable answer ({reason}). Nothing is known about the mail service",
        zh: "本机的 DNS 不可用：所有查询都没有可用的回答（{reason}）。邮件服务的状态因此不明",
      },
      advice: {
        en: "Whoever runs the network of this machine looks at the resolver; meanwhile name another one in settings.dns.servers.",
        zh: "请本机的网络管理员检查解析器；可先在 settings.dns.servers 中改用其他解析器。",
      },
      source: "A self-test before others are blamed",
    },
  },
  metrics: { answer: { label: { en: "answer", zh: "应答" }, help: "Until the first usable answer", unit: "seconds" } },
  target: ({ names }) => names.map((name) => `*.${name}`).join(" "),

  async run({ ask, note }, { names }, signal) {
    const began = performance.now();
    let first: number | undefined;
    const answers = await Promise.all(
      names.map(async (name) => {
        const answer = await ask(`mailvigil-${randomBytes(8).toString("hex")}.${name}`, "A", { signal });
        if (answer.outcome !== "failed") first ??= performance.now() - began;
        return answer;
      }),
    );
    for (const { name, outcome, records, failure, server } of answers) {
      note(`A ${name}: ${failure?.text ?? `${outcome} ${records.join(" ")}`.trimEnd()} (from ${server || "nobody"})`);
    }
    const metrics = first === undefined ? {} : { answer: first / 1_000 };
    const made = answers.find(({ outcome }) => outcome === "records" || outcome === "nodata");
    if (made !== undefined) {
      const answer = made.records.length > 0 ? made.records.slice(0, 3).join(", ") : "NODATA";
      return { findings: [{ code: "resolver-rewrites", data: { server: made.server, name: made.name, answer } }], metrics };
    }
    if (answers.some(({ outcome }) => outcome === "nxdomain")) return { findings: [], metrics };
    return { findings: [{ code: "resolver-silent", data: { reason: answers[0]?.failure?.text ?? "" } }] };
  },
});
