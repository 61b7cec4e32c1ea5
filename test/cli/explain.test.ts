import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dkimSign } from "mailauth/lib/dkim/sign.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { factsOf } from "../../src/cli/explain-facts.ts";
import { explain as explainFacts, timeOf } from "../../src/cli/explain-text.ts";
import { rawMail } from "../../src/mail/dsn.ts";
import { readMail } from "../../src/mail/mime-parts.ts";
import { type FakeDns, startFakeDns } from "../support/fake-dns.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const bounces = fileURLToPath(new URL("../fixtures/bounces/", import.meta.url));
const result = z.object({
  verdict: z.string(),
  causes: z.array(z.string()),
  text: z.string(),
  toDo: z.array(z.string()),
  answers: z.object({ toRecipient: z.string(), toSender: z.string() }).nullable(),
  bounce: z
    .object({ kind: z.string(), recipients: z.array(z.object({ address: z.string(), causes: z.array(z.string()) })) })
    .nullable(),
  way: z.object({
    totalSeconds: z.number().nullable(),
    hops: z.array(z.object({ skewed: z.boolean(), tls: z.string().nullable() })),
  }),
  today: z.union([
    z.null(),
    z.string(),
    z.object({
      spf: z.object({ result: z.string(), address: z.string() }).optional(),
      dkim: z.array(z.object({ result: z.string(), unsigned: z.number() })),
      dmarc: z.object({ result: z.string(), policy: z.string() }).optional(),
    }),
  ]),
});

async function run(args: readonly string[], { input, lang = "C.UTF-8" }: { input?: Uint8Array; lang?: string } = {}) {
  const child = spawn(process.execPath, [main, "explain", ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, LANG: lang, LC_ALL: "", LC_MESSAGES: "", TZ: "Asia/Shanghai" },
  });
  let out = "";
  let error = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (out += part));
  child.stderr.setEncoding("utf8").on("data", (part: string) => (error += part));
  // Whoever is told too much stops reading.
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  const [code]: unknown[] = await once(child, "close");
  return { code, out, error };
}
const bounce = (name: string): string => join(bounces, `${name}.eml`);

