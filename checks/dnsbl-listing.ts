import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { getDomain } from "tldts";
import { z } from "zod";
import { anyListing } from "../src/mail/dns-list-answer.ts";
import {
  type AskedList,
  consultList,
  type Consulted,
  type Hit,
  keptToJson,
  readKept,
  subjectsFor,
} from "../src/mail/dns-list-consult.ts";
import { type DnsList, dnsLists } from "../src/mail/dns-lists.ts";
import { findOwnSenders, seenSenders, senderOptions } from "../src/mail/own-senders.ts";
import { listed } from "../src/mail/txt-answer.ts";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import { isListCode } from "../src/model/dns-words.ts";
import { quoted } from "../src/model/text.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { secretOption } from "../src/net/secret-option.ts";
import { listingFindings } from "./dnsbl-listing.texts.ts";

/** In a row, before anything but a note is made of a listing. */
const enoughHits = 2;
const againMs = 31 * 60_000;
const maxNames = 8;

type Found = FoundFinding<keyof typeof listingFindings>;

const domainName = z
  .string()
  .refine((name) => Boolean(asciiName(name)) && isIP(name) === 0, { error: "must be a domain name, such as example.com" });

/** A list that the user names. Without codes every answer but a refusal is a listing. */
const namedList = z.strictObject({
  zone: domainName.meta(
    explain({ en: "Where the list is asked, such as bl.example.net", zh: "查询该名单的域名，例如 bl.example.net" }),
  ),
  name: z
    .string()
    .optional()
    .meta(explain({ en: "How findings call it; left out: its zone", zh: "在结论中的名称，不写则用其域名" })),
  kind: z
    .enum(["ip", "domain", "white"])
    .optional()
    .meta(
      explain({
        en: "What it lists: addresses, domains, or good addresses. Left out: addresses, or as the built-in list of this zone",
        zh: "名单内容：地址、域名，或信誉良好的地址。不写则为地址，或与同名内置名单相同",
      }),
    ),
  tier: z
    .enum(["A", "B", "C"])
    .default("A")
    .meta(
      explain({
        en: "How much a listing weighs: A, many receivers refuse by it; B, some do; C, few do",
        zh: "被列入的分量：A 许多收件方据此拒收，B 部分，C 很少",
      }),
    ),
  codes: z
    .record(z.string().refine(isListCode, { error: "must be a code, such as 127.0.0.2 or 127.0.0.4-7" }), z.string().min(1))
    .optional()
    .meta(
      explain({
        en: "What its answers mean: { 127.0.0.2: spam, 127.0.0.10-11: dynamic }. Left out: every answer but a refusal is a listing",
        zh: "应答代码的含义：{ 127.0.0.2: spam, 127.0.0.10-11: dynamic }。不写则除拒绝应答外都算列入",
      }),
    ),
});

const optionsSchema = z.strictObject({
  domain: domainName.meta(explain({ en: "The mail domain, such as example.com", zh: "邮件域名，例如 example.com" })),
  ...senderOptions,
  links: z
    .array(domainName)
    .max(maxNames)
    .default([])
    .meta(explain({ en: "Further domains that mail of the company names in its links", zh: "公司邮件的链接中出现的其他域名" })),
  lists: z
    .array(namedList)
    .max(20)
    .default([])
    .meta(
      explain({
        en: "Lists to ask besides the built-in ones, or one of those told otherwise",
        zh: "内置名单之外还要查询的名单，或改写某个内置名单",
      }),
    ),
  builtIn: z
    .boolean()
    .default(true)
    .meta(explain({ en: "False: only the lists that are named here", zh: "写 false 则只查询此处列出的名单" })),
  dqsKey: secretOption.optional().meta(
    explain({
      en: "The key of Spamhaus' Data Query Service: it opens the lists of Spamhaus to every resolver",
      zh: "Spamhaus 数据查询服务（DQS）的密钥：有了它，任何解析器都能查询 Spamhaus 的名单",
    }),
  ),
  /** From `audit`, a single look without history: a listing counts at once. */
  immediate: z.boolean().default(false),
});
type Options = z.output<typeof optionsSchema>;

