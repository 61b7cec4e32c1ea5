import net from "node:net";
import { DialError } from "../model/connection.ts";
import type { Ask } from "../model/dns.ts";
import { type Proxy, proxyName } from "../model/proxy.ts";
import { abortedAt, until } from "./connection.ts";
import { asciiName } from "./dns-name.ts";
import { createDialogue } from "./proxy-dialogue.ts";
import { connectByHttp } from "./proxy-http.ts";
import { connectBySocks } from "./proxy-socks.ts";
import { resolveAddresses } from "./resolve-addresses.ts";

const defaultTimeoutMs = 10_000;
const maxAddresses = 3;

interface TunnelOptions {
  readonly proxy: Proxy;
  /** The name goes to the proxy as it is: what our own resolver says of a blocked host is often a lie. */
  readonly host: string;
  readonly port: number;
  readonly ask: Ask;
  readonly signal: AbortSignal;
  /** Milliseconds, default 10 s, for each of the three legs: to the proxy, being let in, and from the proxy to the target. */
  readonly timeoutMs?: number | undefined;
}

export interface Tunnel {
  /** What is written to it arrives at the target. Nothing has been read that the target sent. */
  readonly socket: net.Socket;
  /** `imap.example.com:993 through the proxy 192.0.2.9:1080` */
  readonly remote: string;
  readonly times: { readonly resolve?: number; readonly connect: number };
}

/**
 * Connects to a target through a proxy.
 * @throws DialError `proxy-connect` where the proxy cannot be reached, `proxy-handshake` where it does not let us in or does not
 * understand us, `connect` for what it says about the target, or where it says nothing once it has been asked for it
 */
export async function openTunnel({
  proxy,
  host,
  port,
  ask,
  signal,
  timeoutMs = defaultTimeoutMs,
}: TunnelOptions): Promise<Tunnel> {
  const began = performance.now();
  const target = { host: net.isIP(host) === 0 ? (asciiName(host) ?? host) : host, port };
  const addresses = await proxyAddresses(proxy, ask, signal);
  const resolved = performance.now();
  const socket = await reach(addresses, { proxy, signal, timeoutMs });
  const at = `${net.isIPv6(host) ? `[${host}]` : host}:${port} through the proxy ${remoteOf(socket, proxy)}`;
  const dialogue = createDialogue(socket, { remote: remoteOf(socket, proxy), at, signal, timeoutMs });
  try {
    if (proxy.kind === "socks5") await connectBySocks(dialogue, proxy, target);
    else await connectByHttp(dialogue, proxy, target);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    dialogue.end();
  }
  const times = net.isIP(proxy.host) === 0 ? { resolve: resolved - began } : {};
  return { socket, remote: at, times: { ...times, connect: performance.now() - resolved } };
}

async function proxyAddresses(proxy: Proxy, ask: Ask, signal: AbortSignal): Promise<readonly string[]> {
  if (net.isIP(proxy.host) !== 0) return [proxy.host];
  if (proxy.host === "localhost") return ["127.0.0.1"];
  try {
    return (await resolveAddresses(ask, proxy.host, signal)).slice(0, maxAddresses);
  } catch (error) {
    if (!(error instanceof DialError)) throw error;
    const { failure, code, message } = error;
    throw new DialError(`proxy-connect ${proxyName(proxy)}: ${message}`, { phase: "proxy-connect", failure, code, cause: error });
  }
}

async function reach(
  addresses: readonly string[],
  { proxy, signal, timeoutMs }: { proxy: Proxy; signal: AbortSignal; timeoutMs: number },
): Promise<net.Socket> {
  let failed: unknown;
  for (const address of addresses) {
    const remote = proxyName({ host: address, port: proxy.port });
    const place = { phase: "proxy-connect", remote, signal } as const;
    if (signal.aborted) throw abortedAt(place);
    const socket = net.connect({ host: address, port: proxy.port, autoSelectFamily: false, noDelay: true });
    // Between two waits an error has no listener of its own, and would end the process.
    socket.on("error", () => undefined);
    try {
      await until(socket, "connect", { ...place, timeoutMs: timeoutMs / addresses.length });
      return socket;
    } catch (error) {
      if (signal.aborted) throw error;
      failed = error;
    }
  }
  throw failed;
}

const remoteOf = ({ remoteAddress }: net.Socket, { host, port }: Proxy): string =>
  proxyName({ host: remoteAddress ?? host, port });
