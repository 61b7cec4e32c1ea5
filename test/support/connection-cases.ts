/* oxlint-disable vitest/no-standalone-expect -- what a case expects runs inside the tests that the tester makes */
import { expect } from "vitest";
import { DialError } from "../../src/model/connection.ts";
import type { CheckCase } from "./check-tester.ts";
import { startFullQueue } from "./full-queue.ts";
import type { LineClient } from "./line-server.ts";
import type { Answers } from "./mail-script.ts";
import {
  certificate,
  type CertificateKind,
  mailHost,
  mailWorld,
  type MailWorldOptions,
  boxedHost,
  showBox,
  password,
  reaching,
  secretOf,
} from "./mail-world.ts";
import { type ProxyServerOptions, startProxy } from "./proxy-server.ts";

export const login = { user: "Sales@example.test", password: secretOf(password) };
/** Short enough for a test, in the proportions of the real ones. Seconds. */
const limits = { connect: 1, tls: 0.3, greeting: 1.2, command: 0.3, slow: 0.25, late: 0.6 };

export type Expected = Pick<CheckCase, "status" | "findings" | "also">;

export const critical = (code: string, also?: CheckCase["also"]): Expected => ({
  status: "critical",
  findings: [code],
  ...(also ? { also } : {}),
});
export const warning = (code: string): Expected => ({ status: "warning", findings: [code] });
export const ok: Expected = { status: "ok", findings: [] };

/** The finding names the phase in which it happened. */
export const phaseIs =
  (phase: string): NonNullable<CheckCase["also"]> =>
  ({ findings }) =>
    expect(findings[0]?.data).toMatchObject({ phase, host: mailHost });

type Script = (client: LineClient) => Promise<void>;

/** What a mail server's script can be told, whatever its protocol. */
interface Opening {
  readonly delay?: number;
  readonly greeting?: Answers;
}

/** A case on a scripted server. */
export const onServer = (script: Script, expected: Expected, world: MailWorldOptions = {}, options: object = {}): CheckCase => ({
  options: { ...login, limits, ...options },
  world: () => mailWorld(script, world),
  ...expected,
});

/** A case without any server: the addresses are those of the zone. */
const without = (zone: Parameters<typeof reaching>[0], expected: Expected, options: object = {}): CheckCase => ({
  options: { ...login, host: mailHost, limits, ...options },
  world: async () => ({ ctx: await reaching(zone) }),
  ...expected,
});

/** What our own network says cannot be had on loopback; test/integration has both for real, in a network of their own. */
const unreachable = (code: string, expected: Expected): CheckCase => {
  const about = { phase: "connect", failure: "unreachable", code, remote: "192.0.2.1:993" } as const;
  return {
    options: { ...login, host: mailHost },
    world: () => Promise.resolve({ ctx: { dial: () => Promise.reject(new DialError(`connect 192.0.2.1:993: ${code}`, about)) } }),
    ...expected,
  };
};

/** As the preset of a provider that is out of reach from mainland China. */
export const blocked = { id: "google", blockedInChina: true };

/** A mail server that only the proxy knows where to find, and options that go through it. */
export async function behindProxy(script: Script, options: Omit<ProxyServerOptions, "targets">, world: MailWorldOptions = {}) {
  const made = await mailWorld(script, world);
  const { host, port } = made.server;
  const proxy = await startProxy({ ...options, targets: { [`${mailHost}:${made.options.port}`]: { host, port } } });
  return {
    ...made,
    options: { ...made.options, proxy: `${options.kind}://${proxy.host}:${proxy.port}` },
    ctx: { ...made.ctx, ...(await reaching({})) },
    close: async () => {
      await proxy.close();
      await made.close();
    },
  };
}

/**
 * The cases of every check that logs in, from the name to the greeting.
 * @param script a server that lets everybody in, but for how it opens
 * @param credential what a server would have received had it been sent
 */
