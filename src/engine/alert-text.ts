import { alertWords, demonstrationMark, inOrderAgain, marks, ownWords, questionWords, worksAgain } from "../i18n/alert-words.ts";
import { humanDuration } from "../i18n/durations.ts";
import { engineFinding } from "../i18n/engine-findings.ts";
import { withProviderAdvice } from "../i18n/provider-advice.ts";
import { sayFinding } from "../i18n/reasons.ts";
import { localTime, zoneName } from "../i18n/times.ts";
import type { Lookup } from "../i18n/diagnosis.ts";
import type { Alert, AlertProbe } from "../model/alert.ts";
import type { AnyCheck, FindingDeclaration } from "../model/check.ts";
import { cutText } from "../model/cut.ts";
import type { Incident, Turn } from "../model/incident.ts";
import { incidentName } from "../model/incident.ts";
import type { Finding } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";
import { nameOfAsset, partsOfId, questionOf } from "../model/probe.ts";
import type { Status } from "../model/status.ts";
import { statusFacts, statusOfSeverity } from "../model/status.ts";
import type { Data, Language, Text } from "../model/text.ts";
import { say, withoutStop } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import { channelOfId, daemonId, isOwnPart } from "./own-trouble.ts";
import { causeLines, causeWords, firstLine } from "./alert-cause.ts";
import { cutTitle, withoutBracket } from "./title.ts";

/** A probe that an incident holds, as it is now. */
export interface AlertSubject {
  readonly probe: Probe;
  /** Undefined when the check is no longer there. */
  readonly check: AnyCheck | undefined;
  readonly status: Status;
  readonly findings: readonly Finding[];
}

export interface AlertInput {
  /** From `createMessageId`; routing gives each channel's copy its own. */
  readonly id: string;
  readonly incident: Incident;
  readonly turn: Turn;
  /** The probes of the incident that are still watched, in any order; none says that nobody looks any more. */
  readonly subjects: readonly AlertSubject[];
  /** Ids of further probes that fail for the same cause and are not told one by one. */
  readonly victims: readonly string[];
  /** Where the words of the diagnosis come from; left out: those of the subjects' own checks. */
  readonly lookup?: Lookup;
  /** Names of the channels that are configured and not broken. */
  readonly working: readonly string[];
  readonly language: Language;
  /** IANA name. */
  readonly timezone: string;
  /** Where the pages are reached (`https://mail-watch.example.com`); empty when nobody can follow a link. */
  readonly url: string;
  readonly company: string;
  readonly demonstration: boolean;
  /** Milliseconds UTC. */
  readonly now: number;
  /** Lines about SOPs that answer the incident; they stand before the last. */
  readonly procedures?: readonly string[];
}

const maxSaid = 140;
/** Beyond that the technical part of a title goes into the line below it. */
const longSaid = 80;
/** A shorter time says nothing: the first message leaves within it. */
const shortMs = 60_000;
const maxLine = 500;
const maxListed = 5;
const maxProbes = 20;
const maxFindings = 3;
const maxValue = 300;

/** Renders one turn of an incident: the first line alone is enough, then one line for each question. Pure. */
export function renderAlert(input: AlertInput): Alert {
  const { incident, turn, language } = input;
  const subjects = inOrder(input);
  const { title, lines } = wordsOf(input, subjects);
  const procedures = input.procedures ?? [];
  const demonstration = input.demonstration ? [say(alertWords.demonstration, language)] : [];
  return {
    id: input.id,
    about: incidentName(incident.id),
    incident: incident.id,
    turn,
    priority: incident.priority,
    at: input.now,
    language,
    title: oneLine(input.demonstration ? say(demonstrationMark, language) + title : title),
    lines: [...demonstration, ...lines.slice(0, -1), ...procedures, ...lines.slice(-1)]
      .filter((line) => line !== "")
      .map((line) => cutText(oneLine(line), maxLine)),
    url: incidentUrl(input.url, incident.id),
    demonstration: input.demonstration,
    probes: subjects
      .slice(0, maxProbes)
      .map((subject) => alertProbe(turn === "resolved" ? recoveredOf(subject) : subject, language)),
  };
}

/** The place on the pages where an incident is seen and acknowledged: a fragment, so that any path in front of it holds. */
const incidentUrl = (url: string, id: number): string => (url === "" ? "" : `${url.replace(/\/+$/, "")}/#${incidentName(id)}`);

/** What is wrong, as it heads a message: without the mark. */
export const headlineOf = (input: AlertInput): string => wordsOf(input, inOrder(input)).what;

interface Words {
  readonly what: string;
  readonly title: string;
  readonly lines: readonly string[];
}

