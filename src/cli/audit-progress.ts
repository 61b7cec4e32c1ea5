import { auditWords } from "../i18n/audit.ts";
import { statusWords } from "../i18n/commands.ts";
import type { Status } from "../model/status.ts";
import { inLanguage, say, type Language } from "../model/text.ts";
import { width } from "./table.ts";

/** Where progress is shown: standard error. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  readonly checked: (domain: string, done: number, all: number, check: string, status: Status) => void;
  readonly finished: (domain: string, status: Status) => void;
  /** Leaves nothing behind on a terminal. */
  readonly end: () => void;
}

/** On a terminal one line that is written over; elsewhere a line for each check, and with several domains one for each of them. */
export function createProgress(screen: Screen, domains: number, language: Language): Progress {
  const onTerminal = screen.isTTY === true;
  let shown = 0;
  let ready = 0;
  const show = (line: string): void => {
    if (!onTerminal) return void screen.write(`${line}\n`);
    const fits = width(line) < (screen.columns ?? 80) ? line : line.slice(0, Math.floor((screen.columns ?? 80) / 2) - 1);
    screen.write(`\r${fits}${" ".repeat(Math.max(0, shown - width(fits)))}`);
    shown = width(fits);
  };
  return {
    checked: (domain, done, all, check, status) => {
      if (domains > 1) return;
      show(say(auditWords.progress, language, { done, all, domain, check, status: inLanguage(statusWords[status], language) }));
    },
    finished: (domain, status) => {
      ready += 1;
      if (domains === 1) return;
      const data = { done: ready, all: domains, domain, status: inLanguage(statusWords[status], language) };
      show(say(auditWords.progressMany, language, data));
    },
    end: () => {
      if (onTerminal && shown > 0) screen.write(`\r${" ".repeat(shown)}\r`);
      shown = 0;
    },
  };
}
