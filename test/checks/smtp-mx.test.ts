// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect, test } from "vitest";
import smtpMx from "../../checks/smtp-mx.ts";
import { DialError } from "../../src/model/connection.ts";
import { createDial } from "../../src/net/dial.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { startFullQueue } from "../support/full-queue.ts";
import { type LineClient, type LineServer, startLineServer } from "../support/line-server.ts";
import { authority, certificate, type CertificateKind, mailHost, showBox } from "../support/mail-world.ts";
import { tooWeak } from "../support/tls-world.ts";
import { createZone, type Zone } from "../support/zone.ts";

/** Short enough for a test. Seconds. */
const limits = { connect: 0.5, greeting: 0.6, slow: 0.2, session: 0.5 };

interface Mx {
  readonly delay?: number;
  /** One line, or nothing at all. */
  readonly greeting?: string;
  readonly silent?: true;
  readonly ehlo?: readonly string[];
  readonly startTls?: string;
  /** It says yes to TLS and then breaks off. */
  readonly breaksTls?: true;
  /** It answers within TLS what was sent before. */
  readonly vulnerable?: true;
  /** It notices that something was sent before TLS, says so and hangs up. */
  readonly notices?: true;
  readonly rcpt?: (to: string) => string;
  readonly presents?: CertificateKind;
}

const usual = { greeting: `220 ${mailHost} ESMTP`, ehlo: [`250-${mailHost}`, "250-SIZE 1000", "250 STARTTLS"] };

/** A mail server that does all that is asked of it, but for what it is told. */
function script(mx: Mx): (client: LineClient) => Promise<void> {
  const {
    delay = 0,
    greeting = usual.greeting,
    ehlo = usual.ehlo,
    startTls = "220 go ahead",
    rcpt = () => "554 5.7.1 no relay",
  } = mx;
  let connections = 0;
  return async (client) => {
    connections += 1;
    const looksFirst = connections === 1;
    if (mx.silent) return;
    await new Promise((resolve) => setTimeout(resolve, delay));
    client.send(greeting);
    for (;;) {
      const line = await client.line();
      const verb = line.split(/[ :]/, 1)[0]?.toUpperCase();
      if (verb === "EHLO") client.send(...ehlo);
      else if (verb === "RCPT") client.send(rcpt(line));
      else if (verb === "QUIT") {
        client.send("221 bye");
        return client.end();
      } else if (verb === "STARTTLS") {
        if (!looksFirst && mx.notices) {
          client.send("554 5.5.1 improper use of SMTP command pipelining");
          return client.end();
        }
        client.send(startTls);
        if (!startTls.startsWith("220")) continue;
        if (mx.breaksTls) return client.end("reset");
        // What came with the command is thrown away, as it must be.
        if (!looksFirst && !mx.vulnerable) await client.line();
        await client.startTls();
      } else client.send("250 ok");
    }
  };
}

const serve = async (mx: Mx, host = "127.0.0.1", port = 0): Promise<LineServer> =>
  startLineServer(script(mx), {
    host,
    port,
    certificate: await certificate(mx.presents ?? "good"),
    ...(mx.presents === "weakKey" ? tooWeak : {}),
  });

const zoneOf = (addresses: readonly string[], more: Zone = {}): Zone => ({
  "example.com": { MX: [`10 ${mailHost}`] },
  [mailHost]: { A: addresses.filter((it) => !it.includes(":")), AAAA: addresses.filter((it) => it.includes(":")) },
  ...more,
});

interface World {
  /** What DNS has besides, or instead. */
  readonly zone?: Zone;
  readonly options?: object;
  readonly isPublic?: (address: string) => boolean;
  /** Addresses of the host at which nobody listens. */
  readonly dead?: readonly string[];
  readonly saw?: (received: string, clients: number) => void;
}

/** One server at 127.0.0.1, and its domain. */
const on = (mx: Mx, expected: Pick<CheckCase, "status" | "findings" | "also" | "memory">, world: World = {}): CheckCase => ({
  ...expected,
  world: async () => {
    const server = await serve(mx);
    const zone = createZone(zoneOf([...(world.dead ?? []), "127.0.0.1"], world.zone));
    const dial = createDial({ ask: zone.ask, extraAuthorities: [(await authority()).certPem] });
    return {
      options: { domain: "example.com", port: server.port, limits, ...world.options },
      ctx: { dial, ask: zone.ask, ...(world.isPublic ? { isPublic: world.isPublic } : {}) },
      close: async () => {
        world.saw?.(server.received(), server.clients().all);
        await server.close();
      },
    };
  },
});

