import { z } from "zod";
import { cutText } from "../../src/model/cut.ts";
import { type ChannelContext, defineChannel, type DeliveryResult, write } from "../../src/model/channel.ts";
import type { Alert } from "../../src/model/alert.ts";
import type { Proxy } from "../../src/model/proxy.ts";
import type { Secret } from "../../src/model/secret.ts";
import { proxyOption } from "../../src/net/proxy-option.ts";
import { byCode, type CodeMeaning, type JsonObject, postJson } from "../json-exchange.ts";
import { plainMessage } from "../plain-message.ts";
import { addressOption, allowPrivateOption, hostsOf, type ReadAddress, readAddress, refusalOf } from "../receiver-address.ts";
import { secretOption } from "../../src/net/secret-option.ts";

/** Characters that a message may have. */
const maxText = 4_096;
const maxBytes = 12_000;

/** A bot in a Telegram chat. From mainland China only by way of `proxy`. */
export default defineChannel({
  id: "telegram",
  title: { en: "Telegram bot", zh: "Telegram 机器人" },
  options: z.strictObject({
    /** `123456:ABC-…`, as BotFather gives it. */
    token: secretOption.meta(
      write({
        en: "write where the bot's token is, such as { env: TELEGRAM_TOKEN }",
        zh: "请写机器人令牌的来源，例如 { env: TELEGRAM_TOKEN }",
      }),
    ),
    /** The number of a chat (negative for a group), or `@channelname`. */
    chat: z
      .union([z.int(), z.string().regex(/^(-?\d{1,20}|@\w{4,40})$/)])
      .meta(write({ en: 'write the number of the chat, such as "-1001234567890"', zh: '请写会话编号，例如 "-1001234567890"' })),
    /** Another Bot API server than Telegram's own. */
    server: addressOption.default("https://api.telegram.org"),
    proxy: proxyOption.optional(),
    allowPrivate: allowPrivateOption,
  }),
  // 20 a minute into one group.
  perMinute: 18,
  dependsOn: ({ server }) => ({ hosts: hostsOf(server), mailDomains: [] }),

  async verify({ token, server, allowPrivate }): Promise<string | undefined> {
    const ready = await prepared(token, server);
    return "reason" in ready ? ready.reason : refusalOf(ready, allowPrivate);
  },

  async send(alert, { token, chat, server, proxy, allowPrivate }, ctx): Promise<DeliveryResult> {
    const ready = await prepared(token, server);
    if ("reason" in ready) return { kind: "bad-channel", reason: ready.reason };
    return sendTo(chat, alert, { ...ready, proxy, allowPrivate }, ctx);
  },
});

interface Bot extends ReadAddress {
  readonly proxy: Proxy | undefined;
  readonly allowPrivate: boolean;
}

async function sendTo(
  chat: string | number,
  alert: Alert,
  bot: Bot,
  ctx: ChannelContext,
  isMoved = false,
): Promise<DeliveryResult> {
  // No parse_mode: what a server said cannot break the message then.
  const text = cutText(plainMessage(alert, ctx.maybeRepeat, maxBytes), maxText);
  const body = { chat_id: chat, text, link_preview_options: { is_disabled: true } };
  let moved: string | number | undefined;
  const result = await postJson({ ...bot, body }, ctx, (answer) => {
    if (answer["ok"] === true) return { kind: "ok" };
    const { error_code: code, description } = answer;
    if (answer["ok"] !== false || typeof code !== "number") return undefined;
    const { migrate_to_chat_id: to, retry_after: wait } = parametersOf(answer);
    if (typeof to === "number" || typeof to === "string") moved = to;
    return byCode(bot.where, code, meaningOf(code, typeof description === "string" ? description : "", wait));
  });
  // A group that became a supergroup has another number; the old one never comes back.
  return moved !== undefined && !isMoved ? sendTo(moved, alert, bot, ctx, true) : result;
}

const parametersOf = (answer: JsonObject): JsonObject => {
  const found = answer["parameters"];
  return typeof found === "object" && found !== null ? { ...found } : {};
};

/** https://core.telegram.org/bots/api#making-requests, and the descriptions that its servers give. */
function meaningOf(code: number, description: string, wait: unknown): CodeMeaning | undefined {
  if (code === 429) {
    return {
      kind: "throttled",
      seconds: typeof wait === "number" && wait > 0 ? Math.min(wait, 3_600) : 60,
      why: "too many messages",
    };
  }
  if (code === 401 || code === 404) return { kind: "bad-channel", why: "there is no such bot; check the token" };
  if (code === 403) return { kind: "bad-channel", why: "the bot was blocked, or removed from the chat" };
  if (
    code === 400 &&
    /chat not found|topic_closed|upgraded to a supergroup|not enough rights|PEER_ID_INVALID/i.test(description)
  ) {
    return { kind: "bad-channel", why: "there is no such chat, or the bot may not write there" };
  }
  if (code === 400 || code === 413) return { kind: "bad-message", why: "the message has a wrong form" };
  return code >= 500 ? { kind: "retry", why: "the service is busy" } : undefined;
}

/** The token is part of the path: it is never shown, nor is the address. */
async function prepared(token: Secret, server: string | Secret): Promise<ReadAddress | { readonly reason: string }> {
  const read = await readAddress(server);
  if ("reason" in read) return read;
  const value = (await token.reveal()).trim();
  if (!/^\d{5,15}:[\w-]{20,60}$/.test(value)) return { reason: `The secret in ${token.source} is no token of a bot` };
  const base = read.address.href.replace(/\/+$/, "");
  return { address: new URL(`${base}/bot${value}/sendMessage`), where: read.where };
}
