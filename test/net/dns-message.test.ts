import { Packet } from "dns2";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeMessage, DnsMessageError, encodeQuery, isAnswerTo, shapeOf } from "../../src/net/dns-message.ts";
import { asciiName } from "../../src/net/dns-name.ts";
import { readReply } from "../../src/net/dns-reply.ts";
import { hostileAnswers } from "../support/hostile-dns.ts";

const query = encodeQuery("Mail.example.com", "MX", { recurse: true, checkingDisabled: false, edns: true });

/** A good answer to `query`, for the tests that spoil it. */
function goodAnswer(): Buffer {
  const response = Packet.createResponseFromRequest(Packet.parse(query));
  for (const exchange of ["mx1.example.com", "mx2.mail.example.com"]) {
    response.answers.push(
      new Packet.Resource({ name: "mail.example.com", type: 15, class: 1, ttl: 300, priority: 10, exchange }),
    );
  }
  response.answers.push(new Packet.Resource({ name: "mail.example.com", type: 16, class: 1, ttl: 300, data: ["v=spf1 -all"] }));
  response.additionals.push(Packet.Resource.EDNS([]));
  return response.toBuffer();
}

/** Decodes it; gives what was thrown, unless that is the decoder's own error. */
function strayError(bytes: Buffer): unknown {
  try {
    readReply(decodeMessage(bytes), "mail.example.com", "MX", "192.0.2.53:53");
  } catch (error) {
    if (!(error instanceof DnsMessageError)) return error;
  }
  return undefined;
}

describe("encodeQuery()", () => {
  test("writes what the codec reads back: header, question and OPT", () => {
    const packet = Packet.parse(query);
    expect(packet.errors).toEqual([]);
    expect(packet.header).toMatchObject({ id: 0, qr: 0, rd: 1, ad: 1, cd: 0, qdcount: 1, arcount: 1 });
    expect(packet.questions).toEqual([expect.objectContaining({ name: "Mail.example.com", type: 15, class: 1 })]);
    expect(packet.additionals).toEqual([
      expect.objectContaining({ type: 41, class: 1232, doFlag: true, version: 0, extendedRcode: 0, rdata: [] }),
    ]);
    const bare = Packet.parse(encodeQuery("", "NS", { recurse: false, checkingDisabled: true, edns: false }));
    expect(bare.header).toMatchObject({ rd: 0, ad: 1, cd: 1, arcount: 0 });
    expect(bare.questions).toEqual([expect.objectContaining({ name: "", type: 2, class: 1 })]);
  });

  test("refuses a name that only the wire can hold", () => {
    const options = { recurse: true, checkingDisabled: false, edns: true };
    expect(() => encodeQuery("a..b", "A", options)).toThrow(DnsMessageError);
    expect(() => encodeQuery("a".repeat(64), "A", options)).toThrow(DnsMessageError);
  });
});

describe("isAnswerTo()", () => {
  test.each([
    ["the answer", (message: Buffer) => message, true],
    ["the answer in other case", (message: Buffer) => (message.write("mAIL", 13, "latin1"), message), true],
    ["another id", (message: Buffer) => (message.writeUInt8(1, 0), message), false],
    ["a question", (message: Buffer) => (message.writeUInt8(0x01, 2), message), false],
    ["another opcode", (message: Buffer) => (message.writeUInt8(0xa1, 2), message), false],
    ["another name", (message: Buffer) => (message.write("pail", 13, "latin1"), message), false],
    ["another type", (message: Buffer) => (message.writeUInt8(16, 31), message), false],
    ["another class", (message: Buffer) => (message.writeUInt8(3, 33), message), false],
    ["two questions", (message: Buffer) => (message.writeUInt16BE(2, 4), message), false],
    ["no question and no error", (message: Buffer) => (message.writeUInt16BE(0, 4), message), false],
    ["no question in an error", (message: Buffer) => (message.writeUInt16BE(0, 4), message.writeUInt8(0x85, 3), message), true],
    ["a header alone", (message: Buffer) => message.subarray(0, 12), false],
    ["nothing", () => Buffer.alloc(0), false],
    ["half a question", (message: Buffer) => message.subarray(0, 30), false],
  ])("%s", (_what, spoil, expected) => {
    expect(isAnswerTo(query, spoil(goodAnswer()))).toBe(expected);
  });
});

