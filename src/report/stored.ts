import { createHash } from "node:crypto";
import type { Report } from "./monthly.ts";

/** The shape of a stored report. A later one is read beside it: months that were made are never made anew. */
export const reportSchema = 1;

/** One text for one content: keys in order, no space, what is not known null. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`).join(",")}}`;
}

export const sha256Of = (text: string): string => createHash("sha256").update(text).digest("hex");

/**
 * A report as it was stored.
 * @throws Error made by a newer version
 */
export function readReport(text: string): Report {
  const report: Report = JSON.parse(text, (_, value: unknown) => value ?? undefined);
  if (report.schema !== reportSchema) throw new Error(`A report of form ${String(report.schema)} is not known; update Mailvigil`);
  return report;
}
