import { z } from "zod";
import { roleTitles } from "../i18n/sop-roles.ts";
import type { Person, Who } from "../model/sop.ts";
import { visible } from "../model/visible.ts";
import { fault, suggest } from "./diagnostics.ts";
import { valueAt } from "./issues.ts";
import { isText, leaf } from "./leaf.ts";
import type { Reader } from "./reader.ts";
import { isIdentifier, notAnIdentifier, words } from "./sop-words.ts";

/** Who acts, by what a step may write in `who`: every role, every person. Nobody is in a role of the templates that is not written. */
export type Crew = ReadonlyMap<string, Who>;

const maxPeople = 200;
const maxRoles = 50;

/** On one line, as it is printed. */
const line = (most: number, kind: { en: string; zh: string }, example: string) =>
  leaf(
    kind,
    {
      en: `write 1 to ${most} characters on one line, in quotes if it is a number, such as ${example}`,
      zh: `请在一行内写 1 至 ${most} 个字符，数字需加引号，例如 ${example}`,
    },
    (value) => {
      const text = isText(value) ? value.trim() : "";
      return text !== "" && text.length <= most && visible(text, most) === text ? text : undefined;
    },
  );

const personSchema = z.strictObject({
  name: line(60, { en: "a name", zh: "姓名" }, "李工"),
  phone: line(60, { en: "a phone number", zh: "电话号码" }, '"138 0000 0000"').optional(),
});
const roleSchema = z.strictObject({ title: words(60, "line", []).optional(), people: z.array(z.unknown()) });

/** Reads `people` and `roles`. What is wrong in them is left out of the crew; the reader holds the faults. */
export function readCrew(reader: Reader): Crew {
  const written = reader.entries(["people"]);
  tooMany(reader, "people", written.length, maxPeople);
  const people = new Map<string, Person>();
  for (const [id, path] of written) {
    if (!isIdentifier(id)) reader.report(path, notAnIdentifier, "key");
    const { name, phone } = reader.parse(personSchema, path) ?? {};
    // A person with a fault is known all the same: roles may name it.
    people.set(id, { id, name: name ?? id, ...(phone === undefined ? {} : { phone }) });
  }
  const crew = new Map<string, Who>();
  for (const person of people.values()) {
    crew.set(person.id, { role: person.id, title: { en: person.name, zh: person.name }, people: [person] });
  }
  for (const [role, title] of Object.entries(roleTitles)) if (!crew.has(role)) crew.set(role, { role, title, people: [] });
  const roles = reader.entries(["roles"]);
  tooMany(reader, "roles", roles.length, maxRoles);
  for (const [role] of roles) {
    const who = readRole(reader, role, people);
    crew.set(role, who);
  }
  return crew;
}

function readRole(reader: Reader, role: string, people: ReadonlyMap<string, Person>): Who {
  const path = ["roles", role];
  if (!isIdentifier(role)) reader.report(path, notAnIdentifier, "key");
  if (people.has(role)) reader.report(path, alsoAPerson, "key");
  const value = valueAt(reader.source.value, path);
  const isList = Array.isArray(value);
  const parsed = isList || isText(value) ? undefined : reader.parse(roleSchema, path);
  const at = isList ? path : [...path, "people"];
  const ids: readonly unknown[] = isList ? value : isText(value) ? [value] : (parsed?.people ?? []);
  const seen = new Set<string>();
  const found = ids.flatMap((id, i): readonly Person[] => {
    const place = isText(value) ? path : [...at, i];
    const person = isText(id) ? people.get(id) : undefined;
    if (!person) {
      const known = [...people.keys()];
      reader.report(
        place,
        fault(
          { en: "there is no such person", zh: "没有这个人" },
          known.length === 0 ? { en: "name them in people", zh: "请先在 people 中写明" } : suggest(isText(id) ? id : "", known),
        ),
      );
      return [];
    }
    if (seen.has(person.id)) {
      reader.report(place, fault({ en: "is named twice", zh: "重复出现" }, { en: "name each person once", zh: "每人只写一次" }));
      return [];
    }
    seen.add(person.id);
    return [person];
  });
  if (ids.length === 0 && (isList || parsed)) reader.report(at, nobody);
  const known = Object.entries(roleTitles).find(([id]) => id === role)?.[1];
  return { role, title: parsed?.title ?? known ?? { en: role, zh: role }, people: found };
}

const nobody = fault(
  { en: "is a role that nobody fills", zh: "这个角色没有人" },
  { en: "name at least one person, deputies behind: [li, wang]", zh: "请至少写一人，代理人排在后面：[li, wang]" },
);
const alsoAPerson = fault(
  { en: "is also the name of a person", zh: "与 people 中的名称相同" },
  { en: "give the role another name", zh: "请为角色换一个名称" },
);

function tooMany(reader: Reader, key: string, count: number, most: number): void {
  if (count <= most) return;
  reader.report(
    [key],
    fault({ en: `are ${count}`, zh: `共有 ${count} 项` }, { en: `write at most ${most}`, zh: `请最多写 ${most} 项` }),
    "key",
  );
}
