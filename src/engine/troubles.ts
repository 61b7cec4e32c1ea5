import { channelReason } from "../i18n/channel-reasons.ts";
import { emergencyWords } from "../i18n/emergency.ts";
import type { Board } from "../model/board.ts";
import { inLanguage, say, type Data, type Language, type Text } from "../model/text.ts";

interface OwnWork {
  /** Why the store does not write; undefined while it does. */
  readonly storeFault: Text | undefined;
  readonly channels: ReturnType<Board["channels"]>;
  readonly unfit: ReadonlyMap<string, string>;
  /** Whether anybody can be told at all. */
  readonly tellsNobody: boolean;
}

/** What stops the product from doing its own work, in words. */
export function troublesOf({ storeFault, channels, unfit, tellsNobody }: OwnWork): ReturnType<Board["troubles"]> {
  const { storeFailed, noChannel } = emergencyWords;
  const store = storeFault
    ? [{ code: "store-failed", ...both(storeFailed.line, (language) => ({ reason: inLanguage(storeFault, language) })) }]
    : [];
  const broken = channels
    .filter(({ name, brokenSince }) => brokenSince !== undefined || unfit.has(name))
    .map(({ name, lastError }) => ({ code: "channel-broken", ...channelTrouble(name, unfit.get(name) ?? lastError ?? "") }));
  return [...store, ...broken, ...(tellsNobody ? [{ code: "no-channel", ...noChannel }] : [])];
}

/** That a channel takes nothing, and why. */
export const channelTrouble = (name: string, reason: string): Text =>
  both(emergencyWords.channelBroken, (language) => ({ name, reason: inLanguage(channelReason(reason), language) }));

const both = (text: Text, data: (language: Language) => Data): Text => ({
  en: say(text, "en", data("en")),
  zh: say(text, "zh-CN", data("zh-CN")),
});
