import { visible } from "../model/visible.ts";

/** What SpamAssassin thinks of one mail. Points above nought speak for spam. */
export interface SpamReport {
  readonly score: number;
  /** From this score on the server calls a mail spam. */
  readonly threshold: number;
  /** The rules that cost points, the dearest first, at most 20. */
  readonly rules: readonly SpamRule[];
}

interface SpamRule {
  /** `MISSING_DATE` */
  readonly name: string;
  readonly points: number;
}

const maxRules = 20;

/**
 * The answer of spamd to `REPORT` (spamd/PROTOCOL of SpamAssassin). @param verdict the value of its header `Spam`: `False ; 1.2 / 5.0`.
 * Undefined where there is no score. Never throws.
 */
export function readSpamReport(verdict: string, report: string): SpamReport | undefined {
  const [, said = "", limit = ""] =
    /^(?:true|false|yes|no)\s*;\s*(-?\d{1,6}(?:\.\d{1,6})?)\s*\/\s*(-?\d{1,6}(?:\.\d{1,6})?)\s*$/i.exec(verdict.trim()) ?? [];
  if (said === "" || limit === "") return undefined;
  // A row of the table: points, name, description, which goes on in rows without points.
  const rows = [...report.matchAll(/^\s{0,8}(-?\d{1,4}(?:\.\d{1,4})?)\s{1,4}([A-Z_][A-Z0-9_]{1,60})(?:\s|$)/gm)];
  const rules = rows
    .map(([, points = "", name = ""]) => ({ name: visible(name, 60), points: Number(points) }))
    .filter(({ points }) => points > 0)
    .toSorted((a, b) => b.points - a.points);
  return { score: Number(said), threshold: Number(limit), rules: rules.slice(0, maxRules) };
}
