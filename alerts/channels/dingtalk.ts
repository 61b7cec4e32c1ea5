import { createHmac } from "node:crypto";
import { z } from "zod";
import { defineChannel, type DeliveryResult, write } from "../../src/model/channel.ts";
import { proxyOption } from "../../src/net/proxy-option.ts";
import { byCode, type CodeMeaning, postJson } from "../json-exchange.ts";
import { isCall, plainMessage } from "../plain-message.ts";
import { allowPrivateOption, readAddress, refusalOf, secretAddressOption } from "../receiver-address.ts";
import { secretOption } from "../../src/net/secret-option.ts";

/** A body of more than 20,000 bytes is refused; what surrounds the text takes some. */
const maxText = 16_000;

/** https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages, and its list of codes. */
const meanings: Readonly<Record<string, CodeMeaning>> = {
  "-1": { kind: "retry", why: "the service is busy" },
  130101: { kind: "throttled", seconds: 600, why: "too many messages (20 a minute), nothing is taken for ten minutes" },
  410100: { kind: "throttled", seconds: 600, why: "too many messages (20 a minute), nothing is taken for ten minutes" },
  300001: { kind: "bad-channel", why: "there is no such robot; copy its address anew" },
  300005: { kind: "bad-channel", why: "there is no such robot; copy its address anew" },
  400101: { kind: "bad-channel", why: "there is no such robot; copy its address anew" },
  400106: { kind: "bad-channel", why: "there is no such robot; copy its address anew" },
  400013: { kind: "bad-channel", why: "the group was dissolved" },
  400102: { kind: "bad-channel", why: "the robot is switched off" },
  90030: { kind: "bad-channel", why: "the messages of this month are used up" },
  40035: { kind: "bad-message", why: "the message has a wrong form" },
  43004: { kind: "bad-message", why: "the message has a wrong form" },
};

/** 310000 is three different refusals, told apart by its text. */
function securityMeaning(errmsg: string): CodeMeaning {
  if (/keyword/i.test(errmsg)) return { kind: "bad-channel", why: "the robot wants a keyword; set it to signing instead" };
  if (/whitelist/i.test(errmsg)) return { kind: "bad-channel", why: "the robot takes messages from other addresses only" };
  return { kind: "bad-channel", why: "the signature does not fit; check the signing key and the clock of this machine" };
}

/** A custom robot in a DingTalk group. */
export default defineChannel({
  id: "dingtalk",
  title: { en: "DingTalk robot", zh: "钉钉机器人" },
  options: z.strictObject({
    url: secretAddressOption,
    /** `SEC…`, of the robot's security setting "signing"; with it the address alone is of use to nobody. */
    secret: secretOption
      .meta(
        write({
          en: "write where the signing key is, such as { env: DINGTALK_SECRET }; it begins with SEC",
          zh: "请写加签密钥的来源，例如 { env: DINGTALK_SECRET }；密钥以 SEC 开头",
        }),
      )
      .optional(),
    /** Mobile numbers of whom a grave alert calls. */
    atMobiles: z
      .array(z.string().regex(/^\+?[\d-]{5,20}$/))
      .max(50)
      .meta(write({ en: 'write mobile numbers, such as ["13800000000"]', zh: '请写手机号，例如 ["13800000000"]' }))
      .default([]),
    atAll: z
      .boolean()
      .meta(write({ en: "write true to call everybody in the group", zh: "需要 @所有人 时写 true" }))
      .default(false),
    proxy: proxyOption.optional(),
    allowPrivate: allowPrivateOption,
  }),
  // 20 a minute; beyond that nothing is taken for ten minutes.
  perMinute: 18,
  dependsOn: () => ({ hosts: [], mailDomains: [] }),

  async verify({ url, secret, allowPrivate }): Promise<string | undefined> {
    const read = await readAddress(url);
    if ("reason" in read) return read.reason;
    if (!read.address.searchParams.has("access_token")) return `${read.where} has no access_token; copy it whole`;
    await secret?.reveal();
    return refusalOf(read, allowPrivate);
  },

  async send(alert, { url, secret, atMobiles, atAll, proxy, allowPrivate }, ctx): Promise<DeliveryResult> {
    const read = await readAddress(url);
    if ("reason" in read) return { kind: "bad-channel", reason: read.reason };
    const { address, where } = read;
    if (secret) sign(address, (await secret.reveal()).trim(), ctx.now());
    const called = isCall(alert) ? { atMobiles, isAtAll: atAll } : { atMobiles: [], isAtAll: false };
    // Numbers that are not in the text call nobody.
    const calls = called.atMobiles.map((mobile) => ` @${mobile}`).join("");
    const content = plainMessage(alert, ctx.maybeRepeat, maxText) + calls;
    const body = { msgtype: "text", text: { content }, at: called };
    return postJson({ address, where, body, allowPrivate, proxy }, ctx, ({ errcode, errmsg, status, wait }) => {
      if (errcode === 0) return { kind: "ok" };
      if (typeof errcode === "number") {
        const said = typeof errmsg === "string" ? errmsg : "";
        return byCode(where, errcode, errcode === 310_000 ? securityMeaning(said) : meanings[errcode]);
      }
      // The guard in front of the service answers in a form of its own.
      if (status !== 1111) return undefined;
      return byCode(where, 1111, { kind: "throttled", seconds: seconds(wait), why: "too many messages" });
    });
  },
});

const seconds = (wait: unknown): number => (typeof wait === "number" && wait >= 1 && wait <= 3_600 ? wait : 60);

/** The key is also what is signed, behind the time; the service takes a time that is an hour off at most. */
export function sign(address: URL, secret: string, nowMs: number): void {
  const signature = createHmac("sha256", secret).update(`${nowMs}\n${secret}`).digest("base64");
  address.searchParams.set("timestamp", String(nowMs));
  address.searchParams.set("sign", signature);
}
