/** A mail service, by where its customers' mail goes and by the hosts that their mail programs talk to. */
export interface MailService {
  readonly name: string;
  /** A host belongs to it when it equals one of these or ends in `.` and one of these. */
  readonly mx: readonly string[];
  readonly clients: readonly string[];
}

/** From the set-up pages of the providers, read 2026-11-22. */
export const mailServices: readonly MailService[] = [
  { name: "Tencent Exmail", mx: ["mxbiz1.qq.com", "mxbiz2.qq.com"], clients: ["exmail.qq.com"] },
  {
    name: "Alibaba Mail",
    mx: ["qiye.aliyun.com", "mxhichina.com"],
    clients: ["qiye.aliyun.com", "mxhichina.com"],
  },
  { name: "NetEase", mx: ["mxmail.netease.com"], clients: ["qiye.163.com", "ym.163.com"] },
  { name: "263", mx: ["263xmail.com", "263.net"], clients: ["263.net", "263xmail.com"] },
  {
    name: "Google Workspace",
    mx: ["smtp.google.com", "aspmx.l.google.com", "googlemail.com"],
    clients: ["gmail.com", "googlemail.com", "google.com"],
  },
  {
    name: "Microsoft 365",
    mx: ["mail.protection.outlook.com", "mx.microsoft"],
    clients: ["outlook.com", "office365.com", "office.com"],
  },
  { name: "Microsoft 365 (21Vianet)", mx: ["mail.protection.partner.outlook.cn"], clients: ["partner.outlook.cn"] },
  {
    name: "Zoho Mail",
    mx: ["zoho.com", "zoho.eu", "zoho.in", "zoho.com.cn", "zoho.com.au"],
    clients: ["zoho.com", "zoho.eu", "zoho.in", "zoho.com.cn", "zoho.com.au"],
  },
  { name: "iCloud Mail", mx: ["mail.icloud.com"], clients: ["mail.me.com", "icloud.com"] },
  { name: "Amazon WorkMail", mx: [], clients: ["awsapps.com"] },
  { name: "Fastmail", mx: ["messagingengine.com"], clients: ["fastmail.com", "messagingengine.com"] },
  { name: "Yandex 360", mx: ["mx.yandex.net"], clients: ["yandex.com", "yandex.ru"] },
];

const isIn = (host: string, suffixes: readonly string[]): boolean =>
  suffixes.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));

/** Services that any of the exchanges belongs to. Names are A-labels in lower case. */
export const servicesOfMx = (exchanges: readonly string[], services: readonly MailService[]): readonly MailService[] =>
  services.filter(({ mx }) => exchanges.some((host) => isIn(host, mx)));

/** Services that a mail program's host belongs to: one service can be known by two lists under two names. */
export const servicesOfClient = (host: string, services: readonly MailService[]): readonly MailService[] =>
  services.filter(({ clients }) => isIn(host, clients));
