import { z } from "zod";
import { type CheckContext, defineCheck, explain } from "../src/model/check.ts";
import type { Connection } from "../src/model/connection.ts";
import type { Json } from "../src/model/json.ts";

/** Inside and outside China, each of another operator. */
const independent = [
  "https://www.aliyun.com/",
  "https://www.qq.com/",
  "https://www.baidu.com/",
  "https://www.cloudflare.com/",
  "https://www.apple.com/",
];
const timeoutMs = 5_000;
/** Two hosts whose times are so close say the same. */
const agreeMs = 3_000;
const warnMs = 5_000;
const wrongMs = 60_000;

/** Is our own clock right? Expiry dates, latencies and reports rest on it. */
export default defineCheck({
  id: "clock",
  title: { en: "Own clock", zh: "自身时钟" },
  measures: "monitor",
  answers: undefined,
  every: 15 * 60_000,
  deadline: 30_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: z.strictObject({
    hosts: z
      .array(z.url({ protocol: /^https?$/, error: "must be a web address, such as https://www.example.com/" }))
      .min(1)
      .default(independent)
      .meta(
        explain({
          en: "Web servers whose clocks ours is compared with, best of several operators",
          zh: "与哪些网站的时钟核对，最好属于不同运营方",
        }),
      ),
  }),
  findings: {
    "clock-wrong": {
      severity: "critical",
      text: {
        en: "Our own clock is wrong by {offset} (+ is fast), say {count} independent hosts; certificates and dates cannot be judged",
        zh: "本机时钟偏差 {offset}（正数为快），有 {count} 台互不相关的主机为证；证书和日期无法判断",
      },
      advice: {
        en: "Whoever runs this machine switches time synchronisation on (timedatectl set-ntp true) and looks why it had stopped.",
        zh: "请本机管理员开启时间同步（timedatectl set-ntp true），并查明为何停止。",
      },
      source: "RFC 9110 section 6.6.1 (Date)",
    },
    "clock-off": {
      severity: "warning",
      text: {
        en: "Our own clock is off by {offset} (+ is fast), say {count} independent hosts; latencies are inexact",
        zh: "本机时钟偏差 {offset}（正数为快），有 {count} 台互不相关的主机为证；时延数据不准",
      },
      advice: {
        en: "Whoever runs this machine looks at its time synchronisation (timedatectl status).",
        zh: "请本机管理员检查时间同步（timedatectl status）。",
      },
      source: "RFC 9110 section 6.6.1 (Date)",
    },
    "clock-jumped": {
      severity: "info",
      text: {
        en: "Our own clock was set by {offset} since the last look, or this machine slept",
        zh: "自上次检查以来，本机时钟被调整了 {offset}，或机器休眠过",
      },
      advice: {
        en: "Nothing, if that was you. Otherwise whoever runs this machine looks at its time synchronisation.",
        zh: "若是人为调整则无需处理；否则请本机管理员检查时间同步。",
      },
      source: "The wall clock against the monotonic clock of this process",
    },
    "clock-unknown": {
      severity: "unknown",
      text: {
        en: "Our own clock could not be compared: {answered} of {count} hosts gave a time, too few that agree",
        zh: "无法核对本机时钟：{count} 台主机中有 {answered} 台给出时间，没有足够的一致结果",
      },
      advice: {
        en: "Whoever runs this machine allows it to reach some of the hosts, or names others in the options of monitor/clock.",
        zh: "请允许本机访问其中几台主机，或在 monitor/clock 的选项中改用其他主机。",
      },
      source: "One host alone may be wrong itself",
    },
  },
  metrics: {
    offset: { label: { en: "clock offset", zh: "时钟偏差" }, help: "Our clock minus that of the others", unit: "seconds" },
  },
  target: ({ hosts }) => (hosts.length > 1 ? `${hostOf(hosts[0])} +${hosts.length - 1}` : hostOf(hosts[0])),

  async run(ctx, { hosts }, signal) {
    const jump = jumpSince(ctx);
    const memory: Json = { origin: performance.timeOrigin, wall: ctx.now(), monotonic: performance.now() };
    const jumped = Math.abs(jump) > warnMs ? [{ code: "clock-jumped" as const, data: { offset: signed(jump) } }] : [];

    const offsets = (await Promise.all(hosts.map((url) => offsetTo(ctx, url, signal)))).filter((offset) => offset !== undefined);
    signal.throwIfAborted();
    const agreed = largestAgreement(offsets);
    const count = agreed.length;
    const offset = agreed[Math.floor(count / 2)];
    // A single host that agrees with our clock is the second witness.
    if (offset === undefined || (count < 2 && Math.abs(offset) > warnMs)) {
      const data = { answered: offsets.length, count: hosts.length };
      return { findings: [{ code: "clock-unknown", data }, ...jumped], memory };
    }
    const metrics = { offset: offset / 1_000 };
    if (Math.abs(offset) <= warnMs) return { findings: jumped, metrics, memory };
    const code = Math.abs(offset) > wrongMs ? "clock-wrong" : "clock-off";
    return { findings: [{ code, data: { offset: signed(offset), count } }, ...jumped], metrics, memory };
  },
});

