import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createDiagnoseNow } from "../../src/engine/diagnose-now.ts";
import type { App, AppDeps } from "../../src/http/app.ts";
import { createApp } from "../../src/http/app.ts";
import { createExampleCompany } from "../support/example-company.ts";
import type { FakeBoard } from "../support/fake-board.ts";

const pageFolder = mkdtempSync(join(tmpdir(), "mailvigil-page-"));
mkdirSync(join(pageFolder, "assets"));
writeFileSync(join(pageFolder, "index.html"), "<!doctype html><title>page</title>");
writeFileSync(join(pageFolder, "assets", "main-a1b2c3.js"), "export {};");
writeFileSync(join(pageFolder, "secret.txt"), "not part of the page");
afterAll(() => rmSync(pageFolder, { recursive: true }));

let time = Date.UTC(2026, 2, 4, 1, 8);
let board: FakeBoard;
beforeEach(() => {
  board = createExampleCompany(() => time);
});

const open = (more: Partial<AppDeps> = {}): App =>
  createApp({
    board,
    diagnosis: createDiagnoseNow({
      board: { ...board, incidentOf: () => undefined },
      runNow: (probe) => board.actions.runNow(probe),
      now: () => time,
    }),
    actions: board.actions,
    health: () => ({ loopAgeMs: 12, databaseOk: true, outboxAgeMs: 0 }),
    version: "1.2.3",
    pageFolder,
    now: () => time,
    ...more,
  });

