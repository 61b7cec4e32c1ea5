import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatDiagnostic } from "../../src/config/diagnostics.ts";
import { parseSource } from "../../src/config/document.ts";
import { loadConfiguration, type LoadWorld } from "../../src/config/load.ts";
import { findDependentRoutes } from "../../src/engine/independence.ts";
import { loadChannels } from "../../src/plugins.ts";
import { plainChannels, plainChecks } from "../support/plain-checks.ts";

const fixtures = join(import.meta.dirname, "../fixtures/config");
const world: LoadWorld = {
  checks: plainChecks,
  channels: plainChannels,
  env: { SET: "a-secret", SALES_PASSWORD: "b-secret", TOKEN: "c-secret", EMPTY: "", PATH: process.env["PATH"] },
  dependentRoutes: findDependentRoutes,
};

/** What a person would read, with the folder of the fixtures left out. */
async function messages(file: string, language: "en" | "zh-CN" = "en", around = world): Promise<readonly string[]> {
  const loaded = await loadConfiguration(file.startsWith("/") ? file : join(fixtures, file), around);
  if (!("errors" in loaded)) return [];
  return loaded.errors.map((error) => formatDiagnostic(error, language).replaceAll(`${fixtures}/`, "").replaceAll(fixtures, "."));
}

const secretPlaces = "write { env: NAME }, { file: path } or { command: [program, argument] }";
const plainSecret = `a secret must not stand in this file as text; ${secretPlaces}`;
const wideColon = "a full-width colon 「：」 is used here; write : and a space";
const otherIndent = "this line is indented otherwise than the one above; align them";