describe("mailvigil explain FILE of a bounce", () => {
  test("one paragraph, who does what, what to answer, and the evidence", async () => {
    const { code, out, error } = await run([bounce("postfix-spamhaus"), "--offline"]);
    expect([code, error]).toEqual([0, ""]);
    const [paragraph = "", empty, act = "", toRecipient = "", toSender = ""] = out.split("\n");
    expect(paragraph).toMatch(
      /^The mail “Quotation 2026-118” to buyer@example\.net came back\. .* is on the block list zen\.spamhaus\.org\. mx\.example\.net said: “554 5\.7\.1 Service unavailable/,
    );
    expect(empty).toBe("");
    expect(act).toMatch(/^What to do \(the sender's mail administrator\): Find out who sends spam/);
    expect(toRecipient).toContain("did not reach the customer, write: Your server refuses ours because of a block list.");
    expect(toSender).toContain("did not reach us, write: Your mail server is on a block list");
    expect(out).toContain("To be taken off zen.spamhaus.org: https://check.spamhaus.org/");
    expect(out).toContain("Message-ID of the mail: <pf-spamhaus@example.com>");
    expect(out).toContain("22 Nov 10:00 UTC+8");
  });

  test("in Chinese, of a form in GBK", async () => {
    const { code, out } = await run([bounce("netease-dt-spm"), "--offline"], { lang: "zh_CN.UTF-8" });
    expect(code).toBe(0);
    expect(out).toMatch(/^发给 buyer@163\.com 的邮件「New offer」被退回。对方的过滤系统把这封邮件判为垃圾邮件。/);
    expect(out).toContain("怎么办（发件人）：");
    expect(out).toContain("依据（时区 UTC+8）");
  });

  test("in Chinese, without a space after a time", async () => {
    const lines = [
      "Received: from out.example.com (out.example.com [198.51.100.7]) by mx.example.net with ESMTPS id 2; Sat, 21 Nov 2026 13:00:00 +0800",
      "Received: from desk (desk [192.0.2.15]) by out.example.com with ESMTPSA id 1; Sat, 21 Nov 2026 10:00:00 +0800",
      "From: Sales <sales@example.com>",
      "Subject: Quotation",
      "Message-ID: <late@example.com>",
      "",
      "Dear Sir,",
    ];
    const { out } = await run(["-", "--offline"], { lang: "zh_CN.UTF-8", input: Buffer.from(lines.join("\r\n")) });
    expect(out).toContain("用了 3 小时才送达。全程 3 小时，其中 3 小时停在 out.example.com，之后才由 mx.example.net 接收");
  });

  test("what the words leave open stays open, and no customer is told what is not known", async () => {
    const { out } = await run([bounce("tencent-ambiguous"), "--json"]);
    const { causes, text, toDo, answers } = result.parse(JSON.parse(out));
    expect(causes).toEqual(["rate-limited", "unknown-mailbox"]);
    expect(text).toContain("do not decide why");
    expect(toDo).toHaveLength(2);
    expect(answers?.toRecipient).toContain("550 Mailbox unavailable or access denined");
    expect(answers?.toSender).not.toMatch(/does not exist|put your mail off/);
  });

  test("from standard input, forwarded as an attachment", async () => {
    const inner = readFileSync(bounce("qmail-mailbox-full"));
    const head =
      "From: boss@example.com\r\nTo: it@example.com\r\nSubject: Fwd\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: message/rfc822\r\n\r\n";
    const { code, out } = await run(["-", "--json"], {
      input: Buffer.concat([Buffer.from(head), inner, Buffer.from("\r\n--m--\r\n")]),
    });
    expect(code).toBe(0);
    expect(result.parse(JSON.parse(out))).toMatchObject({ verdict: "returned", causes: ["mailbox-full"] });
  });

  test("a refusal for want of proof is held against the DNS of today", async () => {
    await using dns = await startFakeDns({
      "example.com": { TXT: [["v=spf1 ip4:198.51.100.7 -all"]] },
      "_dmarc.example.com": { TXT: [["v=DMARC1; p=reject"]] },
    });
    const { out } = await run([bounce("postfix-gmail-auth"), "--json", "--dns", dns.server]);
    const { today, text } = result.parse(JSON.parse(out));
    expect(today).toMatchObject({ spf: { result: "pass", address: "198.51.100.7" }, dkim: [] });
    expect(text).toContain("By the DNS of today: SPF pass (example.com 198.51.100.7), no DKIM signature");
    expect(dns.calls.length).toBeLessThan(40);
  });

  test("a full mailbox is no reason to ask DNS", async () => {
    await using dns = await startFakeDns({});
    const { out } = await run([bounce("exchange-quota"), "--json", "--dns", dns.server]);
    expect(result.parse(JSON.parse(out)).today).toBeNull();
    expect(dns.calls).toEqual([]);
  });
});

describe("mailvigil explain FILE of a mail that arrived", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const network = ["--public", "198.51.100.0/24"];
  let dns: FakeDns;
  beforeAll(async () => {
    dns = await startFakeDns({
      "example.com": { TXT: [["v=spf1 ip4:198.51.100.7 -all"]] },
      "_dmarc.example.com": { TXT: [["v=DMARC1; p=quarantine"]] },
      "s1._domainkey.example.com": { TXT: [[`v=DKIM1; k=rsa; p=${key.slice(0, 200)}`, key.slice(200)]] },
      "example.net": { MX: [{ priority: 10, exchange: "mx.example.net" }] },
    });
  });
  afterAll(async () => dns.close());

  const written = [
    "From: Sales <sales@example.com>",
    "To: buyer@example.net",
    "Subject: Quotation",
    "Date: Sun, 22 Nov 2026 10:00:00 +0800",
    "Message-ID: <late@example.com>",
    "",
    "Dear Sir,",
    "",
  ].join("\r\n");
  async function signed(maxBodyLength?: number): Promise<string> {
    const one = {
      signingDomain: "example.com",
      selector: "s1",
      privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      ...(maxBodyLength === undefined ? {} : { maxBodyLength }),
    };
    const signTime = new Date("2026-11-22T02:00:00Z");
    const { signatures } = await dkimSign(written, { ...one, algorithm: "rsa-sha256", signTime, signatureData: [one] });
    return `${signatures}${written}`;
  }
  const receivedAt = (time: string, address = "198.51.100.7"): string =>
    [
      "Return-Path: <sales@example.com>",
      `Received: from mx.example.net (mx.example.net [203.0.113.25]) by store.example.net with LMTP id 3; Sun, 22 Nov 2026 ${time}:03 +0800`,
      `Received: from out.example.com (out.example.com [${address}]) (using TLSv1.3) by mx.example.net (Postfix) with ESMTPS id 2; Sun, 22 Nov 2026 ${time}:02 +0800`,
      "Received: from desk (desk [192.0.2.15]) by out.example.com with ESMTPSA id 1; Sun, 22 Nov 2026 10:00:01 +0800",
      "",
    ].join("\r\n");
  const told = async (mail: string, ...args: readonly string[]) => {
    const { code, out, error } = await run(["-", "--json", "--dns", dns.server, ...network, ...args], {
      input: Buffer.from(mail),
    });
    expect([code, error]).toEqual([0, ""]);
    return result.parse(JSON.parse(out));
  };

  test("late: where it waited, and what it proves today", async () => {
    const { verdict, text, toDo, way, today } = await told(receivedAt("10:47") + (await signed()));
    expect(verdict).toBe("slow");
    expect(way).toMatchObject({ totalSeconds: 2822, hops: [{ tls: "TLS" }, { tls: "TLS 1.3" }, { skewed: false }] });
    expect(text).toContain("took 47 min");
    expect(text).toContain("it waited 47 min at out.example.com until mx.example.net took it");
    expect(today).toMatchObject({
      spf: { result: "pass", address: "198.51.100.7" },
      dkim: [{ result: "pass" }],
      dmarc: { result: "pass" },
    });
    expect(toDo.join()).toContain("<late@example.com>");
  });

  test("a wrong clock makes no delay", async () => {
    const { verdict, text } = await told(receivedAt("10:00").replace("10:00:02", "12:00:02") + (await signed()));
    expect(verdict).toBe("fine");
    expect(text).toContain("passed 3 servers in 2 s");
    expect(text).toContain("The clock of mx.example.net is wrong");
  });

  test("junk: marked, and unproven then; mended today", async () => {
    const found =
      "Authentication-Results: mx.example.net; spf=fail smtp.mailfrom=example.com; dkim=none; dmarc=fail header.from=example.com\r\nX-Spam-Status: Yes, score=9.1 required=5.0\r\n";
    const { verdict, causes, text } = await told(found + receivedAt("10:00") + (await signed()));
    expect([verdict, causes]).toEqual(["junk", ["authentication", "content"]]);
    expect(text).toContain("was marked as spam on the way: SpamAssassin (Yes score=9.1 required=5.0)");
    expect(text).toContain("mx.example.net found SPF fail (example.com), DKIM none, DMARC fail (example.com)");
    expect(text).toContain("So it has been mended since.");
  });

  test("what is not covered by a signature proves nothing", async () => {
    const { text, today } = await told(`${receivedAt("10:00", "198.51.100.8")}${await signed(5)}Pay to another account.\r\n`);
    expect(today).toMatchObject({ spf: { result: "fail" }, dkim: [{ result: "pass", unsigned: expect.any(Number) }] });
    expect(text).toMatch(/The signature of example\.com leaves out \d+ octets .* proves nothing/);
    expect(text).not.toContain("mended");
  });

  test("saved with line feeds alone a signature still holds; a changed body is said to be", async () => {
    const mail = receivedAt("10:00") + (await signed());
    expect((await told(mail.replaceAll("\r\n", "\n"))).today).toMatchObject({ dkim: [{ result: "pass" }] });
    expect((await told(mail.replace("Dear", "Deer"))).text).toContain("The body is not what example.com signed");
  });

  test("DNS that does not answer makes today unknown, and nothing else", async () => {
    await using dead = await startFakeDns({}, { misbehave: () => "REFUSED" });
    const { out } = await run(["-", "--json", "--dns", dead.server], { input: Buffer.from(receivedAt("10:47") + written) });
    expect(result.parse(JSON.parse(out))).toMatchObject({
      verdict: "slow",
      today: "no-dns",
      text: expect.stringContaining("DNS did not answer from here"),
    });
  });

  test("a mail with a thousand signatures is not checked", async () => {
    const { today, text } = await told(
      `${"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; h=from; l=1; bh=x; b=x\r\n".repeat(150)}${receivedAt("10:00")}${written}`,
    );
    expect(today).toBe("too-much");
    expect(text).toContain("more signatures or a longer header than any real mail");
  });
});

describe("mailvigil explain: what is no mail", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mailvigil-explain-"));
    await writeFile(join(folder, "notes.txt"), "Call the customer: tomorrow\n\nSubject matter is unclear.\n");
    await writeFile(join(folder, "mail.msg"), Buffer.from("d0cf11e0a1b11ae1000000000000", "hex"));
    await writeFile(join(folder, "empty.eml"), "");
    await writeFile(
      join(folder, "large.eml"),
      Buffer.concat([Buffer.from("From: a@example.com\r\nSubject: x\r\n\r\n"), Buffer.alloc(25 * 1024 * 1024, 65)]),
    );
  });
  afterAll(async () => rm(folder, { recursive: true, force: true }));

  const cases = [
    ["notes.txt", /notes\.txt is no mail: .*save as \.eml/, /notes\.txt 不是邮件/],
    ["mail.msg", /Outlook \.msg/, /Outlook 的 \.msg/],
    ["empty.eml", /empty\.eml is empty/, /empty\.eml 是空的/],
    ["large.eml", /large\.eml is larger than 25 MiB/, /large\.eml 超过 25 MiB/],
    ["missing.eml", /missing\.eml: there is no such file/, /missing\.eml：没有这个文件/],
    [".", /is a folder; name one saved mail/, /是文件夹/],
  ] as const;
  test.each(cases)("%s: said with the remedy in both languages, exit 64", async (name, en, zh) => {
    const path = join(folder, name);
    for (const [lang, wanted] of [
      ["C.UTF-8", en],
      ["zh_CN.UTF-8", zh],
    ] as const) {
      const { code, out, error } = await run([path], { lang });
      expect([code, out]).toEqual([64, ""]);
      expect(error).toMatch(wanted);
    }
  });

  test("without a file: exit 64, and the argument is named", async () => {
    const { code, error } = await run([]);
    expect(code).toBe(64);
    expect(error).toContain("missing required argument 'file'");
  });

  test("more than 25 MiB on standard input", async () => {
    const { code, error } = await run(["-"], { input: Buffer.alloc(26 * 1024 * 1024, 65) });
    expect(code).toBe(64);
    expect(error).toContain("- is larger than 25 MiB");
  });
});

