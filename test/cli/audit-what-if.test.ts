import { describe, expect, test } from "vitest";
import { whatIf } from "../../src/cli/audit-what-if.ts";
import { parseZoneFile } from "../../src/mail/zone-file.ts";
import type { Ask, AskOptions, RecordType } from "../../src/model/dns.ts";
import { nameServers } from "../support/name-servers.ts";
import { createZone, type Zone } from "../support/zone.ts";

interface Case {
  readonly before: Zone;
  readonly file: string;
  readonly after: Zone;
}

const soa = "ns.example.com hostmaster.example.com 1 7200 3600 1209600 300";
const apex = { SOA: [soa], NS: ["ns.example.com"], MX: ["10 mx.example.com"], TXT: ["v=spf1 mx -all", "other"] };
const base: Zone = {
  "example.com": apex,
  "ns.example.com": { A: ["192.0.2.53"] },
  "mx.example.com": { A: ["192.0.2.1"] },
  "www.example.com": { CNAME: "host.example.net" },
  "host.example.net": { A: ["198.51.100.1"] },
};
const wild: Zone = { ...base, "*.example.com": { A: ["192.0.2.9"], TXT: ["wild"] } };
const head = "@ SOA ns hostmaster 1 7200 3600 1209600 300\n@ NS ns\nns A 192.0.2.53\n";

const cases: Readonly<Record<string, Case>> = {
  "a set of records is replaced whole, and nothing else": {
    before: base,
    file: '@ TXT "v=spf1 -all"',
    after: { ...base, "example.com": { ...apex, TXT: ["v=spf1 -all"] } },
  },
  "a name that is new": {
    before: base,
    file: '_dmarc TXT "v=DMARC1; p=none"',
    after: { ...base, "_dmarc.example.com": { TXT: ["v=DMARC1; p=none"] } },
  },
  "a name that is only above a new one": {
    before: base,
    file: "a.b A 192.0.2.7",
    after: { ...base, "a.b.example.com": { A: ["192.0.2.7"] } },
  },
  "an alias in place of records": {
    before: base,
    file: "mx CNAME host.example.net.",
    after: { ...base, "mx.example.com": { CNAME: "host.example.net" } },
  },
  "records in place of an alias": {
    before: base,
    file: "www A 192.0.2.8",
    after: { ...base, "www.example.com": { A: ["192.0.2.8"] } },
  },
  "an alias of today that leads to a name of the file": {
    before: base,
    file: "$ORIGIN example.net.\nhost A 198.51.100.7",
    after: { ...base, "host.example.net": { A: ["198.51.100.7"] } },
  },
  "aliases in a row, within the file and out of it": {
    before: base,
    file: "a CNAME b\nb CNAME www",
    after: { ...base, "a.example.com": { CNAME: "b.example.com" }, "b.example.com": { CNAME: "www.example.com" } },
  },
  "a type that goes": {
    before: base,
    file: "; mailvigil: delete @ MX",
    after: { ...base, "example.com": { SOA: [soa], NS: ["ns.example.com"], TXT: ["v=spf1 mx -all", "other"] } },
  },
  "a name that goes": {
    before: base,
    file: "; mailvigil: delete mx",
    after: Object.fromEntries(Object.entries(base).filter(([name]) => name !== "mx.example.com")),
  },
  "a name that goes, and the wildcard that then fits it": {
    before: { ...wild, "old.example.com": { A: ["192.0.2.4"] } },
    file: "; mailvigil: delete old",
    after: wild,
  },
  "a new name, which the wildcard no longer fits": {
    before: wild,
    file: "mail MX 10 mx",
    after: { ...wild, "mail.example.com": { MX: ["10 mx.example.com"] } },
  },
  "a known name with a wildcard below it": {
    before: { ...wild, "example.com": { ...apex, A: ["192.0.2.9"] } },
    file: "@ MX 20 mx",
    after: { ...wild, "example.com": { ...apex, A: ["192.0.2.9"], MX: ["20 mx.example.com"] } },
  },
  "a new wildcard, only for names that are not there": {
    before: base,
    file: "* A 192.0.2.9",
    after: { ...base, "*.example.com": { A: ["192.0.2.9"] } },
  },
  "a wildcard that is changed": {
    before: wild,
    file: "* A 192.0.2.10",
    after: { ...wild, "*.example.com": { A: ["192.0.2.10"], TXT: ["wild"] } },
  },
  "a whole zone: what it does not name is gone": {
    before: wild,
    file: `${head}@ MX 10 mx\nmx A 192.0.2.2`,
    after: {
      "example.com": { SOA: [soa], NS: ["ns.example.com"], MX: ["10 mx.example.com"] },
      "ns.example.com": { A: ["192.0.2.53"] },
      "mx.example.com": { A: ["192.0.2.2"] },
      "host.example.net": { A: ["198.51.100.1"] },
    },
  },
  "a whole zone with a wildcard and a name only above another": {
    before: base,
    file: `${head}* TXT "any"\na.b A 192.0.2.7`,
    after: {
      "example.com": { SOA: [soa], NS: ["ns.example.com"] },
      "ns.example.com": { A: ["192.0.2.53"] },
      "*.example.com": { TXT: ["any"] },
      "a.b.example.com": { A: ["192.0.2.7"] },
      "host.example.net": { A: ["198.51.100.1"] },
    },
  },
};

