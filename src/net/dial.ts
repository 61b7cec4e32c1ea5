import net from "node:net";
import tls from "node:tls";
import { type Connection, type Dial, DialError, type DialOptions } from "../model/connection.ts";
import type { Ask } from "../model/dns.ts";
import type { Proxy } from "../model/proxy.ts";
import { abortedAt, createConnection, judge, until } from "./connection.ts";
import { openTunnel } from "./proxy.ts";
import { resolveAddresses, resolveError } from "./resolve-addresses.ts";
import { createTrust, lookFirst, skipCopies, type Trust } from "./tls.ts";

const defaultTimeoutMs = 10_000;
/** A name with many dead addresses must not eat the whole run: they share three time-outs. */
const sharedTimeouts = 3;

interface DialWorld {
  readonly ask: Ask;
  /** PEM texts, believed besides the system's authorities. */
  readonly extraAuthorities: readonly string[];
  /** Other addresses are never connected to, whoever names them. Default: all. */
  readonly isAllowed?: (address: string) => boolean;
}

/**
 * Opens connections: names through `ask` alone (never the system's resolver), each address in order and one at a time, so that
 * times and errors belong to one address; IPv4 first, because a host without IPv6 must not call others dead.
 * @throws Error for an extra authority that holds no certificate
 */
export function createDial({ ask, extraAuthorities, isAllowed = () => true }: DialWorld): Dial {
  const trust = createTrust(extraAuthorities);
  return async (options, signal) => {
    if (options.proxy !== undefined) return openThrough(options.proxy, { options, ask, isAllowed, trust, signal });
    const began = performance.now();
    const literal = options.address ?? (net.isIP(options.host) ? options.host : undefined);
    const found = literal === undefined ? await resolveAddresses(ask, options.host, signal) : [literal];
    const addresses = found.filter(isAllowed);
    if (addresses.length === 0) {
      throw resolveError(options.host, "no-address", `no address on the public internet (${found.join(", ")})`);
    }
    const times = literal === undefined ? { resolve: performance.now() - began } : {};
    const most = options.connectTimeoutMs ?? defaultTimeoutMs;
    const timeoutMs = Math.min(most, (most * sharedTimeouts) / addresses.length);
    const failed: DialError[] = [];
    for (const address of addresses) {
      try {
        return await open({ options, address, timeoutMs, times, failed, trust, signal });
      } catch (error) {
        const next = error instanceof DialError && error.phase === "connect" && error.failure !== "aborted";
        if (!next) throw error;
        failed.push(error);
      }
    }
    throw summaryOf(failed);
  };
}

interface Attempt {
  readonly options: DialOptions;
  readonly address: string;
  readonly timeoutMs: number;
  readonly times: { readonly resolve?: number };
  readonly failed: readonly DialError[];
  readonly trust: Trust;
  readonly signal: AbortSignal;
}

async function open({ options, address, timeoutMs, times, failed, trust, signal }: Attempt): Promise<Connection> {
  const { port } = options;
  const name = options.servername ?? options.host;
  const remote = net.isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
  if (signal.aborted) throw abortedAt({ phase: "connect", remote });
  const began = performance.now();
  const where = { host: address, port, autoSelectFamily: false, noDelay: true };
  const made = { remote, options, trust, signal, failed };

  if (options.tls === "none") {
    const socket = guarded(net.connect(where));
    await until(socket, "connect", { phase: "connect", remote, signal, timeoutMs });
    return createConnection({ ...made, socket, times: { ...times, connect: performance.now() - began }, peer: undefined });
  }
  const secureContext = options.oldTls === true ? trust.oldContext() : trust.context();
  const socket = guarded(skipCopies(tls.connect({ ...where, ...lookFirst(name, options.withoutName), secureContext })));
  await until(socket, "connect", { phase: "connect", remote, signal, timeoutMs });
  const connected = performance.now();
  await until(socket, "secureConnect", { phase: "tls", remote, signal, timeoutMs: options.tlsTimeoutMs ?? defaultTimeoutMs });
  const peer = judge(socket, remote, { name, pinnedFingerprint: options.pinnedFingerprint, verify: options.verify });
  const all = { ...times, connect: connected - began, tls: performance.now() - connected };
  return createConnection({ ...made, socket, times: all, peer });
}

interface Through {
  readonly options: DialOptions;
  readonly ask: Ask;
  readonly isAllowed: (address: string) => boolean;
  readonly trust: Trust;
  readonly signal: AbortSignal;
}

/** By name, where it has one: only the proxy knows where that leads. TLS is the target's, as without a proxy. */
async function openThrough(proxy: Proxy, { options, ask, isAllowed, trust, signal }: Through): Promise<Connection> {
  const { port, connectTimeoutMs: timeoutMs } = options;
  const host = options.address ?? options.host;
  if (net.isIP(host) !== 0 && !isAllowed(host)) {
    throw resolveError(options.host, "no-address", `no address on the public internet (${host})`);
  }
  const { socket, remote, times } = await openTunnel({ proxy, host, port, ask, signal, timeoutMs });
  const made = { remote, options, trust, signal, failed: [] };
  if (options.tls === "none") return createConnection({ ...made, socket, times: { ...times }, peer: undefined });
  const name = options.servername ?? options.host;
  const secureContext = options.oldTls === true ? trust.oldContext() : trust.context();
  const connected = performance.now();
  const secure = guarded(skipCopies(tls.connect({ socket, ...lookFirst(name, options.withoutName), secureContext })));
  await until(secure, "secureConnect", { phase: "tls", remote, signal, timeoutMs: options.tlsTimeoutMs ?? defaultTimeoutMs });
  const peer = judge(secure, remote, { name, pinnedFingerprint: options.pinnedFingerprint, verify: options.verify });
  return createConnection({ ...made, socket: secure, times: { ...times, tls: performance.now() - connected }, peer });
}

/** An error that comes between two waits must not end the process; the next wait sees the destroyed socket. */
const guarded = <S extends net.Socket>(socket: S): S => {
  socket.on("error", () => undefined);
  return socket;
};

/** The most telling of several: what the far side did, before what our own side could not. */
function summaryOf(failed: readonly DialError[]): DialError {
  const worst = failed.find((error) => error.failure !== "unreachable") ?? failed[0];
  if (worst === undefined) throw new Error("no address was tried");
  if (failed.length === 1) return worst;
  const { phase, failure, code, remote } = worst;
  return new DialError(failed.map((error) => error.message).join("; "), { phase, failure, code, remote, cause: worst });
}
