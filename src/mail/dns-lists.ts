/** A = nearly everybody refuses by it; B = many count it; C = few do, or it lists for other reasons. `off`: only where a person names it. */
type ListTier = "A" | "B" | "C" | "off";

/**
 * What an answer of a list means. `policy`: such an address is not meant to send mail itself. `warn`: suspected, or abused by others.
 * `neutral`: in the list and nothing bad. `refused`: an answer to us, not about what was asked. `good`: a recommendation.
 */
export type ListVerdict = "listed" | "policy" | "warn" | "neutral" | "refused" | "good";

export interface ListCode {
  /** Four places: a number, `2-11`, `*`, or `&8` for a bit that is set. */
  readonly match: string;
  readonly verdict: ListVerdict;
  /** As the list calls it. */
  readonly means: string;
}

export interface DnsList {
  readonly zone: string;
  readonly name: string;
  /** `white` lists hold addresses, too, and good ones. */
  readonly kind: "ip" | "domain" | "white";
  readonly families: readonly (4 | 6)[];
  readonly codes: readonly ListCode[];
  readonly tier: ListTier;
  /** How much a listing counts where no list of tier A has it; from 1 on it is a warning. */
  readonly weight: number;
  /** Names that must be listed besides TEST (RFC 5782 section 5), any of them. */
  readonly tests?: readonly string[];
  /** It answers own recursive resolvers alone. */
  readonly ownResolver: boolean;
  /** Its name in Spamhaus' Data Query Service, where a key opens it for every resolver; `only`: nowhere else. */
  readonly dqs?: { readonly name: string; readonly only: boolean };
  /** Where one asks to be taken off. */
  readonly removal: string;
  readonly source: string;
  readonly checkedAt: string;
}

const checkedAt = "2026-11-22";
const listed = (match: string, means: string): ListCode => ({ match, means, verdict: "listed" });
const warn = (match: string, means: string): ListCode => ({ match, means, verdict: "warn" });

const address = { kind: "ip", families: [4], ownResolver: true, checkedAt } as const;
const domain = { kind: "domain", families: [], ownResolver: true, checkedAt } as const;

const spamhausDocs = "https://docs.spamhaus.com/datasets/docs/source/10-data-type-documentation/datasets/040-zones.html";
const spamhausRemoval = "https://check.spamhaus.org/";
const casa = {
  ...address,
  tier: "off",
  weight: 0.25,
  removal: "https://www.anti-spam.org.cn/",
  source: "anti-spam.org.cn: its page is of 2007, nobody knows whether it lives; only where it is named and passes its self-test",
} as const;

