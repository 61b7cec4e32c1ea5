import { z } from "zod";
import type { ChannelContext, DeliveryResult } from "../../src/model/channel.ts";
import { defineChannel, write } from "../../src/model/channel.ts";
import type { Secret } from "../../src/model/secret.ts";
import { post, refusedAddress } from "../../src/net/post.ts";
import { proxyOption } from "../../src/net/proxy-option.ts";
import { judgeAnswer } from "../http-answer.ts";
import { isSecret, secretOption } from "../secret-option.ts";
import { payloadOf, signaturesOf, signingKey } from "../standard-webhooks.ts";

const parseAddress = (text: string): URL | undefined => {
  const url = URL.parse(text.trim());
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") && url.hostname !== "" ? url : undefined;
};

/** A name and password in a plain text would be a secret in the configuration. */
const isPlainAddress = (value: unknown): boolean => {
  const url = typeof value === "string" ? parseAddress(value) : undefined;
  return url !== undefined && url.username === "" && url.password === "";
};

const addressRemedy = {
  en: "write https://host/path, or { env: NAME } where the address itself is a secret",
  zh: "请写 https://主机/路径；地址本身需保密时写 { env: 变量名 }",
};

const addressOption = z
  .custom<string | Secret>((value) => isSecret(value) || isPlainAddress(value), {
    message: "must be an address",
    params: {
      fault: { problem: { en: "is no address that can be posted to", zh: "不是可以推送的地址" }, remedy: addressRemedy },
    },
  })
  .meta(write(addressRemedy));

/** Standard Webhooks 1.0.0: any receiver that can check an HMAC. The `webhook-id` is the same for every try. */
export default defineChannel({
  id: "webhook",
  title: { en: "Webhook", zh: "Webhook" },
  options: z.strictObject({
    url: addressOption,
    /** `whsec_` and 24 to 64 bytes of base64. */
    secret: secretOption.meta(
      write({
        en: "write where the signing key is, such as { env: DUTY_SECRET }; it begins with whsec_",
        zh: "请写签名密钥的来源，例如 { env: DUTY_SECRET }；密钥以 whsec_ 开头",
      }),
    ),
    /** The key before, while receivers change to the new one: both signatures are sent. */
    previousSecret: secretOption.optional(),
    proxy: proxyOption.optional(),
    /** The receiver is on this machine or in the own network. */
    allowPrivate: z
      .boolean()
      .meta(
        write({
          en: "write true where the receiver is on this machine or in your own network",
          zh: "接收方在本机或内网时请写 true，否则写 false",
        }),
      )
      .default(false),
  }),
  // A receiver of one's own has no limit that is known; it says 429 when it has had enough.
  perMinute: 3_000,
  // Of an address that is a secret nothing can be told without reading it.
  dependsOn: ({ url }) => ({
    hosts: typeof url === "string" ? [parseAddress(url)?.hostname ?? ""].filter((host) => host !== "") : [],
    mailDomains: [],
  }),

  async verify(options): Promise<string | undefined> {
    const ready = await prepared(options);
    if ("reason" in ready) return ready.reason;
    const refused = refusedAddress(ready.address, options.allowPrivate);
    return refused === undefined ? undefined : `${ready.where}: ${refused}`;
  },

  async send(alert, options, ctx): Promise<DeliveryResult> {
    const ready = await prepared(options);
    if ("reason" in ready) return { kind: "bad-channel", reason: ready.reason };
    const { address, where, keys } = ready;
    const body = payloadOf(alert, ctx.maybeRepeat);
    const headers = headersOf(keys, alert.id, body, ctx);
    const { ask, authorities, signal } = ctx;
    const { allowPrivate, proxy } = options;
    const outcome = await post({ url: address, headers, body, allowPrivate, proxy, ask, authorities, signal });
    return judgeAnswer(outcome, where, ctx.now(), () => ({ kind: "ok" }));
  },
});

interface Ready {
  readonly address: URL;
  /** How the far side is called in reasons. */
  readonly where: string;
  readonly keys: readonly Buffer[];
}

/** @throws SecretError */
async function prepared(options: {
  readonly url: string | Secret;
  readonly secret: Secret;
  readonly previousSecret?: Secret | undefined;
}): Promise<Ready | { readonly reason: string }> {
  const { url, secret, previousSecret } = options;
  const address = parseAddress(typeof url === "string" ? url : await url.reveal());
  const where = typeof url === "string" ? (address?.host ?? "the address") : `the address in ${url.source}`;
  if (address === undefined) return { reason: `${where} is no http or https address` };
  const keys: Buffer[] = [];
  for (const one of previousSecret === undefined ? [secret] : [secret, previousSecret]) {
    const key = signingKey(await one.reveal());
    if (key === undefined) return { reason: `The secret in ${one.source} is not whsec_ and 24 to 64 bytes of base64` };
    keys.push(key);
  }
  return { address, where, keys };
}

/** The time is that of the try: receivers refuse what is five minutes off. */
function headersOf(keys: readonly Buffer[], id: string, body: string, ctx: ChannelContext): Record<string, string> {
  const timestamp = Math.floor(ctx.now() / 1_000);
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signaturesOf(keys, id, timestamp, body),
  };
}
