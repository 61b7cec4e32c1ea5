import { html } from "hono/html";
import { componentStateWords, statusPageWords as words } from "../i18n/status-page.ts";
import { zoneName } from "../i18n/times.ts";
import type { ComponentState, StatusComponent, StatusNotice, StatusView } from "../model/status-page.ts";
import { type Language, say } from "../model/text.ts";
import { type Html, renderPaper } from "./paper.ts";
import {
  availabilityText,
  dateOf,
  dayText,
  lookOf,
  nameOf,
  noticeCause,
  noticeState,
  noticeTitle,
  type StatusSpeaker,
  statusSentence,
  statusSpeaker,
  titleOf,
} from "./status-words.ts";

const markOf: Readonly<Record<ComponentState, string>> = { works: "ok", partly: "warning", down: "critical", unsure: "unknown" };

const refreshSeconds = 60;
/** Whoever reads slowly, or by ear, can stop it (WCAG 2.2.1). */
const stillQuery = "still=1";

/** The status page. It needs no script, and says the same in a browser that shows text alone. */
export function renderStatusPage(
  view: StatusView,
  language: Language,
  { home, isStill }: { readonly home: string | undefined; readonly isStill: boolean },
): Html {
  const speak = statusSpeaker(view, language);
  const { word, moment } = speak;
  const title = titleOf(view, language);
  const asOf = { time: moment(view.at), zone: zoneName(view.at, view.timezone) };
  const feed = `/status.rss?lang=${language}`;
  return renderPaper({
    language,
    title,
    name: title,
    ...(home === undefined ? {} : { home }),
    path: isStill ? `/status?${stillQuery}` : "/status",
    ...(isStill ? {} : { refresh: refreshSeconds }),
    head: html`<link rel="alternate" type="application/rss+xml" title="${title}" href="${feed}" />`,
    body: html`<h1>${word(statusSentence(view))}</h1>
      ${view.demonstration ? html`<p class="quiet">${word(words.demonstration)}</p>` : ""}
      <p class="quiet small">
        ${say(words.updated, language, asOf)}
        <a class="screen" href="/status?lang=${language}${isStill ? "" : `&${stillQuery}`}"
          >${word(isStill ? words.goOn : words.keepStill)}</a
        >
      </p>
      <h2>${word(words.components)}</h2>
      ${view.components.map((one) => component(one, view, speak))}
      <p class="quiet small">${word(words.counted)}</p>
      <h2>${word(words.incidents)}</h2>
      ${view.notices.length === 0 ? html`<p>${word(words.noIncidents)}</p>` : view.notices.map((one) => notice(one, view, speak))}
      <p class="small screen"><a href="${feed}">${word(words.feed)}</a></p>`,
  });
}

function component(one: StatusComponent, view: StatusView, speak: StatusSpeaker): Html {
  const { word, language, moment } = speak;
  const name = word(nameOf(one));
  const state = word(one.isPartial ? words.asFarAsSeen : componentStateWords[one.state]);
  const figure = availabilityText(one, speak);
  const days = one.days.map((day) => {
    const look = lookOf(day);
    const text = say(words.day, language, { day: dateOf(day, view, language), text: dayText(day, speak) });
    return { look, text };
  });
  const bad = days.filter(({ look }) => look === "warning" || look === "critical").toReversed();
  return html`<section class="component">
    <h3><span>${name}</span> <span class="mark ${markOf[one.state]}">${state}</span></h3>
    ${
      one.since === undefined || one.state === "works"
        ? ""
        : html`<p class="since quiet small">${say(words.since, language, { time: moment(one.since) })}</p>`
    }
    <div class="strip" role="img" aria-label="${say(words.strip, language, { name, text: figure })}">
      ${days.map(({ look, text }) => html`<span class="${look}" title="${text}"></span>`)}
    </div>
    <p class="ends quiet small"><span>${word(words.ninety)}</span> <span>${word(words.today)}</span></p>
    <p class="figure small">${figure}</p>
    ${
      bad.length === 0
        ? ""
        : html`<details class="small">
            <summary>${say(words.badDays, language, { count: bad.length })}</summary>
            <ul>
              ${bad.map(({ text }) => html`<li>${text}</li>`)}
            </ul>
          </details>`
    }
  </section>`;
}

function notice(one: StatusNotice, { at }: StatusView, speak: StatusSpeaker): Html {
  const { word, language, moment, duration } = speak;
  const from = moment(one.from);
  const when =
    one.to === undefined
      ? say(words.sinceFor, language, { from, duration: duration(at - one.from) })
      : say(words.fromTo, language, { from, to: moment(one.to), duration: duration(one.to - one.from) });
  const cause = noticeCause(one, speak);
  const looks = `${one.to === undefined ? " open" : ""}${one.isGrave ? "" : " light"}`;
  return html`<article class="notice${looks}" id="${anchorOf(one)}">
    <h3>${noticeTitle(one, speak)}</h3>
    <p>${word(noticeState(one))} · ${when}</p>
    ${cause === "" ? "" : html`<p class="quiet">${cause}</p>`}
  </article>`;
}

export const anchorOf = ({ id }: StatusNotice): string => `n${id}`;
