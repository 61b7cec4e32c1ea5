import { createHmac } from "node:crypto";
import { z } from "zod";
import { defineChannel, type DeliveryResult, write } from "../../src/model/channel.ts";
import { proxyOption } from "../../src/net/proxy-option.ts";
import { byCode, type CodeMeaning, postJson } from "../json-exchange.ts";
import { isCall, plainMessage } from "../plain-message.ts";
import { allowPrivateOption, readAddress, refusalOf, secretAddressOption } from "../receiver-address.ts";
import { secretOption } from "../../src/net/secret-option.ts";

/** A body of more than 20 KB is refused; what surrounds the text takes some. */
const maxText = 16_000;

const tooMany: CodeMeaning = { kind: "throttled", seconds: 60, why: "too many messages" };

/** https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot, and the platform's list of codes. */
const meanings: Readonly<Record<string, CodeMeaning>> = {
  11232: tooMany,
  230020: tooMany,
  99991400: tooMany,
  19001: { kind: "bad-channel", why: "there is no such robot; copy its address anew" },
  19021: {
    kind: "bad-channel",
    why: "the signature does not fit; check the signing key and the clock of this machine",
  },
  19022: { kind: "bad-channel", why: "the robot takes messages from other addresses only" },
  19024: { kind: "bad-channel", why: "the robot wants a keyword; set it to signing instead" },
  19036: { kind: "bad-message", why: "the message is too long" },
};

/** A custom robot in a group of Feishu or Lark. */
export default defineChannel({
  id: "feishu",
  title: { en: "Feishu robot", zh: "飞书机器人" },
  options: z.strictObject({
    url: secretAddressOption,
    /** Of the robot's security setting "signature verification". */
    secret: secretOption
      .meta(
        write({
          en: "write where the signing key is, such as { env: FEISHU_SECRET }",
          zh: "请写签名校验密钥的来源，例如 { env: FEISHU_SECRET }",
        }),
      )
      .optional(),
    atAll: z
      .boolean()
      .meta(write({ en: "write true to call everybody in the group", zh: "需要 @所有人 时写 true" }))
      .default(false),
    proxy: proxyOption.optional(),
    allowPrivate: allowPrivateOption,
  }),
  // 100 a minute and 5 a second.
  perMinute: 80,
  dependsOn: () => ({ hosts: [], mailDomains: [] }),

  async verify({ url, secret, allowPrivate }): Promise<string | undefined> {
    const read = await readAddress(url);
    if ("reason" in read) return read.reason;
    await secret?.reveal();
    return refusalOf(read, allowPrivate);
  },

  async send(alert, { url, secret, atAll, proxy, allowPrivate }, ctx): Promise<DeliveryResult> {
    const read = await readAddress(url);
    if ("reason" in read) return { kind: "bad-channel", reason: read.reason };
    const { address, where } = read;
    const call = atAll && isCall(alert) ? '\n<at user_id="all"></at>' : "";
    const text = withoutTags(plainMessage(alert, ctx.maybeRepeat, maxText)) + call;
    const signed = secret ? signatureOf((await secret.reveal()).trim(), Math.floor(ctx.now() / 1_000)) : {};
    const body = { ...signed, msg_type: "text", content: { text } };
    return postJson({ address, where, body, allowPrivate, proxy }, ctx, ({ code, StatusCode: oldCode, msg }) => {
      // Older robots answer StatusCode alone.
      if (code === 0 || (code === undefined && oldCode === 0)) return { kind: "ok" };
      if (typeof code !== "number") return undefined;
      return byCode(where, code, code === 9499 ? badRequest(msg) : meanings[code]);
    });
  },
});

/** 9499 is any bad request, and too many of them as well. */
const badRequest = (msg: unknown): CodeMeaning =>
  typeof msg === "string" && /too many/i.test(msg) ? tooMany : { kind: "bad-message", why: "the message has a wrong form" };

/** What a server said in the alert must not call anybody. */
const withoutTags = (text: string): string => text.replaceAll("<at", "<\u200bat");

/** Time and key are the key, and nothing is signed with it: the other way round than DingTalk. */
export const signatureOf = (secret: string, seconds: number): { readonly timestamp: string; readonly sign: string } => ({
  timestamp: String(seconds),
  sign: createHmac("sha256", `${seconds}\n${secret}`).update("").digest("base64"),
});
