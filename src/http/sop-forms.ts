import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { sopPageWords as words } from "../i18n/sop-page.ts";
import type { ManualStep, Sop, SopAction, SopRun } from "../model/sop.ts";
import { fill, type Text } from "../model/text.ts";
import { visible } from "../model/visible.ts";

/** What somebody sent and was not granted: shown again at its place, with the reason. */
export interface Attempt {
  /** Of the form it came from: `step-vendor`, `note`, `close`, `abort`, `begin`, `dismiss`, `who`. */
  readonly form: string;
  readonly fields: URLSearchParams;
  readonly refused: Text;
  /** Who it was, where they said so. */
  readonly by?: string;
}

/** In UTF-16 units. All of one form together fit into 8 KiB, percent-encoded and in Chinese (9 bytes a character). */
export const longest = { name: 60, reason: 200, input: 200, note: 500 } as const;

export const inputName = (key: string): string => `input.${key}`;

/** On one line, without what cannot be seen: it is stored and sent like this. */
const oneLine = (text: string): string => visible(text.replaceAll(/\s+/g, " ").trim(), 8_192);

const nameCookie = "mailvigil_name";

/** Whoever acted last from this browser; undefined: not known. Anybody could have written it. */
export function knownName(c: Context): string | undefined {
  const name = oneLine(getCookie(c, nameCookie) ?? "");
  return name !== "" && name.length <= longest.name ? name : undefined;
}

export function rememberName(c: Context, name: string): void {
  setCookie(c, nameCookie, name, {
    path: "/sop",
    maxAge: 180 * 86_400,
    sameSite: "Strict",
    secure: c.req.header("origin")?.startsWith("https:") === true,
  });
}

interface Refused {
  readonly refused: Text;
}

const tooLong = (field: Text, length: number, most: number): Refused => ({
  refused: {
    en: fill(words.tooLong.en, { field: field.en, length, most }),
    zh: fill(words.tooLong.zh, { field: field.zh, length, most }),
  },
});

/** The written name, else the chosen one. */
export function whoActs(fields: URLSearchParams): { readonly by: string } | Refused {
  const by = oneLine(fields.get("name") ?? "") || oneLine(fields.get("person") ?? "");
  if (by === "") return { refused: words.sayWho };
  return by.length > longest.name ? tooLong(words.name, by.length, longest.name) : { by };
}

/** What a form asks for, as far as it can be judged without the run. */
export function readAction(run: SopRun, fields: URLSearchParams): SopAction | Refused {
  const who = whoActs(fields);
  if ("refused" in who) return who;
  const { by } = who;
  const step = fields.get("step") ?? "";
  switch (fields.get("do") ?? "") {
    case "begin":
      return { kind: "begin", by };
    case "done": {
      const input: Record<string, string> = {};
      for (const { key, title } of inputsOf(run, step)) {
        const value = oneLine(fields.get(inputName(key)) ?? "");
        if (value.length > longest.input) return tooLong(title, value.length, longest.input);
        if (value !== "") input[key] = value;
      }
      return { kind: "done", step, by, input };
    }
    case "skip":
      return withReason(fields, (reason) => ({ kind: "skip", step, by, reason }));
    case "retry":
      return { kind: "retry", step, by };
    case "note": {
      const text = oneLine(fields.get("text") ?? "");
      return text.length > longest.note ? tooLong(words.note, text.length, longest.note) : { kind: "note", by, text };
    }
    case "close":
      return { kind: "close", by };
    case "abort":
      return withReason(fields, (reason) => ({ kind: "abort", by, reason }));
    case "dismiss":
      return withReason(fields, (reason) => ({ kind: "dismiss", by, reason }));
    default:
      return { refused: words.notUnderstood };
  }
}

function withReason(fields: URLSearchParams, act: (reason: string) => SopAction): SopAction | Refused {
  const reason = oneLine(fields.get("reason") ?? "");
  return reason.length > longest.reason ? tooLong(words.reason, reason.length, longest.reason) : act(reason);
}

function inputsOf({ sop }: SopRun, id: string): ManualStep["input"] {
  const step = sop.steps.find((one) => one.id === id);
  return step?.kind === "manual" ? step.input : [];
}

/** The form an action was sent from; where it leads back to. */
export function formOf(fields: URLSearchParams): string {
  const kind = fields.get("do") ?? "";
  const step = fields.get("step") ?? "";
  return ["done", "skip", "retry"].includes(kind) && /^[a-z0-9-]{1,40}$/.test(step) ? `step-${step}` : kind;
}

/** The people that an SOP names, each once. */
export const peopleOf = ({ steps }: Sop): readonly string[] => [
  ...new Set(steps.flatMap((step) => (step.kind === "manual" ? step.who.people.map(({ name }) => name) : []))),
];
