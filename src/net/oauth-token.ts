import type { CheckContext } from "../model/check.ts";
import type { OAuth } from "../model/oauth.ts";
import type { Proxy } from "../model/proxy.ts";
import { SecretError } from "../model/secret.ts";
import { readTokenAnswer, type TokenAnswer, type TokenFailure } from "./oauth-answer.ts";
import { tokenRequest, type TokenRequest } from "./oauth-request.ts";
import { post } from "./post.ts";
import { startTimer } from "./timer.ts";

const timeoutMs = 10_000;
/** A failure is not asked for again by each of 500 mailboxes, and a token that is so young is not refused for its age. */
const holdMs = 60_000;
/** How long before its end a token is renewed; for short ones a fifth of their time. */
const earlyMs = 300_000;
const dayMs = 86_400_000;

export interface TokenWorld extends Pick<CheckContext, "ask" | "authorities" | "now"> {
  /** The mailbox's: where its servers are out of reach, so is the token server. */
  readonly proxy?: Proxy | undefined;
}

export type Token =
  | {
      readonly token: string;
      /** A newer refresh token came with it and could not be stored: why. */
      readonly unkept?: string;
    }
  | TokenFailure;

interface Slot {
  token?: string;
  /** Milliseconds UTC, as the others. */
  since: number;
  until: number;
  renewAt: number;
  /** Still in use by a session that began before it was renewed. */
  before?: string;
  pending?: Promise<Token>;
  failed?: Failed;
}

interface Failed {
  readonly failure: TokenFailure;
  readonly at: number;
}

interface Cache {
  readonly slots: Map<string, Slot>;
  /** What is wrong with the credential itself is wrong for all. */
  failed?: Failed | undefined;
}

/** In memory only, and gone with the credential: a reload makes new ones. */
const caches = new WeakMap<OAuth, Cache>();

const cacheOf = (oauth: OAuth): Cache => {
  const cache = caches.get(oauth) ?? { slots: new Map() };
  caches.set(oauth, cache);
  return cache;
};

/** A service account has a token for each mailbox, the others one for all. */
function slotOf(cache: Cache, oauth: OAuth, user: string): Slot {
  const key = oauth.kind === "google-service-account" ? user.toLowerCase() : "";
  const slot = cache.slots.get(key) ?? { since: 0, until: 0, renewAt: 0 };
  cache.slots.set(key, slot);
  return slot;
}

/**
 * The token for a mailbox: from memory, or from the token server, which is asked once however many want it. While the old one is
 * still good, a token server that does not answer is no trouble.
 * @param renew asks for a new one even so, and tells when there is none
 * @throws SecretError when the secret cannot be read
 */
export async function tokenFor(oauth: OAuth, user: string, world: TokenWorld, renew = false): Promise<Token> {
  const cache = cacheOf(oauth);
  const slot = slotOf(cache, oauth, user);
  const now = world.now();
  const old = slot.token !== undefined && now < slot.until ? { token: slot.token } : undefined;
  if (old && !renew && now < slot.renewAt) return old;
  const held = [cache.failed, slot.failed].find((failed) => failed && Math.abs(now - failed.at) < holdMs);
  const found = held?.failure ?? (await (slot.pending ??= renewed(oauth, user, world, { cache, slot })));
  return "token" in found || renew ? found : (old ?? found);
}

/**
 * A mail server has refused it: the next login asks for another. One that took its place meanwhile stays, and so does a new one:
 * it would be refused again, and 500 mailboxes may share it.
 */
export function dropToken(oauth: OAuth, user: string, token: string, now: number): void {
  const slot = slotOf(cacheOf(oauth), oauth, user);
  if (slot.token === token && Math.abs(now - slot.since) >= holdMs) slot.until = 0;
}

async function renewed(
  oauth: OAuth,
  user: string,
  world: TokenWorld,
  { cache, slot }: { readonly cache: Cache; readonly slot: Slot },
): Promise<Token> {
  try {
    const answer = await askForToken(oauth, user, world);
    const now = world.now();
    if (!("token" in answer)) {
      const failed = { failure: answer, at: now };
      if (answer.code === "mailbox-unknown") slot.failed = failed;
      else cache.failed = failed;
      return answer;
    }
    const { token, seconds, unkept } = answer;
    oauth.hide(token);
    if (slot.before !== undefined && slot.before !== token) oauth.unhide(slot.before);
    if (slot.token !== undefined && slot.token !== token) slot.before = slot.token;
    const lasts = seconds * 1000;
    Object.assign(slot, { token, since: now, until: now + lasts, renewAt: now + lasts - Math.min(earlyMs, lasts / 5) });
    delete slot.failed;
    delete cache.failed;
    return unkept === undefined ? { token } : { token, unkept };
  } finally {
    delete slot.pending;
  }
}

async function askForToken(
  oauth: OAuth,
  user: string,
  world: TokenWorld,
): Promise<TokenFailure | (Exclude<TokenAnswer, TokenFailure> & { readonly unkept?: string | undefined })> {
  const request = await tokenRequest(oauth, user, world.now());
  if (request === undefined)
    return { code: "key-unusable", reason: `${oauth.secret.source} is not the key of a service account` };
  const { host } = request.url;
  // Who names another token server may have it inside.
  const outcome = await postForm(request, world, oauth.tokenUrl !== undefined);
  if ("code" in outcome) return outcome;
  const answer = readTokenAnswer(outcome.status, outcome.body);
  if (!("token" in answer)) return { ...answer, reason: `${host}: ${answer.reason}` };
  return answer.refreshToken === undefined ? answer : { ...answer, unkept: await keepRefreshToken(oauth, answer.refreshToken) };
}

/**
 * Microsoft gives a new refresh token with each access token and lets the old one live out its 90 days (learn.microsoft.com,
 * "Refresh tokens in the Microsoft identity platform"), so that a new one a day is enough, and one that cannot be kept is no
 * trouble yet.
 * @returns why it could not be kept
 */
async function keepRefreshToken({ secret }: OAuth, refreshToken: string): Promise<string | undefined> {
  try {
    await secret.renew?.(refreshToken, dayMs);
    return undefined;
  } catch (error) {
    if (error instanceof SecretError) return error.message;
    throw error;
  }
}

/** What a token server says to a form. */
export async function postForm(
  request: TokenRequest,
  world: Omit<TokenWorld, "now">,
  allowPrivate: boolean,
): Promise<{ readonly status: number; readonly body: string } | TokenFailure> {
  // Its own clock, and not the signal of a run: others wait for the same token.
  const clock = new AbortController();
  const stopTimer = startTimer(timeoutMs, () => clock.abort(new Error(`No whole answer within ${timeoutMs / 1000} s`)));
  const outcome = await post({
    ...request,
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    allowPrivate,
    ask: world.ask,
    authorities: world.authorities,
    proxy: world.proxy,
    signal: clock.signal,
  });
  stopTimer();
  if (outcome.kind === "answer") return outcome;
  // What stands behind a semicolon is a remedy for channels.
  const reason = `${request.url.host}: ${outcome.reason.split("; ", 1)[0] ?? ""}`;
  const byProxy = outcome.kind === "failed" && outcome.byProxy === true;
  return { code: "token-server-unreachable", reason, ...(byProxy ? { byProxy } : {}) };
}
