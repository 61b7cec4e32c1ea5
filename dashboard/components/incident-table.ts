import { css, html, LitElement, nothing } from "lit";
import type { TemplateResult } from "lit";
import { assetPageWords as words } from "../../src/i18n/asset-page.ts";
import type { IncidentView, PastIncident } from "../../src/model/api.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { clock, exactly, lasted, speak } from "../voice.ts";

/** Incidents that were, the latest first. */
export class IncidentTable extends LitElement {
  static override properties = {
    incidents: { attribute: false },
    more: { type: Boolean },
    present: { attribute: false },
    voice: { attribute: false },
  };
  declare incidents: readonly PastIncident[];
  /** There are older ones. */
  declare more: boolean;
  /** Those that the overview shows. */
  declare present: readonly IncidentView[];
  declare voice: Voice;

  static override styles = [
    shared,
    css`
      table {
        width: 100%;
        border-collapse: collapse;
      }
      th,
      td {
        padding: var(--space-2) var(--space-4) var(--space-2) 0;
        border-top: 1px solid var(--line);
        text-align: start;
        vertical-align: baseline;
        font-weight: 400;
      }
      thead th {
        border-top: none;
        font-size: var(--text-small);
        color: var(--text-quiet);
      }
      tbody th,
      .began,
      .number {
        white-space: nowrap;
      }
      .what {
        width: 100%;
        overflow-wrap: anywhere;
      }
      th.number,
      td.number {
        padding-inline-end: 0;
        text-align: end;
      }
      @media (max-width: 700px) {
        /* Each incident is a block: when and how long, then what it was. */
        thead {
          position: absolute;
          clip-path: inset(50%);
        }
        tbody tr {
          display: grid;
          grid-template-columns: auto auto minmax(0, 1fr);
          gap: 0 var(--space-4);
          padding-block: var(--space-3);
          border-top: 1px solid var(--line);
        }
        tbody th,
        tbody td {
          padding: 0;
          border: none;
        }
        .what {
          grid-row: 2;
          grid-column: 1 / -1;
        }
        .began {
          color: var(--text-quiet);
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const { incidents, voice } = this;
    if (incidents.length === 0) return html`<p class="quiet">${speak(voice, words.noIncident)}</p>`;
    return html`<table>
        <thead>
          <tr>
            <th scope="col">${speak(voice, words.incident)}</th>
            <th scope="col">${speak(voice, words.what)}</th>
            <th scope="col">${speak(voice, words.began)}</th>
            <th scope="col" class="number">${speak(voice, words.lasted)}</th>
          </tr>
        </thead>
        <tbody>
          ${incidents.map((incident) => this.#row(incident))}
        </tbody>
      </table>
      ${this.more ? html`<p class="small quiet">${speak(voice, words.moreIncidents, { count: incidents.length })}</p>` : nothing}`;
  }

  #row({ name, priority, title, openedAt, resolvedAt, mergedInto }: PastIncident): TemplateResult {
    const { voice } = this;
    // The overview shows those of a day; an older one is told by its evidence.
    const isShown = this.present.some((one) => one.name === name);
    const address = isShown ? `#${name}` : `/api/v1/incidents/${name}/evidence`;
    return html`<tr>
      <th scope="row"><a href=${address} ?download=${!isShown}>${name}</a> ${priority}</th>
      <td class="what">
        ${speak(voice, title)}${
          mergedInto === null ? nothing : html` <span class="quiet">· ${speak(voice, words.partOf, { name: mergedInto })}</span>`
        }
      </td>
      <td class="began" title=${exactly(voice, openedAt)}>${clock(voice, openedAt)}</td>
      <td class="number">${resolvedAt === null ? speak(voice, words.notOver) : lasted(voice, resolvedAt - openedAt)}</td>
    </tr>`;
  }
}
customElements.define("incident-table", IncidentTable);

declare global {
  interface HTMLElementTagNameMap {
    "incident-table": IncidentTable;
  }
}
