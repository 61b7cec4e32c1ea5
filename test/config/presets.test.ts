import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { loadConfiguration } from "../../src/config/load.ts";
import { readPresets, writtenPresets } from "../../src/config/presets.ts";
import { allPresets, loadProviders, providerOfHosts, recognisable } from "../../src/config/providers.ts";
import { findMailServers } from "../../src/model/provider.ts";
import { asking, loadPlan, planFolder, planWorld, probeIn } from "../support/plan-folder.ts";
import { createZone } from "../support/zone.ts";

const presets = readPresets();
const providers = loadProviders();
const { write } = planFolder();

describe("the presets", () => {
  test("are in the file that a start reads, as their sources say", async () => {
    expect(await readFile(allPresets, "utf8"), "write it anew: npm run reference").toBe(writtenPresets(presets));
    expect([...providers.keys()]).toEqual(presets.map(({ id }) => id));
  });

  test("hold for the providers that companies in trade use", () => {
    const known =
      "263 aliyun coremail exmail feishu google huawei icloud microsoft365 microsoft365-china netease netease-qiye qq";
    expect([...providers.keys()]).toEqual(expect.arrayContaining([...known.split(" "), "own-server", "workmail", "zoho"]));
  });

  test("name the place and the day of every fact", () => {
    for (const { id, facts } of presets) {
      for (const [name, fact] of Object.entries(facts)) {
        expect(fact?.source.length, `${id} ${name}`).toBeGreaterThan(5);
        expect(fact?.checked_at, `${id} ${name}`).toMatch(/^202[6-9]-\d\d-\d\d$/);
      }
    }
  });

  test("speak Chinese, with the words of the vendor", () => {
    for (const { id, access, advisories } of providers.values()) {
      for (const { zh } of [...access.map(({ path }) => path), ...advisories.map(({ text }) => text)])
        expect(zh, id).toMatch(/[\u4e00-\u9fff]/);
    }
  });

  test("share no exchange and no server", () => {
    const seen = new Map<string, string>();
    const once = (name: string, id: string): void => {
      expect(seen.get(name) ?? id, name).toBe(id);
      seen.set(name, id);
    };
    for (const { id, imap, smtp, pop3, mxSuffixes, regions } of providers.values()) {
      for (const place of [{ imap, smtp, pop3, mxSuffixes }, ...regions]) {
        for (const name of place.mxSuffixes) once(name, id);
        for (const server of [place.imap, place.smtp, place.pop3]) if (server?.host !== undefined) once(server.host, id);
      }
    }
    expect(seen.size).toBeGreaterThan(80);
  });

  test("ask for exchanges that they recognise as their own", () => {
    for (const { id, mxSets } of providers.values()) {
      for (const host of mxSets.flat()) {
        const owner = recognisable(providers).find(({ mxSuffixes }) =>
          mxSuffixes.some((suffix) => host === suffix || host.endsWith(`.${suffix}`)),
        );
        expect(owner?.id, host).toBe(id);
      }
    }
  });

  const broken: Readonly<Record<string, readonly [change: (text: string) => string, error: RegExp]>> = {
    "a fact without a source": [(text) => text.replace(/ {4}source: RFC 8314, section 7.1\n/, ""), /own-server\.yaml .*source/s],
    "a fact without a day": [(text) => text.replace(/ {4}checked_at: .*\n/, ""), /own-server\.yaml .*checked_at/s],
    "a day that is none": [(text) => text.replace("2026-11-22", "2026-13-22"), /own-server\.yaml .*checked_at/s],
    "a fact that nobody knows": [(text) => `${text}  mood:\n    value: good\n`, /own-server\.yaml .*mood/s],
    "an id that is not its file's": [(text) => text.replace("id: own-server", "id: other"), /own-server\.yaml has the id other/],
  };
  test.each(Object.entries(broken))("%s is refused", async (_name, [change, error]) => {
    const folder = await mkdtemp(join(tmpdir(), "mailvigil-presets-"));
    try {
      const source = await readFile(new URL("../../src/config/providers/own-server.yaml", import.meta.url), "utf8");
      await writeFile(join(folder, "own-server.yaml"), change(source));
      expect(() => readPresets(pathToFileURL(`${folder}/`))).toThrow(error);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("a mail domain is recognised by its MX", () => {
  const none = "own-server";
  const cases: readonly (readonly [mx: string, provider: string, imap: string])[] = [
    ["mxbiz1.qq.com", "exmail", "imap.exmail.qq.com"],
    ["MXBIZ2.QQ.COM", "exmail", "imap.exmail.qq.com"],
    ["mx3.qq.com", "qq", "imap.qq.com"],
    ["mx2.qiye.aliyun.com", "aliyun", "imap.qiye.aliyun.com"],
    ["mxw.mxhichina.com", "aliyun", "imap.qiye.aliyun.com"],
    ["163mx00.mxmail.netease.com", "netease", "imap.163.com"],
    ["126mx02.mxmail.netease.com", "netease", "imap.126.com"],
    ["yeahmx00.mxmail.netease.com", "netease", "imap.yeah.net"],
    ["qiye163mx01.mxmail.netease.com", "netease-qiye", "hwhzimap.qiye.163.com"],
    ["hzmx02.mxmail.netease.com", "netease-qiye", "imaphz.qiye.163.com"],
    ["mxw.263.net", "263", "imap.263.net"],
    ["mx1.feishu.cn", "feishu", "imap.feishu.cn"],
    ["mx2.larksuite.com", "feishu", "imap.larksuite.com"],
    ["mx1.sparkspace.huaweicloud.com", "huawei", "imap.sparkspace.huaweicloud.com"],
    ["smtp.google.com", "google", "imap.gmail.com"],
    ["alt2.aspmx.l.google.com", "google", "imap.gmail.com"],
    ["example-com.mail.protection.outlook.com", "microsoft365", "outlook.office365.com"],
    ["example-com.a-v1.mx.microsoft", "microsoft365", "outlook.office365.com"],
    ["example-com.mail.protection.partner.outlook.cn", "microsoft365-china", "partner.outlook.cn"],
    ["mx.zoho.com", "zoho", "imappro.zoho.com"],
    ["mx3.zoho.eu", "zoho", "imappro.zoho.eu"],
    ["mx2.zoho.com.cn", "zoho", "imappro.zoho.com.cn"],
    ["inbound-smtp.eu-west-1.amazonaws.com", "workmail", "imap.mail.eu-west-1.awsapps.com"],
    ["mx01.mail.icloud.com", "icloud", "imap.mail.me.com"],
    // Look-alikes: the password would go to whoever owns the name.
    ["xmxbiz1.qq.com", none, "xmxbiz1.qq.com"],
    ["mxbiz1.qq.com.evil.example", none, "mxbiz1.qq.com.evil.example"],
    ["mxbiz1-qq.com", none, "mxbiz1-qq.com"],
    ["mxbiz3.qq.com", none, "mxbiz3.qq.com"],
    ["evilqiye.aliyun.com", none, "evilqiye.aliyun.com"],
    ["notmxhichina.com", none, "notmxhichina.com"],
    ["mxmail.netease.com", none, "mxmail.netease.com"],
    ["xqiye163mx01.mxmail.netease.com", none, "xqiye163mx01.mxmail.netease.com"],
    ["example-commail.protection.outlook.com", none, "example-commail.protection.outlook.com"],
    ["example.mail.protection.outlook.com.example.net", none, "example.mail.protection.outlook.com.example.net"],
    ["example.mail.protection.outlook.cn", none, "example.mail.protection.outlook.cn"],
    ["mx.microsoft.example", none, "mx.microsoft.example"],
    ["aspmx.l.google.com.cn", none, "aspmx.l.google.com.cn"],
    ["mx.zoho.com.example", none, "mx.zoho.com.example"],
    ["xmx.zoho.com", none, "xmx.zoho.com"],
    ["inbound-smtp.eu-central-1.amazonaws.com", none, "inbound-smtp.eu-central-1.amazonaws.com"],
    ["mail.icloud.com.evil.example", none, "mail.icloud.com.evil.example"],
    ["mx1.feishu.cn.com", none, "mx1.feishu.cn.com"],
  ];
  test.each(cases)("%s: %s, %s", async (mx, provider, imap) => {
    const noServices = Object.fromEntries(
      ["_imaps", "_imap", "_submissions", "_submission"].map((service) => [`${service}._tcp.example.com`, "nxdomain" as const]),
    );
    const { ask } = createZone({ "example.com": { MX: [`10 ${mx}`] }, ...noServices });
    expect(await findMailServers("example.com", recognisable(providers), ask)).toMatchObject({
      kind: "found",
      servers: { provider, imap: { host: imap } },
    });
  });
});

describe("a mailbox that names its provider", () => {
  const server = z.object({ host: z.string(), port: z.number(), security: z.string(), provider: z.object({ id: z.string() }) });
  const planned = async (mailbox: string, zone = {}): Promise<readonly string[]> => {
    const file = await write(`mailboxes:\n  - { password: { env: SALES_PASSWORD }, ${mailbox} }\n`);
    const plan = await loadPlan(file, asking(zone));
    const address = /address: ([^,]+)/.exec(mailbox)?.[1] ?? "";
    return ["imap-login", "smtp-submission"].map((check) => {
      const { host, port, security, provider } = server.parse(probeIn(plan, `${address}/${check}`).options);
      return `${provider.id} ${host}:${port} ${security}`;
    });
  };
  const cases: Readonly<Record<string, readonly [imap: string, smtp: string]>> = {
    exmail: ["imap.exmail.qq.com:993 tls", "smtp.exmail.qq.com:465 tls"],
    qq: ["imap.qq.com:993 tls", "smtp.qq.com:465 tls"],
    aliyun: ["imap.qiye.aliyun.com:993 tls", "smtp.qiye.aliyun.com:465 tls"],
    netease: ["imap.163.com:993 tls", "smtp.163.com:465 tls"],
    "netease-qiye": ["hwhzimap.qiye.163.com:993 tls", "hwhzsmtp.qiye.163.com:465 tls"],
    263: ["imap.263.net:993 tls", "smtp.263.net:465 tls"],
    feishu: ["imap.feishu.cn:993 tls", "smtp.feishu.cn:465 tls"],
    huawei: ["imap.sparkspace.huaweicloud.com:993 tls", "smtp.sparkspace.huaweicloud.com:465 tls"],
    google: ["imap.gmail.com:993 tls", "smtp.gmail.com:465 tls"],
    microsoft365: ["outlook.office365.com:993 tls", "smtp.office365.com:587 starttls"],
    "microsoft365-china": ["partner.outlook.cn:993 tls", "smtp.partner.outlook.cn:587 starttls"],
    zoho: ["imappro.zoho.com:993 tls", "smtppro.zoho.com:465 tls"],
    workmail: ["imap.mail.us-east-1.awsapps.com:993 tls", "smtp.mail.us-east-1.awsapps.com:465 tls"],
    icloud: ["imap.mail.me.com:993 tls", "smtp.mail.me.com:587 starttls"],
  };
  test.each(Object.entries(cases))("%s gets its servers without a question to DNS", async (id, servers) => {
    const named = await planned(`address: sales@example.com, provider: "${id}"`);
    expect(named).toEqual(servers.map((text) => `${id} ${text}`));
  });
  test("every provider with servers of its own is in that table", () => {
    expect(Object.keys(cases).toSorted()).toEqual(
      [...providers.values()].flatMap(({ id, imap }) => (imap.host === undefined ? [] : [id])).toSorted(),
    );
  });

  test("of a free mail domain gets the servers of that domain", async () => {
    expect(await planned("address: a@126.com, provider: netease")).toEqual([
      "netease imap.126.com:993 tls",
      "netease smtp.126.com:465 tls",
    ]);
  });
  test("in another region names one server, and gets the other one of that region", async () => {
    expect(await planned("address: a@example.com, imap: { host: hwimap.exmail.qq.com }")).toEqual([
      "exmail hwimap.exmail.qq.com:993 tls",
      "exmail hwsmtp.exmail.qq.com:465 tls",
    ]);
    expect(await planned("address: a@example.com, smtp: { host: smtppro.zoho.eu }")).toEqual([
      "zoho imappro.zoho.eu:993 tls",
      "zoho smtppro.zoho.eu:465 tls",
    ]);
  });
  test("on premises keeps what the make asks for, and finds its host in DNS", async () => {
    const zone = {
      "example.com": { MX: ["10 mail.example.com"] },
      "_imaps._tcp.example.com": "nxdomain",
      "_imap._tcp.example.com": "nxdomain",
      "_submissions._tcp.example.com": "nxdomain",
      "_submission._tcp.example.com": "nxdomain",
    };
    expect(await planned("address: a@example.com, provider: coremail", zone)).toEqual([
      "coremail mail.example.com:993 tls",
      "coremail mail.example.com:465 tls",
    ]);
    expect(providers.get("coremail")?.idAfterLogin).toBe(true);
  });
  test("that nobody knows is told the nearest one", async () => {
    const file = await write(
      "mailboxes:\n  - { address: a@example.com, provider: netese-qiye, password: { env: SALES_PASSWORD } }\n",
    );
    const loaded = await loadConfiguration(file, planWorld);
    expect("errors" in loaded && loaded.errors).toMatchObject([
      { path: "mailboxes[0].provider", problem: { en: "there is no such provider" }, remedy: { en: "write netease-qiye" } },
    ]);
  });
});

test("providerOfHosts() knows the servers of every region, and no look-alike", () => {
  const owner = (host: string): string | undefined => providerOfHosts(providers, [host])?.id;
  expect(
    ["hwsmtp.exmail.qq.com", "imap.mxhichina.com", "smtp.126.com", "imaphz.qiye.163.com", "poppro.zoho.in"].map(owner),
  ).toEqual(["exmail", "aliyun", "netease", "netease-qiye", "zoho"]);
  expect(["imap.exmail.qq.com.example", "ximap.gmail.com", "exmail.qq.com", ""].map(owner)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
