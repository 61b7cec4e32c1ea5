import { isIP } from "node:net";
import { getDomain } from "tldts";
import { z } from "zod";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import type { AskOptions, DnsAnswer, MxRecord } from "../src/model/dns.ts";
import { listed } from "../src/mail/txt-answer.ts";
import { domainOption, receivesOption } from "../src/net/domain-option.ts";
import { mxFindings } from "./dns-mx.texts.ts";

/** Internet.nl looks at ten; more is no mail service but somebody's mistake. */
const maxHosts = 10;
const factKind = "mx";
/** A phrase of src/i18n/dns-phrases.ts. */
const nothingKnown = "nothing so far";

type Found = FoundFinding<keyof typeof mxFindings>;

/** RFC 5321 section 5.1: mail for a domain goes to the hosts its MX records name, and each of them must have an address. */
export default defineCheck({
  id: "dns-mx",
  title: { en: "MX records", zh: "MX 记录" },
  measures: "service",
  answers: "receive",
  every: 15 * 60_000,
  deadline: 45_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 20_000 },
  options: z.strictObject({
    domain: domainOption,
    receives: receivesOption,
    mailboxes: z
      .boolean()
      .default(false)
      .meta(
        explain({
          en: "True for a domain that is known to have mailboxes: without MX records its mail is lost",
          zh: "已知有邮箱的域名写 true：没有 MX 记录，邮件就会丢失",
        }),
      ),
    /** From the presets: providers that are recognised by their exchanges. */
    known: z
      .array(z.object({ id: z.string(), mxSuffixes: z.array(z.string()), mxSets: z.array(z.array(z.string())).default([]) }))
      .default([]),
    expected: z
      .array(z.string())
      .default([])
      .meta(
        explain({
          en: "The mail servers that the mail provider asks for, or what their names end in: any other is told",
          zh: "邮件服务商要求的收信服务器，或其名称的结尾；与此不符就会报告",
        }),
      ),
  }),
  findings: mxFindings,
  metrics: {
    hosts: { label: { en: "mail servers", zh: "收信服务器数" }, help: "Mail servers that the domain names", unit: "none" },
    ttl: { label: { en: "TTL", zh: "TTL" }, help: "How long resolvers keep the answer", unit: "seconds" },
  },
  target: ({ domain }) => domain,

  async run(ctx, options, signal) {
    const { domain, receives, mailboxes } = options;
    const answer = await ctx.ask(domain, "MX", { confirm: true, signal });
    ctx.note(described(answer, (mx) => `${mx.priority} ${mx.exchange || "."}`));
    if (answer.outcome === "failed") return { findings: [unanswered(domain, answer)] };
    const metrics = { hosts: answer.records.length, ttl: answer.ttl };
    if (answer.outcome === "nxdomain") {
      return { findings: [{ code: "domain-gone", data: { domain, confirmedBy: answer.confirmedBy ?? answer.server } }], metrics };
    }
    const known = knownRecords(ctx);
    if (answer.records.length === 0) {
      return { findings: await withoutRecords(ctx, { domain, receives, mailboxes, known }, signal), metrics };
    }
    const usual = answer.records.filter((mx) => mx.exchange !== "");
    const [nothing] = answer.records.filter((mx) => mx.exchange === "");
    const findings = nothing === undefined ? [] : await nullMx(ctx, { domain, receives, known, nothing, usual }, signal);
    if (usual.length > 0) findings.push(...(await judgeHosts(ctx, options, usual, signal)));
    const ordered = usual.toSorted((a, b) => a.priority - b.priority || a.exchange.localeCompare(b.exchange));
    const facts = ordered.slice(0, maxHosts).map((mx) => ({ kind: factKind, value: `${mx.priority} ${lower(mx)}` }));
    return { findings, metrics, facts };
  },
});

/** What was seen when the records were last there, so that the advice can say what to publish. */
function knownRecords(ctx: CheckContext): string {
  const facts = ctx.facts(factKind);
  const latest = Math.max(...facts.map((fact) => fact.lastSeen));
  const last = facts.filter((fact) => fact.lastSeen === latest).map((fact) => fact.value);
  return last.length === 0 ? nothingKnown : last.join(", ");
}

interface About {
  readonly domain: string;
  readonly receives: boolean;
  readonly known: string;
}

