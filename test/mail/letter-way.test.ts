import { expect, test } from "vitest";
import { letterWay, letterWaySchema } from "../../src/mail/letter-way.ts";

const sentAt = Date.UTC(2026, 10, 22, 9, 0, 0);
const date = (seconds: number): string => new Date(sentAt + seconds * 1000).toUTCString().replace("GMT", "+0000");
const hop = (by: string, seconds: number): string =>
  `Received: from x (x [192.0.2.1])\r\n\tby ${by} with ESMTPS; ${date(seconds)}\r\n`;
/** The last server stands first. */
const mail = (...hops: string[]): string => `${hops.toReversed().join("")}Subject: probe\r\n\r\n`;

const way = (top: string, more: Partial<Parameters<typeof letterWay>[0]> = {}) =>
  letterWay({ sentAt, tookMs: 6_000, place: "inbox", handedMs: 812, receivedAt: sentAt + 6_000, top, ...more });

test.each([
  [
    "each leg by who measured it",
    mail(hop("smtp.example.com", 1), hop("mx.example.net", 3)),
    {},
    [
      { host: "smtp.example.com", ms: 812 },
      { host: "mx.example.net", ms: 2_000 },
      { host: null, ms: 3_000 },
    ],
  ],
  [
    "a filter on the same machine is part of its stop",
    mail(hop("smtp.example.com", 1), hop("mx.example.net", 2), hop("mx.example.net", 5)),
    {},
    [
      { host: "smtp.example.com", ms: 812 },
      { host: "mx.example.net", ms: 4_000 },
      { host: null, ms: 1_000 },
    ],
  ],
  [
    "a clock that disagrees makes its legs unknown, not long",
    mail(hop("smtp.example.com", 1), hop("wrong.example.net", 90_000), hop("mx.example.net", 3)),
    {},
    [
      { host: "smtp.example.com", ms: 812 },
      { host: "wrong.example.net", ms: null },
      { host: "mx.example.net", ms: 2_000 },
      { host: null, ms: 3_000 },
    ],
  ],
  [
    "no leg lasts longer than the whole way",
    mail(hop("smtp.example.com", -600), hop("mx.example.net", 3)),
    {},
    [
      { host: "smtp.example.com", ms: 812 },
      { host: "mx.example.net", ms: null },
      { host: null, ms: 3_000 },
    ],
  ],
  [
    "the mailbox's clock is a second behind",
    mail(hop("smtp.example.com", 1), hop("mx.example.net", 6)),
    { receivedAt: sentAt + 5_000 },
    [
      { host: "smtp.example.com", ms: 812 },
      { host: "mx.example.net", ms: 5_000 },
      { host: null, ms: 0 },
    ],
  ],
  [
    "a mail without a line of any server",
    "Subject: probe\r\n\r\n",
    {},
    [
      { host: "", ms: 812 },
      { host: null, ms: null },
    ],
  ],
  ["nothing was read and nothing measured", "", { handedMs: undefined, receivedAt: undefined }, [{ host: null, ms: null }]],
])("letterWay: %s", (_, top, more, legs) => {
  expect(way(top, more)).toEqual({ sentAt, tookMs: 6_000, place: "inbox", legs });
});

test("letterWay is bounded: of fifty servers the first, the last and the slowest are kept, and it can be remembered", () => {
  const hops = Array.from({ length: 50 }, (_, index) => hop(`s${index}.example.net`, index === 20 ? 5 : index > 20 ? 5 : 0));
  const { legs } = way(mail(...hops));
  expect(legs).toHaveLength(10);
  expect(legs[0]?.host).toBe("s0.example.net");
  expect(legs.at(-2)?.host).toBe("s49.example.net");
  expect(legs.map(({ host }) => host)).toContain("s20.example.net");
  expect(letterWaySchema.safeParse(way(mail(...hops))).success).toBe(true);
  expect(letterWaySchema.safeParse(way(mail(hop("\u202e".repeat(3_000), 1)))).success).toBe(true);
});
