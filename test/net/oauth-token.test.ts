import { createServer } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OAuth } from "../../src/model/oauth.ts";
import { SecretError } from "../../src/model/secret.ts";
import { readTokenAnswer, type TokenFailureCode } from "../../src/net/oauth-answer.ts";
import { tokenRequest, tokenUrlOf } from "../../src/net/oauth-request.ts";
import { dropToken, tokenFor, type TokenWorld } from "../../src/net/oauth-token.ts";
import { authority, secretOf } from "../support/mail-world.ts";
import { clientSecret, credentials, refusal, startTokenServer, type TokenServer } from "../support/token-server.ts";
import { createZone } from "../support/zone.ts";

const host = "login.own.test";
const start = Date.now();
let server: TokenServer;
let now = start;
let world: TokenWorld;
let made: ReturnType<typeof credentials>;

beforeAll(async () => {
  const { issue, certPem } = await authority();
  server = await startTokenServer({ certificate: await issue({ names: [host] }) });
  const { ask } = createZone({ [host]: { A: ["127.0.0.1"] } });
  world = { ask, authorities: [certPem], now: () => now };
  made = credentials(`https://${host}:${server.port}/token`);
});
afterAll(() => server.close());

const asked = async <T>(work: () => Promise<T>): Promise<readonly [result: T, requests: number]> => {
  const before = server.requests.length;
  const result = await work();
  return [result, server.requests.length - before];
};

