/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { describe, expect, test } from "vitest";
import tlsCertificate, { endingSoon } from "../../checks/tls-certificate.ts";
import { type Dial, DialError } from "../../src/model/connection.ts";
import { createDial } from "../../src/net/dial.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { type CheckCase, testCheck, testWorld } from "../support/check-tester.ts";
import { type LineClient, startLineServer } from "../support/line-server.ts";
import { behindProxy } from "../support/connection-cases.ts";
import { scriptImap, scriptSmtp } from "../support/mail-script.ts";
import { certificate, type CertificateKind, mailHost, reaching } from "../support/mail-world.ts";
import { day, is, issued, lasting, now, presenting, quiet } from "../support/tls-world.ts";
import { createZone } from "../support/zone.ts";

const pop3 =
  (answer: string) =>
  async (client: LineClient): Promise<void> => {
    client.send("+OK ready");
    await client.line();
    client.send(answer);
    if (answer.startsWith("+OK")) await client.startTls();
  };

const oldTls = { minVersion: "TLSv1", maxVersion: "TLSv1.3", ciphers: "ALL:@SECLEVEL=0" } as const;

interface Box {
  readonly other?: string | undefined;
  readonly otherAddress?: string;
  readonly protocol?: "tls" | "imap";
  readonly leafAlone?: boolean;
  readonly logged?: boolean;
  readonly pinned?: boolean;
  readonly namesakes?: boolean;
  readonly believed?: boolean;
}

/** Something opens all connections with certificates of its own; `other` was looked at before. */
const behindBox = (box: Box): NonNullable<CheckCase["world"]> => {
  const { otherAddress = "127.0.1.1", protocol = "tls", leafAlone = false, logged = false } = box;
  const other = "other" in box ? box.other : "imap.other.test";
  return async () => {
    const [one, two] = [await createAuthority("Office firewall"), await createAuthority("Office firewall")];
    const serve = async (host: string, address: string, by: Authority) => {
      const { chainPem, ...made } = await by.issue({ names: [host], logged });
      const shown = { ...made, chainPem: leafAlone ? chainPem : chainPem + by.certPem };
      const script = protocol === "imap" ? scriptImap() : quiet;
      return startLineServer(script, { certificate: shown, host: address, implicit: protocol === "tls" });
    };
    const mine = await serve(mailHost, "127.0.0.1", one);
    const theirs = other === undefined ? undefined : await serve(other, otherAddress, box.namesakes ? two : one);
    const { ask } = createZone({ [mailHost]: { A: ["127.0.0.1"] }, [other ?? "none.test"]: { A: [otherAddress] } });
    const dial = createDial({ ask, extraAuthorities: box.believed ? [one.certPem] : [] });
    if (other !== undefined && theirs) {
      const options = tlsCertificate.options.parse({ host: other, port: theirs.port, protocol });
      await tlsCertificate.run(
        { ...testWorld({ ask, dial }), note: () => undefined, everyMs: 0 },
        options,
        new AbortController().signal,
      );
    }
    return {
      options: { host: mailHost, port: mine.port, protocol, ...(box.pinned ? { fingerprint: "ab".repeat(32) } : {}) },
      ctx: { ask, dial },
      close: () => Promise.all([mine.close(), theirs?.close()]),
    };
  };
};

/** What the other table shows. */
const shownInOther = [
  "certificate-wrong-host",
  "certificate-without-names",
  "certificate-chain-incomplete",
  "certificate-issuer-expired",
  "certificate-wrong-usage",
  "certificate-weak-key",
  "certificate-short-key",
  "certificate-weak-signature",
  "certificate-invalid",
  "certificate-revoked",
  "certificates-differ",
  "chain-disordered",
  "chain-needless",
  "ssl3-offered",
  "without-name-other",
];

/** One with a good certificate, the other with this one, at the same port. */
const twoMachines = (kind: CertificateKind) => async () => {
  const one = await startLineServer(quiet, { certificate: await certificate("good"), implicit: true });
  const at = { implicit: true, host: "127.0.0.4", port: one.port };
  const other = await startLineServer(quiet, { certificate: await certificate(kind), ...at });
  return {
    options: { host: mailHost, port: one.port },
    ctx: await reaching({ [mailHost]: { A: ["127.0.0.1", "127.0.0.4"] } }),
    close: () => Promise.all([one.close(), other.close()]),
  };
};

