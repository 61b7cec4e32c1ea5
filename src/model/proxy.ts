import type { Secret } from "./secret.ts";
import type { Text } from "./text.ts";

/** Where a proxy is, and how it is spoken to: SOCKS5 (RFC 1928) or HTTP CONNECT (RFC 9110 section 9.3.6). */
interface ProxyAddress {
  readonly kind: "socks5" | "http";
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly user?: string;
}

/** What connections go through where the direct way is blocked. The proxy looks up the names; TLS reaches through it to the target. */
export interface Proxy extends ProxyAddress {
  /** There where `user` is. */
  readonly password?: Secret;
}

/** One that the plan has read, against one as a person writes it. */
export const isProxy = (value: unknown): value is Proxy =>
  typeof value === "object" && value !== null && "kind" in value && "host" in value && "port" in value;

/** How findings and evidence call it, `gate.example.com:1080`: never with its user. */
export const proxyName = ({ host, port }: Pick<Proxy, "host" | "port">): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;

const schemes: Readonly<Record<string, Pick<ProxyAddress, "kind" | "port">>> = {
  "socks5:": { kind: "socks5", port: 1080 },
  // curl's word for SOCKS5 where the proxy looks up the names, as it always does here.
  "socks5h:": { kind: "socks5", port: 1080 },
  "http:": { kind: "http", port: 80 },
};

/**
 * Reads `socks5://[user@]host[:port]` or `http://[user@]host[:port]`; without a port 1080 or 80.
 * @returns `secret` for one with a password in it, which must not stand there; undefined for what is no proxy
 */
export function readProxyAddress(text: string): ProxyAddress | "secret" | undefined {
  const url = URL.parse(text.trim());
  const scheme = url === null ? undefined : schemes[url.protocol];
  if (url === null || scheme === undefined) return undefined;
  if (url.password !== "") return "secret";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  const isPlain = (url.pathname === "" || url.pathname === "/") && url.search === "" && url.hash === "";
  if (!isPlain || !/^(?:[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|[0-9a-f.]*:[0-9a-f:.]+)$/.test(host) || url.port === "0")
    return undefined;
  const user = decoded(url.username);
  if (user === undefined) return undefined;
  const port = url.port === "" ? scheme.port : Number(url.port);
  return { kind: scheme.kind, host, port, ...(user === "" ? {} : { user }) };
}

/** Undefined where it cannot be read, is longer than SOCKS5 can say (RFC 1929 section 2: 255 bytes), or would end a header line. */
function decoded(text: string): string | undefined {
  try {
    const user = decodeURIComponent(text);
    // oxlint-disable-next-line no-control-regex -- those are what is refused; a colon would begin the password (RFC 7617 section 2)
    return new TextEncoder().encode(user).length <= 255 && !/[\u0000-\u001f\u007f:]/.test(user) ? user : undefined;
  } catch {
    return undefined;
  }
}

/** Told by the plan and by the options of checks and channels alike. */
interface ProxyFault {
  readonly problem: Text;
  readonly remedy: Text;
}

export const proxyRemedy: Text = {
  en: "write socks5://host:port or http://host:port; with a login { url: socks5://user@host:port, password: { env: NAME } }",
  zh: "请写 socks5://主机:端口 或 http://主机:端口；需登录时写 { url: socks5://用户@主机:端口, password: { env: 变量名 } }",
};

/**
 * A proxy as a person writes it: an address alone, or `url` and `password`.
 * @param toSecret reads the place of the password; undefined where it is none
 */
export function readProxy<S>(
  value: unknown,
  toSecret: (value: unknown) => S | undefined,
): (ProxyAddress & { readonly password?: S }) | ProxyFault {
  const { url, password, ...more }: Readonly<Record<string, unknown>> =
    typeof value === "object" && value !== null ? { ...value } : { url: value };
  const address = typeof url === "string" && Object.keys(more).length === 0 ? readProxyAddress(url) : undefined;
  const wrong = (en: string, zh: string): ProxyFault => ({ problem: { en, zh }, remedy: proxyRemedy });
  if (address === "secret") return wrong("a password must not stand in this file as text", "密码不能以明文写在此文件中");
  if (address === undefined) return wrong("is not the address of a proxy", "不是代理地址");
  if (password === undefined && address.user === undefined) return address;
  if (password === undefined || address.user === undefined)
    return wrong("user and password belong together", "用户名和密码要一起写");
  const secret = toSecret(password);
  if (secret === undefined) return wrong("the password is not the place of a secret", "password 不是有效的密码来源");
  return { ...address, password: secret };
}
