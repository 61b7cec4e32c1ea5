import type { CheckContext } from "../model/check.ts";
import { type Connection, DialError, type DialOptions, type TlsPeer } from "../model/connection.ts";
import { isOwnSide } from "./connection-findings.ts";
import { notedOnce } from "./noted-once.ts";
import { createSmtp, replyReason, type Smtp, type SmtpReply } from "./smtp.ts";

/** One address of a mail server of a domain. */
export interface MxAddress {
  readonly host: string;
  readonly address: string;
  readonly port: number;
}

/** Milliseconds. */
export interface MxLimits {
  readonly connect: number;
  /** Until a greeting is called missing. */
  readonly greeting: number;
  /** For everything behind the greeting, together. */
  readonly session: number;
}

/**
 * - `serves`: it greets and takes EHLO.
 * - `busy`: it puts us off (4xx).
 * - `silent`: no connection, or nobody says a word on it.
 * - `refuses`: it turns everybody away (5xx), or something else than a mail server speaks.
 * - `refuses-us`: it says that it is our address it does not want.
 * - `no-way`: our own network has no way to it.
 */
type MxState = "serves" | "busy" | "silent" | "refuses" | "refuses-us" | "no-way";

type MxTls =
  | { readonly kind: "on"; readonly peer: TlsPeer }
  /** Not offered, refused, or the handshake broke: mail goes in clear, in its own words why. */
  | { readonly kind: "off"; readonly reason: string }
  /** Something on the way has overwritten what the server offers. */
  | { readonly kind: "stripped"; readonly reason: string };

export interface MxLook extends MxAddress {
  readonly state: MxState;
  /** Why it is not `serves`. */
  readonly reason: string;
  /** Whether it took the connection. */
  readonly connected: boolean;
  /** Until the greeting had come, milliseconds. */
  readonly greetingMs: number | undefined;
  /** The names by which it greets and answers EHLO, as they stand there. */
  readonly names: readonly string[];
  /** Undefined where it did not come so far. */
  readonly tls: MxTls | undefined;
}

type Ctx = Pick<CheckContext, "dial" | "note">;

/**
 * A whole look at one address at the port of mail servers; no mail, no recipient. Several checks of an audit look at the same
 * servers, some of which count connections: one look serves them all. Throws for an aborted signal alone.
 */
export async function lookAtMx(
  ctx: Ctx & Pick<CheckContext, "once">,
  where: MxAddress,
  limits: MxLimits,
  signal: AbortSignal,
): Promise<MxLook> {
  const what = JSON.stringify(["mx", where.host, where.address, where.port, limits]);
  return notedOnce(ctx, what, (note, within) => lookOnce({ dial: ctx.dial, note }, where, limits, within), signal);
}

async function lookOnce(ctx: Ctx, where: MxAddress, limits: MxLimits, signal: AbortSignal): Promise<MxLook> {
  const note = (line: string): void => ctx.note(`${where.host} ${where.address}: ${line}`);
  const nothing = { ...where, connected: false, greetingMs: undefined, names: [], tls: undefined };
  let connection: Connection | undefined;
  let greeted: Pick<MxLook, "connected" | "greetingMs" | "names"> = nothing;
  const began = performance.now();
  try {
    connection = await ctx.dial(dialOptions(where, limits), signal);
    greeted = { ...greeted, connected: true };
    const smtp = createSmtp(connection, { commandTimeoutMs: limits.session, note });
    const greeting = await smtp.greeting(limits.greeting);
    greeted = { ...greeted, greetingMs: performance.now() - began, names: nameOf(greeting) };
    const unwanted = refusal(greeting, 220);
    if (unwanted) {
      await smtp.quit();
      return { ...nothing, ...greeted, ...unwanted };
    }
    const hello = await smtp.ehlo();
    const refused = refusal(hello, 250);
    if (refused) {
      await smtp.quit();
      return { ...nothing, ...greeted, ...refused };
    }
    greeted = { ...greeted, names: [...greeted.names, ...nameOf(hello)] };
    const tls = await secure(connection, smtp, hello.extensions, note);
    if (tls.kind !== "on" || connection.open) await smtp.quit();
    return { ...nothing, ...greeted, state: "serves", reason: "", tls };
  } catch (error) {
    if (!(error instanceof DialError) || error.failure === "aborted") throw error;
    note(error.message);
    // A line without end is the word of something that is no mail server.
    const state = isOwnSide(error) ? "no-way" : error.failure === "too-long" ? "refuses" : "silent";
    return { ...nothing, ...greeted, state, reason: error.message };
  } finally {
    connection?.close();
  }
}

const dialOptions = ({ host, address, port }: MxAddress, { connect, session }: MxLimits): DialOptions => ({
  host,
  address,
  port,
  tls: "none",
  verify: false,
  connectTimeoutMs: connect,
  tlsTimeoutMs: session,
});

/** Words by which servers say that they know our address and do not want it: nothing about anybody else's mail. */
const aboutUs =
  /black ?list|block ?list|blocked|dnsbl|\brbl\b|spamhaus|barracuda|\blisted\b|reputation|dynamic ip|reverse dns|\bptr\b/i;

