import { type Account, add, availabilityOf, type Change, cut, nothing, type Span, sum } from "../model/account.ts";
import type { Board } from "../model/board.ts";
import { dayOf, daysOf } from "../model/days.ts";
import type { Incident, Transition } from "../model/incident.ts";
import { kindOfAsset, partsOfId, type Probe, questionOf } from "../model/probe.ts";
import type { ProbeState } from "../model/state.ts";
import { type Status, worstStatus } from "../model/status.ts";
import type {
  ComponentState,
  StatusComponent,
  StatusDay,
  StatusNotice,
  StatusPageSettings,
  StatusPart,
  StatusPast,
  StatusSource,
  StatusView,
} from "../model/status-page.ts";
import { statusParts } from "../model/status-page.ts";
import { generalCauseOf } from "./general-cause.ts";

const dayMs = 86_400_000;
const shownDays = 90;
const shownIncidentsMs = 14 * dayMs;
/** More than that in two weeks, and the page is no longer read. */
const mostNotices = 50;
/** A disk that failed is asked again after so long. */
const againMs = 5 * 60_000;

export interface StatusWorld {
  readonly board: Board;
  readonly past: StatusPast;
  readonly settings: () => StatusPageSettings;
  readonly url: () => string;
  readonly now: () => number;
}

/** What the status page says, from the board and from what was kept of the past. Nothing of it waits for a disk but the first look of a day. */
export function createStatusSource(world: StatusWorld): StatusSource {
  const { board, past, settings, now } = world;
  let known: Past | undefined;
  let incidents: Map<number, Incident> | undefined;
  let failedAt = -Infinity;

  board.subscribe((event) => {
    if (event.kind === "reloaded") known = undefined;
    if (event.kind === "incident") incidents?.set(event.incident.id, event.incident);
  });

  function pastOf(components: readonly Component[], at: number): Past {
    const today = dayOf(at, board.timezone).from;
    if (known?.today === today) return known;
    const from = dayOf(today - (shownDays - 1) * dayMs + dayMs / 2, board.timezone).from;
    const days = daysOf({ from, to: today }, board.timezone);
    if (at < failedAt + againMs) return known ?? { today, days, sums: new Map() };
    try {
      const probes = [...new Set(components.flatMap((one) => one.probes.map(({ id }) => id)))];
      const accounts = past.days(probes, { from, to: today }, board.timezone);
      known = { today, days, sums: new Map(components.map((one) => [one.name, sumsOf(one, accounts, days)])) };
      return known;
    } catch {
      // A disk that fails is told where people mend it; here the strip stays empty.
      failedAt = at;
      return known ?? { today, days, sums: new Map() };
    }
  }

  function incidentsAt(at: number): readonly Incident[] {
    const since = at - shownIncidentsMs;
    if (incidents === undefined && at >= failedAt + againMs) {
      try {
        incidents = new Map(past.incidents(since).map((one) => [one.id, one]));
      } catch {
        failedAt = at;
      }
    }
    for (const [id, { resolvedAt }] of incidents ?? []) if (resolvedAt !== undefined && resolvedAt < since) incidents?.delete(id);
    return incidents === undefined ? board.incidents() : [...incidents.values()];
  }

  return {
    get isPublic() {
      return settings().public;
    },
    get url() {
      return world.url();
    },
    view() {
      const at = now();
      const page = settings();
      const components = componentsOf(board, page);
      const notices = incidentsAt(at).flatMap((one) => noticeOf(board, one));
      const stale = board.troubles().some(({ code }) => code === "store-failed");
      const before = pastOf(components, at);
      return {
        at,
        timezone: board.timezone,
        demonstration: board.demonstration,
        title: page.title,
        components: components.map((one) => viewComponent(board, one, { at, before, notices, stale })),
        notices: notices
          .map(({ notice }) => notice)
          .toSorted(openFirst)
          .slice(0, mostNotices),
      } satisfies StatusView;
    },
  };
}

/** The days before today, and what each component comes to on each of them. */
interface Past {
  readonly today: number;
  readonly days: readonly Span[];
  readonly sums: ReadonlyMap<Component["name"], readonly (Account | undefined)[]>;
}

interface Component {
  readonly name: StatusComponent["name"];
  readonly probes: readonly Probe[];
}

