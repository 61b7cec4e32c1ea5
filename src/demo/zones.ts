import { mailHosts, webmailHost } from "./company.ts";
import type { ZoneRecord, Zones } from "./dns-server.ts";
import type { Broken } from "./faults.ts";
import { loopback } from "./listening.ts";

const a = (address: string): ZoneRecord => ({ type: "A", fields: { address } });
/** RFC 1918: nobody outside the office reaches it. */
const privateAddress = "192.168.10.21";
const txt = (data: string): ZoneRecord => ({ type: "TXT", fields: { data } });

/** What a zone of the demonstration holds: its mail hosts, SPF and DMARC, and a web site. */
function tableOf(): Map<string, ZoneRecord[]> {
  const table = new Map<string, ZoneRecord[]>();
  for (const host of mailHosts) {
    const soa = {
      primary: `ns.${host.domain}`,
      admin: `hostmaster.${host.domain}`,
      serial: 2026112201,
      refresh: 3600,
      retry: 600,
      expiration: 604800,
      minimum: 5,
    };
    table.set(host.domain, [
      { type: "SOA", fields: soa },
      { type: "NS", fields: { ns: `ns.${host.domain}` } },
      a("127.0.10.80"),
      txt("v=spf1 mx -all"),
      ...host.exchanges.map(({ host: exchange, preference }): ZoneRecord => ({
        type: "MX",
        fields: { exchange, priority: preference },
      })),
    ]);
    table.set(`_dmarc.${host.domain}`, [txt(`v=DMARC1; p=quarantine; rua=mailto:info@${host.domain}`)]);
    for (const exchange of host.exchanges) table.set(exchange.host, [a(exchange.address)]);
    table.set(`ns.${host.domain}`, [a("127.0.10.53")]);
    for (const name of [host.imap, host.smtp]) table.set(name, [a(loopback)]);
  }
  table.set(webmailHost, [a(loopback)]);
  return table;
}

/** The zones of the company and its partner, with the fault that lets an inside address out. */
export function createZones(broken: Broken): Zones {
  const table = tableOf();
  const names = [...table.keys()];
  return {
    zoneOf: (name) => mailHosts.find(({ domain }) => name === domain || name.endsWith(`.${domain}`))?.domain,
    records: (name) => (broken("mx-private", name) ? [a(privateAddress)] : (table.get(name) ?? [])),
    exists: (name) => names.some((known) => known === name || known.endsWith(`.${name}`)),
  };
}
