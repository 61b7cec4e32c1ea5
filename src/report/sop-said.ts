import { causeWording } from "../i18n/causes.ts";
import { humanDuration } from "../i18n/durations.ts";
import { sopWords } from "../i18n/sop-list.ts";
import type { Sop, SopTrigger, Who } from "../model/sop.ts";
import { inLanguage, type Language, say, type Text } from "../model/text.ts";

/**
 * What begins it, as a person says it: `P1 or Mailbox full: proposed, begins after 5 min`.
 * @param titleOf what a check is called, where people read it who know no codes
 */
export function triggerSaid(
  trigger: SopTrigger | undefined,
  language: Language,
  titleOf?: (check: string) => Text | undefined,
): string {
  if (!trigger) return inLanguage(sopWords.byHand, language);
  const { findings, causes, priorities, forMs } = trigger;
  const names = (words: readonly string[]): string => eitherOf([...new Set(words)], language);
  const quote = (name: string): string => say(sopWords.quoted, language, { name });
  const codes = findings.map((code) => {
    const title = titleOf?.(code.split("/")[0] ?? "");
    return quote(title ? inLanguage(title, language) : code);
  });
  const causeNames = causes.map((cause) => quote(inLanguage(causeWording[cause].name, language)));
  const what = [
    ...(priorities.length === 0 ? [] : [say(sopWords.incident, language, { names: names(priorities) })]),
    ...(causes.length === 0 ? [] : [say(sopWords.cause, language, { names: names(causeNames) })]),
    ...(codes.length === 0 ? [] : [say(sopWords.finding, language, { names: names(codes) })]),
  ].join(inLanguage(sopWords.and, language));
  return forMs === 0
    ? say(sopWords.atOnce, language, { what })
    : say(sopWords.after, language, { what, duration: humanDuration(forMs, language) });
}

/** `a, b or c`; in Chinese a space stands only beside what is not. */
function eitherOf(words: readonly string[], language: Language): string {
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  if (before.length === 0) return last;
  if (language === "en") return `${before.join(", ")} or ${last}`;
  return `${before.join("、")}${last.startsWith("「") ? "或" : " 或 "}${last}`;
}

/** Whose hands it needs, each role once, in the order of the steps. */
export function rolesOf(sops: readonly Pick<Sop, "steps">[]): readonly Who[] {
  const found = new Map<string, Who>();
  for (const { steps } of sops) {
    for (const step of steps) if (step.kind === "manual" && !found.has(step.who.role)) found.set(step.who.role, step.who);
  }
  return [...found.values()];
}

/**
 * `IT: Li, Wang`, or that nobody is named. A person who is named alone is only that person.
 * @param withPhones on paper
 */
export function whoSaid({ role, title, people }: Who, language: Language, { withPhones = false } = {}): string {
  const names = people
    .map(({ name, phone }) => (withPhones && phone !== undefined ? `${name} ${phone}` : name))
    .join(language === "en" ? ", " : "、");
  const [only, ...more] = people;
  if (only?.id === role && more.length === 0) return names;
  const as = inLanguage(title, language);
  const whom = names === "" ? inLanguage(sopWords.onDuty, language) : names;
  return language === "en" ? `${as}: ${whom}` : `${as}：${whom}`;
}
