// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { afterAll, beforeAll, expect } from "vitest";
import dnsAutoconfig from "../../checks/dns-autoconfig.ts";
import { DialError } from "../../src/model/connection.ts";
import { createDial } from "../../src/net/dial.ts";
import { createAuthority, type Issued } from "../support/certificates.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { startLineServer } from "../support/line-server.ts";
import { createZone, type Zone } from "../support/zone.ts";

const options = { domain: "example.com", directory: false };
/** Web servers answer at ports 443 and 80, which the addresses leave no choice about: addresses for this file alone. */
const own = "127.0.73.201";
const site = "127.0.73.202";
const mozilla = "127.0.73.203";
const open = "127.0.73.204";
const mail = "127.0.73.205";

const xml = (host: string, socketType = "SSL"): string =>
  `<?xml version="1.0"?><clientConfig><emailProvider id="x"><incomingServer type="imap"><hostname>${host}</hostname><socketType>${socketType}</socketType></incomingServer></emailProvider></clientConfig>`;

const authority = await createAuthority();
const names = ["example.com", "autoconfig.example.com", "autoconfig.thunderbird.net", "imap.example.com"];
let certificate: Issued;
const servers: (http.Server | https.Server)[] = [];
/** What the web servers answer: address ▶ page. A test sets it before it runs. */
let pages: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  certificate = await authority.issue({ names });
  const answer = (address: string) => (_request: http.IncomingMessage, response: http.ServerResponse) => {
    const page = pages[address];
    response.statusCode = page === undefined ? 404 : 200;
    response.end(page ?? "not here");
  };
  const listen = async (server: http.Server | https.Server, port: number, address: string): Promise<void> => {
    servers.push(server.listen(port, address));
    await once(server, "listening");
  };
  for (const address of [own, site, mozilla]) {
    await listen(https.createServer({ cert: certificate.chainPem, key: certificate.keyPem }, answer(address)), 443, address);
  }
  for (const address of [open, "::1"]) await listen(http.createServer(answer(address)), 80, address);
});
afterAll(() => {
  for (const server of servers) server.close();
});

const base: Zone = {
  "example.com": { MX: ["10 mx.example.com"] },
  "_imaps._tcp.example.com": { SRV: ["0 1 993 imap.example.com"] },
  "imap.example.com": { A: [mail] },
};
const onIpv6: Zone = { ...base, "imap.example.com": { AAAA: ["::1"] } };
const bare: Zone = { "example.com": { MX: ["10 mx.example.com"] } };
const atExmail: Zone = { "example.com": { MX: ["5 mxbiz1.qq.com", "10 mxbiz2.qq.com"] } };

interface Given extends Partial<Pick<CheckCase, "also" | "options">> {
  readonly zone: Zone;
  readonly pages?: Readonly<Record<string, string>>;
  /** What port 993 of `imap.example.com` presents; default: nobody listens. */
  readonly presents?: readonly string[];
  /** Where that is; default: the IPv4 address of the table. */
  readonly at?: string;
  readonly isPublic?: (address: string) => boolean;
}
const shows = (
  status: CheckCase["status"],
  findings: readonly string[],
  { zone, presents, at = mail, isPublic, ...given }: Given,
): CheckCase => ({
  options: { ...options, ...given.options },
  status,
  findings,
  ...(given.also ? { also: given.also } : {}),
  world: async () => {
    pages = given.pages ?? {};
    const { ask } = createZone(zone);
    const dial = createDial({ ask, extraAuthorities: [authority.certPem] });
    const server =
      presents &&
      (await startLineServer(() => Promise.resolve(), {
        host: at,
        port: 993,
        implicit: true,
        certificate: await authority.issue({ names: presents }),
      }));
    const reach = { ask, dial, authorities: [authority.certPem], ...(isPublic ? { isPublic } : {}) };
    return { ctx: reach, close: () => server?.close() };
  },
});
const withPage = (address: string, zone: Zone = {}): Zone => ({ ...bare, "autoconfig.example.com": { A: [address] }, ...zone });
const known = [
  { id: "acme", mxSuffixes: ["mx.acme.example"], imap: { host: "imap.acme.example" }, smtp: { host: "smtp.acme.example" } },
];

