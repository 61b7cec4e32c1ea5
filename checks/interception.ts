import { z } from "zod";
import { type CheckContext, defineCheck, explain } from "../src/model/check.ts";
import { DialError, type TlsPeer } from "../src/model/connection.ts";
import { certificateData } from "../src/net/certificate-findings.ts";
import { readChain } from "../src/net/certificate-chain.ts";
import { splitTarget } from "../src/net/reach-any.ts";
import { certificateProblem } from "../src/net/tls.ts";

/** Ports of mail programs at large services inside and outside China, each of another operator. */
const independent = ["imap.qq.com:993", "imap.163.com:993", "outlook.office365.com:993", "imap.gmail.com:993"];
const timeoutMs = 8_000;

/**
 * Does something on our own way open encrypted connections (an inspecting firewall, an antivirus)? Then no certificate that we
 * see is the server's. Two unrelated services with certificates of one authority that nobody knows prove it.
 */
export default defineCheck({
  id: "interception",
  title: { en: "Own encrypted connections", zh: "自身加密连接" },
  measures: "monitor",
  answers: undefined,
  every: 6 * 3_600_000,
  deadline: 25_000,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  options: z.strictObject({
    hosts: z
      .array(
        z.string().refine((text) => splitTarget(text) !== undefined, {
          error: "must be a host and a port, such as imap.example.com:993",
        }),
      )
      .min(2)
      .default(independent)
      .meta(
        explain({
          en: "Servers that speak TLS from the first byte, of operators that have nothing to do with each other",
          zh: "一连接就加密的服务器，须分属互不相关的服务商",
        }),
      ),
  }),
  findings: {
    "connections-intercepted": {
      severity: "critical",
      cause: "tls-intercepted",
      text: {
        en: "Something in our own network opens encrypted connections: {hosts} come with certificates of {issuer}, which nobody knows. No certificate can be judged, and no password is sent",
        zh: "本机所在网络有设备在拦截加密连接：{hosts} 的证书都由无人认识的 {issuer} 签发。因此无法判断任何证书，也不会发送密码",
      },
      advice: {
        en: "Whoever runs this network exempts this machine from TLS inspection (FortiGate, Sangfor and the like; also the antivirus here). If {issuer} is your company's own authority, add it under `settings.tls.ca`.",
        zh: "请本网络的管理员让本机免于加密流量检查（如深信服、FortiGate 等防火墙，以及本机的 360 等杀毒软件）。若 {issuer} 是公司自己的机构，请加入 `settings.tls.ca`。",
      },
      source: "A self-test before others are blamed: an authority that is neither in Mozilla's list nor in the configuration",
    },
    "not-compared": {
      severity: "info",
      text: {
        en: "Whether something in our own network opens encrypted connections was not found out: fewer than two of {count} servers answered ({reason})",
        zh: "未能查明本机所在网络是否有设备拦截加密连接：{count} 台服务器中应答的不足两台（{reason}）",
      },
      advice: {
        en: "Nothing to do unless certificates are refused here; then name two servers that can be reached in the options of monitor/interception.",
        zh: "没有证书报错就不必处理；若有，请在 monitor/interception 的选项中指定两台可以连接的服务器。",
      },
      source: "A self-test before others are blamed",
    },
  },
  metrics: {},
  target: ({ hosts }) => `${hosts[0]} +${hosts.length - 1}`,

  async run(ctx, { hosts }, signal) {
    const looks = await Promise.all(hosts.map(async (host) => ({ host, look: await peerAt(ctx, host, signal) })));
    const seen = looks.flatMap(({ host, look }) => (typeof look === "string" ? [] : [{ host, peer: look }]));
    // Asked when all have been seen: each tells about the others.
    const opened = seen.filter(({ peer }) => certificateProblem(peer.problem) === "intercepted");
    const [first] = opened;
    if (first) {
      const { issuer } = certificateData(readChain(first.peer.chain).path.at(-1));
      const names = [...new Set([...opened.map(({ host }) => host), ...first.peer.alsoAt])].slice(0, 5).join(", ");
      return { findings: [{ code: "connections-intercepted", data: { hosts: names, issuer: issuer ?? "" } }] };
    }
    if (seen.length > 1) return { findings: [] };
    const reason = looks.find(({ look }) => typeof look === "string")?.look;
    return {
      findings: [{ code: "not-compared", data: { count: hosts.length, reason: typeof reason === "string" ? reason : "" } }],
    };
  },
});

/** Who is there, or why nobody is. */
async function peerAt(ctx: CheckContext, text: string, signal: AbortSignal): Promise<TlsPeer | string> {
  const where = splitTarget(text);
  if (where === undefined) return text;
  try {
    const limits = { connectTimeoutMs: timeoutMs, tlsTimeoutMs: timeoutMs };
    const connection = await ctx.dial({ ...where, ...limits, tls: "implicit", verify: false }, signal);
    connection.close();
    const { peer } = connection;
    if (peer === undefined) return `${text}: no certificate`;
    ctx.note(`${text}: ${peer.problem ?? "accepted"}, issuer ${peer.chain.at(-1)?.issuer ?? ""}`);
    return peer;
  } catch (error) {
    if (!(error instanceof DialError) || error.failure === "aborted") throw error;
    ctx.note(`${text}: ${error.message}`);
    return `${text}: ${error.message}`;
  }
}