export function connectionCases(script: (opening?: Opening) => Script, credential: RegExp): Readonly<Record<string, CheckCase>> {
  /** The server takes whatever it is sent and keeps a record: with this certificate it must not get the password. */
  const keepsPassword = (presents: CertificateKind, code: string, security: "tls" | "starttls" = "tls"): CheckCase => {
    let received = "";
    return {
      options: { ...login, limits },
      world: async () => {
        const world = await mailWorld(script(), { presents, security });
        return {
          ...world,
          close: async () => {
            received = world.server.received();
            await world.close();
          },
        };
      },
      ...critical(code, ({ findings, evidence }) => {
        expect(findings[0]?.data).toMatchObject({ phase: "tls", host: mailHost });
        expect(evidence.join("\n")).toContain("certificate CN=");
        expect(received).not.toMatch(credential);
      }),
    };
  };
  const on = (opening: Opening, expected: Expected, world: MailWorldOptions = {}, options: object = {}): CheckCase =>
    onServer(script(opening), expected, world, options);

  return {
    "all is well by STARTTLS": on({}, ok, { security: "starttls" }),
    "a pinned certificate that nobody vouches for": {
      ...on({}, ok),
      world: async () => {
        const world = await mailWorld(script(), { presents: "selfSigned" });
        return { ...world, options: { ...world.options, fingerprint: (await certificate("selfSigned")).fingerprint } };
      },
    },
    "another certificate than the pinned one": on({}, critical("certificate-not-pinned"), {}, { fingerprint: "ab".repeat(32) }),

    "the name does not exist": without({}, critical("name-not-found", phaseIs("resolve"))),
    "the name has no address": without({ [mailHost]: { TXT: ["x"] } }, critical("no-address", phaseIs("resolve"))),
    "the resolver fails": without(
      { [mailHost]: "SERVFAIL" },
      { status: "unknown", findings: ["name-unresolved"], also: phaseIs("resolve") },
    ),
    "nothing listens": without({ [mailHost]: { A: ["127.0.0.1"] } }, critical("connection-refused", phaseIs("connect")), {
      port: 9,
    }),
    "packets are dropped": {
      options: { ...login, host: mailHost, limits: { ...limits, connect: 0.2 } },
      world: async () => {
        const { port, close } = await startFullQueue();
        return { options: { port }, ctx: await reaching({ [mailHost]: { A: ["127.0.0.1"] } }), close };
      },
      ...critical("connect-timeout", phaseIs("connect")),
    },
    "no way to the host": unreachable("ENETUNREACH", { status: "unknown", findings: ["no-route"], also: phaseIs("connect") }),
    "a router says no": unreachable("EHOSTUNREACH", critical("host-unreachable", phaseIs("connect"))),
    "one of two addresses refuses": {
      ...on({}, warning("address-failed")),
      world: async () => {
        const world = await mailWorld(script(), { host: "127.0.0.3" });
        return { ...world, ctx: await reaching({ [mailHost]: { A: ["127.0.0.1", "127.0.0.3"] } }) };
      },
    },
    "a proxy finds the way": { options: { ...login, limits }, world: () => behindProxy(script(), { kind: "socks5" }), ...ok },
    "a proxy finds the way, by HTTP and STARTTLS": {
      options: { ...login, limits },
      world: () => behindProxy(script(), { kind: "http" }, { security: "starttls" }),
      ...ok,
    },
    "the proxy wants a password": {
      options: { ...login, limits },
      world: () => behindProxy(script(), { kind: "socks5", login: { user: "a", password: "b" } }),
      status: "unknown",
      findings: ["proxy-failed"],
      also: phaseIs("proxy-handshake"),
    },
    "the proxy is not there": without(
      {},
      { status: "unknown", findings: ["proxy-failed"], also: phaseIs("proxy-connect") },
      { proxy: "http://127.0.0.1:9", provider: blocked },
    ),
    "the proxy says that the server refuses": {
      options: { ...login, limits },
      world: () => behindProxy(script(), { kind: "socks5", answer: Uint8Array.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0]) }),
      ...critical("proxy-target-failed", phaseIs("connect")),
    },
    "packets to a provider that is blocked in China are dropped": {
      options: { ...login, host: mailHost, limits: { ...limits, connect: 0.2 }, provider: blocked },
      world: async () => {
        const { port, close } = await startFullQueue();
        return { options: { port }, ctx: await reaching({ [mailHost]: { A: ["127.0.0.1"] } }), close };
      },
      status: "unknown",
      findings: ["path-blocked"],
      also: phaseIs("connect"),
    },
    "a provider that is blocked in China is cut off as TLS begins": onServer(
      (client) => client.bytes(5).then(() => client.end("reset")),
      { status: "unknown", findings: ["path-blocked"], also: phaseIs("tls") },
      { implicit: false },
      { provider: blocked },
    ),
    "a provider that is blocked in China and reached has an expired certificate": on(
      {},
      critical("certificate-expired"),
      { presents: "expired" },
      { provider: blocked },
    ),
    "TLS does not begin": onServer(() => Promise.resolve(), critical("tls-timeout", phaseIs("tls")), { implicit: false }),
    "no TLS at the port": on({}, critical("tls-failed", phaseIs("tls")), { implicit: false }),

    "the certificate has expired": keepsPassword("expired", "certificate-expired"),
    "the certificate is not valid yet": keepsPassword("early", "certificate-not-yet-valid"),
    "the certificate is for another host": keepsPassword("otherHost", "certificate-wrong-host"),
    "the certificate is self-signed": keepsPassword("selfSigned", "certificate-self-signed"),
    "the certificate is of an unknown authority": keepsPassword("foreign", "certificate-untrusted"),
    "the chain is incomplete": keepsPassword("incomplete", "certificate-chain-incomplete"),
    "the key of the certificate is too small": keepsPassword("weakKey", "certificate-weak-key"),
    "the signature of the certificate is too weak": keepsPassword("weakSignature", "certificate-weak-signature"),
    "the certificate is not made for servers": keepsPassword("forClients", "certificate-wrong-usage"),
    "something on the way opens the connection": {
      options: { ...login, limits },
      world: async () => {
        const world = await mailWorld(script(), { presents: "box" });
        const close = await showBox(world.ctx);
        return { ...world, close: () => Promise.all([world.close(), close()]) };
      },
      status: "unknown",
      findings: ["certificate-intercepted"],
      also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ others: boxedHost, issuer: "CN=Office firewall" }),
    },
    "the signature of the certificate does not fit": keepsPassword("tampered", "certificate-invalid"),
    "the certificate of its issuer has expired": keepsPassword("expiredIssuer", "certificate-issuer-expired"),
    "the certificate has expired, by STARTTLS": keepsPassword("expired", "certificate-expired", "starttls"),
    "the certificate is for another host, by STARTTLS": keepsPassword("otherHost", "certificate-wrong-host", "starttls"),
    "the certificate is self-signed, by STARTTLS": keepsPassword("selfSigned", "certificate-self-signed", "starttls"),
    "the chain is incomplete, by STARTTLS": keepsPassword("incomplete", "certificate-chain-incomplete", "starttls"),

    "a greeting that is slow": on({ delay: 350 }, warning("greeting-late")),
    "a greeting that is late": on({ delay: 750 }, critical("greeting-late", phaseIs("greeting"))),
    "no greeting": on({ greeting: "silence" }, critical("greeting-missing", phaseIs("greeting"))),
    "a greeting of another protocol": on({ greeting: ["SSH-2.0-OpenSSH"] }, critical("greeting-unexpected", phaseIs("greeting"))),
    "a line without end in place of a greeting": on(
      { greeting: ["220 * OK ".padEnd(70_000, "x")] },
      critical("greeting-unexpected"),
    ),
    "the server hangs up in place of a greeting": on({ greeting: "hangup" }, critical("connection-lost", phaseIs("greeting"))),
    "the password cannot be read": on(
      {},
      { status: "unknown", findings: ["secret-unreadable"] },
      {},
      { password: secretOf(undefined) },
    ),
  };
}
