// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect, test } from "vitest";
import domainExpiry from "../../checks/domain-expiry.ts";
import { testCheck, testNow } from "../support/check-tester.ts";
import {
  ianaHost,
  rdapHost,
  type RegistryWorld,
  type RegistryWorldOptions,
  registrarHost,
  startRegistry,
} from "../support/registry-world.ts";

const day = 86_400_000;
const inDays = (days: number): string => new Date(testNow + days * day).toISOString();
const dateIn = (days: number): string => inDays(days).slice(0, 10);

interface Rdap {
  readonly expires?: string;
  readonly status?: readonly string[];
  readonly related?: string;
}
const rdap = ({ expires, status = ["active"], related }: Rdap, name = "firma.bank"): string =>
  JSON.stringify({
    objectClassName: "domain",
    ldhName: name.toUpperCase(),
    status,
    events: [
      { eventAction: "registration", eventDate: "2001-01-01T00:00:00Z" },
      ...(expires === undefined ? [] : [{ eventAction: "expiration", eventDate: expires }]),
    ],
    links: related === undefined ? [] : [{ rel: "related", type: "application/rdap+json", href: related }],
  });

const bootstrap = JSON.stringify({ version: "1.0", services: [[["bank", "insurance"], [`https://${rdapHost}:{port}/v1`]]] });
const file = `https://${ianaHost}/dns.json`;
const record = `https://${rdapHost}/v1/domain/firma.bank`;

let last: RegistryWorld | undefined;
/** A registry of `.bank`, found by the live bootstrap file, beside whatever a case changes. */
const world =
  (options: RegistryWorldOptions, more: object = {}) =>
  async () => {
    last = await startRegistry({ ...options, pages: { [file]: bootstrap, ...options.pages } });
    return {
      ctx: last.ctx,
      options: { domain: "firma.bank", bootstrap: `https://${ianaHost}:${last.port}/dns.json`, ...more },
      close: last.close,
    };
  };
const bank = (about: Rdap, more: object = {}) => world({ pages: { [record]: rdap(about) } }, more);

const whois = (domain: string, host: string, text: string | undefined, more: object = {}) =>
  world({ whois: { [host]: text } }, { domain, ...more });
const cnnic = (expires: string, status = "ok"): string =>
  [
    `Domain Name: firma.cn`,
    `ROID: 20030312s10001s00082127-cn`,
    `Domain Status: ${status}`,
    `Registration Time: 2003-03-17 12:20:05`,
  ]
    .concat(`Expiration Time: ${expires}`, `DNSSEC: unsigned`, "")
    .join("\r\n");