const bad: Readonly<Record<string, readonly string[]>> = {
  "empty.yaml": ["empty.yaml:1:1: is empty; write at least one of domains, mailboxes or endpoints"],
  "only-comment.yaml": ["only-comment.yaml:1:1: is empty; write at least one of domains, mailboxes or endpoints"],
  "binary.yaml": ["binary.yaml:1:1: is not a text in UTF-8; name the configuration file, a YAML text in UTF-8"],
  "missing.yaml": ["missing.yaml:1:1: does not exist; name the file with --config or MAILVIGIL_CONFIG"],
  "tab.yaml": ["tab.yaml:2:1: a tab indents this line; indent with spaces"],
  "key-twice.yaml": ["key-twice.yaml:3:1: this key is written twice; keep one of the two"],
  "bracket.yaml": [
    "bracket.yaml:2:1: this line is indented wrongly, or a bracket before it is not closed; align it with its neighbours",
  ],
  "wide-colon.yaml": [`wide-colon.yaml:1:9: ${wideColon}`, `wide-colon.yaml:3:8: ${wideColon}`],
  "wide-colon-value.yaml": [
    `wide-colon-value.yaml:2:11: ${wideColon}`,
    `wide-colon-value.yaml:3:9: ${wideColon}`,
    `wide-colon-value.yaml:5:9: ${wideColon}`,
    `wide-colon-value.yaml:6:11: ${wideColon}`,
  ],
  "wide-colon-only.yaml": [`wide-colon-only.yaml:1:1: ${wideColon}`],
  "wide-colon-place.yaml": [
    `wide-colon-place.yaml:1:11 settings: ${wideColon}`,
    `wide-colon-place.yaml:3:5 domains[0]: ${wideColon}`,
    "wide-colon-place.yaml:4:5 domains[1].name: is missing; write a name such as example.com",
    `wide-colon-place.yaml:4:7 domains[1]["name：example.org"]: ${wideColon}`,
  ],
  "wide-comma.yaml": ["wide-comma.yaml:1:28: a full-width comma 「，」 is used here; write , and a space"],
  "wide-quotes.yaml": ['wide-quotes.yaml:3:13 settings.timezone: full-width quotes 「“”」 are used here; write "'],
  "indent.yaml": [`indent.yaml:3:4: ${otherIndent}`, `indent.yaml:6:1: ${otherIndent}`, `indent.yaml:10:1: ${otherIndent}`],
  "indent-item.yaml": [`indent-item.yaml:3:6: ${otherIndent}`],
  "indent-comma.yaml": [`indent-comma.yaml:3:4: ${otherIndent}`],
  "no-space.yaml": ["no-space.yaml:2:11: no space follows the colon; write : and a space"],
  "gbk.yaml": ["gbk.yaml:1:1: is not in UTF-8 (perhaps in GBK); save it as UTF-8 in your editor"],
  "list.yaml": ["list.yaml:1:1: is not a mapping of keys; begin with a key such as domains:"],
  "alias-bomb.yaml": [
    "alias-bomb.yaml:1:1: uses an alias (*name) that has no anchor, or too many of them; write the values out; at most 100 repeated values are allowed",
  ],
  "nothing.yaml": ["nothing.yaml:1:1: names nothing to watch; add domains, mailboxes or endpoints"],
  "shapes.yaml": [
    "shapes.yaml:1:10 domains: 5 is not a list; write each entry on a line that begins with -",
    "shapes.yaml:2:12 mailboxes: a mapping is not a list; write each entry on a line that begins with -",
    "shapes.yaml:3:11 channels: a list is not a mapping; write channels: with keys below it",
    "shapes.yaml:4:9 probes: a list is not a mapping; write probes: with keys below it",
    "shapes.yaml:5:11 settings: 3 is not a mapping; write settings: with keys below it",
  ],
  "plain-secret.yaml": [
    `plain-secret.yaml:1:28 settings.http.token: ${plainSecret}`,
    `plain-secret.yaml:4:15 mailboxes[0].password: ${plainSecret}`,
    `plain-secret.yaml:7:70 channels.duty.secret: ${plainSecret}`,
  ],
  "secret-places.yaml": [
    "secret-places.yaml:2:59 mailboxes[0].password: the environment variable NOT_SET is not set; set NOT_SET before the start, or use { file: path }",
    "secret-places.yaml:3:59 mailboxes[1].password: the environment variable EMPTY is empty; put the secret into EMPTY",
    "secret-places.yaml:4:59 mailboxes[2].password: missing.txt does not exist; make the file, with the secret on one line, readable by its owner only",
    "secret-places.yaml:5:59 mailboxes[3].password: . is not a file; name a file",
    "secret-places.yaml:6:59 mailboxes[4].password: the command /nonexistent/pass cannot be started (ENOENT); write it as [program, argument, …] with the full path of the program",
    "secret-places.yaml:7:59 mailboxes[5].password: the command sh failed (3); run it by hand as the user that runs Mailvigil",
    "secret-places.yaml:8:59 mailboxes[6].password: the command sh printed nothing; use a command that prints the secret on standard output",
    "secret-places.yaml:9:59 mailboxes[7].password: the command sh printed more than 64 KiB; use a command that prints only the secret",
    `secret-places.yaml:10:59 mailboxes[8].password: is not the place of a secret; ${secretPlaces}`,
  ],
  "settings.yaml": [
    'settings.yaml:2:13 settings.timezone: "Asia/Shangai" is not a time zone; write an IANA name such as Asia/Shanghai',
    'settings.yaml:3:13 settings.language: "zh" is not a choice here; write zh-CN',
    "settings.yaml:4:12 settings.company: 7 is not a text; write a text of 1 to 200 characters, in quotes if it is a number",
    'settings.yaml:5:8 settings.url: "mailvigil.example.com" is not a web address; write it like https://mailvigil.example.com',
    "settings.yaml:6:19 settings.http.listen: 0.0.0.0:8993 can be reached from other machines; add settings.http.token: { env: NAME }, or listen at 127.0.0.1",
    'settings.yaml:7:20 settings.dns.servers[0]: "dns.example.com" is not the address of a DNS server; write an IP address such as 223.5.5.5 or 127.0.0.1:5353',
    'settings.yaml:7:37 settings.dns.servers[1]: "192.0.2.1:99999" is not the address of a DNS server; write an IP address such as 223.5.5.5 or 127.0.0.1:5353',
    "settings.yaml:8:15 settings.tls.ca[0]: settings.yaml holds no certificate; name a file with certificates in PEM form",
    "settings.yaml:8:30 settings.tls.ca[1]: absent.pem does not exist; name a file with certificates in PEM form",
    'settings.yaml:9:23 settings.network.public[0]: "10.0.0.0/99" is not a range of addresses; write it like 10.0.0.0/8',
    'settings.yaml:10:15 settings.self_tests: "never" is not a choice; write off, or { egress: ["192.0.2.1:443"] }',
  ],
  "unknown-keys.yaml": [
    "unknown-keys.yaml:1:1 setings: is not a known key; write settings",
    "unknown-keys.yaml:2:13 settings.time_zone: is not a known key; write timezone",
    "unknown-keys.yaml:2:29 settings.htp: is not a known key; write http",
    "unknown-keys.yaml:3:1 maintenance: is not supported yet in this version; remove it; nothing would watch it",
    "unknown-keys.yaml:4:1 silences: is not supported yet in this version; remove it; nothing would watch it",
    "unknown-keys.yaml:5:1 sopps: is not a known key; write sops",
    "unknown-keys.yaml:7:26 domains[0].recieves: is not a known key; write receives",
    "unknown-keys.yaml:10:5 mailboxes[0].oauth: stands beside a password; keep one of the two",
    "unknown-keys.yaml:10:12 mailboxes[0].oauth.service_account: is missing; write service_account: { file: key.json }; or client_id, client_secret and refresh_token",
    "unknown-keys.yaml:13:11 alerts.rule: is not a known key; write rules",
  ],
  "assets.yaml": [
    "assets.yaml:3:5 domains[1]: example.com is declared already in line 2; keep one of the two",
    'assets.yaml:4:11 domains[2].name: "exa mple" is not a domain; write a name such as example.com',
    "assets.yaml:5:5 domains[3].name: is missing; write a name such as example.com",
    'assets.yaml:5:15 domains[3].business: "high" is not a choice here; write critical, normal or low',
    "assets.yaml:7:69 mailboxes[0].provider: there is no such provider; write exmail",
    "assets.yaml:8:5 mailboxes[1]: sales@example.com is declared already in line 7; keep one of the two",
    'assets.yaml:9:16 mailboxes[2].address: "no-at-sign" is not a mail address; write it like sales@example.com',
    `assets.yaml:10:5 mailboxes[3].password: is missing; ${secretPlaces}`,
    'assets.yaml:11:69 mailboxes[4].imap.host: "imap.example.com:993" is not a host name; write a name such as imap.example.com, without a port',
    "assets.yaml:11:99 mailboxes[4].imap.port: 70000 is not a port; write a number from 1 to 65535",
    'assets.yaml:11:116 mailboxes[4].imap.security: "ssl" is not a choice here; write tls or starttls',
    "assets.yaml:11:129 mailboxes[4].off[0]: there is no such check; write imap-login",
    "assets.yaml:13:36 routes[0].to: sale@example.com is not among the mailboxes; write sales@example.com, or declare it in mailboxes",
    "assets.yaml:14:36 routes[1].to: is the address it is sent from; name another mailbox, best one at another provider",
    'assets.yaml:15:58 routes[2].every: "*/5 * * * *" is a cron expression; write a number and s, m, h or d, such as 5m',
    "assets.yaml:15:85 routes[2].late_after: 5 is not a duration; write a number and s, m, h or d, such as 5m",
    'assets.yaml:17:45 endpoints[0].protocol: "https" is not a choice here; write tls, imap, smtp or pop3',
    'assets.yaml:18:30 endpoints[1].port: "443" is not a port; write a number from 1 to 65535',
  ],
  "all-at-once.yaml": [
    "all-at-once.yaml:1:13 settings.langage: is not a known key; write language",
    'all-at-once.yaml:1:39 settings.timezone: "Mars" is not a time zone; write an IANA name such as Asia/Shanghai',
    "all-at-once.yaml:3:26 domains[0].recieves: is not a known key; write receives",
    "all-at-once.yaml:4:5 domains[1]: example.com is declared already in line 3; keep one of the two",
    "all-at-once.yaml:4:32 domains[1].off[0]: there is no such check; write dns-mx",
    "all-at-once.yaml:6:41 mailboxes[0].password: the environment variable NOT_SET is not set; set NOT_SET before the start, or use { file: path }",
    "all-at-once.yaml:6:59 mailboxes[0].bussiness: is not a known key; write business",
    "all-at-once.yaml:6:85 mailboxes[0].provider: there is no such provider; write exmail",
    "all-at-once.yaml:6:99 mailboxes[0].off[0]: there is no such check; write imap-login",
    "all-at-once.yaml:7:5 mailboxes[1]: a@example.com is declared already in line 6; keep one of the two",
    "all-at-once.yaml:7:41 mailboxes[1].password: the environment variable EMPTY is empty; put the secret into EMPTY",
    'all-at-once.yaml:7:63 mailboxes[1].role: "other" is not a choice here; write partner',
    "all-at-once.yaml:9:32 routes[0].to: b@example.com is not among the mailboxes; declare it in mailboxes with its password",
    "all-at-once.yaml:9:47 routes[0].evry: is not a known key; write every",
    "all-at-once.yaml:11:42 endpoints[0].protocl: is not a known key; write protocol",
    "all-at-once.yaml:12:5 endpoints[1]: mail.example.com:443 is declared already in line 11; keep one of the two",
    'all-at-once.yaml:15:37 probes["example.com/dns-mx"].severity.dns-mx-bd: dns-mx has no such finding; write dns-mx-bad',
    'all-at-once.yaml:16:3 probes["c@example.com/imap-login"]: there is no such probe; see the ids that mailvigil plan shows; to add a probe, say its check: too',
  ],
  "dnsbl.yaml": [
    'dnsbl.yaml:2:38 domains[0].selectors[0]: "s1._domainkey" is not a DKIM selector; write a name such as s1 or google, without ._domainkey',
    "dnsbl.yaml:2:53 domains[0].selectors[1]: 7 is not a DKIM selector; write a name such as s1 or google, without ._domainkey",
    'dnsbl.yaml:2:67 domains[0].senders[0]: "203.0.113.5/24" is not an IP address; write it like 203.0.113.5 or 2001:db8::5',
    'dnsbl.yaml:2:93 domains[0].expires: "2027-02-30" is not a date; write it like 2027-03-31',
    "dnsbl.yaml:3:37 domains[1].selectors: this text does not fit here; write a list: [ … ]",
    "dnsbl.yaml:3:41 domains[1].sender: is not a known key; write senders",
    'dnsbl.yaml:3:73 domains[1].expires: "soon" is not a date; write it like 2027-03-31',
    "dnsbl.yaml:5:3 dnsbl.builtin: is not a known key; write built_in",
    'dnsbl.yaml:6:13 dnsbl.built_in: "maybe" is not true or false; write true or false',
    `dnsbl.yaml:7:12 dnsbl.dqs_key: ${plainSecret}`,
    'dnsbl.yaml:9:49 dnsbl.lists[0].codes["127.0.0"]: "127.0.0" is not an answer of a list; write it like 127.0.0.2 or 127.0.0.4-7',
    'dnsbl.yaml:9:66 dnsbl.lists[0].codes["127.0.0.9"]: 5 is not a text; write a text of 1 to 200 characters, in quotes if it is a number',
    "dnsbl.yaml:10:7 dnsbl.lists[1]: bl.example.net is named already in line 9; keep one of the two",
    'dnsbl.yaml:10:37 dnsbl.lists[1].tier: "D" is not a choice here; write A, B or C',
    'dnsbl.yaml:10:46 dnsbl.lists[1].kind: "domains" is not a choice here; write domain',
    'dnsbl.yaml:11:15 dnsbl.lists[2].zone: "exa mple" is not a domain; write a name such as example.com',
    "dnsbl.yaml:11:33 dnsbl.lists[2].name: 5 is not a text; write a text of 1 to 200 characters, in quotes if it is a number",
    "dnsbl.yaml:12:7 dnsbl.lists[3]: this text does not fit here; write a mapping: { key: value }",
    "dnsbl.yaml:13:7 dnsbl.lists[4].zone: is missing; write a name such as example.com",
    "dnsbl.yaml:13:18 dnsbl.lists[4].code: is not a known key; write codes",
  ],
  "dnsbl-shape.yaml": [
    "dnsbl-shape.yaml:2:34 dnsbl.lists: a mapping is not a list; write each entry on a line that begins with -",
  ],
  "dnsbl-none.yaml": [
    "dnsbl-none.yaml:2:20 dnsbl.built_in: leaves no list to ask; add lists, or write off: [dnsbl-listing] at the domains",
    "dnsbl-none.yaml:2:36 dnsbl.dqs_key: the environment variable NOT_SET is not set; set NOT_SET before the start, or use { file: path }",
  ],
  "channels.yaml": [
    "channels.yaml:3:17 channels.duty.type: there is no such channel type; write webhook",
    "channels.yaml:4:10 channels.other.type: is missing; write one of webhook, email",
    "channels.yaml:5:32 channels.third.url: this text does not fit here; write a valid url",
    "channels.yaml:5:65 channels.third.timeoutAfter: is not written with underscores; write timeout_after",
    "channels.yaml:5:85 channels.third.colour: is not a known key; write one of url, secret, timeout_after",
    'channels.yaml:6:3 channels["no name!"]: is not a name for a channel; use 1 to 60 letters, digits, - or _',
    "channels.yaml:7:10 channels.fifth.type: is missing; write one of webhook, email",
    'channels.yaml:10:26 alerts.rules[0].priorities[1]: "P9" is not a choice here; write P1, P2, P3 or P4',
    "channels.yaml:11:38 alerts.rules[1].channels[0]: there is no such channel; write duty",
    "channels.yaml:12:19 alerts.rules[2].channels: is empty; write at least 1 of them",
    "channels.yaml:13:17 alerts.remind.P1: is not a duration of at least 1m; write a duration such as 30m, or off",
    "channels.yaml:13:23 alerts.remind.P5: is not a known key; write one of P1, P2, P3, P4",
  ],
  "probes.yaml": [
    'probes.yaml:3:3 probes["exmaple.com/dns-mx"]: there is no such probe; write example.com/dns-mx; to add a probe, say its check: too',
    'probes.yaml:4:48 probes["example.com/dns-mx"].every: 10 is not a duration; write a number and s, m, h or d, such as 5m',
    'probes.yaml:4:62 probes["example.com/dns-mx"].deadline: "5d" is too long; write a duration from 1s to 1h',
    'probes.yaml:4:82 probes["example.com/dns-mx"].confirm.bad: is not two numbers n, m with n at most m; write [3, 4] for bad in 3 of the last 4',
    'probes.yaml:4:116 probes["example.com/dns-mx"].severity.dns-mx-bad: "fatal" is not a choice here; write info, warning, critical or unknown',
    'probes.yaml:5:3 probes["example.org/mx"]: is not the id of this check on an asset; write example.org/dns-mx',
    'probes.yaml:6:49 probes["example.org/dns-mx"].options.domain: is missing; write a text',
    'probes.yaml:6:51 probes["example.org/dns-mx"].options.domian: is not a known key; write domain',
    'probes.yaml:6:82 probes["example.org/dns-mx"].options.receives: this text does not fit here; write true or false',
    'probes.yaml:7:30 probes["b.example/dns-nx"].check: there is no such check; write dns-mx',
  ],
  "severity-code.yaml": [
    'severity-code.yaml:3:32 probes["example.com/dns-mx"].check: this probe belongs to the check dns-mx; write dns-mx, or leave check out',
    'severity-code.yaml:3:53 probes["example.com/dns-mx"].severity.dns-mx-bat: dns-mx has no such finding; write dns-mx-bad',
  ],
  "dependent.yaml": [
    "dependent.yaml:9:5 alerts.rules: alerts of P1, P2 go only to boss, duty, which needs the very mail that is watched; add a channel that needs none of it, such as a webhook, or mail at another provider",
  ],
};

