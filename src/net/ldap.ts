import { Duplex } from "node:stream";
import net from "node:net";
import type { Client, SearchOptions } from "ldapts";
import { type Connection, DialError, type Phase } from "../model/connection.ts";
import { quoted } from "../model/text.ts";
import { type LdapMessage, type LdapResult, operations, readLdap, startTlsRequest } from "./ldap-message.ts";
import type { Step } from "./session-findings.ts";
import { startTimer } from "./timer.ts";

/** A dialogue with a directory over a connection that is open, by ldapts. */
export interface Ldap {
  readonly step: Step;
  /** Why the server said that it ends the session (RFC 4511 section 4.4.1), if it did. */
  readonly farewell: string | undefined;
  /** Asks for TLS. With code 0 the caller starts it, before anything else. */
  startTls(): Promise<LdapResult>;
  /** A simple bind; without a name an anonymous one. */
  bind(name: string, password: string): Promise<LdapResult>;
  /** Looks whether an entry is there. */
  find(base: string): Promise<LdapResult>;
  /** How many entries below the base fit, in pages, and no more than `most`. */
  count(base: string, filter: string, limits: { readonly most: number; readonly forMs: number }): Promise<Counted>;
  /** Says good-bye; never throws. */
  unbind(): Promise<void>;
}

interface Counted {
  readonly result: LdapResult;
  readonly entries: number;
  /** More there may be: the server's limit, ours, or too little time. */
  readonly cut: boolean;
}

interface LdapOptions {
  readonly commandTimeoutMs: number;
  readonly note: (line: string) => void;
}

const pageSize = 500;
/** Nobody waits for longer; the limits of single steps are shorter. */
const idleMs = 600_000;
const unbindMs = 1_000;

/** What an LDAP server answers when it stops for its own limit of number or time (RFC 4511 appendix A). */
const limited: ReadonlySet<number> = new Set([3, 4, 11]);

/** What it answers where it takes no pages (OpenLDAP: size.prtotal=disabled), or does not know them. */
const unpaged: ReadonlySet<number> = new Set([11, 12]);

