import { html } from "hono/html";
import { statusPageWords as words } from "../i18n/status-page.ts";
import { localTime, zoneName } from "../i18n/times.ts";
import type { StatusNotice, StatusView } from "../model/status-page.ts";
import { type Language, say } from "../model/text.ts";
import type { Html } from "./paper.ts";
import { anchorOf } from "./status-html.ts";
import { nameOf, noticeCause, noticeTitle, type StatusSpeaker, statusSentence, statusSpeaker, titleOf } from "./status-words.ts";

/** RFC 822 date, as RSS wants it. */
const dateOf = (at: number): string => new Date(at).toUTCString();

/**
 * RSS 2.0: one item for each incident, which readers find changed and not doubled, because its guid stays.
 * @param origin how the reader reached us, `https://mail.example.org`: a link of RSS is never relative
 */
export function renderStatusFeed(view: StatusView, language: Language, origin: string): Html {
  const speak = statusSpeaker(view, language);
  // A reader shows an item on other days and in other zones, and one whose text changes with the day would look new every morning.
  const absolute = {
    ...speak,
    moment: (at: number) => `${localTime(at, { timezone: view.timezone, language, now: 0 })} ${zoneName(at, view.timezone)}`,
  };
  const page = `${origin}/status?lang=${language}`;
  const changed = Math.max(0, ...view.notices.flatMap(({ from, to }) => [from, to ?? 0]));
  return html`<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>${titleOf(view, language)}</title>
<link>${page}</link>
<atom:link href="${origin}/status.rss?lang=${language}" rel="self" type="application/rss+xml"/>
<description>${speak.word(words.feedAbout)}</description>
<language>${language.toLowerCase()}</language>
<ttl>1</ttl>
${changed === 0 ? "" : html`<lastBuildDate>${dateOf(changed)}</lastBuildDate>`}
${view.notices.map((one) => item(one, page, absolute))}
</channel></rss>
`;
}

const item = (one: StatusNotice, page: string, speak: StatusSpeaker): Html =>
  html`<item>
<title>${noticeTitle(one, speak)}</title>
<link>${page}#${anchorOf(one)}</link>
<guid isPermaLink="false">mailvigil-notice-${String(one.id)}</guid>
<pubDate>${dateOf(one.from)}</pubDate>
<description>${updatesOf(one, speak).join(speak.language === "en" ? " " : "")}</description>
</item>
`;

/** The latest last. */
function updatesOf(one: StatusNotice, speak: StatusSpeaker): readonly string[] {
  const { language, word, moment, duration } = speak;
  const cause = noticeCause(one, speak);
  return [
    say(words.foundAt, language, { time: moment(one.from) }),
    ...(cause === "" ? [] : [cause]),
    ...(one.isTaken && one.to === undefined ? [word(words.takenNow)] : []),
    ...(one.to === undefined
      ? []
      : [say(words.overAt, language, { time: moment(one.to), duration: duration(one.to - one.from) })]),
  ];
}

/** The least that a program wants to know. Times in ISO 8601. */
export function statusJson(view: StatusView): string {
  const iso = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());
  return JSON.stringify({
    at: iso(view.at),
    title: view.title ?? words.title,
    sentence: statusSentence(view),
    components: view.components.map((one) => ({
      name: nameOf(one),
      state: one.state,
      since: iso(one.since),
      availability: one.availability.value ?? null,
      availabilityLow: one.availability.low,
      availabilityHigh: one.availability.high,
    })),
    incidents: view.notices.map(({ id, affects, isGrave, from, to, isTaken }) => ({
      id,
      affects,
      grave: isGrave,
      state: to !== undefined ? "over" : isTaken ? "taken" : "found",
      from: iso(from),
      to: iso(to),
    })),
  });
}
