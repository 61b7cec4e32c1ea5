import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { faultsAt } from "../../src/demo/faults.ts";
import { startDemo, type Demo } from "../../src/demo/start-demo.ts";
import { emptyBatch } from "../../src/model/state.ts";
import { openDatabase } from "../../src/store/database.ts";
import { installationKey } from "../../src/store/installation-key.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { domainIds } from "../support/plan-folder.ts";

const main = join(import.meta.dirname, "../../src/main.ts");

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command as a person runs it: a process of its own. */
const mailvigil = (args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd?: string): Promise<Ended> =>
  new Promise((done) => {
    const clean = { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", SALES_PASSWORD: "the-sales-password", ...env };
    execFile(process.execPath, [main, ...args], { env: clean, cwd, timeout: 60_000, maxBuffer: 8 << 20 }, (error, out, err) => {
      done({ code: error ? Number(error.code ?? -1) : 0, out, err });
    });
  });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mailvigil-cli-"));
});
afterAll(() => rm(folder, { recursive: true }));
const write = async (name: string, text: string): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
};
const fiveLines = join(import.meta.dirname, "../fixtures/config/five-lines.yaml");

const closedPort = `settings: { self_tests: off }
mailboxes:
  - address: sales@example.com
    password: { env: SALES_PASSWORD }
    imap: { host: 127.0.0.1, port: 1 }
    off: [smtp-submission, imap-quota, tls-certificate]
`;

