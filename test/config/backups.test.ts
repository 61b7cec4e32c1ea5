import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { formatDiagnostic } from "../../src/config/diagnostics.ts";
import { loadConfiguration, type LoadWorld } from "../../src/config/load.ts";
import type { Language } from "../../src/model/text.ts";
import { loadChecks } from "../../src/plugins.ts";
import { loadPlan, planFolder, planWorld, probeIn } from "../support/plan-folder.ts";

const fixtures = join(import.meta.dirname, "../fixtures/config");
const { write } = planFolder();
let world: LoadWorld;
beforeAll(async () => {
  world = { ...planWorld, checks: await loadChecks(), env: { PASSWORD: "the-password" } };
});

const messages = async (language: Language): Promise<readonly string[]> => {
  const loaded = await loadConfiguration(join(fixtures, "backups.yaml"), world);
  return "errors" in loaded
    ? loaded.errors.map((error) => formatDiagnostic(error, language).replace(/^.*backups\.yaml:(\d+):\d+ /, "$1 "))
    : [];
};

describe("backups in the configuration", () => {
  test("become a probe each, whose secrets are not in it", async () => {
    const file = await write(`
backups:
  - { name: nightly, what: Mail of the company, owner: IT, rpo: 26h, folder: "/backup/*.tar", keep: 7, business: critical }
  - { name: offsite, owner: IT, rpo: 1d, restic: { repository: "sftp:host:/x", password: { env: PASSWORD } } }
  - { name: borg, owner: IT, rpo: 1d, borg: { repository: /x } }
  - { name: oss, owner: IT, rpo: 1d, s3: { endpoint: "https://oss.example", region: cn-x, bucket: abc, access_key: k, secret_key: { env: PASSWORD } } }
  - { name: veeam, owner: IT, rpo: 1d, heartbeat: true }
`);
    const plan = await loadPlan(file, world);
    expect(plan.assets.filter(({ kind }) => kind === "backup").map(({ id, business }) => `${id} ${business}`)).toEqual([
      "backup:nightly critical",
      "backup:offsite normal",
      "backup:borg normal",
      "backup:oss normal",
      "backup:veeam normal",
    ]);
    const options = (name: string): unknown => probeIn(plan, `backup:${name}/backup-freshness`).options;
    expect(options("nightly")).toEqual({
      what: "Mail of the company",
      owner: "IT",
      rpo: 93_600_000,
      keep: 7,
      folder: "/backup/*.tar",
    });
    expect(JSON.parse(JSON.stringify(options("offsite")))).toMatchObject({
      restic: { repository: "sftp:host:/x", password: "[secret]" },
    });
    expect(options("borg")).toMatchObject({ what: "borg", keep: 1, borg: { repository: "/x" } });
    expect(JSON.parse(JSON.stringify(options("oss")))).toMatchObject({
      s3: { endpoint: "https://oss.example", region: "cn-x", bucket: "abc", prefix: "", accessKey: "k", secretKey: "[secret]" },
    });
    expect(options("veeam")).toMatchObject({ heartbeat: true });
    expect(JSON.stringify(plan)).not.toContain("the-password");
  });

  test("are refused with their place and what to write", async () => {
    expect(await messages("en")).toEqual([
      "3 backups[0]: names no place; write one of folder, restic, borg, s3, heartbeat",
      "4 backups[1]: names 2 places; write one of folder, restic, borg, s3, heartbeat",
      '5 backups[2].rpo: "1m" is too short; write a duration from 15m to 90d',
      '5 backups[2].folder: "relative/x" is not a pattern of files; write an absolute path such as /backup/mail/*.tar.zst',
      "6 backups[3].owner: is missing; write who looks after it, such as Finance (Ms Li)",
      "6 backups[3].restic.password: a secret must not stand in this file as text; write { env: NAME }, { file: path } or { command: [program, argument] }",
      '7 backups[4].borg.repository: "--rsh=evil" is not a repository; write it as restic or borg take it, such as /backup/repo',
      "8 backups[5].keep: 0 is not a number of backups; write a whole number from 1 to 10000",
      "8 backups[5].s3.secret_key: is missing; write { env: NAME }, { file: path } or { command: [program, argument] }",
      '8 backups[5].s3.endpoint: "https://x.example/path" is not the address of a storage service; write it like https://oss-cn-hangzhou.aliyuncs.com',
      '8 backups[5].s3.bucket: "A" is not the name of a bucket; write 3 to 63 small letters, digits, dots and -',
      "9 backups[6]: a is declared already in line 3; keep one of the two",
    ]);
  });
  test("are refused in Chinese as well", async () => {
    expect(await messages("zh-CN")).toEqual([
      "3 backups[0]：没有写明备份在哪里；请在 folder, restic, borg, s3, heartbeat 中只写一个",
      "4 backups[1]：写了 2 处位置；请在 folder, restic, borg, s3, heartbeat 中只写一个",
      "5 backups[2].rpo：「1m」过短；请写 15m 至 90d 之间的时长",
      "5 backups[2].folder：「relative/x」不是文件名模式；请写绝对路径，例如 /backup/mail/*.tar.zst",
      "6 backups[3].owner：缺失；请写明由谁负责，例如 财务部（李女士）",
      "6 backups[3].restic.password：密码不能以明文写在此文件中；请写 { env: 变量名 }、{ file: 路径 } 或 { command: [程序, 参数] }",
      "7 backups[4].borg.repository：「--rsh=evil」不是仓库；请按 restic 或 borg 的写法填写，例如 /backup/repo",
      "8 backups[5].keep：0 不是备份份数；请写 1 至 10000 的整数",
      "8 backups[5].s3.secret_key：缺失；请写 { env: 变量名 }、{ file: 路径 } 或 { command: [程序, 参数] }",
      "8 backups[5].s3.endpoint：「https://x.example/path」不是存储服务的地址；请写成 https://oss-cn-hangzhou.aliyuncs.com",
      "8 backups[5].s3.bucket：「A」不是存储桶名称；请写 3 至 63 个小写字母、数字、点和 -",
      "9 backups[6]：a 已在第 3 行声明；请只保留一处",
    ]);
  });
});
