import { createHash } from "node:crypto";
import { getDomain } from "tldts";
import { z } from "zod";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import type { AskOptions, DnsAnswer, MxRecord } from "../src/model/dns.ts";
import { listed, shortened, textsOf } from "../src/mail/txt-answer.ts";
import { findZone } from "../src/net/dns-confirm.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { domainOption } from "../src/net/domain-option.ts";
import { asServer, serverAddresses } from "../src/net/zone-servers.ts";
import { driftFindings } from "./dns-drift.texts.ts";

type Found = FoundFinding<keyof typeof driftFindings>;

/** What mail rests on in the DNS. In this order it is told. */
const kinds = ["MX", "NS", "SPF", "DMARC", "MTA-STS", "TLS-RPT", "CAA"] as const;
type Kind = (typeof kinds)[number];

/** Each kind's records, sorted, as a zone file has them behind the type; none: that there are none. */
type Records = Readonly<Partial<Record<Kind, readonly string[]>>>;

/** Characters of one kind that are remembered: all kinds, six bytes a character in JSON, stay below 64 KiB. */
const maxKept = 1_200;
/** How many of the zone's servers are asked before a change of the MX records is called a hijack. */
const maxServers = 3;

const remembered = z.strictObject({ baseline: z.partialRecord(z.enum(kinds), z.array(z.string())) });

/** Remembers the mail records of a domain as they were first seen, and tells when somebody has changed them. */
export default defineCheck({
  id: "dns-drift",
  title: { en: "Changed records", zh: "记录变更" },
  measures: "posture",
  answers: "trusted",
  every: 15 * 60_000,
  deadline: 45_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: z.strictObject({
    domain: domainOption,
    acknowledged: z
      .string()
      .optional()
      .meta(
        explain({
          en: "The mark of a change, as its finding tells it: the records are accepted as they were with this mark",
          zh: "变更的标记，见结论：写上即接受该标记对应的记录",
        }),
      ),
  }),
  findings: driftFindings,
  metrics: {
    changed: {
      label: { en: "changed", zh: "变更数" },
      help: "Kinds of records that differ from the accepted ones",
      unit: "none",
    },
  },
  target: ({ domain }) => domain,

  async run(ctx, options, signal) {
    const domain = asciiName(options.domain) ?? options.domain;
    const parsed = remembered.safeParse(ctx.memory);
    const before: Records = parsed.success ? parsed.data.baseline : {};
    const { records, failures } = await look(ctx, domain, before, signal);
    // Of what cannot be asked for, the last word stays.
    const now: Records = { ...before, ...records };
    const mark = markOf(now);
    const changed = kinds.filter((kind) => before[kind] !== undefined && !same(before[kind], now[kind]));
    const isAccepted = changed.length === 0 || options.acknowledged === mark;
    if (changed.length > 0) ctx.note(`${isAccepted ? "accepted" : "not accepted"}: ${told(changed, before, now)} (mark ${mark})`);

    const unasked: Found[] =
      failures.length === 0
        ? []
        : [
            {
              code: "records-unanswered",
              data: { domain, kinds: listed(failures.map(({ kind }) => kind)), reason: failures[0]?.reason ?? "" },
            },
          ];
    const metrics = { changed: isAccepted ? 0 : changed.length };
    if (isAccepted) return { findings: unasked, metrics, memory: { baseline: { ...now } } };

    const data = { domain, changes: told(changed, before, now), mark, restore: zoneLines(domain, changed, before) };
    // What has no baseline yet gets one; what has changed keeps the old one.
    const memory = { baseline: { ...now, ...before } };
    if (!looksStolen(changed, before, now)) return { findings: [{ code: "records-changed", data }, ...unasked], metrics, memory };
    const witness = await witnessOf(ctx, domain, now.MX ?? [], signal);
    const finding: Found =
      witness === undefined
        ? { code: "mx-change-unproven", data }
        : { code: "mx-hijacked", data: { ...data, witness, hosts: listed(now.MX ?? []) } };
    return { findings: [finding, ...unasked], metrics, memory };
  },
});

interface Looked {
  readonly records: Records;
  readonly failures: readonly { readonly kind: Kind; readonly reason: string }[];
}

