/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { describe, expect, test } from "vitest";
import tlsCertificate, { endingSoon } from "../../checks/tls-certificate.ts";
import { type Dial, DialError } from "../../src/model/connection.ts";
import type { Issued, IssueOptions } from "../support/certificates.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { type LineClient, type LineServerOptions, startLineServer } from "../support/line-server.ts";
import { scriptImap, scriptSmtp } from "../support/mail-script.ts";
import { authority, certificate, type CertificateKind, mailHost, reaching } from "../support/mail-world.ts";

const day = 86_400_000;
const now = Date.now();
const quiet = (): Promise<void> => Promise.resolve();

interface Served extends LineServerOptions {
  readonly protocol?: "tls" | "imap" | "smtp" | "pop3";
  readonly script?: (client: LineClient) => Promise<void>;
}

/** A server that presents this at 127.0.0.1, and the options that lead to it. */
const presenting = (
  presented: CertificateKind | (() => Promise<Issued>),
  { protocol = "tls", script = quiet, ...server }: Served = {},
): NonNullable<CheckCase["world"]> => {
  return async () => {
    const issued = typeof presented === "string" ? await certificate(presented) : await presented();
    const one = await startLineServer(script, { certificate: issued, implicit: protocol === "tls", ...server });
    return {
      options: { host: mailHost, port: one.port, protocol },
      ctx: await reaching({ [mailHost]: { A: ["127.0.0.1"] } }),
      close: () => one.close(),
    };
  };
};

const issued = (more: Partial<IssueOptions>) => async () => (await authority()).issue({ names: [mailHost], ...more });

/** Issued for so many days, so many of which are left. */
const lasting = (lifetime: number, left: number) =>
  issued({ notBefore: new Date(now - (lifetime - left) * day), notAfter: new Date(now + left * day) });

const pop3 =
  (answer: string) =>
  async (client: LineClient): Promise<void> => {
    client.send("+OK ready");
    await client.line();
    client.send(answer);
    if (answer.startsWith("+OK")) await client.startTls();
  };

const is = (status: CheckCase["status"], ...findings: readonly string[]): Pick<CheckCase, "status" | "findings" | "now"> => ({
  status,
  findings,
  now,
});

const oldTls = { minVersion: "TLSv1", maxVersion: "TLSv1.3", ciphers: "ALL:@SECLEVEL=0" } as const;

