import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { judgeAnswer } from "../../alerts/http-answer.ts";
import { channelReason } from "../../src/i18n/channel-reasons.ts";
import type { PostOutcome } from "../../src/net/post.ts";

const answered = (status: number, location = ""): PostOutcome => ({
  kind: "answer",
  status,
  retryAfter: "",
  location,
  body: "",
  complete: true,
});
const failed = (reason: string): PostOutcome => ({ kind: "failed", reason, sent: false });
const refused = (reason: string): PostOutcome => ({ kind: "refused", reason });

describe("channelReason()", () => {
  it.each<[PostOutcome, string]>([
    [answered(410), "hook.example:8080 返回 410"],
    [answered(503), "hook.example:8080 返回 503"],
    [answered(302, "https://new.example/x"), "hook.example:8080 返回 302，重定向到 new.example；请写最终地址"],
    [answered(302), "hook.example:8080 返回 302（重定向）；请写最终地址"],
    [failed("connect 127.0.0.9:80: connection refused (ECONNREFUSED)"), "无法连接 hook.example:8080：连接被拒绝"],
    [failed("connect 127.0.0.9:80: nothing for 5 s"), "无法连接 hook.example:8080：超时"],
    [failed("No answer within 15 s"), "无法连接 hook.example:8080：超时"],
    [failed("The connection was reset (ECONNRESET)"), "hook.example:8080 断开了连接"],
    [
      refused("Nothing is posted to 10.0.0.1: it is private; write allow_private: true if the receiver is inside"),
      "不向内网地址 10.0.0.1 推送；接收端在内网时请写 allow_private: true",
    ],
  ])("says what a POST came to in Chinese: %o", (outcome, zh) => {
    const result = judgeAnswer(outcome, "hook.example:8080", 0, () => ({ kind: "ok" }));
    expect("reason" in result && channelReason(result.reason)).toMatchObject({ zh });
  });

  it.each([
    [
      "The secret in env HOOK_KEY is not whsec_ and 24 to 64 bytes of base64",
      "env HOOK_KEY 中的密钥不是 whsec_ 加 24 至 64 字节的 base64",
    ],
    ["the address in env HOOK answered 410", "env HOOK 中的地址返回 410"],
    ["the address in env HOOK: connect 127.0.0.9:80: refused (ECONNREFUSED)", "无法连接 env HOOK 中的地址：连接被拒绝"],
    ["smtp.example: The login was refused: 535 5.7.8", "smtp.example：登录被拒绝：535 5.7.8"],
    ["something new", "something new"],
  ])("says %s as %s, and in English as it is", (reason, zh) => {
    expect(channelReason(reason)).toEqual({ en: reason, zh });
  });

  it("knows in Chinese whatever a chat service's code is said to mean", () => {
    const folder = new URL("../../alerts/channels/", import.meta.url);
    const sources = [...readdirSync(folder).map((file) => new URL(file, folder)), new URL("../json-exchange.ts", folder)];
    const meanings = sources.flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/\bwhy(?::| \?\?) "([^"]+)"/g)].map(([, why]) => why ?? ""),
    );
    expect(meanings.length).toBeGreaterThan(20);
    for (const why of meanings)
      expect(channelReason(`robot.example answered -1: ${why}`).zh).toMatch(/^robot\.example 返回 -1：[^a-z]*(Webhook)?[^a-z]*$/);
  });
});
