import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "hono";
import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { languageNames } from "../i18n/page.ts";
import { languageOf } from "./login.ts";
import { languages, type Language } from "../model/text.ts";

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** A page that needs no script. `html` of hono/html escapes what is put into it. */
export interface Paper {
  readonly language: Language;
  readonly title: string;
  /** Whose page it is, top left. */
  readonly name: string;
  /** Where the name leads; left out: nowhere. */
  readonly home?: string;
  /** Path and query of this page in the other language, where that is not the same path with `?lang=`. */
  readonly path: string;
  readonly body: Html;
  /** For what belongs into the head: a feed. */
  readonly head?: Html;
  /** Loads itself anew after so many seconds. */
  readonly refresh?: number;
  readonly wide?: boolean;
}

/** `?lang=en|zh-CN`, else the first of the browser's languages that we speak, else the configured one. */
export function paperLanguage(c: Context, configured: Language): Language {
  const asked = c.req.query("lang");
  const known = languages.find((one) => one === asked);
  return known ?? languageOf(c.req.header("accept-language"), configured);
}

export function renderPaper({ language, title, name, home, path, body, head, refresh, wide }: Paper): Html {
  const others = languages.filter((one) => one !== language);
  const at = path.includes("?") ? "&" : "?";
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="stylesheet" href="${paperStylePath}" />
        ${refresh === undefined ? "" : html`<meta http-equiv="refresh" content="${String(refresh)}" />`} ${head ?? ""}
      </head>
      <body>
        <div class="page${wide === true ? " wide" : ""}">
          <header class="bar">
            <span class="name">${home === undefined ? name : html`<a href="${home}">${name}</a>`}</span>
            ${others.map((one) => html`<a href="${path}${at}lang=${one}" lang="${one}">${languageNames[one]}</a>`)}
          </header>
          <main>${body}</main>
        </div>
      </body>
    </html>`;
}

export const paperStylePath = "/paper.css";

/** The tokens of the dashboard and the style of paper, as one sheet. */
export const paperStyle = (): string => {
  const folder = join(import.meta.dirname, "../../dashboard/styles");
  return ["tokens.css", "paper.css", "report.css", "sop.css", "status.css"]
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
};
