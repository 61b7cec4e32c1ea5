// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { createHash, X509Certificate } from "node:crypto";
import { expect } from "vitest";
import dnsDane from "../../checks/dns-dane.ts";
import { createDial } from "../../src/net/dial.ts";
import { issuedByBox, showBox } from "../support/mail-world.ts";
import { createAuthority, type Issued } from "../support/certificates.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { startLineServer } from "../support/line-server.ts";
import { scriptSmtp, type SmtpScript } from "../support/mail-script.ts";
import { createZone, type Zone } from "../support/zone.ts";

const options = { domain: "example.com" };
const address = "127.0.0.1";
const authority = await createAuthority();
const present = await authority.issue({ names: ["mx.example.com"], intermediate: true });
const next = await authority.issue({ names: ["mx.example.com"] });

const keyHash = ({ certPem }: Pick<Issued, "certPem">): string =>
  createHash("sha256")
    .update(new X509Certificate(certPem).publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
const right = `3 1 1 ${keyHash(present)}`;
const wrong = `3 1 1 ${keyHash(next)}`;
const issuer = `2 1 1 ${keyHash({ certPem: present.chainPem.slice(present.certPem.length) })}`;

const root: Zone = { ".": { SOA: [". . 1 1800 900 604800 86400"], authenticated: true } };
const signed = { authenticated: true } as const;

/** A domain and its mail server, both signed, with these TLSA records. */
const withTlsa = (TLSA: readonly string[], more: Zone = {}): Zone => ({
  ...root,
  "example.com": { MX: ["10 mx.example.com"], ...signed },
  "mx.example.com": { A: [address], ...signed },
  "_25._tcp.mx.example.com": { TLSA, ...signed },
  ...more,
});
const none: Zone = withTlsa([]);

/** The zone, and a mail server at port 25 of every address that presents the certificate. */
function world(zone: Zone, script: SmtpScript = {}, issued: Issued = present): Pick<CheckCase, "world" | "options" | "now"> {
  return {
    options,
    now: Date.now(),
    world: async () => {
      const server = await startLineServer(scriptSmtp(script), { certificate: issued });
      const { ask, resolve } = createZone(zone);
      const dial = createDial({ ask, extraAuthorities: [authority.certPem] });
      return {
        ctx: { ask, resolve, dial: (to, signal) => dial({ ...to, port: to.port === 25 ? server.port : to.port }, signal) },
        close: () => server.close(),
      };
    },
  };
}
/** The same, behind something that shows certificates of its own, here and at an unrelated host. */
const boxed = (zone: Zone): Pick<CheckCase, "world" | "options" | "now"> => ({
  options,
  now: Date.now(),
  world: async () => {
    const made = await world(zone, {}, await issuedByBox({ names: ["mx.example.com"] })).world?.();
    const close = await showBox({ ...made?.ctx });
    return { ...made, close: () => Promise.all([made?.close?.(), close()]) };
  },
});
const withoutTls: SmtpScript = { on: { EHLO: [["250 mx.example.com"]] } };

testCheck(dnsDane, {
  "DANE-1 DANE-2 DANE-3 DANE-4 DANE-5 records that count, vouch, and have a successor": {
    ...world(withTlsa([right, issuer])),
    status: "ok",
    findings: [],
    also: ({ metrics }) => expect(metrics).toEqual({ protected_hosts: 1 }),
  },
  "DANE-1 the zone of the mail server is not signed": {
    ...world(withTlsa([right, issuer], { "mx.example.com": { A: [address] }, "_25._tcp.mx.example.com": { TLSA: [right] } })),
    status: "warning",
    findings: ["tlsa-insecure"],
  },
  "DANE-1 the zone of the mail server is not signed, and its record fits nothing": {
    ...world(withTlsa([wrong], { "mx.example.com": { A: [address] }, "_25._tcp.mx.example.com": { TLSA: [wrong] } })),
    status: "warning",
    findings: ["tlsa-insecure"],
  },
  "DANE-5 an address in place of the name of a mail server": {
    options,
    zone: withTlsa([], { "example.com": { MX: ["10 203.0.113.1"], ...signed } }),
    status: "ok",
    findings: [],
  },
  "DANE-1 the domain itself is not signed": {
    ...world(withTlsa([right, issuer], { "example.com": { MX: ["10 mx.example.com"] } })),
    status: "warning",
    findings: ["domain-insecure"],
  },
  "DANE-1 DANE-3 the domain itself is not signed, and the record fits nothing: Postfix defers all the same": {
    ...world(withTlsa([wrong], { "example.com": { MX: ["10 mx.example.com"] } })),
    status: "critical",
    findings: ["tlsa-mismatch", "domain-insecure"],
  },
  "DANE-1 records, and resolvers that do not validate": {
    ...world({
      "example.com": { MX: ["10 mx.example.com"] },
      "mx.example.com": { A: [address] },
      "_25._tcp.mx.example.com": { TLSA: [wrong] },
    }),
    status: "unknown",
    findings: ["dane-unverified"],
  },
  "DANE-1 no records, and resolvers that do not validate": {
    ...world({ "example.com": { MX: ["10 mx.example.com"] }, "mx.example.com": { A: [address] } }),
    status: "ok",
    findings: [],
  },
  "DANE-1 no records in a zone that is not signed": {
    ...world({ ...root, "example.com": { MX: ["10 mx.example.com"] }, "mx.example.com": { A: [address] } }),
    status: "ok",
    findings: ["dane-not-possible"],
  },
  "DANE-1 no records in a signed zone": {
    ...world(none),
    status: "ok",
    findings: ["dane-missing"],
    also: ({ findings }) => expect(findings[0]?.data["record"]).toBe(`_25._tcp.mx.example.com. TLSA ${right}`),
  },
  "DANE-1 one of two mail servers has records": {
    ...world(
      withTlsa([right, issuer], {
        "example.com": { MX: ["10 mx.example.com", "20 mx2.example.com"], ...signed },
        "mx2.example.com": { A: [address], ...signed },
      }),
    ),
    status: "ok",
    findings: ["dane-partial"],
  },
  "DANE-1 a domain without mail": {
    options,
    zone: { ...root, "example.com": { MX: ["0 ."], ...signed } },
    status: "ok",
    findings: [],
  },
  "DANE-1 a domain that is not meant to receive": {
    options: { ...options, receives: false },
    zone: { ...root, "example.com": "SERVFAIL" },
    status: "ok",
    findings: [],
  },
  "DANE-1 MX cannot be asked for": {
    options,
    zone: { ...root, "example.com": "TIMEOUT" },
    status: "unknown",
    findings: ["dane-unknown"],
  },
  "DANE-1 MX is bogus": {
    options,
    zone: { ...root, "example.com": { MX: ["10 mx.example.com"], bogus: 6 } },
    status: "unknown",
    findings: ["dane-unknown"],
  },
  "DANE-2 usage 1 alone": {
    ...world(withTlsa([`1 1 1 ${keyHash(present)}`])),
    status: "warning",
    findings: ["tlsa-unusable"],
    also: ({ findings }) => {
      expect(findings[0]?.data).toMatchObject({
        found: `1 1 1 ${keyHash(present).slice(0, 16)}…`,
        record: `_25._tcp.mx.example.com. TLSA ${right}`,
      });
    },
  },
  "DANE-2 a hash that is too short beside records that are right": {
    ...world(withTlsa([right, issuer, "3 1 1 abcd"])),
    status: "warning",
    findings: ["tlsa-unusable"],
  },
  "DANE-3 no record fits": {
    ...world(withTlsa([wrong])),
    status: "critical",
    findings: ["tlsa-mismatch"],
    also: ({ findings, metrics }) => {
      expect(findings[0]?.data["record"]).toBe(`_25._tcp.mx.example.com. TLSA ${right}`);
      expect(metrics).toEqual({ protected_hosts: 0 });
    },
  },
  "DANE-3 TLS-23 no record fits, for something on the way opens the connection": {
    ...boxed(withTlsa([wrong])),
    status: "unknown",
    findings: ["dane-not-seen"],
  },
  "DANE-3 the issuer fits, and the certificate is for another name": {
    ...world(withTlsa([issuer]), {}, await authority.issue({ names: ["mail.provider.example"], intermediate: true })),
    status: "critical",
    findings: ["tlsa-mismatch"],
  },
  "DANE-3 the certificate is for the domain, which usage 2 takes as well": {
    ...world(withTlsa([issuer, wrong]), {}, await authority.issue({ names: ["example.com"], intermediate: true })),
    status: "ok",
    findings: [],
  },
  "DANE-3 an expired certificate with the right key": {
    ...(await (async () => {
      const expired = await authority.issueExpired({ names: ["mx.example.com"] });
      return world(withTlsa([`3 1 1 ${keyHash(expired)}`, issuer]), {}, expired);
    })()),
    status: "ok",
    findings: [],
  },
  "DANE-3 no STARTTLS": {
    ...world(withTlsa([right, issuer]), withoutTls),
    status: "critical",
    findings: ["dane-without-tls"],
  },
  "DANE-3 no connection": {
    ...world(withTlsa([right, issuer]), { greeting: "hangup" }),
    status: "unknown",
    findings: ["dane-not-seen"],
  },
  "DANE-3 something on the way overwrites the offer of STARTTLS": {
    ...world(withTlsa([right, issuer]), { on: { EHLO: [["250-mx.example.com", "250 XXXXXXXA"]] } }),
    status: "unknown",
    findings: ["dane-not-seen"],
  },
  "DANE-3 an address inside, to which nobody connects": {
    options,
    zone: withTlsa([right, issuer]),
    world: () => Promise.resolve({ ctx: { isPublic: () => false } }),
    status: "unknown",
    findings: ["dane-not-seen"],
  },
  "DANE-4 a roll-over is under way": { ...world(withTlsa([right, wrong])), status: "ok", findings: [] },
  "DANE-4 one record alone": { ...world(withTlsa([right])), status: "ok", findings: ["no-rollover"] },
  "DANE-5 the denial does not hold": {
    ...world(withTlsa([], { "_25._tcp.mx.example.com": { bogus: 12 } })),
    status: "critical",
    findings: ["tlsa-bogus"],
    also: ({ findings }) => expect(findings[0]?.data["reason"]).toBe("NSEC Missing (12)"),
  },
  "DANE-5 SERVFAIL for TLSA of a signed host": {
    ...world(withTlsa([], { "_25._tcp.mx.example.com": "SERVFAIL" })),
    status: "unknown",
    findings: ["dane-unknown"],
  },
  "DANE-5 SERVFAIL for TLSA of a host that is not signed, for which nobody asks": {
    ...world({ ...root, ...withTlsa([], { "mx.example.com": { A: [address] }, "_25._tcp.mx.example.com": "SERVFAIL" }) }),
    status: "ok",
    findings: ["dane-not-possible"],
  },
});
