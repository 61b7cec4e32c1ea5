import { afterAll, beforeAll, describe, expect, test } from "vitest";
import imapLogin from "../../checks/imap-login.ts";
import { runProbe, type RunOutcome } from "../../src/engine/run-probe.ts";
import type { Observation } from "../../src/model/observation.ts";
import { createDial } from "../../src/net/dial.ts";
import { createImap } from "../../src/net/imap.ts";
import { type Authority, createAuthority, type Issued, issueSelfSigned } from "../support/certificates.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type Dovecot, startDovecot } from "../support/dovecot.ts";
import { startLineServer } from "../support/line-server.ts";
import { scriptImap } from "../support/mail-script.ts";
import { secretOf } from "../support/mail-world.ts";
import { createZone } from "../support/zone.ts";

/** One Dovecot for each certificate, at addresses of this file's own. */
const servers = {
  good: "127.0.11.1",
  expired: "127.0.11.2",
  otherHost: "127.0.11.3",
  selfSigned: "127.0.11.4",
  incomplete: "127.0.11.5",
};
const plain = "127.0.11.6";
const host = "imap.own.test";
const users = { "sales@own.test": 'pa:ss "wörd\\ §', "boss@own.test": "suspended" };

let authority: Authority;
const running: Dovecot[] = [];

beforeAll(async () => {
  authority = await createAuthority();
  const names = { names: [host] };
  const chained = await authority.issue({ ...names, intermediate: true });
  const certificates: Record<keyof typeof servers, Pick<Issued, "chainPem" | "keyPem">> = {
    good: chained,
    expired: await authority.issueExpired(names),
    otherHost: await authority.issue({ names: ["other.own.test"] }),
    selfSigned: await issueSelfSigned(names),
    incomplete: { chainPem: chained.certPem, keyPem: chained.keyPem },
  };
  const disabled = { "boss@own.test": "Suspended, ask accounting" };
  for (const [kind, address] of Object.entries(servers)) {
    const tls = Object.entries(certificates).find(([name]) => name === kind)?.[1];
    if (tls) running.push(await startDovecot({ address, users, disabled, tls }));
  }
  running.push(await startDovecot({ address: plain, users }));
});

afterAll(async () => {
  await Promise.all(running.map((dovecot) => dovecot.stop()));
});

interface Wish {
  readonly address?: string;
  readonly options?: object;
  readonly deadlineMs?: number;
}

async function run({ address = servers.good, options = {}, deadlineMs }: Wish = {}): Promise<RunOutcome> {
  const { ask } = createZone({ [host]: { A: [address] } });
  const parsed = imapLogin.options.parse({
    host,
    user: "sales@own.test",
    password: secretOf(users["sales@own.test"]),
    ...options,
  });
  const probe = probeOf(imapLogin, parsed, deadlineMs === undefined ? {} : { deadlineMs });
  const dial = createDial({ ask, extraAuthorities: [authority.certPem] });
  const outcome = await runProbe(probe, imapLogin, testWorld({ dial, ask }));
  if (!outcome) throw new Error("the run was cut short");
  return outcome;
}

const verdict = ({ status, findings, evidence }: Observation): unknown => ({
  status,
  findings: findings.map(({ code, data }) => `${String(data["phase"])}: ${code}`),
  evidence: status === "ok" ? [] : evidence,
});

const shows = (status: string, ...findings: readonly string[]): unknown => expect.objectContaining({ status, findings });

