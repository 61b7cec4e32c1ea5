import type { Context } from "hono";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { html } from "hono/html";
import { sopWords } from "../i18n/sop.ts";
import { sopPageWords as words } from "../i18n/sop-page.ts";
import type { Board } from "../model/board.ts";
import { hasEnded, runName, type Procedures, type Sop, type SopRun } from "../model/sop.ts";
import { languages, say, type Text } from "../model/text.ts";
import { paperLanguage, renderPaper, type Html } from "./paper.ts";
import { findRun } from "./sop-api.ts";
import { formOf, knownName, readAction, rememberName, whoActs, type Attempt } from "./sop-forms.ts";
import { listBody, startBody, startPath } from "./sop-list-view.ts";
import { shown, type SopVoice } from "./sop-parts.ts";
import { runBody } from "./sop-run-view.ts";
import { viewIncident } from "./views.ts";

interface SopPageDeps {
  readonly procedures: Procedures;
  readonly board: Board;
  /** Milliseconds UTC. */
  readonly now: () => number;
  /** Where an error of the store goes. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Pressed twice within this time, a button was pressed once. */
const twiceMs = 60_000;

/**
 * Pages on which SOPs are begun and ticked: `/sop`, `/sop/begin/{name}`, `/sop/S-3`. They need no script. Every form is sent to
 * the page it stands on and answered with 303 back to it; what is refused is answered with the page, the reason and what was typed.
 * None loads itself anew: that would take the words of whoever is writing, and those who are read to lose their place (WCAG 2.2.1,
 * 2.2.4). Each says of when it is, beside a link that loads it.
 */
export function createSopPages({ procedures, board, now, onError }: SopPageDeps): Hono {
  const pages = new Hono();
  pages.use("/sop/*", async (c, next) => {
    c.header("cache-control", "no-store");
    await next();
  });
  const limit = bodyLimit({ maxSize: 8192, onError: (c) => tooMuch(c) });

  pages.get("/sop", (c) => {
    const voice = voiceOf(c);
    const runs = procedures.runs();
    return send(c, voice, { title: words.title, path: "/sop", body: listBody(procedures.sops(), runs, voice) });
  });

  pages.get("/sop/begin/:name", (c) => {
    const sop = findSop(c);
    return sop === undefined ? noSop(c) : startPage(c, sop);
  });
  pages.post("/sop/begin/:name", limit, async (c) => {
    const sop = findSop(c);
    if (sop === undefined) return noSop(c);
    const fields = await formFields(c);
    const who = whoActs(fields);
    if ("refused" in who) return startPage(c, sop, { form: "start", fields, refused: who.refused });
    rememberName(c, who.by);
    const drill = isDrill(c);
    const begun = await stored(procedures.start(sop.name, who.by, { drill }));
    if (begun === undefined) return startPage(c, sop, { form: "start", fields, refused: words.notStored, by: who.by }, 503);
    if ("run" in begun) return back(c, `/sop/${runName(begun.run)}`);
    const twin = runsOf(sop).find((run) => run.drill === drill && run.begunBy === who.by && now() - run.proposedAt < twiceMs);
    if (twin !== undefined) return back(c, `/sop/${runName(twin.id)}`);
    return startPage(c, sop, { form: "start", fields, refused: begun.refused, by: who.by });
  });

  pages.get("/sop/:run", (c) => {
    const run = findRun(c.req.param("run"), procedures);
    return run === undefined ? noRun(c) : runPage(c, run);
  });
  pages.post("/sop/:run", limit, async (c) => {
    const run = findRun(c.req.param("run"), procedures);
    if (run === undefined) return noRun(c);
    const fields = await formFields(c);
    const form = formOf(fields);
    const page = `/sop/${runName(run.id)}`;
    const who = whoActs(fields);
    if ("refused" in who) return runPage(c, run, { form, fields, refused: who.refused });
    const refuse = (refused: Text, status?: 503): Response | Promise<Response> =>
      runPage(c, procedures.run(run.id) ?? run, { form, fields, refused, by: who.by }, status);
    rememberName(c, who.by);
    if (form === "who") return back(c, page);
    const action = readAction(run, fields);
    if ("refused" in action) return refuse(action.refused);
    if (action.kind === "note" && isNotedJustNow(run, action)) return back(c, page, "history");
    const done = await stored(procedures.act(run.id, action));
    if (done === undefined) return refuse(words.notStored, 503);
    if ("refused" in done) return refuse(done.refused);
    return back(c, page, action.kind === "note" ? "history" : "now");
  });

  return pages;

  /** Undefined: the disk did not take it, which is told. */
  async function stored<T>(doing: Promise<T>): Promise<T | undefined> {
    try {
      return await doing;
    } catch (error) {
      if (!(error instanceof Error && error.name === "StoreError")) throw error;
      onError?.(error);
      return undefined;
    }
  }

  function voiceOf(c: Context, attempt?: Attempt): SopVoice {
    const asked = c.req.query("lang");
    const lang = languages.find((one) => one === asked);
    return {
      language: paperLanguage(c, board.language),
      timezone: board.timezone,
      now: now(),
      to: (path) => (lang === undefined ? path : `${path}${path.includes("?") ? "&" : "?"}lang=${lang}`),
      known: attempt?.by ?? knownName(c),
      attempt,
    };
  }

  function send(
    c: Context,
    voice: SopVoice,
    page: { readonly title: Text | string; readonly path: string; readonly body: Html },
    status: 200 | 404 | 409 | 413 | 503 = 200,
  ): Response | Promise<Response> {
    const { title, ...rest } = page;
    const spoken = typeof title === "string" ? title : say(title, voice.language);
    const name = `Mailvigil · ${shown(board.company, 80)}`;
    c.header("cache-control", "no-store");
    return c.html(renderPaper({ language: voice.language, name, home: "/", title: spoken, ...rest }), status);
  }

  function startPage(c: Context, sop: Sop, attempt?: Attempt, status = statusOf(attempt)): Response | Promise<Response> {
    const voice = voiceOf(c, attempt);
    const drill = isDrill(c);
    const going = runsOf(sop).filter((run) => !hasEnded(run));
    const title = say(drill ? words.drillTitle : words.startTitle, voice.language, {
      title: shown(say(sop.title, voice.language), 200),
    });
    const body = startBody(sop, drill, { going, company: board.company }, voice);
    return send(c, voice, { title, path: startPath(sop.name, drill), body }, status);
  }

  function runPage(c: Context, run: SopRun, attempt?: Attempt, status = statusOf(attempt)): Response | Promise<Response> {
    const voice = voiceOf(c, attempt);
    const drill = run.drill ? say(sopWords.drill, voice.language) : "";
    const title = `${drill}${runName(run.id)} ${shown(say(run.sop.title, voice.language), 200)}`;
    const body = runBody(
      { run, entries: procedures.entries(run.id), company: board.company, fault: faultOf(run.incident) },
      voice,
    );
    return send(c, voice, { title, path: `/sop/${runName(run.id)}`, body }, status);
  }

  function faultOf(id: number | undefined): { readonly title: Text; readonly openedAt: number } | undefined {
    const incident = board.incidents().find((one) => one.id === id);
    if (incident === undefined) return undefined;
    const { probes, openedAt } = viewIncident(board, incident);
    const chief = [...probes.filter(({ leftAt }) => leftAt === null), ...probes].find(({ findings }) => findings.length > 0);
    return { title: chief?.findings[0]?.text ?? { en: incident.cause, zh: incident.cause }, openedAt };
  }

  function findSop(c: Context): Sop | undefined {
    const name = c.req.param("name");
    return procedures.sops().find((sop) => sop.name === name);
  }

  function runsOf({ name }: Sop): readonly SopRun[] {
    return procedures.runs().filter(({ sop }) => sop.name === name);
  }

  function isNotedJustNow(run: SopRun, { by, text }: { readonly by: string; readonly text: string }): boolean {
    const last = procedures.entries(run.id).findLast(({ kind }) => kind === "note");
    if (last === undefined || last.actor !== by || now() - last.at >= twiceMs) return false;
    return typeof last.data === "object" && last.data !== null && "text" in last.data && last.data["text"] === text;
  }

  /** 303, so that loading the page again sends nothing again. */
  function back(c: Context, path: string, anchor?: string): Response {
    return c.redirect(voiceOf(c).to(path) + (anchor === undefined ? "" : `#${anchor}`), 303);
  }

  function missing(c: Context, text: Text, name: string): Response | Promise<Response> {
    const voice = voiceOf(c);
    const title = say(text, voice.language, { name: shown(name, 60) });
    const to = html`<a class="tap" href="${voice.to("/sop")}">${say(words.back, voice.language)}</a>`;
    const body = html`<div class="sop">
      <h1>${title}</h1>
      <p>${to}</p>
    </div>`;
    return send(c, voice, { title, path: "/sop", body }, 404);
  }

  function noRun(c: Context): Response | Promise<Response> {
    return missing(c, words.noRun, c.req.param("run") ?? "");
  }

  function noSop(c: Context): Response | Promise<Response> {
    return missing(c, words.noSop, c.req.param("name") ?? "");
  }

  function tooMuch(c: Context): Response | Promise<Response> {
    const voice = voiceOf(c);
    const title = say(words.tooMuch, voice.language);
    const to = html`<a class="tap" href="${voice.to(c.req.path)}">${say(words.reload, voice.language)}</a>`;
    const body = html`<div class="sop">
      <h1>${title}</h1>
      <p>${to}</p>
    </div>`;
    return send(c, voice, { title, path: "/sop", body }, 413);
  }
}

const statusOf = (attempt: Attempt | undefined): 200 | 409 | 503 => (attempt === undefined ? 200 : 409);

const isDrill = (c: Context): boolean => c.req.query("drill") === "1";

const formFields = async (c: Context): Promise<URLSearchParams> => new URLSearchParams(await c.req.text());
