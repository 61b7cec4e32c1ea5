import { css, html, LitElement, nothing } from "lit";
import type { TemplateResult } from "lit";
import { diagnosePageWords as words } from "../../src/i18n/diagnose-page.ts";
import { pageWords } from "../../src/i18n/page.ts";
import type { AssetDiagnosis as Diagnosis, DiagnosisView } from "../../src/model/api.ts";
import type { Text } from "../../src/model/text.ts";
import { ask, type Asked, askedOf, onAsked } from "../diagnoses.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { assetName, speak } from "../voice.ts";
import "./status-mark.ts";

/** A button that looks at everything that bears on an asset, how far that is, and what it comes to. */
export class AssetDiagnosisElement extends LitElement {
  static override properties = {
    asset: { type: String },
    voice: { attribute: false },
  };
  declare asset: string;
  declare voice: Voice;

  static override styles = [
    shared,
    css`
      :host {
        padding-block: var(--space-2) var(--space-3);
      }
      .ask {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-4);
      }
      section {
        margin-top: var(--space-3);
        padding: var(--space-3) var(--space-4);
        border-radius: var(--radius-small);
        background: var(--sunken);
        overflow-wrap: anywhere;
      }
      h4 {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        margin: 0 0 var(--space-2);
        font-size: var(--text-note);
      }
      .paragraph {
        max-width: 70ch;
        line-height: 1.55;
      }
      details,
      .besides {
        margin-top: var(--space-2);
      }
      summary {
        min-height: 28px;
        font-size: var(--text-note);
        font-weight: 600;
        color: var(--accent);
        cursor: pointer;
      }
      ol,
      .list {
        max-width: 70ch;
        padding-inline-start: 1.4em;
        list-style: revert;
        line-height: 1.55;
      }
    `,
  ];

  #forget: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#forget = onAsked(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forget?.();
  }

  #progress({ probes, waiting }: Asked): string {
    if (probes === undefined) return "";
    const onlyMail = waiting.size > 0 && [...waiting].every((id) => /\/mail-(?:roundtrip|forward)$/.test(id));
    const data = { done: probes.length - waiting.size, all: probes.length };
    return speak(this.voice, onlyMail ? words.lookingMail : words.looking, data);
  }

  #complaint({ failure }: Asked): TemplateResult | typeof nothing {
    if (failure === undefined) return nothing;
    const { voice } = this;
    const said =
      failure.kind === "too-soon"
        ? speak(voice, words.tooSoon)
        : speak(voice, words.failed, { reason: failure.reason ?? speak(voice, pageWords.noConnection) });
    return html`<span class="small" role="alert">${said}</span>`;
  }

  override render(): TemplateResult {
    const { asset, voice } = this;
    const asked = askedOf(asset);
    const name = assetName(voice, asset);
    const isRunning = asked?.isRunning === true;
    // Each figure of the progress would be one announcement too many: what is said is that it begins, and what it comes to.
    const result = asked?.diagnosis === undefined ? "" : speak(voice, asked.diagnosis.summary);
    const announced = isRunning ? speak(voice, words.begun, { asset: name }) : result;
    return html`
      <div class="ask">
        <button ?disabled=${isRunning} title=${speak(voice, words.hint)} @click=${() => void ask(asset)}>
          ${speak(voice, words.diagnose)}<span class="unseen">: ${name}</span>
        </button>
        ${asked !== undefined && isRunning ? html`<span class="small quiet" aria-hidden="true">${this.#progress(asked)}</span>` : nothing}
        ${asked === undefined ? nothing : this.#complaint(asked)}
      </div>
      <div class="unseen" role="status">${announced}</div>
      ${asked?.diagnosis === undefined ? nothing : this.#result(asked.diagnosis)}
    `;
  }

  #result({ status, summary, causes, waiting }: Diagnosis): TemplateResult {
    const { voice } = this;
    const [first, ...others] = causes;
    return html`<section aria-label=${speak(voice, words.result)}>
      <h4><status-mark status=${status} .voice=${voice}></status-mark>${speak(voice, words.result)}</h4>
      <p class="paragraph">${speak(voice, summary)}</p>
      ${waiting.length === 0 ? nothing : html`<p class="small quiet">${speak(voice, words.late, { count: waiting.length })}</p>`}
      ${first === undefined ? nothing : this.#more(first)}
      ${
        others.length === 0
          ? nothing
          : html`<div class="besides small">
              <p>${speak(voice, words.besides)}</p>
              <ul class="list">
                ${others.map(({ title }) => html`<li>${speak(voice, title)}</li>`)}
              </ul>
            </div>`
      }
    </section>`;
  }

  #more({ steps, evidence, ruledOut }: DiagnosisView): TemplateResult {
    const { voice } = this;
    const listed = (title: keyof typeof words, items: readonly Text[]): TemplateResult | typeof nothing =>
      items.length === 0
        ? nothing
        : html`<details>
            <summary>${speak(voice, words[title])}</summary>
            <ul class="list small">
              ${items.map((item) => html`<li>${speak(voice, item)}</li>`)}
            </ul>
          </details>`;
    return html`
      ${
        steps.length === 0
          ? nothing
          : html`<details open>
              <summary>${speak(voice, words.steps)}</summary>
              <ol class="small">
                ${steps.map((step) => html`<li>${speak(voice, step)}</li>`)}
              </ol>
            </details>`
      }
      ${listed("evidence", evidence)} ${listed("ruledOut", ruledOut)}
    `;
  }
}
customElements.define("asset-diagnosis", AssetDiagnosisElement);

declare global {
  interface HTMLElementTagNameMap {
    "asset-diagnosis": AssetDiagnosisElement;
  }
}
