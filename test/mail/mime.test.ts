import { describe, expect, test } from "vitest";
import { htmlToText } from "../../src/mail/html-text.ts";
import { readMailDate } from "../../src/mail/mail-date.ts";
import { contentOf, contentType, readMail, textOf } from "../../src/mail/mime-parts.ts";
import { decodeCharset, decodeHeader } from "../../src/mail/mime-text.ts";

/** 退信 in GBK, as Latin-1. */
const gbk = "\xcd\xcb\xd0\xc5";
const utf8 = Buffer.from("退信").toString("latin1");

test("decodeCharset()", () => {
  const cases: readonly (readonly [octets: string, charset: string | undefined, text: string])[] = [
    [gbk, "gb2312", "退信"],
    [gbk, "GBK", "退信"],
    [gbk, undefined, "退信"],
    [gbk, "us-ascii", "退信"],
    [gbk, "utf-8", "退信"],
    [gbk, "no-such-charset", "退信"],
    [utf8, undefined, "退信"],
    [utf8, "utf8", "退信"],
    [utf8.slice(0, -1), "utf-8", "退"],
    ["\xa4\xa4\xa4\xe5", "big5", "中文"],
    ["caf\xe9", "iso-8859-1", "café"],
  ];
  for (const [octets, charset, text] of cases) expect(decodeCharset(octets, charset), `${text} as ${charset}`).toBe(text);
});

test("decodeHeader()", () => {
  const cases: Readonly<Record<string, string>> = {
    "=?gb2312?B?zcvQxQ==?=": "退信",
    "=?GB18030?Q?=CD=CB=D0=C5?=": "退信",
    "Re: =?utf-8?b?6YCA?= =?utf-8?b?5L+h?= ok": "Re: 退信 ok",
    // Cut within a character.
    "=?utf-8?b?6YA=?= =?utf-8?b?gOS/oQ==?=": "退信",
    "=?utf-8?q?a_b=2Ec?=": "a b.c",
    "=?utf-8*zh-CN?B?6YCA?=": "退",
    [gbk]: "退信",
    "folded\r\n\tvalue": "folded value",
    "=?broken?x?y?=": "=?broken?x?y?=",
  };
  for (const [value, text] of Object.entries(cases)) expect(decodeHeader(value), value).toBe(text);
});

describe("readMail()", () => {
  test("takes nested parts apart in order and leaves attached mails closed", () => {
    const mail = readMail(
      [
        'Content-Type: multipart/mixed;\r\n\tboundary="a b"',
        "",
        "preamble",
        "--a b",
        "Content-Type: multipart/alternative; boundary=in",
        "",
        "--in",
        "",
        "plain",
        "--in",
        "Content-Type: text/html",
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "<b>x=3Dy</b>=",
        "",
        "--in--",
        "--a b ",
        "Content-Type: Message/RFC822",
        "",
        "Content-Type: multipart/mixed; boundary=in",
        "",
        "--in",
        "--a bc",
        "--a b--",
        "epilogue",
      ].join("\r\n"),
    );
    expect(mail.parts.map((part) => [part.type, contentOf(part)])).toEqual([
      ["text/plain", "plain"],
      ["text/html", "<b>x=y</b>"],
      ["message/rfc822", "Content-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n--a bc"],
    ]);
    expect(mail.cut).toBe(false);
  });

  test("says when there is more than it reads", () => {
    expect(readMail(`Content-Type: multipart/mixed; boundary=b\n\n${"--b\n\nx\n".repeat(100)}`)).toMatchObject({
      cut: true,
      parts: { length: 60 },
    });
  });

  test("a part without a header is text", () => {
    const [part] = readMail("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n").parts;
    expect(part && textOf(part)).toBe("hello\n");
  });
});

test("contentType()", () => {
  expect(contentType('Text/HTML;charset="GB2312"; x = y ; charset=z')).toEqual({
    type: "text/html",
    parameters: new Map([
      ["charset", "GB2312"],
      ["x", "y"],
    ]),
  });
  expect(contentType("nonsense").type).toBe("text/plain");
});

test("htmlToText()", () => {
  const html =
    "<HEAD><style>p{}</style></HEAD><body><!-- <p>no --><p>a&nbsp;&lt;b@c.d&gt; <x@y.z> 1 < 2<td>&#36864;&#x4fe1;</td></p><script>no</script>";
  expect(htmlToText(html).replace(/\n+/g, "|")).toBe("|a <b@c.d> <x@y.z> 1 < 2|退信|");
});

test("readMailDate()", () => {
  const at = Date.UTC(2026, 10, 22, 2, 0, 1);
  const cases: Readonly<Record<string, number | undefined>> = {
    "Sun, 22 Nov 2026 10:00:01 +0800 (CST)": at,
    "22 Nov 2026 02:00:01 -0000": at,
    "Sun, 22 Nov 26 02:00:01 GMT": at,
    "Sunday, 22-Nov-2026 02:00:01 UTC": at,
    "Sat,  21 Nov 2026\r\n 18:00:01.123 PST": at,
    // China's or Chicago's.
    "Sun, 22 Nov 2026 10:00:01 CST": undefined,
    "Sun, 22 Nov 2026 10:00:01": undefined,
    "32 Nov 2026 10:00:01 +0000": undefined,
    "22 Foo 2026 10:00:01 +0000": undefined,
    "": undefined,
  };
  for (const [text, wanted] of Object.entries(cases)) expect(readMailDate(text), text).toBe(wanted);
});
