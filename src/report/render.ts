import type { ReportDocument, ReportTable } from "../model/report.ts";
import { toneMarks } from "../model/report.ts";
import type { Report } from "./monthly.ts";

export function asMarkdown({ title, lead, lights, actions, days, year, sections, colon }: ReportDocument): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(plainCell).join(" | ")} |`;
  const table = ({ heads, rows }: ReportTable): string =>
    [line(heads), line(heads.map(() => "---")), ...rows.map(({ cells }) => line(cells))].join("\n");
  const list = (items: readonly string[]): string => items.map((item) => `- ${plainCell(item)}`).join("\n");
  const parts = sections.map(({ title: head, text, table: rows }) =>
    [`## ${plainCell(head)}`, text === undefined ? undefined : text.split("\n").map(plainCell).join("\n\n"), rows && table(rows)]
      .filter((part) => part !== undefined)
      .join("\n\n"),
  );
  return `${[
    `# ${plainCell(title)}`,
    lead.map(plainCell).join("\n\n"),
    list(lights.map(({ name, text, tone }) => `${toneMarks[tone]} ${name}${colon}${text}`)),
    ...(actions.items.length === 0 ? [] : [`## ${plainCell(actions.title)}`, list(actions.items)]),
    `## ${plainCell(days.title)}`,
    `${days.days.map(({ tone }) => (tone === undefined ? "·" : toneMarks[tone])).join("")}\n\n${days.legend.map(({ tone, text }) => `${toneMarks[tone]} ${text}`).join(" ")}`,
    ...(days.notable.length === 0 ? [] : [list(days.notable)]),
    `## ${plainCell(year.title)}`,
    list(year.months.map(({ name, text, tone }) => `${toneMarks[tone]} ${name}${colon}${text}`)),
    ...parts,
  ].join("\n\n")}\n`;
}

/** What a name or a finding holds must not become markup. */
const plainCell = (text: string): string => text.replaceAll(/[\\`*_[\]<>|#]/g, String.raw`\$&`).replaceAll(/\s+/g, " ");

/** The plain part of the mail: what can be read at a glance, without a table. */
export function asPlainText({ title, lead, lights, actions, days, sections, more, colon }: ReportDocument): string {
  const flat = (text: string): string => text.replaceAll(/\s+/g, " ");
  const table = ({ heads, rows }: ReportTable): readonly string[] => [
    ...rows.slice(0, mostPlainRows).map(({ cells }) =>
      cells
        .map((cell, index) => (index === 0 ? `- ${flat(cell)}` : cell === "" ? "" : `${heads[index] ?? ""}${colon}${flat(cell)}`))
        .filter((cell) => cell !== "")
        .join("; "),
    ),
    ...(rows.length > mostPlainRows ? [`- ${more(rows.length - mostPlainRows)}`] : []),
  ];
  return `${[
    title,
    "",
    ...lead,
    "",
    ...lights.map(({ name, text, tone }) => `${toneMarks[tone]} ${name}${colon}${text}`),
    ...(actions.items.length === 0 ? [] : ["", actions.title, ...actions.items.map((item) => `- ${flat(item)}`)]),
    ...(days.notable.length === 0 ? [] : ["", days.title, ...days.notable.map((item) => `- ${item}`)]),
    ...sections.flatMap(({ title: head, text, table: rows }) => [
      "",
      head,
      ...(text === undefined ? [] : text.split("\n")),
      ...(rows ? table(rows) : []),
    ]),
  ].join("\n")}\n`;
}

const mostPlainRows = 30;

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

/** @param canonical the text that is stored and hashed */
export const asJson = (canonical: string): string => `${canonical}\n`;
