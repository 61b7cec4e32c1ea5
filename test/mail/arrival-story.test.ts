import fc from "fast-check";
import { expect, test } from "vitest";
import { reasonText } from "../../src/i18n/reasons.ts";
import { readArrival } from "../../src/mail/arrival-story.ts";

const top = [
  "X-Spam-Status: Yes, score=7.2 required=5.0 tests=FROM_ROBOT",
  "Authentication-Results: mx.far.test; spf=pass smtp.mailfrom=own.test; dkim=fail header.d=own.test",
  "Received: from mail.own.test (mail.own.test [203.0.113.5]) by mx.far.test with ESMTPS (TLS1.3) id 3; Sun, 22 Nov 2026 12:10:30 +0000",
  "Received: from relay.own.test (relay.own.test [203.0.113.6]) by mail.own.test with ESMTP id 2; Sun, 22 Nov 2026 09:00:10 +0000",
  "Received: from pc (pc.own.test [203.0.113.7]) by relay.own.test with ESMTPSA id 1; Sun, 22 Nov 2026 12:00:05 +0000",
  "Subject: Short note",
  "",
  "x",
].join("\r\n");

test("readArrival: hops with TLS and delay, a wrong clock left out, results and marks", () => {
  const { lines, waited, marked, data } = readArrival(top, 640_000);
  expect(lines).toEqual([
    "pc.own.test ▶ relay.own.test, TLS",
    "relay.own.test ▶ mail.own.test, in clear, its clock disagrees",
    "mail.own.test ▶ mx.far.test, TLS 1.3, after 625 s",
    "mx.far.test found spf=pass own.test, dkim=fail own.test",
    "x-spam-status: spam, Yes score=7.2 required=5.0 tests=FROM_ROBOT",
  ]);
  expect(data).toMatchObject({ waitedBefore: "mx.far.test", waitedSeconds: 625 });
  expect(reasonText(waited)).toEqual({
    en: "it waited 625 s at mail.own.test until mx.far.test took it",
    zh: "其中 625 秒停在 mail.own.test，之后才由 mx.far.test 接收",
  });
  expect(reasonText(marked).zh).toBe("过滤系统的标记：「SpamAssassin (Yes score=7.2 required=5.0 tests=FROM_ROBOT)」");
});

test("readArrival: a mail that was not read shows nothing, and says so in both languages", () => {
  const { lines, waited, marked, data } = readArrival("", 640_000);
  expect({ lines, data }).toEqual({ lines: [], data: {} });
  for (const reason of [waited, marked]) expect(reasonText(reason).zh).toMatch(/^邮件头/);
});

test.each([
  [625_000, "it waited 625 s at mail.own.test until mx.far.test took it"],
  [624_400, "it waited 624 s at mail.own.test until mx.far.test took it"],
  [623_000, "it waited 623 s at mail.own.test until mx.far.test took it"],
  // Its clocks cannot be right.
  [44_000, "its header does not show where it waited"],
])("readArrival: a mail that took %i ms waited nowhere for longer", (tookMs, said) => {
  const { waited, data } = readArrival(top, tookMs);
  expect(waited).toBe(said);
  expect(data["waitedSeconds"] ?? 0).toBeLessThanOrEqual(Math.round(tookMs / 1000));
});

test("readArrival: noise throws nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (noise) => {
      expect(readArrival(`Received: ${noise}\r\n${top}`, 640_000).lines.length).toBeGreaterThan(0);
      readArrival(noise, 0);
    }),
  );
});
