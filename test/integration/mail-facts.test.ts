import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import dnsDkim from "../../checks/dns-dkim.ts";
import dnsPtr from "../../checks/dns-ptr.ts";
import dnsSpf from "../../checks/dns-spf.ts";
import dnsblListing from "../../checks/dnsbl-listing.ts";
import mailRoundtrip from "../../checks/mail-roundtrip.ts";
import { createBoard } from "../../src/engine/board.ts";
import { createDiagnoser } from "../../src/engine/incident-cause.ts";
import { runOnce } from "../../src/engine/pipeline.ts";
import type { AnyCheck } from "../../src/model/check.ts";
import type { Probe } from "../../src/model/probe.ts";
import type { Secret } from "../../src/model/secret.ts";
import { createDial } from "../../src/net/dial.ts";
import { openDatabase } from "../../src/store/database.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { loadRemembered } from "../../src/store/remembered.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type Dovecot, startDovecot } from "../support/dovecot.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";
import { startSigningRelay } from "../support/signing-relay.ts";
import { createZone, type Zone } from "../support/zone.ts";

// A probe mail goes from the company's Postfix through its signing relay to the partner's Postfix and Dovecot; what its header
// shows goes through the engine, the store and a restart to the checks of the company's domain.

const [own, partner] = ["127.0.15.1", "127.0.15.2"];
const [sales, inbox] = ["sales@own.test", "inbox@partner.test"];
const password = "secret";
const secret: Secret = { source: "test", reveal: () => Promise.resolve(password), toJSON: () => "[secret]" };
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const record = `v=DKIM1; k=rsa; p=${publicKey.export({ type: "spki", format: "der" }).toString("base64")}`;

let authority: Authority;
let dovecots: readonly Dovecot[] = [];
let postfixes: readonly Postfix[] = [];
let relay: { stop(): Promise<void> } | undefined;
let selector: string | undefined;

beforeAll(async () => {
  authority = await createAuthority();
  const identities = await Promise.all(["own", "partner"].map((name) => authority.issue({ names: [`mail.${name}.test`] })));
  const [ownTls, partnerTls] = identities;
  if (ownTls === undefined || partnerTls === undefined) throw new Error("no certificates");
  const ownDovecot = await startDovecot({ address: own, users: { [sales]: password }, tls: ownTls });
  const dovecot = await startDovecot({ address: partner, users: { [inbox]: password }, tls: partnerTls });
  dovecots = [ownDovecot, dovecot];
  relay = await startSigningRelay({
    address: own,
    port: 2525,
    hostname: "mail.own.test",
    next: partner,
    signing: () => (selector === undefined ? undefined : { domainName: "own.test", keySelector: selector, privateKey: pem }),
  });
  postfixes = [
    await startPostfix({
      address: own,
      hostname: "mail.own.test",
      domains: ["own.test"],
      dovecot: ownDovecot,
      mailboxes: { [sales]: `${sales}/` },
      transports: { "partner.test": `smtp:[${own}]:2525` },
      tls: ownTls,
    }),
    await startPostfix({
      address: partner,
      hostname: "mail.partner.test",
      domains: ["partner.test"],
      dovecot,
      mailboxes: { [inbox]: `${inbox}/` },
      transports: { "own.test": `smtp:[${own}]:25` },
      tls: partnerTls,
    }),
  ];
});

afterAll(async () => {
  for (const server of [...postfixes, relay, ...dovecots]) await server?.stop();
});

const account = (address: string, port: number) => ({
  address,
  user: address,
  password: secret,
  host: address === sales ? "mail.own.test" : "mail.partner.test",
  port,
  security: "tls",
});
const routes: Zone = {
  "mail.own.test": { A: [own] },
  "mail.partner.test": { A: [partner] },
  "own.test": { MX: ["10 mail.own.test"] },
  "partner.test": { MX: ["10 mail.partner.test"] },
};

