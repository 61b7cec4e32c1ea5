import type { CheckContext } from "../model/check.ts";

const connectTimeoutMs = 5_000;

/** `host:port`, or `[address]:port`. */
export function splitTarget(target: string): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(target) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

/** Either the seconds until the first target accepted a connection, or why none did, in the order they failed. */
export type Reached = { readonly seconds: number } | { readonly failures: readonly Error[] };

/** Connects to all targets at once; the first that accepts ends the others. What each said is noted. */
export async function reachAny(ctx: CheckContext, targets: readonly string[], signal: AbortSignal): Promise<Reached> {
  const enough = new AbortController();
  const began = performance.now();
  const failures: Error[] = [];
  const reach = async (target: string): Promise<void> => {
    try {
      const { host, port } = splitTarget(target) ?? { host: target, port: 443 };
      const any = AbortSignal.any([signal, enough.signal]);
      (await ctx.dial({ host, port, tls: "none", connectTimeoutMs }, any)).close();
      ctx.note(`${target}: accepted a connection`);
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      if (!enough.signal.aborted) {
        failures.push(failure);
        ctx.note(`${target}: ${failure.message}`);
      }
      throw failure;
    }
  };
  try {
    await Promise.any(targets.map(reach));
    return { seconds: (performance.now() - began) / 1_000 };
  } catch {
    signal.throwIfAborted();
    return { failures };
  } finally {
    enough.abort();
  }
}