describe("tokenFor", () => {
  test("signs for the mailbox with the key of a service account, and the server believes it", async () => {
    const oauth = made.google();
    const [[a, b, again], requests] = await asked(async () => [
      await tokenFor(oauth, "sales@own.test", world),
      await tokenFor(oauth, "boss@own.test", world),
      await tokenFor(oauth, "Sales@own.test", world),
    ]);
    expect(a).toEqual({ token: server.given.at(-2) });
    expect(b).toEqual({ token: server.given.at(-1) });
    expect([again, requests]).toEqual([a, 2]);
    const claims = JSON.parse(Buffer.from((server.given.at(-2) ?? "").split(".")[1] ?? "", "base64url").toString());
    expect(claims.sub).toBe("sales@own.test");
  });

  test("asks once for 500 mailboxes of one Microsoft credential", async () => {
    const oauth = made.microsoft();
    const [tokens, requests] = await asked(() =>
      Promise.all(Array.from({ length: 500 }, (_, i) => tokenFor(oauth, `m${i}@own.test`, world))),
    );
    expect(new Set(tokens.map((it) => ("token" in it ? it.token : it.code))).size).toBe(1);
    expect(requests).toBe(1);
    expect(server.requests.at(-1)?.form).toEqual({
      grant_type: "client_credentials",
      client_id: "client1",
      client_secret: clientSecret,
      scope: "https://outlook.office365.com/.default",
    });
  });

  test("redeems a refresh token", async () => {
    expect(await tokenFor(made.refresh(), "sales@own.test", world)).toEqual({ token: server.given.at(-1) });
  });

  test("keeps the newer refresh token that comes with a token, and says where it could not", async () => {
    const kept: unknown[] = [];
    const renew = (value: string, olderThanMs: number): Promise<void> => {
      kept.push([value, olderThanMs]);
      return kept.length === 1 ? Promise.resolve() : Promise.reject(new SecretError("the file x cannot be written (EROFS)"));
    };
    const oauth: OAuth = {
      ...made.refresh(),
      kind: "microsoft365-user",
      clientId: "client1",
      tenant: "own.test",
      secret: { ...secretOf("1//refresh"), renew },
      clientSecret: secretOf(clientSecret),
    };
    const answer = { status: 200, body: { access_token: "t", expires_in: 3600, refresh_token: "newer" } };
    server.answer(answer, answer);
    expect(await tokenFor(oauth, "a", world)).toEqual({ token: "t" });
    expect(await tokenFor(oauth, "a", world, true)).toEqual({ token: "t", unkept: "the file x cannot be written (EROFS)" });
    expect(kept).toEqual([
      ["newer", 86_400_000],
      ["newer", 86_400_000],
    ]);
  });

  test("renews before the end, goes on with the old one where the server is down, and tells when it is over", async () => {
    const oauth = made.microsoft();
    const first = await tokenFor(oauth, "a", world);
    now = start + 3_200_000;
    expect((await asked(() => tokenFor(oauth, "a", world)))[1]).toBe(0);
    now = start + 3_300_000;
    server.answer({ status: 503, body: "busy" });
    expect(await asked(() => tokenFor(oauth, "a", world))).toEqual([first, 1]);
    expect(await tokenFor(oauth, "a", world, true), "the failure is remembered").toMatchObject({ code: "token-server-failed" });
    now = start + 3_301_000;
    expect((await asked(() => tokenFor(oauth, "a", world)))[1], "no second try within a minute").toBe(0);
    now = start + 3_400_000;
    const [renewed, requests] = await asked(() => tokenFor(oauth, "a", world));
    expect([renewed, requests]).toEqual([{ token: server.given.at(-1) }, 1]);
    now = start + 7_100_000;
    server.answer({ status: 503, body: "busy" });
    expect(await tokenFor(oauth, "a", world)).toMatchObject({ code: "token-server-failed" });
    now = start;
  });

  test("drops a token that a mail server refused, but not one that is new", async () => {
    const oauth = made.microsoft();
    const refused = async (): Promise<number> => {
      const found = await tokenFor(oauth, "a", world);
      dropToken(oauth, "a", "token" in found ? found.token : "", now);
      return (await asked(() => tokenFor(oauth, "a", world)))[1];
    };
    expect(await refused()).toBe(0);
    now = start + 120_000;
    expect(await refused()).toBe(1);
    now = start;
  });

  test("tells the masker of the tokens that may still be in use, and of no others", async () => {
    const { hidden, microsoft } = credentials(`https://${host}:${server.port}/token`);
    const oauth = microsoft();
    for (let i = 0; i < 4; i += 1) {
      now += 3_500_000;
      await tokenFor(oauth, "a", world);
    }
    expect([...hidden]).toEqual(server.given.slice(-2));
    now = start;
  });

  test("remembers what is wrong with the credential for all mailboxes, and with one mailbox for that one", async () => {
    const oauth = made.google();
    server.answer(refusal(400, "invalid_grant", "Invalid email or User ID"));
    expect(await tokenFor(oauth, "gone@own.test", world)).toMatchObject({ code: "mailbox-unknown" });
    expect(await asked(() => tokenFor(oauth, "gone@own.test", world))).toMatchObject([{ code: "mailbox-unknown" }, 0]);
    expect(await tokenFor(oauth, "sales@own.test", world)).toHaveProperty("token");
    server.answer(refusal(401, "unauthorized_client", "Client is unauthorized to retrieve access tokens using this method"));
    expect(await tokenFor(oauth, "x@own.test", world)).toMatchObject({ code: "consent-missing" });
    expect(await asked(() => tokenFor(oauth, "y@own.test", world))).toMatchObject([{ code: "consent-missing" }, 0]);
    expect(await tokenFor(oauth, "sales@own.test", world), "its token is still good").toHaveProperty("token");
  });

  test.each<[string, () => OAuth, TokenFailureCode, RegExp]>([
    [
      "a wrong client secret",
      () => made.microsoft({ secret: secretOf("other") }),
      "secret-wrong",
      /: the token server answers 401 “invalid_client: AADSTS7000215/,
    ],
    ["a refresh token that was revoked", () => made.refresh({ secret: secretOf("old") }), "grant-ended", /expired or revoked/],
    [
      "a file that is no key",
      () => made.google({ secret: secretOf('{"type":"authorized_user"}') }),
      "key-unusable",
      /^env TEST_PASSWORD is/,
    ],
    [
      "a private key that is none",
      () =>
        made.google({
          secret: secretOf('{"type":"service_account","client_email":"a","private_key":"-----BEGIN PRIVATE KEY-----\\nxx"}'),
        }),
      "key-unusable",
      /is not the key/,
    ],
    [
      "nobody at the port",
      () => made.microsoft({ tokenUrl: `https://${host}:9/token` }),
      "token-server-unreachable",
      /ECONNREFUSED/,
    ],
    [
      "a name that is not in the DNS",
      () => made.microsoft({ tokenUrl: "https://gone.own.test/token" }),
      "token-server-unreachable",
      /gone\.own\.test/,
    ],
  ])("names %s", async (_, oauth, code, reason) => {
    const found = await tokenFor(oauth(), "sales@own.test", world);
    expect(found).toMatchObject({ code });
    expect("reason" in found ? found.reason : "").toMatch(reason);
    expect(JSON.stringify(found)).not.toMatch(/other|BEGIN/);
  });

  test("sends nothing to a server that is not proved", async () => {
    const { issue } = await authority();
    const { chainPem: cert, keyPem: key } = await issue({ names: ["other.own.test"] });
    let requests = 0;
    const other = createServer({ cert, key }, () => (requests += 1)).listen(0, "127.0.0.1");
    await new Promise((done) => other.once("listening", done));
    const address = other.address();
    const port = typeof address === "object" ? address?.port : 0;
    const found = await tokenFor(made.microsoft({ tokenUrl: `https://${host}:${port}/token` }), "a", world);
    expect(found).toMatchObject({ code: "token-server-unreachable" });
    expect(requests).toBe(0);
    other.close();
  });

  test("takes nothing into the private network where nobody named a token server there", async () => {
    const { ask } = createZone({ "login.microsoftonline.com": { A: ["127.0.0.1"] } });
    const { tokenUrl: _, ...oauth } = made.microsoft();
    expect(await tokenFor(oauth, "a", { ...world, ask })).toMatchObject({ code: "token-server-unreachable" });
  });
});