describe("loadConfiguration() says what is wrong with", () => {
  for (const [file, expected] of Object.entries(bad)) {
    test(file, async () => {
      expect(await messages(file)).toEqual(expected);
    });
  }

  test("every fault in Chinese too, and never with the words of the other language", async () => {
    for (const file of Object.keys(bad)) {
      for (const line of await messages(file, "zh-CN")) {
        expect(line).toMatch(/[\u4e00-\u9fff].*；.*[\u4e00-\u9fff]/);
        expect(line).not.toMatch(/\b(write|is not|please)\b/);
      }
    }
  });
});

describe("loadConfiguration() says in Chinese", () => {
  const chinese: readonly (readonly [file: string, says: string])[] = [
    ["wide-colon.yaml", "wide-colon.yaml:1:9：这里用了全角冒号「：」；请改为半角「:」，后面加一个空格"],
    ["wide-comma.yaml", "wide-comma.yaml:1:28：这里用了全角逗号「，」；请改为半角「,」，后面加一个空格"],
    ["wide-quotes.yaml", 'wide-quotes.yaml:3:13 settings.timezone：这里用了全角引号「“”」；请改为半角「"」'],
    ["indent.yaml", "indent.yaml:3:4：这一行的缩进与上一行不一致；请对齐"],
    ["no-space.yaml", "no-space.yaml:2:11：冒号后面缺少空格；请在「:」后面加一个空格"],
    ["gbk.yaml", "gbk.yaml:1:1：文件不是 UTF-8（可能是 GBK）；请在编辑器里另存为 UTF-8"],
  ];
  for (const [file, says] of chinese) test(file, async () => expect((await messages(file, "zh-CN"))[0]).toBe(says));
});

