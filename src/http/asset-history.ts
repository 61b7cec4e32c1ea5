import type { Span } from "../model/account.ts";
import type { AssetHistory, PastIncident, PastWindow, ProbeHistory } from "../model/api.ts";
import { factKinds, pastWindows } from "../model/api.ts";
import type { Board } from "../model/board.ts";
import { type Incident, incidentName } from "../model/incident.ts";
import type { Past } from "../model/past.ts";
import type { Probe } from "../model/probe.ts";
import { partsOfId } from "../model/probe.ts";
import type { Text } from "../model/text.ts";
import { speakFindings } from "./spoken.ts";
import { viewDiagnosis } from "./views.ts";

const hour = 3_600_000;
const lengths: Readonly<Record<PastWindow, number>> = {
  "24h": 24 * hour,
  "7d": 168 * hour,
  "30d": 720 * hour,
  "90d": 2160 * hour,
};

const mostProbes = 60;
const mostPoints = 2_000;
const mostIncidents = 100;
const mostValues = 20;

export const isPastWindow = (word: string): word is PastWindow => pastWindows.some((one) => one === word);

/** How an asset was until `now`; undefined when there is no such asset. Rejects with the error of the disk. */
export async function viewAssetHistory(
  { board, past, now }: { readonly board: Board; readonly past: Past; readonly now: number },
  asset: string,
  { window, check }: { readonly window: PastWindow; readonly check: string | undefined },
): Promise<AssetHistory | undefined> {
  const all = board
    .probes()
    .filter((probe) => probe.asset === asset)
    .toSorted((a, b) => orderOf(a) - orderOf(b) || (a.id < b.id ? -1 : 1));
  if (all.length === 0) return undefined;
  const stretch: Span = { from: now - lengths[window], to: now };
  const shown = all.slice(0, mostProbes);
  const { each, service } = await past.standings(shown, stretch);
  const probes = shown.flatMap((probe, index): readonly ProbeHistory[] => {
    const standing = each[index];
    if (standing === undefined) return [];
    const title = board.check(probe.check)?.title ?? { en: probe.check, zh: probe.check };
    return [{ ...standing, probe: probe.id, title, target: probe.target, service: probe.measures === "service" }];
  });
  const timed = shown.find((probe) => (check === undefined ? board.last(probe.id) !== undefined : probe.check === check));
  const incidents = past.incidents(asset, { from: now - lengths["90d"], to: now }, mostIncidents + 1);
  return {
    asset,
    window,
    ...stretch,
    service: service ?? null,
    probes,
    omitted: all.length - shown.length,
    latency: timed === undefined ? null : { probe: timed.id, points: past.latency(timed.id, stretch).slice(-mostPoints) },
    incidents: incidents.slice(0, mostIncidents).map((incident) => viewPastIncident(board, incident, asset)),
    moreIncidents: incidents.length > mostIncidents,
    facts: factKinds.flatMap((kind) => {
      const values = past.facts(asset, kind).slice(0, mostValues);
      return values.length === 0 ? [] : [{ kind, values: values.map(({ value, lastSeen }) => ({ value, lastSeen })) }];
    }),
    ways: shown.flatMap(({ id }) => {
      const way = past.way(id);
      return way === undefined ? [] : [{ ...way, probe: id }];
    }),
  };
}

/** The round trip says most, then what else people do themselves. */
const orderOf = ({ check, measures }: Probe): number => (check === "mail-roundtrip" ? 0 : measures === "service" ? 1 : 2);

function viewPastIncident(board: Board, incident: Incident, asset: string): PastIncident {
  const { id, priority, severity, openedAt, resolvedAt, mergedInto } = incident;
  return {
    id,
    name: incidentName(id),
    priority,
    severity,
    openedAt,
    resolvedAt: resolvedAt ?? null,
    title: titleOf(board, incident, asset),
    mergedInto: mergedInto === undefined ? null : incidentName(mergedInto),
  };
}

function titleOf(board: Board, { diagnosis, probes, cause }: Incident, asset: string): Text {
  if (diagnosis !== undefined && diagnosis.cause !== "unknown") return viewDiagnosis(board, diagnosis).title;
  const held = probes.find(({ probe }) => partsOfId(probe).asset === asset);
  const [worst] = held === undefined ? [] : speakFindings(board.check(partsOfId(held.probe).check), held.findings);
  return worst?.text ?? { en: cause, zh: cause };
}
