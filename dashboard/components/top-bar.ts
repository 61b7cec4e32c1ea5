import { css, html, LitElement, nothing, svg } from "lit";
import type { TemplateResult } from "lit";
import { languageNames, pageWords } from "../../src/i18n/page.ts";
import type { Language } from "../../src/model/text.ts";
import type { Theme } from "../preferences.ts";
import { nextTheme } from "../preferences.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { speak } from "../voice.ts";

export type Line = "connecting" | "live" | "reconnecting";

const themeWords = { system: pageWords.themeSystem, light: pageWords.themeLight, dark: pageWords.themeDark } as const;

/** How much of the disc is dark: half of it where the system decides. */
const fills = {
  system: svg`<path d="M9 2a7 7 0 0 1 0 14Z" fill="currentColor" />`,
  light: nothing,
  dark: svg`<circle cx="9" cy="9" r="7" fill="currentColor" />`,
} as const;

/** Whose mail this is, whether the page is live, language and appearance. Tells `choose-language`, `choose-theme`. */
export class TopBar extends LitElement {
  static override properties = {
    company: {},
    demonstration: { type: Boolean },
    line: {},
    theme: {},
    voice: { attribute: false },
  };
  declare company: string;
  declare demonstration: boolean;
  declare line: Line;
  declare theme: Theme;
  declare voice: Voice;

  static override styles = [
    shared,
    css`
      header {
        display: flex;
        align-items: center;
        gap: var(--space-2) var(--space-3);
        min-height: 64px;
      }
      .name {
        flex: 1;
        min-width: 0;
        display: flex;
        align-items: baseline;
        gap: 0 var(--space-3);
        flex-wrap: wrap;
      }
      strong {
        font-weight: 700;
        letter-spacing: -0.01em;
      }
      .company {
        min-width: 0;
        overflow-wrap: anywhere;
        color: var(--text-quiet);
      }
      .tag {
        align-self: center;
        padding: 0 var(--space-2);
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-small);
        font-size: var(--text-small);
        font-weight: 600;
        color: var(--text-quiet);
      }
      .line {
        display: inline-flex;
        align-items: center;
        gap: var(--space-2);
        font-size: var(--text-note);
        color: var(--text-quiet);
        white-space: nowrap;
      }
      .line i {
        width: 10px;
        height: 10px;
        border-radius: 50%;
        border: 2px solid currentColor;
      }
      .line.live i {
        border-color: var(--ok);
        background: var(--ok);
      }
      button {
        min-width: 36px;
        color: var(--text);
      }
      .theme {
        padding: var(--space-2);
        display: inline-grid;
        place-items: center;
      }
      .theme svg {
        width: 18px;
        height: 18px;
      }
      @media (max-width: 480px) {
        header {
          flex-wrap: wrap;
          padding-block: var(--space-3);
        }
        .name {
          flex-basis: 100%;
        }
        .line {
          flex: 1;
        }
        .tag {
          display: none;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.company = "";
    this.demonstration = false;
    this.line = "connecting";
    this.theme = "system";
  }

  override render(): TemplateResult {
    const { voice } = this;
    const other: Language = voice.language === "en" ? "zh-CN" : "en";
    const themeLabel = speak(voice, pageWords.theme, { now: speak(voice, themeWords[this.theme]) });
    return html`<header>
      <div class="name">
        <strong>${voice.language === "zh-CN" ? "邮哨 Mailvigil" : "Mailvigil"}</strong>
        <span class="company">${this.company}</span>
        ${this.demonstration ? html`<span class="tag">${speak(voice, pageWords.demonstration)}</span>` : nothing}
      </div>
      <span class="line ${this.line}" role="status"><i></i>${speak(voice, pageWords[this.line])}</span>
      <button class="plain" lang=${other} @click=${() => this.#tell("choose-language", other)}>${languageNames[other]}</button>
      <button
        class="plain theme"
        aria-label=${themeLabel}
        title=${themeLabel}
        @click=${() => this.#tell("choose-theme", nextTheme(this.theme))}
      >
        <svg viewBox="0 0 18 18" aria-hidden="true">
          <circle cx="9" cy="9" r="7" fill="none" stroke="currentColor" stroke-width="1.6" />
          ${fills[this.theme]}
        </svg>
      </button>
    </header>`;
  }

  #tell(name: "choose-language" | "choose-theme", detail: Language | Theme): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
customElements.define("top-bar", TopBar);

declare global {
  interface HTMLElementTagNameMap {
    "top-bar": TopBar;
  }
}
