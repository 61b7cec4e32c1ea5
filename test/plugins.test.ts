import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { reasonText } from "../src/i18n/reasons.ts";
import { loadChannels, loadChecks } from "../src/plugins.ts";
import { englishLeft } from "./support/english-left.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mailvigil-plugins-"));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
const url = (): URL => pathToFileURL(`${folder}/`);

const source = (over: string): string => `
const text = { en: "a", zh: "甲" };
export default { id: "dns-a", title: text, measures: "service", answers: "receive", every: 1000, deadline: 1000,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 }, options: { safeParse: () => ({}) },
  findings: { "a-bad": { severity: "warning", text, advice: text, source: "RFC" } }, metrics: {}, target: () => "a", run: () => {}, ${over} };`;

describe("loadChecks()", () => {
  test("reads the files of the folder in order, without what stands beside them", async () => {
    await put("dns-b.ts", source('id: "dns-b"'));
    await put("dns-a.ts", source(""));
    await put("dns-a.texts.ts", "export const findings = {};");
    await put("dns-a.options.ts", "export const options = {};");
    await put("notes.md", "nothing");
    expect([...(await loadChecks(url())).keys()]).toEqual(["dns-a", "dns-b"]);
  });

  const wrong: Readonly<Record<string, readonly [text: string, says: string]>> = {
    "no default export": ["export const x = 1;", "it has no default export"],
    "an id that is not the file's name": [source('id: "dns-x"'), 'its id is "dns-x"; it must equal the file name, "dns-a"'],
    "a title in one language": [source('title: { en: "a" }'), "title is not a text in en and zh"],
    "an unknown measure": [source('measures: "speed"'), "measures is not one of service, posture, expiry, monitor"],
    "no interval": [source('every: "5m"'), "every is not a number of milliseconds"],
    "no schema": [source("options: {}"), "options is not a zod schema"],
    "no run": [source("run: 1"), "run is not a function"],
    "a finding without severity": [
      source('findings: { "a-bad": { text, advice: text, source: "" } }'),
      'the finding "a-bad" has no severity',
    ],
    "a finding without Chinese": [
      source('findings: { "a-bad": { severity: "info", text: { en: "a" }, advice: text, source: "" } }'),
      'the finding "a-bad" has no text in en and zh',
    ],
    "a metric without Chinese": [
      source('metrics: { login: { label: { en: "login" }, help: "x", unit: "seconds" } }'),
      'the metric "login" has no label in en and zh',
    ],
    "a code in camelCase": [source("findings: { aBad: {} }"), 'the code of the finding "aBad" is not in kebab-case'],
  };
  for (const [name, [text, says]] of Object.entries(wrong)) {
    test(`refuses ${name}`, async () => {
      await put("dns-a.ts", text);
      const error: unknown = await loadChecks(url()).catch((thrown: unknown) => thrown);
      const message = `"${folder}/dns-a.ts" is no check: ${says}`;
      expect(error).toMatchObject({ message });
      expect(englishLeft(reasonText(message).zh)).toBeUndefined();
    });
  }

  test("says which file cannot be loaded", async () => {
    await put("dns-a.ts", "throw new Error('broken')");
    await expect(loadChecks(url())).rejects.toThrow(`Cannot load the check "${folder}/dns-a.ts": broken`);
  });

  test("takes every check of the product", async () => {
    expect([...(await loadChecks()).keys()]).toContain("dns-mx");
  });
});

describe("loadChannels()", () => {
  test("takes every channel of the product", async () => {
    expect([...(await loadChannels()).keys()]).toContain("webhook");
  });

  test("refuses one that does not say what it depends on", async () => {
    await put(
      "a.ts",
      `export default { id: "a", title: { en: "a", zh: "甲" }, options: { safeParse() {} }, perMinute: 1, send() {} };`,
    );
    await expect(loadChannels(url())).rejects.toThrow("dependsOn is not a function");
  });
});
