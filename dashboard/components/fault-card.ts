import { css, html, LitElement, nothing } from "lit";
import type { TemplateResult } from "lit";
import { pageWords } from "../../src/i18n/page.ts";
import { runStateWords } from "../../src/i18n/sop-commands.ts";
import type { DiagnosisView, FindingView, IncidentProbeView, IncidentView } from "../../src/model/api.ts";
import { withoutStop } from "../../src/model/text.ts";
import { shared } from "../styles/shared.ts";
import type { Voice } from "../voice.ts";
import { assetName, between, bracketed, clock, exactly, since, speak } from "../voice.ts";
import { breakable } from "./breakable.ts";
import "./status-mark.ts";

/** What an incident is told by: the probe that is still bad and was first, and its worst finding. */
export function chiefOf(
  incident: IncidentView,
): { readonly probe: IncidentProbeView; readonly finding: FindingView } | undefined {
  const held = [...incident.probes.filter((probe) => probe.leftAt === null), ...incident.probes];
  for (const probe of held) {
    const finding = probe.findings[0];
    if (finding !== undefined) return { probe, finding };
  }
  return undefined;
}

/** One incident, open as a rule: whose mail, what is so, since when, what to do. Tells `acknowledge` (id) and `show-probe` (probe id). */
export class FaultCard extends LitElement {
  static override properties = {
    incident: { attribute: false },
    lead: { type: Boolean, reflect: true },
    named: { type: Boolean, reflect: true },
    busy: { type: Boolean },
    voice: { attribute: false },
    adviceOpen: { state: true },
  };
  declare incident: IncidentView;
  /** The gravest of them: it is told louder. */
  declare lead: boolean;
  /** The address names it: somebody came for this one. */
  declare named: boolean;
  /** The acknowledgement is on its way. */
  declare busy: boolean;
  declare voice: Voice;
  declare adviceOpen: boolean;

  static override styles = [
    shared,
    css`
      article {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: 0 var(--space-6);
        padding: var(--space-4) var(--space-6);
        border-radius: var(--radius);
        background: var(--soft);
        --soft: var(--critical-soft);
        --mark-sign: var(--soft);
      }
      article.warning {
        --soft: var(--warning-soft);
      }
      /* Somebody is on it, or it is over: it steps back. */
      article.resolved,
      article.acknowledged {
        --soft: var(--surface);
      }
      :host([named]) article {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
      }
      :host([lead]) article {
        padding-block: var(--space-6);
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--space-4);
        font-size: var(--text-note);
        color: var(--text-quiet);
      }
      h3 {
        margin: var(--space-1) 0 0;
        font-size: 1rem;
        font-weight: 650;
        line-height: 1.4;
        overflow-wrap: anywhere;
      }
      :host([lead]) h3 {
        margin-top: var(--space-2);
        font-size: 1.375rem;
        line-height: 1.3;
      }
      :host([lead]) .what {
        margin-top: var(--space-1);
        font-size: var(--text-lead);
      }
      .what {
        max-width: 44em;
        overflow-wrap: anywhere;
      }
      .cause {
        margin-top: var(--space-1);
        font-weight: 600;
      }
      .sop {
        display: inline-block;
        padding-block: 10px;
        line-height: 24px;
      }
      .diagnosis {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr));
        gap: var(--space-3) var(--space-6);
      }
      .diagnosis h4 {
        margin: 0 0 var(--space-1);
        font-size: var(--text-note);
        font-weight: 600;
        color: var(--text-quiet);
      }
      .diagnosis ol,
      .diagnosis ul {
        margin: 0 0 var(--space-2);
        padding-inline-start: 1.25em;
      }
      .diagnosis ul {
        list-style: disc;
      }
      .diagnosis li + li {
        margin-top: var(--space-1);
      }
      summary {
        cursor: pointer;
        color: var(--text-quiet);
      }
      .acts {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-3);
      }
      .advice {
        grid-column: 1 / -1;
        margin-top: var(--space-4);
        padding-top: var(--space-4);
        border-top: 1px solid color-mix(in oklab, var(--soft), var(--text) 14%);
        display: grid;
        gap: var(--space-3);
        overflow-wrap: anywhere;
      }
      .advice p {
        max-width: 44em;
      }
      .advice p + p {
        margin-top: var(--space-1);
      }
      .advice button {
        margin-inline-start: calc(-1 * var(--space-3));
      }
      @media (max-width: 700px) {
        article {
          grid-template-columns: minmax(0, 1fr);
          padding: var(--space-4);
        }
        .acts {
          margin-top: var(--space-3);
        }
      }
    `,
  ];