async function look(ctx: CheckContext, domain: string, before: Records, signal: AbortSignal): Promise<Looked> {
  const asking = (kind: Kind): AskOptions => ({ signal, confirm: (before[kind]?.length ?? 0) > 0 });
  const [mx, ns, spf, dmarc, sts, rpt, caa] = await Promise.all([
    ctx.ask(domain, "MX", asking("MX")),
    ctx.ask(domain, "NS", asking("NS")),
    ctx.ask(domain, "TXT", asking("SPF")),
    ctx.ask(`_dmarc.${domain}`, "TXT", asking("DMARC")),
    ctx.ask(`_mta-sts.${domain}`, "TXT", asking("MTA-STS")),
    ctx.ask(`_smtp._tls.${domain}`, "TXT", asking("TLS-RPT")),
    ctx.ask(domain, "CAA", asking("CAA")),
  ]);
  const read: readonly (readonly [Kind, DnsAnswer, readonly string[]])[] = [
    ["MX", mx, mx.records.map(ofMx)],
    ["NS", ns, ns.records.map((name) => `${name.toLowerCase()}.`)],
    ["SPF", spf, texts(spf, /^v=spf1( |$)/i)],
    ["DMARC", dmarc, texts(dmarc, /^v=dmarc1/i)],
    ["MTA-STS", sts, texts(sts, /^v=stsv1/i)],
    ["TLS-RPT", rpt, texts(rpt, /^v=tlsrptv1/i)],
    ["CAA", caa, caa.records.map(({ critical, tag, value }) => `${critical} ${tag} "${value}"`)],
  ];
  const records: Partial<Record<Kind, readonly string[]>> = {};
  const failures: { kind: Kind; reason: string }[] = [];
  for (const [kind, { outcome, failure }, lines] of read) {
    if (outcome === "failed") failures.push({ kind, reason: failure?.text ?? "" });
    else records[kind] = bounded(lines);
  }
  return { records, failures };
}

const ofMx = ({ priority, exchange }: MxRecord): string => `${priority} ${exchange.toLowerCase()}.`;
const texts = (answer: DnsAnswer<"TXT">, wanted: RegExp): readonly string[] =>
  textsOf(answer).filter((text) => wanted.test(text));

/** Of what is longer than is remembered the rest is a hash, so that a change of its end shows as well. */
function bounded(lines: readonly string[]): readonly string[] {
  const sorted = lines.toSorted();
  const kept: string[] = [];
  let left = maxKept;
  for (const line of sorted) {
    if (line.length > left) return [...kept, `${line.slice(0, Math.max(0, left))}… ${hash(sorted.join("\n"))}`];
    kept.push(line);
    left -= line.length + 4;
  }
  return kept;
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12);

/** Begins with a letter, so that YAML takes it for a text. */
const markOf = (records: Records): string => `m${hash(JSON.stringify(kinds.map((kind) => records[kind] ?? null)))}`;

const same = (a: readonly string[] = [], b: readonly string[] = []): boolean =>
  a.length === b.length && a.every((line, i) => line === b[i]);

const told = (changed: readonly Kind[], before: Records, now: Records): string => {
  const shown = (lines: readonly string[] = []): string => listed(lines.map((line) => shortened(line))) || "–";
  return changed.map((kind) => `${kind}: ${shown(before[kind])} → ${shown(now[kind])}`).join("; ");
};

const places: Readonly<Record<Kind, readonly [prefix: string, type: string]>> = {
  MX: ["", "MX"],
  NS: ["", "NS"],
  SPF: ["", "TXT"],
  DMARC: ["_dmarc.", "TXT"],
  "MTA-STS": ["_mta-sts.", "TXT"],
  "TLS-RPT": ["_smtp._tls.", "TXT"],
  CAA: ["", "CAA"],
};

/** The accepted records as lines of a zone file; those of a kind that was not there are to be deleted. */
const zoneLines = (domain: string, changed: readonly Kind[], before: Records): string =>
  changed
    .flatMap((kind) => {
      const [prefix, type] = places[kind];
      const lines = before[kind] ?? [];
      if (lines.length === 0) return [`(no ${type} at ${prefix}${domain}.)`];
      return lines.map((line) => `${prefix}${domain}. ${type} ${type === "TXT" ? JSON.stringify(line) : line}`);
    })
    .join(" ");

/** The domains that hosts of MX records are registered under. */
const owners = (lines: readonly string[]): ReadonlySet<string> =>
  new Set(
    lines.flatMap((line) => {
      const host = line.split(" ")[1]?.replace(/\.$/, "") ?? "";
      return host === "" ? [] : [getDomain(host) ?? host];
    }),
  );

/** All mail goes to somebody else now, or its way was changed together with the servers that tell it. */
function looksStolen(changed: readonly Kind[], before: Records, now: Records): boolean {
  if (!changed.includes("MX")) return false;
  const [old, present] = [owners(before.MX ?? []), owners(now.MX ?? [])];
  if (old.size === 0 || present.size === 0) return false;
  return old.isDisjointFrom(present) || changed.includes("NS");
}

/** A server of the zone that gives the same MX records: what a resolver says alone can be its own mistake. */
async function witnessOf(
  ctx: CheckContext,
  domain: string,
  mx: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const { servers: names } = await findZone(domain, ctx.ask, { signal });
  const { servers } = await serverAddresses(names, undefined, { ...ctx, signal });
  for (const server of servers.slice(0, maxServers)) {
    const answer = await ctx.ask(domain, "MX", { server: asServer(server), recurse: false, signal });
    const said = bounded(answer.records.map(ofMx));
    ctx.note(`${server.name} (${server.address}) says MX ${listed(said) || (answer.failure?.text ?? answer.outcome)}`);
    if (answer.authoritative && same(said, mx)) return `${server.name} (${server.address})`;
  }
  return undefined;
}
