import { css, html, LitElement, nothing } from "lit";
import type { TemplateResult } from "lit";
import { pageWords } from "../../src/i18n/page.ts";
import { zoneName } from "../../src/i18n/times.ts";
import type { ChannelView, IncidentView, Overview, PageName } from "../../src/model/api.ts";
import type { Text } from "../../src/model/text.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { assetName, between, clock, speak } from "../voice.ts";
import { breakable } from "./breakable.ts";
import { chiefOf } from "./fault-card.ts";
import "./status-mark.ts";

const shownResolved = 5;

const pageTitles: Readonly<Record<PageName, Text>> = {
  sop: pageWords.pageSop,
  report: pageWords.pageReport,
  status: pageWords.pageStatus,
};

/** Something could not be sent and waits for another attempt; what only waits for its turn is no reason to look. */
const isFailing = ({ waitingSince, lastError }: ChannelView): boolean => waitingSince !== null && lastError !== null;

/** What was, who is told, and in which zone the times are. */
export class PageFoot extends LitElement {
  static override properties = { overview: { attribute: false }, voice: { attribute: false } };
  declare overview: Overview;
  declare voice: Voice;

  static override styles = [
    shared,
    css`
      footer {
        display: grid;
        grid-template-columns: minmax(0, 1.7fr) minmax(0, 1fr);
        gap: var(--space-8) var(--space-12);
        margin-top: var(--space-12);
        font-size: var(--text-note);
      }
      footer.single {
        grid-template-columns: minmax(0, 1fr);
      }
      h2 {
        margin-bottom: var(--space-2);
        font-size: 1rem;
      }
      li {
        padding-block: var(--space-1);
        overflow-wrap: anywhere;
      }
      li status-mark {
        vertical-align: -2px;
        margin-inline-end: var(--space-1);
        --mark-sign: var(--ground);
      }
      .pages {
        grid-column: 1 / -1;
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--space-6);
      }
      .pages a {
        padding-block: 10px;
        line-height: 24px;
      }
      .last {
        grid-column: 1 / -1;
        color: var(--text-quiet);
      }
      @media (max-width: 700px) {
        footer {
          grid-template-columns: minmax(0, 1fr);
          margin-top: var(--space-10);
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const { overview, voice } = this;
    const resolved = overview.incidents.filter((incident) => incident.resolvedAt !== null);
    return html`<footer class=${resolved.length === 0 ? "single" : ""}>
      ${
        resolved.length === 0
          ? nothing
          : html`<section>
              <h2>${speak(voice, pageWords.resolved)}</h2>
              <ul>
                ${resolved.slice(0, shownResolved).map((incident) => this.#resolved(incident))}
              </ul>
              ${
                resolved.length > shownResolved
                  ? html`<p class="quiet">${speak(voice, pageWords.moreProbes, { count: resolved.length - shownResolved })}</p>`
                  : nothing
              }
            </section>`
      }
      <section>
        <h2>${speak(voice, pageWords.alertsGo)}</h2>
        ${
          overview.channels.length === 0
            ? html`<p class="quiet">${speak(voice, pageWords.noChannels)}</p>`
            : html`<ul>
                ${overview.channels.map((channel) => this.#channel(channel))}
              </ul>`
        }
      </section>
      ${overview.pages.length === 0 ? nothing : html`<p class="pages">${overview.pages.map((page) => this.#page(page))}</p>`}
      <p class="last">Mailvigil ${overview.version} · ${this.#zone()}</p>
    </footer>`;
  }

  #page(page: PageName): TemplateResult {
    return html`<a href="/${page}?lang=${this.voice.language}">${speak(this.voice, pageTitles[page])}</a>`;
  }

  #zone(): string {
    const { timezone: zone, now } = this.overview;
    const offset = zoneName(now, zone);
    return speak(this.voice, zone === offset ? pageWords.timesIn : pageWords.times, { zone, offset });
  }

  #resolved(incident: IncidentView): TemplateResult {
    const { voice } = this;
    const chief = chiefOf(incident);
    const line = between(voice, incident.openedAt, incident.resolvedAt ?? voice.now);
    const text = chief === undefined ? incident.cause : speak(voice, chief.finding.text);
    const name = chief === undefined ? incident.name : assetName(voice, chief.probe.asset);
    return html`<li>
      ${text.includes(name) ? nothing : html`<strong>${breakable(name)}</strong>`} ${text}
      <span class="quiet">· ${line} · ${incident.name}</span>
    </li>`;
  }

  #channel(channel: ChannelView): TemplateResult {
    const { name, type, brokenSince } = channel;
    const status = brokenSince !== null ? "critical" : isFailing(channel) ? "warning" : "ok";
    return html`<li>
      <status-mark status=${status} wordless></status-mark>
      <strong>${name}</strong> <span class="quiet">${type === name ? "" : `${type} · `}${this.#channelState(channel)}</span>
    </li>`;
  }

  #channelState(channel: ChannelView): string {
    const { voice } = this;
    const { brokenSince, waiting: count, waitingSince, lastError, lastSentAt } = channel;
    const reason = lastError === null ? "?" : speak(voice, lastError);
    if (brokenSince !== null) return speak(voice, pageWords.channelBroken, { time: clock(voice, brokenSince), reason });
    if (waitingSince !== null && isFailing(channel)) {
      return speak(voice, pageWords.channelFails, { count, time: clock(voice, waitingSince), reason });
    }
    if (lastSentAt === null) return speak(voice, pageWords.channelNever);
    return speak(voice, pageWords.channelSent, { time: clock(voice, lastSentAt) });
  }
}
customElements.define("page-foot", PageFoot);

declare global {
  interface HTMLElementTagNameMap {
    "page-foot": PageFoot;
  }
}
