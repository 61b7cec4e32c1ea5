import { execFile } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planFolder } from "../support/plan-folder.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";

const { write } = planFolder();
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver[Symbol.asyncDispose]());

/** The command as a person runs it: a process of its own. */
const channelTest = (args: readonly string[], env: Readonly<Record<string, string>>) =>
  new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((done) => {
    const main = join(import.meta.dirname, "../../src/main.ts");
    execFile(
      process.execPath,
      [main, "channel", "test", ...args],
      { env: { PATH: process.env["PATH"] ?? "", ...env }, timeout: 60_000 },
      (error, out, err) => done({ code: error ? Number(error.code ?? -1) : 0, out, err }),
    );
  });

const company = (language: string): Promise<string> =>
  write(`
settings: { language: ${language}, company: 示例贸易 }
domains: [{ name: example.com }]
channels:
  duty: { type: wecom, url: { env: ROBOT_URL }, allow_private: true }
  pocket: { type: bark, key: { env: ROBOT_URL } }
`);
const robot = (): string => `${receiver.origin}/send?key=T0PS3CRET`;

describe("mailvigil channel test", () => {
  test("sends one real message that calls nobody, and asks to see that it arrived", async () => {
    receiver.replyWith({ status: 200, body: '{"errcode":0,"errmsg":"ok"}' });
    const ended = await channelTest(["duty", "--config", await company("zh-CN")], { ROBOT_URL: robot() });
    expect(ended).toEqual({ code: 0, out: "duty：企业微信机器人 表示已收下消息。请确认收到，且有提醒。\n", err: "" });
    expect(JSON.parse(receiver.received.at(-1)!.body.toString())).toEqual({
      msgtype: "text",
      text: {
        content:
          "【测试】示例贸易 的 Mailvigil 可以在此通知您\n这不是故障，无需处理。\n通道 duty（企业微信机器人）。邮件出现问题时，告警会发到这里。",
      },
    });
  });

  test("says why it was not sent, without the address", async () => {
    receiver.replyWith({ status: 200, body: '{"errcode":93000,"errmsg":"invalid webhook url T0PS3CRET"}' });
    const { code, out, err } = await channelTest(["duty", "--config", await company("en")], { ROBOT_URL: robot() });
    expect([code, out, err]).toEqual([
      2,
      "",
      "duty: not sent: the address in env ROBOT_URL answered 93000: there is no such robot; copy its address anew\n",
    ]);
  });

  test("says when nobody can tell", async () => {
    receiver.replyWith({ status: 200, body: "<html>" });
    const { code, err } = await channelTest(["duty", "--config", await company("zh-CN")], { ROBOT_URL: robot() });
    expect([code, err]).toEqual([2, "duty：无法确定对方是否已收下：env ROBOT_URL 中的地址返回 200，但没有说明已收下消息\n"]);
  });

  test("names the channels that there are", async () => {
    const ended = await channelTest(["dury", "--config", await company("en")], { ROBOT_URL: robot() });
    expect(ended).toEqual({ code: 64, out: "", err: "there is no channel dury; write duty\n" });
  });
});
