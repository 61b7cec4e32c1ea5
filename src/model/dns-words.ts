/** What a person writes for the answers of a blocklist: `127.0.0.2`, `127.0.0.4-7`, `127.0.*.3`, `127.0.0.&8`. */
export function isListCode(match: string): boolean {
  const parts = match.split(".");
  return parts.length === 4 && parts[0] === "127" && parts.every((part) => /^(\*|&?\d{1,3}|\d{1,3}-\d{1,3})$/.test(part));
}

/** A name that can be dialled and said in EHLO, of two labels or more, in lower case; more is allowed in the DNS. */
export const isMailHost = (name: string): boolean =>
  name.length <= 253 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/.test(name);

/** The name of a DKIM key, `s1` or `mail.2026` (RFC 6376 section 3.1). */
export const isSelector = (name: string): boolean => /^[a-z0-9_](?:[a-z0-9_.-]{0,61}[a-z0-9_])?$/i.test(name);
