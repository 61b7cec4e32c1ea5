import { getDomain } from "tldts";
import { z } from "zod";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import { proxyName } from "../src/model/proxy.ts";
import { mailServices, type MailService, servicesOfClient, servicesOfMx } from "../src/mail/mail-services.ts";
import { decodeText } from "../src/net/decode.ts";
import { get, type GetFailure, type GetOutcome } from "../src/net/get.ts";
import { proxyOption } from "../src/net/proxy-option.ts";
import { certificateProblem } from "../src/net/tls.ts";
import { webmailFindings } from "./webmail-login-page.texts.ts";

type Code = keyof typeof webmailFindings;
type Found = FoundFinding<Code>;

const hostNames = z.array(
  z
    .string()
    .min(1)
    .transform((name) => name.toLowerCase()),
);

const optionsSchema = z.strictObject({
  url: z.httpUrl().meta(explain({ en: "The page where people log in", zh: "登录页面的网址" })),
  text: z
    .string()
    .min(1)
    .optional()
    .meta(explain({ en: "What must be on the page, such as the company's name", zh: "页面上必须出现的文字，例如公司名称" })),
  form: z
    .boolean()
    .default(true)
    .meta(
      explain({
        en: "The page must have a field for a password. false for pages that a script makes, or that ask for the name first",
        zh: "页面必须有密码输入框；由脚本生成登录框，或先只问用户名的页面写 false",
      }),
    ),
  domain: z
    .string()
    .min(1)
    .optional()
    .meta(
      explain({
        en: "The mail domain whose MX says which provider has the mail now; left out: that of url",
        zh: "邮件域名，由其 MX 得知现在的服务商；不写则取 url 的域名",
      }),
    ),
  hosts: hostNames
    .max(20)
    .default([])
    .meta(explain({ en: "Other hosts that a redirect may end at, with all below them", zh: "允许跳转到的其他主机（含其下级）" })),
  former: hostNames
    .max(20)
    .default([])
    .meta(
      explain({
        en: "Hosts of a former provider: a redirect that ends there, or below, is critical",
        zh: "以前服务商的主机：跳转到它或其下级即为故障",
      }),
    ),
  proxy: proxyOption.optional(),
  slow: z
    .number()
    .positive()
    .max(20)
    .default(5)
    .meta(explain({ en: "Seconds from which on the page is called slow", zh: "超过多少秒算慢" })),
});
type Options = z.output<typeof optionsSchema>;

