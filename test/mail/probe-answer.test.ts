import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mayBeAnswer, readProbeAnswer } from "../../src/mail/probe-answer.ts";
import { composeProbe, probeHeader, type ProbeId, tokenOf } from "../../src/mail/probe-mail.ts";

const sign = (text: string): string => createHmac("sha256", "ours").update(text).digest("hex");
const route = "forward canary@partner.test~old@example.test";
const id: ProbeId = { seq: 12, random: "00112233445566ff" };
const token = tokenOf(route, id, sign);
const letter = composeProbe({ from: "canary@partner.test", to: "old@example.test", id, token, answerable: true });
const known = [{ id, subject: letter.subject }];
const encoded = `=?UTF-8?B?${Buffer.from(`自动回复: ${letter.subject}`).toString("base64")}?=`;

const mail = (headers: string, text = "Please write to sales@example.test"): string =>
  Buffer.from(`From: "Old, sales" <Old@Example.test>\r\n${headers}\r\n\r\n${text}\r\n`).toString("latin1");
const read = (raw: string) => readProbeAnswer(raw, known, route, sign);

describe("readProbeAnswer", () => {
  test.each([
    ["by In-Reply-To", `In-Reply-To: ${letter.messageId}\r\nSubject: away`],
    ["by References, folded", `References: <1@other.test>\r\n ${letter.messageId}\r\nSubject: away`],
    ["by the subject that it repeats", `Subject: Auto: ${letter.subject}`],
    ["by the subject, encoded", `Subject: ${encoded}`],
  ])("%s", (_name, headers) => {
    expect(read(mail(headers))).toMatchObject({
      id,
      from: "old@example.test",
      text: expect.stringContaining("sales@example.test"),
    });
  });

  test.each([
    ["another mail is answered", "In-Reply-To: <1@partner.test>\r\nSubject: away"],
    ["a token that is not signed", `In-Reply-To: <${token.replace(/.$/, "0").replace(/0$/, "z")}@partner.test>`],
    ["our own mail, handed back", `In-Reply-To: ${letter.messageId}\r\n${probeHeader}: ${token}`],
    ["nothing is said", "Subject: away"],
  ])("none: %s", (_name, headers) => {
    expect(read(mail(headers))).toBeUndefined();
  });

  test("another route's mail is another's answer", () => {
    expect(readProbeAnswer(mail(`In-Reply-To: ${letter.messageId}`), [], `${route}x`, sign)).toBeUndefined();
  });

  test("says whether a program wrote it, and reads HTML as text", () => {
    const headers = `In-Reply-To: ${letter.messageId}\r\nContent-Type: text/html`;
    expect(read(mail(headers, "<p>sales&#64;example.test</p>"))).toMatchObject({
      automatic: false,
      text: expect.stringContaining("sales@example.test"),
    });
    expect(read(mail(`${headers}\r\nAuto-Submitted: auto-replied`))?.automatic).toBe(true);
  });

  test("noise throws nothing, and is no answer to what was never sent", () => {
    const noise = fc.oneof(
      fc.string({ maxLength: 400, unit: "binary" }),
      fc.string({ maxLength: 200 }).map((text) => mail(`In-Reply-To: <${text}@x>\r\nSubject: ${text}`, text)),
    );
    fc.assert(
      fc.property(noise, (raw) => {
        expect(read(raw)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});

describe("mayBeAnswer", () => {
  const may = (headers: Record<string, string>): boolean => mayBeAnswer(new Map(Object.entries(headers)), known, route, sign);
  test("goes by the header alone", () => {
    expect(may({ "in-reply-to": letter.messageId })).toBe(true);
    expect(may({ subject: encoded })).toBe(true);
    expect(may({ subject: `Auto: ${letter.subject}` })).toBe(true);
    expect(may({ subject: "Auto: something else" })).toBe(false);
    expect(may({})).toBe(false);
  });
});

describe("composeProbe", () => {
  test("one that may be answered lacks what keeps programs from it, and nothing else", () => {
    const plain = composeProbe({ from: "canary@partner.test", to: "old@example.test", id, token });
    expect(letter.headers).toEqual({ [probeHeader]: token });
    expect(Object.keys(plain.headers)).toEqual([probeHeader, "Auto-Submitted", "X-Auto-Response-Suppress"]);
    expect({ ...letter, headers: {} }).toEqual({ ...plain, headers: {} });
  });
});
