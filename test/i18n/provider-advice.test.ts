import { expect, test } from "vitest";
import { loadProviders, supportOf } from "../../src/config/providers.ts";
import { sayDiagnosis } from "../../src/i18n/diagnosis.ts";
import { providerHelp, withProviderAdvice } from "../../src/i18n/provider-advice.ts";
import type { Diagnosis } from "../../src/model/cause.ts";
import type { ProviderSupport } from "../../src/model/provider.ts";

const support = (id: string): ProviderSupport => {
  const found = loadProviders().get(id);
  if (!found) throw new Error(`There is no preset ${id}`);
  return supportOf(found);
};

/** As it stands behind an advice. */
const providerAdvice = (code: string, of: ProviderSupport | undefined, language: "en" | "zh-CN"): string =>
  withProviderAdvice("", { code }, { check: "imap-login", ...(of ? { support: of } : {}) }, language);

test("a refused login is told where mail programs are let in, and what they may log in with", () => {
  const en = providerAdvice("login-refused", support("exmail"), "en");
  expect(en).toBe(
    "Tencent Exmail takes from mail programs: the password of the mailbox, or a password made for mail programs (authorisation code). " +
      "At Tencent Exmail, for the administrator: WeCom admin console → Collaboration → Mail → Security Management → Client Access Restriction → Exchange/IMAP/SMTP service scope. " +
      "At Tencent Exmail, for the owner of the mailbox: webmail → Settings → Send/Receive Settings → IMAP/SMTP service on; then Mailbox Binding → Secure Login on → client-specific password.",
  );
  const zh = providerAdvice("login-refused", support("exmail"), "zh-CN");
  expect(zh).toMatch(
    /^腾讯企业邮的邮件客户端可使用：邮箱密码，或客户端专用密码（授权码）。腾讯企业邮的设置位置（管理员）：企业微信管理后台 → /,
  );
});

test("sending has secrets of its own", () => {
  const imap = withProviderAdvice(
    "Do this.",
    { code: "login-rejected" },
    { check: "imap-login", support: support("microsoft365") },
    "en",
  );
  const smtp = withProviderAdvice(
    "Do this.",
    { code: "login-rejected" },
    { check: "smtp-submission", support: support("microsoft365") },
    "en",
  );
  expect(imap).toMatch(/^Do this\. Microsoft 365 takes from mail programs: a sign-in by OAuth\. At Microsoft 365/);
  expect(smtp).toContain("a sign-in by OAuth, or the password of the mailbox.");
});

test("limits, status pages and whom to ask are told where they help", () => {
  expect(providerAdvice("login-limited", support("google"), "en")).toBe(
    "Google Workspace allows one mailbox 15 connections at a time, all mail programs together.",
  );
  expect(providerAdvice("login-limited", support("qq"), "en")).toBe("");
  expect(providerAdvice("account-locked", support("netease"), "zh-CN")).toBe("网易 163/126/yeah 邮箱客服：kefu@188.com。");
  expect(providerAdvice("login-unavailable", support("zoho"), "en")).toBe("Status page of Zoho Mail: https://status.zoho.com.");
});

test("nothing is added to other findings, without a preset, or to an own server", () => {
  expect(providerAdvice("greeting-slow", support("exmail"), "en")).toBe("");
  expect(providerAdvice("login-refused", undefined, "en")).toBe("");
  expect(
    withProviderAdvice("Do this.", { code: "login-refused" }, { check: "imap-login", support: support("own-server") }, "zh-CN"),
  ).toBe("Do this.");
});

test("the steps of a diagnosis end with what the provider's preset adds", () => {
  const diagnosis: Diagnosis = {
    cause: "client-access-off",
    confidence: "high",
    about: { provider: "exmail", account: "sales@example.com", host: "imap.exmail.qq.com" },
    evidence: [],
    alternatives: [],
    ruledOut: [],
    probes: ["sales@example.com/imap-login"],
  };
  const lookup = { finding: () => undefined };
  const bare = sayDiagnosis(diagnosis, "en", lookup).steps;
  const helped = sayDiagnosis(diagnosis, "en", { ...lookup, support }).steps;
  expect(helped.slice(0, bare.length)).toEqual(bare);
  expect(helped.slice(bare.length)).toEqual(providerHelp("login-refused", support("exmail"), "en"));
  expect(helped.at(-1)).toMatch(/^At Tencent Exmail, for the owner of the mailbox: .* client-specific password$/);
});
