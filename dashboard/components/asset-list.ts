import { css, html, LitElement, nothing } from "lit";
import type { TemplateResult } from "lit";
import { pageWords } from "../../src/i18n/page.ts";
import type { AssetView, IncidentView } from "../../src/model/api.ts";
import { partsOfId } from "../../src/model/probe.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { speak } from "../voice.ts";
import "./asset-row.ts";
import type { Evidence } from "./probe-row.ts";

/** More than this and there is a field to find one; more than `first` and the well ones wait to be asked for. */
const findable = 12;
const first = 20;

/** Every asset, the worst first. */
export class AssetList extends LitElement {
  static override properties = {
    assets: { attribute: false },
    opened: { attribute: false },
    evidence: { attribute: false },
    running: { attribute: false },
    incidents: { attribute: false },
    busy: { attribute: false },
    until: { type: Number },
    voice: { attribute: false },
    sought: { state: true },
    all: { state: true },
  };
  declare assets: readonly AssetView[];
  declare opened: ReadonlySet<string>;
  declare evidence: ReadonlyMap<string, Evidence>;
  declare running: ReadonlySet<string>;
  /** The open ones. */
  declare incidents: readonly IncidentView[];
  declare busy: ReadonlySet<number>;
  declare until: number;
  declare voice: Voice;
  /** What is typed into the field. */
  declare sought: string;
  declare all: boolean;

  static override styles = [
    shared,
    css`
      .head {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 13rem 5rem;
        gap: var(--space-2) var(--space-4);
        align-items: end;
        padding-bottom: var(--space-2);
      }
      .title {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-6);
      }
      .since {
        text-align: end;
      }
      .axis {
        display: flex;
        justify-content: space-between;
      }
      .axis,
      .since {
        font-size: var(--text-small);
        color: var(--text-quiet);
      }
      input {
        font: inherit;
        font-size: var(--text-note);
        width: min(18rem, 100%);
        min-height: 36px;
        padding: var(--space-1) var(--space-3);
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-small);
        background: var(--surface);
        color: inherit;
      }
      .many asset-row {
        content-visibility: auto;
        contain-intrinsic-size: auto 64px;
      }
      .none,
      .more {
        padding-block: var(--space-4);
        border-top: 1px solid var(--line);
      }
      @media (max-width: 900px) {
        .head {
          grid-template-columns: minmax(0, 1fr);
        }
        .since {
          display: none;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.assets = [];
    this.opened = new Set();
    this.evidence = new Map();
    this.running = new Set();
    this.incidents = [];
    this.busy = new Set();
    this.until = 0;
    this.sought = "";
    this.all = false;
  }

  override render(): TemplateResult {
    const { voice, assets } = this;
    const sought = this.sought.trim().toLowerCase();
    const fitting = sought === "" ? assets : assets.filter((asset) => asset.id.includes(sought));
    const shown =
      this.all || sought !== "" ? fitting : fitting.filter((asset, index) => index < first || this.opened.has(asset.id));
    return html`<section aria-labelledby="title" class=${shown.length > first ? "many" : ""}>
      <div class="head">
        <div class="title">
          <h2 id="title">${speak(voice, pageWords.assets)}</h2>
          ${
            assets.length > findable
              ? html`<input
                  type="search"
                  aria-label=${speak(voice, pageWords.filter)}
                  placeholder=${speak(voice, pageWords.filter)}
                  .value=${this.sought}
                  @input=${this.#seek}
                />`
              : nothing
          }
        </div>
        <div class="axis" aria-hidden="true">
          <span>${speak(voice, pageWords.dayAgo)}</span><span>${speak(voice, pageWords.nowWord)}</span>
        </div>
        <span class="since" aria-hidden="true">${speak(voice, pageWords.sinceHead)}</span>
      </div>
      ${shown.map(
        (asset) =>
          html`<asset-row
            id=${asset.id}
            .asset=${asset}
            .open=${this.opened.has(asset.id)}
            .evidence=${this.evidence}
            .running=${this.running}
            .incidents=${this.incidents.filter(({ probes }) => probes.some((held) => held.asset === asset.id && held.leftAt === null))}
            .busy=${this.busy}
            .until=${this.until}
            .voice=${voice}
            @toggle-asset=${(event: CustomEvent<string>) => this.#passOn(event)}
          ></asset-row>`,
      )}
      ${shown.length === 0 ? html`<p class="none quiet">${speak(voice, pageWords.filterNone, { text: this.sought.trim() })}</p>` : nothing}
      ${
        shown.length < fitting.length
          ? html`<p class="more">
              <button @click=${this.#showAll}>${speak(voice, pageWords.showAll, { count: fitting.length })}</button>
            </p>`
          : nothing
      }
    </section>`;
  }

  /** Scrolls to a probe of an asset that is open and puts the focus on its evidence. */
  async goTo(probe: string): Promise<void> {
    await this.updateComplete;
    const row = this.renderRoot.querySelector(`asset-row[id="${CSS.escape(partsOfId(probe).asset)}"]`);
    if (!(row instanceof LitElement)) return;
    await row.updateComplete;
    const part = row.renderRoot.querySelector(`probe-row[id="${CSS.escape(probe)}"]`);
    if (!(part instanceof LitElement)) return;
    await part.updateComplete;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    part.scrollIntoView({ block: "center", behavior: calm ? "instant" : "smooth" });
    part.renderRoot.querySelector("summary")?.focus({ preventScroll: true });
  }

  /** Puts the focus on the link to the page of an asset: whoever comes back from there goes on here. */
  async focusOn(id: string): Promise<void> {
    await this.updateComplete;
    const row = this.renderRoot.querySelector(`asset-row[id="${CSS.escape(id)}"]`);
    if (row instanceof LitElement) row.renderRoot.querySelector("a")?.focus({ preventScroll: true });
  }

  #seek = (event: Event): void => {
    if (event.target instanceof HTMLInputElement) this.sought = event.target.value;
  };

  #showAll = (): void => {
    this.all = true;
  };

  #passOn(event: CustomEvent<string>): void {
    this.dispatchEvent(new CustomEvent("toggle-asset", { detail: event.detail }));
  }
}
customElements.define("asset-list", AssetList);

declare global {
  interface HTMLElementTagNameMap {
    "asset-list": AssetList;
  }
}
