import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { humanDuration } from "../i18n/durations.ts";
import { kindWords, manualWords as words } from "../i18n/manual.ts";
import { onTimeoutWords } from "../i18n/sop-list.ts";
import type { ProviderSupport } from "../model/provider.ts";
import type { Sop, SopStep, Who } from "../model/sop.ts";
import { fill, inLanguage, type Language, say, type Text } from "../model/text.ts";
import { manualStyle } from "./manual-style.ts";
import { rolesOf, triggerSaid, whoSaid } from "./sop-said.ts";

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface Manual {
  readonly sops: readonly Sop[];
  /** The providers of the watched mail, each once. */
  readonly providers: readonly ProviderSupport[];
  readonly company: string;
  /** `2026-11-22`, in the configured time zone. */
  readonly date: string;
  readonly version: string;
  /** What a check is called. */
  readonly titleOf: (check: string) => Text | undefined;
}

/** What is filled in with a pen. */
const blank = "＿＿＿＿＿＿";
/** So many letters of a hash tell two versions apart. */
const shortHash = 8;

/** The emergency manual as one HTML file that loads nothing: contents, people, providers, and a page for each SOP. */
export async function manualPage(manual: Manual, language: Language): Promise<string> {
  const { sops, providers, company, date, version } = manual;
  const it = (text: Text): string => inLanguage(text, language);
  const page = html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${it(words.title)} · ${company}</title>
        <style>
          ${raw(manualStyle)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <p class="company">${company}</p>
            <h1>${it(words.title)}</h1>
            <p class="lead">${it(words.lead)}</p>
            <p class="made">${say(words.made, language, { date, version })}</p>
          </header>
          ${contents(manual, language)} ${contacts(rolesOf(sops), language)} ${helpers(providers, language)}
          <p class="made">${it(words.renew)}</p>
          ${sops.map((sop, i) => procedure(sop, i + 1, manual, language))}
        </main>
      </body>
    </html> `;
  return String(await page);
}

function contents({ sops, titleOf }: Manual, language: Language): Html {
  const it = (text: Text): string => inLanguage(text, language);
  return html`<h2>${it(words.contents)}</h2>
    <ol class="contents">
      ${sops.map(
        ({ name, title, priority, trigger, hash }) =>
          html`<li>
            <p class="what"><a href="#${name}">${it(title)}</a> <span class="priority">${priority}</span></p>
            <p class="made">${triggerSaid(trigger, language, titleOf)} · ${it(words.version)} ${hash.slice(0, shortHash)}</p>
          </li> `,
      )}
    </ol>`;
}

function contacts(roles: readonly Who[], language: Language): Html {
  const it = (text: Text): string => inLanguage(text, language);
  const rows = roles.flatMap(({ title, people }) =>
    (people.length === 0 ? [{ name: "", phone: "" }] : people).map(
      ({ name, phone = "" }) =>
        html`<tr>
          <td>${it(title)}</td>
          <td>${name}</td>
          <td>${phone}</td>
        </tr> `,
    ),
  );
  return html`<h2>${it(words.people)}</h2>
    <table class="by-hand">
      <thead>
        <tr>
          ${[words.role, words.person, words.phone].map((head) => html`<th scope="col">${it(head)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
    <p class="made">${it(words.deputies)}</p>`;
}

function helpers(providers: readonly ProviderSupport[], language: Language): Html {
  const it = (text: Text): string => inLanguage(text, language);
  const { mail, ...others } = words.others;
  const known = providers.map(({ title, contact, statusPage }) => ({
    title,
    help: [contact, statusPage].filter((one) => one !== undefined),
  }));
  const lines = [
    ...(known.length === 0 ? [{ title: mail, help: [] }] : known),
    ...Object.values(others).map((title) => ({ title, help: [] })),
  ];
  return html`<h2>${it(words.providers)}</h2>
    <table class="by-hand">
      <thead>
        <tr>
          ${[words.provider, words.help, words.byHand].map((head) => html`<th scope="col">${it(head)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${lines.map(
          ({ title, help }) =>
            html`<tr>
              <td>${it(title)}</td>
              <td>${help.join(" · ")}</td>
              <td class="wide"></td>
            </tr> `,
        )}
      </tbody>
    </table>`;
}

function procedure(sop: Sop, number: number, { company, titleOf }: Manual, language: Language): Html {
  const it = (text: Text): string => inLanguage(text, language);
  const colon = language === "en" ? ": " : "：";
  const field = (name: Text): Html => html`<span class="field">${it(name)}<span class="line"></span></span>`;
  return html`<section id="${sop.name}">
    <h2>${number} ${it(sop.title)} <span class="priority">${sop.priority}</span></h2>
    <p>${it(words.when)}${colon}${it(sop.summary)}</p>
    <p class="made">
      ${it(words.begins)}${colon}${triggerSaid(sop.trigger, language, titleOf)} ·
      ${it(words.tells)}${colon}${sop.channels.join(", ")} · ${it(words.version)} ${sop.hash.slice(0, shortHash)}
    </p>
    <p class="fields">${field(words.started)}${field(words.leader)}${field(words.incident)}</p>
    <h3>${it(words.steps)}</h3>
    <ol>
      ${sop.steps.map((step) => stepItem(step, sop, company, language))}
    </ol>
    <p class="fields">${field(words.ended)}${field(words.notes)}</p>
  </section>`;
}

function stepItem(step: SopStep, { steps }: Sop, company: string, language: Language): Html {
  const it = (text: Text): string => inLanguage(text, language);
  const filled = (text: Text): string => fill(it(text), { company, incident: blank, title: blank, since: blank });
  const number = (id: string): number => steps.findIndex((one) => one.id === id) + 1;
  const needs = step.needs.map((id) => number(id)).toSorted((a, b) => a - b);
  const about = [
    it(kindWords[step.kind]),
    ...(step.kind === "manual" ? [whoSaid(step.who, language, { withPhones: true })] : []),
    ...(needs.length === 0 ? [] : [say(words.afterSteps, language, { steps: needs.join(", ") })]),
    ...(step.after === undefined ? [] : [it(words.afterRecovery)]),
    ...(step.kind === "manual" && step.deadlineMs !== undefined
      ? [say(words.within, language, { duration: humanDuration(step.deadlineMs, language) }), it(onTimeoutWords[step.onTimeout])]
      : []),
    ...(step.kind === "wait" ? [say(words.wait, language, { duration: humanDuration(step.forMs, language) })] : []),
    ...(step.kind === "webhook" ? [it(words.webhook)] : []),
  ];
  const paragraphs = step.detail === undefined ? [] : filled(step.detail).split("\n");
  const head =
    step.kind === "notify"
      ? html`<p class="what">${say(words.message, language, { channels: step.channels.join(", ") })}</p>
          <blockquote>${filled(step.text)}</blockquote>`
      : html`<p class="what">${filled(step.text)}</p>`;
  const inputs = step.kind === "manual" ? step.input : [];
  return html`<li>
    <span class="box" aria-hidden="true"></span>
    ${head}
    <p class="about">${about.join(" · ")}</p>
    ${paragraphs.map((one) => html`<p class="detail">${one}</p>`)}${inputs.map(
      ({ title, required }) =>
        html`<p class="fields">
          <span class="field wide">${it(title)}${required ? it(words.required) : ""}<span class="line"></span></span>
        </p>`,
    )}
    <p class="fields signed">
      <span class="field">${it(words.done)}<span class="line"></span></span
      ><span class="field">${it(words.by)}<span class="line"></span></span>
    </p>
  </li> `;
}
