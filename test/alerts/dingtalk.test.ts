import { describe, expect, it } from "vitest";
import dingtalk, { sign } from "../../alerts/channels/dingtalk.ts";
import { makeAlert } from "../support/alerts.ts";
import { lastJson, sendBy, testChannel, testSecret, withReceiver } from "../support/channel-tester.ts";

const token = "T0PS3CRETTOKEN";
const key = "SEC0123456789abcdef";
const options = (origin: string) => ({
  url: testSecret(`${origin}/robot/send?access_token=${token}`, "env ROBOT_URL"),
  secret: testSecret(key),
  allowPrivate: true,
});
const answer = (body: object) => ({ status: 200, body: JSON.stringify(body) });

testChannel(dingtalk, {
  options,
  positive: { reply: answer({ errcode: 0, errmsg: "ok" }), kind: "ok" },
  negative: [
    { name: "an empty answer", reply: { status: 200, body: "" }, kind: "retry" },
    { name: "an object without errcode", reply: answer({ errmsg: "ok" }), kind: "retry" },
    { name: "errcode as a text", reply: answer({ errcode: "0" }), kind: "retry" },
    { name: "busy", reply: answer({ errcode: -1, errmsg: "system busy" }), kind: "retry" },
    { name: "an unknown code", reply: answer({ errcode: 77, errmsg: token }), kind: "retry" },
    { name: "too fast", reply: answer({ errcode: 130_101, errmsg: "send too fast" }), kind: "throttled" },
    { name: "the guard", reply: answer({ status: 1111, wait: 5, source: "x5", punish: "deny" }), kind: "throttled" },
    { name: "no such token", reply: answer({ errcode: 300_001, errmsg: `token ${token} is not exist` }), kind: "bad-channel" },
    { name: "a dissolved group", reply: answer({ errcode: 400_013 }), kind: "bad-channel" },
    { name: "the month's end", reply: answer({ errcode: 90_030 }), kind: "bad-channel" },
    { name: "a wrong form", reply: answer({ errcode: 40_035 }), kind: "bad-message" },
  ],
  secrets: [token, key],
  maxBytes: 20_000,
});

describe("channel dingtalk", () => {
  const receiver = withReceiver(answer({ errcode: 0 }));

  it("signs as DingTalk documents it", () => {
    const address = new URL("https://oapi.dingtalk.com/robot/send?access_token=T");
    sign(address, key, 1_700_000_000_000);
    expect(address.href).toBe(
      "https://oapi.dingtalk.com/robot/send?access_token=T&timestamp=1700000000000&sign=TSZbRFUuvaSQaRKUpF970OPCb2%2FLcQAP3wOvwZIzBZk%3D",
    );
  });

  it("signs each try with its time, and sends text that calls whom it shall", async () => {
    const calling = { ...options(receiver.origin()), atMobiles: ["13800000000"], atAll: false };
    await sendBy(dingtalk, calling, makeAlert(), { now: () => 1_700_000_000_000 });
    expect(receiver.last().path).toContain("sign=TSZbRFUuvaSQaRKUpF970OPCb2%2FLcQAP3wOvwZIzBZk%3D");
    expect(lastJson(receiver)).toEqual({
      msgtype: "text",
      text: {
        content:
          "【故障 P2】sales@example.com 收不到邮件\n原因：邮箱已满（5.0 / 5.0 GB）\n先做：删除或归档大附件\n确认：https://watch.example.com/#M-1042 @13800000000",
      },
      at: { atMobiles: ["13800000000"], isAtAll: false },
    });
  });

  it.each([
    ["P2", "reminder"],
    ["P3", "opened"],
    ["P1", "resolved"],
  ] as const)("calls nobody for %s %s", async (priority, turn) => {
    const calling = { ...options(receiver.origin()), atMobiles: ["13800000000"], atAll: true };
    await sendBy(dingtalk, calling, makeAlert({ priority, turn }));
    expect(lastJson(receiver)).toMatchObject({ at: { atMobiles: [], isAtAll: false } });
  });

  it.each([
    ["description:keywords not in content", "the robot wants a keyword; set it to signing instead"],
    ["description:sign not match", "the signature does not fit; check the signing key and the clock of this machine"],
    ["description:ip 1.2.3.4 not in whitelist", "the robot takes messages from other addresses only"],
  ])("tells the three refusals of 310000 apart: %s", async (errmsg, why) => {
    receiver.replyWith(answer({ errcode: 310_000, errmsg }));
    const result = await sendBy(dingtalk, options(receiver.origin()), makeAlert());
    expect(result).toEqual({ kind: "bad-channel", reason: `the address in env ROBOT_URL answered 310000: ${why}` });
    receiver.replyWith(answer({ errcode: 0 }));
  });

  it("waits as long as the guard says, and ten minutes where a robot was too fast", async () => {
    receiver.replyWith(answer({ status: 1111, wait: 5 }));
    expect(await sendBy(dingtalk, options(receiver.origin()), makeAlert())).toMatchObject({ retryAfterMs: 5_000 });
    receiver.replyWith(answer({ errcode: 410_100 }));
    expect(await sendBy(dingtalk, options(receiver.origin()), makeAlert())).toMatchObject({ retryAfterMs: 600_000 });
  });

  it.each([
    ["https://oapi.dingtalk.com/robot/send", "the address in env ROBOT_URL has no access_token; copy it whole"],
    ["not an address", "the address in env ROBOT_URL is no http or https address"],
    ["https://oapi.dingtalk.com/robot/send?access_token=x", undefined],
  ])("verifies %s before anything is sent", async (url, reason) => {
    expect(
      await dingtalk.verify?.({ url: testSecret(url, "env ROBOT_URL"), atMobiles: [], atAll: false, allowPrivate: false }),
    ).toBe(reason);
  });
});
