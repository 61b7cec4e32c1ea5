import {
  actionOf,
  bareAddress,
  type BouncedRecipient,
  type DsnAction,
  hostOf,
  maxRecipients,
  oneLine,
  replyIn,
  statusIn,
} from "./dsn-status.ts";

/** What a bounce says in plain words, as each program writes them. */
export interface TextReport {
  readonly dialect: string;
  readonly recipients: readonly BouncedRecipient[];
  readonly reportedBy: string | undefined;
  /** Where in the text the copy of the original mail begins; its length where there is none. */
  readonly end: number;
}

/** A recipient as a text tells it. */
export interface TextRecipient {
  readonly address: string | undefined;
  readonly diagnostic: string;
  /** Who refused, where that stands apart from the words. */
  readonly host?: string | undefined;
  /** Where the text says it for all. */
  readonly action?: DsnAction | undefined;
}

export const addressForm =
  /[^\s<>()[\]:;,"'“”「」【】（）：，；。、@]{1,128}@[a-z0-9\u0080-\uffff][a-z0-9.\u0080-\uffff-]{1,250}/i;
const maxLines = 3_000;

const hostForm = "([a-z0-9][a-z0-9-]{0,62}(?:\\.[a-z0-9-]{1,63}){1,8})";
const hostNames = new RegExp(`\\b(?:host|server(?: at)?|by|接收服务器|对方服务器)[:： ]+${hostForm}\\.?:?(?=[\\s[(;:)]|$)`, "i");

/** Completes what a text says of a recipient: codes and host stand in the server's words. */
export function fromText({ address, diagnostic, action, host }: TextRecipient): BouncedRecipient {
  const said = oneLine(diagnostic);
  const [status, reply] = [statusIn(said), replyIn(said)];
  const remote = host ?? hostNames.exec(said)?.[1];
  return {
    address: address === undefined ? undefined : bareAddress(address),
    originalAddress: undefined,
    action: action ?? actionOf(status, reply) ?? "failed",
    status,
    reply,
    diagnostic: said,
    remoteMta: remote === undefined ? undefined : hostOf(remote),
    retriedUntil: undefined,
  };
}

const report = (
  dialect: string,
  {
    recipients,
    by,
    end,
  }: { readonly recipients: readonly TextRecipient[]; readonly by: string | undefined; readonly end: number },
): TextReport | undefined =>
  recipients.length === 0
    ? undefined
    : { dialect, recipients: recipients.slice(0, maxRecipients).map(fromText), reportedBy: by, end };

/** Where the copy begins, or the end of the text. */
function endOf(text: string, mark: RegExp): number {
  return mark.exec(text)?.index ?? text.length;
}

const isDelay =
  /warning message only|warning only|has not yet been delivered|not yet been delivered|has been delayed|delivery (?:is |has been |status notification \()?(?:delayed|incomplete|delay\b)|will be retried|still being retried|keep trying|message (?:is )?(?:still )?queued|do not need to resend|投递延迟|邮件延迟|延迟投递|尚未(?:送达|投递)|暂未(?:送达|投递)|(?:将|会)(?:继续|自动|再次)?(?:尝试|重试|重新投递)/i;

/** Does the text say that it goes on being tried? */
export const saysDelayed = (text: string): boolean => isDelay.test(text);

/** QSBMF (cr.yp.to/proto/qsbmf.txt): qmail; Postfix writes its paragraphs alike. `<address>:` and what happened, between empty lines. */
function readParagraphs(text: string): TextReport | undefined {
  const qmail = /^Hi\. This is the ([^\n]{1,100}?) at ([^\s,]{1,253})/m.exec(text);
  const postfix = /^This is the mail system at host ([^\s,]{1,253})/m.exec(text);
  if (!qmail && !postfix) return undefined;
  const end = endOf(text, /^--- (?:Below this line|Undelivered message|Enclosed)|^Return-Path:/m);
  const delayed = saysDelayed(text.slice(0, 2_000));
  const recipients = text
    .slice(0, end)
    .split(/\n[ \t]*\n/, maxLines)
    .flatMap((paragraph): TextRecipient[] => {
      const [, address, said = ""] = /^\s*<([^<>\n]{1,320})>(?: \([^\n]{1,500}\))?:([^]*)$/.exec(paragraph) ?? [];
      return address === undefined ? [] : [{ address, diagnostic: said, action: delayed ? "delayed" : "failed" }];
    });
  return report(qmail ? "qmail" : "postfix", { recipients, by: (qmail?.[2] ?? postfix?.[1])?.replace(/\.$/, ""), end });
}

/** Addresses that stand indented, and what happened further in below each: Exim, and Gmail until 2017. */
function readIndented(text: string): TextReport | undefined {
  const exim = /created automatically by (?:the )?mail delivery software/i.test(text);
  const google = /^Delivery to the following recipients? (?:failed permanently|has been delayed)/m.test(text);
  const begin =
    /^[^\n]*(?:following address(?:\(es\)|es)? failed|not yet been delivered (?:is|are)|could not be delivered to|following recipients? (?:failed|has been delayed))[^\n]*:?[ \t]*$/im.exec(
      text,
    );
  if ((!exim && !google) || !begin) return undefined;
  const end = endOf(text, /^-{4,} (?:This is a copy|Original message|Message header follows)/m);
  const lines = text.slice(begin.index + begin[0].length, end).split("\n", maxLines);
  const found: { address: string; said: string[]; indent: number }[] = [];
  for (const line of lines) {
    const [, space = "", address] =
      /^([ \t]+)<?([^\s<>@]{1,128}@[^\s<>:]{1,253})>?:?[ \t]*$/.exec(line.replaceAll("\t", "    ")) ?? [];
    const last = found.at(-1);
    // What is indented further belongs to the address above: `(generated from …)`, `host …`.
    if (address !== undefined && (last === undefined || space.length <= last.indent))
      found.push({ address, said: [], indent: space.length });
    else if (last && line.trim() !== "" && (google || /^[ \t]{3,}/.test(line))) last.said.push(line.trim());
    else if (last && line.trim() !== "" && exim) break;
  }
  const delayed = saysDelayed(text.slice(0, begin.index + begin[0].length));
  const recipients = found.map(({ address, said }): TextRecipient => {
    const words = said.join(" ").replace(/^.*The error that the other server returned was: /, "");
    return { address, diagnostic: words, action: delayed ? "delayed" : "failed" };
  });
  return report(exim ? "exim" : "gmail", { recipients, by: undefined, end });
}

/** Sendmail: two lists, and the transcript of the session below them. */
function readSendmail(text: string): TextReport | undefined {
  const begin = /^[ \t]*-{3,} The following addresses had (permanent|transient|delivery)[^\n]*$/m.exec(text);
  if (!begin) return undefined;
  const transcript = /^[ \t]*-{3,} Transcript of session follows -{3,}[ \t]*$/m.exec(text);
  const end = endOf(text, /^[ \t]*-{3,} (?:Original message|Message header|Unsent message|Returned message)/m);
  const list = text.slice(begin.index + begin[0].length, transcript?.index ?? end).split("\n", maxLines);
  const found: { address: string; said: string[] }[] = [];
  for (const line of list) {
    const address = /^<?([^\s<>@]{1,128}@[^\s<>]{1,253}?)>?[ \t]*$/.exec(line)?.[1];
    const said = /^[ \t]+\(reason: ([^\n]{1,1000})\)[ \t]*$/.exec(line)?.[1];
    if (address !== undefined) found.push({ address, said: [] });
    else if (said !== undefined) found.at(-1)?.said.push(said);
  }
  const session = transcript ? text.slice(transcript.index + transcript[0].length, end) : "";
  const replies = [...session.matchAll(/^<<< ([245][0-5]\d[^\n]{0,500})$|^([245][0-5]\d [^\n]{0,500})$/gm)].map(
    ([, quoted, own = ""]) => quoted ?? own,
  );
  const host = /talking to ([a-z0-9.-]{3,253}?)\.?:/i.exec(session)?.[1];
  const delayed = begin[1] === "transient" || saysDelayed(text.slice(0, begin.index));
  const recipients = found.map(({ address, said }): TextRecipient => {
    const own = said[0] ?? replies.find((reply) => reply.includes(address)) ?? replies[0] ?? session.trim().slice(0, 500);
    return { address, diagnostic: own, host, action: delayed ? "delayed" : "failed" };
  });
  return report("sendmail", { recipients, by: undefined, end });
}

/** The diagnostic block of an Exchange NDR, in the languages it comes in, and the older form without one. */
function readExchange(text: string): TextReport | undefined {
  const block =
    /(?:Diagnostic information for administrators|管理员的?诊断信息|供管理员使用的诊断信息|提供给管理员的诊断信息)[:：]?/i.exec(
      text,
    );
  if (!block) return readExchange2003(text);
  const end = endOf(text, /^[ \t]*(?:Original message headers|原始邮件头|原始邮件标头|原始邮件标题)[:：]?[ \t]*$/im);
  const part = text.slice(block.index + block[0].length, end);
  const by = /(?:Generating server|正在生成服务器|生成服务器)[:：][ \t]*([a-z0-9.-]{3,253})/i.exec(part)?.[1];
  const lines = part.split("\n", maxLines).map((line) => line.trim());
  const delayed = saysDelayed(text.slice(0, block.index));
  const found: { address: string; said: string[] }[] = [];
  for (const line of lines) {
    const address = new RegExp(`^<?(${addressForm.source})>?$`, "i").exec(line)?.[1];
    if (address !== undefined) found.push({ address, said: [] });
    else if (line !== "" && !/^(?:Receiving server|Total retry|接收服务器)/i.test(line)) found.at(-1)?.said.push(line);
  }
  const recipients = found.map(({ address, said }): TextRecipient => ({
    address,
    diagnostic: said.join(" "),
    action: delayed ? "delayed" : "failed",
  }));
  return report("exchange", { recipients, by, end });
}

function readExchange2003(text: string): TextReport | undefined {
  const begin =
    /(?:The following recipient\(s\) (?:could not be reached|cannot be reached)|无法(?:联系到|传递到|到达)(?:下列|以下)收件人|下列收件人无法收到)[:：]?/i.exec(
      text,
    );
  if (!begin) return undefined;
  const recipients: { address: string; said: string[] }[] = [];
  for (const line of text.slice(begin.index + begin[0].length).split("\n", maxLines)) {
    const found = new RegExp(
      `^[ \\t]*['"<]?(${addressForm.source})['">]?(?:[ \\t]+(?:on|于|在)[ \\t][^\\n]{1,80})?[ \\t]*$`,
      "i",
    ).exec(line)?.[1];
    if (found !== undefined) recipients.push({ address: found, said: [] });
    else if (line.trim() !== "") recipients.at(-1)?.said.push(line.trim());
  }
  return report("exchange", {
    recipients: recipients.map(({ address, said }) => ({
      address,
      diagnostic: said.join(" ").slice(0, 1_000),
      action: "failed",
    })),
    by: undefined,
    end: text.length,
  });
}

const readers = [readParagraphs, readIndented, readSendmail, readExchange];

/** Reads the text by whichever program's form it has; at most one fits. Never throws. */
export function readBounceText(text: string): TextReport | undefined {
  for (const read of readers) {
    const found = read(text);
    if (found) return found;
  }
  return undefined;
}
