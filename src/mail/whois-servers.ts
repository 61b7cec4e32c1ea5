/** How one registry answers on port 43 (RFC 3912). */
export interface WhoisServer {
  readonly host: string;
  /** What is asked; `{domain}` is the name. Default: the name alone. */
  readonly query?: string;
  /** What stands before the date, in lower case. Empty: the registry tells nobody when a domain expires. */
  readonly dates: readonly string[];
  /** What stands before the states, in lower case. */
  readonly states: readonly string[];
}

const icannDates = ["registry expiry date", "registrar registration expiration date"];
const icannStates = ["domain status"];
const icann = (host: string): WhoisServer => ({ host, dates: icannDates, states: icannStates });

const cnnic: WhoisServer = { host: "whois.cnnic.cn", dates: ["expiration time"], states: icannStates };
const hkirc: WhoisServer = { host: "whois.hkirc.hk", dates: ["expiry date"], states: icannStates };
const tcinet: WhoisServer = { host: "whois.tcinet.ru", dates: ["paid-till"], states: ["state"] };

/** For a server that only the configuration knows. */
export const unknownWhois = (host: string): WhoisServer => ({
  host,
  dates: [
    ...icannDates,
    "expiration time",
    "expiration date",
    "expiry date",
    "expires on",
    "expires",
    "paid-till",
    "renewal date",
  ],
  states: [...icannStates, "status", "state"],
});

/**
 * The registries of IANA's root zone database (2026-11) whose top-level domain has no RDAP in the bootstrap of 2026-02-13.
 * DENIC and EURid publish no date; VNNIC answers on port 43 only to those it knows.
 */
export const whoisServers: ReadonlyMap<string, WhoisServer> = new Map([
  ["cn", cnnic],
  // 中国, 中國
  ["xn--fiqs8s", cnnic],
  ["xn--fiqz9s", cnnic],
  ["hk", hkirc],
  // 香港
  ["xn--j6w193g", hkirc],
  // `/e` asks for English; the dates of co.jp stand beside its state.
  ["jp", { host: "whois.jprs.jp", query: "{domain}/e", dates: ["expires on", "state"], states: ["status", "state"] }],
  ["kr", { host: "whois.kr", dates: ["expiration date"], states: icannStates }],
  ["vn", { host: "whois.vnnic.vn", dates: ["expired date", "expiration date"], states: ["status", "domain status"] }],
  ["us", icann("whois.nic.us")],
  ["io", icann("whois.nic.io")],
  ["me", icann("whois.nic.me")],
  ["co", icann("whois.registry.co")],
  ["de", { host: "whois.denic.de", query: "-T dn {domain}", dates: [], states: ["status"] }],
  ["eu", { host: "whois.eu", dates: [], states: ["status"] }],
  ["ru", tcinet],
  // рф
  ["xn--p1ai", tcinet],
  ["su", tcinet],
]);