/** The lists that ship. Each is believed only while it passes its self-test. */
export const dnsLists: readonly DnsList[] = [
  {
    ...address,
    zone: "zen.spamhaus.org",
    name: "Spamhaus ZEN",
    families: [4, 6],
    codes: [
      listed("127.0.0.2", "SBL"),
      listed("127.0.0.3", "CSS"),
      listed("127.0.0.4-7", "XBL"),
      listed("127.0.0.9", "DROP"),
      { match: "127.0.0.10-11", means: "PBL", verdict: "policy" },
      listed("127.0.0.30", "BCL"),
    ],
    tier: "A",
    weight: 1,
    dqs: { name: "zen", only: false },
    removal: spamhausRemoval,
    source: spamhausDocs,
  },
  {
    ...address,
    zone: "b.barracudacentral.org",
    name: "Barracuda",
    codes: [listed("127.0.0.2", "BRBL")],
    tier: "A",
    weight: 1,
    removal: "https://www.barracudacentral.org/rbl/removal-request",
    source: "https://www.barracudacentral.org/rbl/how-to-use: the resolver's address has to be registered",
  },
  {
    ...address,
    zone: "bl.spamcop.net",
    name: "SpamCop",
    codes: [listed("127.0.0.2", "SCBL")],
    tier: "B",
    weight: 1,
    removal: "https://www.spamcop.net/bl.shtml",
    source: "https://www.spamcop.net/fom-serve/cache/291.html: an entry ends by itself 24 h after the last report",
  },
  {
    ...address,
    zone: "psbl.surriel.com",
    name: "PSBL",
    codes: [listed("127.0.0.2", "PSBL")],
    tier: "B",
    weight: 1,
    removal: "https://psbl.org/remove",
    source: "https://psbl.org/howto",
  },
  {
    ...address,
    zone: "bl.mailspike.net",
    name: "Mailspike",
    codes: [
      listed("127.0.0.2", "Z"),
      listed("127.0.0.10-12", "reputation worst to bad"),
      { match: "127.0.0.13-20", means: "reputation neutral to good", verdict: "neutral" },
    ],
    tier: "B",
    weight: 1,
    removal: "https://mailspike.org/iplookup.html",
    source: "https://mailspike.org/usage.html; rep.mailspike.net mixes good and bad and is not asked",
  },
  {
    ...address,
    zone: "bl.spameatingmonkey.net",
    name: "SpamEatingMonkey",
    codes: [listed("127.0.0.2-3", "SEM-BLACK")],
    tier: "B",
    weight: 1,
    removal: "https://spameatingmonkey.com/lookup",
    source: "https://spameatingmonkey.com/services",
  },
  {
    ...address,
    zone: "bl.ipv6.spameatingmonkey.net",
    name: "SpamEatingMonkey IPv6",
    families: [6],
    codes: [listed("127.0.0.2-3", "SEM-IPV6BL")],
    tier: "B",
    weight: 1,
    removal: "https://spameatingmonkey.com/lookup",
    source: "https://spameatingmonkey.com/services",
  },
  {
    ...address,
    zone: "bl.blocklist.de",
    name: "blocklist.de",
    codes: [listed("127.0.0.2-255", "attacks")],
    tier: "C",
    weight: 0.25,
    removal: "https://www.blocklist.de/en/delist.html",
    source: "https://www.blocklist.de/en/rbldns.html: sources of attacks, not of spam alone",
  },
  {
    ...address,
    zone: "dnsbl.dronebl.org",
    name: "DroneBL",
    families: [4, 6],
    codes: [listed("127.0.0.2-255", "drone")],
    tier: "C",
    weight: 0.25,
    removal: "https://dronebl.org/lookup",
    source: "https://dronebl.org/docs/howtouse",
  },
  {
    ...address,
    zone: "bip.virusfree.cz",
    name: "virusfree.cz BIP",
    codes: [listed("127.0.0.2", "botnet")],
    tier: "C",
    weight: 0.25,
    removal: "https://www.virusfree.cz/",
    source: "rspamd conf/modules.d/rbl.conf",
  },
  {
    ...address,
    zone: "dnsbl-1.uceprotect.net",
    name: "UCEPROTECT 1",
    codes: [listed("127.0.0.2", "level 1")],
    tier: "C",
    weight: 0.25,
    removal: "https://www.uceprotect.net/en/rblcheck.php",
    source: "https://www.uceprotect.net/: levels 2 and 3 punish neighbours and are not asked",
  },
  {
    ...address,
    kind: "white",
    families: [4, 6],
    zone: "list.dnswl.org",
    name: "DNSWL",
    codes: [
      { match: "127.0.0.255", means: "blocked", verdict: "refused" },
      { match: "127.0.10.*", means: "blocked", verdict: "refused" },
      { match: "127.0.*.0-3", means: "recommended", verdict: "good" },
    ],
    tier: "C",
    weight: 0,
    removal: "https://www.dnswl.org/",
    source: "https://www.dnswl.org/?page_id=15",
  },
  {
    ...domain,
    zone: "dbl.spamhaus.org",
    name: "Spamhaus DBL",
    codes: [
      listed("127.0.1.2", "spam"),
      listed("127.0.1.4", "phishing"),
      listed("127.0.1.5", "malware"),
      listed("127.0.1.6", "botnet"),
      warn("127.0.1.102-106", "honest name that others abuse"),
      { match: "127.0.1.255", means: "an address was asked for", verdict: "refused" },
    ],
    tier: "A",
    weight: 1,
    tests: ["dbltest.com"],
    dqs: { name: "dbl", only: false },
    removal: spamhausRemoval,
    source: spamhausDocs,
  },
  {
    ...domain,
    zone: "multi.surbl.org",
    name: "SURBL",
    codes: [
      listed("127.0.0.&128", "cracked"),
      listed("127.0.0.&64", "abuse"),
      listed("127.0.0.&32", "click tracker"),
      listed("127.0.0.&16", "malware"),
      listed("127.0.0.&8", "phishing"),
      warn("127.0.0.&4", "disposable mail"),
    ],
    tier: "A",
    weight: 1,
    tests: ["test.surbl.org"],
    removal: "https://surbl.org/surbl-analysis",
    source: "https://surbl.org/lists",
  },
  {
    ...domain,
    zone: "multi.uribl.com",
    name: "URIBL",
    codes: [listed("127.0.0.&2", "black"), warn("127.0.0.&4", "grey"), warn("127.0.0.&8", "red")],
    tier: "B",
    weight: 1,
    tests: ["test.uribl.com"],
    removal: "https://admin.uribl.com/",
    source: "https://uribl.com/about.shtml",
  },
  {
    ...domain,
    zone: "uribl.spameatingmonkey.net",
    name: "SpamEatingMonkey URI",
    codes: [listed("127.0.0.&2", "SEM-URI")],
    tier: "C",
    weight: 0.25,
    removal: "https://spameatingmonkey.com/lookup",
    source: "https://spameatingmonkey.com/services",
  },
  {
    ...domain,
    zone: "fresh15.spameatingmonkey.net",
    name: "SpamEatingMonkey FRESH15",
    codes: [listed("127.0.0.&2", "registered in the last 15 days")],
    tier: "C",
    weight: 0.25,
    removal: "https://spameatingmonkey.com/lookup",
    source: "https://spameatingmonkey.com/services",
  },
  {
    ...domain,
    zone: "zrd.dq.spamhaus.net",
    name: "Spamhaus ZRD",
    codes: [warn("127.0.2.2-24", "first seen within the last day")],
    tier: "C",
    weight: 0.25,
    dqs: { name: "zrd", only: true },
    removal: spamhausRemoval,
    source: spamhausDocs,
  },
  { ...casa, zone: "cbl.anti-spam.org.cn", name: "CASA CBL", codes: [listed("127.0.8.2", "CBL")] },
  { ...casa, zone: "cdl.anti-spam.org.cn", name: "CASA CDL", codes: [listed("127.0.8.4", "CDL")] },
  { ...casa, zone: "cblplus.anti-spam.org.cn", name: "CASA CBL+", codes: [listed("127.0.8.6", "CBL+")] },
  { ...casa, zone: "cblless.anti-spam.org.cn", name: "CASA CBL−", codes: [listed("127.0.8.5", "CBL−")] },
];

