import type { RecordShape, RecordType } from "../model/dns.ts";
import { entriesOf, type Entry, shownWord, type Word, ZoneFileError } from "./zone-file-lines.ts";
import { isReadType, nameOf, type ReadType, readRecord, readSeconds } from "./zone-file-records.ts";

/** All records of one name and type. */
export interface RecordSet {
  /** Seconds, the least of its records'. */
  readonly ttl: number;
  readonly records: readonly RecordShape[RecordType][];
}

/** What a zone file says of one name. */
export interface ZoneName {
  readonly sets: ReadonlyMap<RecordType, RecordSet>;
  /** It has records, be it of types that are not read. */
  readonly present: boolean;
  /** Types that are to have no record any more; `all`: the whole name is to go. */
  readonly deleted: ReadonlySet<RecordType> | "all";
}

export interface ZoneFile {
  /** By name, lower case, without the final dot. */
  readonly names: ReadonlyMap<string, ZoneName>;
  /** Names with a SOA record: of everything below them the file says what there is, and what it does not name is not there. */
  readonly zones: readonly string[];
  /** How many records were read. */
  readonly records: number;
}

/** A large company's zone has some thousands of records. */
export const maxZoneBytes = 4 * 1024 * 1024;
const maxRecords = 20_000;
const fallbackTtl = 3_600;

/** Types that a zone may hold and nobody here asks for: their names exist, their values are not read. */
const passedOver = new Set(
  "RRSIG NSEC NSEC3 NSEC3PARAM CDS CDNSKEY CSYNC ZONEMD HTTPS SVCB SSHFP NAPTR HINFO RP LOC URI DNAME OPENPGPKEY SMIMEA CERT HIP EUI48 EUI64 APL DHCID IPSECKEY KX AFSDB X25 ISDN RT NSAP KEY SIG LP L32 L64 NID WALLET".split(
    " ",
  ),
);

interface Growing {
  readonly line: number;
  readonly sets: Map<RecordType, { ttl: number; readonly records: Map<string, RecordShape[RecordType]> }>;
  present: boolean;
  deleted: Set<RecordType> | "all";
  /** A type that is passed over and that no alias may stand beside. */
  others: boolean;
}

interface Reading {
  origin: string | undefined;
  owner: string | undefined;
  /** By `$TTL`. */
  ttl: number | undefined;
  /** The last that a record said. */
  lastTtl: number;
  records: number;
  readonly names: Map<string, Growing>;
}

/**
 * Reads a zone file as name servers do (RFC 1035 section 5.1, RFC 2308 section 4). Two things are its own: `$INCLUDE` and
 * `$GENERATE` are errors, and a comment `; mailvigil: delete NAME TYPE…` says that records are to go (without a type: the name).
 * @param origin what relative names belong to until the file says `$ORIGIN`; undefined: it has to say so
 * @throws ZoneFileError and nothing else
 */
export function parseZoneFile(text: string, origin: string | undefined): ZoneFile {
  if (text.length > maxZoneBytes) throw tooMuch(0, "characters", "字符", maxZoneBytes);
  const reading: Reading = { origin, owner: undefined, ttl: undefined, lastTtl: fallbackTtl, records: 0, names: new Map() };
  for (const entry of entriesOf(text.replace(/^\ufeff/, ""))) {
    const [first] = entry.words;
    if (entry.order !== undefined) takeOrder(reading, entry, entry.order);
    if (first === undefined) continue;
    if (first.raw.startsWith("$") && !entry.indented && !first.quoted) takeDirective(reading, entry, first);
    else takeRecord(reading, entry);
  }
  const names = new Map([...reading.names].map(([name, growing]) => [name, finished(name, growing)]));
  const zones = [...names].filter(([, { sets }]) => sets.has("SOA")).map(([name]) => name);
  return { names, zones, records: reading.records };
}

function finished(name: string, { line, sets, present, deleted, others }: Growing): ZoneName {
  const aliases = sets.get("CNAME")?.records.size ?? 0;
  if (aliases > 1 || (aliases === 1 && (sets.size > 1 || others))) throw besideAlias(line, name);
  const done = [...sets].map(([type, { ttl, records }]) => [type, { ttl, records: [...records.values()] }] as const);
  return { sets: new Map(done), present: present || done.length > 0, deleted };
}

function takeDirective(reading: Reading, { words, line }: Entry, directive: Word): void {
  const [, value] = words;
  const name = directive.raw.toUpperCase();
  if (name === "$ORIGIN" && value) reading.origin = nameOf(value, reading.origin).toLowerCase();
  else if (name === "$TTL" && value) reading.ttl = ttlIn(value);
  else if (name === "$INCLUDE" || name === "$GENERATE") {
    throw new ZoneFileError(
      line,
      { en: `${name} is not followed`, zh: `不支持 ${name}` },
      { en: "write the records themselves here", zh: "请把记录本身写在这里" },
    );
  } else {
    throw new ZoneFileError(
      line,
      { en: `“${shownWord(directive)}” is no directive with a value`, zh: `「${shownWord(directive)}」不是带值的指令` },
      { en: "write $ORIGIN example.com. or $TTL 3600", zh: "请写 $ORIGIN example.com. 或 $TTL 3600" },
    );
  }
}

