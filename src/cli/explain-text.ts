import { getDomain } from "tldts";
import { bounceAnswers } from "../i18n/bounce-answers.ts";
import { actingWords, type BounceCause, causeWords } from "../i18n/bounce-causes.ts";
import { humanDuration } from "../i18n/durations.ts";
import { explainWords } from "../i18n/explain.ts";
import { spaced } from "../i18n/reasons.ts";
import { localTime, zoneName } from "../i18n/times.ts";
import type { BounceKind } from "../mail/dsn.ts";
import type { WayHop } from "../mail/hop-delays.ts";
import type { ReplyCause } from "../mail/reply-cause.ts";
import { cutText } from "../model/cut.ts";
import { say as fill, type Data, type Language } from "../model/text.ts";
import { proofSentences, isUnproven } from "./explain-proof.ts";
import type { Facts } from "./explain-facts.ts";

/** What kind of case it is. */
type Verdict =
  | "returned"
  | "delayed"
  | "handed-on"
  | "delivered"
  | "auto-reply"
  | "receipt"
  | "complaint"
  | "junk"
  | "slow"
  | "unproven"
  | "fine"
  | "bare";

/** An explanation as a person reads it. */
export interface Explained {
  readonly verdict: Verdict;
  readonly causes: readonly BounceCause[];
  readonly paragraph: string;
  readonly toDo: readonly string[];
  /** To a customer who should have got the mail, and to one who sent it. */
  readonly answers: { readonly toRecipient: string; readonly toSender: string } | undefined;
}

export interface Reader {
  readonly language: Language;
  /** IANA name. */
  readonly timezone: string;
  /** Milliseconds UTC. */
  readonly now: number;
}

/** Mail usually takes seconds; servers that put off new senders let them wait five minutes and more. */
const slowMs = 5 * 60_000;
/** What lay longer was not sent at once. */
const outboxMs = 10 * 60_000;
const maxCauses = 3;
const maxQuoted = 300;

export function explain(facts: Facts, reader: Reader): Explained {
  const say = speaker(reader.language);
  const verdict = verdictOf(facts);
  const causes = causesOf(facts, verdict);
  const data = dataOf(facts, reader);
  const sentences =
    facts.bounce !== undefined
      ? [...bounceSentences(facts, verdict, reader), ...proofSentences(facts, reader.language)]
      : [
          ...arrivalSentences(facts, verdict, reader),
          ...wayOf(facts, verdict, reader),
          ...proofSentences(facts, reader.language),
        ];
  const undecided = facts.bounce !== undefined && causes.length > 1;
  // What is not known is not told to a customer.
  const answered = undecided ? "unknown" : causes.at(-1);
  const slow = verdict === "slow" ? facts.way.slowest : undefined;
  return {
    verdict,
    causes,
    paragraph: joined(sentences, reader.language),
    toDo: [
      ...causes.map((cause, index) => {
        const { acts, act } = causeWords[cause];
        // What came back is not being tried again.
        const who = acts === "nobody" && verdict === "returned" ? "sender" : acts;
        const told = { who: fill(actingWords[who], reader.language), act: fill(act, reader.language, data) };
        return undecided ? say("toDoCase", { ...told, case: say("case", { number: index + 1 }) }) : say("toDo", told);
      }),
      ...(slow ? [say("slowAct", { ...betweenOf(facts, slow), id: facts.messageId ?? "–" })] : []),
    ],
    answers:
      answered !== undefined
        ? {
            toRecipient: fill(bounceAnswers[answered].toRecipient, reader.language, data),
            toSender: fill(bounceAnswers[answered].toSender, reader.language, data),
          }
        : slow && facts.way.totalMs !== undefined
          ? sameAnswer(say("slowAnswer", { ...betweenOf(facts, slow), total: humanDuration(facts.way.totalMs, reader.language) }))
          : undefined,
  };
}

const sameAnswer = (answer: string): Explained["answers"] => ({ toRecipient: answer, toSender: answer });

export const speaker =
  (language: Language) =>
  (word: keyof typeof explainWords, data: Data = {}): string =>
    fill({ en: explainWords[word].en, zh: spaced(explainWords[word].zh, data) }, language, data);

