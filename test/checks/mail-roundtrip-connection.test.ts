/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import { roundTripFindings } from "../../checks/mail-roundtrip.texts.ts";
import mailRoundtrip from "../../checks/mail-roundtrip.ts";
import { tokenFindings } from "../../src/net/token-findings.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { blocked, critical } from "../support/connection-cases.ts";
import { startFullQueue } from "../support/full-queue.ts";
import { scriptImap } from "../support/mail-script.ts";
import { type CertificateKind, mailHost, mailWorld, reaching, showBox } from "../support/mail-world.ts";
import { startProxy } from "../support/proxy-server.ts";
import { answers, dataIs, hangsUpOnce, here, imap, limits, nowhere, to, unreachable } from "../support/round-trip-world.ts";

/** The server takes whatever it is sent and keeps a record: with this certificate it must not get the password. */
const keepsPassword = (presents: CertificateKind, code: string, security: "tls" | "starttls"): CheckCase => {
  let received = "";
  return {
    world: async () => {
      const made = await mailWorld(scriptImap(), { presents, security });
      return {
        ...(await nowhere(() => Promise.resolve(made.ctx), made.options)()),
        close: async () => {
          received = made.server.received();
          await made.close();
        },
      };
    },
    ...critical(code, ({ findings }) => {
      expect(findings[0]?.data).toMatchObject({ phase: "tls", host: mailHost });
      expect(received).not.toMatch(/LOGIN|AUTHENTICATE/);
    }),
  };
};

const rejects =
  (kind: "definite" | "ambiguous" | undefined, who: string | undefined): NonNullable<CheckCase["also"]> =>
  (_observation, { rejected }) =>
    expect(rejected).toEqual(kind && { kind, account: who });

