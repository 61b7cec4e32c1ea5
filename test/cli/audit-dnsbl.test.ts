import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type FakeDns, startFakeDns } from "../support/fake-dns.ts";
import type { Zone } from "../support/zone.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const address = "127.0.74.14";
const sender = address;
const row = z.object({
  check: z.string(),
  status: z.string(),
  findings: z.array(
    z.object({ code: z.string(), severity: z.string(), text: z.string(), data: z.record(z.string(), z.unknown()) }),
  ),
});

/** A list of addresses with its test entry (RFC 5782 section 5), and what it says of our sender. */
const list = (zone: string, code: string | undefined, entry = "127.0.0.2"): Zone => ({
  [`2.0.0.127.${zone}`]: { A: [entry] },
  ...(code === undefined ? {} : { [`14.74.0.127.${zone}`]: { A: [code], TXT: ["why not"] } }),
});

let dns: FakeDns;
beforeAll(async () => {
  dns = await startFakeDns(
    {
      "example.test": { NS: ["ns.example.test"], TXT: [["v=spf1 -all"]] },
      "ns.example.test": { A: [address] },
      ...list("clean.test", undefined),
      ...list("usual.test", "127.0.0.2"),
      ...list("odd.test", "127.77.66.55"),
      ...list("loopback.test", "127.0.0.1"),
      ...list("refuses.test", "127.255.255.254", "127.255.255.254"),
      ...list("refuses-ours.test", "127.255.255.255"),
      ...list("foreign.test", "203.0.113.99", "203.0.113.99"),
      "14.74.0.127.untested.test": { A: ["127.0.0.2"] },
      "1.0.0.127.everything.test": { A: ["127.0.0.2"] },
      ...list("everything.test", "127.0.0.2"),
      "2.0.0.127.broken.test": "SERVFAIL",
      "1.0.0.127.broken.test": "SERVFAIL",
    },
    { address, port: 53, authoritative: true },
  );
});
afterAll(() => dns.close());

async function audited(...zones: readonly string[]) {
  const named = zones.flatMap((zone) => ["--dnsbl", zone]);
  const args = [
    main,
    "audit",
    "example.test",
    "--json",
    "--dns",
    address,
    "--sends-from",
    sender,
    "--public",
    `${address}/32`,
    ...named,
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, LANG: "C.UTF-8" } });
  let out = "";
  child.stdout.on("data", (part: Buffer) => (out += part.toString()));
  await once(child, "close");
  const rows = z.array(row).parse(JSON.parse(out));
  const found = rows.find(({ check }) => check === "dnsbl-listing");
  return {
    status: found?.status,
    findings: (found?.findings ?? []).map(({ code, severity, data }) => ({
      code,
      severity,
      list: data["list"] ?? data["lists"],
    })),
  };
}

const ill = (zone: string) => ({ code: "list-ill", severity: "warning", list: zone });

test("any answer of a named list but a refusal is a listing, at once and critical", async () => {
  const { status, findings } = await audited("clean.test", "usual.test", "odd.test");
  expect(status).toBe("critical");
  expect(findings).toContainEqual({
    code: "address-listed",
    severity: "critical",
    list: "usual.test (listed), odd.test (listed)",
  });
  expect(findings.filter(({ severity }) => severity === "warning")).toEqual([]);
});

test("127.0.0.1 and 127.255.255.0/24 are no listing, and a warning about the list", async () => {
  const { status, findings } = await audited("loopback.test", "refuses.test", "refuses-ours.test");
  expect(status).toBe("warning");
  expect(findings).toEqual(expect.arrayContaining([ill("loopback.test"), ill("refuses.test"), ill("refuses-ours.test")]));
  expect(findings.map(({ code }) => code)).not.toContain("address-listed");
});

test("a named list that is ill is a warning and never a listing: foreign answers, no test entry, everything listed, no answer", async () => {
  const zones = ["foreign.test", "untested.test", "everything.test", "broken.test"];
  const { status, findings } = await audited(...zones);
  expect(status).toBe("warning");
  expect(findings).toEqual(expect.arrayContaining(zones.map(ill)));
  expect(findings.map(({ code }) => code)).not.toContain("address-listed");
});

test("built-in lists that fail their self-test are left out with an info line, and a list that is named beside them is asked", async () => {
  const { status, findings } = await audited("clean.test");
  expect(status).toBe("ok");
  expect(findings).toEqual([{ code: "lists-left-out", severity: "info", list: expect.stringContaining("zen.spamhaus.org") }]);
  expect(dns.calls).toContain("A 14.74.0.127.clean.test");
  // The sender is an IPv4 address: neither the tests of domains nor those of IPv6 are asked for.
  expect(dns.calls.filter((call) => /^A (test|invalid|\S+\.f\.f\.f\.f\.0\S*)\.clean\.test/.test(call))).toEqual([]);
});
