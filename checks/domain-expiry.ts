import { getDomain } from "tldts";
import { z } from "zod";
import { readDate, type Registration } from "../src/mail/registration.ts";
import { askRegistrar, lookUpRegistration, noDate, type RegistryWorld } from "../src/mail/registry.ts";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import { DialError } from "../src/model/connection.ts";
import type { Json } from "../src/model/json.ts";
import { endOfDay, placeOnLadder } from "../src/model/ladder.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { domainOption } from "../src/net/domain-option.ts";
import { get } from "../src/net/get.ts";
import { askWhois } from "../src/net/whois.ts";
import { expiryFindings } from "./domain-expiry.texts.ts";

const day = 86_400_000;
const warnMs = 60 * day;
const criticalMs = 14 * day;
/** How long a registrar may give an automatic renewal back (RFC 3915 3.1, as ICANN's registries have it). */
const graceMs = 45 * day;
/** The registry's servers renew a little before or after the hour. */
const earlyMs = 3 * day;
const unknownForMs = 7 * day;
const manual = "options: expires";
/** An answer of a registry has some KiB; IANA's whole file 50. */
const maxBytes = 512 * 1024;
const fetchMs = 10_000;
/** All of them together; a registry that keeps us waiting makes the date unknown, and is no fault of the domain. */
const lookUpMs = 40_000;

/** Top-level names that nobody registers (RFC 6761, RFC 2606, RFC 6762, RFC 7686, RFC 9476, and ICANN's `internal`). */
const specialNames = new Set(["example", "test", "invalid", "localhost", "local", "internal", "onion", "alt", "arpa"]);

type Found = FoundFinding<keyof typeof expiryFindings>;

const optionsSchema = z.strictObject({
  domain: domainOption,
  expires: z.iso
    .date({ error: "must be a date, such as 2027-03-31" })
    .refine((date) => readDate(date) !== undefined, { error: "must be a date, such as 2027-03-31" })
    .optional()
    .meta(
      explain({
        en: "Until when it is paid, by the registrar's invoice: counts where the registry tells no date",
        zh: "注册商账单上的到期日：注册局不公布时以此为准",
      }),
    ),
  rdap: z
    .url({ protocol: /^https?$/, error: "must be a web address, such as https://rdap.example/" })
    .optional()
    .meta(
      explain({
        en: "Where the registry answers by RDAP, if it is not found or has moved",
        zh: "注册局的 RDAP 地址，找不到或已迁移时填写",
      }),
    ),
  whois: z
    .string()
    .regex(/^[a-z0-9.-]+(:\d{1,5})?$/i, "must be a host, such as whois.example or whois.example:43")
    .optional()
    .meta(
      explain({
        en: "Where the registry answers by WHOIS, if it is not found or has moved: whois.example or whois.example:43",
        zh: "注册局的 WHOIS 服务器，找不到或已迁移时填写：whois.example 或 whois.example:43",
      }),
    ),
  bootstrap: z
    .url({ protocol: /^https?$/, error: "must be a web address" })
    .default("https://data.iana.org/rdap/dns.json")
    .meta(explain({ en: "IANA's list of registries, or a copy of it", zh: "IANA 的注册局列表，或其副本" })),
  /** From `audit`, a single look without history: a registry that cannot be reached is told and makes nothing unknown. */
  immediate: z.boolean().default(false),
});
type Options = z.output<typeof optionsSchema>;

const memorySchema = z.object({
  expires: z.number().optional(),
  /** The date went up by a year around the day it would have ended. */
  jump: z.object({ from: z.number(), to: z.number() }).optional(),
  unknownSince: z.number().optional(),
  /** Where the live bootstrap file said that the registry is. */
  base: z.object({ url: z.string(), at: z.number() }).optional(),
});
type Memory = z.output<typeof memorySchema>;

