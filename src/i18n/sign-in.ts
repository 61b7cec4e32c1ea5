import type { Text } from "../model/text.ts";

/** What `mailvigil login` says at the terminal. */
export const signInWords = {
  noProvider: {
    en: "there is no provider {provider}; write google, microsoft365 or microsoft365-china",
    zh: "没有服务商「{provider}」；请写 google、microsoft365 或 microsoft365-china",
  },
  noAddress: {
    en: "{address} is no mail address; write it like sales@example.com",
    zh: "「{address}」不是邮箱地址；请写成 sales@example.com",
  },
  noClient: {
    en: "the client id of {address} is not known; give --client-id, or write client_id below the mailbox's oauth in {file} (an application of your own: Google Cloud ▶ Credentials ▶ OAuth client ▶ Desktop app; Entra ID ▶ App registrations)",
    zh: "不知道 {address} 的客户端 ID；请用 --client-id 给出，或在 {file} 中该邮箱的 oauth 下写 client_id（需先登记自己的应用：Google Cloud ▶ 凭据 ▶ OAuth 客户端 ▶ 桌面应用；Entra ID ▶ 应用注册）",
  },
  noClientSecret: {
    en: "Google wants the client secret of a desktop application too; give --client-secret-file, or write client_secret below the mailbox's oauth in {file}",
    zh: "Google 的桌面应用也需要客户端密钥；请用 --client-secret-file 给出，或在 {file} 中该邮箱的 oauth 下写 client_secret",
  },
  secretUnreadable: { en: "The client secret cannot be read: {reason}", zh: "无法读取客户端密钥：{reason}" },
  fileThere: {
    en: "{file} exists already, and a sign-in never writes over a file; name another one with --out, or move it away",
    zh: "{file} 已存在，登录不会覆盖已有文件；请用 --out 指定其他文件，或先移走它",
  },
  fileNotWritable: {
    en: "{file} cannot be written ({reason}); name another one with --out",
    zh: "{file} 无法写入（{reason}）；请用 --out 指定其他文件",
  },
  whyLoopback: {
    en: "Google gives no mail rights to a device code (developers.google.com/identity/protocols/oauth2/limited-input-device#allowedscopes), so your browser comes back to this machine.",
    zh: "Google 的设备码方式不允许邮件权限（developers.google.com/identity/protocols/oauth2/limited-input-device#allowedscopes），因此登录后浏览器会回到本机。",
  },
  device: {
    en: `Open in a browser, on any machine:  {url}
Enter this code:                    {code}
and sign in as {address}. The code is good for {minutes} min; Ctrl-C ends.`,
    zh: `请在任意一台电脑的浏览器中打开：  {url}
输入代码：                        {code}
并以 {address} 登录。代码 {minutes} 分钟内有效；按 Ctrl-C 结束。`,
  },
  loopback: {
    en: `Open in a browser of this machine, and sign in as {address} (15 min; Ctrl-C ends):

{url}

A browser elsewhere finds its way back here with:  ssh -L {port}:127.0.0.1:{port} THIS-MACHINE`,
    zh: `请在本机的浏览器中打开下面的地址，并以 {address} 登录（15 分钟内有效；按 Ctrl-C 结束）：

{url}

浏览器在别的电脑上时，请先在那台电脑运行：  ssh -L {port}:127.0.0.1:{port} 本机`,
  },
  signedIn: { en: "Signed in. Now the mailbox itself is tried …", zh: "已登录，正在试着打开邮箱……" },
  opens: { en: "It works: the sign-in opens {address} at {host}.", zh: "成功：该登录可以在 {host} 打开 {address}。" },
  onBehalf: { en: "({account} signed in, and may open this mailbox.)", zh: "（登录者是 {account}，有权打开该邮箱。）" },
  otherAccount: {
    en: "{account} signed in, and that does not open {address}. Nothing was stored. Run the command again and sign in as {address}; a browser that is already signed in needs a private window.",
    zh: "登录者是 {account}，打不开 {address}。没有保存任何内容。请重新运行，并以 {address} 登录；浏览器已登录其他账号时，请用无痕窗口。",
  },
  closed: { en: "Signed in, but the mailbox does not open: {finding}", zh: "已登录，但打不开邮箱：{finding}" },
  afterwards: {
    en: "The sign-in itself is good and was kept: once that is mended, nobody needs to sign in again.",
    zh: "登录本身有效，已保存；解决上述问题后不必重新登录。",
  },
  notTried: { en: "Whether it opens the mailbox could not be found out: {finding}", zh: "没能查明能否打开邮箱：{finding}" },
  stored: {
    en: "The refresh token is in {file}, which only its owner may read. Mailvigil must be able to read it, and for Microsoft to write it. For the configuration:",
    zh: "刷新令牌保存在 {file}，仅文件所有者可读。运行 Mailvigil 的用户须能读取；Microsoft 的还须能写入。配置如下：",
  },
  notStored: { en: "The refresh token could not be written into {file} ({reason})", zh: "刷新令牌无法写入 {file}（{reason}）" },
} as const satisfies Record<string, Text>;

