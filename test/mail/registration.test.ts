import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readBootstrap, readDate, readRdap } from "../../src/mail/registration.ts";
import { readWhois } from "../../src/mail/whois.ts";
import { unknownWhois, whoisServers } from "../../src/mail/whois-servers.ts";

const at = (text: string): number => Date.parse(text);

describe("readDate()", () => {
  test.each([
    ["2027-03-17T04:00:00Z", "2027-03-17T04:00:00Z", false],
    ["2027-03-17T04:00:00.123456Z", "2027-03-17T04:00:00Z", false],
    ["2027-03-17T04:00:00+08:00", "2027-03-16T20:00:00Z", false],
    ["2027-03-17 04:00:00 UTC", "2027-03-17T04:00:00Z", false],
    ["2016-02-18 05:14:08", "2016-02-18T05:14:08Z", true],
    ["Connected (2027/03/31)", "2027-03-31T00:00:00Z", true],
    ["2027. 03. 02.", "2027-03-02T00:00:00Z", true],
    ["31-05-2027", "2027-05-31T00:00:00Z", true],
    ["31-May-2027", "2027-05-31T00:00:00Z", true],
    ["2027.5.1", "2027-05-01T00:00:00Z", true],
  ])("%s", (text, expected, vague) => expect(readDate(text)).toEqual({ at: at(expected), vague }));

  test.each([
    "",
    "never",
    "2027-02-30",
    "2027-13-01",
    "1912-01-01",
    "9999-12-31T00:00:00Z",
    "31-Foo-2027",
    "2027-03-17T29:00:00Z",
  ])("no date: %s", (text) => expect(readDate(text)).toBeUndefined());
});

describe("readWhois()", () => {
  const server = (tld: string) => whoisServers.get(tld) ?? unknownWhois("none");
  test.each([
    ["cn", "Domain Status: ok\r\nExpiration Time: 2027-03-17 12:20:05\r\n", "2027-03-17T12:20:05Z", ["ok"]],
    ["hk", "Domain Status: Active \n\nExpiry Date: 31-05-2027  \n", "2027-05-31T00:00:00Z", ["active"]],
    ["jp", "[Expires on]                    2027/05/31\n[Status]   Active\n", "2027-05-31T00:00:00Z", ["active"]],
    ["jp", "a. [Domain Name]  FIRMA.CO.JP\n[State]   Connected (2027/03/31)\n", "2027-03-31T00:00:00Z", ["connected"]],
    ["kr", "Domain Name                 : firma.kr\nExpiration Date             : 2027. 03. 02.\n", "2027-03-02T00:00:00Z", []],
    [
      "us",
      "Registry Expiry Date: 2027-01-01T23:59:59Z\nRegistrar Registration Expiration Date: 2026-01-01T23:59:59Z\nDomain Status: clientHold https://icann.org/epp#clientHold\n",
      "2027-01-01T23:59:59Z",
      ["clienthold"],
    ],
    [
      "ru",
      "state:         REGISTERED, DELEGATED, VERIFIED\npaid-till:     2027-05-31T21:00:00Z\n",
      "2027-05-31T21:00:00Z",
      ["registered", "delegated", "verified"],
    ],
    ["unlisted", "expires.......: 31-May-2027\n", "2027-05-31T00:00:00Z", []],
  ])(".%s", (tld, text, expires, statuses) =>
    expect(readWhois(text, server(tld))).toEqual({
      kind: "registered",
      registration: {
        expires: at(expires),
        vague: !expires.includes("23:59") && !expires.includes("21:00"),
        statuses,
        registrarLink: undefined,
      },
    }),
  );

  test.each([
    ["cn", "No matching record.\r\n"],
    ["hk", "The domain has not been registered.\n"],
    ["jp", "No match!!\n"],
    ["co", "The queried object does not exist: DOMAIN NOT FOUND\r\n"],
    ["io", "Domain not found.\r\n>>> Last update of WHOIS database"],
    ["ru", "% TCI Whois Service.\n\nNo entries found for the selected source(s).\n"],
    ["de", "Domain: firma.de\nStatus: free\n"],
    ["eu", "Domain: firma.eu\nStatus: AVAILABLE\n"],
  ])(".%s knows no such domain", (tld, text) => expect(readWhois(text, server(tld))).toEqual({ kind: "absent" }));

  test("a refusal is one, and terms of use that speak of limits are not the answer", () => {
    expect(readWhois("% Access denied: limit exceeded\n", server("de"))).toMatchObject({ kind: "refused" });
    expect(readWhois("We may limit the number of queries.\n", server("io"))).toEqual({ kind: "unclear" });
    expect(readWhois("Expiry Date: 31-05-2027\nToo many requests are refused.\n", server("hk"))).toMatchObject({
      kind: "registered",
    });
  });
});

