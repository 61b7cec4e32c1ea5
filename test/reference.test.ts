import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { code, prose, source, table } from "../scripts/reference/markdown.ts";
import { optionRows } from "../scripts/reference/options.ts";
import { differences, referencePages } from "../scripts/reference/pages.ts";
import { presentPages } from "../scripts/reference/present.ts";
import { loadConfiguration } from "../src/config/load.ts";
import { findDependentRoutes } from "../src/engine/independence.ts";
import { type AnyCheck, explain, writtenAsDuration } from "../src/model/check.ts";
import { loadChannels, loadChecks } from "../src/plugins.ts";

let checks: ReadonlyMap<string, AnyCheck>;
let pages: ReadonlyMap<string, string>;
beforeAll(async () => {
  checks = await loadChecks();
  pages = referencePages(checks);
});

/** The anchors that GitHub makes of the headings of a page. */
const anchorsOf = (page: string): readonly string[] =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );

describe("docs/reference", () => {
  test("is what the checks declare", () => {
    expect(differences(pages, presentPages()), "write docs/reference anew: npm run reference").toEqual([]);
  });

  test("has a page of every check in both languages, and every finding with its text, advice and source under its code", () => {
    for (const { id, findings } of checks.values()) {
      const [english = "", chinese = ""] = [pages.get(`${id}.md`), pages.get(`zh-CN/${id}.md`)];
      for (const [name, finding] of Object.entries(findings)) {
        const chapter = (page: string): string => page.split(`\n### \`${name}\`\n`)[1]?.split("\n### ")[0] ?? "";
        expect(chapter(english)).toContain(prose(finding.text.en));
        expect(chapter(english)).toContain(prose(finding.advice.en));
        expect(chapter(english)).toContain(source(finding.source));
        expect(chapter(chinese)).toContain(prose(finding.text.zh));
        expect(chapter(chinese)).toContain(prose(finding.advice.zh));
      }
    }
  });

  test("lists the gravest findings first", () => {
    const page = pages.get("dns-mx.md") ?? "";
    const said = [...page.matchAll(/^\*\*(Critical|Warning|Unknown|Info)\*\*: /gm)].map(([, word]) => word);
    const inOrder = ["Critical", "Warning", "Unknown", "Info"].flatMap((word) => said.filter((one) => one === word));
    expect(said).toEqual(inOrder);
    expect(new Set(said).size).toBe(4);
  });

  test("leads nowhere that is not there, and no two headings of a page have one anchor", () => {
    const broken: string[] = [];
    for (const [path, page] of pages) {
      const anchors = anchorsOf(page);
      expect(new Set(anchors).size, path).toBe(anchors.length);
      for (const [, target = ""] of page.matchAll(/\]\(([^)]+)\)/g)) {
        if (target.startsWith("https://")) continue;
        const [file = "", anchor] = target.split("#");
        const at = file === "" ? path : new URL(file, `https://x/${path}`).pathname.slice(1);
        const there = pages.get(at);
        if (there === undefined || (anchor !== undefined && !anchorsOf(there).includes(anchor)))
          broken.push(`${path}: ${target}`);
      }
    }
    expect(broken).toEqual([]);
  });

  test("has tables whose rows are all as wide as their head", () => {
    for (const [path, page] of pages) {
      for (const block of page.split("\n\n").filter((part) => part.startsWith("|"))) {
        const widths = block
          .trim()
          .split("\n")
          .map((row) => row.replaceAll(String.raw`\|`, "").split("|").length);
        expect(new Set(widths).size, `${path}: ${block.slice(0, 80)}`).toBe(1);
      }
    }
  });

  test("shows a configuration that is taken", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mailvigil-reference-"));
    try {
      for (const path of ["README.md", "zh-CN/README.md"]) {
        const [, block = ""] = /```yaml\n([\s\S]*?)```/.exec(pages.get(path) ?? "") ?? [];
        const file = join(folder, "mailvigil.yaml");
        await writeFile(file, block);
        const channels = await loadChannels();
        const loaded = await loadConfiguration(file, { checks, channels, env: {}, dependentRoutes: findDependentRoutes });
        expect("errors" in loaded ? loaded.errors : block).toContain("example.com/dns-mx");
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** What only the plan, the presets and `audit` fill in: nobody writes it. */
const notWritten = ["immediate", "known", "pinned", "preset_selectors", "provider", "providers"];

test("every option that a person writes says what it is for", () => {
  const silent = [...checks.values()].flatMap(({ id, options }) =>
    optionRows(options)
      .filter(({ name, text }) => text === undefined && !notWritten.includes(name.split(".").at(-1) ?? ""))
      .map(({ name }) => `${id}: ${name} has no .meta(explain({ en, zh }))`),
  );
  expect(silent).toEqual([]);
});

describe("differences()", () => {
  test("names what is stale, missing and left over", () => {
    const wanted = new Map([
      ["a.md", "new"],
      ["b.md", "b"],
      ["c.md", "c"],
    ]);
    const present = new Map([
      ["a.md", "old"],
      ["c.md", "c"],
      ["zh-CN/gone.md", ""],
    ]);
    expect(differences(wanted, present)).toEqual([
      "docs/reference/a.md is not what its check declares",
      "docs/reference/b.md is missing",
      "docs/reference/zh-CN/gone.md belongs to no check",
    ]);
  });
});

describe("optionRows()", () => {
  const said = explain({ en: "e", zh: "中" });
  const rows = (schema: z.ZodType) =>
    optionRows(schema).map(({ name, type, required, fallback }) => [name, type.en, required, fallback]);

  test("tells names as the file spells them, types, and defaults", () => {
    const schema = z.strictObject({
      host: z.string().meta(said),
      lateAfter: z.number().meta(writtenAsDuration).default(90_000).meta(said),
      limits: z
        .strictObject({ slowStart: z.number().max(60).default(5).meta(said) })
        .prefault({})
        .meta(said),
      lists: z
        .array(z.strictObject({ kind: z.enum(["ip", "domain"]).optional().meta(said) }))
        .default([])
        .meta(said),
      senders: z
        .array(z.union([z.ipv4(), z.ipv6()]))
        .default(["192.0.2.1"])
        .meta(said),
      filledIn: z.strictObject({ by: z.string() }).optional(),
    });
    expect(rows(schema.transform((options) => options))).toEqual([
      ["host", "text", true, undefined],
      ["late_after", "duration, such as `10m`", false, "90s"],
      ["limits", "mapping", false, undefined],
      ["limits.slow_start", "number, 0 to 60", false, "5"],
      ["lists", "list: mapping", false, "[]"],
      ["lists[].kind", "`ip` or `domain`", false, undefined],
      ["senders", "list: IP address", false, "[192.0.2.1]"],
      ["filled_in", "mapping", false, undefined],
    ]);
  });

  test("refuses a kind that it has no words for", () => {
    expect(() => optionRows(z.strictObject({ when: z.date().meta(said) }))).toThrow(
      'No words for the kind "ZodDate" of an option: add it to scripts/reference/options.ts',
    );
  });
});

describe("prose()", () => {
  const cases: readonly (readonly [text: string, markdown: string])[] = [
    ["{domain} has {count} records ({hosts}: {reason})", "`{domain}` has `{count}` records (`{hosts}`: `{reason}`)"],
    ["names a host: {domain}. MX 10 mail.{domain}.", "names a host: `{domain}`. MX 10 `mail.{domain}`."],
    ["below _dmarc.{at}, *.{domain}", "below `_dmarc.{at}`, `*.{domain}`"],
    ["https://mta-sts.{domain}/.well-known/mta-sts.txt with", "`https://mta-sts.{domain}/.well-known/mta-sts.txt` with"],
    ["请 {domain} 的管理员把「{content}」换掉。", "请 `{domain}` 的管理员把「`{content}`」换掉。"],
    ["l=https://<address>; a|b *c* _d_ ~all [e] a&lt;", String.raw`l=https://\<address\>; a\|b \*c\* \_d\_ \~all \[e\] a\&lt;`],
    ["see `settings.tls.ca`, marked \\Junk", String.raw`see ${"`settings.tls.ca`"}, marked \\Junk`],
    ["https://autoconfig.example/a_b (ISPDB)", "<https://autoconfig.example/a_b> (ISPDB)"],
  ];
  test.each(cases)("%s", (text, markdown) => {
    expect(prose(text)).toBe(markdown);
  });
});

test("code() holds backticks and, in a table, pipes", () => {
  expect([code("a|b"), code("a`b"), code("`a")]).toEqual([String.raw`${"`"}a\|b${"`"}`, "``a`b``", "`` `a ``"]);
});

test("source() leads to the section of an RFC", () => {
  expect(source("RFC 5321 section 5.1; RFC 7505")).toBe(
    "[RFC 5321 section 5.1](https://www.rfc-editor.org/rfc/rfc5321#section-5.1); [RFC 7505](https://www.rfc-editor.org/rfc/rfc7505)",
  );
});

test("table() of nothing is nothing", () => {
  expect(table(["a"], [])).toBe("");
});
