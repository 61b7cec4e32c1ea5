import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { engineFindings } from "../src/i18n/engine-findings.ts";
import { loadChecks } from "../src/plugins.ts";

const root = new URL("..", import.meta.url);
const main = readFileSync(new URL("src/main.ts", root), "utf8");
const commands = new Set([...main.matchAll(/\.command\("(\w+)/g)].map(([, name]) => name));

describe.each(["docs/guide/README.md", "docs/guide/README.zh-CN.md"])("%s", (file) => {
  const place = new URL(file, root);
  const text = readFileSync(place, "utf8");

  test("links to what is there", () => {
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link ?? "");
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((link) => !link.startsWith("http") && !existsSync(new URL(link, place)))).toEqual([]);
  });

  test("names commands that there are", () => {
    const named = [...text.matchAll(/(?:npx mailvigil|`mailvigil|main\.ts) (\w+)/g)].map(([, name]) => name ?? "");
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !commands.has(name))).toEqual([]);
  });

  test("names findings that there are", async () => {
    const codes = new Set([...(await loadChecks()).values()].flatMap(({ findings }) => Object.keys(findings)));
    for (const code of Object.keys(engineFindings)) codes.add(code);
    const named = [...text.matchAll(/[“「]([a-z]+(?:-[a-z]+)+)[”」]/g)].map(([, code]) => code ?? "");
    expect(named.length).toBe(3);
    expect(named.filter((code) => !codes.has(code))).toEqual([]);
  });
});
