import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { loadConfiguration, type LoadWorld } from "../../src/config/load.ts";
import { asking, domainIds, idsOf, loadPlan, ownSideIds, planFolder, planWorld, probeIn } from "../support/plan-folder.ts";
import type { Zone } from "../support/zone.ts";

const fixtures = join(import.meta.dirname, "../fixtures/config");
const { path, write } = planFolder();

const exmailZone: Zone = { "example.com": { MX: ["5 mxbiz1.qq.com", "10 mxbiz2.qq.com"] } };
const otherZone: Zone = {
  "example.com": { MX: ["10 mx.attacker.example"] },
  "_imaps._tcp.example.com": "nxdomain",
  "_submissions._tcp.example.com": "nxdomain",
};
const fiveLines = () => readFile(join(fixtures, "five-lines.yaml"), "utf8").then(write);

const secret: unknown = expect.objectContaining({ source: "env SALES_PASSWORD" });

describe("the five lines", () => {
  test("watch a company: provider recognised by its MX, login, submission, certificates and the own side", async () => {
    const plan = await loadPlan(await fiveLines(), asking(exmailZone));
    expect(idsOf(plan)).toEqual([
      ...domainIds("example.com"),
      "sales@example.com/imap-login",
      "sales@example.com/smtp-submission",
      "sales@example.com/imap-quota",
      "sales@example.com/mailbox-activity",
      "example.com/dns-provider",
      "imap.exmail.qq.com:993/tls-certificate",
      "smtp.exmail.qq.com:465/tls-certificate",
      "imap.exmail.qq.com:993/port-reachability",
      "smtp.exmail.qq.com:465/port-reachability",
      ...ownSideIds,
    ]);
    expect(probeIn(plan, "sales@example.com/imap-login")).toMatchObject({
      target: "imap.exmail.qq.com",
      everyMs: 300_000,
      confirm: { bad: [3, 4], good: 1, recheckMs: 20_000 },
      business: "critical",
      from: "mailvigil.yaml:5",
      options: {
        host: "imap.exmail.qq.com",
        port: 993,
        security: "tls",
        user: "sales@example.com",
        password: secret,
        provider: {
          id: "exmail",
          definiteRejections: [],
          ambiguousRejections: [expect.stringContaining("login frequency limited")],
          otherRejections: { "app-password-needed": ["Please using weixin token"] },
          idAfterLogin: false,
        },
      },
    });
    expect(plan.settings).toMatchObject({
      timezone: "Asia/Shanghai",
      language: "zh-CN",
      company: "example.com",
      data: join(path(), "data"),
    });
    const servers = "IMAP imap.exmail.qq.com:993, SMTP smtp.exmail.qq.com:465";
    expect(plan.notes).toEqual([
      {
        en: `example.com: exmail by MX mxbiz1.qq.com, ${servers}`,
        zh: `example.com：exmail（依据 MX mxbiz1.qq.com），${servers}`,
      },
      { en: expect.stringContaining("WeCom admin console → "), zh: expect.stringContaining("企业微信管理后台 → ") },
      { en: expect.stringContaining("does not tell by IMAP how full"), zh: expect.stringContaining("不通过 IMAP 提供容量") },
    ]);
  });

  test("have the same ids without any DNS answer, and say what is waited for", async () => {
    const plan = await loadPlan(await fiveLines(), asking({ "example.com": "SERVFAIL" }));
    expect(idsOf(plan).filter((id) => id.startsWith("sales"))).toEqual([
      "sales@example.com/imap-login",
      "sales@example.com/smtp-submission",
      "sales@example.com/imap-quota",
      "sales@example.com/mailbox-activity",
    ]);
    expect(probeIn(plan, "sales@example.com/imap-login")).toMatchObject({
      waiting: {
        en: "the mail server of example.com is not known yet (no usable DNS answer, MX example.com: SERVFAIL)",
        zh: "尚未找到 example.com 的邮件服务器（DNS 没有可用的应答，MX example.com: SERVFAIL）",
      },
      options: undefined,
    });
  });
});

