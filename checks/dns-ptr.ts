import { isIP } from "node:net";
import { z } from "zod";
import { findOwnSenders, seenSenders, type OwnSender, senderOptions } from "../src/mail/own-senders.ts";
import { ptrName } from "../src/mail/reverse-name.ts";
import { greetingName, isGenericName, isSendingName, sameAddress } from "../src/mail/sending-name.ts";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import { DialError } from "../src/model/connection.ts";
import type { DnsAnswer } from "../src/model/dns.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { domainOption } from "../src/net/domain-option.ts";
import { ptrFindings } from "./dns-ptr.texts.ts";

const maxNames = 10;
const connectTimeoutMs = 5_000;
const greetingTimeoutMs = 8_000;

type Found = FoundFinding<keyof typeof ptrFindings>;

/**
 * What a receiver looks at before it has read a byte of a mail: the name of the address that brings it, whether that name leads back,
 * and what the server calls itself. Only own senders: others cannot be mended by the company.
 */
export default defineCheck({
  id: "dns-ptr",
  title: { en: "Names of own sending servers (PTR, HELO)", zh: "自有发信服务器的反向解析（PTR、HELO）" },
  measures: "posture",
  answers: "trusted",
  every: 60 * 60_000,
  deadline: 60_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: z.strictObject({
    domain: domainOption,
    ...senderOptions,
    helo: z
      .record(z.string(), z.string().min(1).max(253))
      .default({})
      .meta(
        explain({
          en: "What a sender calls itself (HELO), by its address: { 203.0.113.5: mail.example.com }. Left out: what was seen in mail, else what it greets with at port 25",
          zh: "发信服务器的自称（HELO），以地址为键：{ 203.0.113.5: mail.example.com }。不写则用邮件中见过的名称，或 25 端口的自称",
        }),
      ),
  }),
  findings: ptrFindings,
  metrics: {
    senders: { label: { en: "own senders", zh: "自有发信地址数" }, help: "Own sending addresses of the domain", unit: "none" },
  },
  target: ({ domain }) => domain,

  async run(ctx, { domain: written, sends, senders: given, providers, helo }, signal) {
    const domain = asciiName(written) ?? written;
    const { own: seen, helos: heard } = seenSenders(ctx.facts, ctx.now(), providers);
    const own = await findOwnSenders({ domain, given, seen, providers, bySpf: sends }, ctx.ask, signal);
    const findings: Found[] = [];
    for (const reason of own.unanswered.slice(0, 1)) findings.push({ code: "senders-unknown", data: { domain, reason } });
    if (own.left > 0) findings.push({ code: "senders-many", data: { domain, left: own.left } });
    const looked = await Promise.all(
      own.senders.map(async (sender) => {
        ctx.note(`${sender.address} sends for ${domain} (${sender.because})`);
        if (!ctx.isPublic(sender.address)) return [];
        const known = helo[sender.address] ?? heard.get(sender.address);
        const parts = await Promise.all([
          judgeName(ctx, domain, sender, signal),
          known === undefined ? greetingOf(ctx, sender.address, signal) : Promise.resolve(known),
        ]);
        const [name, said] = parts;
        return [
          ...name,
          ...(said === undefined ? [] : await judgeHelo(ctx, { domain, address: sender.address, helo: said }, signal)),
        ];
      }),
    );
    return {
      findings: [...findings, ...looked.flat()],
      metrics: { senders: own.senders.length },
      nothing: !own.senders.some(({ address }) => ctx.isPublic(address)),
    };
  },
});

/** RFC 1912 2.1: the address has a name, and the name has the address. */
async function judgeName(
  ctx: CheckContext,
  domain: string,
  { address, because }: OwnSender,
  signal: AbortSignal,
): Promise<Found[]> {
  const reverse = ptrName(address) ?? "";
  const data = { domain, address, why: because };
  const answer = await ctx.ask(reverse, "PTR", { confirm: true, signal });
  const names = answer.records.slice(0, maxNames).map((name) => name.toLowerCase());
  ctx.note(`PTR ${address}: ${answer.outcome === "failed" ? `failed: ${reasonOf(answer)}` : names.join(", ") || answer.outcome}`);
  if (answer.outcome === "failed") return [{ code: "ptr-unknown", data: { address, reason: reasonOf(answer) } }];
  const wanted = `${reverse}. PTR ${hostIn(because) ?? `mail.${domain}`}.`;
  if (names.length === 0) return [{ code: "ptr-missing", data: { ...data, record: wanted } }];

  const forward = await Promise.all(names.map((name) => ask(ctx, name, address, signal)));
  const confirmed = names.filter((_, index) => forward[index]?.records.some((found) => sameAddress(found, address)) === true);
  const failed = forward.find((one) => one.outcome === "failed");
  if (confirmed.length === 0 && failed !== undefined)
    return [{ code: "ptr-unknown", data: { address, reason: reasonOf(failed) } }];
  const shown = { ...data, names: names.slice(0, 3).join(", ") };
  if (confirmed.length === 0)
    return [{ code: "ptr-unconfirmed", data: { ...shown, record: addressRecord(names[0] ?? "", address) } }];
  return confirmed.every((name) => isGenericName(name, address))
    ? [{ code: "ptr-generic", data: { ...shown, record: wanted } }]
    : [];
}

interface Hello {
  readonly domain: string;
  readonly address: string;
  readonly helo: string;
}

async function judgeHelo(ctx: CheckContext, { domain, address, helo }: Hello, signal: AbortSignal): Promise<Found[]> {
  const data = { domain, address, helo };
  if (!isSendingName(helo)) return [{ code: "helo-literal", data }];
  const answer = await ask(ctx, helo, address, signal);
  ctx.note(`${address} calls itself ${helo}: ${answer.records.slice(0, maxNames).join(", ") || answer.outcome}`);
  if (answer.outcome === "failed") return [{ code: "ptr-unknown", data: { address, reason: reasonOf(answer) } }];
  if (answer.records.some((found) => sameAddress(found, address))) return [];
  const record = addressRecord(helo, address);
  if (answer.records.length === 0) return [{ code: "helo-unresolved", data: { ...data, record } }];
  return [{ code: "helo-mismatch", data: { ...data, record, found: answer.records.slice(0, 3).join(", ") } }];
}

/** Whether a name has an address of this family; that it has none is confirmed. */
const ask = (ctx: CheckContext, name: string, address: string, signal: AbortSignal): Promise<DnsAnswer<"A" | "AAAA">> =>
  ctx.ask(name, isIP(address) === 4 ? "A" : "AAAA", { confirm: true, signal });

/** The name a server greets with is nearly always the one it sends under; that it does not greet here says nothing. */
async function greetingOf(ctx: CheckContext, address: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const connection = await ctx.dial({ host: address, port: 25, tls: "none", address, connectTimeoutMs }, signal);
    try {
      const line = await connection.readLine(greetingTimeoutMs);
      ctx.note(`${address}:25 greets: ${line}`);
      connection.write("QUIT\r\n");
      return greetingName(line);
    } finally {
      connection.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DialError)) throw error;
    ctx.note(`no greeting, so what it calls itself is not known: ${error.message}`);
    return undefined;
  }
}

const reasonOf = (answer: DnsAnswer): string => `${answer.type} ${answer.name}: ${answer.failure?.text ?? ""}`;
const addressRecord = (name: string, address: string): string => `${name}. ${isIP(address) === 4 ? "A" : "AAAA"} ${address}`;
/** `SPF mx mail.example.com` ▶ `mail.example.com` */
const hostIn = (because: string): string | undefined => /^SPF (?:a|mx) (\S+)$/.exec(because)?.[1];
