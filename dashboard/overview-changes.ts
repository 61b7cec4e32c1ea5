import type { AssetView, Overview, ProbeEvent } from "../src/model/api.ts";
import { partsOfId } from "../src/model/probe.ts";
import type { Status } from "../src/model/status.ts";

const inOrder = (findings: ProbeEvent["findings"]): string =>
  JSON.stringify(findings.map(({ code, data }) => ({ code, data })).toSorted((a, b) => (a.code < b.code ? -1 : 1)));

/**
 * The overview after a run that found what the last one found: only its times are new. Undefined where anything else
 * changed, and the overview must be fetched.
 */
export function afterQuietRun(overview: Overview, event: ProbeEvent): Overview | undefined {
  const asset = overview.assets.find((one) => one.id === partsOfId(event.probe).asset);
  const probe = asset?.probes.find((one) => one.id === event.probe);
  if (asset === undefined || probe === undefined) return undefined;
  // Older than what is shown: it came while the overview was on its way.
  if (probe.lastAt !== null && event.at < probe.lastAt) return overview;
  if (probe.status !== event.status || probe.observed !== event.observed) return undefined;
  if (inOrder(probe.findings) !== inOrder(event.findings)) return undefined;
  const { at, durationMs, nextAt } = event;
  const probes = asset.probes.map((one) => (one === probe ? { ...one, lastAt: at, durationMs, nextAt } : one));
  return { ...overview, assets: overview.assets.map((one): AssetView => (one === asset ? { ...one, probes } : one)) };
}

/** The mark of the sentence: never quieter than it. */
export function gravest({ sentence: facts }: Overview): Status {
  if (facts.faults > 0 || facts.interrupted || facts.down.length > 0) return "critical";
  if (facts.staleSince !== null) return "unknown";
  if (facts.assets === 0 || facts.blind || facts.waiting === facts.assets || facts.unknown === facts.assets) return "unknown";
  if (facts.warnings > 0 || facts.suspected > 0) return "warning";
  return facts.unknown > 0 ? "unknown" : "ok";
}
