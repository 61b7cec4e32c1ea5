import { getDomain } from "tldts";
import { z } from "zod";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import { DialError } from "../src/model/connection.ts";
import type { DnsAnswer } from "../src/model/dns.ts";
import { readAutoconfig } from "../src/mail/autoconfig.ts";
import { clientServices } from "../src/mail/client-services.ts";
import { type MailService, mailServices, servicesOfClient, servicesOfMx } from "../src/mail/mail-services.ts";
import { listed } from "../src/mail/txt-answer.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { domainOption, receivesOption } from "../src/net/domain-option.ts";
import { get } from "../src/net/get.ts";
import { certificateProblem } from "../src/net/tls.ts";
import { seePeer } from "../src/net/tls-look.ts";
import { autoconfigFindings } from "./dns-autoconfig.texts.ts";

type Found = FoundFinding<keyof typeof autoconfigFindings>;

const server = z.object({ host: z.string() });

const optionsSchema = z.strictObject({
  domain: domainOption,
  receives: receivesOption,
  /** From the presets: providers besides those of src/mail/mail-services.ts. */
  known: z.array(z.object({ id: z.string(), mxSuffixes: z.array(z.string()), imap: server, smtp: server })).default([]),
  directory: z
    .boolean()
    .default(true)
    .meta(
      explain({
        en: "Ask Mozilla's directory of providers where the domain itself says nothing",
        zh: "域名自己没有公布时，到 Mozilla 的服务商目录中查找",
      }),
    ),
});

/** `tls`: from the first byte, at this port. The last is of [MS-OXDISCO]. */
const services: readonly { readonly name: string; readonly tls: number | undefined }[] = [
  ...clientServices.map(({ name, port, protocol }) => ({ name, tls: protocol === "tls" ? port : undefined })),
  { name: "_autodiscover._tcp", tls: undefined },
];

const directoryUrl = "https://autoconfig.thunderbird.net/v1.1/";
const maxBytes = 64 * 1024;
const pageTimeoutMs = 5_000;
const maxRedirects = 2;
const maxTargets = 6;

/** What mail programs are told about a domain when somebody types an address: SRV records, autoconfig and autodiscover. */
export default defineCheck({
  id: "dns-autoconfig",
  title: { en: "Set-up of mail programs", zh: "邮件客户端自动配置" },
  measures: "posture",
  answers: "trusted",
  every: 6 * 3_600_000,
  deadline: 60_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: optionsSchema,
  findings: autoconfigFindings,
  metrics: {
    ways: { label: { en: "ways", zh: "配置途径" }, help: "Ways by which a mail program finds its servers", unit: "none" },
  },
  target: ({ domain }) => domain,

  async run(ctx, options, signal) {
    const domain = asciiName(options.domain) ?? options.domain;
    const mx = await ctx.ask(domain, "MX", { signal });
    if (mx.outcome === "failed") return { findings: [unanswered(domain, [mx])] };
    // Resolvers turn the records round; the preferred server is the one to name.
    const ordered = mx.records.toSorted((a, b) => a.priority - b.priority || a.exchange.localeCompare(b.exchange));
    const exchanges = ordered.map(({ exchange }) => exchange.toLowerCase()).filter((name) => name !== "");
    // The null MX, and a domain that is not to receive: nobody sets up a mailbox there.
    if (!options.receives || (mx.records.length > 0 && exchanges.length === 0)) return { findings: [], nothing: true };

    const known = [
      ...mailServices,
      ...options.known.map(({ id, mxSuffixes, imap, smtp }) => ({ name: id, mx: mxSuffixes, clients: [imap.host, smtp.host] })),
    ];
    const [srv, pages, discover] = await Promise.all([
      srvRecords(ctx, domain, signal),
      mozillaPages(ctx, domain, signal),
      addressesOf(ctx, `autodiscover.${domain}`, signal),
    ]);
    const failed = [...srv.failed, ...pages.failed, ...discover.failed];
    const leads: Lead[] = [
      ...srv.leads,
      ...pages.leads,
      ...discover.aliases.map((host) => ({ by: `CNAME autodiscover.${domain}`, host })),
    ];
    for (const { by, host } of leads) ctx.note(`${by} → ${host}`);
    const ways = Number(srv.leads.length > 0) + Number(pages.found) + Number(discover.addresses.length > 0);
    const findings = [
      ...strangers(domain, { exchanges, leads, known }),
      ...pages.findings,
      ...(await deadTargets(ctx, domain, srv.targets, signal)),
      ...(await wrongCertificates(ctx, srv.targets, signal)),
    ];
    if (failed.length > 0) findings.push(unanswered(domain, failed));
    else if (ways === 0) findings.push(await nothingFound(ctx, domain, { exchanges, ...options }, signal));
    return { findings, metrics: { ways } };
  },
});

/** Where something leads a mail program. */
interface Lead {
  readonly by: string;
  readonly host: string;
}

