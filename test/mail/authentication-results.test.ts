import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { authenticationFact, readAuthenticationFact, readAuthenticationResults } from "../../src/mail/authentication-results.ts";

const cases: readonly (readonly [
  name: string,
  value: string,
  spf: readonly string[] | undefined,
  dkim: readonly string[] | undefined,
])[] = [
  [
    "of Gmail, which names the identity and not d=",
    `mx.google.com;\r\n       dkim=pass header.i=@example.com header.s=s1 header.b=Ab3dE;\r\n       spf=pass (google.com: domain of a@bounce.example.com designates 203.0.113.5 as permitted sender) smtp.mailfrom=a@bounce.example.com;\r\n       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.com`,
    ["bounce.example.com"],
    ["example.com"],
  ],
  [
    "of Exchange Online, which leaves its own name out",
    "spf=pass (sender IP is 203.0.113.5) smtp.mailfrom=example.com; dkim=none (message not signed) header.d=none;dmarc=bestguesspass action=none header.from=example.com;compauth=pass reason=109",
    ["example.com"],
    [],
  ],
  [
    "of a server with two signatures, one of them broken",
    'mail.example.net 1; dkim=fail reason="bad signature" header.d=example.com; dkim=pass header.d=Provider.Example; spf=softfail smtp.mailfrom="a b"@example.com',
    [],
    ["provider.example"],
  ],
  [
    "of a bounce, which has no sender but HELO",
    "mx.example.net; spf=pass smtp.mailfrom=<> smtp.helo=mail.example.com",
    ["mail.example.com"],
    undefined,
  ],
  ["with white space around the signs", "mx.example.net; spf = pass smtp.mailfrom = a@example.com", ["example.com"], undefined],
  ["with a comment that lies", "mx.example.net (; dkim=pass header.d=evil.example (deep \\) ;)); dkim=none", undefined, []],
  ["of an error that passes", "mx.example.net; spf=temperror smtp.mailfrom=a@example.com; dkim=none", undefined, []],
  ["cut in the middle", "mx.example.net; spf=pass smtp.mailfrom=a@example.com; dkim=pass hea", ["example.com"], undefined],
  [
    "longer than is read",
    `mx.example.net; spf=pass smtp.mailfrom=a@example.com; dkim=pass header.d=mail.example.com x=${"a".repeat(4_000)}`,
    ["example.com"],
    undefined,
  ],
];

describe("readAuthenticationResults", () => {
  test.each(cases)("%s", (_, value, spf, dkim) => {
    expect(readAuthenticationResults(value)).toEqual({ spf, dkim });
  });

  test("is undefined where nothing is said", () => {
    for (const value of [
      "",
      "mx.example.net; none",
      "mx.example.net; dmarc=pass header.from=example.com",
      "spf",
      "dkim=",
      ";;;",
    ]) {
      expect(readAuthenticationResults(value), value).toBeUndefined();
    }
  });

  test("never throws, and what it says survives as a fact", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 3_000 }), fc.boolean(), (noise, behind) => {
        const said = readAuthenticationResults(behind ? `x; spf=pass smtp.mailfrom=example.com; ${noise}` : noise);
        if (said === undefined) return;
        const fact = authenticationFact("a@example.com", "b@example.net", said) ?? "";
        expect(fact.length).toBeLessThan(2_200);
        expect(readAuthenticationFact(fact)).toEqual({ from: "a@example.com", to: "b@example.net", ...said });
      }),
      { numRuns: 500 },
    );
  });

  test("ends in time on 64 KiB of parentheses", () => {
    expect(readAuthenticationResults("(".repeat(65_536))).toBeUndefined();
    expect(readAuthenticationResults("(\\".repeat(30_000))).toBeUndefined();
  });
});

test("authenticationFact takes no address that could not be read back", () => {
  expect(authenticationFact("a b@example.com", "b@example.net", { spf: [], dkim: [] })).toBeUndefined();
  expect(authenticationFact("a~b@example.com", "b@example.net", { spf: [], dkim: [] })).toBeUndefined();
});

test("readAuthenticationFact takes other facts for none", () => {
  for (const value of ["", "a@example.com", "a@example.com spf=- dkim=-", "a~b spf= dkim=-", "a~b dkim=- spf=-"]) {
    expect(readAuthenticationFact(value), value).toBeUndefined();
  }
});
