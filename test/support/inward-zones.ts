import type { Zone } from "./zone.ts";

/** Where the servers of this world are; what audits there says `--public 203.0.113.0/24`. */
export const outside = { resolver: "127.0.53.1", nameServer: "203.0.113.53", web: "203.0.113.80" } as const;

/** Addresses that no zone may send us to. Those of one kind stand together: two of each version for a host. */
const inward: readonly { readonly v4: readonly string[]; readonly v6: readonly string[] }[] = [
  { v4: ["127.0.0.1", "127.9.9.9"], v6: ["::1", "::ffff:127.0.0.1"] },
  { v4: ["10.0.0.25", "10.255.0.1"], v6: ["fd00::25", "::ffff:10.0.0.26"] },
  { v4: ["192.168.7.7", "172.16.5.5"], v6: ["64:ff9b::7f00:1", "64:ff9b::a00:1b"] },
  { v4: ["169.254.169.254", "169.254.1.1"], v6: ["fe80::1", "fec0::1"] },
  { v4: ["100.64.0.1", "100.100.100.200"], v6: ["fd00:ec2::254", "::7f00:1"] },
  { v4: ["0.0.0.0", "168.63.129.16"], v6: ["::", "2002:a00:1::"] },
  { v4: ["224.0.0.251", "239.1.1.1"], v6: ["ff02::fb", "64:ff9b:1::a00:1"] },
  { v4: ["255.255.255.255", "240.0.0.1"], v6: ["100::1", "2001:db8::1"] },
  { v4: ["192.0.0.192", "198.18.0.1"], v6: ["4000::1", "2001:0:a00:1::"] },
];

/** One mail domain that leads inwards by every record it has; without `clients` it says nothing to mail programs. */
function mailDomain(domain: string, bimi: string, clients = true): Zone {
  const hosts = inward.map((_, index) => index);
  const host = (index: number, name: string): Zone => ({
    [`${name}${index}.${domain}`]: { A: inward[index]?.v4 ?? [], AAAA: inward[index]?.v6 ?? [], authenticated: true },
  });
  const at = (name: string): Zone => ({ [`${name}.${domain}`]: { A: ["10.0.0.25", "127.0.0.1"], AAAA: ["::1", "fd00::25"] } });
  const senders = inward.flatMap(({ v4, v6 }) => [
    ...v4.slice(0, 1).map((it) => `ip4:${it}`),
    ...v6.slice(0, 1).map((it) => `ip6:${it}`),
  ]);
  return {
    [domain]: {
      ...addressesOf(1),
      SOA: [`ns1.${domain} h.${domain} 1 7200 3600 1209600 300`],
      NS: hosts.map((index) => `ns${index}.${domain}`),
      MX: hosts.map((index) => `10 mx${index}.${domain}`),
      TXT: [`v=spf1 a:mx1.${domain} ${senders.slice(0, 8).join(" ")} -all`],
      authenticated: true,
    },
    ...Object.assign({}, ...hosts.flatMap((index) => [host(index, "mx"), host(index, "ns")])),
    [`_dmarc.${domain}`]: { TXT: [`v=DMARC1; p=reject; sp=reject; rua=mailto:r@${domain}`] },
    [`default._bimi.${domain}`]: { TXT: [bimi] },
    [`_mta-sts.${domain}`]: { TXT: ["v=STSv1; id=1"] },
    ...at("mta-sts"),
    ...at("vmc"),
    ...(clients ? { ...at("autoconfig"), ...forClients(domain) } : {}),
  };
}

const forClients = (domain: string): Zone => ({
  [`_imaps._tcp.${domain}`]: { SRV: [`0 1 993 mx1.${domain}`, `0 1 993 mx0.${domain}`] },
  [`_submissions._tcp.${domain}`]: { SRV: [`0 1 465 mx3.${domain}`] },
  [`autodiscover.${domain}`]: { CNAME: `mx1.${domain}` },
});

const addressesOf = (index: number) => ({ A: inward[index]?.v4 ?? [], AAAA: inward[index]?.v6 ?? [] });

/** Every name server of the domains is given along inwards (glue). */
export const delegates = Object.fromEntries(
  ["inward.com", "turns.com", "inward.cn"].map((zone) => [
    zone,
    Object.fromEntries(inward.map(({ v4, v6 }, index) => [`ns${index}.${zone}`, [...v4, ...v6]])),
  ]),
);

/** What the one resolver of this world says: three domains and the helpers that an audit asks about them. */
export const inwardZones: Zone = {
  "": { SOA: ["a.root h.root 1 1 1 1 60"], NS: ["a.root"], authenticated: true },
  "a.root": { A: [outside.nameServer] },
  com: { SOA: ["a.gtld h.gtld 1 1 1 1 60"], NS: ["a.root"], authenticated: true },
  cn: { SOA: ["a.gtld h.gtld 1 1 1 1 60"], NS: ["a.root"], authenticated: true },
  ...mailDomain("inward.com", "v=BIMI1; l=https://10.8.0.1/logo.svg; a=https://[::ffff:10.8.0.2]/mark.pem"),
  ...mailDomain("turns.com", "v=BIMI1; l=https://vmc.turns.com/logo.svg; a=https://127.1/mark.pem"),
  ...mailDomain("inward.cn", "v=BIMI1; l=https://[64:ff9b::a08:3]/logo.svg; a=https://localhost/mark.pem", false),
  // Outside, and redirecting inwards.
  "mta-sts.turns.com": { A: [outside.web] },
  "autoconfig.turns.com": { A: [outside.web] },
  "rdap.verisign.com": { A: [outside.web] },
  "inside.test": { A: ["10.0.0.43"], AAAA: ["fd00::43"] },
  "registrar.test": { A: ["10.0.0.44", "169.254.169.254"] },
  "whois.cnnic.cn": { A: ["10.0.0.45"], AAAA: ["::1"] },
  "data.iana.org": { A: ["10.0.0.46"], AAAA: ["::ffff:10.0.0.46"] },
  "autoconfig.thunderbird.net": { A: ["10.0.0.47"] },
};
