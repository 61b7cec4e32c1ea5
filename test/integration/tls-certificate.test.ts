import { afterAll, beforeAll, describe, expect, test } from "vitest";
import imapLogin from "../../checks/imap-login.ts";
import interception from "../../checks/interception.ts";
import tlsCertificate from "../../checks/tls-certificate.ts";
import { judgeOwnSide, type SelfTests } from "../../src/engine/own-side.ts";
import { runProbe, type RunOutcome } from "../../src/engine/run-probe.ts";
import type { AnyCheck } from "../../src/model/check.ts";
import type { Observation } from "../../src/model/observation.ts";
import { createDial } from "../../src/net/dial.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type Dovecot, startDovecot } from "../support/dovecot.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";
import { createZone } from "../support/zone.ts";

const host = "mail.own.test";
const stale = "127.0.13.2";
const day = 86_400_000;

let authority: Authority;
let fresh: Dovecot;
let forgotten: Dovecot;
let postfix: Postfix;

beforeAll(async () => {
  authority = await createAuthority();
  const names = { names: [host] };
  const good = await authority.issue({ ...names, intermediate: true });
  const ending = await authority.issue({
    ...names,
    notBefore: new Date(Date.now() - 80 * day),
    notAfter: new Date(Date.now() + 10 * day),
  });
  fresh = await startDovecot({ address: "127.0.13.1", users: {}, tls: good });
  forgotten = await startDovecot({ address: stale, users: {}, tls: await authority.issueExpired(names) });
  postfix = await startPostfix({
    address: "127.0.13.3",
    hostname: host,
    domains: ["own.test"],
    dovecot: fresh,
    mailboxes: {},
    tls: ending,
  });
});

afterAll(async () => {
  await postfix?.stop();
  await forgotten?.stop();
  await fresh?.stop();
});

async function run(addresses: readonly string[], options: object): Promise<RunOutcome> {
  const { ask } = createZone({ [host]: { A: addresses } });
  const parsed = tlsCertificate.options.parse({ host, ...options });
  const dial = createDial({ ask, extraAuthorities: [authority.certPem] });
  const outcome = await runProbe(probeOf(tlsCertificate, parsed), tlsCertificate, testWorld({ dial, ask, now: Date.now }));
  if (!outcome) throw new Error("the run was cut short");
  return outcome;
}

const codes = ({ observation }: RunOutcome): readonly string[] => [
  observation.status,
  ...observation.findings.map(({ code }) => code),
];

describe("tls-certificate on real servers", () => {
  test.each([
    ["Dovecot at 993", ["127.0.13.1"], { port: 993 }, ["ok"]],
    ["Dovecot by STARTTLS", ["127.0.13.1"], { port: 143, protocol: "imap" }, ["ok"]],
    [
      "Postfix at 465, with ten days left of ninety",
      ["127.0.13.3"],
      { port: 465 },
      ["warning", "certificate-expiring", "old-tls-offered"],
    ],
    [
      "Postfix by STARTTLS",
      ["127.0.13.3"],
      { port: 587, protocol: "smtp" },
      ["warning", "certificate-expiring", "old-tls-offered"],
    ],
    [
      "a forgotten machine beside a good one",
      ["127.0.13.1", stale],
      { port: 993 },
      ["critical", "certificate-expired", "some-addresses"],
    ],
    ["a port without TLS", ["127.0.13.1"], { port: 143 }, ["critical", "tls-failed"]],
    ["a closed port", ["127.0.13.1"], { port: 110, protocol: "pop3" }, ["unknown", "certificate-not-seen"]],
  ] as const)("judges %s", async (_name, addresses, options, expected) => {
    expect(codes(await run(addresses, options))).toEqual(expected);
  });

  test("takes old versions of TLS between servers for information", async () => {
    const { observation } = await run(["127.0.13.3"], { port: 25, protocol: "smtp" });
    expect(observation.findings.map(({ code, severity }) => [code, severity])).toEqual([
      ["certificate-expiring", "warning"],
      ["old-tls-offered", "info"],
    ]);
  });

  test("measures how long the certificate lasts", async () => {
    const { observation } = await run(["127.0.13.3"], { port: 465 });
    expect(observation.metrics["until_expiry"]).toBeCloseTo((10 * day) / 1000, -3);
    expect(observation.metrics["lifetime"]).toBeCloseTo((90 * day) / 1000, -3);
  });
});

