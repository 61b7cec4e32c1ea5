import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ImapFlow } from "imapflow";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { loadConfiguration } from "../../src/config/load.ts";
import { startDaemon, type Daemon } from "../../src/daemon.ts";
import { dutyMailbox } from "../../src/demo/company.ts";
import { timetable } from "../../src/demo/faults.ts";
import { append, createMailStore, folderOf } from "../../src/demo/mail-store.ts";
import { findDependentRoutes } from "../../src/engine/independence.ts";
import { loadChannels, loadChecks } from "../../src/plugins.ts";
import type { Plan } from "../../src/model/config.ts";
import { openDemonstration, type OpenDemonstration } from "../support/demonstration.ts";

/** What arrived for whoever is on duty. */
async function dutyMails({
  configuration,
  folder,
  ca,
}: OpenDemonstration): Promise<readonly { subject: string; text: string }[]> {
  const imap = configuration.mailboxes.find(({ address }) => address.endsWith("@partner.example"))?.imap;
  const client = new ImapFlow({
    host: "127.0.0.1",
    servername: imap?.host ?? "",
    port: imap?.port ?? 0,
    secure: true,
    tls: { ca },
    auth: { user: dutyMailbox, pass: (await readFile(join(folder, "passwords", dutyMailbox), "utf8")).trimEnd() },
    logger: false,
  });
  await client.connect();
  try {
    await client.mailboxOpen("INBOX", { readOnly: true });
    const mails = await client.fetchAll("1:*", { envelope: true, source: true });
    return mails.map(({ envelope, source }) => ({
      subject: envelope?.subject ?? "",
      // Soft line breaks of quoted-printable out: addresses are whole then.
      text: (source?.toString() ?? "").replaceAll("=\r\n", ""),
    }));
  } finally {
    await client.logout();
  }
}

describe("the demonstration's first fault, in a whole daemon", () => {
  let open: OpenDemonstration;
  let daemon: Daemon;
  let plan: Plan;
  const bugs: unknown[] = [];

  beforeAll(async () => {
    open = await openDemonstration();
    const [checks, channels] = [await loadChecks(), await loadChannels()];
    const loaded = await loadConfiguration(open.demo.configurationFile, {
      checks,
      channels,
      env: {},
      dependentRoutes: findDependentRoutes,
    });
    if ("errors" in loaded) throw new Error(JSON.stringify(loaded.errors));
    plan = loaded.plan;
    const hit = timetable[0]?.where;
    daemon = await startDaemon({
      // Only what is hit: the rest has its own tests.
      plan: { ...plan, probes: plan.probes.filter(({ id }) => id === `${hit}/imap-login`) },
      checks,
      channels,
      mask: (line) => line,
      demonstration: true,
      data: ":memory:",
      nextFreePort: true,
      log: () => undefined,
      onBug: (error) => bugs.push(error),
    });
  });
  afterAll(async () => {
    await daemon[Symbol.asyncDispose]();
    await open[Symbol.asyncDispose]();
    if (bugs.length > 0) throw new Error("the daemon met a bug of its own", { cause: bugs[0] });
  });

  test("is told by a mail that arrives, with the address of the procedure that it began", { timeout: 40_000 }, async () => {
    open.setClock(timetable[0]?.from ?? 0);
    const arrived = await vi.waitFor(
      async () => {
        const mails = await dutyMails(open);
        expect(mails.length).toBeGreaterThanOrEqual(3);
        return mails;
      },
      { timeout: 35_000, interval: 500 },
    );
    const alert = arrived.find(({ subject }) => subject.startsWith("[DEMO] [Down P2] info@example.com"));
    expect(alert?.text).toContain(`${daemon.url}/sop/S-1`);
    expect(arrived.map(({ subject }) => subject)).toContain("[DEMO] [SOP P2] A shared mailbox is down: begun");
    // Telephone numbers stay at home.
    expect(arrived.map(({ text }) => text).join("\n")).not.toContain("000-0000");
    const page = await (await fetch(`${daemon.url}/sop/S-1?lang=zh-CN`)).text();
    expect(page).toContain("公共邮箱故障");
    expect(page).toContain("李工 Li");
  });

  test("goes to a mailbox that no probe looks at", () => {
    expect(plan.channels.map(({ name }) => name)).toEqual(["duty"]);
    expect(plan.probes.filter((probe) => JSON.stringify(probe).includes(dutyMailbox))).toEqual([]);
  });
});

test("a mailbox keeps its last 200 mails, however many come", () => {
  const account = createMailStore(new Map([[dutyMailbox, "x"]])).get(dutyMailbox);
  const inbox = account && folderOf(account, "INBOX");
  if (!inbox) throw new Error("no INBOX");
  for (let count = 0; count < 250; count++) append(inbox, Buffer.from(String(count)));
  expect(inbox.messages).toHaveLength(200);
  expect(inbox.messages.at(-1)?.raw.toString()).toBe("249");
});
