import { createHash } from "node:crypto";
import type { Context, Handler } from "hono";
import { Hono } from "hono";
import type { StatusSource, StatusView } from "../model/status-page.ts";
import type { Language } from "../model/text.ts";
import { paperLanguage } from "./paper.ts";
import { problem } from "./problem.ts";
import { renderStatusFeed, statusJson } from "./status-feed.ts";
import { renderStatusPage } from "./status-html.ts";

interface StatusPagesDeps {
  readonly status: StatusSource;
  readonly language: () => Language;
  readonly now: () => number;
}

export interface StatusPages {
  /** For before the token is asked for: answers when the page is public, else lets the request pass. */
  readonly forEverybody: Hono;
  readonly forKnown: Hono;
}

/** A thousand colleagues with the page open ask 17 times a second. */
const keptMs = 10_000;
const perSecond = 100;
const atOnce = 500;

type Form = "html" | "rss" | "json";
const types: Readonly<Record<Form, string>> = {
  html: "text/html; charset=utf-8",
  rss: "application/rss+xml; charset=utf-8",
  json: "application/json",
};

/** `/status`, `/status.rss` and `/status.json`, made at most once in ten seconds each. */
export function createStatusPages({ status, language, now }: StatusPagesDeps): StatusPages {
  const kept = new Map<string, { readonly at: number; readonly body: string; readonly tag: string }>();
  const bucket = createBucket(now);
  let seen: StatusView | undefined;

  function viewNow(): StatusView {
    if (seen === undefined || now() < seen.at || now() >= seen.at + keptMs) seen = status.view();
    return seen;
  }

  async function bodyOf(
    form: Form,
    spoken: Language,
    place: string,
    isStill: boolean,
  ): Promise<{ readonly body: string; readonly tag: string }> {
    const key = `${form} ${spoken} ${place} ${isStill}`;
    const old = kept.get(key);
    if (old !== undefined && now() >= old.at && now() < old.at + keptMs) return old;
    const view = viewNow();
    // Behind the token there is a dashboard to go back to.
    const home = status.isPublic ? undefined : "/";
    const body =
      form === "json"
        ? statusJson(view)
        : String(
            await (form === "html" ? renderStatusPage(view, spoken, { home, isStill }) : renderStatusFeed(view, spoken, place)),
          );
    const made = { at: now(), body, tag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"` };
    // Any address may be asked by, and each has a feed of its own.
    if (kept.size >= 50) kept.clear();
    kept.set(key, made);
    return made;
  }

  const answer =
    (form: Form) =>
    async (c: Context): Promise<Response> => {
      if (!bucket.take()) {
        c.header("retry-after", "2");
        return problem(c, "too-soon", "Too many ask for the status page at once; it is made anew every ten seconds");
      }
      const spoken = form === "json" ? "en" : paperLanguage(c, language());
      const place = form === "rss" ? originOf(c, status.url) : String(status.isPublic);
      const { body, tag } = await bodyOf(form, spoken, place, c.req.query("still") !== undefined);
      const headers = {
        "content-type": types[form],
        "cache-control": status.isPublic ? "public, max-age=10" : "private, no-cache",
        ...(form === "json" ? {} : { vary: "Accept-Language", "content-language": spoken }),
        etag: tag,
      };
      if (c.req.header("if-none-match") === tag) return c.body(null, 304, headers);
      return c.body(body, 200, headers);
    };

  const pages = (wrap: (handler: Handler) => Handler): Hono =>
    new Hono()
      .get("/status", wrap(answer("html")))
      .get("/status.rss", wrap(answer("rss")))
      .get("/status.json", wrap(answer("json")));
  return {
    forEverybody: pages((handler) => (c, next) => (status.isPublic ? handler(c, next) : next())),
    forKnown: pages((handler) => handler),
  };
}

/** By the configured address where that is the one that was asked, because only it knows of `https`. */
function originOf(c: Context, url: string): string {
  const host = c.req.header("host")?.toLowerCase() ?? "";
  return URL.canParse(url) && new URL(url).host === host ? new URL(url).origin : `http://${host}`;
}

/** Lets so many through at once, and so many a second after that. */
function createBucket(now: () => number): { take(): boolean } {
  let tokens = atOnce;
  let at = now();
  return {
    take() {
      tokens = Math.min(atOnce, tokens + (Math.max(0, now() - at) / 1_000) * perSecond);
      at = now();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
