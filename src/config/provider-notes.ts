import { providerHelp } from "../i18n/provider-advice.ts";
import { sayFinding } from "../i18n/reasons.ts";
import { isOAuth } from "../model/oauth.ts";
import type { Text } from "../model/text.ts";
import type { Config, MailboxAsset } from "./config.ts";
import { supportOf } from "./providers.ts";
import { type PlanFacts, servicesOf } from "./services.ts";

const words = {
  noPasswords: {
    en: "{provider} takes no passwords by IMAP: write oauth: for {mailboxes}",
    zh: "{provider} 的 IMAP 不接受密码登录：请为 {mailboxes} 配置 oauth:",
  },
  noQuota: {
    en: "{provider} does not tell by IMAP how full a mailbox is: write options: { limit: 5 GB } at imap-quota of {mailboxes}, and what lies there is added up",
    zh: "{provider} 不通过 IMAP 提供容量：请为 {mailboxes} 的 imap-quota 写 options: { limit: 5 GB }，之后会自行统计",
  },
} as const satisfies Record<string, Text>;

/** What the presets know beforehand of these mailboxes, one note a provider and matter, for `plan` to show. Pure. */
export function providerNotes(config: Config, facts: PlanFacts): readonly Text[] {
  const limited = new Set(config.probes.flatMap(({ id, options }) => ("limit" in options ? [id] : [])));
  const boxes = config.mailboxes.flatMap((mailbox) => {
    const { provider } = servicesOf(mailbox, facts);
    return provider ? [{ mailbox, provider }] : [];
  });
  const providers = new Map(boxes.map(({ provider }) => [provider.id, provider]));
  return [...providers.values()].flatMap((provider) => {
    const { id, title, quota, secrets } = provider;
    const here = boxes.filter((box) => box.provider.id === id).map(({ mailbox }) => mailbox);
    const byPassword = secrets?.imap.every((secret) => secret === "oauth")
      ? here.filter(({ password }) => !isOAuth(password))
      : [];
    const uncounted = here.filter(
      ({ address, off, partner }) => !partner && !off.includes("imap-quota") && !limited.has(`${address.id}/imap-quota`),
    );
    const told = (text: Text, of: readonly MailboxAsset[]): readonly Text[] =>
      of.length === 0
        ? []
        : [
            {
              en: sayFinding(text, "en", { provider: title.en, mailboxes: named(of, "en") }),
              zh: sayFinding(text, "zh-CN", { provider: title.zh, mailboxes: named(of, "zh") }),
            },
          ];
    const [en, zh] = (["en", "zh-CN"] as const).map((language) =>
      providerHelp("password-login-off", supportOf(provider), language),
    );
    const access =
      en && zh && en.length > 0 && here.some(({ partner }) => !partner) ? [{ en: en.join(". "), zh: zh.join("。") }] : [];
    return [...access, ...told(words.noPasswords, byPassword), ...told(words.noQuota, quota === false ? uncounted : [])];
  });
}

const mostNamed = 3;

const named = (boxes: readonly MailboxAsset[], language: "en" | "zh"): string => {
  const list = boxes
    .slice(0, mostNamed)
    .map(({ address }) => address.address)
    .join(language === "en" ? ", " : "、");
  const more = boxes.length - mostNamed;
  if (more <= 0) return list;
  return language === "en" ? `${list} and ${more} more` : `${list} 等 ${boxes.length} 个邮箱`;
};
