import { expiryWords } from "../i18n/expiries.ts";
import { inLanguage, type Language, say } from "../model/text.ts";
import { type Expiry, findExpiries } from "../report/expiries.ts";
import { openForReading } from "../store/database.ts";
import { readLastObservations } from "../store/observations.ts";
import { calendarFile } from "./calendar-file.ts";
import { chosenFile, configured, exitUsage, type Env } from "./configuration.ts";
import { table } from "./table.ts";

const dayMs = 86_400_000;

/**
 * Lists all ends that the configuration names or the daemon has seen: a table, one JSON array, or a calendar on standard output.
 * Only DNS is asked, for mail servers that are not pinned yet, and nothing is stored. Resolves with the exit code.
 */
export async function showExpiries(
  options: { readonly config?: string; readonly json?: boolean; readonly ics?: boolean },
  env: Env,
): Promise<number> {
  const found = await configured(chosenFile(options.config, env), env, { pins: "keep" });
  if (!found) return exitUsage;
  const { plan, checks, language } = found;
  const db = openForReading(plan.settings.data);
  const seen = db ? readLastObservations(db) : [];
  db?.close();
  const now = Date.now();
  const expiries = findExpiries(plan.probes, checks, seen);
  const known = expiries.filter(({ at }) => at !== undefined);
  if (options.json === true)
    console.log(
      JSON.stringify(
        expiries.map((one) => asJson(one, now, language)),
        undefined,
        2,
      ),
    );
  else if (options.ics === true) process.stdout.write(asCalendar(known, now, language));
  else if (expiries.length > 0) console.log(asTable(expiries, now, language));
  const missing = expiries.length - known.length;
  if (missing > 0) console.error(say(expiryWords.neverSeen, language, { count: missing }));
  if (expiries.length === 0) console.error(inLanguage(expiryWords.none, language));
  return 0;
}

/** The last day, in UTC: what is over at midnight ends on the day before. */
const lastDay = (at: number): string => new Date(at - 1).toISOString().slice(0, 10);

function asTable(expiries: readonly Expiry[], now: number, language: Language): string {
  const heads = (["ends", "left", "what", "kind", "owner"] as const).map((key) => inLanguage(expiryWords[key], language));
  const left = (at: number): string =>
    at <= now
      ? inLanguage(expiryWords.over, language)
      : say(expiryWords.days, language, { days: Math.floor((at - now) / dayMs) });
  return table([
    heads,
    ...expiries.map(({ what, at, owner, check }) => [
      at === undefined ? inLanguage(expiryWords.unknown, language) : lastDay(at),
      at === undefined ? "" : left(at),
      what,
      inLanguage(check.title, language),
      owner ?? "",
    ]),
  ]);
}

const asJson = ({ probe, check, what, at, owner, seenAt }: Expiry, now: number, language: Language) => ({
  probe: probe.id,
  check: check.id,
  kind: inLanguage(check.title, language),
  what,
  ends: at === undefined ? null : lastDay(at),
  endsAt: at ?? null,
  daysLeft: at === undefined ? null : Math.floor((at - now) / dayMs),
  owner: owner ?? null,
  seenAt: seenAt ?? null,
  from: probe.from,
});

function asCalendar(expiries: readonly Expiry[], now: number, language: Language): string {
  const days = expiries.flatMap(({ probe, check, what, at, owner, seenAt }) => {
    if (at === undefined) return [];
    const about = { probe: probe.id, from: probe.from, kind: inLanguage(check.title, language) };
    const source =
      seenAt === undefined
        ? say(expiryWords.written, language, about)
        : say(expiryWords.seen, language, { ...about, date: new Date(seenAt).toISOString().slice(0, 10) });
    const who = owner === undefined ? "" : `${say(expiryWords.renews, language, { owner })}\n`;
    const title = say(expiryWords.event, language, { what });
    return [{ id: `${what}/${probe.id}@mailvigil`, date: lastDay(at), title, text: who + source }];
  });
  return calendarFile(inLanguage(expiryWords.calendarName, language), days, now);
}
