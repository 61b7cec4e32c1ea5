import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RecordType } from "../../src/model/dns.ts";
import { ZoneFileError } from "../../src/mail/zone-file-lines.ts";
import { parseZoneFile } from "../../src/mail/zone-file.ts";

/** `name TYPE ttl value` of everything in a file, in its order. */
function read(text: string, origin: string | undefined = "example.com"): string[] {
  return [...parseZoneFile(text, origin).names].flatMap(([name, { sets, deleted }]) => [
    ...[...sets].flatMap(([type, { ttl, records }]) => records.map((one) => `${name} ${type} ${ttl} ${shown(one)}`)),
    ...(deleted === "all" ? [`${name} -`] : [...deleted].map((type) => `${name} -${type}`)),
  ]);
}

const shown = (record: unknown): string =>
  record instanceof Uint8Array
    ? Buffer.from(record).toString("hex")
    : typeof record === "string"
      ? record
      : JSON.stringify(record);

/** What reading it threw; undefined where it was read. */
function thrownBy(text: string, origin: string | undefined): unknown {
  try {
    parseZoneFile(text, origin);
  } catch (error) {
    return error;
  }
  return undefined;
}

/** What is thrown and is no error of the parser's own. */
function strangeErrorOf(text: string, origin: string | undefined): unknown {
  const error = thrownBy(text, origin);
  return error instanceof ZoneFileError ? undefined : error;
}

function errorOf(text: string, origin: string | undefined): ZoneFileError {
  const error = thrownBy(text, origin);
  if (error instanceof ZoneFileError) return error;
  throw new Error(`no error of ours for ${text}`, { cause: error });
}

