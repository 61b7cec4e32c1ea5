import { html } from "hono/html";
import { sopWords } from "../i18n/sop.ts";
import { runStateWords } from "../i18n/sop-commands.ts";
import { sopPageWords as words } from "../i18n/sop-page.ts";
import { hasEnded, runName, type Sop, type SopRun } from "../model/sop.ts";
import type { Text } from "../model/text.ts";
import type { Html } from "./paper.ts";
import { peopleOf } from "./sop-forms.ts";
import { zoneOf } from "./sop-history-view.ts";
import {
  clock,
  drillTag,
  filled,
  filledText,
  freshness,
  identityFields,
  lasted,
  lateSteps,
  listed,
  refusal,
  shown,
  shownText,
  speak,
  whoField,
  type SopVoice,
} from "./sop-parts.ts";

/** The shortest configuration of an SOP that somebody is told of. */
export const firstSop = `people:
  li: { name: Li, phone: "138 0000 0000" }
roles:
  it: { people: [li] }
sops:
  mail-down: { use: mail-down }
`;

/** What goes on, what there is, and what was in the last 30 days. */
export function listBody(sops: readonly Sop[], runs: readonly SopRun[], voice: SopVoice): Html {
  const going = runs.filter((run) => !hasEnded(run));
  const ended = runs.filter(hasEnded);
  return html`<div class="sop">
    <h1>${speak(voice, words.title)}</h1>
    ${sops.length === 0 && runs.length === 0 ? "" : goingOn(going, voice)}
    <h2>${speak(voice, words.procedures)}</h2>
    ${
      sops.length === 0
        ? html`<p>${speak(voice, words.empty)}</p>
            <pre tabindex="0">${firstSop}</pre>
            <p class="quiet">${coded(voice, words.emptyOthers)}</p>`
        : html`${sops.map((sop) => procedure(sop, voice))}
            <p class="quiet small">${coded(voice, words.manual)}</p>`
    }
    ${ended.length === 0 ? "" : past(ended, voice)}
    <p class="quiet small">${zoneOf(voice)}</p>
  </div>`;
}

/** What stands in backticks is to be typed. */
const coded = (voice: SopVoice, text: Text): Html =>
  html`${speak(voice, text)
    .split("`")
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;

function goingOn(runs: readonly SopRun[], voice: SopVoice): Html {
  return html`<h2>${speak(voice, words.goingOn)}</h2>
    ${freshness(voice, "/sop")} ${runs.length === 0 ? html`<p>${speak(voice, words.nothingGoesOn)}</p>` : ""}
    ${runs.map((run) => {
      const late = lateSteps(run, voice.now);
      const waiting = run.steps.filter(({ state }) => state === "waiting" || state === "failed").length;
      const begun = run.stableAt ?? run.startedAt ?? run.proposedAt;
      const state = speak(voice, runStateWords[run.state]);
      const data = { state, time: clock(voice, begun), duration: lasted(voice, voice.now - begun) };
      return html`<article class="card ${late > 0 ? "late" : ""}">
        <h3 class="plain">
          <a class="tap" href="${voice.to(`/sop/${runName(run.id)}`)}"
            >${drillTag(voice, run)}${shownText(voice, run.sop.title)}</a
          >
        </h3>
        <p class="facts">
          <span>${run.sop.priority} · ${runName(run.id)}</span>
          <span>${speak(voice, words.since, data)}</span>
          ${waiting === 0 ? "" : html`<span>${speak(voice, words.waiting, { count: waiting })}</span>`}
          ${late === 0 ? "" : html`<span class="mark critical">${speak(voice, words.late, { count: late })}</span>`}
        </p>
      </article>`;
    })}`;
}

const beginning = ({ trigger }: Sop, voice: SopVoice): string => {
  if (trigger === undefined) return speak(voice, words.byHand);
  if (trigger.forMs === 0) return speak(voice, words.byItself);
  return speak(voice, words.byItselfAfter, { duration: lasted(voice, trigger.forMs) });
};

