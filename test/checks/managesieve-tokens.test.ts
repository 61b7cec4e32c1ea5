/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import managesieve from "../../checks/managesieve.ts";
import { tokenFindings } from "../../src/net/token-findings.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import type { LineClient } from "../support/line-server.ts";
import { challenge, challenged, withToken } from "../support/token-cases.ts";
import { refusal } from "../support/token-server.ts";

/** A server that takes these ways, and answers the token, and what is sent after that. */
const sieve =
  (sasl: string, ...answers: readonly (readonly string[])[]) =>
  async (client: LineClient): Promise<void> => {
    client.send('"IMPLEMENTATION" "test"', '"SIEVE" "fileinto"', `"SASL" "${sasl}"`, 'OK "ready"');
    const said = await client.line();
    const [, length = ""] = /^AUTHENTICATE "(?:XOAUTH2|OAUTHBEARER)" \{(\d+)\+\}$/.exec(said) ?? [];
    if (length === "") return client.end("reset");
    await client.bytes(Number(length));
    if ((await client.line()) !== "") return client.end("reset");
    for (const answer of answers) {
      client.send(...answer);
      await client.line();
    }
    client.send("OK");
    await client.line();
    client.end();
  };

const refused = (code: string, reason: RegExp | string, status: "critical" | "unknown" = "critical") => ({
  status,
  findings: [code],
  also: (({ findings, evidence }, { rejected }) => {
    expect(String(findings[0]?.data["reason"])).toMatch(reason);
    // A token is none of the breaker's: the credential may be as good as ever.
    expect(rejected).toBeUndefined();
    expect(evidence.join("\n")).not.toContain("eyJhbGci");
  }) satisfies CheckCase["also"],
});

testCheck(
  managesieve,
  {
    "lets in by XOAUTH2": withToken({
      script: sieve("PLAIN XOAUTH2", ['OK "in"']),
      expected: {
        status: "ok",
        findings: [],
        also: ({ evidence }, { loggedIn }) => {
          expect(evidence.join("\n")).toContain("C: AUTHENTICATE XOAUTH2 (Sales@example.test, [token])");
          expect(loggedIn).toEqual(["sales@example.test"]);
        },
      },
    }),
    "lets in by OAUTHBEARER where both are offered": withToken({
      script: sieve("xoauth2 oauthbearer", ['OK "in"']),
      expected: {
        status: "ok",
        findings: [],
        also: ({ evidence }) => expect(evidence.join("\n")).toContain("C: AUTHENTICATE OAUTHBEARER"),
      },
    }),
    "refuses the token, with the error it tells": withToken({
      script: sieve("XOAUTH2", [`"${challenge}"`], ['NO "Authentication failed."']),
      expected: refused("token-rejected", challenged),
    }),
    "tells its error in a literal": withToken({
      script: sieve("XOAUTH2", [`{${challenge.length}}`, challenge, ""], ['NO "Authentication failed."']),
      expected: refused("token-rejected", "status 400"),
    }),
    "asks again and again": withToken({
      script: sieve("XOAUTH2", ['"x"'], ['"x"'], ['"x"'], ['NO "no"']),
      expected: refused("token-rejected", "no"),
    }),
    "takes no token": withToken({ script: sieve("PLAIN LOGIN"), expected: refused("oauth-not-offered", "AUTH PLAIN LOGIN") }),
    "has this way switched off": withToken({
      script: sieve("XOAUTH2", ['NO (AUTH-TOO-WEAK) "no"']),
      expected: refused("client-access-off", "AUTH-TOO-WEAK"),
    }),
    "says good-bye": withToken({
      script: sieve("XOAUTH2", ['BYE "too busy"']),
      expected: refused("session-ended", "too busy"),
    }),
    "there is no token": withToken({
      script: sieve("XOAUTH2", ['OK "in"']),
      answer: refusal(401, "invalid_client", "AADSTS7000222: The provided client secret keys are expired."),
      expected: refused("credential-unusable", "AADSTS7000222", "unknown"),
    }),
    "the directory does not know the mailbox": withToken({
      script: sieve("XOAUTH2", ['OK "in"']),
      kind: "google",
      answer: refusal(400, "invalid_grant", "Invalid email or User ID"),
      expected: refused("token-mailbox-unknown", "Invalid email"),
    }),
  },
  {
    shownElsewhere: Object.fromEntries(
      Object.keys(managesieve.findings)
        .filter((code) => !Object.hasOwn(tokenFindings, code))
        .map((code) => [code, "test/checks/managesieve.test.ts"]),
    ),
  },
);