describe("imap-login on a real Dovecot", () => {
  test("logs in, at 993 and by STARTTLS, and leaves no trace", async () => {
    const { observation, loggedIn } = await run();
    expect(verdict(observation)).toEqual(shows("ok"));
    expect(loggedIn).toEqual(["sales@own.test"]);
    expect(Object.keys(observation.metrics).toSorted()).toEqual(["connect", "examine", "greeting", "login", "resolve", "tls"]);
    expect(verdict((await run({ options: { port: 143 } })).observation)).toEqual(shows("ok"));
    const said = async (what: RegExp): Promise<number> => [...((await running[0]?.log()) ?? "").matchAll(what)].length;
    expect(await said(/Login: user=<sales@own.test>/g)).toBe(2);
    await expect.poll(() => said(/Disconnected: Logged out/g)).toBe(2);
  });

  test("is told that the password is wrong, and says so at once", async () => {
    const { observation, immediate, rejected } = await run({ options: { password: secretOf("wrong") } });
    expect(verdict(observation)).toEqual(shows("critical", "auth: login-rejected"));
    expect([immediate, rejected?.kind]).toEqual([true, "definite"]);
  });

  test("is told that the account is disabled", async () => {
    const { observation } = await run({ options: { user: "boss@own.test", password: secretOf("suspended") } });
    expect(verdict(observation)).toEqual(shows("critical", "auth: account-locked"));
    expect(observation.findings[0]?.data["reason"]).toContain("Suspended");
  });

  test("finds a port that is closed", async () => {
    expect(verdict((await run({ address: plain })).observation)).toEqual(shows("critical", "connect: connection-refused"));
  });

  test("sends no password where STARTTLS is not offered", async () => {
    const { observation } = await run({ address: plain, options: { port: 143 } });
    expect(verdict(observation)).toEqual(shows("critical", "tls: starttls-missing"));
    expect(observation.evidence.join("\n")).not.toContain("LOGIN ");
  });

  test.each([
    ["expired", "certificate-expired"],
    ["otherHost", "certificate-wrong-host"],
    ["selfSigned", "certificate-self-signed"],
    ["incomplete", "certificate-chain-incomplete"],
  ] as const)("sends no password to a server whose certificate is %s", async (kind, code) => {
    for (const port of [993, 143]) {
      const { observation } = await run({ address: servers[kind], options: { port } });
      expect(verdict(observation)).toEqual(shows("critical", `tls: ${code}`));
    }
    const dovecot = running.find(({ host: address }) => address === servers[kind]);
    expect(await dovecot?.log()).not.toContain("sales@own.test");
  });

  test("hears BYE with its reason when the mail storage is gone", async () => {
    const { observation } = await withDovecot("mail_location = bogus:/nowhere", () => run({ address: own }));
    expect(verdict(observation)).toEqual(shows("critical", "command: session-ended"));
    expect(observation.findings[0]?.data["reason"]).toContain("Internal error occurred");
  });

  test("is told that too many are logged in, and does not call that a wrong password", async () => {
    const { observation, rejected } = await withDovecot("mail_max_userip_connections = 1", async () => {
      const { ask } = createZone({ [host]: { A: [own] } });
      const dial = createDial({ ask, extraAuthorities: [authority.certPem] });
      const holder = await dial({ host, port: 993, tls: "implicit" }, new AbortController().signal);
      const imap = createImap(holder, { commandTimeoutMs: 5_000, note: () => undefined });
      await imap.greeting(5_000);
      await imap.login("sales@own.test", users["sales@own.test"]);
      const outcome = await run({ address: own });
      await imap.logout();
      return outcome;
    });
    expect(verdict(observation)).toEqual(shows("warning", "auth: login-limited"));
    expect(rejected).toBeUndefined();
  });
});

const own = "127.0.11.7";

/** A Dovecot with a configuration of its own. */
async function withDovecot<T>(extraConfig: string, work: () => Promise<T>): Promise<T> {
  const dovecot = await startDovecot({ address: own, users, tls: await authority.issue({ names: [host] }), extraConfig });
  try {
    return await work();
  } finally {
    await dovecot.stop();
  }
}

describe("imap-login in real time", () => {
  test("calls a greeting after 20 s late, and logs in all the same", async () => {
    const tls = await authority.issue({ names: [host] });
    const server = await startLineServer(scriptImap({ delay: 20_000 }), { certificate: tls, implicit: true, host: "127.0.11.8" });
    try {
      const { observation } = await run({ address: "127.0.11.8", options: { port: server.port } });
      expect(verdict(observation)).toEqual(shows("critical", "greeting: greeting-late"));
      expect(observation.findings[0]?.data["seconds"]).toBeCloseTo(20, 0);
      expect(observation.metrics["examine"]).toBeGreaterThanOrEqual(0);
    } finally {
      await server.close();
    }
  });

  test("waits 30 s for a greeting that never comes", async () => {
    const tls = await authority.issue({ names: [host] });
    const server = await startLineServer(scriptImap({ greeting: "silence" }), {
      certificate: tls,
      implicit: true,
      host: "127.0.11.8",
    });
    try {
      const { observation } = await run({ address: "127.0.11.8", options: { port: server.port } });
      expect(verdict(observation)).toEqual(shows("critical", "greeting: greeting-missing"));
      expect(observation.durationMs).toBeGreaterThan(29_000);
    } finally {
      await server.close();
    }
  });

  test("is not critical after 600 ms in which our own event loop stood still", async () => {
    const blocked = setTimeout(() => {
      const end = performance.now() + 600;
      while (performance.now() < end);
    }, 5);
    const { observation } = await run({
      options: { limits: { connect: 0.2, tls: 0.2, greeting: 0.2, command: 0.2, slow: 0.1, late: 0.15 } },
    });
    clearTimeout(blocked);
    expect(["ok", "unknown"]).toContain(observation.status);
    expect(observation.evidence.join("\n")).toContain("our own event loop was late");
  });
});
