import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { notLookedFor } from "../../src/config/discovery.ts";
import { createMasker } from "../../src/config/mask.ts";
import { createSecret, type SecretSpec } from "../../src/config/secrets.ts";
import { checkPhrases } from "../../src/i18n/check-phrases.ts";
import { connectionPhrases } from "../../src/i18n/connection-phrases.ts";
import { dnsPhrases } from "../../src/i18n/dns-phrases.ts";
import { startPhrases } from "../../src/i18n/start-phrases.ts";
import { reasonText, sayFinding } from "../../src/i18n/reasons.ts";
import { fill } from "../../src/model/text.ts";
import { decodeMessage, encodeQuery } from "../../src/net/dns-message.ts";
import { createResolver } from "../../src/net/dns.ts";
import { englishLeft } from "../support/english-left.ts";

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

describe("reasonText()", () => {
  it.each([
    ["127.0.0.1:53 did not answer within 300 ms", "127.0.0.1:53 在 300 毫秒内没有应答"],
    [
      "127.0.0.1:53 has no A of mx.example.com; not confirmed: no server of the zone example.com has an address",
      "127.0.0.1:53 称 mx.example.com 没有 A 记录，但未得到证实：example.com 的域名服务器都没有地址",
    ],
    [
      "192.0.2.1:53 did not answer within 300 ms; 192.0.2.2:53 answered REFUSED (extended error 18, 20)",
      "192.0.2.1:53 在 300 毫秒内没有应答；192.0.2.2:53 返回 REFUSED，扩展错误 18, 20",
    ],
    ["resolve mx.test: 192.0.2.1:53 did not answer within 9 ms", "查询 mx.test 失败：192.0.2.1:53 在 9 毫秒内没有应答"],
    ["connect [::1]:25: connection refused (ECONNREFUSED)", "连接 [::1]:25：连接被拒绝，ECONNREFUSED"],
    ["tls 192.0.2.1:993: “wrong version number”", "与 192.0.2.1:993 的 TLS 握手：「wrong version number」"],
    ["192.0.2.1:993: closed by the far side", "192.0.2.1:993：对方关闭了连接"],
    [
      "RDAP r.test: status 429; WHOIS w.test: it refuses: “no more”",
      "RDAP r.test：状态码 429；WHOIS w.test：拒绝查询：「no more」",
    ],
    [
      "Spamhaus DBL (honest name that others abuse), SURBL (click tracker)",
      "Spamhaus DBL（正常域名遭人滥用）、SURBL（点击跟踪）",
    ],
    ["“535 5.7.8 given up; no answer within 5 s”", "「535 5.7.8 given up; no answer within 5 s」"],
    ["example.com. MX 10 mx.example.com.", "example.com. MX 10 mx.example.com."],
    ["v=spf1 a mx include:spf.example.com -all", "v=spf1 a mx include:spf.example.com -all"],
  ])("says %s as %s, and in English as it is", (en, zh) => {
    expect(reasonText(en)).toEqual({ en, zh });
  });

  const all = [...dnsPhrases, ...connectionPhrases, ...checkPhrases, ...startPhrases];
  it.each(all)("knows $en by itself, and no phrase before it takes its place", ({ en, zh }) => {
    const values = { server: "192.0.2.1:53", remote: "192.0.2.1:25", address: "192.0.2.2", name: "a.test", zone: "b.test" };
    const more = {
      type: "MX",
      ms: 300,
      seconds: 5,
      count: 7,
      limit: 9,
      code: "17",
      reason: "“x”",
      words: "w1, w2",
      host: "c.test",
    };
    const others = { url: "https://d.test/", target: "https://e.test/", status: 404, tld: ".zz", domain: "f.test", level: 2 };
    const data = { ...values, ...more, ...others, protocol: "RDAP", port: 25, path: "/g.ts", id: "h", key: "target" };
    expect(reasonText(fill(en, data)).zh).toBe(fill(zh, { ...data, reason: "「x」" }));
    expect(englishLeft(zh.replaceAll(/\{[a-z]+\}/gi, "1"))).toBeUndefined();
  });

  it("knows every way in which a message of DNS is malformed", () => {
    const query = encodeQuery("mx.example.com", "MX", { recurse: true, checkingDisabled: false, edns: true });
    const seen = new Set<string>();
    const look = (bytes: Uint8Array): void => {
      try {
        decodeMessage(Buffer.from(bytes));
      } catch (error) {
        const { zh } = reasonText(`the answer of 192.0.2.53:53 ${said(error)}`);
        seen.add(zh.replaceAll(/\d+|「.*」/g, ""));
        if (englishLeft(zh) !== undefined) throw new Error(`English in ${zh}`, { cause: error });
      }
    };
    const changed = fc.array(fc.tuple(fc.nat(query.length - 1), fc.nat(255)), { maxLength: 6 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), look), { numRuns: 2_000 });
    fc.assert(
      fc.property(changed, (changes) => {
        const bytes = Buffer.from(query);
        for (const [at, value] of changes) bytes[at] = value;
        look(bytes);
      }),
      { numRuns: 5_000 },
    );
    expect(seen.size).toBeGreaterThan(6);
  });

  it("knows why a resolver has no answer", async () => {
    const resolver = createResolver({ servers: ["127.0.0.1:9"], timeoutMs: 200, tries: 1 });
    const bare = createResolver({ servers: ["192.0.2.1:53"] });
    const failures = await Promise.all([
      resolver.ask("example.com", "MX"),
      bare.ask("a b", "A"),
      bare.ask("a.test", "A", { server: "nonsense" }),
    ]);
    for (const { failure } of failures) {
      expect(failure?.text).not.toBe("");
      expect(reasonText(failure?.text ?? "").zh).toMatch(/\p{Script=Han}{2}/u);
      expect(englishLeft(reasonText(failure?.text ?? "").zh)).toBeUndefined();
    }
    resolver.close();
    bare.close();
  });

  it("knows why the servers of a domain are not looked at", () => {
    const { en, zh } = notLookedFor("example.com");
    expect(reasonText(en).zh).toBe(zh);
  });

  it("never throws and ends soon, whatever a text holds", () => {
    const piece = fc.constantFrom(": ", "; ", ", ", " (", ")", "“", "”", "a ", "given up", "connect ", "resolve x: ", "{reason}");
    const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 400 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (some) => {
        expect(reasonText(some.slice(0, 2_000)).en).toBe(some.slice(0, 2_000));
      }),
      { numRuns: 300 },
    );
  }, 20_000);
});

