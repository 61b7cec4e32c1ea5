import { z } from "zod";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import { isOAuth, type OAuth } from "../src/model/oauth.ts";
import { proxyName } from "../src/model/proxy.ts";
import { type ProviderIncident, readStatusPage, statusFormats } from "../src/mail/status-page.ts";
import { get, type GetFailure } from "../src/net/get.ts";
import { proxyOption } from "../src/net/proxy-option.ts";
import { secretOption } from "../src/net/secret-option.ts";
import { readHealth } from "./provider-status.graph.ts";
import { statusFindings } from "./provider-status.texts.ts";

type Code = keyof typeof statusFindings;
type Found = FoundFinding<Code>;

/** Names of mail services, and of their parts, as providers write them in their languages. */
const mailWords = [
  "mail",
  "exchange",
  "outlook",
  "smtp",
  "imap",
  "pop3",
  "邮件",
  "邮箱",
  "企业邮",
  "郵件",
  "信箱",
  "メール",
  "메일",
  "correo",
  "courriel",
  "posta elettronica",
  "poczta",
  "почт",
];
/** Those hold such a word, and are about calls. */
const otherWords = /voice ?mails?|语音(?:邮件|信箱|留言)|ボイスメール/gi;

const optionsSchema = z
  .strictObject({
    provider: z
      .string()
      .min(1)
      .max(100)
      .meta(explain({ en: "How the provider is called in findings", zh: "结论中如何称呼该服务商" })),
    url: z.httpUrl().meta(
      explain({
        en: "Where it publishes its state: for a Statuspage the address of its summary.json",
        zh: "它公布状态的网址；Statuspage 请写 summary.json 的地址",
      }),
    ),
    format: z.enum(statusFormats).meta(
      explain({
        en: "google: incidents.json of Google Workspace. statuspage: Statuspage API v2. graph: service health of Microsoft Graph. feed: RSS or Atom",
        zh: "google：Google Workspace 的 incidents.json。statuspage：Statuspage API v2。graph：Microsoft Graph 服务运行状况。feed：RSS 或 Atom",
      }),
    ),
    services: z
      .array(z.string().min(1))
      .max(50)
      .default(mailWords)
      .meta(
        explain({
          en: "Parts of the names of services that count, in any case; incidents of others are left out. An empty list: all of them",
          zh: "服务名称中包含这些文字的才计入，不分大小写；其余服务的事件不计。空列表表示全部计入",
        }),
      ),
    token: secretOption
      .optional()
      .meta(explain({ en: "Where the access token is kept, for graph", zh: "访问令牌的来源，用于 graph" })),
    oauth: z
      .custom<OAuth>(
        (value) => isOAuth(value) && (value.kind === "microsoft365" || value.kind === "microsoft365-china"),
        "must be a credential of Microsoft 365",
      )
      .optional()
      .meta(
        explain({
          en: "The entry of credentials that gets tokens for Microsoft Graph, for graph (with the permission ServiceHealth.Read.All)",
          zh: "用来取得 Microsoft Graph 令牌的凭据，用于 graph（需要 ServiceHealth.Read.All 权限）",
        }),
      ),
    proxy: proxyOption.optional(),
    blockedInChina: z
      .boolean()
      .default(false)
      .meta(
        explain({
          en: "The page is out of reach from mainland China: that it cannot be reached is told as a blocked path",
          zh: "该网页在中国大陆无法直接访问：连不上时按路径不通处理",
        }),
      ),
  })
  .refine(({ oauth, format, token }) => oauth === undefined || (format === "graph" && token === undefined), {
    path: ["oauth"],
    error: "belongs to the format graph, in place of token",
  })
  .refine(({ url, token, oauth }) => (token ?? oauth) === undefined || url.startsWith("https:"), {
    path: ["url"],
    error: "must begin with https:// where a token is sent",
  });
type Options = z.output<typeof optionsSchema>;

const maxBytes = 4 * 1024 * 1024;
const timeoutMs = 20_000;
const maxTold = 5;

const codes: Readonly<Record<ProviderIncident["grade"], Code>> = {
  outage: "provider-outage",
  trouble: "provider-trouble",
  notice: "provider-notice",
};
const order = ["outage", "trouble", "notice"];

/** What the provider itself says about its mail service. Whether mail works is for other checks: pages are late, and gloss over. */
export default defineCheck({
  id: "provider-status",
  title: { en: "Status page of the provider", zh: "服务商状态页" },
  measures: "posture",
  answers: "receive",
  every: 900_000,
  deadline: 45_000,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  options: optionsSchema,
  findings: statusFindings,
  metrics: {
    incidents: {
      label: { en: "open incidents", zh: "未结束的事件" },
      help: "Incidents of the mail service that the provider says are open",
      unit: "none",
    },
  },
  target: ({ url }) => hostOf(url),
  load: ({ url }) => ({ host: hostOf(url) }),

  async run(ctx, options, signal) {
    const wait = waitIn(ctx);
    if (wait !== undefined) return { findings: [unread(options, `it asks to be left alone for ${wait} s`)] };
    const page = await readPage(ctx, options, signal);
    if ("code" in page) {
      const { retryAfter, ...found } = page;
      return { findings: [found], ...(retryAfter === undefined ? {} : { memory: { notBefore: ctx.now() + retryAfter } }) };
    }
    const about = page.incidents.filter((incident) => counts(incident, options.services));
    ctx.note(`${options.url}: ${page.incidents.length} open, ${about.length} of them about mail`);
    const worst = about.toSorted((a, b) => order.indexOf(a.grade) - order.indexOf(b.grade));
    return {
      findings: worst.slice(0, maxTold).map((incident) => told(incident, options)),
      metrics: { incidents: about.filter(({ grade }) => grade !== "notice").length },
    };
  },
});

