import { z } from "zod";
import type { ChannelContext, DeliveryResult } from "../../src/model/channel.ts";
import { defineChannel, write } from "../../src/model/channel.ts";
import type { Secret } from "../../src/model/secret.ts";
import { post } from "../../src/net/post.ts";
import { proxyOption } from "../../src/net/proxy-option.ts";
import { judgeAnswer } from "../http-answer.ts";
import { addressOption, allowPrivateOption, hostsOf, type ReadAddress, readAddress, refusalOf } from "../receiver-address.ts";
import { secretOption } from "../../src/net/secret-option.ts";
import { payloadOf, signaturesOf, signingKey } from "../standard-webhooks.ts";

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
    allowPrivate: allowPrivateOption,
  }),
  // A receiver of one's own has no limit that is known; it says 429 when it has had enough.
  perMinute: 3_000,
  dependsOn: ({ url }) => ({ hosts: hostsOf(url), mailDomains: [] }),

  async verify(options): Promise<string | undefined> {
    const ready = await prepared(options);
    return "reason" in ready ? ready.reason : refusalOf(ready, options.allowPrivate);
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

interface Ready extends ReadAddress {
  readonly keys: readonly Buffer[];
}

/** @throws SecretError */
async function prepared(options: {
  readonly url: string | Secret;
  readonly secret: Secret;
  readonly previousSecret?: Secret | undefined;
}): Promise<Ready | { readonly reason: string }> {
  const { url, secret, previousSecret } = options;
  const read = await readAddress(url);
  if ("reason" in read) return read;
  const keys: Buffer[] = [];
  for (const one of previousSecret === undefined ? [secret] : [secret, previousSecret]) {
    const key = signingKey(await one.reveal());
    if (key === undefined) return { reason: `The secret in ${one.source} is not whsec_ and 24 to 64 bytes of base64` };
    keys.push(key);
  }
  return { ...read, keys };
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
