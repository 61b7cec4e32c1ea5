import { css, html, LitElement, nothing, svg } from "lit";
import type { TemplateResult } from "lit";
import { assetPageWords as words } from "../../src/i18n/asset-page.ts";
import type { Standing } from "../../src/model/past.ts";
import type { Status } from "../../src/model/status.ts";
import { statusFacts } from "../../src/model/status.ts";
import type { Stretch } from "../past.ts";
import { percent, stretches, stretchInWords } from "../past.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { clock, speak } from "../voice.ts";

export interface BarRow {
  readonly name: string;
  /** Drawn larger. */
  readonly chief: boolean;
  readonly standing: Standing;
}

/** Height by status, besides the colour: the worse the taller. */
const heights: Readonly<Record<Status, number>> = { ok: 7, unknown: 11, warning: 16, critical: 24 };

/**
 * A stretch of time of several probes, drawn from time. What a bar stands for is told where it is pointed at; by keyboard the arrows
 * go from bar to bar and from row to row.
 */
export class WindowBars extends LitElement {
  static override properties = {
    rows: { attribute: false },
    from: { type: Number },
    to: { type: Number },
    voice: { attribute: false },
    row: { state: true },
    stretch: { state: true },
    held: { state: true },
  };
  declare rows: readonly BarRow[];
  declare from: number;
  declare to: number;
  declare voice: Voice;
  /** The row and the piece of it that is told. */
  declare row: number;
  declare stretch: number;
  /** Something is pointed at, or has the focus. */
  declare held: boolean;

