import { css, html, LitElement, nothing } from "lit";
import type { TemplateResult } from "lit";
import { kindWords, pageWords } from "../../src/i18n/page.ts";
import type { AssetView, IncidentView, ProbeView } from "../../src/model/api.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { assetName, bracketed, clock, exactly, lasted, speak, took } from "../voice.ts";
import { addressOfAsset } from "../route.ts";
import { breakable } from "./breakable.ts";
import { chiefOf } from "./fault-card.ts";
import type { Evidence } from "./probe-row.ts";
import { isSuspected } from "./probe-row.ts";
import "./asset-diagnosis.ts";
import "./status-mark.ts";
import "./time-bars.ts";

/** One asset in a line; opened, its probes. Tells `toggle-asset` (id) and `acknowledge` (id of an incident). */
export class AssetRow extends LitElement {
  static override properties = {
    asset: { attribute: false },
    open: { type: Boolean },
    evidence: { attribute: false },
    running: { attribute: false },
    incidents: { attribute: false },
    busy: { attribute: false },
    until: { type: Number },
    voice: { attribute: false },
  };
  declare asset: AssetView;
  declare open: boolean;
  declare evidence: ReadonlyMap<string, Evidence>;
  declare running: ReadonlySet<string>;
  /** The open ones that hold a probe of it. */
  declare incidents: readonly IncidentView[];
  declare busy: ReadonlySet<number>;
  /** The right edge of the bars. */
  declare until: number;
  declare voice: Voice;

