/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import oauthToken from "../../checks/oauth-token.ts";
import type { OAuth } from "../../src/model/oauth.ts";
import { SecretError } from "../../src/model/secret.ts";
import { tokenFor } from "../../src/net/oauth-token.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import type { Status } from "../../src/model/status.ts";
import { authority, certificate, mailHost, reaching, secretOf } from "../support/mail-world.ts";
import { startProxy } from "../support/proxy-server.ts";
import { clientSecret, credentials, refusal, startTokenServer, type TokenReply } from "../support/token-server.ts";

interface Given {
  readonly answer?: TokenReply;
  readonly kind?: "google" | "microsoft" | "refresh";
  readonly more?: Pick<Partial<OAuth>, "secret" | "tokenUrl">;
  /** It has given a token before, which is good for so long. */
  readonly before?: number;
  /** Through a proxy that alone knows the token server, or that is not there. */
  readonly proxied?: "socks5" | "http" | "down";
}

const on = (status: Status, findings: readonly string[], given: Given, also?: CheckCase["also"]): CheckCase => ({
  status,
  findings,
  ...(also ? { also } : {}),
  world: async () => {
    const tokens = await startTokenServer({ certificate: await certificate("good") });
    const oauth = credentials(`https://${mailHost}:${tokens.port}/token`)[given.kind ?? "microsoft"](given.more);
    const { proxied } = given;
    const proxy =
      proxied === "socks5" || proxied === "http"
        ? await startProxy({
            kind: proxied,
            targets: { [`${mailHost}:${tokens.port}`]: { port: tokens.port }, [`${mailHost}:9`]: { port: 9 } },
          })
        : undefined;
    const zone = proxied ? {} : { [mailHost]: { A: ["127.0.0.1"] } };
    const { ask = () => Promise.reject(new Error("no zone")) } = await reaching(zone);
    const authorities = [(await authority()).certPem];
    if (given.before !== undefined) {
      const now = (): number => testNow - 3_600_000 + (given.before ?? 0);
      expect(await tokenFor(oauth, "a@own.test", { ask, authorities, now })).toHaveProperty("token");
    }
    if (given.answer) tokens.answer(given.answer);
    return {
      options: {
        credentials: [
          {
            oauth,
            user: "a@own.test",
            ...(proxied ? { proxy: `${proxied === "down" ? "http" : proxied}://127.0.0.1:${proxy?.port ?? 9}` } : {}),
          },
        ],
      },
      ctx: { ask, authorities, now: () => (given.kind === "google" ? Date.now() : testNow) },
      close: async () => {
        await tokens.close();
        await proxy?.close();
      },
    };
  },
});

const refused = (code: string, status: number, error: string, words: string): CheckCase =>
  on("critical", [code], { answer: refusal(status, error, words) }, ({ findings }, { immediate }) => {
    expect(findings[0]?.data).toMatchObject({ credential: "company", reason: expect.stringContaining(words) });
    expect(immediate).toBe(code !== "token-refused");
  });

const unwritable = {
  ...secretOf(clientSecret),
  renew: () =>
    Promise.reject(
      new SecretError(
        "the file /run/token cannot be written (EROFS); give the user that runs Mailvigil the right to write it and its folder",
      ),
    ),
};

testCheck(oauthToken, {
  "Microsoft gives a token": on("ok", [], {}),
  "Google gives a token to a service account": on("ok", [], { kind: "google" }),
  "Google gives a token for a refresh token": on("ok", [], { kind: "refresh" }),
  "the client secret has expired": refused("secret-expired", 401, "invalid_client", "AADSTS7000222: The keys are expired."),
  "the client secret is wrong": on("critical", ["secret-wrong"], { more: { secret: secretOf("another-one") } }, ({ evidence }) =>
    expect(evidence.join("\n")).not.toContain("another-one"),
  ),
  "the application is not there": refused("app-unknown", 400, "unauthorized_client", "AADSTS700016: Application was not found."),
  "the tenant is not there": refused("tenant-unknown", 400, "invalid_request", "AADSTS90002: Tenant not found."),
  "nobody has consented": refused("consent-missing", 400, "invalid_grant", "AADSTS65001: No consent."),
  "conditional access": refused("token-blocked", 400, "access_denied", "AADSTS53003: Access has been blocked."),
  "the refresh token was revoked": on("critical", ["grant-ended"], { kind: "refresh", more: { secret: secretOf("old") } }),
  "a newer refresh token cannot be stored": on(
    "warning",
    ["refresh-token-not-kept"],
    {
      answer: { status: 200, body: { access_token: "t", expires_in: 3600, refresh_token: "newer" } },
      more: { secret: unwritable },
    },
    ({ findings, evidence }) => {
      expect(findings[0]?.data["reason"]).toContain("the file /run/token cannot be written (EROFS)");
      expect(JSON.stringify([findings, evidence])).not.toContain("newer");
    },
  ),
  "our clock is wrong": refused("clock-wrong", 400, "invalid_grant", "Invalid JWT: in a reasonable timeframe."),
  "the file is no key": on("critical", ["key-unusable"], { kind: "google", more: { secret: secretOf("{}") } }),
  "a refusal that nobody knows": refused("token-refused", 400, "invalid_something", "AADSTS1: Who knows."),
  "the token server is down": on("critical", ["token-server-failed"], { answer: { status: 503, body: "" } }),
  "the token server is down, and the last token is still good": on("warning", ["token-server-failed"], {
    answer: { status: 503, body: "" },
    before: 600_000,
  }),
  "the token server is not there": on("critical", ["token-server-unreachable"], {
    more: { tokenUrl: `https://${mailHost}:9/token` },
  }),
  "through a SOCKS5 proxy, which alone knows the token server": on("ok", [], { proxied: "socks5" }),
  "through an HTTP proxy": on("ok", [], { proxied: "http", kind: "google" }),
  "the proxy does not work: the credential is not to blame": on(
    "unknown",
    ["proxy-failed"],
    { proxied: "down" },
    ({ findings }) => expect(findings[0]?.data).toMatchObject({ host: expect.stringContaining(mailHost), proxy: "127.0.0.1:9" }),
  ),
  "the proxy works, and does not reach the token server": on("critical", ["token-server-unreachable"], {
    proxied: "http",
    more: { tokenUrl: `https://${mailHost}:9/token` },
  }),
  "the mailbox is not there, and the credential is good": on("ok", [], {
    kind: "google",
    answer: refusal(400, "invalid_grant", "Invalid email or User ID"),
  }),
});