const maxBytes = 1024 * 1024;
const timeoutMs = 25_000;
const httpTimeoutMs = 8_000;
const maxRedirects = 6;
/** Where providers let people log in, besides the hosts that mail programs talk to. From their own pages, read 2026-11-22. */
const loginHosts: Readonly<Record<string, readonly string[]>> = {
  "Microsoft 365": ["microsoftonline.com", "live.com", "microsoft.com", "cloud.microsoft"],
  "Microsoft 365 (21Vianet)": ["partner.microsoftonline.cn"],
  "Tencent Exmail": ["work.weixin.qq.com"],
  NetEase: ["mail.163.com"],
};
/** As far as a tag may reach: unbounded, a page of nothing but tags that never end would take minutes. */
const passwordField = /<input\b[^>]{0,1000}?\btype\s*=\s*["']?password\b/i;

/** Opens the page where people log in, as a browser does, and sends nothing: no name, no password, no cookie. */
export default defineCheck({
  id: "webmail-login-page",
  title: { en: "Webmail", zh: "网页邮箱" },
  measures: "service",
  answers: "read",
  every: 300_000,
  deadline: 60_000,
  confirm: { bad: [3, 4], good: 1, recheckMs: 20_000 },
  options: optionsSchema,
  findings: webmailFindings,
  metrics: {
    page: { label: { en: "page", zh: "打开页面" }, help: "Time until the page was there, redirects included", unit: "seconds" },
  },
  target: ({ url }) => hostOf(url),
  load: ({ url }) => ({ host: hostOf(url) }),

  async run(ctx, options, signal) {
    const began = performance.now();
    const got = await getPage(ctx, options, { url: options.url, within: timeoutMs }, signal);
    const seconds = (performance.now() - began) / 1000;
    ctx.note(got.kind === "failed" ? got.text : `${got.url}: ${got.status}, ${got.body.length} bytes, ${seconds.toFixed(1)} s`);
    if (got.kind === "failed") return { findings: [failure(got, options)] };
    const findings = [
      ...(await judgePlace(ctx, got.url, options, signal)),
      ...judgePage(got.status, decodeText(Buffer.from(got.body, "latin1")), options),
    ];
    if (seconds >= options.slow) findings.push({ code: "webmail-slow", data: { url: options.url, seconds: seconds.toFixed(1) } });
    return { findings: [...findings, ...(await judgeHttp(ctx, options, signal))], metrics: { page: seconds } };
  },
});

const hostOf = (url: string): string => URL.parse(url)?.hostname.toLowerCase() ?? url;

async function getPage(
  ctx: CheckContext,
  { proxy }: Options,
  { url, within }: { readonly url: string; readonly within: number },
  signal: AbortSignal,
): Promise<GetOutcome> {
  const { ask, isPublic, authorities } = ctx;
  const accept = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";
  const limits = { maxBytes, timeoutMs: within, redirects: maxRedirects, bodyAs: "latin1" } as const;
  const got = await get({
    url,
    ask,
    isPublic,
    authorities,
    signal,
    accept,
    ...limits,
    ...(proxy === undefined ? {} : { proxy }),
  });
  signal.throwIfAborted();
  return got;
}

/** Those whose presets say that the way to them is blocked in mainland China. */
const blockedServices: ReadonlySet<string> = new Set(["Google Workspace"]);
const cutOff: ReadonlySet<GetFailure> = new Set<GetFailure>(["timeout", "refused", "other"]);

function failure(got: Extract<GetOutcome, { kind: "failed" }>, { url, proxy }: Options): Found {
  const { peer, to = "" } = got;
  const data = { url, host: hostOf(url), reason: got.text };
  if (got.failure === "proxy")
    return { code: "proxy-failed", data: { ...data, proxy: proxy === undefined ? "" : proxyName(proxy) } };
  const isBlocked = servicesAt(data.host).some(({ name }) => blockedServices.has(name));
  if (isBlocked && proxy === undefined && cutOff.has(got.failure)) return { code: "path-blocked", data };
  if (got.failure === "certificate") {
    const intercepted = certificateProblem(peer?.problem) === "intercepted";
    return { code: intercepted ? "webmail-unjudged" : "webmail-certificate", data: { ...data, problem: peer?.problem ?? "" } };
  }
  if (got.failure === "redirect") {
    return to.startsWith("http:") ? { code: "webmail-plain", data: { ...data, where: to } } : { code: "webmail-loop", data };
  }
  const unknown = got.failure === "resolve-failed" || got.failure === "not-public";
  return { code: unknown ? "webmail-unjudged" : "webmail-unreachable", data };
}

const isBelow = (host: string, names: readonly string[]): boolean =>
  names.some((name) => host === name || host.endsWith(`.${name}`));

/** Where the redirects ended, against where the mail is. */
async function judgePlace(ctx: CheckContext, final: string, options: Options, signal: AbortSignal): Promise<readonly Found[]> {
  const { url, hosts, former } = options;
  if (final.startsWith("http:")) return [{ code: "webmail-plain", data: { url, where: final } }];
  const host = hostOf(final);
  const from = hostOf(url);
  const domain = options.domain ?? getDomain(from) ?? from;
  const elsewhere = (service: string): readonly Found[] => [{ code: "webmail-elsewhere", data: { url, host, domain, service } }];
  if (isBelow(host, former)) return elsewhere(host);
  if (isBelow(host, hosts) || (getDomain(host) ?? host) === (getDomain(from) ?? from)) return [];
  const there = servicesAt(host);
  const [first] = there;
  if (first === undefined) return [{ code: "webmail-redirected", data: { url, host, domain } }];
  // The page of a provider that leads to another one's, or the page of a domain whose mail is with another one.
  const atHome = servicesAt(from);
  const now = atHome.length > 0 ? atHome : await servicesNow(ctx, domain, signal);
  return now.length === 0 || there.some((one) => now.includes(one)) ? [] : elsewhere(first.name);
}

const servicesAt = (host: string): readonly MailService[] => [
  ...servicesOfClient(host, mailServices),
  ...mailServices.filter(({ name }) => isBelow(host, loginHosts[name] ?? [])),
];

/** Who has the mail of a domain, by its MX; nobody known where a filter stands before it or DNS does not answer. */
async function servicesNow(ctx: CheckContext, domain: string, signal: AbortSignal): Promise<readonly MailService[]> {
  const mx = await ctx.ask(domain, "MX", { signal });
  if (mx.outcome === "failed") return [];
  return servicesOfMx(
    mx.records.map(({ exchange }) => exchange.toLowerCase()),
    mailServices,
  );
}

function judgePage(status: number, page: string, { url, text, form }: Options): readonly Found[] {
  // It asks for the password itself (RFC 9110 section 11.6.1).
  if (status === 401) return [];
  // Gates against robots; what people see is not known.
  if (status === 403 || status === 429) return [{ code: "webmail-unjudged", data: { url, reason: `status ${status}` } }];
  if (status < 200 || status >= 300) return [{ code: "webmail-status", data: { url, status } }];
  if (text !== undefined && !page.includes(text)) return [{ code: "webmail-text-missing", data: { url, wanted: text } }];
  return form && !passwordField.test(page) ? [{ code: "webmail-form-missing", data: { url } }] : [];
}

/** Most people type no scheme. A host that has nothing at port 80 is as good as one that leads to https. */
async function judgeHttp(ctx: CheckContext, options: Options, signal: AbortSignal): Promise<readonly Found[]> {
  const { url } = options;
  const parsed = URL.parse(url);
  if (parsed?.protocol !== "https:" || parsed.port !== "") return [];
  const where = `http://${parsed.host}/`;
  const got = await getPage(ctx, options, { url: where, within: httpTimeoutMs }, signal);
  ctx.note(got.kind === "failed" ? got.text : `${where} → ${got.url}: ${got.status}`);
  const stays = got.kind === "answer" && got.url.startsWith("http:") && got.status >= 200 && got.status < 300;
  return stays ? [{ code: "webmail-http-open", data: { url, where: got.url } }] : [];
}