/** LDAP over a connection that is open: one request at a time, each within `commandTimeoutMs`. */
export function createLdap(connection: Connection, { commandTimeoutMs, note }: LdapOptions): Ldap {
  let step: Step = { phase: "command", command: "LDAP" };
  let farewell: string | undefined;
  let pipe: Pipe | undefined;
  let client: Client | undefined;
  const seen: { last: LdapResult | undefined; entries: number; most: number } = { last: undefined, entries: 0, most: Infinity };

  const latest = (): LdapResult | undefined => seen.last;
  const see = (message: LdapMessage): boolean => {
    if (message.operation === operations.entry) {
      seen.entries += 1;
      if (seen.entries > seen.most) throw new Enough();
    }
    if (message.result) {
      seen.last = message.result;
      note(`S: result ${resultReason(message.result)}`);
    }
    if (message.id === 0) farewell = resultReason(message.result ?? nothing);
    return message.id !== 0;
  };

  /** One request and what comes of it, within the time for a command. */
  const ask = async (phase: Phase, command: string, work: (client: Client) => Promise<unknown>): Promise<LdapResult> => {
    step = { phase, command };
    note(`C: ${command}`);
    seen.last = undefined;
    const { Client: LdapClient } = await import("ldapts");
    const through = (pipe ??= new Pipe(connection, see));
    // ldapts would open a connection of its own only where this one is not open.
    client ??= new LdapClient({ url: "ldap://directory", createConnection: () => asSocket(through) });
    const stopTimer = startTimer(commandTimeoutMs, () => {
      const seconds = Math.round(commandTimeoutMs / 100) / 10;
      const { remote } = connection;
      through.fail(new DialError(`${remote}: nothing for ${seconds} s`, { phase: "command", failure: "timeout", remote }));
    });
    try {
      await work(client);
      return latest() ?? nothing;
    } catch (error) {
      const { failure } = through;
      if (failure !== undefined) throw failure;
      // What the server refused is told by its result.
      const refused = latest();
      if (refused !== undefined && refused.code !== 0) return refused;
      throw error;
    } finally {
      stopTimer();
    }
  };

  return {
    get step() {
      return step;
    },
    get farewell() {
      return farewell;
    },
    startTls: async () => {
      step = { phase: "tls", command: "StartTLS" };
      note("C: StartTLS");
      connection.write(startTlsRequest());
      const { id, operation, result } = await readLdap(connection, commandTimeoutMs);
      if (operation !== operations.extended || id > 1 || result === undefined) throw unexpected(connection);
      note(`S: result ${resultReason(result)}`);
      if (id === 0) farewell = resultReason(result);
      return id === 0 ? { ...result, code: result.code === 0 ? 52 : result.code } : result;
    },
    bind: (name, password) =>
      ask("auth", "bind", (ldap) => {
        note(name === "" ? "anonymous" : `as ${name}, [password]`);
        return ldap.bind(name, password);
      }),
    find: (base) =>
      ask("command", "search", (ldap) => {
        note(`base of "${base}"`);
        return ldap.search(base, { scope: "base", filter: "(objectClass=*)", attributes: ["1.1"], sizeLimit: 1 });
      }),
    count: async (base, filter, limits) => {
      const end = performance.now() + limits.forMs;
      const options: SearchOptions = { scope: "sub", filter, attributes: ["1.1"] };
      seen.entries = 0;
      seen.most = limits.most;
      const told = (result: LdapResult, isCut = limited.has(result.code)): Counted => ({
        result: isCut ? nothing : result,
        entries: seen.entries,
        cut: isCut,
      });
      try {
        let pages: AsyncGenerator | undefined;
        for (;;) {
          let isLast = false;
          const result = await ask("command", "search", async (ldap) => {
            if (pages === undefined) note(`below "${base}": ${filter}`);
            pages ??= ldap.searchPaginated(base, { ...options, paged: { pageSize } });
            isLast = (await pages.next()).done === true;
          });
          if (unpaged.has(result.code) && seen.entries === 0) break;
          if (isLast || result.code !== 0) return told(result);
          if (performance.now() >= end) return told(result, true);
        }
        return told(await ask("command", "search", (ldap) => ldap.search(base, options)));
      } catch (error) {
        if (!(error instanceof Enough)) throw error;
        return { result: nothing, entries: limits.most, cut: true };
      } finally {
        seen.most = Infinity;
      }
    },
    unbind: async () => {
      const open = client;
      if (open === undefined || pipe === undefined || pipe.destroyed) return;
      step = { phase: "logout", command: "unbind" };
      let stopTimer = (): void => undefined;
      const waited = new Promise<void>((resolve) => {
        stopTimer = startTimer(unbindMs, resolve);
      });
      await Promise.race([open.unbind().catch(() => undefined), waited]);
      stopTimer();
      pipe.destroy();
    },
  };
}

const nothing: LdapResult = { code: 0, text: "", referrals: [] };

class Enough extends Error {
  override readonly name = "Enough";
}

/** `49 “Invalid credentials”`, in the server's words. */
export const resultReason = ({ code, text }: LdapResult): string =>
  [String(code), ...(text === "" ? [] : [quoted(text)])].join(" ");

const unexpected = ({ remote }: Connection): DialError =>
  new DialError(`${remote}: an answer that is no LDAP`, { phase: "command", failure: "too-long", remote });

/** The connection as ldapts wants it: a stream of whole messages, of which it gets one at a time. */
class Pipe extends Duplex {
  /** What net.Socket says of itself, and ldapts asks. */
  readonly connecting = false;
  readonly readyState = "open";
  /** Why it ended, if that was not on purpose. */
  failure: Error | undefined;
  readonly #connection: Connection;
  readonly #see: (message: LdapMessage) => boolean;
  #reading = false;

  constructor(connection: Connection, see: (message: LdapMessage) => boolean) {
    super({ emitClose: true });
    this.#connection = connection;
    this.#see = see;
  }

  /** No error event, which would end the process where nobody listens just then: ldapts is told by the close. */
  fail(error: Error): void {
    this.failure ??= error;
    this.destroy();
  }

  override _read(): void {
    if (this.#reading) return;
    this.#reading = true;
    void this.#readOne();
  }

  async #readOne(): Promise<void> {
    try {
      let message = await readLdap(this.#connection, idleMs);
      while (!this.#see(message)) message = await readLdap(this.#connection, idleMs);
      this.#reading = false;
      this.push(message.bytes);
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.#connection.write(chunk);
    done();
  }
}

/** ldapts takes a socket, and uses what every stream has besides these two words. */
function asSocket(pipe: Pipe): net.Socket {
  const socket: unknown = pipe;
  if (!isSocket(socket)) throw new Error("ldapts was given no stream");
  return socket;
}

const isSocket = (value: unknown): value is net.Socket =>
  value instanceof Pipe && !value.connecting && value.readyState === "open";
