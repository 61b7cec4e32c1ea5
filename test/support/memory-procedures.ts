import { move, propose, type SopEvent, type SopMove } from "../../src/engine/sop.ts";
import { sopWords } from "../../src/i18n/sop.ts";
import { hasEnded, runName, type Procedures, type Sop, type SopEntry, type SopRun } from "../../src/model/sop.ts";
import type { Text } from "../../src/model/text.ts";

/** Runs by the real machine, held in memory; its messages go nowhere but to `sent`. */
export interface MemoryProcedures extends Procedures {
  /** Begins a run by itself, as an incident would. */
  trigger(sop: string, incident: number): SopRun;
  happen(run: number, event: SopEvent): void;
  readonly sent: string[];
}

export function createMemoryProcedures(sops: readonly Sop[], now: () => number): MemoryProcedures {
  const runs = new Map<number, SopRun>();
  const entries: SopEntry[] = [];
  const sent: string[] = [];

  const keep = (moved: SopMove): SopRun => {
    runs.set(moved.run.id, moved.run);
    entries.push(...moved.entries);
    sent.push(...moved.messages.map(({ key, kind }) => `${key} ${kind}`));
    return moved.run;
  };
  const find = (id: number): SopRun => {
    const run = runs.get(id);
    if (run === undefined) throw new Error(`No run ${id}`);
    return run;
  };
  const named = (name: string): Sop => {
    const sop = sops.find((one) => one.name === name);
    if (sop === undefined) throw new Error(`No SOP ${name}`);
    return sop;
  };
  const refused = (text: Text, id: number): { readonly refused: Text } => ({
    refused: { en: text.en.replace("{run}", runName(id)), zh: text.zh.replace("{run}", runName(id)) },
  });

  return {
    sent,
    sops: () => sops,
    runs: () => [...runs.values()].toSorted((a, b) => Number(hasEnded(a)) - Number(hasEnded(b)) || b.id - a.id),
    run: (id) => runs.get(id),
    entries: (run) => entries.filter((entry) => entry.run === run),
    async start(name, by, { drill }) {
      const going = [...runs.values()].find((run) => run.sop.name === name && !hasEnded(run));
      if (going !== undefined) return refused(sopWords.isGoing, going.id);
      return { run: keep(propose(named(name), { id: runs.size + 1, drill, incident: undefined, by, now: now() })).id };
    },
    async act(run, action) {
      const moved = move(find(run), action, now());
      if (moved !== undefined && "refused" in moved) return moved;
      if (moved !== undefined) keep(moved);
      return { run };
    },
    trigger: (name, incident) =>
      keep(propose(named(name), { id: runs.size + 1, drill: false, incident, by: "system", now: now() })),
    happen(run, event) {
      const moved = move(find(run), event, now());
      if (moved !== undefined && !("refused" in moved)) keep(moved);
    },
  };
}
