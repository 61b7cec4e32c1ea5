import { channelReason } from "../i18n/channel-reasons.ts";
import type { AssetView, ChannelView, Overview, PageName, ProbeView, QuestionView, SentenceFacts } from "../model/api.ts";
import type { Board } from "../model/board.ts";
import { questions } from "../model/check.ts";
import type { Incident } from "../model/incident.ts";
import type { Business, Probe } from "../model/probe.ts";
import { kindOfAsset, partsOfId } from "../model/probe.ts";
import type { Status } from "../model/status.ts";
import { statusFacts, worstStatus } from "../model/status.ts";
import { barsOfProbe, barWindowMs, worstBars } from "./bars.ts";
import { viewIncident, viewProbe } from "./views.ts";

/** Everything the page shows, from what the board holds at `now`. Pure. */
export function buildOverview(board: Board, now: number, version: string, pages: readonly PageName[] = []): Overview {
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
    sentence: sentenceFacts(board, assets),
    questions: viewQuestions(assets),
    assets,
    incidents: incidents.map((incident) => viewIncident(board, incident)),
    channels: board.channels().map((channel): ChannelView => ({
      name: channel.name,
      type: channel.type,
      brokenSince: channel.brokenSince ?? null,
      lastError: channel.lastError === undefined ? null : channelReason(channel.lastError),
      lastSentAt: channel.lastSentAt ?? null,
      waiting: channel.waiting ?? 0,
      waitingSince: channel.waitingSince ?? null,
    })),
    troubles: board.troubles().map(({ code, en, zh }) => ({ code, en, zh })),
    pages,
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
    ours: probes.some(isOurs),
    status,
    observed: seen.length === 0 ? null : worstStatus(seen.map((view) => view.observed ?? "unknown")),
    // Well since the last of its probes became well; bad since the first of them did.
    since: sinces.length === 0 ? null : status === "ok" ? Math.max(...sinces) : Math.min(...sinces),
    probes: views,
    bars,
  };
}

const isOurs = (probe: Probe): boolean => probe.ours !== false;

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
      if (!asset.ours) continue;
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

function sentenceFacts(board: Board, all: readonly AssetView[]): SentenceFacts {
  const assets = all.filter((asset) => asset.kind !== "monitor" && asset.ours);
  const count = (fits: (asset: AssetView) => boolean): number => assets.filter(fits).length;
  const probes = new Map(board.probes().map((probe) => [probe.id, probe]));
  const isService = ({ id }: ProbeView): boolean => probes.get(id)?.measures === "service";
  const open = board.incidents().filter((one) => one.resolvedAt === undefined && isOfMail(one, probes));
  const told = new Set(open.flatMap((one) => one.probes.map((held) => held.probe)));
  // By cause where there is one; what is bad and in no incident yet counts for itself, so that nothing is told too well.
  const causes = (severity: Incident["severity"]): number =>
    open.filter((one) => gravityOf(one) === severity).length +
    count((asset) => asset.status === severity && asset.probes.some((one) => one.status === severity && !told.has(one.id)));
  return {
    assets: assets.length,
    waiting: count((asset) => asset.observed === null),
    faults: causes("critical"),
    interrupted:
      open.some(isGrave) || assets.some((asset) => asset.probes.some((one) => one.status === "critical" && isService(one))),
    warnings: causes("warning"),
    unknown: count((asset) => asset.status === "unknown" && asset.observed === "unknown"),
    suspected: count(
      (asset) =>
        (asset.observed === "warning" || asset.observed === "critical") &&
        statusFacts[asset.observed].rank > statusFacts[asset.status].rank,
    ),
    down: questions.flatMap((question) => {
      const asked = assets.flatMap(({ kind, probes: views }) => {
        const answering = views.filter((view) => view.question === question && isService(view));
        return answering.length === 0 ? [] : [{ kind, fails: answering.some(({ status }) => status === "critical") }];
      });
      if (asked.length === 0 || asked.some(({ fails }) => !fails)) return [];
      return [{ question, mailboxes: asked.filter(({ kind }) => kind === "mailbox").length }];
    }),
    blind: all.some((asset) => asset.kind === "monitor" && asset.status === "critical"),
    staleSince: board.troubles().some(({ code }) => code === "store-failed") ? newestOf(all) : null,
  };
}

/** Neither our own trouble nor a partner's. A probe that is no longer configured was ours. */
const isOfMail = ({ key, probes: held }: Incident, probes: ReadonlyMap<string, Probe>): boolean =>
  key !== "monitor" &&
  partsOfId(key).asset !== "monitor" &&
  (held.length === 0 ||
    held.some(({ probe: id }) => {
      const probe = probes.get(id);
      return probe === undefined || isOurs(probe);
    }));

const isGrave = ({ priority }: Incident): boolean => priority === "P1" || priority === "P2";

/** What was grave and is better stays a fault until it is over. */
const gravityOf = (incident: Incident): Incident["severity"] => (isGrave(incident) ? "critical" : incident.severity);

function newestOf(assets: readonly AssetView[]): number | null {
  const times = assets.flatMap((asset) => asset.probes.flatMap(({ lastAt }) => lastAt ?? []));
  return times.length === 0 ? null : times.reduce((newest, at) => Math.max(newest, at));
}
