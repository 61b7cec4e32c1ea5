import { css, html, LitElement, nothing } from "lit";
import type { TemplateResult } from "lit";
import { pageWords, questionWords } from "../../src/i18n/page.ts";
import type { QuestionView } from "../../src/model/api.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { assetName, bracketed, speak } from "../voice.ts";
import { breakable } from "./breakable.ts";
import "./status-mark.ts";

/** The six questions that a company asks of its mail, before any list of probes. */
export class QuestionGrid extends LitElement {
  static override properties = { questions: { attribute: false }, voice: { attribute: false } };
  declare questions: readonly QuestionView[];
  declare voice: Voice;

  static override styles = [
    shared,
    css`
      ul {
        display: grid;
        grid-template-columns: repeat(6, 1fr);
        gap: var(--space-6) var(--space-5);
      }
      li {
        min-width: 0;
        padding-top: var(--space-3);
        border-top: 2px solid var(--line);
      }
      li.critical {
        border-color: var(--critical);
      }
      li.warning {
        border-color: var(--warning);
      }
      h3 {
        margin: 0 0 var(--space-1);
        font-size: 1rem;
        font-weight: 600;
      }
      p {
        margin-top: var(--space-1);
        font-size: var(--text-note);
        line-height: 1.4;
        color: var(--text-quiet);
        overflow-wrap: anywhere;
      }
      status-mark[status="none"] {
        font-weight: 400;
        color: var(--text-quiet);
      }
      @media (max-width: 860px) {
        ul {
          grid-template-columns: repeat(3, 1fr);
        }
      }
      @media (max-width: 480px) {
        ul {
          grid-template-columns: repeat(2, 1fr);
          gap: var(--space-5) var(--space-4);
        }
      }
    `,
  ];

  constructor() {
    super();
    this.questions = [];
  }

  override render(): TemplateResult {
    return html`<ul>
      ${this.questions.map((question) => this.#question(question))}
    </ul>`;
  }

  #question({ question, status, counts, worst }: QuestionView): TemplateResult {
    const { voice } = this;
    const total = counts.ok + counts.warning + counts.critical + counts.unknown;
    return html`<li class=${status ?? "none"}>
      <h3>${speak(voice, questionWords[question])}</h3>
      <status-mark status=${status ?? "none"} .voice=${voice}></status-mark>
      ${total === 0 ? nothing : html`<p>${speak(voice, pageWords.ofTotal, { ok: counts.ok, total })}</p>`}
      ${worst === null ? nothing : html`<p>${this.#worst(worst.asset, total - counts.ok)}</p>`}
    </li>`;
  }

  /** Whose it is; what it is stands in the fault and in the list. */
  #worst(asset: string, bad: number): TemplateResult {
    const { voice } = this;
    if (bad <= 1) return html`${breakable(assetName(voice, asset))}`;
    return html`${breakable(assetName(voice, asset))}${bracketed(voice, pageWords.moreProbes, { count: bad - 1 })}`;
  }
}
customElements.define("question-grid", QuestionGrid);

declare global {
  interface HTMLElementTagNameMap {
    "question-grid": QuestionGrid;
  }
}
