import fc from "fast-check";
import { expect, test } from "vitest";
import { readSieve } from "../../src/mail/sieve.ts";

test("readSieve finds where mail is sent on to, and which scripts are taken in", () => {
  const script = `require ["fileinto", "copy", "include"];
# redirect "comment@example.net";
/* redirect "comment@example.org"; */
include :personal "holiday";
if header :contains "subject" "redirect \\"quoted@example.org\\";" {
  redirect :copy "Thief@example.net";
}
vacation text:
redirect "letter@example.org";
.
;
REDIRECT "second@example.net"; keep;`;
  expect(readSieve(script)).toEqual({ redirects: ["Thief@example.net", "second@example.net"], includes: ["holiday"] });
});

test("readSieve takes what is no Sieve, in time, and holds no more than it needs", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(readSieve(`redirect ${text}`).redirects.length).toBeLessThanOrEqual(1 + text.length);
    }),
  );
  const many = Array.from({ length: 5_000 }, (_, i) => `redirect "a${i}@example.net";`).join("\n");
  const began = performance.now();
  expect(readSieve(many).redirects).toHaveLength(50);
  expect(readSieve('redirect "'.padEnd(256 * 1024, "x"))).toEqual({ redirects: [], includes: [] });
  expect(readSieve("/*".repeat(120_000))).toEqual({ redirects: [], includes: [] });
  expect(performance.now() - began).toBeLessThan(2_000);
});
