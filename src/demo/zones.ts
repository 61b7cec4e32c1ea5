import { blocklist, dkimSelector, type MailHost, mailHosts, webmailHost } from "./company.ts";
import type { ZoneRecord, Zones } from "./dns-server.ts";
import type { Broken } from "./faults.ts";
import { loopback } from "./listening.ts";

/** What the zones say besides what the company is. */
export interface Published {
  /** SubjectPublicKeyInfo in base64, as DKIM has it (RFC 6376 section 3.6.1). */
  readonly dkimKey: string;
  /** Ports by host name. */
  readonly imap: ReadonlyMap<string, number>;
  readonly smtp: ReadonlyMap<string, number>;
}

const a = (address: string): ZoneRecord => ({ type: "A", fields: { address } });
/** RFC 1918: nobody outside the office reaches it. */
const privateAddress = "192.168.10.21";
/** A web site that nothing of the demonstration connects to. */
const webAddress = "127.0.10.80";
/** One string of a TXT record holds 255 octets (RFC 1035 section 3.3). */
const txt = (text: string): ZoneRecord => ({ type: "TXT", fields: { data: text.match(/.{1,255}/g) ?? "" } });
const srv = (target: string, port: number | undefined): ZoneRecord[] =>
  port === undefined ? [] : [{ type: "SRV", fields: { priority: 0, weight: 1, port, target } }];

/** What every zone begins with; its server is this one. */
const apex = (zone: string): ZoneRecord[] => [
  {
    type: "SOA",
    fields: {
      primary: `ns.${zone}`,
      admin: `hostmaster.${zone}`,
      serial: 2026112201,
      refresh: 3600,
      retry: 600,
      expiration: 604800,
      minimum: 5,
    },
  },
  { type: "NS", fields: { ns: `ns.${zone}` } },
];

/** A domain with all that a careful company publishes about its mail. */
function mailZone({ domain, exchanges, imap, smtp, submission }: MailHost, published: Published): Map<string, ZoneRecord[]> {
  const submissions = submission === "tls" ? "_submissions" : "_submission";
  return new Map<string, ZoneRecord[]>([
    [
      domain,
      [
        ...apex(domain),
        a(webAddress),
        txt("v=spf1 mx -all"),
        { type: "CAA", fields: { flags: 0, tag: "issue", value: "ca.example" } },
        ...exchanges.map(({ host: exchange, preference }): ZoneRecord => ({
          type: "MX",
          fields: { exchange, priority: preference },
        })),
      ],
    ],
    [`ns.${domain}`, [a(loopback)]],
    [`_dmarc.${domain}`, [txt(`v=DMARC1; p=quarantine; rua=mailto:info@${domain}`)]],
    [`${dkimSelector}._domainkey.${domain}`, [txt(`v=DKIM1; k=rsa; p=${published.dkimKey}`)]],
    [`_smtp._tls.${domain}`, [txt("v=TLSRPTv1; rua=mailto:tls-reports@partner.example")]],
    [`_imaps._tcp.${domain}`, srv(imap, published.imap.get(imap))],
    [`${submissions}._tcp.${domain}`, srv(smtp, published.smtp.get(smtp))],
    ...[...exchanges.map(({ host }) => host), imap, smtp].map((host): [string, ZoneRecord[]] => [host, [a(loopback)]]),
  ]);
}

/** The reverse zone of loopback, and a blocklist that has its test entry alone (RFC 5782 section 5). */
function otherZones(): Map<string, ZoneRecord[]> {
  const reverse = "127.in-addr.arpa";
  return new Map<string, ZoneRecord[]>([
    [reverse, apex(reverse)],
    [`ns.${reverse}`, [a(loopback)]],
    [`1.0.0.${reverse}`, [{ type: "PTR", fields: { domain: mailHosts[0]?.exchanges[0]?.host ?? "" } }]],
    [blocklist.zone, apex(blocklist.zone)],
    [`ns.${blocklist.zone}`, [a(loopback)]],
    [`2.0.0.127.${blocklist.zone}`, [a("127.0.0.2")]],
    [webmailHost, [a(loopback)]],
  ]);
}

/** The zones of the company and its partner, with the fault that lets an inside address out. */
export function createZones(broken: Broken, published: Published): Zones {
  const table = new Map([...mailHosts.flatMap((host) => [...mailZone(host, published)]), ...otherZones()]);
  const names = [...table.keys()];
  const zones = [...table].filter(([, records]) => records.some(({ type }) => type === "SOA")).map(([name]) => name);
  return {
    zoneOf: (name) => zones.find((zone) => name === zone || name.endsWith(`.${zone}`)),
    records: (name) => (broken("mx-private", name) ? [a(privateAddress)] : (table.get(name) ?? [])),
    exists: (name) => names.some((known) => known === name || known.endsWith(`.${name}`)),
  };
}
