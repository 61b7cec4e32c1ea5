import { isIP } from "node:net";
import { z } from "zod";
import { explain } from "../model/check.ts";
import type { Fact } from "../model/observation.ts";
import type { Ask, AskOptions, DnsAnswer } from "../model/dns.ts";
import { isHostedMail } from "./hosted-mail.ts";
import { addressText } from "./ip-range.ts";
import { parseSpf, type Directive, type SpfRecord, spfTexts } from "./spf-record.ts";

/** A machine of the company's own that sends its mail. */
export interface OwnSender {
  readonly address: string;
  /** Who says so: `options: senders`, `Received`, `SPF mx mail.example.com`. */
  readonly because: string;
}

export interface OwnSenders {
  /** At most 16, those that a person named first. */
  readonly senders: readonly OwnSender[];
  /** How many more there are. */
  readonly left: number;
  /** The questions without a usable answer: there may be senders that are not known. */
  readonly unanswered: readonly string[];
  /** The server that answered for the domain's SPF record. */
  readonly server: string;
}

export interface OwnSendersQuestion {
  readonly domain: string;
  /** What the user names, and what was seen in mail that arrived. Not addresses: left out. */
  readonly given: readonly string[];
  readonly seen: readonly string[];
  /** MX suffixes of the provider presets, besides the product's own list. */
  readonly providers: readonly string[];
  /** False: only what is given and seen. */
  readonly bySpf: boolean;
}

const maxSenders = 16;
/** Probe mail comes several times an hour: what has brought none for a week sends no more. */
const freshMs = 7 * 86_400_000;

/** The options of every check that looks at own senders. */
export const senderOptions = {
  sends: z
    .boolean()
    .default(true)
    .meta(
      explain({
        en: "False for a domain that is not meant to send mail: then its records should say so",
        zh: "不发信的域名写 false：其记录应声明这一点",
      }),
    ),
  senders: z
    .array(z.union([z.ipv4(), z.ipv6()], { error: "must be an address, such as 203.0.113.5" }))
    .max(64)
    .default([])
    .meta(
      explain({
        en: "Addresses that the company sends from itself, besides those that its SPF record names",
        zh: "本公司自己的发信地址，SPF 记录中已有的不必写",
      }),
    ),
  /** From the presets, MX suffixes: what ends so belongs to a provider. */
  providers: z.array(z.string()).default([]),
};

/** What mail told within the last week, the newest first. */
const freshFacts = (facts: readonly Fact[], now: number): string[] =>
  facts
    .filter(({ lastSeen }) => now - lastSeen <= freshMs)
    .toSorted((a, b) => b.lastSeen - a.lastSeen)
    .map(({ value }) => value);

/** The machines that brought mail of the domain lately. */
export interface SeenSenders {
  /** All of them: every one must pass SPF. */
  readonly addresses: readonly string[];
  /** Without those that call themselves a provider's, which the company cannot mend (MX-20). */
  readonly own: readonly string[];
  /** What an own one calls itself (HELO), by its address. */
  readonly helos: ReadonlyMap<string, string>;
}

/** From the facts `sending-address` (an address) and `helo` (an address, a space, a name). `providers` as in the options. */
export function seenSenders(
  facts: (kind: string) => readonly Fact[],
  now: number,
  providers: readonly string[] = [],
): SeenSenders {
  const addresses = freshFacts(facts("sending-address"), now);
  const said = freshFacts(facts("helo"), now).map((value): [string, string] => {
    const space = value.indexOf(" ");
    return [value.slice(0, space), value.slice(space + 1)];
  });
  // Of several names the newest counts.
  const names = new Map(said.toReversed());
  const isOwn = (address: string): boolean => !isHostedMail(names.get(address) ?? "", providers);
  return {
    addresses,
    own: addresses.filter(isOwn),
    helos: new Map([...names].filter(([address]) => isOwn(address))),
  };
}
const maxRecords = 6;
const maxHosts = 20;
const maxExchanges = 10;

/**
 * The own senders of a domain (MX-20): those that the user names, those seen, and what its SPF record names as `a`,
 * `mx` or a single address. Records below the domain itself (`include:_spf.example.com`) count as the domain's own; hosts of mail
 * providers do not. At most 6 TXT, 6 MX and 40 address questions, whatever the records say.
 */