describe("pins", () => {
  test("are written by `store`, in a folder and a file that only the owner reads", async () => {
    const file = await fiveLines();
    await loadPlan(file, { ...asking(exmailZone), pins: "store" });
    const pins: unknown = JSON.parse(await readFile(join(path(), "data/pins.json"), "utf8"));
    expect(pins).toMatchObject({ version: 1, pins: { "example.com": { provider: "exmail", pinnedAt: "2026-11-22" } } });
    expect((await stat(join(path(), "data"))).mode & 0o777).toBe(0o700);
    expect((await stat(join(path(), "data/pins.json"))).mode & 0o777).toBe(0o600);
  });

  test("are not written by `keep`", async () => {
    await loadPlan(await fiveLines(), { ...asking(exmailZone), pins: "keep" });
    await expect(stat(join(path(), "data"))).rejects.toThrow("ENOENT");
  });

  test("hold the password to the first answer until a person accepts the other", async () => {
    const file = await fiveLines();
    const host = async (over: Partial<LoadWorld>): Promise<string> =>
      probeIn(await loadPlan(file, over), "sales@example.com/imap-login").target;
    await loadPlan(file, { ...asking(exmailZone), pins: "store" });
    expect(await host({ ...asking(otherZone), pins: "store" })).toBe("imap.exmail.qq.com");
    expect((await loadPlan(file, asking(otherZone))).notes.map(({ en }) => en).join()).toContain("mailvigil plan --accept");
    expect(await host(asking({ "example.com": "SERVFAIL" }))).toBe("imap.exmail.qq.com");
    expect(await host({})).toBe("imap.exmail.qq.com");
    expect(await host({ ...asking(otherZone), pins: "accept" })).toBe("mx.attacker.example");
    expect(await host(asking(exmailZone))).toBe("mx.attacker.example");
  });

  test("that are damaged stop the start instead of being found anew", async () => {
    const file = await fiveLines();
    await loadPlan(file, { ...asking(exmailZone), pins: "store" });
    await writeFile(join(path(), "data/pins.json"), "{");
    const pins = join(path(), "data/pins.json");
    expect(await refusal(file, asking(otherZone))).toEqual([
      `${pins} is damaged; restore it, or delete it to find the mail servers anew`,
      `${pins} 已损坏；请恢复它，或删除它以重新查找邮件服务器`,
    ]);
  });

  test("that cannot be written are told in both languages, soon, where a folder can never be made", async () => {
    const file = await fiveLines();
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("settings: {", "settings: { data: /proc/mailvigil/deep/data,"));
    const pins = "/proc/mailvigil/deep/data/pins.json";
    expect(await refusal(file, { ...asking(exmailZone), pins: "store" })).toEqual([
      `${pins} cannot be written (ENOENT); give the user that runs Mailvigil the right to write there, or name another folder in settings.data`,
      `无法写入 ${pins}（ENOENT）；请让运行 Mailvigil 的用户有权写入，或用 settings.data 另选文件夹`,
    ]);
  });

  const refusal = async (file: string, over: Partial<LoadWorld>): Promise<readonly string[]> => {
    const loaded = await loadConfiguration(file, { ...planWorld, ...over });
    return "errors" in loaded
      ? loaded.errors.flatMap(({ problem, remedy }) => [`${problem.en}; ${remedy.en}`, `${problem.zh}；${remedy.zh}`])
      : [];
  };
});

test("a fingerprint that one mailbox gives its server holds for the certificate of that server", async () => {
  const fingerprint = "ab".repeat(32);
  const server = "{ host: mail.example.com, port: 993, security: tls";
  const mailbox = (name: string, imap: string): string =>
    `  - { address: ${name}@example.com, password: { env: TOKEN }, imap: ${imap}, off: [smtp-submission] }\n`;
  const plan = await loadPlan(
    await write(`mailboxes:\n${mailbox("a", `${server} }`)}${mailbox("b", `${server}, fingerprint: "${fingerprint}" }`)}`),
  );
  expect(probeIn(plan, "mail.example.com:993/tls-certificate").options).toMatchObject({ fingerprint });
  expect(probeIn(plan, "b@example.com/imap-login").options).toMatchObject({ fingerprint });
});

