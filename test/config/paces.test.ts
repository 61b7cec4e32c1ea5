import { describe, expect, test } from "vitest";
import { loadConfiguration } from "../../src/config/load.ts";
import { loadProviders } from "../../src/config/providers.ts";
import type { Plan } from "../../src/model/config.ts";
import { loadChecks } from "../../src/plugins.ts";
import { asking, loadPlan, planFolder, planWorld, probeIn } from "../support/plan-folder.ts";

const { write } = planFolder();
const real = { checks: await loadChecks() };
const providers = loadProviders();
const minute = 60_000;

/** Logins an hour at an account, all probes together: each at its pace, each mail looked for as often as it may be. */
function perHour({ probes }: Plan, account: string): number {
  const each = probes.flatMap(({ everyMs, load }) =>
    (load.logins ?? []).map(({ account: name, most = 1 }) => (name === account ? (most * 60 * minute) / everyMs : 0)),
  );
  return Math.round(each.reduce((sum, one) => sum + one, 0) * 1e6) / 1e6;
}

const box = (address: string, provider: string, more = ""): string =>
  `  - { address: ${address}, provider: "${provider}", password: { env: TOKEN }${more} }\n`;

describe("no account is logged in to more often than its provider stands", () => {
  const limited = [...providers.values()].filter(({ loginsPerHour }) => loginsPerHour !== undefined);
  test("is a promise about every provider but own servers", () => {
    expect([...providers.keys()].filter((id) => !limited.some((it) => it.id === id))).toEqual(["coremail", "own-server"]);
  });

  test.each(limited.map(({ id }) => id))("%s: one mailbox alone, and one with many routes", async (id) => {
    const limit = providers.get(id)?.loginsPerHour ?? 0;
    const alone = await loadPlan(await write(`mailboxes:\n${box("sales@example.com", id, ", pop3: {}")}`), real);
    expect(alone.probes.filter(({ load }) => load.logins?.length).map(({ check }) => check)).toEqual([
      "imap-login",
      "smtp-submission",
      "imap-quota",
      "pop3-login",
    ]);
    expect(perHour(alone, "sales@example.com")).toBeGreaterThan(10);
    expect(perHour(alone, "sales@example.com")).toBeLessThanOrEqual(limit);

    const partner = id === "google" ? "icloud" : "google";
    const many = Array.from({ length: 6 }, (_unused, i) => box(`m${i}@example.com`, id, ", business: critical")).join("");
    const partners = Array.from({ length: 3 }, (_unused, i) => box(`p${i}@partner.example`, partner, ", role: partner")).join("");
    const plan = await loadPlan(await write(`mailboxes:\n${many}${partners}`), real);
    expect(plan.probes.filter(({ check }) => check === "mail-roundtrip")).toHaveLength(36);
    for (const account of ["m0@example.com", "m5@example.com"]) expect(perHour(plan, account)).toBeLessThanOrEqual(limit);
    for (const account of ["p0@partner.example", "p2@partner.example"]) {
      expect(perHour(plan, account)).toBeGreaterThan(30);
      expect(perHour(plan, account)).toBeLessThanOrEqual(providers.get(partner)?.loginsPerHour ?? 0);
    }
  });

  test("also where the provider is recognised, and the login name is written otherwise", async () => {
    const routes = Array.from({ length: 4 }, (_unused, i) => box(`p${i}@partner.example`, "google", ", role: partner")).join("");
    const text = `mailboxes:\n  - { address: Sales@example.com, login: SALES@example.com, password: { env: TOKEN } }\n${routes}`;
    const plan = await loadPlan(await write(text), { ...real, ...asking({ "example.com": { MX: ["5 mxbiz1.qq.com"] } }) });
    expect(perHour(plan, "sales@example.com")).toBeGreaterThan(30);
    expect(perHour(plan, "sales@example.com")).toBeLessThanOrEqual(90);
  });
});

