import {
  floodStretch,
  hasLearnt,
  type Interval,
  learn,
  noRhythm,
  type Odd,
  quietStretch,
  recall,
} from "../src/mail/arrival-rhythm.ts";
import { compareFolders, type Holding, lossOf, remember } from "../src/mail/mailbox-changes.ts";
import { weekClock } from "../src/mail/week-clock.ts";
import type { FoundFinding } from "../src/model/check.ts";
import { quoted } from "../src/model/text.ts";
import type { FolderCounts } from "../src/net/folder-counts.ts";
import { readFolderName } from "../src/net/mailbox-folders.ts";
import type { Event, EventKind, Memory } from "./mailbox-activity.memory.ts";
import type { activityFindings } from "./mailbox-activity.texts.ts";

export interface ActivityOptions {
  readonly user: string;
  readonly host: string;
  readonly share: number;
  readonly number: number;
  readonly timezone: string;
  readonly holidays: readonly (readonly [first: string, last: string])[];
  readonly silence: boolean;
  readonly ownMails: number;
}

interface Moment {
  readonly now: number;
  readonly everyMs: number;
  readonly note: (line: string) => void;
}

type Found = FoundFinding<keyof typeof activityFindings>;
type Values = Readonly<Partial<Record<"mails" | "discarded" | "folders" | "arrived" | "expected", number>>>;

export interface Judged {
  readonly findings: readonly Found[];
  readonly metrics: Values;
  readonly memory: Memory;
}

const hour = 3_600_000;
const day = 24 * hour;

/** What the counts of now say beside those that are remembered. Pure but for the notes. */
export function judge(counts: FolderCounts, memory: Memory, options: ActivityOptions, moment: Moment): Judged {
  const held = judgeMails(counts, memory, options, moment);
  const came = judgeArrivals(counts, memory, options, moment);
  return {
    findings: [...held.findings, ...came.findings, ...unseen(counts, options)],
    metrics: { ...held.metrics, ...came.metrics },
    memory: { ...memory, ...held.memory, ...came.memory },
  };
}

function unseen({ missing, leftOut }: FolderCounts, { user }: ActivityOptions): readonly Found[] {
  if (missing !== undefined) return [{ code: "mailbox-not-counted", data: { user, reason: missing } }];
  return leftOut > 0 ? [{ code: "folders-left-out", data: { user, count: leftOut } }] : [];
}

interface Part<K extends keyof Memory> extends Omit<Judged, "memory"> {
  readonly memory: Pick<Memory, K>;
}

function judgeMails(
  { folders, missing, leftOut }: FolderCounts,
  memory: Memory,
  options: ActivityOptions,
  { now, note }: Moment,
): Part<"folders" | "held" | "events" | "losing"> {
  const { user, host } = options;
  const isWhole = missing === undefined && leftOut === 0;
  const changes = compareFolders(memory.folders, folders, missing === undefined && leftOut === 0);
  const events: Partial<Record<EventKind, Event>> = {};
  const happened = {
    recreated: changes.recreated.map((name) => ({ name, mails: 0 })),
    rolledBack: changes.rolledBack.map((name) => ({ name, mails: 0 })),
    gone: changes.gone,
  };
  for (const kind of ["gone", "recreated", "rolledBack"] as const) {
    const event = eventOf(happened[kind], memory.events[kind], now);
    if (event) events[kind] = event;
  }
  const { gone, recreated, rolledBack } = events;
  const told: Found[] = [
    ...(gone ? [{ code: "folder-gone", data: { user, mails: gone.mails, folders: listOf(gone) } } as const] : []),
    ...(recreated
      ? [{ code: "folder-recreated", data: { user, count: recreated.count, folders: listOf(recreated) } } as const]
      : []),
    ...(rolledBack ? [{ code: "folder-rolled-back", data: { user, host, folders: listOf(rolledBack) } } as const] : []),
  ];
  // Folders that were not reached this time are as they were.
  const known = isWhole ? folders : new Map([...memory.folders, ...folders]);
  if (!isWhole)
    return { findings: told, metrics: {}, memory: { folders: known, held: memory.held, events, losing: memory.losing } };

  const sum = (discarded: boolean): number =>
    [...folders.values()].reduce((all, it) => (it.discarded === discarded && !it.label ? all + it.mails : all), 0);
  const holding: Holding = [now, sum(false), sum(true)];
  note(`mails: ${holding[1]} kept, ${holding[2]} in trash and junk, in ${folders.size} folders`);
  const { before, missing: lost, gone: vanished } = lossOf(memory.held, holding);
  const least = Math.max(options.number, (before * options.share) / 100);
  const losing =
    lost < least ? [] : memory.losing.length > 0 ? memory.losing : changes.shrunk.slice(0, 3).map(({ name }) => name);
  const about = { user, before, missing: lost, gone: vanished, folders: listOf({ names: losing, count: losing.length }) };
  const loss: readonly Found[] =
    vanished >= least ? [{ code: "mails-deleted", data: about }] : lost >= least ? [{ code: "mails-trashed", data: about }] : [];
  return {
    findings: [...loss, ...told],
    metrics: { mails: holding[1], discarded: holding[2], folders: folders.size },
    memory: { folders: known, held: remember(memory.held, holding), events, losing },
  };
}