testCheck(dnsAutoconfig, {
  "AC-1 AC-2 AC-4 AC-5 an SRV record to an own server": shows("ok", [], {
    zone: base,
    also: ({ metrics }) => expect(metrics).toEqual({ ways: 1 }),
  }),
  "AC-1 nothing at all": shows("ok", ["autoconfig-missing"], {
    zone: bare,
    also: ({ findings }) =>
      expect(findings[0]?.data["record"]).toBe(
        "_imaps._tcp.example.com. SRV 0 1 993 mx.example.com. _submissions._tcp.example.com. SRV 0 1 465 mx.example.com.",
      ),
  }),
  "AC-1 nothing at all, at a provider whose servers are known": shows("ok", ["autoconfig-missing"], {
    zone: { "example.com": { MX: ["1 mx.acme.example"] } },
    options: { known },
    also: ({ findings }) => expect(findings[0]?.data["record"]).toContain("SRV 0 1 993 imap.acme.example."),
  }),
  "AC-1 a service that is said not to be offered is no way": shows("ok", ["autoconfig-missing"], {
    zone: { ...bare, "_imaps._tcp.example.com": { SRV: ["0 0 0 ."] } },
  }),
  "AC-1 autodiscover alone": shows("ok", [], { zone: { ...bare, "autodiscover.example.com": { A: ["203.0.113.1"] } } }),
  "AC-1 autodiscover alone, by IPv6 alone": shows("ok", [], {
    zone: { ...bare, "autodiscover.example.com": { AAAA: ["2001:db8::1"] } },
    also: ({ metrics }) => expect(metrics["ways"]).toBe(1),
  }),
  "AC-1 a domain that takes no mail": shows("ok", [], { zone: { "example.com": { MX: ["0 ."] } } }),
  "AC-1 a domain that is not to receive": shows("ok", [], { zone: bare, options: { receives: false } }),

  "AC-2 SRV still leads to the provider of before": shows("critical", ["points-to-former-provider"], {
    zone: {
      "example.com": { MX: ["1 smtp.google.com"] },
      "_imaps._tcp.example.com": { SRV: ["0 1 993 imap.exmail.qq.com"] },
      "imap.exmail.qq.com": { A: [mail] },
    },
    also: ({ findings }) =>
      expect(findings[0]?.data).toMatchObject({
        former: "Tencent Exmail",
        provider: "Google Workspace",
        where: "SRV _imaps._tcp.example.com → imap.exmail.qq.com",
      }),
  }),
  "AC-2 autodiscover still leads to Microsoft": shows("critical", ["points-to-former-provider"], {
    zone: {
      ...atExmail,
      "autodiscover.example.com": { CNAME: "autodiscover.outlook.com" },
      "autodiscover.outlook.com": { A: ["203.0.113.1"] },
    },
  }),
  "AC-2 the SRV record of autodiscover": shows("critical", ["points-to-former-provider"], {
    zone: {
      ...atExmail,
      "_autodiscover._tcp.example.com": { SRV: ["0 0 443 autodiscover.outlook.com"] },
      "autodiscover.outlook.com": { A: ["203.0.113.1"] },
    },
  }),
  "AC-2 autoconfig names servers of the provider of before": shows("critical", ["points-to-former-provider"], {
    zone: withPage(own, atExmail),
    pages: { [own]: xml("imap.gmail.com") },
  }),
  "AC-2 a provider that only the presets know": shows("critical", ["points-to-former-provider"], {
    zone: {
      ...base,
      ...atExmail,
      "_imaps._tcp.example.com": { SRV: ["0 1 993 imap.acme.example"] },
      "imap.acme.example": { A: [mail] },
    },
    options: { known },
  }),
  "AC-2 the provider that has the mail, in two lists under two names": shows("ok", [], {
    zone: {
      ...atExmail,
      "_imaps._tcp.example.com": { SRV: ["0 1 993 hwimap.exmail.qq.com"] },
      "hwimap.exmail.qq.com": { A: [mail] },
    },
    options: {
      known: [
        {
          id: "exmail",
          mxSuffixes: ["mxbiz1.qq.com"],
          imap: { host: "imap.exmail.qq.com" },
          smtp: { host: "smtp.exmail.qq.com" },
        },
      ],
    },
  }),
  "AC-2 Microsoft with its own autodiscover": shows("ok", [], {
    zone: {
      "example.com": { MX: ["0 example-com.mail.protection.outlook.com"] },
      "autodiscover.example.com": { CNAME: "autodiscover.outlook.com" },
      "autodiscover.outlook.com": { A: ["203.0.113.1"] },
    },
  }),
  "AC-2 a filter that nobody knows stands before the mailboxes": shows("ok", [], {
    zone: {
      "example.com": { MX: ["10 in.filter.example"] },
      "autodiscover.example.com": { CNAME: "autodiscover.outlook.com" },
      "autodiscover.outlook.com": { A: ["203.0.113.1"] },
    },
  }),
  "AC-4 own servers, and mail programs are led to Microsoft": shows("warning", ["points-elsewhere"], {
    zone: {
      ...bare,
      "autodiscover.example.com": { CNAME: "autodiscover.outlook.com" },
      "autodiscover.outlook.com": { A: ["203.0.113.1"] },
    },
  }),

  "AC-3 AC-6 AC-8 AC-9 AC-10 autoconfig by https": shows("ok", [], {
    zone: withPage(own),
    pages: { [own]: xml("imap.example.com") },
  }),
  "AC-3 at the site of the domain itself": shows("ok", [], {
    zone: { "example.com": { MX: ["10 mx.example.com"], A: [site] } },
    pages: { [site]: xml("imap.%EMAILDOMAIN%") },
    also: ({ metrics }) => expect(metrics["ways"]).toBe(1),
  }),
  "AC-3 by http alone, and by IPv6 alone": shows("warning", ["autoconfig-http-only"], {
    zone: { ...bare, "autoconfig.example.com": { AAAA: ["::1"] } },
    pages: { "::1": xml("imap.example.com") },
  }),
  "AC-3 by http alone": shows("warning", ["autoconfig-http-only"], {
    zone: withPage(open),
    pages: { [open]: xml("imap.example.com") },
  }),
  "AC-2 AC-3 by http alone, to the provider of before": shows("critical", ["points-to-former-provider", "autoconfig-http-only"], {
    zone: withPage(open, atExmail),
    pages: { [open]: xml("imap.gmail.com") },
  }),
  "AC-6 passwords without encryption": shows("warning", ["autoconfig-plain"], {
    zone: withPage(own),
    pages: { [own]: xml("imap.example.com", "plain") },
  }),
  "AC-9 a configuration that is broken": shows("warning", ["autoconfig-unreadable"], {
    zone: { ...base, "autoconfig.example.com": { A: [own] } },
    pages: { [own]: "<clientConfig><emailProvider>" },
  }),
  "AC-9 the page that a web site has for everything": shows("ok", [], {
    zone: { ...base, "autoconfig.example.com": { A: [own] } },
    pages: { [own]: "<!doctype html><title>Welcome</title>" },
  }),

  "AC-5 an SRV record to a host that is gone": shows("warning", ["srv-dead"], {
    zone: { ...bare, "_imaps._tcp.example.com": { SRV: ["0 1 993 old.example.com"] } },
    also: ({ findings }) =>
      expect(findings[0]?.data).toMatchObject({ hosts: "old.example.com", records: "_imaps._tcp.example.com" }),
  }),
  "AC-5 a host that cannot be looked up": shows("ok", [], {
    zone: { ...bare, "_imaps._tcp.example.com": { SRV: ["0 1 993 slow.example.com"] }, "slow.example.com": "SERVFAIL" },
  }),
  "AC-7 a certificate for another name": shows("warning", ["srv-certificate"], { zone: base, presents: ["other.example.com"] }),
  "AC-7 a certificate for the name of the record": shows("ok", [], { zone: base, presents: ["imap.example.com"] }),
  "AC-7 a certificate for another name, at a host that has IPv6 alone": shows("warning", ["srv-certificate"], {
    zone: onIpv6,
    presents: ["other.example.com"],
    at: "::1",
  }),
  "AC-7 a certificate for the name of the record, at a host that has IPv6 alone": shows("ok", [], {
    zone: onIpv6,
    presents: ["imap.example.com"],
    at: "::1",
    also: ({ evidence }) => expect(evidence.join("\n")).toContain("imap.example.com:993: accepted"),
  }),
  "AC-7 the IPv4 address is private, the IPv6 address presents a certificate for another name": {
    ...shows("warning", ["srv-certificate"], {
      zone: { ...base, "imap.example.com": { A: ["192.168.1.1"], AAAA: ["::1"] } },
      presents: ["other.example.com"],
      at: "::1",
      isPublic: (address) => address === "::1",
    }),
  },
  "AC-7 a port that is not one of mail programs is left alone": {
    ...shows("ok", [], { zone: { ...base, "_imaps._tcp.example.com": { SRV: ["0 1 22 imap.example.com"] } } }),
    world: () => {
      const { ask } = createZone({ ...base, "_imaps._tcp.example.com": { SRV: ["0 1 22 imap.example.com"] } });
      return Promise.resolve({ ctx: { ask, dial: () => Promise.reject(new Error("nobody may be called")) } });
    },
  },
  "AC-7 a private address is left alone": {
    ...shows("ok", [], { zone: base }),
    world: () => {
      const dial = () => Promise.reject(new DialError("called", { phase: "connect", failure: "other" }));
      return Promise.resolve({ ctx: { ask: createZone(base).ask, dial, isPublic: () => false } });
    },
    also: ({ evidence }) => expect(evidence.join()).not.toContain("called"),
  },

  "AC-8 Mozilla's directory knows the domain": shows("ok", ["autoconfig-directory"], {
    zone: { ...bare, "autoconfig.thunderbird.net": { A: [mozilla] } },
    options: { directory: true },
    pages: { [mozilla]: xml("imap.example.com") },
  }),
  "AC-8 it does not": shows("ok", ["autoconfig-missing"], {
    zone: { ...bare, "autoconfig.thunderbird.net": { A: [mozilla] } },
    options: { directory: true },
  }),
  "AC-8 it cannot be reached": shows("ok", ["directory-unreachable"], {
    zone: { ...bare, "autoconfig.thunderbird.net": "TIMEOUT" },
    options: { directory: true },
  }),

  "AC-10 the provider cannot be looked up": shows("unknown", ["autoconfig-unknown"], {
    zone: { "example.com": { MX: "SERVFAIL" } },
  }),
  "AC-10 autoconfig cannot be looked up": shows("unknown", ["autoconfig-unknown"], {
    zone: { ...bare, "autoconfig.example.com": "SERVFAIL" },
  }),
  "AC-10 the IPv6 address of autodiscover cannot be looked up": shows("unknown", ["autoconfig-unknown"], {
    zone: { ...bare, "autodiscover.example.com": { AAAA: "TIMEOUT" } },
  }),
  "AC-10 an SRV record cannot be looked up": shows("unknown", ["autoconfig-unknown"], {
    zone: { ...bare, "_imaps._tcp.example.com": { SRV: "TIMEOUT" } },
  }),
  "AC-2 AC-10 one way cannot be looked up, another is wrong": shows(
    "critical",
    ["points-to-former-provider", "autoconfig-unknown"],
    {
      zone: {
        ...atExmail,
        "_imaps._tcp.example.com": { SRV: "SERVFAIL" },
        "autodiscover.example.com": { CNAME: "autodiscover.outlook.com" },
        "autodiscover.outlook.com": { A: ["203.0.113.1"] },
      },
    },
  ),
});
