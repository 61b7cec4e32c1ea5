import { at, users } from "./addresses.ts";
import type { Fault } from "./fault.ts";
import { startInterception } from "./interception.ts";

const [sales] = users.harbour;
/** The monitor runs as root, and so does no server that connects to others: only the monitor's own packets are meant. */
const ours = "meta skuid 0";
const elsewhere = "ip daddr != 127.0.0.0/16";

/** Faults on the monitor's own side: no mail server may be blamed. */
export const ownFaults: readonly Fault[] = [
  {
    id: "own-network-cut",
    timed: true,
    title: { en: "The monitor's own network is cut: packets vanish", zh: "监控机自己的网络断开：数据包有去无回" },
    at: sales,
    expect: ["own-network"],
    apply: ({ firewall }) => firewall.forbid(`${ours} ${elsewhere} drop`),
  },
  {
    id: "own-network-unreachable",
    title: { en: "The monitor has no route to anywhere", zh: "监控机没有通往外部的路由" },
    at: sales,
    expect: ["own-network"],
    apply: ({ firewall }) => firewall.forbid(`${ours} ${elsewhere} reject with icmp type net-unreachable`),
  },
  {
    id: "own-port25-blocked",
    title: { en: "The monitor's provider blocks port 25 outwards", zh: "监控机的网络服务商封锁了出方向 25 端口" },
    at: sales,
    expect: ["own-port-blocked"],
    apply: ({ firewall }) => firewall.forbid(`${ours} tcp dport 25 drop`),
  },
  {
    id: "own-mail-ports-blocked",
    timed: true,
    title: {
      en: "The office firewall blocks 993, 995 and 465 to everybody",
      zh: "办公室防火墙对所有目标封锁 993、995 和 465 端口",
    },
    at: sales,
    expect: ["own-port-blocked"],
    apply: ({ firewall }) => firewall.forbid(`${ours} tcp dport { 465, 993, 995 } drop`),
  },
  {
    id: "tls-intercepted",
    title: { en: "The office firewall opens every encrypted connection", zh: "办公室防火墙解密所有加密连接" },
    at: sales,
    expect: ["tls-intercepted"],
    apply: startInterception,
    undo: ({ firewall }) => firewall.heal(),
  },
  {
    id: "own-resolver-silent",
    title: { en: "The monitor's resolver does not answer", zh: "监控机使用的 DNS 解析器没有回应" },
    at: sales,
    expect: ["own-resolver"],
    apply: ({ firewall }) => firewall.forbid(`${ours} ip daddr ${at.dns} drop`),
  },
  {
    id: "own-resolver-servfail",
    title: { en: "The monitor's resolver answers SERVFAIL to everything", zh: "监控机使用的 DNS 解析器一律回答 SERVFAIL" },
    at: sales,
    expect: ["own-resolver"],
    apply: ({ names }) => names.misbehave(() => "SERVFAIL"),
  },
  {
    id: "own-resolver-lies",
    title: {
      en: "The monitor's resolver answers an advertising server for names that do not exist",
      zh: "监控机使用的 DNS 解析器把不存在的域名指向广告服务器",
    },
    at: sales,
    expect: ["own-resolver"],
    apply: ({ names }) => names.change({ "*": { A: [at.stranger] }, "harbour.lab": undefined, "mail.harbour.lab": undefined }),
  },
  {
    id: "own-token-refused",
    title: { en: "The client secret with which the monitor gets tokens was deleted", zh: "监控用来换取令牌的客户端密钥已被删除" },
    at: users.tokens[0],
    expect: ["monitor-credential"],
    apply: ({ setSecret }) => setSecret("tokens", "a secret that was deleted"),
  },
];