test("the options of the real channels say what to write, with an example, in both languages", async () => {
  const real = { ...world, channels: await loadChannels() };
  const english = await messages("channel-options.yaml", "en", real);
  expect(english.slice(0, 3).concat(english[8] ?? "")).toEqual([
    "channel-options.yaml:3:14 channels.boss_mail.host: is missing; write the server that sends, such as smtp.example.com",
    "channel-options.yaml:3:14 channels.boss_mail.from: is missing; write the sender's address, such as alerts@example.com",
    "channel-options.yaml:3:14 channels.boss_mail.to: is missing; write 1 to 50 addresses as a list, such as [boss@example.org]",
    "channel-options.yaml:5:12 channels.no_user.user: user and password belong together; write both or neither",
  ]);
  expect(await messages("channel-options.yaml", "zh-CN", real)).toEqual([
    "channel-options.yaml:3:14 channels.boss_mail.host：缺失；请写发信服务器，例如 smtp.example.com",
    "channel-options.yaml:3:14 channels.boss_mail.from：缺失；请写发件地址，例如 alerts@example.com",
    "channel-options.yaml:3:14 channels.boss_mail.to：缺失；请用列表写 1 至 50 个收件地址，例如 [boss@example.org]",
    "channel-options.yaml:4:36 channels.other_mail.host：为空；请写发信服务器，例如 smtp.example.com",
    "channel-options.yaml:4:46 channels.other_mail.port：70000 不符合要求；请写 1 至 65535 的端口，例如 465",
    "channel-options.yaml:4:63 channels.other_mail.security：这段文字不符合要求；请写 tls（端口 465）或 starttls（端口 587）",
    "channel-options.yaml:4:74 channels.other_mail.from：这段文字不符合要求；请写发件地址，例如 alerts@example.com",
    "channel-options.yaml:4:87 channels.other_mail.to[0]：这段文字不符合要求；请写邮件地址，例如 boss@example.org",
    "channel-options.yaml:5:12 channels.no_user.user：user 和 password 要一起写；请两个都写，或都不写",
    "channel-options.yaml:6:9 channels.hook.url：缺失；请写 https://主机/路径；地址本身需保密时写 { env: 变量名 }",
    "channel-options.yaml:6:9 channels.hook.secret：缺失；请写签名密钥的来源，例如 { env: DUTY_SECRET }；密钥以 whsec_ 开头",
    "channel-options.yaml:7:32 channels.plain.url：不是可以推送的地址；请写 https://主机/路径；地址本身需保密时写 { env: 变量名 }",
    "channel-options.yaml:7:57 channels.plain.secret：密码不能以明文写在此文件中；请写 { env: 变量名 }、{ file: 路径 } 或 { command: [程序, 参数] }",
    "channel-options.yaml:7:85 channels.plain.allow_private：这段文字不符合要求；接收方在本机或内网时请写 true，否则写 false",
  ]);
});

