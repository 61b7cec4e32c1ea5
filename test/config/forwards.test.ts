import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { formatDiagnostic } from "../../src/config/diagnostics.ts";
import { loadConfiguration, type LoadWorld } from "../../src/config/load.ts";
import type { Language } from "../../src/model/text.ts";
import { loadChecks } from "../../src/plugins.ts";
import { idsOf, loadPlan, planFolder, planWorld, probeIn } from "../support/plan-folder.ts";

const { write, path } = planFolder();
let world: LoadWorld;
beforeAll(async () => {
  world = { ...planWorld, checks: await loadChecks() };
});

const box = (address: string, more = ""): string =>
  `  - { address: ${address}, provider: exmail, password: { env: SALES_PASSWORD }${more} }\n`;
const company = `mailboxes:\n${box("li@x.example", ", business: critical, off: [mail-roundtrip]")}${box("wang@x.example", ", off: [mail-roundtrip]")}${box("canary@p.example", ", role: partner")}`;

async function faultsOf(text: string, language: Language = "en"): Promise<readonly string[]> {
  const file = await write(text);
  const loaded = await loadConfiguration(file, world);
  if (!("errors" in loaded)) throw new Error("there is nothing wrong with it");
  return loaded.errors.map((error) => formatDiagnostic(error, language).replaceAll(`${path()}/`, ""));
}

describe("forwards in the configuration", () => {
  test("become a probe each, from the partner to each member, with the servers of all", async () => {
    const file = await write(
      `${company}forwards:\n  - address: Sales@us.x.example\n    members: [li@x.example, Wang@X.example]\n    auto_reply: { names: sales@x.example, every: 60d }\n    every: 2h\n    late_after: 5m\n`,
    );
    const plan = await loadPlan(file, world);
    expect(plan.assets).toContainEqual({ id: "sales@us.x.example", kind: "mailbox", business: "critical" });
    const probe = probeIn(plan, "sales@us.x.example/mail-forward");
    expect(probe).toMatchObject({
      target: "Sales@us.x.example ▶ 2",
      everyMs: 7_200_000,
      business: "critical",
      measures: "service",
    });
    expect(probe.options).toMatchObject({
      from: { address: "canary@p.example", host: "smtp.exmail.qq.com", port: 465, imap: { host: "imap.exmail.qq.com" } },
      to: "Sales@us.x.example",
      members: [
        { address: "li@x.example", host: "imap.exmail.qq.com", port: 993, user: "li@x.example" },
        { address: "wang@x.example", user: "wang@x.example" },
      ],
      autoReply: { names: "sales@x.example", every: 60 * 86_400_000, within: 900_000 },
      lateAfter: 300_000,
    });
    expect(probe.load.logins?.map(({ account }) => account)).toEqual(["canary@p.example", "li@x.example", "wang@x.example"]);
  });

  test("may be sent from another mailbox, and be switched off", async () => {
    const file = await write(
      `${company}forwards:\n  - { address: a@x.example, from: wang@x.example, members: [li@x.example] }\n  - { address: b@x.example, members: [li@x.example], off: [mail-forward] }\n`,
    );
    const plan = await loadPlan(file, world);
    expect(idsOf(plan).filter((id) => id.endsWith("/mail-forward"))).toEqual(["a@x.example/mail-forward"]);
    expect(probeIn(plan, "a@x.example/mail-forward").options).toMatchObject({ from: { address: "wang@x.example" } });
  });

  test("say all that is wrong with them, each at its place with what to write", async () => {
    const text = `${company}forwards:
  - { address: a@x.example, members: [lo@x.example, canary@p.example, li@x.example, li@x.example] }
  - { address: b@x.example }
  - { address: a@x.example, members: [li@x.example] }
  - { address: c, members: [li@x.example], off: [mail-foward] }
  - { address: d@x.example, member: [li@x.example] }
  - { address: e@x.example, auto_reply: { every: 8d } }
`;
    expect(await faultsOf(text)).toEqual([
      "mailvigil.yaml:6:39 forwards[0].members[0]: lo@x.example is not among the mailboxes; write li@x.example, or declare it in mailboxes",
      "mailvigil.yaml:6:53 forwards[0].members[1]: is the mailbox that mail is sent from; send from another mailbox (from:), or take this one out",
      "mailvigil.yaml:6:85 forwards[0].members[3]: is named already; keep one of the two",
      "mailvigil.yaml:7:5 forwards[1].members: is missing, and there is no auto_reply either; list the mailboxes that each mail must reach, or write auto_reply: { names: new@example.com }",
      "mailvigil.yaml:8:5 forwards[2]: a@x.example is declared already in line 6; keep one of the two",
      expect.stringMatching(/^mailvigil\.yaml:9:16 forwards\[3\]\.address: "c" is not a mail address/),
      expect.stringMatching(/^mailvigil\.yaml:9:\d+ forwards\[3\]\.off\[0\]: there is no such check; .*mail-forward/),
      expect.stringMatching(/^mailvigil\.yaml:10:\d+ forwards\[4\]\.member: .*members/),
      expect.stringMatching(/^mailvigil\.yaml:11:\d+ forwards\[5\]\.auto_reply\.names: is missing/),
    ]);
    for (const line of await faultsOf(text, "zh-CN")) expect(line).toMatch(/\p{Script=Han}/u);
  });

  test("need somebody who sends", async () => {
    const text = `mailboxes:\n${box("li@x.example")}forwards:\n  - { address: a@x.example, members: [li@x.example] }\n`;
    expect(await faultsOf(text)).toEqual([
      "mailvigil.yaml:4:5 forwards[0].from: is missing, and no mailbox is a partner; name the mailbox that mail is sent from, best one at another provider",
    ]);
  });

  test("with more members than can be looked at are refused by the check, at their place", async () => {
    const many = Array.from({ length: 13 }, (_, i) => `m${i}@x.example`);
    const text = `mailboxes:\n${many.map((address) => box(address)).join("")}${box("canary@p.example", ", role: partner, off: [mail-roundtrip]")}forwards:\n  - address: a@x.example\n    members: [${many.join(", ")}]\n`;
    const [first] = await faultsOf(text);
    expect(first).toMatch(/^mailvigil\.yaml:18:\d+ forwards\[0\]\.members: /);
  });
});

