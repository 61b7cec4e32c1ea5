import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Document, isCollection, isScalar, visit } from "yaml";
import {
  blocklist,
  companyName,
  dkimSelector,
  dutyMailbox,
  hostOf,
  mailboxes,
  mailHosts,
  people,
  roles,
  webmailHost,
} from "./company.ts";
import { loopback } from "./listening.ts";

/** Where the servers of the demonstration listen. */
export interface Ports {
  readonly dns: number;
  readonly webmail: number;
  readonly registry: number;
  /** By domain: of all its exchanges. */
  readonly exchanges: ReadonlyMap<string, number>;
  /** By host name. */
  readonly imap: ReadonlyMap<string, number>;
  readonly smtp: ReadonlyMap<string, number>;
}

const introduction = `The demonstration company: written anew at every start, and all of it on this machine.
演示公司：每次启动都会重新生成，一切只在本机运行。

To watch your own mail, write a mailvigil.yaml of your own. Five lines are enough:
要看守自己的邮件，请自己写一个 mailvigil.yaml，五行就够：

settings: { timezone: Asia/Shanghai }
domains:
  - name: example.com
mailboxes:
  - { address: sales@example.com, password: { env: SALES_PASSWORD }, business: critical }
`;

/** Short, so that something is seen to happen; a real company is looked at every few minutes. */
const paces = {
  "dns-mx": "10s",
  "imap-login": "10s",
  "smtp-submission": "15s",
  "tls-certificate": "20s",
  "mail-roundtrip": "10s",
} as const;

/** Milliseconds between two mails of a round trip; the runs between them look for what is under way. */
const sendEvery = 20_000;

const override = (check: keyof typeof paces) => ({
  every: paces[check],
  confirm: { bad: [1, 1], good: 1, recheck: "5s" },
  ...(check === "mail-roundtrip" ? { options: { send_every: sendEvery } } : {}),
});

/** The two domains that are the company's own. */
const domains = [{ name: "example.com", business: "critical" }, { name: "example.net" }] as const;

/** Where the internet has one place for everybody, the demonstration has its own. */
const onLoopback = (domain: string, ports: Ports): readonly (readonly [id: string, words: object])[] => [
  [`${domain}/smtp-mx`, { every: "15s", options: { port: ports.exchanges.get(domain) } }],
  [
    `${domain}/dns-ptr`,
    { options: { helo: { [loopback]: mailHosts.find((host) => host.domain === domain)?.exchanges[0]?.host } } },
  ],
  [`${domain}/domain-expiry`, { options: { rdap: `http://${loopback}:${ports.registry}/` } }],
];

/** What the status page calls the mailbox that customers write to. */
const salesName = { en: "Sales mailbox", zh: "销售邮箱" };

/** The address pairs whose mail is sent and looked for. */
const routes: readonly { readonly from: string; readonly to: string }[] = [
  { from: "sales@example.com", to: "canary@partner.example" },
  { from: "canary@partner.example", to: "sales@example.com" },
];

/** Mail through the partner's server to a mailbox there. */
function dutyChannel(ports: Ports): object {
  const host = hostOf(dutyMailbox);
  return {
    type: "email",
    host: host?.smtp,
    port: ports.smtp.get(host?.smtp ?? ""),
    security: host?.submission,
    user: dutyMailbox,
    password: { file: secretPath(dutyMailbox) },
    from: dutyMailbox,
    to: [dutyMailbox],
  };
}

/**
 * The fault that comes first on the timetable begins one of them, at once. With the trigger of the template, each P1 that ends within
 * a minute would leave one more dismissed run: 144 a day.
 */
const sops = {
  "mail-down": { use: "mail-down", trigger: "off" },
  "shared-mailbox-down": { use: "shared-mailbox-down", trigger: { findings: ["imap-login/login-unavailable"] } },
  "sending-blocked": { use: "sending-blocked" },
};