async function withoutRecords(
  ctx: CheckContext,
  { domain, receives, mailboxes, known }: About & { readonly mailboxes: boolean },
  signal: AbortSignal,
): Promise<Found[]> {
  const found = await addressesOf(ctx, domain, signal);
  if (found.failed !== undefined) return receives ? [unanswered(domain, found.failed)] : [];
  const { addresses } = found;
  // A domain that has mailboxes, or had exchanges, is a mail domain, whatever its SPF says.
  const isSure = mailboxes || known !== nothingKnown;
  const mailless = receives && !isSure ? await saysNoMail(ctx, domain, signal) : !receives;
  if (typeof mailless !== "boolean") return [unanswered(domain, mailless)];
  if (mailless) {
    return addresses.length === 0 ? [] : [{ code: "mx-null-recommended", data: { domain, addresses: listed(addresses) } }];
  }
  if (addresses.length === 0) return [{ code: "mx-missing", data: { domain, known } }];
  // A warning for a domain that may never have had mail; any other has lost it.
  const lost = isSure ? { severity: "critical" as const } : {};
  const findings: Found[] = [{ code: "mx-implicit", ...lost, data: { domain, addresses: listed(addresses), known } }];
  return [...findings, ...privateAddresses(ctx, domain, [found])];
}

/** A domain that may send from nowhere says by its SPF that it has no mail at all. An answer that failed is given back. */
async function saysNoMail(ctx: CheckContext, domain: string, signal: AbortSignal): Promise<boolean | DnsAnswer> {
  const spf = await ctx.ask(domain, "TXT", { confirm: true, signal });
  ctx.note(described(spf, (parts) => parts.join("")));
  return spf.outcome === "failed" ? spf : spf.records.some((parts) => parts.join("") === "v=spf1 -all");
}

interface NullMx extends About {
  readonly nothing: MxRecord;
  readonly usual: readonly MxRecord[];
}

/** RFC 7505: `0 .` alone means that the domain takes no mail. */
async function nullMx(
  ctx: CheckContext,
  { domain, receives, known, nothing, usual }: NullMx,
  signal: AbortSignal,
): Promise<Found[]> {
  const { priority } = nothing;
  if (usual.length > 0) return [{ code: "mx-null-with-others", data: { domain, priority, hosts: listed(usual.map(lower)) } }];
  const findings: Found[] = [];
  if (receives) {
    const mailless = await saysNoMail(ctx, domain, signal);
    if (typeof mailless !== "boolean") findings.push(unanswered(domain, mailless));
    else if (!mailless) findings.push({ code: "mx-null", data: { domain, known } });
  }
  if (priority !== 0) findings.push({ code: "mx-null-preference", data: { domain, priority } });
  if (findings.length === 0) {
    const { addresses, failed } = await addressesOf(ctx, domain, signal);
    if (addresses.length === 0 && failed === undefined) findings.push({ code: "mx-null-pointless", data: { domain } });
  }
  return findings;
}

interface Expectations {
  readonly domain: string;
  readonly known: readonly KnownExchanges[];
  readonly expected: readonly string[];
}
interface KnownExchanges {
  readonly id: string;
  readonly mxSuffixes: readonly string[];
  readonly mxSets: readonly (readonly string[])[];
}

async function judgeHosts(
  ctx: CheckContext,
  { domain, known, expected }: Expectations,
  records: readonly MxRecord[],
  signal: AbortSignal,
): Promise<Found[]> {
  const ordered = records.toSorted((a, b) => a.priority - b.priority || a.exchange.localeCompare(b.exchange));
  const names = [...new Set(ordered.map(lower))];
  const { leftover: leftovers = [], bad = [], good = [] } = Object.groupBy(names, kindOfName);
  const hosts = await Promise.all(good.slice(0, maxHosts).map((name) => addressesOf(ctx, name, signal)));

  const findings: Found[] = [];
  if (bad.length > 0) findings.push({ code: "mx-name-bad", data: { domain, hosts: listed(bad.map((name) => `“${name}”`)) } });
  findings.push(
    ...aliasedHosts(domain, records, hosts),
    ...unreachable(domain, { hosts, leftovers, complete: good.length <= maxHosts }),
  );
  findings.push(...(await unregistered(ctx, domain, hosts, signal)), ...privateAddresses(ctx, domain, hosts));
  findings.push(...providerFindings(domain, good, known), ...unexpected(good, { domain, known, expected }));
  const repeated = [...Map.groupBy(ordered, lower)].filter(([, same]) => same.length > 1).map(([name]) => name);
  if (repeated.length > 0) findings.push({ code: "mx-duplicate", data: { domain, hosts: listed(repeated) } });
  if (leftovers.length > 0) findings.push({ code: "mx-leftover", data: { domain, hosts: listed(leftovers) } });
  if (good.length > maxHosts) findings.push({ code: "mx-many", data: { domain, count: good.length, limit: maxHosts } });
  const [address, ...others] = new Set(hosts.flatMap((host) => host.addresses));
  if (hosts.length > 1 && address !== undefined && others.length === 0 && hosts.every((host) => host.addresses.length > 0)) {
    findings.push({ code: "mx-shared-address", data: { domain, count: hosts.length, address } });
  }
  const [only] = hosts;
  const machines = only?.addresses.filter((it) => isIP(it) === 4).length ?? 0;
  if (only && names.length === 1 && only.addresses.length > 0 && machines < 2 && providerOf(only.name, known) === undefined) {
    findings.push({ code: "mx-single", data: { domain, host: only.name } });
  }
  if (hosts.length > 0 && hosts.every(({ ipv6, addresses }) => ipv6 === "none" && addresses.length > 0)) {
    findings.push({ code: "mx-no-ipv6", data: { domain, hosts: listed(hosts.map(({ name }) => name)) } });
  }
  return findings;
}

