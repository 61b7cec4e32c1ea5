import { writeFile } from "node:fs/promises";
import { renderEvidence } from "../engine/evidence-pack.ts";
import { type EvidenceSubject, gatherEvidence } from "../evidence.ts";
import { evidenceProblems } from "../i18n/evidence.ts";
import { incidentName } from "../model/incident.ts";
import { say, type Data } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import { type Database, openForReading } from "../store/database.ts";
import { createHistory } from "../store/history.ts";
import { readIncident, readIncidentIdsNear } from "../store/incidents.ts";
import { chosenFile, configured, exitUsage, type Env } from "./configuration.ts";
import { toldIn } from "./expected.ts";

export interface EvidenceOptions {
  readonly config?: string;
  readonly out?: string;
}

type Problem = { readonly problem: keyof typeof evidenceProblems; readonly data: Data };

const nearest = 5;

/**
 * Writes what the provider's support needs about one incident or probe, as one Markdown in both languages. Reads the database beside a
 * running daemon, asks nothing of the network. Resolves with the exit code.
 */
export async function evidence(name: string, options: EvidenceOptions, env: Env): Promise<number> {
  const found = await configured(chosenFile(options.config, env), env);
  if (!found) return exitUsage;
  const { plan, checks, mask, language } = found;
  const { data } = plan.settings;
  const tell = ({ problem, data: about }: Problem): number => {
    console.error(say(evidenceProblems[problem], language, about));
    return exitUsage;
  };
  return toldIn(language, async () => {
    const db = openForReading(data);
    if (!db) return tell({ problem: "nothingStored", data: { folder: data } });
    try {
      const subject = subjectOf(db, name, new Set(plan.probes.map(({ id }) => id)));
      if ("problem" in subject) return tell(subject);
      const world = { db, plan, checks, mask, demonstration: false, data, now: Date.now() };
      const pack = renderEvidence(gatherEvidence(world, subject));
      if (options.out === undefined) {
        process.stdout.write(pack);
        return 0;
      }
      try {
        await writeFile(options.out, pack);
      } catch (error) {
        const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
        return tell({ problem: "notWritten", data: { file: options.out, reason } });
      }
      console.error(say(evidenceProblems.written, language, { file: options.out }));
      return 0;
    } finally {
      db.close();
    }
  });
}

/** `M-1042`, `1042`, or the id of a probe, whatever its letters' case. */
function subjectOf(db: Database, name: string, configuredIds: ReadonlySet<string>): EvidenceSubject | Problem {
  const shown = visible(name, 300);
  const number = /^(?:m-?)?(\d{1,15})$/i.exec(name.trim())?.[1];
  if (number !== undefined) {
    const id = Number(number);
    const incident = db.read(() => readIncident(db, id));
    if (incident) return { incident };
    const near = db.read(() => readIncidentIdsNear(db, id, nearest)).map(incidentName);
    return near.length === 0
      ? { problem: "noIncidentAtAll", data: { name: incidentName(id) } }
      : { problem: "noIncident", data: { name: incidentName(id), near: near.join(", ") } };
  }
  const known = [...new Set([...configuredIds, ...createHistory(db).probes()])];
  const wanted = name.trim().toLowerCase();
  if (known.includes(wanted)) return { probe: wanted };
  const near = nearTo(wanted, known);
  return near.length === 0
    ? { problem: "noProbeNear", data: { name: shown } }
    : { problem: "noProbe", data: { name: shown, near: near.join(", ") } };
}

/** Those that hold what was written, then those that share most pairs of letters with it. */
function nearTo(wanted: string, known: readonly string[]): readonly string[] {
  const pairs = (text: string): ReadonlySet<string> =>
    new Set(Array.from({ length: Math.max(0, text.length - 1) }, (_, i) => text.slice(i, i + 2)));
  const own = pairs(wanted.slice(0, 300));
  const scored = known.map((id) => {
    const others = pairs(id);
    const shared = [...own].filter((pair) => others.has(pair)).length;
    // Dice's coefficient.
    return { id, score: id.includes(wanted) && wanted !== "" ? 1 : (2 * shared) / Math.max(1, own.size + others.size) };
  });
  return scored
    .filter(({ score }) => score >= 0.5)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, nearest)
    .map(({ id }) => id);
}
