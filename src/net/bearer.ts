import { quoted } from "../model/text.ts";

/** A login by an access token, ready to be sent: OAUTHBEARER (RFC 7628), or XOAUTH2, which Google made and Microsoft took over. */
export interface Bearer {
  readonly mechanism: "OAUTHBEARER" | "XOAUTH2";
  /** The client's only message, in base64. */
  readonly message: string;
  /** What is sent after the server has told its error, so that the refusal itself comes (RFC 7628 section 3.2.3). */
  readonly acknowledge: string;
}

/** For evidence. */
export const shownBearer = ({ mechanism }: Bearer, user: string): string => `${mechanism} (${user}, [token])`;

/**
 * @param offered the SASL mechanisms of the server, upper case
 * @returns undefined where it offers neither
 */
export function bearerOf(
  offered: ReadonlySet<string>,
  about: { readonly user: string; readonly token: string; readonly host: string; readonly port: number },
): Bearer | undefined {
  const { user, token, host, port } = about;
  if (offered.has("OAUTHBEARER")) {
    // RFC 5801 section 4: a comma or an equals sign would end the name.
    const name = user.replaceAll("=", "=3D").replaceAll(",", "=2C");
    const message = base64(`n,a=${name},`, `host=${host}`, `port=${port}`, `auth=Bearer ${token}`);
    return { mechanism: "OAUTHBEARER", message, acknowledge: "AQ==" };
  }
  if (!offered.has("XOAUTH2")) return undefined;
  return { mechanism: "XOAUTH2", message: base64(`user=${user}`, `auth=Bearer ${token}`), acknowledge: "" };
}

const base64 = (...parts: readonly string[]): string => Buffer.from(`${parts.join("\u0001")}\u0001\u0001`).toString("base64");

const maxChallenge = 8_192;

/**
 * The error that a server tells in base64 before it refuses a token, e.g. `{"status":"400","schemes":"Bearer","scope":"…"}`, in
 * words for a reason; undefined where it is none.
 */
export function challengeReason(challenge: string): string | undefined {
  if (challenge === "" || challenge.length > maxChallenge) return undefined;
  let told: unknown;
  try {
    told = JSON.parse(Buffer.from(challenge, "base64").toString("utf8"));
  } catch {
    return undefined;
  }
  return challengeWords(told);
}

/** The same for one that has been read. */
export function challengeWords(told: unknown): string | undefined {
  if (typeof told !== "object" || told === null) return undefined;
  const parts = ["status", "schemes", "scope"].flatMap((key) => {
    const value: unknown = Reflect.get(told, key);
    return typeof value === "string" || typeof value === "number" ? [`${key} ${value}`] : [];
  });
  return parts.length === 0 ? undefined : quoted(parts.join(", "));
}
