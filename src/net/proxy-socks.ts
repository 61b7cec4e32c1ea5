import net from "node:net";
import ipaddr from "ipaddr.js";
import type { DialFailure } from "../model/connection.ts";
import type { Proxy } from "../model/proxy.ts";
import type { Dialogue } from "./proxy-dialogue.ts";

const version = 5;
const noLogin = 0;
const byPassword = 2;

/** RFC 1928 section 6. Those with a failure are about the target, the others about the proxy, its rules or its own network. */
const replies: Readonly<Record<number, { readonly text: string; readonly failure?: DialFailure }>> = {
  1: { text: "general failure of the proxy" },
  2: { text: "the rules of the proxy do not allow it" },
  // As our own ENETUNREACH: it is the proxy that has no way out.
  3: { text: "the proxy has no network to there" },
  4: { text: "host unreachable, the proxy says", failure: "unreachable" },
  5: { text: "connection refused, the proxy says", failure: "refused" },
  6: { text: "time exceeded, the proxy says", failure: "timeout" },
  7: { text: "the proxy knows no CONNECT" },
  8: { text: "the proxy takes no such kind of address" },
};

/**
 * Asks a SOCKS5 proxy for a target: without a login or by user and password (RFC 1929), by name wherever there is one.
 * @throws DialError
 */
export async function connectBySocks(
  dialogue: Dialogue,
  { user, password }: Proxy,
  target: { readonly host: string; readonly port: number },
): Promise<void> {
  const { refuse } = dialogue;
  const known = user === undefined || password === undefined ? undefined : { user, password };
  const methods = known ? [noLogin, byPassword] : [noLogin];
  dialogue.write(Uint8Array.from([version, methods.length, ...methods]));
  const [spoken = 0, method = 0] = await dialogue.bytes(2);
  if (spoken !== version) throw refuse("it does not answer as a SOCKS5 proxy does", "SOCKS_VERSION");
  if (method === byPassword && known) await logIn(dialogue, known.user, await known.password.reveal());
  else if (method === byPassword || (method === 255 && !known)) {
    throw refuse("the proxy asks for a user and a password", "SOCKS_LOGIN_WANTED");
  } else if (method !== noLogin) throw refuse("the proxy takes none of our ways to log in", "SOCKS_NO_METHOD");

  const address = addressBytes(target.host);
  if (address === undefined) throw refuse("the name of the target is longer than 255 bytes", "SOCKS_NAME_LENGTH");
  const connect = 1;
  dialogue.write(Uint8Array.from([version, connect, 0, ...address, target.port >> 8, target.port & 255]));
  dialogue.asked();
  const [again = 0, reply = 0] = await dialogue.bytes(2);
  if (again !== version) throw refuse("it does not answer as a SOCKS5 proxy does", "SOCKS_VERSION");
  if (reply !== 0) {
    // Some send no more than the two bytes with a refusal: what follows is not waited for.
    const { text, failure } = replies[reply] ?? { text: "an answer that SOCKS5 does not know" };
    const code = `SOCKS_REPLY_${reply}`;
    throw failure === undefined ? refuse(`${text} (${code})`, code) : dialogue.unreached(`${text} (${code})`, code, failure);
  }
  const [, kind = 0] = await dialogue.bytes(2);
  // BND.ADDR and BND.PORT: where the proxy connected from, of no use here, and not part of what the target sends.
  const length = kind === 1 ? 4 : kind === 4 ? 16 : kind === 3 ? (await dialogue.bytes(1))[0] : undefined;
  if (length === undefined) throw refuse("it does not answer as a SOCKS5 proxy does", "SOCKS_ADDRESS_TYPE");
  await dialogue.bytes(length + 2);
}

/** RFC 1929. */
async function logIn(dialogue: Dialogue, user: string, password: string): Promise<void> {
  const [name, secret] = [Buffer.from(user), Buffer.from(password)];
  if (name.length > 255 || secret.length > 255) {
    throw dialogue.refuse("user and password may be 255 bytes long at most", "SOCKS_PASSWORD_LENGTH");
  }
  dialogue.write(Uint8Array.from([1, name.length, ...name, secret.length, ...secret]));
  const [, status] = await dialogue.bytes(2);
  if (status !== 0) throw dialogue.refuse("the proxy refuses our user or password", "SOCKS_LOGIN_REFUSED");
}

/** ATYP and DST.ADDR (RFC 1928 section 5); undefined for a name that does not fit. */
function addressBytes(host: string): readonly number[] | undefined {
  const family = net.isIP(host);
  if (family !== 0) return [family === 4 ? 1 : 4, ...ipaddr.parse(host).toByteArray()];
  const name = Buffer.from(host);
  return name.length > 255 ? undefined : [3, name.length, ...name];
}
