import { html } from "hono/html";
import { sopWords } from "../i18n/sop.ts";
import { entryWords, sopPageWords as words } from "../i18n/sop-page.ts";
import { reasonText } from "../i18n/sop-reasons.ts";
import { zoneName } from "../i18n/times.ts";
import { pageWords } from "../i18n/page.ts";
import type { Json } from "../model/json.ts";
import type { SopEntry, SopRun } from "../model/sop.ts";
import type { Html } from "./paper.ts";
import { clock, colon, listed, shown, shownText, speak, type SopVoice } from "./sop-parts.ts";

/** An incident that comes back is five lines each time, and a run that nobody closes goes on: a phone shall not load them all. */
const mostLines = 200;

/** That the store reads of one run, the latest: the daemon asks for no more. */
const mostRead = 1_000;

/** What happened in a run, the latest first, where the rest of it is, and in which zone the times of the page are. */
export function historyOf(
  { run, entries }: { readonly run: SopRun; readonly entries: readonly SopEntry[] },
  voice: SopVoice,
  textOf: (step: string) => string,
): Html {
  const older = entries.length - mostLines;
  const isAll = entries.length < mostRead;
  const all = `/api/v1/sops/runs/${run.id}`;
  return html`<section>
      <h2 id="history">${speak(voice, words.history)}</h2>
      <ol class="history">
        ${entries
          .slice(-mostLines)
          .toReversed()
          .map((entry) => line(entry, voice, textOf))}
      </ol>
      ${older > 0 ? html`<p><a class="tap" href="${all}">${speak(voice, isAll ? words.older : words.olderLast, { count: older })}</a></p>` : ""}
    </section>
    <p class="quiet small">${zoneOf(voice)} · ${speak(voice, words.version, { hash: run.sop.hash.slice(0, 12) })}</p>`;
}

function line({ at, actor, kind, step, data }: SopEntry, voice: SopVoice, textOf: (step: string) => string): Html {
  const what = speak(voice, entryWords[kind], { step: step === undefined ? "" : quotedStep(voice, textOf(step)) });
  const said = wordsOf(data, voice);
  return html`<li>
    <time datetime="${new Date(at).toISOString()}">${clock(voice, at)}</time>
    ${actor === "system" ? "" : html`<strong>${shown(actor, 80)}</strong> · `}${what}${said === "" ? "" : html`${colon(voice)}${said}`}
  </li>`;
}

const quotedStep = (voice: SopVoice, text: string): string => speak(voice, sopWords.quote, { what: text });

/** What people wrote with it: a note, a reason, what a step asked for. */
function wordsOf(data: Json, voice: SopVoice): string {
  const { text, reason, input } = fieldsOf(data);
  const answers =
    typeof input === "object" && input !== null ? Object.values(input).filter((one) => typeof one === "string") : [];
  return [
    ...(typeof text === "string" ? [shown(text)] : []),
    ...(typeof reason === "string" ? [shownText(voice, reasonText(reason))] : []),
    ...(answers.length > 0
      ? [
          listed(
            voice,
            answers.map((one) => shown(one)),
          ),
        ]
      : []),
  ].join(" · ");
}

const fieldsOf = (data: Json): Readonly<Record<string, Json>> => (isFields(data) ? data : {});

const isFields = (data: Json): data is Readonly<Record<string, Json>> =>
  typeof data === "object" && data !== null && !Array.isArray(data);

/** In which zone all times of the page are. */
export function zoneOf(voice: SopVoice): string {
  const { now, timezone: zone } = voice;
  const offset = zoneName(now, zone);
  return speak(voice, zone === offset ? pageWords.timesIn : pageWords.times, { zone, offset });
}
