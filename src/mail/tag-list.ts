/** One `name=value` of a tag-list, both trimmed. */
export interface Tag {
  readonly name: string;
  readonly value: string;
}

/** A tag-list as it is written (RFC 6376 section 3.2), which DKIM keys, DMARC, BIMI and TLS-RPT records share. */
export interface TagList {
  /** In their order, also those that come twice. */
  readonly tags: readonly Tag[];
  /** Pieces between semicolons that are no `name=value`. */
  readonly strays: readonly string[];
  /** Names that come more than once: RFC 6376 3.2 makes the whole list invalid then. */
  readonly repeated: readonly string[];
}

/** Never throws. The names keep their case: they are case-sensitive by the standard, and who is lenient folds them. */
export function readTagList(text: string): TagList {
  const tags: Tag[] = [];
  const strays: string[] = [];
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const piece of text.split(";")) {
    const trimmed = trimSpace(piece);
    if (trimmed === "") continue;
    const at = trimmed.indexOf("=");
    const name = at === -1 ? "" : trimSpace(trimmed.slice(0, at));
    if (!/^[a-z][a-z0-9_-]*$/i.test(name)) {
      strays.push(trimmed);
      continue;
    }
    if (seen.has(name)) repeated.add(name);
    seen.add(name);
    tags.push({ name, value: trimSpace(trimmed.slice(at + 1)) });
  }
  return { tags, strays, repeated: [...repeated] };
}

/** Of a repeated tag the first. */
export const tagValue = (list: TagList, name: string): string | undefined => list.tags.find((tag) => tag.name === name)?.value;

/** A record as it is to be published: the tags with these values set (in place, else at the end), or left out where undefined. */
export function withTags(tags: readonly Tag[], changes: Readonly<Record<string, string | undefined>>): string {
  const kept = new Map<string, string>();
  for (const { name, value } of tags) if (!kept.has(name)) kept.set(name, value);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) kept.delete(name);
    else kept.set(name, value);
  }
  return [...kept].map(([name, value]) => `${name}=${value}`).join("; ");
}

/** Only what the standard calls white space: a no-break space or an invisible mark stays and is seen as what it is. */
const trimSpace = (text: string): string => text.replace(/^[ \t\r\n]+|(?<![ \t\r\n])[ \t\r\n]+$/g, "");
