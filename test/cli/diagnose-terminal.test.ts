import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFakeDns, type FakeDns } from "../support/fake-dns.ts";
import { openDemonstration, type OpenDemonstration } from "../support/demonstration.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mailvigil-diagnose-terminal-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(program: string, args: readonly string[], vars: Readonly<Record<string, string>> = {}) {
  const child = spawn(program, args, {
    env: { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", HOME: folder, ...vars },
    cwd: folder,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (part: Buffer) => (out += part.toString()));
  child.stderr.on("data", (part: Buffer) => (err += part.toString()));
  const ended = once(child, "close").then(([code]: unknown[]) => ({ code, out, err }));
  /** Resolves when it has said this, on either stream. */
  const until = async (text: string): Promise<void> => {
    while (!(out + err).includes(text)) {
      if (child.exitCode !== null) throw new Error(`It ended without saying ${text}: ${out}${err}`);
      await sleep(20);
    }
  };
  return { child, ended, until };
}

const diagnose = (args: readonly string[], vars?: Readonly<Record<string, string>>) => {
  const started = run(process.execPath, [main, "diagnose", ...args], vars);
  started.child.stdin.end();
  return started;
};

describe("a wrong call of diagnose ends with 64 and says what to write instead", () => {
  let dns: FakeDns;
  let asking: readonly string[];
  beforeAll(async () => {
    dns = await startFakeDns({ "here.test": { A: ["127.0.0.1"] } });
    asking = ["--dns", `127.0.0.1:${dns.port}`];
  });
  afterAll(() => dns.close());

  const cases: readonly (readonly [args: readonly string[], says: string, zh: string])[] = [
    [[], "missing required argument 'address'", "缺少参数「address」"],
    [
      ["sales"],
      '"sales" is no mail address; write one such as sales@example.com',
      "「sales」不是邮箱地址；请写成 sales@example.com",
    ],
    [["a@here.test", "--imap", "a b"], '--imap: "a b" is no server; write a host, or host:port', "--imap：「a b」不是服务器"],
    [
      ["a@here.test", "--provider", "gogle"],
      "--provider: there is no such provider; write google",
      "--provider：没有这个服务商；请改为 google",
    ],
    [
      ["a@here.test"],
      "here.test has no MX and no SRV record that names a mail server. Look at the spelling",
      "here.test 没有指向邮件服务器的 MX 或 SRV 记录。请检查地址是否写对",
    ],
    [["a@here.test", "--ca", "absent.pem"], "--ca: ", "--ca："],
    [["a@here.test", "--config", "absent.yaml"], "absent.yaml:1:1: does not exist", "absent.yaml:1:1：文件不存在"],
    [["a@here.test", "--wait", "soon"], "Write a duration such as 90s or 2m.", "请写时长"],
  ];
  for (const [args, en, zh] of cases) {
    test(["diagnose", ...args].join(" "), async () => {
      for (const [language, says] of [
        ["C.UTF-8", en],
        ["zh_CN.UTF-8", zh],
      ] as const) {
        const { code, out, err } = await diagnose([...args, ...(args.length > 0 ? asking : [])], { LANG: language }).ended;
        expect({ code, out }).toEqual({ code: 64, out: "" });
        expect(err).toContain(says);
        expect(err).not.toMatch(/^ +at /m);
      }
    });
  }

  test("a language that there is not", async () => {
    const { code, err } = await diagnose(["a@here.test", "--language", "fr"]).ended;
    expect([code, err]).toEqual([64, '"fr" is no language here; write en or zh-CN\n']);
  });
});

describe("diagnose at a terminal", () => {
  let demonstration: OpenDemonstration;
  beforeAll(async () => {
    demonstration = await openDemonstration();
  });
  afterAll(() => demonstration[Symbol.asyncDispose]());

  /** Its standard input is a terminal; `keys` are typed when it asks. */
  async function atTerminal(args: readonly string[], keys: string) {
    const command = [process.execPath, main, "diagnose", ...args].map((part) => `'${part}'`).join(" ");
    const started = run("script", ["--quiet", "--return", "--flush", "--echo", "never", "--command", command, "/dev/null"]);
    await started.until("nothing is shown");
    started.child.stdin.write(keys);
    return started;
  }

  /** An address that the demonstration's file does not have, at its servers. */
  const unknown = (): readonly string[] => {
    const { imap, smtp } = demonstration.mailbox("sales@example.com");
    return [
      "stranger@example.com",
      "--config",
      demonstration.demo.configurationFile,
      "--imap",
      `${imap.host}:${imap.port}`,
      "--smtp",
      `${smtp.host}:${smtp.port}`,
    ];
  };

  test("asks for the password without showing it, lets it be corrected, and logs in with it", async () => {
    const { pass } = demonstration.mailbox("sales@example.com");
    const started = await atTerminal([...unknown(), "--login", "sales@example.com"], `mistyped\u0015${pass}xy\u007f\u007f\r`);
    const { out } = await started.ended;
    expect(out).toContain("Password of stranger@example.com");
    expect(out).toMatch(/Login: in order/);
    expect(out).not.toContain(pass);
    expect(out).not.toContain("mistyped");
  });

  test("Enter alone looks at everything but the login; Ctrl-C at the question ends it", async () => {
    const looked = await (await atTerminal(unknown(), "\r")).ended;
    expect(looked.out).toContain("No password: what comes before the login is looked at");
    expect(looked.out).not.toMatch(/Login …/);
    const { code } = await (await atTerminal(unknown(), "\u0003")).ended;
    expect(code).toBe(130);
  });

  test("Ctrl-C while a mail is on its way ends with what is known, and is not called well", async () => {
    const { child, ended, until } = diagnose(["sales@example.com", "--config", demonstration.demo.configurationFile]);
    await until("is not there yet");
    child.kill("SIGINT");
    const { code, out } = await ended;
    expect(out).toMatch(/^It was interrupted: \d+ of \d+ were looked at\./);
    expect(out).toMatch(/Login: in order/);
    expect(code).toBe(3);
  });
});
