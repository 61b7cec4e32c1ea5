import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Bounce, readBounce } from "../../src/mail/dsn.ts";
import { causeOfReply } from "../../src/mail/reply-cause.ts";

const folder = new URL("../fixtures/bounces/", import.meta.url);
const corpus = readdirSync(folder)
  .filter((name) => name.endsWith(".eml"))
  .map((name) => readFileSync(new URL(name, folder)));

/** What holds of every answer, whatever was read. */
function isBounded(bounce: Bounce | undefined): boolean {
  if (bounce === undefined) return true;
  const { recipients, originalMessageId = "", originalSubject = "", reportedBy = "" } = bounce;
  const texts = [
    originalMessageId,
    originalSubject,
    reportedBy,
    ...recipients.flatMap((one) => [one.address ?? "", one.diagnostic]),
  ];
  for (const one of recipients) causeOfReply(one);
  // oxlint-disable-next-line no-control-regex -- control characters are what must not come through
  return recipients.length <= 100 && texts.every((text) => text.length <= 1_100 && !/[\u0000-\u001f\u007f\u202e]/.test(text));
}

describe("readBounce() on noise", () => {
  test("random octets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4_000 }), (octets) => {
        expect([readBounce(octets), readBounce(octets, { forwarded: true })].every(isBounded)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("the corpus, cut, spliced and with octets changed", () => {
    const change = fc.record({
      mail: fc.nat(corpus.length - 1),
      other: fc.nat(corpus.length - 1),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      octets: fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), { maxLength: 30 }),
      how: fc.constantFrom("cut", "splice", "drop", "twice"),
    });
    fc.assert(
      fc.property(change, ({ mail, other, at, octets, how }) => {
        const source = Buffer.from(corpus[mail] ?? "");
        for (const [place, octet] of octets) source[Math.floor(place * source.length)] = octet;
        const border = Math.floor(at * source.length);
        const [head, tail] = [source.subarray(0, border), source.subarray(border)];
        const made = {
          cut: head,
          splice: Buffer.concat([head, corpus[other] ?? Buffer.alloc(0)]),
          drop: Buffer.concat([head, tail.subarray(40)]),
          twice: Buffer.concat([head, tail, tail]),
        }[how];
        expect([readBounce(made), readBounce(made, { forwarded: true })].every(isBounded)).toBe(true);
      }),
      { numRuns: 1_500 },
    );
  });

  const big = 8 * 1024 * 1024;
  const head = "From: MAILER-DAEMON@example.com\r\nSubject: Undelivered Mail\r\n";
  const filled = (start: string, unit: string): string => start + unit.repeat(Math.ceil((big - start.length) / unit.length));
  const report = `${head}Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n`;
  const nested = Array.from(
    { length: 5_000 },
    (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n`,
  ).join("");
  const hostile: Readonly<Record<string, string>> = {
    "one line of spaces": filled(`${head}\r\n`, " "),
    "one line of letters": filled(`${head}\r\n`, "a"),
    "a header without end": filled(`${head}X: `, "a\r\n "),
    "header fields only": filled(head, "X-A: b\r\n"),
    "encoded words": filled(`${head}X: 1\r\nFrom: `, "=?gb2312?B?"),
    "angle brackets": filled(`${head}Content-Type: text/html\r\n\r\n`, "<"),
    "style tags that stay open": filled(`${head}Content-Type: text/html\r\n\r\n`, "<style><script>"),
    "at signs": filled(`${head}\r\n`, "a@"),
    "boundary lines": filled(`${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n`, "--b\r\n"),
    "almost boundary lines": filled(`${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n`, "--bb\r\n"),
    "parts within parts": filled(head + nested, "x"),
    recipients: filled(report, "Final-Recipient: rfc822;a@example.net\r\nAction: failed\r\n\r\n"),
    "one field of a report": filled(`${report}Diagnostic-Code: smtp; `, "5.5.5.5 "),
    "soft line breaks": filled(`${head}Content-Transfer-Encoding: quoted-printable\r\n\r\n`, "= \r\n="),
    base64: filled(`${head}Content-Transfer-Encoding: base64\r\n\r\n`, "LS0tLQ=="),
    dashes: filled(`${head}\r\n`, "-----\n"),
    "paragraphs of qmail": filled(`${head}\r\nHi. This is the qmail-send program at x.\n\n`, "<a@b>:\nx\n\n"),
    "rows of a form": filled(`${head}\r\n退信\n`, "收件人：a@b.c\n退信原因：x\n"),
    "indented addresses of exim": filled(
      `${head}\r\ncreated automatically by mail delivery software\nThe following address(es) failed:\n`,
      "  a@b.c\n      x\n",
    ),
    "a transcript of sendmail": filled(
      `${head}\r\n --- The following addresses had permanent\n<a@b.c>\n   ----- Transcript of session follows -----\n`,
      "<<< 550 x\n",
    ),
    "carriage returns": filled(head.replaceAll("\n", ""), "\r"),
  };
  test.each(Object.entries(hostile))("8 MiB of %s are read in time", (_, text) => {
    const source = Buffer.from(text, "utf8").subarray(0, big);
    const began = performance.now();
    expect(isBounded(readBounce(source, { forwarded: true }))).toBe(true);
    // Some 100 ms on an idle machine; what is not linear takes minutes.
    expect(performance.now() - began).toBeLessThan(4_000);
  });
});