  constructor() {
    super();
    this.lead = false;
    this.named = false;
    this.busy = false;
    this.adviceOpen = false;
  }

  override render(): TemplateResult {
    const { incident, voice } = this;
    const chief = chiefOf(incident);
    const others = incident.probes.filter((probe) => probe.leftAt === null && probe !== chief?.probe).length;
    const over = incident.resolvedAt;
    const when = over === null ? since(voice, incident.openedAt) : between(voice, incident.openedAt, over);
    const until = incident.acknowledgedUntil;
    const inHand = over === null && incident.acknowledgedBy !== null && until !== null && until > voice.now;
    const by = inHand ? { by: incident.acknowledgedBy, time: clock(voice, until) } : undefined;
    return html`<article
      class="${incident.severity} ${over !== null ? "resolved" : inHand ? "acknowledged" : ""}"
      aria-labelledby="whose"
      tabindex=${this.named ? "-1" : nothing}
    >
      <div>
        <p class="facts">
          <status-mark
            status=${over === null ? incident.severity : "ok"}
            ?suspected=${over === null && incident.unconfirmed}
            .voice=${voice}
          ></status-mark>
          <span title=${exactly(voice, incident.openedAt)}>${when}</span>
          <span>${incident.priority} · ${incident.name}</span>
          ${over === null && incident.unconfirmed ? html`<span>${speak(voice, pageWords.unconfirmedIncident)}</span>` : nothing}
          ${incident.mergedInto === null ? nothing : html`<span>${speak(voice, pageWords.partOf, { name: incident.mergedInto })}</span>`}
          ${by === undefined ? nothing : html`<span>${speak(voice, pageWords.acknowledged, by)}</span>`}
        </p>
        <h3 id="whose">${chief === undefined ? incident.cause : breakable(assetName(voice, chief.probe.asset))}</h3>
        <p class="what">
          ${chief === undefined ? incident.cause : speak(voice, chief.finding.text)}${
            others === 0 ? nothing : html`<span class="quiet">${bracketed(voice, pageWords.moreProbes, { count: others })}</span>`
          }
        </p>
        ${this.#cause()} ${this.#sops()}
      </div>
      <div class="acts">
        <button
          class=${this.lead ? "primary" : ""}
          aria-expanded=${this.adviceOpen}
          aria-controls="advice"
          @click=${this.#toggle}
        >
          ${speak(voice, pageWords.whatToDo)}
        </button>
        ${
          inHand || over !== null
            ? nothing
            : html`<button
                ?disabled=${this.busy}
                title=${speak(voice, pageWords.acknowledgeHint)}
                @click=${() => this.#tell("acknowledge", incident.id)}
              >
                ${speak(voice, pageWords.acknowledge)}
              </button>`
        }
      </div>
      <div class="advice" id="advice" ?hidden=${!this.adviceOpen}>${this.#advice(chief?.probe)}</div>
    </article>`;
  }

  /** Named, so that nobody has to open anything to know it; what is not proven is told with its reasons below. */
  #cause(): TemplateResult | typeof nothing {
    const { voice } = this;
    const { diagnosis } = this.incident;
    if (diagnosis === null || diagnosis.cause === "unknown") return nothing;
    const words = diagnosis.confidence === "high" ? pageWords.diagnosed : pageWords.diagnosedLikely;
    const confidence = speak(voice, diagnosis.confidenceWord);
    return html`<p class="what cause">${speak(voice, words, { title: speak(voice, diagnosis.title), confidence })}</p>`;
  }

