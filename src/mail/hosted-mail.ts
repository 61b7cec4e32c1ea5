/**
 * Names of the servers of mail providers and filters: who has its mail there sends from machines that belong to others, share
 * them with strangers, and can mend nothing about them. Suffixes of MX and SPF host names, from the setup pages of each provider.
 */
export const hostedMail: { readonly checkedAt: string; readonly suffixes: readonly string[] } = {
  checkedAt: "2026-11-22",
  suffixes: [
    // Tencent, Aliyun, NetEase, 263, Huawei Cloud, Feishu, Coremail's hosted service, Sina
    "qq.com",
    "aliyun.com",
    "mxhichina.com",
    "netease.com",
    "163.com",
    "126.com",
    "263.net",
    "263.com",
    "huaweicloud.com",
    "feishu.cn",
    "larksuite.com",
    "icoremail.net",
    "sina.net",
    "sina.cn",
    // Google, Microsoft and its Chinese partner, Apple, Amazon
    "google.com",
    "googlemail.com",
    "outlook.com",
    "mx.microsoft",
    "office365.us",
    "outlook.cn",
    "icloud.com",
    "amazonses.com",
    "awsapps.com",
    // Zoho, Yandex, Fastmail, Proton, Titan and the mail of large hosting companies
    "zoho.com",
    "zoho.eu",
    "zoho.in",
    "zoho.com.cn",
    "zohomail.com",
    "yandex.net",
    "yandex.ru",
    "messagingengine.com",
    "protonmail.ch",
    "titan.email",
    "secureserver.net",
    "registrar-servers.com",
    "privateemail.com",
    "kundenserver.de",
    "ionos.com",
    "ovh.net",
    "gandi.net",
    "rzone.de",
    "emailsrvr.com",
    "hostedemail.com",
    // Filters and senders
    "pphosted.com",
    "ppe-hosted.com",
    "mimecast.com",
    "barracudanetworks.com",
    "messagelabs.com",
    "trendmicro.com",
    "iphmx.com",
    "sophos.com",
    "hornetsecurity.com",
    "mailgun.org",
    "sendgrid.net",
    "mcsv.net",
  ],
};

/** Is this host a provider's, by the list above or by the suffixes of the presets? A-labels. */
export function isHostedMail(host: string, more: readonly string[] = []): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return [...hostedMail.suffixes, ...more].some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
}
