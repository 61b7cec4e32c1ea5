import { describe, expect, it } from "vitest";
import { z } from "zod";
import wecom from "../../alerts/channels/wecom.ts";
import { makeAlert } from "../support/alerts.ts";
import { lastJson, sendBy, testChannel, testSecret, withReceiver } from "../support/channel-tester.ts";

const key = "T0PS3CRET-9f2e-4c1d";
const options = (origin: string) => ({
  url: testSecret(`${origin}/cgi-bin/webhook/send?key=${key}`, "env ROBOT_URL"),
  allowPrivate: true,
});
const answer = (body: object) => ({ status: 200, body: JSON.stringify(body) });

testChannel(wecom, {
  options,
  positive: { reply: answer({ errcode: 0, errmsg: "ok" }), kind: "ok" },
  negative: [
    { name: "an empty answer", reply: { status: 200, body: "" }, kind: "retry" },
    { name: "an object without errcode", reply: answer({ errmsg: "ok" }), kind: "retry" },
    { name: "busy", reply: answer({ errcode: -1 }), kind: "retry" },
    { name: "too many", reply: answer({ errcode: 45_009, errmsg: "api freq out of limit" }), kind: "throttled" },
    { name: "no such robot", reply: answer({ errcode: 93_000, errmsg: `invalid webhook url ${key}` }), kind: "bad-channel" },
    { name: "a wrong form", reply: answer({ errcode: 40_058 }), kind: "bad-message" },
  ],
  secrets: [key],
  maxBytes: 2_400,
});

describe("channel wecom", () => {
  const receiver = withReceiver(answer({ errcode: 0 }));

  it("counts bytes, not characters: 2,048 of text, the link among them", async () => {
    const alert = makeAlert({
      lines: [...Array.from({ length: 12 }, () => "邮".repeat(300)), "确认：https://watch.example.com/#M-1042"],
    });
    await sendBy(wecom, options(receiver.origin()), alert);
    const { text } = z.object({ text: z.object({ content: z.string() }) }).parse(lastJson(receiver));
    expect(Buffer.byteLength(text.content)).toBeLessThanOrEqual(2_048);
    expect(Buffer.byteLength(text.content)).toBeGreaterThan(1_900);
    expect(text.content).toMatch(/^【故障 P2】sales@example\.com 收不到邮件\n邮+/);
    expect(text.content).toMatch(/\n确认：https:\/\/watch\.example\.com\/#M-1042$/);
  });

  it("calls whom it shall, when it is grave and new", async () => {
    const calling = { ...options(receiver.origin()), atMobiles: ["@all", "13800000000"] };
    await sendBy(wecom, calling, makeAlert());
    expect(lastJson(receiver)).toMatchObject({ text: { mentioned_mobile_list: ["@all", "13800000000"] } });
    await sendBy(wecom, calling, makeAlert({ turn: "reminder" }));
    expect(JSON.stringify(lastJson(receiver))).not.toContain("mentioned");
  });

  it("wants the whole address", async () => {
    const url = testSecret("https://qyapi.weixin.qq.com/cgi-bin/webhook/send", "env ROBOT_URL");
    expect(await wecom.verify?.({ url, atMobiles: [], allowPrivate: false })).toBe(
      "the address in env ROBOT_URL has no key; copy it whole",
    );
  });
});
