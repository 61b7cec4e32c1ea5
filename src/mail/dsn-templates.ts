import { replyIn, statusIn } from "./dsn-status.ts";
import { addressForm, fromText, saysDelayed, type TextRecipient, type TextReport } from "./dsn-text.ts";

type Label = "recipient" | "reason" | "detail" | "other";

/** The rows of the bounce forms of Chinese services, with the English that stands beside them. */
const labels: readonly (readonly [label: Label, words: RegExp])[] = [
  [
    "recipient",
    /^(?:(?:失败的?|原)?(?:收件人|收件者|收信人)(?:地址|邮箱)?|(?:无法|未能)(?:发送|投递|送达)(?:到|至)|recipients?(?: address)?|to)(?=[\s:：/]|$)/i,
  ],
  ["reason", /^(?:退信原因|出错原因|失败原因|错误原因|原因|bounced? reason|reason)(?=[\s:：/]|$)/i],
  [
    "detail",
    /^(?:英文说明|错误信息|错误详情|详细信息|技术信息|(?:对方)?服务器(?:返回|响应|应答)(?:信息)?|返回信息|退信(?:代码|详情|信息)|错误代码|bounced? code|error(?: message| code)?|details?)(?=[\s:：/]|$)/i,
  ],
  [
    "other",
    /^(?:主题|时间|发送时间|发信时间|退信时间|抄送|密送|发件人|原邮件信息|邮件大小|建议(?:解决方案)?|解决(?:方案|办法)|处理建议|帮助|subject|time|date|cc|from|original (?:e-?mail )?message|proposed solution|suggestions?|warm tips)(?=[\s:：/]|$)/i,
  ],
];

const maxLines = 1_000;
const maxValue = 1_200;

interface Row {
  readonly label: Label;
  value: string;
}

/** `主 题：…`, `退信原因/Bounce reason : …`, or the label alone with its value below. */
function rowsOf(text: string): readonly Row[] {
  const rows: Row[] = [];
  for (const raw of text.split("\n", maxLines)) {
    const line = raw
      .replace(/[\s\u3000]+/g, " ")
      .trim()
      .replace(/^(\p{Script=Han}) (?=\p{Script=Han}(?:[ :：]|$))/u, "$1");
    const found = labels.find(([, words]) => words.test(line));
    const rest = found && line.replace(found[1], "").replace(/^ ?\/ ?[a-z -]{0,40}(?=[:：]|$)/i, "");
    // Without a colon only what stands in columns is a label: `收件人 a@example.com`.
    if (found && rest !== undefined && (/^ ?[:：]/.test(rest) || /^ ?$/.test(rest) || /^ \S/.test(rest)))
      rows.push({ label: found[0], value: rest.replace(/^ ?[:：]? ?/, "") });
    else {
      const last = rows.at(-1);
      if (last && line !== "" && last.value.length < maxValue) last.value += `${last.value === "" ? "" : " "}${line}`;
    }
  }
  return rows;
}

const saysBounce =
  /退信|退回|未送达|无法送达|未能送达|投递失败|发送失败|投递延迟|尚未送达|bounced?\b|returned|undeliver|not be delivered/i;

/**
 * The forms of Coremail, NetEase, Tencent, Aliyun, 263 and Feishu: rows with a label. Undefined where there is no recipient or no
 * reason. Never throws.
 */
export function readTemplate(text: string, dialect: string): TextReport | undefined {
  const end = /^[ \t]*-{4,}[ \t]*(?:原始?邮件|original (?:e-?mail )?message)/im.exec(text)?.index ?? text.length;
  const told = text.slice(0, end);
  if (!saysBounce.test(told)) return undefined;
  const rows = rowsOf(told);
  const valuesOf = (label: Label): readonly string[] =>
    rows.filter((row) => row.label === label && row.value !== "").map(({ value }) => value.slice(0, maxValue));
  const why = [...valuesOf("reason"), ...valuesOf("detail")];
  const addresses = [
    ...new Set(
      valuesOf("recipient")
        .flatMap((value) => [...value.matchAll(new RegExp(addressForm, "gi"))])
        .map(([address]) => address.replace(/\.$/, "")),
    ),
  ];
  if (addresses.length === 0 || why.length === 0) return undefined;
  const reason = why.join("; ");
  const delayed = saysDelayed(told) && !isFinal(reason);
  const recipients = addresses.map((address): TextRecipient => ({
    address,
    // Where each recipient has words of its own, they name the address.
    diagnostic: why.find((one) => addresses.length > 1 && one.includes(address)) ?? reason,
    action: delayed ? "delayed" : "failed",
  }));
  return { dialect, recipients: recipients.map(fromText), reportedBy: undefined, end };
}

const isFinal = (said: string): boolean => String(statusIn(said) ?? replyIn(said) ?? "").startsWith("5");

const saysFailed =
  /undeliver(?:able|ed)|delivery (?:status notification|failure|failed|problem|report|has failed)|(?:could not|couldn't|cannot|can't|wasn't|unable to) (?:be )?deliver|failure notice|returned (?:mail|to sender)|mail delivery fail|non remis|unzustellbar|退信|退回|未送达|无法送达|未能送达|投递失败|发送失败|无法投递/i;
const saysCode = /(?:^|[\s;:："'“(])[245][0-5]\d:?[ -][^\n]{3,}|(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)[^\n]*/m;

/** As Gmail introduces the words of a server, which run on over lines. */
const response = /^The response(?: from the remote server)? was:\s*(\S[^]{0,1000}?)(?:\n[ \t]*\n|$)/m;

/**
 * A bounce in no form that is known, from a sender who is a mail system: the first line with a code, and the addresses that are named
 * and are not the reader's own.
 */
export function readUnknownBounce(
  text: string,
  { subject, own, failed }: { readonly subject: string; readonly own: readonly string[]; readonly failed: readonly string[] },
): TextReport | undefined {
  const told = text.slice(0, 16_000);
  if (!saysFailed.test(subject) && !saysFailed.test(told) && !saysDelayed(`${subject}\n${told}`)) return undefined;
  const said = response.exec(told)?.[1]?.trim() ?? saysCode.exec(told)?.[0].trim() ?? "";
  const strangers = [...told.matchAll(new RegExp(addressForm, "gi"))]
    .map(([address]) => address.replace(/\.$/, ""))
    .filter(
      (address) => !own.includes(address.toLowerCase()) && !/^(?:postmaster|mailer-daemon|abuse|support|help)@/i.test(address),
    );
  const addresses = failed.length > 0 ? failed : [...new Set(strangers)].slice(0, 1);
  if (addresses.length === 0 && said === "") return undefined;
  const delayed = saysDelayed(`${subject}\n${told}`) && !isFinal(said);
  const all = addresses.length === 0 ? [undefined] : addresses;
  return {
    dialect: "other",
    recipients: all.map((address) => fromText({ address, diagnostic: said, action: delayed ? "delayed" : "failed" })),
    reportedBy: undefined,
    end: text.length,
  };
}
