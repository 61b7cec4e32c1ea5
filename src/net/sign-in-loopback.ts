import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import { visible } from "../model/visible.ts";
import { causeOf } from "./oauth-answer.ts";
import { quoted } from "../model/text.ts";
import {
  askProvider,
  endpointOf,
  readSignIn,
  refusalOf,
  type SignedIn,
  type SignInClient,
  type SignInFailure,
  type SignInWorld,
} from "./sign-in.ts";

/** How long a browser is waited for. */
const waitMs = 900_000;

interface Redirected {
  readonly code?: string;
  readonly error?: string;
  readonly description?: string;
}

/** The pages of a loopback server, whole HTML documents. */
export interface LoopbackPages {
  /** The answer has come; the terminal goes on. */
  readonly done: string;
  /** The person said no. */
  readonly denied: string;
  /** Not what is waited for. */
  readonly refused: string;
}

/**
 * Signs a person in by the browser of this machine: the provider sends it back to a port of 127.0.0.1 that the system chooses
 * (RFC 8252 section 7.3), with a proof that nobody else can use the code (RFC 7636).
 * @param show is called once with the address to open, and the port that a browser elsewhere would need
 */
export async function signInByLoopback(
  client: SignInClient,
  scope: string,
  world: SignInWorld,
  { show, pages }: { readonly show: (url: string, port: number) => void; readonly pages: LoopbackPages },
): Promise<SignedIn | SignInFailure> {
  const state = randomBytes(32).toString("base64url");
  const verifier = randomBytes(48).toString("base64url");
  await using listener = await listen(state, pages);
  // Microsoft knows a desktop application's address as http://localhost, with any port; Google as the loopback address.
  const redirect = `http://${client.provider === "google" ? "127.0.0.1" : "localhost"}:${listener.port}`;
  show(addressOf(client, { scope, state, verifier, redirect }), listener.port);

  const waiting = new AbortController();
  const late = world.sleep(waitMs, AbortSignal.any([world.signal, waiting.signal])).then(() => undefined);
  const came = await Promise.race([listener.redirected, late]);
  waiting.abort();
  if (came === undefined) return { code: world.signal.aborted ? "interrupted" : "expired", reason: "" };
  const { code, error = "", description = "" } = came;
  if (code === undefined) {
    const said = visible([error, description].filter(Boolean).join(": "), 300);
    return {
      code: refusalOf(error, description) ?? causeOf(error, description),
      reason: `the provider sent the browser back with ${quoted(said)}`,
    };
  }
  const fields = { grant_type: "authorization_code", code, redirect_uri: redirect, code_verifier: verifier };
  const answer = await askProvider(client, "token", fields, world);
  return "code" in answer ? answer : readSignIn(client, answer.status, answer.body);
}

/** RFC 6749 section 4.1.1, RFC 7636 section 4.3. */
function addressOf(
  client: SignInClient,
  about: { readonly scope: string; readonly state: string; readonly verifier: string; readonly redirect: string },
): string {
  const url = endpointOf(client, "authorize");
  const fields: Readonly<Record<string, string>> = {
    response_type: "code",
    client_id: client.clientId,
    redirect_uri: about.redirect,
    scope: about.scope,
    state: about.state,
    code_challenge: createHash("sha256").update(about.verifier).digest("base64url"),
    code_challenge_method: "S256",
    login_hint: client.address,
    // Google gives a refresh token only so, and a second one only after the question was put again.
    ...(client.provider === "google" ? { access_type: "offline", prompt: "consent" } : { response_mode: "query" }),
  };
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  return url.href;
}

interface Listener extends AsyncDisposable {
  readonly port: number;
  /** The first redirect with the right state. */
  readonly redirected: Promise<Redirected>;
}

async function listen(state: string, pages: LoopbackPages): Promise<Listener> {
  const redirected = Promise.withResolvers<Redirected>();
  let port = 0;
  let taken = false;
  const server = http.createServer(
    { maxHeaderSize: 32_768, requestTimeout: 10_000, headersTimeout: 10_000 },
    (request, response) => {
      const end = (status: number, page: string): void => {
        response.writeHead(status, {
          "content-type": "text/html; charset=utf-8",
          "content-security-policy":
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "cache-control": "no-store",
          // The code stands in the address of this page.
          "referrer-policy": "no-referrer",
          "x-content-type-options": "nosniff",
          connection: "close",
        });
        response.end(page);
      };
      const found = taken ? undefined : redirectOf(request, port, state);
      if (found === undefined) return end(request.method === "GET" ? 404 : 405, pages.refused);
      taken = true;
      end(200, found.code === undefined ? pages.denied : pages.done);
      // The browser has its page first.
      response.once("close", () => redirected.resolve(found));
    },
  );
  server.maxConnections = 20;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the loopback server has no port");
  port = address.port;
  return {
    port,
    redirected: redirected.promise,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/**
 * What the provider sent along; undefined for anything else: another page's request, another host's name (DNS rebinding), a state that
 * is not ours (RFC 6749 section 10.12). None of these ends the waiting, or any program here could.
 */
function redirectOf(request: http.IncomingMessage, port: number, state: string): Redirected | undefined {
  const { method, url = "", headers } = request;
  if (method !== "GET" || (headers.host !== `127.0.0.1:${port}` && headers.host !== `localhost:${port}`)) return undefined;
  const target = URL.parse(url, `http://127.0.0.1:${port}`);
  if (target === null || target.pathname !== "/" || target.host !== `127.0.0.1:${port}`) return undefined;
  const one = (name: string): string | undefined => {
    const all = target.searchParams.getAll(name);
    return all.length === 1 && all[0] !== "" ? all[0] : undefined;
  };
  const given = one("state");
  if (given === undefined || !isSame(given, state)) return undefined;
  const [code, error, description] = [one("code"), one("error"), one("error_description")];
  if (error !== undefined) return { error, ...(description === undefined ? {} : { description }) };
  return code !== undefined && /^[\x21-\x7e]{1,8192}$/.test(code) ? { code } : undefined;
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
