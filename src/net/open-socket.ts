import net from "node:net";
import tls from "node:tls";
import { DialError, type TlsPeer } from "../model/connection.ts";
import type { Ask } from "../model/dns.ts";
import type { Proxy } from "../model/proxy.ts";
import { judge, until } from "./connection.ts";
import { openTunnel } from "./proxy.ts";
import { createTrust, lookFirst, type Trust } from "./tls.ts";

/** Addresses are tried in order; a channel has 15 s in all. */
const maxTries = 3;
const connectMs = 9_000;
const tlsMs = 8_000;

export interface OpenOptions {
  /** The name that the certificate must have. */
  readonly name: string;
  /** Where it is, resolved and chosen by the caller: no other address is ever connected to. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** TLS from the first byte, verified. */
  readonly trust: Trust | undefined;
  readonly signal: AbortSignal;
}

export interface OpenSocket {
  readonly socket: net.Socket;
  /** Who the far side has proved to be; undefined without TLS. Node gives a certificate out once, so it is kept here. */
  readonly peer: TlsPeer | undefined;
}

/**
 * A connected socket for a library that speaks its own protocol (node:http, nodemailer).
 * @throws DialError of phase `connect` or `tls`, `certificate` where the chain or the name does not hold
 */
export async function openSocket({ name, addresses, port, trust, signal }: OpenOptions): Promise<OpenSocket> {
  const tries = addresses.slice(0, maxTries);
  let failed: unknown = new DialError(`connect ${name}: no address`, { phase: "resolve", failure: "no-address" });
  for (const address of tries) {
    const remote = net.isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
    const socket = net.connect({ host: address, port, autoSelectFamily: false });
    // Between two waits an error has no listener of its own, and would end the process.
    socket.on("error", () => undefined);
    try {
      await until(socket, "connect", { phase: "connect", remote, signal, timeoutMs: connectMs / tries.length });
    } catch (error) {
      if (signal.aborted) throw error;
      failed = error;
      continue;
    }
    return trust === undefined ? { socket, peer: undefined } : secured(socket, { name, remote, trust, signal });
  }
  throw failed;
}

/**
 * The same through a proxy, which looks up the name.
 * @throws DialError also of the phases of the proxy
 */
export async function openSocketThrough(
  proxy: Proxy,
  { name, port, trust, signal, ask }: Omit<OpenOptions, "addresses"> & { readonly ask: Ask },
): Promise<OpenSocket> {
  const { socket, remote } = await openTunnel({ proxy, host: name, port, ask, signal, timeoutMs: connectMs / 2 });
  return trust === undefined ? { socket, peer: undefined } : secured(socket, { name, remote, trust, signal });
}

async function secured(
  socket: net.Socket,
  { name, remote, trust, signal }: { name: string; remote: string; trust: Trust; signal: AbortSignal },
): Promise<OpenSocket> {
  const secure = tls.connect({ socket, ...lookFirst(name), secureContext: trust.context() });
  secure.on("error", () => undefined);
  await until(secure, "secureConnect", { phase: "tls", remote, signal, timeoutMs: tlsMs });
  return { socket: secure, peer: judge(secure, remote, { name, verify: true }) };
}

const known = new WeakMap<readonly string[], Trust>();

/** One trust for each list of authorities: making its context costs 10 ms. */
export function trustOf(authorities: readonly string[]): Trust {
  let trust = known.get(authorities);
  if (trust === undefined) known.set(authorities, (trust = createTrust(authorities)));
  return trust;
}
