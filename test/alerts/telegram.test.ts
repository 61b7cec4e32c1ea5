import { describe, expect, it } from "vitest";
import telegram from "../../alerts/channels/telegram.ts";
import { makeAlert } from "../support/alerts.ts";
import { lastJson, sendBy, testChannel, testSecret, withReceiver } from "../support/channel-tester.ts";

const token = "123456789:T0PS3CRET-abcdefghijklmnopqrstuvwx";
const options = (origin: string) => ({ token: testSecret(token, "env BOT"), chat: "-1001", server: origin, allowPrivate: true });
const answer = (body: object, status = 200) => ({ status, body: JSON.stringify(body) });
const refusal = (code: number, description: string, parameters?: object) =>
  answer({ ok: false, error_code: code, description, parameters }, code);

testChannel(telegram, {
  options,
  positive: { reply: answer({ ok: true, result: { message_id: 1 } }), kind: "ok" },
  negative: [
    { name: "an empty answer", reply: { status: 200, body: "" }, kind: "retry" },
    { name: "ok as a text", reply: answer({ ok: "true" }), kind: "retry" },
    { name: "a refusal with status 200", reply: answer({ ok: false, error_code: 403, description: "x" }), kind: "bad-channel" },
    { name: "no such bot", reply: refusal(401, "Unauthorized"), kind: "bad-channel" },
    { name: "a bot that was blocked", reply: refusal(403, "Forbidden: bot was blocked by the user"), kind: "bad-channel" },
    { name: "no such chat", reply: refusal(400, "Bad Request: chat not found"), kind: "bad-channel" },
    { name: "a wrong form", reply: refusal(400, "Bad Request: message text is empty"), kind: "bad-message" },
    { name: "a busy service", reply: refusal(502, "Bad Gateway"), kind: "retry" },
  ],
  secrets: [token, "T0PS3CRET"],
  maxBytes: 16_000,
});

describe("channel telegram", () => {
  const receiver = withReceiver(answer({ ok: true }));

  it("sends plain text to the chat, by a path that holds the token", async () => {
    await sendBy(telegram, { ...options(receiver.origin()), server: `${receiver.origin()}/api/` }, makeAlert());
    expect(receiver.last().path).toBe(`/api/bot${token}/sendMessage`);
    expect(lastJson(receiver)).toEqual({
      chat_id: "-1001",
      text: "【故障 P2】sales@example.com 收不到邮件\n原因：邮箱已满（5.0 / 5.0 GB）\n先做：删除或归档大附件\n确认：https://watch.example.com/#M-1042",
      link_preview_options: { is_disabled: true },
    });
  });

  it("waits as long as it is told", async () => {
    receiver.replyWith(refusal(429, "Too Many Requests: retry after 17", { retry_after: 17 }));
    expect(await sendBy(telegram, options(receiver.origin()), makeAlert())).toMatchObject({
      kind: "throttled",
      retryAfterMs: 17_000,
    });
  });

  it("follows a group to its new number, once", async () => {
    const before = receiver.count();
    receiver.replyWith(refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", { migrate_to_chat_id: -1_002 }));
    expect(await sendBy(telegram, options(receiver.origin()), makeAlert())).toMatchObject({ kind: "bad-channel" });
    expect(receiver.count() - before).toBe(2);
    expect(lastJson(receiver)).toMatchObject({ chat_id: -1_002 });
  });

  it("says of a secret that it is no token without showing it", async () => {
    const result = await sendBy(
      telegram,
      { ...options(receiver.origin()), token: testSecret("hunter2", "env BOT") },
      makeAlert(),
    );
    expect(result).toEqual({ kind: "bad-channel", reason: "The secret in env BOT is no token of a bot" });
  });
});
