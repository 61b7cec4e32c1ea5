import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createQueueReader } from "../../src/mail/postfix-queue.ts";

const now = Date.UTC(2026, 10, 22, 12);
const longMs = 3_600_000;
const lineOf = (index: number, more: object = {}): string =>
  JSON.stringify({
    queue_name: "deferred",
    queue_id: `4XyZ${index}`,
    arrival_time: Math.round(now / 1000) - 7_200,
    message_size: 900,
    forced_expire: false,
    sender: `u${index}@example.com`,
    recipients: [
      { address: `a@far${index}.test`, delay_reason: `host mx${index}.far.test[192.0.2.1] said: 451 4.3.0 id ${index}xyzabc` },
    ],
    ...more,
  });

describe("createQueueReader", () => {
  test("100,000 mails of 100,000 senders, destinations and reasons, in bounded memory", () => {
    const reader = createQueueReader({ now, longMs });
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 100_000; index += 1) {
      reader.read(lineOf(index % 10 === 0 ? 0 : index, index % 10 === 0 ? { sender: "bulk@example.com" } : {}));
    }
    const summary = reader.summary();
    expect(summary).toMatchObject({ total: 100_000, old: 100_000, unread: 0, recipients: 100_000 });
    // Who counts most is found among all who came once.
    expect(summary.senders[0]).toMatchObject({ address: "bulk@example.com", recipients: 10_000 });
    expect(summary.destinations[0]).toMatchObject({ domain: "far0.test", old: 10_000 });
    expect(summary.senders.length).toBeLessThanOrEqual(10);
    expect(summary.destinations.length).toBeLessThanOrEqual(100);
    expect((process.memoryUsage().heapUsed - before) / 1024 / 1024).toBeLessThan(100);
  }, 30_000);

  test("a mail with more recipients than a line is read for counts once, with its age", () => {
    const reader = createQueueReader({ now, longMs });
    const recipients = Array.from({ length: 20_000 }, (_, i) => ({ address: `u${i}@far.test`, delay_reason: "later" }));
    const text = lineOf(1, { recipients });
    reader.read(text.slice(0, 200_000));
    expect(reader.summary()).toMatchObject({ total: 1, unread: 0, oldest: { deferred: 7_200_000 } });
  });

  test("what is no mail of a queue is counted and nothing more", () => {
    const reader = createQueueReader({ now, longMs });
    for (const text of [
      "",
      "Mail queue is empty",
      "{}",
      "[1]",
      "null",
      '{"queue_name":"deferred"}',
      lineOf(1, { queue_name: "constructor" }),
    ])
      reader.read(text);
    expect(reader.summary()).toMatchObject({ total: 0, unread: 6 });
  });

  test("an empty list is an empty queue", () => {
    const reader = createQueueReader({ now, longMs });
    for (const text of ["[]", " [ ]\r"]) reader.read(text);
    expect(reader.summary()).toMatchObject({ total: 0, unread: 0 });
  });

  test("noise throws nothing", () => {
    const noise = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.json(),
      fc
        .tuple(fc.nat(), fc.dictionary(fc.constantFrom("queue_name", "sender", "recipients", "arrival_time"), fc.jsonValue()))
        .map(([index, more]) => lineOf(index, more)),
      fc.tuple(fc.nat(), fc.nat(400)).map(([index, end]) => lineOf(index).slice(0, end)),
      fc
        .string({ maxLength: 200, unit: "binary" })
        .map((reason) => lineOf(1, { recipients: [{ address: reason, delay_reason: reason }] })),
    );
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 30 }), (lines) => {
        const reader = createQueueReader({ now, longMs });
        for (const text of lines) reader.read(text);
        const { total, unread } = reader.summary();
        expect(total + unread).toBe(lines.filter((text) => text.trim() !== "" && !/^\s*\[\s*\]\s*$/.test(text)).length);
      }),
      { numRuns: 300 },
    );
  });
});
