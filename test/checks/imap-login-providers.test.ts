/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import imapLogin from "../../checks/imap-login.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { critical, type Expected, login, ok, onServer, warning } from "../support/connection-cases.ts";
import type { LineClient } from "../support/line-server.ts";
import { type ImapScript, scriptImap } from "../support/mail-script.ts";
import { mailWorld, password } from "../support/mail-world.ts";
import { presetOptions } from "../support/preset-options.ts";

type Script = (client: LineClient) => Promise<void>;

/** A server that speaks as this provider's, met with what its preset knows. */
const at = (provider: string, script: ImapScript | Script, expected: Expected): CheckCase => ({
  ...onServer(typeof script === "function" ? script : scriptImap(script), expected),
  options: { ...login, provider: presetOptions(provider).provider },
});

const refuses = (...lines: readonly string[]): ImapScript => ({ on: { LOGIN: [lines.map((line) => `{tag} ${line}`)] } });

const blames =
  (kind: "definite" | "ambiguous" | undefined): NonNullable<CheckCase["also"]> =>
  (_observation, { rejected }) =>
    expect(rejected?.kind).toBe(kind);

const ambiguous: Expected = { ...warning("login-refused"), also: blames("ambiguous") };
const rejected = critical("login-rejected", blames("definite"));
const appPassword = critical("app-password-needed", blames("definite"));

/** The commands that were sent, in order. */
const commandsIn = (evidence: readonly string[]): readonly string[] =>
  evidence.filter((line) => line.startsWith("C: ")).map((line) => line.split(" ")[2] ?? "");
const commands = (...expected: readonly string[]): Expected => ({
  ...ok,
  also: ({ evidence }, { loggedIn }) => {
    expect(commandsIn(evidence)).toEqual(expected);
    expect(loggedIn).toEqual(["sales@example.test"]);
  },
});

/** QQ's servers hang up at a command that they do not know, without a word. */
const hangsUp: Script = async (client) => {
  client.send("* OK [CAPABILITY IMAP4 IMAP4rev1 ID AUTH=PLAIN AUTH=LOGIN NAMESPACE] QQMail XMIMAP4Server ready");
  for (;;) {
    const [tag = "", verb = ""] = (await client.line()).split(" ");
    if (!["CAPABILITY", "LOGIN", "EXAMINE", "LOGOUT"].includes(verb)) return client.end();
    client.send(`${tag} OK Success ${verb.toLowerCase()} ok`);
  }
};

/** Coremail opens a folder only for who has said after the login which program it is: before it does not count. */
const coremail =
  (greeting: string): Script =>
  async (client) => {
    client.send(greeting);
    let [isIn, told] = [false, false];
    for (;;) {
      const [tag = "", verb = ""] = (await client.line()).split(" ");
      if (verb === "LOGIN") isIn = true;
      if (verb === "ID") {
        told = isIn;
        client.send('* ID ("name" "Coremail Imap" "vendor" "Mailtech" "TransID" "x")');
      }
      if (verb === "CAPABILITY") client.send("* CAPABILITY IMAP4rev1 XLIST SPECIAL-USE ID LITERAL+ UIDPLUS X-CM-EXT-1 SASL-IR");
      const unsafe = verb === "EXAMINE" && !told;
      client.send(
        unsafe ? `${tag} NO EXAMINE Unsafe Login. Please contact kefu@188.com for help` : `${tag} OK ${verb} completed`,
      );
      if (verb === "LOGOUT") return client.end();
    }
  };
const netease = "* OK Coremail System IMap Server Ready(163com[10774b260cc7a37d26d71b52404dcf5c])";
/** An administrator may write the greeting anew. */
const renamed = "* OK Mail of Example Ltd. ready";

const exmailText =
  "NO Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy. More information at https://open.work.weixin.qq.com/help2/pc/19886";

/** Bytes of GBK in the answer to LOGIN. */
const inGbk =
  (hex: string): Script =>
  async (client) => {
    client.send("* OK [CAPABILITY IMAP4rev1] ready");
    const [tag = ""] = (await client.line()).split(" ");
    client.send(Buffer.concat([Buffer.from(`${tag} NO `), Buffer.from(`${hex}0d0a`, "hex")]));
    await client.line();
  };
const readable =
  (text: string): NonNullable<CheckCase["also"]> =>
  ({ findings, evidence }) => {
    expect(findings[0]?.data["reason"]).toContain(text);
    expect(evidence.join("\n")).toContain(text);
  };

const throttled = inGbk("b5c7c2bcccabc6b5b7b1"); // 登录太频繁
const frozen = inGbk("d5cabac5d2d1b6b3bde1"); // 帐号已冻结

