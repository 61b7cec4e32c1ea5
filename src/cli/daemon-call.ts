import { joinHostPort } from "../config/names.ts";
import { sopCommandWords } from "../i18n/sop-commands.ts";
import type { Settings } from "../model/config.ts";
import { say, type Language } from "../model/text.ts";

export type DaemonAnswer =
  | { readonly status: number; readonly body: unknown }
  /** In the language of the configuration, with the remedy. */
  | { readonly trouble: string };

const timeoutMs = 10_000;
/** The largest answer is a list of runs with all their steps. */
const maxBytes = 4 * 1024 * 1024;

/**
 * One request to the daemon that runs with this configuration, at `settings.http` with its token.
 * @throws SecretError when the token cannot be read
 */
export async function callDaemon(
  { http }: Pick<Settings, "http">,
  language: Language,
  path: string,
  body?: unknown,
): Promise<DaemonAnswer> {
  const origin = `http://${joinHostPort(reachable(http.host), http.port)}`;
  const trouble = (words: "notRunning" | "notOurs" | "unauthorized", reason = ""): DaemonAnswer => ({
    trouble: say(sopCommandWords[words], language, { url: origin, reason }),
  });
  const token = await http.token?.reveal();
  let text: string;
  let status: number;
  try {
    const response = await fetch(origin + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        "accept-language": language,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    ({ status } = response);
    text = await readAtMost(response, maxBytes);
  } catch (error) {
    return trouble("notRunning", reasonOf(error));
  }
  if (status === 401) return trouble("unauthorized");
  try {
    return { status, body: JSON.parse(text) };
  } catch {
    return trouble("notOurs");
  }
}

/** Who listens everywhere is reached on loopback. */
const reachable = (host: string): string => ({ "0.0.0.0": "127.0.0.1", "::": "::1" })[host] ?? host;

async function readAtMost(response: Response, most: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > most) return "";
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Node's fetch says "fetch failed" and keeps the reason behind it. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && "code" in cause && typeof cause.code === "string") return cause.code;
  return cause instanceof Error ? cause.message : String(cause);
}
