import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readHeader } from "../../src/mail/mail-trace.ts";
import { markRules, readSpamMarks } from "../../src/mail/spam-marks.ts";
import { readStatedResults } from "../../src/mail/stated-results.ts";

const received = "Received: from mail.example.com ([198.51.100.7]) by mx.example.net with ESMTPS; x";
const fieldsOf = (...lines: readonly string[]) => readHeader(`${lines.join("\r\n")}\r\n\r\n`).fields;

describe("readSpamMarks()", () => {
  const cases: Readonly<Record<string, readonly [header: string, filter: string, verdict: string, says: string]>> = {
    "Exchange: spam": ["X-MS-Exchange-Organization-SCL: 5", "Microsoft 365", "spam", "5"],
    "Exchange: trusted": ["X-MS-Exchange-Organization-SCL: -1", "Microsoft 365", "ok", "-1"],
    "Exchange Online: phishing": [
      "X-Forefront-Antispam-Report: CIP:198.51.100.7;CTRY:CN;SCL:5;SFV:SPM;CAT:PHSH;",
      "Microsoft 365",
      "spam",
      "SCL:5 SFV:SPM CAT:PHSH",
    ],
    "Exchange Online: fine": [
      "X-Forefront-Antispam-Report: CIP:198.51.100.7;SCL:1;SFV:NSPM;CAT:NONE;",
      "Microsoft 365",
      "ok",
      "SCL:1 SFV:NSPM CAT:NONE",
    ],
    "Exchange Online: mass mail": ["X-Microsoft-Antispam: BCL:7;", "Microsoft 365", "spam", "BCL:7"],
    "Exchange Online: into the junk folder": [
      "X-Microsoft-Antispam-Mailbox-Delivery: ucf:0;jmr:0;auth:0;dest:J;ENG:(1)",
      "Microsoft 365",
      "spam",
      "dest:J",
    ],
    "SpamAssassin: yes": [
      "X-Spam-Status: Yes, score=7.1 required=5.0 tests=BAYES_99,\r\n\tURIBL_BLACK autolearn=no",
      "SpamAssassin",
      "spam",
      "Yes score=7.1 required=5.0 tests=BAYES_99, URIBL_BLACK ",
    ],
    "SpamAssassin: no": ["X-Spam-Status: No, score=-0.1", "SpamAssassin", "ok", "No score=-0.1"],
    "a flag": ["X-Spam-Flag: YES", "SpamAssassin", "spam", "YES"],
    Rspamd: ["X-Spamd-Result: default: True [17.10 / 15.00]; R_SPF_FAIL(1.00)", "Rspamd", "spam", "[17.10 / 15.00]"],
    Barracuda: ["X-Barracuda-Spam-Status: Yes, SCORE=9.10 using global", "Barracuda", "spam", "Yes SCORE=9.10"],
    "Proofpoint: spam": [
      "X-Proofpoint-Spam-Details: rule=spam policy=default score=90",
      "Proofpoint",
      "spam",
      "rule=spam policy=default score=90",
    ],
    "Proofpoint: none": [
      "X-Proofpoint-Spam-Details: rule=notspam policy=default score=0",
      "Proofpoint",
      "ok",
      "rule=notspam policy=default score=0",
    ],
    Bogofilter: ["X-Bogosity: Unsure, tests=bogofilter", "Bogofilter", "suspect", "Unsure, tests=bogofilter"],
    QQ: ["X-QQ-SPAM: true", "QQ / Tencent Exmail", "spam", "true"],
    Alimail: [
      "X-Alimail-AntiSpam: AC=CONTINUE;BC=0.06|-1;CH=green;DS=CONTINUE|ham_alarm|0.01-0.98;",
      "Alimail",
      "ok",
      "AC=CONTINUE CH=green DS=CONTINUE|ham_alarm",
    ],
    Yandex: ["X-Yandex-Spam: 4", "Yandex", "spam", "4"],
  };
  test.each(Object.entries(cases))("%s", (_, [header, filter, verdict, says]) => {
    expect(readSpamMarks(fieldsOf(header, received), "")).toEqual([
      { filter, header: header.split(":")[0]?.toLowerCase(), verdict, says },
    ]);
  });

  test("what the sender wrote counts for nothing, but for services that write at the end", () => {
    expect(readSpamMarks(fieldsOf(received, "X-Spam-Status: No, score=-9"), "")).toEqual([]);
    expect(readSpamMarks(fieldsOf(received, "X-MS-Exchange-Organization-SCL: 9"), "")).toHaveLength(1);
  });

  test("a mark in the subject", () => {
    for (const subject of ["***SPAM*** Offer", "[SPAM] Offer", "【垃圾邮件】报价"])
      expect(readSpamMarks([], subject), subject).toMatchObject([{ verdict: "spam", header: "subject" }]);
    expect(readSpamMarks([], "How to avoid spam")).toEqual([]);
  });

  test("each names where it is known from", () => {
    expect(markRules.filter(({ source, checkedAt }) => source === "" || !/^\d{4}-\d\d-\d\d$/.test(checkedAt))).toEqual([]);
  });
});

