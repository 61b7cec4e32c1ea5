import { describe, expect, test } from "vitest";
import { idsOf, loadPlan, planFolder } from "../support/plan-folder.ts";

const { write } = planFolder();

describe("round trips", () => {
  const company = (mailboxes: string, rest = ""): string => `mailboxes:\n${mailboxes}\n${rest}`;
  const box = (address: string, more = ""): string =>
    `  - { address: ${address}, provider: exmail, password: { env: SALES_PASSWORD }${more} }\n`;
  const partner = box("canary@partner.example", ", role: partner");

  const cases: Readonly<Record<string, { text: string; routes: readonly string[] }>> = {
    "without a partner there are none": { text: company(box("a@x.example") + box("b@x.example")), routes: [] },
    "the first of a domain where none is critical": {
      text: company(box("a@x.example") + box("b@x.example") + partner),
      routes: ["a@x.example~canary@partner.example", "canary@partner.example~a@x.example"],
    },
    "every critical one, and the first of another domain": {
      text: company(
        box("a@x.example") +
          box("b@x.example", ", business: critical") +
          box("c@x.example", ", business: critical") +
          box("d@y.example") +
          partner,
      ),
      routes: ["b@x.example", "c@x.example", "d@y.example"].flatMap((own) => [
        `${own}~canary@partner.example`,
        `canary@partner.example~${own}`,
      ]),
    },
    "a declared route is not derived again": {
      text: company(box("a@x.example") + partner, "routes:\n  - { from: a@x.example, to: canary@partner.example, every: 1h }\n"),
      routes: ["a@x.example~canary@partner.example", "canary@partner.example~a@x.example"],
    },
    "off on the mailbox": { text: company(box("a@x.example", ", off: [mail-roundtrip]") + partner), routes: [] },
    "off on one route": {
      text: company(
        box("a@x.example") + partner,
        "routes:\n  - { from: a@x.example, to: canary@partner.example, off: [mail-roundtrip] }\n",
      ),
      routes: ["canary@partner.example~a@x.example"],
    },
  };
  for (const [name, { text, routes }] of Object.entries(cases)) {
    test(name, async () => {
      const plan = await loadPlan(await write(text));
      expect(idsOf(plan).filter((id) => id.endsWith("/mail-roundtrip"))).toEqual(
        routes.map((route) => `${route}/mail-roundtrip`),
      );
    });
  }

  test("to a partner are about sending, from one about receiving, and between own mailboxes as the check says", async () => {
    const routes = "routes:\n  - { from: a@x.example, to: b@x.example }\n";
    const plan = await loadPlan(await write(company(box("a@x.example") + box("b@x.example") + partner, routes)));
    const answers = plan.probes
      .filter(({ check }) => check === "mail-roundtrip")
      .map((one) => [one.asset, one.answers, one.ours, one.options]);
    expect(answers).toEqual([
      ["a@x.example~b@x.example", undefined, undefined, expect.objectContaining({ ownSender: true })],
      ["a@x.example~canary@partner.example", "send", undefined, expect.objectContaining({ ownSender: true })],
      // What a partner signs says nothing of our domain.
      ["canary@partner.example~a@x.example", "receive", undefined, expect.objectContaining({ ownSender: false })],
    ]);
  });

  test("say where returned mails are read, and what a route expects", async () => {
    const routes = "routes:\n  - { from: a@x.example, to: b@x.example, expect: held, size: 20MB, size_every: 12h }\n";
    const plan = await loadPlan(await write(company(box("a@x.example") + box("b@x.example"), routes)));
    const [route] = plan.probes.filter(({ check }) => check === "mail-roundtrip");
    expect(route?.options).toMatchObject({
      expect: "held",
      size: 20 * 1024 * 1024,
      sizeEvery: 43_200_000,
      from: { imap: { host: "imap.exmail.qq.com", port: 993, security: "tls", junk: expect.arrayContaining([]) } },
    });
  });

  test("a spamd of the company's own is named to every route", async () => {
    const settings = "settings: { spamd: spam.x.example }\n";
    const plan = await loadPlan(await write(settings + company(box("a@x.example") + partner)));
    const routes = plan.probes.filter(({ check }) => check === "mail-roundtrip");
    expect(routes.map(({ options }) => options)).toEqual([
      expect.objectContaining({ spamd: { host: "spam.x.example", port: 783 } }),
      expect.objectContaining({ spamd: { host: "spam.x.example", port: 783 } }),
    ]);
    await expect(loadPlan(await write(`settings: { spamd: "no host" }\n${company(box("a@x.example"))}`))).rejects.toThrow(
      /settings\.spamd[^]*127\.0\.0\.1:783/,
    );
  });

  test("an expectation that is none is refused with the words there are", async () => {
    const routes = "routes:\n  - { from: a@x.example, to: b@x.example, expect: blocked }\n";
    await expect(loadPlan(await write(company(box("a@x.example") + box("b@x.example"), routes)))).rejects.toThrow(
      /routes\[0\]\.expect[^]*delivered, held, rejected/,
    );
  });
});

describe("a partner", () => {
  const own = "mailboxes:\n  - { address: a@x.example, provider: exmail, password: { env: SALES_PASSWORD } }\n";
  const partner = (servers: string): string =>
    `  - { address: b@p.example, ${servers}, role: partner, password: { env: SALES_PASSWORD } }\n`;
  const notOurs = async (text: string): Promise<readonly string[]> =>
    (await loadPlan(await write(text))).probes.filter(({ ours }) => ours === false).map(({ id }) => id);

  test("is not the company: its logins and what only it uses are not ours, the round trips are", async () => {
    expect(await notOurs(own + partner("imap: { host: imap.p.example }"))).toEqual([
      "b@p.example/imap-login",
      "b@p.example/smtp-submission",
      "b@p.example/imap-quota",
      "imap.p.example:993/tls-certificate",
      "imap.p.example:465/tls-certificate",
    ]);
  });

  test("shares the certificates of a provider that the company uses too", async () => {
    expect(await notOurs(own + partner("provider: exmail"))).toEqual([
      "b@p.example/imap-login",
      "b@p.example/smtp-submission",
      "b@p.example/imap-quota",
    ]);
  });
});
