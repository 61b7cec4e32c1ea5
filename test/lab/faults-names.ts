import { at, users } from "./addresses.ts";
import type { Fault } from "./fault.ts";
import { isWithin } from "./names.ts";

const [sales] = users.harbour;
const ofHarbour = (name: string): boolean => isWithin(name, "harbour.lab");
const gone = ["harbour.lab", "mail.harbour.lab", "ns.harbour.lab", "_dmarc.harbour.lab"];
const records = {
  NS: ["ns.harbour.lab"],
  SOA: ["ns.harbour.lab hostmaster.harbour.lab 2 7200 3600 1209600 300"],
  TXT: ["v=spf1 ip4:127.80.1.1 -all"],
};

/** Faults in the names of the company's domain. */
export const nameFaults: readonly Fault[] = [
  {
    id: "domain-expired",
    title: { en: "Nobody renewed the domain; the registry has taken it out of the DNS", zh: "域名无人续费，注册局已停止解析" },
    at: sales,
    expect: ["domain-expired"],
    apply: ({ names, setExpiry }) => {
      setExpiry(new Date(Date.now() - 3 * 86_400_000).toISOString());
      names.change(Object.fromEntries(gone.map((name) => [name, undefined])));
    },
  },
  {
    id: "domain-parked",
    title: {
      en: "Nobody renewed the domain; its names lead to the registrar's advertising page",
      zh: "域名无人续费，其名称被注册商指向广告页",
    },
    at: sales,
    expect: ["domain-expired"],
    apply: ({ names, setExpiry }) => {
      setExpiry(new Date(Date.now() - 3 * 86_400_000).toISOString());
      names.change({ "harbour.lab": { ...records, A: [at.stranger] }, "mail.harbour.lab": { A: [at.stranger] } });
    },
  },
  {
    id: "zone-servfail",
    title: { en: "The name servers of the domain answer SERVFAIL", zh: "域名的 DNS 服务器回答 SERVFAIL" },
    at: sales,
    expect: ["zone-broken"],
    apply: ({ names }) => names.misbehave(({ name }) => (ofHarbour(name) ? "SERVFAIL" : undefined)),
  },
  {
    id: "zone-silent",
    title: { en: "The name servers of the domain do not answer", zh: "域名的 DNS 服务器没有回应" },
    at: sales,
    expect: ["zone-broken"],
    apply: ({ names }) => names.misbehave(({ name }) => (ofHarbour(name) ? "silence" : undefined)),
  },
  {
    id: "zone-deleted",
    title: { en: "The zone was deleted at the DNS provider", zh: "域名的解析区在 DNS 服务商处被删除" },
    at: sales,
    expect: ["zone-broken"],
    apply: ({ names }) => names.change(Object.fromEntries(gone.map((name) => [name, undefined]))),
  },
  {
    id: "host-name-gone",
    title: { en: "The name of the mail server was deleted", zh: "邮件服务器的域名记录被删除" },
    at: sales,
    expect: ["zone-broken", "settings-changed"],
    apply: ({ names }) => names.change({ "mail.harbour.lab": undefined }),
  },
  {
    id: "host-address-gone",
    title: { en: "The name of the mail server has no address any more", zh: "邮件服务器的域名不再有地址记录" },
    at: users.orchard[0],
    expect: ["zone-broken", "settings-changed"],
    apply: ({ names }) => names.change({ "mail.orchard.lab": { TXT: ["moved"] } }),
  },
  {
    id: "mx-taken-over",
    title: { en: "The MX record leads to somebody else's server", zh: "MX 记录指向了他人的服务器" },
    at: sales,
    expect: ["mx-changed"],
    apply: ({ names }) => names.change({ "harbour.lab": { ...records, MX: ["10 mx.stranger.lab"] } }),
  },
  {
    id: "mx-deleted",
    title: { en: "The MX record was deleted", zh: "MX 记录被删除" },
    at: sales,
    expect: ["mx-changed", "zone-broken"],
    apply: ({ names }) => names.change({ "harbour.lab": records }),
  },
  {
    id: "mx-null",
    title: { en: "The MX record says that the domain takes no mail (null MX)", zh: "MX 记录声明该域名不收邮件（空 MX）" },
    at: sales,
    expect: ["mx-changed", "zone-broken"],
    apply: ({ names }) => names.change({ "harbour.lab": { ...records, MX: ["0 ."] } }),
  },
  {
    id: "mx-without-address",
    title: { en: "The MX record names a host that does not exist", zh: "MX 记录指向不存在的主机" },
    at: users.orchard[0],
    expect: ["mx-changed", "zone-broken"],
    apply: ({ names }) =>
      names.change({
        "orchard.lab": {
          TXT: ["v=spf1 ip4:127.80.2.1 -all"],
          NS: ["ns.orchard.lab"],
          SOA: ["ns.orchard.lab h.orchard.lab 2 1 1 1 60"],
          MX: ["10 mx.orchard.lab"],
        },
      }),
  },
];
