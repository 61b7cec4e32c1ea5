import type { CheckContext, FoundFinding } from "../model/check.ts";
import type { OAuth } from "../model/oauth.ts";
import type { Proxy } from "../model/proxy.ts";
import { type Bearer, bearerOf } from "./bearer.ts";
import { dropToken, tokenFor } from "./oauth-token.ts";
import type { TokenCode } from "./token-findings.ts";

/** Where and as whom a token logs in. */
export interface TokenTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly proxy?: Proxy | undefined;
}

export interface TokenLogin {
  readonly token: string;
  /** The server does not take it. */
  readonly refused: () => void;
}

/**
 * A token to log in with, or why there is none.
 * @throws SecretError when the secret cannot be read
 */
export async function getToken(
  ctx: CheckContext,
  oauth: OAuth,
  target: TokenTarget,
): Promise<TokenLogin | FoundFinding<TokenCode>> {
  const { host, port, user, proxy } = target;
  const { ask, authorities, now } = ctx;
  const found = await tokenFor(oauth, user, { ask, authorities, now, proxy });
  if ("token" in found) {
    const { token } = found;
    return { token, refused: () => dropToken(oauth, user, token, now()) };
  }
  const { code, reason } = found;
  ctx.note(`token for ${user}: ${code}: ${reason}`);
  return {
    code: code === "mailbox-unknown" ? "token-mailbox-unknown" : "credential-unusable",
    data: { phase: "auth", host, port, user, credential: oauth.name, reason },
  };
}

/** A token in the server's own mechanism; without one the finding that says why. */
export async function getBearer(
  ctx: CheckContext,
  oauth: OAuth,
  { offered, ...target }: TokenTarget & { readonly offered: readonly string[] },
): Promise<(Omit<TokenLogin, "token"> & { readonly bearer: Bearer }) | FoundFinding<TokenCode>> {
  const { host, port, user } = target;
  // Not asked for where it could not be used.
  if (bearerOf(new Set(offered), { ...target, token: "" }) === undefined) return notOffered(target, offered);
  const login = await getToken(ctx, oauth, target);
  if ("code" in login) return login;
  const bearer = bearerOf(new Set(offered), { host, port, user, token: login.token });
  return bearer ? { bearer, refused: login.refused } : notOffered(target, offered);
}

const notOffered = ({ host, port, user }: TokenTarget, offered: readonly string[]): FoundFinding<"oauth-not-offered"> => ({
  code: "oauth-not-offered",
  data: { phase: "auth", host, port, user, reason: `AUTH ${offered.join(" ") || "-"}` },
});

/** What a refusal says when a token was sent in place of a password. */
export function tokenRefusal<Code extends string>(code: Code): Code | TokenCode {
  if (code === "password-login-off") return "client-access-off";
  return ofPassword.has(code) ? "token-rejected" : code;
}

const ofPassword: ReadonlySet<string> = new Set(["login-rejected", "login-refused", "password-expired", "app-password-needed"]);
