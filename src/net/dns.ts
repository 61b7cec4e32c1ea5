import { performance } from "node:perf_hooks";
import type { Ask, AskOptions, DnsAnswer, RecordType, Resolve } from "../model/dns.ts";
import { createAddressPolicy } from "./addresses.ts";
import { confirmNegative } from "./dns-confirm.ts";
import { decodeMessage, DnsMessageError, encodeQuery, type Message } from "./dns-message.ts";
import { asciiName, maxAliases } from "./dns-name.ts";
import { type Alias, type Failure, failure, rcodes, readReply, type Reply } from "./dns-reply.ts";
import { resolveBy } from "./dns-resolve.ts";
import { type DnsServer, DnsServerError, parseServer, systemServers } from "./dns-servers.ts";
import { createUdp, DnsTransportError, type Exchange, exchangeTcp } from "./dns-transport.ts";

export interface ResolverOptions {
  /** In the order they are asked: `ip`, `ip:port`, `[ip6]:port`. Empty: the system's, read again once a minute. */
  readonly servers: readonly string[];
  /** How long one server has for one answer; default 2,500 ms. */
  readonly timeoutMs?: number;
  /** How often a server that stays silent is asked; default 2. */
  readonly tries?: number;
  /** Where authoritative servers listen; default 53. */
  readonly authorityPort?: number | undefined;
  /** Which servers besides `servers` may be asked: zones say where theirs are, and must not send us inwards. Default: public ones. */
  readonly isPublic?: (address: string) => boolean;
}

/** Watches what questions cost. It may throw, which ends the question that is about to be sent or was just answered. */
export interface Meter {
  /** A question is about to leave, repeats and those that confirm included. */
  readonly onQuestion: () => void;
  readonly onAnswer: (octets: number) => void;
}

export interface Resolver {
  readonly ask: Ask;
  readonly resolve: Resolve;
  /** As `ask`, watched. */
  readonly askMetered: (meter: Meter) => Ask;
  /** Ends what waits. Not needed for the process to end: a resolver without questions does not keep it alive. */
  readonly close: () => void;
}

/**
 * Asks the servers in order; the first usable answer counts, and NXDOMAIN and NODATA are usable. SERVFAIL, REFUSED and the like
 * only move on to the next server, so that neither a broken nor a fast wrong one decides. Where all fail, so does the answer.
 * @throws DnsServerError for a server that cannot be read
 */
export function createResolver(options: ResolverOptions): Resolver {
  const servers = serverList(options.servers);
  const udp = createUdp();
  const ask = createAsk(options, servers, { udp: udp.exchange, tcp: exchangeTcp });
  return {
    ask,
    resolve: resolveBy(ask),
    askMetered: (meter) => createAsk(options, servers, { udp: metered(udp.exchange, meter), tcp: metered(exchangeTcp, meter) }),
    close: udp.close,
  };
}

const metered =
  (exchange: Exchange, { onQuestion, onAnswer }: Meter): Exchange =>
  async (...question) => {
    onQuestion();
    const answer = await exchange(...question);
    onAnswer(answer.length);
    return answer;
  };

interface Transports {
  readonly udp: Exchange;
  readonly tcp: Exchange;
}

