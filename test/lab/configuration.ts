import { at, hosts, users } from "./addresses.ts";
import type { Lab } from "./lab.ts";

const server = (host: string) => ({
  imap: { host, port: 993, security: "tls" },
  smtp: { host, port: 465, security: "tls" },
});

/** What tells nothing of whether mail works now is left out: a fault is looked for, not the state of the domain's records. */
const off = [
  "dns-autoconfig",
  "dns-bimi",
  "dns-caa",
  "dns-consistency",
  "dns-dane",
  "dns-dkim",
  "dns-dmarc",
  "dns-dnssec",
  "dns-drift",
  "dns-mta-sts",
  "dns-ptr",
  "dns-spf",
  "dns-tls-rpt",
  "dnsbl-listing",
];

const mailbox = (address: string, host: string) => ({
  address,
  password: { file: `${address}.secret` },
  ...(address.endsWith("@partner.lab") ? { role: "partner", ...server(host) } : {}),
});

/** How soon a mail on its way is late, and lost: everything in the lab is next door. */
const inTime = { every: "1m", late_after: "4s", lost_after: "8s" };

export type Configuration = ReturnType<typeof configuration>;

/** `mailvigil.yaml` of the make-believe company, as an object: JSON is YAML. */
export const configuration = ({ tokens }: Pick<Lab, "tokens">) => ({
  settings: {
    language: "en",
    timezone: "Asia/Shanghai",
    dns: { servers: [at.dns] },
    tls: { ca: ["ca.pem"] },
    network: { public: ["127.80.0.0/16"] },
    self_tests: { egress: at.witnesses.map((address) => `${address}:443`) },
  },
  domains: [
    { name: "harbour.lab", off },
    { name: "orchard.lab", off: [...off, "domain-expiry"] },
  ],
  credentials: {
    company: {
      provider: "microsoft365",
      tenant: "harbour.lab",
      client_id: "client1",
      client_secret: { file: "tokens.secret" },
      token_url: `https://login.tokens.lab:${tokens.port}/token`,
    },
  },
  mailboxes: [
    { ...mailbox(users.harbour[0], hosts.harbour), business: "critical", pop3: { host: hosts.harbour } },
    mailbox(users.harbour[1], hosts.harbour),
    { ...mailbox(users.orchard[0], hosts.orchard), business: "critical" },
    mailbox(users.orchard[1], hosts.orchard),
    mailbox(users.partner[0], hosts.partner),
    ...users.globe.map((address) => ({ address, password: { file: `${address}.secret` }, provider: "google" })),
    { address: users.tokens[0], oauth: "company", provider: "own-server", ...server(hosts.harbour) },
  ],
  routes: [
    { from: users.harbour[0], to: users.partner[0], ...inTime },
    { from: users.partner[0], to: users.harbour[0], ...inTime },
    { from: users.orchard[0], to: users.partner[0], ...inTime },
    { from: users.partner[0], to: users.orchard[0], ...inTime },
  ],
  probes: {
    "monitor/port25": { options: { hosts: [...at.witnesses] } },
    "monitor/interception": { options: { hosts: ["witness1.lab:993", "witness2.lab:993"] } },
    "monitor/clock": { options: { hosts: ["http://witness1.lab/", "http://witness2.lab/"] } },
    "harbour.lab/domain-expiry": { options: { whois: "whois.registry.lab", bootstrap: "http://127.80.99.1/" } },
  },
});
