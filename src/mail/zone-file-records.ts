import { isIPv4, isIPv6, SocketAddress } from "node:net";
import type { RecordShape, RecordType } from "../model/dns.ts";
import type { Text } from "../model/text.ts";
import { octetsOf, shownWord, type Word, ZoneFileError } from "./zone-file-lines.ts";

/** The types whose records are read. Signatures are left out: who serves the zone makes them anew. */
export type ReadType = Exclude<RecordType, "RRSIG">;

const most = { label: 63, name: 253, string: 255, u8: 255, u16: 65_535, u32: 4_294_967_295 } as const;

/** The words behind the type of a record, taken one after the other. */
interface Rdata {
  readonly words: readonly Word[];
  readonly type: string;
  readonly line: number;
  readonly origin: string | undefined;
}

/**
 * The records as `DnsAnswer` has them.
 * @param origin what relative names end in; undefined: there must be none
 * @throws ZoneFileError
 */
export function readRecord<T extends ReadType>(
  type: T,
  words: readonly Word[],
  line: number,
  origin: string | undefined,
): RecordShape[T] {
  return readers[type]({ words, type, line, origin });
}

export const isReadType = (type: string): type is ReadType => Object.hasOwn(readers, type);

const readers: { readonly [T in ReadType]: (rdata: Rdata) => RecordShape[T] } = {
  A: (rdata) => {
    const [word] = exactly(rdata, 1);
    return isIPv4(word.raw) ? word.raw : wrong(word, { en: "is no IPv4 address", zh: "不是 IPv4 地址" }, "192.0.2.1");
  },
  AAAA: (rdata) => {
    const [word] = exactly(rdata, 1);
    if (!isIPv6(word.raw) || word.raw.includes("%"))
      return wrong(word, { en: "is no IPv6 address", zh: "不是 IPv6 地址" }, "2001:db8::1");
    return new SocketAddress({ address: word.raw, family: "ipv6" }).address;
  },
  MX: (rdata) => {
    const [priority, exchange] = exactly(rdata, 2);
    return { priority: numberIn(priority, most.u16), exchange: nameOf(exchange, rdata.origin) };
  },
  TXT: stringsOf,
  SPF: stringsOf,
  CNAME: (rdata) => nameOf(exactly(rdata, 1)[0], rdata.origin).toLowerCase(),
  NS: (rdata) => nameOf(exactly(rdata, 1)[0], rdata.origin).toLowerCase(),
  PTR: (rdata) => nameOf(exactly(rdata, 1)[0], rdata.origin),
  SOA: (rdata) => {
    const [nsname, hostmaster, serial, refresh, retry, expire, minttl] = exactly(rdata, 7);
    return {
      nsname: nameOf(nsname, rdata.origin),
      hostmaster: nameOf(hostmaster, rdata.origin),
      serial: numberIn(serial, most.u32),
      refresh: secondsIn(refresh),
      retry: secondsIn(retry),
      expire: secondsIn(expire),
      minttl: secondsIn(minttl),
    };
  },
  SRV: (rdata) => {
    const [priority, weight, port, name] = exactly(rdata, 4);
    return {
      priority: numberIn(priority, most.u16),
      weight: numberIn(weight, most.u16),
      port: numberIn(port, most.u16),
      name: nameOf(name, rdata.origin),
    };
  },
  CAA: (rdata) => {
    const [critical, tag, value] = exactly(rdata, 3);
    return {
      critical: numberIn(critical, most.u8),
      tag: octetsOf(tag).toString("utf8"),
      value: octetsOf(value).toString("utf8"),
    };
  },
  TLSA: (rdata) => {
    const { numbers, rest } = numbersFirst(rdata, 3);
    return Uint8Array.from([...numbers, ...hexOf(rest, rdata)]);
  },
  DS: (rdata) => {
    const { numbers, rest } = numbersFirst(rdata, 3, most.u16);
    const [tag = 0, ...others] = numbers;
    return Uint8Array.from([tag >> 8, tag & 0xff, ...others, ...hexOf(rest, rdata)]);
  },
  DNSKEY: (rdata) => {
    const { numbers, rest } = numbersFirst(rdata, 3, most.u16);
    const [flags = 0, ...others] = numbers;
    return Uint8Array.from([flags >> 8, flags & 0xff, ...others, ...base64Of(rest, rdata)]);
  },
};

