import { describe, expect, test } from "vitest";
import { formatDiagnostic } from "../../src/config/diagnostics.ts";
import { loadConfiguration } from "../../src/config/load.ts";
import type { Language } from "../../src/model/text.ts";
import { loadPlan, planFolder, planWorld } from "../support/plan-folder.ts";

const { write, path } = planFolder();
const base = `domains: [{ name: example.com }]
channels: { ops: { type: webhook, url: https://ops.example.org/hook, secret: { env: TOKEN } } }
`;

async function wrong(text: string, language: Language): Promise<readonly string[]> {
  const loaded = await loadConfiguration(await write(base + text), planWorld);
  return "errors" in loaded ? loaded.errors.map((one) => formatDiagnostic(one, language).replaceAll(`${path()}/`, "")) : [];
}

describe("report in the configuration", () => {
  test("is the first of the month at 08:30 for nobody, where nothing is said", async () => {
    const { report } = await loadPlan(await write(base));
    expect(report).toEqual({ channels: [], language: undefined, day: 1, minutes: 510, target: 0.999 });
  });

  test("says whom, when, in what language and against which target", async () => {
    const { report } = await loadPlan(
      await write(`${base}report: { channels: [ops, ops], language: zh-CN, day: 3, time: "7:05", target: 99.5 }\n`),
    );
    expect(report).toEqual({ channels: ["ops"], language: "zh-CN", day: 3, minutes: 425, target: 0.995 });
  });

  test("may go to watched mail alone, which is said", async () => {
    const { notes } = await loadPlan(
      await write(`${base.trimEnd().slice(0, -1)}, boss: { type: email, host: smtp.example.com, password: { env: TOKEN }, to: [boss@example.com] } }
report: { channels: [boss] }
`),
    );
    expect(notes.map(({ en }) => en)).toContain(
      "The monthly report goes only to boss, which needs the mail that is watched: while that is down, it waits",
    );
  });

  test.each<readonly [string, string, string]>([
    ["report: { channels: [opps] }", "there is no such channel", "没有这个通道"],
    ["report: { day: 31 }", "write a day from 1 to 28, such as 1", "请写 1 至 28 的日期，例如 1"],
    ["report: { time: 830 }", 'write it like "08:30", in quotes', '请写成 "08:30"，需加引号'],
    ['report: { time: "24:00" }', 'write it like "08:30", in quotes', '请写成 "08:30"，需加引号'],
    ["report: { target: 0.999 }", "write a number from 50 to 100, such as 99.9", "请写 50 至 100 的数，例如 99.9"],
    ["report: { language: fr }", "write en or zh-CN", "请写 en 或 zh-CN"],
    ["report: { channel: [ops] }", "write channels", "channels"],
  ])("%s is refused with its place and remedy", async (text, en, zh) => {
    const [english = "", ...more] = await wrong(text, "en");
    expect(more).toEqual([]);
    expect(english).toMatch(/^mailvigil\.yaml:3:\d+ report\./);
    expect(english).toContain(en);
    expect((await wrong(text, "zh-CN"))[0]).toContain(zh);
  });
});
