import addressparser from "nodemailer/lib/addressparser";
import { ImapSyntaxError, parseSequence, parseTokens, quote, quoteOrNil, textOf } from "./imap-syntax.ts";
import type { Token } from "./imap-syntax.ts";
import type { StoredMessage } from "./mail-store.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const twoDigits = (n: number): string => String(n).padStart(2, "0");

/** `22-Nov-2026 11:54:01 +0000` (RFC 3501 9, date-time). */
function internalDate(at: number): string {
  const date = new Date(at);
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(twoDigits).join(":");
  const day = String(date.getUTCDate()).padStart(2, " ");
  return `${day}-${months[date.getUTCMonth()] ?? ""}-${date.getUTCFullYear()} ${time} +0000`;
}

/** The start of a day, UTC, of `22-Nov-2026`. */
function parseDate(text: string): number {
  const match = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/.exec(text);
  const month = months.findIndex((name) => name.toLowerCase() === match?.[2]?.toLowerCase());
  if (match === null || month < 0) throw new ImapSyntaxError(`"${text}" is no date`);
  return Date.UTC(Number(match[3]), month, Number(match[1]));
}

/** Header and body as Latin-1; the empty line belongs to the header (RFC 3501 6.4.5). */
function partsOf(message: StoredMessage): { readonly header: string; readonly body: string } {
  const raw = message.raw.toString("latin1");
  const end = raw.indexOf("\r\n\r\n");
  return end < 0 ? { header: raw, body: "" } : { header: raw.slice(0, end + 4), body: raw.slice(end + 4) };
}

interface HeaderField {
  readonly name: string;
  /** As it stands, folded, with its CRLF. */
  readonly line: string;
  readonly value: string;
}

function fieldsOf(header: string): HeaderField[] {
  return header
    .split(/\r\n(?![ \t])/)
    .filter((line) => line.includes(":"))
    .map((line) => ({
      name: line.slice(0, line.indexOf(":")).trim().toLowerCase(),
      line: `${line}\r\n`,
      value: line
        .slice(line.indexOf(":") + 1)
        .replace(/\r\n/g, "")
        .trim(),
    }));
}

const includes = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());

interface Searched {
  readonly message: StoredMessage;
  readonly sequence: number;
}

type Test = (one: Searched) => boolean;

const flagKeys: Readonly<Record<string, readonly [flag: string, wanted: boolean]>> = {
  SEEN: ["\\Seen", true],
  UNSEEN: ["\\Seen", false],
  DELETED: ["\\Deleted", true],
  UNDELETED: ["\\Deleted", false],
  ANSWERED: ["\\Answered", true],
  UNANSWERED: ["\\Answered", false],
  FLAGGED: ["\\Flagged", true],
  UNFLAGGED: ["\\Flagged", false],
};

/**
 * The keys of SEARCH that clients of the demonstration use (RFC 3501 6.4.4).
 * @throws ImapSyntaxError for a key that is not among them
 */
export function compileSearch(tokens: readonly Token[], largest: { readonly uid: number; readonly sequence: number }): Test {
  const rest = [...tokens];
  const text = (what: string) => textOf(rest.shift(), what);

  function headerHas(name: string, value: string): Test {
    return ({ message }) =>
      fieldsOf(partsOf(message).header).some((field) => field.name === name && (value === "" || includes(field.value, value)));
  }

  function one(): Test {
    const token = rest.shift();
    if (token === undefined) throw new ImapSyntaxError("A search key is missing");
    if (token.kind === "list") return compileSearch(token.items, largest);
    const key = token.value.toUpperCase();
    const flag = flagKeys[key];
    if (flag !== undefined) return ({ message }) => message.flags.has(flag[0]) === flag[1];
    switch (key) {
      case "ALL":
        return () => true;
      case "CHARSET":
        rest.shift();
        return () => true;
      case "NOT": {
        const inner = one();
        return (searched) => !inner(searched);
      }
      case "OR": {
        const [left, right] = [one(), one()];
        return (searched) => left(searched) || right(searched);
      }
      case "UID": {
        const holds = parseSequence(text("A sequence of UIDs"), largest.uid);
        return ({ message }) => holds(message.uid);
      }
      case "HEADER":
        return headerHas(text("A field name").toLowerCase(), text("A field value"));
      case "SUBJECT":
      case "FROM":
      case "TO":
      case "CC":
        return headerHas(key.toLowerCase(), text("A text"));
      case "TEXT": {
        const wanted = text("A text");
        return ({ message }) => includes(message.raw.toString("latin1"), wanted);
      }
      case "BODY": {
        const wanted = text("A text");
        return ({ message }) => includes(partsOf(message).body, wanted);
      }
      case "SINCE": {
        const day = parseDate(text("A date"));
        return ({ message }) => message.at >= day;
      }
      case "BEFORE": {
        const day = parseDate(text("A date"));
        return ({ message }) => message.at < day;
      }
      default: {
        if (!/^[\d*]/.test(key)) throw new ImapSyntaxError(`The search key ${key} is not known here`);
        const holds = parseSequence(key, largest.sequence);
        return ({ sequence }) => holds(sequence);
      }
    }
  }

  const tests: Test[] = [];
  while (rest.length > 0) tests.push(one());
  if (tests.length === 0) throw new ImapSyntaxError("A search key is missing");
  return (searched) => tests.every((test) => test(searched));
}