describe("wrong usage ends with 64, on standard error only", () => {
  const cases: readonly (readonly [args: readonly string[], says: string])[] = [
    [["frobnicate"], "unknown command 'frobnicate'"],
    [["validate"], "missing required argument 'file'"],
    [["plan", "--colour"], "unknown option '--colour'"],
    [["check", "--wait", "soon"], "Write a duration such as 90s or 2m."],
    [["check", "--config", "absent.yaml"], "absent.yaml:1:1: does not exist; name the file with --config or MAILVIGIL_CONFIG"],
    [["check", "--config", fiveLines, "--only", "nothing*"], "没有符合 nothing* 的探测；可用 mailvigil plan 查看 id"],
  ];
  for (const [args, says] of cases) {
    test(args.join(" "), async () => {
      const { code, out, err } = await mailvigil(args, {}, folder);
      expect({ code, out }).toEqual({ code: 64, out: "" });
      expect(err).toContain(says);
      expect(err).not.toMatch(/^ +at /m);
    });
  }

  const chinese: readonly (readonly [args: readonly string[], says: string])[] = [
    [["strat"], "错误：没有「strat」这个命令；用 --help 查看可用的命令\n（是否想写 start？）\n"],
    [["validate"], "错误：缺少参数「file」；请写在命令后面\n"],
    [["login"], "错误：缺少参数「provider」；请写在命令后面\n"],
    [["login", "google"], "错误：缺少参数「address」；请写在命令后面\n"],
    [["login", "google", "sales@example.com", "--client-id"], "错误：选项「--client-id <id>」缺少值；请写在选项后面\n"],
    [["report", "--format", "pdf"], "错误：选项「--format <format>」不能写「pdf」；可写 html, md, json, csv\n"],
    [["validate", "a", "b"], "错误：参数过多，应为 1 个，实际 2 个；请删去多余的\n"],
    [["plan", "--colour"], "错误：没有「--colour」这个选项；用 --help 查看可用的选项\n"],
    [["check", "--only"], "错误：选项「--only <glob...>」缺少值；请写在选项后面\n"],
    [["check", "--wait", "soon"], "错误：选项「--wait <duration>」不能写「soon」；请写时长，例如 90s 或 2m。\n"],
  ];
  for (const [args, says] of chinese) {
    test(`${args.join(" ")}, in Chinese`, async () => {
      expect(await mailvigil(args, { LANG: "zh_CN.UTF-8" }, folder)).toEqual({ code: 64, out: "", err: says });
    });
  }

  test("--help and --version are no errors", async () => {
    expect((await mailvigil(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await mailvigil(["check", "--help"])).toMatchObject({ code: 0, err: "" });
  });

  test("every command and option is described in both languages", async () => {
    for (const command of ["start", "validate", "plan", "check", "diagnose", "audit", "evidence", "login"]) {
      const { out } = await mailvigil([command, "--help"]);
      const described = out.split(/\n(?= {2}\S)|\n\n/).filter((part) => /^ {2}\S/.test(part));
      expect(described.length).toBeGreaterThan(1);
      expect(described.filter((part) => !/ · *\n? *.*[\u4e00-\u9fff]/s.test(part))).toEqual([]);
    }
  });
});

describe("validate", () => {
  test("counts what the five lines give, without asking the network", async () => {
    const file = await write("five-lines.yaml", (await readFile(fiveLines, "utf8")).replace(", language: zh-CN", ""));
    expect(await mailvigil(["validate", file])).toEqual({
      code: 0,
      out: "ok: 2 assets, 27 probes\nvalidate asks no DNS: once the mail servers are found, probes of their certificates follow; mailvigil plan shows all\n",
      err: "",
    });
  });

  test("speaks the language of the file, whatever the terminal's, also where the rest of the file is wrong", async () => {
    expect((await mailvigil(["validate", fiveLines])).out).toBe(
      "ok: 2 assets, 27 probes（2 项资产，27 个探测）\nvalidate 不查询 DNS：找到邮件服务器后，还会增加证书等探测；可用 mailvigil plan 查看全部\n",
    );
    const file = await write(
      "wrong-chinese.yaml",
      "settings: { language: zh-CN, timezone: Mars }\ndomains: [{ name: a.example }]\n",
    );
    const { err } = await mailvigil(["validate", file]);
    expect(err).toBe(`${file}:1:40 settings.timezone：「Mars」不是时区；请写 IANA 名称，例如 Asia/Shanghai\n`);
  });

  test("says every error, in the language of the terminal", async () => {
    const file = await write("wrong.yaml", "settings: { language: fr, timezone: Mars }\ndomains: [ { nam: a.example } ]\n");
    const english = await mailvigil(["validate", file]);
    expect(english).toEqual({
      code: 64,
      out: "",
      err: [
        `${file}:1:23 settings.language: "fr" is not a choice here; write en or zh-CN`,
        `${file}:1:37 settings.timezone: "Mars" is not a time zone; write an IANA name such as Asia/Shanghai`,
        `${file}:2:12 domains[0].name: is missing; write a name such as example.com`,
        `${file}:2:14 domains[0].nam: is not a known key; write name`,
        "",
      ].join("\n"),
    });
    const chinese = await mailvigil(["validate", file], { LANG: "zh_CN.UTF-8" });
    expect(chinese.err.split("\n")[1]).toBe(
      `${file}:1:37 settings.timezone：「Mars」不是时区；请写 IANA 名称，例如 Asia/Shanghai`,
    );
  });
});

describe("plan", () => {
  test("--json prints one array and nothing else, times in milliseconds", async () => {
    const file = await write("plan.yaml", closedPort);
    const { code, out } = await mailvigil(["plan", "--json", "--config", file]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual([
      {
        probe: "sales@example.com/imap-login",
        check: "imap-login",
        asset: "sales@example.com",
        target: "127.0.0.1:1",
        every: 60_000,
        deadline: 60_000,
        confirm: { bad: [3, 4], good: 1, recheckMs: 20_000 },
        measures: "service",
        from: "plan.yaml:3",
      },
    ]);
  });

  test("is a table, from the file that $MAILVIGIL_CONFIG or the folder names", async () => {
    const file = await write("mailvigil.yaml", closedPort);
    const table = [
      "PROBE                         TARGET       EVERY  DEADLINE  CONFIRM  FROM",
      "sales@example.com/imap-login  127.0.0.1:1  1m     1m        3/4      mailvigil.yaml:3",
      "",
    ].join("\n");
    expect(await mailvigil(["plan"], { MAILVIGIL_CONFIG: file })).toEqual({ code: 0, out: table, err: "1 assets, 1 probes\n" });
    expect(await mailvigil(["plan"], {}, folder)).toEqual({ code: 0, out: table, err: "1 assets, 1 probes\n" });
  });
});

const row = z.strictObject({
  probe: z.string(),
  check: z.string(),
  asset: z.string(),
  target: z.string(),
  status: z.enum(["ok", "warning", "critical", "unknown"]),
  findings: z.array(
    z.strictObject({
      code: z.string(),
      severity: z.string(),
      data: z.record(z.string(), z.union([z.string(), z.number()])),
      text: z.string().min(1),
      advice: z.string().min(1),
    }),
  ),
  metrics: z.record(z.string(), z.number()),
  evidence: z.array(z.string()),
  startedAt: z.int(),
  durationMs: z.int(),
});
const rowsOf = (out: string) => z.array(row).parse(JSON.parse(out));

describe("check on a port that is closed", () => {
  test("is critical: exit code 2, text in the language of the settings, progress on standard error, nothing stored", async () => {
    const file = await write(
      "closed.yaml",
      closedPort.replace("self_tests: off", "self_tests: off, language: zh-CN, data: none"),
    );
    const { code, out, err } = await mailvigil(["check", "--json", "--config", file]);
    expect(code).toBe(2);
    const [only] = rowsOf(out);
    expect(only).toMatchObject({ status: "critical", target: "127.0.0.1:1" });
    expect(only?.findings[0]?.text).toMatch(/[\u4e00-\u9fff]/);
    expect(err).toBe("1/1  sales@example.com/imap-login  故障\n");
    expect(out + err).not.toContain("the-sales-password");
    expect(await readdir(folder)).not.toContain("none");
  });

  test("is unknown where our own way out is broken too: exit code 3", async () => {
    const file = await write("own-side.yaml", closedPort.replace("self_tests: off", 'self_tests: { egress: ["127.0.0.1:2"] }'));
    const { code, out } = await mailvigil(["check", "--json", "--only", "sales*", "--config", file]);
    expect(code).toBe(3);
    expect(rowsOf(out)[0]?.findings.map((finding) => finding.code)).toContain("own-side");
  });

  test("a credential that was refused lately is held back, unless --force", async () => {
    const file = await write("held.yaml", closedPort.replace("self_tests: off", "self_tests: off, data: held"));
    const data = join(folder, "held");
    const key = installationKey(data);
    const fingerprint = createHmac("sha256", key).update("credential sales@example.com the-sales-password").digest("hex");
    const probe = "sales@example.com/imap-login";
    const db = openDatabase(data);
    const recorder = createRecorder(db);
    await recorder.commit({
      ...emptyBatch,
      breakers: [
        {
          account: "sales@example.com",
          fingerprint,
          kind: "definite",
          refusals: 2,
          openedAt: Date.now() - 1_000,
          retryAt: undefined,
          probe,
        },
      ],
    });
    recorder.close();
    db.close();
    const codes = async (args: readonly string[], env = {}): Promise<unknown> => {
      const { code, out } = await mailvigil(["check", "--json", "--config", file, ...args], env);
      return [code, rowsOf(out)[0]?.findings[0]?.code];
    };
    expect(await codes([])).toEqual([3, "login-held"]);
    expect(await codes(["--force"])).toEqual([2, "connection-refused"]);
    expect(await codes([], { SALES_PASSWORD: "another-one" })).toEqual([2, "connection-refused"]);
  });
});

test("check says once what several probes have in common, and lists them above it", async () => {
  const mailbox = (name: string) => `  - address: ${name}@example.com
    password: { env: SALES_PASSWORD }
    imap: { host: 127.0.0.1, port: 1 }
    off: [smtp-submission, imap-quota, tls-certificate]
`;
  const file = await write("common.yaml", `settings: { self_tests: off }\nmailboxes:\n${["a", "b", "c"].map(mailbox).join("")}`);
  const { code, out } = await mailvigil(["check", "--config", file, "--only", "a@*", "--only", "b@*", "c@*"]);
  const lines = out.trimEnd().split("\n");
  expect(code).toBe(2);
  expect(lines.slice(0, 3).map((line) => line.split(/ +/)[1])).toEqual(
    ["a", "b", "c"].map((it) => `${it}@example.com/imap-login`),
  );
  expect(lines[3]).toMatch(/^ {4}[^ →]/);
  expect(lines[4]).toMatch(/^ {4}→ \S/);
  expect(lines.slice(5)).toEqual(["", "3 probes: 0 ok, 0 warning, 3 critical, 0 unknown"]);
});

describe("check on a company whose mail works", () => {
  let demo: Demo;
  let configuration: string;
  beforeAll(async () => {
    const demoFolder = join(folder, "demo");
    await mkdir(demoFolder);
    assert.deepEqual(faultsAt(0), []);
    demo = await startDemo({ folder: demoFolder, clock: () => 0 });
    configuration = demo.configurationFile;
  });
  afterAll(() => demo.stop());

  test("finds every login and every domain well; --only takes globs over the whole id, and several", async () => {
    const { code, out } = await mailvigil(["check", "--json", "--config", configuration, "--only", "*/IMAP-LOGIN", "example.*"]);
    const rows = rowsOf(out);
    expect({ code, bad: rows.filter((it) => it.status !== "ok") }).toEqual({ code: 0, bad: [] });
    const ofDomains = ["example.com", "example.net"].flatMap(domainIds);
    expect(rows.map((it) => it.probe).filter((id) => !id.endsWith("/imap-login"))).toEqual(expect.arrayContaining(ofDomains));
    expect(rows.filter((it) => it.check === "imap-login")).toHaveLength(9);
    expect(rows).toHaveLength(9 + ofDomains.length);
    for (const secret of await passwords()) expect(out).not.toContain(secret);
  });

  test("waits for a round trip and says that it arrived", async () => {
    const { code, out, err } = await mailvigil(["check", "--json", "--config", configuration, "--only", "sales*~*roundtrip"]);
    const [trip] = rowsOf(out);
    expect({ code, status: trip?.status, findings: trip?.findings }).toEqual({ code: 0, status: "ok", findings: [] });
    expect(trip?.metrics).toHaveProperty("roundtrip");
    expect(err).toContain("not there yet, looking again in 3 s");
  });

  test("a round trip that is not there after --wait is unknown: exit code 3", async () => {
    const { code, out } = await mailvigil([
      "check",
      "--json",
      "--wait",
      "1ms",
      "--config",
      configuration,
      "--only",
      "sales*~*roundtrip",
    ]);
    expect({ code, findings: rowsOf(out)[0]?.findings.map((finding) => finding.code) }).toEqual({
      code: 3,
      findings: ["not-there-yet"],
    });
  });

  test("the table has the worst first, with its text and advice, and a sum", async () => {
    const text = await readFile(configuration, "utf8");
    const broken = text.replace(/(address: hr@example\.com[\s\S]*?password: )\{ file: [^}]*\}/, "$1{ env: WRONG }");
    const file = join(folder, "demo", "broken.yaml");
    await writeFile(file, broken);
    const { code, out } = await mailvigil(["check", "--config", file, "--only", "*/imap-login"], { WRONG: "not-the-password" });
    const lines = out.trimEnd().split("\n");
    expect(code).toBe(2);
    expect(lines[0]).toMatch(/^critical {2}hr@example\.com\/imap-login +imap\.example\.com:\d+ +\d+ ms$/);
    expect(lines[1]).toMatch(/^ {4}\S/);
    expect(lines[2]).toMatch(/^ {4}→ \S/);
    expect(lines.at(-1)).toMatch(/^9 probes: 8 ok, 0 warning, 1 critical, 0 unknown$/);
  });

  const passwords = async (): Promise<readonly string[]> => {
    const place = join(folder, "demo/passwords");
    const names = await readdir(place);
    return Promise.all(names.map(async (name) => (await readFile(join(place, name), "utf8")).trim()));
  };
});
