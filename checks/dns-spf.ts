import { z } from "zod";
import { type CheckContext, type CheckResult, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import type { DnsAnswer } from "../src/model/dns.ts";
import type { Json } from "../src/model/json.ts";
import { holds } from "../src/mail/ip-range.ts";
import { evaluateSpf } from "../src/mail/mailauth.ts";
import { seenSenders, senderOptions } from "../src/mail/own-senders.ts";
import { ptrName } from "../src/mail/reverse-name.ts";
import { lintSpf, nothingSent } from "../src/mail/spf-lint.ts";
import { providerOfInclude, providerOfMx, type SpfProvider } from "../src/mail/spf-providers.ts";
import { spfTexts } from "../src/mail/spf-record.ts";
import { recordWith, rewritten, zoneLine } from "../src/mail/spf-rewrite.ts";
import { accountOf, edgesOf, passingOf, rangeList, type SpfAccount } from "../src/mail/spf-tree.ts";
import { exchangesOf, type SpfTree, walkSpf } from "../src/mail/spf-walk.ts";
import { listed, shortened, txtLine } from "../src/mail/txt-answer.ts";
import { quoted } from "../src/model/text.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { resolveBy } from "../src/net/dns-resolve.ts";
import { spfSyntaxFindings } from "./dns-spf-syntax.texts.ts";
import { spfFindings } from "./dns-spf.texts.ts";

const domainName = z
  .string()
  .refine((name) => Boolean(asciiName(name)), { error: "must be a domain name, such as example.com" })
  .transform((name) => asciiName(name) ?? name);

const findings = { ...spfFindings, ...spfSyntaxFindings };
type Found = FoundFinding<keyof typeof findings>;

/** Addresses that are tried, names that own servers greet with, and names that a PTR may have (RFC 7208 section 4.6.4). */
const maxSenders = 16;
const maxHelos = 8;
const maxPtrNames = 10;
/** Kept for the next run, within the 64 KiB of `memory`. */
const maxRemembered = 1_000;
const evaluationMs = 10_000;

/** RFC 7208: who may send in a domain's name. The whole record is walked; own senders are put through it by mailauth. */
export default defineCheck({
  id: "dns-spf",
  title: { en: "Who may send for the domain (SPF)", zh: "谁能以本域名发信（SPF）" },
  measures: "posture",
  answers: "trusted",
  every: 15 * 60_000,
  deadline: 45_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: z.strictObject({
    domain: domainName.meta(explain({ en: "The mail domain, such as example.com", zh: "邮件域名，例如 example.com" })),
    sends: senderOptions.sends,
    senders: senderOptions.senders,
    helo: z
      .record(z.string(), domainName)
      .default({})
      .meta(
        explain({
          en: "What an own sender calls itself (HELO), by its address: { 203.0.113.5: mail.example.com }",
          zh: "自有发信服务器的自称（HELO），以地址为键：{ 203.0.113.5: mail.example.com }",
        }),
      ),
  }),
  findings,
  metrics: {
    lookups: {
      label: { en: "DNS lookups", zh: "DNS 查询数" },
      help: "DNS lookups that the whole SPF record costs a receiver, at most 10 (RFC 7208 section 4.6.4)",
      unit: "none",
    },
    void_lookups: {
      label: { en: "empty lookups", zh: "空查询数" },
      help: "Lookups of the SPF record without an answer, for a client of either family, at most 2",
      unit: "none",
    },
  },
  target: ({ domain }) => domain,

  async run(ctx, { domain, sends, senders, helo }, signal) {
    const [tree, mx, left] = await Promise.all([
      walkSpf(domain, ctx.ask, signal),
      ctx.ask(domain, "MX", { signal }),
      ctx.ask(domain, "SPF", { signal }),
    ]);
    const account = accountOf(tree);
    evidence(ctx, tree, account);
    const provider = mx.outcome === "records" ? providerOfMx(exchangesOf(mx)) : undefined;
    const start = tree.root.record === undefined ? await firstRecord(ctx, domain, { mx, provider }, signal) : "";
    const found: Found[] = lintSpf(tree, { sends, isPublic: ctx.isPublic }).map((issue) =>
      issue.code === "spf-missing" ? { ...issue, data: { ...issue.data, record: zoneLine(domain, start) } } : issue,
    );
    if (left.outcome === "records") {
      const record = shortened(left.records[0]?.join("") ?? "");
      found.push({ code: "spf-type-99", data: { domain, record } });
    }
    const { record } = tree.root;
    if (record === undefined) return { findings: found };

    const seen = seenSenders(ctx.facts, ctx.now());
    const own = [...new Set([...senders, ...seen.addresses.filter((address) => ctx.isPublic(address))])].slice(0, maxSenders);
    const greeted = [...seen.helos.values()].flatMap((name) => asciiName(name) ?? []);
    const isSilent = !sends || record.text.toLowerCase() === nothingSent;
    found.push(
      ...(isSilent ? [] : await providerFindings(ctx, tree, provider, signal)),
      ...(await senderFindings(ctx, tree, own, signal)),
      ...(await heloFindings(ctx, [...new Set([...Object.values(helo), ...greeted])].slice(0, maxHelos), domain, signal)),
    );
    const changed = changes(ctx, tree);
    return { findings: [...found, ...changed.findings], metrics: metricsOf(account), ...changed.kept };
  },
});

interface Mailboxes {
  readonly mx: DnsAnswer<"MX">;
  readonly provider: SpfProvider | undefined;
}

/** A record to begin with: what the provider of the mailboxes asks for, else the domain's own servers, if it has any. */
async function firstRecord(ctx: CheckContext, domain: string, { mx, provider }: Mailboxes, signal: AbortSignal): Promise<string> {
  const [include] = provider?.includes ?? [];
  if (include !== undefined) return `v=spf1 include:${include} ~all`;
  if (mx.outcome === "failed" || exchangesOf(mx).some((name) => name !== "")) return "v=spf1 mx ~all";
  const own = await Promise.all([ctx.ask(domain, "A", { signal }), ctx.ask(domain, "AAAA", { signal })]);
  return own.every(({ outcome }) => outcome === "nodata" || outcome === "nxdomain") ? nothingSent : "v=spf1 a ~all";
}

function metricsOf({ lookups, voids4, voids6 }: SpfAccount): { lookups?: number; void_lookups: number } {
  const voids = { void_lookups: Math.min(voids4, voids6) };
  return Number.isFinite(lookups) ? { lookups, ...voids } : voids;
}

function evidence(ctx: CheckContext, tree: SpfTree, account: SpfAccount): void {
  const asked = [...tree.nodes.values()].flatMap((node) => (node.answer === undefined ? [] : [node.answer]));
  for (const answer of asked.slice(0, 20)) ctx.note(txtLine(answer));
  if (tree.root.record === undefined) return;
  const parts = listed(
    account.parts.map((part) => `${shortened(part.term, 80)} ${part.lookups}`),
    20,
  );
  const ranges = rangeList(passingOf(tree));
  ctx.note(`lookups: ${account.lookups} (${parts || "none"}), void: ${account.voids4} by IPv4, ${account.voids6} by IPv6`);
  ctx.note(`may send: ${listed(ranges, 20) || "nobody by address"}`);
}

/** The provider of the mailboxes is named, and no former one is. */
async function providerFindings(
  ctx: CheckContext,
  tree: SpfTree,
  provider: SpfProvider | undefined,
  signal: AbortSignal,
): Promise<Found[]> {
  const { name: domain, record } = tree.root;
  const [include] = provider?.includes ?? [];
  if (provider === undefined || include === undefined || record === undefined) return [];
  const found: Found[] = [];
  const isNamed = provider.includes.some((name) => tree.nodes.has(name));
  if (!isNamed && !record.broken && (await isLacking(ctx, tree, include, signal))) {
    const data = { domain, provider: provider.name, include, record: recordWith(record, domain, `include:${include}`) };
    found.push({ code: "spf-provider-missing", data });
  }
  for (const edge of edgesOf(tree, record)) {
    const former = edge.node && providerOfInclude(edge.node.name);
    if (former === undefined || former === provider) continue;
    const without = rewritten(record, (term) => (term === edge.term ? [] : undefined));
    const data = { domain, provider: provider.name, former: former.name, include: edge.term, record: zoneLine(domain, without) };
    found.push({ code: "spf-old-provider", data });
  }
  return found;
}

/** A record may name the provider's addresses instead of including them. False where that cannot be found out. */
async function isLacking(ctx: CheckContext, tree: SpfTree, include: string, signal: AbortSignal): Promise<boolean> {
  const mine = passingOf(tree);
  const isWhole = tree.complete && [...tree.nodes.values()].every((node) => node.state !== "unanswered");
  if (mine.depends || mine.everybody.length > 0 || !isWhole) return false;
  const wanted = passingOf(await walkSpf(include, ctx.ask, signal));
  return wanted.ranges.some(({ range }) => !mine.ranges.some((one) => holds(one.range, range)));
}

async function senderFindings(
  ctx: CheckContext,
  tree: SpfTree,
  senders: readonly string[],
  signal: AbortSignal,
): Promise<Found[]> {
  const { name: domain, record } = tree.root;
  if (record === undefined) return [];
  const usesPtr = [...tree.nodes.values()].some((node) => node.record?.directives.some((one) => one.kind === "ptr"));
  const failing = new Set<string>();
  const found = await Promise.all(
    senders.map(async (address): Promise<Found[]> => {
      let unanswered: string | undefined;
      const ask: typeof ctx.ask = async (name, type, options) => {
        const answer = await ctx.ask(name, type, { ...options, signal });
        if (answer.outcome === "failed") unanswered ??= `${type} ${name}: ${answer.failure?.text ?? ""}`;
        return answer;
      };
      const evaluation = { domain, address, resolve: resolveBy(ask), timeoutMs: evaluationMs };
      const { result, text } = await evaluateSpf(evaluation);
      ctx.note(`SPF for ${address}: ${result}${result === "permerror" || result === "temperror" ? ` (${text})` : ""}`);
      const many = usesPtr ? await ptrFindings(ctx, domain, address, signal) : [];
      if (result === "pass") return many;
      if (result === "temperror") {
        return [...many, { code: "spf-sender-unknown", data: { domain, address, reason: unanswered ?? quoted(text) } }];
      }
      failing.add(`ip${address.includes(":") ? 6 : 4}:${address}`);
      return [...many, { code: "spf-sender-fails", data: { domain, address, result } }];
    }),
  );
  signal.throwIfAborted();
  // One record for all of them: who publishes one after the other would take the first away again.
  const mended = recordWith(record, domain, [...failing].toSorted().join(" "));
  return found.flat().map((one) => (one.code === "spf-sender-fails" ? { ...one, data: { ...one.data, record: mended } } : one));
}

/** RFC 7208 section 4.6.4: only ten names of a PTR are looked at, and their order is nobody's choice. */
async function ptrFindings(ctx: CheckContext, domain: string, address: string, signal: AbortSignal): Promise<Found[]> {
  const answer = await ctx.ask(ptrName(address) ?? "", "PTR", { signal });
  const count = answer.records.length;
  return count > maxPtrNames ? [{ code: "spf-ptr-many", data: { domain, address, count, limit: maxPtrNames } }] : [];
}

/** RFC 7208 section 2.3: bounces have no sender, so receivers look at the name in HELO. */
async function heloFindings(ctx: CheckContext, helos: readonly string[], domain: string, signal: AbortSignal): Promise<Found[]> {
  const answers = await Promise.all(helos.map((helo) => ctx.ask(helo, "TXT", { signal })));
  const isBare = (answer: DnsAnswer<"TXT">): boolean =>
    answer.outcome !== "failed" && spfTexts(answer.records).records.length === 0;
  return answers
    .filter(isBare)
    .map(({ name: helo }) => ({ code: "spf-helo-missing", data: { domain, helo, record: zoneLine(helo, "v=spf1 a -all") } }));
}

/** What may send, compared with the run before. Nothing is remembered of a tree that was not read whole. */
function changes(ctx: CheckContext, tree: SpfTree): { findings: Found[]; kept: Pick<CheckResult<string, string>, "memory"> } {
  const isWhole = tree.complete && [...tree.nodes.values()].every((node) => node.state !== "unanswered");
  const hosts = [...tree.hosts.A.values(), ...tree.hosts.AAAA.values(), ...tree.hosts.MX.values()];
  const ranges = rangeList(passingOf(tree));
  if (!isWhole || hosts.some((answer) => answer.outcome === "failed") || ranges.length > maxRemembered)
    return { findings: [], kept: {} };
  const before = rememberedRanges(ctx.memory);
  const kept = { memory: { ranges } };
  if (before === undefined) return { findings: [], kept };
  const [old, now] = [new Set(before), new Set(ranges)];
  const added = ranges.filter((range) => !old.has(range));
  const removed = before.filter((range) => !now.has(range));
  if (added.length === 0 && removed.length === 0) return { findings: [], kept };
  const data = { domain: tree.root.name, added: listed(added) || "–", removed: listed(removed) || "–" };
  return { findings: [{ code: "spf-changed", data }], kept };
}

const memorySchema = z.object({ ranges: z.array(z.string()) });
const rememberedRanges = (memory: Json | undefined): readonly string[] | undefined => memorySchema.safeParse(memory).data?.ranges;
