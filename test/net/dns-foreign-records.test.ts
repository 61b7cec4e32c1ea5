import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RecordType } from "../../src/model/dns.ts";
import { createResolver, type Resolver } from "../../src/net/dns.ts";
import { decodeMessage, isType, shapeOf, typeCodes } from "../../src/net/dns-message.ts";
import { type FakeDns, startFakeDns } from "../support/fake-dns.ts";

/** No check reads SVCB, HTTPS and whatever will be invented: they come along all the same, and may be anything. */
const name = Buffer.from([7, ...Buffer.from("example"), 3, ...Buffer.from("com"), 0]);
const owner = Buffer.from([0xc0, 12]);

function record(type: number, data: Uint8Array, at: Buffer = owner, klass = 1): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(klass, 2);
  fixed.writeUInt32BE(300, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([at, fixed, data]);
}

/** An answer to `example.com <type>`: these records in the answer, and those behind it. */
function message(type: RecordType, answers: readonly Buffer[], others: readonly Buffer[] = []): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers.length, 6);
  head.writeUInt16BE(others.length, 10);
  const question = Buffer.alloc(4);
  question.writeUInt16BE(typeCodes[type], 0);
  question.writeUInt16BE(1, 2);
  return Buffer.concat([head, name, question, ...answers, ...others]);
}

const svcb = 64;
const https = 65;
/** RFC 9460: priority, target, and the keys of an ordinary record (alpn, port, ipv4hint). */
const parameters = (key: number, value: Uint8Array): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(key, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value]);
};
const good = Buffer.concat([
  Buffer.from([0, 1, 0]),
  parameters(1, Buffer.from([2, 0x68, 0x32])),
  parameters(3, Buffer.from([1, 187])),
  parameters(4, Buffer.from([203, 0, 113, 7])),
]);
const bad: Readonly<Record<string, Uint8Array>> = {
  nothing: Buffer.alloc(0),
  "a priority alone": Buffer.from([0, 1]),
  "a target without end": Buffer.from([0, 1, 63, 65, 65]),
  "a target that points to itself": Buffer.from([0, 1, 0xc0, 0x1d, 0, 0]),
  "a key that is longer than the record": Buffer.from([0, 1, 0, 0, 1, 255, 255, 1]),
  "keys out of order, and twice": Buffer.concat([
    Buffer.from([0, 1, 0]),
    parameters(4, Buffer.alloc(3)),
    parameters(1, Buffer.of(9)),
    parameters(1, Buffer.of(9)),
  ]),
  "an address hint of five octets": Buffer.concat([Buffer.from([0, 1, 0]), parameters(4, Buffer.alloc(5))]),
  "thousands of empty keys": Buffer.concat([
    Buffer.from([0, 1, 0]),
    ...Array.from({ length: 4_000 }, (_, key) => parameters(key, Buffer.alloc(0))),
  ]),
  "only ones": Buffer.alloc(3_000, 255),
};

/** Types that the decoder of the product has no use for. What it has none for it must not read. */
const known = new Set<number>([...Object.values(typeCodes), 41]);
const foreign = fc.integer({ min: 1, max: 65_535 }).filter((type) => !known.has(type));

const asked: readonly { readonly type: RecordType; readonly data: Buffer; readonly shape: unknown }[] = [
  { type: "A", data: Buffer.from([203, 0, 113, 1]), shape: "203.0.113.1" },
  { type: "MX", data: Buffer.from([0, 10, 0xc0, 12]), shape: { priority: 10, exchange: "example.com" } },
  { type: "TXT", data: Buffer.from([3, 97, 98, 99]), shape: ["abc"] },
  { type: "TLSA", data: Buffer.from([3, 1, 1, 7, 7]), shape: Uint8Array.from([3, 1, 1, 7, 7]) },
  {
    type: "CAA",
    data: Buffer.from([0, 5, ...Buffer.from("issue"), ...Buffer.from("a.b")]),
    shape: { critical: 0, tag: "issue", value: "a.b" },
  },
];

const shapesOf = (bytes: Buffer, type: RecordType): unknown[] =>
  decodeMessage(bytes)
    .answers.filter((one) => isType(one, type))
    .map((one) => shapeOf(one, type));

describe.each(asked)("decodeMessage() of an answer for $type", ({ type, data, shape }) => {
  test.each([svcb, https])("among good records of type %i", (other) => {
    const bytes = message(type, [record(other, good), record(typeCodes[type], data), record(other, good)], [record(other, good)]);
    expect(shapesOf(bytes, type)).toEqual([shape]);
  });

  test.each(Object.keys(bad))("among SVCB and HTTPS records of %s", (what) => {
    const rdata = bad[what] ?? Buffer.alloc(0);
    const bytes = message(
      type,
      [record(svcb, rdata), record(typeCodes[type], data), record(https, rdata)],
      [record(https, rdata)],
    );
    expect(shapesOf(bytes, type)).toEqual([shape]);
  });

  test("among any bytes of any type that nobody asks for, in any class, at any place", () => {
    const stranger = fc
      .tuple(foreign, fc.uint8Array({ maxLength: 200 }), fc.constantFrom(1, 1, 1, 3, 254))
      .map(([other, rdata, klass]) => record(other, rdata, owner, klass));
    const strangers = fc.array(stranger, { maxLength: 12 });
    fc.assert(
      fc.property(strangers, strangers, strangers, (before, after, behind) => {
        const bytes = message(type, [...before, record(typeCodes[type], data), ...after], behind);
        expect(shapesOf(bytes, type)).toEqual([shape]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("ask() of a server that sends such records along", () => {
  let server: FakeDns;
  let resolver: Resolver;
  let answer: Buffer;
  beforeAll(async () => {
    server = await startFakeDns({}, { misbehave: () => ({ raw: answer }) });
    resolver = createResolver({ servers: [server.server], timeoutMs: 500, tries: 1 });
  });
  afterAll(async () => {
    resolver.close();
    await server.close();
  });

  test.each(asked)("gives the $type records, and nothing else", async ({ type, data, shape }) => {
    const garbage = Array.from({ length: 40 }, (_, index) => record(300 + index, randomBytes(index % 16)));
    answer = message(type, [
      ...garbage.slice(0, 9),
      record(svcb, Buffer.alloc(90, 255)),
      record(typeCodes[type], data),
      ...garbage.slice(9),
    ]);
    const { outcome, records, failure } = await resolver.ask("example.com", type);
    expect({ outcome, records, failure }).toEqual({ outcome: "records", records: [shape], failure: undefined });
  });

  test("says NODATA where there is nothing else", async () => {
    answer = message("A", [record(https, good), record(svcb, good)]);
    expect((await resolver.ask("example.com", "A")).records).toEqual([]);
  });
});
