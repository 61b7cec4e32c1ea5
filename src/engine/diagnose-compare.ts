import type { ClueCode } from "../i18n/clues.ts";
import type { Cause, Clue, Confidence } from "../model/cause.ts";
import type { Data } from "../model/text.ts";
import { type Layer, layers, providersOf, registered, type Symptom, symptomOf } from "./diagnose-symptoms.ts";
import type { Change, Sight, Situation } from "./situation.ts";

const minute = 60_000;
/** What was well so long ago says nothing of now. */
const freshMs = 15 * minute;
/** Looks of one round are not made at the same moment. */
const roundMs = minute;

/** What was seen, ready to be compared. */
export interface Scene {
  readonly now: number;
  readonly symptoms: readonly Symptom[];
  readonly sights: ReadonlyMap<string, Sight>;
  /** By check. */
  readonly of: (check: string) => readonly Sight[];
  /** Of an asset, or that log in to an account. */
  readonly about: (name: string) => readonly Sight[];
  /** Those that could not be judged. */
  readonly unjudged: readonly Sight[];
  readonly changes: readonly Change[];
  readonly providers: ReadonlyMap<string, string>;
  /** Hosts that answered, and who saw it. */
  readonly answers: readonly Answer[];
  /** The latest of each host. */
  readonly lastAnswers: readonly Answer[];
}

/** Some symptoms with what they are explained by. */
export interface Claim {
  readonly cause: Cause;
  readonly confidence: Confidence;
  readonly about: Data;
  /** Never empty. */
  readonly symptoms: readonly Symptom[];
  /** What speaks for it besides what the symptoms say; the strongest first. */
  readonly clues: readonly Clue[];
  readonly alternatives: readonly Cause[];
}

/** One way to explain symptoms that nothing nearer has explained yet. */
export type Rule = (scene: Scene, open: readonly Symptom[]) => readonly Claim[];

/** A host that a probe reached, however far it came there. */
export interface Answer {
  readonly host: string;
  readonly place: string;
  readonly account: string | undefined;
  /** How far it came: `mail` for a probe that is well. */
  readonly layer: Layer;
  /** It answered that it cannot do its work: the machine is there, and no proof that it is well. */
  readonly isIll: boolean;
  readonly sight: Sight;
}

const connects: ReadonlySet<string> = new Set([
  "imap-login",
  "pop3-login",
  "smtp-submission",
  "imap-quota",
  "managesieve",
  "mail-roundtrip",
  "mailbox-activity",
  "port-reachability",
  "tls-certificate",
]);

/** Reads a situation once for all rules: what is wrong, who was reached, what belongs together. */
export function sceneOf({ sights, now, changes = [] }: Situation): Scene {
  const sorted = sights.toSorted((a, b) => (a.probe.id < b.probe.id ? -1 : a.probe.id > b.probe.id ? 1 : 0));
  const providers = providersOf(sorted);
  const symptoms = sorted.flatMap((sight) => symptomOf(sight, providers) ?? []);
  const bySight = new Map(symptoms.map((symptom) => [symptom.sight, symptom]));
  const checks = Map.groupBy(sorted, ({ probe }) => probe.check);
  const named = groupBy(
    sorted.flatMap((sight) =>
      distinct([sight.probe.asset, ...(sight.probe.load.logins ?? []).map(({ account }) => account.toLowerCase())]).map(
        (name) => ({
          name,
          sight,
        }),
      ),
    ),
    ({ name }) => name,
  );
  const answers = sorted.flatMap((sight) => answerOf(sight, bySight.get(sight), providers, now) ?? []);
  const last = new Map<string, Answer>();
  for (const answer of answers) if ((last.get(answer.host)?.sight.at ?? 0) < answer.sight.at) last.set(answer.host, answer);
  return {
    now,
    symptoms,
    sights: new Map(sorted.map((sight) => [sight.probe.id, sight])),
    of: (check) => checks.get(check) ?? [],
    about: (name) => named.get(name)?.map(({ sight }) => sight) ?? [],
    unjudged: sorted.filter(({ status }) => status === "unknown"),
    changes: changes.toSorted((a, b) => b.at - a.at || (a.probe < b.probe ? -1 : 1)),
    providers,
    answers,
    lastAnswers: [...last.values()],
  };
}

/** A well probe reached its host, and so did one that failed only once it was there. */
function answerOf(
  sight: Sight,
  symptom: Symptom | undefined,
  providers: ReadonlyMap<string, string>,
  now: number,
): Answer | undefined {
  const { probe, status } = sight;
  if (!connects.has(probe.check) || now - sight.at > freshMs) return undefined;
  const isWell = status === "ok" || (status === "warning" && (symptom?.fits.length ?? 0) === 0);
  const host = isWell ? probe.load.host?.toLowerCase() : symptom?.host;
  const layer = isWell ? "mail" : symptom?.layer;
  if (host === undefined || layer === undefined || layers.indexOf(layer) <= layers.indexOf("connect")) return undefined;
  const [only, ...more] = probe.load.logins ?? [];
  const isLogin = probe.check !== "port-reachability" && probe.check !== "tls-certificate";
  const account = isLogin && more.length === 0 ? only?.account.toLowerCase() : undefined;
  const [likeliest] = isWell ? [] : (symptom?.fits ?? []);
  const isIll = likeliest === "server-down" || likeliest === "provider-outage";
  return { host, place: providers.get(host) ?? registered(host), account, layer, isIll, sight };
}

/** Seen well since the other began to fail: what was well before proves nothing. */
export const sawAfter = (sight: Sight, failing: readonly Symptom[]): boolean =>
  failing.some(({ since }) => sight.at >= since - roundMs);

/** Young enough to say something of now. */
export const isFresh = (sight: Sight, now: number): boolean => now - sight.at <= freshMs;

/** What a self-test says: undefined where there is none, or it is too old to count. */
export function selfTest(scene: Scene, id: string): "passed" | "failed" | undefined {
  const sight = scene.sights.get(`monitor/${id}`);
  if (sight === undefined || !isFresh(sight, scene.now)) return undefined;
  return sight.status === "ok" ? "passed" : sight.status === "critical" ? "failed" : undefined;
}

/** A clue that a finding is. */
export const found = (symptom: Symptom): Clue => ({ kind: "found", probe: symptom.sight.probe.id, finding: symptom.finding });
/** A clue that only a comparison shows. */
export const compared = (code: ClueCode, data: Data = {}): Clue => ({ kind: "compared", code, data });

/** In the order of the items; those without a key are in no group. */
export const groupBy = <T>(items: readonly T[], key: (item: T) => string | undefined): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return groups;
};

/** Each once, in order, without those that are not known. */
export const distinct = (items: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(items.filter((item) => item !== undefined)),
];

/** `a, b, c +4` */
export const listed = (items: readonly string[]): string =>
  items.length <= 3 ? items.join(", ") : `${items.slice(0, 3).join(", ")} +${items.length - 3}`;

/** What is known of the values, without those that are not. */
export const aboutOf = (values: Readonly<Record<string, string | undefined>>): Data =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
