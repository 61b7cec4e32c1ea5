import { beforeAll, describe, expect, test } from "vitest";
import { formatDiagnostic } from "../../src/config/diagnostics.ts";
import { loadConfiguration, type LoadWorld } from "../../src/config/load.ts";
import type { Language } from "../../src/model/text.ts";
import { loadChecks } from "../../src/plugins.ts";
import { loadPlan, planFolder, planWorld } from "../support/plan-folder.ts";

const { write } = planFolder();
const day = 86_400_000;
let world: LoadWorld;
beforeAll(async () => {
  world = { ...planWorld, checks: await loadChecks() };
});

const written = (keep: string): string => `settings: { keep: ${keep} }\ndomains: [{ name: example.com }]\n`;

describe("settings.keep", () => {
  test.each([
    ["{}", { observationsMs: 400 * day, hoursMs: 400 * day }],
    ["{ observations: 35d }", { observationsMs: 35 * day, hoursMs: 400 * day }],
    ["{ observations: 90d, hours: 1000d }", { observationsMs: 90 * day, hoursMs: 1000 * day }],
  ])("%s", async (keep, kept) => {
    expect((await loadPlan(await write(written(keep)), world)).settings.keep).toEqual(kept);
  });

  const wrong = async (keep: string, language: Language): Promise<readonly string[]> => {
    const file = await write(written(keep));
    const loaded = await loadConfiguration(file, world);
    return "errors" in loaded ? loaded.errors.map((error) => formatDiagnostic(error, language).replace(/^.*\//, "")) : [];
  };

  test.each([
    [
      "{ observations: 34d }",
      'mailvigil.yaml:1:35 settings.keep.observations: "34d" is too short; write a duration from 35d to 3650d',
      "mailvigil.yaml:1:35 settings.keep.observations：「34d」过短；请写 35d 至 3650d 之间的时长",
    ],
    [
      "{ hours: 400 }",
      "mailvigil.yaml:1:28 settings.keep.hours: 400 is not a duration; write a number and s, m, h or d, such as 5m",
      "mailvigil.yaml:1:28 settings.keep.hours：400 不是时长；请写数字加 s、m、h 或 d，例如 5m",
    ],
    [
      "{ days: 400d }",
      "mailvigil.yaml:1:21 settings.keep.days: is not a known key; write one of observations, hours",
      "mailvigil.yaml:1:21 settings.keep.days：不是已知的键；可用的键：observations、hours",
    ],
  ])("%s is told with the remedy", async (keep, en, zh) => {
    expect([await wrong(keep, "en"), await wrong(keep, "zh-CN")]).toEqual([[en], [zh]]);
  });
});
