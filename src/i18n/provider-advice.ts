import type { LoginSecret, ProviderSupport } from "../model/provider.ts";
import { inLanguage, type Language, type Text } from "../model/text.ts";
import { sayFinding } from "./reasons.ts";

const words = {
  access: { en: "At {provider}, {who}: {path}", zh: "{provider} 的设置位置（{who}）：{path}" },
  secrets: { en: "{provider} takes from mail programs: {secrets}", zh: "{provider} 的邮件客户端可使用：{secrets}" },
  connections: {
    en: "{provider} allows one mailbox {count} connections at a time, all mail programs together",
    zh: "{provider} 允许每个邮箱同时 {count} 个连接，所有客户端合计",
  },
  contact: { en: "Help of {provider}: {contact}", zh: "{provider} 客服：{contact}" },
  statusPage: { en: "Status page of {provider}: {url}", zh: "{provider} 状态页：{url}" },
} as const satisfies Record<string, Text>;

const whose: Readonly<Record<"admin" | "owner", Text>> = {
  admin: { en: "for the administrator", zh: "管理员" },
  owner: { en: "for the owner of the mailbox", zh: "邮箱使用者" },
};

const secretWords: Readonly<Record<LoginSecret, Text>> = {
  password: { en: "the password of the mailbox", zh: "邮箱密码" },
  "app-password": { en: "a password made for mail programs (authorisation code)", zh: "客户端专用密码（授权码）" },
  oauth: { en: "a sign-in by OAuth", zh: "OAuth 登录" },
};

/** What helps with a finding, by its code. */
const helps: Readonly<Record<string, readonly ("secrets" | "access" | "connections" | "contact" | "statusPage")[]>> = {
  "login-rejected": ["secrets", "access"],
  "login-refused": ["secrets", "access", "contact"],
  "app-password-needed": ["access"],
  "password-login-off": ["secrets", "access"],
  "login-not-authorized": ["access"],
  "account-locked": ["contact"],
  "address-denied": ["access", "contact"],
  "login-limited": ["connections"],
  "login-unavailable": ["statusPage", "contact"],
  "mailbox-not-connected": ["contact", "statusPage"],
};

/**
 * What the preset of a provider adds to the advice of a finding, by its code: where to let mail programs in, what they may log in
 * with, whom to ask. Whole sentences without their full stops.
 * @param protocol decides which secrets are told; POP3 as IMAP
 */
export function providerHelp(
  code: string,
  support: ProviderSupport | undefined,
  language: Language,
  protocol: "imap" | "smtp" = "imap",
): readonly string[] {
  if (support === undefined || !Object.hasOwn(helps, code)) return [];
  const provider = inLanguage(support.title, language);
  const list = (secrets: readonly LoginSecret[]): string =>
    secrets.map((secret) => inLanguage(secretWords[secret], language)).join(language === "en" ? ", or " : "，或");
  const sentences = {
    secrets: () => {
      const secrets = support.secrets?.[protocol];
      return secrets ? [sayFinding(words.secrets, language, { provider, secrets: list(secrets) })] : [];
    },
    access: () =>
      support.access.map(({ who, path }) =>
        sayFinding(words.access, language, {
          provider,
          who: inLanguage(whose[who], language),
          path: inLanguage(path, language),
        }),
      ),
    connections: () => {
      const count = support.connections;
      return count === undefined ? [] : [sayFinding(words.connections, language, { provider, count })];
    },
    contact: () => (support.contact ? [sayFinding(words.contact, language, { provider, contact: support.contact })] : []),
    statusPage: () => (support.statusPage ? [sayFinding(words.statusPage, language, { provider, url: support.statusPage })] : []),
  };
  return (helps[code] ?? []).flatMap((what) => sentences[what]());
}

/** An advice with what the provider's preset adds. @param check whose finding it is: what is sent with has secrets of its own */
export function withProviderAdvice(
  advice: string,
  finding: { readonly code: string },
  probe: { readonly check: string; readonly support?: ProviderSupport } | undefined,
  language: Language,
): string {
  const protocol = probe?.check === "smtp-submission" ? "smtp" : "imap";
  const more = providerHelp(finding.code, probe?.support, language, protocol).map(
    (one) => `${one}${language === "en" ? "." : "。"}`,
  );
  return [advice, ...more].filter((part) => part !== "").join(language === "en" ? " " : "");
}