function takeRecord(reading: Reading, { words, line, indented }: Entry): void {
  let at = 0;
  if (!indented) {
    const [written] = words;
    if (written) reading.owner = nameOf(written, reading.origin).toLowerCase();
    at = 1;
  }
  const { owner } = reading;
  if (owner === undefined) {
    throw new ZoneFileError(
      line,
      { en: "the first record has no name", zh: "第一条记录没有名称" },
      { en: "begin the line with its name, or with @", zh: "请在行首写名称，或写 @" },
    );
  }
  let ttl: number | undefined;
  // TTL and class come in either order, and both may be left out.
  for (; at < words.length; at++) {
    const word = words[at];
    if (!word || word.quoted) break;
    if (readSeconds(word.raw) !== undefined) ttl = ttlIn(word);
    else if (/^(CH|HS|CS|CLASS\d+)$/i.test(word.raw)) throw otherClass(line, word);
    else if (!/^IN$/i.test(word.raw)) break;
  }
  const typeWord = words[at];
  if (typeWord === undefined) throw noType(line);
  if (++reading.records > maxRecords) throw tooMuch(line, "records", "条记录", maxRecords);
  const type = typeWord.raw.toUpperCase();
  const entry = nameIn(reading, owner, line);
  if (!isReadType(type)) {
    if (!passedOver.has(type) && !/^TYPE\d+$/.test(type)) throw unknownType(typeWord);
    // RFC 2181 section 10.1 as RFC 4034 section 2.5 has it: these two stand beside an alias.
    entry.present = true;
    if (type !== "RRSIG" && type !== "NSEC") entry.others = true;
    return;
  }
  const record = readRecord(type, words.slice(at + 1), line, reading.origin);
  if (ttl !== undefined) reading.lastTtl = ttl;
  addRecord(entry, type, record, ttl ?? reading.ttl ?? reading.lastTtl);
}

/** RFC 2181 section 5: a set holds no record twice, and all of it has one TTL. */
function addRecord({ sets }: Growing, type: ReadType, record: RecordShape[ReadType], ttl: number): void {
  const set = sets.get(type) ?? { ttl, records: new Map<string, RecordShape[RecordType]>() };
  set.ttl = Math.min(set.ttl, ttl);
  set.records.set(JSON.stringify(record), record);
  sets.set(type, set);
}

/** `delete NAME TYPE…` */
function takeOrder(reading: Reading, { line }: Entry, order: string): void {
  const [verb, name, ...types] = order.split(/\s+/).map((raw) => ({ raw, quoted: false, line }));
  const kinds = types.map(({ raw }) => raw.toUpperCase());
  if (verb?.raw.toLowerCase() !== "delete" || name === undefined || !kinds.every(isReadType)) {
    throw new ZoneFileError(
      line,
      { en: "this comment to mailvigil is not understood", zh: "看不懂这条写给 mailvigil 的注释" },
      { en: "write ; mailvigil: delete old.example.com. MX TXT", zh: "请写 ; mailvigil: delete old.example.com. MX TXT" },
    );
  }
  const entry = nameIn(reading, nameOf(name, reading.origin).toLowerCase(), line);
  if (kinds.length === 0) entry.deleted = "all";
  else if (entry.deleted !== "all") for (const kind of kinds) entry.deleted.add(kind);
}

function nameIn({ names }: Reading, name: string, line: number): Growing {
  const entry = names.get(name) ?? { line, sets: new Map(), present: false, deleted: new Set<RecordType>(), others: false };
  names.set(name, entry);
  return entry;
}

/** RFC 2181 section 8: 31 bits. */
const maxTtl = 2_147_483_647;

function ttlIn(word: Word): number {
  const seconds = readSeconds(word.raw);
  if (seconds !== undefined && seconds <= maxTtl) return seconds;
  throw new ZoneFileError(
    word.line,
    { en: `“${shownWord(word)}” is no TTL`, zh: `「${shownWord(word)}」不是 TTL` },
    { en: "write seconds, such as 3600, or 1h", zh: "请写秒数，例如 3600，或 1h" },
  );
}

const noType = (line: number): ZoneFileError =>
  new ZoneFileError(
    line,
    { en: "a record without a type", zh: "记录没有类型" },
    { en: "write it like www 3600 IN A 192.0.2.1", zh: "请写成 www 3600 IN A 192.0.2.1 的形式" },
  );

const unknownType = (word: Word): ZoneFileError =>
  new ZoneFileError(
    word.line,
    { en: `“${shownWord(word)}” is no record type`, zh: `「${shownWord(word)}」不是记录类型` },
    {
      en: "a line is name, TTL, IN, type, value; begin it with a space to go on with the name above",
      zh: "每行依次是名称、TTL、IN、类型、值；沿用上一行的名称时，请以空格开头",
    },
  );

const otherClass = (line: number, word: Word): ZoneFileError =>
  new ZoneFileError(
    line,
    { en: `the class ${shownWord(word)} is not that of the internet`, zh: `类别 ${shownWord(word)} 不是互联网的` },
    { en: "write IN or nothing", zh: "请写 IN，或不写" },
  );

const besideAlias = (line: number, name: string): ZoneFileError =>
  new ZoneFileError(
    line,
    {
      en: `${name} has a CNAME and further records, which no name server takes (RFC 1034 3.6.2)`,
      zh: `${name} 既有 CNAME 又有其他记录，域名服务器不会接受（RFC 1034 3.6.2）`,
    },
    { en: "keep one CNAME alone, or none", zh: "请只保留一条 CNAME，或不用 CNAME" },
  );

const tooMuch = (line: number, what: string, zh: string, limit: number): ZoneFileError =>
  new ZoneFileError(
    line,
    { en: `more than ${limit} ${what}`, zh: `超过 ${limit} ${zh}` },
    { en: "leave out what does not change", zh: "请删去不变的部分" },
  );
