import type { FindingDeclaration, FoundFinding } from "../model/check.ts";
import { type DialError, type DialFailure, type Phase } from "../model/connection.ts";
import { type Proxy, proxyName } from "../model/proxy.ts";
import type { Data } from "../model/text.ts";
import { type CertificateCode, certificateFinding } from "./certificate-findings.ts";

/** What every check that connects can find on the way, up to a secured connection; certificates are in certificate-findings.ts. */
export const connectionFindings = {
  "name-not-found": {
    severity: "critical",
    cause: "zone-broken",
    concerns: "server",
    text: {
      en: "Mail programs cannot find {host}: the name does not exist, as a name server of its zone confirms (NXDOMAIN)",
      zh: "邮件客户端找不到 {host}：该域名不存在，权威 DNS 服务器已确认（NXDOMAIN）",
    },
    advice: {
      en: "Compare {host} with the set-up page of your mail provider. If it is right, ask whoever runs the DNS to restore it.",
      zh: "先与邮箱服务商的设置说明核对 {host}；若没有写错，请 DNS 管理员恢复该记录。",
    },
    source: "RFC 8020; RFC 2308 section 2.1",
  },
  "no-address": {
    severity: "critical",
    cause: "zone-broken",
    concerns: "server",
    text: {
      en: "Mail programs cannot reach {host}: the name exists without an address (no A or AAAA record)",
      zh: "邮件客户端连不上 {host}：域名存在，但没有地址记录（A 或 AAAA）",
    },
    advice: {
      en: "Compare {host} with the set-up page of your mail provider. If it is right, ask whoever runs the DNS to add its A record.",
      zh: "先与邮箱服务商的设置说明核对 {host}；若没有写错，请 DNS 管理员补上 A 记录。",
    },
    source: "RFC 2308 section 2.2",
  },
  "name-unresolved": {
    severity: "unknown",
    text: {
      en: "{host} was not judged: its address could not be looked up ({reason})",
      zh: "未能判断 {host}：查不到它的地址（{reason}）",
    },
    advice: {
      en: "Look at the resolver that Mailvigil asks and at the zone of {host}; a failed look-up says nothing about the mail server.",
      zh: "请检查 Mailvigil 使用的 DNS 解析服务器，以及 {host} 所在的域；查询失败不代表邮件服务器有问题。",
    },
    source: "RFC 1035 section 4.1.1 (RCODE 2)",
  },
  "connection-refused": {
    severity: "critical",
    cause: "server-down",
    concerns: "server",
    text: {
      en: "Mail programs cannot connect to {host}: the machine answers, but nothing takes connections at port {port} ({reason})",
      zh: "邮件客户端连不上 {host}：机器有回应，但端口 {port} 拒绝连接（{reason}）",
    },
    advice: {
      en: "Check the port. Own server: start the mail service again and look at its log. Provider: look at its status page, then call it.",
      zh: "先核对端口。自建服务器：重启邮件服务并查看日志；使用服务商：看其状态页，再联系客服。",
    },
    source: "RFC 9293 section 3.10.7.3",
  },
  "connect-timeout": {
    severity: "critical",
    cause: "server-down",
    concerns: "server",
    timed: true,
    text: {
      en: "Mail programs cannot connect to {host}: port {port} does not answer at all ({reason})",
      zh: "邮件客户端连不上 {host}：端口 {port} 毫无回应（{reason}）",
    },
    advice: {
      en: "Check whether the server is up and whether a firewall drops port {port}. Provider: look at its status page, then call it.",
      zh: "先确认服务器是否在线、防火墙是否拦截端口 {port}；使用服务商：看其状态页，再联系客服。",
    },
    source: "The limit for a connection (limits.connect, 10 s)",
  },
  "host-unreachable": {
    severity: "critical",
    cause: "server-down",
    concerns: "server",
    text: {
      en: "Mail programs cannot reach {host}: a router on the way says that there is no such machine ({reason})",
      zh: "邮件客户端连不上 {host}：途中的路由器报告主机不可达（{reason}）",
    },
    advice: {
      en: "Check whether the server and its line are up. Hosted: ask the operator of the data centre or the provider.",
      zh: "请确认服务器及其线路是否正常；托管在外的，请联系机房或服务商。",
    },
    source: "RFC 792 (destination unreachable)",
  },
  "no-route": {
    severity: "unknown",
    cause: "own-network",
    text: {
      en: "{host} was not judged: the machine that Mailvigil runs on has no way to it ({reason})",
      zh: "未能判断 {host}：运行 Mailvigil 的机器没有通往它的网络（{reason}）",
    },
    advice: {
      en: "Look at the network, routes and local firewall of the machine Mailvigil runs on; the mail server is not blamed.",
      zh: "请检查运行 Mailvigil 的机器的网络、路由和本机防火墙；这不代表邮件服务器有问题。",
    },
    source: "connect(2): ENETUNREACH, EADDRNOTAVAIL, EPERM",
  },
  "path-blocked": {
    severity: "unknown",
    cause: "path-blocked",
    text: {
      en: "{host} was not judged: no connection to it stands from here, and in mainland China the way to it is known to be blocked ({reason})",
      zh: "未能判断 {host}：从本机连不上它；已知在中国大陆无法直接访问（{reason}）",
    },
    advice: {
      en: "In mainland China: give the mailbox a way around, such as proxy: socks5://gate.example.com:1080. Elsewhere: look at your firewall, then at the provider's status page.",
      zh: "在中国大陆：请为该邮箱设置代理，例如 proxy: socks5://gate.example.com:1080。在其他地区：先检查防火墙，再看服务商的状态页。",
    },
    source: "The preset of the provider (blocked_in): a blocked path says nothing about the mail service",
  },
  "proxy-failed": {
    severity: "unknown",
    cause: "own-network",
    text: {
      en: "{host} was not judged: the proxy {proxy}, by which it is reached, does not work ({reason})",
      zh: "未能判断 {host}：连接它所用的代理 {proxy} 不可用（{reason}）",
    },
    advice: {
      en: "Whoever runs the proxy looks at it; check its address, user and password in proxy:. The mail server is not blamed.",
      zh: "请代理的管理员检查，并核对 proxy: 中的地址、用户名和密码；这不代表邮件服务器有问题。",
    },
    source: "RFC 1928 section 6; RFC 1929; RFC 9110 sections 9.3.6 and 15.5.8",
  },
  "proxy-target-failed": {
    severity: "critical",
    concerns: "server",
    timed: true,
    text: {
      en: "{host} cannot be reached at port {port} by way of the proxy {proxy}, which itself answers ({reason})",
      zh: "经代理 {proxy} 连不上 {host} 的端口 {port}，而代理本身有应答（{reason}）",
    },
    advice: {
      en: "Look at the status page of the provider. If all is well there, ask whoever runs the proxy whether {host} is allowed and can be reached from it.",
      zh: "先看服务商的状态页；若那里正常，请代理的管理员确认是否放行 {host}，以及代理所在的网络能否连上它。",
    },
    source: "RFC 1928 section 6 (replies 4 to 6); RFC 9209 section 2.3",
  },
  "address-failed": {
    severity: "warning",
    concerns: "server",
    timed: true,
    text: {
      en: "Mail programs sometimes wait at {host}: {count} of its addresses did not take the connection ({reason})",
      zh: "邮件客户端连接 {host} 时会卡顿：有 {count} 个地址连不上（{reason}）",
    },
    advice: {
      en: "Mend the server behind that address, or take its record out of the DNS until it is back.",
      zh: "请修复该地址对应的服务器；修好之前可先从 DNS 中去掉该记录。",
    },
    source: "RFC 8305 section 1: clients try addresses in turn",
  },
  "tls-timeout": {
    severity: "critical",
    cause: "server-down",
    concerns: "server",
    timed: true,
    text: {
      en: "Mail programs hang at {host}: port {port} takes the connection, then does not begin encryption ({reason})",
      zh: "邮件客户端连接 {host} 时卡住：端口 {port} 接受了连接，却一直不开始加密（{reason}）",
    },
    advice: {
      en: "Check that port {port} is the one for TLS. Own server: it may be frozen or full; look at its load, then start it again.",
      zh: "先确认端口 {port} 是否为加密端口。自建服务器可能已卡死或过载：查看负载，必要时重启。",
    },
    source: "The limit for the TLS handshake (limits.tls, 10 s)",
  },
  "tls-failed": {
    severity: "critical",
    concerns: "server",
    text: {
      en: "Mail programs cannot connect securely to {host}: port {port} breaks off the TLS handshake ({reason})",
      zh: "邮件客户端无法与 {host} 建立加密连接：端口 {port} 在 TLS 握手时中断（{reason}）",
    },
    advice: {
      en: "Check that port {port} speaks TLS from the first byte. Own server: look at certificate, key and TLS versions (1.2 or later).",
      zh: "先确认端口 {port} 是否一连接就使用 TLS。自建服务器：检查证书、私钥与 TLS 版本（须 1.2 以上）。",
    },
    source: "RFC 8446 section 6.2; RFC 8996",
  },
} as const satisfies Record<string, FindingDeclaration>;