const endsIn = (name: string, suffix: string): boolean => name === suffix || name.endsWith(`.${suffix}`);
const providerOf = (name: string, known: readonly KnownExchanges[]): string | undefined =>
  known.find(({ mxSuffixes }) => mxSuffixes.some((suffix) => endsIn(name, suffix)))?.id;

/** One provider beside another, or beside somebody else: a move that was never finished. */
function providerFindings(domain: string, names: readonly string[], known: readonly KnownExchanges[]): Found[] {
  const groups = Map.groupBy(names, (name) => providerOf(name, known));
  if (groups.size < 2) return [];
  const parts = [...groups].map(([provider, some]) => `${provider ?? "?"}: ${listed(some)}`);
  return [{ code: "mx-mixed", data: { domain, providers: parts.join("; ") } }];
}

/** Not what the user names, each as an ending; else, where all belong to one provider, not one of the sets it asks for, whole. */
function unexpected(names: readonly string[], { domain, known, expected }: Expectations): Found[] {
  if (expected.length > 0) {
    const wanted = expected.map((name) => name.toLowerCase().replace(/\.$/, ""));
    return differing(domain, names, wanted, endsIn);
  }
  const [id, ...others] = new Set(names.map((name) => providerOf(name, known)));
  if (id === undefined || others.length > 0) return [];
  const apart = (set: readonly string[]): number => new Set(set).symmetricDifference(new Set(names)).size;
  const [nearest] = known.find((one) => one.id === id)?.mxSets.toSorted((a, b) => apart(a) - apart(b)) ?? [];
  return nearest === undefined ? [] : differing(domain, names, nearest, (name, wanted) => name === wanted);
}

function differing(
  domain: string,
  names: readonly string[],
  wanted: readonly string[],
  fits: (name: string, wanted: string) => boolean,
): Found[] {
  const extra = names.filter((name) => !wanted.some((one) => fits(name, one)));
  const missing = wanted.filter((one) => !names.some((name) => fits(name, one)));
  if (extra.length === 0 && missing.length === 0) return [];
  const data = {
    domain,
    found: listed(names),
    expected: listed(wanted, maxHosts),
    extra: listed(extra) || "–",
    missing: listed(missing, maxHosts) || "–",
  };
  return [{ code: "mx-unexpected", data }];
}

/** Whoever registers the domain of such an exchange receives the mail: its registry itself says that nobody has it. */
async function unregistered(ctx: CheckContext, domain: string, hosts: readonly Host[], signal: AbortSignal): Promise<Found[]> {
  const missing = hosts.filter((host) => host.failed === undefined && host.addresses.length === 0);
  const bought = [...new Set(missing.flatMap((host) => getDomain(host.target ?? host.name) ?? []))];
  const answers = await Promise.all(bought.map((name) => ctx.ask(name, "NS", { confirm: true, signal })));
  const free = answers.filter(({ outcome }) => outcome === "nxdomain").map(({ name }) => name);
  if (free.length === 0) return [];
  const lost = missing.filter((host) => free.includes(getDomain(host.target ?? host.name) ?? ""));
  return [{ code: "mx-takeover", data: { domain, hosts: listed(lost.map(({ name }) => name)), free: listed(free) } }];
}

function aliasedHosts(domain: string, records: readonly MxRecord[], hosts: readonly Host[]): Found[] {
  const some = hosts.filter((host) => host.target !== undefined);
  if (some.length === 0) return [];
  const priorityOf = (name: string): number => records.find((mx) => lower(mx) === name)?.priority ?? 10;
  const data = {
    domain,
    hosts: listed(some.map(({ name, target }) => `${name} → ${target}`)),
    record: listed(some.map(({ name, target }) => `${domain}. MX ${priorityOf(name)} ${target}.`)),
  };
  return [{ code: "mx-alias", data }];
}

interface Looked {
  readonly hosts: readonly Host[];
  /** Names under `invalid`, which never have an address (RFC 6761 6.4). */
  readonly leftovers: readonly string[];
  /** All usable names were looked at. */
  readonly complete: boolean;
}

