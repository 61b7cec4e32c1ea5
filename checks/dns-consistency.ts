import { isIPv6 } from "node:net";
import { z } from "zod";
import { type CheckContext, defineCheck, type FoundFinding } from "../src/model/check.ts";
import type { DnsAnswer, MxRecord, Referral } from "../src/model/dns.ts";
import { findZone } from "../src/net/dns-confirm.ts";
import { asciiName, parentOf } from "../src/net/dns-name.ts";
import { domainOption } from "../src/net/domain-option.ts";
import { asServer, serverAddresses, type ZoneServer } from "../src/net/zone-servers.ts";
import { consistencyFindings } from "./dns-consistency.texts.ts";

type Found = FoundFinding<keyof typeof consistencyFindings>;

/** How many servers of the parent are asked for the delegation, one after the other. */
const maxParents = 3;
/** How far up a parent that answers is looked for. */
const maxLevels = 4;
/** A change that is planned for tomorrow must not find the old record the day after. */
const maxTtl = 86_400;

/** Every server that answers for the domain says the same, and each of them answers. */
export default defineCheck({
  id: "dns-consistency",
  title: { en: "Name servers", zh: "域名服务器" },
  measures: "posture",
  answers: "trusted",
  every: 3_600_000,
  deadline: 60_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: z.strictObject({
    domain: domainOption,
  }),
  findings: consistencyFindings,
  metrics: {
    servers: {
      label: { en: "name servers", zh: "域名服务器数" },
      help: "Addresses of name servers that were asked",
      unit: "none",
    },
    answering: {
      label: { en: "answering", zh: "有应答" },
      help: "Addresses of name servers that answered for the zone",
      unit: "none",
    },
  },
  target: ({ domain }) => domain,

  async run(ctx, options, signal) {
    const domain = asciiName(options.domain) ?? options.domain;
    const known = await findZone(domain, ctx.ask, { signal });
    // Without the domain there is nothing to compare; dns-mx says so.
    if (known.name !== domain && (await ctx.ask(domain, "SOA", { signal })).outcome === "nxdomain") {
      ctx.note(`${domain} does not exist (NXDOMAIN)`);
      return { findings: [] };
    }
    const parent = await delegationOf(ctx, known.servers.length > 0 ? known.name : domain, signal);
    const zone = known.servers.length > 0 ? known.name : (parent.referral?.zone ?? domain);
    ctx.note(`${zone} by the resolver: ${known.servers.join(", ") || known.text}; by its parent: ${parent.said}`);

    const delegated = parent.referral?.servers ?? parent.servers;
    const names = [...new Set([...delegated, ...known.servers])];
    const { servers, without } = await serverAddresses(names, parent.referral?.addresses, { ...ctx, signal });
    const looks = await Promise.all(servers.map((server) => lookAt(ctx, server, { domain, zone }, signal)));
    const answering = looks.filter(({ state }) => state === "answers");
    const metrics = { servers: looks.length, answering: answering.length };
    if (answering.length === 0) {
      const resolved = (await ctx.ask(domain, "MX", { signal })).outcome !== "failed";
      return { findings: [nobodyAnswers({ domain, zone, looks, names, resolved, parent })], metrics };
    }
    const missing =
      without.length === 0 ? [] : [{ code: "server-without-address" as const, data: { zone, servers: listed(without) } }];
    const findings = [...missing, ...silentOnes(zone, looks), ...differences(domain, zone, answering)];
    const own = answering.find(({ ns }) => ns.outcome === "records")?.ns.records.map((name) => name.toLowerCase());
    if (own && delegated.length > 0 && !sameSet(own, delegated)) findings.push(delegationDiffers(zone, delegated, own));
    return { findings, metrics };
  },
});

interface Parent {
  /** Some server of the parent answered us directly: we can ask servers of zones at all. */
  readonly alive: boolean;
  /** The parent's own servers fail for the zone while they answer for themselves. */
  readonly failed: boolean;
  readonly referral: Referral | undefined;
  /** Where the parent's server is one of the zone's as well: what it says. */
  readonly servers: readonly string[];
  readonly said: string;
}

