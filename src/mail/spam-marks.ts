import { visible } from "../model/visible.ts";

/** What a filter wrote into the header of a mail. */
export interface SpamMark {
  /** As a person calls the filter. */
  readonly filter: string;
  readonly header: string;
  readonly verdict: "spam" | "suspect" | "ok";
  /** What it says, visible and cut. */
  readonly says: string;
}

interface MarkRule {
  readonly header: string;
  readonly filter: string;
  /** The first that fits counts. */
  readonly spam?: RegExp;
  readonly suspect?: RegExp;
  readonly ok?: RegExp;
  /** The part worth showing; else the value. */
  readonly shows?: RegExp;
  /** The receiver's service removes what others wrote, or writes it at the end of the header. */
  readonly anywhere?: boolean;
  readonly source: string;
  readonly checkedAt: string;
}

const checkedAt = "2026-11-22";
const microsoft = {
  filter: "Microsoft 365",
  anywhere: true,
  source: "https://learn.microsoft.com/defender-office-365/message-headers-eop-mdo",
  checkedAt,
} as const;
const spamAssassin = {
  filter: "SpamAssassin",
  source: "https://spamassassin.apache.org/full/4.0.x/doc/Mail_SpamAssassin_Conf.html",
  checkedAt,
} as const;

/** Filters that say in clear what they think. Coremail's and IronPort's fields are sealed and left out. */
export const markRules: readonly MarkRule[] = [
  // -1 trusted, 0 and 1 no spam, 5 and 6 spam, 8 and 9 certainly spam.
  { ...microsoft, header: "x-ms-exchange-organization-scl", spam: /^[5-9]\b/, suspect: /^[2-4]\b/, ok: /^(?:-1|0|1)\b/ },
  {
    ...microsoft,
    header: "x-forefront-antispam-report",
    spam: /\bSFV:(?:SPM|SKS|BLK)\b|\bCAT:(?:SPM|HSPM|PHSH|HPHSH|HPHISH|MALW|SPOOF|GIMP|DIMP|UIMP)\b|\bSCL:[5-9]\b/i,
    suspect: /\bCAT:BULK\b/i,
    ok: /\bSFV:(?:NSPM|SKN|SKI|SKA|SFE)\b/i,
    shows: /\b(?:SCL:-?\d+|SFV:\w+|CAT:\w+)/gi,
  },
  // Mass mail by complaints; 7 and above is the default limit.
  { ...microsoft, header: "x-microsoft-antispam", spam: /\bBCL:[7-9]\b/i, suspect: /\bBCL:[4-6]\b/i, shows: /\bBCL:\d+/gi },
  { ...microsoft, header: "x-microsoft-antispam-mailbox-delivery", spam: /\bdest:J\b/, ok: /\bdest:I\b/, shows: /\bdest:\w+/g },
  {
    ...spamAssassin,
    header: "x-spam-status",
    spam: /^yes\b/i,
    ok: /^no\b/i,
    shows: /^\w+|\bscore=-?[\d.]+|\brequired=-?[\d.]+|\btests=[A-Z0-9_,\s]{0,200}/g,
  },
  { ...spamAssassin, header: "x-spam-flag", spam: /^(?:yes|true)\b/i, ok: /^(?:no|false)\b/i },
  {
    header: "x-spamd-result",
    filter: "Rspamd",
    spam: /^\w+: True\b/i,
    ok: /^\w+: False\b/i,
    shows: /\[[^\]]{1,40}\]/g,
    source: "https://docs.rspamd.com/modules/milter_headers/",
    checkedAt,
  },
  {
    header: "x-rspamd-action",
    filter: "Rspamd",
    spam: /reject|add header|rewrite/i,
    suspect: /greylist/i,
    ok: /no action/i,
    source: "https://docs.rspamd.com/modules/milter_headers/",
    checkedAt,
  },
  {
    header: "x-barracuda-spam-status",
    filter: "Barracuda",
    spam: /^yes\b/i,
    ok: /^no\b/i,
    shows: /^\w+|\bSCORE=-?[\d.]+/g,
    source: "https://campus.barracuda.com/product/emailgatewaydefense/",
    checkedAt,
  },
  {
    header: "x-proofpoint-spam-details",
    filter: "Proofpoint",
    spam: /\brule=\S*spam\b(?<!notspam)/i,
    ok: /\brule=\S*notspam\b/i,
    shows: /\b(?:rule|score|policy)=\S+/g,
    source: "seen in mail of Proofpoint; not documented",
    checkedAt,
  },
  {
    header: "x-bogosity",
    filter: "Bogofilter",
    spam: /^(?:spam|yes)\b/i,
    suspect: /^unsure\b/i,
    ok: /^(?:ham|no)\b/i,
    source: "https://bogofilter.sourceforge.io/man_page.shtml",
    checkedAt,
  },
  {
    header: "x-qq-spam",
    filter: "QQ / Tencent Exmail",
    spam: /^(?:true|1|yes)\b/i,
    ok: /^(?:false|0|no)\b/i,
    source: "seen in mail of QQ Mail; not documented",
    checkedAt,
  },
  {
    header: "x-alimail-antispam",
    filter: "Alimail",
    spam: /\bDS=\w+\|spam|\bCH=red\b|\bAC=(?:REJECT|DISCARD|QUARANTINE)/i,
    suspect: /\bDS=\w+\|(?:unknown|suspect)|\bCH=(?:blue|yellow)\b/i,
    ok: /\bDS=\w+\|ham|\bCH=green\b/i,
    shows: /\b(?:AC|CH|DS)=[^;|]+(?:\|\w+)?/g,
    source: "seen in mail of Alimail; not documented",
    checkedAt,
  },
  {
    header: "x-yandex-spam",
    filter: "Yandex",
    spam: /^[4-9]/,
    ok: /^[12]/,
    source: "seen in mail of Yandex; not documented",
    checkedAt,
  },
  {
    header: "x-gm-spam",
    filter: "Gmail",
    spam: /^1/,
    ok: /^0/,
    anywhere: true,
    source: "seen in mail of Google Workspace; not documented",
    checkedAt,
  },
  {
    header: "x-gm-phishy",
    filter: "Gmail",
    spam: /^1/,
    ok: /^0/,
    anywhere: true,
    source: "seen in mail of Google Workspace; not documented",
    checkedAt,
  },
];

