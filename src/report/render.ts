import type { ReportDocument, Section } from "./document.ts";
import type { Report } from "./monthly.ts";

export function asMarkdown({ title, lead, sections }: ReportDocument): string {
  const table = ({ heads, rows }: NonNullable<Section["table"]>): string => {
    const line = (cells: readonly string[]): string => `| ${cells.map(plainCell).join(" | ")} |`;
    return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
  };
  const parts = sections.map(({ title: head, text, table: rows }) =>
    [`## ${plainCell(head)}`, text === undefined ? undefined : plainCell(text), rows && table(rows)]
      .filter((part) => part !== undefined)
      .join("\n\n"),
  );
  return `${[`# ${plainCell(title)}`, lead.map(plainCell).join("\n\n"), ...parts].join("\n\n")}\n`;
}

/** What a name or a finding holds must not become markup. */
const plainCell = (text: string): string => text.replaceAll(/[\\`*_[\]<>|#]/g, String.raw`\$&`).replaceAll(/\s+/g, " ");

const font = "font-family:system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif";
const cell = "padding:6px 8px;border-bottom:1px solid #ddd;text-align:left;vertical-align:top";

/** One column of 640 px, tables and inline CSS alone, so that Outlook shows it; it prints on A4. */
export function asHtml({ title, lead, sections, language }: ReportDocument): string {
  const table = ({ heads, rows }: NonNullable<Section["table"]>): string => {
    const row = (cells: readonly string[], tag: "th" | "td"): string =>
      `<tr>${cells.map((one) => `<${tag} style="${cell}${tag === "th" ? ";font-weight:600" : ""}">${escaped(one)}</${tag}>`).join("")}</tr>`;
    return `<table style="border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums"><thead>${row(heads, "th")}</thead><tbody>${rows.map((one) => row(one, "td")).join("")}</tbody></table>`;
  };
  const [first = "", ...more] = lead;
  const parts = sections.map(
    ({ title: head, text, table: rows }) =>
      `<h2 style="font-size:18px;margin:28px 0 8px;page-break-after:avoid">${escaped(head)}</h2>${text === undefined ? "" : `<p style="margin:0 0 8px">${escaped(text)}</p>`}${rows ? table(rows) : ""}`,
  );
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)}</title>
<style>@page{size:A4;margin:15mm}tr{page-break-inside:avoid}</style></head>
<body style="margin:0;background:#fff;color:#1a1a1a;${font};font-size:15px;line-height:1.5">
<div style="max-width:640px;margin:0 auto;padding:24px 16px">
<h1 style="font-size:22px;margin:0 0 12px">${escaped(title)}</h1>
<p style="font-size:17px;margin:0 0 8px;font-weight:600">${escaped(first)}</p>
${more.map((line) => `<p style="margin:0 0 6px">${escaped(line)}</p>`).join("\n")}
${parts.join("\n")}
</div></body></html>
`;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The services, a row each, in milliseconds: for a spreadsheet, with the mark by which Excel knows UTF-8 and lines as it wants them. */
export function asCsv({ overall, services }: Report): string {
  const heads = [
    "service",
    "availability",
    "low",
    "high",
    "coverage",
    "verdict",
    "up_ms",
    "degraded_ms",
    "down_ms",
    "unknown_ms",
    "maintenance_ms",
    "outages",
  ];
  const rows = [overall, ...services].map(
    ({ asset, availability: { value, low, high, coverage }, verdict, account, outages }) => [
      asset === "" ? "*" : asset,
      value ?? "",
      low,
      high,
      coverage,
      verdict,
      account.up,
      account.degraded,
      account.down,
      account.unknown,
      account.maintenance,
      outages.length,
    ],
  );
  return `\ufeff${[heads, ...rows].map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;
}

/** A text that a spreadsheet would take for a formula gets an apostrophe. */
function field(value: string | number): string {
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const asJson = (report: Report): string => `${JSON.stringify(report, (_, value: unknown) => value ?? null, 2)}\n`;
