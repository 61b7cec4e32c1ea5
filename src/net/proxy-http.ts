import net from "node:net";
import { quoted } from "../model/text.ts";
import { visible } from "../model/visible.ts";
import type { DialFailure } from "../model/connection.ts";
import type { Proxy } from "../model/proxy.ts";
import type { Dialogue } from "./proxy-dialogue.ts";

/** A header that is longer is no answer to CONNECT. */
const maxHeader = 16 * 1024;
/** 100, 102, 103 and the like before the answer. */
const maxInterim = 5;

/**
 * Asks an HTTP proxy for a target (RFC 9110 section 9.3.6), with Basic credentials (RFC 7617) where there are some.
 * @throws DialError
 */
export async function connectByHttp(
  dialogue: Dialogue,
  { user, password }: Proxy,
  target: { readonly host: string; readonly port: number },
): Promise<void> {
  const { refuse, unreached } = dialogue;
  const host = net.isIPv6(target.host) ? `[${target.host}]` : target.host;
  // Nothing that a name holds may begin another header.
  if (/[^\w.:[\]-]/.test(host)) throw refuse("the name of the target fits into no header", "HTTP_NAME");
  const secret = user === undefined ? undefined : `${user}:${(await password?.reveal()) ?? ""}`;
  const lines = [
    `CONNECT ${host}:${target.port} HTTP/1.1`,
    `Host: ${host}:${target.port}`,
    "User-Agent: Mailvigil",
    ...(secret === undefined ? [] : [`Proxy-Authorization: Basic ${Buffer.from(secret).toString("base64")}`]),
  ];
  dialogue.write(`${lines.join("\r\n")}\r\n\r\n`);
  dialogue.asked();
  for (let interim = 0; interim <= maxInterim; interim += 1) {
    const header = await dialogue.through("\r\n\r\n", maxHeader);
    const [, digits = "", words = ""] = /^HTTP\/1\.[01] (\d{3})(?: ([^\r\n]*))?\r\n/.exec(header) ?? [];
    if (digits === "") throw refuse("it does not answer as an HTTP proxy does", "HTTP_ANSWER");
    const status = Number(digits);
    if (status < 200) continue;
    if (status < 300) return;
    const code = `HTTP_${status}`;
    if (status === 407) {
      const text = secret === undefined ? "the proxy asks for a user and a password" : "the proxy refuses our user or password";
      throw refuse(`${text} (${code})`, code);
    }
    if (status === 403) throw refuse(`the rules of the proxy do not allow it (${code})`, code);
    const said = quoted(visible(`${status} ${words}`.trim(), 120));
    const failure = aboutTarget(status, words, header);
    if (failure === undefined) throw refuse(`the proxy answers ${said}`, code);
    throw unreached(`the proxy answers ${said}`, code, failure);
  }
  throw refuse("it does not answer as an HTTP proxy does", "HTTP_ANSWER");
}

/** RFC 9209 section 2.3; what Squid calls the same. */
const targetErrors: readonly (readonly [pattern: RegExp, failure: DialFailure])[] = [
  [/\bconnection_refused\b|\bERR_CONNECT_FAIL 111\b/, "refused"],
  [/\bconnection_timeout\b|\bERR_CONNECT_FAIL 110\b/, "timeout"],
  [
    /\b(?:destination_unavailable|destination_ip_unroutable|destination_not_found|connection_terminated)\b|\bERR_CONNECT_FAIL\b/,
    "unreachable",
  ],
];

/** How the target failed, by the proxy; undefined where the status may as well be about the proxy itself. */
function aboutTarget(status: number, words: string, header: string): DialFailure | undefined {
  const said = /^(?:proxy-status|x-squid-error):[^\r\n]*/im.exec(header)?.[0] ?? "";
  const known = targetErrors.find(([pattern]) => pattern.test(said))?.[1];
  if (known !== undefined) return known;
  if (status === 504) return "timeout";
  // tinyproxy says 500 for it.
  return status === 502 || /unable to connect/i.test(words) ? "unreachable" : undefined;
}
