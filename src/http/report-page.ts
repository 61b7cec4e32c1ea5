import type { Context } from "hono";
import { Hono } from "hono";
import { html } from "hono/html";
import { reportPageWords as words } from "../i18n/report-page.ts";
import type { Board } from "../model/board.ts";
import { isMonth } from "../model/month.ts";
import { type ReportDocument, type ReportFormat, reportFormats, type Reports } from "../model/report.ts";
import { inLanguage, type Language, languages, say } from "../model/text.ts";
import { type Html, paperLanguage, renderPaper } from "./paper.ts";
import { dayStrip, reportSections, twelveMonths } from "./report-parts.ts";

interface ReportPagesDeps {
  readonly reports: Reports;
  readonly board: Pick<Board, "company" | "language">;
}

const types: Readonly<Record<ReportFormat, string>> = {
  html: "text/html; charset=utf-8",
  md: "text/markdown; charset=utf-8",
  json: "application/json",
  csv: "text/csv; charset=utf-8",
};

/** `/report`, `/report/2026-10`, and the same as a file: `/report/2026-10.csv`. */
export function createReportPages({ reports, board }: ReportPagesDeps): Hono {
  const app = new Hono();

  app.get("/report", (c) => {
    const language = paperLanguage(c, board.language);
    const body = list(reports.months(), language, queryOf(c));
    const title = inLanguage(words.title, language);
    return c.html(renderPaper({ language, title, name: board.company, home: "/", path: "/report", body }), 200, fresh);
  });

  app.get("/report/:name", async (c) => {
    const language = paperLanguage(c, board.language);
    const [month = "", format, ...more] = c.req.param("name").split(".");
    const asked = reportFormats.find((one) => one === format);
    const isAsked = isMonth(month) && more.length === 0 && (format === undefined || asked !== undefined);
    if (isAsked && asked !== undefined) {
      const text = await reports.file(month, asked, language);
      if (text !== undefined) return sendFile(c, text, month, asked);
    } else if (isAsked) {
      const document = await reports.document(month, language);
      if (document) return c.html(monthPage(document, { reports, month, name: board.company, query: queryOf(c) }), 200, fresh);
    }
    const title = inLanguage(words.missing, language);
    const body = html`<h1>${title}</h1>
      <p><a href="/report${queryOf(c)}">${inLanguage(words.all, language)}</a></p>`;
    return c.html(renderPaper({ language, title, name: board.company, home: "/", path: "/report", body }), 404, fresh);
  });
  return app;
}

const fresh = { "cache-control": "no-store" };

function sendFile(c: Context, text: string, month: string, format: ReportFormat): Response {
  return c.body(text, 200, {
    ...fresh,
    "content-type": types[format],
    "content-disposition": `attachment; filename="mailvigil-${month}.${format}"`,
  });
}

/** A language that was chosen goes along. */
const queryOf = (c: Context): string => {
  const chosen = languages.find((one) => one === c.req.query("lang"));
  return chosen === undefined ? "" : `?lang=${chosen}`;
};

function list(months: ReturnType<Reports["months"]>, language: Language, query: string): Html {
  const word = (of: keyof typeof words): string => inLanguage(words[of], language);
  if (months.length === 0)
    return html`<h1>${word("title")}</h1>
      <p class="quiet">${word("empty")}</p>`;
  const rows = months.map(
    ({ month, version, sha256 }) =>
      html`<tr>
        <th scope="row"><a href="/report/${month}${query}">${month}</a></th>
        <td>
          ${
            version === undefined
              ? html`<span class="mark unknown">${word("running")}</span>`
              : html`<span class="mark ok">${say(words.stored, language, { version })}</span>`
          }
        </td>
        <td class="hash">${sha256 ?? ""}</td>
      </tr>`,
  );
  return html`<h1>${word("title")}</h1>
    <p class="quiet">${word("intro")}</p>
    <table class="months">
      <thead>
        <tr>
          <th scope="col">${word("month")}</th>
          <th scope="col">${word("state")}</th>
          <th scope="col">${word("hash")}</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`;
}

interface About {
  readonly reports: Reports;
  readonly month: string;
  readonly name: string;
  readonly query: string;
}

function monthPage(document: ReportDocument, { reports, month, name, query }: About): Html {
  const { language, title, lead, isScarce, lights, actions } = document;
  const word = (of: keyof typeof words): string => inLanguage(words[of], language);
  const known = reports.months().map((one) => one.month);
  const at = known.indexOf(month);
  const link = (to: string | undefined, text: string): Html =>
    to === undefined ? html`` : html`<a href="/report/${to}${query}">${text}</a>`;
  const [first = "", ...more] = lead;
  const body = html`<h1>${title}</h1>
    <p class="headline${isScarce ? " quiet" : ""}">${first}</p>
    ${more.map((line) => html`<p>${line}</p>`)}
    <dl class="lights">
      ${lights.map(
        ({ name: about, text, tone }) =>
          html`<div>
            <dt>${about}</dt>
            <dd class="mark ${tone}">${text}</dd>
          </div>`,
      )}
    </dl>
    ${
      actions.items.length === 0
        ? ""
        : html`<h2>${actions.title}</h2>
            <ol>
              ${actions.items.map((item) => html`<li>${item}</li>`)}
            </ol>`
    }
    ${dayStrip(document)} ${twelveMonths(document)} ${reportSections(document)}
    <nav class="screen report-nav">
      <span
        >${word("files")}${document.colon}${reportFormats.map((format) => html`<a href="/report/${month}.${format}${query}">${format}</a> `)}</span
      >
      <span
        >${link(known[at + 1], word("before"))} ${at > 0 ? link(known[at - 1], word("after")) : ""}
        <a href="/report${query}">${word("all")}</a></span
      >
    </nav>`;
  return renderPaper({ language, title, name, home: "/", path: `/report/${month}`, body });
}
