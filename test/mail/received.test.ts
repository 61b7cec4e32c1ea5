import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findHandover, type Hop, readReceived } from "../../src/mail/received.ts";

const nothing: Hop = { helo: undefined, name: undefined, address: undefined, by: undefined, submitted: false };

/** As these servers write them. */
const forms: Readonly<Record<string, readonly [value: string, hop: Partial<Hop>]>> = {
  Postfix: [
    `from mail.own.example (unknown [203.0.113.5])\r\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n\tby mx.partner.example (Postfix) with ESMTPS id 4X\r\n\tfor <a@partner.example>; Sun, 22 Nov 2026 12:00:00 +0000 (UTC)`,
    { helo: "mail.own.example", address: "203.0.113.5", by: "mx.partner.example" },
  ],
  "Postfix, with a login": [
    "from laptop (home.example.net [198.51.100.7])\r\n\t(Authenticated sender: sales@own.example)\r\n\tby mail.own.example (Postfix) with ESMTPSA id 4X",
    { helo: "laptop", name: "home.example.net", address: "198.51.100.7", by: "mail.own.example", submitted: true },
  ],
  "Postfix, IPv6": [
    "from mail.own.example (mail.own.example [IPv6:2001:DB8::5]) by mx.partner.example with ESMTP",
    { helo: "mail.own.example", name: "mail.own.example", address: "2001:db8::5", by: "mx.partner.example" },
  ],
  Gmail: [
    "from mail.own.example (mail.own.example. [203.0.113.5])\r\n        by mx.google.com with ESMTPS id x1si1.2026.11.22",
    { helo: "mail.own.example", name: "mail.own.example", address: "203.0.113.5", by: "mx.google.com" },
  ],
  "Gmail, within": [
    "by 2002:a05:6402:1::1 with SMTP id a1csp1; Sun, 22 Nov 2026 04:00:00 -0800 (PST)",
    { by: "2002:a05:6402:1::1" },
  ],
  "Gmail, with a login": [
    "from [192.168.1.5] (dsl.example.net. [198.51.100.7]) by smtp.gmail.com with ESMTPSA id 1",
    { helo: "[192.168.1.5]", name: "dsl.example.net", address: "198.51.100.7", by: "smtp.gmail.com", submitted: true },
  ],
  Exchange: [
    "from mail.own.example (203.0.113.5) by DB5EUR03FT.mail.protection.outlook.com (10.152.20.1) with Microsoft SMTP Server (version=TLS1_2) id 15.20",
    { helo: "mail.own.example", address: "203.0.113.5", by: "db5eur03ft.mail.protection.outlook.com" },
  ],
  "Exchange, within": [
    "from AM0PR0.eurprd.prod.outlook.com (2603:10a6:208:1::1) by AM8PR0.eurprd.prod.outlook.com with HTTPS",
    { helo: "am0pr0.eurprd.prod.outlook.com", address: "2603:10a6:208:1::1", by: "am8pr0.eurprd.prod.outlook.com" },
  ],
  "Exchange, of its own": ["from EX1 ([fe80::1:2%3]) by EX1 ([fe80::1:2%3]) with mapi id 15.1", { helo: "ex1", by: "ex1" }],
  "Exim, whose HELO is the name found": [
    "from mail.own.example ([203.0.113.5]:48522)\n\tby mx.partner.example with esmtps (TLS1.3) (Exim 4.98) id 1t",
    { helo: "mail.own.example", address: "203.0.113.5", by: "mx.partner.example" },
  ],
  "Exim, whose HELO is another": [
    "from mail.own.example ([203.0.113.5] helo=srv1)\n\tby mx.partner.example with esmtp (Exim 4.98)",
    { helo: "srv1", name: "mail.own.example", address: "203.0.113.5", by: "mx.partner.example" },
  ],
  "Exim, without a name": [
    "from [203.0.113.5] (helo=mail.own.example) by mx.partner.example with esmtp",
    { helo: "mail.own.example", address: "203.0.113.5", by: "mx.partner.example" },
  ],
  qmail: [
    "from unknown (HELO mail.own.example) (203.0.113.5)\n  by mx.partner.example with SMTP; 22 Nov 2026 12:00:00 -0000",
    { helo: "mail.own.example", address: "203.0.113.5", by: "mx.partner.example" },
  ],
  Sendmail: [
    "from mail.own.example (host5.isp.example [203.0.113.5] (may be forged)) by mx.partner.example (8.18.1/8.18.1) with ESMTP id 4A",
    { helo: "mail.own.example", name: "host5.isp.example", address: "203.0.113.5", by: "mx.partner.example" },
  ],
  Yahoo: [
    "from 203.0.113.5 (EHLO mail.own.example)\r\n by 10.253.1.1 with SMTPs; Sun, 22 Nov 2026 12:00:00 +0000",
    { helo: "mail.own.example", address: "203.0.113.5", by: "10.253.1.1" },
  ],
  Coremail: [
    "from mail.own.example (unknown [203.0.113.5])\r\n\tby gzga-mx-mtada-g2-1 (Coremail) with SMTP id _____wD",
    { helo: "mail.own.example", address: "203.0.113.5", by: "gzga-mx-mtada-g2-1" },
  ],
  "Tencent's": [
    "from mail.own.example (unknown [203.0.113.5])\r\n\tby newxmmxszc6-1.qq.com (NewMX) with SMTP id ABCD",
    { helo: "mail.own.example", address: "203.0.113.5", by: "newxmmxszc6-1.qq.com" },
  ],
  "Dovecot, LMTP": [
    "from mx.partner.example\n\tby mx.partner.example with LMTP\n\tid 4Cu (envelope-from <sales@own.example>)",
    { helo: "mx.partner.example", by: "mx.partner.example" },
  ],
  "no client at all": ["by mail.own.example (Postfix, from userid 1000) id 4X; Sun", { by: "mail.own.example" }],
  nothing: ["", {}],
  "no words": ["; ((( ) from (by with", {}],
};

