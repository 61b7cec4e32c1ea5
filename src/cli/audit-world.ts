import { setTimeout as sleep } from "node:timers/promises";
import type { SelfTests } from "../engine/own-side.ts";
import type { CheckContext } from "../model/check.ts";
import type { Connection, Dial } from "../model/connection.ts";
import type { Ask, DnsAnswer } from "../model/dns.ts";
import type { Observation } from "../model/observation.ts";

/**
 * One memo of lookups for one domain's audit: a dozen checks ask for the same MX and addresses, and all of them must judge the
 * same answer. A question whose asker gave up is asked anew by the next.
 */
export function memoAsk(ask: Ask, stopping: AbortSignal): Ask {
  const answers = new Map<string, Promise<DnsAnswer>>();
  return (name, type, options = {}) => {
    const { signal: _, ...rest } = options;
    const key = JSON.stringify([name.toLowerCase(), type, rest]);
    let answer = answers.get(key);
    if (!answer) {
      // Not the asker's own signal: others wait for the same answer.
      answer = ask(name, type, { ...rest, signal: stopping });
      answers.set(key, answer);
      answer.catch(() => answers.delete(key));
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the key holds the type
    return answer as ReturnType<typeof ask<typeof type>>;
  };
}

/** One memo of what several checks do alike: looks at mail servers, a policy that is fetched. */
export function createOnce(stopping: AbortSignal): CheckContext["once"] {
  const made = new Map<string, Promise<unknown>>();
  return <T>(what: string, make: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const one = made.get(what) ?? make(stopping);
    made.set(what, one);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same words are the same making
    return one as Promise<T>;
  };
}

/** What an audit has proved about our own way out, by whichever of its domains. */
export interface Proofs {
  /** Remembers whom a connection was made to. */
  readonly proving: (dial: Dial) => Dial;
  readonly selfTests: SelfTests;
}

/**
 * In an audit our own side has passed as soon as any server of this run answered: then the way out is open, and who does not
 * answer is to blame. Without such a proof nothing that needs it counts.
 * @param control asks the control hosts that the user named, once
 */
export function createProofs(control: (() => Promise<Observation | undefined>) | undefined): Proofs {
  const proven = new Set<string>();
  let controlled: Promise<void> | undefined;
  return {
    proving: (dial) => async (options, signal) => {
      const connection = await dial(options, signal);
      if (options.port === 25) proven.add("monitor/port25");
      if (connection.remote.startsWith("[")) proven.add("monitor/ipv6");
      return connection;
    },
    selfTests: {
      async runFresh(id) {
        if (id !== "monitor/port25" || proven.has(id) || !control) return;
        controlled ??= control().then((observation) => {
          if (observation?.status === "ok" && observation.findings.length === 0) proven.add(id);
          return undefined;
        });
        await controlled;
      },
      last: (id) => (proven.has(id) ? passed(id) : undefined),
    },
  };
}

const passed = (probe: string): Observation => ({
  probe,
  status: "ok",
  findings: [],
  metrics: {},
  evidence: [],
  at: 0,
  durationMs: 0,
});

/** A server that says a word a second must not keep the looks at its other names. */
const patienceMs = 10_000;

/**
 * At the port of mail servers one connection at a time to one address, whatever its names: some count connections and refuse the
 * second. Nobody waits for another longer than ten seconds.
 */
export function oneAtATime(dial: Dial): Dial {
  const last = new Map<string, Promise<void>>();
  return async (options, signal) => {
    if (options.port !== 25 || options.address === undefined) return dial(options, signal);
    const before = last.get(options.address);
    const own = Promise.withResolvers<void>();
    last.set(options.address, own.promise);
    try {
      if (before) await Promise.race([before, sleep(patienceMs, undefined, { ref: false })]);
      return onClose(await dial(options, signal), own.resolve);
    } catch (error) {
      own.resolve();
      throw error;
    }
  };
}

function onClose(connection: Connection, tell: () => void): Connection {
  const close = connection.close.bind(connection);
  connection.close = () => {
    close();
    tell();
  };
  return connection;
}
