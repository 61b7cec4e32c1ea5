import type { Mask } from "../model/secret.ts";

/** Knows the secrets that were read, and replaces them and what protocols make of them by `[secret]`. */
export interface Masker {
  readonly mask: Mask;
  /** @param account the login name it is used with, so that whole SASL messages are known too */
  learn(secret: string, account?: string): void;
  /** One that is of no use any more, by which access tokens come and go; what is part of another secret stays. */
  forget(secret: string): void;
}

const prefixLength = 3;

/**
 * Forms are looked up by their first three characters, so that the cost grows with the text and not with the number of
 * secrets: 7,000 forms as one expression cost milliseconds a line.
 */
export function createMasker(): Masker {
  const byPrefix = new Map<string, string[]>();
  const short = new Set<string>();
  const known = new Map<string, ReadonlySet<string>>();

  const add = (form: string): void => {
    if (form === "" || form === "[secret]") return;
    if (form.length < prefixLength) {
      short.add(form);
      return;
    }
    const prefix = form.slice(0, prefixLength);
    const forms = byPrefix.get(prefix) ?? [];
    if (forms.includes(form)) return;
    // The longest first: a part of a longer form must not leave the rest of it standing.
    byPrefix.set(
      prefix,
      [...forms, form].toSorted((a, b) => b.length - a.length),
    );
  };

  const remove = (form: string): void => {
    short.delete(form);
    const prefix = form.slice(0, prefixLength);
    const left = byPrefix.get(prefix)?.filter((it) => it !== form) ?? [];
    if (left.length > 0) byPrefix.set(prefix, left);
    else byPrefix.delete(prefix);
  };

  return {
    learn(secret, account) {
      const key = JSON.stringify([secret, account ?? ""]);
      if (secret === "" || known.has(key)) return;
      const forms = formsOf(secret, account);
      known.set(key, forms);
      for (const form of forms) add(form);
    },
    forget(secret) {
      const key = JSON.stringify([secret, ""]);
      const forms = known.get(key);
      if (forms === undefined || !known.delete(key)) return;
      for (const form of forms) if (![...known.values()].some((others) => others.has(form))) remove(form);
    },
    mask(text) {
      let out = "";
      let from = 0;
      for (let i = 0; i < text.length;) {
        const form =
          byPrefix.get(text.slice(i, i + prefixLength))?.find((it) => text.startsWith(it, i)) ??
          (short.size > 0 ? [...short].find((it) => text.startsWith(it, i)) : undefined);
        if (form === undefined) {
          i++;
          continue;
        }
        out += `${text.slice(from, i)}[secret]`;
        i += form.length;
        from = i;
      }
      return from === 0 ? text : out + text.slice(from);
    },
  };
}

/** The secret itself, quoted (IMAP, JSON), in addresses, in base64 alone, inside PLAIN and XOAUTH2, and each of its lines. */
function formsOf(secret: string, account: string | undefined): Set<string> {
  const forms = new Set<string>([
    secret,
    secret.replaceAll("\\", "\\\\").replaceAll('"', '\\"'),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll("%20", "+"),
    new URLSearchParams({ s: secret }).toString().slice(2),
    Buffer.from(secret, "utf8").toString("hex"),
  ]);
  const encoded = [base64(secret)];
  if (account !== undefined) {
    encoded.push(
      base64(`\0${account}\0${secret}`),
      base64(`${account}\0${account}\0${secret}`),
      base64(`user=${account}\u0001auth=Bearer ${secret}\u0001\u0001`),
      base64(`${account}:${secret}`),
    );
  }
  // Inside a longer text, base64 has three ways to begin; the characters that also hold neighbours' bits are left out.
  const bytes = Buffer.from(secret, "utf8");
  for (const shift of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replaceAll("=", "");
    const head = shift === 0 ? 0 : shift + 1;
    const tail = (shift + bytes.length) % 3 === 0 ? 0 : 1;
    const inner = whole.slice(head, whole.length - tail);
    if (inner.length >= 6) encoded.push(inner);
  }
  for (const form of encoded) {
    forms.add(form);
    forms.add(form.replaceAll("+", "-").replaceAll("/", "_"));
  }
  for (const line of secret.split(/\r?\n/)) if (line.trim().length >= 8) forms.add(line.trim());
  return forms;
}

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");