describe("readReceived()", () => {
  test.each(Object.entries(forms))("reads the form of %s", (_, [value, hop]) => {
    expect(readReceived(value)).toEqual({ ...nothing, ...hop });
  });

  test("never throws, and is quick on what was made to be slow", () => {
    const word = fc.constantFrom(
      "from",
      "by",
      "with",
      "(",
      ")",
      "[",
      "]",
      ";",
      "helo=",
      "EHLO ",
      "203.0.113.5",
      "a.b",
      "ESMTPSA",
    );
    const noise = fc.oneof(
      fc.string({ unit: "binary", maxLength: 3_000 }),
      fc.array(word).map((words) => words.join(" ")),
    );
    fc.assert(
      fc.property(noise, (text) => {
        const { helo, address, by } = readReceived(text);
        for (const part of [helo, address]) expect(part ?? "").not.toMatch(/\s/);
        expect(by ?? "").not.toMatch(/[\s()]/);
      }),
      { numRuns: 500 },
    );
    const began = performance.now();
    for (const unit of ["(", "[", "a ", "helo ", "a[", "(a", ")", "\t"]) readReceived(`from ${unit.repeat(1_000_000)}`);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe("findHandover()", () => {
  const hop = (value: string): Hop => readReceived(value);
  const handover = (hops: readonly string[], more: { receiver?: string[]; sender?: string[] } = {}) =>
    findHandover(hops.map(hop), {
      receiver: ["mx.partner.example"],
      sender: ["mail.own.example"],
      isPublic: (address) => !/^(?:10|127|192\.168|fe80)[.:]/.test(address),
      ...more,
    });
  const given = "from mail.own.example (unknown [203.0.113.5]) by mx.partner.example (Postfix) with ESMTPS";
  const found = { address: "203.0.113.5", helo: "mail.own.example" };
  const submitted = "from laptop (unknown [198.51.100.7]) by mail.own.example with ESMTPSA";

  const ways: Readonly<Record<string, readonly [index: number | undefined, ...hops: string[]]>> = {
    "one server on each side": [0, given, submitted],
    "forged lines below say nothing": [0, given, "from a.test ([192.0.2.66]) by mx.partner.example with ESMTP", submitted],
    "a filter within the receiver's machine": [
      2,
      "from localhost (localhost [127.0.0.1]) by mx.partner.example with ESMTP",
      "from mx.partner.example by mx.partner.example with LMTP",
      given,
    ],
    "public addresses within the receiver's service": [
      1,
      "from in1.partner.example (in1.partner.example [192.0.2.9]) by store3.partner.example with ESMTP",
      given,
    ],
    "the receiver's server does not say who brought it": [1, "by store3.partner.example with SMTP id 1", given],
    "the top line is of a machine without a domain": [
      0,
      "from mail.own.example (unknown [203.0.113.5]) by gzga-mx-mtada-g2-1 (Coremail) with SMTP",
    ],
    "a proxy hides the client: what the sender's server says below is not believed": [
      undefined,
      "from mail.own.example (unknown [10.0.0.1]) by mx.partner.example with ESMTP",
      "from desk.own.example ([203.0.113.77]) by mail.own.example with ESMTP",
    ],
    "a line below that nobody vouches for": [
      undefined,
      "by store3.partner.example with SMTP id 1",
      "from mail.own.example ([203.0.113.5]) by mx.stranger.example with ESMTP",
    ],
    "submitted at the receiver's own server": [undefined, "from laptop ([198.51.100.7]) by mx.partner.example with ESMTPSA"],
    "it never left the sender's service": [
      undefined,
      "from out1.own.example (out1.own.example [203.0.113.5]) by in1.own.example with ESMTP",
    ],
    "only private addresses": [undefined, "from mail.own.example (unknown [10.0.0.5]) by mx.partner.example with ESMTP"],
    "no line at all": [undefined],
  };
  test.each(Object.entries(ways))("%s", (_, [index, ...hops]) => {
    expect(handover(hops)).toEqual(index === undefined ? undefined : { index, ...found });
  });

  test("a filter service in front of the receiver is the receiver's, by its MX", () => {
    const hops = [
      "from DB5.mail.protection.outlook.com (2603:10a6::1) by AM8.eurprd.prod.outlook.com with HTTPS",
      "from de-smtp-1.mimecast.com (de-smtp-1.mimecast.com [198.51.100.21]) by DB5.mail.protection.outlook.com with SMTP",
      "from mail.own.example (mail.own.example [203.0.113.5]) by relay.mimecast.com with ESMTPS",
      submitted,
    ];
    const exchange = "outlook.office365.com";
    expect(handover(hops, { receiver: [exchange, "de-smtp-inbound-1.mimecast.com"] })).toEqual({ index: 2, ...found });
  });

  test("what a relay of the sender's hands over counts as the sender", () => {
    const relayed = "from out7.relay.example (out7.relay.example [192.0.2.7]) by mx.partner.example with ESMTPS";
    const inside = "from mail.own.example ([203.0.113.5]) by in.relay.example with ESMTPS";
    expect(handover([relayed, inside])).toEqual({ index: 0, address: "192.0.2.7", helo: "out7.relay.example" });
  });
});
