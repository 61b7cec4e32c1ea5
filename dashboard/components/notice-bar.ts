import { css, html, LitElement, nothing } from "lit";
import type { TemplateResult } from "lit";
import { fiveLines, pageWords } from "../../src/i18n/page.ts";
import type { TroubleView } from "../../src/model/api.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { speak } from "../voice.ts";
import "./status-mark.ts";

/** What must be known before the rest is read: that this is a demonstration, and what Mailvigil itself cannot do. */
export class NoticeBar extends LitElement {
  static override properties = {
    demonstration: { type: Boolean },
    troubles: { attribute: false },
    voice: { attribute: false },
  };
  declare demonstration: boolean;
  declare troubles: readonly TroubleView[];
  declare voice: Voice;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
      }
      section {
        padding: var(--space-3) var(--space-5);
        border-radius: var(--radius);
        background: var(--accent-soft);
        font-size: var(--text-note);
      }
      .trouble {
        background: var(--critical-soft);
        --mark-sign: var(--critical-soft);
      }
      .trouble li {
        margin-top: var(--space-1);
        overflow-wrap: anywhere;
      }
      .trouble h2 {
        display: flex;
        gap: var(--space-2);
        align-items: center;
        font-size: 1rem;
      }
      summary {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 var(--space-6);
        cursor: pointer;
      }
      .how {
        font-weight: 600;
        color: var(--accent);
        text-decoration: underline;
        text-underline-offset: 3px;
      }
      details p {
        margin-block: var(--space-2) var(--space-3);
      }
      details pre {
        background: var(--surface);
        margin-bottom: var(--space-2);
      }
      @media (max-width: 480px) {
        section {
          padding: var(--space-3) var(--space-4);
        }
      }
    `,
  ];

  constructor() {
    super();
    this.demonstration = false;
    this.troubles = [];
  }

  override render(): TemplateResult {
    const { voice } = this;
    return html`
      ${
        this.troubles.length === 0
          ? nothing
          : html`<section class="trouble" role="alert">
              <h2><status-mark status="critical" wordless></status-mark>${speak(voice, pageWords.troubles)}</h2>
              <ul>
                ${this.troubles.map((trouble) => html`<li>${speak(voice, trouble)}</li>`)}
              </ul>
            </section>`
      }
      ${
        this.demonstration
          ? html`<section>
              <details>
                <summary>
                  <span
                    ><strong>${speak(voice, pageWords.demonstration)}</strong> ·
                    ${speak(voice, pageWords.demonstrationText)}</span
                  >
                  <span class="how">${speak(voice, pageWords.watchYourOwn)}</span>
                </summary>
                <p>${speak(voice, pageWords.watchSteps)}</p>
                <pre tabindex="0">${fiveLines}</pre>
              </details>
            </section>`
          : nothing
      }
    `;
  }
}
customElements.define("notice-bar", NoticeBar);

declare global {
  interface HTMLElementTagNameMap {
    "notice-bar": NoticeBar;
  }
}
