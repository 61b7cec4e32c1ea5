import { cutBytes } from "../model/cut.ts";
import {
  type ReportDays,
  type ReportDocument,
  type ReportRow,
  type ReportSection,
  type ReportYear,
  type Tone,
  toneMarks,
} from "../model/report.ts";

/** Gmail cuts a message at 102 KB; below this it stays whole. */
const mostBytes = 96_000;
const mostRows = 40;
const longestCell = 300;

/** Where the same is as a page. */
interface Link {
  readonly text: string;
  readonly url: string;
}

/**
 * The report as a mail: one column of 640 px, tables with attributes, inline CSS and nothing else, as Outlook draws by the engine of
 * Word. Rows become paragraphs, so that a phone needs no scrolling. Never larger than 96 KB: what is long is cut, and says so.
 */
export function asHtml(document: ReportDocument, page?: Link): string {
  for (let most = mostRows; ; most = Math.floor(most / 2)) {
    const html = render(document, most, page);
    if (most === 0 || Buffer.byteLength(html) <= mostBytes) return html;
  }
}

const font = "font-family:system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif";
const text = "#1a1a1a";
const quiet = "#5b636d";
const line = "#dfe3e7";

/** Ground and ink of a cell, and the ink of a word on white: each at least 4.5 : 1. */
const colours: Readonly<Record<Tone, { readonly ground: string; readonly ink: string; readonly word: string }>> = {
  ok: { ground: "#9ccfb2", ink: "#0f3d22", word: "#176b3a" },
  warning: { ground: "#f0c04e", ink: "#3d2900", word: "#845400" },
  critical: { ground: "#b8261e", ink: "#ffffff", word: "#b01f18" },
  unknown: { ground: "#d4d9de", ink: "#3a424b", word: "#535c67" },
};