function wordsOf(input: AlertInput, subjects: readonly AlertSubject[]): Words {
  const { incident, turn, language, now } = input;
  const found = reasons(input, subjects);
  const assets = new Set(subjects.map(({ probe }) => probe.asset));
  const lookup = input.lookup ?? {
    finding: (check, code) => subjects.find(({ probe }) => probe.check === check)?.check?.findings[code],
  };
  const known =
    incident.diagnosis &&
    causeWords(incident.diagnosis, {
      language,
      lookup,
      main: found.code,
      isWide: assets.size > 1,
      isGrave: incident.severity === "critical",
      subjects: new Set(subjects.map(({ probe }) => probe.id)),
    });
  const what =
    known !== undefined && known.title !== ""
      ? cutTitle(known.title, maxSaid)
      : nameAsset(found.said, subjects[0], incident, language);
  const mark = (text: Text): string =>
    say(alertWords.bracket, language, { mark: say(text, language), priority: incident.priority });
  const service = subjects.some(({ probe }) => probe.measures === "service");
  const down = incident.severity === "critical" && service;
  const link = (text: Text): string =>
    input.url === "" ? "" : say(text, language, { url: incidentUrl(input.url, incident.id) });
  const place = [say(alertWords.incident, language, { name: incidentName(incident.id) }), input.company]
    .filter((part) => part !== "")
    .join(" · ");
  const lastedMs = (incident.resolvedAt ?? now) - incident.openedAt;
  const isShort = lastedMs < shortMs;
  const duration = humanDuration(lastedMs, language);
  const clock = { timezone: input.timezone, language, now };
  const zone = zoneName(now, input.timezone);
  const at = localTime(incident.openedAt, clock);
  const since = `${say(isShort ? alertWords.sinceJustNow : alertWords.since, language, { at, zone, duration })} · ${place}`;

  if (turn === "resolved") {
    const to = localTime(incident.resolvedAt ?? now, clock);
    const long = down ? alertWords.downFor : alertWords.lasted;
    const short = down ? alertWords.downShortly : alertWords.lastedShortly;
    const span = say(isShort ? short : long, language, { duration, from: at, to, zone });
    const [first] = subjects;
    return {
      what,
      title:
        first === undefined
          ? mark(marks.closed) + unwatched(incident.key, language)
          : mark(marks.recovered) + recovered(first, language) + furtherOnes(subjects.length - 1, language),
      lines: [say(alertWords.was, language, { what }), `${span} · ${place}`, link(alertWords.details)],
    };
  }
  if (turn === "acknowledged") {
    const who = visible(incident.acknowledgedBy ?? say(alertWords.someone, language), 60);
    const until = incident.acknowledgedUntil;
    const quiet = until === undefined ? "" : say(alertWords.quietUntil, language, { at: localTime(until, clock), zone });
    return {
      what,
      title: mark(marks.acknowledged) + say(alertWords.inHand, language, { who, what }),
      lines: [quiet, since, link(alertWords.details)],
    };
  }
  const wide = assets.size > 1 ? say(alertWords.affectsTitle, language, { count: assets.size }) : "";
  // What heads the message, or is its evidence, is not something else.
  const also = found.also.filter((one) => one !== found.said && known?.evidence.every((clue) => !clue.includes(one)) !== false);
  const more = furtherOnes(also.length, language);
  const unsure = incident.unconfirmed ? say(alertWords.unconfirmedTitle, language) : "";
  const lasting = turn === "reminder" && !isShort ? say(alertWords.lasting, language, { duration }) : "";
  return {
    what,
    title: mark(markOf(turn, incident, down)) + what + more + wide + lasting + unsure,
    lines: [
      ...causeLines(found, known, language),
      also.length === 0 ? "" : say(alertWords.also, language, { what: limited(also, language, alertWords.semicolon) }),
      say(alertWords.affects, language, { what: affected(input, subjects) }),
      firstLine(known?.advice || found.advice, known?.who ?? "", language),
      incident.unconfirmed ? say(alertWords.unconfirmed, language) : "",
      since,
      link(alertWords.acknowledge),
    ],
  };
}

const furtherOnes = (count: number, language: Language): string =>
  count > 0 ? say(alertWords.moreTitle, language, { count }) : "";

function markOf(turn: Turn, incident: Incident, down: boolean): Text {
  if (turn === "worsened") return marks.worse;
  if (turn === "reminder") return down ? marks.stillDown : marks.stillOpen;
  if (incident.severity === "warning") return marks.warning;
  return down ? marks.down : marks.fault;
}

function unwatched(key: string, language: Language): string {
  const channel = channelOfId(key);
  if (channel !== undefined) return say(ownWords.channelGone, language, { name: channel });
  return say(alertWords.unwatched, language, { asset: assetName(partsOfId(key).asset, language) });
}

