import { expect, test } from "vitest";
import { rdapBases, rdapBasesOf } from "../../src/mail/rdap-bases.ts";
import { lookUpRegistration, type RegistryWorld } from "../../src/mail/registry.ts";
import { whoisServers } from "../../src/mail/whois-servers.ts";

const file = "https://data.iana.org/rdap/dns.json";
const found = JSON.stringify({
  objectClassName: "domain",
  events: [{ eventAction: "expiration", eventDate: "2027-03-17T04:00:00Z" }],
});
const services = (tld: string, base: string): string => JSON.stringify({ services: [[[tld], [base]]] });

/** Answers from two tables; what is not there fails. */
function tableWorld(pages: Readonly<Record<string, string>>, whois: Readonly<Record<string, string>> = {}) {
  const asked: string[] = [];
  const world: RegistryWorld = {
    note: () => undefined,
    fetch: (url) => {
      asked.push(url);
      const body = pages[url];
      return Promise.resolve(body === undefined ? { failed: "nobody there" } : { status: 200, body });
    },
    whois: (host, port, query) => {
      asked.push(`${host}:${port} ${query}`);
      const text = whois[host];
      return Promise.resolve(text === undefined ? { failed: "nobody there" } : { text });
    },
  };
  return { world, asked };
}

test("lookUpRegistration() asks the registry that ships with the product, and nobody else", async () => {
  const { world, asked } = tableWorld({ "https://rdap.verisign.com/com/v1/domain/firma.com": found });
  const { answer, bootstrapFailure } = await lookUpRegistration(world, "firma.com", { bootstrap: file });
  expect(answer).toMatchObject({ kind: "registered", by: "RDAP rdap.verisign.com" });
  expect(asked).toEqual(["https://rdap.verisign.com/com/v1/domain/firma.com"]);
  expect(bootstrapFailure).toBeUndefined();
});

test("lookUpRegistration() finds a registry that has moved by the live file", async () => {
  const { world, asked } = tableWorld({
    [file]: services("com", "https://new.example/"),
    "https://new.example/domain/firma.com": found,
  });
  const looked = await lookUpRegistration(world, "firma.com", { bootstrap: file });
  expect(looked).toMatchObject({ answer: { kind: "registered" }, liveBase: "https://new.example/" });
  expect(asked).toEqual(["https://rdap.verisign.com/com/v1/domain/firma.com", file, "https://new.example/domain/firma.com"]);
});

test("lookUpRegistration() uses what the live file said before what ships", async () => {
  const { world, asked } = tableWorld({ "https://new.example/domain/firma.com": found });
  await lookUpRegistration(world, "firma.com", { bootstrap: file, knownBase: "https://new.example/" });
  expect(asked).toEqual(["https://new.example/domain/firma.com"]);
});

test("lookUpRegistration() asks WHOIS where there is no RDAP, then the file, which may know RDAP by now", async () => {
  const { world, asked } = tableWorld({
    [file]: services("io", "https://rdap.nic.io/"),
    "https://rdap.nic.io/domain/firma.io": found,
  });
  const { answer } = await lookUpRegistration(world, "firma.io", { bootstrap: file });
  expect(answer).toMatchObject({ kind: "registered", by: "RDAP rdap.nic.io" });
  expect(asked).toEqual(["whois.nic.io:43 firma.io", file, "https://rdap.nic.io/domain/firma.io"]);
});

test("lookUpRegistration() does not ask twice at the same place, and names everybody who failed", async () => {
  const { world, asked } = tableWorld({ [file]: services("com", "https://rdap.verisign.com/com/v1/") });
  const { answer } = await lookUpRegistration(world, "firma.com", { bootstrap: file });
  expect(answer).toEqual({ kind: "failed", by: "RDAP rdap.verisign.com", reason: "RDAP rdap.verisign.com: nobody there" });
  expect(asked).toHaveLength(2);
});

test("lookUpRegistration() says so where neither is known", async () => {
  const { answer } = await lookUpRegistration(tableWorld({ [file]: services("com", "https://x/") }).world, "firma.zz", {
    bootstrap: file,
  });
  expect(answer).toMatchObject({ kind: "failed", reason: "neither RDAP nor WHOIS is known for .zz" });
});

test("rdapBases and whoisServers share no top-level domain, and every base is an https address that ends in a slash", () => {
  expect([...rdapBases.keys()].filter((tld) => whoisServers.has(tld))).toEqual([]);
  for (const [tld, base] of rdapBases) {
    expect(tld).toMatch(/^[a-z][a-z0-9-]+$/);
    expect(URL.parse(base)).toMatchObject({ protocol: "https:", search: "" });
    expect(base.endsWith("/")).toBe(true);
  }
  expect(rdapBasesOf).toMatch(/^\d{4}-\d\d-\d\d$/);
});

// These have no RDAP in IANA's file of 2026-02-13.
test.each(["cn", "xn--fiqs8s", "hk", "jp", "kr", "vn", "us", "io", "me", "co", "de", "eu", "ru"])(
  "whoisServers knows .%s",
  (tld) => {
    expect(whoisServers.get(tld)?.host).toMatch(/^whois\./);
  },
);
