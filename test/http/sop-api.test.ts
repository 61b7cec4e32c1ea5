import { expect, test } from "vitest";
import { z } from "zod";
import { createSopApi } from "../../src/http/sop-api.ts";
import { exampleSops } from "../support/example-sops.ts";
import { createMemoryProcedures } from "../support/memory-procedures.ts";

const now = Date.UTC(2026, 10, 22, 8);

const step = z.looseObject({ id: z.string(), noted: z.unknown() });
const anyBody = z.looseObject({
  name: z.string().optional(),
  state: z.string().optional(),
  begunBy: z.string().optional(),
  drill: z.boolean().optional(),
  steps: z.array(step).default([]),
  entries: z.array(z.unknown()).default([]),
  sops: z.array(z.unknown()).default([]),
  runs: z.array(z.looseObject({ name: z.string() })).default([]),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

function api() {
  const procedures = createMemoryProcedures(exampleSops, () => now);
  const app = createSopApi(procedures);
  const ask = async (method: "GET" | "POST", path: string, body?: unknown, language = "en") => {
    const response = await app.request(path, {
      method,
      headers: { "accept-language": language, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, cache: response.headers.get("cache-control"), body: anyBody.parse(await response.json()) };
  };
  return {
    procedures,
    get: (path: string) => ask("GET", path),
    post: (path: string, body?: unknown, language?: string) => ask("POST", path, body, language),
  };
}

test("GET / lists the SOPs without their steps' texts", async () => {
  const { get } = api();
  const { status, cache, body } = await get("/");
  expect([status, cache]).toEqual([200, "no-store"]);
  expect(body.sops[0]).toEqual({
    name: "mail-down",
    title: exampleSops[0]?.title,
    summary: exampleSops[0]?.summary,
    priority: "P1",
    steps: exampleSops[0]?.steps.length,
    hash: exampleSops[0]?.hash,
  });
});

test("a run is begun, ticked, noted and read by its name or number; telephone numbers are in no answer", async () => {
  const { get, post } = api();
  const begun = await post("/mail-down/start", { by: " 李工 " });
  expect([begun.status, begun.body.name, begun.body.state, begun.body.begunBy, begun.body.drill]).toEqual([
    201,
    "S-1",
    "active",
    "李工",
    false,
  ]);
  const ticked = await post("/runs/S-1/done", { by: "王工", step: "confirm" });
  expect(ticked.status).toBe(200);
  expect(ticked.body.steps.find(({ id }) => id === "confirm")).toMatchObject({
    state: "done",
    by: "王工",
    noted: {},
  });
  await post("/runs/1/done", { by: "王工", step: "vendor", input: { ticket: "4711", other: "x" } });
  await post("/runs/s-1/note", { by: "王工", text: "they look" });
  const read = await get("/runs/S-1");
  expect(read.body.steps.find(({ id }) => id === "vendor")?.noted).toEqual({ ticket: "4711" });
  expect(read.body.entries.at(-1)).toEqual({ at: now, actor: "王工", kind: "note", step: null, data: { text: "they look" } });
  expect((await get("/runs")).body.runs.map(({ name }) => name)).toEqual(["S-1"]);
  expect(JSON.stringify([read.body, (await get("/runs")).body, (await get("/")).body])).not.toMatch(/138 0000|139-0000/);
});

test("a drill is begun as one", async () => {
  const { post } = api();
  expect((await post("/mail-down/start", { by: "Li", drill: true })).body).toMatchObject({ drill: true, incident: null });
});

test.each([
  ["/mail-down/start", undefined, 400, 'Send JSON like { "by": "Li", "drill": false }'],
  ["/mail-down/start", { by: "" }, 400, "by 1 to 60 characters"],
  ["/mail-down/start", { by: "x".repeat(61) }, 400, "by 1 to 60 characters"],
  ["/mail-down/start", { by: "Li", dril: true }, 400, "Send JSON like"],
  ["/mail-up/start", { by: "Li" }, 404, "GET /api/v1/sops lists them"],
  ["/runs/S-9/done", { by: "Li", step: "confirm" }, 404, "GET /api/v1/sops/runs lists them"],
  ["/runs/M-1/done", { by: "Li", step: "confirm" }, 404, "GET /api/v1/sops/runs lists them"],
  ["/runs/99999999999999999/done", { by: "Li", step: "confirm" }, 404, "GET /api/v1/sops/runs lists them"],
  ["/runs/S-1/finish", { by: "Li" }, 404, "there are begin, done, skip"],
  ["/runs/S-1/done", "no json", 400, 'Send JSON like { "by": "Li", "step": "vendor"'],
  ["/runs/S-1/done", [], 400, "Send JSON like"],
  ["/runs/S-1/done", { by: "Li", step: "../confirm" }, 400, "Send JSON like"],
  ["/runs/S-1/done", { by: "Li", step: "confirm", input: { a: 1 } }, 400, "Send JSON like"],
  ["/runs/S-1/done", { kind: "close", by: "Li", step: "confirm" }, 200, ""],
  ["/runs/S-1/skip", { by: "Li", step: "confirm" }, 400, '"reason": "no contract"'],
  ["/runs/S-1/note", { by: "Li", text: "x".repeat(501) }, 400, "Send JSON like"],
  ["/runs/S-1/done", `{"by":"Li","step":"${"x".repeat(17_000)}"}`, 413, "Send less than 16 KiB"],
])("POST %s with %j is %i and says what to send instead", async (path, body, status, words) => {
  const { post } = api();
  await post("/mail-down/start", { by: "Li" });
  const answer = await post(path, body);
  expect([answer.status, answer.body.error?.message ?? ""]).toEqual([status, expect.stringContaining(words)]);
});

test("what is refused is 409, with the reason in the language that is asked for", async () => {
  const { post } = api();
  await post("/mail-down/start", { by: "Li" });
  const twice = await post("/mail-down/start", { by: "Wang" }, "zh-CN,zh;q=0.9");
  expect([twice.status, twice.body.error]).toEqual([
    409,
    { code: "refused", message: "该预案的 S-1 正在进行：请继续执行，或先结束它" },
  ]);
  const early = await post("/runs/S-1/close", { by: "Li" });
  expect([early.status, early.body.error?.code]).toEqual([409, "refused"]);
});
