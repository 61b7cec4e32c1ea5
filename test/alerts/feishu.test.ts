import { describe, expect, it } from "vitest";
import feishu, { signatureOf } from "../../alerts/channels/feishu.ts";
import { makeAlert } from "../support/alerts.ts";
import { lastJson, sendBy, testChannel, testSecret, withReceiver } from "../support/channel-tester.ts";

const path = "/open-apis/bot/v2/hook/T0PS3CRETTOKEN";
const key = "feishu-secret";
const options = (origin: string) => ({
  url: testSecret(origin + path, "env ROBOT_URL"),
  secret: testSecret(key),
  allowPrivate: true,
});
const answer = (body: object, status = 200) => ({ status, body: JSON.stringify(body) });

testChannel(feishu, {
  options,
  positive: { reply: answer({ StatusCode: 0, StatusMessage: "success", code: 0, data: {}, msg: "success" }), kind: "ok" },
  negative: [
    { name: "an empty answer", reply: { status: 200, body: "" }, kind: "retry" },
    { name: "an object without a code", reply: answer({ msg: "success" }), kind: "retry" },
    { name: "a code that contradicts the old one", reply: answer({ StatusCode: 0, code: 19_001 }), kind: "bad-channel" },
    { name: "a wrong signature", reply: answer({ code: 19_021, msg: "sign match fail" }), kind: "bad-channel" },
    { name: "a missing keyword", reply: answer({ code: 19_024, msg: "Key Words Not Found" }), kind: "bad-channel" },
    { name: "too many", reply: answer({ code: 11_232 }), kind: "throttled" },
    { name: "too many, said as a bad request", reply: answer({ code: 9499, msg: "too many request" }, 400), kind: "throttled" },
    { name: "a bad request", reply: answer({ code: 9499, msg: "Bad Request" }, 400), kind: "bad-message" },
    { name: "an unknown code", reply: answer({ code: 77, msg: "T0PS3CRETTOKEN" }), kind: "retry" },
  ],
  secrets: ["T0PS3CRETTOKEN", key],
  maxBytes: 20_000,
});

describe("channel feishu", () => {
  const receiver = withReceiver(answer({ code: 0 }));

  it("signs as Feishu documents it", () => {
    expect(signatureOf(key, 1_700_000_000)).toEqual({
      timestamp: "1700000000",
      sign: "OrBzY1Y01Gq+HgJsl+7OfWcMVwc7YocohQm5iiZwjhU=",
    });
  });

  it("takes the old robots' answer for success", async () => {
    receiver.replyWith(answer({ StatusCode: 0, StatusMessage: "success" }));
    expect(await sendBy(feishu, options(receiver.origin()), makeAlert())).toEqual({ kind: "ok" });
    receiver.replyWith(answer({ code: 0 }));
  });

  it("sends signed text, and calls everybody only for what is grave and new", async () => {
    const now = () => 1_700_000_000_999;
    await sendBy(feishu, { ...options(receiver.origin()), atAll: true }, makeAlert(), { now });
    expect(lastJson(receiver)).toEqual({
      timestamp: "1700000000",
      sign: "OrBzY1Y01Gq+HgJsl+7OfWcMVwc7YocohQm5iiZwjhU=",
      msg_type: "text",
      content: {
        text: '【故障 P2】sales@example.com 收不到邮件\n原因：邮箱已满（5.0 / 5.0 GB）\n先做：删除或归档大附件\n确认：https://watch.example.com/#M-1042\n<at user_id="all"></at>',
      },
    });
    await sendBy(feishu, { ...options(receiver.origin()), atAll: true }, makeAlert({ turn: "resolved" }));
    expect(JSON.stringify(lastJson(receiver))).not.toContain("<at");
  });

  it("lets nothing that a server said call anybody", async () => {
    await sendBy(feishu, options(receiver.origin()), makeAlert({ title: 'x <at user_id="all"></at>' }));
    expect(JSON.stringify(lastJson(receiver))).not.toContain("<at");
  });
});
