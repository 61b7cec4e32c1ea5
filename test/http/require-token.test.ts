import { createServer, request, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { getRequestListener } from "@hono/node-server";
import fc from "fast-check";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGuard } from "../../src/http/guard.ts";
import { ownPath, requireToken } from "../../src/http/require-token.ts";

const token = "correct-horse-battery-staple";
const address = "127.0.141.1";
let port = 0;
let time = 0;

// A page that takes forms of its own, behind a second limit, as those of SOPs do.
const app = new Hono();
requireToken(app, createGuard(token), () => time);
app.post("/sop/:name", bodyLimit({ maxSize: 8192, onError: (c) => c.text("too large", 413) }), async (c) =>
  c.text(`done ${await c.req.text()}`),
);
app.get("*", (c) => c.text(`page ${c.req.path}`));
const server = createServer(getRequestListener(app.fetch));

beforeAll(async () => {
  server.listen(0, address);
  await once(server, "listening");
  const at = server.address();
  port = typeof at === "object" && at !== null ? at.port : 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly cookie: string;
  readonly body: string;
}

/** Sends the path as it stands, which `fetch` would not do. */
async function send(
  method: string,
  path: string,
  {
    form,
    headers = {},
    chunked = false,
  }: { form?: Record<string, string>; headers?: Record<string, string>; chunked?: boolean } = {},
): Promise<Answer> {
  const body = form === undefined ? "" : new URLSearchParams(form).toString();
  const type: Record<string, string> = form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
  const asked = request({ host: address, port, method, path, agent: false, headers: { ...type, ...headers } });
  if (chunked) asked.flushHeaders();
  asked.end(body);
  const answered = new Promise<IncomingMessage>((resolve, reject) => asked.on("response", resolve).on("error", reject));
  const response = await answered;
  let text = "";
  for await (const part of response) text += String(part);
  return {
    status: response.statusCode ?? 0,
    location: response.headers.location,
    cookie: (response.headers["set-cookie"]?.[0] ?? "").split(";")[0] ?? "",
    body: text,
  };
}

describe("requireToken", () => {
  test.each(["/", "/sop/S-3", "/report/2026-10?lang=zh-CN", "/status", "/a/page?with=query&and=more", "/sop/%E9%82%AE%E4%BB%B6"])(
    "asks for it at %s and goes back there",
    async (path) => {
      const shown = await send("GET", path);
      expect(shown.status).toBe(401);
      // The form has no action: it is sent to where it stands.
      expect(shown.body).toContain('<form method="post">');
      const wrong = await send("POST", path, { form: { token: "wrong" } });
      expect([wrong.status, wrong.cookie]).toEqual([401, ""]);
      const back = await send("POST", path, { form: { token } });
      expect([back.status, back.location]).toEqual([303, path]);
      expect((await send("GET", path, { headers: { cookie: back.cookie } })).body).toMatch(/^page /);
      time += 61_000;
    },
  );

  test("speaks the language that the address asks for", async () => {
    expect((await send("GET", "/sop/S-3?lang=zh-CN")).body).toContain("登录 Mailvigil");
    expect((await send("GET", "/sop/S-3", { headers: { "accept-language": "zh-CN" } })).body).toContain("登录 Mailvigil");
    expect((await send("GET", "/sop/S-3")).body).toContain("Sign in to Mailvigil");
  });

  test.each(["/api/v1/sops", "/assets/main.js", "/metrics"])("tells programs at %s in JSON", async (path) => {
    const answer = await send("GET", path);
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([401, { error: { code: "unauthorized" } }]);
    expect((await send("POST", path, { form: { token } })).status).toBe(401);
  });

  test("does not do what a page's own form asks for before somebody is signed in", async () => {
    const unsigned = await send("POST", "/sop/S-3", { form: { do: "close" } });
    expect(unsigned.status).toBe(401);
    expect(unsigned.body).toContain("Sign in to Mailvigil");
    const { cookie } = await send("POST", "/sop/S-3", { form: { token } });
    for (const chunked of [false, true]) {
      const done = await send("POST", "/sop/S-3", { form: { do: "close" }, headers: { cookie }, chunked });
      expect([done.status, done.body]).toEqual([200, "done do=close"]);
    }
  });

  test.each([false, true])("reads no more than 8 KiB (chunked: %s)", async (chunked) => {
    const { status } = await send("POST", "/sop/S-3", { form: { token: "x".repeat(9000) }, chunked });
    expect(status).toBe(413);
  });

  test("looks at no token any more after 20 wrong ones in a minute, at whatever page", async () => {
    time += 61_000;
    for (let tries = 0; tries < 21; tries += 1) await send("POST", `/sop/S-${tries}`, { form: { token: "no" } });
    expect((await send("POST", "/sop/S-3", { form: { token } })).status).toBe(429);
    time += 61_000;
    expect((await send("POST", "/sop/S-3", { form: { token } })).status).toBe(303);
  });

  const evil = [
    "//evil.example",
    "/\\evil.example",
    "///evil.example/x",
    "/.//evil.example",
    "/a/..//evil.example",
    "/%2e//evil.example",
  ];

  test.each([...evil, "http://evil.example/x", "http://evil.example//other.example/x"])(
    "never leads away: POST %s",
    async (path) => {
      const { status, location } = await send("POST", path, { form: { token } });
      const there = location === undefined ? undefined : new URL(location, "http://watch.example");
      expect([status, there?.origin ?? "http://watch.example"]).toEqual([
        location === undefined ? 400 : 303,
        "http://watch.example",
      ]);
    },
  );
});

describe("ownPath", () => {
  test("is a path of this server, whatever the address is", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "/",
        "//",
        "\\",
        ".",
        "..",
        "%2f",
        "%5c",
        "%2e",
        "@",
        ":",
        "?",
        "#",
        "\t",
        "\n",
        "http:",
        "javascript:",
        "evil.example",
      ),
      fc.string({ maxLength: 6, unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const asked = `http://127.0.0.1:8993/${pieces.join("")}`;
        const path = ownPath(asked);
        expect(path).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
        const there = new URL(path, "http://127.0.0.1:8993/sop/S-3");
        expect(there.origin).toBe("http://127.0.0.1:8993");
        // Nothing else but the slashes in front is changed.
        expect(there.search).toBe(new URL(asked).search);
      }),
      { numRuns: 2000 },
    );
  });
});
