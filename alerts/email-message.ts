import { repeatMark } from "../src/i18n/alert-words.ts";
import type { Alert } from "../src/model/alert.ts";
import { cutBytes } from "../src/model/cut.ts";
import { inLanguage } from "../src/model/text.ts";

export interface EmailFields {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** In angle brackets: from the alert's id, so that a repeat is the same message for whoever compares. */
  readonly messageId: string;
  /** One conversation for all that is about one thing. */
  readonly references: string;
}

const maxTitle = 400;
const maxLine = 2_000;
const maxLines = 40;

/** An alert as a mail: plain text, and the same in simple HTML (one column, 640 px, inline CSS). */
export function emailFields(alert: Alert, from: string, maybeRepeat: boolean): EmailFields {
  const domain = from.slice(from.lastIndexOf("@") + 1);
  const title = cutBytes(oneLine(alert.title), maxTitle) + (maybeRepeat ? inLanguage(repeatMark, alert.language) : "");
  const lines = alert.lines.slice(0, maxLines).map((line) => cutBytes(oneLine(line), maxLine));
  return {
    subject: title,
    text: alert.mail?.text ?? [title, "", ...lines, ""].join("\n"),
    html: alert.mail?.html ?? htmlOf(alert, title, lines),
    messageId: `<${alert.id}@${domain}>`,
    references: `<${alert.about}.mailvigil@${domain}>`,
  };
}

/** No line break reaches a header. */
// oxlint-disable-next-line no-control-regex -- those are what is taken out
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, " ").trim();

const font = "font-family:system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif";

function htmlOf(alert: Alert, title: string, lines: readonly string[]): string {
  const rows = lines.map(
    (line) =>
      `<tr><td style="padding:4px 16px;${font};font-size:16px;line-height:1.5;color:#1a1a1a">${linked(line, alert.url)}</td></tr>`,
  );
  return [
    `<!doctype html><html lang="${alert.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    `<title>${escape(title)}</title></head><body style="margin:0;background:#ffffff">`,
    `<table role="presentation" align="center" cellpadding="0" cellspacing="0" style="width:100%;max-width:640px;margin:0 auto">`,
    `<tr><td style="padding:16px 16px 8px;${font};font-size:20px;line-height:1.4;color:#1a1a1a"><strong>${escape(title)}</strong></td></tr>`,
    ...rows,
    "</table></body></html>",
  ].join("\n");
}

/** The address of the incident, and that of a run that answers it, become links where a line holds them; nothing else does, whatever it looks like. */
function linked(line: string, url: string): string {
  if (!/^https?:\/\//.test(url)) return escape(line);
  const address = line.includes(url) ? url : runIn(line, url);
  if (address === undefined) return escape(line);
  return line
    .split(address)
    .map(escape)
    .join(`<a href="${escape(address)}">${escape(address)}</a>`);
}

/** `https://…/sop/S-3` in a line, beside an incident at `https://…/#M-7`. */
function runIn(line: string, url: string): string | undefined {
  const home = /^(.*\/)#M-\d+$/.exec(url)?.[1];
  if (home === undefined) return undefined;
  const at = line.indexOf(`${home}sop/S-`);
  const number = at < 0 ? undefined : /^\d+/.exec(line.slice(at + home.length + "sop/S-".length))?.[0];
  return number && `${home}sop/S-${number}`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text: string): string => text.replace(/[&<>"']/g, (letter) => entities[letter] ?? letter);