interface Counted {
  readonly 1: readonly [Word];
  readonly 2: readonly [Word, Word];
  readonly 3: readonly [Word, Word, Word];
  readonly 4: readonly [Word, Word, Word, Word];
  readonly 7: readonly [Word, Word, Word, Word, Word, Word, Word];
}

const isCount = <N extends keyof Counted>(words: readonly Word[], count: N): words is Counted[N] => words.length === count;

function exactly<N extends keyof Counted>({ words, type, line }: Rdata, count: N): Counted[N] {
  if (!isCount(words, count)) {
    throw new ZoneFileError(
      line,
      { en: `${type} has ${words.length} values`, zh: `${type} 有 ${words.length} 个值` },
      { en: `it takes ${count}: ${forms[type] ?? ""}`, zh: `应有 ${count} 个：${forms[type] ?? ""}` },
    );
  }
  return words;
}

/** How a record of each type is written, for the remedies. */
const forms: Readonly<Record<string, string>> = {
  A: "A 192.0.2.1",
  AAAA: "AAAA 2001:db8::1",
  MX: "MX 10 mail.example.com.",
  CNAME: "CNAME www.example.com.",
  NS: "NS ns1.example.com.",
  PTR: "PTR mail.example.com.",
  SOA: "SOA ns1.example.com. hostmaster.example.com. 1 7200 3600 1209600 300",
  SRV: "SRV 0 1 993 imap.example.com.",
  CAA: 'CAA 0 issue "letsencrypt.org"',
  TXT: 'TXT "v=spf1 -all"',
  SPF: 'SPF "v=spf1 -all"',
  TLSA: "TLSA 3 1 1 d2ab…",
  DS: "DS 12345 13 2 49fd…",
  DNSKEY: "DNSKEY 257 3 13 mdsswU…",
};

const wrong = (word: Word, problem: Text, instead: string): never => {
  const shown = shownWord(word);
  throw new ZoneFileError(
    word.line,
    { en: `“${shown}” ${problem.en}`, zh: `「${shown}」${problem.zh}` },
    { en: `write for example ${instead}`, zh: `例如写 ${instead}` },
  );
};

function numberIn(word: Word, max: number): number {
  const value = /^\d{1,10}$/.test(word.raw) ? Number(word.raw) : Infinity;
  return value <= max ? value : wrong(word, { en: `is no number from 0 to ${max}`, zh: `不是 0 到 ${max} 的数` }, "10");
}

const units: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** `68y` in seconds is ten digits; as weeks, days, hours, minutes and seconds it is less than this. */
const maxTime = 20;

/** Seconds of `3600`, `1h30m`; undefined for a word that is none. */
export function readSeconds(raw: string): number | undefined {
  if (raw.length > maxTime || !/^(\d+[smhdw]?)+$/i.test(raw)) return undefined;
  let sum = 0;
  for (const [, digits, unit = ""] of raw.matchAll(/(\d+)([smhdw]?)/gi)) sum += Number(digits) * (units[unit.toLowerCase()] ?? 1);
  return sum;
}

function secondsIn(word: Word): number {
  const seconds = readSeconds(word.raw) ?? Infinity;
  return seconds <= most.u32 ? seconds : wrong(word, { en: "is no time in seconds", zh: "不是以秒计的时间" }, "3600");
}

/** Each string of at most 255 octets (RFC 1035 section 3.3); without quotes every word is a string of its own. */
function stringsOf({ words, type, line }: Rdata): readonly string[] {
  if (words.length === 0) {
    throw new ZoneFileError(
      line,
      { en: `${type} has no text`, zh: `${type} 没有内容` },
      { en: `write ${forms[type] ?? ""}`, zh: `请写 ${forms[type] ?? ""}` },
    );
  }
  return words.map((word) => {
    const octets = octetsOf(word);
    if (octets.length > most.string) {
      throw new ZoneFileError(
        word.line,
        { en: `a string of ${octets.length} octets is too long`, zh: `一个字符串有 ${octets.length} 字节，过长` },
        {
          en: `cut it into several of at most ${most.string}: "…" "…"`,
          zh: `请分成几段，每段不超过 ${most.string} 字节："…" "…"`,
        },
      );
    }
    return octets.toString("utf8");
  });
}

