/**
 * Where registries answer RDAP, for the top-level domains that companies have: a part of IANA's bootstrap file (RFC 9224) of
 * 2026-02-13. What is not here, or does not answer, is looked up in the file itself.
 */
export const rdapBasesOf = "2026-02-13";

const nic = (tld: string): string => `https://rdap.nic.${tld}/`;
const centralNic = (tld: string): string => `https://rdap.centralnic.com/${tld}/`;
const zdns = (tld: string): string => `https://rdap.zdnsgtld.com/${tld}/`;
const teleinfo = (tld: string): string => `https://rdap.teleinfo.cn/${tld}/`;
const identityDigital = "https://rdap.identitydigital.services/rdap/";
const google = "https://pubapi.registry.google/rdap/";
const publicInterest = "https://rdap.publicinterestregistry.org/rdap/";
const ngtld = "https://restwhois.ngtld.cn/";

const same = (base: string, ...tlds: readonly string[]): [string, string][] => tlds.map((tld) => [tld, base]);
const each = (base: (tld: string) => string, ...tlds: readonly string[]): [string, string][] =>
  tlds.map((tld) => [tld, base(tld)]);

/** Top-level domain (A-label) ▶ base, with its final slash. */
export const rdapBases: ReadonlyMap<string, string> = new Map([
  ["com", "https://rdap.verisign.com/com/v1/"],
  ["net", "https://rdap.verisign.com/net/v1/"],
  ["cc", "https://tld-rdap.verisign.com/cc/v1/"],
  ["name", "https://tld-rdap.verisign.com/name/v1/"],
  ...same(publicInterest, "org", "ngo", "ong", "foundation", "charity"),
  ...same(identityDigital, "info", "pro", "mobi", "asia", "ai", "email", "group", "company", "ltd", "llc", "gmbh", "limited"),
  ...same(identityDigital, "global", "international", "trading", "solutions", "services", "technology", "digital", "systems"),
  ...same(
    identityDigital,
    "network",
    "media",
    "agency",
    "consulting",
    "finance",
    "industries",
    "tools",
    "live",
    "world",
    "today",
  ),
  ...same(
    identityDigital,
    "life",
    "team",
    "studio",
    "center",
    "support",
    "software",
    "zone",
    "xin",
    "works",
    "supply",
    "supplies",
  ),
  ...same(google, "app", "dev", "page", "new", "zip"),
  ...each(centralNic, "xyz", "online", "site", "store", "tech", "fun", "space", "website", "host", "press", "icu", "cyou", "sbs"),
  ...each(centralNic, "pw", "fm", "london", "monster", "art"),
  ...each(nic, "biz", "club", "vip", "tv", "one", "design", "work", "win", "bid", "trade", "wiki", "ink", "tel", "moe"),
  ...each(nic, "fr", "re", "cz", "ar", "cr", "cm", "ly", "paris", "nyc"),
  ...each(zdns, "top", "wang", "ren"),
  ...each(teleinfo, "xn--3ds443g", "xn--fiq228c5hs"),
  // 网址 and 集团, of other registries
  ["xn--ses554g", zdns("xn--ses554g")],
  ["xn--3bst00m", zdns("xn--3bst00m")],
  // 公司, 网络, 佛山, 广东
  ...same(ngtld, "xn--55qx5d", "xn--io0a7i", "xn--1qqw23a", "xn--xhq521b"),
  ["shop", "https://rdap.gmoregistry.net/rdap/"],
  ["tokyo", "https://rdap.gmoregistry.net/rdap/"],
  ["cloud", "https://rdap.registry.cloud/rdap/"],
  ["link", "https://rdap.tucowsregistry.net/rdap/"],
  ["click", "https://rdap.tucowsregistry.net/rdap/"],
  ["love", "https://rdap.registry.love/rdap/"],
  ["tw", "https://ccrdap.twnic.tw/tw/"],
  ["xn--kpry57d", "https://ccrdap.twnic.tw/taiwan/"],
  ["sg", "https://rdap.sgnic.sg/rdap/"],
  ["in", "https://rdap.nixiregistry.in/rdap/"],
  ["id", "https://rdap.pandi.id/rdap/"],
  ["th", "https://rdap.thains.co.th/"],
  ["au", "https://rdap.cctld.au/rdap/"],
  ["ca", "https://rdap.ca.fury.ca/rdap/"],
  ["uk", "https://rdap.nominet.uk/uk/"],
  ["nl", "https://rdap.sidn.nl/"],
  ["no", "https://rdap.norid.no/"],
  ["fi", "https://rdap.fi/rdap/rdap/"],
  ["is", "https://rdap.isnic.is/rdap/"],
  ["pl", "https://rdap.dns.pl/"],
  ["si", "https://rdap.register.si/"],
  ["ua", "https://rdap.hostmaster.ua/"],
  ["uz", "https://rdap.cctld.uz/"],
  ["br", "https://rdap.registro.br/"],
  ["ke", "https://rdap.kenic.or.ke/"],
  ["to", "https://rdap.tonicregistry.to/rdap/"],
]);