function recovered({ probe, check }: AlertSubject, language: Language): string {
  const channel = channelOfId(probe.id);
  if (channel !== undefined) return say(ownWords.channelWorks, language, { name: channel });
  if (probe.id === daemonId) return say(ownWords.daemonRuns, language);
  const asset = assetName(probe.asset, language);
  const answers = questionOf(probe, check);
  const again = probe.measures === "service" && answers !== undefined ? worksAgain[answers] : undefined;
  if (again !== undefined) return say(again, language, { asset });
  return say(inOrderAgain, language, { asset, check: check === undefined ? probe.check : say(check.title, language) });
}

/** A probe leaves its incident when it is well: what was found then is not so any more. */
const recoveredOf = (subject: AlertSubject): AlertSubject => ({
  ...subject,
  status: "ok",
  findings: subject.findings.filter(({ severity }) => severity === "info"),
});

/** The probe the incident rests on first, then the worse ones. */
function inOrder({ incident, subjects }: AlertInput): readonly AlertSubject[] {
  const weight = (subject: AlertSubject): number => {
    const findings = badOf(incident, subject);
    const causes = findings.some(({ code }) => code === incident.cause) ? 100 : 0;
    return causes + (subject.probe.id === incident.key ? 10 : 0) + statusFacts[worstOf(findings)].rank;
  };
  return subjects.toSorted((a, b) => weight(b) - weight(a) || (a.probe.id < b.probe.id ? -1 : 1));
}

const worstOf = (findings: readonly Finding[]): Status =>
  findings[0] === undefined ? "ok" : statusOfSeverity(findings[0].severity);

/** What was found bad, the worst first: now, or else (it has recovered, or is unknown meanwhile) when it joined the incident. */
function badOf(incident: Incident, { probe, findings }: AlertSubject): readonly Finding[] {
  const bad = (some: readonly Finding[]): readonly Finding[] =>
    some.filter(({ severity }) => severity === "critical" || severity === "warning").toSorted(worseFirst);
  const now = bad(findings);
  return now.length > 0 ? now : bad(incident.probes.find((one) => one.probe === probe.id)?.findings ?? []);
}

const worseFirst = (a: Finding, b: Finding): number =>
  statusFacts[statusOfSeverity(b.severity)].rank - statusFacts[statusOfSeverity(a.severity)].rank;

interface Reasons {
  /** The code of the finding that the title is made of. */
  readonly code: string | undefined;
  /** For the title, without its full stop. */
  readonly said: string;
  /** Empty when the title says all. */
  readonly cause: string;
  /** That is only what stood in the bracket of the title. */
  readonly isDetail: boolean;
  /** The line that names the check, where no cause is said; empty for what no check looks at. */
  readonly seenBy: string;
  readonly advice: string;
  /** What the other probes of the incident say, where that is something else; each kind once. */
  readonly also: readonly string[];
}

/** What the first subject says: its first sentence is for the company, the rest is the technical cause. */
function reasons({ incident, language }: AlertInput, subjects: readonly AlertSubject[]): Reasons {
  const first = subjects[0];
  if (first === undefined)
    return { code: undefined, said: incident.cause, cause: incident.cause, isDetail: false, seenBy: "", advice: "", also: [] };
  const findings = badOf(incident, first);
  const main = findings.find(({ code }) => code === incident.cause) ?? findings[0];
  const check = first.check === undefined ? first.probe.check : say(first.check.title, language);
  const seenBy = isOwnPart(first.probe.id) ? "" : say(alertWords.seenBy, language, { check, target: first.probe.target });
  const also = otherKinds(incident, subjects, language);
  if (main === undefined) return { code: undefined, said: incident.cause, cause: "", isDetail: false, seenBy, advice: "", also };
  const { text, advice } = spoken(first.check, main, language, first.probe);
  const [sentence, rest] = firstSentence(text);
  const [said, technical] = sentence.length > longSaid ? withoutBracket(sentence) : [sentence, ""];
  const others = findings.filter((one) => one !== main).map((one) => firstSentence(spoken(first.check, one, language).text)[0]);
  const parts = [rest, technical, ...others.slice(0, 2)].filter((part) => part !== "");
  const joined = parts.map(withoutStop).join(say(alertWords.semicolon, language));
  const missing = others.length - 2;
  const cause = missing > 0 ? say(alertWords.andMore, language, { list: joined, count: missing }) : joined;
  return {
    code: main.code,
    said: cutTitle(said, maxSaid),
    cause,
    isDetail: rest === "" && technical !== "",
    seenBy: rest === "" && technical === "" ? seenBy : "",
    advice,
    also,
  };
}