/** What has happened now, else what happened within the last day. */
function eventOf(
  happened: readonly { readonly name: string; readonly mails: number }[],
  before: Event | undefined,
  now: number,
): Event | undefined {
  if (happened.length > 0) {
    const mails = happened.reduce((sum, one) => sum + one.mails, 0);
    return { at: now, count: happened.length, mails, names: happened.slice(0, 3).map(({ name }) => name.slice(0, 100)) };
  }
  if (before === undefined || now - before.at >= day) return undefined;
  // A clock that was put back would keep it for longer.
  return { ...before, at: Math.min(before.at, now) };
}

const listOf = ({ names, count }: Pick<Event, "names" | "count">): string =>
  [...names.map((name) => quoted(readFolderName(name))), ...(count > names.length ? ["…"] : [])].join(", ");

/** A week without mail is no longer odd: it has become usual, and is learnt anew. */
const mostQuietMs = 7 * day;

function judgeArrivals(
  { folders }: FolderCounts,
  memory: Memory,
  { user, timezone, holidays, silence, ownMails }: ActivityOptions,
  { now, everyMs, note }: Moment,
): Part<"inbox" | "rhythm" | "recent" | "quietSince"> {
  const inbox = folders.get("INBOX");
  const kept = { inbox: memory.inbox, rhythm: memory.rhythm, recent: memory.recent, quietSince: memory.quietSince };
  if (inbox === undefined || inbox.uidNext === 0) return { findings: [], metrics: {}, memory: kept };
  const here: Memory["inbox"] = [now, inbox.uidValidity, inbox.uidNext];
  const clock = weekClock(timezone);
  const next = intervalTo(here, memory.inbox, everyMs);
  const isHoliday = (at: number): boolean => {
    const { day: date } = clock(at);
    return holidays.some(([first, last]) => date >= first && date <= last);
  };
  // What lies behind a gap, a clock that jumped, an inbox made anew or a holiday cannot be joined to what comes now.
  if (next === undefined || isHoliday(next[0]) || isHoliday(next[1])) {
    return { findings: [], metrics: {}, memory: { ...kept, inbox: here, recent: [], quietSince: undefined } };
  }
  const rhythm = memory.rhythm ?? noRhythm(next[0]);
  const recent = recall(memory.recent, next);
  const seen = { rhythm, recent, clock, everyMs, ownPerHour: ownMails };
  const quiet = silence ? quietStretch(seen) : undefined;
  const flood = quiet ? undefined : floodStretch(seen);
  const quietSince = quiet && Math.min(memory.quietSince ?? now, now);
  const metrics = { arrived: next[2] };
  if (!hasLearnt(rhythm, now)) note("it is still learnt when mail usually comes");
  if (quietSince !== undefined && now - quietSince >= mostQuietMs) {
    note("a week of silence: it is learnt anew what is usual");
    return { findings: [], metrics, memory: { inbox: here, rhythm: noRhythm(now), recent: [], quietSince: undefined } };
  }
  const say = (code: "mail-silent" | "mail-flood", odd: Odd): Found => ({ code, data: { user, ...odd } });
  return {
    findings: [...(quiet ? [say("mail-silent", quiet)] : []), ...(flood ? [say("mail-flood", flood)] : [])],
    metrics,
    // What is not usual must not be learnt as usual.
    memory: { inbox: here, rhythm: quiet || flood ? rhythm : learn(rhythm, next, clock), recent, quietSince },
  };
}

/** Looks come late now and then; what is farther apart has a gap between, or a clock that jumped. */
const mostApartMs = 2 * hour;

function intervalTo(here: NonNullable<Memory["inbox"]>, before: Memory["inbox"], everyMs: number): Interval | undefined {
  if (before === undefined || before[1] !== here[1] || here[2] < before[2]) return undefined;
  const apart = here[0] - before[0];
  return apart > 0 && apart <= Math.max(mostApartMs, 2.5 * everyMs) ? [before[0], here[0], here[2] - before[2]] : undefined;
}
