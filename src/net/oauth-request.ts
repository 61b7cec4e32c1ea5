import { createSign } from "node:crypto";
import { z } from "zod";
import type { OAuth } from "../model/oauth.ts";

/** What is posted to a token server. */
export interface TokenRequest {
  readonly url: URL;
  /** `application/x-www-form-urlencoded`. */
  readonly body: string;
}

/** Google for all grants; Microsoft's, worldwide and as 21Vianet runs it in China, with the tenant in its path. */
const servers = {
  google: "https://oauth2.googleapis.com/token",
  microsoft365: "https://login.microsoftonline.com",
  "microsoft365-china": "https://login.partner.microsoftonline.cn",
} as const;

/** Full access by IMAP, SMTP and POP; nothing less is taken there. */
export const googleScope = "https://mail.google.com/";
const microsoftScopes = {
  microsoft365: "https://outlook.office365.com/.default",
  "microsoft365-china": "https://partner.outlook.cn/.default",
} as const;

/** Microsoft Graph, in each of the two clouds. */
const graphScopes = {
  microsoft365: "https://graph.microsoft.com/.default",
  "microsoft365-china": "https://microsoftgraph.chinacloudapi.cn/.default",
} as const;

const jwtGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/** Google takes no more. */
const assertionSeconds = 3_600;

const keySchema = z.object({
  type: z.literal("service_account"),
  client_email: z.string().min(1),
  private_key: z.string().includes("PRIVATE KEY"),
  private_key_id: z.string().optional(),
});

/** What a person consents to for the mail protocols that checks log in by; learn.microsoft.com, "Authenticate an IMAP, POP or SMTP connection using OAuth". */
export const microsoftUserScope = (provider: "microsoft365" | "microsoft365-china"): string =>
  ["IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send"]
    .map((right) => microsoftScopes[provider].replace(".default", right))
    .join(" ");

/** Where the token server is. */
export function tokenUrlOf(oauth: OAuth): URL {
  if (oauth.tokenUrl !== undefined) return new URL(oauth.tokenUrl);
  return "tenant" in oauth ? microsoftUrl(cloudOf(oauth.kind), oauth.tenant, "token") : new URL(servers.google);
}

export const microsoftUrl = (provider: "microsoft365" | "microsoft365-china", tenant: string, endpoint: string): URL =>
  new URL(`${servers[provider]}/${encodeURIComponent(tenant)}/oauth2/v2.0/${endpoint}`);

const cloudOf = (kind: OAuth["kind"]): "microsoft365" | "microsoft365-china" =>
  kind.startsWith("microsoft365-china") ? "microsoft365-china" : "microsoft365";

/**
 * @param user the mailbox a service account speaks for; of no account to the others
 * @param now milliseconds UTC, for the assertion's dates
 * @returns undefined where the secret is no key of a service account
 * @throws SecretError when a secret cannot be read
 */
export async function tokenRequest(oauth: OAuth, user: string, now: number): Promise<TokenRequest | undefined> {
  const url = tokenUrlOf(oauth);
  const secret = await oauth.secret.reveal();
  if (oauth.kind === "google-service-account") {
    const assertion = assertionOf(secret, { user, audience: url.href, now });
    return assertion === undefined ? undefined : { url, body: form({ grant_type: jwtGrant, assertion }) };
  }
  if (oauth.kind === "google-refresh-token") {
    const { clientId, clientSecret } = oauth;
    const client = { client_id: clientId, client_secret: await clientSecret.reveal() };
    return { url, body: form({ grant_type: "refresh_token", ...client, refresh_token: secret }) };
  }
  if (oauth.kind === "microsoft365-user" || oauth.kind === "microsoft365-china-user") {
    const own = oauth.clientSecret ? { client_secret: await oauth.clientSecret.reveal() } : {};
    const scope = `${microsoftUserScope(cloudOf(oauth.kind))} offline_access`;
    return { url, body: form({ grant_type: "refresh_token", client_id: oauth.clientId, ...own, refresh_token: secret, scope }) };
  }
  const client = { client_id: oauth.clientId, client_secret: secret };
  return {
    url,
    body: form({
      grant_type: "client_credentials",
      ...client,
      scope: (oauth.audience === "graph" ? graphScopes : microsoftScopes)[oauth.kind],
    }),
  };
}

export const form = (fields: Readonly<Record<string, string>>): string => new URLSearchParams(fields).toString();

/** RFC 7523 section 2.1, as Google wants it: `sub` is the mailbox, by domain-wide delegation. */
function assertionOf(
  keyFile: string,
  { user, audience, now }: { readonly user: string; readonly audience: string; readonly now: number },
): string | undefined {
  const key = keySchema.safeParse(jsonOf(keyFile)).data;
  if (key === undefined) return undefined;
  const issued = Math.floor(now / 1000);
  const header = { alg: "RS256", typ: "JWT", ...(key.private_key_id === undefined ? {} : { kid: key.private_key_id }) };
  const claims = {
    iss: key.client_email,
    sub: user,
    scope: googleScope,
    aud: audience,
    iat: issued,
    exp: issued + assertionSeconds,
  };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  try {
    return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key.private_key, "base64url")}`;
  } catch {
    // OpenSSL's words may hold parts of the key.
    return undefined;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
