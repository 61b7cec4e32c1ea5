import { describe, expect, test } from "vitest";
import { bearingOn } from "../../src/engine/bearing.ts";
import { partsOfId, type Probe } from "../../src/model/probe.ts";

const probe = (id: string, more: Partial<Probe> = {}): Probe => ({
  id,
  ...partsOfId(id),
  target: "",
  options: {},
  everyMs: 60_000,
  deadlineMs: 60_000,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  measures: "service",
  severity: {},
  business: "normal",
  load: {},
  from: "",
  ...more,
});
const at = (host: string, provider?: string): Partial<Probe> => ({ load: { host }, ...(provider ? { provider } : {}) });
const exmail = at("imap.exmail.qq.com", "exmail");
const own = at("mail.example.com", "own-server");

const probes: readonly Probe[] = [
  probe("sales@example.com/imap-login", exmail),
  probe("sales@example.com/smtp-submission", at("smtp.exmail.qq.com", "exmail")),
  ...["a", "b", "c"].map((name) => probe(`${name}@example.com/imap-login`, exmail)),
  probe("a@example.com/imap-quota", exmail),
  probe("boss@example.com/imap-login", own),
  probe("canary@gmail.example/imap-login", at("imap.gmail.com", "google")),
  probe("spare@gmail.example/imap-login", at("imap.gmail.com", "google")),
  probe("sales@example.com~canary@gmail.example/mail-roundtrip"),
  probe("boss@example.com~canary@gmail.example/mail-roundtrip"),
  probe("example.com/dns-mx"),
  probe("us.example.com/dns-mx"),
  probe("example.com/domain-expiry"),
  probe("imap.exmail.qq.com:993/tls-certificate", exmail),
  probe("imap.gmail.com:993/tls-certificate", at("imap.gmail.com", "google")),
  probe("webmail.example.com:443/tls-certificate", at("webmail.example.com")),
  probe("status.exmail.example:443/provider-status", { provider: "exmail" }),
  probe("status.google.example:443/provider-status", { provider: "google" }),
  probe("subscription:mail/subscription-expiry", { options: { paysFor: ["example.com"] } }),
  probe("subscription:other/subscription-expiry", { options: { paysFor: ["elsewhere.test"] } }),
  probe("monitor/egress"),
  probe("monitor/proxy"),
  probe("monitor/oauth-token"),
];
const idsOf = (asset: string): readonly string[] => bearingOn(asset, probes).probes.map(({ id }) => id);
const comparedTo = (asset: string): readonly string[] => [...bearingOn(asset, probes).comparisons];

describe("bearingOn", () => {
  test("a mailbox: its own, its domain, its server, its provider's word, what pays for it, its routes and ourselves", () => {
    const { probes: found, comparisons } = bearingOn("sales@example.com", probes);
    expect(found.map(({ id }) => id).filter((id) => !comparisons.has(id))).toEqual([
      "sales@example.com/imap-login",
      "sales@example.com/smtp-submission",
      "sales@example.com~canary@gmail.example/mail-roundtrip",
      "example.com/dns-mx",
      "example.com/domain-expiry",
      "imap.exmail.qq.com:993/tls-certificate",
      "webmail.example.com:443/tls-certificate",
      "status.exmail.example:443/provider-status",
      "subscription:mail/subscription-expiry",
      "monitor/egress",
    ]);
  });

  test("compares with two logins at the same provider and one elsewhere, and never more than a login of each", () => {
    expect(comparedTo("sales@example.com")).toEqual([
      "a@example.com/imap-login",
      "b@example.com/imap-login",
      "boss@example.com/imap-login",
    ]);
    expect(comparedTo("canary@gmail.example")).toEqual(["spare@gmail.example/imap-login", "sales@example.com/imap-login"]);
  });

  test("mailboxes of own servers are of one kind where they are on one host", () => {
    expect(comparedTo("boss@example.com")).toEqual(["sales@example.com/imap-login"]);
  });

  test("the registration of the domain above counts for one below", () => {
    const below = [...probes, probe("li@us.example.com/imap-login", own)];
    expect(bearingOn("li@us.example.com", below).probes.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["us.example.com/dns-mx", "example.com/domain-expiry"]),
    );
    expect(bearingOn("li@us.example.com", below).probes.map(({ id }) => id)).not.toContain("example.com/dns-mx");
  });

  test("a route: the mail itself and both ends, but no other route", () => {
    const ids = idsOf("sales@example.com~canary@gmail.example");
    expect(ids).toEqual(
      expect.arrayContaining([
        "sales@example.com~canary@gmail.example/mail-roundtrip",
        "sales@example.com/imap-login",
        "canary@gmail.example/imap-login",
        "imap.gmail.com:993/tls-certificate",
      ]),
    );
    expect(ids.filter((id) => id.includes("~"))).toHaveLength(1);
    expect(comparedTo("sales@example.com~canary@gmail.example")).not.toContain("canary@gmail.example/imap-login");
  });

  test("a domain or a server: its own and ourselves", () => {
    expect(idsOf("us.example.com")).toEqual(["us.example.com/dns-mx", "monitor/egress"]);
    expect(idsOf("imap.gmail.com:993")).toEqual(["imap.gmail.com:993/tls-certificate", "monitor/egress"]);
  });

  test("the test of the proxy where it goes through one", () => {
    const through = [...probes, probe("far@example.com/imap-login", { ...exmail, options: { proxy: { kind: "socks5" } } })];
    expect(bearingOn("far@example.com", through).probes.map(({ id }) => id)).toContain("monitor/proxy");
  });
});
