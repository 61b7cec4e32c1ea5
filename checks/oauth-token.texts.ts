import type { FindingDeclaration } from "../src/model/check.ts";

/** `{credential}` is its name in the configuration, `{reason}` what the token server said. */
export const tokenServerFindings = {
  "secret-expired": {
    severity: "critical",
    cause: "monitor-credential",
    immediate: true,
    text: {
      en: "Mailvigil sees no mailbox of {credential}: its client secret has expired ({reason})",
      zh: "Mailvigil 看不到凭据 {credential} 下的任何邮箱：客户端密码已过期（{reason}）",
    },
    advice: {
      en: "The Microsoft 365 administrator makes a new client secret (Entra ID ▶ App registrations ▶ Certificates & secrets); put its value into the configuration, and its date into secret_expires.",
      zh: "请 Microsoft 365 管理员新建客户端密码（Entra ID ▶ 应用注册 ▶ 证书和密码），把「值」更新到配置，并把到期日写入 secret_expires。",
    },
    source: "Microsoft: AADSTS7000222",
  },
  "secret-wrong": {
    severity: "critical",
    cause: "monitor-credential",
    immediate: true,
    text: {
      en: "Mailvigil sees no mailbox of {credential}: the token server does not accept its secret or key ({reason})",
      zh: "Mailvigil 看不到凭据 {credential} 下的任何邮箱：令牌服务器不接受其密码或密钥（{reason}）",
    },
    advice: {
      en: "Compare it with the provider's page: the secret's value is wanted, not its id; a key that was deleted there must be made anew. The administrator of the application acts.",
      zh: "请应用的管理员核对：此处要填密码的「值」而不是「密码 ID」；密钥若已在服务商处删除，须重新生成。",
    },
    source: "RFC 6749 section 5.2 (invalid_client); Microsoft: AADSTS7000215; Google: Invalid JWT Signature",
  },
  "app-unknown": {
    severity: "critical",
    cause: "monitor-credential",
    immediate: true,
    text: {
      en: "Mailvigil sees no mailbox of {credential}: its application is unknown to the provider, or switched off ({reason})",
      zh: "Mailvigil 看不到凭据 {credential} 下的任何邮箱：服务商处没有这个应用，或应用已停用（{reason}）",
    },
    advice: {
      en: "Compare client_id (and tenant) with the provider's page; the administrator looks whether somebody has deleted or disabled the application.",
      zh: "请核对 client_id（及 tenant）；并请管理员确认应用是否被删除或停用。",
    },
    source: "Microsoft: AADSTS700016, AADSTS7000112; Google: deleted_client, account not found",
  },
  "tenant-unknown": {
    severity: "critical",
    cause: "monitor-credential",
    immediate: true,
    text: {
      en: "Mailvigil sees no mailbox of {credential}: Microsoft knows no such tenant ({reason})",
      zh: "Mailvigil 看不到凭据 {credential} 下的任何邮箱：Microsoft 处没有这个租户（{reason}）",
    },
    advice: {
      en: "Write the directory (tenant) id of the application's page; tenants in China need provider: microsoft365-china. A tenant also ends with its subscription.",
      zh: "请填写应用页面上的目录（租户）ID；由世纪互联运营的租户须写 provider: microsoft365-china。订阅终止后租户也会消失。",
    },
    source: "Microsoft: AADSTS90002, AADSTS900023",
  },
  "consent-missing": {
    severity: "critical",
    cause: "monitor-credential",
    immediate: true,
    text: {
      en: "Mailvigil sees no mailbox of {credential}: the administrator has not allowed the application to read mail ({reason})",
      zh: "Mailvigil 看不到凭据 {credential} 下的任何邮箱：管理员尚未授权该应用访问邮件（{reason}）",
    },
    advice: {
      en: "Microsoft 365: the administrator grants consent to IMAP.AccessAsApp and SMTP.SendAsApp of Office 365 Exchange Online. Google: a super administrator allows the client id the scope https://mail.google.com/ (Security ▶ API controls ▶ Domain-wide delegation).",
      zh: "Microsoft 365：请管理员对 Office 365 Exchange Online 的 IMAP.AccessAsApp 和 SMTP.SendAsApp 授予同意。Google：请超级管理员在「安全 ▶ API 控制 ▶ 全网域授权」中为该客户端 ID 添加范围 https://mail.google.com/。",
    },
    source: "Microsoft: AADSTS65001; Google: unauthorized_client",
  },
  "token-blocked": {
    severity: "critical",
    cause: "monitor-credential",
    immediate: true,
    text: {
      en: "Mailvigil sees no mailbox of {credential}: a security policy of the company forbids the application to sign in from here ({reason})",
      zh: "Mailvigil 看不到凭据 {credential} 下的任何邮箱：公司的安全策略不允许该应用从此处登录（{reason}）",
    },
    advice: {
      en: "The administrator looks at conditional access (Microsoft) or app access control (Google), and allows this application and the address of this network.",
      zh: "请管理员查看条件访问（Microsoft）或应用访问控制（Google），放行该应用和当前网络的出口 IP。",
    },
    source: "Microsoft: AADSTS53003; Google: admin_policy_enforced",
  },
  "grant-ended": {
    severity: "critical",
    cause: "monitor-credential",
    immediate: true,
    text: {
      en: "Mailvigil sees no mailbox of {credential}: its refresh token is no longer valid ({reason})",
      zh: "Mailvigil 看不到凭据 {credential} 下的任何邮箱：刷新令牌已失效（{reason}）",
    },
    advice: {
      en: "The owner of the mailbox signs in once more, by mailvigil login with the provider and the address. Google ends it at a new password, after six months without use, and after seven days while the application is in testing.",
      zh: "请邮箱使用者用 mailvigil login（后接服务商和邮箱地址）重新登录。Google 会在修改密码、半年未使用，或应用处于测试状态满 7 天时使其失效。",
    },
    source: "RFC 6749 section 5.2 (invalid_grant)",
  },
  "refresh-token-not-kept": {
    severity: "warning",
    cause: "monitor-credential",
    text: {
      en: "The sign-in of {credential} will end: Microsoft gives a newer refresh token, and it cannot be stored ({reason})",
      zh: "{credential} 的登录将会到期：Microsoft 给出了新的刷新令牌，但无法保存（{reason}）",
    },
    advice: {
      en: "Give the user that runs Mailvigil the right to write the file of refresh_token and its folder, within 90 days of the last time it could.",
      zh: "请让运行 Mailvigil 的用户能写入 refresh_token 的文件及其目录；须在上次成功写入后 90 天内完成。",
    },
    source: "Microsoft: refresh tokens last 90 days, and each use gives a newer one",
  },
  "clock-wrong": {
    severity: "critical",
    cause: "monitor-credential",
    immediate: true,
    text: {
      en: "Mailvigil sees no mailbox of {credential}: the token server finds that the clock of this machine is wrong ({reason})",
      zh: "Mailvigil 看不到凭据 {credential} 下的任何邮箱：令牌服务器认为本机时间不准（{reason}）",
    },
    advice: { en: "Whoever runs this machine sets its clock by NTP.", zh: "请本机管理员用 NTP 校准时间。" },
    source: "Google: Invalid JWT, iat and exp; Microsoft: AADSTS700024",
  },
  "key-unusable": {
    severity: "critical",
    cause: "monitor-credential",
    immediate: true,
    text: {
      en: "Mailvigil sees no mailbox of {credential}: what stands in service_account is no key ({reason})",
      zh: "Mailvigil 看不到凭据 {credential} 下的任何邮箱：service_account 中不是有效的密钥（{reason}）",
    },
    advice: {
      en: "Name the JSON file that Google gives for a service account (IAM ▶ Service accounts ▶ Keys), whole and unchanged.",
      zh: "请指定 Google 为服务账号生成的 JSON 文件（IAM ▶ 服务账号 ▶ 密钥），内容须完整且未修改。",
    },
    source: "RFC 7523; the key file of a Google service account",
  },
  "token-refused": {
    severity: "critical",
    cause: "monitor-credential",
    text: {
      en: "Mailvigil sees no mailbox of {credential}: the token server refuses, for a reason that is not known here ({reason})",
      zh: "Mailvigil 看不到凭据 {credential} 下的任何邮箱：令牌服务器拒绝发放令牌，原因不明（{reason}）",
    },
    advice: {
      en: "The administrator of the application looks the code up at the provider, and compares all keys of the credential.",
      zh: "请应用的管理员向服务商查询该代码，并核对凭据的各项设置。",
    },
    source: "RFC 6749 section 5.2",
  },
  "token-server-failed": {
    severity: "critical",
    cause: "provider-outage",
    text: {
      en: "The provider gives no tokens for {credential} just now: its token server is in trouble or busy ({reason})",
      zh: "服务商暂时不发放 {credential} 的令牌：其令牌服务器故障或繁忙（{reason}）",
    },
    advice: {
      en: "Nothing is wrong here; look at the provider's status page. Mailboxes stay unknown until it answers again.",
      zh: "本方没有问题，请看服务商的状态页；恢复之前邮箱状态不明。",
    },
    source: "RFC 6749 section 4.1.2.1 (temporarily_unavailable, server_error); HTTP 429 and 5xx",
  },
  "token-server-unreachable": {
    severity: "critical",
    timed: true,
    text: {
      en: "Mailvigil cannot reach the token server for {credential} ({reason}); the mailboxes behind it are unknown",
      zh: "Mailvigil 无法连接 {credential} 的令牌服务器（{reason}），因此其邮箱状态不明",
    },
    advice: {
      en: "Let this machine reach the token server at port 443, or set proxy: at the mailboxes: Google's is not reachable from mainland China directly.",
      zh: "请放行本机到令牌服务器 443 端口的连接，或在邮箱处设置 proxy:；Google 的令牌服务器在中国大陆无法直接访问。",
    },
    source: "A self-test before others are blamed",
  },
} as const satisfies Record<string, FindingDeclaration>;