function createAsk(options: ResolverOptions, servers: () => readonly DnsServer[], over: Transports): Ask {
  const { timeoutMs = 2_500, tries = 2, authorityPort = 53, isPublic = createAddressPolicy() } = options;

  /** One question to one server: over TCP where UDP was too small, without EDNS where the server does not know it. */
  async function exchange(server: DnsServer, name: string, type: RecordType, asking: AskOptions, edns = true): Promise<Message> {
    const { recurse = true, checkingDisabled = false, signal } = asking;
    const query = encodeQuery(name, type, { recurse, checkingDisabled, edns });
    let message = decodeMessage(await over.udp(server, query, timeoutMs, signal));
    if (message.truncated) message = decodeMessage(await over.tcp(server, query, timeoutMs, signal));
    if (message.truncated) throw new DnsMessageError("is truncated over TCP, too");
    const knowsNoEdns = message.rcode === rcodes.FORMERR && !message.edns;
    return edns && knowsNoEdns ? exchange(server, name, type, asking, false) : message;
  }

  async function askServer<T extends RecordType>(
    server: DnsServer,
    name: string,
    type: T,
    asking: AskOptions,
  ): Promise<Reply<T>> {
    try {
      return readReply(await exchange(server, name, type, asking), name, type, server.label);
    } catch (error) {
      if (error instanceof DnsTransportError)
        return failure(error.code, error.message, error.code === "BADRESP" ? server.label : "");
      if (error instanceof DnsMessageError)
        return failure("BADRESP", `the answer of ${server.label} ${error.message}`, server.label);
      throw error;
    }
  }

  /** Every server once, in order, then those again that stayed silent. */
  async function askServers<T extends RecordType>(
    list: readonly DnsServer[],
    name: string,
    type: T,
    asking: AskOptions,
  ): Promise<Reply<T>> {
    const failures: Failure[] = [];
    let asked = list;
    for (let round = 0; round < tries; round++) {
      const silent: DnsServer[] = [];
      for (const server of asked) {
        const reply = await askServer(server, name, type, asking);
        asking.signal?.throwIfAborted();
        if (reply.outcome !== "failed") return reply;
        failures.push(reply);
        if (isSilence(reply)) silent.push(server);
      }
      asked = silent;
    }
    // What a server said tells more than the silence of another.
    const told = failures.find((one) => !isSilence(one)) ?? failures[0];
    if (told === undefined) return failure("NETWORK", "no name server is configured, and the system has none", "");
    const text = [...new Set(failures.map((one) => one.text))].join("; ");
    return { ...told, text };
  }

  async function follow<T extends RecordType>(name: string, type: T, asking: AskOptions): Promise<DnsAnswer<T>> {
    const named = asking.server === undefined ? undefined : parseServer(asking.server, authorityPort);
    const usual = servers();
    if (named !== undefined && !isPublic(named.address) && usual.every(({ label }) => label !== named.label)) {
      const text = `${named.label} is no public address and was not asked; settings.network.public (--public) names what counts as public`;
      return answerOf(name, type, [], failure("OTHER", text, ""));
    }
    const list = named === undefined ? usual : [named];
    const aliases: string[] = [];
    for (;;) {
      const reply = await askServers(list, aliases.at(-1) ?? name, type, asking);
      if (reply.outcome === "failed") return answerOf(name, type, aliases, reply);
      aliases.push(...reply.aliases);
      if (aliases.length > maxAliases) {
        const text = `${name} leads to more than ${maxAliases} aliases in a row`;
        return answerOf(name, type, aliases, failure("BADRESP", text, reply.server));
      }
      if (reply.outcome !== "alias") return answerOf(name, type, aliases, reply);
      if (asking.recurse === false) {
        const text = `${reply.server} names an alias and does not answer for its target`;
        return { ...answerOf(name, type, aliases, failure("OTHER", text, reply.server)), authoritative: reply.authoritative };
      }
    }
  }

  const ask: Ask = async (given, type, asking = {}) => {
    asking.signal?.throwIfAborted();
    const name = asciiName(given);
    if (name === undefined) return answerOf(given, type, [], failure("OTHER", `"${given}" is no domain name`, ""));
    try {
      const answer = await follow(name, type, asking);
      const isNegative = answer.outcome === "nodata" || answer.outcome === "nxdomain";
      return asking.confirm === true && isNegative ? await confirmNegative(answer, ask, authorityPort, asking.signal) : answer;
    } catch (error) {
      if (error instanceof DnsServerError) return answerOf(name, type, [], failure("OTHER", error.message, ""));
      throw error;
    }
  };

  return ask;
}

const isSilence = ({ code }: Failure): boolean => code === "TIMEOUT" || code === "NETWORK";

function serverList(configured: readonly string[]): () => readonly DnsServer[] {
  if (configured.length > 0) {
    const list = configured.map((text) => parseServer(text));
    return () => list;
  }
  let list: readonly DnsServer[] = [];
  let readAt = -Infinity;
  return () => {
    if (performance.now() - readAt > 60_000) {
      list = systemServers();
      readAt = performance.now();
    }
    return list;
  };
}

function answerOf<T extends RecordType>(
  name: string,
  type: T,
  aliases: readonly string[],
  reply: Exclude<Reply<T>, Alias>,
): DnsAnswer<T> {
  const { server, extendedErrors } = reply;
  const said = { name, type, aliases, server, extendedErrors, confirmedBy: undefined };
  if (reply.outcome === "failed") {
    const { code, text, referral } = reply;
    const nothing = { records: [], ttl: 0, authenticated: false, authoritative: false };
    return { ...said, ...nothing, outcome: "failed", failure: { code, text }, ...(referral ? { referral } : {}) };
  }
  const { outcome, records, signatures, ttl, authenticated, authoritative } = reply;
  const signed = signatures === undefined ? {} : { signatures };
  return { ...said, outcome, records, ...signed, ttl, authenticated, authoritative, failure: undefined };
}
