import net from "node:net";
import type { CheckContext } from "../model/check.ts";
import { type Connection, DialError, type DialOptions, type TlsPeer } from "../model/connection.ts";
import type { Proxy } from "../model/proxy.ts";
import { notedOnce } from "./noted-once.ts";
import { takesSsl3 } from "./ssl3.ts";
import { askForTls, type StartTlsAnswer, type StartTlsProtocol } from "./starttls.ts";

/** A port of a host, and how TLS is begun there: from the first byte (`tls`) or asked for. */
export interface TlsTarget {
  readonly host: string;
  readonly port: number;
  readonly protocol: "tls" | StartTlsProtocol;
  /** Believed in place of the authorities. */
  readonly fingerprint?: string | undefined;
  readonly proxy?: Proxy | undefined;
}

type Ctx = Pick<CheckContext, "dial" | "note">;
type SharedCtx = Ctx & Pick<CheckContext, "once">;

/** Who the far side is, or why it did not begin TLS. */
export type TlsAnswer = { readonly kind: "secured"; readonly peer: TlsPeer } | Exclude<StartTlsAnswer, { kind: "ready" }>;

type Manner = Pick<DialOptions, "oldTls" | "withoutName">;

/**
 * As `openTls`, once for all checks of an audit that look at the certificate of an address.
 * @throws DialError
 */
export function seePeer(ctx: SharedCtx, target: TlsTarget, address: string, signal: AbortSignal): Promise<TlsAnswer> {
  const { host, port, protocol, fingerprint, proxy } = target;
  // What goes through a proxy is of a configuration, which no audit has for the servers that it looks at.
  if (proxy !== undefined) return openTls(ctx, target, address, signal);
  const what = JSON.stringify(["tls", host, port, protocol, fingerprint, address]);
  return notedOnce(ctx, what, (note, within) => openTls({ dial: ctx.dial, note }, target, address, within), signal);
}

/**
 * One connection that is made, secured without believing anything, and closed.
 * @throws DialError
 */
const openTls = (ctx: Ctx, target: TlsTarget, address: string, signal: AbortSignal, manner: Manner = {}): Promise<TlsAnswer> =>
  onConnection(
    ctx,
    target,
    address,
    signal,
    { ...manner, tls: target.protocol === "tls" ? "implicit" : "none" },
    async (open) => ({
      kind: "secured",
      peer: open.peer ?? (await open.startTls()),
    }),
  );

/** @param talk begins where the handshake does, or behind it */
async function onConnection<T>(
  ctx: Ctx,
  { host, port, protocol, fingerprint, proxy }: TlsTarget,
  address: string,
  signal: AbortSignal,
  manner: Manner & Pick<DialOptions, "tls">,
  talk: (connection: Connection) => Promise<T>,
): Promise<T | Exclude<StartTlsAnswer, { kind: "ready" }>> {
  const pinned = fingerprint === undefined ? {} : { pinnedFingerprint: fingerprint };
  const through = proxy === undefined ? {} : { proxy };
  const connection = await ctx.dial({ host, port, address, verify: false, ...manner, ...pinned, ...through }, signal);
  try {
    if (protocol !== "tls") {
      const answer = await askForTls(protocol, connection, ctx.note);
      if (answer.kind !== "ready") return answer;
    }
    return await talk(connection);
  } finally {
    connection.close();
  }
}

/** What a server takes besides what it should. */
export interface FurtherLook {
  /** `TLSv1`, `TLSv1.1`, or undefined where neither is taken. */
  readonly oldTls: string | undefined;
  readonly ssl3: boolean;
  /** Who answers a device that does not name the host (no SNI), or its refusal; undefined where that was not found out. */
  readonly withoutName: TlsPeer | string | undefined;
}

/** For all of it: old versions are refused in many ways, silence among them. */
const furtherMs = 10_000;

/**
 * Three more connections to one address: versions and names are a matter of configuration, which machines behind one name
 * share. What is not answered in 10 s is not taken.
 */
export async function lookFurther(ctx: Ctx, target: TlsTarget, address: string, signal: AbortSignal): Promise<FurtherLook> {
  const quiet: Ctx = { ...ctx, note: () => undefined };
  const enough = AbortSignal.any([signal, AbortSignal.timeout(furtherMs)]);
  const attempt = async <T>(work: Promise<T>): Promise<T | DialError> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof DialError) || signal.aborted) throw error;
      return error;
    }
  };
  const [old, ssl3, nameless] = await Promise.all([
    attempt(openTls(quiet, target, address, enough, { oldTls: true })),
    attempt(onConnection(quiet, target, address, enough, { tls: "none" }, (open) => takesSsl3(open, furtherMs))),
    net.isIP(target.host) ? undefined : attempt(openTls(quiet, target, address, enough, { withoutName: true })),
  ]);
  const oldTls = old instanceof DialError || old.kind !== "secured" ? undefined : old.peer.protocol;
  if (oldTls !== undefined) ctx.note(`${address}: ${oldTls} is still taken`);
  if (ssl3 === true) ctx.note(`${address}: SSL 3.0 is still taken`);
  return { oldTls, ssl3: ssl3 === true, withoutName: namelessAnswer(nameless) };
}

function namelessAnswer(answer: TlsAnswer | DialError | undefined): TlsPeer | string | undefined {
  if (answer === undefined) return undefined;
  // Only what TLS itself says is a refusal; the rest can be the network's.
  if (answer instanceof DialError) return answer.phase === "tls" && answer.failure === "tls-failed" ? answer.message : undefined;
  return answer.kind === "secured" ? answer.peer : undefined;
}
