import { describe, expect, test } from "vitest";
import { loadChecks } from "../../src/plugins.ts";
import { asking, idsOf, loadPlan, planFolder, probeIn } from "../support/plan-folder.ts";
import type { Zone } from "../support/zone.ts";

const { write } = planFolder();
const exmailZone: Zone = { "example.com": { MX: ["5 mxbiz1.qq.com"] } };

const planOf = async (more: string, zone?: Zone) =>
  loadPlan(
    await write(`mailboxes:\n  - { address: a@example.com, password: { env: SALES_PASSWORD }${more} }\n`),
    zone ? asking(zone) : {},
  );

describe("POP3", () => {
  test("is watched where the mailbox asks for it, and nowhere else", async () => {
    const plan = await planOf(", imap: { host: mail.example.com }");
    expect(idsOf(plan).filter((id) => id.includes("pop3") || id.includes(":995"))).toEqual([]);
  });

  test.each([
    ["at the host of IMAP", ", imap: { host: mail.example.com }, pop3: {}", "mail.example.com:995 tls"],
    ["where the provider has it", ", provider: exmail, pop3: {}", "pop.exmail.qq.com:995 tls"],
    ["at a host of its own", ", provider: exmail, pop3: { host: pop.example.com }", "pop.example.com:995 tls"],
    ["by STLS", ", imap: { host: mail.example.com }, pop3: { port: 110 }", "mail.example.com:110 starttls"],
    ["by STLS, at its port", ", imap: { host: m.example.com }, pop3: { security: starttls }", "m.example.com:110 starttls"],
  ])("%s", async (_name, more, server) => {
    const plan = await planOf(more);
    const { options } = probeIn(plan, "a@example.com/pop3-login");
    const [host, port, security] = server.split(/[: ]/);
    expect(options).toMatchObject({ host, port: Number(port), security, user: "a@example.com" });
    expect(probeIn(plan, `${host}:${port}/tls-certificate`).options).toMatchObject({
      protocol: security === "tls" ? "tls" : "pop3",
    });
  });

  test("waits for the provider to be found, as the other protocols do", async () => {
    expect(probeIn(await planOf(", pop3: {}", { "example.com": "SERVFAIL" }), "a@example.com/pop3-login").waiting?.en).toContain(
      "not known yet",
    );
    const { options } = probeIn(await planOf(", pop3: {}", exmailZone), "a@example.com/pop3-login");
    expect(options).toMatchObject({ host: "pop.exmail.qq.com", provider: { id: "exmail" } });
  });
});

describe("the quota", () => {
  test("of every mailbox is looked at four times a day, own server or not, and not where that is off", async () => {
    for (const more of [", imap: { host: mail.example.com }", ", provider: exmail"]) {
      const plan = await planOf(more);
      const { everyMs, options } = probeIn(plan, "a@example.com/imap-quota");
      expect(everyMs).toBe(6 * 60 * 60_000);
      expect(options).toEqual(probeIn(plan, "a@example.com/imap-login").options);
    }
    expect(idsOf(await planOf(", provider: exmail, off: [imap-quota]"))).not.toContain("a@example.com/imap-quota");
  });
});

describe("what becomes of the mail", () => {
  const id = "a@example.com/mailbox-activity";
  test("is watched for mailboxes that matter most, in the company's time zone, and for others where they ask for it", async () => {
    const plan = await planOf(", provider: exmail, business: critical");
    expect(probeIn(plan, id)).toMatchObject({ everyMs: 30 * 60_000, options: { timezone: plan.settings.timezone } });
    expect(idsOf(await planOf(", provider: exmail, activity: true"))).toContain(id);
    for (const more of [
      "",
      ", business: critical, role: partner",
      ", business: critical, activity: false",
      ", business: critical, off: [mailbox-activity]",
    ]) {
      expect(idsOf(await planOf(`, provider: exmail${more}`))).not.toContain(id);
    }
  });

  test("knows how many probe mails of our own come to it", async () => {
    const checks = await loadChecks();
    const partner = "\n  - { address: p@far.example, password: { env: SALES_PASSWORD }, provider: google, role: partner }";
    const mailboxes = `mailboxes:\n  - { address: a@example.com, password: { env: SALES_PASSWORD }, provider: exmail, business: critical }${partner}`;
    const ownMailsOf = async (more: string): Promise<unknown> =>
      Object(probeIn(await loadPlan(await write(`${mailboxes}\n${more}`), { checks }), id).options)["ownMails"];
    expect(await ownMailsOf("")).toBe(4);
    expect(await ownMailsOf("routes: [{ from: p@far.example, to: a@example.com, every: 30m }]\n")).toBe(2);
    expect(await ownMailsOf('probes: { "p@far.example~a@example.com/mail-roundtrip": { every: 12m } }\n')).toBe(5);
    expect(await ownMailsOf("forwards: [{ address: all@example.com, members: [a@example.com], every: 2h }]\n")).toBe(4.5);
  });

  test("keeps all of a mailbox's checks within what its provider stands", async () => {
    const { probes } = await planOf(", provider: exmail, pop3: {}, business: critical");
    const perHour = probes
      .filter(({ load }) => load.logins?.some(({ account }) => account === "a@example.com"))
      .reduce((sum, { everyMs, load }) => sum + ((load.logins?.[0]?.most ?? 1) * 3_600_000) / everyMs, 0);
    expect(perHour).toBeLessThanOrEqual(90);
  });
});
