import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bounceAnswers } from "../../src/i18n/bounce-answers.ts";
import { bounceCauses, causeWords } from "../../src/i18n/bounce-causes.ts";
import { statusIn } from "../../src/mail/dsn-status.ts";
import { causeOfReply, fitsStatus, replyRules } from "../../src/mail/reply-cause.ts";
import type { ReplyRule } from "../../src/mail/reply-rules.ts";

const codeOf = ({ status }: ReplyRule): string | undefined => status?.replace("x", "5").replace("*", "99").replace(/-\d+$/, "");
const replyOf = ({ reply }: ReplyRule): number | undefined =>
  reply === undefined ? undefined : Number(reply.replace("xx", "50"));
const said = (diagnostic: string, more: { status?: string; reply?: number; remoteMta?: string } = {}) =>
  causeOfReply({ diagnostic, status: statusIn(diagnostic), reply: undefined, remoteMta: undefined, ...more });

describe("the rules of replies", () => {
  const cases = replyRules.flatMap((rule) => (rule.any ?? [""]).map((words) => ({ rule, words })));
  test.each(cases)("$words $rule.status $rule.reply is reached", ({ rule, words }) => {
    const [status, reply] = [codeOf(rule), replyOf(rule)];
    const found = causeOfReply({
      diagnostic: [reply, status, words.replaceAll("…", " x ")].filter((part) => part !== undefined).join(" "),
      status,
      reply,
      remoteMta: rule.by?.[0],
    });
    expect(found.rule).toBe(rule);
    expect(found.causes).toEqual(rule.causes);
  });

  test("each names a source and the day it was looked up", () => {
    expect(replyRules.filter(({ source, checkedAt }) => source.length < 5 || !/^\d{4}-\d\d-\d\d$/.test(checkedAt))).toEqual([]);
  });

  test("every cause but the unknown one has a rule", () => {
    const ruled = new Set(replyRules.flatMap(({ causes }) => causes));
    expect(bounceCauses.filter((cause) => !ruled.has(cause))).toEqual(["unknown"]);
  });

  test("all words are lower case, as the text is that they are looked for in", () => {
    expect(replyRules.flatMap(({ any = [] }) => any).filter((words) => words !== words.toLowerCase())).toEqual([]);
  });
});

describe("causeOfReply()", () => {
  const cases: Readonly<Record<string, readonly [ReturnType<typeof said>, readonly string[]]>> = {
    "a code with another meaning at another provider: Gmail": [
      said("550 5.7.30 This mail has been blocked because DKIM does not pass"),
      ["authentication"],
    ],
    "the same code: Microsoft": [said("550 5.7.30 Basic authentication is not supported for Client Submission."), ["login"]],
    "the same code without words stays undecided": [said("550 5.7.30 refused"), ["authentication", "login"]],
    "554 5.7.1 alone stays undecided": [said("554 5.7.1 refused"), ["policy", "content", "reputation"]],
    "550 alone stays undecided": [said("550 refused", { reply: 550 }), ["unknown-mailbox", "policy"]],
    "the status field against a vague one": [said("552 sorry", { status: "5.2.2" }), ["mailbox-full"]],
    "the words' own code beside a vague field": [said("smtp; 550 5.1.1 sorry", { status: "5.0.0" }), ["unknown-mailbox"]],
    "an address is no code": [said("host 5.1.1.1 refused"), ["unknown"]],
    nothing: [said(""), ["unknown"]],
    "a sentence that runs over the lines of a reply": [
      said("550-5.7.26 Unauthenticated email from example.com is not accepted due to 550-5.7.26 domain's DMARC policy."),
      ["authentication"],
    ],
    "a word within a word is none": [said("554 The marble gate is closed"), ["unknown"]],
    "a temporary spam verdict may be the server": [said("451 DT:SPM 163 mx1", { reply: 451 }), ["content", "reputation"]],
    "who lists a user is no block list": [said("550 5.1.1 User x not listed in directory"), ["unknown-mailbox"]],
  };
  test.each(Object.entries(cases))("%s", (_, [found, causes]) => {
    expect(found.causes).toEqual(causes);
  });

  const lists: Readonly<Record<string, readonly [string, string | undefined]>> = {
    "554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using zen.spamhaus.org": [
      "zen.spamhaus.org",
      "198.51.100.7",
    ],
    "550 5.7.1 198.51.100.7 listed at bl.spamcop.net": ["bl.spamcop.net", "198.51.100.7"],
    "550 5.7.1 Unfortunately, messages from [198.51.100.7] weren't sent. part of their network is on our block list (S3140).": [
      "Microsoft (S3140)",
      "198.51.100.7",
    ],
    "554 Blocked - see https://www.barracudacentral.org/reputation?ip=198.51.100.7, blocklist": ["Barracuda", "198.51.100.7"],
  };
  test.each(Object.entries(lists))("%s names the list and the address", (text, [name, address]) => {
    const { causes, blocklist, sender } = said(text);
    expect(causes).toEqual(["blocklisted"]);
    expect(blocklist?.name).toBe(name);
    expect(blocklist?.removal).toMatch(/^https:/);
    expect(sender).toBe(address);
  });

  test("the page that a reply points to", () => {
    expect(said("550 Mail content denied. http://service.mail.qq.com/cgi-bin/help?id=20022&&no=1000726").page).toBe(
      "http://service.mail.qq.com/cgi-bin/help?id=20022&&no=1000726",
    );
  });

  test("never throws, and always says a cause", () => {
    const words = fc.constantFrom(
      "spf",
      "550 5.7.1",
      "blocked using",
      "…",
      "x.x.x",
      "using a.b",
      "said:",
      "[1.2.3.4]",
      "http://a/b",
      "dt:spm",
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: "binary" }), words), { maxLength: 40 }),
        fc.option(fc.string(), { nil: undefined }),
        (parts, status) => {
          expect(
            causeOfReply({ diagnostic: parts.join(" "), status, reply: undefined, remoteMta: status }).causes[0],
          ).toBeDefined();
        },
      ),
    );
  });
});

test("fitsStatus() knows ranges and wild cards", () => {
  const cases = [
    ["x.7.26", "4.7.26", true],
    ["x.7.26", "2.7.26", false],
    ["5.7.606-649", "5.7.649", true],
    ["5.7.606-649", "5.7.650", false],
    ["5.7.*", "5.7.1", true],
    ["5.7.1", "5.7.10", false],
  ] as const;
  for (const [pattern, status, fits] of cases) expect(fitsStatus(pattern, status), `${pattern} ${status}`).toBe(fits);
});

test("every cause says who acts, and answers both customers in both languages", () => {
  for (const cause of bounceCauses) {
    const { means, act } = causeWords[cause];
    const { toRecipient, toSender } = bounceAnswers[cause];
    for (const { en, zh } of [means, act, toRecipient, toSender]) {
      expect(en, cause).toMatch(/[.?}]$/);
      expect(zh, cause).toMatch(/[。？}]$/);
      expect(zh.replace(/`[^`]*`/g, ""), `${cause}: a half-width mark between Chinese characters`).not.toMatch(
        /\p{Script=Han}[,;:!?]/u,
      );
    }
  }
});
