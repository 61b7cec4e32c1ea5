import { css, html, LitElement, nothing } from "lit";
import type { TemplateResult } from "lit";
import { assetPageWords as words, placeWords } from "../../src/i18n/asset-page.ts";
import type { LetterWay } from "../../src/model/past.ts";
import { slowestLeg } from "../past.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { clock, exactly, speak, took } from "../voice.ts";
import { breakable } from "./breakable.ts";

const mostAbreast = 4;

/** The way of a letter, from stop to stop, with how long each leg took. On a phone it goes downwards. */
export class LetterWayElement extends LitElement {
  static override properties = { way: { attribute: false }, usualMs: { type: Number }, voice: { attribute: false } };
  declare way: LetterWay | undefined;
  /** What it takes as a rule; undefined where that is not known. */
  declare usualMs: number | undefined;
  declare voice: Voice;

  static override styles = [
    shared,
    css`
      ol {
        display: flex;
        align-items: stretch;
        margin-top: var(--space-4);
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: minmax(5rem, 1fr) minmax(0, max-content);
        flex: 1 1 auto;
        min-width: 0;
        align-items: start;
      }
      li:first-child {
        grid-template-columns: auto;
        flex: none;
      }
      .leg {
        position: relative;
        padding: 0 var(--space-2);
        text-align: center;
        font-size: var(--text-note);
        color: var(--text-quiet);
        white-space: nowrap;
      }
      .line {
        height: 12px;
        margin-inline: calc(-1 * var(--space-2));
        border-bottom: 2px solid var(--line-strong);
      }
      .slow .line {
        border-bottom: 5px solid var(--accent);
        height: 13.5px;
      }
      .slow {
        font-weight: 650;
        color: var(--text);
      }
      .unknown .line {
        border-bottom-style: dashed;
      }
      .stop {
        position: relative;
        display: grid;
        justify-items: center;
        max-width: 13rem;
        text-align: center;
        overflow-wrap: anywhere;
      }
      /* The line goes on behind the name of a stop. */
      .stop::before {
        content: "";
        position: absolute;
        top: 10px;
        inset-inline: 0;
        border-top: 2px solid var(--line-strong);
      }
      li:first-child .stop::before {
        inset-inline-start: 50%;
      }
      li:last-child .stop::before {
        inset-inline-end: 50%;
      }
      .dot {
        position: relative;
        width: 22px;
        height: 22px;
        border: 2px solid var(--line-strong);
        border-radius: 50%;
        background: var(--surface);
      }
      .end .dot {
        border-radius: var(--radius-small);
        border-color: var(--text);
        background: var(--text);
      }
      .role {
        margin-top: var(--space-1);
        font-weight: 600;
        line-height: 1.3;
      }
      .host {
        font-size: var(--text-small);
        color: var(--text-quiet);
        line-height: 1.35;
      }
      .road {
        container-type: inline-size;
      }
      /* Many stops side by side are no line any more. */
      .road.long {
        max-width: 800px;
      }
      @container (max-width: 840px) {
        ol {
          display: block;
        }
        li,
        li:first-child {
          display: block;
        }
        .leg {
          display: flex;
          align-items: center;
          gap: var(--space-3);
          min-height: 44px;
          margin-inline-start: 10px;
          padding: 0 0 0 var(--space-5);
          border-inline-start: 2px solid var(--line-strong);
          text-align: start;
        }
        .line {
          display: none;
        }
        .leg.slow {
          margin-inline-start: 8.5px;
          border-inline-start: 5px solid var(--accent);
        }
        .leg.unknown {
          border-inline-start-style: dashed;
        }
        li .stop::before,
        li:first-child .stop::before {
          inset: 22px auto 0 10px;
          border: none;
          border-inline-start: 2px solid var(--line-strong);
        }
        li:last-child .stop::before {
          display: none;
        }
        .stop {
          grid-template-columns: 22px minmax(0, 1fr);
          column-gap: var(--space-3);
          justify-items: start;
          max-width: none;
          text-align: start;
        }
        .role {
          margin: 0;
        }
        .host {
          grid-column: 2;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.way = undefined;
    this.usualMs = undefined;
  }

  override render(): TemplateResult {
    const { way, voice } = this;
    if (way === undefined) return html`<p class="quiet">${speak(voice, words.wayNone)}</p>`;
    const slow = slowestLeg(way);
    const time = clock(voice, way.sentAt);
    const sentences = [
      way.tookMs < 1000
        ? speak(voice, words.wayTookNoTime, { time })
        : speak(voice, words.wayTook, { time, duration: took(voice, way.tookMs) }),
      ...(this.usualMs === undefined || this.usualMs < 1000
        ? []
        : [speak(voice, words.wayUsual, { duration: took(voice, this.usualMs) })]),
      ...(slow === undefined ? [] : [speak(voice, words.waySlow, { leg: this.#leg(way, slow) })]),
    ];
    return html`
      <p title=${exactly(voice, way.sentAt)}>${sentences.join(voice.language === "en" ? " " : "")}</p>
      <div class="road ${way.legs.length > mostAbreast ? "long" : ""}">
        <ol>
          <li>${this.#stop(speak(voice, words.us), undefined, false)}</li>
          ${way.legs.map(
            ({ host, ms }, index) =>
              html`<li>
                <div class="leg ${index === slow ? "slow" : ""} ${ms === null ? "unknown" : ""}">
                  <div class="line"></div>
                  <span>${this.#duration(ms)}${index === slow ? html` · ${speak(voice, words.slowest)}` : nothing}</span>
                </div>
                ${this.#stop(this.#role(way, index), host === "" ? speak(voice, words.unnamed) : host, host === null)}
              </li>`,
          )}
        </ol>
      </div>
    `;
  }

  #stop(role: string, host: string | null | undefined, isEnd: boolean): TemplateResult {
    return html`<div class="stop ${isEnd ? "end" : ""}">
      <span class="dot" aria-hidden="true"></span>
      <span class="role">${role}</span>
      ${host === null || host === undefined ? nothing : html`<span class="host">${breakable(host)}</span>`}
    </div>`;
  }

  #duration(ms: number | null): string {
    if (ms === null) return speak(this.voice, words.legUnknown);
    return ms === 0 ? speak(this.voice, words.underASecond) : took(this.voice, ms);
  }

  #role({ legs, place }: LetterWay, index: number): string {
    if (legs[index]?.host === null) return speak(this.voice, placeWords[place]);
    if (index === 0) return speak(this.voice, words.sender);
    return speak(this.voice, legs[index + 1]?.host === null ? words.receiver : words.between);
  }

  #leg(way: LetterWay, index: number): string {
    const { language } = this.voice;
    const nameOf = (place: number): string => {
      const host = way.legs[place]?.host ?? undefined;
      if (host === "") return speak(this.voice, words.unnamed);
      // Chinese sets Latin words apart.
      if (host !== undefined) return language === "en" ? host : ` ${host} `;
      const role = place < 0 ? speak(this.voice, words.us) : this.#role(way, place);
      return language === "en" ? role.toLowerCase() : role;
    };
    const { ms = null } = way.legs[index] ?? {};
    const data = { from: nameOf(index - 1), to: nameOf(index).trimEnd(), duration: this.#duration(ms) };
    return speak(this.voice, words.wayLeg, data);
  }
}
customElements.define("letter-way", LetterWayElement);

declare global {
  interface HTMLElementTagNameMap {
    "letter-way": LetterWayElement;
  }
}
