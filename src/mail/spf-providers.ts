/** A mailbox provider, by where mail goes and by what it asks its customers to include. */
export interface SpfProvider {
  readonly name: string;
  /** An MX host belongs to it when it equals one of these or ends in `.` and one of these. */
  readonly mx: readonly string[];
  /** What it asks to include, the first for new customers; any of them counts. Empty where its own page could not be read. */
  readonly includes: readonly string[];
}

/**
 * From the providers' help pages, read 2026-11-22. Amazon's include is not one of a mailbox provider: whoever sends bulk mail by
 * SES has it beside the mailboxes of another.
 */
const providers: readonly SpfProvider[] = [
  { name: "Tencent Exmail", mx: ["mxbiz1.qq.com", "mxbiz2.qq.com"], includes: ["spf.mail.qq.com"] },
  {
    name: "Alibaba Mail",
    mx: ["qiye.aliyun.com", "mxhichina.com"],
    includes: ["spf.qiye.aliyun.com", "spf.mxhichina.com"],
  },
  {
    name: "Google Workspace",
    mx: ["smtp.google.com", "aspmx.l.google.com", "googlemail.com"],
    includes: ["_spf.google.com"],
  },
  {
    name: "Microsoft 365",
    mx: ["mail.protection.outlook.com", "mx.microsoft"],
    includes: ["spf.protection.outlook.com"],
  },
  {
    name: "Zoho Mail",
    mx: ["zoho.com", "zoho.eu", "zoho.in", "zoho.com.cn", "zoho.com.au"],
    includes: ["zohomail.com", "zoho.com", "zohomail.eu", "zoho.eu", "zohomail.in", "zoho.in", "zoho.com.cn", "zoho.com.au"],
  },
  { name: "iCloud Mail", mx: ["mail.icloud.com"], includes: ["icloud.com"] },
];

/** Whose mailboxes the MX hosts are. Undefined for own servers, for one that is not known here, and for a mixture. */
export function providerOfMx(exchanges: readonly string[]): SpfProvider | undefined {
  const isIts = (provider: SpfProvider, host: string): boolean =>
    provider.mx.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
  return exchanges.length === 0 ? undefined : providers.find((one) => exchanges.every((host) => isIts(one, host)));
}

export const providerOfInclude = (name: string): SpfProvider | undefined => providers.find((one) => one.includes.includes(name));