export type ConnectionCode = keyof typeof connectionFindings;

/** Where a session stands when something happens to it; part of the data of every finding. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** What it is reached through, `gate.example.com:1080`: the engine looks at that before anybody is blamed. */
  readonly proxy?: string;
}

export const targetOf = ({ host, port, proxy }: { host: string; port: number; proxy?: Proxy | undefined }): Target => ({
  host,
  port,
  ...(proxy ? { proxy: proxyName(proxy) } : {}),
});

/** What our own system says about itself; a router's word about the target is EHOSTUNREACH alone. */
const ownSide: ReadonlySet<string> = new Set(["ENETUNREACH", "ENETDOWN", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EACCES", "EPERM"]);

/** The failure lies with the network of our own machine: nothing is known about the target. */
export const isOwnSide = (error: DialError): boolean => error.failure === "unreachable" && ownSide.has(error.code ?? "");

const inResolve: Partial<Record<DialFailure, ConnectionCode>> = {
  "name-not-found": "name-not-found",
  "no-address": "no-address",
  "resolve-failed": "name-unresolved",
};
const inConnect: Partial<Record<DialFailure, ConnectionCode>> = {
  refused: "connection-refused",
  reset: "connection-refused",
  closed: "connection-refused",
  timeout: "connect-timeout",
  unreachable: "host-unreachable",
};
const inTls: Partial<Record<DialFailure, ConnectionCode>> = {
  timeout: "tls-timeout",
  reset: "tls-failed",
  closed: "tls-failed",
  "tls-failed": "tls-failed",
};
const byPhase: Partial<Record<Phase, Partial<Record<DialFailure, ConnectionCode>>>> = {
  resolve: inResolve,
  connect: inConnect,
  tls: inTls,
};

/** How a blocked path looks: packets that are dropped, and resets in somebody else's name at the first or at the next one. */
const cutOff: ReadonlySet<DialFailure> = new Set(["timeout", "reset", "closed", "refused", "unreachable"]);

/**
 * The finding that says why a dial, or `startTls`, did not succeed.
 * @param blocked the provider is known to be out of reach from mainland China: who is cut off from it is not told that it is down
 * @returns undefined where the error says nothing about the target (given up, a fault of our own): throw it on
 */
export function connectionFinding(
  error: DialError,
  target: Target,
  blocked = false,
): FoundFinding<ConnectionCode | CertificateCode> | undefined {
  if (error.failure === "certificate") return certificateFinding(error.peer, error.remote ?? "", target);
  const code = codeOf(error, target, blocked);
  return code && { code, data: dataOf(error, target) };
}

function codeOf(error: DialError, target: Target, blocked: boolean): ConnectionCode | undefined {
  const { phase, failure } = error;
  if (failure === "aborted") return undefined;
  if (phase === "proxy-connect" || phase === "proxy-handshake") return "proxy-failed";
  if (target.proxy !== undefined && phase === "connect") return "proxy-target-failed";
  if (isOwnSide(error)) return "no-route";
  const code = byPhase[phase]?.[failure];
  return blocked && target.proxy === undefined && phase !== "resolve" && code && cutOff.has(failure) ? "path-blocked" : code;
}

/** Says that addresses of the name did not connect before one did; undefined when all is well or the fault is our own. */
export function failedAddresses(failed: readonly DialError[], target: Target): FoundFinding<"address-failed"> | undefined {
  const theirs = failed.filter((error) => !isOwnSide(error));
  const [first] = theirs;
  if (first === undefined) return undefined;
  const reason = theirs.map((error) => error.message).join("; ");
  return { code: "address-failed", data: { ...dataOf(first, target), reason, count: theirs.length } };
}

const dataOf = (error: DialError, target: Target): Data => ({ phase: error.phase, ...target, reason: error.message });
