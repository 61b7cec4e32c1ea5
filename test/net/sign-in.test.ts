import http from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { tokenFor } from "../../src/net/oauth-token.ts";
import { signInByDevice } from "../../src/net/sign-in-device.ts";
import { signInByLoopback } from "../../src/net/sign-in-loopback.ts";
import {
  endpointOf,
  scopeOf,
  type SignedIn,
  type SignInClient,
  type SignInFailure,
  type SignInWorld,
} from "../../src/net/sign-in.ts";
import { authority, secretOf } from "../support/mail-world.ts";
import { clientSecret, refusal, startTokenServer, type TokenServer } from "../support/token-server.ts";
import { createZone } from "../support/zone.ts";

const host = "login.own.test";
const user = "sales@own.test";
const start = Date.UTC(2026, 10, 22, 12);
let server: TokenServer;
let certificate: { readonly chainPem: string; readonly keyPem: string };
let now = start;
let slept: number[];
let ending: AbortController;
let world: SignInWorld;
let client: SignInClient;

beforeAll(async () => {
  certificate = await (await authority()).issue({ names: [host] });
  server = await startTokenServer({ certificate });
});
afterAll(() => server.close());
beforeEach(async () => {
  now = start;
  slept = [];
  ending = new AbortController();
  world = {
    ask: createZone({ [host]: { A: ["127.0.0.1"] } }).ask,
    authorities: [(await authority()).certPem],
    now: () => now,
    sleep: (ms) => {
      slept.push(ms);
      now += ms;
      return Promise.resolve();
    },
    signal: ending.signal,
  };
  client = at(server);
});

const at = ({ port }: TokenServer): SignInClient => ({
  provider: "microsoft365",
  clientId: "public1",
  tenant: "own.test",
  tokenUrl: `https://${host}:${port}/own.test/token`,
  address: user,
});

const pending = refusal(400, "authorization_pending", "AADSTS70016: The user must input their code.");
const scope = scopeOf("microsoft365");

async function byDevice(using: TokenServer = server): Promise<SignedIn | SignInFailure> {
  return signInByDevice(at(using), scope, world, () => {});
}