// What keeps a look from its work; the sender's server is reached in the same way.
testCheck(
  mailRoundtrip,
  {
    "the name does not exist": {
      world: nowhere(() => reaching({})),
      ...critical("name-not-found", dataIs({ phase: "resolve" })),
    },
    "the name has no address": { world: nowhere(() => reaching({ [mailHost]: { TXT: ["x"] } })), ...critical("no-address") },
    "the resolver fails": {
      world: nowhere(() => reaching({ [mailHost]: "TIMEOUT" })),
      status: "unknown",
      findings: ["name-unresolved"],
    },
    "nothing listens": { world: nowhere(here), ...critical("connection-refused", dataIs({ phase: "connect", host: mailHost })) },
    "packets are dropped": {
      world: async () => {
        const { port, close } = await startFullQueue();
        const quick = { ...limits, connect: 0.2, tls: 0.2 };
        return { ...(await nowhere(here, { port, limits: quick })()), close };
      },
      ...critical("connect-timeout"),
    },
    "a provider that is blocked in China": {
      world: async () => {
        const { port, close } = await startFullQueue();
        const quick = { ...limits, connect: 0.2, tls: 0.2 };
        return { ...(await nowhere(here, { port, limits: quick, provider: blocked })()), close };
      },
      status: "unknown",
      findings: ["path-blocked"],
    },
    "the proxy is not there": {
      world: nowhere(() => reaching({}), { proxy: "socks5://127.0.0.1:9" }),
      status: "unknown",
      findings: ["proxy-failed"],
      also: dataIs({ phase: "proxy-connect", proxy: "127.0.0.1:9" }),
    },
    "the proxy says that the server refuses": {
      world: async () => {
        const answer = "HTTP/1.1 502 Bad Gateway\r\nProxy-Status: gate; error=connection_refused\r\n\r\n";
        const proxy = await startProxy({ kind: "http", answer });
        const made = await nowhere(() => reaching({}), { proxy: `http://127.0.0.1:${proxy.port}` })();
        return { ...made, close: () => proxy.close() };
      },
      ...critical("proxy-target-failed", dataIs({ phase: "connect" })),
    },
    "no way to the host": { world: unreachable("ENETUNREACH"), status: "unknown", findings: ["no-route"] },
    "a router says no": { world: unreachable("EHOSTUNREACH"), ...critical("host-unreachable") },
    "no TLS at the port": { world: imap({}, { implicit: false }), ...critical("tls-failed", dataIs({ phase: "tls" })) },
    "TLS does not begin": {
      world: async () => {
        const made = await mailWorld(() => Promise.resolve(), { implicit: false });
        return { ...(await nowhere(() => Promise.resolve(made.ctx), made.options)()), close: made.close };
      },
      ...critical("tls-timeout"),
    },

    "the certificate has expired": keepsPassword("expired", "certificate-expired", "tls"),
    "the certificate is not valid yet": keepsPassword("early", "certificate-not-yet-valid", "tls"),
    "the certificate is for another host": keepsPassword("otherHost", "certificate-wrong-host", "tls"),
    "the certificate is self-signed": keepsPassword("selfSigned", "certificate-self-signed", "tls"),
    "the certificate is of an unknown authority": keepsPassword("foreign", "certificate-untrusted", "tls"),
    "the chain is incomplete": keepsPassword("incomplete", "certificate-chain-incomplete", "tls"),
    "the certificate of its issuer has expired": keepsPassword("expiredIssuer", "certificate-issuer-expired", "tls"),
    "the certificate is not made for servers": keepsPassword("forClients", "certificate-wrong-usage", "tls"),
    "the key of the certificate is too small": keepsPassword("weakKey", "certificate-weak-key", "tls"),
    "the signature of the certificate is too weak": keepsPassword("weakSignature", "certificate-weak-signature", "tls"),
    "the signature of the certificate does not fit": keepsPassword("tampered", "certificate-invalid", "tls"),
    "something on the way opens the connection": {
      world: async () => {
        const made = await mailWorld(scriptImap(), { presents: "box" });
        const close = await showBox(made.ctx);
        const world = await nowhere(() => Promise.resolve(made.ctx), made.options)();
        return { ...world, close: () => Promise.all([made.close(), close()]) };
      },
      status: "unknown",
      findings: ["certificate-intercepted"],
    },
    "the certificate is self-signed, by STARTTLS": keepsPassword("selfSigned", "certificate-self-signed", "starttls"),
    "another certificate than the pinned one": {
      world: imap({}, {}, { fingerprint: "ab".repeat(32) }),
      ...critical("certificate-not-pinned"),
    },

    "no greeting": { world: imap({ greeting: "silence" }), ...critical("greeting-missing") },
    "BYE with a reason": {
      world: imap({ greeting: ["* BYE too many connections"] }),
      ...critical("greeting-refused", dataIs({ reason: "“BYE too many connections”" })),
    },
    "a greeting of another protocol": { world: imap({ greeting: ["220 smtp ready"] }), ...critical("greeting-unexpected") },
    "no STARTTLS": {
      world: imap({ on: { CAPABILITY: [["* CAPABILITY IMAP4rev1 AUTH=PLAIN", "{tag} OK"]] } }, { security: "starttls" }),
      ...critical("starttls-missing"),
    },
    "STARTTLS refused": {
      world: imap({ on: { STARTTLS: [["{tag} NO not now"]] } }, { security: "starttls" }),
      ...critical("starttls-refused"),
    },
    "the receiver's password is wrong": {
      world: imap(answers("{tag} NO [AUTHENTICATIONFAILED] wrong")),
      ...critical("login-rejected", rejects("definite", to)),
    },
    "the receiver's login is refused without a reason": {
      world: imap(answers("{tag} NO no")),
      status: "warning",
      findings: ["login-refused"],
      also: rejects("ambiguous", to),
    },
    "the receiver's account is locked": {
      world: imap(answers("{tag} NO [CONTACTADMIN] disabled")),
      ...critical("account-locked", rejects("definite", to)),
    },
    "too many connections": {
      world: imap(answers("{tag} NO [LIMIT] 15 connections")),
      status: "warning",
      findings: ["login-limited"],
      also: rejects(undefined, undefined),
    },
    "the server ends the session with a reason": {
      world: imap({ on: { LIST: [["* BYE shutting down", "!hangup"]] } }),
      ...critical("session-ended", dataIs({ reason: "“shutting down”" })),
    },
    "the connection is cut in the middle": { world: imap({ on: { LIST: ["reset"] } }), ...critical("connection-lost") },
    "no answer to a command": { world: imap({ on: { LIST: ["silence"] } }), ...critical("command-timeout") },
    "the inbox cannot be opened": {
      world: imap({ on: { LIST: [['* LIST () "/" INBOX', "{tag} OK"]], EXAMINE: [["{tag} NO the index is broken"]] } }),
      ...critical("command-refused", dataIs({ command: "EXAMINE" })),
    },
    "broken off once, and slow when it is looked at again": {
      world: hangsUpOnce(["127.0.0.1"], { delay: 350 }),
      status: "critical",
      findings: ["greeting-late", "connection-lost"],
    },
    "broken off once, and one of two addresses refuses": {
      world: hangsUpOnce(["127.0.0.1", "127.0.0.3"], {}),
      status: "critical",
      findings: ["address-failed", "connection-lost"],
    },
  },
  {
    shownElsewhere: {
      ...Object.fromEntries(
        // Only a submission server says the last two.
        [...Object.keys(roundTripFindings), "login-unavailable", "password-login-off"].map((code) => [
          code,
          "test/checks/mail-roundtrip.test.ts",
        ]),
      ),
      ...Object.fromEntries(Object.keys(tokenFindings).map((code) => [code, "test/checks/mail-roundtrip-tokens.test.ts"])),
    },
  },
);