  static override styles = [
    shared,
    css`
      :host {
        border-top: 1px solid var(--line);
      }
      .line {
        position: relative;
        display: grid;
        grid-template-columns: 6.5rem minmax(12rem, 1.2fr) minmax(0, 2fr) 13rem 5rem;
        gap: var(--space-1) var(--space-4);
        align-items: center;
        padding-block: var(--space-3);
      }
      .line:hover {
        background: color-mix(in oklab, transparent, var(--text) 3%);
      }
      h3 {
        margin: 0;
        min-width: 0;
        font-size: 1rem;
        line-height: 1.35;
        font-weight: 600;
      }
      h3 a {
        position: relative;
        z-index: 1;
        color: inherit;
        text-decoration: none;
        overflow-wrap: anywhere;
      }
      /* Its words are boxes, which an underline of the link would leave out. */
      h3 a .name {
        text-decoration: underline;
        text-decoration-color: var(--line-strong);
        text-underline-offset: 3px;
      }
      h3 a:hover .name {
        color: var(--accent);
        text-decoration-color: currentColor;
      }
      /* The whole line opens it; the name leads to its page. */
      .toggle {
        all: unset;
        position: absolute;
        inset: 0;
        cursor: pointer;
      }
      .toggle:focus-visible {
        outline: 2px solid var(--accent);
        outline-offset: -2px;
        border-radius: var(--radius-small);
      }
      .kind {
        display: block;
        font-size: var(--text-small);
        font-weight: 400;
        color: var(--text-quiet);
      }
      .what {
        min-width: 0;
        line-height: 1.4;
        overflow-wrap: anywhere;
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        line-clamp: 2;
        overflow: hidden;
      }
      .what.quiet {
        font-size: var(--text-note);
      }
      .since {
        font-size: var(--text-note);
        color: var(--text-quiet);
        text-align: end;
        white-space: nowrap;
      }
      .probes {
        padding: 0 0 var(--space-3) 0;
      }
      .incident {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-4);
        padding-block: var(--space-2);
        font-size: var(--text-note);
      }
      .cause {
        flex: 1 1 16rem;
        min-width: 0;
        overflow: hidden;
        white-space: nowrap;
        text-overflow: ellipsis;
      }
      .probes > * + * {
        border-top: 1px solid var(--line);
      }
      @media (min-width: 901px) {
        .probes {
          padding-inline-start: var(--space-6);
        }
      }
      @media (max-width: 900px) {
        .line {
          grid-template-columns: minmax(0, 1fr) auto;
          padding-block: var(--space-4);
        }
        h3,
        .what,
        time-bars {
          grid-column: 1 / -1;
        }
        .since {
          grid-column: 2;
          grid-row: 1;
        }
        .kind {
          display: inline;
          margin-inline-start: var(--space-1);
        }
        .what {
          -webkit-line-clamp: 4;
          line-clamp: 4;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.open = false;
    this.evidence = new Map();
    this.running = new Set();
    this.incidents = [];
    this.busy = new Set();
    this.until = 0;
  }

  override render(): TemplateResult {
    const { asset, voice } = this;
    const suspected = isSuspected(asset);
    const name = assetName(voice, asset.id);
    const kind =
      asset.kind === "monitor"
        ? ""
        : `${speak(voice, kindWords[asset.kind])}${asset.ours ? "" : speak(voice, pageWords.ofPartner)}`;
    return html`
      <div class="line">
        <button
          class="toggle"
          aria-expanded=${this.open}
          aria-controls="probes"
          aria-label="${name} ${kind}"
          @click=${this.#toggle}
        ></button>
        <status-mark
          status=${suspected ? (asset.observed ?? asset.status) : asset.status}
          ?suspected=${suspected}
          .voice=${voice}
        ></status-mark>
        <h3>
          <a href=${addressOfAsset(asset.id)}>${breakable(name)}</a>
          ${kind === "" ? nothing : html`<span class="kind">${kind}</span>`}
        </h3>
        ${this.#what()}
        <time-bars .bars=${asset.bars} .until=${this.until} .voice=${voice}></time-bars>
        <span class="since" title=${asset.since === null ? nothing : exactly(voice, asset.since)}>
          ${asset.since === null || voice.now - asset.since < 60_000 ? nothing : lasted(voice, voice.now - asset.since)}
        </span>
      </div>
      <div class="probes" id="probes" ?hidden=${!this.open}>
        ${this.open ? this.incidents.map((incident) => this.#incident(incident)) : nothing}
        ${
          this.open && asset.kind !== "monitor"
            ? html`<asset-diagnosis .asset=${asset.id} .voice=${voice}></asset-diagnosis>`
            : nothing
        }
        ${
          this.open
            ? asset.probes.map(
                (probe) =>
                  html`<probe-row
                    id=${probe.id}
                    .probe=${probe}
                    .evidence=${this.evidence.get(probe.id)}
                    .running=${this.running.has(probe.id)}
                    .voice=${voice}
                  ></probe-row>`,
              )
            : nothing
        }
      </div>
    `;
  }

  #incident(incident: IncidentView): TemplateResult {
    const { voice } = this;
    const { id, name, priority, acknowledgedBy, acknowledgedUntil: until } = incident;
    const chief = chiefOf(incident);
    const inHand = acknowledgedBy !== null && until !== null && until > voice.now;
    return html`<p class="incident">
      <a href="#${name}">${priority} · ${name}</a>
      ${chief === undefined ? nothing : html`<span class="cause">${speak(voice, chief.finding.text)}</span>`}
      ${
        inHand
          ? html`<span class="quiet"
              >${speak(voice, pageWords.acknowledged, { by: acknowledgedBy, time: clock(voice, until) })}</span
            >`
          : html`<button
              ?disabled=${this.busy.has(id)}
              title=${speak(voice, pageWords.acknowledgeHint)}
              @click=${() => this.dispatchEvent(new CustomEvent("acknowledge", { detail: id, bubbles: true, composed: true }))}
            >
              ${speak(voice, pageWords.acknowledge)}<span class="unseen">: ${name}</span>
            </button>`
      }
    </p>`;
  }

  /** What is wrong in words; where nothing is, the one figure that says most. */
  #what(): TemplateResult {
    const { asset, voice } = this;
    const [worst, ...more] = asset.probes.flatMap((probe) => probe.findings.filter((finding) => finding.severity !== "info"));
    if (worst !== undefined) {
      const text = speak(voice, worst.text);
      const line = more.length === 0 ? text : speak(voice, pageWords.moreFindings, { text, count: more.length });
      const note = isSuspected(asset) ? html`<span class="quiet">${bracketed(voice, pageWords.unconfirmed)}</span>` : nothing;
      return html`<p class="what">${line}${note}</p>`;
    }
    return html`<p class="what quiet">${quietLine(voice, asset)}</p>`;
  }

  #toggle = (): void => {
    this.dispatchEvent(new CustomEvent("toggle-asset", { detail: this.asset.id }));
  };
}
customElements.define("asset-row", AssetRow);

function quietLine(voice: Voice, asset: AssetView): string {
  if (asset.observed === null) return speak(voice, pageWords.waiting);
  if (asset.status !== "ok") return speak(voice, pageWords.recovering);
  const seconds = roundtripOf(asset.probes);
  if (seconds !== undefined && seconds < 1) return speak(voice, pageWords.tookNoTime);
  if (seconds !== undefined) return speak(voice, pageWords.tookRoundtrip, { duration: took(voice, seconds * 1000) });
  return asset.probes.length === 1
    ? speak(voice, pageWords.oneWell)
    : speak(voice, pageWords.allWell, { count: asset.probes.length });
}

const roundtripOf = (probes: readonly ProbeView[]): number | undefined =>
  probes
    .find((probe) => probe.check === "mail-roundtrip")
    ?.metrics.find((metric) => metric.name === "roundtrip" && metric.unit === "seconds")?.value;

declare global {
  interface HTMLElementTagNameMap {
    "asset-row": AssetRow;
  }
}
