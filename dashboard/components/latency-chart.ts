import { css, html, LitElement, nothing, unsafeCSS } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import uPlot from "uplot";
import plotStyle from "uplot/dist/uPlot.min.css?inline";
import { assetPageWords as words } from "../../src/i18n/asset-page.ts";
import type { LatencyPoint } from "../../src/model/past.ts";
import { latencyInWords, pointInWords, withGaps } from "../past.ts";
import type { Theme } from "../preferences.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { clock, speak, took } from "../voice.ts";

const height = 240;
/** A table of more rows nobody reads; the figures are in the API. */
const mostRows = 100;
const day = 86_400_000;
const quarter = 15 * 60_000;
/** Seconds between two times on the axis: its labels name minutes, hours or days, and none twice. */
const minutes = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200];
const days = [1, 2, 3, 5, 7, 10, 14, 28].map((count) => count * 86_400);

/** How long a probe took: median, 95th percentile and what was lost, as a chart, a sentence and a table. */
export class LatencyChart extends LitElement {
  static override properties = {
    points: { attribute: false },
    from: { type: Number },
    to: { type: Number },
    name: {},
    theme: {},
    voice: { attribute: false },
    pointed: { state: true },
  };
  declare points: readonly LatencyPoint[];
  declare from: number;
  declare to: number;
  /** Of the probe. */
  declare name: string;
  /** Canvas takes no custom properties: with another theme it is drawn anew. */
  declare theme: Theme;
  declare voice: Voice;
  /** The point that is told. */
  declare pointed: number | undefined;

  static override styles = [
    shared,
    unsafeCSS(plotStyle),
    css`
      .plot {
        position: relative;
        min-height: ${height}px;
        margin-top: var(--space-3);
        border-radius: var(--radius-small);
      }
      .uplot {
        font-family: inherit;
      }
      .u-hz .u-cursor-x {
        border-color: var(--text-quiet);
      }
      .keys {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-5);
        font-size: var(--text-note);
        color: var(--text-quiet);
      }
      .keys span {
        display: inline-flex;
        align-items: center;
        gap: var(--space-2);
      }
      .keys i {
        width: 22px;
        border-top: 3px solid var(--accent);
      }
      .keys .most {
        border-top: 2px dashed var(--text-quiet);
      }
      .keys b {
        color: var(--critical);
      }
      .ink {
        color: var(--text-quiet);
        border-color: var(--line);
      }
      .half-ink {
        color: var(--accent);
      }
      .lost-ink {
        color: var(--critical);
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
      }
      summary {
        width: fit-content;
        padding-block: var(--space-1);
        font-size: var(--text-note);
        font-weight: 600;
        color: var(--accent);
        cursor: pointer;
      }
      .rows {
        overflow: auto;
        max-height: 20rem;
      }
      table {
        border-collapse: collapse;
        font-size: var(--text-note);
      }
      th,
      td {
        padding: var(--space-1) var(--space-5) var(--space-1) 0;
        text-align: end;
        white-space: nowrap;
        font-weight: 400;
      }
      thead th {
        font-weight: 600;
        white-space: normal;
        vertical-align: bottom;
      }
      tr > :first-child {
        text-align: start;
      }
    `,
  ];

  #plot: uPlot | undefined;
  #sizes: ResizeObserver | undefined;
  #scheme: MediaQueryList | undefined;
  /** Place in the data of uPlot ▶ place in `points`. */
  #places: readonly (number | undefined)[] = [];

