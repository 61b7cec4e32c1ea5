import { sayFinding } from "../i18n/reasons.ts";
import type { Text } from "../model/text.ts";
import type { Config } from "./config.ts";
import { type Fault, fault, type Path } from "./diagnostics.ts";
import { type PlanFacts, servicesOf } from "./services.ts";

/** What is attached grows on its way by base64 and its line breaks: 4 for 3, and 78 for 76 (RFC 2045 section 6.8). */
const growth = (4 / 3) * (78 / 76);
const megabyte = 1024 * 1024;

const words = {
  problem: {
    en: "{provider} takes no mail of this size: with it a mail has {needs} MB, and {takes} MB are the most",
    zh: "{provider} 不接收这么大的邮件：编码后为 {needs} MB，上限 {takes} MB",
  },
  remedy: {
    en: "write size: {fits}MB or less, or expect: rejected to see it refused",
    zh: "请写 size: {fits}MB 或更小；若要验证会被拒收，请写 expect: rejected",
  },
} as const satisfies Record<string, Text>;

/**
 * Attachments that a provider takes from nobody: the probe could only say what is known beforehand. A route that expects a refusal is
 * there to see it. Pure.
 */
export function sizeFaults(config: Config, facts: PlanFacts): readonly { readonly path: Path; readonly fault: Fault }[] {
  const boxes = new Map(config.mailboxes.map((mailbox) => [mailbox.address.id, mailbox]));
  return config.routes.flatMap(({ from, to, size, expect, path }) => {
    if (size === undefined || expect === "rejected") return [];
    const limits = [from, to].flatMap(({ id }) => {
      const mailbox = boxes.get(id);
      const provider = mailbox && servicesOf(mailbox, facts).provider;
      return provider?.messageBytes === undefined ? [] : [{ bytes: provider.messageBytes, title: provider.title }];
    });
    const [least] = limits.toSorted((a, b) => a.bytes - b.bytes);
    if (least === undefined || size * growth <= least.bytes) return [];
    const [needs, takes] = [size * growth, least.bytes].map((bytes) => Math.ceil(bytes / megabyte));
    const data = { needs: needs ?? 0, takes: takes ?? 0, fits: Math.floor(least.bytes / growth / megabyte) };
    const told = (text: Text): Text => ({
      en: sayFinding(text, "en", { ...data, provider: least.title.en }),
      zh: sayFinding(text, "zh-CN", { ...data, provider: least.title.zh }),
    });
    const wrong = fault(told(words.problem), told(words.remedy));
    return [{ path: [...path, "size"], fault: wrong }];
  });
}