testCheck(domainExpiry, {
  "EXP-1 EXP-7 EXP-9 RDAP, found by the live bootstrap file": {
    world: bank({ expires: inDays(400) }),
    status: "ok",
    findings: [],
    also: ({ metrics }, { memory }) => {
      expect(last?.asked).toEqual([file, record]);
      expect(metrics).toEqual({ left: 400 * 86_400 });
      expect(memory).toMatchObject({ expires: testNow + 400 * day, base: { url: `https://${rdapHost}:${last?.port}/v1/` } });
    },
  },
  "EXP-1 the registrable domain is asked for, not the mail domain below it": {
    world: bank({ expires: inDays(400) }, { domain: "mail.asia.Firma.bank" }),
    status: "ok",
    findings: [],
    also: () => expect(last?.asked).toContain(record),
  },
  "EXP-1 an answer about another domain": {
    world: world({ pages: { [record]: rdap({ expires: inDays(400) }, "other.bank") } }),
    status: "unknown",
    findings: ["expiry-unknown"],
  },
  "EXP-1 the registry is busy": {
    world: world({ pages: { [record]: { status: 429, body: "{}" } } }),
    status: "unknown",
    findings: ["expiry-unknown"],
    also: ({ findings }) => expect(findings[0]?.data["reason"]).toBe(`RDAP ${rdapHost}:${last?.port}: status 429`),
  },
  "EXP-1 the bootstrap file cannot be fetched": {
    world: world({ pages: { [file]: { status: 503, body: "" } } }),
    status: "unknown",
    findings: ["expiry-unknown", "bootstrap-unreachable"],
  },
  "EXP-1 the same in a single look, where a helper that is away makes nothing unknown": {
    world: world({ pages: { [file]: { status: 503, body: "" } } }, { immediate: true }),
    status: "ok",
    findings: ["expiry-unknown", "bootstrap-unreachable"],
  },
  "EXP-1 the registry that the user names is the only one that is asked": {
    world: async () => {
      last = await startRegistry({
        pages: { [`https://${rdapHost}/own/domain/firma.de`]: rdap({ expires: inDays(30) }, "firma.de") },
      });
      return { ctx: last.ctx, options: { domain: "firma.de", rdap: `https://${rdapHost}:${last.port}/own` }, close: last.close };
    },
    status: "warning",
    findings: ["expires-soon"],
    also: () => expect(last?.asked).toHaveLength(1),
  },
  "EXP-2 clientHold": {
    world: bank({ expires: inDays(400), status: ["client hold"] }),
    status: "critical",
    findings: ["on-hold"],
    also: ({ findings }, { immediate }) => {
      expect(findings[0]?.data).toMatchObject({ status: "clientHold" });
      expect(immediate).toBe(true);
    },
  },
  "EXP-2 serverHold": {
    world: bank({ expires: inDays(400), status: ["server hold", "active"] }),
    status: "critical",
    findings: ["on-hold"],
  },
  "EXP-2 redemption, which is a kind of pending delete": {
    world: bank({ expires: inDays(320), status: ["pending delete", "redemption period"] }),
    status: "critical",
    findings: ["redemption"],
    also: (_, { immediate }) => expect(immediate).toBe(true),
  },
  "EXP-2 pending delete": {
    world: bank({ expires: inDays(320), status: ["pending delete"] }),
    status: "critical",
    findings: ["pending-delete"],
  },
  "EXP-2 locks against transfer and deletion are no trouble": {
    world: bank({ expires: inDays(320), status: ["client transfer prohibited", "server delete prohibited"] }),
    status: "ok",
    findings: [],
  },
  "EXP-3 61 days": { world: bank({ expires: inDays(61) }), status: "ok", findings: [] },
  "EXP-3 60 days": {
    world: bank({ expires: inDays(60) }),
    status: "warning",
    findings: ["expires-soon"],
    also: ({ findings }) =>
      expect(findings[0]?.data).toMatchObject({ days: 60, rung: 60, date: dateIn(60), domain: "firma.bank" }),
  },
  "EXP-3 three days are a rung of their own": {
    world: bank({ expires: inDays(3) }),
    status: "critical",
    findings: ["expires-now"],
    also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ days: 3, rung: 3 }),
  },
  "EXP-3 15 days": { world: bank({ expires: inDays(15) }), status: "warning", findings: ["expires-soon"] },
  "EXP-3 14 days": { world: bank({ expires: inDays(14) }), status: "critical", findings: ["expires-now"] },
  "EXP-3 over": { world: bank({ expires: inDays(-0.5) }), status: "critical", findings: ["domain-expired"] },
  "EXP-4 names that nobody registers": {
    options: { domain: "mail.company.test" },
    status: "ok",
    findings: ["not-applicable"],
  },
  "EXP-4 a public suffix": { options: { domain: "com.cn" }, status: "ok", findings: ["not-applicable"] },
  "EXP-4 with a date that the user gives": {
    options: { domain: "company.local", expires: dateIn(10) },
    status: "critical",
    findings: ["expires-now"],
  },
  "EXP-5 a year more around the day it would have ended": {
    world: bank({ expires: inDays(364) }),
    memory: { expires: testNow - day },
    status: "ok",
    findings: ["renewal-unproven"],
    also: (_, { memory }) => expect(memory).toMatchObject({ jump: { from: testNow - day, to: testNow + 364 * day } }),
  },
  "EXP-5 it is told until the registrar cannot take it back any more": {
    world: bank({ expires: inDays(325) }),
    memory: { expires: testNow + 325 * day, jump: { from: testNow - 40 * day, to: testNow + 325 * day } },
    status: "ok",
    findings: ["renewal-unproven"],
  },
  "EXP-5 and no longer": {
    world: bank({ expires: inDays(319) }),
    memory: { expires: testNow + 319 * day, jump: { from: testNow - 46 * day, to: testNow + 319 * day } },
    status: "ok",
    findings: [],
  },
  "EXP-5 a year more weeks before the end is a renewal that somebody paid": {
    world: bank({ expires: inDays(365 + 30) }),
    memory: { expires: testNow + 30 * day },
    status: "ok",
    findings: [],
  },
  "EXP-5 the registry says that it renewed by itself": {
    world: bank({ expires: inDays(360), status: ["auto renew period"] }),
    status: "ok",
    findings: ["renewal-unproven"],
  },
  "EXP-5 the registrar says that nobody paid": {
    world: async () => {
      const related = `https://${registrarHost}:{port}/domain/firma.bank`;
      const own = { objectClassName: "domain", events: [{ eventAction: "registrar expiration", eventDate: inDays(-5) }] };
      return world({
        pages: {
          [record]: rdap({ expires: inDays(360), status: ["auto renew period"], related }),
          [`https://${registrarHost}/domain/firma.bank`]: JSON.stringify(own),
        },
      })();
    },
    status: "critical",
    findings: ["domain-expired"],
    also: ({ findings }) => expect(findings[0]?.data["by"]).toBe(`RDAP ${registrarHost}:${last?.port}`),
  },
  "EXP-6 .cn, by WHOIS": {
    world: whois("mail.firma.cn", "whois.cnnic.cn", cnnic(inDays(30).slice(0, 19).replace("T", " "))),
    status: "warning",
    findings: ["expires-soon"],
    also: ({ findings }) => {
      expect(last?.asked).toEqual(["WHOIS firma.cn"]);
      expect(findings[0]?.data).toMatchObject({ date: `${dateIn(30)} ±1 d`, by: "WHOIS whois.cnnic.cn" });
    },
  },
  "EXP-6 .cn, far away": {
    world: whois("firma.cn", "whois.cnnic.cn", cnnic("2029-02-18 05:14:08")),
    status: "ok",
    findings: [],
  },
  "EXP-6 a date without a zone is not over on its day": {
    world: whois("firma.cn", "whois.cnnic.cn", cnnic(inDays(-0.9).slice(0, 19).replace("T", " "))),
    status: "critical",
    findings: ["expires-now"],
  },
  "EXP-6 but a day later it is": {
    world: whois("firma.cn", "whois.cnnic.cn", cnnic(inDays(-1.1).slice(0, 19).replace("T", " "))),
    status: "critical",
    findings: ["domain-expired"],
  },
  "EXP-6 .com.cn on hold for want of a verified name": {
    world: whois("firma.com.cn", "whois.cnnic.cn", cnnic("2029-02-18 05:14:08", "serverHold")),
    status: "critical",
    findings: ["on-hold"],
  },
  "EXP-6 .中国, asked as an A-label": {
    world: whois("例子.中国", "whois.cnnic.cn", cnnic("2029-02-18 05:14:08")),
    status: "ok",
    findings: [],
    also: () => expect(last?.asked).toEqual(["WHOIS xn--fsqu00a.xn--fiqs8s"]),
  },
  "EXP-6 .jp, asked for English": {
    world: whois("firma.jp", "whois.jprs.jp", "[Domain Name]   FIRMA.JP\n[Expires on]    2026/12/31\n[Status]   Active\n"),
    status: "warning",
    findings: ["expires-soon"],
    also: () => expect(last?.asked).toEqual(["WHOIS firma.jp/e"]),
  },
  "EXP-6 .ru not delegated": {
    world: whois(
      "firma.ru",
      "whois.tcinet.ru",
      "state:  REGISTERED, NOT DELEGATED, VERIFIED\npaid-till:  2027-05-31T21:00:00Z\n",
    ),
    status: "critical",
    findings: ["on-hold"],
  },
  "EXP-6 .de, whose registry tells nobody a date": {
    world: whois("firma.de", "whois.denic.de", "Domain: firma.de\nStatus: connect\n"),
    status: "ok",
    findings: ["date-not-published"],
    also: () => expect(last?.asked).toEqual(["WHOIS -T dn firma.de"]),
  },
  "EXP-6 a server that refuses": {
    world: whois("firma.io", "whois.nic.io", "Number of allowed queries exceeded. Query limit exceeded, try again later.\r\n"),
    status: "unknown",
    findings: ["expiry-unknown"],
    also: ({ findings }) => expect(findings[0]?.data["reason"]).toContain("it refuses"),
  },
  "EXP-6 a server that closes without a word": {
    world: whois("firma.vn", "whois.vnnic.vn", undefined),
    status: "unknown",
    findings: ["expiry-unknown"],
  },
  "EXP-6 a hold counts where the date cannot be read": {
    world: whois("firma.cn", "whois.cnnic.cn", "Domain Name: firma.cn\nDomain Status: clientHold\nExpiration Time: soon\n"),
    status: "critical",
    findings: ["expiry-unknown", "on-hold"],
  },
  "EXP-6 a WHOIS server on an address that is not public is not connected to": {
    world: async () => {
      const made = await whois("firma.cn", "whois.cnnic.cn", cnnic("2029-02-18 05:14:08"))();
      return { ...made, ctx: { ...made.ctx, isPublic: () => false } };
    },
    status: "unknown",
    findings: ["expiry-unknown", "bootstrap-unreachable"],
    also: () => expect(last?.asked).toEqual([]),
  },
  "EXP-6 the last line has no end": {
    world: whois("firma.cn", "whois.cnnic.cn", "Domain Status: ok\r\nExpiration Time: 2026-12-01 05:14:08"),
    status: "critical",
    findings: ["expires-now"],
  },
  "EXP-7 unknown for a week": {
    world: whois("firma.vn", "whois.vnnic.vn", undefined),
    memory: { unknownSince: testNow - 8 * day },
    status: "warning",
    findings: ["expiry-unknown-long"],
    also: ({ findings }, { memory }) => {
      expect(findings[0]?.data["days"]).toBe(8);
      expect(memory).toEqual({ unknownSince: testNow - 8 * day });
    },
  },
  "EXP-7 unknown since now is remembered": {
    world: whois("firma.vn", "whois.vnnic.vn", undefined),
    status: "unknown",
    findings: ["expiry-unknown"],
    also: (_, { memory }) => expect(memory).toEqual({ unknownSince: testNow }),
  },
  "EXP-7 what was known goes on being judged": {
    world: whois("firma.vn", "whois.vnnic.vn", undefined),
    memory: { expires: testNow + 10 * day },
    status: "critical",
    findings: ["expires-now", "expiry-unknown"],
  },
  "EXP-8 a date by hand, where nobody answers": {
    world: whois("firma.vn", "whois.vnnic.vn", undefined, { expires: dateIn(200) }),
    status: "ok",
    findings: [],
  },
  "EXP-8 a date by hand that comes near": {
    world: whois("firma.de", "whois.denic.de", "Status: connect\n", { expires: dateIn(20) }),
    status: "warning",
    findings: ["expires-soon"],
  },
  "EXP-8 the registry's own date counts before it": {
    world: bank({ expires: inDays(400) }, { expires: dateIn(1) }),
    status: "ok",
    findings: [],
  },
  "EXP-9 nobody has registered it, and the DNS says so too": {
    world: world({}),
    status: "critical",
    findings: ["not-registered"],
    also: ({ findings }) => expect(findings[0]?.data["by"]).toBe(`RDAP ${rdapHost}:${last?.port}`),
  },
  "EXP-9 by WHOIS": {
    world: whois("firma.cn", "whois.cnnic.cn", "No matching record.\r\n"),
    status: "critical",
    findings: ["not-registered"],
  },
  "EXP-9 the registry denies what the DNS has": {
    world: world({ zone: { "firma.bank": { NS: ["ns1.firma.bank"] } } }),
    status: "unknown",
    findings: ["expiry-unknown"],
  },
  "EXP-9 the DNS cannot be asked": {
    world: world({ zone: { "firma.bank": "SERVFAIL" } }, { immediate: true }),
    status: "unknown",
    findings: ["expiry-unknown"],
  },
});

test("domain-expiry refuses dates and servers that are none", () => {
  const refused = (options: object): boolean => !domainExpiry.options.safeParse({ domain: "example.com", ...options }).success;
  expect(refused({ expires: "2027-02-30" })).toBe(true);
  expect(refused({ expires: "1970-01-01" })).toBe(true);
  expect(refused({ whois: "a b" })).toBe(true);
  expect(refused({ rdap: "ftp://rdap.example/" })).toBe(true);
  expect(refused({ expires: "2027-02-28", whois: "whois.example:4343" })).toBe(false);
});
