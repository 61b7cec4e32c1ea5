import { type Lookup, sayDiagnosis, type SpokenDiagnosis } from "../i18n/diagnosis.ts";
import type { DiagnosisView, IncidentView, ProbeDetail, ProbeView } from "../model/api.ts";
import type { Board } from "../model/board.ts";
import type { Diagnosis } from "../model/cause.ts";
import type { Incident, IncidentProbe } from "../model/incident.ts";
import { incidentName } from "../model/incident.ts";
import type { Finding } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";
import { partsOfId, questionOf } from "../model/probe.ts";
import { runName } from "../model/sop.ts";
import type { Text } from "../model/text.ts";
import { speakFindings } from "./spoken.ts";

/** A probe as the API shows it; field by field, so that options and whatever they hold stay here. */
export function viewProbe(board: Board, probe: Probe): ProbeView {
  const check = board.check(probe.check);
  const state = board.state(probe.id);
  const last = board.last(probe.id);
  const status = state?.status ?? "unknown";
  return {
    id: probe.id,
    check: probe.check,
    title: check?.title ?? { en: probe.check, zh: probe.check },
    target: probe.target,
    question: questionOf(probe, check) ?? null,
    status,
    observed: last?.status ?? null,
    unconfirmed: last !== undefined && last.status !== status,
    flapping: state?.flapping ?? false,
    since: state?.since ?? null,
    lastAt: last?.at ?? null,
    nextAt: board.nextAt(probe.id) ?? null,
    everyMs: probe.everyMs,
    durationMs: last?.durationMs ?? null,
    findings: speakFindings(check, last?.findings ?? [], probe),
    metrics: Object.entries(last?.metrics ?? {}).map(([name, value]) => ({
      name,
      label: check?.metrics[name]?.label ?? { en: name, zh: name },
      unit: check?.metrics[name]?.unit ?? "none",
      value,
    })),
  };
}

export const viewProbeDetail = (board: Board, probe: Probe): ProbeDetail => ({
  ...viewProbe(board, probe),
  asset: probe.asset,
  evidence: board.last(probe.id)?.evidence ?? [],
  from: probe.from,
});

export function viewIncident(board: Board, incident: Incident): IncidentView {
  const ids = new Set(incident.probes.map(({ probe }) => probe));
  const configured = new Map(board.probes().flatMap((probe) => (ids.has(probe.id) ? [[probe.id, probe] as const] : [])));
  return {
    id: incident.id,
    name: incidentName(incident.id),
    cause: incident.cause,
    priority: incident.priority,
    severity: incident.severity,
    openedAt: incident.openedAt,
    resolvedAt: incident.resolvedAt ?? null,
    unconfirmed: incident.unconfirmed,
    acknowledgedBy: incident.acknowledgedBy ?? null,
    acknowledgedUntil: incident.acknowledgedUntil ?? null,
    probes: incident.probes.map((held) => {
      const { asset, check: id } = partsOfId(held.probe);
      const check = board.check(id);
      return {
        probe: held.probe,
        asset,
        check: id,
        title: check?.title ?? { en: id, zh: id },
        joinedAt: held.joinedAt,
        leftAt: held.leftAt ?? null,
        findings: speakFindings(check, presentFindings(board, incident, held), configured.get(held.probe)),
      };
    }),
    diagnosis: incident.diagnosis === undefined ? null : viewDiagnosis(board, incident.diagnosis),
    mergedInto: incident.mergedInto === undefined ? null : incidentName(incident.mergedInto),
    sops: (board.sopRuns?.() ?? [])
      .filter((run) => run.incident === incident.id)
      .map(({ id, sop, state }) => ({ name: runName(id), title: sop.title, state })),
  };
}

/** A diagnosis in both languages. */
export function viewDiagnosis(board: Board, diagnosis: Diagnosis): DiagnosisView {
  const lookup: Lookup = {
    finding: (check, code) => board.check(check)?.findings[code],
    provider: (id) => board.provider?.(id),
    support: (id) => board.probes().find(({ provider }) => provider === id)?.support,
  };
  const en = sayDiagnosis(diagnosis, "en", lookup);
  const zh = sayDiagnosis(diagnosis, "zh-CN", lookup);
  const both = (list: (said: SpokenDiagnosis) => readonly string[]): readonly Text[] =>
    list(en).map((text, index) => ({ en: text, zh: list(zh)[index] ?? text }));
  return {
    cause: diagnosis.cause,
    confidence: diagnosis.confidence,
    title: { en: en.title, zh: zh.title },
    confidenceWord: { en: en.confidence, zh: zh.confidence },
    evidence: both(({ evidence }) => evidence),
    alternatives: both(({ alternatives }) => alternatives),
    ruledOut: both(({ ruledOut }) => ruledOut),
    steps: both(({ steps }) => steps),
    actor: { en: en.actor, zh: zh.actor },
  };
}

/** What is so now, as long as it is bad: a cause changes while an incident is open. What is over keeps what was found then. */
function presentFindings(board: Board, incident: Incident, held: IncidentProbe): readonly Finding[] {
  if (incident.resolvedAt !== undefined || held.leftAt !== undefined) return held.findings;
  const last = board.last(held.probe);
  return last?.status === "warning" || last?.status === "critical" ? last.findings : held.findings;
}