/** Are the company's own sending addresses and domains on lists by which receivers refuse mail (RFC 5782)? */
export default defineCheck({
  id: "dnsbl-listing",
  title: { en: "Blocklists", zh: "邮件黑名单" },
  measures: "posture",
  answers: "trusted",
  every: 60 * 60_000,
  deadline: 60_000,
  // A listing has been seen twice before it is told; asking the lists more often would get us refused.
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  options: optionsSchema,
  findings: listingFindings,
  metrics: {
    lists: {
      label: { en: "lists asked", zh: "已查询名单数" },
      help: "Lists that passed their self-test and were asked",
      unit: "none",
    },
    listings: { label: { en: "listings", zh: "列入次数" }, help: "Listings, whatever their weight", unit: "none" },
  },
  target: ({ domain }) => domain,

  async run(ctx, options, signal) {
    const domain = asciiName(options.domain) ?? options.domain;
    const { sends, senders: given, providers } = options;
    const { own: seen } = seenSenders(ctx.facts, ctx.now(), providers);
    const [own, rewritten] = await Promise.all([
      findOwnSenders({ domain, given, seen, providers, bySpf: sends }, ctx.ask, signal),
      rewrites(ctx, signal),
    ]);
    const findings: Found[] = [];
    for (const reason of own.unanswered.slice(0, 1)) findings.push({ code: "senders-unknown", data: { domain, reason } });
    if (rewritten !== undefined) return { findings: [...findings, { code: "resolver-rewrites", data: rewritten }] };

    const why = new Map(own.senders.map(({ address, because }) => [address, because]));
    const addresses = own.senders.map(({ address }) => address).filter((address) => ctx.isPublic(address));
    const subjects = [...addresses, ...domainsOf(domain, options.links)];
    const kept = readKept(ctx.memory);
    const world = { ask: ctx.ask, now: ctx.now(), signal, note: ctx.note, kept };
    const lists = (await listsOf(options)).filter((list) => subjectsFor(list, subjects).length > 0);
    const consulted = await Promise.all(lists.map((list) => consultList(world, list, subjects)));
    signal.throwIfAborted();

    findings.push(...illnesses(consulted, domain, options.immediate));
    const found = subjects.map((subject) => judge({ domain, subject, why: why.get(subject) ?? "–", consulted, options }));
    findings.push(...found.flat());
    const listings = consulted.flatMap(({ hits }) => hits).filter(({ verdict }) => verdict !== "good").length;
    const metrics = { lists: consulted.filter(({ ill }) => ill === undefined).length, listings };
    const isOpen = findings.some(({ code }) => code === "listed-once");
    return { findings, metrics, memory: keptToJson(kept), ...(isOpen ? { again: againMs } : {}) };
  },
});

/** What is asked about besides addresses: the mail domain, the one that was registered, and those of links. */
function domainsOf(domain: string, links: readonly string[]): string[] {
  const named = [domain, ...links.map((link) => asciiName(link) ?? link)];
  return [...new Set(named.flatMap((name) => [name, getDomain(name, { allowPrivateDomains: true }) ?? name]))].slice(0, maxNames);
}

/** The lists that ship, those that the user names over them, and Spamhaus by its key where there is one. */
async function listsOf({ lists, builtIn, dqsKey }: Options): Promise<AskedList[]> {
  const key = dqsKey && (await dqsKey.reveal()).trim().toLowerCase();
  const named = new Map(lists.map(namedListOf).map((list) => [list.zone, list]));
  const shipped = builtIn ? dnsLists.filter(({ zone, tier }) => tier !== "off" && !named.has(zone)) : [];
  const asked = shipped.flatMap((list): AskedList[] => {
    const { dqs, zone } = list;
    if (key === undefined || dqs === undefined) return dqs?.only === true ? [] : [{ ...list, query: zone, named: false }];
    const shown = `${dqs.name}.dq.spamhaus.net`;
    return [{ ...list, zone: shown, query: `${key}.${shown}`, ownResolver: false, named: true }];
  });
  return [...asked, ...named.values()];
}

function namedListOf({ zone: written, name, kind, tier, codes }: z.output<typeof namedList>): AskedList {
  const zone = asciiName(written) ?? written;
  const known = dnsLists.find((list) => list.zone === zone);
  const base: DnsList = known ?? { ...unknownList, zone, name: zone };
  const own = codes && Object.entries(codes).map(([match, means]) => ({ match, means, verdict: "listed" as const }));
  return {
    ...base,
    ...(name === undefined ? {} : { name }),
    kind: kind ?? base.kind,
    tier,
    weight: tier === "C" ? 0.25 : 1,
    codes: own ?? base.codes,
    query: zone,
    named: true,
  };
}