testCheck(
  imapLogin,
  {
    "Exmail's one text for five causes stays open": at("exmail", refuses(exmailText), ambiguous),
    "Exmail's one text, without its preset, does too": { ...at("exmail", refuses(exmailText), ambiguous), options: login },
    "Exmail after Secure Login was switched on": at("exmail", refuses("NO Login fail. Please using weixin token"), appPassword),
    "Exmail is sent no command that it does not know": at("exmail", hangsUp, commands("LOGIN", "EXAMINE")),
    "QQ is sent no command that it does not know": at("qq", hangsUp, commands("LOGIN", "EXAMINE")),
    "the same server, were it told who asks, hangs up": at("netease", hangsUp, {
      ...critical("connection-lost"),
      also: ({ findings }) => expect(findings[0]?.data["command"]).toBe("ID"),
    }),
    "QQ with the password of the account": at("qq", refuses("NO Please using authorized code to login."), appPassword),
    "QQ with an authorisation code that is void": at("qq", refuses("NO Authorized code is incorrect"), appPassword),
    "QQ with too many logins, in GBK": at("qq", throttled, { ...ambiguous, also: readable("登录太频繁") }),
    "a text in GBK that no preset knows": at("263", frozen, { ...ambiguous, also: readable("帐号已冻结") }),
    "Aliyun where third-party clients are switched off": at("aliyun", refuses("NO LOGIN login refused"), ambiguous),

    "NetEase is told who asks, after the login": at(
      "netease",
      coremail(netease),
      commands("CAPABILITY", "LOGIN", "ID", "EXAMINE"),
    ),
    "NetEase's mail for companies as well": at(
      "netease-qiye",
      coremail(netease),
      commands("CAPABILITY", "LOGIN", "ID", "EXAMINE"),
    ),
    "Coremail on premises, whatever it calls itself": at(
      "coremail",
      coremail(renamed),
      commands("CAPABILITY", "LOGIN", "ID", "EXAMINE"),
    ),
    "Coremail that nobody declared is known by its greeting": at(
      "263",
      coremail(netease),
      commands("CAPABILITY", "LOGIN", "ID", "EXAMINE"),
    ),
    "Coremail that nobody declared and that has another greeting is known by Unsafe Login": at(
      "263",
      coremail(renamed),
      commands("CAPABILITY", "LOGIN", "EXAMINE", "ID", "EXAMINE"),
    ),
    "NetEase with a wrong authorisation code, or with IMAP off": at(
      "netease",
      refuses("NO LOGIN Login error or password error"),
      ambiguous,
    ),
    "NetEase where ID does not help": at(
      "netease",
      { on: { EXAMINE: [["{tag} NO EXAMINE Unsafe Login. Please contact kefu@188.com for help"]] } },
      critical("id-wanted", blames(undefined)),
    ),
    "NetEase's mail for companies, a wrong password": at("netease-qiye", refuses("NO ERR.LOGIN.PASSERR"), rejected),
    "NetEase's mail for companies, a wrong authorisation code": at("netease-qiye", refuses("NO ERR.LOGIN.REQCODE"), appPassword),
    "NetEase's mail for companies, an address that may not log in": at(
      "netease-qiye",
      refuses("NO ERR.LOGIN.IPDENY"),
      critical("address-denied", blames("ambiguous")),
    ),
    "NetEase's mail for companies, not paid": at(
      "netease-qiye",
      refuses("NO ERR.LOGIN.DOMAINEXPED"),
      critical("account-locked", blames("definite")),
    ),
    "NetEase's mail for companies, the wrong cluster": at("netease-qiye", refuses("NO ERR.LOGIN.DOMAINNOTEXIST"), ambiguous),

    "Gmail with a wrong password": at("google", refuses("NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"), rejected),
    "Gmail with the password of the account": at(
      "google",
      refuses("NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)"),
      appPassword,
    ),
    "Gmail that wants a login by browser": at(
      "google",
      refuses("NO [WEBALERT https://accounts.google.com/signin/continue?sarp=1] Web login required."),
      ambiguous,
    ),
    "Gmail with too many connections": at("google", refuses("NO [ALERT] Too many simultaneous connections. (Failure)"), {
      ...warning("login-limited"),
      also: blames(undefined),
    }),

    "Exchange Online takes no password, and is sent none": {
      ...at("microsoft365", {}, critical("password-login-off", blames(undefined))),
      world: async () => {
        const capability = "* CAPABILITY IMAP4 IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE";
        const world = await mailWorld(scriptImap({ on: { CAPABILITY: [[capability, "{tag} OK CAPABILITY completed."]] } }));
        return {
          ...world,
          close: async () => {
            expect(world.server.received()).not.toContain(password);
            expect(world.server.received()).not.toMatch(/LOGIN |AUTHENTICATE/);
            await world.close();
          },
        };
      },
    },
    "Exchange Online without a mailbox behind the account": at(
      "microsoft365",
      { on: { EXAMINE: [["{tag} BAD User is authenticated but not connected."]] } },
      critical("mailbox-not-connected", blames(undefined)),
    ),
    "Exchange Online without its backend": at(
      "microsoft365-china",
      refuses("NO [UNAVAILABLE] Server Unavailable. 15"),
      critical("login-unavailable", blames(undefined)),
    ),
    "iCloud with a wrong app password": at("icloud", refuses("NO [AUTHENTICATIONFAILED] Authentication Failed"), rejected),
    "one connection and a good-bye, as limits of connections want it": {
      ...at("google", {}, ok),
      world: async () => {
        const world = await mailWorld(scriptImap({}));
        return {
          ...world,
          close: async () => {
            expect(world.server.clients().all).toBe(1);
            expect(world.server.received()).toMatch(/LOGOUT\r\n$/);
            await world.close();
          },
        };
      },
    },
  },
  {
    shownElsewhere: Object.fromEntries(Object.keys(imapLogin.findings).map((code) => [code, "test/checks/imap-login.test.ts"])),
  },
);
