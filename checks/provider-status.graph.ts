import { z } from "zod";
import type { CheckContext } from "../src/model/check.ts";
import type { OAuth } from "../src/model/oauth.ts";
import type { Proxy } from "../src/model/proxy.ts";
import { readStatusPage, type ProviderIncident } from "../src/mail/status-page.ts";
import { get, type GetFailure, type GetOutcome } from "../src/net/get.ts";
import { dropToken, tokenFor } from "../src/net/oauth-token.ts";

/** Microsoft gives 100 issues a page; a tenant has some dozens that are open. */
const maxPages = 5;
const maxBytes = 4 * 1024 * 1024;
const timeoutMs = 20_000;

interface Given {
  /** `…/admin/serviceAnnouncement/healthOverviews` */
  readonly url: string;
  readonly oauth: OAuth;
  readonly proxy: Proxy | undefined;
}

/** The health of the tenant's services, or why it is not known: `credential` gives no token, `answered` by another status. */
export type Health =
  | { readonly kind: "read"; readonly incidents: readonly ProviderIncident[] }
  | { readonly kind: "credential"; readonly reason: string }
  | { readonly kind: "answered"; readonly status: number; readonly retryAfter: string }
  /** Without a failure: it was answered, and is no health of services. */
  | { readonly kind: "unread"; readonly reason: string; readonly failure?: GetFailure };

const pageSchema = z.object({ "@odata.nextLink": z.string().max(4_000).optional() });

/**
 * What Microsoft Graph says of the health of each service, and the issues that are open, by a token of the company's own credential
 * (application permission ServiceHealth.Read.All; https://learn.microsoft.com/graph/api/serviceannouncement-list-healthoverviews).
 * @throws SecretError when the secret cannot be read
 */
export async function readHealth(ctx: CheckContext, given: Given, signal: AbortSignal): Promise<Health> {
  const { ask, authorities, now, note } = ctx;
  const { url, oauth, proxy } = given;
  // One token for all mailboxes of the tenant.
  const found = await tokenFor(oauth, "", { ask, authorities, now, proxy });
  if (!("token" in found)) return { kind: "credential", reason: found.reason };
  const overviews = await readPages(ctx, given, { signal, token: found.token, from: url });
  if (overviews.kind !== "read") {
    if (overviews.kind === "answered" && overviews.status === 401) dropToken(oauth, "", found.token, now());
    return overviews;
  }
  const open = url.replace(/\/healthOverviews.*$/i, "/issues?$filter=isResolved%20eq%20false&$top=100");
  const issues = open === url ? undefined : await readPages(ctx, given, { signal, token: found.token, from: open });
  if (issues === undefined || issues.kind !== "read") {
    note("the issues cannot be read, so the services alone are told");
    return overviews;
  }
  const told = new Set(issues.incidents.flatMap(({ services }) => services));
  const silent = overviews.incidents.filter(({ services }) => !services.some((service) => told.has(service)));
  return { kind: "read", incidents: [...issues.incidents, ...silent] };
}

interface Pages {
  readonly signal: AbortSignal;
  readonly token: string;
  readonly from: string;
}

async function readPages(ctx: CheckContext, { proxy }: Given, { signal, token, from }: Pages): Promise<Health> {
  const { ask, isPublic, authorities, note } = ctx;
  const incidents: ProviderIncident[] = [];
  let url: string | undefined = from;
  for (let page = 0; page < maxPages && url !== undefined; page += 1) {
    const got: GetOutcome = await get({
      url,
      ask,
      isPublic,
      authorities,
      signal,
      maxBytes,
      timeoutMs,
      // The token goes nowhere else.
      redirects: 0,
      accept: "application/json",
      authorization: `Bearer ${token}`,
      ...(proxy === undefined ? {} : { proxy }),
    });
    signal.throwIfAborted();
    if (got.kind === "failed") return { kind: "unread", reason: got.text, failure: got.failure };
    if (got.status !== 200) return { kind: "answered", status: got.status, retryAfter: got.headers["retry-after"] ?? "" };
    const read = readStatusPage("graph", { url, text: got.body, now: ctx.now() });
    if (read === undefined) return { kind: "unread", reason: "it cannot be read" };
    incidents.push(...read);
    url = nextOf(got.body, from);
    if (url !== undefined && page === maxPages - 1) note(`${from}: there are more than ${maxPages} pages; the rest is not read`);
  }
  return { kind: "read", incidents };
}

/** Where the next page is; only at the server and below the folder that the token is meant for. */
function nextOf(body: string, from: string): string | undefined {
  const next = pageSchema.safeParse(JSON.parse(body)).data?.["@odata.nextLink"];
  const [wanted, found] = [new URL(from), next === undefined ? null : URL.parse(next)];
  return found?.origin === wanted.origin && found.pathname === wanted.pathname ? found.href : undefined;
}