function unreachable(domain: string, { hosts, leftovers, complete }: Looked): Found[] {
  const findings: Found[] = [];
  const missing = hosts.filter((host) => host.failed === undefined && host.addresses.length === 0).map((host) => host.name);
  const unknown = hosts.filter((host) => host.failed !== undefined);
  const count = hosts.length + leftovers.length;
  if (complete && count > 0 && missing.length + leftovers.length === count) {
    findings.push({ code: "mx-none-resolves", data: { domain, hosts: listed([...missing, ...leftovers]) } });
  } else if (missing.length > 0) {
    findings.push({ code: "mx-host-missing", data: { domain, missing: missing.length, count, hosts: listed(missing) } });
  }
  if (unknown.length > 0) {
    const reason = unknown[0]?.failed?.failure?.text ?? "";
    findings.push({ code: "mx-host-unknown", data: { hosts: listed(unknown.map((host) => host.name)), reason } });
  }
  return findings;
}

function privateAddresses(ctx: CheckContext, domain: string, hosts: readonly Host[]): Found[] {
  const some = hosts.flatMap(({ name, addresses }) =>
    addresses.filter((address) => !ctx.isPublic(address)).map((address) => `${name} ${address}`),
  );
  return some.length === 0 ? [] : [{ code: "mx-private-address", data: { domain, hosts: listed(some) } }];
}

interface Host {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Where the name leads as an alias. */
  readonly target: string | undefined;
  /** Undefined where that could not be found out. */
  readonly ipv6: "some" | "none" | undefined;
  /** No address is known, and one of the questions has no usable answer. */
  readonly failed: DnsAnswer | undefined;
}

async function addressesOf(ctx: CheckContext, name: string, signal: AbortSignal): Promise<Host> {
  const both = (asking: AskOptions): Promise<[DnsAnswer<"A">, DnsAnswer<"AAAA">]> =>
    Promise.all([ctx.ask(name, "A", asking), ctx.ask(name, "AAAA", asking)]);
  let [v4, v6] = await both({ signal });
  // Most hosts have no AAAA, which needs no confirmation; that a host has nothing at all does.
  const isNothing = v4.records.length === 0 && v6.records.length === 0 && v4.outcome !== "failed" && v6.outcome !== "failed";
  if (isNothing) [v4, v6] = await both({ signal, confirm: true });
  for (const answer of [v4, v6]) ctx.note(described(answer, (address) => address));
  const addresses = [...v4.records, ...v6.records];
  const failed = addresses.length > 0 ? undefined : [v4, v6].find((answer) => answer.outcome === "failed");
  const ipv6 = v6.outcome === "failed" ? undefined : v6.records.length > 0 ? "some" : "none";
  return { name, addresses, target: v4.aliases.at(-1) ?? v6.aliases.at(-1), ipv6, failed };
}

const kindOfName = (name: string): "leftover" | "bad" | "good" => {
  if (name.endsWith(".msv1.invalid")) return "leftover";
  return isHostName(name) ? "good" : "bad";
};

/** Letters, digits and hyphens in at least two labels, the last of them no number (RFC 1123 2.1, RFC 5321 2.3.5). */
function isHostName(name: string): boolean {
  const labels = name.split(".");
  const isLabel = (label: string): boolean => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label);
  return (
    isIP(name) === 0 &&
    labels.length > 1 &&
    labels.every(isLabel) &&
    !/^\d+$/.test(labels.at(-1) ?? "") &&
    labels.at(-1) !== "localhost"
  );
}

const unanswered = (domain: string, answer: DnsAnswer): Found => ({
  code: "mx-unknown",
  data: { domain, type: answer.type, reason: answer.failure?.text ?? "" },
});

const lower = (mx: MxRecord): string => mx.exchange.toLowerCase();

function described<R>(
  answer: Omit<DnsAnswer, "records"> & { readonly records: readonly R[] },
  show: (record: R) => string,
): string {
  const { name, type, outcome, records, failure, aliases, ttl, server, authenticated, confirmedBy } = answer;
  const said =
    outcome === "failed"
      ? `failed: ${failure?.text ?? ""}`
      : outcome === "records"
        ? records.slice(0, 20).map(show).join(", ")
        : outcome;
  const more = records.length > 20 ? ` and ${records.length - 20} more` : "";
  const via = aliases.length === 0 ? "" : ` by the alias ${aliases.join(" ▶ ")}`;
  const proof = `${authenticated ? ", authenticated" : ""}${confirmedBy === undefined ? "" : `, confirmed by ${confirmedBy}`}`;
  return `${type} ${name}${via}: ${said}${more} (TTL ${ttl} s, from ${server || "nobody"}${proof})`;
}
