import type { FindingDeclaration } from "../src/model/check.ts";

const administrator = {
  en: "Whoever runs the directory looks at the account that looks things up; then put what has changed into the configuration.",
  zh: "请目录管理员查看这个查询账号；有变动的请更新到配置。",
};

/** What a directory says to whoever looks something up there. `{reason}` is its answer. */
export const directoryFindings = {
  "bind-rejected": {
    severity: "critical",
    immediate: true,
    rejects: "definite",
    cause: "password-rejected",
    text: {
      en: "The directory {host} rejects the name or the password of {user} ({reason}): mail servers that use it can log nobody in",
      zh: "目录 {host} 拒绝了 {user} 的名称或密码（{reason}）：用同一账号查询的邮件服务器将无法让任何人登录",
    },
    advice: {
      en: "Ask whoever runs the directory whether the password was changed, and give the new one to Mailvigil and to the mail server. Some servers say the same of a locked account.",
      zh: "请向目录管理员确认是否改过密码，并把新密码更新到邮哨和邮件服务器。有些服务器对被锁定的账号也这样回答。",
    },
    source: "RFC 4511 appendix A.2 (49 invalidCredentials); Active Directory: data 52e",
  },
  "bind-account-unknown": {
    severity: "critical",
    immediate: true,
    rejects: "definite",
    cause: "settings-changed",
    text: {
      en: "The directory {host} knows no {user} ({reason}): the account was deleted, renamed or moved",
      zh: "目录 {host} 中没有 {user}（{reason}）：账号已被删除、改名或移动",
    },
    advice: administrator,
    source: "Active Directory: 49 with data 525",
  },
  "password-expired": {
    severity: "critical",
    immediate: true,
    rejects: "definite",
    cause: "password-expired",
    text: {
      en: "The password of {user} at the directory {host} has expired ({reason})",
      zh: "{user} 在目录 {host} 的密码已过期（{reason}）",
    },
    advice: {
      en: "Whoever runs the directory sets a new password, and lets it not expire for accounts of servers. Put it into Mailvigil and into the mail server.",
      zh: "请目录管理员设置新密码，服务账号建议设为永不过期；并更新到邮哨和邮件服务器。",
    },
    source: "Active Directory: 49 with data 532",
  },
  "password-must-change": {
    severity: "critical",
    immediate: true,
    rejects: "definite",
    cause: "password-expired",
    text: {
      en: "{user} must choose a new password before the directory {host} lets it in ({reason})",
      zh: "{user} 必须先修改密码，目录 {host} 才允许登录（{reason}）",
    },
    advice: {
      en: "Whoever runs the directory takes away “must change the password at next logon” and sets a password.",
      zh: "请目录管理员取消「下次登录时须更改密码」并设置密码。",
    },
    source: "Active Directory: 49 with data 773",
  },
  "account-disabled": {
    severity: "critical",
    immediate: true,
    rejects: "definite",
    cause: "account-locked",
    text: {
      en: "The account {user} is disabled in the directory {host} ({reason})",
      zh: "账号 {user} 在目录 {host} 中已被停用（{reason}）",
    },
    advice: administrator,
    source: "Active Directory: 49 with data 533; 389 Directory Server: 53, account inactivated",
  },
  "account-expired": {
    severity: "critical",
    immediate: true,
    rejects: "definite",
    cause: "account-locked",
    text: {
      en: "The account {user} in the directory {host} has reached its end date ({reason})",
      zh: "账号 {user} 在目录 {host} 中已到失效日期（{reason}）",
    },
    advice: administrator,
    source: "Active Directory: 49 with data 701",
  },
  "account-locked": {
    severity: "critical",
    immediate: true,
    rejects: "definite",
    cause: "account-locked",
    text: {
      en: "The account {user} is locked in the directory {host} after too many wrong passwords ({reason})",
      zh: "账号 {user} 因多次输错密码被目录 {host} 锁定（{reason}）",
    },
    advice: {
      en: "Whoever runs the directory unlocks it, and looks for a server or a program that still has the old password.",
      zh: "请目录管理员解锁，并找出仍在使用旧密码的服务器或程序。",
    },
    source: "Active Directory: 49 with data 775; 389 Directory Server: 19, exceed password retry limit",
  },
  "logon-not-permitted": {
    severity: "critical",
    rejects: "ambiguous",
    cause: "account-locked",
    text: {
      en: "The directory {host} does not let {user} in at this hour or from this machine ({reason})",
      zh: "目录 {host} 不允许 {user} 在当前时段或从本机登录（{reason}）",
    },
    advice: {
      en: "Whoever runs the directory looks at the logon hours and the machines that are allowed to this account.",
      zh: "请目录管理员检查该账号的登录时段和允许登录的计算机。",
    },
    source: "Active Directory: 49 with data 530, 531, 534",
  },
  "bind-refused": {
    severity: "critical",
    text: {
      en: "The directory {host} takes no login of this kind ({reason}); the password is not the trouble",
      zh: "目录 {host} 不接受这种登录方式（{reason}），与密码无关",
    },
    advice: {
      en: "Without a name: give Mailvigil an account of its own, the directory answers nobody else. With one: whoever runs the directory looks at what it demands (encryption, signing, a way to log in).",
      zh: "未填用户名时：目录不回答匿名查询，请给邮哨一个账号。已填时：请目录管理员查看登录要求（加密、签名、认证方式）。",
    },
    source: "RFC 4511 appendix A.2 (7, 8, 13, 48, 53)",
  },
  "directory-busy": {
    severity: "warning",
    text: {
      en: "The directory {host} says that it is too busy ({reason}): logins to mail wait or fail",
      zh: "目录 {host} 表示过于繁忙（{reason}）：登录邮箱会变慢或失败",
    },
    advice: {
      en: "Whoever runs the directory looks at its load, and at who asks it so much (an index that is missing, a program in a loop).",
      zh: "请目录管理员查看负载，以及谁在大量查询（缺少索引、程序陷入循环）。",
    },
    source: "RFC 4511 appendix A.2 (51 busy)",
  },
  "directory-unavailable": {
    severity: "critical",
    text: {
      en: "The directory {host} answers and cannot serve ({reason}): nobody whose login hangs on it gets into the mailbox",
      zh: "目录 {host} 有应答，但无法提供服务（{reason}）：依赖它登录的人都进不了邮箱",
    },
    advice: {
      en: "Whoever runs the directory looks at its log: its database, or a server behind it, is down or is being maintained.",
      zh: "请目录管理员查看日志：它的数据库或上级服务器停止了，或正在维护。",
    },
    source: "RFC 4511 appendix A.2 (52 unavailable)",
  },
  "directory-referral": {
    severity: "warning",
    cause: "settings-changed",
    text: {
      en: "The directory {host} sends whoever asks for {base} to another server: {servers}",
      zh: "目录 {host} 让查询 {base} 的程序转到其他服务器：{servers}",
    },
    advice: {
      en: "Ask whoever runs the directory which server is to be asked, and name it in the configuration of Mailvigil and of the mail server; many mail servers do not follow.",
      zh: "请向目录管理员确认应查询哪台服务器，并更新邮哨和邮件服务器的配置；许多邮件服务器不会自动跟随。",
    },
    source: "RFC 4511 sections 4.1.10 and 4.5.3 (10 referral)",
  },
  "base-not-found": {
    severity: "critical",
    cause: "settings-changed",
    text: {
      en: "The directory {host} has no {base} ({reason}), or does not show it to whoever asks",
      zh: "目录 {host} 中没有 {base}（{reason}），或不允许查看",
    },
    advice: {
      en: "Compare the base with the mail server's configuration. If it was right until now, ask whoever runs the directory what was moved or taken away.",
      zh: "请与邮件服务器的配置核对查询起点；若以前正常，请向目录管理员询问移动或收回了什么。",
    },
    source: "RFC 4511 appendix A.2 (32 noSuchObject, 34 invalidDNSyntax)",
  },
  "search-refused": {
    severity: "critical",
    cause: "permission-removed",
    text: {
      en: "The directory {host} lets {user} in and then does not let it look anything up ({reason})",
      zh: "目录 {host} 允许 {user} 登录，却不允许查询（{reason}）",
    },
    advice: {
      en: "Whoever runs the directory gives the account the right to read below {base}. A password that must be changed first looks the same.",
      zh: "请目录管理员授予该账号读取 {base} 的权限；密码须先修改时也会这样。",
    },
    source: "RFC 4511 appendix A.2 (50 insufficientAccessRights, 1 operationsError, 53 unwillingToPerform)",
  },
  "search-failed": {
    severity: "critical",
    text: {
      en: "The directory {host} cannot do what mail servers need: it does not {command} ({reason})",
      zh: "目录 {host} 无法完成邮件服务器所需的操作 {command}（{reason}）",
    },
    advice: {
      en: "Read the reason, and have whoever runs the directory look at its log.",
      zh: "请先看对方给出的原因，并请目录管理员查看日志。",
    },
    source: "RFC 4511 appendix A.2",
  },
  "directory-slow": {
    severity: "warning",
    timed: true,
    text: {
      en: "The directory {host} took {seconds} s to answer: every login that hangs on it waits as long",
      zh: "目录 {host} 用了 {seconds} 秒才应答：依赖它的每次登录都要等这么久",
    },
    advice: {
      en: "Whoever runs the directory looks at its load, its indexes and the line to it.",
      zh: "请目录管理员查看负载、索引和网络线路。",
    },
    source: "The option limits.slow (2 s): login, and reading one entry",
  },
  "accounts-missing": {
    severity: "critical",
    text: {
      en: "The directory {host} has {count} accounts, and at least {least} must be there: whoever is missing cannot log in to mail",
      zh: "目录 {host} 只有 {count} 个账号，至少应有 {least} 个：缺少的人无法登录邮箱",
    },
    advice: {
      en: "Whoever runs the directory looks at what was deleted or moved last (a synchronisation with the personnel system?), and brings it back.",
      zh: "请目录管理员查看最近删除或移动了什么（是否与人事系统同步出错），并恢复。",
    },
    source: "The option accounts",
  },
  "accounts-dropped": {
    severity: "critical",
    text: {
      en: "{missing} of {before} accounts have gone from the directory {host} within a day: they cannot log in to mail",
      zh: "目录 {host} 原有 {before} 个账号，一天之内少了 {missing} 个：这些人无法登录邮箱",
    },
    advice: {
      en: "Whoever runs the directory looks at what was deleted or moved last (a synchronisation with the personnel system?), and brings it back from the recycle bin or the backup.",
      zh: "请目录管理员查看最近删除或移动了什么（是否与人事系统同步出错），并从回收站或备份恢复。",
    },
    source: "The most of the last 24 h; the options share (10 %) and number (5)",
  },
  "accounts-none": {
    severity: "warning",
    text: {
      en: "The directory {host} shows no account below {base} that fits {filter}",
      zh: "目录 {host} 在 {base} 之下没有符合 {filter} 的账号",
    },
    advice: {
      en: "Look at base and filter. If they are right, the account may not read what lies there: directories then answer as if there were nothing.",
      zh: "请核对 base 和 filter；若没有写错，可能是该账号没有读取权限：目录此时会当作什么都没有。",
    },
    source: "RFC 4511 section 4.5.3: what may not be read is left out",
  },
  "accounts-cut": {
    severity: "info",
    text: {
      en: "How many accounts the directory {host} has cannot be watched: it shows {count} and no more",
      zh: "无法监控目录 {host} 的账号总数：它最多只显示 {count} 个",
    },
    advice: {
      en: "Whoever runs the directory allows pages to the account that asks (RFC 2696), or a larger number; or count a part by a narrower base or filter.",
      zh: "请目录管理员允许该账号分页查询（RFC 2696）或调高上限；也可以用更窄的 base 或 filter 只数一部分。",
    },
    source: "RFC 4511 appendix A.2 (3, 4, 11); 20,000 accounts or 30 s of ours",
  },
} as const satisfies Record<string, FindingDeclaration>;