/** A domain that nobody renewed takes mail, website and name servers with it. */
export default defineCheck({
  id: "domain-expiry",
  title: { en: "Until when the domain is paid", zh: "域名到期日" },
  measures: "expiry",
  answers: "paid",
  every: 6 * 60 * 60_000,
  deadline: 60_000,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  options: optionsSchema,
  findings: expiryFindings,
  metrics: {
    left: {
      label: { en: "left", zh: "剩余" },
      help: "Until the registration of the domain ends",
      unit: "seconds",
      untilEnd: true,
    },
  },
  target: ({ domain }) => domain,
  ends: ({ domain, expires }) => (expires === undefined ? [] : [{ what: domain, at: endOfDay(expires) }]),

  async run(ctx, options, signal) {
    const asked = asciiName(options.domain) ?? options.domain;
    const special = specialNames.has(asked.split(".").at(-1) ?? "");
    const domain = special ? null : getDomain(asked, { allowPrivateDomains: false });
    if (domain === null) {
      if (options.expires === undefined) return { findings: [{ code: "not-applicable", data: { domain: asked } }] };
      return byDate(ctx, asked, { ...manualDate(options), by: manual });
    }
    const memory = memorySchema.safeParse(ctx.memory).data ?? {};
    const world = worldOf(ctx, signal);
    const looked = await lookUpRegistration(world, domain, { ...options, knownBase: freshBase(memory, ctx.now()) });
    const { answer, liveBase, bootstrapFailure } = looked;
    const base = liveBase === undefined ? memory.base : { url: liveBase, at: ctx.now() };
    const helper: Found[] =
      bootstrapFailure === undefined
        ? []
        : [{ code: "bootstrap-unreachable", data: { reason: bootstrapFailure, url: options.bootstrap } }];
    const { by } = answer;
    const about = { domain, options, by, memory: { ...memory, base } };
    if (answer.kind === "failed") return notFoundOut(ctx, { ...about, reason: answer.reason, also: helper, helpless: true });
    if (answer.kind === "absent") {
      const reason = await whyNotAbsent(ctx, domain, by, signal);
      if (reason === undefined) return { findings: [{ code: "not-registered", data: { domain, by } }, ...helper] };
      return notFoundOut(ctx, { ...about, reason, also: helper, helpless: false });
    }
    const { registration, unreadable } = answer;
    if (!unreadable) return judge(ctx, { ...about, registration, helper }, world);
    const also = [...states(domain, registration.statuses, by), ...helper];
    return notFoundOut(ctx, { ...about, reason: `${by}: ${noDate}`, also, helpless: false });
  },
});

/** Every way out of a look-up, bounded; an address that is not public is never connected to. */
function worldOf(ctx: CheckContext, ending: AbortSignal): RegistryWorld {
  const signal = AbortSignal.any([ending, AbortSignal.timeout(lookUpMs)]);
  const { ask, dial, isPublic, authorities, note } = ctx;
  return {
    note,
    fetch: async (url, accept) => {
      const got = await get({ url, ask, isPublic, authorities, signal, maxBytes, timeoutMs: fetchMs, redirects: 3, accept });
      ending.throwIfAborted();
      note(`GET ${url}: ${got.kind === "answer" ? `status ${got.status}, ${got.body.length} characters` : got.text}`);
      return got.kind === "answer" ? got : { failed: got.text };
    },
    whois: async (host, port, query) => {
      try {
        const text = await askWhois({ ask, dial, isPublic }, { host, port, query }, signal);
        note(`WHOIS ${host} "${query}": ${text.length} characters`);
        return { text };
      } catch (error) {
        ending.throwIfAborted();
        if (!(error instanceof DialError)) throw error;
        note(`WHOIS ${host} "${query}": ${error.message}`);
        return { failed: error.message };
      }
    },
  };
}

interface Judged {
  readonly domain: string;
  readonly options: Options;
  readonly by: string;
  readonly memory: Memory;
  readonly registration: Registration;
  readonly helper: readonly Found[];
}

async function judge(ctx: CheckContext, judged: Judged, world: RegistryWorld) {
  const { domain, options, by, memory, registration, helper } = judged;
  const now = ctx.now();
  const { statuses, expires } = registration;
  const findings: Found[] = states(domain, statuses, by);
  const date = { at: expires, vague: registration.vague, by };
  const jump = jumpOf(memory, expires, now);
  const isGrace = statuses.some((word) => word === "autorenewperiod") || jump !== undefined;
  if (expires !== undefined && isGrace) {
    const link = registration.registrarLink;
    const own = link === undefined ? undefined : await askRegistrar(world, domain, link);
    // The registrar knows whether somebody paid; its date is only of use where it is the earlier one.
    if (own !== undefined && own.expires !== undefined && own.expires < expires - day) {
      Object.assign(date, { at: own.expires, vague: own.vague, by: own.by });
    } else findings.push({ code: "renewal-unproven", data: { domain, date: dateText(expires) } });
  }
  if (date.at === undefined && options.expires !== undefined) Object.assign(date, { ...manualDate(options), by: manual });
  const judgedDate = byDate(ctx, domain, date);
  findings.push(...judgedDate.findings);
  if (date.at === undefined) findings.push({ code: "date-not-published", data: { domain, by } });
  const kept = { expires, jump, base: memory.base };
  return { findings: [...findings, ...helper], metrics: judgedDate.metrics, memory: toJson(kept) };
}

/** EPP: redemption is also a kind of pending delete, and the one that can be ended. */
function states(domain: string, statuses: readonly string[], by: string): Found[] {
  const has = (...words: readonly string[]): string | undefined => statuses.find((word) => words.includes(word));
  const findings: Found[] = [];
  const hold = has("clienthold", "serverhold", "notdelegated", "suspended");
  if (has("redemptionperiod", "pendingrestore") !== undefined) findings.push({ code: "redemption", data: { domain, by } });
  else if (has("pendingdelete") !== undefined) findings.push({ code: "pending-delete", data: { domain, by } });
  if (hold !== undefined) {
    findings.push({ code: "on-hold", data: { domain, by, status: spelling[hold] ?? hold } });
  }
  return findings;
}

