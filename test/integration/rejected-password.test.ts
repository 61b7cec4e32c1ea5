import { afterAll, beforeAll, describe, expect, test } from "vitest";
import imapLogin from "../../checks/imap-login.ts";
import imapQuota from "../../checks/imap-quota.ts";
import mailRoundtrip from "../../checks/mail-roundtrip.ts";
import mailboxActivity from "../../checks/mailbox-activity.ts";
import managesieve from "../../checks/managesieve.ts";
import pop3Login from "../../checks/pop3-login.ts";
import smtpSubmission from "../../checks/smtp-submission.ts";
import { createBoard } from "../../src/engine/board.ts";
import { createDiagnoser } from "../../src/engine/incident-cause.ts";
import { runOnce } from "../../src/engine/pipeline.ts";
import type { AnyCheck } from "../../src/model/check.ts";
import type { Secret } from "../../src/model/secret.ts";
import type { Remembered } from "../../src/model/state.ts";
import { createDial } from "../../src/net/dial.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type Dovecot, startDovecot } from "../support/dovecot.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";
import { createZone } from "../support/zone.ts";

// Whichever probe of a mailbox is told first that the password is wrong: real servers see one more try, and then none, from no
// probe, until the password has changed.

const address = "127.0.80.1";
const host = "mail.own.test";
const [sales, canary] = ["sales@own.test", "canary@own.test"];
const right = "the right one";

let authority: Authority;
let dovecot: Dovecot;
let postfix: Postfix;
beforeAll(async () => {
  authority = await createAuthority();
  const tls = await authority.issue({ names: [host] });
  dovecot = await startDovecot({
    address,
    users: { [sales]: right, [canary]: right },
    tls,
    pop3: true,
    extraConfig: "protocols = imap pop3 sieve\nservice managesieve-login {\n inet_listener sieve {\n port = 4190\n }\n}",
  });
  postfix = await startPostfix({
    address,
    hostname: host,
    domains: ["own.test"],
    dovecot,
    mailboxes: { [sales]: `${sales}/`, [canary]: `${canary}/` },
    tls,
  });
}, 60_000);
afterAll(async () => {
  await postfix.stop();
  await dovecot.stop();
});

/** How often a server was given a wrong password for this account, whatever the protocol: they all ask Dovecot. */
const mismatches = async (): Promise<number> => (await dovecot.log()).split("Password mismatch").length - 1;

interface Planned {
  readonly check: AnyCheck;
  readonly options: object;
}

/** The password of sales, as the configuration has it; it may change while the company is watched. */
function secretThatChanges(): Secret & { value: string } {
  return {
    value: "wrong",
    source: "test",
    reveal() {
      return Promise.resolve(this.value);
    },
    toJSON: () => "[secret]",
  };
}
const good: Secret = { source: "test", reveal: () => Promise.resolve(right), toJSON: () => "[secret]" };

/** Everything that logs in to the mailbox of sales. */
function everything(password: Secret): Readonly<Record<string, Planned>> {
  const login = { host, user: sales, password, security: "tls" };
  const at = (user: string, port: number, secret: Secret) => ({
    address: user,
    user,
    host,
    port,
    security: "tls",
    password: secret,
  });
  const imap = { host, port: 993, security: "tls" };
  return {
    "imap-login": { check: imapLogin, options: login },
    "pop3-login": { check: pop3Login, options: login },
    "smtp-submission": { check: smtpSubmission, options: { ...login, port: 465 } },
    "imap-quota": { check: imapQuota, options: login },
    "mailbox-activity": { check: mailboxActivity, options: login },
    managesieve: { check: managesieve, options: { ...login, security: "starttls" } },
    "mail-roundtrip out": {
      check: mailRoundtrip,
      options: { from: { ...at(sales, 465, password), imap }, to: at(canary, 993, good), size: 1_000 },
    },
    "mail-roundtrip in": { check: mailRoundtrip, options: { from: at(canary, 465, good), to: at(sales, 993, password) } },
  };
}

