import { z } from "zod";
import { isListCode } from "../model/dns-words.ts";
import { fault } from "./diagnostics.ts";
import { valueAt } from "./issues.ts";
import { oneOf } from "./leaf.ts";
import { builtInBlocklists, type Blocklist, type Blocklists } from "./domain-checks.ts";
import type { Reader } from "./reader.ts";
import { boolean, domainName, secret, text } from "./schema.ts";

/** Every code and what it means; one that is wrong hides no other. */
const codes = z.record(z.string(), z.unknown()).transform((written, ctx): Record<string, string> => {
  const read = Object.entries(written).flatMap(([code, means]): [string, string][] => {
    const said = text.safeParse(means);
    for (const issue of said.error?.issues ?? []) {
      if (issue.code === "custom") ctx.addIssue({ code: "custom", path: [code, ...issue.path], params: issue.params });
    }
    if (!isListCode(code)) {
      const wrong = fault(
        { en: `"${code}" is not an answer of a list`, zh: `「${code}」不是黑名单的应答` },
        { en: "write it like 127.0.0.2 or 127.0.0.4-7", zh: "请写成 127.0.0.2 或 127.0.0.4-7" },
      );
      ctx.addIssue({ code: "custom", path: [code], params: { fault: wrong } });
    }
    return said.success ? [[code, said.data]] : [];
  });
  return Object.fromEntries(read);
});
const list = z.strictObject({
  zone: domainName,
  name: text.optional(),
  kind: oneOf(["ip", "domain", "white"]).optional(),
  tier: oneOf(["A", "B", "C"]).optional(),
  codes: codes.optional(),
});
const maxLists = 20;

/** `dnsbl:` of the file: the lists besides the built-in ones, and the key that opens Spamhaus' lists. */
export function readBlocklists(reader: Reader): Blocklists {
  const at = "dnsbl";
  reader.entries([at]);
  reader.onlyKeys([at], ["lists", "built_in", "dqs_key"]);
  const seen = new Map<string, number>();
  const written = reader.items([at, "lists"]);
  const lists = written.slice(0, maxLists).flatMap((path): readonly Blocklist[] => {
    const words = reader.parse(list, path);
    const { zone: named } = words ?? reader.parts(list.partial(), path);
    const line = named === undefined ? undefined : seen.get(named);
    if (named !== undefined && line === undefined) seen.set(named, reader.source.lineOf(path));
    if (line !== undefined) {
      reader.report(
        path,
        fault(
          { en: `${named} is named already in line ${line}`, zh: `${named} 已在第 ${line} 行写明` },
          { en: "keep one of the two", zh: "请只保留一处" },
        ),
      );
    }
    if (!words || line !== undefined) return [];
    const { zone, name, kind, tier, codes: means } = words;
    return [{ zone, ...(name && { name }), ...(kind && { kind }), ...(tier && { tier }), ...(means && { codes: means }) }];
  });
  if (written.length > maxLists) {
    reader.report(
      [at, "lists", maxLists],
      fault(
        { en: `is the list number ${maxLists + 1}`, zh: `已是第 ${maxLists + 1} 个黑名单` },
        { en: `name at most ${maxLists} lists`, zh: `请最多写 ${maxLists} 个` },
      ),
    );
  }
  const builtIn = reader.parse(boolean.optional(), [at, "built_in"], undefined) ?? builtInBlocklists.builtIn;
  const named = valueAt(reader.source.value, [at, "lists"]) ?? [];
  if (!builtIn && Array.isArray(named) && named.length === 0) {
    reader.report(
      [at, "built_in"],
      fault(
        { en: "leaves no list to ask", zh: "这样就没有可查询的黑名单" },
        { en: "add lists, or write off: [dnsbl-listing] at the domains", zh: "请增加 lists，或在域名下写 off: [dnsbl-listing]" },
      ),
    );
  }
  const key = valueAt(reader.source.value, [at, "dqs_key"]);
  const spec = key === undefined ? undefined : reader.parse(secret, [at, "dqs_key"], null);
  return { lists, builtIn, dqsKey: spec && reader.secret(spec, [at, "dqs_key"]) };
}
