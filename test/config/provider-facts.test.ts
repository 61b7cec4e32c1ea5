import { describe, expect, test } from "vitest";
import { loadConfiguration } from "../../src/config/load.ts";
import { loadProviders, supportOf } from "../../src/config/providers.ts";
import { loadChecks } from "../../src/plugins.ts";
import { idsOf, loadPlan, planFolder, planWorld, probeIn } from "../support/plan-folder.ts";

const { write } = planFolder();
const real = { checks: await loadChecks() };
const minute = 60_000;
const hour = 60 * minute;

const box = (address: string, provider: string, more = ""): string =>
  `  - { address: ${address}, provider: "${provider}", password: { env: TOKEN }${more} }\n`;
const partners = (count: number): string =>
  Array.from({ length: count }, (_unused, i) =>
    box(`p${i}@partner.example`, "own-server", ", role: partner, imap: { host: i.example }"),
  ).join("");
const planned = async (text: string) => loadPlan(await write(text), real);
const refused = async (text: string) => {
  const loaded = await loadConfiguration(await write(text), { ...planWorld, ...real });
  return "errors" in loaded ? loaded.errors : [];
};

describe("no mailbox sends more probe mails than half of what its provider takes", () => {
  test.each(["icloud", "google", "microsoft365"])("%s, with ten routes from one mailbox", async (id) => {
    const plan = await planned(`mailboxes:\n${box("a@example.com", id)}${partners(10)}`);
    const sent = plan.probes.flatMap(({ load: { mails }, everyMs }) =>
      mails?.account === "a@example.com" ? [hour / Math.max(everyMs, mails.everyMs ?? 0)] : [],
    );
    expect(sent).toHaveLength(10);
    const { messagesPerDay = 0, messagesPerMinute = Infinity } = loadProviders().get(id) ?? {};
    const sum = sent.reduce((all, one) => all + one, 0);
    expect(sum * 24).toBeLessThanOrEqual(messagesPerDay / 2);
    expect(sum).toBeLessThanOrEqual(messagesPerMinute * 30);
    expect(sum).toBeGreaterThan(2);
  });

  test("paces that the user wrote and that send more are an error with its place", async () => {
    const routes = (every: string): string =>
      `routes:\n${[0, 1, 2].map((i) => `  - { from: a@example.com, to: p${i}@partner.example, every: ${every} }\n`).join("")}`;
    const text = `mailboxes:\n${box("a@example.com", "icloud", ", off: [imap-login, smtp-submission]")}${partners(3)}`;
    const [error, ...others] = (await refused(`${text}${routes("6m")}`)).filter(({ problem }) =>
      problem.en.startsWith("sends too often"),
    );
    expect(others).toEqual([]);
    expect(error).toMatchObject({
      path: "routes[0]",
      problem: {
        en: "sends too often: with it a@example.com sends 30 mails an hour, and 20 are half of what iCloud Mail takes from one mailbox",
        zh: "发信过于频繁：a@example.com 每小时会发 30 封，而 iCloud 邮件单个邮箱发信上限的一半是 20 封",
      },
    });
  });
});

describe("an attachment that the provider takes from nobody", () => {
  const route = (size: string, more = ""): string =>
    `mailboxes:\n${box("a@example.com", "icloud")}${partners(1)}routes:\n  - { from: a@example.com, to: p0@partner.example, size: ${size}${more} }\n`;
  test("is an error with its place, for either end", async () => {
    expect(await refused(route("20MB"))).toMatchObject([
      {
        line: 5,
        path: "routes[0].size",
        problem: {
          en: "iCloud Mail takes no mail of this size: with it a mail has 28 MB, and 20 MB are the most",
          zh: "iCloud 邮件不接收这么大的邮件：编码后为 28 MB，上限 20 MB",
        },
        remedy: { en: "write size: 14MB or less, or expect: rejected to see it refused" },
      },
    ]);
    expect(
      await refused(
        route("20MB").replace("from: a@example.com, to: p0@partner.example", "from: p0@partner.example, to: a@example.com"),
      ),
    ).toHaveLength(1);
  });
  test("is planned where it fits, and where a refusal is what the route is for", async () => {
    expect(await refused(route("14MB"))).toEqual([]);
    expect(await refused(route("20MB", ", expect: rejected"))).toEqual([]);
  });
});