const spelling: Readonly<Record<string, string>> = {
  clienthold: "clientHold",
  serverhold: "serverHold",
  notdelegated: "NOT DELEGATED",
};

function byDate(ctx: CheckContext, domain: string, date: { at: number | undefined; vague: boolean; by: string }) {
  const { at, by } = date;
  if (at === undefined) return { findings: [], metrics: {} };
  const left = at - ctx.now();
  const { days = 0, rung = 0 } = placeOnLadder(left) ?? {};
  const data = { domain, by, date: `${dateText(at)}${date.vague ? " ±1 d" : ""}`, days, rung };
  const metrics = { left: left / 1_000 };
  ctx.note(`${domain} ends on ${new Date(at).toISOString()}, ${Math.floor(left / day)} days from now (${by})`);
  // A date without a zone is over only when it is over everywhere.
  if (left <= (date.vague ? -day : 0)) return { findings: [{ code: "domain-expired" as const, data }], metrics };
  if (left <= criticalMs) return { findings: [{ code: "expires-now" as const, data }], metrics };
  return { findings: left <= warnMs ? [{ code: "expires-soon" as const, data }] : [], metrics };
}

interface Unknown {
  readonly domain: string;
  readonly options: Options;
  readonly reason: string;
  readonly memory: Memory;
  readonly also: readonly Found[];
  /** Nobody answered, which in a single look is no fault of the domain. */
  readonly helpless: boolean;
}

/** The manual date stands in; else what was last known goes on being judged, and after a week the silence is a fault of its own. */
function notFoundOut(ctx: CheckContext, { domain, options, reason, memory, also, helpless }: Unknown) {
  ctx.note(`not found out: ${reason}`);
  if (options.expires !== undefined) {
    const judged = byDate(ctx, domain, { ...manualDate(options), by: manual });
    return { ...judged, findings: [...judged.findings, ...also] };
  }
  const now = ctx.now();
  const since = memory.unknownSince ?? now;
  const last = byDate(ctx, domain, { at: memory.expires, vague: true, by: "last known" });
  const isLong = now - since >= unknownForMs;
  const silence: Found = isLong
    ? { code: "expiry-unknown-long", data: { domain, reason, days: Math.floor((now - since) / day) } }
    : {
        code: "expiry-unknown",
        data: { domain, reason },
        ...(options.immediate && helpless ? { severity: "info" as const } : {}),
      };
  const kept = { ...memory, unknownSince: since };
  return { findings: [...last.findings, silence, ...also], metrics: last.metrics, memory: toJson(kept) };
}

/** "No such domain" counts when the DNS says the same; undefined then, else why it does not count. */
async function whyNotAbsent(ctx: CheckContext, domain: string, by: string, signal: AbortSignal): Promise<string | undefined> {
  const answer = await ctx.ask(domain, "NS", { confirm: true, signal });
  ctx.note(`${by} knows no ${domain}; DNS: ${answer.outcome}${answer.failure ? ` (${answer.failure.text})` : ""}`);
  if (answer.outcome === "nxdomain") return undefined;
  const why = answer.outcome === "failed" ? `does not answer (${answer.failure?.text ?? ""})` : "has it";
  return `${by} knows no such domain, and the DNS ${why}`;
}

/** One year more, around the day it would have ended. It is told while the registrar may still take it back. */
function jumpOf(memory: Memory, expires: number | undefined, now: number): Memory["jump"] {
  const { jump, expires: old } = memory;
  if (expires === undefined) return undefined;
  if (jump !== undefined && jump.to === expires) return now < jump.from + graceMs ? jump : undefined;
  if (old === undefined || now < old - earlyMs || now >= old + graceMs) return undefined;
  const more = expires - old;
  return more >= 360 * day && more <= 370 * day ? { from: old, to: expires } : undefined;
}

const freshBase = (memory: Memory, now: number): string | undefined =>
  memory.base !== undefined && now - memory.base.at < day ? memory.base.url : undefined;

const manualDate = ({ expires = "" }: Options) => ({ at: readDate(expires)?.at, vague: true });

const dateText = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** What is undefined is left out: memory is JSON. */
const toJson = ({ expires, jump, unknownSince, base }: { [Key in keyof Memory]: Memory[Key] | undefined }): Json => ({
  ...(expires === undefined ? {} : { expires }),
  ...(jump === undefined ? {} : { jump: { ...jump } }),
  ...(unknownSince === undefined ? {} : { unknownSince }),
  ...(base === undefined ? {} : { base: { ...base } }),
});