function refusal(reply: SmtpReply, wanted: number): Pick<MxLook, "state" | "reason"> | undefined {
  if (reply.status === wanted) return undefined;
  const reason = replyReason(reply);
  if (reply.status >= 500 && aboutUs.test(reply.text)) return { state: "refuses-us", reason };
  return { state: reply.status >= 400 && reply.status < 500 ? "busy" : "refuses", reason };
}

/** RFC 5321 section 4.2: the first word of a greeting, and of the answer to EHLO, is the server's name. */
const nameOf = ({ lines }: SmtpReply): readonly string[] => [(lines[0] ?? "").split(/\s/, 1)[0] ?? ""];

async function secure(
  connection: Connection,
  smtp: Smtp,
  extensions: ReadonlyMap<string, unknown>,
  note: (line: string) => void,
): Promise<MxTls> {
  if (!extensions.has("STARTTLS")) {
    // Cisco's "fixup" and its like write over each letter, so that neither side asks for what it cannot read.
    const over = [...extensions.keys()].find((keyword) => /^X{6,}[A-Z]?$/.test(keyword));
    return over === undefined ? { kind: "off", reason: "no STARTTLS" } : { kind: "stripped", reason: over };
  }
  try {
    const answer = await smtp.startTls();
    if (answer.status !== 220) return { kind: "off", reason: replyReason(answer) };
    const peer = await connection.startTls();
    note(`${peer.protocol}, ${peer.problem ?? "accepted"}`);
    return { kind: "on", peer };
  } catch (error) {
    if (!(error instanceof DialError) || error.failure === "aborted") throw error;
    note(error.message);
    return { kind: "off", reason: error.message };
  }
}

/**
 * CVE-2011-0411: a command that was sent before TLS began must not be answered within it. Tried on a connection of its own, with
 * a NOOP; what refuses, breaks off or throws it away has passed.
 * @returns true when it was answered
 */
export async function answersInjected(ctx: Ctx, where: MxAddress, limits: MxLimits, signal: AbortSignal): Promise<boolean> {
  const note = (line: string): void => ctx.note(`${where.host} ${where.address}, injection: ${line}`);
  let connection: Connection | undefined;
  try {
    connection = await ctx.dial(dialOptions(where, limits), signal);
    const smtp = createSmtp(connection, { commandTimeoutMs: limits.session, note: () => undefined });
    if ((await smtp.greeting(limits.greeting)).status !== 220) return false;
    if ((await smtp.ehlo()).status !== 250) return false;
    connection.write("STARTTLS\r\nNOOP\r\n");
    if (!(await connection.readLine(limits.session)).startsWith("220")) return false;
    await connection.startTls();
    // Where the NOOP was kept, its answer comes before that to QUIT: nobody has to wait for a silence.
    connection.write("QUIT\r\n");
    const first = await connection.readLine(limits.session);
    note(`the first answer within TLS was "${first}"`);
    return first.startsWith("250");
  } catch (error) {
    if (!(error instanceof DialError) || error.failure === "aborted") throw error;
    note(error.message);
    return false;
  } finally {
    connection?.close();
  }
}

/** What a server said to a recipient; undefined where it did not come so far. */
export interface RelayAnswers {
  /** To one outside, from the null sender and from an address of the domain itself. */
  readonly outside: readonly SmtpReply[];
  /** To one inside that cannot exist. */
  readonly unknown: SmtpReply | undefined;
}

interface RelayRequest {
  readonly domain: string;
  readonly outside: string;
  readonly nobody: string;
}

/** Would it take mail for others, or for nobody? Names recipients, so it is done with consent alone; no mail is sent (no DATA). */
export async function askToRelay(
  ctx: Ctx,
  where: MxAddress,
  { domain, outside, nobody }: RelayRequest,
  limits: MxLimits,
  signal: AbortSignal,
): Promise<RelayAnswers> {
  const note = (line: string): void => ctx.note(`${where.host} ${where.address}, relay: ${line}`);
  const answers: SmtpReply[] = [];
  let unknown: SmtpReply | undefined;
  let connection: Connection | undefined;
  try {
    connection = await ctx.dial(dialOptions(where, limits), signal);
    const smtp = createSmtp(connection, { commandTimeoutMs: limits.session, note });
    if ((await smtp.greeting(limits.greeting)).status !== 220) return { outside: answers, unknown };
    if ((await smtp.ehlo()).status !== 250) return { outside: answers, unknown };
    for (const sender of ["", `postmaster@${domain}`]) {
      if ((await smtp.command(`MAIL FROM:<${sender}>`)).status === 250) {
        answers.push(await smtp.command(`RCPT TO:<${outside}>`));
        if (sender === "") unknown = await smtp.command(`RCPT TO:<${nobody}>`);
      }
      await smtp.command("RSET");
    }
    await smtp.quit();
  } catch (error) {
    if (!(error instanceof DialError) || error.failure === "aborted") throw error;
    note(error.message);
  } finally {
    connection?.close();
  }
  return { outside: answers, unknown };
}
