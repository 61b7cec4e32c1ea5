import { z } from "zod";
import { defineChannel, type DeliveryResult, write } from "../../src/model/channel.ts";
import { proxyOption } from "../../src/net/proxy-option.ts";
import { byCode, type CodeMeaning, postJson } from "../json-exchange.ts";
import { isCall, linesOf, titleOf } from "../plain-message.ts";
import { addressOption, allowPrivateOption, hostsOf, readAddress, refusalOf } from "../receiver-address.ts";
import { secretOption } from "../../src/net/secret-option.ts";

/** Apple takes 4,096 bytes in all. */
const maxBody = 2_800;

/** The app Bark on an iPhone; a grave alert rings even where the phone is muted. */
export default defineChannel({
  id: "bark",
  title: { en: "Bark", zh: "Bark" },
  options: z.strictObject({
    /** What follows the host in the address that the app shows. */
    key: secretOption.meta(
      write({
        en: "write where the device key is, such as { env: BARK_KEY }",
        zh: "请写设备密钥的来源，例如 { env: BARK_KEY }",
      }),
    ),
    /** An own server. */
    server: addressOption.default("https://api.day.app"),
    /** A grave alert rings for half a minute, as a call does. */
    ring: z
      .boolean()
      .meta(write({ en: "write false so that grave alerts ring once only", zh: "不需要持续响铃时写 false" }))
      .default(true),
    proxy: proxyOption.optional(),
    allowPrivate: allowPrivateOption,
  }),
  perMinute: 30,
  dependsOn: ({ server }) => ({ hosts: hostsOf(server), mailDomains: [] }),

  async verify({ key, server, allowPrivate }): Promise<string | undefined> {
    const read = await readAddress(server);
    if ("reason" in read) return read.reason;
    await key.reveal();
    return refusalOf(read, allowPrivate);
  },

  async send(alert, { key, server, ring, proxy, allowPrivate }, ctx): Promise<DeliveryResult> {
    const read = await readAddress(server);
    if ("reason" in read) return { kind: "bad-channel", reason: read.reason };
    const { where } = read;
    const address = new URL(`${read.address.href.replace(/\/+$/, "")}/push`);
    const loud = isCall(alert);
    const body = {
      device_key: (await key.reveal()).trim(),
      title: titleOf(alert, ctx.maybeRepeat),
      body: linesOf(alert, maxBody),
      level: loud ? "critical" : "active",
      ...(loud && ring ? { call: "1" } : {}),
      group: "Mailvigil",
      ...(alert.url === "" ? {} : { url: alert.url }),
    };
    return postJson({ address, where, body, allowPrivate, proxy }, ctx, ({ code, message }, status) => {
      if (code === 200 && status === 200) return { kind: "ok" };
      return code === 400 ? byCode(where, code, badRequest(message)) : undefined;
    });
  },
});

/** https://github.com/Finb/bark-server: a device that was removed and a message that is wrong have one code. */
const badRequest = (message: unknown): CodeMeaning =>
  typeof message === "string" && /device (?:key|token)/i.test(message)
    ? { kind: "bad-channel", why: "there is no such device; copy its key anew" }
    : { kind: "bad-message", why: "the message has a wrong form" };