describe("readStatedResults()", () => {
  const told = (...lines: readonly string[]) => {
    const stated = readStatedResults(fieldsOf(...lines));
    return (
      stated && [
        stated.by,
        ...stated.results.map(({ method, result, domain, reason }) => `${method} ${result} ${domain} ${reason}`.trim()),
      ]
    );
  };
  const cases: Readonly<Record<string, readonly [readonly string[], readonly (string | undefined)[] | undefined]>> = {
    Gmail: [
      [
        "Authentication-Results: mx.google.com;\r\n dkim=pass header.i=@example.com header.s=s1 header.b=x;\r\n spf=fail (google.com: domain of a@example.com does not designate; 1) smtp.mailfrom=a@example.com;\r\n dmarc=fail (p=REJECT sp=REJECT dis=NONE) header.from=example.com",
        received,
      ],
      [
        "mx.google.com",
        "dkim pass example.com",
        "spf fail example.com google.com: domain of a@example.com does not designate; 1",
        "dmarc fail example.com p=REJECT sp=REJECT dis=NONE",
      ],
    ],
    "Exchange Online leaves its name out": [
      [
        "Authentication-Results: spf=none (sender IP is 198.51.100.7) smtp.mailfrom=example.com; dkim=none (message not signed) header.d=none;dmarc=none action=none header.from=example.com;compauth=fail reason=001",
        received,
      ],
      [
        undefined,
        "spf none example.com sender IP is 198.51.100.7",
        "dkim none none message not signed",
        "dmarc none example.com",
      ],
    ],
    "several fields of one server, and one of another": [
      [
        "Authentication-Results: mx.example.net; dmarc=pass header.from=example.com",
        "Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=example.com",
        "Authentication-Results: elsewhere.example; spf=fail smtp.mailfrom=example.com",
        received,
      ],
      ["mx.example.net", "dmarc pass example.com", "spf pass example.com"],
    ],
    "what stands below the first server": [
      [received, "Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=example.com"],
      undefined,
    ],
    "SPF alone": [
      ["Received-SPF: softfail (mx.example.net: not permitted) client-ip=198.51.100.7", received],
      [undefined, "spf softfail  mx.example.net: not permitted"],
    ],
    nothing: [[received], undefined],
    "no results": [["Authentication-Results: mx.example.net; none", received], undefined],
  };
  test.each(Object.entries(cases))("%s", (_, [lines, wanted]) => {
    expect(told(...lines)).toEqual(wanted);
  });

  test("never throws", () => {
    const words = fc.constantFrom("spf=", "dkim=pass", ";", "(", ")", "header.d=", "a.b", "=", " ");
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string({ unit: "binary" })), { maxLength: 60 }), (parts) => {
        const value = parts.join("");
        const fields = [
          { name: "authentication-results", value },
          { name: "x-spam-status", value },
          { name: "received-spf", value },
          { name: "received", value },
        ];
        expect(readSpamMarks(fields, value).length).toBeLessThanOrEqual(20);
        expect(readStatedResults(fields)?.results.length ?? 0).toBeLessThanOrEqual(20);
      }),
    );
  });
});
