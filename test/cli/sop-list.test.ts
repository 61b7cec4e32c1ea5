import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { planFolder } from "../support/plan-folder.ts";
import { sopCompany } from "../support/sop-company.ts";

const { path, write } = planFolder();

const sop = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((done) => {
    const main = join(import.meta.dirname, "../../src/main.ts");
    execFile(
      process.execPath,
      [main, "sop", ...args],
      { env: { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", HOOK: `whsec_${"A".repeat(32)}`, ...env }, timeout: 60_000 },
      (error, out, err) => done({ code: error ? Number(error.code ?? -1) : 0, out, err }),
    );
  });

const company = (language = "en"): Promise<string> =>
  write(`${sopCompany.replace("language: en", `language: ${language}`)}sops:
  sales: { use: shared-mailbox-down, channels: [second] }
  by-hand: { title: Flood, summary: Water, priority: P1, steps: { out: { text: Get out, who: wang } } }
`);

describe("mailvigil sop list", () => {
  test("shows what begins each, whom it tells and who acts; then what is missing", async () => {
    const { code, out, err } = await sop(["list", "--config", await company()]);
    expect(code).toBe(0);
    expect(out).toBe(`sales  A shared mailbox is down  P2
 begins  an incident of P2, and the cause “Mailbox full”, “Account locked”, “Password refused”, “Password expired”, “Mail programs switched off”, “Permission removed”, “Lost without a word”, “Server down” or “Provider outage”; begins when it has lasted 10 min
 tells   second
 acts    IT: 李工, Wang; Sales: whoever is on duty
 steps   8

by-hand  Flood  P1
 begins  by hand
 tells   duty, second, mail
 acts    Wang
 steps   1
`);
    expect(err).toBe(`sales: nobody is named as Sales; write roles: { sales: [li] } and people: { li: { name: …, phone: … } }
Templates not used yet; below sops: write
  backup-unusable: { use: backup-unusable }
  domain-hijacked: { use: domain-hijacked }
  employee-leaves: { use: employee-leaves }
  mail-down: { use: mail-down }
  sending-blocked: { use: sending-blocked }
  subscription-lapsed: { use: subscription-lapsed }
`);
  });

  test("speaks the language of the configuration", async () => {
    const { out, err } = await sop(["list", "--config", await company("zh-CN")]);
    expect(out).toContain("sales  公共邮箱故障  P2\n 触发  P2 级事件，且原因为「邮箱已满」、「账号被锁定」");
    expect(out).toContain("「服务器故障」或「服务商故障」；10 分钟后仍未恢复就开始");
    expect(out).toContain(" 执行  IT 负责人：李工、Wang；销售负责人：值班人员");
    expect(err).toContain("sales：没有指定销售负责人；请写 roles: { sales: [li] }");
    expect(err).toContain("尚未使用的模板；可在 sops: 下写\n  backup-unusable: { use: backup-unusable }");
  });

  test("--json is one object, and standard error is quiet", async () => {
    const { code, out, err } = await sop(["list", "--json", "--config", await company()]);
    expect([code, err]).toEqual([0, ""]);
    expect(JSON.parse(out)).toMatchObject({
      sops: [
        {
          name: "sales",
          priority: "P2",
          channels: ["second"],
          roles: [
            { role: "it", people: ["李工", "Wang"] },
            { role: "sales", people: [] },
          ],
        },
        { name: "by-hand", trigger: null, steps: [{ id: "out", kind: "manual", text: "Get out" }] },
      ],
      unused: expect.arrayContaining(["mail-down"]),
    });
    expect(out).not.toContain("138 0000 0000");
  });

  test("without SOPs it says which there could be", async () => {
    const { code, out, err } = await sop(["list", "--config", await write(sopCompany)]);
    expect([code, out]).toEqual([0, ""]);
    expect(err).toMatch(/^no SOPs are configured yet\nTemplates not used yet; below sops: write\n {2}backup-unusable/);
  });

  test.each([
    [["list", "--jsn"], 64, "error: unknown option '--jsn'\n(Did you mean --json?)"],
    [["lst"], 64, "error: unknown command 'lst'\n(Did you mean list?)"],
    [["manual", "--language", "fr"], 64, "Allowed choices are zh-CN, en."],
  ])("%j ends with %d", async (args, expected, said) => {
    const { code, out, err } = await sop(args);
    expect([code, out]).toEqual([expected, ""]);
    expect(err).toContain(said);
  });

  test.each(["list", "manual"])("%s with a wrong configuration ends with 64 and names the place", async (command) => {
    const { code, out, err } = await sop([command, "--config", await write(`${sopCompany}sops: { a: { use: mail-dwn } }`)]);
    expect([code, out]).toEqual([64, ""]);
    expect(err).toBe(`${join(path(), "mailvigil.yaml")}:12:19 sops.a.use: there is no such template; write mail-down\n`);
  });

  test("manual without SOPs ends with 1 and says what to write", async () => {
    const { code, out, err } = await sop(["manual", "--config", await write(sopCompany)]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toBe("there is no SOP to print; write one below sops:, such as mail-down: { use: mail-down }\n");
  });
});
