import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startFakeDns, type FakeDns } from "../support/fake-dns.ts";
import { englishLeft } from "../support/english-left.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const address = "127.0.83.1";
const ns = { NS: ["ns.acme.test"] };

let dns: FakeDns;
beforeAll(async () => {
  dns = await startFakeDns(
    {
      "acme.test": { ...ns, MX: ["10 mx.acme.test", "20 mx.gone.test"], TXT: ["v=spf1 mx ip4:10.0.0.9 include:gone.test ~all"] },
      "mx.acme.test": { A: [address] },
      "_dmarc.acme.test": { TXT: ["v=DMARC1; p=none; rua=mailto:d@reports.gone.test"] },
      "_mta-sts.acme.test": { TXT: ["v=STSv1; id=1;"] },
      "mta-sts.acme.test": { A: [address] },
      "_smtp._tls.acme.test": "SERVFAIL",
      "mail._domainkey.acme.test": { TXT: ["v=DKIM1; k=rsa; p=abc"] },
      "ns.acme.test": { A: [address] },
      "dark.test": "REFUSED",
    },
    { address, port: 53, authoritative: true },
  );
});
afterAll(() => dns.close());

/** The engine, the network and the report together: no test of one check sees what is said here. */
test.each(["acme.test", "dark.test"])(
  "mailvigil audit %s tells a Chinese reader no English",
  async (domain) => {
    const child = spawn(process.execPath, [main, "audit", "--dns", address, "--public", "127.0.83.0/24", domain], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, LANG: "zh_CN.UTF-8", LC_ALL: "", LC_MESSAGES: "" },
    });
    let out = "";
    let error = "";
    child.stdout.on("data", (part: Buffer) => (out += part.toString()));
    child.stderr.on("data", (part: Buffer) => (error += part.toString()));
    await once(child, "close");
    const lines = [...out.split("\n"), ...error.split("\n")];
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.filter((line) => englishLeft(line) !== undefined)).toEqual([]);
  },
  60_000,
);