describe("readRdap()", () => {
  const domain = { objectClassName: "domain", events: [{ eventAction: "expiration", eventDate: "2027-03-17T04:00:00Z" }] };
  test("parts that cannot be read are left out alone", () => {
    const body = {
      ...domain,
      status: ["client hold", 7, null],
      events: [null, 3, { eventAction: "x" }, ...domain.events],
      links: [{}],
    };
    expect(readRdap(JSON.stringify(body), "firma.bank")).toEqual({
      expires: at("2027-03-17T04:00:00Z"),
      vague: false,
      statuses: ["clienthold"],
      registrarLink: undefined,
    });
  });
  test("the registrar's own date counts in the registrar's answer alone", () => {
    const events = [...domain.events, { eventAction: "registrar expiration", eventDate: "2026-03-17T04:00:00Z" }];
    const body = JSON.stringify({ ...domain, events });
    expect(readRdap(body, "firma.bank")?.expires).toBe(at("2027-03-17T04:00:00Z"));
    expect(readRdap(body, "firma.bank", true)?.expires).toBe(at("2026-03-17T04:00:00Z"));
  });
  test("another object, another name, no JSON", () => {
    expect(readRdap(JSON.stringify({ ...domain, objectClassName: "entity" }), "firma.bank")).toBeUndefined();
    expect(readRdap(JSON.stringify({ ...domain, ldhName: "other.bank" }), "firma.bank")).toBeUndefined();
    expect(readRdap("<html>", "firma.bank")).toBeUndefined();
  });
});

test("readBootstrap() takes https before http, and tells no service from no file", () => {
  const services = [
    [
      ["a", "B"],
      ["http://one/", "https://two"],
    ],
    [["c"], ["ftp://x/"]],
  ];
  expect(readBootstrap(JSON.stringify({ services }), "b")).toEqual({ base: "https://two/" });
  expect(readBootstrap(JSON.stringify({ services }), "c")).toEqual({ base: undefined });
  expect(readBootstrap(JSON.stringify({ services }), "d")).toEqual({ base: undefined });
  expect(readBootstrap("{}", "d")).toBeUndefined();
});

describe("whatever a registry writes", () => {
  const labels = [...whoisServers.values()].flatMap(({ dates, states }) => [...dates, ...states]);
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.constantFrom(
      ...labels,
      ": ",
      "[",
      "] ",
      "\n",
      "\r\n",
      "2027-03-17",
      " T04:00:00Z",
      "31-05-2027",
      "....",
      "limit exceeded",
    ),
  );
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));
  test("readWhois() never throws and says one of four things", () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...whoisServers.values(), unknownWhois("x")), (written, server) => {
        const answer = readWhois(written, server);
        expect(["registered", "absent", "refused", "unclear"]).toContain(answer.kind);
      }),
      { numRuns: 500 },
    );
  });
  test("readRdap() and readBootstrap() never throw", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), text), (written) => {
        readRdap(written, "firma.bank");
        readBootstrap(written, "bank");
      }),
    );
    const wild = fc.record({
      objectClassName: fc.constant("domain"),
      status: fc.anything(),
      events: fc.oneof(fc.anything(), fc.array(fc.record({ eventAction: fc.constant("expiration"), eventDate: text }))),
      links: fc.anything(),
    });
    fc.assert(
      fc.property(wild, (written) => {
        const { expires } = readRdap(JSON.stringify(written), "firma.bank") ?? {};
        expect(expires === undefined || (Number.isFinite(expires) && expires < Date.UTC(2202, 0))).toBe(true);
      }),
    );
  });
  test("a long answer of long lines is read in no time", () => {
    const began = performance.now();
    for (const evil of ["exceeded ", "[", "label....", "2027. ", "a. [", "Domain Status: "]) {
      readWhois(`${evil.repeat(30_000)}\n`.repeat(3), server0);
      readWhois(`${evil}\n`.repeat(100_000), server0);
    }
    expect(performance.now() - began).toBeLessThan(1_500);
  });
  const server0 = unknownWhois("x");
});
