import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import postfixQueue from "../../checks/postfix-queue.ts";
import { runProbe } from "../../src/engine/run-probe.ts";
import type { Json } from "../../src/model/json.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";

const address = "127.0.121.2";
let [root, config] = ["", ""];
let postfix: Postfix;
/** The clock of the next run: mails grow old while nobody waits. */
let later = 0;
let memory: Json | undefined;

/** Where the Postfix of this file has its main.cf. */
async function configOf(): Promise<string> {
  const folders = (await readdir(tmpdir())).filter((name) => name.startsWith("postfix-"));
  for (const name of folders) {
    const path = join(tmpdir(), name, "config");
    const text = await readFile(join(path, "main.cf"), "utf8").catch(() => "");
    if (text.includes(`smtp_bind_address = ${address}\n`)) return path;
  }
  throw new Error("no main.cf of this Postfix");
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mailvigil-queue-"));
  postfix = await startPostfix({
    address,
    hostname: "mail.own.test",
    domains: ["own.test"],
    dovecot: { authSocket: join(root, "auth"), mailRoot: root },
    mailboxes: { "sales@own.test": "sales@own.test/" },
    transports: {
      "far.test": "smtp:[127.0.121.3]:25",
      "a.test": "smtp:[127.0.121.4]:25",
      "b.test": "smtp:[127.0.121.4]:25",
      "c.test": "smtp:[127.0.121.4]:25",
      "broken.test": "nosuch:",
    },
    ports: { submission: false },
    extraConfig:
      "mynetworks = 127.0.0.0/8\nsmtpd_relay_restrictions = permit_mynetworks, reject\nminimal_backoff_time = 60s\nmaximal_backoff_time = 60s\nqueue_run_delay = 60s\nheader_checks = regexp:{{/^Subject: hold/ HOLD}}",
  });
  config = await configOf();
}, 60_000);

afterAll(async () => {
  await postfix?.stop();
  await rm(root, { recursive: true, force: true });
});

async function send(to: readonly string[], subject = "an offer"): Promise<void> {
  const transport = createTransport({ host: address, port: 25, pool: true, ignoreTLS: true });
  for (const one of to) await transport.sendMail({ from: "li@own.test", to: one, subject, text: "hello" });
  transport.close();
}

async function look(command: readonly string[] = ["postqueue", "-c", config, "-j"]) {
  const options = postfixQueue.options.parse({ host: "mail.own.test", command });
  const outcome = await runProbe(
    probeOf(postfixQueue, options),
    postfixQueue,
    testWorld({ now: () => Date.now() + later, memory }),
  );
  if (!outcome) throw new Error("the run was cut short");
  ({ memory } = outcome);
  const { observation } = outcome;
  return { ...observation, said: observation.findings.map(({ code, severity }) => `${code} ${severity}`) };
}

/** Every mail has been tried once. */
async function untilDeferred(count: number): Promise<void> {
  await expect.poll(async () => (await look()).metrics["deferred"], { timeout: 20_000, interval: 250 }).toBe(count);
}

/* The cases build on each other: one queue, as it fills. */
describe("postfix-queue and a real Postfix", () => {
  test("an empty queue", async () => {
    expect(await look()).toMatchObject({ status: "ok", metrics: { mails: 0 } });
  });

  test("mails that a far server does not take are young at first, and a deferring destination later", async () => {
    await send(["1@far.test", "2@far.test", "3@far.test", "4@far.test", "5@far.test"]);
    await untilDeferred(5);
    expect((await look()).said).toEqual([]);
    later = 61 * 60_000;
    const { said, findings } = await look();
    expect(said).toEqual(["destination-deferring warning"]);
    expect(findings[0]?.data).toMatchObject({ domain: "far.test", count: 5, causes: "unreachable", by: "127.0.121.3" });
  });

  test("one way out for three destinations that is shut: stuck", async () => {
    later = 0;
    await send(["1@a.test", "1@b.test", "1@c.test", "2@a.test", "2@b.test"]);
    await untilDeferred(10);
    later = 61 * 60_000;
    const { findings } = await look();
    const stuck = findings.find(({ code }) => code === "queue-stuck");
    expect(stuck).toMatchObject({ severity: "critical", data: { count: 5 } });
    expect(stuck?.data["reason"]).toMatch(/127\.0\.121\.4.*Connection refused/);
  });

  test("a transport that is not there: stuck by the first mail", async () => {
    later = 0;
    await send(["1@broken.test"]);
    await untilDeferred(11);
    later = 61 * 60_000;
    const { findings } = await look();
    expect(findings.find(({ code }) => code === "queue-stuck")?.severity).toBe("critical");
    expect((await look()).evidence.join("\n")).toMatch(/reason \(1, own-transport\): mail transport unavailable/);
  });

  test("mail that a rule holds back", async () => {
    later = 0;
    await send(["1@far.test"], "hold this");
    await expect.poll(async () => (await look()).metrics["hold"], { timeout: 10_000 }).toBe(1);
    later = 61 * 60_000;
    expect((await look()).said).toContain("mail-held warning");
  });

  test("Postfix is stopped: its own program says so, and what waits is still counted", async () => {
    await postfix.halt();
    const { said, metrics } = await look();
    expect(said).toContain("postfix-down critical");
    expect(metrics["mails"]).toBe(12);
  });
});