describe("parseZoneFile", () => {
  test.each<[string, string, readonly string[]]>([
    ["a record of one line", "www 300 IN A 192.0.2.1", ["www.example.com A 300 192.0.2.1"]],
    ["the class before the TTL", "www IN 300 A 192.0.2.1", ["www.example.com A 300 192.0.2.1"]],
    ["neither of them", "www A 192.0.2.1", ["www.example.com A 3600 192.0.2.1"]],
    ["$TTL in units", "$TTL 1h30m\n@ A 192.0.2.1", ["example.com A 5400 192.0.2.1"]],
    [
      "a TTL that was stated before",
      "a 60 A 192.0.2.1\nb A 192.0.2.2",
      ["a.example.com A 60 192.0.2.1", "b.example.com A 60 192.0.2.2"],
    ],
    [
      "$ORIGIN, also a relative one",
      "$ORIGIN Sub\n@ A 192.0.2.1\nx A 192.0.2.2",
      ["sub.example.com A 3600 192.0.2.1", "x.sub.example.com A 3600 192.0.2.2"],
    ],
    [
      "the name of the line above",
      "@ MX 10 mx1\n   MX 20 mx2.other.test.",
      [
        'example.com MX 3600 {"priority":10,"exchange":"mx1.example.com"}',
        'example.com MX 3600 {"priority":20,"exchange":"mx2.other.test"}',
      ],
    ],
    ["the null MX", "@ MX 0 .", ['example.com MX 3600 {"priority":0,"exchange":""}']],
    [
      "strings, escapes, and a semicolon within quotes",
      '@ TXT "v=DMARC1; p=none" "a\\"b\\\\c\\065"',
      ['example.com TXT 3600 ["v=DMARC1; p=none","a\\"b\\\\cA"]'],
    ],
    [
      "without quotes as servers read it: words apart, the rest a comment",
      "@ TXT v=spf1 -all ; old",
      ['example.com TXT 3600 ["v=spf1","-all"]'],
    ],
    ["UTF-8, and UTF-8 by escapes", '@ TXT "邮" "\\233\\130\\174"', ['example.com TXT 3600 ["邮","邮"]']],
    [
      "parentheses over lines, with comments",
      "@ SOA ns hostmaster ( 5 ; serial\n 2h 1h\n 2w 300 )",
      [
        'example.com SOA 3600 {"nsname":"ns.example.com","hostmaster":"hostmaster.example.com","serial":5,"refresh":7200,"retry":3600,"expire":1209600,"minttl":300}',
      ],
    ],
    [
      "an escaped dot within a label",
      "@ SOA ns john\\.doe 1 1 1 1 1",
      [
        'example.com SOA 3600 {"nsname":"ns.example.com","hostmaster":"john.doe.example.com","serial":1,"refresh":1,"retry":1,"expire":1,"minttl":1}',
      ],
    ],
    ["IPv6 in its shortest form", "@ AAAA 2001:0DB8:0:0::0001", ["example.com AAAA 3600 2001:db8::1"]],
    [
      "SRV",
      "_imaps._tcp SRV 0 1 993 imap",
      ['_imaps._tcp.example.com SRV 3600 {"priority":0,"weight":1,"port":993,"name":"imap.example.com"}'],
    ],
    [
      "CAA",
      '@ CAA 0 issue "ca.test; account=1"',
      ['example.com CAA 3600 {"critical":0,"tag":"issue","value":"ca.test; account=1"}'],
    ],
    ["TLSA in pieces", "_25._tcp.mx TLSA 3 1 1 ( d2ab\n 03ff )", ["_25._tcp.mx.example.com TLSA 3600 030101d2ab03ff"]],
    ["DS", "sub DS 4660 13 2 abcd", ["sub.example.com DS 3600 12340d02abcd"]],
    ["DNSKEY", "@ DNSKEY 257 3 13 mdss wU==", ["example.com DNSKEY 3600 0101030d99db2cc1"]],
    [
      "CNAME and NS in lower case",
      "A CNAME WWW.Example.NET.\nB NS NS1",
      ["a.example.com CNAME 3600 www.example.net", "b.example.com NS 3600 ns1.example.com"],
    ],
    ["PTR", "$ORIGIN 2.0.192.in-addr.arpa.\n1 PTR Mail.example.com.", ["1.2.0.192.in-addr.arpa PTR 3600 Mail.example.com"]],
    [
      "the same record twice, and the least TTL",
      "@ 600 A 192.0.2.1\n@ 300 A 192.0.2.1\n@ 900 A 192.0.2.2",
      ["example.com A 300 192.0.2.1", "example.com A 300 192.0.2.2"],
    ],
    [
      "a byte order mark and line ends of Windows",
      "\ufeff@ A 192.0.2.1\r\n\r\n@ MX 10 mx\r\n",
      ["example.com A 3600 192.0.2.1", 'example.com MX 3600 {"priority":10,"exchange":"mx.example.com"}'],
    ],
    [
      "what is to go",
      "; mailvigil: delete @ MX txt\n; mailvigil: delete old.example.net.",
      ["example.com -MX", "example.com -TXT", "old.example.net -"],
    ],
    ["a comment to somebody else", "; delete @ MX", []],
    ["nothing", "", []],
  ])("reads %s", (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test("a name whose types nobody asks for is there", () => {
    const { names, records } = parseZoneFile("www HTTPS 1 . alpn=h2\nx TYPE65534 \\# 1 00", "example.com");
    expect([...names.keys()]).toEqual(["www.example.com", "x.example.com"]);
    expect(records).toBe(2);
  });

  test("a SOA record makes its name a whole zone", () => {
    expect(parseZoneFile("@ SOA ns h 1 1 1 1 1\nwww A 192.0.2.1", "example.com").zones).toEqual(["example.com"]);
    expect(parseZoneFile("www A 192.0.2.1", "example.com").zones).toEqual([]);
  });

  test.each<[string, string, number, RegExp]>([
    ["a type that does not exist", "@ A 192.0.2.1\nMX mail 10", 2, /“mail” is no record type.*begin it with a space/],
    ["a line without a type", "@ 300 IN", 1, /without a type/],
    ["no name above", "  A 192.0.2.1", 1, /no name.*@/],
    ["a relative name without an origin", "www A 192.0.2.1", 1, /\$ORIGIN example\.com\./],
    ["a wrong address", "@ A 192.0.2.256", 1, /no IPv4 address.*192\.0\.2\.1/],
    ["an IPv6 address with a zone", "@ AAAA fe80::1%eth0", 1, /no IPv6 address/],
    ["too few values", "@ MX mx", 1, /MX has 1 values; it takes 2: MX 10 mail/],
    ["too many", "@ A 192.0.2.1 192.0.2.2", 1, /A has 2 values/],
    ["a number that is too large", "@ MX 65536 mx", 1, /no number from 0 to 65535/],
    ["a string of 256 octets", `@ TXT "${"x".repeat(256)}"`, 1, /256 octets.*several/],
    ["a quote without end", '@ A 192.0.2.1\n@ TXT "v=spf1 -all\n', 2, /no end.*same line/],
    ["a parenthesis without end", "@ SOA ns h (\n1 1 1 1 1", 1, /no counterpart/],
    ["one too many", "@ A 192.0.2.1 )", 1, /no counterpart/],
    ["an empty label", "a..b A 192.0.2.1", 1, /no domain name/],
    ["a label of 64 octets", `${"x".repeat(64)} A 192.0.2.1`, 1, /no domain name/],
    ["more than ASCII in a name", "邮件 A 192.0.2.1", 1, /more than ASCII.*xn--/],
    ["a dot too much", "@ MX 10 mx..", 1, /no domain name/],
    ["odd hex", "_25._tcp TLSA 3 1 1 abc", 1, /hexadecimal/],
    ["an escape of no octet", "@ TXT \\999", 1, /stands for no character/],
    ["$INCLUDE", "$INCLUDE other.zone", 1, /\$INCLUDE is not followed/],
    ["another directive", "$FOO bar", 1, /no directive/],
    ["another class", "@ CH TXT x", 1, /write IN/],
    ["a TTL of more than 31 bits", "@ 2147483648 A 192.0.2.1", 1, /no TTL/],
    ["an alias beside other records", "a CNAME b\n\n@ A 192.0.2.1\na A 192.0.2.1", 1, /CNAME and further records/],
    ["two aliases of one name", "a CNAME b\na CNAME c", 1, /CNAME and further records/],
    ["an order with a slip", "; mailvigil: remove @ MX", 1, /not understood.*delete/],
    ["an order for a type that does not exist", "; mailvigil: delete @ MXX", 1, /not understood/],
  ])("names line and remedy of %s", (_, text, line, message) => {
    const error = errorOf(text, text.startsWith("www A") ? undefined : "example.com");
    expect(error.line).toBe(line);
    expect(error.message).toMatch(message);
    expect(error.problem.zh).not.toBe("");
    expect(error.remedy.zh).not.toBe("");
  });

  test("bounds the work: size, records, words", () => {
    const origin = "example.com";
    expect(errorOf("; ".padEnd(4 * 1024 * 1024 + 1, "x"), origin).message).toMatch(/more than 4194304/);
    expect(errorOf("@ A 192.0.2.1\n".repeat(20_001), origin).message).toMatch(/more than 20000 records/);
    expect(errorOf(`@ TXT ${"x ".repeat(2_001)}`, origin).message).toMatch(/more than 2000 words/);
  });

  test("20,000 records of one name are no work", () => {
    const began = performance.now();
    const file = Array.from({ length: 20_000 }, (_, i) => `@ A 10.0.${i >> 8}.${i & 255}`).join("\n");
    expect(parseZoneFile(file, "example.com").names.get("example.com")?.sets.get("A")?.records).toHaveLength(20_000);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  const pieces = [
    "@",
    "www",
    ".",
    "..",
    "IN",
    "CH",
    "300",
    "1h",
    "A",
    "AAAA",
    "MX",
    "TXT",
    "SOA",
    "TLSA",
    "CNAME",
    "SRV",
    "DS",
    "192.0.2.1",
    "10",
    "mx",
    "mx.example.net.",
    '"x"',
    '"',
    "\\",
    "\\000",
    "\\999",
    "(",
    ")",
    ";",
    "\n",
    "\n ",
    "\r\n",
    "$ORIGIN",
    "$TTL",
    "; mailvigil: delete ",
    "邮",
    "\0",
    "-1",
    "abcd",
  ];

  test("noise throws nothing but its own error", () => {
    const noise = fc.oneof(
      fc.string({ maxLength: 400, unit: "binary" }),
      fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((some) => some.join(" ")),
      fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((some) => some.join("")),
    );
    fc.assert(
      fc.property(noise, fc.constantFrom("example.com", "", undefined), (text, origin) => {
        expect(strangeErrorOf(text, origin)).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  test("long runs of one character do not take long", () => {
    const began = performance.now();
    for (const one of ["\\", "(", '"', ".", "1", "1h", "a.", "\\0", "; mailvigil:"]) {
      for (const before of ["", "@ TXT ", "@ MX 1 ", "@ "]) {
        expect(strangeErrorOf(before + one.repeat(200_000), "example.com")).toBeUndefined();
      }
    }
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  test("what is written out is read back the same", () => {
    const label = fc.stringMatching(/^[a-z0-9_]([a-z0-9-]{0,10}[a-z0-9])?$/);
    const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
    const string = fc.string({ maxLength: 60, unit: "grapheme-ascii" });
    const quote = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;
    const one = fc.oneof(
      fc
        .tuple(name, fc.constant<RecordType>("TXT"), fc.array(string, { minLength: 1, maxLength: 3 }))
        .map(([at, type, texts]) => ({ at, type, written: texts.map(quote).join(" "), value: JSON.stringify(texts) })),
      fc.tuple(name, fc.constant<RecordType>("MX"), fc.nat(65_535), name).map(([at, type, priority, exchange]) => ({
        at,
        type,
        written: `${priority} ${exchange}.`,
        value: JSON.stringify({ priority, exchange }),
      })),
      fc
        .tuple(name, fc.constant<RecordType>("A"), fc.ipV4())
        .map(([at, type, address]) => ({ at, type, written: address, value: address })),
    );
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), (some) => {
        const lines = read(some.map(({ at, type, written }) => `${at}. 300 IN ${type} ${written}`).join("\n"));
        expect(new Set(lines)).toEqual(new Set(some.map(({ at, type, value }) => `${at} ${type} 300 ${value}`)));
      }),
      { numRuns: 300 },
    );
  });
});
