import { z } from "zod";
import { quoted } from "../model/text.ts";

/** Why there is no token. All but `mailbox-unknown` are about the credential, whichever mailbox it is asked for. */
export type TokenFailureCode =
  | "secret-expired"
  | "secret-wrong"
  | "app-unknown"
  | "tenant-unknown"
  | "consent-missing"
  | "token-blocked"
  | "grant-ended"
  | "clock-wrong"
  | "key-unusable"
  | "mailbox-unknown"
  | "token-refused"
  | "token-server-failed"
  | "token-server-unreachable";

export interface TokenFailure {
  readonly code: TokenFailureCode;
  /** A phrase of ours, with what the token server said. */
  readonly reason: string;
  /** The token server was not even asked: the proxy does not work. */
  readonly byProxy?: true;
}

export type TokenAnswer = GivenToken | TokenFailure;

interface GivenToken {
  readonly token: string;
  readonly seconds: number;
  /** The one for next time, where the server gives one. */
  readonly refreshToken?: string;
  /** What it is good for, where the server says so (RFC 6749 section 5.1: it may differ from what was asked for). */
  readonly scope?: string;
  /** Who signed in (OpenID Connect Core section 2), as it came. */
  readonly idToken?: string;
}

const answerSchema = z.object({
  /** RFC 6750 section 2.1, and no longer than a mail server takes in one line. */
  access_token: z.string().regex(/^[A-Za-z0-9._~+/=-]{1,8192}$/),
  expires_in: z.coerce.number().positive().catch(3_600),
  refresh_token: z
    .string()
    .regex(/^[\x21-\x7e]{1,16384}$/)
    .optional()
    .catch(undefined),
  scope: z.string().max(8_192).optional().catch(undefined),
  id_token: z.string().max(32_768).optional().catch(undefined),
});

/** RFC 6749 section 5.2. */
const errorSchema = z.object({ error: z.string(), error_description: z.string().catch("") });

/** The error's word alone: of a device that waits for a person it is no failure. */
export const errorWordOf = (body: string): string => errorSchema.safeParse(jsonOf(body)).data?.error ?? "";

/** Microsoft names the cause in a code of its own, within the description. The first that is in it counts. */
const byMicrosoftCode: Readonly<Record<string, TokenFailureCode>> = {
  "7000222": "secret-expired",
  "7000215": "secret-wrong",
  "7000216": "secret-wrong",
  "700016": "app-unknown",
  "7000112": "app-unknown",
  "700030": "app-unknown",
  "90002": "tenant-unknown",
  "900023": "tenant-unknown",
  "900021": "tenant-unknown",
  "900382": "tenant-unknown",
  "65001": "consent-missing",
  "65004": "consent-missing",
  "90094": "consent-missing",
  "90093": "consent-missing",
  "500011": "consent-missing",
  "501051": "consent-missing",
  "50105": "consent-missing",
  "53003": "token-blocked",
  "53000": "token-blocked",
  "530004": "token-blocked",
  "530035": "token-blocked",
  "700024": "clock-wrong",
  "90033": "token-server-failed",
  "90024": "token-server-failed",
  "50196": "token-server-failed",
};

/** What Google says in words alone, within one error. The first that fits counts. */
const byWords: readonly (readonly [error: string, words: RegExp, code: TokenFailureCode])[] = [
  ["invalid_grant", /invalid email or user id|not a valid email/i, "mailbox-unknown"],
  ["invalid_grant", /short-lived token|reasonable timeframe|iat and exp/i, "clock-wrong"],
  ["invalid_grant", /invalid jwt signature|no valid verifier/i, "secret-wrong"],
  ["invalid_grant", /account not found/i, "app-unknown"],
  ["invalid_client", /client was not found/i, "app-unknown"],
];

/** RFC 6749 section 5.2, and what Google adds. */
const byError: Readonly<Record<string, TokenFailureCode>> = {
  invalid_client: "secret-wrong",
  invalid_grant: "grant-ended",
  unauthorized_client: "consent-missing",
  access_denied: "consent-missing",
  invalid_scope: "consent-missing",
  deleted_client: "app-unknown",
  disabled_client: "app-unknown",
  admin_policy_enforced: "token-blocked",
  org_internal: "token-blocked",
  temporarily_unavailable: "token-server-failed",
  server_error: "token-server-failed",
  internal_failure: "token-server-failed",
  rate_limit_exceeded: "token-server-failed",
};

/** What a token server answered. A refusal without a word that is known stays one without a cause. Pure. */
export function readTokenAnswer(status: number, body: string): TokenAnswer {
  const told = jsonOf(body);
  const answer = status === 200 ? answerSchema.safeParse(told).data : undefined;
  if (answer) {
    const { access_token: token, refresh_token: refreshToken, scope, id_token: idToken } = answer;
    return {
      token,
      seconds: Math.min(Math.max(answer.expires_in, 60), 86_400),
      ...(refreshToken === undefined ? {} : { refreshToken }),
      ...(scope === undefined ? {} : { scope }),
      ...(idToken === undefined ? {} : { idToken }),
    };
  }
  const { error, error_description: description } = errorSchema.safeParse(told).data ?? { error: "", error_description: "" };
  const code = status >= 500 || status === 429 ? "token-server-failed" : causeOf(error, description);
  // Microsoft's further lines are numbers for its own support.
  const words = [error, description.split(/\r?\n| Trace ID:/, 1)[0] ?? ""].filter(Boolean).join(": ").slice(0, 300);
  return { code, reason: `the token server answers ${status}${words === "" ? "" : ` ${quoted(words)}`}` };
}

/** The cause behind an error of RFC 6749 and the words that came with it. Pure. */
export function causeOf(error: string, description: string): TokenFailureCode {
  for (const [, number = ""] of description.matchAll(/AADSTS(\d{4,8})/g)) {
    const code = byMicrosoftCode[number];
    if (code) return code;
  }
  const byWord = byWords.find(([of, words]) => of === error && words.test(description));
  return byWord?.[2] ?? (Object.hasOwn(byError, error) ? byError[error] : undefined) ?? "token-refused";
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