/** Asks the servers of the closest zone above that the resolver knows whom they give the zone to. */
async function delegationOf(ctx: CheckContext, zone: string, signal: AbortSignal): Promise<Parent> {
  let above = parentOf(zone);
  let said = "nothing above it is known";
  for (let level = 0; level < maxLevels && above !== undefined; level++) {
    const { name, servers: names, text } = await findZone(above, ctx.ask, { signal });
    if (names.length === 0) {
      said = text;
      above = parentOf(name);
      continue;
    }
    const { servers } = await serverAddresses(names, undefined, { ...ctx, signal });
    const nobody = { alive: false, failed: false, referral: undefined, servers: [] };
    said = `no server of ${name || "the root"} can be asked`;
    for (const server of servers.slice(0, maxParents)) {
      const options = { server: asServer(server), recurse: false, signal };
      const answer = await ctx.ask(zone, "NS", options);
      const { outcome, referral, failure, records } = answer;
      said = `${server.name} (${server.address}): ${referral ? `refers to ${referral.servers.join(", ")}` : (failure?.text ?? outcome)}`;
      if (referral) return { ...nobody, alive: true, referral, said };
      if (outcome === "records") return { ...nobody, alive: true, servers: records.map((it) => it.toLowerCase()), said };
      if (outcome !== "failed") return { ...nobody, alive: true, said };
      if (failure?.code !== "SERVFAIL") continue;
      const itself = await ctx.ask(name, "SOA", options);
      if (itself.outcome === "records") return { ...nobody, alive: true, failed: true, said };
    }
    return { ...nobody, said };
  }
  return { alive: false, failed: false, referral: undefined, servers: [], said };
}

interface Look {
  readonly server: ZoneServer;
  /** `unasked`: our own network has no way to it. */
  readonly state: "answers" | "silent" | "lame" | "unasked";
  readonly reason: string;
  readonly soa: DnsAnswer<"SOA">;
  readonly mx: DnsAnswer<"MX">;
  readonly txt: DnsAnswer<"TXT">;
  readonly ns: DnsAnswer<"NS">;
}

async function lookAt(
  ctx: CheckContext,
  server: ZoneServer,
  { domain, zone }: { readonly domain: string; readonly zone: string },
  signal: AbortSignal,
): Promise<Look> {
  const asking = { server: asServer(server), recurse: false, signal };
  const [soa, mx, txt, ns] = await Promise.all([
    ctx.ask(zone, "SOA", asking),
    ctx.ask(domain, "MX", asking),
    ctx.ask(domain, "TXT", asking),
    ctx.ask(zone, "NS", asking),
  ]);
  const { state, reason } = stateOf(soa, server);
  const serial = soa.records[0]?.serial ?? "none";
  ctx.note(`${server.name} (${server.address}): ${state}${reason && `, ${reason}`}, serial ${serial}, MX ${recordsOf(mx, ofMx)}`);
  return { server, state, reason, soa, mx, txt, ns };
}

function stateOf(soa: DnsAnswer<"SOA">, { address }: ZoneServer): Pick<Look, "state" | "reason"> {
  const reason = soa.failure?.text ?? "";
  const code = soa.failure?.code;
  // Without IPv6 of our own, a server that has nothing else is not known to be silent.
  if (isIPv6(address) && (code === "NETWORK" || code === "TIMEOUT")) return { state: "unasked", reason };
  if (code === "TIMEOUT" || code === "NETWORK") return { state: "silent", reason };
  if (code !== undefined) return { state: "lame", reason };
  return soa.authoritative ? { state: "answers", reason } : { state: "lame", reason: "it is not authoritative" };
}

interface Nobody {
  readonly domain: string;
  readonly zone: string;
  readonly looks: readonly Look[];
  readonly names: readonly string[];
  readonly resolved: boolean;
  readonly parent: Parent;
}

