import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AuditOptions, type AuditRequest, readRequest } from "../../src/cli/audit-request.ts";
import { loadChecks } from "../../src/plugins.ts";
import { createAuthority } from "../support/certificates.ts";

const checks = await loadChecks();
let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "audit-request-"));
  await mkdir(at("folder"));
  await writeFile(at("empty"), "# nothing\n");
  await writeFile(at("list"), "a.example.com # ours\n\nB.Example.com\r\n");
  await writeFile(at("bad-list"), "a.example.com\nhttps://b.example.com/\n");
  await writeFile(at("bad.zone"), '$ORIGIN example.com.\n@ TXT "v=spf1 -all\n');
  await writeFile(at("relative.zone"), "@ MX 10 mx\n");
  await writeFile(at("ca.pem"), (await createAuthority("Test")).certPem);
  await writeFile(
    at("mailvigil.yaml"),
    `domains:
  - { name: one.example.com, selectors: [s1], senders: [203.0.113.5] }
  - { name: two.example.com, receives: false }
dnsbl:
  built_in: false
  dqs_key: { env: DQS }
  lists: [ { zone: bl.example.net, tier: B } ]
settings:
  language: zh-CN
  dns: { servers: ["192.0.2.53"] }
  tls: { ca: [ca.pem] }
  network: { public: [10.1.0.0/16] }
`,
  );
  await writeFile(at("bad.yaml"), "domains:\n  - { name: not a domain }\n");
});
afterAll(() => rm(folder, { recursive: true }));

const env = { LANG: "C.UTF-8", DQS: "abcdefghijklmnopqrstuvwxyz" };
const read = (domains: readonly string[], options: AuditOptions = {}, more: object = {}) =>
  readRequest(domains, options, { env: { ...env, ...more }, checks });

async function requested(domains: readonly string[], options: AuditOptions = {}): Promise<AuditRequest> {
  const request = await read(domains, options);
  if ("problems" in request) throw new Error(request.problems.join("\n"));
  return request;
}

async function problems(domains: readonly string[], options: AuditOptions, language = "C"): Promise<readonly string[]> {
  const request = await read(domains, options, { LANG: language });
  return "problems" in request ? request.problems : [];
}