/** Where mail programs look for a host: by IPv4, or by IPv6 where it is reached by that alone. */
interface Addresses {
  readonly addresses: readonly string[];
  readonly aliases: readonly string[];
  /** Where there is no address: what was not answered. */
  readonly failed: readonly DnsAnswer[];
}

async function addressesOf(ctx: CheckContext, name: string, signal: AbortSignal): Promise<Addresses> {
  const v4 = await ctx.ask(name, "A", { signal });
  const enough = v4.outcome === "nxdomain" || v4.records.some(ctx.isPublic);
  const answers = enough ? [v4] : [v4, await ctx.ask(name, "AAAA", { signal })];
  const addresses = answers.flatMap(({ records }) => records);
  const failed = addresses.length > 0 ? [] : answers.filter(({ outcome }) => outcome === "failed").slice(0, 1);
  return { addresses, aliases: answers.find(({ aliases }) => aliases.length > 0)?.aliases ?? [], failed };
}

interface Target {
  readonly service: string;
  readonly host: string;
  readonly port: number;
  readonly tls: number | undefined;
}

async function srvRecords(ctx: CheckContext, domain: string, signal: AbortSignal) {
  const answers = await Promise.all(services.map(({ name }) => ctx.ask(`${name}.${domain}`, "SRV", { signal })));
  const targets = answers.flatMap((answer, index): readonly Target[] =>
    answer.records
      // A single "." says that the service is not offered (RFC 2782).
      .filter(({ name }) => name !== "")
      .toSorted((a, b) => a.priority - b.priority)
      .slice(0, 2)
      .map(({ name, port }) => ({
        service: services[index]?.name ?? "",
        host: name.toLowerCase(),
        port,
        tls: services[index]?.tls,
      })),
  );
  const leads = targets.map(({ service, host }) => ({ by: `SRV ${service}.${domain}`, host }));
  return { targets, leads, failed: answers.filter(({ outcome }) => outcome === "failed") };
}

interface Pages {
  readonly leads: readonly Lead[];
  readonly findings: readonly Found[];
  readonly found: boolean;
  readonly failed: readonly DnsAnswer[];
}

/** Thunderbird asks these in this order, and the one without TLS where the others have nothing. */
async function mozillaPages(ctx: CheckContext, domain: string, signal: AbortSignal): Promise<Pages> {
  const path = `mail/config-v1.1.xml?emailaddress=postmaster%40${domain}`;
  const own = await addressesOf(ctx, `autoconfig.${domain}`, signal);
  const hasOwn = own.addresses.length > 0;
  const { failed } = own;
  const secure = [
    ...(hasOwn ? [`https://autoconfig.${domain}/${path}`] : []),
    `https://${domain}/.well-known/autoconfig/mail/config-v1.1.xml`,
  ];
  const aliases = own.aliases.map((host) => ({ by: `CNAME autoconfig.${domain}`, host }));
  const readings = await Promise.all(secure.map((url) => readPage(ctx, url, domain, signal)));
  let page = readings.find(({ kind }) => kind === "config") ?? readings.find(({ kind }) => kind === "bad");
  const findings: Found[] = [];
  if (page === undefined && hasOwn) {
    const open = await readPage(ctx, `http://autoconfig.${domain}/${path}`, domain, signal);
    if (open.kind === "config") {
      page = open;
      findings.push({ code: "autoconfig-http-only", data: { domain, url: open.url } });
    }
  }
  if (page === undefined) return { leads: aliases, findings, found: false, failed };
  if (page.kind !== "config") {
    findings.push({
      code: "autoconfig-unreadable",
      data: { domain, url: page.url, reason: page.kind === "bad" ? page.reason : "" },
    });
    return { leads: aliases, findings, found: false, failed };
  }
  const { servers, url } = page;
  const plain = [...new Set(servers.filter(({ security }) => security === "plain").map(({ host }) => host))];
  if (plain.length > 0) findings.push({ code: "autoconfig-plain", data: { domain, url, hosts: listed(plain) } });
  return { leads: [...aliases, ...servers.map(({ host }) => ({ by: url, host }))], findings, found: true, failed };
}

async function readPage(ctx: CheckContext, url: string, domain: string, signal: AbortSignal) {
  const { ask, isPublic, authorities } = ctx;
  const limits = { maxBytes, timeoutMs: pageTimeoutMs, redirects: maxRedirects };
  const outcome = await get({ url, ask, isPublic, authorities, signal, ...limits });
  signal.throwIfAborted();
  ctx.note(`${url}: ${outcome.kind === "failed" ? outcome.text : outcome.status}`);
  if (outcome.kind === "failed") return { kind: "failed" as const, url, reason: outcome.text };
  return { url, ...(outcome.status === 200 ? readAutoconfig(outcome.body, domain) : { kind: "other" as const }) };
}

interface Judged {
  readonly exchanges: readonly string[];
  readonly leads: readonly Lead[];
  readonly known: readonly MailService[];
}

/**
 * The service that has the mail, against the services that mail programs are led to. Where the mail passes a filter that is in no
 * list, nothing is said: the mailboxes behind it can be anywhere.
 */