const subjectMark =
  /^\s*(?:\*{2,6}\s*spam\s*\*{2,6}|\[\s*(?:possible |suspected )?spam\s*\]|[[【(（]\s*(?:疑似)?垃圾邮件\s*[\]】)）])/i;
const maxMarks = 20;

/**
 * What filters say of a mail. @param fields of its header in order; what stands below the first server's `Received` was written by
 * whoever sent it and does not count, but for services that write at the end. Never throws.
 */
export function readSpamMarks(fields: readonly { readonly name: string; readonly value: string }[], subject: string): SpamMark[] {
  const lowest = fields.findLastIndex(({ name }) => name === "received");
  const marks: SpamMark[] = [];
  for (const rule of markRules) {
    const place = fields.findIndex(({ name }, index) => name === rule.header && (rule.anywhere === true || index < lowest));
    const value = fields[place]?.value.replace(/\s+/g, " ").slice(0, 2_000);
    if (value === undefined) continue;
    const verdict = (["spam", "suspect", "ok"] as const).find((one) => rule[one]?.test(value));
    const shown = rule.shows ? (value.match(rule.shows) ?? []).join(" ") : value;
    if (verdict) marks.push({ filter: rule.filter, header: rule.header, verdict, says: visible(shown || value, 200) });
  }
  if (subjectMark.test(subject))
    marks.push({ filter: "Subject", header: "subject", verdict: "spam", says: visible(subject.trim(), 80) });
  return marks.slice(0, maxMarks);
}
