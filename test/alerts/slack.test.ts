import { describe, expect, it } from "vitest";
import slack from "../../alerts/channels/slack.ts";
import { makeAlert } from "../support/alerts.ts";
import { lastJson, sendBy, testChannel, testSecret, withReceiver } from "../support/channel-tester.ts";

const path = "/services/T000/B000/T0PS3CRETPATH";
const options = (origin: string) => ({ url: testSecret(origin + path, "env SLACK_URL"), allowPrivate: true });

testChannel(slack, {
  options,
  positive: { reply: { status: 200, body: "ok" }, kind: "ok" },
  negative: [
    { name: "an empty answer", reply: { status: 200, body: "" }, kind: "retry" },
    { name: "a page", reply: { status: 200, body: "<html>ok</html>" }, kind: "retry" },
    { name: "a token that ended", reply: { status: 400, body: "invalid_token" }, kind: "bad-channel" },
    { name: "a closed channel", reply: { status: 410, body: "channel_is_archived" }, kind: "bad-channel" },
    { name: "a wrong form", reply: { status: 400, body: "invalid_payload" }, kind: "bad-message" },
  ],
  secrets: ["T0PS3CRETPATH"],
  maxBytes: 8_000,
});

describe("channel slack", () => {
  const receiver = withReceiver({ status: 200, body: "ok" });

  it("sends text without markup: nothing that a server said calls, links or becomes bold", async () => {
    await sendBy(
      slack,
      options(receiver.origin()),
      makeAlert({ title: "a <!channel> & *b*", lines: ["<https://x|y>"], url: "" }),
    );
    expect(lastJson(receiver)).toEqual({
      text: "a &lt;!channel&gt; &amp; *b*\n&lt;https://x|y&gt;",
      mrkdwn: false,
    });
  });

  it("says that it may be a repeat", async () => {
    await sendBy(slack, options(receiver.origin()), makeAlert(), { maybeRepeat: true });
    expect(JSON.stringify(lastJson(receiver))).toContain("（可能重复）");
  });
});