describe("the full example", () => {
  test("gives every probe its options, overrides and place", async () => {
    const plan = await loadPlan(join(fixtures, "full.yaml"));
    expect(idsOf(plan)).toEqual([
      ...domainIds("xn--bcher-kva.example"),
      ...domainIds("example.net").filter((id) => !id.endsWith("/dns-mx")),
      "sales@example.com/imap-login",
      "sales@example.com/smtp-submission",
      "sales@example.com/imap-quota",
      "sales@example.com/mailbox-activity",
      "info@example.com/imap-login",
      "info@example.com/imap-quota",
      "canary@gmail.example/imap-login",
      "canary@gmail.example/smtp-submission",
      "canary@gmail.example/imap-quota",
      "webmail.example.com:443/tls-certificate",
      "[::1]:995/tls-certificate",
      "imap.example.com:1143/tls-certificate",
      "smtp.example.com:1465/tls-certificate",
      "imap.gmail.com:993/tls-certificate",
      "smtp.gmail.com:465/tls-certificate",
      "www.google.com:443/provider-status",
      "imap.exmail.qq.com:993/port-reachability",
      "smtp.exmail.qq.com:465/port-reachability",
      "info@example.com~sales@example.com/mail-roundtrip",
      "sales@example.com~canary@gmail.example/mail-roundtrip",
      "canary@gmail.example~sales@example.com/mail-roundtrip",
      ...ownSideIds,
      "example.org/dns-mx",
    ]);
    expect(probeIn(plan, "sales@example.com/imap-login")).toMatchObject({
      everyMs: 120_000,
      confirm: { bad: [2, 3], good: 1, recheckMs: 0 },
      severity: { "imap-login-bad": "warning", deadline: "warning" },
      options: { user: "sales", security: "starttls", port: 1143 },
    });
    // An own server: looked at every minute.
    expect(probeIn(plan, "sales@example.com/smtp-submission")).toMatchObject({
      everyMs: 60_000,
      options: {
        fingerprint: "abcdef0123456789".repeat(4),
      },
    });
    expect(probeIn(plan, "imap.example.com:1143/tls-certificate").options).toEqual({
      host: "imap.example.com",
      port: 1143,
      protocol: "imap",
    });
    expect(probeIn(plan, "webmail.example.com:443/tls-certificate").options).toMatchObject({ warnDays: 30 });
    expect(probeIn(plan, "info@example.com~sales@example.com/mail-roundtrip")).toMatchObject({
      everyMs: 1_800_000,
      business: "critical",
      options: {
        from: { address: "info@example.com", host: "smtp.exmail.qq.com", port: 465, user: "info@example.com", password: secret },
        to: { address: "Sales@example.com", host: "imap.example.com", user: "sales", junk: ["Junk", "Spam"] },
        lateAfter: 120_000,
        lostAfter: 1_800_000,
      },
    });
    expect(plan.channels.map(({ name, type, from }) => [name, type, from])).toEqual([
      ["duty", "webhook", "full.yaml:36"],
      ["boss", "email", "full.yaml:37"],
    ]);
    expect(plan.channels[0]?.options).toMatchObject({ timeoutAfter: 5_000 });
    expect(plan.alerts).toEqual({
      rules: [
        { priorities: ["P1", "P2"], channels: ["duty", "boss"] },
        { priorities: ["P3"], channels: ["duty"] },
      ],
      remindMs: { P1: 900_000, P2: 7_200_000, P3: 0, P4: 0 },
    });
    expect(plan.settings).toMatchObject({
      http: { host: "127.0.0.1", port: 9000 },
      url: "https://mailvigil.example.com",
      dnsServers: ["127.0.0.1:5353", "[::1]:53"],
      authorityPort: 5353,
      publicRanges: ["127.0.0.0/8"],
      selfTests: { on: true, egressTargets: ["192.0.2.1:443"] },
      extraAuthorities: [expect.stringContaining("BEGIN CERTIFICATE")],
      data: join(fixtures, "state"),
    });
  });

  test("shows no secret, as JSON or as text", async () => {
    const plan = await loadPlan(join(fixtures, "full.yaml"));
    const shown = `${JSON.stringify(plan)}${(await import("node:util")).inspect(plan, { depth: 20 })}`;
    expect(shown).not.toMatch(/[bc]-secret/);
    expect(shown).toContain("[secret]");
  });
});