describe("decodeMessage()", () => {
  test("gives back what was encoded, for any names and texts", () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
    const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join("."));
    fc.assert(
      fc.property(name, fc.array(fc.tuple(fc.nat(65_535), name), { maxLength: 20 }), (owner, exchanges) => {
        const response = new Packet(new Packet.Header({ qr: 1 }));
        for (const [priority, exchange] of exchanges) {
          response.answers.push(new Packet.Resource({ name: owner, type: 15, class: 1, ttl: 60, priority, exchange }));
        }
        const { answers } = decodeMessage(response.toBuffer());
        expect(answers.map((record) => shapeOf(record, "MX"))).toEqual(
          exchanges.map(([priority, exchange]) => ({ priority, exchange })),
        );
      }),
    );
  });

  test("throws nothing but its own error on noise", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(strayError(Buffer.from(bytes))).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  test("throws nothing but its own error on an answer with some octets changed", () => {
    const change = fc.tuple(fc.nat(goodAnswer().length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(goodAnswer().length), (changes, length) => {
        const message = goodAnswer();
        for (const [at, value] of changes) message[at] = value;
        expect(strayError(message)).toBeUndefined();
        expect(strayError(message.subarray(0, length))).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  test("an answer cut anywhere is refused, never read as one with fewer records", () => {
    const message = goodAnswer();
    for (let length = 0; length < message.length; length++) {
      expect(() => decodeMessage(message.subarray(0, length)), `${length} octets`).toThrow(DnsMessageError);
    }
  });

  test.each([
    ["a chain of pointers", "has a name of more than 16 pointers"],
    ["a pointer to itself", "has a pointer that does not go back"],
    ["512 records of long names by pointers", "has names of more than 65536 octets"],
    ["65,535 records by its header", "has 196605 records, more than 512"],
    ["a TXT of empty strings", "has more than 1024 strings"],
    ["512 records that cannot be decoded", "has a record that cannot be decoded"],
    ["all ones", "has 65535 questions"],
  ])("refuses %s", (what, message) => {
    expect(() => decodeMessage(hostileAnswers()[what] ?? Buffer.alloc(0))).toThrow(message);
  });

  test.each(Object.entries(hostileAnswers()))("%s costs under 20 ms of CPU", (_what, bytes) => {
    // The best of some, so that a busy machine does not decide; a quadratic decoder is slow every time.
    let best = Infinity;
    for (let run = 0; run < 5; run++) {
      const before = process.cpuUsage();
      strayError(bytes);
      const { user, system } = process.cpuUsage(before);
      best = Math.min(best, (user + system) / 1_000);
    }
    expect(best).toBeLessThan(20);
  });
});

describe("asciiName()", () => {
  test.each([
    ["Example.COM.", "example.com"],
    ["_dmarc.例子.cn", "_dmarc.xn--fsqu00a.cn"],
    ["例子。测试", "xn--fsqu00a.xn--0zwm56d"],
    ["10/8.1.2.3.in-addr.arpa", "10/8.1.2.3.in-addr.arpa"],
    ["a b.com", "a b.com"],
    [".", ""],
    ["", ""],
    ["a..b", undefined],
    [`${"a".repeat(64)}.com`, undefined],
    [`${"a.".repeat(127)}com`, undefined],
    ["\u{ad}.com", undefined],
  ])("%j is %j", (given, name) => {
    expect(asciiName(given)).toBe(name);
  });

  test("whatever it gives can be encoded", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), (given) => {
        const name = asciiName(given);
        if (name === undefined) return;
        expect(encodeQuery(name, "A", { recurse: true, checkingDisabled: false, edns: true }).length).toBeLessThan(512);
      }),
    );
  });
});
