import { expect, onTestFinished, test, vi } from "vitest";
import { startDaemon } from "../../src/daemon.ts";
import type { Secret } from "../../src/model/secret.ts";
import { checkOf, namedProbe, planOf, recordingChannel } from "../support/plan.ts";

const token: Secret = { source: "test", reveal: () => Promise.resolve("page-token"), toJSON: () => "[secret]" };

test("GET /api/v1/incidents/{id}/evidence is the pack as a download, behind the guard, while the daemon goes on", async () => {
  const check = checkOf("imap-login", (ctx) => {
    ctx.note("S: go away, page-token");
    return { findings: [{ code: "down", data: { what: "sales@example.com is down" } }] };
  });
  const plan = planOf([namedProbe(check, "sales@example.com")]);
  const { channel } = recordingChannel();
  const daemon = await startDaemon({
    plan: { ...plan, settings: { ...plan.settings, http: { ...plan.settings.http, token } } },
    checks: new Map([[check.id, check]]),
    channels: new Map([["recording", channel]]),
    mask: (line) => line.replaceAll("page-token", "[secret]"),
    demonstration: true,
    data: ":memory:",
    log: () => undefined,
    onBug: (error) => {
      throw error;
    },
  });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  const get = (path: string, headers: Record<string, string> = { authorization: "Bearer page-token" }): Promise<Response> =>
    fetch(`${daemon.url}/api/v1/incidents/${path}`, { headers });
  await vi.waitFor(() => expect(daemon.board.incidents()).toHaveLength(1), { timeout: 8000, interval: 20 });

  const response = await get("1/evidence");
  const pack = await response.text();
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/markdown; charset=utf-8"]);
  expect(response.headers.get("content-disposition")).toBe('attachment; filename="M-1.md"');
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(pack).toMatch(/^# M-1 · Evidence for the provider's support · 提供给服务商客服的证据\n/);
  expect(pack).toContain("**A demonstration: nothing of this is real · 演示数据，并非真实故障**");
  expect(pack).toContain("**sales@example.com is down.**");
  expect(pack).toContain("S: go away, [secret]\n");
  expect(pack).not.toContain("page-token");
  expect(await (await get("M-1/evidence")).text()).toContain("# M-1 · ");

  for (const path of ["2/evidence", "x/evidence", "-1/evidence", "1e3/evidence", "99999999999999999/evidence", "%00/evidence"]) {
    expect((await get(path)).status, path).toBe(404);
  }
  expect((await get("1/evidence", {})).status).toBe(401);
  expect((await get("1/evidence", { authorization: "Bearer page-token", "sec-fetch-site": "cross-site" })).status).toBe(403);
});