const hostOf = (url: string): string => URL.parse(url)?.hostname ?? url;

const maxWaitMs = 6 * 3_600_000;

/** The time that a busy server named (RFC 9110 section 10.2.3), in milliseconds; undefined where it named none. */
function retryAfterOf(status: number, header: string, now: number): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, maxWaitMs) : undefined;
}

/** How many seconds it asked to be left alone for, as far as they are not over. */
function waitIn({ memory, now }: CheckContext): number | undefined {
  const until = remembered.safeParse(memory).data?.notBefore ?? 0;
  const left = until - now();
  return left > 0 && left <= maxWaitMs ? Math.ceil(left / 1000) : undefined;
}
const remembered = z.object({ notBefore: z.number() });

const unread = ({ provider, url }: Options, reason: string, code: Code = "status-unread"): Found => ({
  code,
  data: { provider, page: url, reason },
});

/** How a blocked path looks; what was answered was not blocked. */
const cutOff: ReadonlySet<GetFailure | undefined> = new Set<GetFailure>(["timeout", "refused", "other"]);

function unreached(options: Options, failure: GetFailure | undefined, reason: string): Found {
  const { url, proxy, blockedInChina } = options;
  const data = { host: hostOf(url), reason };
  if (failure === "proxy" && proxy !== undefined) return { code: "proxy-failed", data: { ...data, proxy: proxyName(proxy) } };
  return blockedInChina && proxy === undefined && cutOff.has(failure) ? { code: "path-blocked", data } : unread(options, reason);
}

type Page = (Found & { readonly retryAfter?: number }) | { readonly incidents: readonly ProviderIncident[] };

async function readPage(ctx: CheckContext, options: Options, signal: AbortSignal): Promise<Page> {
  const { url, format, token, oauth, proxy } = options;
  if (oauth !== undefined) return readGraph(ctx, { ...options, oauth }, signal);
  const { ask, isPublic, authorities } = ctx;
  const got = await get({
    url,
    ask,
    isPublic,
    authorities,
    signal,
    maxBytes,
    timeoutMs,
    // A token goes to the place that was named for it and to no other, and a page leads nobody around behind a proxy.
    redirects: token === undefined && proxy === undefined ? 3 : 0,
    accept: format === "feed" ? "application/atom+xml, application/rss+xml, application/xml;q=0.9" : "application/json",
    ...(token === undefined ? {} : { authorization: `Bearer ${await token.reveal()}` }),
    ...(proxy === undefined ? {} : { proxy }),
  });
  signal.throwIfAborted();
  if (got.kind === "failed") return unreached(options, got.failure, got.text);
  const { status, body } = got;
  if (token !== undefined && (status === 401 || status === 403)) return unread(options, `status ${status}`, "status-refused");
  if (status !== 200) return answered(ctx, options, { status, retryAfter: got.headers["retry-after"] ?? "" });
  const incidents = readStatusPage(format, { url: got.url, text: body, now: ctx.now() });
  return incidents === undefined ? unread(options, "it cannot be read") : { incidents };
}

async function readGraph(ctx: CheckContext, options: Options & { readonly oauth: OAuth }, signal: AbortSignal): Promise<Page> {
  const { provider, oauth, url, proxy } = options;
  const health = await readHealth(ctx, { url, oauth, proxy }, signal);
  if (health.kind === "read") return health;
  if (health.kind === "unread") return unreached(options, health.failure, health.reason);
  if (health.kind === "credential")
    return { code: "status-no-token", data: { provider, credential: oauth.name, reason: health.reason } };
  const { status } = health;
  // The credential is for mail: that it may not read the health of the service is nobody's fault.
  if (status === 403) return { code: "status-not-granted", data: { provider, credential: oauth.name } };
  return status === 401 ? unread(options, "status 401", "status-refused") : answered(ctx, options, health);
}

function answered(
  { now, note }: CheckContext,
  options: Options,
  { status, retryAfter }: { readonly status: number; readonly retryAfter: string },
): Page {
  note(`${options.url}: status ${status}${retryAfter === "" ? "" : `, Retry-After: ${retryAfter}`}`);
  const wait = retryAfterOf(status, retryAfter, now());
  return { ...unread(options, `status ${status}`), ...(wait === undefined ? {} : { retryAfter: wait }) };
}

/** By the services that it names; an incident that names none is known by its title. */
function counts({ services, title }: ProviderIncident, wanted: readonly string[]): boolean {
  const names = (services.length > 0 ? services : [title]).map((name) => name.replaceAll(otherWords, "").toLowerCase());
  return wanted.length === 0 || names.some((name) => wanted.some((word) => name.includes(word.toLowerCase())));
}

function told(incident: ProviderIncident, { provider, services: wanted }: Options): Found {
  const { title, services, since, link, grade, word } = incident;
  const mail = services.filter((name) => counts({ ...incident, services: [name] }, wanted));
  return {
    code: codes[grade],
    data: {
      provider,
      service: mail.slice(0, 3).join(", ") || provider,
      title: title || link,
      since: since === undefined ? "–" : `${new Date(since).toISOString().slice(0, 16).replace("T", " ")} UTC`,
      word: word || "–",
      link,
    },
  };
}
