import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { bounceCauses } from "../../src/i18n/bounce-causes.ts";
import { readBounce } from "../../src/mail/dsn.ts";
import { causeOfReply } from "../../src/mail/reply-cause.ts";

const folder = new URL("../fixtures/bounces/", import.meta.url);
const expectedSchema = z.object({
  kind: z.string().nullable(),
  dialect: z.string().optional(),
  recipients: z
    .array(
      z.object({
        address: z.string().nullable(),
        originalAddress: z.string().optional(),
        action: z.string(),
        status: z.string().nullable(),
        reply: z.number().nullable(),
        remoteMta: z.string().nullable(),
        /** A part of the diagnostic. */
        says: z.string(),
        retriedUntil: z.iso.datetime().optional(),
      }),
    )
    .optional(),
  originalMessageId: z.string().nullable().optional(),
  originalSubject: z.string().optional(),
  reportedBy: z.string().nullable().optional(),
  arrivedAt: z.iso.datetime().nullable().optional(),
  causes: z.array(z.enum(bounceCauses)).optional(),
  blocklist: z.string().optional(),
});

const names = readdirSync(folder)
  .filter((name) => name.endsWith(".eml"))
  .map((name) => name.slice(0, -".eml".length));
const source = (name: string): Buffer => readFileSync(new URL(`${name}.eml`, folder));
const expected = (name: string) => expectedSchema.parse(JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")));
const moment = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

/** The bounce in the shape of what is expected; optional keys only where they are expected. */
function told(name: string): unknown {
  const wanted = expected(name);
  const bounce = readBounce(source(name));
  if (bounce === undefined) return { kind: null };
  const [first] = bounce.recipients;
  const cause = first && causeOfReply(first);
  return {
    kind: bounce.kind,
    dialect: bounce.dialect,
    recipients: bounce.recipients.map((one, index) => {
      const says = wanted.recipients?.[index]?.says ?? "";
      return {
        address: one.address ?? null,
        action: one.action,
        status: one.status ?? null,
        reply: one.reply ?? null,
        remoteMta: one.remoteMta ?? null,
        says: one.diagnostic.includes(says) ? says : one.diagnostic,
        ...(one.originalAddress === undefined ? {} : { originalAddress: one.originalAddress }),
        ...(one.retriedUntil === undefined ? {} : { retriedUntil: moment(one.retriedUntil) }),
      };
    }),
    originalMessageId: bounce.originalMessageId ?? null,
    reportedBy: bounce.reportedBy ?? null,
    arrivedAt: moment(bounce.arrivedAt),
    ...(wanted.originalSubject === undefined ? {} : { originalSubject: bounce.originalSubject }),
    ...(wanted.causes === undefined ? {} : { causes: cause?.causes }),
    ...(cause?.blocklist === undefined ? {} : { blocklist: cause.blocklist.name }),
  };
}

describe("readBounce() on the corpus", () => {
  test("which holds at least 60 bounces in 12 dialects", () => {
    const bounces = names.map(expected).filter(({ recipients = [] }) => recipients.length > 0);
    expect(bounces.length).toBeGreaterThanOrEqual(60);
    expect(new Set(bounces.map(({ dialect }) => dialect)).size).toBeGreaterThanOrEqual(12);
  });

  test.each(names)("%s", (name) => {
    expect(told(name)).toEqual(expected(name));
  });

  test("what a person forwards is read when a person asks", () => {
    const quoted = readBounce(source("none-customer-quotes-bounce"), { forwarded: true });
    expect(quoted?.recipients.map(({ address, status }) => [address, status])).toEqual([["sales@example.com", "5.2.2"]]);
    const attached = Buffer.from(
      `From: boss@example.com\r\nSubject: What is this?\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\nPlease look.\r\n--m\r\nContent-Type: message/rfc822\r\n\r\n${source("gmail-over-quota").toString("latin1")}\r\n--m--\r\n`,
      "latin1",
    );
    expect(readBounce(attached)).toBeUndefined();
    expect(readBounce(attached, { forwarded: true })?.originalMessageId).toBe("<gm-over-quota@mail.gmail.com>");
  });

  test("only CR, only LF, an mbox line before it: the same", () => {
    const text = source("exchange-quota").toString("latin1");
    const wanted = readBounce(source("exchange-quota"));
    for (const other of [
      text.replaceAll("\r\n", "\n"),
      text.replaceAll("\r\n", "\r"),
      `From x Sun Nov 22 10:00:00 2026\r\n${text}`,
    ])
      expect(readBounce(Buffer.from(other, "latin1"))).toEqual(wanted);
  });
});