/** Those that nothing is watched of are left out. */
function componentsOf(board: Board, page: StatusPageSettings): readonly Component[] {
  const services = board.probes().filter((probe) => probe.measures === "service" && probe.ours !== false);
  const parts = statusParts.map((part): Component => ({
    name: part,
    probes: services.filter((probe) => questionOf(probe, board.check(probe.check)) === part),
  }));
  const groups = page.components.map(({ name, assets }): Component => ({
    name,
    probes: services.filter(({ asset }) => asset.split("~").some((one) => assets.includes(one))),
  }));
  return [...parts, ...groups].filter(({ probes }) => probes.length > 0);
}

/** What stands in the records of a domain is a matter of its administrator until mail stands still for it. */
const isAdvice = (asset: string): boolean => kindOfAsset(asset) === "domain";

const asNoticed = (asset: string, status: Status): Status => (status === "warning" && isAdvice(asset) ? "ok" : status);

interface Now {
  readonly at: number;
  readonly before: Past;
  readonly notices: readonly Held[];
  readonly stale: boolean;
}

function viewComponent(board: Board, component: Component, { at, before, notices, stale }: Now): StatusComponent {
  const past = before.sums.get(component.name);
  const today = { from: before.today, to: at };
  const days: StatusDay[] = before.days.map((day, i) => ({ ...day, account: past?.[i] }));
  days.push({ ...today, account: todayOf(board, component, today) });
  const all = days.reduce((total, { account }) => (account === undefined ? total : add(total, account)), nothing);
  const current = stateOf(board, component);
  const open = notices.filter(({ notice, probes }) => {
    if (notice.to !== undefined) return false;
    if (typeof component.name === "string") return notice.affects.includes(component.name);
    return component.probes.some(({ id }) => probes.has(id));
  });
  const known = { ...current, name: component.name, days, availability: availabilityOf(all) };
  if (stale) return { ...known, state: "unsure", isPartial: false, since: undefined };
  // An incident that is open stands below: what it affects is not called well above it.
  if (open.length > 0 && (current.state === "works" || current.state === "unsure"))
    return { ...known, state: "partly", isPartial: false, since: Math.min(...open.map(({ notice }) => notice.from)) };
  return known;
}

type Current = Pick<StatusComponent, "state" | "isPartial" | "since">;

/** As bad as its assets together: down where all of them are. */
function stateOf(board: Board, { probes }: Component): Current {
  const assets = [...Map.groupBy(probes, ({ asset }) => asset)].map(([asset, those]) => {
    const seen = those.flatMap(({ id }) => {
      const state = board.last(id) === undefined ? undefined : board.state(id);
      return state === undefined ? [] : [{ status: asNoticed(asset, state.status), since: state.since }];
    });
    const status: Status = seen.length === 0 ? "unknown" : worstStatus(seen.map((one) => one.status));
    const sinces = seen.filter((one) => one.status === status).map(({ since }) => since);
    return { status, since: sinces.length === 0 ? undefined : Math.min(...sinces) };
  });
  const those = (...some: readonly Status[]) => assets.filter(({ status }) => some.includes(status));
  const latest = (some: typeof assets) => extreme(some, Math.max);
  const down = those("critical");
  const bad = those("critical", "warning");
  const unknown = those("unknown");
  const is = (state: ComponentState, since: number | undefined, isPartial = false): Current => ({ state, since, isPartial });
  if (down.length === assets.length) return is("down", latest(down));
  if (bad.length > 0) return is("partly", extreme(bad, Math.min));
  if (unknown.length === assets.length) return is("unsure", latest(unknown));
  return is("works", latest(those("ok")), unknown.length > 0);
}

function extreme(
  some: readonly { readonly since: number | undefined }[],
  pick: (...numbers: number[]) => number,
): number | undefined {
  const sinces = some.flatMap(({ since }) => since ?? []);
  return sinces.length === 0 ? undefined : pick(...sinces);
}

const hasData = ({ up, degraded, down, maintenance }: Account): boolean => up + degraded + down + maintenance > 0;

/** What a warning about records was counted as is up. */
const counted = (asset: string, account: Account): Account =>
  isAdvice(asset) ? { ...account, up: account.up + account.degraded, degraded: 0 } : account;