/** Two servers of one domain, at two addresses and one port. */
const onTwo = (first: Mx, second: Mx, expected: Pick<CheckCase, "status" | "findings" | "also">): CheckCase => ({
  ...expected,
  world: async () => {
    const one = await serve(first, "127.0.73.101");
    const two = await serve(second, "127.0.73.102", one.port);
    const zone = createZone(zoneOf(["127.0.73.101", "127.0.73.102"]));
    const dial = createDial({ ask: zone.ask, extraAuthorities: [(await authority()).certPem] });
    return {
      options: { domain: "example.com", port: one.port, limits },
      ctx: { dial, ask: zone.ask },
      close: () => Promise.all([one.close(), two.close()]),
    };
  },
});

/** Another domain's server has shown a certificate of the same unknown authority. */
const boxed = (zone: Zone, expected: Pick<CheckCase, "status" | "findings">): CheckCase => ({
  ...expected,
  world: async () => {
    const server = await serve({ presents: "box" });
    const { ask } = createZone({ ...zoneOf(["127.0.0.1"]), ...zone });
    const dial = createDial({ ask, extraAuthorities: [] });
    const close = await showBox({ dial });
    return {
      options: { domain: "example.com", port: server.port, limits },
      ctx: { dial, ask },
      close: () => Promise.all([server.close(), close()]),
    };
  },
});

/** No server at all. */
const without = (zone: Zone, expected: Pick<CheckCase, "status" | "findings" | "also">, options: object = {}): CheckCase => ({
  ...expected,
  options: { domain: "example.com", port: 9, limits, ...options },
  world: () => {
    const { ask } = createZone(zone);
    return Promise.resolve({ ctx: { ask, dial: createDial({ ask, extraAuthorities: [] }) } });
  },
});

/** Our own network says that it has no way; what it has is on loopback. */
const noWay = (
  blocked: (address: string) => boolean,
  expected: Pick<CheckCase, "status" | "findings">,
  addresses: readonly string[],
): CheckCase => ({
  ...expected,
  world: async () => {
    const server = await serve({});
    const { ask } = createZone(zoneOf(addresses));
    const dial = createDial({ ask, extraAuthorities: [(await authority()).certPem] });
    const about = { phase: "connect", failure: "unreachable", code: "ENETUNREACH" } as const;
    return {
      options: { domain: "example.com", port: server.port, limits },
      ctx: {
        ask,
        dial: (where, signal) =>
          blocked(where.address ?? "")
            ? Promise.reject(new DialError(`connect ${where.address}: network is unreachable (ENETUNREACH)`, about))
            : dial(where, signal),
      },
      close: () => server.close(),
    };
  },
});

const tlsa = (usage: number): Zone => ({
  "example.com": { MX: [`10 ${mailHost}`], authenticated: true },
  [`_25._tcp.${mailHost}`]: { TLSA: [`${usage} 1 1 ${"ab".repeat(32)}`], authenticated: true },
});
const insecureTlsa: Zone = { [`_25._tcp.${mailHost}`]: { TLSA: [`3 1 1 ${"ab".repeat(32)}`] } };
const ok = { status: "ok", findings: [] } as const;
const warns = (...findings: string[]) => ({ status: "warning", findings }) as const;
const fails = (...findings: string[]) => ({ status: "critical", findings }) as const;
const unknown = (...findings: string[]) => ({ status: "unknown", findings }) as const;
const clear = { ehlo: [`250-${mailHost}`, "250 SIZE 1000"] };