/** The engine with its store. `again` is the same after a restart. */
async function company() {
  const folder = await mkdtemp(join(tmpdir(), "mailvigil-facts-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  let ahead = 0;
  const now = (): number => Date.now() + ahead;

  const start = () => {
    const db = openDatabase(folder);
    const recorder = createRecorder(db);
    const probes: Probe[] = [];
    const checks = new Map<string, AnyCheck>();
    const board = createBoard({
      demonstration: false,
      company: "Own",
      language: "en",
      timezone: "UTC",
      startedAt: now(),
      checks,
      probes,
      remembered: loadRemembered(db, now()),
      nextAt: () => undefined,
      channels: () => [],
      troubles: () => [],
      now,
    });
    /** A whole run of the engine, with the records of this zone; says what was found and asked. */
    const run = async (check: AnyCheck, asset: string, options: object, zone: Zone = {}) => {
      const probe = probeOf(check, check.options.parse(options), { id: `${asset}/${check.id}`, asset });
      probes.push(probe);
      checks.set(check.id, check);
      board.replace({ probes, company: "Own", language: "en", timezone: "UTC" });
      const { ask, resolve, calls } = createZone({ ...routes, ...zone });
      const dial = createDial({ ask, extraAuthorities: [authority.certPem] });
      await runOnce(
        probe,
        {
          board,
          recorder,
          checks,
          run: testWorld({ ask, resolve, dial, now, authorities: [authority.certPem] }),
          selfTests: { runFresh: () => Promise.resolve(), last: () => undefined },
          route: () => ({}),
          wakeDelivery: () => undefined,
          lookNow: () => undefined,
          diagnose: createDiagnoser(board),
          serially: (work) => work(),
        },
        () => undefined,
      );
      const observation = board.last(probe.id);
      if (observation === undefined) throw new Error("no observation");
      return { observation, calls, said: observation.findings.map(({ code, severity }) => `${code} ${severity}`) };
    };
    return {
      run,
      facts: (asset: string, kind: string) => board.facts(asset, kind).map(({ value }) => value),
      stop: () => {
        recorder.close();
        db.close();
      },
    };
  };
  let engine = start();
  onTestFinished(() => engine.stop());

  /** Until it has arrived: what was found then. */
  const send = async (from: string, to: string, ownSender: boolean, zone: Zone = {}) => {
    ahead += 15 * 60_000;
    const options = { from: account(from, 465), to: account(to, 993), ownSender };
    for (let looks = 0; looks < 60; looks += 1) {
      const found = await engine.run(mailRoundtrip, `${from}~${to}`, options, zone);
      if (found.observation.metrics["roundtrip"] !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error(`It has not arrived after 15 s: ${(await Promise.all(postfixes.map((one) => one.log()))).join("\n")}`);
  };
  return {
    send,
    run: (...args: Parameters<typeof engine.run>) => engine.run(...args),
    facts: (asset: string, kind: string) => engine.facts(asset, kind),
    forward: (ms: number) => {
      ahead += ms;
    },
    restart: () => {
      engine.stop();
      engine = start();
    },
  };
}

const dkim = { domain: "own.test" };
const published = (...names: readonly string[]): Zone =>
  Object.fromEntries(names.map((name) => [`${name}._domainkey.own.test`, { TXT: [record] }]));

describe("what a probe mail shows of the company's own sender", () => {
  test("DK-1 DK-2 dns-dkim asks for the selector that the mail was really signed with, also after a restart", async () => {
    selector = "mail2026";
    const watch = await company();
    // Before any mail came, nobody knows a selector.
    expect((await watch.run(dnsDkim, "own.test", dkim, published("mail2026"))).said).toEqual(["dkim-selector-unknown unknown"]);
    await watch.send(sales, inbox, true);
    expect(watch.facts("own.test", "dkim-selector")).toEqual(["mail2026._domainkey.own.test"]);
    const good = await watch.run(dnsDkim, "own.test", dkim, published("mail2026"));
    expect(good.calls).toContain("TXT mail2026._domainkey.own.test");
    // nodemailer signs From once.
    expect(good.said).toEqual(["dkim-from-once info"]);
    watch.restart();
    const gone = await watch.run(dnsDkim, "own.test", dkim, published("other"));
    expect(gone.said).toEqual(["dkim-missing critical", "dkim-from-once info"]);
    expect(gone.observation.findings[0]?.data).toMatchObject({ name: "mail2026._domainkey.own.test" });
    expect(String(gone.observation.findings[0]?.data["known"])).toContain(record.slice(0, 60));
  });

  test("DK-2 DK-16 a new selector takes over, the old one may go in time; mail that is no longer signed is told", async () => {
    selector = "old";
    const watch = await company();
    await watch.send(sales, inbox, true);
    selector = "new";
    watch.forward(4 * 86_400_000);
    await watch.send(sales, inbox, true);
    expect((await watch.run(dnsDkim, "own.test", dkim, published("new"))).said).toEqual([
      "dkim-missing critical",
      "dkim-from-once info",
    ]);
    watch.forward(2 * 86_400_000);
    await watch.send(sales, inbox, true);
    expect((await watch.run(dnsDkim, "own.test", dkim, published("new"))).said).toEqual(["dkim-from-once info"]);
    selector = undefined;
    await watch.send(sales, inbox, true);
    expect(watch.facts("own.test", "dkim-signature")).toContain("sales@own.test unsigned");
    const unsigned = await watch.run(dnsDkim, "own.test", dkim, published("new"));
    expect(unsigned.said).toEqual(["dkim-unsigned warning"]);
  });

  test("DK-17 a key is as old as our own history knows it, over restarts", async () => {
    const watch = await company();
    const look = async () => (await watch.run(dnsDkim, "own.test", { ...dkim, selectors: ["s1"] }, published("s1"))).said;
    expect(await look()).toEqual([]);
    watch.restart();
    watch.forward(365 * 86_400_000);
    expect(await look()).toEqual([]);
    watch.restart();
    watch.forward(2 * 86_400_000);
    expect(await look()).toEqual(["dkim-key-old info"]);
  });

  test("MX-20 SPF-18 PTR-2 BL-11 the address that handed it over is judged by SPF, PTR and block lists", async () => {
    selector = "mail2026";
    const watch = await company();
    await watch.send(sales, inbox, true);
    expect(watch.facts("own.test", "sending-address")).toEqual([own]);
    expect(watch.facts("own.test", "helo")).toEqual([`${own} mail.own.test`]);

    const spf = (text: string) => watch.run(dnsSpf, "own.test", { domain: "own.test" }, { "own.test": { TXT: [text] } });
    expect((await spf("v=spf1 ip4:203.0.113.9 -all")).said).toContain("spf-sender-fails critical");
    expect((await spf(`v=spf1 ip4:${own} -all`)).said).not.toContain("spf-sender-fails critical");

    const nothing = { domain: "own.test", sends: false };
    const ptr = await watch.run(dnsPtr, "own.test", nothing, { "1.15.0.127.in-addr.arpa": "nxdomain" });
    expect(ptr.calls).toContain("PTR 1.15.0.127.in-addr.arpa");
    expect(ptr.said).toEqual(["ptr-missing critical"]);
    expect(ptr.observation.findings[0]?.data).toMatchObject({ address: own, why: "Received" });
    expect(ptr.observation.evidence.join("\n")).toContain(`${own} calls itself mail.own.test`);

    const lists = { ...nothing, builtIn: false, lists: [{ zone: "bl.test", kind: "ip" }] };
    const listed = await watch.run(dnsblListing, "own.test", lists, {
      "2.0.0.127.bl.test": { A: ["127.0.0.2"] },
      "1.15.0.127.bl.test": { A: ["127.0.0.2"] },
    });
    expect(listed.calls).toContain("A 1.15.0.127.bl.test");
    expect(listed.said).toContain("listed-once info");
  });

  test("what really arrives is tested by ourselves: SPF by the hop from outside, DKIM, DMARC", async () => {
    selector = "mail2026";
    const watch = await company();
    const good: Zone = {
      "own.test": { TXT: [`v=spf1 ip4:${own} -all`] },
      "_dmarc.own.test": { TXT: ["v=DMARC1; p=reject"] },
      ...published("mail2026"),
    };
    const proved = await watch.send(sales, inbox, true, good);
    expect(proved.said).toEqual([]);
    const passed = `our own test finds spf=pass own.test ${own}, dkim=pass own.test, dmarc=pass own.test`;
    expect(proved.observation.evidence.join("\n")).toContain(passed);

    // Mail is no longer signed, and another server sends than SPF names.
    selector = undefined;
    const failing = await watch.send(sales, inbox, true, { ...good, "own.test": { TXT: ["v=spf1 ip4:203.0.113.9 -all"] } });
    expect(failing.said).toEqual(["authentication-fails warning"]);
    expect(failing.observation.findings[0]?.data["ours"]).toBe(`spf=fail own.test ${own}, dmarc=fail own.test`);
  });

  test("DK-1 MX-20 a partner's mail leaves no fact, of the company or of the partner", async () => {
    const watch = await company();
    await watch.send(inbox, sales, false);
    for (const asset of ["own.test", "partner.test"]) {
      for (const kind of ["dkim-selector", "dkim-signature", "sending-address", "helo"]) {
        expect(watch.facts(asset, kind), `${kind} of ${asset}`).toEqual([]);
      }
    }
    // The same mail as one of its own would have left some.
    await watch.send(inbox, sales, true);
    expect(watch.facts("partner.test", "sending-address")).toEqual([partner]);
    expect(watch.facts("own.test", "sending-address")).toEqual([]);
  });
});