describe("a box on the way, before real servers", () => {
  const own = "127.0.14.1";
  const second = "127.0.15.1";
  const theirs = "127.0.16.1";
  const zone = { "imap.boxed.test": { A: [own] }, "smtp.elsewhere.test": { A: [theirs] }, "mail.boxed.test": { A: [second] } };
  const { ask } = createZone(zone);
  const dial = createDial({ ask, extraAuthorities: [] });
  const world = testWorld({ dial, ask, now: Date.now });
  let dovecot: Dovecot;
  const others: Dovecot[] = [];

  beforeAll(async () => {
    const box = await createAuthority("Office firewall");
    const names = ["imap.boxed.test", "smtp.elsewhere.test", "mail.boxed.test"];
    const { chainPem, ...made } = await box.issue({ names });
    const tls = { ...made, chainPem: chainPem + box.certPem };
    dovecot = await startDovecot({ address: own, users: { "sales@boxed.test": "secret" }, tls });
    for (const address of [second, theirs]) others.push(await startDovecot({ address, users: {}, tls }));
  });
  afterAll(async () => {
    for (const one of [dovecot, ...others]) await one?.stop();
  });

  const look = async (check: AnyCheck, options: object): Promise<RunOutcome> => {
    const outcome = await runProbe(probeOf(check, check.options.parse(options)), check, world);
    if (!outcome) throw new Error("the run was cut short");
    return outcome;
  };
  const certificateOf = (name: string): Promise<RunOutcome> => look(tlsCertificate, { host: name, port: 993 });
  const secret = { source: "test", reveal: () => Promise.resolve("secret"), toJSON: () => "[secret]" };

  test("is one unknown authority for one host, and for two of a domain", async () => {
    expect(codes(await certificateOf("imap.boxed.test"))).toEqual(["critical", "certificate-untrusted"]);
    expect(codes(await certificateOf("mail.boxed.test"))).toEqual(["critical", "certificate-untrusted"]);
  });

  test("is our own side from the first look on, when the self-test knows other hosts", async () => {
    const lonely = await certificateOf("imap.boxed.test");
    const probe = probeOf(tlsCertificate, tlsCertificate.options.parse({ host: "imap.boxed.test", port: 993 }));
    let last: Observation | undefined;
    const tests: SelfTests = {
      runFresh: async (id) => {
        if (id !== "monitor/interception") return;
        last = (await look(interception, { hosts: ["smtp.elsewhere.test:993", "nobody.elsewhere.test:993"] })).observation;
      },
      last: (id) => (id === "monitor/interception" ? last : undefined),
    };
    const { observation } = await judgeOwnSide(probe, lonely, 0, tests);
    expect(last?.findings[0]).toMatchObject({ code: "connections-intercepted", data: { issuer: "CN=Office firewall" } });
    expect(observation.status).toBe("unknown");
    expect(observation.findings[0]).toMatchObject({ code: "own-side", data: { self: "monitor/interception" } });
  });

  test("is told by every check from then on, and no password is sent", async () => {
    expect(codes(await certificateOf("imap.boxed.test"))).toEqual(["unknown", "certificate-intercepted"]);
    expect(codes(await certificateOf("smtp.elsewhere.test"))).toEqual(["unknown", "certificate-intercepted"]);
    const login = { host: "imap.boxed.test", user: "sales@boxed.test", password: secret };
    expect(codes(await look(imapLogin, { ...login, port: 993 }))).toEqual(["unknown", "certificate-intercepted"]);
    expect(codes(await look(imapLogin, { ...login, port: 143, security: "starttls" }))).toEqual([
      "unknown",
      "certificate-intercepted",
    ]);
    expect(await dovecot.log()).not.toContain("sales@boxed.test");
  });
});