testCheck(
  tlsCertificate,
  {
    "TLS-1 TLS-2 TLS-4 TLS-7 TLS-9 TLS-13 TLS-14 TLS-17 TLS-24 all is well": {
      world: presenting("withIntermediate"),
      ...is("ok"),
      also: ({ metrics, evidence }) => {
        expect(metrics["until_expiry"]).toBeCloseTo((90 * day) / 1000, -2);
        expect(metrics["lifetime"]).toBeCloseTo((91 * day) / 1000, -2);
        expect(metrics["chain_until_expiry"]).toBe(metrics["until_expiry"]);
        expect(evidence.join("\n")).toContain("issuer CN=Mailvigil test authority intermediate");
      },
    },
    "TLS-1 all is well through a proxy, which alone knows the way": {
      world: async () => {
        const { options, ctx, close } = await behindProxy(quiet, { kind: "socks5" });
        const { security: _, ...where } = options;
        return { options: where, ctx, close };
      },
      ...is("ok"),
    },
    "TLS-24 the proxy is not there": {
      options: { host: mailHost, port: 993, proxy: "socks5://127.0.0.1:9" },
      world: async () => ({ ctx: await reaching({}) }),
      ...is("unknown", "certificate-not-seen"),
    },
    "TLS-1 all is well by STARTTLS of IMAP": {
      world: presenting("good", { protocol: "imap", script: scriptImap() }),
      ...is("ok"),
    },
    "TLS-1 all is well by STARTTLS of SMTP": {
      world: presenting("good", { protocol: "smtp", script: scriptSmtp() }),
      ...is("ok"),
    },
    "TLS-1 all is well by STLS of POP3": {
      world: presenting("good", { protocol: "pop3", script: pop3("+OK begin") }),
      ...is("ok"),
    },
    "TLS-13 a pinned certificate that nobody vouches for": {
      world: async () => {
        const world = await presenting("selfSigned")();
        return { ...world, options: { ...world.options, fingerprint: (await certificate("selfSigned")).fingerprint } };
      },
      ...is("ok"),
    },
    "TLS-13 another certificate than the pinned one": {
      options: { fingerprint: "ab".repeat(32) },
      world: presenting("good"),
      ...is("critical", "certificate-not-pinned"),
    },
    "TLS-9 expired": {
      world: presenting("expired"),
      ...is("critical", "certificate-expired"),
      also: ({ metrics, findings }) => {
        expect(metrics["until_expiry"]).toBeLessThan(-3_000);
        expect(findings[0]?.data["ends"]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
      },
    },
    "TLS-9 not yet valid": { world: presenting("early"), ...is("critical", "certificate-not-yet-valid") },
    "TLS-13 self-signed": { world: presenting("selfSigned"), ...is("critical", "certificate-self-signed") },
    "TLS-13 of an unknown authority": {
      world: presenting("foreign"),
      ...is("critical", "certificate-untrusted"),
      also: ({ findings }) => expect(findings[0]?.data["issuer"]).toBe("CN=Stranger"),
    },
    "TLS-17 90 days, 19 left": {
      world: presenting(lasting(90, 19)),
      ...is("warning", "certificate-expiring"),
      also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ days: 18, lifetime: 90 }),
    },
    "TLS-17 90 days, 6 left": { world: presenting(lasting(90, 6)), ...is("critical", "certificate-expiring") },
    "TLS-17 47 days, 12 left": { world: presenting(lasting(47, 12)), ...is("ok") },
    "TLS-18 the issuer's certificate ends first": {
      world: presenting(issued({ intermediate: true, notAfter: new Date(now + 4_000 * day) })),
      ...is("critical", "chain-expiring"),
      now: Date.now() + 3_645 * day,
    },
    "TLS-14 TLS 1.0 is taken": {
      world: presenting("good", { tls: oldTls }),
      ...is("warning", "old-tls-offered"),
      also: ({ findings }) => expect(findings[0]?.data["protocol"]).toMatch(/^TLSv1(\.1)?$/),
    },
    "TLS-15 nothing newer than TLS 1.1": {
      world: presenting("good", { tls: { ...oldTls, maxVersion: "TLSv1.1" } }),
      ...is("critical", "only-old-tls"),
    },
    "TLS-1 no TLS at the port": {
      world: presenting("good", { implicit: false, script: scriptImap() }),
      ...is("critical", "tls-failed"),
    },
    "TLS-1 no STARTTLS": {
      world: presenting("good", { protocol: "smtp", script: scriptSmtp({ on: { EHLO: [["250 mail.example.test"]] } }) }),
      ...is("critical", "starttls-missing"),
    },
    "TLS-1 no STLS": {
      world: presenting("good", { protocol: "pop3", script: pop3("-ERR what?") }),
      ...is("critical", "starttls-missing"),
    },
    "TLS-24 STARTTLS refused for the moment": {
      world: presenting("good", { protocol: "smtp", script: scriptSmtp({ on: { STARTTLS: [["454 4.7.0 not now"]] } }) }),
      ...is("unknown", "certificate-not-seen"),
    },
    "TLS-24 nothing listens": {
      options: { host: mailHost, port: 9 },
      world: async () => ({ ctx: await reaching({ [mailHost]: { A: ["127.0.0.1"] } }) }),
      ...is("unknown", "certificate-not-seen"),
      also: (_observation, { again }) => expect(again).toBe(600_000),
    },
    "TLS-24 the name does not exist": {
      options: { host: mailHost, port: 993 },
      world: async () => ({ ctx: await reaching({}) }),
      ...is("unknown", "certificate-not-seen"),
    },
    "TLS-19 TLS-24 an address of a family that our own side does not have": {
      world: async () => {
        const world = await presenting("good")();
        const { ask, dial } = await reaching({ [mailHost]: { A: ["127.0.0.1"], AAAA: ["2001:db8::1"] } });
        const about = { phase: "connect", failure: "unreachable", code: "ENETUNREACH" } as const;
        const without6: Dial = (options, signal) =>
          options.address === "2001:db8::1" || dial === undefined
            ? Promise.reject(new DialError("connect [2001:db8::1]: ENETUNREACH", about))
            : dial(options, signal);
        return { ...world, ctx: { ...(ask ? { ask } : {}), dial: without6 } };
      },
      ...is("ok", "certificate-not-seen", "some-addresses"),
    },
    "TLS-19 TLS-24 two machines with one certificate": { world: twoMachines("good"), ...is("ok") },
    "TLS-19 two machines with the same certificate": {
      world: async () => {
        const shown = { certificate: await certificate("good"), implicit: true };
        const one = await startLineServer(quiet, shown);
        const other = await startLineServer(quiet, { ...shown, host: "127.0.0.4", port: one.port });
        return {
          options: { host: mailHost, port: one.port },
          ctx: await reaching({ [mailHost]: { A: ["127.0.0.1", "127.0.0.4"] } }),
          close: () => Promise.all([one.close(), other.close()]),
        };
      },
      ...is("ok"),
    },
    "TLS-19 one of two machines was forgotten": {
      world: twoMachines("expired"),
      ...is("critical", "certificate-expired", "some-addresses"),
      also: ({ findings }) => expect(findings[1]?.data).toMatchObject({ addresses: "127.0.0.4", count: 2 }),
    },
    "TLS-23 an unknown authority at two unrelated hosts": {
      world: behindBox({}),
      ...is("unknown", "certificate-intercepted"),
      also: ({ findings }, { again }) => {
        expect(findings[0]?.data).toMatchObject({ others: "imap.other.test", issuer: "CN=Office firewall" });
        expect(again).toBe(600_000);
      },
    },
    "TLS-23 the same by STARTTLS": {
      world: behindBox({ protocol: "imap" }),
      ...is("unknown", "certificate-intercepted"),
    },
    "TLS-23 the box shows no certificate of its own": {
      world: behindBox({ leafAlone: true }),
      ...is("unknown", "certificate-intercepted"),
    },
    "TLS-23 the box is before a server whose certificate is pinned": {
      world: behindBox({ pinned: true }),
      ...is("unknown", "certificate-intercepted"),
    },
    "TLS-13 TLS-23 an own authority at one host": {
      world: behindBox({ other: undefined }),
      ...is("critical", "certificate-untrusted"),
    },
    "TLS-13 TLS-23 an own authority at two hosts of one domain": {
      world: behindBox({ other: "smtp.example.test" }),
      ...is("critical", "certificate-untrusted"),
    },
    "TLS-13 TLS-23 an own authority for two domains on one machine": {
      world: behindBox({ otherAddress: "127.0.0.1" }),
      ...is("critical", "certificate-untrusted"),
    },
    "TLS-13 TLS-23 two authorities of one name": {
      world: behindBox({ namesakes: true }),
      ...is("critical", "certificate-untrusted"),
    },
    "TLS-4 TLS-23 two hosts without the intermediate of a public authority": {
      world: behindBox({ leafAlone: true, logged: true }),
      ...is("critical", "certificate-chain-incomplete"),
    },
    "TLS-13 TLS-23 the box's authority is believed": { world: behindBox({ believed: true }), ...is("ok", "chain-needless") },
  },
  { shownElsewhere: Object.fromEntries(shownInOther.map((code) => [code, "test/checks/tls-certificate-chain.test.ts"])) },
);

describe("endingSoon()", () => {
  // mail-server certificates of 398, 90, 47 and 6 days: 21/7, 19.8/7, 10.3/4.7, 1.3/0.6 days
  test.each([
    [398, 21.1, undefined],
    [398, 20.9, "warning"],
    [398, 6.9, "critical"],
    [90, 19.7, "warning"],
    [90, 19.9, undefined],
    [47, 10.2, "warning"],
    [47, 4.8, "warning"],
    [47, 4.6, "critical"],
    [6, 1.4, undefined],
    [6, 1.2, "warning"],
    [6, 0.5, "critical"],
  ] as const)("of %d days with %d left says %s", (lifetime, left, expected) => {
    expect(endingSoon({ validFrom: now - (lifetime - left) * day, validTo: now + left * day }, now)).toBe(expected);
  });
});
