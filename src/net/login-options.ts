import { z } from "zod";
import { explain, type Login } from "../model/check.ts";
import { otherRefusals } from "../model/provider.ts";
import { type Credential, isOAuth } from "../model/oauth.ts";
import { isSecret } from "../model/secret.ts";
import { proxyOption } from "./proxy-option.ts";

const seconds = z.number().positive().max(60);

/** Until when each step of a session is waited for. */
export const sessionLimits = z
  .strictObject({
    connect: seconds.default(10).meta(explain({ en: "Seconds until a connection is given up", zh: "连接的时限（秒）" })),
    tls: seconds.default(10).meta(explain({ en: "Seconds until the TLS handshake is given up", zh: "TLS 握手的时限（秒）" })),
    greeting: seconds.default(30).meta(explain({ en: "Seconds until a greeting is called missing", zh: "等待应答的时限（秒）" })),
    command: seconds.default(15).meta(explain({ en: "Seconds for the answer to a command", zh: "等待命令应答的时限（秒）" })),
    slow: seconds
      .default(5)
      .meta(explain({ en: "Seconds from which on a greeting is called slow, a warning", zh: "超过多少秒算应答慢（注意）" })),
    late: seconds
      .default(15)
      .meta(explain({ en: "Seconds from which on a greeting is called late, critical", zh: "超过多少秒算应答过慢（故障）" })),
  })
  .prefault({})
  .meta(explain({ en: "How long is waited; more for a line that is known to be slow", zh: "各步骤的时限，线路较慢时可放宽" }));

/** For checks that know no provider. */
export const blockedInChinaOption = z
  .boolean()
  .default(false)
  .meta(
    explain({
      en: "The direct way to it is blocked in mainland China: silence then says nothing about it",
      zh: "中国大陆无法直接访问：没有应答时不作判断",
    }),
  );

/** What is known about the answers of one provider, from its preset. */
const provider = z.strictObject({
  id: z.string(),
  /** Parts of answers, in any case, that say surely that the credential is refused. */
  definiteRejections: z.array(z.string()).default([]),
  /** Parts of answers that it gives for several causes at once. */
  ambiguousRejections: z.array(z.string()).default([]),
  /** Finding ▶ parts of answers that say it. */
  otherRejections: z.partialRecord(z.enum(otherRefusals), z.array(z.string())).default({}),
  /** It wants to know who asks (RFC 2971) after the login and before a folder is opened: Coremail. */
  idAfterLogin: z.boolean().default(false),
  /** It cannot be reached directly from mainland China. */
  blockedInChina: z.boolean().default(false),
});

export type Provider = z.output<typeof provider>;

/** SHA-256 of the certificate, hex, with or without colons. */
export const fingerprintOption = z
  .string()
  .regex(/^([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i, "must be the SHA-256 of the certificate: 64 hexadecimal digits")
  .meta(
    explain({
      en: "The SHA-256 of the server's certificate: believed in place of the authorities",
      zh: "服务器证书的 SHA-256 指纹：以它代替签发机构作为凭据",
    }),
  );

/** The ports of a protocol: with TLS from the first byte, and those where it begins in clear, the usual one first. */
export interface LoginPorts {
  readonly tls: number;
  readonly starttls: readonly [number, ...number[]];
}

/** Left out, the port follows from the security. */
export const portOption = ({ tls, starttls: [usual] }: LoginPorts) =>
  z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .meta(explain({ en: `Left out: ${tls}, or ${usual} with starttls`, zh: `不写则为 ${tls}，starttls 时为 ${usual}` }));

/** What was left out of port and security follows from the other. */
export const atItsPort =
  (ports: LoginPorts) =>
  <O extends { readonly port?: number | undefined; readonly security?: "tls" | "starttls" | undefined }>(options: O) => {
    const { port } = options;
    const security = options.security ?? (port !== undefined && ports.starttls.includes(port) ? "starttls" : "tls");
    return { ...options, security, port: port ?? (security === "tls" ? ports.tls : ports.starttls[0]) };
  };

/** The options of every check that logs in to a mailbox, without the port's default. */
export const loginOptions = {
  host: z
    .string()
    .min(1)
    .meta(explain({ en: "The server", zh: "服务器" })),
  security: z
    .enum(["tls", "starttls"])
    .optional()
    .meta(
      explain({
        en: "tls: from the first byte. starttls: plain at first, and nothing secret is sent before it. Left out: as the port says, else tls",
        zh: "tls：一连接就加密。starttls：先明文再加密，加密前不发送密码。不写则按端口判断，否则为 tls",
      }),
    ),
  user: z
    .string()
    .min(1)
    .meta(explain({ en: "The login name", zh: "登录名" })),
  password: z
    .custom<Credential>((value) => isSecret(value) || isOAuth(value), "must be a secret")
    .meta(
      explain({
        en: "Where the password is kept; for a mailbox with oauth the access that gets tokens",
        zh: "密码的来源；使用 oauth 的邮箱则为取得令牌的访问凭据",
      }),
    ),
  fingerprint: fingerprintOption.optional(),
  proxy: proxyOption.optional(),
  /** From the presets. */
  provider: provider.optional(),
  limits: sessionLimits,
};

/** One mailbox has one credential, whatever protocol and spelling it is used with. */
export const loginOf = (user: string, password: Credential): Login => ({
  account: user.toLowerCase(),
  // Not the token: what was refused is tried again when the credential behind it has changed, and that is once an hour with a token.
  credential: isOAuth(password) ? password.secret : password,
});
