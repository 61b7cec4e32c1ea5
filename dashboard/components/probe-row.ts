import { css, html, LitElement, nothing } from "lit";
import type { TemplateResult } from "lit";
import { pageWords } from "../../src/i18n/page.ts";
import type { FindingView, MetricView, ProbeDetail, ProbeView } from "../../src/model/api.ts";
import { statusFacts } from "../../src/model/status.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { clock, exactly, lasted, speak, took } from "../voice.ts";
import "./status-mark.ts";

/** What the page knows of a probe's evidence. */
export type Evidence =
  | { readonly kind: "loading" }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "there"; readonly detail: ProbeDetail };

/** Which status to show first: what was seen counts at once when it is worse. */
export const isSuspected = (view: Pick<ProbeView, "status" | "observed">): boolean =>
  view.observed !== null && statusFacts[view.observed].rank > statusFacts[view.status].rank;

const metricText = (voice: Voice, { label, unit, value }: MetricView): string => {
  const name = speak(voice, label);
  if (unit === "seconds") return `${name} ${took(voice, value * 1000)}`;
  if (unit === "ratio") return `${name} ${(value * 100).toFixed(1)} %`;
  const number = value.toLocaleString(voice.language, { maximumFractionDigits: 3 });
  return unit === "bytes" ? `${name} ${number} B` : `${name} ${number}`;
};

/** One probe: what it found, what to do, when it ran, its evidence. Tells `run-probe` and `want-evidence` (probe id). */
export class ProbeRow extends LitElement {
  static override properties = {
    probe: { attribute: false },
    evidence: { attribute: false },
    running: { type: Boolean },
    voice: { attribute: false },
  };
  declare probe: ProbeView;
  declare evidence: Evidence | undefined;
  /** It was asked to run and has not reported since. */
  declare running: boolean;
  declare voice: Voice;

  static override styles = [
    shared,
    css`
      article {
        display: grid;
        grid-template-columns: 6.5rem minmax(0, 1fr) auto;
        gap: var(--space-1) var(--space-4);
        padding-block: var(--space-4);
      }
      h4 {
        margin: 0;
        font-size: 1rem;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      h4 span {
        font-weight: 400;
      }
      .body {
        grid-column: 2;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .body > * + * {
        margin-top: var(--space-1);
      }
      .finding + .finding {
        margin-top: var(--space-3);
      }
      .finding p {
        max-width: 44em;
      }
      .run {
        grid-column: 3;
        grid-row: 1 / span 2;
      }
      summary {
        width: fit-content;
        padding-block: var(--space-1);
        font-size: var(--text-note);
        font-weight: 600;
        color: var(--accent);
        cursor: pointer;
      }
      details[open] > summary {
        margin-bottom: var(--space-2);
      }
      details p {
        margin-top: var(--space-2);
      }
      @media (max-width: 700px) {
        article {
          grid-template-columns: minmax(0, 1fr) auto;
        }
        .body,
        h4 {
          grid-column: 1 / -1;
        }
        .run {
          grid-column: 2;
          grid-row: 1;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.evidence = undefined;
    this.running = false;
  }

  override render(): TemplateResult {
    const { probe, voice } = this;
    const suspected = isSuspected(probe);
    return html`<article>
      <status-mark
        status=${suspected ? (probe.observed ?? probe.status) : probe.status}
        ?suspected=${suspected}
        .voice=${voice}
      ></status-mark>
      <h4>${speak(voice, probe.title)} <span class="quiet">· ${probe.target}</span></h4>
      <div class="run">
        <button ?disabled=${this.running} @click=${() => this.#tell("run-probe")}>
          ${speak(voice, this.running ? pageWords.running : pageWords.runNow)}<span class="unseen"
            >: ${speak(voice, probe.title)}</span
          >
        </button>
      </div>
      <div class="body">
        ${this.#note()} ${probe.findings.map((finding) => this.#finding(finding))}
        ${
          probe.metrics.length === 0
            ? nothing
            : html`<p class="small quiet">${probe.metrics.map((metric) => metricText(voice, metric)).join(" · ")}</p>`
        }
        ${this.#times()}
        <details @toggle=${this.#toggle} ?open=${this.evidence !== undefined}>
          <summary>${speak(voice, pageWords.evidence)}<span class="unseen">: ${speak(voice, probe.title)}</span></summary>
          ${this.#evidence()}
        </details>
      </div>
    </article>`;
  }

  #note(): TemplateResult | typeof nothing {
    const { probe, voice } = this;
    if (probe.observed === null) return html`<p class="quiet">${speak(voice, pageWords.waiting)}</p>`;
    const notes: string[] = [];
    if (isSuspected(probe)) notes.push(speak(voice, pageWords.unconfirmed));
    else if (probe.unconfirmed && probe.observed === "ok") notes.push(speak(voice, pageWords.recovering));
    if (probe.flapping) notes.push(speak(voice, pageWords.flapping));
    return notes.length === 0 ? nothing : html`<p class="small quiet">${notes.join(" · ")}</p>`;
  }

  #finding(finding: FindingView): TemplateResult {
    const { voice } = this;
    const quiet = finding.severity === "info";
    return html`<div class="finding ${quiet ? "quiet small" : ""}">
      <p>${speak(voice, finding.text)}</p>
      ${quiet ? nothing : html`<p class="quiet">${speak(voice, finding.advice)}</p>`}
    </div>`;
  }

  #times(): TemplateResult | typeof nothing {
    const { probe, voice } = this;
    if (probe.lastAt === null) return nothing;
    const last = speak(voice, pageWords.lastRun, {
      ago: lasted(voice, voice.now - probe.lastAt),
      took: took(voice, probe.durationMs ?? 0),
    });
    const next = probe.nextAt === null ? "" : ` · ${speak(voice, pageWords.nextRun, { time: clock(voice, probe.nextAt) })}`;
    return html`<p class="small quiet" title=${exactly(voice, probe.lastAt)}>${last}${next}</p>`;
  }

  #evidence(): TemplateResult {
    const { evidence, probe, voice } = this;
    if (evidence === undefined || evidence.kind === "loading") {
      return html`<p class="small quiet">${speak(voice, pageWords.evidenceLoading)}</p>`;
    }
    if (evidence.kind === "failed") {
      return html`<p class="small">${speak(voice, pageWords.evidenceFailed, { reason: evidence.reason })}</p>`;
    }
    const { detail } = evidence;
    const sources = [...new Set(probe.findings.map((finding) => finding.source).filter((source) => source !== ""))];
    return html`
      ${
        detail.evidence.length === 0
          ? html`<p class="small quiet">${speak(voice, pageWords.evidenceNone)}</p>`
          : html`<pre tabindex="0">${detail.evidence.join("\n")}</pre>`
      }
      <p class="small quiet">
        ${[
          detail.id,
          speak(voice, pageWords.declaredAt, { place: detail.from }),
          ...sources.map((source) => speak(voice, pageWords.source, { source })),
        ].join(" · ")}
      </p>
    `;
  }

  #toggle = (event: Event): void => {
    if (event.target instanceof HTMLDetailsElement && event.target.open) this.#tell("want-evidence");
  };

  #tell(name: "run-probe" | "want-evidence"): void {
    this.dispatchEvent(new CustomEvent(name, { detail: this.probe.id, bubbles: true, composed: true }));
  }
}
customElements.define("probe-row", ProbeRow);

declare global {
  interface HTMLElementTagNameMap {
    "probe-row": ProbeRow;
  }
}