  constructor() {
    super();
    this.points = [];
    this.pointed = undefined;
    this.theme = "system";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#scheme = matchMedia("(prefers-color-scheme: dark)");
    this.#scheme.addEventListener("change", this.#drawAnew);
    this.#sizes = new ResizeObserver(() => {
      const width = this.#place()?.clientWidth ?? 0;
      if (this.#plot !== undefined && width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height });
    });
    if (this.hasUpdated) this.#drawAnew();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#scheme?.removeEventListener("change", this.#drawAnew);
    this.#sizes?.disconnect();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("points") || changed.has("theme") || changed.has("from") || this.#saidOtherwise(changed.get("voice")))
      this.#draw();
  }

  /** Its clock moves on every few seconds; that alone changes nothing here. */
  #saidOtherwise(before: Voice | undefined): boolean {
    return before !== undefined && (before.language !== this.voice.language || before.timezone !== this.voice.timezone);
  }

  override render(): TemplateResult {
    const { voice, points } = this;
    if (points.every(({ p50, lost }) => p50 === null && lost === 0))
      return html`<p class="quiet">${speak(voice, words.latencyNone)}</p>`;
    const now = Math.min(this.pointed ?? points.length - 1, points.length - 1);
    const told = points[now];
    const said = told === undefined ? "" : pointInWords(voice, told);
    const hasLosses = points.some(({ lost }) => lost > 0);
    return html`
      <p>${latencyInWords(voice, points)}</p>
      <div
        class="plot"
        role="slider"
        tabindex="0"
        aria-label="${speak(voice, words.latency)}: ${this.name}"
        aria-orientation="horizontal"
        aria-valuemin="0"
        aria-valuemax=${points.length - 1}
        aria-valuenow=${now}
        aria-valuetext=${said}
        @keydown=${this.#onKey}
        @blur=${this.#leave}
      >
        <i class="ink" hidden></i><i class="half-ink" hidden></i><i class="lost-ink" hidden></i>
      </div>
      <p class="keys">
        <span><i aria-hidden="true"></i>${speak(voice, words.half)}</span>
        <span><i class="most" aria-hidden="true"></i>${speak(voice, words.most)}</span>
        ${hasLosses ? html`<span><b aria-hidden="true">×</b>${speak(voice, words.losses)}</span>` : nothing}
      </p>
      <p class="told ${this.pointed === undefined ? "quiet" : ""}" aria-hidden="true">
        ${this.pointed === undefined ? speak(voice, words.latencyHint) : said}
      </p>
      ${this.#table()}
    `;
  }

  #table(): TemplateResult {
    const { voice, points } = this;
    const rows = points.slice(-mostRows).toReversed();
    const cell = (ms: number | null): string => (ms === null ? "–" : took(voice, ms));
    return html`<details>
      <summary>${speak(voice, words.asTable)}</summary>
      <div class="rows" tabindex="0" role="region" aria-label="${speak(voice, words.latency)}: ${this.name}">
        ${rows.length < points.length ? html`<p class="small quiet">${speak(voice, words.tableShort, { count: mostRows })}</p>` : nothing}
        <table>
          <thead>
            <tr>
              <th scope="col">${speak(voice, words.when)}</th>
              <th scope="col">p50</th>
              <th scope="col">p95</th>
              <th scope="col">${speak(voice, words.runs)}</th>
              <th scope="col">${speak(voice, words.losses)}</th>
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              ({ from, p50, p95, runs, lost }) =>
                html`<tr>
                  <th scope="row">${clock(voice, from)}</th>
                  <td>${cell(p50)}</td>
                  <td>${cell(p95)}</td>
                  <td>${runs}</td>
                  <td>${lost}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>`;
  }

  #place(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>(".plot");
  }

  #ink(name: string, what: "color" | "borderTopColor" = "color"): string {
    const ink = this.renderRoot.querySelector(name);
    return ink === null ? "grey" : getComputedStyle(ink)[what];
  }

  #drawAnew = (): void => this.#draw();

  /** What is young is drawn from its beginning, and not as a dot at the end of an empty day. */
  #start(): number {
    return Math.max(this.from, Math.min(this.points[0]?.from ?? this.from, this.to - quarter));
  }

  #draw(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    const place = this.#place();
    if (place === null) return;
    this.#sizes?.disconnect();
    const { xs, p50, p95, places } = withGaps(this.points);
    this.#places = places;
    const text = this.#ink(".ink");
    const grid = this.#ink(".ink", "borderTopColor");
    const lost = this.#ink(".lost-ink");
    const font = `12px ${getComputedStyle(place).fontFamily}`;
    const axis = { stroke: text, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
    const { timezone: timeZone, language } = this.voice;
    // As all times of the page are written: 23 Oct, 10 月 23 日.
    const date = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { timeZone, month: "short", day: "numeric" });
    const hours = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" });
    const isLong = this.to - this.from > day;
    const told = (at: number): string =>
      isLong ? date.format(at).replace(/(?<=\d)(?=[月日])|(?<=月)(?=\d)/g, " ") : hours.format(at);
    this.#plot = new uPlot(
      {
        width: place.clientWidth,
        height,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), this.voice.timezone),
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false, setScale: false } },
        scales: {
          x: { time: true, range: () => [this.#start() / 1000, this.to / 1000] },
          y: { range: (_, __, most) => [0, Math.max(most * 1.15, 10)] },
        },
        axes: [
          {
            ...axis,
            space: 90,
            incrs: isLong ? days : minutes,
            values: (_, splits) => splits.map((seconds) => told(seconds * 1000)),
          },
          {
            ...axis,
            size: 68,
            splits: (_, __, ___, most) => niceSteps(most),
            values: (_, splits) => splits.map((ms) => (ms === 0 ? "0" : took(this.voice, ms))),
          },
        ],
        series: [
          {},
          { stroke: text, width: 1.5, dash: [5, 4], points: { size: 4 } },
          { stroke: this.#ink(".half-ink"), width: 2.5, points: { size: 5 } },
        ],
        hooks: {
          draw: [(plot) => this.#markLosses(plot, lost)],
          setCursor: [
            (plot) => {
              const { idx } = plot.cursor;
              this.pointed = idx === null || idx === undefined ? undefined : this.#places[idx];
            },
          ],
        },
      },
      [[...xs], [...p95], [...p50]],
      place,
    );
    this.#sizes?.observe(place);
  }

  /** A cross at the top where something was lost: it has no duration. */
  #markLosses(plot: uPlot, colour: string): void {
    const { ctx, bbox } = plot;
    const scale = devicePixelRatio;
    const arm = 4 * scale;
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.lineWidth = 2 * scale;
    for (const { from, to, lost } of this.points) {
      if (lost === 0) continue;
      const x = plot.valToPos((from + to) / 2000, "x", true);
      const y = bbox.top + 2 * arm;
      ctx.beginPath();
      ctx.moveTo(x - arm, y - arm);
      ctx.lineTo(x + arm, y + arm);
      ctx.moveTo(x + arm, y - arm);
      ctx.lineTo(x - arm, y + arm);
      ctx.stroke();
    }
    ctx.restore();
  }

  #leave = (): void => {
    this.#plot?.setCursor({ left: -10, top: -10 });
  };

  #onKey = (event: KeyboardEvent): void => {
    const last = this.points.length - 1;
    const now = this.pointed ?? last + 1;
    const next = { ArrowLeft: Math.max(0, now - 1), ArrowRight: Math.min(last, now + 1), Home: 0, End: last }[event.key];
    const point = next === undefined ? undefined : this.points[next];
    if (point === undefined || this.#plot === undefined) return;
    event.preventDefault();
    this.#plot.setCursor({ left: this.#plot.valToPos((point.from + point.to) / 2000, "x"), top: 10 });
  };
}
customElements.define("latency-chart", LatencyChart);

const steps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
];

/** Four or so round durations from zero up to a little below the top, in milliseconds. */
function niceSteps(most: number): number[] {
  const step = steps.find((one) => most / one <= 5) ?? Math.ceil(most / 5 / 3_600_000) * 3_600_000;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

declare global {
  interface HTMLElementTagNameMap {
    "latency-chart": LatencyChart;
  }
}