function numbersFirst(
  rdata: Rdata,
  count: number,
  first: number = most.u8,
): { numbers: readonly number[]; rest: readonly Word[] } {
  const { words, type, line } = rdata;
  if (words.length <= count) {
    throw new ZoneFileError(
      line,
      { en: `${type} has ${words.length} values`, zh: `${type} 有 ${words.length} 个值` },
      { en: `write ${forms[type] ?? ""}`, zh: `请写 ${forms[type] ?? ""}` },
    );
  }
  const numbers = words.slice(0, count).map((word, index) => numberIn(word, index === 0 ? first : most.u8));
  return { numbers, rest: words.slice(count) };
}

function hexOf(words: readonly Word[], { type }: Rdata): Buffer {
  const hex = words.map(({ raw }) => raw).join("");
  const [first] = words;
  if (first && (!/^[\da-f]+$/i.test(hex) || hex.length % 2 !== 0))
    return wrong(first, { en: "is no hexadecimal value of whole octets", zh: "不是完整的十六进制值" }, forms[type] ?? "");
  return Buffer.from(hex, "hex");
}

function base64Of(words: readonly Word[], { type }: Rdata): Buffer {
  const text = words.map(({ raw }) => raw).join("");
  const [first] = words;
  if (first && !/^[a-z\d+/]+={0,2}$/i.test(text))
    return wrong(first, { en: "is no base64 value", zh: "不是 base64 值" }, forms[type] ?? "");
  return Buffer.from(text, "base64");
}

/**
 * A name without its final dot, as it is written; "" is the root. `@` is the origin, and what does not end in a dot is below it.
 * @throws ZoneFileError
 */
export function nameOf(word: Word, origin: string | undefined): string {
  const { raw, quoted, line } = word;
  if (raw === ".") return "";
  if (quoted || raw.length > maxWritten) return noName(word);
  const labels = labelsOf(raw);
  const isAbsolute = labels.length > 1 && labels.at(-1) === "";
  if (!isAbsolute && origin === undefined) {
    throw new ZoneFileError(
      line,
      {
        en: `“${shownWord(word)}” is relative to a name that the file does not say`,
        zh: `「${shownWord(word)}」是相对名称，但文件没有说明相对于谁`,
      },
      { en: "put $ORIGIN example.com. at the top", zh: "请在开头写 $ORIGIN example.com." },
    );
  }
  if (raw === "@") return origin ?? "";
  const octets = (isAbsolute ? labels.slice(0, -1) : labels).map((label) => octetsOf({ ...word, raw: label }).toString("latin1"));
  const whole = [...octets, ...(isAbsolute || origin === "" ? [] : [origin])].join(".");
  if (octets.some(({ length }) => length === 0 || length > most.label) || whole.length > most.name) return noName(word);
  if (/[^\x21-\x7e]/.test(whole))
    return wrong(word, { en: "holds more than ASCII", zh: "含有 ASCII 以外的字符" }, "xn--fiqs8s.example.");
  return whole;
}

/** A name of 253 octets, each of them written as `\000`. */
const maxWritten = 4 * 254;

const noName = (word: Word): never => wrong(word, { en: "is no domain name", zh: "不是域名" }, "mail.example.com.");

/** What stands between the dots that are not escaped. */
function labelsOf(raw: string): readonly string[] {
  const labels: string[] = [];
  let from = 0;
  for (let at = 0; at < raw.length; at++) {
    if (raw[at] === "\\") at++;
    else if (raw[at] === ".") {
      labels.push(raw.slice(from, at));
      from = at + 1;
    }
  }
  return [...labels, raw.slice(from)];
}