testCheck(tlsCertificate, {
  "all is well": {
    world: presenting("withIntermediate"),
    ...is("ok"),
    also: ({ metrics, evidence }) => {
      expect(metrics["until_expiry"]).toBeCloseTo((90 * day) / 1000, -2);
      expect(metrics["lifetime"]).toBeCloseTo((91 * day) / 1000, -2);
      expect(metrics["chain_until_expiry"]).toBe(metrics["until_expiry"]);
      expect(evidence.join("\n")).toContain("issuer CN=Mailvigil test authority intermediate");
    },
  },
  "all is well by STARTTLS of IMAP": { world: presenting("good", { protocol: "imap", script: scriptImap() }), ...is("ok") },
  "all is well by STARTTLS of SMTP": { world: presenting("good", { protocol: "smtp", script: scriptSmtp() }), ...is("ok") },
  "all is well by STLS of POP3": { world: presenting("good", { protocol: "pop3", script: pop3("+OK begin") }), ...is("ok") },
  "a pinned certificate that nobody vouches for": {
    world: async () => {
      const world = await presenting("selfSigned")();
      return { ...world, options: { ...world.options, fingerprint: (await certificate("selfSigned")).fingerprint } };
    },
    ...is("ok"),
  },
  "another certificate than the pinned one": {
    options: { fingerprint: "ab".repeat(32) },
    world: presenting("good"),
    ...is("critical", "certificate-not-pinned"),
  },
  expired: {
    world: presenting("expired"),
    ...is("critical", "certificate-expired"),
    also: ({ metrics, findings }) => {
      expect(metrics["until_expiry"]).toBeLessThan(-3_000);
      expect(findings[0]?.data["ends"]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
    },
  },
  "not yet valid": { world: presenting("early"), ...is("critical", "certificate-not-yet-valid") },
  "for another host": {
    world: presenting("otherHost"),
    ...is("critical", "certificate-wrong-host"),
    also: ({ findings }) => expect(findings[0]?.data["names"]).toBe("other.example.test"),
  },
  "self-signed": { world: presenting("selfSigned"), ...is("critical", "certificate-self-signed") },
  "of an unknown authority": {
    world: presenting("foreign"),
    ...is("critical", "certificate-untrusted"),
    also: ({ findings }) => expect(findings[0]?.data["issuer"]).toBe("CN=Stranger"),
  },
  "without its intermediate": {
    world: presenting("incomplete"),
    ...is("critical", "certificate-chain-incomplete"),
    also: ({ findings }) => expect(findings[0]?.data["issuer"]).toBe("CN=Mailvigil test authority intermediate"),
  },
  "not for servers": {
    world: presenting(issued({ forClients: true })),
    ...is("critical", "certificate-invalid"),
  },
  "90 days, 19 left": {
    world: presenting(lasting(90, 19)),
    ...is("warning", "certificate-expiring"),
    also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ days: 18, lifetime: 90 }),
  },
  "90 days, 6 left": { world: presenting(lasting(90, 6)), ...is("critical", "certificate-expiring") },
  "47 days, 12 left": { world: presenting(lasting(47, 12)), ...is("ok") },
  "the issuer's certificate ends first": {
    world: presenting(issued({ intermediate: true, notAfter: new Date(now + 4_000 * day) })),
    ...is("critical", "chain-expiring"),
    now: Date.now() + 3_645 * day,
  },
  "RSA of 1024 bits": {
    world: presenting("weakKey", { tls: { ciphers: "DEFAULT:@SECLEVEL=0" } }),
    ...is("critical", "certificate-weak-key"),
  },
  "RSA of 2048 bits": { world: presenting(issued({ keyBits: 2048 })), ...is("ok", "certificate-short-key") },
  "TLS 1.0 is taken": {
    world: presenting("good", { tls: oldTls }),
    ...is("warning", "old-tls-offered"),
    also: ({ findings }) => expect(findings[0]?.data["protocol"]).toMatch(/^TLSv1(\.1)?$/),
  },
  "nothing newer than TLS 1.1": {
    world: presenting("good", { tls: { ...oldTls, maxVersion: "TLSv1.1" } }),
    ...is("critical", "tls-failed"),
  },
  "no STARTTLS": {
    world: presenting("good", { protocol: "smtp", script: scriptSmtp({ on: { EHLO: [["250 mail.example.test"]] } }) }),
    ...is("critical", "starttls-missing"),
  },
  "no STLS": {
    world: presenting("good", { protocol: "pop3", script: pop3("-ERR what?") }),
    ...is("critical", "starttls-missing"),
  },
  "STARTTLS refused for the moment": {
    world: presenting("good", { protocol: "smtp", script: scriptSmtp({ on: { STARTTLS: [["454 4.7.0 not now"]] } }) }),
    ...is("unknown", "certificate-not-seen"),
  },
  "nothing listens": {
    options: { host: mailHost, port: 9 },
    world: async () => ({ ctx: await reaching({ [mailHost]: { A: ["127.0.0.1"] } }) }),
    ...is("unknown", "certificate-not-seen"),
    also: (_observation, { again }) => expect(again).toBe(600_000),
  },
  "the name does not exist": {
    options: { host: mailHost, port: 993 },
    world: async () => ({ ctx: await reaching({}) }),
    ...is("unknown", "certificate-not-seen"),
  },
  "an address of a family that our own side does not have": {
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
  "one of two machines was forgotten": {
    world: async () => {
      const fresh = await startLineServer(quiet, { certificate: await certificate("good"), implicit: true });
      const stale = await startLineServer(quiet, {
        certificate: await certificate("expired"),
        implicit: true,
        host: "127.0.0.4",
        port: fresh.port,
      });
      return {
        options: { host: mailHost, port: fresh.port },
        ctx: await reaching({ [mailHost]: { A: ["127.0.0.1", "127.0.0.4"] } }),
        close: () => Promise.all([fresh.close(), stale.close()]),
      };
    },
    ...is("critical", "certificate-expired", "some-addresses"),
    also: ({ findings }) => expect(findings[1]?.data).toMatchObject({ addresses: "127.0.0.4", count: 2 }),
  },
});

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