describe("a pace", () => {
  const partners = (count: number): string =>
    Array.from({ length: count }, (_unused, i) =>
      box(`p${i}@partner.example`, "own-server", ", role: partner, imap: { host: i.example }"),
    ).join("");
  const every = (plan: Plan, id: string): number => probeIn(plan, id).everyMs / minute;

  test("stays what its check declares where there is room: alone, and with one partner", async () => {
    const alone = await loadPlan(await write(`mailboxes:\n${box("a@example.com", "exmail")}`), real);
    const one = await loadPlan(await write(`mailboxes:\n${box("a@example.com", "exmail")}${partners(1)}`), real);
    for (const plan of [alone, one])
      expect(["imap-login", "smtp-submission"].map((check) => every(plan, `a@example.com/${check}`))).toEqual([5, 5]);
    expect(every(one, "a@example.com~p0@partner.example/mail-roundtrip")).toBe(15);
  });
  test("grows alike for all probes of the account, in whole minutes, and no more than it must", async () => {
    const plan = await loadPlan(await write(`mailboxes:\n${box("a@example.com", "exmail")}${partners(5)}`), real);
    const stretch = every(plan, "a@example.com~p0@partner.example/mail-roundtrip") / 15;
    expect(stretch).toBeGreaterThan(2);
    expect(every(plan, "a@example.com~p4@partner.example/mail-roundtrip")).toBe(15 * stretch);
    expect(Math.abs(every(plan, "a@example.com/imap-login") - 5 * stretch)).toBeLessThan(1);
    expect(Number.isInteger(every(plan, "a@example.com/imap-login"))).toBe(true);
    expect(perHour(plan, "a@example.com")).toBeGreaterThan(80);
    expect(perHour(plan, "a@example.com")).toBeLessThanOrEqual(90);
    // Own servers count no logins.
    expect(every(plan, "p0@partner.example/imap-login")).toBe(1);
  });
  test("that the user wrote stays, and the others make room for it", async () => {
    const text = `mailboxes:\n${box("a@example.com", "exmail")}probes: { a@example.com/imap-login: { every: 60s } }\n`;
    const plan = await loadPlan(await write(text), real);
    expect(every(plan, "a@example.com/imap-login")).toBe(1);
    expect(every(plan, "a@example.com/smtp-submission")).toBe(5);
    const crowded = await loadPlan(await write(text.replace("probes:", `${partners(2)}probes:`)), real);
    expect(every(crowded, "a@example.com/imap-login")).toBe(1);
    expect(every(crowded, "a@example.com/smtp-submission")).toBeGreaterThan(5);
    expect(perHour(crowded, "a@example.com")).toBeLessThanOrEqual(90);
  });
  test("that the user wrote, and that the provider does not stand, is an error with its place", async () => {
    const file = await write(
      `mailboxes:\n${box("a@example.com", "exmail")}probes: { a@example.com/imap-login: { every: 30s } }\n`,
    );
    const loaded = await loadConfiguration(file, { ...planWorld, ...real });
    expect("errors" in loaded && loaded.errors).toMatchObject([
      {
        line: 3,
        path: 'probes["a@example.com/imap-login"].every',
        problem: {
          en: "logs in too often: with it a@example.com is logged in to 120 times an hour, and Tencent Exmail is to see 90 at most",
          zh: "登录过于频繁：a@example.com 每小时会登录 120 次，而腾讯企业邮最多只宜登录 90 次",
        },
        remedy: { en: "write every: 2m or more, or leave every out", zh: "请写 every: 2m 或更长，或删去 every" },
      },
    ]);
    const right = await write(
      `mailboxes:\n${box("a@example.com", "exmail")}probes: { a@example.com/imap-login: { every: 2m } }\n`,
    );
    expect(perHour(await loadPlan(right, real), "a@example.com")).toBeLessThanOrEqual(90);
  });
});
