import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { templateNames } from "../../src/config/sop-templates.ts";
import { loadPlan, planFolder } from "../support/plan-folder.ts";
import { sopCompany, sopWorld } from "../support/sop-company.ts";

const { write } = planFolder();
const company = (): Promise<string> =>
  write(
    `${sopCompany.replace("company: Example", 'company: "Müller & <b>Söhne</b>"')}
mailboxes: [{ address: a@163.com, password: { env: HOOK }, provider: netease }]
sops:
${templateNames()
  .map((name) => `  ${name}: { use: ${name} }`)
  .join("\n")}
  own:
    title: "Own <script>alert(1)</script>"
    summary: "Of {own} & others"
    priority: P3
    steps:
      crm: { kind: webhook, text: "Tell {company}", url: "https://crm.example.net/hidden", secret: { env: HOOK } }
`.replace("{own}", "our own"),
  );

const run = (language: string, file: string): Promise<{ readonly code: number; readonly out: string; readonly err: string }> =>
  new Promise((done) => {
    const main = join(import.meta.dirname, "../../src/main.ts");
    execFile(
      process.execPath,
      [main, "sop", "manual", "--config", file, "--language", language],
      { env: { PATH: process.env["PATH"] ?? "", HOOK: `whsec_${"A".repeat(32)}` }, timeout: 60_000 },
      (error, out, err) => done({ code: error ? Number(error.code ?? -1) : 0, out, err }),
    );
  });

const planned = async () => (await loadPlan(await company(), await sopWorld())).sops;

describe("mailvigil sop manual", () => {
  test("writes that page to standard output, with the providers of the watched mailboxes", async () => {
    const { code, out, err } = await run("zh-CN", await company());
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^<!doctype html>[\s\S]*<html lang="zh-CN">[\s\S]*<\/html>\s*$/);
    expect(out).toContain("kefu@188.com");
    expect(out).toContain("Müller &amp; &lt;b&gt;Söhne&lt;/b&gt;");
    for (const { hash } of await planned()) expect(out).toContain(hash.slice(0, 8));
  });
});
