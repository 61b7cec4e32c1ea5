import { html, LitElement, nothing } from "lit";
import type { TemplateResult } from "lit";
import { fiveLines, pageWords } from "../../src/i18n/page.ts";
import { sentence } from "../../src/i18n/sentence.ts";
import type { IncidentView, Overview, ProbeEvent } from "../../src/model/api.ts";
import { partsOfId } from "../../src/model/probe.ts";
import type { Status } from "../../src/model/status.ts";
import type { Language, Text } from "../../src/model/text.ts";
import { acknowledge, followEvents, getOverview, getProbe, RequestError, runProbe } from "../api.ts";
import type { Evidence } from "../components/probe-row.ts";
import { chiefOf } from "../components/fault-card.ts";
import type { Line } from "../components/top-bar.ts";
import { showInTab } from "../favicon.ts";
import { afterQuietRun, gravest } from "../overview-changes.ts";
import type { Theme } from "../preferences.ts";
import { assetTitle, createPlace } from "../place.ts";
import { applyTheme, keepLanguage, preferredLanguage, preferredTheme } from "../preferences.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { assetName, clock, speak } from "../voice.ts";
import { overviewStyles } from "./overview-styles.ts";
import "../components/asset-list.ts";
import "../components/fault-list.ts";
import "../components/page-foot.ts";
import "../components/notice-bar.ts";
import "../components/question-grid.ts";
import "../components/status-mark.ts";
import "../components/top-bar.ts";

/** After a hint the page waits this long for more of them before it fetches: 2 s from a fault to the eye is the promise. */
const gatherMs = 150;
/** Also without a hint: bars grow, and a board that says nothing is asked. */
const refreshMs = 60_000;

/** A run that has not reported by then will not: its button is there again. */
const runMs = 120_000;

/** How mail is, at one glance: the sentence, what is broken, the six questions, every asset. Where the address names one, that asset. */
export class OverviewPage extends LitElement {
  static override properties = {
    overview: { state: true },
    failure: { state: true },
    line: { state: true },
    language: { state: true },
    theme: { state: true },
    moment: { state: true },
    opened: { state: true },
    evidence: { state: true },
    running: { state: true },
    busy: { state: true },
    announcement: { state: true },
    complaint: { state: true },
    asset: { state: true },
  };
  declare overview: Overview | undefined;
  /** Why the last fetch failed; what is shown is as old as `overview.now`. */
  declare failure: string | undefined;
  declare line: Line;
  declare language: Language;
  declare theme: Theme;
  /** The server's clock, moved on every 10 s. */
  declare moment: number;
  declare opened: ReadonlySet<string>;
  declare evidence: ReadonlyMap<string, Evidence>;
  declare running: ReadonlySet<string>;
  declare busy: ReadonlySet<number>;
  declare announcement: string;
  declare complaint: string;
  /** The one that the address names; its page lies over the overview, which stays as it was left. */
  declare asset: string | undefined;

  static override styles = [shared, overviewStyles];

  /** Server's clock minus this one's. */
  #skew = 0;
  #known: ReadonlySet<number> | undefined;
  #fetching = false;
  #again = false;
  /** Runs reported while an overview was on its way, which may be older than they are. */
  #meanwhile: ProbeEvent[] = [];
  #gathering = false;
  #stop: (() => void)[] = [];
  #place = createPlace();

