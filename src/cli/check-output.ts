import { commandWords, statusWords } from "../i18n/commands.ts";
import { engineFinding } from "../i18n/engine-findings.ts";
import { withProviderAdvice } from "../i18n/provider-advice.ts";
import { sayFinding } from "../i18n/reasons.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Finding, Observation } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";
import { statuses } from "../model/status.ts";
import { inLanguage, say, type Language } from "../model/text.ts";
import { table } from "./table.ts";

export interface Row {
  readonly probe: Probe;
  readonly check: AnyCheck;
  readonly observation: Observation;
  /** There was nothing to look at. */
  readonly nothing?: boolean;
}

function spoken(finding: Finding, { check, probe }: Row, language: Language): { text: string; advice: string } {
  const { code, data } = finding;
  const declared = check.findings[code] ?? engineFinding(code);
  if (!declared) return { text: code, advice: "" };
  const advice = sayFinding(declared.advice, language, data);
  return { text: sayFinding(declared.text, language, data), advice: withProviderAdvice(advice, finding, probe, language) };
}

/** One element of the array that `--json` prints. */
export const asJson = (row: Row, language: Language) => {
  const { probe, observation } = row;
  return {
    probe: probe.id,
    check: probe.check,
    asset: probe.asset,
    target: probe.target,
    status: observation.status,
    findings: observation.findings.map((finding) => ({ ...finding, ...spoken(finding, row, language) })),
    metrics: observation.metrics,
    evidence: observation.evidence,
    startedAt: observation.at,
    durationMs: observation.durationMs,
  };
};

/** Rows of one status that say the same stand together, and it is said once: one certificate may be the cause of thirty. */
function grouped(
  rows: readonly Row[],
  language: Language,
): readonly { readonly members: Row[]; readonly says: readonly string[] }[] {
  const groups = new Map<string, { members: Row[]; says: readonly string[] }>();
  for (const row of rows) {
    const says = row.observation.findings.flatMap((finding) => {
      const { text, advice } = spoken(finding, row, language);
      return [`    ${text}`, ...(advice === "" || finding.severity === "info" ? [] : [`    → ${advice}`])];
    });
    const key = JSON.stringify([row.observation.status, says]);
    const group = groups.get(key) ?? { members: [], says };
    group.members.push(row);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The table of a terminal, the worst first; under each line, or several with the same cause, what is wrong and what to do. */
export function asTable(rows: readonly Row[], language: Language): string {
  const lines = table(
    rows.map(({ probe, observation }) => [
      inLanguage(statusWords[observation.status], language),
      probe.id,
      probe.target,
      `${observation.durationMs} ms`,
    ]),
  ).split("\n");
  const told = grouped(rows, language).flatMap(({ members, says }) => [
    ...members.map((row) => lines[rows.indexOf(row)] ?? ""),
    ...says,
  ]);
  const counts = Object.fromEntries(
    statuses.map((status) => [status, rows.filter(({ observation }) => observation.status === status).length]),
  );
  return [...told, "", say(commandWords.summary, language, { all: rows.length, ...counts })].join("\n");
}
