import { isIP } from "node:net";
import { z } from "zod";
import type { DeliveryResult } from "../../src/model/channel.ts";
import { defineChannel, write } from "../../src/model/channel.ts";
import { DialError } from "../../src/model/connection.ts";
import { visible } from "../../src/model/visible.ts";
import { resolveAddresses } from "../../src/net/resolve-addresses.ts";
import { openSocket, openSocketThrough, trustOf } from "../../src/net/open-socket.ts";
import { proxyOption } from "../../src/net/proxy-option.ts";
import { emailFields } from "../email-message.ts";
import { secretOption } from "../../src/net/secret-option.ts";
import type { SmtpSession } from "../smtp-session.ts";
import { sendBySmtp, SmtpError } from "../smtp-session.ts";

const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1).toLowerCase();

/** Mail through a server of its own, which must not be the one that is watched. */
export default defineChannel({
  id: "email",
  title: { en: "E-mail", zh: "电子邮件" },
  options: z
    .strictObject({
      host: z
        .string()
        .min(1)
        .max(253)
        .meta(
          write({ en: "write the server that sends, such as smtp.example.com", zh: "请写发信服务器，例如 smtp.example.com" }),
        ),
      /** Default 465 with `tls`, 587 with `starttls`. */
      port: z
        .int()
        .min(1)
        .max(65_535)
        .meta(write({ en: "write a port from 1 to 65535, such as 465", zh: "请写 1 至 65535 的端口，例如 465" }))
        .optional(),
      /** `tls`: from the first byte. `starttls`: required; without it nothing is sent. */
      security: z
        .enum(["tls", "starttls"])
        .meta(write({ en: "write tls (port 465) or starttls (port 587)", zh: "请写 tls（端口 465）或 starttls（端口 587）" }))
        .default("tls"),
      user: z
        .string()
        .min(1)
        .meta(write({ en: "write the login name, such as alerts@example.com", zh: "请写登录名，例如 alerts@example.com" }))
        .optional(),
      password: secretOption.optional(),
      proxy: proxyOption.optional(),
      from: z
        .email()
        .meta(
          write({ en: "write the sender's address, such as alerts@example.com", zh: "请写发件地址，例如 alerts@example.com" }),
        ),
      to: z
        .array(
          z.email().meta(write({ en: "write an address such as boss@example.org", zh: "请写邮件地址，例如 boss@example.org" })),
        )
        .min(1)
        .max(50)
        .meta(
          write({
            en: "write 1 to 50 addresses as a list, such as [boss@example.org]",
            zh: "请用列表写 1 至 50 个收件地址，例如 [boss@example.org]",
          }),
        ),
    })
    .refine(({ user, password }) => (user === undefined) === (password === undefined), {
      message: "user and password belong together",
      params: {
        fault: {
          problem: { en: "user and password belong together", zh: "user 和 password 要一起写" },
          remedy: { en: "write both or neither", zh: "请两个都写，或都不写" },
        },
      },
      path: ["user"],
    }),
  perMinute: 30,
  dependsOn: ({ host, to }) => ({ hosts: [host.toLowerCase()], mailDomains: [...new Set(to.map(domainOf))] }),

  async send(alert, { host, port, security, user, password, proxy, from, to }, ctx): Promise<DeliveryResult> {
    const startTls = security === "starttls";
    const login = user === undefined || password === undefined ? undefined : { user, password: await password.reveal() };
    const message = await compose({
      from,
      to,
      ...emailFields(alert, from, ctx.maybeRepeat),
      about: alert.about,
      at: ctx.now(),
    });
    const trust = trustOf(ctx.authorities);
    const { signal } = ctx;
    try {
      const at = { name: host, port: port ?? (startTls ? 587 : 465), trust: startTls ? undefined : trust, signal };
      const { socket } = await (proxy === undefined
        ? openSocket({ ...at, addresses: isIP(host) === 0 ? await resolveAddresses(ctx.ask, host, signal) : [host] })
        : openSocketThrough(proxy, { ...at, ask: ctx.ask }));
      const session: SmtpSession = { socket, startTls, name: host, trust, login, from, to, message, signal };
      const { reply, refused } = await sendBySmtp(session);
      const without = refused.length === 0 ? "" : `; refused: ${refused.join(", ")}`;
      // It is in the server's queue: whether it arrives is not known.
      return { kind: "accepted", reference: visible(reply + without, 300) };
    } catch (error) {
      return judgeFailure(error, host);
    }
  },
});

interface Mail extends ReturnType<typeof emailFields> {
  readonly from: string;
  readonly to: readonly string[];
  readonly about: string;
  readonly at: number;
}

async function compose({ from, to, about, at, ...fields }: Mail): Promise<Buffer> {
  const { default: MailComposer } = await import("nodemailer/lib/mail-composer");
  return new MailComposer({
    ...fields,
    from: { name: "Mailvigil", address: from },
    to: [...to],
    inReplyTo: fields.references,
    date: new Date(at),
    // RFC 3834 5: no vacation notice answers it.
    headers: { "Auto-Submitted": "auto-generated", "X-Mailvigil-About": about },
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: "\r\n",
  })
    .compile()
    .build();
}

function judgeFailure(error: unknown, host: string): DeliveryResult {
  if (error instanceof DialError) {
    const broken = error.failure === "certificate";
    return { kind: broken ? "bad-channel" : "retry", reason: `${host}: ${error.message}` };
  }
  if (!(error instanceof SmtpError)) throw error;
  const { step, code, errorCode } = error;
  // What a server says to a login may repeat the login.
  const said = step === "login" ? enhanced(error.reply) : visible(error.reply, 200);
  const reason = `${host}: ${words[step]}${said === "" ? ` (${errorCode === "" ? "no answer" : errorCode})` : `: ${said}`}`;
  if (step === "message-sent" && code === 0) return { kind: "retry", reason, doubt: "no-answer" };
  const noLogin = step === "login" && errorCode === "EAUTH" && code === 0;
  if (isCertificate(errorCode) || errorCode === "ETLS" || noLogin) return { kind: "bad-channel", reason };
  // RFC 5321 4.2.1: 4yz may be better later; 421 and a lost connection too. 503 is said to an order of commands.
  if (code < 500 || code === 503) return { kind: "retry", reason };
  // 552: larger than it takes, which some say before the message.
  const aboutMessage = step === "message" || step === "message-sent" || code === 552;
  return { kind: aboutMessage ? "bad-message" : "bad-channel", reason };
}

const words: Readonly<Record<SmtpError["step"], string>> = {
  session: "The SMTP session did not come about",
  login: "The login was refused",
  envelope: "Sender or recipients were refused",
  message: "The message was not taken",
  "message-sent": "The message was not taken",
};

/** `535 5.7.8` of `535 5.7.8 Error: …` (RFC 3463). */
const enhanced = (reply: string): string => /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?/.exec(reply)?.[0] ?? "";

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const isCertificate = (code: string): boolean =>
  /^(?:CERT_|ERR_TLS_CERT|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA)/.test(code);