const get = async (app: App, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  app.request(path, { headers: { host: "127.0.0.1:8993", ...headers } });

const post = async (app: App, path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Response> =>
  app.request(path, {
    method: "POST",
    headers: { host: "127.0.0.1:8993", "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

const codeOf = async (response: Response): Promise<[number, unknown]> => {
  const body: unknown = await response.json();
  const error: unknown = typeof body === "object" && body !== null && "error" in body ? body.error : undefined;
  return [response.status, typeof error === "object" && error !== null && "code" in error ? error.code : undefined];
};

describe("GET /healthz", () => {
  test.each([
    [{ loopAgeMs: 12, databaseOk: true, outboxAgeMs: 0 }, 200, []],
    [{ loopAgeMs: 31_000, databaseOk: true, outboxAgeMs: 0 }, 503, ["the due queue has not moved for 31 s"]],
    [{ loopAgeMs: 0, databaseOk: false, outboxAgeMs: 0 }, 503, ["the database cannot be written"]],
    [{ loopAgeMs: 0, databaseOk: true, outboxAgeMs: 1_200_000 }, 503, ["the oldest alert has been waiting for 20 min"]],
  ])("answers %j with %i", async (health, status, bad) => {
    const response = await get(open({ health: () => health, token: "t" }), "/healthz");
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ status: bad.length === 0 ? "ok" : "bad", bad, version: "1.2.3", ...health });
  });
});

describe("GET /api/v1/overview", () => {
  test("tells what the board holds, anew after every change", async () => {
    const app = open();
    const before: unknown = await (await get(app, "/api/v1/overview")).json();
    expect(before).toMatchObject({ company: "Example Trading Co.", version: "1.2.3", sentence: { faults: 1 } });
    board.observe("example.com/dns-mx", { findings: [{ code: "mx-missing", data: { domain: "example.com" } }] });
    const after: unknown = await (await get(app, "/api/v1/overview")).json();
    expect(after).toMatchObject({ questions: [{ question: "receive", counts: { critical: 2 } }, {}, {}, {}, {}, {}] });
  });

  test("is not older than a second", async () => {
    const app = open();
    await get(app, "/api/v1/overview");
    time += 1001;
    expect(await (await get(app, "/api/v1/overview")).json()).toMatchObject({ now: time });
  });
});

describe("GET /api/v1/probes/{asset}/{check}", () => {
  test.each(["sales@example.com/imap-quota", "sales%40example.com/imap-quota", "SALES@example.com/imap-quota"])(
    "finds %s with its evidence",
    async (id) => {
      const response = await get(open(), `/api/v1/probes/${id}`);
      expect(response.status).toBe(200);
      const body = await response.text();
      expect(JSON.parse(body)).toMatchObject({
        id: "sales@example.com/imap-quota",
        from: "mailvigil.yaml:12",
        evidence: ["C: a2 GETQUOTAROOT INBOX", 'S: * QUOTA "" (STORAGE 5242880 5242880)'],
      });
      expect(body).not.toContain("geheim");
    },
  );

  test.each([
    "sales@example.com~canary@partner.example/mail-roundtrip",
    "imap.example.com:993/tls-certificate",
    "imap.example.com%3A993/tls-certificate",
  ])("finds %s", async (id) => {
    expect((await get(open(), `/api/v1/probes/${id}`)).status).toBe(200);
  });

  test.each(["nobody/imap-login", "", "%E0%A4%A/imap-login", "sales@example.com/imap-quota/run"])(
    "does not know %s",
    async (id) => {
      expect(await codeOf(await get(open(), `/api/v1/probes/${id}`))).toEqual([404, "not-found"]);
    },
  );
});

describe("POST /api/v1/probes/{asset}/{check}/run", () => {
  test("runs a probe now", async () => {
    const response = await post(open(), "/api/v1/probes/sales@example.com~canary@partner.example/mail-roundtrip/run");
    expect(response.status).toBe(202);
    expect(board.asked).toEqual(["run sales@example.com~canary@partner.example/mail-roundtrip"]);
  });

  test.each(["nobody/imap-login/run", "sales@example.com/imap-quota", "run"])("runs nothing for %s", async (path) => {
    expect(await codeOf(await post(open(), `/api/v1/probes/${path}`))).toEqual([404, "not-found"]);
    expect(board.asked).toEqual([]);
  });
});

describe("POST /api/v1/incidents/{id}/acknowledge", () => {
  test("acknowledges an open incident", async () => {
    const app = open();
    const response = await post(app, "/api/v1/incidents/1042/acknowledge", { by: "Li", minutes: 60 });
    expect(response.status).toBe(200);
    expect(board.asked).toEqual(["acknowledge 1042 Li 60"]);
    expect(await (await get(app, "/api/v1/incidents")).json()).toMatchObject({
      incidents: [{ name: "M-1042", acknowledgedBy: "Li" }, { name: "M-1038" }, { name: "M-1040" }],
    });
  });

  test.each([
    ["a resolved one", "1040", { by: "Li", minutes: 60 }, [404, "not-found"]],
    ["an unknown one", "7", { by: "Li", minutes: 60 }, [404, "not-found"]],
    ["no number", "x", { by: "Li", minutes: 60 }, [404, "not-found"]],
    ["nobody", "1042", { by: " ", minutes: 60 }, [400, "bad-request"]],
    ["a year", "1042", { by: "Li", minutes: 525_600 }, [400, "bad-request"]],
    ["no JSON", "1042", "{", [400, "bad-request"]],
    ["a long body", "1042", { by: "Li", minutes: 60, padding: "x".repeat(5000) }, [413, "too-large"]],
  ])("refuses %s", async (_what, id, body, expected) => {
    expect(await codeOf(await post(open(), `/api/v1/incidents/${id}/acknowledge`, body))).toEqual(expected);
  });
});

describe("the built page", () => {
  test("is served with its policy, asked for each time, its assets kept for ever", async () => {
    const app = open();
    const index = await get(app, "/");
    expect(await index.text()).toContain("<title>page");
    expect(index.headers.get("cache-control")).toBe("no-cache");
    expect(index.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(index.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(index.headers.get("x-content-type-options")).toBe("nosniff");
    const asset = await get(app, "/assets/main-a1b2c3.js");
    expect(asset.headers.get("cache-control")).toContain("immutable");
    expect(asset.headers.get("content-type")).toContain("text/javascript");
    const again = await get(app, "/", { "if-none-match": index.headers.get("etag") ?? "" });
    expect(again.status).toBe(304);
  });

  test.each(["/secret.txt", "/assets/../secret.txt", "/assets/%2e%2e/secret.txt", "/..%2fsecret.txt", "/api/v2"])(
    "has nothing at %s",
    async (path) => {
      expect(await codeOf(await get(open(), path))).toEqual([404, "not-found"]);
    },
  );

  test("says what to do when it is not built", async () => {
    const response = await get(open({ pageFolder: join(pageFolder, "none") }), "/");
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("npm run build");
  });
});

describe("who may ask", () => {
  test.each([
    ["127.0.0.1:8993", 200],
    ["localhost:8993", 200],
    ["[::1]:8993", 200],
    ["192.168.1.5", 200],
    ["mail-watch.example.com", 200],
    ["MAIL-WATCH.example.com:8993", 200],
    ["evil.example", 421],
    ["127.0.0.1.evil.example:8993", 421],
    ["localhost.evil.example", 421],
    ["", 421],
    ["a b", 421],
  ])("answers the name %s with %i", async (host, status) => {
    const app = open({ allowedHosts: ["mail-watch.example.com"] });
    expect((await app.request("/api/v1/overview", { headers: { host } })).status).toBe(status);
  });

  test.each([
    ["http://127.0.0.1:8993", 202],
    ["https://127.0.0.1:8993", 202],
    ["http://127.0.0.1:3000", 403],
    ["http://evil.example", 403],
    ["null", 403],
  ])("lets a page of %s run a probe: %i", async (origin, status) => {
    const response = await post(open(), "/api/v1/probes/example.com/dns-mx/run", {}, { origin });
    expect(response.status).toBe(status);
    expect(board.asked.length).toBe(status === 202 ? 1 : 0);
  });

  test.each([
    ["same-origin", 200],
    ["none", 200],
    ["same-site", 403],
    ["cross-site", 403],
  ])("lets a request marked %s read: %i", async (site, status) => {
    expect((await get(open(), "/api/v1/overview", { "sec-fetch-site": site })).status).toBe(status);
  });

  test("turns an error of ours into one shape and hides what it says", async () => {
    const errors: unknown[] = [];
    const app = open({ onError: (error) => errors.push(error) });
    board.incidents = () => {
      throw new Error("geheim");
    };
    const response = await get(app, "/api/v1/incidents");
    expect(await response.clone().text()).not.toContain("geheim");
    expect(await codeOf(response)).toEqual([500, "went-wrong"]);
    expect(errors).toHaveLength(1);
  });
});

describe("a token", () => {
  const token = "correct horse battery staple".replaceAll(" ", "-");

  test.each(["/", "/metrics", "/api/v1/overview", "/api/v1/events", "/api/v1/incidents", "/assets/main-a1b2c3.js"])(
    "is asked for at %s",
    async (path) => {
      expect((await get(open({ token }), path)).status).toBe(401);
    },
  );

  test.each([
    [`Bearer ${token}`, 200],
    [`bearer ${token}`, 200],
    [`Bearer ${token}x`, 401],
    [`Basic ${token}`, 401],
    ["Bearer ", 401],
  ])("as %s is answered with %i", async (authorization, status) => {
    expect((await get(open({ token }), "/api/v1/overview", { authorization })).status).toBe(status);
  });

  const signIn = async (app: App, offered: string, headers: Record<string, string> = {}): Promise<Response> =>
    app.request("/", {
      method: "POST",
      headers: { host: "127.0.0.1:8993", "content-type": "application/x-www-form-urlencoded", ...headers },
      body: new URLSearchParams({ token: offered }).toString(),
    });

  test("makes a cookie that no script reads and that does not hold it", async () => {
    const app = open({ token });
    const response = await signIn(app, token, { origin: "http://127.0.0.1:8993" });
    expect(response.status).toBe(303);
    const cookie = response.headers.get("set-cookie") ?? "";
    expect(cookie).toContain("HttpOnly");
    expect(cookie).toContain("SameSite=Strict");
    expect(cookie).not.toContain(token);
    const value = cookie.split(";")[0] ?? "";
    expect((await get(app, "/api/v1/overview", { cookie: value })).status).toBe(200);
    expect((await get(app, "/api/v1/overview", { cookie: `${value}x` })).status).toBe(401);
  });

  test("that is wrong shows the form again, in the browser's language, and after 20 tries none is looked at for a minute", async () => {
    const app = open({ token });
    const wrong = await signIn(app, "no", { "accept-language": "zh-CN,zh;q=0.9" });
    expect(wrong.status).toBe(401);
    expect(await wrong.text()).toContain("令牌不正确。");
    for (let tries = 0; tries < 20; tries += 1) await signIn(app, "no");
    expect((await signIn(app, token)).status).toBe(429);
    time += 61_000;
    expect((await signIn(app, token)).status).toBe(303);
  });

  test("is not taken from a form on another page", async () => {
    expect((await signIn(open({ token }), token, { origin: "http://evil.example" })).status).toBe(403);
  });
});