const unknownList: Omit<DnsList, "zone" | "name"> = {
  kind: "ip",
  families: [4, 6],
  codes: anyListing,
  tier: "A",
  weight: 1,
  ownResolver: false,
  removal: "–",
  source: "named by the user",
  checkedAt: "–",
};

/** Names below `invalid` have no address (RFC 6761): who gives them one makes every list say what it likes. */
async function rewrites(ctx: CheckContext, signal: AbortSignal) {
  const name = `${randomBytes(8).toString("hex")}.invalid`;
  const answer = await ctx.ask(name, "A", { signal });
  ctx.note(`A ${name}: ${answer.records.join(", ") || answer.outcome} (from ${answer.server || "nobody"})`);
  return answer.outcome === "records" ? { server: answer.server, answer: answer.records.slice(0, 3).join(", ") } : undefined;
}

/** Lists that are not believed. A person's own list that is ill is a fault of its own; one of many others is left out. */
function illnesses(consulted: readonly Consulted[], domain: string, immediate: boolean): Found[] {
  const ill = consulted.filter((one) => one.ill !== undefined);
  const named = ill.filter(({ list }) => list.named);
  const findings: Found[] = named.map(({ list, ill: reason = "" }) => ({ code: "list-ill", data: { list: list.zone, reason } }));
  const others = ill.filter(({ list }) => !list.named);
  if (others.length === 0) return findings;
  const lists = listed(others.map(({ list }) => list.zone));
  // Mostly one reason for all, our resolver; the notes have each.
  const reason = others[0]?.ill ?? "";
  if (ill.length < consulted.length)
    return [...findings, { code: "lists-left-out", data: { count: others.length, lists, reason } }];
  // In a single look a helper that is away makes nothing unknown.
  return [
    ...findings,
    { code: "lists-none", data: { domain, lists, reason }, ...(immediate ? { severity: "info" as const } : {}) },
  ];
}

interface Judged {
  readonly domain: string;
  readonly subject: string;
  readonly why: string;
  readonly consulted: readonly Consulted[];
  readonly options: Options;
}

interface Listing {
  readonly list: AskedList;
  readonly hit: Hit;
}

/** What all lists together say about one address or domain: one finding for each kind of harm. */
function judge({ domain, subject, why, consulted, options }: Judged): Found[] {
  const all: Listing[] = consulted.flatMap(({ list, hits }) =>
    hits.filter((hit) => hit.subject === subject).map((hit) => ({ list, hit })),
  );
  const found: Found[] = [];
  const say = (code: keyof typeof listingFindings, some: readonly Listing[]): void => {
    if (some.length > 0) found.push({ code, data: { domain, subject, why, ...described(some) } });
  };
  for (const { list, hit } of all.filter((one) => one.hit.verdict === "unknown-code")) {
    found.push({ code: "code-unknown", data: { list: list.zone, subject, raw: hit.raw, removal: list.removal } });
  }
  const isGood = ({ list, hit }: Listing): boolean =>
    hit.verdict === "good" || (list.kind === "white" && hit.verdict === "listed");
  const bad = all.filter((one) => one.hit.verdict !== "unknown-code" && !isGood(one));
  const sure = bad.filter(({ hit }) => options.immediate || hit.hits >= enoughHits);
  const heavy = sure.filter(({ list, hit }) => list.tier === "A" && hit.verdict === "listed");
  const policy = sure.filter(({ hit }) => hit.verdict === "policy");
  const light = sure.filter((one) => !heavy.includes(one) && !policy.includes(one));
  say(isIP(subject) === 0 ? "domain-listed" : "address-listed", heavy);
  say("policy-listed", policy);
  const weight = light.reduce((sum, { list }) => sum + list.weight, 0);
  say(weight >= 1 ? "listed-minor" : "listed-noted", light);
  say(
    "listed-once",
    bad.filter((one) => !sure.includes(one)),
  );
  say("good-listed", all.filter(isGood));
  return found;
}

function described(some: readonly Listing[]) {
  const reasons = some.map(({ hit }) => hit.reason).filter((reason) => reason !== "");
  return {
    lists: some.map(({ list, hit }) => `${list.name} (${hit.means})`).join(", "),
    reason: reasons[0] === undefined ? "–" : quoted(reasons[0]),
    removal: [...new Set(some.map(({ list }) => list.removal))].slice(0, 3).join(", "),
  };
}
