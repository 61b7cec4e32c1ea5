import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { composeProbe, type ProbeId, recogniseProbe, tokenOf } from "../../src/mail/probe-mail.ts";

const signWith =
  (key: string) =>
  (text: string): string =>
    createHmac("sha256", key).update(text).digest("hex");
const sign = signWith("ours");
const route = "sales@example.test~canary@example.test";
const id: ProbeId = { seq: 4711, random: "00112233445566ff" };
const token = tokenOf(route, id, sign);
const headers = (probe: string | undefined, messageId: string) =>
  new Map([...(probe === undefined ? [] : [["x-mailvigil-probe", probe] as const]), ["message-id", messageId]]);

describe("recogniseProbe", () => {
  test.each([
    ["by its header", headers(token, "<x@y>"), "own"],
    ["by its Message-ID alone", headers(undefined, `<${token}@example.test>`), "own"],
    ["by its Message-ID where the header was changed", headers("changed", `<${token}@example.test>`), "own"],
    ["another number under the same signature", headers(token.replace(/^[^.]+/, "zz"), "<x@y>"), "forged"],
    ["no signature", headers("1.00112233445566ff", "<x@y>"), "forged"],
    ["a header that is no token", headers("x".repeat(10_000), "<x@y>"), "forged"],
    ["a mail of other people", headers(undefined, "<1@example.test>"), "other"],
    ["a Message-ID that is none", headers(undefined, token), "other"],
  ])("%s", (_name, given, kind) => {
    expect(recogniseProbe(given, route, sign).kind).toBe(kind);
  });

  test("gives back which mail it is", () => {
    expect(recogniseProbe(headers(token, ""), route, sign)).toEqual({ kind: "own", id });
  });

  test("another route and another installation are not ours", () => {
    expect(recogniseProbe(headers(token, ""), "info@example.test~canary@example.test", sign).kind).toBe("forged");
    expect(recogniseProbe(headers(token, ""), route, signWith("theirs")).kind).toBe("forged");
  });
});

describe("composeProbe", () => {
  const compose = (seq: number, random: string) =>
    composeProbe({
      from: "sales@example.test",
      to: "canary@example.test",
      id: { seq, random },
      token: tokenOf(route, { seq, random }, sign),
    });

  test("is found again by what it carries", () => {
    const { messageId, headers: written } = compose(4711, id.random);
    expect(messageId).toMatch(/^<[0-9a-z.]+@example\.test>$/);
    expect(recogniseProbe(headers(written["X-Mailvigil-Probe"], messageId), route, sign)).toEqual({ kind: "own", id });
    expect(written["Auto-Submitted"]).toBe("auto-generated");
  });

  test("has both languages, no open place, and differs from mail to mail", () => {
    const mails = Array.from({ length: 200 }, (_, i) =>
      compose(i, createHmac("sha256", "x").update(`${i}`).digest("hex").slice(0, 16)),
    );
    for (const { subject, text } of mails) {
      expect(`${subject}\n${text}`).not.toMatch(/[{}]/);
      expect(text).toMatch(/[a-z]{4}/);
      expect(text).toMatch(/\p{Script=Han}{4}/u);
    }
    const withoutNumbers = new Set(mails.map(({ subject, text }) => `${subject} ${text}`.replaceAll(/\d+/g, "")));
    expect(withoutNumbers.size).toBeGreaterThan(60);
  });
});