/** Chinese sentences stand next to each other without a space. */
const joined = (sentences: readonly string[], language: Language): string =>
  sentences.filter((sentence) => sentence !== "").join(language === "zh-CN" ? "" : " ");

const verdicts: Readonly<Record<BounceKind, Verdict>> = {
  failed: "returned",
  delayed: "delayed",
  relayed: "handed-on",
  expanded: "handed-on",
  delivered: "delivered",
  "auto-reply": "auto-reply",
  receipt: "receipt",
  complaint: "complaint",
};

function verdictOf({ bounce, marks, way, stated, today }: Facts): Verdict {
  if (bounce) return verdicts[bounce.kind];
  if (marks.some(({ verdict }) => verdict === "spam")) return "junk";
  if ((way.totalMs ?? 0) >= slowMs) return "slow";
  if (isUnproven(stated)) return "unproven";
  return way.hops.length === 0 && stated === undefined && today?.kind !== "verified" ? "bare" : "fine";
}

/** What is to be done about it; several where the words do not decide. */
function causesOf({ bounce, causes, stated }: Facts, verdict: Verdict): readonly BounceCause[] {
  if (verdict === "returned" || verdict === "delayed")
    return worstCause({ bounce, causes })?.causes.slice(0, maxCauses) ?? ["unknown"];
  if (verdict === "unproven") return ["authentication"];
  if (verdict === "junk") return isUnproven(stated) ? ["authentication", "content"] : ["content"];
  return [];
}

/** Of the first recipient whom it befell. */
function worstCause({ bounce, causes }: Pick<Facts, "bounce" | "causes">): ReplyCause | undefined {
  return causes[worstIndex(bounce)];
}

const worstIndex = (bounce: Facts["bounce"]): number =>
  Math.max(0, bounce?.recipients.findIndex(({ action }) => action === bounce.kind) ?? 0);

/** What the texts of a cause name in braces. */
function dataOf(facts: Facts, { language }: Reader): Data {
  const one = facts.bounce?.recipients[worstIndex(facts.bounce)];
  const say = speaker(language);
  return {
    to: one?.address ?? say("someone"),
    list: worstCause(facts)?.blocklist?.name ?? say("unnamedList"),
    said: quoteOf(one?.diagnostic),
  };
}

function bounceSentences(facts: Facts, verdict: Verdict, reader: Reader): string[] {
  const { bounce, subject } = facts;
  if (bounce === undefined) return [];
  const say = speaker(reader.language);
  if (verdict === "auto-reply" || verdict === "receipt" || verdict === "complaint") return [say(verdict)];
  const data = dataOf(facts, reader);
  const befallen = bounce.recipients.filter(({ action }) => action === bounce.kind);
  const more = befallen.length - 1;
  const to = more > 0 ? say("andMore", { first: data["to"] ?? "", count: more }) : (data["to"] ?? "");
  const mail = subject === "" ? say("theMailUntitled", { to }) : say("theMail", { subject, to });
  const one = bounce.recipients[worstIndex(bounce)];
  const until = one?.retriedUntil === undefined ? undefined : timeOf(one.retriedUntil, reader);
  const head = {
    returned: say("returned", { mail }),
    delayed: until === undefined ? say("delayed", { mail }) : say("delayedUntil", { mail, until }),
    "handed-on": say("handedOn", { mail }),
    delivered: say("delivered", { mail }),
  };
  if (verdict === "handed-on" || verdict === "delivered") return [head[verdict]];
  const said = quoteOf(one?.diagnostic);
  const quoted =
    said === "" ? "" : one?.remoteMta === undefined ? say("saidBy", { said }) : say("said", { host: one.remoteMta, said });
  return [head[verdict === "delayed" ? "delayed" : "returned"], ...meaningOf(facts, data, quoted, reader.language)];
}

/** What the server said, short; the whole of it is in the evidence. */
const quoteOf = (diagnostic = ""): string =>
  cutText(diagnostic.replace(/^host \S+ said: /i, ""), maxQuoted).replace(/[.。]$/, "");

