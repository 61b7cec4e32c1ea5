import { afterAll, beforeAll, describe, expect, test } from "vitest";
import smtpSubmission from "../../checks/smtp-submission.ts";
import { runProbe, type RunOutcome } from "../../src/engine/run-probe.ts";
import type { Observation } from "../../src/model/observation.ts";
import { createDial } from "../../src/net/dial.ts";
import { type Authority, createAuthority, type Issued, issueSelfSigned } from "../support/certificates.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type Dovecot, startDovecot } from "../support/dovecot.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";
import { secretOf } from "../support/mail-world.ts";
import { createZone } from "../support/zone.ts";

const addresses = {
  good: "127.0.12.1",
  expired: "127.0.12.2",
  otherHost: "127.0.12.3",
  selfSigned: "127.0.12.4",
  incomplete: "127.0.12.5",
};
const plain = "127.0.12.6";
const host = "smtp.own.test";
const users = { "sales@own.test": 'pa:ss "wörd\\ §' };

let authority: Authority;
let dovecot: Dovecot;
const running: Postfix[] = [];

beforeAll(async () => {
  authority = await createAuthority();
  dovecot = await startDovecot({ address: "127.0.12.9", users });
  const names = { names: [host] };
  const chained = await authority.issue({ ...names, intermediate: true });
  const certificates: Record<keyof typeof addresses, Pick<Issued, "chainPem" | "keyPem">> = {
    good: chained,
    expired: await authority.issueExpired(names),
    otherHost: await authority.issue({ names: ["other.own.test"] }),
    selfSigned: await issueSelfSigned(names),
    incomplete: { chainPem: chained.certPem, keyPem: chained.keyPem },
  };
  const common = { hostname: host, domains: ["own.test"], dovecot, mailboxes: { "sales@own.test": "sales@own.test/" } };
  for (const [kind, address] of Object.entries(addresses)) {
    const tls = Object.entries(certificates).find(([name]) => name === kind)?.[1];
    if (tls) running.push(await startPostfix({ ...common, address, tls }));
  }
  running.push(await startPostfix({ ...common, address: plain }));
});

afterAll(async () => {
  await Promise.all(running.map((postfix) => postfix.stop()));
  await dovecot?.stop();
});

async function run(address: string, options: object = {}): Promise<RunOutcome> {
  const { ask } = createZone({ [host]: { A: [address] } });
  const parsed = smtpSubmission.options.parse({
    host,
    user: "sales@own.test",
    password: secretOf(users["sales@own.test"]),
    ...options,
  });
  const dial = createDial({ ask, extraAuthorities: [authority.certPem] });
  const outcome = await runProbe(probeOf(smtpSubmission, parsed), smtpSubmission, testWorld({ dial, ask }));
  if (!outcome) throw new Error("the run was cut short");
  return outcome;
}

const verdict = ({ status, findings, evidence }: Observation): unknown => ({
  status,
  findings: findings.map(({ code, data }) => `${String(data["phase"])}: ${code}`),
  evidence: status === "ok" ? [] : evidence,
});
const shows = (status: string, ...findings: readonly string[]): unknown => expect.objectContaining({ status, findings });
const postfixAt = (address: string): Postfix | undefined => running.find((postfix) => postfix.host === address);

describe("smtp-submission on a real Postfix", () => {
  test("logs in at 465 and at 587, and sends nothing", async () => {
    for (const port of [465, 587]) {
      const { observation, loggedIn } = await run(addresses.good, { port });
      expect(verdict(observation)).toEqual(shows("ok"));
      expect(loggedIn).toEqual(["sales@own.test"]);
    }
    const postfix = postfixAt(addresses.good);
    expect(await postfix?.queue()).toEqual([]);
    await expect
      .poll(async () => [...((await postfix?.log()) ?? "").matchAll(/disconnect from .* auth=1 quit=1/g)].length)
      .toBe(2);
  });

  test("is told that the password is wrong, and says so at once", async () => {
    const { observation, immediate, rejected } = await run(addresses.good, { password: secretOf("wrong") });
    expect(verdict(observation)).toEqual(shows("critical", "auth: login-rejected"));
    expect([immediate, rejected?.kind]).toEqual([true, "definite"]);
  });

  test("finds a port that is closed", async () => {
    expect(verdict((await run(plain)).observation)).toEqual(shows("critical", "connect: connection-refused"));
  });

  test("sends no password where STARTTLS is not offered", async () => {
    const { observation } = await run(plain, { port: 587 });
    expect(verdict(observation)).toEqual(shows("critical", "tls: starttls-missing"));
    expect(await postfixAt(plain)?.log()).not.toMatch(/auth=1/);
  });

  test("finds that port 25 offers no login", async () => {
    const { observation } = await run(addresses.good, { port: 25 });
    expect(verdict(observation)).toEqual(shows("critical", "auth: auth-not-offered"));
  });

  test.each([
    ["expired", "certificate-expired"],
    ["otherHost", "certificate-wrong-host"],
    ["selfSigned", "certificate-self-signed"],
    ["incomplete", "certificate-chain-incomplete"],
  ] as const)("sends no password to a server whose certificate is %s", async (kind, code) => {
    for (const port of [465, 587]) {
      const { observation } = await run(addresses[kind], { port });
      expect(verdict(observation)).toEqual(shows("critical", `tls: ${code}`));
    }
    expect(await postfixAt(addresses[kind])?.log()).not.toMatch(/sasl|auth=/);
  });
});

describe("smtp-submission when Dovecot's authentication is gone", () => {
  test("does not blame the password", async () => {
    await dovecot.stop();
    const { observation, rejected } = await run(addresses.good);
    // A smtpd that already runs answers 454; a new one ends at once: "fatal: no SASL authentication mechanisms".
    expect(["login-unavailable", "connection-lost"]).toContain(observation.findings[0]?.code);
    expect(observation.status).toBe("critical");
    expect(rejected).toBeUndefined();
  });
});
