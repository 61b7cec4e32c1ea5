import { z } from "zod";
import { quoted } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import { errorWordOf, readTokenAnswer, type TokenFailureCode } from "./oauth-answer.ts";
import { form, googleScope, microsoftUrl, microsoftUserScope } from "./oauth-request.ts";
import { postForm, type TokenWorld } from "./oauth-token.ts";

export const signInProviders = ["google", "microsoft365", "microsoft365-china"] as const;
export type SignInProvider = (typeof signInProviders)[number];

/** The application as it is registered at the provider. */
export interface SignInClient {
  readonly provider: SignInProvider;
  readonly clientId: string;
  /** Google gives one to desktop applications too; a public client of Microsoft has none. */
  readonly clientSecret?: string | undefined;
  /** Microsoft's directory: its id, or one of its domains. */
  readonly tenant: string;
  /** In place of the provider's; its other endpoints are beside it (`…/devicecode`, `…/authorize`). */
  readonly tokenUrl?: string | undefined;
  /** Whose mailbox it is for: fills in the name on the provider's page. */
  readonly address: string;
}

export interface SignInWorld extends Omit<TokenWorld, "now"> {
  /** Milliseconds UTC. */
  readonly now: () => number;
  /** Resolves after so many milliseconds, sooner with the signal. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** The person has ended it. */
  readonly signal: AbortSignal;
}

/** Why nobody is signed in, besides what any token server can say. */
export type SignInCode =
  | TokenFailureCode
  /** The person, or the provider in their name, said no. */
  | "denied"
  | "expired"
  /** AADSTS7000218: the registration wants a secret, or does not let public clients in. */
  | "public-client-off"
  /** AADSTS50194, AADSTS9002313 …: the registration is not for this account or this way to sign in. */
  | "redirect-unknown"
  | "interrupted"
  | "no-refresh-token"
  | "scope-missing";

export interface SignInFailure {
  readonly code: SignInCode;
  /** A phrase of ours, with what the provider said; may be empty. */
  readonly reason: string;
}

export interface SignedIn {
  readonly refreshToken: string;
  /** Who signed in, by the provider's own word; undefined where it does not say. */
  readonly account: string | undefined;
}

/** Full access by IMAP, POP and SMTP, for longer than an hour; `openid` and what follows tell who signed in. */
export const scopeOf = (provider: SignInProvider): string =>
  provider === "google" ? `openid email ${googleScope}` : `openid profile email offline_access ${microsoftUserScope(provider)}`;

/** What IMAP cannot do without. */
const neededScope = (provider: SignInProvider): RegExp =>
  provider === "google" ? /^https:\/\/mail\.google\.com\/$/ : /IMAP\.AccessAsUser\.All$/i;

export type Endpoint = "token" | "devicecode" | "authorize";

/** Google: developers.google.com/identity/protocols/oauth2/native-app; Microsoft: learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code. */
export function endpointOf({ provider, tenant, tokenUrl }: SignInClient, endpoint: Endpoint): URL {
  if (tokenUrl !== undefined) return endpoint === "token" ? new URL(tokenUrl) : new URL(endpoint, tokenUrl);
  if (provider !== "google") return microsoftUrl(provider, tenant, endpoint);
  return new URL(endpoint === "token" ? "https://oauth2.googleapis.com/token" : "https://accounts.google.com/o/oauth2/v2/auth");
}

/** A form to one of the provider's endpoints, with the client in it. */
export function askProvider(
  client: SignInClient,
  endpoint: Endpoint,
  fields: Readonly<Record<string, string>>,
  world: SignInWorld,
) {
  const { clientId, clientSecret } = client;
  // A device code is asked for without the secret (RFC 8628 section 3.1).
  const secret = clientSecret === undefined || endpoint === "devicecode" ? {} : { client_secret: clientSecret };
  const body = form({ client_id: clientId, ...secret, ...fields });
  return postForm({ url: endpointOf(client, endpoint), body }, world, client.tokenUrl !== undefined);
}

/** What the token endpoint says of a code, as far as it is no "not yet". */
export function readSignIn(client: SignInClient, status: number, body: string): SignedIn | SignInFailure {
  const answer = readTokenAnswer(status, body);
  if (!("token" in answer))
    return { code: refusalOf(errorWordOf(body), answer.reason) ?? answer.code, reason: visible(answer.reason, 400) };
  // Where the server names no scope it has given what was asked for (RFC 6749 section 5.1).
  const given = answer.scope?.split(" ") ?? [];
  if (given.length > 0 && !given.some((one) => neededScope(client.provider).test(one)))
    return { code: "scope-missing", reason: `the provider gave ${quoted(visible(given.join(" "), 300))}` };
  if (answer.refreshToken === undefined) return { code: "no-refresh-token", reason: "" };
  return { refreshToken: answer.refreshToken, account: accountOf(answer.idToken) };
}

/** What a provider's refusal means for a person who signs in, where that is more than for a client alone. */
export function refusalOf(error: string, reason: string): SignInCode | undefined {
  if (error === "access_denied" || error === "authorization_declined" || error === "consent_required") {
    // Microsoft says the same word when an administrator's rule said no.
    return /AADSTS(?:53\d{3}|530\d{2,4}|9009[34]|65001)/.test(reason) ? undefined : "denied";
  }
  if (error === "expired_token" || error === "code_expired") return "expired";
  if (/AADSTS7000218/.test(reason)) return "public-client-off";
  if (error === "redirect_uri_mismatch" || /AADSTS(?:50011|900971|9002326|50194)/.test(reason)) return "redirect-unknown";
  return undefined;
}

const claims = z.object({
  email: z.string().max(320).optional().catch(undefined),
  preferred_username: z.string().max(320).optional().catch(undefined),
});

/**
 * The address that an ID token names. It came from the provider over TLS, so that its signature need not be looked at (OpenID Connect
 * Core section 3.1.3.7), and it only explains: what opens the mailbox is the access token.
 */
function accountOf(idToken: string | undefined): string | undefined {
  try {
    const told: unknown = JSON.parse(Buffer.from(idToken?.split(".")[1] ?? "", "base64url").toString("utf8"));
    const { email, preferred_username: name } = claims.parse(told);
    const found = name?.includes("@") === true ? name : (email ?? name);
    return found === undefined ? undefined : visible(found, 320);
  } catch {
    return undefined;
  }
}
