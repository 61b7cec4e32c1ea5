import { z } from "zod";
import { defineCheck, explain } from "../src/model/check.ts";
import type { Ask } from "../src/model/dns.ts";
import { findMailServers, type MailServer, type Search } from "../src/model/provider.ts";

const server = z.strictObject({ host: z.string(), port: z.int().min(1).max(65_535), security: z.enum(["tls", "starttls"]) });

type Found = Extract<Search, { readonly kind: "found" }>;

const named = ({ host, port }: MailServer): string => `${host}:${port}`;

/**
 * Where DNS told at first where the passwords of a domain go, this looks whether it still says so. Passwords go on going to
 * the pinned servers whatever this finds.
 */
export default defineCheck({
  id: "dns-provider",
  title: { en: "Mail servers by DNS", zh: "DNS 指向的邮件服务器" },
  measures: "posture",
  answers: "trusted",
  every: 15 * 60_000,
  deadline: 45_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 20_000 },
  options: z.strictObject({
    domain: z
      .string()
      .min(1)
      .meta(explain({ en: "The mail domain, such as example.com", zh: "邮件域名，例如 example.com" })),
    /** From the plan: where passwords are sent. */
    pinned: z.strictObject({ provider: z.string(), imap: server, smtp: server }),
    /** From the presets: the providers that are recognised by their MX. */
    known: z.array(z.strictObject({ id: z.string(), mxSuffixes: z.array(z.string()), imap: server, smtp: server })),
  }),
  findings: {
    "provider-changed": {
      severity: "critical",
      cause: "mx-changed",
      text: {
        en: "DNS now names other mail servers for {domain}: {found} ({because}) instead of {pinned}",
        zh: "{domain} 的 DNS 现在指向其他邮件服务器：{found}（{because}），原为 {pinned}",
      },
      advice: {
        en: "If your company moved its mail, run: mailvigil plan --accept. If nobody moved it, have the DNS records checked at once: somebody may be redirecting your mail. Passwords go on going to {pinned} only.",
        zh: "若公司确实更换了邮件服务，请运行 mailvigil plan --accept。若无人更换，请立即核查 DNS 记录：邮件可能正被他人转走。在此之前，密码只会发往 {pinned}。",
      },
      source: "RFC 6186 section 6: who can change the DNS can lead a mail program to any server",
    },
    "provider-unanswered": {
      severity: "unknown",
      text: {
        en: "Whether the mail servers of {domain} are still the same could not be found out: {reason}",
        zh: "无法确认 {domain} 的邮件服务器是否有变：{reason}",
      },
      advice: {
        en: "Look at the MX check of the domain and at the resolver of this machine.",
        zh: "请查看该域名的 MX 检查，以及本机的 DNS 解析。",
      },
      source: "A failed question says nothing about the servers",
    },
  },
  metrics: {},
  target: ({ domain }) => domain,

  async run(ctx, { domain, pinned, known }, signal) {
    const isPinned = ({ servers }: Found): boolean =>
      (["imap", "smtp"] as const).every(
        (kind) => named(pinned[kind]) === named(servers[kind]) && pinned[kind].security === servers[kind].security,
      );
    const first = await findMailServers(domain, known, ctx.ask, signal);
    const isSame = first.kind === "found" && isPinned(first);
    // Where a record seems to be gone, the next one counts: that has to be sure before anybody is told of other servers.
    const confirming: Ask = (name, type, options) => ctx.ask(name, type, { ...options, confirm: true });
    const search = isSame ? first : await findMailServers(domain, known, confirming, signal);
    if (search.kind !== "found") {
      ctx.note(search.seen);
      return { findings: [{ code: "provider-unanswered", data: { domain, reason: search.seen } }] };
    }
    const { imap, smtp, because, provider } = search.servers;
    ctx.note(`${because}: ${provider}, IMAP ${named(imap)}, SMTP ${named(smtp)}`);
    if (isPinned(search)) return { findings: [] };
    const data = {
      domain,
      because,
      found: `${named(imap)}, ${named(smtp)}`,
      pinned: `${named(pinned.imap)}, ${named(pinned.smtp)}`,
    };
    return { findings: [{ code: "provider-changed", data }] };
  },
});
