import { createHash, createSign, createVerify, generateKeyPairSync, randomBytes } from "node:crypto";
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
  /** A person signs in, and agrees to this, at the page of every device code that waits and of those to come. */
  signIn(person: Person): void;
  /** As the browser of that person at the page of `authorize`: where it is sent back to, or the error page's words. */
  authorize(url: string, person: Person): string;
  close(): Promise<void>;
}

interface Person {
  readonly user: string;
  /** What is given, where that is not all that was asked for. */
  readonly scope?: string;
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
/** The application that proves itself with a secret, and one without: a public client. */
const clients: Readonly<Record<string, string | undefined>> = { client1: clientSecret, public1: undefined };
/** Whom a token is for that no assertion names. */
const tokenUser = "sales@own.test";

interface TokenServerOptions {
  readonly certificate: Pick<Issued, "chainPem" | "keyPem">;
  /** Whom all tokens are for, whoever asks. */
  readonly user?: string;
  /** Seconds that a token lasts; default 3600. */
  readonly seconds?: number;
  /** What the device endpoint says besides the codes; default 900 s, to be asked every second. */
  readonly device?: Readonly<Record<string, unknown>>;
}

/** A token server (RFC 6749) over TLS that looks at what it is asked with, and gives signed tokens (RFC 9068). */
export async function startTokenServer({
  certificate,
  user: only,
  seconds = 3_600,
  device = {},
}: TokenServerOptions): Promise<TokenServer> {
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const requests: { path: string; form: Record<string, string> }[] = [];
  const given: string[] = [];
  const next: (TokenReply | "silence")[] = [];
  const signIns = createSignIns(device, (user) => give(user));
  const give = (user: string): TokenReply => {
    const at = Math.floor(Date.now() / 1000);
    const claims = {
      sub: only ?? user,
      scope: "mail",
      azp: "default",
      iat: at,
      nbf: at - 60,
      exp: at + seconds,
      jti: given.length,
    };
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
      const { status, body } =
        scripted ?? signIns.judge(path, form) ?? judge(form, `https://${request.headers.host}${path}`, give, signIns.refreshes);
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
    signIn: (who) => signIns.signIn(who),
    authorize: (url, who) => signIns.authorize(url, who),
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

/** Codes for devices (RFC 8628) and for browsers (RFC 6749 section 4.1, RFC 7636), each good once. */
function createSignIns(device: Readonly<Record<string, unknown>>, give: (user: string) => TokenReply) {
  /** Refresh token ▶ whose it is. */
  const refreshes = new Map<string, string>();
  const codes = new Map<string, { readonly person: Person; readonly asked: Readonly<Record<string, string>> }>();
  const devices = new Map<string, Readonly<Record<string, string>>>();
  let person: Person | undefined;
  const gives = ({ user, scope }: Person, asked: string): TokenReply => {
    const refresh = `1//${randomBytes(40).toString("base64url")}`;
    refreshes.set(refresh, user);
    const claims = Buffer.from(JSON.stringify({ email: user, preferred_username: user })).toString("base64url");
    const { status, body } = give(user);
    const more = { scope: scope ?? asked, id_token: `e30.${claims}.e30`, refresh_token: refresh };
    return { status, body: { ...(typeof body === "string" ? {} : body), ...more } };
  };
  const judgeClient = (form: Readonly<Record<string, string>>): TokenReply | undefined => {
    const { client_id: id = "", client_secret: secret } = form;
    if (!Object.hasOwn(clients, id)) return refusal(400, "unauthorized_client", `AADSTS700016: Application ${id} was not found.`);
    if (clients[id] === secret) return undefined;
    return refusal(401, "invalid_client", "AADSTS7000218: The request body must contain client_assertion or client_secret.");
  };
  return {
    refreshes,
    signIn: (who: Person) => void (person = who),
    authorize(address: string, who: Person): string {
      const { searchParams } = new URL(address);
      const asked = Object.fromEntries(searchParams);
      const { redirect_uri: redirect = "", state = "", code_challenge: challenge = "", code_challenge_method: method } = asked;
      if (!/^http:\/\/(127\.0\.0\.1|localhost):\d+$/.test(redirect) || asked["response_type"] !== "code")
        return "redirect_uri_mismatch";
      if (method !== "S256" || !/^[\w-]{43}$/.test(challenge)) return "no challenge";
      const code = randomBytes(20).toString("base64url");
      codes.set(code, { person: who, asked });
      return `${redirect}/?${new URLSearchParams({ state, code, scope: asked["scope"] ?? "" }).toString()}`;
    },
    judge(path: string, form: Readonly<Record<string, string>>): TokenReply | undefined {
      if (path.endsWith("/devicecode")) {
        const code = randomBytes(20).toString("base64url");
        devices.set(code, form);
        const uri = "https://login.own.test/device";
        const answer = { device_code: code, user_code: "WDJB-MJHT", verification_uri: uri, expires_in: 900, interval: 1 };
        return form["client_id"] === undefined || form["client_secret"] !== undefined
          ? refusal(400, "invalid_request", "AADSTS900144: The request body must contain client_id.")
          : { status: 200, body: { ...answer, ...device } };
      }
      const { grant_type: grant, device_code: deviceCode = "", code = "", code_verifier: verifier = "", redirect_uri: to } = form;
      if (grant === "urn:ietf:params:oauth:grant-type:device_code") {
        const asked = devices.get(deviceCode);
        if (asked === undefined) return refusal(400, "bad_verification_code", "AADSTS70020: no such device code");
        if (person === undefined) return refusal(400, "authorization_pending", "AADSTS70016: not yet authorized");
        devices.delete(deviceCode);
        return judgeClient(form) ?? gives(person, asked["scope"] ?? "");
      }
      if (grant !== "authorization_code") return undefined;
      const found = codes.get(code);
      codes.delete(code);
      const challenge = createHash("sha256").update(verifier).digest("base64url");
      if (!found || found.asked["redirect_uri"] !== to || found.asked["code_challenge"] !== challenge)
        return refusal(400, "invalid_grant", "Bad Request");
      return judgeClient(form) ?? gives(found.person, found.asked["scope"] ?? "");
    },
  };
}

function judge(
  form: Readonly<Record<string, string>>,
  url: string,
  give: (user: string) => TokenReply,
  refreshes: ReadonlyMap<string, string>,
): TokenReply {
  const { grant_type: grant, assertion, client_id: client = "", client_secret: secret, refresh_token: refresh, scope } = form;
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
  const isPublic = grant === "refresh_token" && Object.hasOwn(clients, client) && clients[client] === undefined;
  if (secret !== (isPublic ? undefined : clientSecret))
    return refusal(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1");
  if (grant === "refresh_token") {
    const user = refresh === refreshToken ? tokenUser : refreshes.get(refresh ?? "");
    return user !== undefined ? give(user) : refusal(400, "invalid_grant", "Token has been expired or revoked.");
  }
  const isScope =
    /^https:\/\/((?:outlook\.office365|graph\.microsoft)\.com|partner\.outlook\.cn|microsoftgraph\.chinacloudapi\.cn)\/\.default$/.test(
      scope ?? "",
    );
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
