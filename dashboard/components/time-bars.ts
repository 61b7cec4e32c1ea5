import { css, html, LitElement, svg } from "lit";
import type { TemplateResult } from "lit";
import { pageWords, statusWords } from "../../src/i18n/page.ts";
import type { Bar } from "../../src/model/api.ts";
import type { Status } from "../../src/model/status.ts";
import { statuses, statusFacts } from "../../src/model/status.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { lasted, speak } from "../voice.ts";

const day = 86_400_000;
/** Height by status, besides the colour: the worse the taller. */
const heights: Readonly<Record<Status, number>> = { ok: 6, unknown: 10, warning: 14, critical: 24 };

/** The last 24 hours, drawn from time: a bar is as wide as it lasted, and where nothing was watched there is none. */
export class TimeBars extends LitElement {
  static override properties = { bars: { attribute: false }, until: { type: Number }, voice: { attribute: false } };
  declare bars: readonly Bar[];
  /** The right edge, milliseconds UTC. */
  declare until: number;
  declare voice: Voice | undefined;

  static override styles = [
    shared,
    css`
      svg {
        display: block;
        width: 100%;
        height: 24px;
      }
      .ground {
        fill: var(--sunken);
      }
      .ok {
        fill: var(--ok-bar);
      }
      .warning {
        fill: var(--warning-bar);
      }
      .critical {
        fill: var(--critical-bar);
      }
      .unknown {
        fill: var(--unknown-bar);
      }
    `,
  ];

  constructor() {
    super();
    this.bars = [];
    this.until = 0;
    this.voice = undefined;
  }

  override render(): TemplateResult {
    const from = this.until - day;
    // A short fault, and the first minutes, must be seen: nothing is narrower than 0.6 % of the width, and what is worse is drawn over what is better.
    const drawn = this.bars
      .toSorted((a, b) => statusFacts[a.status].rank - statusFacts[b.status].rank)
      .map((bar) => {
        const width = Math.max(((bar.to - bar.from) / day) * 1000, 6);
        const x = Math.min(((bar.from - from) / day) * 1000, 1000 - width);
        const height = heights[bar.status];
        return svg`<rect class=${bar.status} x=${x.toFixed(2)} y=${24 - height} width=${width.toFixed(2)} height=${height} />`;
      });
    return html`<svg viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" aria-label=${this.#inWords()}>
      <rect class="ground" x="0" y="22" width="1000" height="2" />
      ${drawn}
    </svg>`;
  }

  #inWords(): string {
    const { voice } = this;
    if (voice === undefined) return "";
    const worstFirst = statuses.toSorted((a, b) => statusFacts[b].rank - statusFacts[a].rank);
    let watched = 0;
    const parts = worstFirst.flatMap((status) => {
      const sum = this.bars.filter((bar) => bar.status === status).reduce((total, bar) => total + bar.to - bar.from, 0);
      watched += sum;
      const data = { status: speak(voice, statusWords[status]), duration: lasted(voice, sum) };
      return sum === 0 ? [] : [speak(voice, pageWords.barsPart, data)];
    });
    // Below a minute it is the time between the answer and its drawing.
    if (day - watched >= 60_000) parts.push(speak(voice, pageWords.barsGap, { duration: lasted(voice, day - watched) }));
    const separator = voice.language === "zh-CN" ? "，" : ", ";
    return speak(voice, pageWords.barsLabel, { parts: parts.join(separator) });
  }
}
customElements.define("time-bars", TimeBars);

declare global {
  interface HTMLElementTagNameMap {
    "time-bars": TimeBars;
  }
}