function strangers(domain: string, { exchanges, leads, known }: Judged): Found[] {
  const now = servicesOfMx(exchanges, known);
  const elsewhere = leads.flatMap((lead) => {
    const service = servicesOfClient(lead.host, known);
    return service.length > 0 && !service.some((one) => now.includes(one)) ? [{ lead, name: service[0]?.name ?? "" }] : [];
  });
  const [first] = elsewhere;
  if (first === undefined) return [];
  const isOwn = exchanges.length > 0 && exchanges.every((host) => getDomain(host) === getDomain(domain));
  const where = listed([...new Set(elsewhere.map(({ lead }) => `${lead.by} → ${lead.host}`))]);
  const names = listed([...new Set(elsewhere.map(({ name }) => name))]);
  const data = { domain, where, former: names, exchanges: listed(exchanges) };
  if (now[0]) return [{ code: "points-to-former-provider", data: { ...data, provider: now[0].name } }];
  return isOwn ? [{ code: "points-elsewhere", data }] : [];
}

async function deadTargets(ctx: CheckContext, domain: string, targets: readonly Target[], signal: AbortSignal): Promise<Found[]> {
  const hosts = [...new Set(targets.map(({ host }) => host))].slice(0, maxTargets);
  const dead = await Promise.all(
    hosts.map(async (host) => {
      for (const type of ["A", "AAAA"] as const) {
        const { outcome, records } = await ctx.ask(host, type, { signal, confirm: true });
        if (outcome === "failed" || records.length > 0) return [];
      }
      return [host];
    }),
  );
  const hostless = dead.flat();
  if (hostless.length === 0) return [];
  const named = targets.filter(({ host }) => hostless.includes(host)).map(({ service }) => `${service}.${domain}`);
  return [{ code: "srv-dead", data: { domain, hosts: listed(hostless), records: listed([...new Set(named)]) } }];
}

/** RFC 6186 section 6: a mail program compares the certificate with the name that the SRV record gave. */
async function wrongCertificates(ctx: CheckContext, targets: readonly Target[], signal: AbortSignal): Promise<Found[]> {
  // Only the ports of mail programs: a zone must not send us to any other.
  const usual = targets.filter(({ tls, port }) => tls !== undefined && port === tls);
  const distinct = [...new Map(usual.map((target) => [`${target.host}:${target.port}`, target])).values()].slice(0, maxTargets);
  const wrong = await Promise.all(
    distinct.map(async ({ host, port }) => {
      const address = (await addressesOf(ctx, host, signal)).addresses.find(ctx.isPublic);
      if (address === undefined) return [];
      try {
        const answer = await seePeer(ctx, { host, port, protocol: "tls" }, address, signal);
        const problem = answer.kind === "secured" ? answer.peer.problem : undefined;
        ctx.note(`${host}:${port}: ${problem ?? "accepted"}`);
        return problem !== undefined && certificateProblem(problem) === "wrong-host" ? [`${host}:${port}`] : [];
      } catch (error) {
        if (!(error instanceof DialError) || error.failure === "aborted") throw error;
        ctx.note(error.message);
        return [];
      }
    }),
  );
  const hosts = wrong.flat();
  return hosts.length === 0 ? [] : [{ code: "srv-certificate", data: { hosts: listed(hosts) } }];
}

interface Nothing {
  readonly exchanges: readonly string[];
  readonly known: readonly {
    readonly mxSuffixes: readonly string[];
    readonly imap: { readonly host: string };
    readonly smtp: { readonly host: string };
  }[];
  readonly directory: boolean;
}

async function nothingFound(
  ctx: CheckContext,
  domain: string,
  { exchanges, known, directory }: Nothing,
  signal: AbortSignal,
): Promise<Found> {
  const provider = known.find(({ mxSuffixes }) =>
    exchanges.some((host) => mxSuffixes.some((it) => host === it || host.endsWith(`.${it}`))),
  );
  const imap = provider?.imap.host ?? exchanges[0] ?? `mail.${domain}`;
  const smtp = provider?.smtp.host ?? imap;
  const record = `_imaps._tcp.${domain}. SRV 0 1 993 ${imap}. _submissions._tcp.${domain}. SRV 0 1 465 ${smtp}.`;
  if (!directory) return { code: "autoconfig-missing", data: { domain, record } };
  const page = await readPage(ctx, `${directoryUrl}${domain}`, domain, signal);
  if (page.kind === "failed") return { code: "directory-unreachable", data: { domain, reason: page.reason, record } };
  return page.kind === "config"
    ? { code: "autoconfig-directory", data: { domain, hosts: listed(page.servers.map(({ host }) => host)) } }
    : { code: "autoconfig-missing", data: { domain, record } };
}

const unanswered = (domain: string, failed: readonly DnsAnswer[]): Found => ({
  code: "autoconfig-unknown",
  data: { domain, name: `${failed[0]?.type ?? ""} ${failed[0]?.name ?? ""}`, reason: failed[0]?.failure?.text ?? "" },
});
