import { z } from "zod";
import { defineChannel, type DeliveryResult, write } from "../../src/model/channel.ts";
import { proxyOption } from "../../src/net/proxy-option.ts";
import { byCode, type CodeMeaning, postJson } from "../json-exchange.ts";
import { isCall, plainMessage } from "../plain-message.ts";
import { allowPrivateOption, readAddress, refusalOf, secretAddressOption } from "../receiver-address.ts";

/** Bytes of UTF-8 that a text may have; about 680 Chinese characters. */
const maxText = 2_048;

/** https://developer.work.weixin.qq.com/document/path/91770, and the platform's list of codes. */
const meanings: Readonly<Record<string, CodeMeaning>> = {
  "-1": { kind: "retry", why: "the service is busy" },
  45009: { kind: "throttled", seconds: 60, why: "too many messages (20 a minute)" },
  93000: { kind: "bad-channel", why: "there is no such robot; copy its address anew" },
  40058: { kind: "bad-message", why: "the message has a wrong form" },
};

/** A robot in a WeCom group. */
export default defineChannel({
  id: "wecom",
  title: { en: "WeCom robot", zh: "企业微信机器人" },
  options: z.strictObject({
    url: secretAddressOption,
    /** Mobile numbers of whom a grave alert calls; `@all` for everybody. */
    atMobiles: z
      .array(z.string().regex(/^(@all|\+?[\d-]{5,20})$/))
      .max(50)
      .meta(
        write({
          en: 'write mobile numbers, or "@all", such as ["13800000000"]',
          zh: '请写手机号或 "@all"，例如 ["13800000000"]',
        }),
      )
      .default([]),
    proxy: proxyOption.optional(),
    allowPrivate: allowPrivateOption,
  }),
  // 20 a minute.
  perMinute: 18,
  dependsOn: () => ({ hosts: [], mailDomains: [] }),

  async verify({ url, allowPrivate }): Promise<string | undefined> {
    const read = await readAddress(url);
    if ("reason" in read) return read.reason;
    if (!read.address.searchParams.has("key")) return `${read.where} has no key; copy it whole`;
    return refusalOf(read, allowPrivate);
  },

  async send(alert, { url, atMobiles, proxy, allowPrivate }, ctx): Promise<DeliveryResult> {
    const read = await readAddress(url);
    if ("reason" in read) return { kind: "bad-channel", reason: read.reason };
    const { address, where } = read;
    const called = isCall(alert) && atMobiles.length > 0 ? { mentioned_mobile_list: atMobiles } : {};
    const body = { msgtype: "text", text: { content: plainMessage(alert, ctx.maybeRepeat, maxText), ...called } };
    return postJson({ address, where, body, allowPrivate, proxy }, ctx, ({ errcode }) => {
      if (errcode === 0) return { kind: "ok" };
      return typeof errcode === "number" ? byCode(where, errcode, meanings[errcode]) : undefined;
    });
  },
});