/** By how much the wall clock ran away from the monotonic one since the last run of the same process. Milliseconds. */
function jumpSince(ctx: CheckContext): number {
  const last = remembered.safeParse(ctx.memory);
  if (!last.success || last.data.origin !== performance.timeOrigin) return 0;
  return ctx.now() - last.data.wall - (performance.now() - last.data.monotonic);
}

const remembered = z.object({ origin: z.number(), wall: z.number(), monotonic: z.number() });

/** Our clock minus the host's, milliseconds; undefined when the host gives no usable time. */
async function offsetTo(ctx: CheckContext, address: string, signal: AbortSignal): Promise<number | undefined> {
  const url = new URL(address);
  const tls = url.protocol === "https:" ? "implicit" : "none";
  const port = Number(url.port || (tls === "implicit" ? 443 : 80));
  try {
    // A wrong clock breaks the verification of certificates, and nothing secret is said.
    const where = { host: url.hostname.replace(/^\[|\]$/g, ""), port, tls, verify: false } as const;
    const connection = await ctx.dial({ ...where, connectTimeoutMs: timeoutMs, tlsTimeoutMs: timeoutMs }, signal);
    try {
      const asked = performance.now();
      connection.write(
        `HEAD ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nUser-Agent: Mailvigil\r\nConnection: close\r\n\r\n`,
      );
      const date = await readDate(connection);
      const tripMs = performance.now() - asked;
      // The header is cut to the second, and was written about half a trip ago.
      const offset = date === undefined || tripMs > timeoutMs ? undefined : ctx.now() - tripMs / 2 - (date + 500);
      ctx.note(`${url.host}: ${offset === undefined ? "no usable Date" : `our clock differs by ${signed(offset)}`}`);
      return offset;
    } finally {
      connection.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    ctx.note(`${url.host}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** The Date of an answer, milliseconds UTC, and what it has aged in caches (RFC 9110 6.6.1, RFC 9111 5.1). */
async function readDate(connection: Connection): Promise<number | undefined> {
  let date: number | undefined;
  let ageMs = 0;
  for (let lines = 0; lines < 100; lines++) {
    const line = await connection.readLine(timeoutMs);
    if (line === "") break;
    const [, name = "", value = ""] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
    if (name.toLowerCase() === "date") date = Date.parse(value);
    if (name.toLowerCase() === "age" && /^\d{1,9}$/.test(value)) ageMs = Number(value) * 1_000;
  }
  return date === undefined || Number.isNaN(date) ? undefined : date + ageMs;
}

/** The largest set of offsets that lie together, sorted; of equal ones that nearest to our own clock. */
function largestAgreement(offsets: readonly number[]): readonly number[] {
  const sorted = offsets.toSorted((a, b) => a - b);
  let best: readonly number[] = [];
  for (const low of sorted) {
    const together = sorted.filter((offset) => offset >= low && offset - low <= agreeMs);
    const nearer = Math.abs(together[0] ?? 0) < Math.abs(best[0] ?? 0);
    if (together.length > best.length || (together.length === best.length && nearer)) best = together;
  }
  return best;
}

const hostOf = (url: string | undefined): string => (url === undefined ? "" : new URL(url).host);

/** `+75 s`, `-1.5 s`. */
function signed(ms: number): string {
  const seconds = Math.abs(ms) < 10_000 ? (ms / 1_000).toFixed(1) : String(Math.round(ms / 1_000));
  return `${ms > 0 ? "+" : ""}${seconds} s`;
}
