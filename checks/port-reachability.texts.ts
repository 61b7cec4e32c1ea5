import type { FindingDeclaration } from "../src/model/check.ts";

/** Which ports of a mail host answer from here, and on whose side the trouble is where one does not. */
export const reachabilityFindings = {
  "port-blocked": {
    severity: "warning",
    cause: "own-port-blocked",
    timed: true,
    text: {
      en: "This network does not let mail programs out at port {ports}: neither {host} nor {count} other mail services answer there ({reason}). The provider is not the cause",
      zh: "本机所在网络不放行端口 {ports}：{host} 和另外 {count} 家邮件服务都没有应答（{reason}）。不是服务商的问题",
    },
    advice: {
      en: "Whoever runs the firewall of this network opens port {ports} outwards. Until then mail programs here need another network, or webmail.",
      zh: "请本地网络的防火墙管理员放行出方向端口 {ports}；在此之前，请换一个网络，或用网页邮箱收发。",
    },
    source: "Other mail services at the same port, before anybody is blamed",
  },
  "port-silent": {
    severity: "warning",
    cause: "own-port-blocked",
    timed: true,
    text: {
      en: "Port {ports} of {host} does not answer from here while its port {open} does ({reason}): most often a firewall of this network drops it",
      zh: "从本机连不上 {host} 的端口 {ports}，而它的端口 {open} 有应答（{reason}）：多半是本地网络的防火墙拦截了",
    },
    advice: {
      en: "Try the same from another network, such as a phone without Wi-Fi. If it works there, whoever runs the firewall here opens port {ports}; if not, ask the provider.",
      zh: "请先换一个网络再试，例如关闭 Wi-Fi 的手机：那边能连上，就请本地防火墙管理员放行端口 {ports}；也连不上，再联系服务商。",
    },
    source: "One port silent while another of the same host answers",
  },
  "port-closed": {
    severity: "warning",
    timed: true,
    text: {
      en: "{host} no longer takes connections at port {ports} ({reason}), while {control} does and its own port {open} answers: this network lets them out",
      zh: "{host} 的端口 {ports} 不再接受连接（{reason}），而 {control} 有应答，它自己的端口 {open} 也正常：本地网络并未拦截",
    },
    advice: {
      en: "Compare the port with the set-up page of the provider and look at its status page; then ask it. Own server: look at that service and its firewall.",
      zh: "请与服务商的设置说明核对端口，再看其状态页，然后联系客服。自建服务器：检查该服务和服务器上的防火墙。",
    },
    source: "Other mail services at the same port, before anybody is blamed",
  },
  "host-silent": {
    severity: "critical",
    cause: "server-down",
    concerns: "server",
    timed: true,
    text: {
      en: "{host} is down, or turns this network away: none of its ports answers ({ports}: {reason}), while {control} does",
      zh: "{host} 已中断，或拒绝了本地网络：所有端口都没有应答（{ports}：{reason}），而 {control} 有应答",
    },
    advice: {
      en: "Look at the provider's status page and call it; a look from another network tells whether it refuses only this one. Own server: see whether it is up.",
      zh: "请看服务商的状态页并联系客服；换一个网络再试，可知是否只拒绝本地网络。自建服务器：确认它是否在线。",
    },
    source: "Other mail services at the same ports, before anybody is blamed",
  },
  "ports-unjudged": {
    severity: "unknown",
    text: {
      en: "{host} was not judged: none of its ports answers ({ports}: {reason}), and there is no other mail service to compare with",
      zh: "未能判断 {host}：所有端口都没有应答（{ports}：{reason}），也没有其他邮件服务可以比较",
    },
    advice: {
      en: "Try it from another network. Name mail servers at the same ports that you trust, as control in the options of this probe.",
      zh: "请换一个网络再试；并在此探测的选项 control 中写上同端口的、可信的邮件服务器。",
    },
    source: "A firewall that drops all mail ports looks the same as a host that is down",
  },
  "port25-silent": {
    severity: "info",
    text: {
      en: "Port 25 of {host} does not answer from here ({reason}). Mail programs do not need it: most networks block it on the way out",
      zh: "从本机连不上 {host} 的 25 端口（{reason}）。邮件客户端用不到它，多数网络也会拦截出方向的 25 端口",
    },
    advice: {
      en: "Nothing, where mail programs send by 465 or 587. A server that sends mail itself needs port 25 opened by its provider.",
      zh: "客户端用 465 或 587 发信时，无需处理；自己直接发信的服务器，请向其服务商申请放开 25 端口。",
    },
    source: "RFC 5068 section 3.1 (BCP 134): submission does not use port 25",
  },
} as const satisfies Record<string, FindingDeclaration>;
