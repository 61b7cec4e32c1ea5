import { css, html, LitElement, nothing } from "lit";
import type { TemplateResult } from "lit";
import { diagnosePageWords as words } from "../../src/i18n/diagnose-page.ts";
import { pageWords } from "../../src/i18n/page.ts";
import type { AssetDiagnosis as Diagnosis, DiagnosisStarted, SpokenCause } from "../../src/model/api.ts";
import { diagnoseAsset, followReports, getDiagnosis, RequestError } from "../api.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { assetName, speak } from "../voice.ts";
import "./status-mark.ts";

/** Also without events: a line that is cut must not leave somebody waiting. */
const pollMs = 5_000;

/** A button that looks at everything that bears on an asset, how far that is, and what it comes to. */
export class AssetDiagnosisElement extends LitElement {
  static override properties = {
    asset: { type: String },
    voice: { attribute: false },
    started: { state: true },
    waiting: { state: true },
    diagnosis: { state: true },
    complaint: { state: true },
  };
  declare asset: string;
  declare voice: Voice;
  /** While it runs. */
  declare started: DiagnosisStarted | undefined;
  declare waiting: ReadonlySet<string>;
  declare diagnosis: Diagnosis | undefined;
  declare complaint: string;

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
  #poll: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.waiting = new Set();
    this.complaint = "";
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
    this.started = undefined;
  }

  #stop(): void {
    this.#forget?.();
    clearInterval(this.#poll);
  }

  #start = async (): Promise<void> => {
    this.complaint = "";
    this.diagnosis = undefined;
    const early = new Set<string>();
    this.#forget = followReports(({ probe, findings }) => {
      // The mail of a round trip is still on its way.
      if (findings.some(({ code }) => code === "not-there-yet")) return;
      early.add(probe);
      if (this.started === undefined) return;
      const left = new Set(this.waiting);
      if (left.delete(probe)) this.waiting = left;
      if (left.size === 0) void this.#finish();
    });
    try {
      const started = await diagnoseAsset(this.asset);
      this.waiting = new Set(started.waiting.filter((id) => !early.has(id)));
      this.started = started;
      this.#poll = setInterval(() => void this.#look(), pollMs);
      if (this.waiting.size === 0) await this.#finish();
    } catch (error) {
      this.#fail(error);
    }
  };

  /** Asks how far it is; events may have been missed. */
  async #look(): Promise<void> {
    try {
      const diagnosis = await getDiagnosis(this.asset);
      if (this.started === undefined) return;
      this.waiting = new Set(diagnosis.waiting);
      if (diagnosis.waiting.length === 0 || this.voice.now > this.started.until) await this.#finish();
    } catch {
      // The next one tells, or the end does.
    }
  }

  async #finish(): Promise<void> {
    if (this.started === undefined) return;
    this.#stop();
    this.started = undefined;
    try {
      this.diagnosis = await getDiagnosis(this.asset);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#stop();
    this.started = undefined;
    const said = error instanceof RequestError ? error : undefined;
    const reason = said?.message ?? speak(this.voice, pageWords.noConnection);
    this.complaint = said?.status === 429 ? speak(this.voice, words.tooSoon) : speak(this.voice, words.failed, { reason });
  }

  #progress(): string {
    const { started, waiting, voice } = this;
    if (started === undefined) return "";
    const onlyMail = waiting.size > 0 && [...waiting].every((id) => id.endsWith("/mail-roundtrip"));
    const all = started.probes.length;
    return speak(voice, onlyMail ? words.lookingMail : words.looking, { done: all - waiting.size, all });
  }

  override render(): TemplateResult {
    const { asset, voice, started, diagnosis } = this;
    const name = assetName(voice, asset);
    // Each figure of the progress would be one announcement too many: what is said is that it begins, and what it comes to.
    const announced =
      started === undefined ? (diagnosis ? speak(voice, diagnosis.summary) : "") : speak(voice, words.begun, { asset: name });
    return html`
      <div class="ask">
        <button ?disabled=${started !== undefined} title=${speak(voice, words.hint)} @click=${() => void this.#start()}>
          ${speak(voice, words.diagnose)}<span class="unseen">: ${name}</span>
        </button>
        ${started === undefined ? nothing : html`<span class="small quiet" aria-hidden="true">${this.#progress()}</span>`}
        ${this.complaint === "" ? nothing : html`<span class="small" role="alert">${this.complaint}</span>`}
      </div>
      <div class="unseen" role="status">${announced}</div>
      ${diagnosis === undefined ? nothing : this.#result(diagnosis)}
    `;
  }

  #result({ status, summary, causes, waiting }: Diagnosis): TemplateResult {
    const { voice } = this;
    const [first, ...others] = causes.map((cause) => (voice.language === "zh-CN" ? cause.zh : cause.en));
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
                ${others.map(({ paragraph }) => html`<li>${paragraph}</li>`)}
              </ul>
            </div>`
      }
    </section>`;
  }

  #more({ steps, evidence, ruledOut }: SpokenCause): TemplateResult {
    const { voice } = this;
    const listed = (title: keyof typeof words, items: readonly string[]): TemplateResult | typeof nothing =>
      items.length === 0
        ? nothing
        : html`<details>
            <summary>${speak(voice, words[title])}</summary>
            <ul class="list small">
              ${items.map((item) => html`<li>${item}</li>`)}
            </ul>
          </details>`;
    return html`
      ${
        steps.length === 0
          ? nothing
          : html`<details open>
              <summary>${speak(voice, words.steps)}</summary>
              <ol class="small">
                ${steps.map((step) => html`<li>${step}</li>`)}
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
