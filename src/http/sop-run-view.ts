import { html } from "hono/html";
import { reasonText } from "../i18n/sop-reasons.ts";
import { runStateWords, stepStateWords } from "../i18n/sop-commands.ts";
import { sopPageWords as words } from "../i18n/sop-page.ts";
import { cutText } from "../model/cut.ts";
import { incidentName } from "../model/incident.ts";
import { hasEnded, runName, type SopEntry, type SopRun, type SopStep, type StepRun } from "../model/sop.ts";
import type { Text } from "../model/text.ts";
import type { Html } from "./paper.ts";
import { inputName, longest, peopleOf } from "./sop-forms.ts";
import { historyOf } from "./sop-history-view.ts";
import {
  bracketed,
  clock,
  colon,
  filled,
  filledText,
  freshness,
  identityFields,
  lasted,
  listed,
  reasonField,
  refusal,
  shown,
  shownLines,
  shownText,
  speak,
  typed,
  whoField,
  type Filled,
  type SopVoice,
} from "./sop-parts.ts";
import { stepCard, type Standing, type StepPage } from "./sop-step-view.ts";

/** Of a step that is only named, in UTF-16 units. */
const longestName = 40;

export interface RunPage {
  readonly run: SopRun;
  readonly entries: readonly SopEntry[];
  readonly company: string;
  /** What it answers, while the board still knows it. */
  readonly fault: { readonly title: Text; readonly openedAt: number } | undefined;
}

/** One run, for somebody with a phone in one hand at three in the morning: first what is to be done now. */
export function runBody(page: RunPage, voice: SopVoice): Html {
  const { run } = page;
  const standings = run.sop.steps.flatMap((step): readonly Standing[] => {
    const own = run.steps.find(({ id }) => id === step.id);
    return own === undefined ? [] : [{ step, own }];
  });
  const view = new RunView(page, voice, standings);
  return html`<div class="sop">
    ${run.drill ? html`<p class="drill" role="note">${speak(voice, words.drillBanner)}</p>` : ""} ${view.head()}
    ${view.strayRefusal()} ${hasEnded(run) ? "" : view.who()} ${run.state === "proposed" ? view.proposed() : ""}
    ${hasEnded(run) || run.state === "proposed" ? "" : view.now()} ${view.next()} ${view.finished()}
    ${hasEnded(run) ? "" : view.note()} ${hasEnded(run) || run.state === "proposed" ? "" : view.end()}
    ${historyOf(page, voice, (id) => view.stepText(id))}
  </div>`;
}

class RunView {
  readonly #page: RunPage;
  readonly #voice: SopVoice;
  readonly #standings: readonly Standing[];
  readonly #people: readonly string[];
  readonly #values: Filled;

  constructor(page: RunPage, voice: SopVoice, standings: readonly Standing[]) {
    this.#page = page;
    this.#voice = voice;
    this.#standings = standings;
    this.#people = peopleOf(page.run.sop);
    const { run, fault, company } = page;
    const since = fault?.openedAt ?? run.startedAt ?? run.proposedAt;
    this.#values = filled(voice, { incident: run.incident, title: fault?.title ?? run.sop.title, company, since });
  }

  stepText(id: string): string {
    const found = this.#standings.find(({ step }) => step.id === id);
    return found === undefined ? shown(id, 40) : this.#text(found.step.text);
  }

  #text(text: Text): string {
    return filledText(this.#voice, text, this.#values);
  }