test("no message repeats a secret that stands in the file", async () => {
  const text = (await messages("plain-secret.yaml")).join("\n");
  for (const secret of ["hunter2", "correct horse", "whsec_abc"]) expect(text).not.toContain(secret);
  expect((await messages("dnsbl.yaml")).join("\n")).not.toContain("abcdefghij");
});

describe("files on the disk", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mailvigil-config-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("a password that everybody may read is refused, with the command that mends it", async () => {
    await writeFile(join(folder, "password"), "open-secret\n", { mode: 0o600 });
    const file = join(folder, "mailvigil.yaml");
    await writeFile(file, "mailboxes:\n  - { address: a@example.com, provider: exmail, password: { file: password } }\n");
    expect(await messages(file)).toEqual([]);
    await chmod(join(folder, "password"), 0o644);
    const [message = ""] = await messages(file);
    expect(message).toBe(
      `${file}:2:59 mailboxes[0].password: everybody on this machine may read ${folder}/password; run chmod 600 ${folder}/password`,
    );
  });

  test("a file of more than 1 MiB is not read to its end", async () => {
    const file = join(folder, "huge.yaml");
    await writeFile(file, `# ${"x".repeat(1024 * 1024)}\n`);
    expect(await messages(file)).toEqual([`${file}:1:1: is larger than 1 MiB; name the configuration file, a YAML text`]);
  });

  test("a folder is no configuration", async () => {
    expect(await messages(folder)).toEqual([`${folder}:1:1: is a folder; name the file in it`]);
  });
});