describe("tokenRequest", () => {
  test.each([
    ["microsoft365", "https://login.microsoftonline.com/own.test/oauth2/v2.0/token", "https://outlook.office365.com/.default"],
    [
      "microsoft365-china",
      "https://login.partner.microsoftonline.cn/own.test/oauth2/v2.0/token",
      "https://partner.outlook.cn/.default",
    ],
  ] as const)("asks %s at its own server, for its own scope", async (kind, url, scope) => {
    const { tokenUrl: _, ...oauth } = made.microsoft();
    const request = await tokenRequest({ ...oauth, kind, clientId: "c", tenant: "own.test" }, "a", start);
    expect([request?.url.href, new URLSearchParams(request?.body).get("scope")]).toEqual([url, scope]);
  });

  test("asks Google at its own server", () => {
    const { tokenUrl: _, ...oauth } = made.google();
    expect(tokenUrlOf(oauth).href).toBe("https://oauth2.googleapis.com/token");
  });
});

describe("readTokenAnswer", () => {
  test.each<[number, string, string, TokenFailureCode]>([
    [401, "invalid_client", "AADSTS7000222: The provided client secret keys for app 'x' are expired.", "secret-expired"],
    [401, "invalid_client", "AADSTS7000215: Invalid client secret provided.", "secret-wrong"],
    [
      400,
      "unauthorized_client",
      "AADSTS700016: Application with identifier 'x' was not found in the directory 'y'.",
      "app-unknown",
    ],
    [401, "invalid_client", "AADSTS7000112: Application 'x' is disabled.", "app-unknown"],
    [400, "invalid_request", "AADSTS90002: Tenant 'y' not found.", "tenant-unknown"],
    [400, "invalid_grant", "AADSTS65001: The user or administrator has not consented to use the application", "consent-missing"],
    [400, "access_denied", "AADSTS53003: Access has been blocked by Conditional Access policies.", "token-blocked"],
    [401, "invalid_client", "AADSTS700024: Client assertion is not within its valid time range.", "clock-wrong"],
    [
      400,
      "invalid_grant",
      "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
      "clock-wrong",
    ],
    [400, "invalid_grant", "Invalid JWT Signature.", "secret-wrong"],
    [400, "invalid_grant", "Invalid grant: account not found", "app-unknown"],
    [400, "invalid_grant", "Invalid email or User ID", "mailbox-unknown"],
    [400, "invalid_grant", "Token has been expired or revoked.", "grant-ended"],
    [401, "invalid_client", "The OAuth client was not found.", "app-unknown"],
    [401, "unauthorized_client", "Client is unauthorized to retrieve access tokens using this method", "consent-missing"],
    [400, "admin_policy_enforced", "", "token-blocked"],
    [400, "constructor", "", "token-refused"],
    [418, "", "", "token-refused"],
    [503, "", "", "token-server-failed"],
    [429, "rate_limit_exceeded", "", "token-server-failed"],
  ])("%i %s %s", (status, error, description, code) => {
    expect(readTokenAnswer(status, JSON.stringify({ error, error_description: description }))).toMatchObject({ code });
  });

  test.each([
    "",
    "no json",
    "[]",
    "null",
    '{"access_token":5}',
    '{"access_token":""}',
    '{"access_token":"a\\u0001b"}',
    JSON.stringify({ access_token: "x".repeat(9_000) }),
  ])("takes %j for no token", (body) => {
    expect(readTokenAnswer(200, body)).toMatchObject({ code: "token-refused" });
  });

  test("bounds how long a token lasts", () => {
    const seconds = (value: unknown): unknown => readTokenAnswer(200, JSON.stringify({ access_token: "t", expires_in: value }));
    expect([seconds(1), seconds("3599"), seconds(1e12), seconds(null), seconds("x")]).toEqual(
      [60, 3599, 86_400, 3_600, 3_600].map((it) => ({ token: "t", seconds: it })),
    );
  });
});
