import { createAuthority, type Issued, issueSelfSigned } from "../support/certificates.ts";
import { at, hosts, users } from "./addresses.ts";
import type { Fault } from "./fault.ts";
import type { Lab } from "./lab.ts";

const [sales] = users.harbour;
const [desk] = users.orchard;
const [hq] = users.globe;

/** Starts the company's servers again with another certificate. */
async function present({ harbour }: Lab, tls: Pick<Issued, "chainPem" | "keyPem">): Promise<void> {
  const { dovecot, postfix } = harbour;
  await dovecot.halt();
  await postfix.halt();
  await dovecot.resume({ tls });
  await postfix.resume({ tls });
}
const presentGood = (lab: Lab): Promise<void> => present(lab, lab.certificates.harbour);

const presentOf = async (lab: Lab, of: (lab: Lab) => Promise<Pick<Issued, "chainPem" | "keyPem">>): Promise<void> =>
  present(lab, await of(lab));

/** Faults of servers, and of the way to them. */
export const serverFaults: readonly Fault[] = [
  {
    id: "server-stopped",
    title: { en: "The mail server is down: nothing listens", zh: "邮件服务器停机，没有任何服务在监听" },
    at: sales,
    expect: ["server-down"],
    apply: async ({ harbour }) => {
      await harbour.dovecot.halt();
      await harbour.postfix.halt();
    },
    undo: async ({ harbour }) => {
      await harbour.dovecot.resume();
      await harbour.postfix.resume();
    },
  },
  {
    id: "imap-stopped",
    title: { en: "Dovecot has stopped, Postfix runs", zh: "Dovecot 已停止，Postfix 仍在运行" },
    at: sales,
    expect: ["server-down"],
    apply: ({ harbour }) => harbour.dovecot.halt(),
    undo: ({ harbour }) => harbour.dovecot.resume(),
  },
  {
    id: "smtp-stopped",
    title: { en: "Postfix has stopped, Dovecot runs", zh: "Postfix 已停止，Dovecot 仍在运行" },
    at: sales,
    expect: ["server-down"],
    apply: ({ harbour }) => harbour.postfix.halt(),
    undo: ({ harbour }) => harbour.postfix.resume(),
  },
  {
    id: "cyrus-stopped",
    title: { en: "Cyrus has stopped, Exim runs", zh: "Cyrus 已停止，Exim 仍在运行" },
    at: desk,
    expect: ["server-down"],
    apply: ({ orchard }) => orchard.cyrus.halt(),
    undo: ({ orchard }) => orchard.cyrus.resume(),
  },
  {
    id: "exim-stopped",
    title: { en: "Exim has stopped, Cyrus runs", zh: "Exim 已停止，Cyrus 仍在运行" },
    at: desk,
    expect: ["server-down"],
    apply: ({ orchard }) => orchard.exim.halt(),
    undo: ({ orchard }) => orchard.exim.resume(),
  },
  {
    id: "imap-frozen",
    timed: true,
    title: { en: "Dovecot hangs: it takes connections and says nothing", zh: "Dovecot 卡死：接受连接但没有应答" },
    at: sales,
    expect: ["server-down"],
    apply: ({ harbour }) => harbour.dovecot.freeze(),
    undo: ({ harbour }) => harbour.dovecot.thaw(),
  },
  {
    id: "exim-frozen",
    timed: true,
    title: { en: "Exim hangs: it takes connections and says nothing", zh: "Exim 卡死：接受连接但没有应答" },
    at: desk,
    expect: ["server-down"],
    apply: ({ orchard }) => orchard.exim.freeze(),
    undo: ({ orchard }) => orchard.exim.thaw(),
  },
  {
    id: "smtp-greets-late",
    timed: true,
    title: { en: "Postfix greets only after four seconds", zh: "Postfix 四秒后才发出问候" },
    at: sales,
    expect: ["server-down"],
    apply: async ({ harbour }) => {
      await harbour.postfix.halt();
      const slow = "smtpd_delay_reject = no\nsmtpd_client_restrictions = sleep 4";
      await harbour.postfix.resume({ extraConfig: harbour.postfixConfig(slow) });
    },
    undo: async ({ harbour }) => {
      await harbour.postfix.halt();
      await harbour.postfix.resume({ extraConfig: harbour.postfixConfig() });
    },
  },
  {
    id: "imap-port-filtered",
    timed: true,
    title: { en: "A firewall on the way drops port 993 of the server", zh: "途中的防火墙丢弃发往服务器 993 端口的数据包" },
    at: sales,
    expect: ["server-down", "path-blocked"],
    apply: ({ firewall }) => firewall.forbid(`meta skuid 0 ip daddr ${at.harbour} tcp dport 993 drop`),
  },
  {
    id: "server-unreachable",
    title: { en: "A router says that the server cannot be reached", zh: "路由器回应无法到达该服务器" },
    at: desk,
    expect: ["server-down", "path-blocked"],
    apply: ({ firewall }) =>
      firewall.forbid(`ip daddr ${at.orchard} ip saddr != ${at.orchard} reject with icmp type host-unreachable`),
  },
  {
    id: "imaps-port-closed",
    title: { en: "The administrator closed port 993; only 143 is left", zh: "管理员关闭了 993 端口，只保留 143" },
    at: sales,
    expect: ["settings-changed", "server-down"],
    apply: async ({ harbour }) => {
      await harbour.dovecot.halt();
      await harbour.dovecot.resume({ ports: { imaps: false } });
    },
    undo: async ({ harbour }) => {
      await harbour.dovecot.halt();
      await harbour.dovecot.resume({ ports: {} });
    },
  },
  {
    id: "pop3-off",
    title: { en: "POP3 was switched off on the server", zh: "服务器上关闭了 POP3" },
    at: sales,
    expect: ["settings-changed", "server-down", "client-access-off"],
    apply: async ({ harbour }) => {
      await harbour.dovecot.halt();
      await harbour.dovecot.resume({ pop3: false, extraConfig: harbour.dovecotConfig("protocols = imap sieve") });
    },
    undo: async ({ harbour }) => {
      await harbour.dovecot.halt();
      await harbour.dovecot.resume({ pop3: true, extraConfig: harbour.dovecotConfig() });
    },
  },
  {
    id: "server-moved",
    title: {
      en: "The mail moved to another server; the old name leads to a host of another name",
      zh: "邮件迁到另一台服务器，旧名称指向了另一台主机",
    },
    at: sales,
    expect: ["settings-changed", "certificate"],
    apply: ({ names }) => names.change({ [hosts.harbour]: { A: [at.partner] } }),
  },
  {
    id: "certificate-expired",
    title: { en: "The certificate of the mail server has expired", zh: "邮件服务器的证书已过期" },
    at: sales,
    expect: ["certificate"],
    apply: (lab) => presentOf(lab, ({ authority }) => authority.issueExpired({ names: [hosts.harbour] })),
    undo: presentGood,
  },
  {
    id: "certificate-other-name",
    title: { en: "The certificate is for another host", zh: "证书属于另一台主机" },
    at: sales,
    expect: ["certificate"],
    apply: (lab) => presentOf(lab, ({ authority }) => authority.issue({ names: ["www.harbour.lab"] })),
    undo: presentGood,
  },
  {
    id: "certificate-self-signed",
    title: { en: "The server signed its certificate itself", zh: "服务器使用自签名证书" },
    at: sales,
    expect: ["certificate"],
    apply: (lab) => presentOf(lab, () => issueSelfSigned({ names: [hosts.harbour] })),
    undo: presentGood,
  },
  {
    id: "certificate-unknown-authority",
    title: { en: "The certificate is from an authority that nobody knows", zh: "证书由无人认识的机构签发" },
    at: sales,
    expect: ["certificate"],
    apply: (lab) =>
      presentOf(lab, async () => {
        const stranger = await createAuthority("Stranger");
        const issued = await stranger.issue({ names: [hosts.harbour] });
        return { ...issued, chainPem: issued.chainPem + stranger.certPem };
      }),
    undo: presentGood,
  },
  {
    id: "certificate-chain-incomplete",
    title: { en: "The server leaves out the intermediate certificate", zh: "服务器没有发送中间证书" },
    at: sales,
    expect: ["certificate"],
    apply: (lab) =>
      presentOf(lab, async ({ authority }) => {
        const { certPem, keyPem } = await authority.issue({ names: [hosts.harbour], intermediate: true });
        return { chainPem: certPem, keyPem };
      }),
    undo: presentGood,
  },
  {
    id: "provider-outage",
    title: { en: "The provider has an outage and says so on its status page", zh: "服务商发生故障，并已在状态页公布" },
    at: hq,
    expect: ["provider-outage"],
    apply: async ({ globe, setIncidents }) => {
      setIncidents([incident()]);
      await globe.dovecot.halt();
      await globe.exim.halt();
    },
    undo: async ({ globe }) => {
      await globe.dovecot.resume();
      await globe.exim.resume();
    },
  },
  {
    id: "provider-outage-untold",
    title: {
      en: "The provider's servers refuse connections; its status page says nothing of it",
      zh: "服务商的服务器拒绝连接，状态页没有说明",
    },
    at: hq,
    expect: ["provider-outage", "server-down"],
    apply: async ({ globe }) => {
      await globe.dovecot.halt();
      await globe.exim.halt();
    },
    undo: async ({ globe }) => {
      await globe.dovecot.resume();
      await globe.exim.resume();
    },
  },
  {
    id: "provider-path-blocked",
    timed: true,
    title: {
      en: "The way to a foreign provider is blocked; everything else works",
      zh: "通往境外服务商的线路被封锁，其他一切正常",
    },
    at: hq,
    expect: ["path-blocked"],
    apply: ({ firewall }) => firewall.forbid(`meta skuid 0 ip daddr { ${at.globe}, ${at.status} } drop`),
  },
];

const incident = (): object => ({
  id: "lab1",
  number: "1",
  begin: new Date(Date.now() - 1_800_000).toISOString(),
  created: new Date(Date.now() - 1_800_000).toISOString(),
  modified: new Date().toISOString(),
  external_desc: "Gmail: users cannot reach their mail over IMAP and SMTP",
  status_impact: "SERVICE_OUTAGE",
  severity: "high",
  service_key: "prPt2yra2CbGsbEm9cpC",
  service_name: "Gmail",
  affected_products: [{ title: "Gmail", id: "prPt2yra2CbGsbEm9cpC" }],
  updates: [],
  most_recent_update: {
    created: new Date().toISOString(),
    modified: new Date().toISOString(),
    when: new Date().toISOString(),
    text: "We are investigating.",
    status: "SERVICE_OUTAGE",
  },
});