/** One thing to fetch: what it is called in the answer, and its value. `marksSeen`: it is BODY[…] without PEEK. */
export interface FetchItem {
  readonly marksSeen: boolean;
  render(message: StoredMessage): string;
}

const macros: Readonly<Record<string, readonly string[]>> = {
  ALL: ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"],
  FAST: ["FLAGS", "INTERNALDATE", "RFC822.SIZE"],
};

/** @throws ImapSyntaxError for an item that is not known here */
export function compileFetch(token: Token | undefined, withUid: boolean): FetchItem[] {
  if (token === undefined) throw new ImapSyntaxError("What to fetch is missing");
  const names =
    token.kind === "list"
      ? token.items.map((item) => textOf(item, "An item"))
      : (macros[token.value.toUpperCase()] ?? [token.value]);
  const hasUid = names.some((name) => name.toUpperCase() === "UID");
  return [...(withUid && !hasUid ? ["UID"] : []), ...names].map(compileFetchItem);
}

function compileFetchItem(name: string): FetchItem {
  const simple = (render: (message: StoredMessage) => string): FetchItem => ({
    marksSeen: false,
    render: (message) => `${name.toUpperCase()} ${render(message)}`,
  });
  switch (name.toUpperCase()) {
    case "UID":
      return simple((message) => String(message.uid));
    case "FLAGS":
      return simple((message) => `(${[...message.flags].join(" ")})`);
    case "INTERNALDATE":
      return simple((message) => `"${internalDate(message.at)}"`);
    case "RFC822.SIZE":
      return simple((message) => String(message.raw.length));
    case "ENVELOPE":
      return simple(envelope);
    default:
      return compileBody(name);
  }
}

function compileBody(name: string): FetchItem {
  const match = /^BODY(\.PEEK)?\[([^\]]*)\](?:<(\d{1,9})(?:\.(\d{1,9}))?>)?$/i.exec(name);
  if (match === null) throw new ImapSyntaxError(`The item ${name} is not known here`);
  const section = match[2] ?? "";
  const select = compileSection(section);
  const from = match[3] === undefined ? undefined : Number(match[3]);
  const label = `BODY[${section}]${from === undefined ? "" : `<${from}>`}`;
  return {
    marksSeen: match[1] === undefined,
    render: (message) => {
      const whole = select(message);
      const part = from === undefined ? whole : whole.slice(from, match[4] === undefined ? undefined : from + Number(match[4]));
      return `${label} {${part.length}}\r\n${part}`;
    },
  };
}

function compileSection(section: string): (message: StoredMessage) => string {
  const [first, second] = parseTokens(section);
  switch (first === undefined ? "" : textOf(first, "A section").toUpperCase()) {
    case "":
      return (message) => message.raw.toString("latin1");
    case "HEADER":
      return (message) => partsOf(message).header;
    case "TEXT":
    case "1":
      return (message) => partsOf(message).body;
    case "HEADER.FIELDS": {
      if (second?.kind !== "list") throw new ImapSyntaxError("HEADER.FIELDS needs a list of names");
      const wanted = new Set(second.items.map((item) => textOf(item, "A field name").toLowerCase()));
      return (message) => {
        const kept = fieldsOf(partsOf(message).header).filter((field) => wanted.has(field.name));
        return `${kept.map((field) => field.line).join("")}\r\n`;
      };
    }
    default:
      throw new ImapSyntaxError(`The section ${section} is not known here`);
  }
}

/** RFC 3501 7.4.2: date, subject, from, sender, reply-to, to, cc, bcc, in-reply-to, message-id. */
function envelope(message: StoredMessage): string {
  const fields = fieldsOf(partsOf(message).header);
  const value = (name: string) => fields.find((field) => field.name === name)?.value;
  const addresses = (name: string, fallback?: string): string => {
    const text = value(name) ?? (fallback === undefined ? undefined : value(fallback));
    if (text === undefined) return "NIL";
    const each = addressparser(text, { flatten: true }).map(({ name: display, address }) => {
      const at = address.lastIndexOf("@");
      return `(${quoteOrNil(display)} NIL ${quote(address.slice(0, at))} ${quote(address.slice(at + 1))})`;
    });
    return each.length === 0 ? "NIL" : `(${each.join("")})`;
  };
  const parts = [
    quoteOrNil(value("date")),
    quoteOrNil(value("subject")),
    addresses("from"),
    addresses("sender", "from"),
    addresses("reply-to", "from"),
    addresses("to"),
    addresses("cc"),
    addresses("bcc"),
    quoteOrNil(value("in-reply-to")),
    quoteOrNil(value("message-id")),
  ];
  return `(${parts.join(" ")})`;
}