function procedure(sop: Sop, voice: SopVoice): Html {
  const title = shownText(voice, sop.title);
  return html`<article class="card">
    <h3 class="plain">${title}</h3>
    <p>${shownText(voice, sop.summary)}</p>
    <p class="facts">
      <span>${sop.priority}</span>
      <span>${speak(voice, sop.steps.length === 1 ? words.oneStep : words.steps, { count: sop.steps.length })}</span>
      <span>${beginning(sop, voice)}</span>
    </p>
    <p class="buttons">
      <a class="button" href="${voice.to(startPath(sop.name, false))}" aria-label="${speak(voice, words.start)} ${title}"
        >${speak(voice, words.start)}</a
      >
      <a class="button" href="${voice.to(startPath(sop.name, true))}" aria-label="${speak(voice, words.drill)} ${title}"
        >${speak(voice, words.drill)}</a
      >
    </p>
  </article>`;
}

function past(runs: readonly SopRun[], voice: SopVoice): Html {
  return html`<h2>${speak(voice, words.lastMonth)}</h2>
    <ul class="steps">
      ${runs.map((run) => {
        const begun = run.startedAt ?? run.proposedAt;
        const state = speak(voice, runStateWords[run.state]);
        const late = run.steps.filter((step) => step.late).length;
        const took = lasted(voice, (run.endedAt ?? begun) - begun);
        return html`<li>
          <a class="tap" href="${voice.to(`/sop/${runName(run.id)}`)}"
            >${drillTag(voice, run)}${shownText(voice, run.sop.title)}</a
          >
          <div class="facts">
            <span>${runName(run.id)}</span>
            <span>${speak(voice, words.took, { state, time: clock(voice, begun), duration: took })}</span>
            ${late === 0 ? "" : html`<span class="mark critical">${speak(voice, words.late, { count: late })}</span>`}
          </div>
        </li>`;
      })}
    </ul>`;
}

export const startPath = (sop: string, drill: boolean): string =>
  `/sop/begin/${encodeURIComponent(sop)}${drill ? "?drill=1" : ""}`;

/** Before a run begins: whether it is real, who hears of it, what will be done, and who begins it. */
export function startBody(
  sop: Sop,
  drill: boolean,
  around: { readonly going: readonly SopRun[]; readonly company: string },
  voice: SopVoice,
): Html {
  const { going, company } = around;
  const values = filled(voice, { incident: undefined, title: sop.title, company, since: voice.now });
  const title = shownText(voice, sop.title);
  const channels = listed(
    voice,
    sop.channels.map((name) => shown(name, 80)),
  );
  const warning = sop.channels.length === 0 ? words.startSilent : words.startWarning;
  return html`<div class="sop">
    ${drill ? html`<p class="drill" role="note">${speak(voice, sopWords.drill)}${speak(voice, words.drillWarning)}</p>` : ""}
    <h1>${speak(voice, drill ? words.drillTitle : words.startTitle, { title })}</h1>
    <p>${shownText(voice, sop.summary)}</p>
    ${drill ? "" : html`<p><strong>${speak(voice, warning, { channels })}</strong></p>`}
    ${going.map(
      (run) =>
        html`<p>
          <a class="tap" href="${voice.to(`/sop/${runName(run.id)}`)}"
            >${drillTag(voice, run)}${speak(voice, words.alreadyGoing, {
              name: runName(run.id),
              time: clock(voice, run.startedAt ?? run.proposedAt),
            })}</a
          >
        </p>`,
    )}
    <form method="post" action="${voice.to(startPath(sop.name, drill))}" id="start" class="card">
      ${voice.attempt === undefined ? "" : refusal(voice)}
      ${voice.known === undefined ? "" : html`<p>${speak(voice, words.you, { name: shown(voice.known, 80) })}</p>`}
      ${voice.known === undefined ? identityFields(voice, "start", peopleOf(sop)) : whoField(voice, "start", [])}
      <button class="primary big" name="do" value="start">${speak(voice, drill ? words.drillNow : words.startNow)}</button>
    </form>
    <h2>${speak(voice, words.whatWillBeDone)}</h2>
    <ol class="steps">
      ${sop.steps.map((step) => html`<li>${filledText(voice, step.text, values)}</li>`)}
    </ol>
    <p><a class="tap" href="${voice.to("/sop")}">${speak(voice, words.back)}</a></p>
  </div>`;
}
