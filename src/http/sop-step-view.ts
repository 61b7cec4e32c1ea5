import { html } from "hono/html";
import { reasonText } from "../i18n/sop-reasons.ts";
import { sopPageWords as words } from "../i18n/sop-page.ts";
import type { ManualStep, Person, SopStep, StepRun } from "../model/sop.ts";
import { inLanguage, type Text } from "../model/text.ts";
import type { Html } from "./paper.ts";
import { inputName, longest } from "./sop-forms.ts";
import {
  bracketed,
  clock,
  colon,
  isLate,
  lasted,
  reasonField,
  refusal,
  shown,
  shownText,
  speak,
  typed,
  whoField,
  type SopVoice,
} from "./sop-parts.ts";

/** A step as it is configured, with how it stands. */
export interface Standing {
  readonly step: SopStep;
  readonly own: StepRun;
}

/** The page a step stands on. */
export interface StepPage {
  readonly voice: SopVoice;
  /** All that the SOP names. */
  readonly people: readonly string[];
  /** Of the SOP, with what the run fills in. */
  readonly text: (text: Text) => string;
  /** Where a form is sent. */
  readonly action: (form: string) => string;
}

/** What somebody has to do now, with all they need for it and one button. */
export function stepCard({ step, own }: Standing, page: StepPage): Html {
  const { voice } = page;
  const form = `step-${step.id}`;
  const { attempt } = voice;
  const isTried = attempt?.form === form;
  const isFailed = own.state === "failed";
  const act = speak(voice, isFailed ? words.retry : words.done);
  /** Several steps have the same words on their buttons. */
  const named = (word: string): string => `${word}${colon(voice)}${page.text(step.text)}`;
  const skips = isTried && attempt.fields.get("do") === "skip";
  return html`<article class="card ${isFailed ? "failed" : isLate(own, voice.now) ? "late" : ""}" id="${form}">
    ${isFailed ? failure(own, voice) : deadline(own, voice)}
    <h3>${page.text(step.text)}</h3>
    ${detail(step, page)} ${step.kind === "manual" ? responsible(step, voice) : ""} ${isTried ? refusal(voice) : ""}
    <form method="post" action="${page.action(form)}">
      <input type="hidden" name="step" value="${step.id}" />
      ${step.kind === "manual" ? inputs(step, form, voice) : ""} ${whoField(voice, form, peopleFor(step, page))}
      <p>
        <button class="primary big" name="do" value="${isFailed ? "retry" : "done"}" aria-label="${named(act)}">${act}</button>
      </p>
      <details ${skips ? html`open` : ""}>
        <summary>${speak(voice, words.skip)}</summary>
        ${reasonField(voice, form)}
        <button name="do" value="skip" aria-label="${named(speak(voice, words.skipNow))}">${speak(voice, words.skipNow)}</button>
      </details>
    </form>
  </article>`;
}

function failure({ reason }: StepRun, voice: SopVoice): Html {
  const why = reason === undefined ? "" : `${colon(voice)}${shownText(voice, reasonText(reason))}`;
  return html`<p class="facts"><span class="mark critical">${speak(voice, words.stepFailed)}${why}</span></p>`;
}

function deadline(own: StepRun, voice: SopVoice): Html | "" {
  const { dueAt, escalations: count } = own;
  if (dueAt === undefined) return "";
  const data = { time: clock(voice, dueAt), duration: lasted(voice, Math.abs(dueAt - voice.now)) };
  const told =
    count === 0 ? "" : html`<span>${speak(voice, count === 1 ? words.escalatedOnce : words.escalated, { count })}</span>`;
  if (!isLate(own, voice.now)) return html`<p class="facts"><span>${speak(voice, words.due, data)}</span> ${told}</p>`;
  return html`<p class="facts"><span class="mark critical">${speak(voice, words.overdue, data)}</span> ${told}</p>`;
}

function detail({ detail: text }: SopStep, page: StepPage): Html | "" {
  if (text === undefined) return "";
  const lines = inLanguage(text, page.voice.language)
    .split("\n")
    .filter((line) => line.trim() !== "");
  return html`${lines.map((line) => html`<p>${page.text({ en: line, zh: line })}</p>`)}`;
}

function responsible({ who }: ManualStep, voice: SopVoice): Html {
  const title = shownText(voice, who.title);
  const [only] = who.people;
  // A person asked for by name is their own role.
  const named = who.people.length === 1 && only !== undefined && shown(only.name) === title;
  const people = who.people.length === 0 ? speak(voice, words.onDuty) : "";
  return html`<p class="quiet small">
      ${speak(voice, words.who)}${named ? "" : html`${colon(voice)}${title}`}${people === "" ? "" : bracketed(voice, people)}
    </p>
    <ul class="people">
      ${who.people.map((person) => html`<li><strong>${shown(person.name, 80)}</strong> ${phoneOf(person)}</li>`)}
    </ul>`;
}

/** Those of the step first: on a phone the first of a list is the nearest. */
function peopleFor(step: SopStep, { people }: StepPage): readonly string[] {
  const own = step.kind === "manual" ? step.who.people.map(({ name }) => name) : [];
  return [...new Set([...own, ...people])];
}

function inputs(step: ManualStep, form: string, voice: SopVoice): Html {
  return html`${step.input.map(({ key, title, required }) => {
    const id = `${form}-${key}`;
    const name = inputName(key);
    return html`<p>
      <label for="${id}">
        ${shownText(voice, title)}${required ? "" : html`<span class="quiet">${bracketed(voice, speak(voice, words.optional))}</span>`}
      </label>
      <input
        id="${id}"
        name="${name}"
        value="${typed(voice, form, name)}"
        maxlength="${String(longest.input)}"
        autocomplete="off"
      />
    </p>`;
  })}`;
}

/** To be tapped. What is no number can be read, not dialled. */
function phoneOf({ phone }: Person): Html | "" {
  if (phone === undefined) return "";
  const digits = phone.replaceAll(/[^\d+*#,;]/g, "");
  const text = shown(phone, 60);
  return digits === "" ? html`<span>${text}</span>` : html`<a class="tap" href="tel:${digits}">${text}</a>`;
}