const nothing: Remembered = {
  states: [],
  observations: [],
  memories: new Map(),
  facts: [],
  incidents: [],
  transitions: [],
  breakers: [],
  nextIncident: 1,
  sopRuns: [],
  nextSopRun: 1,
};

/** The engine with these probes, and a clock that can be put forward. */
function engine(planned: Readonly<Record<string, Planned>>) {
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const probes = Object.entries(planned).map(([name, { check, options }]) =>
    probeOf(check, check.options.parse(options), { id: `${sales}/${name}`, asset: sales }),
  );
  const checks = new Map(Object.values(planned).map(({ check }) => [check.id, check]));
  const board = createBoard({
    demonstration: false,
    company: "Own",
    language: "en",
    timezone: "UTC",
    startedAt: now(),
    checks,
    probes,
    remembered: nothing,
    nextAt: () => undefined,
    channels: () => [],
    troubles: () => [],
    now,
  });
  const { ask, resolve } = createZone({ [host]: { A: [address] }, "own.test": { MX: [`10 ${host}`] } });
  const authorities = [authority.certPem];
  const run = testWorld({ ask, resolve, dial: createDial({ ask, extraAuthorities: authorities }), now, authorities });
  const world = {
    board,
    // What is written is shown elsewhere; it is not waited for here.
    recorder: { commit: () => Promise.resolve() },
    checks,
    run,
    selfTests: { runFresh: () => Promise.resolve(), last: () => undefined },
    route: () => ({}),
    wakeDelivery: () => undefined,
    lookNow: () => undefined,
    diagnose: createDiagnoser(board),
    serially: <T>(work: () => Promise<T>) => work(),
  };
  return {
    forward: (ms: number) => {
      ahead += ms;
    },
    /** Each probe once, the first one before all others; says what each found. */
    round: async (first: string): Promise<readonly string[]> => {
      const sorted = probes.toSorted((a, b) => Number(b.id.endsWith(`/${first}`)) - Number(a.id.endsWith(`/${first}`)));
      for (const probe of sorted) await runOnce(probe, world, () => undefined);
      return sorted.map(
        ({ id }) =>
          board
            .last(id)
            ?.findings.map(({ code }) => code)
            .join(" ") ?? "",
      );
    },
    breaker: () => board.breaker(sales),
  };
}

describe("after a rejected password", () => {
  const names = Object.keys(everything(good));

  test.each(names)("that %s was told of, the servers see one more try in two days, from nobody more", async (first) => {
    const password = secretThatChanges();
    const watch = engine(everything(password));
    const before = await mismatches();
    const tries = async (): Promise<number> => (await mismatches()) - before;

    const [found, ...others] = await watch.round(first);
    // The look at another mailbox comes before the sending.
    expect(found).toMatch(/login-rejected|login-refused/);
    expect(new Set(others)).toEqual(new Set(["login-held"]));
    expect(await tries()).toBe(1);

    for (let minutes = 0; minutes < 48 * 60; minutes += 15) {
      watch.forward(15 * 60_000);
      await watch.round(names[(minutes / 15) % names.length] ?? "");
    }
    expect(await tries()).toBe(2);
    expect(watch.breaker()).toMatchObject({ kind: "definite", refusals: 2, retryAt: undefined });

    // The password is mended where the configuration keeps it: everything is well again at once.
    password.value = right;
    const mended = await watch.round(first);
    expect(mended.filter((codes) => /login|auth/.test(codes))).toEqual([]);
    expect(await tries()).toBe(2);
    expect(watch.breaker()).toBeUndefined();
  });

  test("a password that is wrong again after it was changed is tried twice, too", async () => {
    const password = secretThatChanges();
    const watch = engine(everything(password));
    const before = await mismatches();
    await watch.round("mail-roundtrip in");
    password.value = "wrong again";
    for (let minutes = 0; minutes < 24 * 60; minutes += 20) {
      await watch.round("managesieve");
      watch.forward(20 * 60_000);
    }
    expect((await mismatches()) - before).toBe(3);
  });
});
