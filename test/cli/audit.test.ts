import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { createAuthority } from "../support/certificates.ts";
import { startFakeDns, type FakeDns } from "../support/fake-dns.ts";
import { type LineClient, type LineServer, startLineServer } from "../support/line-server.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const address = "127.0.74.1";
const alive = "127.0.74.2";
const row = z.object({
  probe: z.string(),
  check: z.string(),
  status: z.enum(["ok", "warning", "critical", "unknown"]),
  findings: z.array(z.object({ code: z.string(), text: z.string(), advice: z.string() })),
  evidence: z.array(z.string()),
});

describe("mailvigil audit", () => {
  let dns: FakeDns;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mailvigil-audit-"));
    const ns = { NS: ["ns.good.test"] };
    dns = await startFakeDns(
      {
        "good.test": { ...ns, MX: [{ priority: 10, exchange: "mx.good.test" }], TXT: [["v=spf1 mx -all"]] },
        "mx.good.test": { A: [address] },
        "_dmarc.good.test": { TXT: [["v=DMARC1; p=reject; rua=mailto:dmarc@good.test"]] },
        "ns.good.test": { A: [address] },
        "hosted.test": { ...ns, MX: ["5 mxbiz1.qq.com", "10 mxbiz2.qq.com"] },
        "painted.test": { ...ns, MX: ["5 \u001b[31m.mxbiz1.qq.com"] },
        "alive.test": { ...ns, MX: ["10 mx.alive.test"] },
        "mx.alive.test": { A: [alive] },
        "announced.test": { ...ns, MX: ["10 mx.good.test"] },
        "_imaps._tcp.announced.test": { SRV: ["0 1 993 imap.announced.test"] },
        "_pop3s._tcp.announced.test": { SRV: ["0 1 995 other.announced.test"] },
        "_submissions._tcp.announced.test": { SRV: ["0 1 465 imap.announced.test"] },
        "_submission._tcp.announced.test": { SRV: ["0 1 587 inside.announced.test"] },
        "imap.announced.test": { A: [alive] },
        "other.announced.test": { A: [alive] },
        "inside.announced.test": { A: ["10.9.9.9"] },
        "open.test": { NS: ["ns.good.test"], MX: [{ priority: 10, exchange: "mx.good.test" }], TXT: [["v=spf1 +all"]] },
      },
      { address, port: 53, authoritative: true },
    );
  });
  afterAll(async () => {
    await dns.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function audit(...args: readonly string[]): Promise<{ code: unknown; out: string; error: string }> {
    const child = spawn(process.execPath, [main, "audit", "--dns", address, "--public", `${address}/32`, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, LANG: "C.UTF-8", LC_ALL: "", LC_MESSAGES: "" },
    });
    let out = "";
    let error = "";
    child.stdout.on("data", (part: Buffer) => (out += part.toString()));
    child.stderr.on("data", (part: Buffer) => (error += part.toString()));
    const [code]: unknown[] = await once(child, "close");
    return { code, out, error };
  }

  test("--json is an array like that of check, one element a check, and only that is on standard output", async () => {
    const { out, error } = await audit("open.test", "--json");
    const rows = z.array(row).parse(JSON.parse(out));
    expect(rows.find(({ check }) => check === "dns-spf")?.status).toBe("critical");
    expect(rows.map(({ check }) => check)).toContain("dns-dmarc");
    expect(rows.filter(({ probe }) => probe.startsWith("monitor/"))).toEqual([]);
    expect(error).toContain("dns-spf");
  });

  test("tells the worst first, with what to do, and exits by the worst", async () => {
    const { code, out } = await audit("open.test");
    expect(code).toBe(2);
    expect(out).toMatch(/^open\.test: mail is lost, refused or can be forged/);
    expect(out.indexOf("[dns-spf]")).toBeLessThan(out.indexOf("[dns-dmarc]"));
    expect(out.indexOf("[dns-dmarc]")).toBeLessThan(out.indexOf("[dns-dkim]"));
    expect(out.indexOf("[dns-dkim]")).toBeLessThan(out.indexOf("Not judged:"));
    expect(out).toMatch(/^ {3}→ .*:\n\n {9}_dmarc\.open\.test\. TXT "v=DMARC1; [^\n]*"\n\n/m);
  });

  test("recognises the provider", async () => {
    expect((await audit("hosted.test")).out.split("\n")[1]).toBe("Its mail is at Tencent Exmail (MX mxbiz1.qq.com).");
    expect((await audit("open.test")).out).not.toContain("Its mail is at");
    const painted = (await audit("painted.test")).out;
    expect(painted).not.toContain("Its mail is at");
    expect(painted).not.toContain("\u001b");
  });

  test("several domains are a line each, also from a file", async () => {
    const list = join(folder, "domains");
    await writeFile(list, "# ours\ngood.test\nopen.test # theirs\n");
    const { out } = await audit("--file", list);
    expect(out.trim().split("\n")).toHaveLength(4);
    expect(out).toMatch(/^\S+ +good\.test/m);
    expect(out).toMatch(/^critical +open\.test/m);
  });

  test("--markdown can be forwarded", async () => {
    const { out } = await audit("open.test", "--markdown");
    expect(out).toMatch(/^# open\.test\n/);
    expect(out).toMatch(/^\d+\. \*\*critical\*\* .*`dns-spf`/m);
    expect(out).toMatch(/^ {3}```\n {3}_dmarc\.open\.test\. TXT "v=DMARC1; [^\n]*"\n {3}```$/m);
  });

  test("port 25 that was not proven open blames nobody", async () => {
    const rows = z.array(row).parse(JSON.parse((await audit("good.test", "--json")).out));
    const smtp = rows.find(({ check }) => check === "smtp-mx");
    expect(smtp?.status).toBe("unknown");
    expect(smtp?.findings[0]?.code).toBe("own-side-unproven");
  });

  async function greetingServer(port = 0): Promise<LineServer> {
    const greet = async (client: LineClient): Promise<void> => {
      client.send("220 mx.alive.test ESMTP");
      client.end();
    };
    const server = await startLineServer(greet, { host: alive, port });
    onTestFinished(() => server.close());
    return server;
  }

  const mailServersOf = (out: string, domain: string) => {
    const found = z
      .array(row)
      .parse(JSON.parse(out))
      .find(({ probe }) => probe === `${domain}/smtp-mx`);
    return [found?.status, found?.findings[0]?.code];
  };

  test("port 25 is proven open by a mail server of any domain of the run, whichever is looked at first", async () => {
    const server = await greetingServer(25);
    for (const order of [
      ["good.test", "alive.test"],
      ["alive.test", "good.test"],
    ]) {
      const { out } = await audit(...order, "--json", "--public", `${server.host}/32`);
      expect(mailServersOf(out, "good.test")).toEqual(["critical", "mx-unreachable"]);
    }
  });

  test("--port25-control proves port 25 open by a host that greets, once for all domains", async () => {
    const server = await greetingServer();
    const control = ["--public", `${server.host}/32`, "--port25-control", `${server.host}:${server.port}`];
    const { out } = await audit("good.test", "open.test", "--json", ...control);
    expect(mailServersOf(out, "good.test")).toEqual(["critical", "mx-unreachable"]);
    expect(mailServersOf(out, "open.test")).toEqual(["critical", "mx-unreachable"]);
    expect(server.clients().all).toBe(1);
    const shut = await audit("good.test", "--json", "--port25-control", `${address}:1`);
    expect(mailServersOf(shut.out, "good.test")).toEqual(["unknown", "own-side-unproven"]);
  });

  test("looks at the certificates of the servers that a domain announces to mail programs", async () => {
    const authority = await createAuthority();
    const certificate = await authority.issue({ names: ["imap.announced.test"] });
    for (const port of [993, 995]) {
      const server = await startLineServer(() => Promise.resolve(), { host: alive, port, implicit: true, certificate });
      onTestFinished(() => server.close());
    }
    const ca = join(folder, "ca.pem");
    await writeFile(ca, authority.certPem);
    const given = ["announced.test", "--public", `${alive}/32`, "--ca", ca];
    const { out, error } = await audit(...given, "--json");
    const rows = z.array(row).parse(JSON.parse(out));
    const looks = rows.filter(({ check }) => check === "tls-certificate");
    expect(looks.map(({ probe, status, findings }) => [probe, status, findings[0]?.code])).toEqual([
      ["imap.announced.test:993/tls-certificate", "ok", undefined],
      ["other.announced.test:995/tls-certificate", "critical", "certificate-wrong-host"],
      ["imap.announced.test:465/tls-certificate", "unknown", "certificate-not-seen"],
      ["inside.announced.test:587/tls-certificate", "unknown", "certificate-not-seen"],
    ]);
    expect(looks[3]?.findings[0]?.text).toContain("10.9.9.9");
    expect(error.trim().split("\n").at(-1)).toContain(`${rows.length} of ${rows.length}`);

    const report = (await audit(...given)).out;
    expect(report).toMatch(/^\d+\. critical {2}.*other\.announced\.test.*\[tls-certificate\]$/m);
    expect(report).toMatch(/^In order: .*Certificate \(imap\.announced\.test:993\)/m);
    expect(report).toMatch(/^ {2}- Certificate: .*imap\.announced\.test.*127\.0\.74\.2:465/m);
    expect(report).not.toContain("Certificate (other");
    const none = await audit("good.test", "--json");
    expect(none.out).not.toContain("tls-certificate");
  });

  test("what is no domain, and no domain at all, is wrong usage", async () => {
    expect(await audit("not a domain")).toMatchObject({ code: 64, out: "" });
    expect(await audit()).toMatchObject({ code: 64, out: "" });
  });
});
