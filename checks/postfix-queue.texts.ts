import type { FindingDeclaration } from "../src/model/check.ts";

export const postfixQueueFindings = {
  "queue-unavailable": {
    severity: "unknown",
    text: {
      en: "The mail queue of {host} could not be looked at: {source} gives no answer that can be used ({reason})",
      zh: "未能查看 {host} 的邮件队列：{source} 没有可用的结果（{reason}）",
    },
    advice: {
      en: "Run the command by hand as the user that Mailvigil runs as. By ssh it needs a key without a passphrase, and a user who may see the queue (authorized_mailq_users). This says nothing about the mail server.",
      zh: "请以运行 Mailvigil 的用户手动执行该命令。通过 ssh 时需要无口令的密钥，且该用户有权查看队列（authorized_mailq_users）。这不代表邮件服务器有问题。",
    },
    source: "postqueue(1); postconf(5): authorized_mailq_users",
  },
  "queue-unreadable": {
    severity: "unknown",
    text: {
      en: "The mail queue of {host} could not be read: what {source} gives is no output of `postqueue -j` ({lines} lines, the first: “{first}”)",
      zh: "无法读懂 {host} 的邮件队列：{source} 给出的不是 `postqueue -j` 的输出（共 {lines} 行，第一行：「{first}」）",
    },
    advice: {
      en: "Use `postqueue -j` (Postfix 3.1 or later), one JSON object a line; `postqueue -p` and `mailq` are for people.",
      zh: "请使用 `postqueue -j`（Postfix 3.1 起），每行一个 JSON 对象；`postqueue -p` 和 `mailq` 的输出是给人看的。",
    },
    source: "postqueue(1): -j",
  },
  "queue-cut": {
    severity: "unknown",
    text: {
      en: "The mail queue of {host} is only partly known: {source} gives more than {limit} MB, and what was looked at are the first {count} mails",
      zh: "只了解 {host} 的部分邮件队列：{source} 给出的内容超过 {limit} MB，只查看了最前面的 {count} 封",
    },
    advice: {
      en: "A queue of that length is unusual: look at it on {host} (`qshape deferred`), and at what sends so much. If it is no queue, mend the command.",
      zh: "队列这么长并不寻常：请在 {host} 上用 `qshape deferred` 查看，并找出大量发信的来源。如果内容不是队列，请更正命令。",
    },
    source: "the limit of what is read at once, 128 MiB",
  },
  "queue-outdated": {
    severity: "unknown",
    text: {
      en: "Nothing is known of the mail queue of {host}: {source} was written {minutes} min ago, and nobody has written it since",
      zh: "不知道 {host} 的邮件队列现状：{source} 是 {minutes} 分钟前写的，之后没有更新",
    },
    advice: {
      en: "Look at the job that writes it (cron, timer) on {host}. It should write to another name first and rename, so that no half of a file is read.",
      zh: "请检查 {host} 上写入它的定时任务（cron 或 timer）。应先写到临时文件再改名，以免读到一半的内容。",
    },
    source: "the option max_age",
  },
  "postfix-down": {
    severity: "critical",
    cause: "server-down",
    concerns: "server",
    outage: true,
    text: {
      en: "Postfix is down at {host}: no mail is taken or sent (its own words: “{said}”)",
      zh: "{host} 上的 Postfix 没有运行：收发信全部停止（它的原话：「{said}」）",
    },
    advice: {
      en: "On {host}: `postfix check`, then `systemctl status postfix` and the end of its log; start it again. What is in the queue is kept.",
      zh: "在 {host} 上依次运行 `postfix check`、`systemctl status postfix` 并查看日志末尾，再重新启动。队列中的邮件不会丢失。",
    },
    source: "postqueue(1): “Mail system is down” (showq does not answer)",
  },
  "queue-stuck": {
    severity: "critical",
    cause: "queue-stuck",
    concerns: "server",
    text: {
      en: "Mail does not leave {host}: {count} mails wait, the oldest for {minutes} min; {reason}",
      zh: "{host} 上的邮件发不出去：有 {count} 封在等待，最久的已等 {minutes} 分钟；{reason}",
    },
    advice: {
      en: "On {host}: see the reason with `postqueue -p`, and in the log what the queue manager and the transport say. Mend that, then `postqueue -f` sends all at once.",
      zh: "在 {host} 上用 `postqueue -p` 查看原因，并在日志中看队列管理器和传输服务的记录。修好后用 `postqueue -f` 立即重发全部。",
    },
    source: "qmgr(8); postconf(5): default_transport, relayhost",
  },
  "queue-growing": {
    severity: "warning",
    text: {
      en: "The mail queue of {host} grows: {count} mails wait, usually {usual}",
      zh: "{host} 的邮件队列在变长：有 {count} 封在等待，平时约 {usual} 封",
    },
    advice: {
      en: "Look at what waits: `postqueue -j` by sender and by destination. Many mails of one sender are a mailing or a broken-in mailbox; many destinations are a fault of the way out.",
      zh: "先看等待的是什么：用 `postqueue -j` 按发件人和目的域统计。集中在一个发件人是群发或账号被盗；分散在许多目的域是发信出口有问题。",
    },
    source: "more than twice the queue's own 90th percentile of the last week, and rising",
  },
  "destination-deferring": {
    severity: "warning",
    text: {
      en: "Mail from {host} to {domain} has been waiting: {count} mails for more than {minutes} min. {reason} {by} says: “{said}”{others}",
      zh: "{host} 发往 {domain} 的邮件一直没有送达：{count} 封已等待超过 {minutes} 分钟。{reason}{by} 的原话：「{said}」{others}",
    },
    advice: { en: "This is for {who}. {act}", zh: "应由{who}处理。{act}" },
    source: "RFC 5321 section 4.5.4.1; the words of the server that puts the mail off",
  },
  "mail-held": {
    severity: "warning",
    text: {
      en: "{count} mails are held back at {host}, the oldest for {minutes} min: they leave only when somebody releases them",
      zh: "{host} 上有 {count} 封邮件被暂扣（hold），最久的已 {minutes} 分钟：没有人放行就不会发出",
    },
    advice: {
      en: "On {host}: look at them with `postcat -q ID`, release with `postsuper -H ID`, delete with `postsuper -d ID`. A rule that holds mail on purpose: override this finding's severity.",
      zh: "在 {host} 上用 `postcat -q ID` 查看，用 `postsuper -H ID` 放行，用 `postsuper -d ID` 删除。如果是有意设置的规则，可调整此项的级别。",
    },
    source: "postsuper(1): -h, -H; access(5): HOLD",
  },
  "sender-in-bulk": {
    severity: "warning",
    text: {
      en: "One sender fills the queue of {host}: {sender} has {recipients} of the {all} waiting recipients, in {domains} domains; {distrusted} are refused as spam or as too many",
      zh: "{host} 的队列几乎都来自一个发件人：等待投递的 {all} 个收件人中，{sender} 占 {recipients} 个，涉及 {domains} 个域名；其中 {distrusted} 个因被判为垃圾邮件或数量过多而遭拒",
    },
    advice: {
      en: "Ask {sender} whether a mailing is under way. If not, the account was broken into: change its password, end its sessions, hold its mail (`postsuper -h`), then look at its filters and forwardings.",
      zh: "先问 {sender} 是否正在群发。如果不是，则账号已被盗：立即改密码、结束其登录会话、暂扣其邮件（`postsuper -h`），再检查它的过滤和转发规则。",
    },
    source: "a broken-in account is seen in the queue before the block lists see it",
  },
} as const satisfies Record<string, FindingDeclaration>;
