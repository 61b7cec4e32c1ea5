import { z } from "zod";
import { defineChannel, type DeliveryResult } from "../../src/model/channel.ts";
import { post } from "../../src/net/post.ts";
import { proxyOption } from "../../src/net/proxy-option.ts";
import { judgeAnswer } from "../http-answer.ts";
import { plainMessage } from "../plain-message.ts";
import { allowPrivateOption, readAddress, refusalOf, secretAddressOption } from "../receiver-address.ts";

/** A text may have 40,000 characters, but beyond 4,000 it is folded away. */
const maxText = 3_900;

/** Words of the answer that mean that the address will never work again, whatever the status. */
const gone = /\b(?:invalid_token|no_service|no_team|no_active_hooks|channel_not_found|channel_is_archived|action_prohibited)\b/;

/** An incoming webhook of Slack, or of what speaks like it (Mattermost, Rocket.Chat). */
export default defineChannel({
  id: "slack",
  title: { en: "Slack", zh: "Slack" },
  options: z.strictObject({
    url: secretAddressOption,
    proxy: proxyOption.optional(),
    allowPrivate: allowPrivateOption,
  }),
  // About one a second.
  perMinute: 50,
  dependsOn: () => ({ hosts: [], mailDomains: [] }),

  async verify({ url, allowPrivate }): Promise<string | undefined> {
    const read = await readAddress(url);
    return "reason" in read ? read.reason : refusalOf(read, allowPrivate);
  },

  async send(alert, { url, proxy, allowPrivate }, ctx): Promise<DeliveryResult> {
    const read = await readAddress(url);
    if ("reason" in read) return { kind: "bad-channel", reason: read.reason };
    const { address, where } = read;
    const { ask, authorities, signal } = ctx;
    // No markup: what a server said must not become bold, a link or a call.
    const body = JSON.stringify({ text: escaped(plainMessage(alert, ctx.maybeRepeat, maxText)), mrkdwn: false });
    const headers = { "content-type": "application/json; charset=utf-8" };
    const outcome = await post({ url: address, headers, body, allowPrivate, proxy, ask, authorities, signal });
    if (outcome.kind === "answer" && outcome.status >= 400 && gone.test(outcome.body)) {
      return {
        kind: "bad-channel",
        reason: `${where} answered ${outcome.status}: the webhook was removed or its channel is closed`,
      };
    }
    return judgeAnswer(outcome, where, ctx.now(), (answer) =>
      answer.body.trim() === "ok"
        ? { kind: "ok" }
        : {
            kind: "retry",
            reason: `${where} answered ${answer.status} without saying that it took the message`,
            doubt: "unreadable-answer",
          },
    );
  },
});

/** https://docs.slack.dev/messaging/formatting-message-text: these three, and nothing else. */
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
