import { css, html, LitElement, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { pageWords } from "../../src/i18n/page.ts";
import type { IncidentView } from "../../src/model/api.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { speak } from "../voice.ts";
import "./fault-card.ts";

const first = 5;

/** The incident that the address names, `#M-14`: alerts link to it. */
const namedInAddress = (): string => /^#(M-\d+)$/.exec(location.hash)?.[1] ?? "";

/** The open incidents, the worst first and told loudest, and the one that the address names, also when it is over. */
export class FaultList extends LitElement {
  static override properties = {
    incidents: { attribute: false },
    busy: { attribute: false },
    voice: { attribute: false },
    all: { state: true },
    named: { state: true },
  };
  declare incidents: readonly IncidentView[];
  /** Ids of those whose acknowledgement is on its way. */
  declare busy: ReadonlySet<number>;
  declare voice: Voice;
  declare all: boolean;
  declare named: string;

  static override styles = [
    shared,
    css`
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-3);
      }
    `,
  ];

  /** The address names one that was not gone to yet. */
  #toGo = false;

  constructor() {
    super();
    this.incidents = [];
    this.busy = new Set();
    this.all = false;
    this.named = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("hashchange", this.#readAddress);
    this.#readAddress();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("hashchange", this.#readAddress);
  }

  override willUpdate(): void {
    this.hidden = this.named === "" && this.incidents.every((incident) => incident.resolvedAt !== null);
  }

  override render(): TemplateResult {
    const { incidents, voice } = this;
    const open = incidents.filter((incident) => incident.resolvedAt === null);
    const named = incidents.find((incident) => incident.name === this.named);
    const some = this.all ? open : open.slice(0, first);
    const shown = named === undefined || some.includes(named) ? some : [...some, named];
    return html`<section aria-labelledby="faults">
      <h2 class="unseen" id="faults">${speak(voice, pageWords.faults)}</h2>
      ${
        this.named !== "" && named === undefined
          ? html`<p role="status">${speak(voice, pageWords.incidentGone, { name: this.named })}</p>`
          : nothing
      }
      ${shown.map(
        (incident, index) =>
          html`<fault-card
            id=${incident.name}
            .incident=${incident}
            .lead=${index === 0 && incident.resolvedAt === null}
            .named=${incident === named}
            .busy=${this.busy.has(incident.id)}
            .voice=${voice}
          ></fault-card>`,
      )}
      ${
        some.length < open.length
          ? html`<p><button @click=${this.#showAll}>${speak(voice, pageWords.allFaults, { count: open.length })}</button></p>`
          : nothing
      }
    </section>`;
  }

  override updated(_: PropertyValues): void {
    if (this.#toGo) void this.#goToNamed();
  }

  async #goToNamed(): Promise<void> {
    const card = this.renderRoot.querySelector(`fault-card[id="${CSS.escape(this.named)}"]`);
    if (!(card instanceof LitElement)) return;
    this.#toGo = false;
    await card.updateComplete;
    // The list of assets below grows when it is drawn first; it does not move what is above it.
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    card.scrollIntoView({ block: "center", behavior: calm ? "instant" : "smooth" });
    card.renderRoot.querySelector("article")?.focus({ preventScroll: true });
  }

  #readAddress = (): void => {
    this.named = namedInAddress();
    this.#toGo = this.named !== "";
    this.requestUpdate();
  };

  #showAll = (): void => {
    this.all = true;
  };
}
customElements.define("fault-list", FaultList);

declare global {
  interface HTMLElementTagNameMap {
    "fault-list": FaultList;
  }
}