describe("parseSource() throws nothing on", () => {
  test("noise", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 500 }), (text) => {
        const read = parseSource("noise.yaml", text);
        expect("errors" in read ? read.errors.length > 0 : typeof read.source.value === "object").toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("open brackets without end, nested pairs, circles and very many keys, in bounded time", () => {
    const began = performance.now();
    expect("errors" in parseSource("deep.yaml", "[".repeat(50_000))).toBe(true);
    expect("errors" in parseSource("deep.yaml", "a: ".repeat(50_000))).toBe(true);
    expect("errors" in parseSource("circle.yaml", "a: &a [*a]")).toBe(true);
    const keys = Array.from({ length: 30_000 }, (_, i) => `k${i}: 1`).join("\n");
    expect("source" in parseSource("keys.yaml", keys)).toBe(true);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

test("loadConfiguration() gives its own errors, and throws nothing, for any value at any known key", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mailvigil-noise-"));
  const file = join(folder, "mailvigil.yaml");
  const leafs = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constant([]),
    fc.constant({}),
  );
  const words = [
    "name",
    "address",
    "password",
    "env",
    "file",
    "imap",
    "host",
    "port",
    "from",
    "to",
    "type",
    "rules",
    "every",
    "off",
    "selectors",
    "expires",
    "lists",
    "zone",
    "codes",
    "built_in",
    "dqs_key",
  ];
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      leafs,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...words), tie("value"), { maxKeys: 4 }),
    ),
  }));
  const formless: string[] = [];
  const tops = ["settings", "domains", "mailboxes", "routes", "endpoints", "dnsbl", "channels", "alerts", "probes"];
  try {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...tops), value), async (configuration) => {
        await writeFile(file, JSON.stringify(configuration));
        // No command of the noise is ever run: `command` is not among the words.
        const loaded = await loadConfiguration(file, world);
        const shown = "errors" in loaded ? loaded.errors.map((error) => formatDiagnostic(error, "en")) : [];
        formless.push(...shown.filter((line) => !/:\d+:\d+.*: .+; .+/s.test(line)));
      }),
      { numRuns: 300 },
    );
    expect(formless).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
