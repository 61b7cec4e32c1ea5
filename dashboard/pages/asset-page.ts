import { html, LitElement, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { assetPageWords as words, factWords, windowWords } from "../../src/i18n/asset-page.ts";
import { kindWords, pageWords } from "../../src/i18n/page.ts";
import type { AssetHistory, AssetView, IncidentView, Overview, PastWindow } from "../../src/model/api.ts";
import { pastWindows } from "../../src/model/api.ts";
import { partsOfId } from "../../src/model/probe.ts";
import { followReports, getHistory, RequestError } from "../api.ts";
import { breakable } from "../components/breakable.ts";
import type { Evidence } from "../components/probe-row.ts";
import { isSuspected } from "../components/probe-row.ts";
import type { BarRow } from "../components/window-bars.ts";
import { availabilityInWords, usualOf } from "../past.ts";
import type { Theme } from "../preferences.ts";
import { addressOfAsset, relatedTo } from "../route.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { assetName, bracketed, clock, lasted, speak } from "../voice.ts";
import { assetStyles } from "./asset-styles.ts";
import "../components/asset-diagnosis.ts";
import "../components/fault-card.ts";
import "../components/incident-table.ts";
import "../components/latency-chart.ts";
import "../components/letter-way.ts";
import "../components/probe-row.ts";
import "../components/status-mark.ts";
import "../components/window-bars.ts";

/** After a run has reported, the past is read again; several reports are one reading. */
const gatherMs = 1_000;
/** A domain may have hundreds of mailboxes; the overview finds them. */
const mostRelated = 12;
/** Also without a report: the edge of the window moves on. */
const refreshMs = 60_000;

/**
 * One asset: how it is, its probes, how it was, and the way of its letters. The page around it knows the present; it reads the past
 * itself. Tells `acknowledge` (id), `run-probe` and `want-evidence` (probe id).
 */
export class AssetPage extends LitElement {
  static override properties = {
    asset: {},
    overview: { attribute: false },
    evidence: { attribute: false },
    running: { attribute: false },
    busy: { attribute: false },
    theme: {},
    voice: { attribute: false },
    window: { state: true },
    check: { state: true },
    past: { state: true },
    failure: { state: true },
  };
  /** Its id, as the address says it. */
  declare asset: string;
  declare overview: Overview;
  declare evidence: ReadonlyMap<string, Evidence>;
  declare running: ReadonlySet<string>;
  declare busy: ReadonlySet<number>;
  declare theme: Theme;
  declare voice: Voice;
  declare window: PastWindow;
  /** Whose latency is drawn; undefined: that of the first. */
  declare check: string | undefined;
  declare past: AssetHistory | undefined;
  /** Why the last reading failed. */
  declare failure: string | undefined;

  static override styles = [shared, assetStyles];

  #stop: (() => void)[] = [];
  #gathering: ReturnType<typeof setTimeout> | undefined;
  /** Counts what was asked for: an answer that is overtaken is dropped. */
  #asked = 0;

  constructor() {
    super();
    this.window = "24h";
    this.evidence = new Map();
    this.running = new Set();
    this.busy = new Set();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const isSeen = (): boolean => document.visibilityState === "visible";
    const refresh = setInterval(() => void (isSeen() && this.#read()), refreshMs);
    const stopReports = followReports(({ probe }) => {
      if (!isSeen() || partsOfId(probe).asset !== this.asset || this.#gathering !== undefined) return;
      this.#gathering = setTimeout(() => void this.#read(), gatherMs);
    });
    this.#stop = [() => clearInterval(refresh), stopReports, () => clearTimeout(this.#gathering)];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("asset")) {
      this.check = undefined;
      this.past = undefined;
    }
    if (changed.has("asset") || (changed.has("window") && changed.get("window") !== undefined)) void this.#read();
  }

  override updated(changed: PropertyValues<this>): void {
    // Whoever followed a link is told where it led.
    if (changed.has("asset")) this.renderRoot.querySelector("h1")?.focus({ preventScroll: true });
  }

  async #read(): Promise<void> {
    this.#gathering = undefined;
    this.#asked += 1;
    const turn = this.#asked;
    try {
      const past = await getHistory(this.asset, this.window, this.check);
      if (turn !== this.#asked) return;
      this.past = past;
      this.failure = undefined;
    } catch (error) {
      if (turn !== this.#asked) return;
      this.failure = error instanceof RequestError ? error.message : speak(this.voice, pageWords.noConnection);
    }
  }

  get #view(): AssetView | undefined {
    return this.overview.assets.find(({ id }) => id === this.asset);
  }

  override render(): TemplateResult {
    const { voice } = this;
    const view = this.#view;
    const name = assetName(voice, this.asset);
    if (view === undefined) {
      return html`${this.#back()}
        <h1 tabindex="-1">${speak(voice, words.gone, { asset: name })}</h1>
        <p>${speak(voice, words.goneHint)}</p>`;
    }
    const suspected = isSuspected(view);
    const open = this.overview.incidents.filter(
      ({ resolvedAt, probes }) => resolvedAt === null && probes.some(({ asset, leftAt }) => asset === view.id && leftAt === null),
    );
    return html`
      ${this.#back()}
      <header>
        <h1 tabindex="-1">${breakable(name)}</h1>
        <p class="how">
          <status-mark
            status=${suspected ? (view.observed ?? view.status) : view.status}
            ?suspected=${suspected}
            .voice=${voice}
          ></status-mark>
          <span>${this.#how(view, open)}</span>
          ${
            view.kind === "monitor"
              ? nothing
              : html`<span class="quiet"
                  >${speak(voice, kindWords[view.kind])}${view.ours ? "" : speak(voice, pageWords.ofPartner)}</span
                >`
          }
        </p>
        ${this.#related()}
      </header>
      ${this.#faults(open)}
      ${view.kind === "monitor" ? nothing : html`<asset-diagnosis .asset=${view.id} .voice=${voice}></asset-diagnosis>`}
      ${this.#was(view)} ${this.#probes(view)} ${this.#known()} ${this.#incidents()}
    `;
  }

  #back(): TemplateResult {
    return html`<p><a class="back" href="#">← ${speak(this.voice, words.back)}</a></p>`;
  }

  #related(): TemplateResult | typeof nothing {
    const related = relatedTo(
      this.asset,
      this.overview.assets.map(({ id }) => id),
    ).toSorted();
    if (related.length === 0) return nothing;
    return html`<nav aria-label=${speak(this.voice, words.related)}>
      <span class="quiet">${speak(this.voice, words.related)}</span>
      ${related.slice(0, mostRelated).map((id) => html`<a href=${addressOfAsset(id)}>${breakable(assetName(this.voice, id))}</a>`)}
    </nav>`;
  }

  /** One sentence. What is wrong is told by the card below it, or, where there is none yet, here. */
  #how(view: AssetView, open: readonly IncidentView[]): string {
    const { voice } = this;
    const ms = view.since === null ? 0 : voice.now - view.since;
    const duration = lasted(voice, ms);
    if (view.observed === null) return speak(voice, words.isWaiting);
    const worst = view.probes.flatMap(({ findings }) => findings.filter(({ severity }) => severity !== "info"))[0];
    const told = open.length > 0 || worst === undefined ? "" : `${voice.language === "en" ? " " : ""}${speak(voice, worst.text)}`;
    if (isSuspected(view)) return `${speak(voice, words.isSuspected)}${told}`;
    if (view.status === "ok") return ms < 60_000 ? speak(voice, words.isWellNow) : speak(voice, words.isWell, { duration });
    if (view.observed === "ok") return speak(voice, words.isRecovering);
    if (view.status === "critical")
      return `${ms < 60_000 ? speak(voice, words.isCriticalNow) : speak(voice, words.isCritical, { duration })}${told}`;
    if (view.status === "warning") return `${speak(voice, words.isWarning)}${told}`;
    return told === "" ? speak(voice, words.isUnknown) : told.trim();
  }

  #faults(open: readonly IncidentView[]): TemplateResult | typeof nothing {
    if (open.length === 0) return nothing;
    return html`<section class="faults" aria-labelledby="faults" @show-probe=${this.#showProbe}>
      <h2 class="unseen" id="faults">${speak(this.voice, pageWords.faults)}</h2>
      ${open.map(
        (incident, index) =>
          html`<fault-card
            .incident=${incident}
            .lead=${index === 0}
            .busy=${this.busy.has(incident.id)}
            .voice=${this.voice}
          ></fault-card>`,
      )}
    </section>`;
  }

  #was(view: AssetView): TemplateResult {
    const { voice, past } = this;
    const isRoute = view.probes.some(({ check }) => check === "mail-roundtrip");
    return html`
      ${isRoute && past !== undefined ? this.#ways(past) : nothing}
      <section aria-labelledby="past">
        <div class="head">
          <h2 id="past">${speak(voice, words.past)}</h2>
          <div class="tabs" role="tablist" aria-label=${speak(voice, words.windows)} @keydown=${this.#onTabKey}>
            ${pastWindows.map(
              (one) =>
                html`<button
                  role="tab"
                  id="tab-${one}"
                  aria-selected=${one === this.window}
                  aria-controls="panel"
                  tabindex=${one === this.window ? 0 : -1}
                  @click=${() => this.#choose(one)}
                >
                  ${speak(voice, windowWords[one].short)}
                </button>`,
            )}
          </div>
        </div>
        <div id="panel" role="tabpanel" aria-labelledby="tab-${this.window}" aria-busy=${past?.window !== this.window}>
          ${this.#failed()} ${past === undefined ? this.#nothingYet() : html`${this.#bars(past)}${this.#latency(past)}`}
        </div>
      </section>
    `;
  }

  #failed(): TemplateResult | typeof nothing {
    const { voice, past, failure } = this;
    if (failure === undefined) return nothing;
    const said =
      past === undefined
        ? speak(voice, words.failed, { reason: failure })
        : speak(voice, words.stale, { time: clock(voice, past.to), reason: failure });
    return html`<p class="failed" role="alert">
      ${said} <button @click=${() => void this.#read()}>${speak(voice, pageWords.tryAgain)}</button>
    </p>`;
  }

  #nothingYet(): TemplateResult | typeof nothing {
    return this.failure === undefined
      ? html`<p class="waiting quiet" role="status">${speak(this.voice, words.loading)}</p>`
      : nothing;
  }

  #bars(past: AssetHistory): TemplateResult {
    const { voice } = this;
    const { service, probes } = past;
    const rows: BarRow[] = [
      ...(service === null || probes.length < 2 ? [] : [{ name: speak(voice, words.together), chief: true, standing: service }]),
      ...probes.map((probe) => ({ name: speak(voice, probe.title), chief: probes.length === 1, standing: probe })),
    ];
    const chief = service ?? probes[0];
    const late = chief?.since !== undefined && chief.since !== null && chief.since > past.from + 60_000;
    return html`
      ${
        chief === undefined
          ? nothing
          : html`<p class="account">
              ${availabilityInWords(voice, chief.availability)}
              ${late ? html`<span class="quiet">${bracketed(voice, words.watchedSince, { time: clock(voice, chief.since ?? 0) })}</span>` : nothing}
            </p>`
      }
      <window-bars .rows=${rows} .from=${past.from} .to=${past.to} .voice=${voice}></window-bars>
      ${past.omitted === 0 ? nothing : html`<p class="small quiet">${speak(voice, words.probesOmitted, { count: past.omitted })}</p>`}
    `;
  }

  #latency(past: AssetHistory): TemplateResult | typeof nothing {
    const { voice } = this;
    const { latency } = past;
    if (latency === null) return nothing;
    const ran = past.probes.filter(({ since }) => since !== null);
    const shown = past.probes.find(({ probe }) => probe === latency.probe);
    return html`
      <div class="head latency">
        <h3>${speak(voice, words.latency)}</h3>
        ${
          ran.length < 2
            ? nothing
            : html`<label class="small"
                >${speak(voice, words.latencyOf)}
                <select @change=${this.#chooseCheck}>
                  ${ran.map(
                    ({ probe, title }) =>
                      html`<option value=${partsOfId(probe).check} .selected=${probe === latency.probe}>
                        ${speak(voice, title)}
                      </option>`,
                  )}
                </select></label
              >`
        }
      </div>
      <latency-chart
        .points=${latency.points}
        .from=${past.from}
        .to=${past.to}
        .name=${shown === undefined ? "" : speak(voice, shown.title)}
        .theme=${this.theme}
        .voice=${voice}
      ></latency-chart>
    `;
  }

  #ways(past: AssetHistory): TemplateResult {
    const { voice } = this;
    const ways = past.ways.length === 0 ? [undefined] : past.ways;
    return html`<section aria-labelledby="way">
      <h2 id="way">${speak(voice, words.way)}</h2>
      ${ways.map((way) => {
        const usual = way?.probe === past.latency?.probe ? usualOf(past.latency?.points ?? [])?.p50 : undefined;
        return html`<letter-way .way=${way} .usualMs=${usual} .voice=${voice}></letter-way>`;
      })}
    </section>`;
  }

  #probes(view: AssetView): TemplateResult {
    return html`<section class="probes" aria-labelledby="probes">
      <h2 id="probes">${speak(this.voice, words.probes)}</h2>
      ${view.probes.map(
        (probe) =>
          html`<probe-row
            id=${probe.id}
            .probe=${probe}
            .evidence=${this.evidence.get(probe.id)}
            .running=${this.running.has(probe.id)}
            .voice=${this.voice}
          ></probe-row>`,
      )}
    </section>`;
  }

  #known(): TemplateResult | typeof nothing {
    const { voice } = this;
    const facts = this.past?.facts ?? [];
    if (facts.length === 0) return nothing;
    return html`<section aria-labelledby="known">
      <h2 id="known">${speak(voice, words.known)}</h2>
      <dl>
        ${facts.map(
          ({ kind, values }) =>
            html`<dt>${speak(voice, factWords[kind])}</dt>
              ${values.map(
                ({ value, lastSeen }) =>
                  html`<dd>
                    ${breakable(value)}
                    <span class="small quiet">${speak(voice, words.lastSeen, { time: clock(voice, lastSeen) })}</span>
                  </dd>`,
              )}`,
        )}
      </dl>
    </section>`;
  }

  #incidents(): TemplateResult | typeof nothing {
    const { voice, past } = this;
    if (past === undefined) return nothing;
    return html`<section aria-labelledby="incidents">
      <h2 id="incidents">${speak(voice, words.incidents)}</h2>
      <incident-table
        .incidents=${past.incidents}
        .more=${past.moreIncidents}
        .present=${this.overview.incidents}
        .voice=${voice}
      ></incident-table>
    </section>`;
  }

  #choose(window: PastWindow): void {
    this.window = window;
  }

  #onTabKey = (event: KeyboardEvent): void => {
    const now = pastWindows.indexOf(this.window);
    const last = pastWindows.length - 1;
    const next = { ArrowLeft: now === 0 ? last : now - 1, ArrowRight: now === last ? 0 : now + 1, Home: 0, End: last }[event.key];
    const window = next === undefined ? undefined : pastWindows[next];
    if (window === undefined) return;
    event.preventDefault();
    this.#choose(window);
    this.renderRoot.querySelector<HTMLElement>(`#tab-${CSS.escape(window)}`)?.focus();
  };

  #chooseCheck = (event: Event): void => {
    if (!(event.target instanceof HTMLSelectElement)) return;
    this.check = event.target.value;
    void this.#read();
  };

  /** Where the evidence is: here, or on the page of another asset. */
  #showProbe = (event: CustomEvent<string>): void => {
    const { asset } = partsOfId(event.detail);
    if (asset !== this.asset) {
      location.hash = addressOfAsset(asset);
      return;
    }
    this.dispatchEvent(new CustomEvent("want-evidence", { detail: event.detail }));
    const row = this.renderRoot.querySelector(`probe-row[id="${CSS.escape(event.detail)}"]`);
    if (!(row instanceof LitElement)) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    row.scrollIntoView({ block: "center", behavior: calm ? "instant" : "smooth" });
    row.renderRoot.querySelector("summary")?.focus({ preventScroll: true });
  };
}
customElements.define("asset-page", AssetPage);

declare global {
  interface HTMLElementTagNameMap {
    "asset-page": AssetPage;
  }
}