describe("what a preset knows beforehand", () => {
  test("is noted: no quota by IMAP, no passwords, once for all mailboxes", async () => {
    const many = Array.from({ length: 5 }, (_unused, i) => box(`m${i}@example.com`, "microsoft365")).join("");
    expect((await planned(`mailboxes:\n${many}`)).notes.map(({ en }) => en)).toEqual([
      "Microsoft 365 takes from mail programs: a sign-in by OAuth. At Microsoft 365, for the administrator: Microsoft 365 admin center → Users → Active users → the mailbox → Mail → Manage email apps → IMAP, POP, Authenticated SMTP",
      "Microsoft 365 takes no passwords by IMAP: write oauth: for m0@example.com, m1@example.com, m2@example.com and 2 more",
      "Microsoft 365 does not tell by IMAP how full a mailbox is: write options: { limit: 5 GB } at imap-quota of m0@example.com, m1@example.com, m2@example.com and 2 more, and what lies there is added up",
    ]);
    const one = await planned(`mailboxes:\n${box("a@example.com", "exmail")}`);
    expect(one.notes.map(({ zh }) => zh)).toEqual([
      expect.stringMatching(
        /^腾讯企业邮的邮件客户端可使用：邮箱密码，或客户端专用密码（授权码）。腾讯企业邮的设置位置（管理员）：企业微信管理后台 → /,
      ),
      "腾讯企业邮不通过 IMAP 提供容量：请为 a@example.com 的 imap-quota 写 options: { limit: 5 GB }，之后会自行统计",
    ]);
    const told = `mailboxes:\n${box("a@example.com", "exmail")}probes: { a@example.com/imap-quota: { options: { limit: 5 GB } } }\n`;
    const notes = async (text: string) => (await planned(text)).notes.map(({ en }) => en.split(":")[0]);
    expect(await notes(told)).toEqual(["Tencent Exmail takes from mail programs"]);
    expect(await notes(`mailboxes:\n${box("a@example.com", "google")}`)).toEqual(["Google Workspace takes from mail programs"]);
    expect(
      await notes(
        `mailboxes:\n${box("a@example.com", "own-server", ", imap: { host: a.example }")}${box("p@partner.example", "google", ", role: partner")}`,
      ),
    ).toEqual([]);
  });

  test("stands by every probe of a mailbox there, for its advice", async () => {
    const plan = await planned(`mailboxes:\n${box("a@example.com", "exmail")}`);
    const exmail = loadProviders().get("exmail");
    expect(probeIn(plan, "a@example.com/imap-login").support).toEqual(exmail && supportOf(exmail));
    expect(exmail && supportOf(exmail)).toMatchObject({ connections: 10, secrets: { imap: ["password", "app-password"] } });
  });

  test("is announced with its day, to the mailboxes that it concerns", async () => {
    const plan = await planned(`mailboxes:\n${box("a@example.com", "microsoft365")}${box("b@example.com", "workmail")}`);
    expect(probeIn(plan, "outlook.office365.com:993/provider-advisory").options).toMatchObject({
      provider: "Microsoft 365",
      advisories: [{ on: "2026-12-31", mailboxes: ["a@example.com"] }],
    });
    expect(probeIn(plan, "imap.mail.us-east-1.awsapps.com:993/provider-advisory").options).toMatchObject({
      advisories: [{ on: "2027-03-31", mailboxes: ["b@example.com"] }],
    });
    const tokens = `mailboxes:\n  - address: a@example.com\n    provider: microsoft365\n    oauth: { provider: microsoft365, tenant: t, client_id: c, client_secret: { env: TOKEN } }\n`;
    expect(idsOf(await planned(tokens)).filter((id) => id.endsWith("/provider-advisory"))).toEqual([]);
    const off = await planned(`mailboxes:\n${box("b@example.com", "workmail", ", off: [provider-advisory]")}`);
    expect(idsOf(off).filter((id) => id.endsWith("/provider-advisory"))).toEqual([]);
  });
});
