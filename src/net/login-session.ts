import type { CheckContext, CheckResult, FoundFinding, Login, MetricDeclaration } from "../model/check.ts";
import { type Connection, DialError, type TlsPeer } from "../model/connection.ts";
import type { Proxy } from "../model/proxy.ts";
import { connectionFinding, type ConnectionCode, failedAddresses, targetOf } from "./connection-findings.ts";
import type { Provider } from "./login-options.ts";
import type { CertificateCode } from "./certificate-findings.ts";
import { lateGreeting, sessionFinding, type SessionCode, type Step } from "./session-findings.ts";

export const sessionMetrics = {
  resolve: { label: { en: "DNS", zh: "DNS 解析" }, help: "Time until the addresses of the host were known", unit: "seconds" },
  connect: { label: { en: "connect", zh: "连接" }, help: "Time until the TCP connection stood", unit: "seconds" },
  tls: { label: { en: "TLS", zh: "TLS 握手" }, help: "Time of the TLS handshake", unit: "seconds" },
  greeting: { label: { en: "greeting", zh: "问候语" }, help: "Time until the server's greeting", unit: "seconds" },
  login: { label: { en: "login", zh: "登录" }, help: "Time until the login was answered", unit: "seconds" },
} as const satisfies Record<string, MetricDeclaration>;

export type SessionMetric = keyof typeof sessionMetrics;

export interface Limits {
  readonly connect: number;
  readonly tls: number;
  readonly greeting: number;
  readonly command: number;
  readonly slow: number;
  readonly late: number;
}

interface SessionOptions {
  readonly host: string;
  readonly port: number;
  readonly security: "tls" | "starttls";
  readonly fingerprint?: string | undefined;
  readonly proxy?: Proxy | undefined;
  readonly provider?: Pick<Provider, "blockedInChina"> | undefined;
  readonly limits: Limits;
}

/** What a run has found so far; it stays when the session breaks off. */
export interface Report<Code extends string, Metric extends string> {
  find(finding: FoundFinding<Code>): void;
  /** Adds how long `work` took, also when it throws. @returns its result */
  time<T>(metric: Metric, work: () => Promise<T>): Promise<T>;
  /** The server took this credential. */
  loggedIn(login: Login): void;
}

interface Session {
  readonly step: Step;
  /** Why the server said that it would end the session, if it did. */
  readonly farewell?: string | undefined;
}

type OwnCode = ConnectionCode | CertificateCode | SessionCode;

/**
 * Holds one dialogue with a mail server: dials, lets `talk` speak, says good-bye whatever happens, and turns every way in which
 * a connection fails into the finding of its phase. No more than one connection, so that no provider's limit is reached.
 */
export async function holdSession<S extends Session, Code extends string, Metric extends string>(
  { ctx, options, signal }: { readonly ctx: CheckContext; readonly options: SessionOptions; readonly signal: AbortSignal },
  begin: (connection: Connection) => S,
  end: (session: S) => Promise<void>,
  talk: (session: S, connection: Connection, report: Report<Code | OwnCode, Metric | SessionMetric>) => Promise<void>,
): Promise<CheckResult<Code | OwnCode, Metric | SessionMetric>> {
  const { host, port, limits } = options;
  const target = targetOf(options);
  const blocked = options.provider?.blockedInChina ?? false;
  const findings: FoundFinding<Code | OwnCode>[] = [];
  const metrics: Partial<Record<Metric | SessionMetric, number>> = {};
  const loggedIn: string[] = [];
  const addTime = (metric: Metric | SessionMetric, ms: number | undefined): void => {
    if (ms !== undefined) Object.assign(metrics, { [metric]: Math.round(ms) / 1000 });
  };
  const report: Report<Code | OwnCode, Metric | SessionMetric> = {
    find: (finding) => findings.push(finding),
    loggedIn: ({ account }) => loggedIn.push(account),
    time: async (metric, work) => {
      const began = performance.now();
      try {
        return await work();
      } finally {
        addTime(metric, performance.now() - began);
      }
    },
  };
  const failed = (error: unknown, found: FoundFinding<OwnCode> | undefined): void => {
    if (!(error instanceof DialError) || found === undefined) throw error;
    ctx.note(error.message);
    if (error.peer) notePeer(ctx, error.peer);
    findings.push(found);
  };

  let connection: Connection;
  try {
    connection = await ctx.dial(
      {
        host,
        port,
        tls: options.security === "tls" ? "implicit" : "none",
        connectTimeoutMs: limits.connect * 1000,
        tlsTimeoutMs: limits.tls * 1000,
        ...(options.fingerprint === undefined ? {} : { pinnedFingerprint: options.fingerprint }),
        ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
      },
      signal,
    );
  } catch (error) {
    failed(error, error instanceof DialError ? connectionFinding(error, target, blocked) : undefined);
    return { findings, metrics, loggedIn };
  }
  for (const error of connection.failed) ctx.note(error.message);
  const someFailed = failedAddresses(connection.failed, target);
  if (someFailed) findings.push(someFailed);
  noteTimes(ctx, connection);

  const session = begin(connection);
  try {
    await talk(session, connection, report);
  } catch (error) {
    failed(error, error instanceof DialError ? brokenOff(error, session, options) : undefined);
  } finally {
    await end(session);
    connection.close();
    addTime("resolve", connection.times.resolve);
    addTime("connect", connection.times.connect);
    addTime("tls", connection.times.tls);
  }
  return { findings, metrics, loggedIn };
}