describe("signInByDevice()", () => {
  test("shows what to open and enter, waits, and gets a refresh token that gets tokens", async () => {
    const own = await startTokenServer({ certificate });
    const shown: unknown[] = [];
    const codes = { device_code: "d".repeat(40), user_code: "A\u202eB", verification_uri: "https://x.test/y", expires_in: 900 };
    own.answer({ status: 200, body: codes }, pending, pending);
    own.signIn({ user });
    const first = await signInByDevice(at(own), scope, world, (code) => shown.push(code));
    expect(first, "the made-up code is none of the server's").toMatchObject({ code: "token-refused" });
    expect(slept, "RFC 8628 section 3.2: 5 s where the server names none").toEqual([5000, 5000, 5000]);
    expect(shown).toEqual([{ address: "https://x.test/y", userCode: "A\\u202eB", until: start + 900_000 }]);

    const found = await byDevice(own);
    expect(found).toMatchObject({ account: user, refreshToken: expect.stringMatching(/^1\/\//) });
    expect(own.requests.at(-2)?.form).toEqual({ client_id: "public1", scope });
    expect(scope).toBe(
      "openid profile email offline_access https://outlook.office365.com/IMAP.AccessAsUser.All https://outlook.office365.com/POP.AccessAsUser.All https://outlook.office365.com/SMTP.Send",
    );
    const refreshToken = "refreshToken" in found ? found.refreshToken : "";
    const oauth = { name: user, kind: "microsoft365-user", clientId: "public1", tenant: "own.test" } as const;
    const common = { tokenUrl: at(own).tokenUrl ?? "", hide: () => {}, unhide: () => {} };
    expect(await tokenFor({ ...oauth, ...common, secret: secretOf(refreshToken) }, user, world)).toEqual({
      token: own.given.at(-1),
    });
    expect(own.requests.at(-1)?.form).toEqual({
      grant_type: "refresh_token",
      client_id: "public1",
      refresh_token: refreshToken,
      scope: expect.stringMatching(/^https:\/\/outlook\.office365\.com\/IMAP\.AccessAsUser\.All .* offline_access$/),
    });
    await own.close();
  });

  test("asks five seconds later each time it is told to slow down, and half as often where nobody answers", async () => {
    const own = await startTokenServer({ certificate });
    const codes = {
      device_code: "d".repeat(40),
      user_code: "A",
      verification_uri: "https://x.test/y",
      expires_in: 900,
      interval: 2,
    };
    const slow = refusal(400, "slow_down", "");
    own.answer(
      { status: 200, body: codes },
      pending,
      slow,
      slow,
      { status: 503, body: "busy" },
      { status: 429, body: "" },
      pending,
    );
    await byDevice(own);
    expect(slept).toEqual([2000, 2000, 7000, 12_000, 24_000, 48_000, 48_000]);
    await own.close();
  });

  test.each([
    [900, 900_000],
    [86_400, 1_800_000],
  ])("gives up after the %i s of the code, and never waits longer than half an hour", async (expires, ms) => {
    const own = await startTokenServer({ certificate, device: { expires_in: expires, interval: 50 } });
    expect(await byDevice(own)).toEqual({ code: "expired", reason: "" });
    expect(now - start).toBe(ms);
    expect(own.requests.length).toBe(Math.ceil(ms / 50_000));
    await own.close();
  });

  test("ends with the person", async () => {
    const until = { ...world, sleep: () => Promise.resolve(ending.abort()) };
    expect(await signInByDevice(client, scope, until, () => {})).toEqual({ code: "interrupted", reason: "" });
  });

  test.each<[string, number, string, string, string]>([
    ["the person says no, as Microsoft puts it", 400, "authorization_declined", "AADSTS70000", "denied"],
    ["the person says no, as RFC 8628 puts it", 400, "access_denied", "", "denied"],
    ["the code has ended", 400, "expired_token", "AADSTS70020: expired", "expired"],
    [
      "an administrator must agree",
      400,
      "access_denied",
      "AADSTS90094: The grant requires administrator permission.",
      "consent-missing",
    ],
    ["nobody has agreed", 400, "invalid_grant", "AADSTS65001: The user or administrator has not consented", "consent-missing"],
    ["conditional access forbids it", 400, "access_denied", "AADSTS53003: Access has been blocked", "token-blocked"],
    [
      "the registration wants a secret",
      401,
      "invalid_client",
      "AADSTS7000218: The request body must contain",
      "public-client-off",
    ],
    ["the secret is wrong", 401, "invalid_client", "AADSTS7000215: Invalid client secret provided.", "secret-wrong"],
    [
      "the application is for one organisation",
      400,
      "invalid_request",
      "AADSTS50194: Application is not configured",
      "redirect-unknown",
    ],
    ["there is no such tenant", 400, "invalid_request", "AADSTS90002: Tenant not found.", "tenant-unknown"],
    ["nobody knows why", 400, "odd", "", "token-refused"],
  ])("says so where %s", async (_, status, error, description, code) => {
    const codes = { device_code: "d".repeat(40), user_code: "A", verification_uri: "https://x.test/y", expires_in: 900 };
    server.answer({ status: 200, body: codes }, refusal(status, error, description));
    const found = await byDevice();
    expect(found).toMatchObject({ code });
    expect(JSON.stringify(found)).toContain(description.split(":")[0]);
  });

  test.each<[string, object | string, string]>([
    ["an application that is not known", refusal(400, "unauthorized_client", "AADSTS700016: not found").body, "app-unknown"],
    ["an answer that is none", "<html>", "token-refused"],
    [
      "an address that is none",
      { device_code: "d", user_code: "A", verification_uri: "javascript:1", expires_in: 9 },
      "token-refused",
    ],
    [
      "a code of no length of time",
      { device_code: "d", user_code: "A", verification_uri: "https://x.test", expires_in: 0 },
      "token-refused",
    ],
  ])("begins nothing with %s", async (_, body, code) => {
    server.answer({ status: code === "app-unknown" ? 400 : 200, body });
    expect(await byDevice()).toMatchObject({ code });
    expect(slept).toEqual([]);
  });

  test("names a server that cannot be reached", async () => {
    const gone = { ...client, tokenUrl: `https://${host}:9/token` };
    expect(await signInByDevice(gone, scope, world, () => {})).toMatchObject({ code: "token-server-unreachable" });
  });

  test.each<[string, object, string]>([
    [
      "without the right to read mail",
      { refresh_token: "r", scope: "openid profile email https://outlook.office365.com/SMTP.Send" },
      "scope-missing",
    ],
    ["for an hour only", { scope: "https://outlook.office365.com/IMAP.AccessAsUser.All" }, "no-refresh-token"],
    ["that says nothing of rights", { refresh_token: "r" }, "signed in"],
  ])("tells a sign-in %s", async (_, more, code) => {
    const codes = { device_code: "d".repeat(40), user_code: "A", verification_uri: "https://x.test/y", expires_in: 900 };
    server.answer({ status: 200, body: codes }, { status: 200, body: { access_token: "t", expires_in: 3600, ...more } });
    const found = await byDevice();
    expect("code" in found ? found.code : "signed in").toBe(code);
  });

  test.each([
    undefined,
    "",
    "x",
    "a.b.c",
    "e30.bnVsbA.e30",
    "e30.e30.e30",
    `e30.${Buffer.from('{"email":5}').toString("base64url")}.e30`,
  ])("knows nobody by the ID token %j", async (id_token) => {
    const codes = { device_code: "d".repeat(40), user_code: "A", verification_uri: "https://x.test/y", expires_in: 900 };
    server.answer({ status: 200, body: codes }, { status: 200, body: { access_token: "t", refresh_token: "r", id_token } });
    expect(await byDevice()).toEqual({ refreshToken: "r", account: undefined });
  });
});

describe("signInByLoopback()", () => {
  const pages = { done: "<p>done", denied: "<p>denied", refused: "<p>refused" };
  const google = (): SignInClient => ({ ...client, provider: "google", clientId: "client1", clientSecret });
  /** Nobody comes: it waits as long as the test. */
  const patient = (): SignInWorld => ({
    ...world,
    sleep: (_, signal) => new Promise((done) => signal.addEventListener("abort", () => done())),
  });

  /** The flow, with what a browser does once it has the address. */
  async function flow(
    browse: (url: string, port: number) => Promise<void>,
    who: SignInClient = google(),
  ): Promise<SignedIn | SignInFailure> {
    let browsing: Promise<void> = Promise.resolve();
    const found = await signInByLoopback(who, scopeOf(who.provider), patient(), {
      show: (url, port) => void (browsing = browse(url, port)),
      pages,
    });
    await browsing;
    return found;
  }
  const get = (
    url: string,
    headers: Record<string, string> = {},
    method = "GET",
  ): Promise<{ status: number; body: string; headers: http.IncomingHttpHeaders }> =>
    new Promise((resolve, reject) => {
      const target = new URL(url.replace("localhost", "127.0.0.1"));
      const request = http.request({
        host: target.hostname,
        port: target.port,
        path: target.pathname + target.search,
        method,
        headers: { host: target.host, ...headers },
      });
      request.on("error", reject).on("response", (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (part: string) => (body += part));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
      });
      request.end();
    });

  test.each(["google", "microsoft365", "microsoft365-china"] as const)(
    "signs in at %s, with a proof of its own",
    async (provider) => {
      const who = provider === "google" ? google() : { ...client, provider };
      const came: string[] = [];
      const found = await flow(async (url) => {
        const asked = new URL(url).searchParams;
        expect([asked.get("code_challenge_method"), asked.get("login_hint")]).toEqual(["S256", user]);
        expect(asked.get("scope")).toBe(
          provider === "google"
            ? "openid email https://mail.google.com/"
            : scope.replaceAll(
                "outlook.office365.com",
                provider === "microsoft365" ? "outlook.office365.com" : "partner.outlook.cn",
              ),
        );
        expect([asked.get("access_type"), asked.get("prompt")]).toEqual(
          provider === "google" ? ["offline", "consent"] : [null, null],
        );
        const back = server.authorize(url, { user });
        expect(back).toMatch(provider === "google" ? /^http:\/\/127\.0\.0\.1:\d+\/\?/ : /^http:\/\/localhost:\d+\/\?/);
        const { status, body, headers } = await get(back);
        expect([status, body, headers["referrer-policy"], headers["cache-control"]]).toEqual([
          200,
          pages.done,
          "no-referrer",
          "no-store",
        ]);
        expect(headers["content-security-policy"]).toContain("default-src 'none'");
        const again = await get(back).then(
          (answer) => answer.status,
          () => 404,
        );
        expect(again, "it is good once").toBe(404);
        came.push(back);
      }, who);
      expect(found).toMatchObject({ account: user, refreshToken: expect.stringMatching(/^1\/\//) });
      const { form } = server.requests.at(-1) ?? {};
      expect(form).toMatchObject({ grant_type: "authorization_code", code_verifier: expect.stringMatching(/^[\w-]{64}$/) });
      expect(form?.["client_secret"]).toBe(provider === "google" ? clientSecret : undefined);
    },
  );

  test("lets nothing else in, and goes on waiting for the right one", async () => {
    const found = await flow(async (url, port) => {
      const back = server.authorize(url, { user });
      const query = new URL(back).searchParams;
      const refused: readonly (readonly [url: string, headers?: Record<string, string>, method?: string])[] = [
        [back.replace(/state=[^&]+/, "state=other")],
        [back.replace(/state=[^&]+&?/, "")],
        [back.replace("state=", "state=x&state=")],
        [`http://127.0.0.1:${port}/?code=abc`],
        [`http://127.0.0.1:${port}/?state=${query.get("state")}`],
        [`http://127.0.0.1:${port}/?state=${query.get("state")}&code=a%00b`],
        [`http://127.0.0.1:${port}/favicon.ico`],
        [back.replace("/?", "/other?")],
        [back, { host: "evil.example" }],
        [back, { host: `evil.example:${port}` }],
        [back, {}, "POST"],
        [back, {}, "OPTIONS"],
      ];
      for (const [address, headers, method] of refused) {
        const { status, body } = await get(address, headers, method);
        expect([method === undefined ? 404 : 405, pages.refused], address).toEqual([status, body]);
      }
      expect((await get(back)).status).toBe(200);
    });
    expect(found).toMatchObject({ account: user });
  });

  test("uses the code with no other proof than its own", async () => {
    const found = await flow(async (url) => {
      const other = server.authorize(url.replace(/code_challenge=[^&]+/, `code_challenge=${"A".repeat(43)}`), { user });
      await get(other);
    });
    expect(found).toMatchObject({ code: "grant-ended" });
  });

  test.each([
    ["access_denied", "", "denied", "“access_denied”"],
    [
      "access_denied",
      "AADSTS90094: The grant requires\u202e administrator permission",
      "consent-missing",
      "requires\\u202e administrator",
    ],
    ["admin_policy_enforced", "", "token-blocked", "admin_policy_enforced"],
    ["server_error", "", "token-server-failed", "server_error"],
    ["odd", "", "token-refused", "odd"],
  ])("says why the browser came back with %s %s", async (error, description, code, words) => {
    const found = await flow(async (url) => {
      const { searchParams } = new URL(url);
      const query = new URLSearchParams({ state: searchParams.get("state") ?? "", error, error_description: description });
      expect((await get(`${searchParams.get("redirect_uri")}/?${query.toString()}`)).body).toBe(pages.denied);
    });
    expect(found).toMatchObject({ code, reason: expect.stringContaining(words) });
  });

  test("waits a quarter of an hour, by the clock handed in, and no longer than the person", async () => {
    const show = (): void => {};
    expect(await signInByLoopback(google(), "x", world, { show, pages })).toEqual({ code: "expired", reason: "" });
    expect(now - start).toBe(900_000);
    const ended = { ...patient(), signal: AbortSignal.abort() };
    const aborted = { ...ended, sleep: () => Promise.resolve() };
    expect(await signInByLoopback(google(), "x", aborted, { show, pages })).toEqual({ code: "interrupted", reason: "" });
  });
});

test.each([
  ["google", "token", "https://oauth2.googleapis.com/token"],
  ["google", "authorize", "https://accounts.google.com/o/oauth2/v2/auth"],
  ["microsoft365", "devicecode", "https://login.microsoftonline.com/own.test/oauth2/v2.0/devicecode"],
  ["microsoft365-china", "authorize", "https://login.partner.microsoftonline.cn/own.test/oauth2/v2.0/authorize"],
  ["microsoft365-china", "token", "https://login.partner.microsoftonline.cn/own.test/oauth2/v2.0/token"],
] as const)("endpointOf() of %s, %s", (provider, endpoint, url) => {
  const { tokenUrl: _, ...rest } = client;
  expect(endpointOf({ ...rest, provider }, endpoint).href).toBe(url);
});