function render(document: ReportDocument, most: number, page: Link | undefined): string {
  const { title, lead, isScarce, lights, actions, days, year, sections, language } = document;
  const cut = (value: string): string => escaped(cutBytes(value, longestCell));
  const [first = "", ...more] = lead;
  const body = [
    row(`<h1 style="margin:0;font-size:22px;line-height:1.3;font-weight:600">${cut(title)}</h1>`, "24px 16px 8px"),
    row(
      `<p style="margin:0;font-size:17px;line-height:1.45;font-weight:600;color:${isScarce ? quiet : text}">${cut(first)}</p>`,
      "4px 16px",
    ),
    ...more.map((one) => row(`<p style="margin:0">${cut(one)}</p>`, "2px 16px")),
    row(lightTable(lights), "16px 16px 0"),
    ...(actions.items.length === 0
      ? []
      : [
          heading(actions.title),
          ...actions.items.map((item, index) => row(`<p style="margin:0">${index + 1}. ${cut(item)}</p>`, "2px 16px")),
        ]),
    heading(days.title),
    row(strip(days), "0 16px"),
    ...(most === 0 ? [] : days.notable.map((one) => row(`<p style="margin:0;font-size:14px">${escaped(one)}</p>`, "1px 16px"))),
    heading(year.title),
    row(twelve(year), "0 16px"),
    ...sections.flatMap((section) => [heading(section.title), ...parts(section, most, document)]),
    ...(page === undefined
      ? []
      : [
          row(
            `<p style="margin:0"><a href="${escaped(page.url)}" style="color:#1d4fbf">${escaped(page.text)}</a></p>`,
            "16px 16px 0",
          ),
        ]),
    row("", "0 0 24px"),
  ];
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${cut(title)}</title>
<style>@page{size:A4;margin:15mm}tr{page-break-inside:avoid}</style></head>
<body bgcolor="#ffffff" style="margin:0;padding:0;background-color:#ffffff">
<!--[if mso]><table role="presentation" width="640" align="center" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" align="center" width="100%" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:640px;margin:0 auto;${font};font-size:15px;line-height:1.5;color:${text}">
${body.join("\n")}
</table>
<!--[if mso]></td></tr></table><![endif]-->
</body></html>
`;
}

const row = (content: string, padding: string): string =>
  `<tr><td style="padding:${padding};${font};color:${text}">${content}</td></tr>`;

const heading = (title: string): string =>
  row(
    `<h2 style="margin:0;font-size:18px;line-height:1.35;font-weight:600;page-break-after:avoid">${escaped(title)}</h2>`,
    "28px 16px 8px",
  );

const word = (tone: Tone, value: string): string =>
  `<span style="color:${colours[tone].word};font-weight:600">${toneMarks[tone]}&nbsp;${escaped(value)}</span>`;

const table = (content: string, style = ""): string =>
  `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="width:100%;border-collapse:collapse;${style}">${content}</table>`;

function lightTable(lights: ReportDocument["lights"]): string {
  const cell = `padding:7px 0;border-top:1px solid ${line};font-size:15px;line-height:1.4;vertical-align:top`;
  return table(
    lights
      .map(
        ({ name, text: value, tone }) =>
          `<tr><td width="34%" style="${cell};color:${quiet}">${escaped(name)}</td><td style="${cell}">${word(tone, value)}</td></tr>`,
      )
      .join(""),
    `border-bottom:1px solid ${line}`,
  );
}

const perLine = 16;

/** Two lines of days: sixteen fit a phone with their numbers. */
function strip({ days, legend }: ReportDays): string {
  const width = `${100 / perLine}%`;
  const cell = ({ day, tone, text: title }: ReportDays["days"][number] | { day: 0; tone: undefined; text: "" }): string => {
    if (tone === undefined) {
      const shown = day === 0 ? "&nbsp;" : `<span style="color:#8b949e">${day}</span><br>&nbsp;`;
      return `<td width="${width}" align="center" style="padding:3px 0;font-size:11px;line-height:14px">${shown}</td>`;
    }
    const { ground, ink } = colours[tone];
    return `<td width="${width}" align="center" bgcolor="${ground}" title="${escaped(title)}" style="padding:3px 0;background-color:${ground};color:${ink};border:1px solid #ffffff;font-size:11px;line-height:14px">${day}<br>${toneMarks[tone]}</td>`;
  };
  const lines = [days.slice(0, perLine), days.slice(perLine)].map((some) => {
    const filled = [
      ...some,
      ...Array.from({ length: perLine - some.length }, () => ({ day: 0, tone: undefined, text: "" }) as const),
    ];
    return `<tr>${filled.map(cell).join("")}</tr>`;
  });
  const words = legend.map(({ tone, text: meaning }) => word(tone, meaning)).join(" &nbsp; ");
  return `${table(lines.join(""), "table-layout:fixed")}<p style="margin:6px 0 4px;font-size:13px">${words}</p>`;
}

/** A line a month: what it was in words, and a bar. */
function twelve({ months, targetText, barFrom }: ReportYear): string {
  const cell = "padding:3px 0;font-size:14px;line-height:1.4";
  const lines = months.map(({ name, value, text: shown, tone }) => {
    const long = value === undefined ? 0 : Math.max(2, Math.round(((value - barFrom) / (1 - barFrom)) * 100));
    return `<tr><td width="14%" style="${cell};color:${quiet}">${escaped(name)}</td><td width="36%" style="${cell}">${bar([
      { tone, share: long / 100 },
      { tone: undefined, share: 1 - long / 100 },
    ])}</td><td width="50%" style="${cell};padding-left:10px">${word(tone, shown)}</td></tr>`;
  });
  return `${table(lines.join(""))}<p style="margin:4px 0;font-size:13px;color:${quiet}">${escaped(targetText)}</p>`;
}

/** Coloured cells. What is there at all is at least one part in a hundred wide, so that it is seen. */
function bar(pieces: readonly { readonly tone: Tone | undefined; readonly share: number }[]): string {
  const shown = pieces
    .filter(({ share }) => share > 0)
    .map(({ tone, share }) => ({ tone, width: Math.max(1, Math.round(share * 100)) }));
  const over = shown.reduce((sum, { width }) => sum + width, 0) - 100;
  const widest = Math.max(...shown.map(({ width }) => width));
  const at = shown.findIndex(({ width }) => width === widest);
  const cells = shown.map(({ tone, width }, index) => {
    const ground = tone === undefined ? "#eef0f2" : colours[tone].ground;
    return `<td width="${index === at ? width - over : width}%" bgcolor="${ground}" height="8" style="height:8px;background-color:${ground};font-size:1px;line-height:8px">&nbsp;</td>`;
  });
  return cells.length === 0 ? "" : table(`<tr>${cells.join("")}</tr>`);
}

function parts({ text: words, table: rows }: ReportSection, most: number, { more, colon }: ReportDocument): readonly string[] {
  const said =
    words === undefined
      ? []
      : words
          .split("\n")
          .map((one) =>
            row(`<p style="margin:0 0 6px;font-size:13px;color:${quiet};word-break:break-word">${escaped(one)}</p>`, "0 16px"),
          );
  if (rows === undefined) return said;
  const shown = rows.rows.slice(0, most).map((one) => row(record(one, rows.heads, colon), "0 16px"));
  const rest = rows.rows.length - shown.length;
  return [
    ...said,
    ...shown,
    ...(rest > 0 ? [row(`<p style="margin:6px 0;color:${quiet}">${escaped(more(rest))}</p>`, "0 16px")] : []),
  ];
}

/** The name, its bar, and the rest as `head: value`. */
function record({ cells, tone, isScarce, bar: pieces }: ReportRow, heads: readonly string[], colon: string): string {
  const [name = "", ...rest] = cells;
  const facts = rest.flatMap((cell, index) =>
    cell === ""
      ? []
      : [`<span style="color:${quiet}">${escaped(heads[index + 1] ?? "")}${colon}</span>${escaped(cutBytes(cell, longestCell))}`],
  );
  const mark = tone === undefined ? "" : `<span style="color:${colours[tone].word}">${toneMarks[tone]}</span>&nbsp;`;
  return table(
    `<tr><td style="padding:8px 0;border-top:1px solid ${line};font-size:14px;line-height:1.5;word-break:break-word;color:${isScarce === true ? quiet : text}"><strong style="font-weight:600">${mark}${escaped(cutBytes(name, longestCell))}</strong>${pieces ? `<div style="padding:4px 0">${bar(pieces)}</div>` : "<br>"}${facts.join(" &middot; ")}</td></tr>`,
  );
}

const escaped = (value: string): string =>
  value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