/** The tiny pages that the browser ends at, each in both languages. */
export const signInPages = {
  done: { en: "Received. You can close this page; the terminal goes on.", zh: "已收到。可以关闭此页面，请回到终端。" },
  denied: { en: "The provider did not agree. The terminal says why.", zh: "服务商没有同意，原因见终端。" },
  refused: { en: "Nothing is here. Open the address that the terminal shows.", zh: "这里没有内容，请打开终端显示的地址。" },
} as const satisfies Record<string, Text>;

interface Failure {
  /** What is so, without a full stop: the provider's words follow in brackets. */
  readonly text: Text;
  readonly advice: Text;
}

const consent =
  "https://login.microsoftonline.com/{tenant}/adminconsent?client_id={client} (21Vianet: login.partner.microsoftonline.cn)";

/** Why nobody is signed in, by SignInCode. */
export const signInFailures: Readonly<Record<string, Failure>> = {
  denied: {
    text: { en: "The provider's page was answered with no", zh: "授权页面上选择了拒绝" },
    advice: { en: "Run the command again and agree, as {address}.", zh: "请重新运行，并以 {address} 同意授权。" },
  },
  expired: {
    text: { en: "Nobody signed in in time", zh: "没有在有效时间内登录" },
    advice: { en: "Run the command again.", zh: "请重新运行此命令。" },
  },
  interrupted: {
    text: { en: "Ended before anybody had signed in", zh: "登录前已中止" },
    advice: { en: "Nothing was stored.", zh: "没有保存任何内容。" },
  },
  "public-client-off": {
    text: {
      en: "The application is registered as one that has a secret, and a device code has none",
      zh: "该应用登记为需要密钥的应用，而设备码方式没有密钥",
    },
    advice: {
      en: "The administrator sets “Allow public client flows” to Yes (Entra ID ▶ App registrations ▶ Authentication); or give --client-secret-file.",
      zh: "请管理员在 Entra ID ▶ 应用注册 ▶ 身份验证中把「允许公共客户端流」设为「是」；或用 --client-secret-file 给出密钥。",
    },
  },
  "redirect-unknown": {
    text: { en: "The application's registration does not fit this way to sign in", zh: "应用的登记与这种登录方式不符" },
    advice: {
      en: "Microsoft: add the platform “Mobile and desktop applications” with http://localhost, and give --tenant where the application is for one organisation. Google: the client must be a desktop application.",
      zh: "Microsoft：请添加平台「移动和桌面应用程序」，地址为 http://localhost；应用仅供一个组织使用时，请给出 --tenant。Google：客户端类型须为「桌面应用」。",
    },
  },
  "no-refresh-token": {
    text: {
      en: "The provider let {address} in for an hour only: it gave no refresh token",
      zh: "服务商只允许 {address} 登录一小时：没有给出刷新令牌",
    },
    advice: {
      en: "Microsoft: the application needs the permission offline_access. Google: remove its access at myaccount.google.com/permissions and run the command again.",
      zh: "Microsoft：应用需要 offline_access 权限。Google：请在 myaccount.google.com/permissions 移除该应用的访问权，再重新运行。",
    },
  },
  "scope-missing": {
    text: { en: "The sign-in does not include the right to read mail", zh: "登录授权中没有读取邮件的权限" },
    advice: {
      en: "Google: tick the box for Gmail on the page, or add the scope https://mail.google.com/ to the consent screen. Microsoft: add IMAP.AccessAsUser.All of Office 365 Exchange Online to the application.",
      zh: "Google：请在页面上勾选 Gmail 权限，或在 OAuth 同意屏幕中添加 https://mail.google.com/。Microsoft：请为应用添加 Office 365 Exchange Online 的 IMAP.AccessAsUser.All 权限。",
    },
  },
  "consent-missing": {
    text: {
      en: "The company does not let its people agree to this application by themselves: an administrator must (AADSTS65001, AADSTS90094)",
      zh: "公司不允许员工自行同意该应用，须由管理员同意（AADSTS65001、AADSTS90094）",
    },
    advice: {
      en: `Microsoft: an administrator opens ${consent} and agrees for the organisation. Google: the administrator trusts the client id (Security ▶ API controls ▶ App access control). Then run the command again.`,
      zh: `Microsoft：请管理员打开 ${consent} 并代表组织同意。Google：请管理员在「安全 ▶ API 控制 ▶ 应用访问权限控制」中信任该客户端 ID。之后重新运行。`,
    },
  },
  "token-blocked": {
    text: { en: "A security policy of the company forbids this sign-in", zh: "公司的安全策略不允许这样登录" },
    advice: {
      en: "The administrator looks at conditional access (it may forbid the device code flow: then try --loopback) or at Google's app access control.",
      zh: "请管理员查看条件访问（可能禁止了设备码方式，可改用 --loopback），或 Google 的应用访问权限控制。",
    },
  },
  "app-unknown": {
    text: { en: "The provider knows no such application, or it is switched off", zh: "服务商处没有这个应用，或应用已停用" },
    advice: { en: "Compare the client id, and for Microsoft the tenant.", zh: "请核对客户端 ID；Microsoft 还请核对租户。" },
  },
  "tenant-unknown": {
    text: { en: "Microsoft knows no tenant {tenant}", zh: "Microsoft 处没有租户 {tenant}" },
    advice: {
      en: "Give --tenant with the directory (tenant) id; tenants in China by 21Vianet need microsoft365-china.",
      zh: "请用 --tenant 给出目录（租户）ID；由世纪互联运营的租户须用 microsoft365-china。",
    },
  },
  "secret-wrong": {
    text: { en: "The provider does not accept the client secret", zh: "服务商不接受客户端密钥" },
    advice: {
      en: "Compare it with the provider's page: the secret's value is wanted, not its id.",
      zh: "请核对：要填密钥的「值」，不是「密钥 ID」。",
    },
  },
  "secret-expired": {
    text: { en: "The client secret has expired", zh: "客户端密钥已过期" },
    advice: { en: "Make a new one at the provider's page.", zh: "请在服务商页面新建一个。" },
  },
  "grant-ended": {
    text: { en: "The provider does not accept the code of this sign-in", zh: "服务商不接受这次登录的代码" },
    advice: { en: "Run the command again; a code can be used once.", zh: "请重新运行；代码只能用一次。" },
  },
  "clock-wrong": {
    text: { en: "The provider finds that the clock of this machine is wrong", zh: "服务商认为本机时间不准" },
    advice: { en: "Set the clock by NTP.", zh: "请用 NTP 校准时间。" },
  },
  "token-server-failed": {
    text: { en: "The provider's sign-in server is in trouble or busy", zh: "服务商的登录服务器故障或繁忙" },
    advice: { en: "Try again in a few minutes.", zh: "请过几分钟再试。" },
  },
  "token-server-unreachable": {
    text: { en: "The provider's sign-in server cannot be reached from here", zh: "从这里连不上服务商的登录服务器" },
    advice: {
      en: "Let this machine reach it at port 443, or write proxy: at the mailbox; Google's is not reachable from mainland China directly.",
      zh: "请放行本机到其 443 端口的连接，或在邮箱处写 proxy:；Google 的服务器在中国大陆无法直接访问。",
    },
  },
  "token-refused": {
    text: { en: "The provider refuses the sign-in, for a reason that is not known here", zh: "服务商拒绝了登录，原因不明" },
    advice: {
      en: "Look the code up at the provider, and compare client id, tenant and the kind of the application.",
      zh: "请向服务商查询该代码，并核对客户端 ID、租户和应用类型。",
    },
  },
};
