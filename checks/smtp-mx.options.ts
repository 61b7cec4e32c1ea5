import { z } from "zod";
import { explain } from "../src/model/check.ts";
import { isMailHost } from "../src/model/dns-words.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { domainOption, receivesOption } from "../src/net/domain-option.ts";

const seconds = z.number().positive().max(60);

/** What `smtp-mx` may be told. */
export const smtpMxOptions = z.strictObject({
  domain: domainOption.refine((name) => isMailHost(asciiName(name) ?? ""), {
    error: "must be a domain name, such as example.com",
  }),
  receives: receivesOption,
  port: z
    .int()
    .min(1)
    .max(65_535)
    .default(25)
    .meta(explain({ en: "Where mail servers are looked for", zh: "收信服务器的端口" })),
  relayTest: z
    .boolean()
    .default(false)
    .meta(
      explain({
        en: "Your consent to name recipients to the servers (RCPT TO), to learn whether they relay for strangers. No mail is sent",
        zh: "同意向服务器提出收件人（RCPT TO），以查明它是否替陌生人转发。不会发送邮件",
      }),
    ),
  relayTo: z
    .email()
    .default("mailvigil-relay-test@example.net")
    .meta(
      explain({
        en: "To whom the relay test would relay; the default is nobody's (RFC 2606)",
        zh: "转发测试使用的收件人；默认地址不属于任何人（RFC 2606）",
      }),
    ),
  limits: z
    .strictObject({
      connect: seconds.default(10).meta(explain({ en: "Seconds until a connection is given up", zh: "连接的时限（秒）" })),
      /** RFC 5321 section 4.5.3.2.1 grants five minutes; who takes half a minute loses mail. */
      greeting: seconds
        .default(30)
        .meta(explain({ en: "Seconds until a greeting is called missing", zh: "等待应答的时限（秒）" })),
      slow: seconds.default(5).meta(explain({ en: "Seconds from which on a greeting is called slow", zh: "超过多少秒算应答慢" })),
      session: seconds
        .default(5)
        .meta(explain({ en: "Seconds for each step after the greeting", zh: "应答之后每一步的时限（秒）" })),
    })
    .prefault({})
    .meta(explain({ en: "How long is waited; more for a line that is known to be slow", zh: "各步骤的时限，线路较慢时可放宽" })),
});
export type SmtpMxOptions = z.output<typeof smtpMxOptions>;