function brokenOff(error: DialError, session: Session, options: SessionOptions): FoundFinding<OwnCode> | undefined {
  const target = targetOf(options);
  const { limits } = options;
  if (error.phase === "tls") return connectionFinding(error, target, options.provider?.blockedInChina);
  const waitedMs = (session.step.phase === "greeting" ? limits.greeting : limits.command) * 1000;
  const found = sessionFinding(error, { ...session.step, waitedMs }, target);
  if (found === undefined || session.farewell === undefined) return found;
  // What the server said before it hung up tells more than that it did.
  return { code: "session-ended", data: { ...found.data, reason: session.farewell } };
}

/**
 * Reads the greeting and says so when it was late.
 * @throws DialError as `read` does
 */
export async function timelyGreeting<T>(
  report: Report<"greeting-late", "greeting">,
  options: SessionOptions,
  read: (timeoutMs: number) => Promise<T>,
): Promise<T> {
  const { limits } = options;
  const began = performance.now();
  const greeting = await report.time("greeting", () => read(limits.greeting * 1000));
  const late = lateGreeting(performance.now() - began, limits, targetOf(options));
  if (late) report.find(late);
  return greeting;
}

/** TLS on the open connection, once the server has agreed to it. */
export async function secure(connection: Connection, note: (line: string) => void): Promise<void> {
  const { protocol, cipher } = await connection.startTls();
  note(`tls ${connection.remote}: ${protocol}, ${cipher}, ${ms(connection.times.tls)}`);
}

/**
 * The last gate before a credential: everything before it has already ended the run where the far side is not proved.
 * @throws Error when it is not
 */
export function assertProved(connection: Connection): void {
  if (connection.peer?.verified !== true)
    throw new Error("A credential was about to be sent over a connection that is not verified");
}

const ms = (duration: number | undefined): string => `${Math.round(duration ?? 0)} ms`;

function noteTimes({ note }: CheckContext, { remote, times, peer }: Connection): void {
  if (times.resolve !== undefined) note(`resolve: ${ms(times.resolve)}`);
  note(`connect ${remote}: ${ms(times.connect)}`);
  if (peer) note(`tls ${remote}: ${peer.protocol}, ${peer.cipher}, ${ms(times.tls)}`);
}

/** The chain as it was presented, one certificate a line. */
export function notePeer({ note }: Pick<CheckContext, "note">, peer: TlsPeer): void {
  for (const { subject, issuer, altNames, validFrom, validTo, fingerprint } of peer.chain) {
    const dates = [validFrom, validTo].map((at) => new Date(at).toISOString().slice(0, 19));
    note(`certificate ${subject}; issuer ${issuer}; ${dates.join(" to ")}; names ${altNames.join(" ")}; SHA-256 ${fingerprint}`);
  }
}
