import { html } from "hono/html";
import { humanDuration } from "../i18n/durations.ts";
import { pageWords } from "../i18n/page.ts";
import { sopWords } from "../i18n/sop.ts";
import { sopPageWords as words } from "../i18n/sop-page.ts";
import { localTime } from "../i18n/times.ts";
import { incidentName } from "../model/incident.ts";
import type { SopRun, StepRun } from "../model/sop.ts";
import { say, type Data, type Language, type Text } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import type { Html } from "./paper.ts";
import { longest, type Attempt } from "./sop-forms.ts";

/** Who reads, and when. */
export interface SopVoice {
  readonly language: Language;
  readonly timezone: string;
  readonly now: number;
  /** A path of ours, in the language that was asked for. */
  readonly to: (path: string) => string;
  /** Whoever acted last from this browser. */
  readonly known: string | undefined;
  /** What was just refused. */
  readonly attempt: Attempt | undefined;
}

export const speak = (voice: SopVoice, text: Text, data?: Data): string => say(text, voice.language, data);

/** Of the configuration or of a person, as it may be shown on one line. */
export const shown = (text: string, max = 8_192): string => visible(text, max);

/** The same, with its line breaks. */
export const shownLines = (text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => shown(line))
    .join("\n");

export const shownText = (voice: SopVoice, text: Text, data: Data = {}): string => shownLines(say(text, voice.language, data));

export const clock = (voice: SopVoice, at: number): string => localTime(at, voice);

/** In whole minutes, below one in seconds. */
export function lasted(voice: SopVoice, ms: number): string {
  const unit = ms < 60_000 ? 1000 : 60_000;
  return humanDuration(Math.floor(ms / unit) * unit, voice.language);
}

export const listed = (voice: SopVoice, names: readonly string[]): string => names.join(voice.language === "en" ? ", " : "、");

export const isLate = (step: StepRun, now: number): boolean =>
  step.state === "waiting" && step.dueAt !== undefined && step.dueAt <= now;

export const lateSteps = (run: SopRun, now: number): number => run.steps.filter((step) => isLate(step, now)).length;

export const drillTag = (voice: SopVoice, run: Pick<SopRun, "drill">): Html | "" =>
  run.drill ? html`<span class="drill-tag">${speak(voice, sopWords.drill)}</span>` : "";

/** Between a name and what it is the name of. */
export const colon = ({ language }: SopVoice): string => (language === "en" ? ": " : "：");

export const bracketed = (voice: SopVoice, text: string): string => speak(voice, pageWords.bracketed, { text });

/** What was typed into this form before it was refused. */
export const typed = ({ attempt }: SopVoice, form: string, field: string): string =>
  attempt?.form === form ? shownLines(attempt.fields.get(field) ?? "") : "";

export const refusal = (voice: SopVoice, id?: string): Html | "" =>
  voice.attempt === undefined
    ? ""
    : html`<p class="refused" role="alert" ${id === undefined ? "" : html`id="${id}"`}>
        ${speak(voice, words.notDone, { reason: shownText(voice, voice.attempt.refused) })}
      </p>`;

/** Who acts, in a form that does something: hidden where it is known, else chosen. Whoever is not among them says so at the top. */
export function whoField(voice: SopVoice, form: string, people: readonly string[]): Html {
  if (voice.known !== undefined) return html`<input type="hidden" name="person" value="${voice.known}" />`;
  return people.length === 0 ? nameField(voice, form, words.whoAreYou) : personField(voice, form, people);
}

/** Who somebody is: one of the people, or a name that they write. */
export const identityFields = (voice: SopVoice, form: string, people: readonly string[]): Html =>
  people.length === 0
    ? nameField(voice, form, words.whoAreYou)
    : html`<div class="two">${personField(voice, form, people)} ${nameField(voice, form, words.otherName)}</div>`;

function personField(voice: SopVoice, form: string, people: readonly string[]): Html {
  const chosen = typed(voice, form, "person");
  return html`<p>
    <label for="person-${form}">${speak(voice, words.whoAreYou)}</label>
    <select id="person-${form}" name="person" autocomplete="off">
      <option value="">${speak(voice, words.choose)}</option>
      ${people
        .map((one) => shown(one, 80))
        .map((one) => html`<option value="${one}" ${one === chosen ? html`selected` : ""}>${one}</option>`)}
    </select>
  </p>`;
}

const nameField = (voice: SopVoice, form: string, label: Text): Html =>
  html`<p>
    <label for="name-${form}">${speak(voice, label)}</label>
    <input
      id="name-${form}"
      name="name"
      value="${typed(voice, form, "name")}"
      maxlength="${String(longest.name)}"
      autocomplete="name"
    />
  </p>`;

export const reasonField = (voice: SopVoice, form: string): Html =>
  html`<p>
    <label for="reason-${form}">${speak(voice, words.reason)}</label>
    <textarea id="reason-${form}" name="reason" maxlength="${String(longest.reason)}" rows="2">
${typed(voice, form, "reason")}</textarea>
  </p>`;

/** What the texts of an SOP name in braces, in both languages. */
export interface Filled {
  readonly en: Data;
  readonly zh: Data;
}

/** `title`: of the fault; where there is none, that of the SOP. */
export function filled(
  voice: SopVoice,
  run: { readonly incident: number | undefined; readonly title: Text; readonly company: string; readonly since: number },
): Filled {
  const { incident, title, company } = run;
  const since = clock(voice, run.since);
  const values = (pick: (text: Text) => string): Data => ({
    incident: incident === undefined ? pick(sopWords.noIncident) : incidentName(incident),
    title: pick(title),
    company,
    since,
  });
  return { en: values(({ en }) => en), zh: values(({ zh }) => zh) };
}

export const filledText = (voice: SopVoice, text: Text, values: Filled): string =>
  shownText(voice, text, voice.language === "zh-CN" ? values.zh : values.en);

/** Of when the page is, and how to have it anew: it does not load itself. */
export const freshness = (voice: SopVoice, path: string): Html =>
  html`<p class="facts screen">
    <span>${speak(voice, words.asOf, { time: clock(voice, voice.now) })}</span>
    <a class="tap" href="${voice.to(path)}">${speak(voice, words.reload)}</a>
    ${path === "/sop" ? "" : html`<a class="tap" href="${voice.to("/sop")}">${speak(voice, words.title)}</a>`}
  </p>`;