  constructor() {
    super();
    this.line = "connecting";
    this.language = preferredLanguage();
    this.theme = preferredTheme();
    this.moment = Date.now();
    this.opened = new Set();
    this.evidence = new Map();
    this.running = new Set();
    this.busy = new Set();
    this.announcement = "";
    this.complaint = "";
    applyTheme(this.theme);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const stopEvents = followEvents({
      onProbe: (event) => this.#onProbe(event),
      onChange: () => this.#fetchSoon(),
      onLine: (isLive) => {
        if (isLive && this.line === "reconnecting") this.#fetchSoon();
        this.line = isLive ? "live" : "reconnecting";
      },
    });
    const refresh = setInterval(() => this.#fetchSoon(), refreshMs);
    const tick = setInterval(() => {
      this.moment = Date.now() + this.#skew;
      if (this.failure !== undefined) this.#fetchSoon();
    }, 10_000);
    const onVisible = (): void => {
      if (document.visibilityState === "visible") this.#fetchSoon();
    };
    document.addEventListener("visibilitychange", onVisible);
    addEventListener("hashchange", this.#readAddress);
    this.#readAddress();
    this.#stop = [
      () => removeEventListener("hashchange", this.#readAddress),
      stopEvents,
      () => clearInterval(refresh),
      () => clearInterval(tick),
      () => document.removeEventListener("visibilitychange", onVisible),
    ];
    void this.#fetch();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
  }

  get #voice(): Voice {
    return { language: this.language, timezone: this.overview?.timezone ?? "UTC", now: this.moment };
  }

  #say(text: Text, data?: Parameters<typeof speak>[2]): string {
    return speak(this.#voice, text, data);
  }

  /** What the server said; a browser's own words about its line are in whatever language. */
  #reason(error: unknown): string {
    return error instanceof RequestError ? error.message : this.#say(pageWords.noConnection);
  }

