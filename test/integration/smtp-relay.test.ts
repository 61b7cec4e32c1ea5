import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import smtpRelay from "../../checks/smtp-relay.ts";
import { runProbe } from "../../src/engine/run-probe.ts";
import { createDial } from "../../src/net/dial.ts";
import { createAuthority } from "../support/certificates.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";
import { createZone } from "../support/zone.ts";

const host = "relay.own.test";
/** One that relays for this machine, and one that does for nobody. */
const addresses = { ours: "127.0.121.10", closed: "127.0.121.11" };
const running: Postfix[] = [];
let root = "";
let ca = "";

async function start(address: string, extraConfig: string, withTls = true): Promise<Postfix> {
  const authority = await createAuthority();
  ca = authority.certPem;
  const postfix = await startPostfix({
    address,
    hostname: host,
    domains: ["own.test"],
    dovecot: { authSocket: join(root, "auth"), mailRoot: root },
    mailboxes: { "sales@own.test": "sales@own.test/" },
    transports: { "partner.test": "smtp:[127.0.121.12]:25" },
    ports: { submission: false, submissions: false },
    ...(withTls ? { tls: await authority.issue({ names: [host] }) } : {}),
    extraConfig,
  });
  running.push(postfix);
  return postfix;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mailvigil-relay-"));
}, 60_000);
afterAll(async () => {
  await Promise.all(running.map((postfix) => postfix.stop()));
  await rm(root, { recursive: true, force: true });
});

async function look(address: string, options: object) {
  const parsed = smtpRelay.options.parse({ host, port: 25, sender: "scanner@own.test", to: "canary@partner.test", ...options });
  const { ask, resolve } = createZone({ [host]: { A: [address] } });
  const outcome = await runProbe(
    probeOf(smtpRelay, parsed),
    smtpRelay,
    testWorld({ ask, resolve, dial: createDial({ ask, extraAuthorities: [ca] }) }),
  );
  return outcome?.observation.findings.map(({ code, severity }) => `${code} ${severity}`);
}

describe("smtp-relay and a real Postfix", () => {
  test("one that relays for this network: well, any sender is taken unless it says otherwise, and nothing is ever sent", async () => {
    const postfix = await start(
      addresses.ours,
      "mynetworks = 127.0.0.0/8\nsmtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\nsmtpd_recipient_restrictions = check_sender_access inline:{strict@own.test=REJECT}, permit_mynetworks, reject_unauth_destination",
    );
    expect(await look(addresses.ours, {})).toEqual([]);
    expect(await look(addresses.ours, { sender: "strict@own.test" })).toEqual(["sender-not-allowed critical"]);
    expect(await look(addresses.ours, { relayTest: true })).toEqual(["any-sender-taken warning"]);
    expect(await look(addresses.ours, { expect: "refused" })).toEqual(["open-relay critical"]);
    expect(await postfix.queue()).toEqual([]);
    expect(await postfix.log()).not.toMatch(/message-id|data=/);
  }, 60_000);

  test("one that relays for nobody: it refuses us, and that is right where this machine is a stranger", async () => {
    const postfix = await start(addresses.closed, "mynetworks =", false);
    expect(await look(addresses.closed, {})).toEqual(["starttls-missing warning", "relay-refuses-us critical"]);
    expect(await look(addresses.closed, { security: "none", expect: "refused" })).toEqual([]);
    expect(await look(addresses.closed, { security: "none", to: "sales@own.test" })).toEqual([]);
    expect(await look(addresses.closed, { security: "none", to: "gone@own.test" })).toEqual(["recipient-unusable unknown"]);
    expect(await postfix.queue()).toEqual([]);
  }, 60_000);
});
