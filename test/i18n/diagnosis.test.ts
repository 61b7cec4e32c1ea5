import { expect, test } from "vitest";
import { sayDiagnosis } from "../../src/i18n/diagnosis.ts";
import type { Cause, Diagnosis } from "../../src/model/cause.ts";

const of = (cause: Cause, ...probes: readonly string[]): Diagnosis => ({
  cause,
  confidence: "high",
  about: { host: "mail.x.test" },
  evidence: [],
  alternatives: [],
  ruledOut: [],
  probes,
});
const titles = (diagnosis: Diagnosis): readonly string[] =>
  (["en", "zh-CN"] as const).map((language) => sayDiagnosis(diagnosis, language, { finding: () => undefined }).title);

test("sayDiagnosis: where webmail alone fails, browsers are spoken of", () => {
  expect(titles(of("certificate", "x.test/webmail-login-page"))).toEqual([
    "Browsers warn before webmail at mail.x.test because of its certificate",
    "网页邮箱 mail.x.test 的证书有问题，浏览器会警告",
  ]);
  expect(titles(of("settings-changed", "x.test/webmail-login-page"))[1]).toBe(
    "网页邮箱 mail.x.test 变了样：跳转、加密或页面内容",
  );
  expect(titles(of("server-down", "x.test/webmail-login-page"))[0]).toBe("Webmail at mail.x.test does not work");
});

test("sayDiagnosis: of mail programs where they fail, too", () => {
  expect(titles(of("certificate", "x.test/webmail-login-page", "a@x.test/imap-login"))).toEqual([
    "Mail programs refuse mail.x.test because of its certificate",
    "mail.x.test 的证书有问题，邮件客户端拒绝连接",
  ]);
});