  #fetchSoon(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    setTimeout(() => {
      this.#gathering = false;
      void this.#fetch();
    }, gatherMs);
  }

  async #fetch(): Promise<void> {
    if (this.#fetching) {
      this.#again = true;
      return;
    }
    this.#fetching = true;
    try {
      const overview = await getOverview();
      this.#skew = overview.now - Date.now();
      this.moment = overview.now;
      this.overview = overview;
      this.failure = undefined;
      this.#announceNew(overview.incidents);
    } catch (error) {
      this.failure = this.#reason(error);
    }
    this.#fetching = false;
    for (const event of this.#meanwhile.splice(0)) this.#show(event);
    if (this.#again) {
      this.#again = false;
      this.#fetchSoon();
    }
  }

  /** A run that found what was found before only moves its times; anything else is fetched. */
  #onProbe(event: ProbeEvent): void {
    this.running = without(this.running, event.probe);
    if (this.evidence.has(event.probe)) void this.#fetchEvidence(event.probe);
    if (this.#fetching) this.#meanwhile.push(event);
    this.#show(event);
  }

  #show(event: ProbeEvent): void {
    const moved = this.overview === undefined ? undefined : afterQuietRun(this.overview, event);
    if (moved === undefined) this.#fetchSoon();
    else this.overview = moved;
  }

  /** Once for each, and not for those that were there when the page was opened. */
  #announceNew(incidents: readonly IncidentView[]): void {
    const open = incidents.filter((incident) => incident.resolvedAt === null);
    const fresh = open.find((incident) => this.#known !== undefined && !this.#known.has(incident.id));
    this.#known = new Set([...(this.#known ?? []), ...open.map((incident) => incident.id)]);
    const chief = fresh === undefined ? undefined : chiefOf(fresh);
    if (chief === undefined) return;
    const text = this.#say(chief.finding.text);
    this.announcement = this.#say(pageWords.announceFault, { asset: assetName(this.#voice, chief.probe.asset), text });
  }

  async #fetchEvidence(probe: string): Promise<void> {
    if (!this.evidence.has(probe)) this.evidence = new Map(this.evidence).set(probe, { kind: "loading" });
    let evidence: Evidence;
    try {
      evidence = { kind: "there", detail: await getProbe(probe) };
    } catch (error) {
      evidence = { kind: "failed", reason: this.#reason(error) };
    }
    this.evidence = new Map(this.evidence).set(probe, evidence);
  }

  async #run(probe: string): Promise<void> {
    this.running = new Set(this.running).add(probe);
    setTimeout(() => (this.running = without(this.running, probe)), runMs);
    const view = this.overview?.assets.flatMap((asset) => asset.probes).find((one) => one.id === probe);
    try {
      await runProbe(probe);
      if (view !== undefined) this.announcement = this.#say(pageWords.announceRun, { title: this.#say(view.title) });
    } catch (error) {
      this.running = without(this.running, probe);
      this.complaint = this.#say(pageWords.actionFailed, { reason: this.#reason(error) });
    }
  }

  async #acknowledge(id: number): Promise<void> {
    this.busy = new Set(this.busy).add(id);
    try {
      await acknowledge(id, { by: this.#say(pageWords.thisPage), minutes: 60 });
      const name = this.overview?.incidents.find((incident) => incident.id === id)?.name ?? String(id);
      this.announcement = this.#say(pageWords.announceAcknowledged, { name });
      await this.#fetch();
    } catch (error) {
      this.complaint = this.#say(pageWords.actionFailed, { reason: this.#reason(error) });
    }
    this.busy = without(this.busy, id);
  }

  /** Opens the asset of a probe with its evidence and goes there. */
  async #showProbe(probe: string): Promise<void> {
    this.opened = new Set(this.opened).add(partsOfId(probe).asset);
    void this.#fetchEvidence(probe);
    await this.updateComplete;
    await this.renderRoot.querySelector("asset-list")?.goTo(probe);
  }

  #readAddress = (): void => {
    const { asset, loaded } = this.#place.read();
    // What draws it is fetched with the first one.
    void loaded.then(() => this.requestUpdate());
    if (asset === this.asset) return;
    const left = this.asset;
    this.asset = asset;
    void this.updateComplete.then(() =>
      this.#place.arrive(left, (id) => this.renderRoot.querySelector("asset-list")?.focusOn(id)),
    );
  };

  #sentence({ sentence: facts }: Overview): string {
    return this.#say(sentence(facts, (at) => clock(this.#voice, at)));
  }

  override updated(): void {
    document.documentElement.lang = this.language;
    const { overview } = this;
    if (overview === undefined) return;
    const shown = this.asset === undefined ? undefined : assetTitle(this.#voice, overview, this.asset);
    const status: Status = this.failure === undefined ? (shown?.status ?? gravest(overview)) : "unknown";
    showInTab(status, shown?.title ?? `${this.#sentence(overview)} · ${overview.company}`);
  }

  override render(): TemplateResult {
    const { overview } = this;
    return html`
      <a class="skip button" href="#content" @click=${this.#toContent}>${this.#say(pageWords.toMain)}</a>
      <div class="page">
        <top-bar
          .company=${overview?.company ?? ""}
          .demonstration=${overview?.demonstration ?? false}
          .line=${this.line}
          .theme=${this.theme}
          .voice=${this.#voice}
          @choose-language=${this.#chooseLanguage}
          @choose-theme=${this.#chooseTheme}
        ></top-bar>
        ${this.#complaints()}
        <main id="content" tabindex="-1">${overview === undefined ? this.#nothingYet() : this.#pages(overview)}</main>
        ${overview === undefined ? nothing : html`<page-foot .overview=${this.asset === undefined ? overview : { ...overview, incidents: [] }} .voice=${this.#voice}></page-foot>`}
      </div>
      <div class="unseen" role="status" id="announcement">${this.announcement}</div>
    `;
  }

  #complaints(): TemplateResult {
    const stale =
      this.failure !== undefined && this.overview !== undefined
        ? html`<p class="stale" role="alert">
            ${this.#say(pageWords.stale, { time: clock(this.#voice, this.overview.now) })}
            <button @click=${() => void this.#fetch()}>${this.#say(pageWords.tryAgain)}</button>
          </p>`
        : nothing;
    const complaint =
      this.complaint === ""
        ? nothing
        : html`<p class="stale" role="alert">
            ${this.complaint} <button @click=${this.#dismiss}>${this.#say(pageWords.dismiss)}</button>
          </p>`;
    return html`${stale}${complaint}`;
  }

  #nothingYet(): TemplateResult {
    if (this.failure === undefined) return html`<h1 class="sentence quiet">${this.#say(pageWords.loading)}</h1>`;
    return html`<h1 class="sentence"><status-mark status="unknown" wordless></status-mark>${this.#say(pageWords.failed)}</h1>
      <p class="hint" role="alert">${this.#say(pageWords.failedHint, { reason: this.failure })}</p>
      <p class="hint"><button @click=${() => void this.#fetch()}>${this.#say(pageWords.tryAgain)}</button></p>`;
  }

  #pages(overview: Overview): TemplateResult {
    return html`
      <div class="content" ?hidden=${this.asset !== undefined}>${this.#content(overview)}</div>
      ${
        this.asset === undefined
          ? nothing
          : html`<asset-page
              .asset=${this.asset}
              .overview=${overview}
              .evidence=${this.evidence}
              .running=${this.running}
              .busy=${this.busy}
              .theme=${this.theme}
              .voice=${this.#voice}
              @acknowledge=${(event: CustomEvent<number>) => void this.#acknowledge(event.detail)}
              @run-probe=${(event: CustomEvent<string>) => void this.#run(event.detail)}
              @want-evidence=${this.#wantEvidence}
            ></asset-page>`
      }
    `;
  }

  #content(overview: Overview): TemplateResult {
    const voice = this.#voice;
    const open = overview.incidents.filter((incident) => incident.resolvedAt === null);
    return html`
      ${
        overview.demonstration || overview.troubles.length > 0
          ? html`<notice-bar
              .demonstration=${overview.demonstration}
              .troubles=${overview.troubles}
              .voice=${voice}
            ></notice-bar>`
          : nothing
      }
      <h1 class="sentence"><status-mark status=${gravest(overview)} wordless></status-mark>${this.#sentence(overview)}</h1>
      ${
        overview.assets.length === 0
          ? html`<p class="hint">${this.#say(pageWords.empty)}</p>
              <pre tabindex="0">${fiveLines}</pre>`
          : nothing
      }
      <fault-list
        .incidents=${overview.incidents}
        .busy=${this.busy}
        .voice=${voice}
        @acknowledge=${(event: CustomEvent<number>) => void this.#acknowledge(event.detail)}
        @show-probe=${(event: CustomEvent<string>) => void this.#showProbe(event.detail)}
      ></fault-list>
      ${
        overview.assets.length === 0
          ? nothing
          : html`
              <h2 class="unseen">${this.#say(pageWords.questions)}</h2>
              <question-grid .questions=${overview.questions} .voice=${voice}></question-grid>
              <asset-list
                .assets=${overview.assets}
                .opened=${this.opened}
                .evidence=${this.evidence}
                .running=${this.running}
                .incidents=${open}
                .busy=${this.busy}
                .until=${overview.now}
                .voice=${voice}
                @toggle-asset=${this.#toggleAsset}
                @acknowledge=${(event: CustomEvent<number>) => void this.#acknowledge(event.detail)}
                @run-probe=${(event: CustomEvent<string>) => void this.#run(event.detail)}
                @want-evidence=${this.#wantEvidence}
              ></asset-list>
            `
      }
    `;
  }

  #toContent = (event: Event): void => {
    event.preventDefault();
    this.renderRoot.querySelector("main")?.focus();
  };

  #dismiss = (): void => {
    this.complaint = "";
  };

  #wantEvidence = (event: CustomEvent<string>): void => {
    if (!this.evidence.has(event.detail)) void this.#fetchEvidence(event.detail);
  };

  #toggleAsset = (event: CustomEvent<string>): void => {
    const opened = new Set(this.opened);
    if (!opened.delete(event.detail)) opened.add(event.detail);
    this.opened = opened;
  };

  #chooseLanguage = (event: CustomEvent<Language>): void => {
    this.language = event.detail;
    keepLanguage(event.detail);
  };

  #chooseTheme = (event: CustomEvent<Theme>): void => {
    this.theme = event.detail;
    applyTheme(event.detail);
  };
}
customElements.define("overview-page", OverviewPage);

function without<T>(some: ReadonlySet<T>, one: T): ReadonlySet<T> {
  const rest = new Set(some);
  return rest.delete(one) ? rest : some;
}

declare global {
  interface HTMLElementTagNameMap {
    "overview-page": OverviewPage;
  }
}
