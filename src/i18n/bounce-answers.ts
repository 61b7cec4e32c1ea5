import type { Text } from "../model/text.ts";
import type { BounceCause } from "./bounce-causes.ts";

/** What to answer a customer: one who should have got our mail (on another way), and one whose mail did not get through to us. */
interface Answer {
  readonly toRecipient: Text;
  readonly toSender: Text;
}

const sentBack = {
  en: "Your server refused our mail. Please tell your mail administrator what it said: {said}",
  zh: "贵方服务器拒收了我们的邮件。请将以下提示转给贵方邮件管理员：{said}",
};
const ourServer = {
  en: "Our server refused your mail and we are looking into it. Until then please send it to another address of ours.",
  zh: "您的邮件被我们的服务器拒收，我们正在处理。请先发到我们的其他邮箱。",
};
const yourServer = {
  en: "Your mail was refused because of how it was sent. Please pass the bounce on to your mail administrator.",
  zh: "您的邮件因发信方式有问题被拒收。请把退信转给贵方邮件管理员。",
};
const weMend = {
  en: "Our mail to you was refused because of a setting on our side. We are mending it and will send it again.",
  zh: "我们发给您的邮件因我方设置问题被拒收。我们正在修复，之后会重新发送。",
};

/** `{to}` is the recipient, `{said}` what the server said. */
export const bounceAnswers: Readonly<Record<BounceCause, Answer>> = {
  "unknown-mailbox": {
    toRecipient: {
      en: "Mail to {to} comes back as unknown. Which address shall we write to?",
      zh: "发往 {to} 的邮件被退回，提示地址不存在。请告诉我们现在的邮箱地址。",
    },
    toSender: {
      en: "The address {to} does not exist here. Please write to the address in our signature instead.",
      zh: "地址 {to} 在我们这里不存在。请改发到我们签名里的邮箱。",
    },
  },
  "mailbox-full": {
    toRecipient: {
      en: "Your mailbox {to} is full and refuses mail. Please make room; we will send ours again.",
      zh: "您的邮箱 {to} 已满，收不到邮件。请清理空间，我们会重新发送。",
    },
    toSender: {
      en: "Our mailbox {to} was full. There is room again: please send your mail once more.",
      zh: "我们的邮箱 {to} 之前已满，现已清理。请把邮件再发一次。",
    },
  },
  "account-disabled": {
    toRecipient: {
      en: "Your mailbox {to} is switched off and refuses mail. Please ask your mail administrator, or name another address.",
      zh: "您的邮箱 {to} 已停用，收不到邮件。请联系贵方管理员，或告诉我们其他地址。",
    },
    toSender: {
      en: "The mailbox {to} is no longer used. Please write to the address in our signature.",
      zh: "邮箱 {to} 已停用。请改发到我们签名里的邮箱。",
    },
  },
  "bad-address": {
    toRecipient: { en: "Please tell us your mail address once more in writing.", zh: "请再书面告诉我们一次您的邮箱地址。" },
    toSender: { en: "The address was mistyped. Please copy it from our signature.", zh: "地址写错了。请从我们的签名里复制。" },
  },
  blocklisted: {
    toRecipient: {
      en: "Your server refuses ours because of a block list. We have asked to be taken off; meanwhile we write from another address.",
      zh: "贵方服务器因黑名单拒收我们的邮件。我们已申请移除，暂时改用其他邮箱联系。",
    },
    toSender: {
      en: "Your mail server is on a block list that our server believes. Please pass the bounce on to your mail administrator.",
      zh: "贵方邮件服务器在黑名单中，被我们的服务器拒收。请把退信转给贵方邮件管理员。",
    },
  },
  reputation: {
    toRecipient: {
      en: "Your server distrusts ours at the moment. Please put our address on your list of known senders; we write from another address until then.",
      zh: "贵方服务器目前不信任我们的服务器。请把我们的地址加入白名单；在此之前我们改用其他邮箱联系。",
    },
    toSender: yourServer,
  },
  authentication: {
    toRecipient: weMend,
    toSender: {
      en: "Your mail failed SPF, DKIM or DMARC, so our server had to take it for forged. Please pass the bounce on to your mail administrator.",
      zh: "您的邮件未通过 SPF、DKIM 或 DMARC 验证，被当作伪造邮件拒收。请把退信转给贵方邮件管理员。",
    },
  },
  "reverse-dns": {
    toRecipient: weMend,
    toSender: yourServer,
  },
  "sender-dns": {
    toRecipient: weMend,
    toSender: yourServer,
  },
  "sender-refused": {
    toRecipient: {
      en: "Your server refuses our address. Please have it allowed: {said}",
      zh: "贵方服务器拒收我们的地址，请予放行：{said}",
    },
    toSender: {
      en: "Our filter refused your address. We have allowed it: please send your mail once more.",
      zh: "我们的过滤规则误拒了您的地址，现已放行。请把邮件再发一次。",
    },
  },
  content: {
    toRecipient: {
      en: "Your filter took our mail for spam. Please allow our domain; we send it again as plain text.",
      zh: "贵方过滤系统把我们的邮件当成了垃圾邮件。请放行我们的域名，我们会用纯文本重发。",
    },
    toSender: {
      en: "Our filter took your mail for spam. We have told it otherwise: please send it once more.",
      zh: "我们的过滤系统误判了您的邮件，现已放行。请再发一次。",
    },
  },
  attachment: {
    toRecipient: {
      en: "Your server refuses our attachment. We send you a link instead.",
      zh: "贵方服务器拒收我们的附件，我们改发下载链接。",
    },
    toSender: {
      en: "Our server refuses this kind of attachment. Please send a PDF or a link.",
      zh: "我们的服务器不接收这类附件。请改发 PDF 或下载链接。",
    },
  },
  malformed: {
    toRecipient: weMend,
    toSender: yourServer,
  },
  "too-large": {
    toRecipient: {
      en: "Our file is too large for your mailbox. We send you a link.",
      zh: "我们的附件超过贵方邮箱的上限，我们改发下载链接。",
    },
    toSender: {
      en: "Your mail was too large for our server. Please send a link or several mails.",
      zh: "您的邮件超过我们服务器的上限。请改发下载链接或分几封发送。",
    },
  },
  greylisted: {
    toRecipient: {
      en: "Our mail is on its way; your server takes first mails with a delay.",
      zh: "邮件正在路上；贵方服务器对首次来信会延迟接收。",
    },
    toSender: {
      en: "Our server takes first mails with a delay. Your mail should be here within half an hour.",
      zh: "我们的服务器对首次来信会延迟接收，半小时内应能收到。",
    },
  },
  "rate-limited": {
    toRecipient: {
      en: "Your server takes our mail with a delay today. We send it again.",
      zh: "贵方服务器今天限制了我们的来信，我们稍后重发。",
    },
    toSender: {
      en: "Our server put your mail off because much came at once. Please send it again in an hour.",
      zh: "短时间内来信较多，您的邮件被暂缓。请一小时后再发。",
    },
  },
  policy: {
    toRecipient: sentBack,
    toSender: ourServer,
  },
  approval: {
    toRecipient: {
      en: "Our mail to you waits for an approval. We let you know when it is sent.",
      zh: "发给您的邮件正在审批，发出后会通知您。",
    },
    toSender: { en: "Your mail waits for an approval here. We look after it.", zh: "您的邮件正在我方审批，我们会跟进。" },
  },
  route: {
    toRecipient: {
      en: "Your domain has no mail server in DNS, so nobody can write to you. Please tell your mail administrator.",
      zh: "贵方域名在 DNS 中没有邮件服务器，谁都无法给您发信。请告知贵方邮件管理员。",
    },
    toSender: {
      en: "The domain in the address was not found. Please copy the address from our signature.",
      zh: "地址中的域名未找到。请从我们的签名里复制地址。",
    },
  },
  unreachable: {
    toRecipient: {
      en: "Your mail server did not answer ours. Please tell your mail administrator; we try again.",
      zh: "贵方邮件服务器没有应答。请告知贵方邮件管理员，我们会重试。",
    },
    toSender: {
      en: "Our mail server could not be reached for a while. Please send your mail once more.",
      zh: "我们的邮件服务器曾一度无法连接。请把邮件再发一次。",
    },
  },
  "receiver-trouble": {
    toRecipient: sentBack,
    toSender: ourServer,
  },
  loop: {
    toRecipient: sentBack,
    toSender: ourServer,
  },
  tls: {
    toRecipient: sentBack,
    toSender: yourServer,
  },
  "relay-denied": {
    toRecipient: sentBack,
    toSender: ourServer,
  },
  login: {
    toRecipient: weMend,
    toSender: yourServer,
  },
  "sender-quota": {
    toRecipient: { en: "Our mail is delayed by a limit on our side and comes tomorrow.", zh: "因我方发信上限，邮件明天发出。" },
    toSender: {
      en: "Your provider has limited your sending; your mail did not reach us. Please try again tomorrow.",
      zh: "贵方服务商限制了您的发信，邮件没有到达我们这里。请明天再发。",
    },
  },
  "sender-blocked": {
    toRecipient: weMend,
    toSender: yourServer,
  },
  smtputf8: {
    toRecipient: { en: "Please tell us a mail address in Latin letters.", zh: "请提供一个英文字母的邮箱地址。" },
    toSender: { en: "Please write to our address in Latin letters.", zh: "请改发到我们的英文字母地址。" },
  },
  unknown: {
    toRecipient: sentBack,
    toSender: ourServer,
  },
};