  #action(form: string): string {
    return this.#voice.to(`/sop/${runName(this.#page.run.id)}`) + `#${form}`;
  }

  head(): Html {
    const voice = this.#voice;
    const { run, fault } = this.#page;
    const { sop, resolvedAt, endedAt } = run;
    const begun = run.startedAt ?? run.proposedAt;
    const state = speak(voice, runStateWords[run.state]);
    const length = lasted(voice, (endedAt ?? voice.now) - begun);
    const time = clock(voice, endedAt ?? (run.state === "stable" ? (run.stableAt ?? begun) : begun));
    const told =
      endedAt === undefined
        ? speak(voice, words.since, { state, time, duration: lasted(voice, voice.now - (run.stableAt ?? begun)) })
        : speak(voice, words.ended, { state, time, duration: length });
    return html`<p class="facts">
        <strong>${sop.priority} · ${runName(run.id)}</strong>
        <span>${told}</span>
      </p>
      <h1>${this.#text(sop.title)}</h1>
      <p>${this.#text(sop.summary)}</p>
      ${run.reason === undefined ? "" : html`<p><strong>${speak(voice, words.reason)}</strong>${colon(voice)}${shownText(voice, reasonText(run.reason))}</p>`}
      ${
        run.incident === undefined
          ? ""
          : html`<p>
              <a class="tap" href="/#${incidentName(run.incident)}"
                >${speak(voice, words.answers)}
                ${incidentName(run.incident)}${fault === undefined ? "" : html`${colon(voice)}${shownText(voice, fault.title)}`}</a
              >${resolvedAt === undefined ? "" : html`<br />${speak(voice, words.faultOver, { time: clock(voice, resolvedAt) })}`}
            </p>`
      }
      ${hasEnded(run) ? "" : freshness(voice, `/sop/${runName(run.id)}`)}`;
  }

  /** Of a form that is not on the page any more: what was typed into it is kept in the note, and of a run that has ended printed. */
  strayRefusal(): Html | "" {
    const { attempt } = this.#voice;
    if (attempt === undefined || this.#forms().includes(attempt.form)) return "";
    const text = hasEnded(this.#page.run) ? shownLines(everythingTyped(attempt.fields)) : "";
    return html`${refusal(this.#voice, attempt.form)}
    ${text === "" ? "" : html`<p>${speak(this.#voice, words.youWrote, { text })}</p>`}`;
  }

  #forms(): readonly string[] {
    const { run } = this.#page;
    if (hasEnded(run)) return [];
    if (run.state === "proposed") return ["who", "begin", "dismiss", "note"];
    const steps = this.#standings.filter(isNow).map(({ step }) => `step-${step.id}`);
    return ["who", "close", "abort", "note", ...steps];
  }

  who(): Html {
    const voice = this.#voice;
    const refused = voice.attempt?.form === "who" ? refusal(voice) : "";
    const form = html`${refused} ${identityFields(voice, "who", this.#people)}
      <button name="do" value="who">${speak(voice, words.remember)}</button>`;
    const action = this.#action("who");
    if (voice.known === undefined) return html`<form method="post" action="${action}" class="card" id="who">${form}</form>`;
    return html`<details class="screen" id="who" ${refused === "" ? "" : html`open`}>
      <summary>${speak(voice, words.you, { name: shown(voice.known, longest.name) })} · ${speak(voice, words.notYou)}</summary>
      <form method="post" action="${action}" class="card">${form}</form>
    </details>`;
  }

  proposed(): Html {
    const voice = this.#voice;
    const { run } = this.#page;
    const trigger = run.sop.trigger;
    const hint =
      trigger === undefined
        ? speak(voice, words.proposedWaits)
        : speak(voice, words.proposedHint, { time: clock(voice, run.proposedAt + trigger.forMs) });
    const isTried = (form: string): boolean => voice.attempt?.form === form;
    return html`<section class="card" id="begin">
      <p>${hint}</p>
      <form method="post" action="${this.#action("begin")}">
        ${isTried("begin") ? refusal(voice) : ""} ${whoField(voice, "begin", this.#people)}
        <p><button class="primary big" name="do" value="begin">${speak(voice, words.begin)}</button></p>
      </form>
      <details id="dismiss" ${isTried("dismiss") ? html`open` : ""}>
        <summary>${speak(voice, words.dismiss)}</summary>
        <form method="post" action="${this.#action("dismiss")}">
          ${isTried("dismiss") ? refusal(voice) : ""} ${reasonField(voice, "dismiss")} ${whoField(voice, "dismiss", this.#people)}
          <button name="do" value="dismiss">${speak(voice, words.dismissNow)}</button>
        </form>
      </details>
    </section>`;
  }

  now(): Html {
    const voice = this.#voice;
    const urgency = ({ own }: Standing): number => (own.state === "failed" ? 0 : (own.dueAt ?? Number.MAX_SAFE_INTEGER));
    const here = this.#standings.filter(isNow).toSorted((a, b) => urgency(a) - urgency(b));
    const running = this.#standings.filter(({ own }) => own.state === "running");
    const isDone = this.#standings.every(({ own }) => own.endedAt !== undefined);
    return html`<section>
      <h2 id="now">${speak(voice, words.now)}${here.length > 1 ? bracketed(voice, String(here.length)) : ""}</h2>
      ${here.length === 0 ? html`<p>${speak(voice, isDone ? words.allDone : words.nothingNow)}</p>` : ""}
      ${here.map((standing) => stepCard(standing, this.#stepPage()))} ${running.map((standing) => this.#running(standing))}
    </section>`;
  }

  #running({ step, own }: Standing): Html {
    const voice = this.#voice;
    const waits =
      step.kind === "wait" && own.dueAt !== undefined
        ? speak(voice, words.waitUntil, { time: clock(voice, own.dueAt), duration: lasted(voice, own.dueAt - voice.now) })
        : speak(voice, words.beingSent);
    return html`<article class="card" id="step-${step.id}">
      <p class="facts"><span>${speak(voice, words.running)}${colon(voice)}${waits}</span></p>
      <h3 class="plain">${this.#text(step.text)}</h3>
    </article>`;
  }

  next(): Html | "" {
    const voice = this.#voice;
    if (hasEnded(this.#page.run)) return "";
    const later = this.#standings.filter(({ own }) => own.state === "blocked");
    if (later.length === 0) return "";
    return html`<section>
      <h2>${speak(voice, words.next)}</h2>
      <ol class="steps">
        ${later.map(
          ({ step }) => html`<li>${this.#text(step.text)} <span class="quiet small">${this.#whatFirst(step)}</span></li>`,
        )}
      </ol>
    </section>`;
  }

  #stepPage(): StepPage {
    return {
      voice: this.#voice,
      people: this.#people,
      text: (text) => this.#text(text),
      action: (form) => this.#action(form),
    };
  }

  #whatFirst(step: SopStep): string {
    const voice = this.#voice;
    const open = step.needs.filter((id) => this.#standings.some((one) => one.step.id === id && one.own.endedAt === undefined));
    const waits = step.after === "resolved" && this.#page.run.resolvedAt === undefined;
    return [
      ...(open.length === 0
        ? []
        : [
            speak(voice, words.afterSteps, {
              list: listed(
                voice,
                open.map((id) => cutText(this.stepText(id), longestName)),
              ),
            }),
          ]),
      ...(waits ? [speak(voice, words.afterResolved)] : []),
    ].join(" · ");
  }

  finished(): Html | "" {
    const voice = this.#voice;
    const isOver = hasEnded(this.#page.run);
    const past = this.#standings
      .filter((standing) => standing.own.endedAt !== undefined && (isOver || !isNow(standing)))
      .toSorted((a, b) => (a.own.endedAt ?? 0) - (b.own.endedAt ?? 0));
    if (past.length === 0) return "";
    return html`<section>
      <h2 id="finished">${speak(voice, words.finished)}</h2>
      <ol class="steps">
        ${past.map(({ step, own }) => this.#past(step, own))}
      </ol>
    </section>`;
  }

  #past(step: SopStep, own: StepRun): Html {
    const voice = this.#voice;
    const who = own.by === undefined || own.by === "system" ? speak(voice, words.bySystem) : shown(own.by, 80);
    const marks = [
      ...(own.maybeRepeat ? [speak(voice, words.maybeRepeat)] : []),
      ...(own.simulated ? [speak(voice, words.simulated)] : []),
    ];
    const noted = Object.entries(own.input).map(([key, value]) => {
      const field = step.kind === "manual" ? step.input.find((one) => one.key === key) : undefined;
      return html`<p class="small">
        ${field === undefined ? shown(key, 40) : shownText(voice, field.title)}${colon(voice)}${shown(value)}
      </p>`;
    });
    const reason = own.reason === undefined ? "" : shownText(voice, reasonText(own.reason));
    return html`<li>
      ${this.#text(step.text)}
      <div class="facts">
        <span>${speak(voice, stepStateWords[own.state])} · ${who} · ${clock(voice, own.endedAt ?? 0)}</span>
        ${own.late ? html`<span class="mark critical">${speak(voice, words.wasLate)}</span>` : ""}
        ${marks.map((mark) => html`<span>${mark}</span>`)}
      </div>
      ${noted}
      ${reason === "" ? "" : html`<p class="small">${speak(voice, own.state === "failed" ? words.failure : words.reason)}${colon(voice)}${reason}</p>`}
    </li>`;
  }

  note(): Html {
    const voice = this.#voice;
    const { attempt } = voice;
    const isTried = attempt?.form === "note";
    const isStray = attempt !== undefined && !this.#forms().includes(attempt.form);
    const text = isStray ? shownLines(everythingTyped(attempt.fields)) : typed(voice, "note", "text");
    return html`<section>
      <h2>${speak(voice, words.note)}</h2>
      <form method="post" action="${this.#action("note")}" id="note" class="card">
        ${isTried ? refusal(voice) : ""}
        <p>
          <label for="text-note">${speak(voice, words.noteHint)}</label>
          <textarea id="text-note" name="text" maxlength="${String(longest.note)}" rows="3">${text}</textarea>
        </p>
        ${whoField(voice, "note", this.#people)}
        <button name="do" value="note">${speak(voice, words.noteNow)}</button>
      </form>
    </section>`;
  }

  end(): Html {
    const voice = this.#voice;
    const isTried = (form: string): boolean => voice.attempt?.form === form;
    return html`<section>
      <h2>${speak(voice, words.end)}</h2>
      <form method="post" action="${this.#action("close")}" id="close" class="card">
        ${isTried("close") ? refusal(voice) : ""}
        <p>${speak(voice, words.closeHint)}</p>
        ${whoField(voice, "close", this.#people)}
        <button name="do" value="close">${speak(voice, words.close)}</button>
      </form>
      <details id="abort" ${isTried("abort") ? html`open` : ""}>
        <summary>${speak(voice, words.abort)}</summary>
        <form method="post" action="${this.#action("abort")}" class="card">
          ${isTried("abort") ? refusal(voice) : ""}
          <p>${speak(voice, words.abortHint)}</p>
          ${reasonField(voice, "abort")} ${whoField(voice, "abort", this.#people)}
          <button name="do" value="abort">${speak(voice, words.abortNow)}</button>
        </form>
      </details>
    </section>`;
  }
}

/** Somebody has to do something: a step that waits for them, or one that did not work. */
const isNow = ({ own }: Standing): boolean => own.state === "waiting" || own.state === "failed";

const everythingTyped = (fields: URLSearchParams): string =>
  [...fields]
    .filter(([name, value]) => (name.startsWith(inputName("")) || name === "reason" || name === "text") && value.trim() !== "")
    .map(([, value]) => value)
    .join(" · ");