/** What is said of mail servers, said of a directory. */
const words: readonly (readonly [mail: string, directory: string])[] = [
  ["Mail programs", "Mail servers"],
  ["mail programs", "mail servers"],
  ["邮件客户端", "邮件服务器"],
  ["reload the mail service", "reload the service"],
  ["the mail server is not blamed", "the directory is not blamed"],
  ["The mail server is not blamed", "The directory is not blamed"],
  ["says nothing about the mail server", "says nothing about the directory"],
  ["something else than a mail server", "something else than a directory"],
  ["不代表邮件服务器有问题", "不代表目录有问题"],
  ["重新加载邮件服务", "重新加载目录服务"],
  ["a mail program needs", "a mail server needs"],
  [", as the provider's set-up page gives it", ""],
  ["（见服务商的设置说明）", ""],
  ["The mail provider has nothing to mend", "The directory has nothing to mend"],
  ["邮箱服务商无需处理", "目录无需处理"],
  ["；使用服务商时请立即联系服务商", ""],
  ["Provider: tell them; passwords are not sent until then", "Passwords are not sent until then"],
];

const spoken = (text: string): string => words.reduce((said, [mail, directory]) => said.replaceAll(mail, directory), text);

const whoRunsIt = {
  en: "Whoever runs the directory looks at {host}: is the machine up, does the service run, does a firewall stand before port {port}? Compare host and port with the mail server's configuration.",
  zh: "请目录管理员查看 {host}：机器是否在线、服务是否运行、防火墙是否拦截端口 {port}；并与邮件服务器的配置核对主机和端口。",
};

const spokenAll = <K extends string>(
  declared: Readonly<Record<K, FindingDeclaration>>,
  advice?: FindingDeclaration["advice"],
): Readonly<Record<K, FindingDeclaration>> => {
  const said: Record<K, FindingDeclaration> = { ...declared };
  for (const code in said) {
    if (!Object.hasOwn(said, code)) continue;
    const declaration: FindingDeclaration = said[code];
    const { text, severity, advice: usual } = declaration;
    const how = advice !== undefined && severity !== "unknown" ? advice : { en: spoken(usual.en), zh: spoken(usual.zh) };
    said[code] = { ...declaration, text: { en: spoken(text.en), zh: spoken(text.zh) }, advice: how };
  }
  return said;
};

/** Findings of the way to a server, whose advice is for mail servers: what to do is said anew. */
export const onTheWayToDirectory = <K extends string>(declared: Readonly<Record<K, FindingDeclaration>>) =>
  spokenAll(declared, whoRunsIt);

/** Findings whose advice is as good for a directory. */
export const ofDirectory = <K extends string>(declared: Readonly<Record<K, FindingDeclaration>>) => spokenAll(declared);
