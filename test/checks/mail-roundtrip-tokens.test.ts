/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import mailRoundtrip from "../../checks/mail-roundtrip.ts";
import { tokenFindings } from "../../src/net/token-findings.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import type { LineClient } from "../support/line-server.ts";
import { mailHost } from "../support/mail-world.ts";
import { journey, limits, minute, sender, sent, to } from "../support/round-trip-world.ts";
import { challenge, challenged, withToken } from "../support/token-cases.ts";
import { refusal, type TokenReply } from "../support/token-server.ts";

/** As Exchange Online: the error comes first, the refusal when it has been acknowledged. */
const imap =
  (mechanisms: string, refused: string) =>
  async (client: LineClient): Promise<void> => {
    client.send("* OK ready");
    let waiting = "";
    for (;;) {
      const line = await client.line();
      const [tag = "", verb = ""] = line.split(" ");
      if (verb === "CAPABILITY") client.send(`* CAPABILITY IMAP4rev1 SASL-IR ${mechanisms}`, `${tag} OK done`);
      else if (verb === "AUTHENTICATE") client.send(`+ ${challenge}`);
      else if (line === "") client.send(`${waiting} NO ${refused}`);
      else client.send(`${tag} OK done`);
      waiting = tag || waiting;
    }
  };

interface Way {
  readonly script: (client: LineClient) => Promise<void>;
  readonly code: string;
  readonly status?: "critical" | "unknown";
  readonly answer?: TokenReply;
  readonly kind?: "google" | "microsoft";
  readonly provider?: object;
  readonly reason?: string;
}

const provider = { id: "microsoft365", otherRejections: { "password-login-off": ["is disabled"] } };

const told = ({ script, code, status = "critical", answer, kind, reason }: Way) => ({
  script,
  ...(answer ? { answer } : {}),
  ...(kind ? { kind } : {}),
  expected: {
    status,
    findings: [code],
    also: (({ findings }) => {
      if (reason !== undefined) expect(findings[0]?.data["reason"]).toContain(reason);
    }) satisfies CheckCase["also"],
  },
});

/** The receiver's mailbox, where a mail is looked for. */
const looking = (way: Way): CheckCase => ({
  ...withToken({
    ...told(way),
    place: ({ host = mailHost, port, security, password }: Record<string, unknown>) => ({
      from: sender,
      to: { host, port, security, password, user: to, address: to, limits, provider },
    }),
  }),
  memory: journey([sent(2 * minute)]),
});

testCheck(
  mailRoundtrip,
  {
    "the receiver's token is refused": looking({
      script: imap("AUTH=XOAUTH2", "AUTHENTICATE failed."),
      code: "token-rejected",
      reason: challenged,
    }),
    "the receiver's server lets no mail program in": looking({
      script: imap("AUTH=XOAUTH2", "IMAP is disabled for this mailbox"),
      code: "client-access-off",
    }),
    "the receiver's server takes no token": looking({ script: imap("AUTH=PLAIN", "no"), code: "oauth-not-offered" }),
    "there is no token": looking({
      script: imap("AUTH=XOAUTH2", "no"),
      answer: refusal(401, "invalid_client", "AADSTS7000222: The provided client secret keys are expired."),
      code: "credential-unusable",
      status: "unknown",
      reason: "AADSTS7000222",
    }),
    "the directory does not know the receiver": looking({
      script: imap("AUTH=XOAUTH2", "no"),
      kind: "google",
      answer: refusal(400, "invalid_grant", "Invalid email or User ID"),
      code: "token-mailbox-unknown",
    }),
  },
  {
    shownElsewhere: Object.fromEntries(
      Object.keys(mailRoundtrip.findings)
        .filter((code) => !Object.hasOwn(tokenFindings, code))
        .map((code) => [code, "test/checks/mail-roundtrip.test.ts, test/checks/mail-roundtrip-connection.test.ts"]),
    ),
  },
);