function nobodyAnswers({ domain, zone, looks, names, resolved, parent }: Nobody): Found {
  const asked = looks.filter(({ state }) => state !== "unasked");
  const reason = asked[0]?.reason ?? parent.said;
  // Whether it is the zone or our way to it shows only where another zone's server does answer us.
  const isDead = parent.alive && (asked.length > 0 || parent.failed);
  if (!isDead) return { code: "consistency-unknown", data: { zone, reason } };
  const servers = listed(asked.length > 0 ? asked.map(shown) : names.length > 0 ? names : ["–"]);
  const data = { domain, zone, servers, reason };
  return resolved ? { code: "zone-silent", data } : { code: "zone-dead", data };
}

function silentOnes(zone: string, looks: readonly Look[]): Found[] {
  const count = looks.length;
  return (["silent", "lame"] as const).flatMap((state): Found[] => {
    const some = looks.filter((look) => look.state === state);
    if (some.length === 0) return [];
    const data = { zone, servers: listed(some.map(shown)), missing: some.length, count, reason: some[0]?.reason ?? "" };
    return [{ code: `server-${state}`, data }];
  });
}

function differences(domain: string, zone: string, looks: readonly Look[]): Found[] {
  const findings: Found[] = [];
  const compare = (
    code: "serial-differs" | "mx-differs" | "spf-differs" | "txt-differs",
    name: string,
    valueOf: (look: Look) => string | undefined,
  ): void => {
    const values = Map.groupBy(
      looks.flatMap((look) => {
        const value = valueOf(look);
        return value === undefined ? [] : [{ look, value }];
      }),
      ({ value }) => value,
    );
    if (values.size < 2) return;
    const versions = [...values].map(([value, some]) => `${some.map(({ look }) => shown(look)).join(", ")}: ${value || "–"}`);
    findings.push({ code, data: { domain: name, versions: versions.join("; ") } });
  };
  compare("mx-differs", domain, ({ mx }) => usable(mx) && recordsOf(mx, ofMx));
  compare("spf-differs", domain, ({ txt }) => usable(txt) && recordsOf(txt, joined, isSpf));
  compare("txt-differs", domain, ({ txt }) => usable(txt) && recordsOf(txt, joined, (text) => !isSpf(text)));
  compare("serial-differs", zone, ({ soa }) => soa.records[0] && String(soa.records[0].serial));
  const ttls = looks.flatMap(({ mx, txt }) => [mx, txt]).filter(({ outcome, ttl }) => outcome === "records" && ttl > maxTtl);
  const [longest] = ttls.toSorted((a, b) => b.ttl - a.ttl);
  if (longest) {
    const hours = Math.round(longest.ttl / 3_600);
    findings.push({ code: "ttl-long", data: { domain, type: longest.type, ttl: longest.ttl, hours } });
  }
  return findings;
}

const delegationDiffers = (zone: string, delegated: readonly string[], own: readonly string[]): Found => ({
  code: "delegation-differs",
  data: {
    zone,
    parent: delegated.toSorted().join(", "),
    own: own.toSorted().join(", "),
    record: own
      .toSorted()
      .map((name) => `${zone}. NS ${name}.`)
      .join(" "),
  },
});

/** Undefined for an answer that says nothing about the record. */
const usable = ({ outcome, authoritative }: DnsAnswer): undefined | true =>
  outcome !== "failed" && authoritative ? true : undefined;

/** The records in one order, so that equal sets are equal texts. */
function recordsOf<R>(
  answer: Omit<DnsAnswer, "records"> & { readonly records: readonly R[] },
  show: (record: R) => string,
  keep: (text: string) => boolean = () => true,
): string {
  if (answer.outcome === "failed") return answer.failure?.code ?? "";
  return answer.records.map(show).filter(keep).toSorted().join(", ");
}

const ofMx = ({ priority, exchange }: MxRecord): string => `${priority} ${exchange.toLowerCase() || "."}`;
const joined = (parts: readonly string[]): string => parts.join("");
const isSpf = (text: string): boolean => /^v=spf1( |$)/i.test(text);
const shown = ({ server: { name, address } }: Look): string => `${name} (${address})`;
const sameSet = (a: readonly string[], b: readonly string[]): boolean => new Set(a).symmetricDifference(new Set(b)).size === 0;
const listed = (some: readonly string[]): string =>
  some.length > 4 ? `${some.slice(0, 4).join(", ")} (+${some.length - 4})` : some.join(", ");
