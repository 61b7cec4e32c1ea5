import type { Context, Env, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getCookie } from "hono/cookie";
import { contentPolicy } from "./content-policy.ts";
import type { Guard } from "./guard.ts";
import { sessionCookie } from "./guard.ts";
import { loginStyleSource, renderLogin } from "./login.ts";
import { paperLanguage } from "./paper.ts";
import { problem } from "./problem.ts";

/** Looked at by people, who are asked to sign in; programs, and what pages load, are told 401 in JSON. */
const isPage = (path: string): boolean => !/^\/(?:api|assets|metrics)(?:\/|$)/.test(path);

/**
 * Where a URL of this server leads, as a path with its query: never to another one. `//evil.example` and `/\evil.example`
 * would be names of hosts to a browser (WHATWG URL, path state).
 */
export function ownPath(url: string): string {
  const { pathname, search } = new URL(url);
  return `/${pathname.replace(/^[/\\]+/, "")}${search}`;
}

/**
 * Nothing is answered without the token or the cookie made from it. Whoever opens a page is asked for it there: the form is
 * sent to the page's own address, so that it, its query and its fragment (`/#M-14`) outlive the signing in.
 */
export function requireToken<E extends Env>(app: Hono<E>, guard: Guard, now: () => number): void {
  const showLogin = (c: Context, failure?: "wrong" | "held"): Response => {
    c.header("content-security-policy", contentPolicy(loginStyleSource));
    c.header("cache-control", "no-store");
    const page = renderLogin(paperLanguage(c, "en"), failure);
    return c.html(page, failure === "held" ? 429 : 401);
  };
  const isSignedIn = (c: Context): boolean => guard.isAuthorized(c.req.header("authorization"), getCookie(c, sessionCookie));

  const limit = bodyLimit({ maxSize: 8192, onError: (c) => problem(c, "too-large", "Send less than 8 KiB") });
  app.post("*", async (c, next) => {
    const isForm = c.req.header("content-type")?.startsWith("application/x-www-form-urlencoded") === true;
    if (!isForm || !isPage(c.req.path) || c.req.header("authorization") !== undefined) return next();
    // Every browser says how long a form is. Without that, only one of those who come after each other may read it.
    if (isSignedIn(c) && c.req.header("content-length") === undefined) return next();
    let response: Response | undefined;
    const refused = await limit(c, async () => {
      const token = new URLSearchParams(await c.req.text()).get("token");
      // A form of the page itself, sent when the cookie has expired: it is not done, and says so by asking again.
      if (token === null) response = isSignedIn(c) ? undefined : showLogin(c);
      else if (guard.isHeld(now())) response = showLogin(c, "held");
      else if (!guard.isToken(token)) {
        guard.noteFailure(now());
        response = showLogin(c, "wrong");
      } else response = signedIn(c, guard);
    });
    if (refused instanceof Response) return refused;
    return response ?? next();
  });
  app.use(async (c, next) => {
    const authorization = c.req.header("authorization");
    if (authorization !== undefined && guard.isHeld(now())) {
      return problem(c, "too-many-tries", "There were too many wrong tokens; wait a minute");
    }
    if (isSignedIn(c)) return next();
    if (authorization !== undefined) guard.noteFailure(now());
    if (c.req.method === "GET" && isPage(c.req.path)) return showLogin(c);
    return problem(c, "unauthorized", "Send `Authorization: Bearer` with the value of settings.http.token, or sign in at /");
  });
}

function signedIn(c: Context, guard: Guard): Response {
  const secure = c.req.header("origin")?.startsWith("https:") === true ? "; Secure" : "";
  const value = `${sessionCookie}=${guard.session}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict${secure}`;
  return c.body(null, 303, { location: ownPath(c.req.url), "set-cookie": value });
}
