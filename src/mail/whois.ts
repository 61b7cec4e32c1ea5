import { readDate, type Registration, statusWord } from "./registration.ts";
import type { WhoisServer } from "./whois-servers.ts";

export type WhoisAnswer =
  | { readonly kind: "registered"; readonly registration: Registration }
  /** The registry knows no such domain. */
  | { readonly kind: "absent" }
  /** It did not want to answer: too many questions, an address it does not know. */
  | { readonly kind: "refused"; readonly line: string }
  | { readonly kind: "unclear" };

const maxLines = 2_000;
const maxLineChars = 500;

/** How the registries of the table, and many others, say that they know no such domain. Each begins its line. */
const absences = [
  "no match",
  "no matching record",
  "no data found",
  "no entries found",
  "no object found",
  "not found",
  "domain not found",
  "the queried object does not exist",
  "the domain has not been registered",
  "the requested domain was not found",
  "above domain name is not registered",
  "status: free",
  "status: available",
];
const refusals =
  /limit (was |has been )?exceeded|exceeded .{0,40}(limit|quota)|access (is )?denied|too many (requests|queries)|denied access|blacklisted/i;

/** Reads what a WHOIS server wrote. Never throws; lines beyond the 2,000th, and what is long in a line, are not looked at. */
export function readWhois(text: string, server: WhoisServer): WhoisAnswer {
  const lines = text.split("\n", maxLines).map((line) => line.slice(0, maxLineChars).trim());
  // An answer may hold several dates (the registry's, the registrar's): the one whose label comes first counts.
  const date = server.dates.map((label) => firstOf(lines, (line) => dateAfter(line, label))).find((found) => found !== undefined);
  const statuses = lines.flatMap((line) => statesIn(line, server.states));
  if (date !== undefined) {
    return { kind: "registered", registration: { expires: date.at, vague: date.vague, statuses, registrarLink: undefined } };
  }
  const isAbsent = lines.some((line) => {
    const said = line
      .toLowerCase()
      .replace(/^[%#>*\s]+/, "")
      .replace(/:\s+/g, ": ");
    return absences.some((absence) => said.startsWith(absence));
  });
  if (isAbsent) return { kind: "absent" };
  const refused = lines.find((line) => refusals.test(line));
  if (refused !== undefined) return { kind: "refused", line: refused };
  if (statuses.length === 0) return { kind: "unclear" };
  return { kind: "registered", registration: { expires: undefined, vague: false, statuses, registrarLink: undefined } };
}

function firstOf<T>(lines: readonly string[], read: (line: string) => T | undefined): T | undefined {
  for (const line of lines) {
    const found = read(line);
    if (found !== undefined) return found;
  }
  return undefined;
}

const dateAfter = (line: string, label: string) => {
  const value = valueAfter(line, label);
  return value === undefined ? undefined : readDate(value);
};

/** `Domain Status: clientHold https://icann.org/epp#clientHold`, `state: REGISTERED, NOT DELEGATED`, `[State]  Connected (2027/03/31)`. */
function statesIn(line: string, labels: readonly string[]): string[] {
  for (const label of labels) {
    const value = valueAfter(line, label);
    if (value === undefined) continue;
    const words = (value.split(/https?:|\(/)[0] ?? "").split(",", 20).map(statusWord);
    return words.filter((word) => word !== "");
  }
  return [];
}

/** `label: value`, `label : value`, `[label]  value`, `a. [label] value`, `label.....: value`. */
function valueAfter(line: string, label: string): string | undefined {
  const bare = line.replace(/^[a-z]\. /, "");
  const bracketed = bare.startsWith("[");
  const text = bracketed ? bare.slice(1) : bare;
  if (text.slice(0, label.length).toLowerCase() !== label) return undefined;
  const rest = text.slice(label.length);
  if (bracketed) return rest.startsWith("]") ? rest.slice(1).trim() : undefined;
  const [, value] = /^[\s.]*:(.*)$/.exec(rest) ?? [];
  return value?.trim();
}
