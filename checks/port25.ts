import { z } from "zod";
import { type CheckContext, defineCheck, explain } from "../src/model/check.ts";
import { quoted } from "../src/model/text.ts";

/** Large mail services inside and outside China, each of another operator. */
const independent = [
  "mx3.qq.com",
  "163mx01.mxmail.netease.com",
  "gmail-smtp-in.l.google.com",
  "outlook-com.olc.protection.outlook.com",
];
const connectTimeoutMs = 5_000;
const greetingTimeoutMs = 8_000;
const mailPort = 25;

/**
 * May we reach mail servers at port 25 at all? Clouds and access providers block it on the way out; then a mail server that
 * does not answer says nothing. One control host that greets like a mail server says yes.
 */
export default defineCheck({
  id: "port25",
  title: { en: "Own port 25", zh: "自身 25 端口" },
  measures: "monitor",
  answers: undefined,
  every: 3_600_000,
  deadline: 25_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: z.strictObject({
    hosts: z
      .array(
        z
          .string()
          .refine((text) => split(text) !== undefined, { error: "must be a host, such as mx.example.com or 192.0.2.1:25" }),
      )
      .min(1)
      .default(independent)
      .meta(
        explain({
          en: "Mail servers that prove our way out at port 25; one that greets is enough. A name or an address, with a port where it is not 25",
          zh: "用来证明本机可以访问外部 25 端口的邮件服务器，有一台应答即可。写名称或地址，端口不是 25 时注明",
        }),
      ),
  }),
  findings: {
    "port25-blocked": {
      severity: "warning",
      cause: "own-port-blocked",
      timed: true,
      text: {
        en: "Our own network does not let us out at port 25: none of {count} mail servers greets ({reason}). Whether a mail server takes mail stays unknown",
        zh: "本机网络不允许访问外部的 25 端口：{count} 台邮件服务器都没有应答（{reason}）。因此无法得知邮件服务器能否收信",
      },
      advice: {
        en: "Ask the provider of this machine to open port 25 outwards (clouds open it on request), or run Mailvigil elsewhere. Or name a host you trust in the options of monitor/port25.",
        zh: "请本机的服务商放开出方向 25 端口（云服务商通常需要申请解封），或换一台机器运行 Mailvigil；也可在 monitor/port25 的选项中指定可信的主机。",
      },
      source: "A self-test before others are blamed; Mail-in-a-Box: outbound port 25",
    },
  },
  metrics: {
    greeting: { label: { en: "greeting", zh: "应答" }, help: "Until the first control host greeted", unit: "seconds" },
  },
  target: ({ hosts }) => (hosts.length > 1 ? `${hosts[0]} +${hosts.length - 1}` : (hosts[0] ?? "")),

  async run(ctx, { hosts }, signal) {
    const enough = new AbortController();
    const began = performance.now();
    const failures: string[] = [];
    try {
      await Promise.any(
        hosts.map(async (host) => {
          try {
            const greeting = await greetingOf(ctx, host, AbortSignal.any([signal, enough.signal]));
            ctx.note(`${host}: ${greeting}`);
          } catch (error) {
            const reason = error instanceof Error ? error.message : String(error);
            if (!enough.signal.aborted) {
              failures.push(`${host}: ${reason}`);
              ctx.note(`${host}: ${reason}`);
            }
            throw error;
          }
        }),
      );
      return { findings: [], metrics: { greeting: (performance.now() - began) / 1_000 } };
    } catch {
      signal.throwIfAborted();
      return { findings: [{ code: "port25-blocked", data: { count: hosts.length, reason: failures[0] ?? "" } }] };
    } finally {
      enough.abort();
    }
  },
});

/**
 * What the host says first. A connection alone is no proof: some firewalls take it themselves and keep silent.
 * @throws Error where it says nothing, or nothing that a mail server says
 */
async function greetingOf(ctx: CheckContext, text: string, signal: AbortSignal): Promise<string> {
  const { host, port } = split(text) ?? { host: text, port: mailPort };
  const connection = await ctx.dial({ host, port, tls: "none", connectTimeoutMs }, signal);
  try {
    const line = await connection.readLine(greetingTimeoutMs);
    // A refusal comes from the far end, too.
    if (!/^[245]\d\d([ -]|$)/.test(line)) throw new Error(`no mail server: ${quoted(line)}`);
    if (connection.open) connection.write("QUIT\r\n");
    return line;
  } finally {
    connection.close();
  }
}

function split(text: string): { host: string; port: number } | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]\s]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = digits === undefined ? mailPort : Number(digits);
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}