  /** What is being done about it, and where each step is ticked. */
  #sops(): TemplateResult {
    const { incident, voice } = this;
    return html`${incident.sops.map(
      ({ name, title, state }) =>
        html`<p class="what">
          <a class="sop" href="/sop/${name}?lang=${voice.language}"
            >${speak(voice, pageWords.sopRun, { name, title: speak(voice, title), state: speak(voice, runStateWords[state]) })}</a
          >
        </p>`,
    )}`;
  }

  /** Steps, who takes them, what the cause rests on, and, folded, where nobody needs to look. */
  #diagnosed(diagnosis: DiagnosisView): TemplateResult {
    const { voice } = this;
    // What the card says above is not said again.
    const said = chiefOf(this.incident)?.finding.text;
    const above = said === undefined ? "" : withoutStop(speak(voice, said));
    const clues = diagnosis.evidence.map((clue) => speak(voice, clue)).filter((clue) => above === "" || !clue.endsWith(above));
    const names = diagnosis.alternatives.map((name) => speak(voice, name)).join(voice.language === "en" ? ", " : "、");
    const isKnown = diagnosis.cause !== "unknown";
    return html`<div class="diagnosis">
      ${
        isKnown
          ? html`<div>
              <h4>${speak(voice, pageWords.steps)}</h4>
              <ol>
                ${diagnosis.steps.map((step) => html`<li>${speak(voice, step)}</li>`)}
              </ol>
              <p class="quiet">${speak(voice, pageWords.whoActs, { actor: speak(voice, diagnosis.actor) })}</p>
            </div>`
          : nothing
      }
      <div>
        ${
          clues.length === 0
            ? nothing
            : html`<h4>${speak(voice, pageWords.restsOn)}</h4>
                <ul>
                  ${clues.map((clue) => html`<li>${clue}</li>`)}
                </ul>`
        }
        ${names === "" ? nothing : html`<p>${speak(voice, pageWords.couldBe, { list: names })}</p>`}
        ${
          diagnosis.ruledOut.length === 0
            ? nothing
            : html`<details>
                <summary>${speak(voice, pageWords.ruledOut, { count: diagnosis.ruledOut.length })}</summary>
                <ul>
                  ${diagnosis.ruledOut.map((one) => html`<li>${speak(voice, one)}</li>`)}
                </ul>
              </details>`
        }
      </div>
    </div>`;
  }

  /** What forty mailboxes suffer alike is said once; what else is wrong with a domain is said, too. */
  #advice(chief: IncidentProbeView | undefined): TemplateResult {
    const { incident, voice } = this;
    if (chief === undefined) return html`${nothing}`;
    const { diagnosis } = incident;
    const isKnown = diagnosis !== null && diagnosis.cause !== "unknown";
    const told = new Set<string>();
    const parts = [chief, ...incident.probes.filter((probe) => probe !== chief && probe.leftAt === null)].map((probe) => {
      const findings = probe.findings.filter(({ code, severity }) => severity !== "info" && !told.has(code));
      for (const { code } of findings) told.add(code);
      return { probe, findings };
    });
    return html`
      ${diagnosis !== null && isKnown ? this.#diagnosed(diagnosis) : nothing}
      ${parts
        .filter(({ probe, findings }) => probe === chief || findings.length > 0)
        .map(
          ({ probe, findings }) => html`
            ${(probe === chief && isKnown ? findings.slice(1) : findings).map(
              (finding, index) =>
                html`<div>
                  ${probe === chief && index === 0 && !isKnown ? nothing : html`<p class="quiet">${speak(voice, finding.text)}</p>`}
                  <p>${speak(voice, finding.advice)}</p>
                </div>`,
            )}
            <p>
              <button class="plain" @click=${() => this.#tell("show-probe", probe.probe)}>
                ${speak(voice, pageWords.showProbe)}${
                  probe === chief ? nothing : html`<span class="unseen">: ${speak(voice, probe.title)}</span>`
                }
              </button>
            </p>
          `,
        )}
      ${diagnosis !== null && !isKnown ? this.#diagnosed(diagnosis) : nothing}
      <p><a href="/api/v1/incidents/${incident.id}/evidence" download>${speak(voice, pageWords.evidencePack)}</a></p>
    `;
  }

  #toggle = (): void => {
    this.adviceOpen = !this.adviceOpen;
  };

  #tell(name: "acknowledge" | "show-probe", detail: number | string): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
customElements.define("fault-card", FaultCard);

declare global {
  interface HTMLElementTagNameMap {
    "fault-card": FaultCard;
  }
}
