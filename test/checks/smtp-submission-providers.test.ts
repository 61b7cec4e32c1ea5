/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import smtpSubmission from "../../checks/smtp-submission.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { critical, type Expected, login, ok, onServer, warning } from "../support/connection-cases.ts";
import type { LineClient } from "../support/line-server.ts";
import { scriptSmtp, type SmtpScript } from "../support/mail-script.ts";
import { password } from "../support/mail-world.ts";
import { presetOptions } from "../support/preset-options.ts";

/** A submission server that speaks as this provider's, with the security and the knowledge of its preset. */
function at(provider: string, script: SmtpScript | ((client: LineClient) => Promise<void>), expected: Expected): CheckCase {
  const { security, provider: known } = presetOptions(provider);
  return onServer(typeof script === "function" ? script : scriptSmtp(script), expected, { security }, { provider: known });
}

const answers = (...lines: readonly string[]): SmtpScript => ({ on: { AUTH: [lines] } });
const blames =
  (kind: "definite" | "ambiguous" | undefined): NonNullable<CheckCase["also"]> =>
  (_observation, { rejected }) =>
    expect(rejected?.kind).toBe(kind);

const ambiguous: Expected = { ...warning("login-refused"), also: blames("ambiguous") };
const rejected = critical("login-rejected", blames("definite"));
const appPassword = critical("app-password-needed", blames("definite"));
const off = critical("password-login-off", blames(undefined));

const exchange = "[PH0PR07CA0041.namprd07.prod.outlook.com 2026-11-22T12:00:00.000Z 08DE1D]";

/** Bytes of GBK in the answer to AUTH. */
const inGbk =
  (hex: string): ((client: LineClient) => Promise<void>) =>
  async (client) => {
    client.send("220 smtp.263.net ESMTP");
    await client.line();
    client.send("250-smtp.263.net", "250 AUTH PLAIN");
    await client.line();
    client.send(Buffer.concat([Buffer.from("535 "), Buffer.from(`${hex}0d0a`, "hex")]));
    await client.line();
  };

/** Exchange Online offers LOGIN and no PLAIN. */
const loginOnly: SmtpScript = {
  on: {
    EHLO: [["250-outlook.office365.com Hello [127.0.0.1]", "250-STARTTLS", "250-AUTH LOGIN XOAUTH2", "250 SMTPUTF8"]],
    AUTH: [["334 VXNlcm5hbWU6"]],
    [Buffer.from(login.user).toString("base64").toUpperCase()]: [["334 UGFzc3dvcmQ6"]],
    [Buffer.from(password).toString("base64").toUpperCase()]: [["235 2.7.0 Authentication successful"]],
  },
};

testCheck(
  smtpSubmission,
  {
    "Exmail's one text for five causes stays open": at(
      "exmail",
      answers(
        "535 Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy.",
      ),
      ambiguous,
    ),
    "Exmail's one text with a code that would blame the password stays open": at(
      "exmail",
      answers(
        "535 5.7.8 Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy.",
      ),
      ambiguous,
    ),
    "QQ with the password of the account": at("qq", answers("535 Please using authorized code to login."), appPassword),
    "a text in GBK can be read": at("263", inGbk("d5cabac5d2d1b6b3bde1"), {
      ...ambiguous,
      also: ({ findings, evidence }) => {
        expect(findings[0]?.data["reason"]).toContain("帐号已冻结");
        expect(evidence.join("\n")).toContain("S: 535 帐号已冻结");
      },
    }),
    "Aliyun where third-party clients are switched off": at("aliyun", answers("526 login refused"), ambiguous),

    "NetEase with a wrong authorisation code, or with SMTP off": at(
      "netease",
      answers("535 Error: authentication failed"),
      ambiguous,
    ),
    "NetEase where SMTP is not switched on": at("netease", answers("550 User has no permission"), ambiguous),
    "NetEase's mail for companies, a wrong password said as if for now": at(
      "netease-qiye",
      answers("460 ERR.LOGIN.PASSERR"),
      rejected,
    ),
    "NetEase's mail for companies, a wrong authorisation code": at("netease-qiye", answers("535 ERR.LOGIN.REQCODE"), appPassword),
    "NetEase's mail for companies, an address that may not log in": at(
      "netease-qiye",
      answers("535 ERR.LOGINRULE.IPDENY"),
      critical("address-denied", blames("ambiguous")),
    ),
    "NetEase's mail for companies, not paid": at(
      "netease-qiye",
      answers("535 ERR.LOGIN.DOMAINEXPED"),
      critical("account-locked", blames("definite")),
    ),
    "NetEase's mail for companies after too many wrong passwords": at(
      "netease-qiye",
      answers("535 ERR.REQ.VERIFYCODE"),
      ambiguous,
    ),

    "Gmail with a wrong password": at(
      "google",
      answers(
        "535-5.7.8 Username and Password not accepted. For more information, go to",
        "535 5.7.8  https://support.google.com/mail/?p=BadCredentials x - gsmtp",
      ),
      rejected,
    ),
    "Gmail with the password of the account": at(
      "google",
      answers(
        "534-5.7.9 Application-specific password required. For more information, go to",
        "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor x - gsmtp",
      ),
      appPassword,
    ),
    "Gmail that wants a login by browser": at(
      "google",
      answers(
        "534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1> Please log in via",
        "534-5.7.14 your web browser and then try again.",
        "534 5.7.14  https://support.google.com/mail/answer/78754 x - gsmtp",
      ),
      ambiguous,
    ),
    "Gmail with too many logins backs off": at(
      "google",
      answers("454 4.7.0 Too many login attempts, please try again later. x - gsmtp"),
      ambiguous,
    ),

    "Exchange Online lets a password in by LOGIN alone": at("microsoft365", loginOnly, ok),
    "Exchange Online with a wrong password": at(
      "microsoft365",
      answers(`535 5.7.139 Authentication unsuccessful, the user credentials were incorrect. ${exchange}`),
      rejected,
    ),
    "Exchange Online, switched off for the mailbox": at(
      "microsoft365",
      answers(
        `535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information. ${exchange}`,
      ),
      off,
    ),
    "Exchange Online, switched off for the company": at(
      "microsoft365",
      answers(
        `535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information. ${exchange}`,
      ),
      off,
    ),
    "Exchange Online, switched off by Security Defaults": at(
      "microsoft365",
      answers(`535 5.7.139 Authentication unsuccessful, basic authentication is disabled. ${exchange}`),
      off,
    ),
    "Exchange Online after passwords have gone": at(
      "microsoft365",
      answers(`550 5.7.30 Basic authentication is not supported for Client Submission. ${exchange}`),
      off,
    ),
    "21Vianet after passwords have gone": at(
      "microsoft365-china",
      answers("550 5.7.30 Basic authentication is not supported for Client Submission."),
      off,
    ),
    "Exchange Online without saying which": at(
      "microsoft365",
      answers(
        `535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator. ${exchange}`,
      ),
      ambiguous,
    ),
    "Exchange Online that takes tokens alone": at(
      "microsoft365",
      { on: { EHLO: [["250-outlook.office365.com", "250-STARTTLS", "250 AUTH XOAUTH2"]] } },
      off,
    ),
  },
  {
    shownElsewhere: Object.fromEntries(
      Object.keys(smtpSubmission.findings).map((code) => [code, "test/checks/smtp-submission.test.ts"]),
    ),
  },
);