describe("servers", () => {
  const server = z.object({ host: z.string(), port: z.number(), security: z.string() });
  const cases: Readonly<Record<string, { more: string; zone?: Zone; servers: readonly string[] }>> = {
    "one host stands for both services": {
      more: "imap: { host: mail.example.com }",
      servers: ["mail.example.com:993 tls", "mail.example.com:465 tls"],
    },
    "STARTTLS brings its ports": {
      more: "imap: { host: a.example, security: starttls }, smtp: { host: b.example, security: starttls }",
      servers: ["a.example:143 starttls", "b.example:587 starttls"],
    },
    "a port brings its security": {
      more: "imap: { host: a.example, port: 143 }, smtp: { host: b.example, port: 2465 }",
      servers: ["a.example:143 starttls", "b.example:2465 tls"],
    },
    "the preset's other host goes with one of its hosts": {
      more: "imap: { host: imap.exmail.qq.com }",
      servers: ["imap.exmail.qq.com:993 tls", "smtp.exmail.qq.com:465 tls"],
    },
    "SRV records go before the MX": {
      more: "business: low",
      zone: {
        "example.com": { MX: ["10 filter.example.net"] },
        "_imaps._tcp.example.com": { SRV: ["0 1 1993 imap.example.com"] },
        "_submissions._tcp.example.com": "nxdomain",
        "_submission._tcp.example.com": { SRV: ["20 1 587 old.example.com", "10 1 587 smtp.example.com"] },
      },
      servers: ["imap.example.com:1993 tls", "smtp.example.com:587 starttls"],
    },
    "the most preferred MX is the last resort": {
      more: "business: low",
      zone: {
        "example.com": { MX: ["20 b.example.com", "10 a.example.com"] },
        "_imaps._tcp.example.com": "nxdomain",
        "_submissions._tcp.example.com": "nxdomain",
      },
      servers: ["a.example.com:993 tls", "a.example.com:465 tls"],
    },
  };
  for (const [name, { more, zone, servers }] of Object.entries(cases)) {
    test(name, async () => {
      const text = `mailboxes:\n  - { address: a@example.com, password: { env: SALES_PASSWORD }, ${more} }\n`;
      const plan = await loadPlan(await write(text), zone ? asking(zone) : {});
      const shown = ["imap-login", "smtp-submission"].map((check) => {
        const { host, port, security } = server.parse(probeIn(plan, `a@example.com/${check}`).options);
        return `${host}:${port} ${security}`;
      });
      expect(shown).toEqual(servers);
    });
  }
});

test("port 25 and IPv6 are tested where a look at mail servers stands on them", async () => {
  const own = async (text: string): Promise<readonly string[]> =>
    idsOf(await loadPlan(await write(text))).filter((id) => id.startsWith("monitor/"));
  const usual = ownSideIds.slice(0, 4);
  const mailbox = "mailboxes: [ { address: a@example.com, provider: exmail, password: { env: TOKEN } } ]\n";
  expect(await own("domains: [ { name: example.com } ]\n")).toEqual(ownSideIds);
  expect(await own("domains: [ { name: example.com, off: [smtp-mx] } ]\n")).toEqual(usual);
  expect(await own(mailbox)).toEqual(usual);
  const added = "probes: { example.org/smtp-mx: { check: smtp-mx, options: { domain: example.org } } }\n";
  expect(await own(mailbox + added)).toEqual(ownSideIds);
});

test("self_tests: off leaves the own side out, and names its asset no more", async () => {
  const plan = await loadPlan(await write("settings: { self_tests: off }\ndomains: [ { name: example.com } ]\n"));
  expect(idsOf(plan)).toEqual(domainIds("example.com"));
  expect(plan.assets).toEqual([{ id: "example.com", kind: "domain", business: "normal" }]);
});