describe("timeOf()", () => {
  test.each([0, 1, 2, 3, 40])("tells the day of what is %i days old", (days) => {
    const now = Date.UTC(2026, 10, 23, 4);
    const day = days === 40 ? "14 Oct" : `${23 - days} Nov`;
    const at = now - days * 86_400_000;
    expect(timeOf(at, { timezone: "UTC", language: "en", now })).toBe(`${day} 04:00 UTC`);
  });
});

describe("the corpus in both languages", () => {
  const names = readdirSync(bounces).filter((name) => name.endsWith(".eml"));
  test.each(names)("%s is told without a gap", async (name) => {
    const source = readFileSync(join(bounces, name));
    const facts = await factsOf(source, readMail(rawMail(source)), undefined);
    for (const language of ["en", "zh-CN"] as const) {
      const { paragraph, toDo, answers } = explainFacts(facts, {
        language,
        timezone: "Asia/Shanghai",
        now: Date.UTC(2026, 10, 23),
      });
      const texts = [paragraph, ...toDo, ...(answers ? [answers.toRecipient, answers.toSender] : [])];
      expect(texts.filter((text) => text === "" || /\{[a-zA-Z]+\}|undefined|NaN/.test(text))).toEqual([]);
      expect(paragraph.length).toBeLessThan(1_500);
    }
  });
});
