import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfiguration } from "../src/config/load.ts";
import { findDependentRoutes } from "../src/engine/independence.ts";
import { loadChannels, loadChecks } from "../src/plugins.ts";

const root = new URL("../", import.meta.url);

describe.each(["README.md", "README.zh-CN.md"])("%s", (name) => {
  const text = readFileSync(new URL(name, root), "utf8");
  const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");

  test("every YAML that it shows is a configuration that is taken", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mailvigil-readme-"));
    try {
      for (const secret of ["canary-password", "key.json"]) await writeFile(join(folder, secret), "secret", { mode: 0o600 });
      const file = join(folder, "mailvigil.yaml");
      const [checks, channels] = [await loadChecks(), await loadChannels()];
      const env = {
        SALES_PASSWORD: "x",
        LI_PASSWORD: "x",
        BACKUP_PASSWORD: "x",
        SPAMHAUS_DQS_KEY: "x",
        MAIL_PASSWORD: "x",
        CLIENT_SECRET: "x",
        LDAP_PASSWORD: "x",
        RESTIC_PASSWORD: "x",
        OSS_SECRET: "x",
        DUTY_URL: "https://hooks.example/x",
        DUTY_SECRET: `whsec_${"A".repeat(32)}`,
      };
      expect(blocks.length).toBeGreaterThanOrEqual(6);
      for (const block of blocks) {
        await writeFile(file, block);
        const loaded = await loadConfiguration(file, { checks, channels, env, dependentRoutes: findDependentRoutes });
        expect("errors" in loaded ? loaded.errors : []).toEqual([]);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("everything that it links to is there", () => {
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1] ?? "");
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !link.startsWith("http") && !existsSync(new URL(link, root)))).toEqual([]);
  });

  test("names every check, and no other", async () => {
    const ids = [...(await loadChecks()).keys()];
    expect(ids.filter((id) => !text.includes(`\`${id}\``))).toEqual([]);
  });
});