function compose(ports: Ports): Record<string, unknown> {
  const webmail = { host: webmailHost, port: ports.webmail, protocol: "tls" };
  const ids: readonly (readonly [id: string, check: keyof typeof paces])[] = [
    ...domains.map(({ name }) => [name, "dns-mx"] as const),
    ...mailboxes.flatMap(({ address }) => [[address, "imap-login"] as const, [address, "smtp-submission"] as const]),
    ...routes.map(({ from, to }) => [`${from}~${to}`, "mail-roundtrip"] as const),
    [`${webmailHost}:${ports.webmail}`, "tls-certificate"],
  ];
  return {
    settings: {
      company: companyName,
      dns: { servers: [`${loopback}:${ports.dns}`], authority_port: ports.dns },
      tls: { ca: ["ca.pem"] },
      network: { public: ["127.0.0.0/8"] },
      self_tests: "off",
    },
    domains: domains.map((domain) => ({ ...domain, selectors: [dkimSelector] })),
    status_page: { public: true, components: [{ name: salesName, assets: ["sales@example.com"] }] },
    dnsbl: { built_in: false, lists: [blocklist] },
    mailboxes: mailboxes.map(({ address, business, role }) => {
      const host = hostOf(address);
      return {
        address,
        ...(business === undefined ? {} : { business }),
        ...(role === undefined ? {} : { role }),
        login: address,
        password: { file: secretPath(address) },
        imap: { host: host?.imap, port: ports.imap.get(host?.imap ?? ""), security: "tls" },
        smtp: { host: host?.smtp, port: ports.smtp.get(host?.smtp ?? ""), security: host?.submission },
        // Two round trips are enough to show what they are; others would follow from the partner by themselves.
        ...(host?.domain === "example.net" || address === "info@example.com" ? { off: ["mail-roundtrip"] } : {}),
      };
    }),
    routes: routes.map((route) => ({ ...route, late_after: "30s", lost_after: "5m" })),
    endpoints: [webmail],
    channels: { duty: dutyChannel(ports) },
    people,
    roles,
    sops,
    probes: Object.fromEntries([
      ...ids.map(([id, check]) => [`${id}/${check}`, override(check)] as const),
      ...domains.flatMap(({ name }) => onLoopback(name, ports)),
    ]),
  };
}

/** The keys whose value stands on one line, so that the file is short enough to be read. */
const onOneLine = new Set([
  "name",
  "assets",
  "dns",
  "tls",
  "lists",
  "selectors",
  "network",
  "password",
  "imap",
  "smtp",
  "off",
  "confirm",
  "options",
  "to",
  "li",
  "wang",
  "zhou",
  "it",
  "sales",
  "management",
  "mail-down",
  "shared-mailbox-down",
  "sending-blocked",
]);

/** Why something stands there that a company on the internet would not write, by its key. */
const reasons: Readonly<Record<string, string>> = {
  dns: `Its name servers listen at a port that needs no root, not at 53.
域名服务器监听无需 root 权限的端口，而不是 53。`,
  network: `To this company, loopback is the internet.
对这家公司来说，本机回环地址就是互联网。`,
  self_tests: `They look for a way out to the internet, and nothing of the demonstration goes there.
自检要访问互联网，而演示不会连接外部。`,
  dnsbl: `The built-in blocklists are on the internet; this one is the demonstration's own.
内置的黑名单都在互联网上；这一个由演示自己提供。`,
  channels: `To a mailbox at the partner: what tells of a fault must not fall with it.
发往合作伙伴处的邮箱：告警不能依赖出故障的邮件服务。`,
  sops: `Faults last about a minute here: one procedure begins at once, and the one for P1 by hand alone.
这里的故障只持续一分钟左右：一个预案立即启动，P1 的预案只能手动启动。`,
  "example.com/smtp-mx": `At ports that need no root, and not at 25; the registry, too, is on this machine.
使用无需 root 权限的端口，而不是 25；域名注册局也在本机模拟。`,
};

function toYaml(configuration: Record<string, unknown>): string {
  const document = new Document(configuration);
  document.commentBefore = comment(introduction.trimEnd());
  visit(document, {
    Pair: (_key, { key, value }) => {
      if (!isScalar(key)) return;
      const name = String(key.value);
      if (onOneLine.has(name) && isCollection(value)) value.flow = true;
      if (reasons[name] !== undefined) key.commentBefore = comment(reasons[name]);
    },
  });
  return document.toString({ lineWidth: 0 });
}

const comment = (text: string): string => text.replace(/^(?=.)/gm, " ");

const secretPath = (address: string): string => `passwords/${address}`;

/**
 * Writes `mailvigil.yaml`, `ca.pem` and one file for each password (mode 0600) into the folder, which is made where it is
 * missing. Returns the path of the configuration.
 */
export async function writeConfiguration(
  folder: string,
  about: { readonly ports: Ports; readonly ca: string; readonly passwords: ReadonlyMap<string, string> },
): Promise<string> {
  const secrets = join(folder, "passwords");
  await mkdir(secrets, { recursive: true, mode: 0o700 });
  // `mode` counts only where the folder is new.
  await chmod(secrets, 0o700);
  for (const [address, password] of about.passwords) {
    await writeFile(join(folder, secretPath(address)), `${password}\n`, { mode: 0o600 });
  }
  await writeFile(join(folder, "ca.pem"), about.ca);
  const file = join(folder, "mailvigil.yaml");
  await writeFile(file, toYaml(compose(about.ports)));
  return file;
}