describe("reasonText() of a secret that cannot be read", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mailvigil-reasons-"));
    await writeFile(join(folder, "open"), "x", { mode: 0o644 });
    await writeFile(join(folder, "empty"), "", { mode: 0o600 });
    await writeFile(join(folder, "large"), "x".repeat(70_000), { mode: 0o600 });
  });
  afterAll(() => rm(folder, { recursive: true }));

  const shell = (line: string): SecretSpec => ({ kind: "command", argv: ["/bin/sh", "-c", line] });
  it.each<[string, SecretSpec]>([
    ["a variable that is not set", { kind: "env", name: "NO_SUCH" }],
    ["a variable that is empty", { kind: "env", name: "EMPTY" }],
    ["no such file", { kind: "file", path: "gone" }],
    ["a folder", { kind: "file", path: "." }],
    ["an empty file", { kind: "file", path: "empty" }],
    ["a large file", { kind: "file", path: "large" }],
    ["a file that everybody may read", { kind: "file", path: "open" }],
    ["no such program", { kind: "command", argv: ["/no/such/program"] }],
    ["a command that fails", shell("exit 3")],
    ["a command that prints nothing", shell("true")],
    ["a command that prints too much", shell("yes | head -c 100000")],
    ["a command that does not end", shell("sleep 9")],
  ])("says in Chinese what is said in English: %s", async (_, spec) => {
    const world = { env: { EMPTY: "" }, folder, masker: createMasker(), commandMs: 1_000 };
    const secret = createSecret(spec, world);
    const found = await secret.read();
    if ("value" in found) throw new Error("it could be read");
    const message = await secret.reveal().catch(said);
    expect(reasonText(message).zh).toBe(`${secret.source}：${found.problem.zh}；${found.remedy.zh}`);
  });
});

it("sayFinding() leaves records as they stand, and a value that is Chinese without spaces around it", () => {
  const text = { en: "{found} at {command} now: {record}", zh: "有 {found} ，在 {command} 时：{record}" };
  const data = { found: "“v=spf1 -all”", command: "the greeting", record: "“given up”; status 404" };
  expect(sayFinding(text, "zh-CN", data)).toBe("有 “v=spf1 -all” ，在问候时：“given up”; status 404");
});

it("sayFinding() fills a text with its data, for each reader in one language", () => {
  const text = { en: "{host} was not judged ({reason})", zh: "未能判断 {host}（{reason}）" };
  const data = { host: "mx.test", reason: "resolve mx.test: no such name" };
  expect(sayFinding(text, "en", data)).toBe("mx.test was not judged (resolve mx.test: no such name)");
  expect(sayFinding(text, "zh-CN", data)).toBe("未能判断 mx.test（域名 mx.test 不存在）");
});