testCheck(smtpMx, {
  "MX-21 MX-22 MX-23 TLS-21 greeting, EHLO, STARTTLS and certificate are well, and no recipient is named": on(
    {},
    {
      ...ok,
      also: ({ metrics, evidence }, { memory }) => {
        expect(metrics).toMatchObject({ addresses: 1, serving: 1 });
        expect(metrics["greeting"]).toBeLessThan(2);
        expect(evidence.join("\n")).toContain("STARTTLS");
        expect(memory).toEqual({ injectionPassed: { [`${mailHost} (127.0.0.1)`]: testNow } });
      },
    },
    {
      saw: (received, clients) => {
        expect(received).not.toMatch(/RCPT|MAIL|DATA/);
        expect(clients).toBe(2);
      },
    },
  ),
  "MX-21 nobody listens at any server": without(zoneOf(["127.0.0.1", "127.0.0.2"]), fails("mx-unreachable")),
  "MX-21 packets to every server are dropped": {
    ...fails("mx-unreachable"),
    world: async () => {
      const { port, close } = await startFullQueue();
      const { ask } = createZone(zoneOf(["127.0.0.1"]));
      return {
        options: { domain: "example.com", port, limits },
        ctx: { ask, dial: createDial({ ask, extraAuthorities: [] }) },
        close,
      };
    },
  },
  "MX-21 servers that have only IPv6, and do not answer": without(zoneOf(["::1"]), fails("mx-unreachable-ipv6")),
  "MX-21 it takes the connection and never says a word": on({ silent: true }, fails("mx-unreachable")),
  "MX-21 a greeting of 5xx": on({ greeting: "554 no mail service here" }, fails("mx-refuses")),
  "MX-21 something else than a mail server": on({ greeting: "SSH-2.0-OpenSSH_9.9" }, fails("mx-refuses")),
  "MX-21 EHLO is refused": on({ ehlo: ["502 not implemented"] }, fails("mx-refuses")),
  "MX-21 it is our address that it does not want": on(
    { greeting: "554 5.7.1 127.0.0.1 blocked using zen.spamhaus.org" },
    unknown("mx-refuses-us"),
  ),
  "MX-21 a greeting of 4xx": on({ greeting: "421 too many connections" }, warns("mx-busy")),
  "MX-21 a greeting that is slow": on({ delay: 350 }, warns("mx-greeting-slow")),
  "MX-21 one address of two does not answer": on({}, warns("mx-some-unreachable"), { dead: ["127.0.73.9"] }),
  "MX-21 one of two turns everybody away": onTwo({}, { greeting: "554 closed" }, warns("mx-some-unreachable")),
  "MX-21 the IPv6 address does not answer": on({}, warns("mx-ipv6-unreachable"), { dead: ["::1"] }),
  "MX-21 our own network has no IPv6": noWay((address) => address.includes(":"), { status: "ok", findings: ["mx-not-seen"] }, [
    "127.0.0.1",
    "::1",
  ]),
  "MX-21 our own network has no way at all": noWay(() => true, unknown("mx-not-seen"), ["127.0.0.1"]),
  "MX-21 our own network has no IPv6, and IPv4 does not answer": noWay(
    (address) => address.includes(":"),
    fails("mx-unreachable", "mx-not-seen"),
    ["127.0.73.9", "::1"],
  ),
  "MX-21 private addresses are not connected to": on(
    {},
    { ...unknown("mx-none-tried"), also: ({ metrics }) => expect(metrics).toEqual({}) },
    {
      isPublic: () => false,
      saw: (_received, clients) => expect(clients).toBe(0),
    },
  ),

  "MX-21 no STARTTLS": on(clear, warns("starttls-missing")),
  "MX-21 no STARTTLS, with DANE": on(clear, fails("starttls-missing-enforced"), { zone: tlsa(3) }),
  "MX-21 no STARTTLS, with TLSA that DNSSEC does not prove": on(clear, warns("starttls-missing"), { zone: insecureTlsa }),
  "MX-21 no STARTTLS, with TLSA of a usage that is not for mail": on(clear, warns("starttls-missing"), { zone: tlsa(1) }),
  "MX-21 STARTTLS is refused": on({ startTls: "454 TLS not available" }, warns("starttls-missing")),
  "MX-21 the handshake breaks off": on({ breaksTls: true }, warns("starttls-missing")),
  "MX-21 a firewall has written over STARTTLS": on({ ehlo: [`250-${mailHost}`, "250 XXXXXXXA"] }, unknown("starttls-stripped")),
  "MX-21 TLS-21 a certificate that nobody vouches for": on(
    { presents: "selfSigned" },
    { status: "ok", findings: ["certificate-unproven"] },
  ),
  "MX-21 TLS-21 a certificate with a key of RSA, 2048 bits": on(
    { presents: "shortKey" },
    {
      ...ok,
      findings: ["certificate-short-key"],
      also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ keyType: "RSA", keyBits: 2048 }),
    },
  ),
  "MX-21 TLS-21 a certificate with a key of RSA, 1024 bits": on(
    { presents: "weakKey" },
    { ...ok, findings: ["certificate-unproven", "certificate-short-key"] },
  ),
  "MX-21 TLS-21 a certificate for another name, with DANE-TA": on({ presents: "otherHost" }, fails("certificate-refused"), {
    zone: tlsa(2),
  }),
  "MX-21 a certificate that has expired, with DANE-TA": {
    ...on({ presents: "expired" }, fails("certificate-refused"), { zone: tlsa(2) }),
    // It ended an hour ago.
    now: Date.now(),
  },
  "MX-21 TLS-23 something on the way opens the connection": boxed({}, { status: "ok", findings: ["certificate-intercepted"] }),
  "MX-21 TLS-23 something on the way opens the connection, with DANE-TA": boxed(tlsa(2), unknown("certificate-intercepted")),
  "MX-21 an authority of one's own, with DANE-TA": on(
    { presents: "foreign" },
    { status: "ok", findings: ["certificate-unproven"] },
    { zone: tlsa(2) },
  ),
  "MX-21 a certificate for another name, with DANE-EE": on(
    { presents: "otherHost" },
    { status: "ok", findings: ["certificate-unproven"] },
    { zone: tlsa(3) },
  ),
  "MX-21 a certificate that ends soon": {
    ...on({}, warns("certificate-expiring")),
    // Made today, for 90 days.
    now: Date.now() + 85 * 86_400_000,
  },
  "MX-21 TLS-22 what was sent before TLS is answered within it": on({ vulnerable: true }, warns("starttls-injection")),
  "MX-21 TLS-22 what was sent before TLS is refused": on(
    { notices: true },
    {
      ...ok,
      also: (_observation, { memory }) => expect(memory).toEqual({ injectionPassed: { [`${mailHost} (127.0.0.1)`]: testNow } }),
    },
    { saw: (_received, clients) => expect(clients).toBe(2) },
  ),
  "MX-21 MX-24 the injection is tried once a day": on(
    {},
    { ...ok, memory: { injectionPassed: { [`${mailHost} (127.0.0.1)`]: testNow - 3_600_000 } } },
    { saw: (_received, clients) => expect(clients).toBe(1) },
  ),
  "MX-24 a day later it is tried again": on(
    {},
    { ...ok, memory: { injectionPassed: { [`${mailHost} (127.0.0.1)`]: testNow - 90_000_000 } } },
    { saw: (_received, clients) => expect(clients).toBe(2) },
  ),
  "MX-24 of thousands of servers ten are looked at": without(
    {
      "example.com": { MX: Array.from({ length: 3_000 }, (_, index) => `${index} mx${index}.example.com`) },
      "*.example.com": { A: ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"] },
    },
    { ...fails("mx-unreachable"), also: ({ metrics }) => expect(metrics["addresses"]).toBe(20) },
  ),

  "MX-22 it calls itself by a name that does not exist": on(
    { greeting: "220 mail.local ESMTP", ehlo: ["250-mail.local", "250 STARTTLS"] },
    warns("mx-name-unresolvable"),
  ),
  "MX-22 it gives no name at all": on({ greeting: "220 ESMTP ready" }, warns("mx-name-unresolvable")),
  "MX-22 the name cannot be looked up": on({ greeting: "220 mx.slow.example ESMTP" }, ok, {
    zone: { "mx.slow.example": "SERVFAIL" },
  }),
  "MX-22 an address in brackets": on({ greeting: "220 [127.0.0.1] ESMTP" }, ok),

  "MX-23 it relays for strangers": on(
    { rcpt: (to) => (to.includes("example.net") ? "250 ok" : "550 unknown") },
    fails("open-relay"),
    {
      options: { relayTest: true },
      saw: (received) => expect(received).not.toContain("DATA"),
    },
  ),
  "MX-23 it takes whom nobody knows": on(
    { rcpt: (to) => (to.includes("example.net") ? "554 no" : "250 ok") },
    { status: "ok", findings: ["unknown-user-taken"] },
    { options: { relayTest: true } },
  ),
  "MX-23 it relays for nobody": on({}, ok, {
    options: { relayTest: true },
    saw: (received) => expect(received).toContain("RCPT TO:<mailvigil-relay-test@example.net>"),
  }),
  "MX-23 it puts the stranger off": on({ rcpt: () => "451 try later" }, ok, { options: { relayTest: true } }),

  "MX-3 the servers cannot be looked up": without({ "example.com": "SERVFAIL" }, unknown("mx-not-found-out")),
  "MX-3 the address cannot be looked up": without(
    { "example.com": { MX: [`10 ${mailHost}`] }, [mailHost]: "TIMEOUT" },
    unknown("mx-not-found-out"),
  ),
  "MX-4 a domain that takes no mail": without({ "example.com": { MX: ["0 ."] } }, ok),
  "MX-4 a domain that is not to receive": without(zoneOf(["127.0.0.1"]), ok, { receives: false }),
  "MX-1 MX-12 the address of the domain itself is private, without MX": on(
    {},
    { ...unknown("mx-none-tried"), also: ({ findings }) => expect(findings[0]?.data["hosts"]).toBe("example.com") },
    {
      zone: { "example.com": { A: ["127.0.0.1"] } },
      isPublic: () => false,
      saw: (_received, clients) => expect(clients).toBe(0),
    },
  ),
  "MX-1 neither MX nor an address": without({ "example.com": { TXT: ["here"] } }, ok),
  "MX-1 the address of the domain itself, without MX": without({ "example.com": { A: ["127.0.0.1"] } }, fails("mx-unreachable")),
});

test("smtp-mx refuses a domain that could be a command", () => {
  for (const domain of ["a b.example", "x>\r\nDATA.example", "example", "-a.example"])
    expect(smtpMx.options.safeParse({ domain }).success).toBe(false);
  expect(smtpMx.options.safeParse({ domain: "例子.cn" }).success).toBe(true);
  expect(smtpMx.target(smtpMx.options.parse({ domain: "example.com" }))).toBe("example.com MX:25");
});
