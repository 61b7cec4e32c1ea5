import { css, html, LitElement, nothing, svg } from "lit";
import type { SVGTemplateResult, TemplateResult } from "lit";
import { pageWords, statusWords } from "../../src/i18n/page.ts";
import type { Status } from "../../src/model/status.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { speak } from "../voice.ts";

/** A shape of its own for each status, so that it is told without colour. 16 by 16. */
const shapes: Readonly<Record<Status | "none", SVGTemplateResult>> = {
  ok: svg`<circle cx="8" cy="8" r="7.25" /><path class="sign" d="M4.8 8.3 7.1 10.6 11.3 5.8" />`,
  warning: svg`<path d="M8 .9a1.4 1.4 0 0 1 1.2.7l6.3 11a1.5 1.5 0 0 1-1.3 2.2H1.8a1.5 1.5 0 0 1-1.3-2.2l6.3-11A1.4 1.4 0 0 1 8 .9Z" />
    <path class="sign" d="M8 5.4v3.8M8 11.8v.1" />`,
  critical: svg`<path d="M5 .5h6L15.5 5v6L11 15.5H5L.5 11V5Z" /><path class="sign" d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" />`,
  unknown: svg`<circle class="open" cx="8" cy="8" r="6.75" /><path class="ask" d="M6.1 6.3a1.9 1.9 0 1 1 2.7 1.7c-.55.3-.8.65-.8 1.2M8 11.6v.1" />`,
  none: svg`<circle class="open" cx="8" cy="8" r="6.75" /><path class="ask" d="M5.5 8h5" />`,
};

/** Shape, colour and word of a status. */
export class StatusMark extends LitElement {
  static override properties = {
    status: { reflect: true },
    suspected: { type: Boolean, reflect: true },
    wordless: { type: Boolean },
    voice: { attribute: false },
  };
  declare status: Status | "none";
  /** Observed, not confirmed yet. */
  declare suspected: boolean;
  /** Where the word stands beside it already. */
  declare wordless: boolean;
  declare voice: Voice | undefined;

  static override styles = [
    shared,
    css`
      :host {
        display: inline-flex;
        align-items: center;
        gap: var(--space-2);
        font-weight: 600;
        color: var(--mark);
        --mark: var(--unknown);
      }
      :host([status="ok"]) {
        --mark: var(--ok);
      }
      :host([status="warning"]) {
        --mark: var(--warning);
      }
      :host([status="critical"]) {
        --mark: var(--critical);
      }
      svg {
        width: var(--mark-size, 16px);
        height: var(--mark-size, 16px);
        flex: none;
        fill: currentColor;
      }
      .sign {
        fill: none;
        stroke: var(--mark-sign, var(--surface));
        stroke-width: 1.8;
        stroke-linecap: round;
        stroke-linejoin: round;
      }
      .open,
      .ask {
        fill: none;
        stroke: currentColor;
        stroke-width: 1.5;
        stroke-linecap: round;
        stroke-linejoin: round;
      }
      .open {
        stroke-dasharray: 3 2.3;
      }
      :host([suspected]) svg > :first-child {
        fill: none;
        stroke: currentColor;
        stroke-width: 1.5;
      }
      :host([suspected]) .sign {
        stroke: currentColor;
      }
    `,
  ];

  constructor() {
    super();
    this.status = "unknown";
    this.suspected = false;
    this.wordless = false;
    this.voice = undefined;
  }

  override render(): TemplateResult {
    const shape = html`<svg viewBox="0 0 16 16" aria-hidden="true">${shapes[this.status]}</svg>`;
    if (this.voice === undefined || this.wordless) return shape;
    const word = this.status === "none" ? pageWords.notWatched : statusWords[this.status];
    return html`${shape}<span
        >${speak(this.voice, word)}${this.suspected ? html`<span class="unseen">, ${speak(this.voice, pageWords.unconfirmed)}</span>` : nothing}</span
      >`;
  }
}
customElements.define("status-mark", StatusMark);

declare global {
  interface HTMLElementTagNameMap {
    "status-mark": StatusMark;
  }
}
