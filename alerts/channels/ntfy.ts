import { z } from "zod";
import { defineChannel, type DeliveryResult, write } from "../../src/model/channel.ts";
import type { Priority } from "../../src/model/incident.ts";
import { proxyOption } from "../../src/net/proxy-option.ts";
import { postJson } from "../json-exchange.ts";
import { isCall, linesOf, titleOf } from "../plain-message.ts";
import { addressOption, allowPrivateOption, hostsOf, type ReadAddress, readAddress, refusalOf } from "../receiver-address.ts";
import { secretOption } from "../../src/net/secret-option.ts";

/** A message of more than 4,096 bytes becomes an attachment. */
const maxMessage = 4_000;

/** 5 rings through, 1 is silent (https://docs.ntfy.sh/publish/#message-priority). */
const loudness: Readonly<Record<Priority, number>> = { P1: 5, P2: 4, P3: 3, P4: 2 };

/** A topic of ntfy.sh or of an own server. */
export default defineChannel({
  id: "ntfy",
  title: { en: "ntfy", zh: "ntfy" },
  options: z.strictObject({
    /** `https://ntfy.sh/topic`. On a public server the topic is a password. */
    url: addressOption,
    token: secretOption
      .meta(
        write({
          en: "write where the access token is, such as { env: NTFY_TOKEN }; it begins with tk_",
          zh: "请写访问令牌的来源，例如 { env: NTFY_TOKEN }；令牌以 tk_ 开头",
        }),
      )
      .optional(),
    proxy: proxyOption.optional(),
    allowPrivate: allowPrivateOption,
  }),
  // 60 at once, then one in five seconds.
  perMinute: 12,
  dependsOn: ({ url }) => ({ hosts: hostsOf(url), mailDomains: [] }),

  async verify({ url, token, allowPrivate }): Promise<string | undefined> {
    const read = await readAddress(url);
    if ("reason" in read) return read.reason;
    if (topicOf(read) === undefined) return `${read.where} names no topic; write https://host/topic`;
    await token?.reveal();
    return refusalOf(read, allowPrivate);
  },

  async send(alert, { url, token, proxy, allowPrivate }, ctx): Promise<DeliveryResult> {
    const read = await readAddress(url);
    if ("reason" in read) return { kind: "bad-channel", reason: read.reason };
    const { address, where } = read;
    const topic = topicOf(read);
    if (topic === undefined) return { kind: "bad-channel", reason: `${where} names no topic; write https://host/topic` };
    const body = {
      topic,
      title: titleOf(alert, ctx.maybeRepeat),
      message: linesOf(alert, maxMessage),
      // Only what begins or grows worse is loud.
      priority: isCall(alert) ? loudness[alert.priority] : Math.min(3, loudness[alert.priority]),
      ...(alert.url === "" ? {} : { click: alert.url }),
    };
    const headers = token ? { authorization: `Bearer ${(await token.reveal()).trim()}` } : {};
    // JSON is taken at the root of the server, never at the topic, where it would be the message.
    const root = new URL("./", address);
    return postJson({ address: root, where, body, headers, allowPrivate, proxy }, ctx, ({ id, event }, status) =>
      status === 200 && typeof id === "string" && event === "message" ? { kind: "ok", reference: id.slice(0, 60) } : undefined,
    );
  },
});

function topicOf({ address }: ReadAddress): string | undefined {
  const last = address.pathname.split("/").at(-1) ?? "";
  return /^[\w-]{1,64}$/.test(last) ? last : undefined;
}