/**
 * Lists that are closed: they answer "not listed" for ever, or one day list the whole world. Zones, and what ends in `.` and one of
 * them. No list above may be among them.
 */
export const deadLists: readonly string[] = [
  "sorbs.net",
  "ix.dnsbl.manitu.net",
  "ubl.unsubscore.com",
  "ubl.lashback.com",
  "dnsbl.inps.de",
  "cbl.abuseat.org",
  "dnsbl.njabl.org",
  "dnsbl.ahbl.org",
  "relays.ordb.org",
  "list.dsbl.org",
  "rfc-ignorant.org",
  "spam.abuse.ch",
  "combined.abuse.ch",
  "drone.abuse.ch",
  "rbl.msrbl.net",
  "blackholes.five-ten-sg.com",
  "dnsbl.net.au",
  "bl.deadbeef.com",
  "db.wpbl.info",
  "dnsbl.kempt.net",
  "hil.habeas.com",
  "no-more-funn.moensted.dk",
];

export const isDead = (zone: string): boolean => deadLists.some((dead) => zone === dead || zone.endsWith(`.${dead}`));

/** Resolvers that everybody may use: the large lists refuse them, whoever asks through them. */
export const publicResolvers: ReadonlySet<string> = new Set(
  [
    // Google, Cloudflare, Quad9, OpenDNS
    "8.8.8.8 8.8.4.4 2001:4860:4860::8888 2001:4860:4860::8844",
    "1.1.1.1 1.0.0.1 2606:4700:4700::1111 2606:4700:4700::1001",
    "9.9.9.9 149.112.112.112 2620:fe::fe 2620:fe::9",
    "208.67.222.222 208.67.220.220",
    // AliDNS, DNSPod, 114DNS, Baidu, 360, OneDNS
    "223.5.5.5 223.6.6.6 2400:3200::1 2400:3200:baba::1",
    "119.29.29.29 182.254.116.116 2402:4e00::",
    "114.114.114.114 114.114.115.115",
    "180.76.76.76 101.226.4.6 218.30.118.6 117.50.10.10 52.80.66.66",
  ].flatMap((line) => line.split(" ")),
);