const types: readonly RecordType[] = ["A", "MX", "TXT", "CNAME", "SOA"];
const labels = [
  "",
  "www.",
  "mx.",
  "ns.",
  "_dmarc.",
  "a.b.",
  "b.",
  "a.",
  "old.",
  "mail.",
  "x.mail.",
  "nobody.",
  "x.y.",
  "c.b.",
  "*.",
];
const names = [...labels.map((label) => `${label}example.com`), "host.example.net", "gone.example.net"];

const only = async (ask: Ask, name: string, type: RecordType, options?: AskOptions) => {
  const { outcome, records, aliases, failure } = await ask(name, type, options);
  return { question: `${type} ${name}`, outcome, records, aliases, failure: failure?.code };
};

describe("whatIf answers as DNS will once the file is published", () => {
  test.each(Object.entries(cases))("%s", async (_, { before, file, after }) => {
    const ask = whatIf(parseZoneFile(file, "example.com"), createZone(before).ask, "new.zone");
    const served = createZone(after).ask;
    const questions = names.flatMap((name) => types.map((type) => [name, type] as const));
    for (const confirm of [false, true]) {
      const [said, wanted] = await Promise.all(
        [ask, served].map((one) => Promise.all(questions.map(([name, type]) => only(one, name, type, { confirm })))),
      );
      expect(said).toEqual(wanted);
    }
  });

  test("leaves DNS as it is where the file is empty", async () => {
    const { ask, calls } = createZone(base);
    const same = whatIf(parseZoneFile("", undefined), ask, "new.zone");
    expect(await same("Example.COM", "MX")).toEqual(await ask("example.com", "MX"));
    expect(calls).toEqual(["MX example.com", "MX example.com"]);
    expect((await same("not..a.name", "MX")).failure?.code).toBe("OTHER");
  });

  test("every server of the zone that answers says what the file says; one that is silent stays silent, one that refers refers", async () => {
    const { ask } = nameServers(base, {
      "192.0.2.53": { zone: base },
      "192.0.2.54": { fails: "TIMEOUT" },
      "192.0.2.55": { fails: "REFUSED" },
      "192.0.2.1": { gives: { "example.com": { "ns.example.com": ["192.0.2.53"] } } },
    });
    const future = whatIf(parseZoneFile("@ MX 30 new\n; mailvigil: delete @ TXT", "example.com"), ask, "new.zone");
    const at = (server: string) => future("example.com", "MX", { server, recurse: false });
    expect(await at("192.0.2.53")).toMatchObject({
      authoritative: true,
      server: "192.0.2.53",
      records: [{ priority: 30, exchange: "new.example.com" }],
    });
    expect(await at("192.0.2.54")).toMatchObject({ outcome: "failed", failure: { code: "TIMEOUT" } });
    expect(await at("192.0.2.55")).toMatchObject({ outcome: "failed", failure: { code: "REFUSED" } });
    expect(await at("192.0.2.1")).toMatchObject({ outcome: "failed", referral: { zone: "example.com" } });
    expect(await future("example.com", "TXT", { confirm: true })).toMatchObject({ outcome: "nodata", confirmedBy: "new.zone" });
  });

  test("counts as signed what is signed today, and stays bogus what is bogus today", async () => {
    const zone: Zone = {
      "signed.test": { MX: ["10 mx.signed.test"], authenticated: true },
      "plain.test": { MX: ["10 mx.plain.test"] },
      "bogus.test": { MX: ["10 mx.bogus.test"], bogus: 6 },
      "dead.test": "SERVFAIL",
    };
    const file = ["signed", "plain", "bogus", "dead"].map((name) => `${name}.test. MX 5 new.example.`).join("\n");
    const future = whatIf(parseZoneFile(file, undefined), createZone(zone).ask, "new.zone");
    expect(await future("signed.test", "MX")).toMatchObject({ outcome: "records", authenticated: true });
    expect(await future("plain.test", "MX")).toMatchObject({ outcome: "records", authenticated: false });
    expect(await future("bogus.test", "MX")).toMatchObject({ outcome: "failed", extendedErrors: [6] });
    expect(await future("bogus.test", "MX", { checkingDisabled: true })).toMatchObject({
      outcome: "records",
      records: [{ priority: 5 }],
    });
    expect(await future("dead.test", "MX")).toMatchObject({ outcome: "records", authenticated: false });
  });

  test("an alias into a zone that nobody signed is proven by nobody", async () => {
    const zone: Zone = {
      "a.signed.test": { CNAME: "b.plain.test", authenticated: true },
      "c.signed.test": { A: ["192.0.2.1"], authenticated: true },
      "b.plain.test": { A: ["192.0.2.2"] },
    };
    const future = whatIf(
      parseZoneFile("c.signed.test. CNAME b.plain.test.\na.plain.test. CNAME c2.signed.test.", undefined),
      createZone(zone).ask,
      "new.zone",
    );
    expect(await future("c.signed.test", "A")).toMatchObject({ records: ["192.0.2.2"], authenticated: false });
  });

  test("aliases in a circle end", async () => {
    const future = whatIf(parseZoneFile("a CNAME b\nb CNAME a", "example.com"), createZone(base).ask, "new.zone");
    expect(await future("a.example.com", "A")).toMatchObject({ outcome: "failed", failure: { code: "BADRESP" } });
  });

  test("keys and signatures that the file does not hold, and what is given away, are as they are", async () => {
    const key = Uint8Array.from([1, 1, 3, 13, 1]);
    const zone: Zone = {
      ...base,
      "example.com": { ...apex, DNSKEY: [key], DS: [key] },
      "x.sub.example.com": { A: ["192.0.2.77"] },
    };
    const future = whatIf(
      parseZoneFile(`${head}sub NS ns.other.test.\nsub DS 4660 13 2 abcd`, "example.com"),
      createZone(zone).ask,
      "new.zone",
    );
    expect((await future("example.com", "DNSKEY")).records).toEqual([key]);
    expect((await future("example.com", "DS")).records).toEqual([key]);
    expect((await future("x.sub.example.com", "A")).records).toEqual(["192.0.2.77"]);
    expect((await future("sub.example.com", "DS")).records).toEqual([Uint8Array.from([0x12, 0x34, 13, 2, 0xab, 0xcd])]);
  });

  test("gives up with whoever asked", async () => {
    const future = whatIf(parseZoneFile("@ MX 1 a", "example.com"), createZone(base).ask, "new.zone");
    await expect(future("example.com", "MX", { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
  });
});