/** Day by day what the probes of a component come to. What was before a probe was first seen is nobody's unknown time. */
function sumsOf(
  { probes }: Component,
  accounts: ReadonlyMap<string, readonly (Account & Span)[]>,
  days: readonly Span[],
): readonly (Account | undefined)[] {
  const place = new Map(days.map(({ from }, i) => [from, i]));
  const sums = days.map((): Account | undefined => undefined);
  for (const { id, asset } of probes) {
    let isFirst = true;
    for (const day of accounts.get(id) ?? []) {
      const i = place.get(day.from);
      if (isFirst && !hasData(day)) continue;
      const { up, degraded, down, maintenance } = day;
      const account = counted(asset, { up, degraded, down, maintenance, unknown: isFirst ? 0 : day.unknown });
      isFirst = false;
      if (i !== undefined) sums[i] = add(sums[i] ?? nothing, account);
    }
  }
  return sums;
}

function todayOf(board: Board, { probes }: Component, today: Span): Account | undefined {
  const accounts = probes.flatMap(({ id, asset }) => {
    const state = board.state(id);
    if (state?.lastAt === undefined) return [];
    const { from, changes } = pastOfDay(state, board.transitions(id), today);
    return [counted(asset, sum(cut(changes, { from, to: today.to })))];
  });
  return accounts.length === 0 ? undefined : accounts.reduce(add, nothing);
}

/** What is known of a probe since a day began; `from` is later where nobody had looked before. */
function pastOfDay(
  { status, since, coverUntil }: ProbeState,
  transitions: readonly Transition[],
  today: Span,
): { readonly from: number; readonly changes: readonly Change[] } {
  const [first] = transitions;
  const changes: Change[] = first === undefined ? [{ at: since, to: status }] : transitions.map(({ at, to }) => ({ at, to }));
  const isNew = first === undefined || first.from === "unknown";
  // An older one would have been handed in: it stood like that when the day began.
  if (!isNew && first.at > today.from) changes.unshift({ at: today.from, to: first.from });
  if (coverUntil !== undefined && coverUntil < today.to && coverUntil > (changes.at(-1)?.at ?? 0))
    changes.push({ at: coverUntil, to: "unknown" });
  const began = isNew ? (first?.at ?? since) : today.from;
  return { from: Math.max(today.from, Math.min(began, today.to)), changes };
}

/** A notice, and the probes that it is about, which stay here. */
interface Held {
  readonly notice: StatusNotice;
  readonly probes: ReadonlySet<string>;
}

/** None for what nobody notices: a weak record, a date to come, our own side, a partner's mail. */
function noticeOf(board: Board, incident: Incident): readonly Held[] {
  const { key, mergedInto, turnCount, severity, priority, diagnosis } = incident;
  if (mergedInto !== undefined || turnCount === 0 || key === "monitor" || partsOfId(key).asset === "monitor") return [];
  const affects = new Set<StatusPart>();
  for (const held of incident.probes) {
    const { asset, check: id } = partsOfId(held.probe);
    const probe = board.probes().find((one) => one.id === held.probe);
    const check = board.check(id);
    if (probe?.ours === false) continue;
    const part = statusParts.find((one) => one === questionOf(probe ?? {}, check));
    const measures = probe?.measures ?? check?.measures;
    const isNoticed = held.findings.some(
      (one) => asNoticed(asset, one.severity === "critical" ? "critical" : "warning") !== "ok",
    );
    if (measures === "service" && part !== undefined && isNoticed) affects.add(part);
    if (!held.findings.some(({ code, severity: is }) => is === "critical" && check?.findings[code]?.outage === true)) continue;
    affects.add("receive");
    // A domain that nobody finds sends nothing that is taken, either.
    if (part === undefined) affects.add("send");
  }
  if (affects.size === 0) return [];
  const notice: StatusNotice = {
    id: incident.id,
    affects: statusParts.filter((part) => affects.has(part)),
    isGrave: severity === "critical" || priority === "P1" || priority === "P2",
    cause: diagnosis === undefined || diagnosis.confidence === "low" ? undefined : generalCauseOf[diagnosis.cause],
    from: incident.openedAt,
    to: incident.resolvedAt,
    isTaken: incident.acknowledgedBy !== undefined,
  };
  return [{ notice, probes: new Set(incident.probes.map(({ probe }) => probe)) }];
}

const openFirst = (a: StatusNotice, b: StatusNotice): number =>
  Number(b.to === undefined) - Number(a.to === undefined) || b.from - a.from || b.id - a.id;