/** One cause is told before what the server said; several are what its words leave open. */
function meaningOf(facts: Facts, data: Data, quoted: string, language: Language): string[] {
  const causes = worstCause(facts)?.causes.slice(0, maxCauses) ?? ["unknown" as const];
  const means = causes.map((cause) => fill(causeWords[cause].means, language, data));
  if (means.length === 1) return [means[0] ?? "", quoted];
  const say = speaker(language);
  const listed = means.map((one, index) => `${say("case", { number: index + 1 })}${language === "zh-CN" ? "" : " "}${one}`);
  return [quoted, say("undecided", { causes: joined(listed, language) })];
}

function arrivalSentences({ subject, from, marks, way }: Facts, verdict: Verdict, { language }: Reader): string[] {
  const say = speaker(language);
  const mail = say("thisMail", { subject: subject === "" ? "–" : subject, from: from === "" ? say("someoneElse") : from });
  const shown = (verdictOfMark: "spam" | "suspect" | "ok"): string =>
    marks
      .filter((mark) => mark.verdict === verdictOfMark)
      .map(({ filter, says }) => say("mark", { filter, says }))
      .join(language === "zh-CN" ? "、" : ", ");
  const doubts = marks.find((mark) => mark.verdict === "suspect");
  const clean = marks.find((mark) => mark.verdict === "ok");
  const beside = verdict === "junk" ? [] : [doubts ? say("suspect", { ...doubts }) : clean ? say("clean", { ...clean }) : ""];
  if (verdict === "junk") return [say("junk", { mail, marks: shown("spam") })];
  if (verdict === "slow") return [say("slow", { mail, total: humanDuration(way.totalMs ?? 0, language) }), ...beside];
  return [say(verdict === "unproven" ? "unproven" : verdict === "bare" ? "bare" : "fine", { mail }), ...beside];
}

function wayOf(facts: Facts, verdict: Verdict, { language }: Reader): string[] {
  const say = speaker(language);
  const { way, writtenAt } = facts;
  const sentences: string[] = [];
  const total = humanDuration(way.totalMs ?? 0, language);
  if (way.slowest && way.slowest.waitedMs !== undefined && (way.totalMs ?? 0) >= slowMs) {
    const between = betweenOf(facts, way.slowest);
    const wait = humanDuration(way.slowest.waitedMs, language);
    const together = organizationOf(between.from) === organizationOf(between.by);
    sentences.push(say(together ? "waySlowWithin" : "waySlow", { ...between, total, wait }));
  } else if (way.totalMs !== undefined && verdict !== "bare") sentences.push(say("wayQuick", { count: way.hops.length, total }));
  const first = way.hops.find(({ at, skewed }) => at !== undefined && !skewed)?.at;
  if (first !== undefined && writtenAt !== undefined && first - writtenAt >= outboxMs)
    sentences.push(say("wroteEarlier", { before: humanDuration(first - writtenAt, language) }));
  const wrong = way.hops.filter(({ skewed }) => skewed).map(nameOf);
  if (wrong.length > 0)
    sentences.push(say("skew", { hosts: [...new Set(wrong)].slice(0, 3).join(language === "zh-CN" ? "、" : ", ") }));
  return sentences;
}

const nameOf = ({ by, address }: WayHop): string => by ?? address ?? "?";
const organizationOf = (host: string): string => getDomain(host, { validateHostname: false }) ?? host;

/** The two servers between which it waited: who had it, and who took it at last. */
function betweenOf({ way }: Facts, slow: WayHop): { readonly from: string; readonly by: string } {
  const index = way.hops.indexOf(slow);
  const before = way.hops.slice(0, index).findLast(({ skewed, at }) => !skewed && at !== undefined);
  return { from: slow.helo ?? slow.name ?? (before === undefined ? "?" : nameOf(before)), by: nameOf(slow) };
}

const dayMs = 86_400_000;

export const timeOf = (at: number, { timezone, language, now }: Reader): string => {
  // The day is always told, also that of today: a file may be of any age.
  const otherDay = Math.abs(now - at) < 1.5 * dayMs ? at + 2 * dayMs : now;
  const time = localTime(at, { timezone, language, now: otherDay });
  return `${time} ${zoneName(at, timezone)}`;
};