describe("relays in the configuration", () => {
  test("become a probe each, with the partner as the recipient that is only named", async () => {
    const file = await write(
      `${company}relays:\n  - { host: Relay.x.example, sender: scanner@x.example }\n  - { host: 192.0.2.7, port: 25, security: none, sender: a@x.example, to: b@far.example, hello: office.x.example, expect: refused, relay_test: true, every: 1h, business: low }\n`,
    );
    const plan = await loadPlan(file, world);
    expect(plan.assets).toContainEqual({ id: "relay.x.example:587", kind: "endpoint", business: "normal" });
    expect(probeIn(plan, "relay.x.example:587/smtp-relay").options).toMatchObject({
      host: "relay.x.example",
      port: 587,
      security: "starttls",
      sender: "scanner@x.example",
      to: "canary@p.example",
      expect: "accepted",
      relayTest: false,
    });
    expect(probeIn(plan, "192.0.2.7:25/smtp-relay")).toMatchObject({
      everyMs: 3_600_000,
      business: "low",
      options: { security: "none", to: "b@far.example", hello: "office.x.example", expect: "refused", relayTest: true },
    });
  });

  test("alone are something to watch, and need a recipient outside", async () => {
    expect(await faultsOf("relays:\n  - { host: relay.x.example, sender: a@x.example }\n")).toEqual([
      "mailvigil.yaml:2:5 relays[0].to: is missing, and no mailbox is a partner; name a recipient outside the company that exists; no mail is sent to it",
    ]);
    const plan = await loadPlan(
      await write("relays:\n  - { host: relay.x.example, port: 465, sender: a@x.example, to: b@far.example }\n"),
      world,
    );
    expect(probeIn(plan, "relay.x.example:465/smtp-relay").options).toMatchObject({ security: "tls" });
  });
});

describe("queues in the configuration", () => {
  test("become a probe each, by a command, a file beside the configuration, or an address", async () => {
    const file = await write(
      `queues:\n  - { host: mail.x.example, command: [ssh, mail.x.example, postqueue, -j] }\n  - { host: mx2.x.example, file: queue/mx2.json, every: 10m }\n  - { host: mx3.x.example, url: "https://mx3.x.example/queue.json" }\n`,
    );
    const plan = await loadPlan(file, world);
    expect(probeIn(plan, "mail.x.example/postfix-queue").options).toMatchObject({
      command: ["ssh", "mail.x.example", "postqueue", "-j"],
    });
    expect(probeIn(plan, "mx2.x.example/postfix-queue")).toMatchObject({
      everyMs: 600_000,
      options: { file: join(path(), "queue/mx2.json") },
    });
    expect(probeIn(plan, "mx3.x.example/postfix-queue").options).toMatchObject({ url: "https://mx3.x.example/queue.json" });
  });

  test("say what is wrong with them", async () => {
    const text = `queues:
  - { host: a.x.example }
  - { host: b.x.example, command: [postqueue], file: /x }
  - { host: c.x.example, command: "postqueue -j" }
  - { host: d.x.example, url: ftp://x }
`;
    expect(await faultsOf(text)).toEqual([
      "mailvigil.yaml:2:5 queues[0]: does not say where the queue is read; write command: [ssh, mail.example.com, postqueue, -j], or file:, or url:",
      "mailvigil.yaml:3:5 queues[1]: says more than once where the queue is read; write command: [ssh, mail.example.com, postqueue, -j], or file:, or url:",
      'mailvigil.yaml:4:35 queues[2].command: "postqueue -j" is not a command; write [program, argument, …], such as [ssh, mail.example.com, postqueue, -j]; there is no shell',
      expect.stringMatching(/^mailvigil\.yaml:5:\d+ queues\[3\]\.url: "ftp:\/\/x" is not a web address/),
    ]);
  });
});