export async function findOwnSenders(question: OwnSendersQuestion, ask: Ask, signal: AbortSignal): Promise<OwnSenders> {
  const { domain, given, seen, providers, bySpf } = question;
  const walk = createWalk(domain, providers, ask, signal);
  const named = [
    ...given.map((address) => ({ address, because: "options: senders" })),
    ...seen.map((address) => ({ address, because: "Received" })),
  ];
  if (bySpf) await walk.record(domain);
  const hosts = await Promise.all([...walk.hosts].map(async ([host, how]) => walk.addressesOf(host, how)));
  const all = [...named, ...walk.senders, ...hosts.flat()].filter(({ address }) => isIP(address) !== 0);
  const byAddress = new Map<string, OwnSender>();
  for (const sender of all) if (!byAddress.has(sender.address)) byAddress.set(sender.address, sender);
  const senders = [...byAddress.values()];
  return {
    senders: senders.slice(0, maxSenders),
    left: Math.max(0, senders.length - maxSenders),
    unanswered: walk.unanswered,
    server: walk.server(),
  };
}

function createWalk(domain: string, providers: readonly string[], ask: Ask, signal: AbortSignal) {
  const senders: OwnSender[] = [];
  /** Host ▶ how SPF names it. */
  const hosts = new Map<string, string>();
  const unanswered: string[] = [];
  const walked = new Set<string>();
  let server = "";
  const asking: AskOptions = { signal };

  const usable = <T extends DnsAnswer>(answer: T): T => {
    if (answer.outcome === "failed") unanswered.push(`${answer.type} ${answer.name}: ${answer.failure?.text ?? ""}`);
    return answer;
  };
  const addHost = (name: string, how: string): void => {
    if (hosts.size < maxHosts && !hosts.has(name) && !isHostedMail(name, providers)) hosts.set(name, how);
  };
  const isOwn = (name: string): boolean => name === domain || name.endsWith(`.${domain}`);

  async function record(name: string): Promise<void> {
    if (walked.size >= maxRecords || walked.has(name)) return;
    walked.add(name);
    const answer = usable(await ask(name, "TXT", asking));
    if (name === domain) server = answer.server;
    const [text, ...others] = spfTexts(answer.records).records;
    // Two records are a permanent error: no receiver believes either (RFC 7208 4.5).
    if (text === undefined || others.length > 0) return;
    const spf = parseSpf(text);
    for (const directive of spf.directives) if (directive.qualifier === "+") await take(directive, name);
    const next = redirectOf(spf);
    if (next !== undefined && isOwn(next)) await record(next);
  }

  async function take(directive: Directive, at: string): Promise<void> {
    switch (directive.kind) {
      case "ip4":
      case "ip6": {
        const { family, first, bits } = directive.range;
        if (bits === (family === 4 ? 32 : 128))
          senders.push({ address: addressText(family, first), because: `SPF ${directive.text}` });
        return;
      }
      case "a":
      case "mx": {
        const { target } = directive;
        if (target !== undefined && target.kind !== "name") return;
        const name = target?.name ?? at;
        if (directive.kind === "a") return addHost(name, `SPF a ${name}`);
        return exchangesOf(name);
      }
      case "include":
        if (directive.target.kind === "name" && isOwn(directive.target.name)) await record(directive.target.name);
        return;
      case "all":
      case "exists":
      case "ptr":
    }
  }

  const asked = new Set<string>();
  async function exchangesOf(name: string): Promise<void> {
    if (asked.has(name) || asked.size >= maxRecords) return;
    asked.add(name);
    const answer = usable(await ask(name, "MX", asking));
    for (const { exchange } of answer.records.slice(0, maxExchanges)) {
      const host = exchange.toLowerCase();
      if (host !== "") addHost(host, `SPF mx ${host}`);
    }
  }

  async function addressesOf(host: string, because: string): Promise<OwnSender[]> {
    const answers = await Promise.all([ask(host, "A", asking), ask(host, "AAAA", asking)]);
    const addresses = answers.flatMap((answer) => answer.records);
    if (addresses.length === 0) answers.forEach(usable);
    return addresses.slice(0, maxSenders).map((address) => ({ address, because }));
  }

  return { senders, hosts, unanswered, record, addressesOf, server: () => server };
}

const redirectOf = ({ hasAll, redirect }: SpfRecord): string | undefined =>
  !hasAll && redirect?.kind === "name" ? redirect.name : undefined;
