import { createSign, createVerify, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:https";
import type { OAuth } from "../../src/model/oauth.ts";
import type { Issued } from "./certificates.ts";
import { secretOf } from "./mail-world.ts";

export interface TokenServer {
  readonly port: number;
  /** What was asked, in order: the path and the form. */
  readonly requests: readonly { readonly path: string; readonly form: Readonly<Record<string, string>> }[];
  /** The tokens that were given. */
  readonly given: readonly string[];
  /** With which a mail server proves the tokens. */
  readonly publicKeyPem: string;
  /** What the next requests are answered; then again tokens. `silence` leaves them without an answer. */
  answer(...next: readonly (TokenReply | "silence")[]): void;
  close(): Promise<void>;
}

export interface TokenReply {
  readonly status: number;
  readonly body: string | object;
}

/** The key of a service account, as Google's console writes it. */
const account = generateKeyPairSync("rsa", { modulusLength: 2048 });
const serviceAccount = JSON.stringify({
  type: "service_account",
  client_email: "mailvigil@project.iam.gserviceaccount.test",
  private_key_id: "key1",
  private_key: account.privateKey.export({ type: "pkcs8", format: "pem" }),
});
/** What a client of the tests may prove itself with. */
export const clientSecret = "s3cret+/= of the app";
const refreshToken = "1//refresh";
/** Whom a token is for that no assertion names. */
const tokenUser = "sales@own.test";

interface TokenServerOptions {
  readonly certificate: Pick<Issued, "chainPem" | "keyPem">;
  /** Seconds that a token lasts; default 3600. */
  readonly seconds?: number;
}

/** A token server (RFC 6749) over TLS that looks at what it is asked with, and gives signed tokens (RFC 9068). */
export async function startTokenServer({ certificate, seconds = 3_600 }: TokenServerOptions): Promise<TokenServer> {
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const requests: { path: string; form: Record<string, string> }[] = [];
  const given: string[] = [];
  const next: (TokenReply | "silence")[] = [];
  const give = (user: string): TokenReply => {
    const at = Math.floor(Date.now() / 1000);
    const claims = { sub: user, scope: "mail", azp: "default", iat: at, nbf: at - 60, exp: at + seconds, jti: given.length };
    const text = [{ alg: "RS256", typ: "JWT", kid: "default" }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const token = `${text}.${createSign("RSA-SHA256").update(text).sign(keys.privateKey, "base64url")}`;
    given.push(token);
    return { status: 200, body: { access_token: token, token_type: "Bearer", expires_in: seconds } };
  };
  const server = createServer({ cert: certificate.chainPem, key: certificate.keyPem }, (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const path = request.url ?? "";
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString()));
      requests.push({ path, form });
      const scripted = next.shift();
      if (scripted === "silence") return;
      const { status, body } = scripted ?? judge(form, `https://${request.headers.host}${path}`, give);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the token server has no port");
  return {
    port: address.port,
    requests,
    given,
    publicKeyPem: keys.publicKey.export({ type: "spki", format: "pem" }).toString(),
    answer: (...replies) => void next.push(...replies),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export const refusal = (status: number, error: string, description: string): TokenReply => ({
  status,
  body: { error, error_description: description },
});

function judge(form: Readonly<Record<string, string>>, url: string, give: (user: string) => TokenReply): TokenReply {
  const { grant_type: grant, assertion, client_secret: secret, refresh_token: refresh, scope } = form;
  if (grant === "urn:ietf:params:oauth:grant-type:jwt-bearer") {
    const [header = "", claims = "", signature = ""] = (assertion ?? "").split(".");
    const signed = createVerify("RSA-SHA256").update(`${header}.${claims}`).verify(account.publicKey, signature, "base64url");
    if (!signed) return refusal(400, "invalid_grant", "Invalid JWT Signature.");
    const {
      iss,
      sub,
      aud,
      iat,
      exp,
      scope: wanted,
    }: Record<string, unknown> = JSON.parse(Buffer.from(claims, "base64url").toString());
    const at = Date.now() / 1000;
    if (typeof iat !== "number" || typeof exp !== "number" || iat > at + 60 || exp < at || exp - iat > 3_600)
      return refusal(
        400,
        "invalid_grant",
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
      );
    const fits = iss === "mailvigil@project.iam.gserviceaccount.test" && aud === url && wanted === "https://mail.google.com/";
    return fits ? give(String(sub)) : refusal(401, "unauthorized_client", "Client is unauthorized to retrieve access tokens");
  }
  if (secret !== clientSecret)
    return refusal(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1");
  if (grant === "refresh_token") {
    return refresh === refreshToken ? give(tokenUser) : refusal(400, "invalid_grant", "Token has been expired or revoked.");
  }
  const isScope = /^https:\/\/(outlook\.office365\.com|partner\.outlook\.cn)\/\.default$/.test(scope ?? "");
  return isScope ? give(tokenUser) : refusal(400, "invalid_scope", "AADSTS70011: The provided value for scope is not valid.");
}

/** Credentials of the tests, with all that they told the masker. */
export function credentials(tokenUrl: string) {
  const hidden = new Set<string>();
  const common = {
    name: "company",
    tokenUrl,
    hide: (token: string) => void hidden.add(token),
    unhide: (token: string) => void hidden.delete(token),
  };
  const google = (more: Pick<Partial<OAuth>, "secret" | "tokenUrl"> = {}): OAuth => ({
    ...common,
    kind: "google-service-account",
    secret: secretOf(serviceAccount),
    ...more,
  });
  const refresh = (more: Pick<Partial<OAuth>, "secret" | "tokenUrl"> = {}): OAuth => ({
    ...common,
    kind: "google-refresh-token",
    clientId: "client1",
    clientSecret: secretOf(clientSecret),
    secret: secretOf(refreshToken),
    ...more,
  });
  const microsoft = (more: Pick<Partial<OAuth>, "secret" | "tokenUrl"> = {}): OAuth => ({
    ...common,
    kind: "microsoft365",
    clientId: "client1",
    tenant: "own.test",
    secret: secretOf(clientSecret),
    ...more,
  });
  return { hidden, google, refresh, microsoft };
}