/** One sentence for each kind of fault besides the first subject's: forty mailboxes that say the same say it once. */
function otherKinds(incident: Incident, subjects: readonly AlertSubject[], language: Language): readonly string[] {
  const kinds = new Map<string, string>();
  for (const subject of subjects) {
    const worst = badOf(incident, subject)[0];
    const kind = `${subject.probe.check} ${worst?.code}`;
    if (worst && !kinds.has(kind)) kinds.set(kind, firstSentence(spoken(subject.check, worst, language).text)[0]);
  }
  return [...kinds.values()].slice(1);
}

function spoken(
  check: AnyCheck | undefined,
  finding: Finding,
  language: Language,
  probe?: AlertSubject["probe"],
): { text: string; advice: string } {
  const { code, data } = finding;
  const declared: FindingDeclaration | undefined = check?.findings[code] ?? engineFinding(code);
  if (declared === undefined) return { text: code, advice: "" };
  return {
    text: oneLine(sayFinding(declared.text, language, data)),
    advice: oneLine(withProviderAdvice(sayFinding(declared.advice, language, data), finding, probe, language)),
  };
}

/** A full stop ends a sentence before a space and a capital (so that `p=none.` or `e.g. mx` does not), 。 always. */
function firstSentence(text: string): readonly [first: string, rest: string] {
  const end = /。|[.?](?=\s+\p{Lu})/u.exec(text);
  if (end === null) return [withoutStop(text), ""];
  const after = end.index + 1;
  return [withoutStop(text.slice(0, after)), text.slice(after).trim()];
}

function nameAsset(said: string, subject: AlertSubject | undefined, incident: Incident, language: Language): string {
  const asset = subject?.probe.asset ?? partsOfId(incident.key).asset;
  const named = (some: string): boolean => said.toLowerCase().includes(some.toLowerCase());
  // A route is named by its two ends; what is said of a part of the product names the part.
  if (isOwnPart(incident.key) || asset.split("~").every(named) || named(assetName(asset, language))) return said;
  return say(alertWords.about, language, { asset: assetName(asset, language), what: said });
}

/** `monitor`, a route and what has no address are not called by their ids. */
const assetName = (asset: string, language: Language): string =>
  asset === "monitor" ? say(alertWords.monitor, language) : nameOfAsset(asset);

function affected({ victims, working, language }: AlertInput, subjects: readonly AlertSubject[]): string {
  const first = subjects[0];
  const channel = first && channelOfId(first.probe.id);
  if (channel !== undefined) {
    const others = working.filter((name) => name !== channel);
    const { oneRemains, someRemain, noneRemains } = ownWords;
    const remain = others.length === 0 ? noneRemains : others.length === 1 ? oneRemains : someRemain;
    return say(ownWords.affectsChannel, language, {
      name: channel,
      rest: say(remain, language, { list: limited(others, language) }),
    });
  }
  if (first?.probe.id === daemonId) return say(ownWords.affectsDaemon, language);
  if (first?.probe.asset === "monitor") return say(alertWords.affectsMonitor, language);
  const assets = new Set([...subjects.map(({ probe }) => probe.asset), ...victims.map((id) => partsOfId(id).asset)]);
  const list = limited(
    [...assets].map((asset) => assetName(asset, language)),
    language,
  );
  const questions = new Set(subjects.flatMap(({ probe, check }) => questionOf(probe, check) ?? []));
  const words = [...questions].map((question) => say(questionWords[question], language)).join(say(alertWords.comma, language));
  const named = words === "" ? list : say(alertWords.affectsOf, language, { assets: list, what: words });
  return victims.length === 0 ? named : named + say(alertWords.victims, language, { count: victims.length });
}

/** Long lists end in `and 12 more`. */
function limited(items: readonly string[], language: Language, between: Text = alertWords.comma): string {
  const list = items.slice(0, maxListed).join(say(between, language));
  const missing = items.length - maxListed;
  return missing > 0 ? say(alertWords.andMore, language, { list, count: missing }) : list;
}

function alertProbe({ probe, check, status, findings }: AlertSubject, language: Language): AlertProbe {
  return {
    probe: probe.id,
    asset: probe.asset,
    check: probe.check,
    target: cutText(probe.target, maxValue),
    status,
    findings: findings
      .toSorted(worseFirst)
      .slice(0, maxFindings)
      .map((finding) => {
        const { text, advice } = spoken(check, finding, language, probe);
        return {
          code: finding.code,
          severity: finding.severity,
          data: shortened(finding.data),
          text: cutText(text, maxLine),
          advice: cutText(advice, maxLine),
        };
      }),
  };
}

const shortened = (data: Data): Data =>
  Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, typeof value === "string" ? cutText(value, maxValue) : value]),
  );

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();
