import { describe, expect, it } from "vitest";
import ntfy from "../../alerts/channels/ntfy.ts";
import { makeAlert } from "../support/alerts.ts";
import { lastJson, sendBy, testChannel, testSecret, withReceiver } from "../support/channel-tester.ts";

const topic = "T0PS3CRETTOPIC";
const token = "tk_T0PS3CRETTOKEN";
const options = (origin: string) => ({
  url: testSecret(`${origin}/${topic}`, "env NTFY_URL"),
  token: testSecret(token),
  allowPrivate: true,
});
const answer = (body: object, status = 200) => ({ status, body: JSON.stringify(body) });
const taken = answer({ id: "xE73Iyuabi", time: 1_673_542_291, event: "message", topic });

testChannel(ntfy, {
  options,
  positive: { reply: taken, kind: "ok" },
  negative: [
    { name: "an empty answer", reply: { status: 200, body: "" }, kind: "retry" },
    { name: "an object without an id", reply: answer({ event: "message" }), kind: "retry" },
    { name: "another event", reply: answer({ id: "a", event: "open" }), kind: "retry" },
    { name: "a day's quota", reply: answer({ code: 42_908, http: 429, error: topic }, 429), kind: "throttled" },
    { name: "a refused token", reply: answer({ code: 40_101, http: 401, error: token }, 401), kind: "bad-channel" },
  ],
  secrets: [topic, token],
  maxBytes: 9_000,
});

describe("channel ntfy", () => {
  const receiver = withReceiver(taken);

  it("sends JSON to the root of the server, with the token", async () => {
    await sendBy(ntfy, { ...options(receiver.origin()), url: `${receiver.origin()}/under/${topic}` }, makeAlert());
    expect([receiver.last().path, receiver.last().headers.authorization]).toEqual(["/under/", `Bearer ${token}`]);
    expect(lastJson(receiver)).toEqual({
      topic,
      title: "【故障 P2】sales@example.com 收不到邮件",
      message: "原因：邮箱已满（5.0 / 5.0 GB）\n先做：删除或归档大附件\n确认：https://watch.example.com/#M-1042",
      priority: 4,
      click: "https://watch.example.com/#M-1042",
    });
  });

  it.each([
    ["P1", "opened", 5],
    ["P1", "reminder", 3],
    ["P3", "opened", 3],
    ["P4", "opened", 2],
    ["P2", "resolved", 3],
  ] as const)("is as loud for %s %s as %i", async (priority, turn, loud) => {
    await sendBy(ntfy, options(receiver.origin()), makeAlert({ priority, turn }));
    expect(lastJson(receiver)).toMatchObject({ priority: loud });
  });

  it("wants a topic", async () => {
    expect(await ntfy.verify?.({ url: "https://ntfy.sh/", allowPrivate: false })).toBe(
      "ntfy.sh names no topic; write https://host/topic",
    );
    expect(await ntfy.verify?.({ url: "https://ntfy.sh/mail-alerts", allowPrivate: false })).toBeUndefined();
  });
});