  static override styles = [
    shared,
    css`
      .row {
        display: grid;
        grid-template-columns: minmax(7rem, 13rem) minmax(0, 1fr) 5rem;
        gap: 0 var(--space-4);
        align-items: center;
        padding-block: var(--space-1);
        font-size: var(--text-note);
      }
      .row.chief {
        font-weight: 600;
        padding-bottom: var(--space-3);
      }
      .name {
        min-width: 0;
        overflow-wrap: anywhere;
        line-height: 1.35;
      }
      .share {
        text-align: end;
        white-space: nowrap;
      }
      .track {
        position: relative;
        border-radius: var(--radius-small);
        cursor: crosshair;
        touch-action: pan-y;
      }
      svg {
        display: block;
        width: 100%;
        height: 24px;
      }
      .chief svg {
        height: 40px;
      }
      .ground {
        fill: var(--line);
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
      .pointed {
        fill: none;
        stroke: var(--text);
        stroke-width: 2;
        vector-effect: non-scaling-stroke;
      }
      .axis {
        display: grid;
        grid-template-columns: minmax(7rem, 13rem) minmax(0, 1fr) 5rem;
        gap: 0 var(--space-4);
        font-size: var(--text-small);
        color: var(--text-quiet);
      }
      .axis div {
        grid-column: 2;
        display: flex;
        justify-content: space-between;
        gap: var(--space-2);
      }
      .told {
        min-height: 1.5em;
        margin-top: var(--space-2);
        font-size: var(--text-note);
      }
      @media (max-width: 700px) {
        .told {
          min-height: 3em;
        }
        .row,
        .axis {
          grid-template-columns: minmax(0, 1fr) auto;
          gap: 0 var(--space-3);
        }
        .track,
        .axis div {
          grid-column: 1 / -1;
        }
        .track {
          order: 3;
        }
        .middle {
          display: none;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.rows = [];
    this.from = 0;
    this.to = 1;
    this.row = 0;
    this.stretch = Number.MAX_SAFE_INTEGER;
    this.held = false;
  }

  override render(): TemplateResult {
    const { voice, rows, from, to } = this;
    const row = rows[Math.min(this.row, rows.length - 1)];
    const told = row === undefined ? undefined : this.#told(row);
    return html`
      <div @pointerleave=${this.#leave}>${rows.map((one, index) => this.#row(one, index))}</div>
      <div class="axis" aria-hidden="true">
        <div>
          ${[0, 1, 2, 3, 4].map(
            (quarter) =>
              html`<span class=${quarter % 2 === 0 ? "" : "middle"}>${clock(voice, from + ((to - from) * quarter) / 4)}</span>`,
          )}
        </div>
      </div>
      <p class="told ${this.held ? "" : "quiet"}" aria-hidden="true">
        ${this.held && told !== undefined ? told : speak(voice, words.spanHint)}
      </p>
    `;
  }

  #row(row: BarRow, index: number): TemplateResult {
    const { voice } = this;
    const { standing, name } = row;
    const all = stretches(standing.bars, this.from, this.to);
    const active = Math.min(this.row, this.rows.length - 1) === index;
    const now = active ? Math.min(this.stretch, all.length - 1) : all.length - 1;
    const { value } = standing.availability;
    return html`<div class="row ${row.chief ? "chief" : ""}">
      <span class="name">${name}</span>
      <div
        class="track"
        role="slider"
        tabindex=${active ? 0 : -1}
        aria-label=${name}
        aria-orientation="horizontal"
        aria-valuemin="0"
        aria-valuemax=${all.length - 1}
        aria-valuenow=${now}
        aria-valuetext=${this.#told(row, now)}
        @focus=${() => this.#go(index, active ? this.stretch : all.length - 1)}
        @blur=${this.#leave}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event, all.length)}
        @pointermove=${(event: PointerEvent) => this.#point(event, index, all)}
        @pointerdown=${(event: PointerEvent) => this.#point(event, index, all)}
      >
        ${this.#drawn(all, active && this.held ? all[now] : undefined)}
      </div>
      <span class="share">${value === null ? "–" : percent(voice, value)}</span>
    </div>`;
  }

  #drawn(all: readonly Stretch[], pointed: Stretch | undefined): TemplateResult {
    const length = this.to - this.from;
    const place = ({ from, to }: Stretch): { readonly x: number; readonly width: number } => {
      // A short fault must be seen: nothing is narrower than a third of a per cent.
      const width = Math.max(((to - from) / length) * 1000, 3);
      return { x: Math.min(((from - this.from) / length) * 1000, 1000 - width), width };
    };
    const known = all.flatMap(({ status, ...span }) => (status === undefined ? [] : [{ ...span, status }]));
    const mark = pointed && place(pointed);
    return html`<svg viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden="true">
      <rect class="ground" x="0" y="23" width="1000" height="1" />
      ${known
        .toSorted((a, b) => statusFacts[a.status].rank - statusFacts[b.status].rank)
        .map((bar) => {
          const { x, width } = place(bar);
          const height = heights[bar.status];
          return svg`<rect class=${bar.status} x=${x.toFixed(2)} y=${24 - height} width=${width.toFixed(2)} height=${height} />`;
        })}
      ${mark === undefined ? nothing : svg`<rect class="pointed" x=${mark.x.toFixed(2)} y="0" width=${mark.width.toFixed(2)} height="24" />`}
    </svg>`;
  }

  #told({ name, standing }: BarRow, index = this.stretch): string {
    const all = stretches(standing.bars, this.from, this.to);
    const one = all[Math.min(index, all.length - 1)];
    return one === undefined ? name : stretchInWords(this.voice, name, one, standing.folded);
  }

  #go(row: number, stretch: number): void {
    this.row = row;
    this.stretch = stretch;
    this.held = true;
  }

  #leave = (): void => {
    this.held = false;
  };

  #point(event: PointerEvent, row: number, all: readonly Stretch[]): void {
    const track = event.currentTarget;
    if (!(track instanceof HTMLElement)) return;
    const { left, width } = track.getBoundingClientRect();
    const at = this.from + ((event.clientX - left) / width) * (this.to - this.from);
    const index = all.findIndex(({ from, to }) => from <= at && at < to);
    this.#go(row, index < 0 ? all.length - 1 : index);
  }

  #onKey(event: KeyboardEvent, count: number): void {
    const last = count - 1;
    const now = Math.min(this.stretch, last);
    const stretch = { ArrowLeft: Math.max(0, now - 1), ArrowRight: Math.min(last, now + 1), Home: 0, End: last }[event.key];
    const rows = { ArrowUp: Math.max(0, this.row - 1), ArrowDown: Math.min(this.rows.length - 1, this.row + 1) }[event.key];
    if (stretch === undefined && rows === undefined) return;
    event.preventDefault();
    if (stretch !== undefined) this.#go(this.row, stretch);
    else if (rows !== undefined && rows !== this.row) void this.#focusRow(rows);
  }

  async #focusRow(row: number): Promise<void> {
    this.#go(row, Number.MAX_SAFE_INTEGER);
    await this.updateComplete;
    this.renderRoot.querySelectorAll<HTMLElement>(".track")[row]?.focus();
  }
}
customElements.define("window-bars", WindowBars);

declare global {
  interface HTMLElementTagNameMap {
    "window-bars": WindowBars;
  }
}
