import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadConfiguration } from "../src/config/load.ts";
import { findDependentRoutes } from "../src/engine/independence.ts";
import { engineFindings } from "../src/i18n/engine-findings.ts";
import { loadChannels, loadChecks } from "../src/plugins.ts";

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

  test("every YAML that it shows is a configuration that is taken", async () => {
    const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block ?? "");
    expect(blocks.length).toBeGreaterThanOrEqual(2);
    const hook = { DUTY_URL: "https://hooks.example/x", DUTY_SECRET: `whsec_${"A".repeat(32)}` };
    const env = { ...hook, SALES_PASSWORD: "x", CRM_HOOK: "https://crm.example/x", CRM_SECRET: hook.DUTY_SECRET };
    const [checks, channels] = [await loadChecks(), await loadChannels()];
    for (const block of blocks) {
      const loaded = await loadConfiguration("guide.yaml", {
        checks,
        channels,
        env,
        text: block,
        dependentRoutes: findDependentRoutes,
      });
      expect("errors" in loaded ? loaded.errors : []).toEqual([]);
    }
  });

  test("names findings that there are", async () => {
    const codes = new Set([...(await loadChecks()).values()].flatMap(({ findings }) => Object.keys(findings)));
    for (const code of Object.keys(engineFindings)) codes.add(code);
    const named = [...text.matchAll(/[“「]([a-z]+(?:-[a-z]+)+)[”」]/g)].map(([, code]) => code ?? "");
    expect(named.length).toBe(3);
    expect(named.filter((code) => !codes.has(code))).toEqual([]);
  });
});
