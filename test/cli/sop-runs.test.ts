import { execFile } from "node:child_process";
import http from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { startDaemon } from "../../src/daemon.ts";
import type { Secret } from "../../src/model/secret.ts";
import { exampleSops } from "../support/example-sops.ts";
import { planOf, recordingChannel } from "../support/plan.ts";
import { planFolder } from "../support/plan-folder.ts";

const { write } = planFolder();
const host = "127.0.63.1";
const port = 18_994;
const origin = `http://${host}:${port}`;

const secret = (value: string): Secret => ({ source: "test", reveal: () => Promise.resolve(value), toJSON: () => "[secret]" });

const cli = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((done) => {
    const main = join(import.meta.dirname, "../../src/main.ts");
    const own = { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", TOKEN: "right-token", HOOK: "x", ...env };
    execFile(process.execPath, [main, ...args], { env: own, timeout: 60_000 }, (error, out, err) =>
      done({ code: error ? Number(error.code ?? -1) : 0, out, err }),
    );
  });

const company = (language = "en"): Promise<string> =>
  write(`settings: { data: data, language: ${language}, timezone: Asia/Shanghai, self_tests: off, http: { listen: "${host}:${port}", token: { env: TOKEN } } }
subscriptions: [{ name: seats, what: Seats, ends: 2099-01-01, owner: Finance }]
channels: { ops: { type: webhook, url: "http://${host}:9/x", secret: { env: HOOK }, allow_private: true } }
alerts: { rules: [{ priorities: [P1, P2, P3, P4], channels: [ops] }] }
sops: { mail-down: { use: mail-down }, new-one: { use: employee-leaves } }
`);

/** The daemon that the commands speak to: it knows the example company's `mail-down`, and no `new-one`. */
async function daemon(): Promise<void> {
  const plan = planOf([], { channels: [{ name: "ops", type: "recording", options: {}, from: "test" }], sops: exampleSops });
  const { channel } = recordingChannel();
  const running = await startDaemon({
    plan: { ...plan, settings: { ...plan.settings, http: { host, port, token: secret("right-token") } } },
    checks: new Map(),
    channels: new Map([["recording", channel]]),
    mask: (line) => line,
    demonstration: false,
    data: ":memory:",
    log: () => undefined,
    onBug: (error) => {
      throw error;
    },
  });
  onTestFinished(() => running[Symbol.asyncDispose]());
}

describe("mailvigil sop start, sop status, drill sop", () => {
  test("begin a run, refuse a second one, and show runs and the steps of one", async () => {
    await daemon();
    const file = await company();
    const none = await cli(["sop", "status", "--config", file]);
    expect(none).toEqual({ code: 0, out: "", err: "No SOP was applied in the last 30 days.\n" });

    const begun = await cli(["sop", "start", "mail-down", "--by", "Li", "--config", file]);
    expect(begun).toEqual({
      code: 0,
      out: `S-1 has begun: Mail is totally down. Tick its steps at ${origin}/sop/S-1\n`,
      err: "",
    });
    const twice = await cli(["sop", "start", "mail-down", "--by", "Li", "--config", file]);
    expect(twice).toEqual({
      code: 1,
      out: "",
      err: "Refused: S-1 of this SOP goes on already: end it first, or go on with it\n",
    });
    const list = await cli(["sop", "status", "--config", file]);
    expect(list.out).toMatch(/^RUN +STATE +SINCE +STEPS +SOP\nS-1 +active +\S+ +\d of \d +Mail is totally down\n$/);
    const one = await cli(["sop", "status", "s-1", "--config", file]);
    expect([one.code, one.err]).toEqual([0, ""]);
    expect(one.out).toMatch(/^S-1 Mail is totally down: active, begun by Li at \d\d:\d\d \(UTC\+8\)\n/);
    expect(one.out).toMatch(/\nconfirm +waiting +李工, 王工 +\d\d:\d\d +Confirm with your own eyes/);
    const json = await cli(["sop", "status", "1", "--json", "--config", file]);
    expect(z.looseObject({ name: z.string() }).parse(JSON.parse(json.out)).name).toBe("S-1");
    expect(one.out + json.out + list.out).not.toContain("0000");

    const drill = await cli(["drill", "sop", "mail-down", "--by", "李工", "--config", await company("zh-CN")]);
    expect(drill).toEqual({ code: 1, out: "", err: "未执行：S-1 正在真实处置：请等它结束后再演练\n" });
  });

  test("name whoever is signed in where nobody is named", async () => {
    await daemon();
    const file = await company();
    expect((await cli(["sop", "start", "mail-down", "--config", file])).code).toBe(0);
    expect((await cli(["sop", "status", "1", "--config", file])).out).toMatch(/begun by (?!system)\S+ at/);
  });

  test("say what is wrong with the call, each with its remedy, and ask no daemon", async () => {
    const file = await company();
    const typo = await cli(["sop", "start", "mail-dwon", "--config", file]);
    expect([typo.code, typo.err]).toEqual([
      64,
      'No SOP is named "mail-dwon": write mail-down; mailvigil sop list shows them all\n',
    ]);
    const number = await cli(["sop", "status", "M-1", "--config", file]);
    expect([number.code, number.err]).toEqual([64, '"M-1" is no run of an SOP: write S-3 or 3\n']);
    expect((await cli(["sop", "start"])).code).toBe(64);
    const zh = await company("zh-CN");
    expect((await cli(["drill", "sop", "mail-dwon", "--config", zh])).err).toContain("没有名为「mail-dwon」的预案");
    const nobody = await cli(["drill", "sop", "mail-down", "--by", " ", "--config", zh]);
    expect([nobody.code, nobody.err]).toEqual([64, "请用 --by 写明您是谁：1 到 60 个字符\n"]);
  });

  test("say that no daemon answers, and how to start one", async () => {
    const file = await company();
    for (const args of [
      ["sop", "status"],
      ["sop", "status", "3"],
      ["sop", "start", "mail-down"],
      ["drill", "sop", "mail-down"],
    ]) {
      expect(await cli([...args, "--config", file])).toEqual({
        code: 1,
        out: "",
        err: `No Mailvigil answers at ${origin} (ECONNREFUSED): start it with mailvigil start and the same configuration, then call this again\n`,
      });
    }
  });

  test("say it of a token that is not the daemon's, of an SOP it does not know yet, of a run that is not there", async () => {
    await daemon();
    const file = await company();
    const wrong = await cli(["sop", "status", "--config", file], { TOKEN: "other-token" });
    expect([wrong.code, wrong.err]).toEqual([
      1,
      `The daemon at ${origin} does not take the token of this configuration: restart it if the token is new\n`,
    ]);
    expect(wrong.err).not.toContain("other-token");
    const later = await cli(["sop", "start", "new-one", "--config", file]);
    expect([later.code, later.err]).toEqual([1, expect.stringContaining('does not know "new-one" yet')]);
    const missing = await cli(["sop", "status", "S-9", "--config", file]);
    expect([missing.code, missing.err]).toEqual([64, "There is no run S-9; mailvigil sop status lists the latest\n"]);
  });

  test.each([
    ["no JSON", (response: http.ServerResponse) => response.end("<h1>hello</h1>")],
    ["another JSON", (response: http.ServerResponse) => response.end('{"runs":[{"id":"x"}]}')],
    ["without end", (response: http.ServerResponse) => void response.write("x".repeat(5 * 1024 * 1024))],
  ])("say that something else answers there: %s", async (_, answer) => {
    const other = http.createServer((_request, response) => void answer(response));
    await new Promise<void>((resolve) => other.listen(port, host, resolve));
    onTestFinished(() => {
      other.closeAllConnections();
      other.close();
    });
    const { code, err } = await cli(["sop", "status", "--config", await company()]);
    expect([code, err]).toEqual([1, expect.stringMatching(/^What answers at .+ is no Mailvigil, or one of another version/)]);
  });
});
