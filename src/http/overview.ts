import type { AssetView, ChannelView, Overview, QuestionView, SentenceFacts } from "../model/api.ts";
import type { Board } from "../model/board.ts";
import { questions } from "../model/check.ts";
import type { Incident } from "../model/incident.ts";
import type { Business, Probe } from "../model/probe.ts";
import { partsOfId } from "../model/probe.ts";
import type { Status } from "../model/status.ts";
import { statusFacts, worstStatus } from "../model/status.ts";
import { barsOfProbe, barWindowMs, worstBars } from "./bars.ts";
import { viewIncident, viewProbe } from "./views.ts";

/** Everything the page shows, from what the board holds at `now`. Pure. */
export function buildOverview(board: Board, now: number, version: string): Overview {
  const assets = viewAssets(board, now);
  const incidents = board.incidents();
  return {
    company: board.company,
    demonstration: board.demonstration,
    language: board.language,
    timezone: board.timezone,
    now,
    startedAt: board.startedAt,
    version,
    sentence: sentenceFacts(assets, incidents),
    questions: viewQuestions(assets),
    assets,
    incidents: incidents.map((incident) => viewIncident(board, incident)),
    channels: board.channels().map((channel): ChannelView => ({
      name: channel.name,
      type: channel.type,
      brokenSince: channel.brokenSince ?? null,
      lastError: channel.lastError ?? null,
      lastSentAt: channel.lastSentAt ?? null,
    })),
    troubles: board.troubles().map(({ code, en, zh }) => ({ code, en, zh })),
  };
}

function viewAssets(board: Board, now: number): readonly AssetView[] {
  const byAsset = Map.groupBy(board.probes(), (probe) => probe.asset);
  return [...byAsset].map(([id, probes]) => viewAsset(board, id, probes, now)).toSorted(worseAssetFirst);
}

function viewAsset(board: Board, id: string, probes: readonly Probe[], now: number): AssetView {
  const views = probes
    .map((probe) => viewProbe(board, probe))
    .toSorted((a, b) => rankOf(b) - rankOf(a) || (a.id < b.id ? -1 : 1));
  const seen = views.filter((view) => view.observed !== null);
  const status: Status = seen.length === 0 ? "unknown" : worstStatus(seen.map((view) => view.status));
  const bars = worstBars(
    probes.map((probe) => barsOfProbe(board.state(probe.id), board.transitions(probe.id), now - barWindowMs, now)),
  );
  const sinces = seen.filter((view) => view.status === status).map((view) => view.since ?? now);
  const lastBar = bars.at(-1);
  if (lastBar?.status === status && status !== "ok") sinces.push(lastBar.from);
  return {
    id,
    kind: kindOfAsset(id),
    business: businessOf(probes),
    status,
    observed: seen.length === 0 ? null : worstStatus(seen.map((view) => view.observed ?? "unknown")),
    // Well since the last of its probes became well; bad since the first of them did.
    since: sinces.length === 0 ? null : status === "ok" ? Math.max(...sinces) : Math.min(...sinces),
    probes: views,
    bars,
  };
}

/** What an asset is, by the form of its id. */
export function kindOfAsset(id: string): AssetView["kind"] {
  if (id === "monitor") return "monitor";
  if (id.includes("~")) return "route";
  if (id.includes("@")) return "mailbox";
  return id.includes(":") ? "endpoint" : "domain";
}

const businessRank: Readonly<Record<Business, number>> = { critical: 2, normal: 1, low: 0 };

const businessOf = (probes: readonly Probe[]): Business =>
  probes.reduce<Business>((most, probe) => (businessRank[probe.business] > businessRank[most] ? probe.business : most), "low");

/** How loudly something is shown: what was observed counts at once, what is confirmed stays until it is confirmed to be over. */
const rankOf = (view: { readonly status: Status; readonly observed: Status | null }): number =>
  Math.max(statusFacts[view.status].rank, view.observed === null ? 0 : statusFacts[view.observed].rank);

function worseAssetFirst(a: AssetView, b: AssetView): number {
  return (
    rankOf(b) - rankOf(a) ||
    Number(a.kind === "monitor") - Number(b.kind === "monitor") ||
    businessRank[b.business] - businessRank[a.business] ||
    (a.id < b.id ? -1 : 1)
  );
}

function viewQuestions(assets: readonly AssetView[]): readonly QuestionView[] {
  return questions.map((question) => {
    const counts: Record<Status, number> = { ok: 0, warning: 0, critical: 0, unknown: 0 };
    let worst: QuestionView["worst"] = null;
    let worstRank = 0;
    for (const asset of assets) {
      const probes = asset.probes.filter((probe) => probe.question === question);
      if (probes.length === 0) continue;
      const seen = probes.filter((probe) => probe.observed !== null);
      const status: Status = seen.length === 0 ? "unknown" : worstStatus(seen.map((probe) => probe.status));
      counts[status] += 1;
      const culprit = probes.find((probe) => probe.status === status);
      if (culprit === undefined || statusFacts[status].rank <= worstRank) continue;
      worstRank = statusFacts[status].rank;
      worst = { asset: asset.id, title: culprit.title };
    }
    const found = (["critical", "warning", "unknown", "ok"] as const).find((status) => counts[status] > 0);
    return { question, status: found ?? null, counts, worst };
  });
}

function sentenceFacts(all: readonly AssetView[], incidents: readonly Incident[]): SentenceFacts {
  const assets = all.filter((asset) => asset.kind !== "monitor");
  const count = (fits: (asset: AssetView) => boolean): number => assets.filter(fits).length;
  const open = incidents.filter((one) => one.resolvedAt === undefined && one.key !== "monitor");
  const told = new Set(open.flatMap((one) => one.probes.map((held) => partsOfId(held.probe).asset)));
  // By cause where there is one; what is bad and in no incident yet counts for itself, so that nothing is told too well.
  const causes = (severity: Incident["severity"]): number =>
    open.filter((one) => one.severity === severity).length + count((asset) => asset.status === severity && !told.has(asset.id));
  return {
    assets: assets.length,
    waiting: count((asset) => asset.observed === null),
    faults: causes("critical"),
    warnings: causes("warning"),
    unknown: count((asset) => asset.status === "unknown" && asset.observed === "unknown"),
    suspected: count(
      (asset) =>
        (asset.observed === "warning" || asset.observed === "critical") &&
        statusFacts[asset.observed].rank > statusFacts[asset.status].rank,
    ),
    down: viewQuestions(assets)
      .filter(({ counts }) => counts.critical > 0 && counts.ok + counts.warning + counts.unknown === 0)
      .map(({ question }) => question)
      .filter((question) => question === "receive" || question === "send" || question === "read"),
    blind: all.some((asset) => asset.kind === "monitor" && asset.status === "critical"),
  };
}
