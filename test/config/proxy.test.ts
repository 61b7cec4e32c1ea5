import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { formatDiagnostic } from "../../src/config/diagnostics.ts";
import { loadConfiguration, type LoadWorld } from "../../src/config/load.ts";
import { createMasker } from "../../src/config/mask.ts";
import type { Plan } from "../../src/model/config.ts";
import type { Language } from "../../src/model/text.ts";
import { readProxyAddress } from "../../src/model/proxy.ts";
import { loadChannels, loadChecks } from "../../src/plugins.ts";
import { loadPlan, planFolder, planWorld, probeIn } from "../support/plan-folder.ts";

const fixtures = join(import.meta.dirname, "../fixtures/config");
const { write } = planFolder();
let world: LoadWorld;
beforeAll(async () => {
  const env = { SET: "pr0xy-secret", HOOK: `whsec_${"A".repeat(32)}` };
  world = { ...planWorld, checks: await loadChecks(), channels: await loadChannels(), env };
});

describe("a proxy in the configuration", () => {
  const messages = async (language: Language): Promise<readonly string[]> => {
    const loaded = await loadConfiguration(join(fixtures, "proxy.yaml"), world);
    return "errors" in loaded
      ? loaded.errors.map((error) => formatDiagnostic(error, language).replaceAll(`${fixtures}/`, ""))
      : [];
  };

  test("is refused with its place and what to write, and no password is repeated", async () => {
    const remedy =
      "write socks5://host:port or http://host:port; with a login { url: socks5://user@host:port, password: { env: NAME } }";
    expect(await messages("en")).toEqual([
      `proxy.yaml:2:62 mailboxes[0].proxy: a password must not stand in this file as text; ${remedy}`,
      `proxy.yaml:3:62 mailboxes[1].proxy: is not the address of a proxy; ${remedy}`,
      `proxy.yaml:4:62 mailboxes[2].proxy: user and password belong together; ${remedy}`,
      `proxy.yaml:5:62 mailboxes[3].proxy: the password is not the place of a secret; ${remedy}`,
      `proxy.yaml:6:62 mailboxes[4].proxy: is not the address of a proxy; ${remedy}`,
      `proxy.yaml:7:62 mailboxes[5].proxy: is not the address of a proxy; ${remedy}`,
      "proxy.yaml:8:109 mailboxes[6].proxy.password: the environment variable NOT_SET is not set; set NOT_SET before the start, or use { file: path }",
      "proxy.yaml:9:62 mailboxes[7].proxy: a full-width colon 「：」 is used here; write : and a space",
      `proxy.yaml:11:91 channels.duty.proxy: a password must not stand in this file as text; ${remedy}`,
      `proxy.yaml:12:97 channels.boss.proxy: 1080 does not fit here; ${remedy}`,
    ]);
  });

  test("is refused in Chinese as well", async () => {
    const said = await messages("zh-CN");
    expect(said[0]).toBe(
      "proxy.yaml:2:62 mailboxes[0].proxy：密码不能以明文写在此文件中；请写 socks5://主机:端口 或 http://主机:端口；需登录时写 { url: socks5://用户@主机:端口, password: { env: 变量名 } }",
    );
    expect(said.every((line) => /[\u4e00-\u9fff]/.test(line))).toBe(true);
    expect([...said, ...(await messages("en"))].join("\n")).not.toContain("pa55word");
  });

  const good = `
mailboxes:
  - address: sales@example.com
    password: { env: SET }
    provider: google
    proxy: { url: "socks5://m%40v@Gate.example.com:1081", password: { env: SET } }
  - address: direct@example.com
    password: { env: SET }
    provider: exmail
channels:
  duty: { type: webhook, url: "https://hooks.example.com/x", secret: { env: HOOK }, proxy: "http://[2001:db8::1]:3128" }
`;
  const socks = { kind: "socks5", host: "gate.example.com", port: 1081, user: "m@v" };
  const proxyOf = (plan: Plan, id: string): unknown => {
    const { options } = probeIn(plan, id);
    return typeof options === "object" && options !== null && "proxy" in options ? options.proxy : undefined;
  };

  test("reaches every probe of its mailbox and its channel, and no other", async () => {
    const plan = await loadPlan(await write(good), world);
    for (const id of [
      "sales@example.com/imap-login",
      "sales@example.com/smtp-submission",
      "imap.gmail.com:993/tls-certificate",
    ]) {
      expect(proxyOf(plan, id), id).toMatchObject(socks);
    }
    expect(proxyOf(plan, "direct@example.com/imap-login")).toBeUndefined();
    expect(probeIn(plan, "sales@example.com/imap-login").options).toMatchObject({ provider: { blockedInChina: true } });
    expect(probeIn(plan, "direct@example.com/imap-login").options).toMatchObject({ provider: { blockedInChina: false } });
    expect(plan.channels[0]?.options).toMatchObject({ proxy: { kind: "http", host: "2001:db8::1", port: 3128 } });
  });

  test("is tested by what it is there for and by what is independent, and its password shows nowhere", async () => {
    const masker = createMasker();
    const plan = await loadPlan(await write(good), { ...world, masker });
    const { options, target } = probeIn(plan, "monitor/proxy");
    const egress = plan.settings.selfTests.egressTargets;
    expect(options).toMatchObject({
      proxies: [
        { proxy: socks, targets: ["imap.gmail.com:993", "smtp.gmail.com:465", ...egress] },
        { proxy: { kind: "http" }, targets: egress },
      ],
    });
    expect(target).toBe("gate.example.com:1081 [2001:db8::1]:3128");
    expect(JSON.stringify(plan)).not.toContain("pr0xy-secret");
    const basic = Buffer.from("m@v:pr0xy-secret").toString("base64");
    expect(masker.mask(`Proxy-Authorization: Basic ${basic}`)).toBe("Proxy-Authorization: Basic [secret]");
  });

  test("is not tested where nobody has one, or where self-tests are off", async () => {
    const without = await loadPlan(
      await write("mailboxes: [{ address: a@example.com, password: { env: SET }, provider: google }]"),
      world,
    );
    expect(without.probes.map(({ id }) => id)).not.toContain("monitor/proxy");
    const off = await loadPlan(await write(`settings: { self_tests: off }\n${good}`), world);
    expect(off.probes.map(({ id }) => id)).not.toContain("monitor/proxy");
  });
});

describe("readProxyAddress()", () => {
  test.each([
    ["socks5://gate", { kind: "socks5", host: "gate", port: 1080 }],
    ["socks5h://GATE.example.com:1", { kind: "socks5", host: "gate.example.com", port: 1 }],
    ["http://gate/", { kind: "http", host: "gate", port: 80 }],
    [" http://127.0.0.1:3128 ", { kind: "http", host: "127.0.0.1", port: 3128 }],
    ["socks5://[::1]:1080", { kind: "socks5", host: "::1", port: 1080 }],
    ["socks5://a%3Ab@gate", undefined],
    ["socks5://a%0ab@gate", undefined],
    [`socks5://${"a".repeat(256)}@gate`, undefined],
    ["socks5://u:p@gate", "secret"],
    ["socks4://gate", undefined],
    ["gate:1080", undefined],
    ["socks5://", undefined],
    ["socks5://gate:0", undefined],
    ["socks5://gate:99999", undefined],
    ["http://gate/path", undefined],
    ["http://gate?x", undefined],
    ["socks5://ga te", undefined],
    ["socks5://-gate", undefined],
    ["", undefined],
  ])("reads %s", (text, expected) => {
    expect(readProxyAddress(text)).toEqual(expected);
  });
});