describe("readRequest", () => {
  test.each<[string, readonly string[], () => AuditOptions, RegExp, RegExp]>([
    ["no domain", [], () => ({}), /^no domain: .*--file$/, /^没有域名：.*--file 指定列表$/],
    [
      "an address of mail",
      ["info@example.com"],
      () => ({}),
      /^“info@example\.com” is no domain; write it like/,
      /^「info@example\.com」不是域名；/,
    ],
    ["an IP address", ["192.0.2.1"], () => ({}), /no domain/, /不是域名/],
    ["a single label", ["localhost"], () => ({}), /no domain/, /不是域名/],
    [
      "a list that is not there",
      [],
      () => ({ file: at("none") }),
      /^--file .*none: there is no such file; check/,
      /^--file .*none：文件不存在；/,
    ],
    ["a list that is a folder", [], () => ({ file: at("folder") }), /^--file .*: this is a folder; name a file$/, /这是文件夹/],
    [
      "an empty list",
      [],
      () => ({ file: at("empty") }),
      /^--file .*empty: it names no domain; write one a line$/,
      /里面没有域名/,
    ],
    [
      "a line that is no domain",
      [],
      () => ({ file: at("bad-list") }),
      /bad-list:2: “https:\/\/b\.example\.com\/” is no domain/,
      /bad-list:2: 「/,
    ],
    [
      "an authority that is not there",
      ["example.com"],
      () => ({ ca: [at("none")] }),
      /^--ca .*no such file/,
      /^--ca .*文件不存在/,
    ],
    ["an authority without certificate", ["example.com"], () => ({ ca: [at("list")] }), /^--ca .*PEM form/, /^--ca .*PEM 格式/],
    [
      "a zone file that is not there",
      ["example.com"],
      () => ({ whatIf: at("none") }),
      /^--what-if .*no such file/,
      /^--what-if .*文件不存在/,
    ],
    [
      "a zone file with a slip",
      ["example.com"],
      () => ({ whatIf: at("bad.zone") }),
      /^--what-if .*bad\.zone, line 2: .*no end; close it/,
      /^--what-if .*bad\.zone 第 2 行：.*没有结束；/,
    ],
    [
      "relative names for two domains",
      ["a.example.com", "b.example.com"],
      () => ({ whatIf: at("relative.zone") }),
      /line 1: .*put \$ORIGIN/,
      /第 1 行：.*\$ORIGIN/,
    ],
    ["no configuration", ["example.com"], () => ({ config: at("none.yaml") }), /none\.yaml/, /none\.yaml/],
    [
      "a wrong configuration",
      ["example.com"],
      () => ({ config: at("bad.yaml") }),
      /bad\.yaml:2:\d+ domains\[0\]\.name: /,
      /bad\.yaml:2:\d+ domains\[0\]\.name：/,
    ],
    [
      "a wrong selector",
      ["example.com"],
      () => ({ selector: ["s=mail"] }),
      /^--selector “s=mail” .*mail2026$/,
      /^--selector 「s=mail」/,
    ],
    [
      "a wrong sender",
      ["example.com"],
      () => ({ sendsFrom: ["mail.example.com"] }),
      /^--sends-from .*192\.0\.2\.1/,
      /^--sends-from .*192\.0\.2\.1/,
    ],
    [
      "a wrong name server",
      ["example.com"],
      () => ({ dns: ["dns.example.com"] }),
      /^--dns “dns\.example\.com” .*192\.0\.2\.53/,
      /^--dns .*地址/,
    ],
    ["a wrong range", ["example.com"], () => ({ public: ["10.0.0.0/33"] }), /^--public .*10\.0\.0\.0\/8/, /^--public .*网段/],
    ["a wrong list", ["example.com"], () => ({ dnsbl: ["127.0.0.2"] }), /^--dnsbl .*bl\.example\.org/, /^--dnsbl .*黑名单/],
    [
      "too many lists",
      ["example.com"],
      () => ({ dnsbl: Array.from({ length: 21 }, (_, i) => `bl${i}.test`) }),
      /at most 20/,
      /最多 20 个/,
    ],
    [
      "a wrong control host",
      ["example.com"],
      () => ({ port25Control: ["not a host"] }),
      /^--port25-control /,
      /^--port25-control /,
    ],
  ])("names option and remedy of %s, in both languages", async (_, domains, options, en, zh) => {
    expect(await problems(domains, options())).toEqual([expect.stringMatching(en)]);
    expect(await problems(domains, options(), "zh_CN.UTF-8")).toEqual([expect.stringMatching(zh)]);
  });

  test("tells everything that is wrong at once", async () => {
    const found = await problems(["example.com", "x"], { sendsFrom: ["y"], dns: ["z"], ca: [at("none")] });
    expect(found.map((line) => line.split(" ")[0])).toEqual(["“x”", "--sends-from", "--dns", "--ca"]);
  });

  test("reads a list, each domain once and in lower case, whatever blanks were pasted with it", async () => {
    const { domains } = await requested(["B.example.com", " münchen.example\u00a0"], { file: at("list") });
    expect(domains.map(({ name }) => name)).toEqual(["b.example.com", "xn--mnchen-3ya.example", "a.example.com"]);
  });

  test("asks about all domains of a configuration where none is named, with what it says of them", async () => {
    const { domains, language, net, blocklists, mask } = await requested([], { config: at("mailvigil.yaml") });
    expect(domains).toMatchObject([
      { name: "one.example.com", selectors: ["s1"], senders: ["203.0.113.5"], receives: true },
      { name: "two.example.com", receives: false },
    ]);
    expect(language).toBe("zh-CN");
    expect(net).toMatchObject({ dnsServers: ["192.0.2.53:53"], publicRanges: ["10.1.0.0/16"] });
    expect(net.extraAuthorities).toHaveLength(1);
    expect(blocklists).toMatchObject({ builtIn: false, lists: [{ zone: "bl.example.net", tier: "B" }] });
    expect(await blocklists.dqsKey?.reveal()).toBe(env.DQS);
    expect(mask(`asked ${env.DQS}.zen`)).not.toContain(env.DQS);
  });

  test("the command line adds to the configuration, and chooses the domains and the name servers", async () => {
    const { domains, net, blocklists } = await requested(["one.example.com", "three.example.com"], {
      config: at("mailvigil.yaml"),
      selector: ["s2"],
      sendsFrom: ["203.0.113.6"],
      dns: ["192.0.2.54"],
      public: ["10.2.0.0/16"],
      dnsbl: ["bl.example.org", "bl.example.net"],
      ca: [at("ca.pem")],
    });
    expect(domains).toMatchObject([
      { name: "one.example.com", selectors: ["s1", "s2"], senders: ["203.0.113.5", "203.0.113.6"] },
      { name: "three.example.com", selectors: ["s2"], senders: ["203.0.113.6"], receives: true },
    ]);
    expect(net).toMatchObject({ dnsServers: ["192.0.2.54"], publicRanges: ["10.1.0.0/16", "10.2.0.0/16"] });
    expect(net.extraAuthorities).toHaveLength(2);
    // What the configuration says of a list holds where it is named again.
    expect(blocklists.lists).toEqual([{ zone: "bl.example.net", tier: "B" }, { zone: "bl.example.org" }]);
  });

  test("relative names of a zone file are those of the only domain", async () => {
    const { whatIf } = await requested(["example.com"], { whatIf: at("relative.zone") });
    expect([...(whatIf?.file.names.keys() ?? [])]).toEqual(["example.com"]);
    expect(whatIf?.label).toBe("relative.zone");
  });
});
