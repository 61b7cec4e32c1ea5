import { html } from "hono/html";
import { type ReportDocument, type ReportRow, type ReportSection, toneMarks } from "../model/report.ts";
import type { Html } from "./paper.ts";

const perLine = 16;
const cellWidth = 40;
const cellHeight = 46;

/** The days as a picture of two lines, so that a phone can read their numbers; in words below it. */
export function dayStrip({ days: { title, days, legend, notable } }: ReportDocument): Html {
  const lines = Math.ceil(days.length / perLine);
  const cells = days.map(({ day, tone, text }, index) => {
    const x = (index % perLine) * cellWidth;
    const y = Math.floor(index / perLine) * cellHeight;
    const middle = x + cellWidth / 2;
    if (tone === undefined)
      return html`<text class="not-yet" x="${middle}" y="${y + 18}" font-size="15" text-anchor="middle">${day}</text>`;
    return html`<g class="tone ${tone}">
      <title>${text}</title>
      <rect x="${x + 1}" y="${y + 1}" width="${cellWidth - 2}" height="${cellHeight - 2}" rx="3" />
      <text x="${middle}" y="${y + 19}" font-size="15" text-anchor="middle">${day}</text>
      <text x="${middle}" y="${y + 37}" font-size="13" text-anchor="middle">${toneMarks[tone]}</text>
    </g>`;
  });
  return html`<section>
    <h2>${title}</h2>
    <figure>
      <svg viewBox="0 0 ${perLine * cellWidth} ${lines * cellHeight}" role="img" aria-label="${title}">${cells}</svg>
      <figcaption>${legend.map(({ tone, text }) => html`<span class="mark ${tone}">${text}</span> `)}</figcaption>
    </figure>
    ${
      notable.length === 0
        ? ""
        : html`<ul class="notable">
            ${notable.map((text) => html`<li>${text}</li>`)}
          </ul>`
    }
  </section>`;
}

/** A line a month, with the target as a stroke across. */
export function twelveMonths({ year: { title, target, targetText, barFrom, months } }: ReportDocument): Html {
  const place = (value: number): number => Math.max(0, Math.min(100, ((value - barFrom) / (1 - barFrom)) * 100));
  const aim = place(target);
  return html`<section>
    <h2>${title}</h2>
    <figure>
      <table class="year">
        <tbody>
          ${months.map(
            ({ name, value, text, tone }) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td class="bar-cell">
                  <svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="rail" x="0" y="2" width="100" height="8" />
                    ${
                      value === undefined
                        ? ""
                        : html`<g class="tone ${tone}"
                            ><rect x="0" y="2" width="${Math.max(2, place(value)).toFixed(2)}" height="8"
                          /></g>`
                    }
                    ${aim <= 0 ? "" : html`<rect class="aim" x="${(aim - 0.4).toFixed(2)}" y="0" width="0.8" height="12" />`}
                  </svg>
                </td>
                <td><span class="mark ${tone}">${text}</span></td>
              </tr>`,
          )}
        </tbody>
      </table>
      <figcaption class="quiet">${targetText}</figcaption>
    </figure>
  </section>`;
}

export const reportSections = ({ sections, colon }: ReportDocument): Html => html`${sections.map((one) => section(one, colon))}`;

/** From so many columns on a row is a paragraph: a table would be wider than a phone and than paper. */
const mostColumns = 3;

function section({ title, text, table }: ReportSection, colon: string): Html {
  const words = text === undefined ? "" : text.split("\n").map((line) => html`<p class="quiet small wrap">${line}</p>`);
  if (table === undefined)
    return html`<section>
      <h2>${title}</h2>
      ${words}
    </section>`;
  const { heads, rows } = table;
  const shown =
    heads.length > mostColumns
      ? html`<ul class="records">
          ${rows.map((row) => record(row, heads, colon))}
        </ul>`
      : html`<table>
          <thead>
            <tr>
              ${heads.map((head) => html`<th scope="col">${head}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              ({ cells }) =>
                html`<tr>
                  ${cells.map((cell) => html`<td>${cell}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>`;
  return html`<section>
    <h2>${title}</h2>
    ${words} ${shown}
  </section>`;
}

function record({ cells, tone, isScarce, bar }: ReportRow, heads: readonly string[], colon: string): Html {
  const [name = "", ...rest] = cells;
  const facts = rest.flatMap((cell, index) =>
    cell === "" ? [] : [html`<span class="fact"><span class="quiet">${heads[index + 1] ?? ""}${colon}</span>${cell}</span> `],
  );
  return html`<li${isScarce === true ? html` class="quiet"` : ""}>
    <strong class="${tone === undefined ? "" : `mark ${tone}`}">${name}</strong>
    ${bar === undefined ? "" : barOf(bar)}
    <p class="small">${facts}</p>
  </li>`;
}

/** What is there at all is at least half a part in a hundred wide, so that it is seen. */
function barOf(parts: NonNullable<ReportRow["bar"]>): Html {
  const shown = parts.filter(({ share }) => share > 0).map(({ tone, share }) => ({ tone, width: Math.max(0.5, share * 100) }));
  const all = shown.reduce((sum, { width }) => sum + width, 0);
  const placed = shown.map(({ tone, width }, index) => {
    const x = shown.slice(0, index).reduce((sum, one) => sum + one.width, 0);
    return html`<g class="tone ${tone}"
      ><rect x="${((x / all) * 100).toFixed(2)}" y="0" width="${((width / all) * 100).toFixed(2)}" height="8"
    /></g>`;
  });
  return html`<svg class="bar-of" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <rect class="rail" x="0" y="0" width="100" height="8" />
    ${placed}
  </svg>`;
}
