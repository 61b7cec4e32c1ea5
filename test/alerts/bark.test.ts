import { describe, expect, it } from "vitest";
import bark from "../../alerts/channels/bark.ts";
import { makeAlert } from "../support/alerts.ts";
import { lastJson, sendBy, testChannel, testSecret, withReceiver } from "../support/channel-tester.ts";

const key = "T0PS3CRETDEVICEKEY";
const options = (origin: string) => ({ key: testSecret(key, "env BARK_KEY"), server: origin, allowPrivate: true });
const answer = (body: object, status = 200) => ({ status, body: JSON.stringify(body) });

testChannel(bark, {
  options,
  positive: { reply: answer({ code: 200, message: "success", timestamp: 1_700_000_000 }), kind: "ok" },
  negative: [
    { name: "an empty answer", reply: { status: 200, body: "" }, kind: "retry" },
    { name: "another code with status 200", reply: answer({ code: 500, message: "push failed" }), kind: "retry" },
    {
      name: "no such device",
      reply: answer({ code: 400, message: `failed to get device token: failed to get [${key}] device token from database` }, 400),
      kind: "bad-channel",
    },
    { name: "a wrong form", reply: answer({ code: 400, message: "request bind failed" }, 400), kind: "bad-message" },
  ],
  secrets: [key],
  maxBytes: 4_096,
});

describe("channel bark", () => {
  const receiver = withReceiver(answer({ code: 200 }));

  it("rings through for what is grave and new, and links to the incident", async () => {
    await sendBy(bark, options(receiver.origin()), makeAlert());
    expect(receiver.last().path).toBe("/push");
    expect(lastJson(receiver)).toEqual({
      device_key: key,
      title: "【故障 P2】sales@example.com 收不到邮件",
      body: "原因：邮箱已满（5.0 / 5.0 GB）\n先做：删除或归档大附件\n确认：https://watch.example.com/#M-1042",
      level: "critical",
      call: "1",
      group: "Mailvigil",
      url: "https://watch.example.com/#M-1042",
    });
  });

  it("does not ring for the rest, nor where that is not wanted", async () => {
    await sendBy(bark, options(receiver.origin()), makeAlert({ turn: "resolved" }));
    expect(lastJson(receiver)).toMatchObject({ level: "active" });
    expect(lastJson(receiver)).not.toHaveProperty("call");
    await sendBy(bark, { ...options(receiver.origin()), ring: false }, makeAlert());
    expect(lastJson(receiver)).not.toHaveProperty("call");
  });
});
