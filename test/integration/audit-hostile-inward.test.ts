import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { outside } from "../support/inward-zones.ts";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../support/inward-audit.ts", import.meta.url));

/** Every address is one of this machine, and what is sent is written down: TCP by its first packet, UDP unless a server answers. */
const recorder = [
  "set -e",
  "ip link set lo up",
  "ip route add local 0.0.0.0/0 dev lo",
  "ip -6 route add local ::/0 dev lo",
  "nft add table inet recorder",
  ...[4, 6].map(
    (v) => `nft 'add set inet recorder seen${v} { type ipv${v}_addr . inet_proto . inet_service; flags dynamic; size 65535; }'`,
  ),
  "nft 'add chain inet recorder out { type filter hook output priority 0; }'",
  "nft 'add rule inet recorder out udp sport { 53, 5300 } accept'",
  "nft 'add rule inet recorder out meta l4proto tcp tcp flags & (syn|ack) != syn accept'",
  "nft 'add rule inet recorder out meta nfproto ipv4 meta l4proto { tcp, udp } update @seen4 { ip daddr . meta l4proto . th dport }'",
  "nft 'add rule inet recorder out meta nfproto ipv6 meta l4proto { tcp, udp } update @seen6 { ip6 daddr . meta l4proto . th dport }'",
  'exec "$0" "$@"',
].join("\n");

const concat = z.object({ concat: z.tuple([z.string(), z.string(), z.number()]) });
const element = z.union([concat, z.object({ elem: concat }).transform(({ elem }) => elem)]);
const saidSchema = z.object({
  rows: z.array(z.object({ probe: z.string(), status: z.string() })),
  asked: z.array(z.string()),
  recorder: z.object({ nftables: z.array(z.object({ set: z.object({ elem: z.array(element).default([]) }).optional() })) }),
});

/** Audits in a network of its own (root is needed); what it sent, as `10.0.0.25 tcp 25`. */
async function auditInNetwork(...args: readonly string[]) {
  const command = ["--net", "sh", "-c", recorder, process.execPath, program, ...args];
  const { stdout } = await run("unshare", command, { timeout: 60_000, maxBuffer: 64 * 1024 * 1024 });
  const { rows, asked, recorder: table } = saidSchema.parse(JSON.parse(stdout));
  const sent = table.nftables.flatMap(({ set }) => set?.elem ?? []).map(({ concat: to }) => to.join(" "));
  return { rows, asked, sent: sent.toSorted() };
}

const usual = [`${outside.resolver} udp 5300`, `${outside.nameServer} udp 53`, `${outside.web} tcp 443`, `${outside.web} tcp 80`];

describe("mailvigil audit of domains that lead inwards by every record", () => {
  test("sends nothing but to its resolver and to public addresses", async () => {
    const { rows, asked, sent } = await auditInNetwork();
    expect(sent).toEqual(usual.toSorted());
    expect(rows.length).toBeGreaterThan(3 * 12);
    // It did get as far as the servers that would have led it inwards.
    expect(asked.join("\n")).toMatch(
      /autoconfig\.turns\.com.*[^]*mta-sts\.turns\.com|mta-sts\.turns\.com.*[^]*autoconfig\.turns\.com/,
    );
    expect(asked.filter((line) => line.startsWith("rdap.verisign.com"))).toHaveLength(2);
  });

  test("goes everywhere there with --public, so that the recorder sees what there is to see", async () => {
    const ranges = ["127.0.0.0/8", "10.0.0.0/8", "169.254.0.0/16", "::1/128", "fd00::/8"];
    const { sent } = await auditInNetwork(...ranges.flatMap((range) => ["--public", range]));
    const ways: Readonly<Record<string, readonly string[]>> = {
      "name servers": ["10.0.0.25 udp 53", "127.9.9.9 udp 53", "169.254.1.1 udp 53"],
      "mail servers": ["10.0.0.25 tcp 25", "127.0.0.1 tcp 25", "::1 tcp 25", "fd00::25 tcp 25", "64:ff9b::a00:1b tcp 25"],
      "policy and autoconfiguration": ["10.0.0.25 tcp 443", "10.0.0.25 tcp 80"],
      "servers of mail programs": ["10.0.0.25 tcp 993", "169.254.1.1 tcp 465"],
      "where RDAP redirects to": ["10.0.0.43 tcp 443"],
      "the registrar that RDAP names": ["10.0.0.44 tcp 443"],
      WHOIS: ["10.0.0.45 tcp 43", "::1 tcp 43"],
      "the list of registries": ["10.0.0.46 tcp 443"],
      "Mozilla's directory": ["10.0.0.47 tcp 443"],
      "logos and certificates at literal addresses": ["10.8.0.1 tcp 443", "10.8.0.2 tcp 443", "64:ff9b::a08:3 tcp 443"],
    };
    for (const [way, addresses] of Object.entries(ways)) {
      expect(
        addresses.filter((address) => !sent.includes(address)),
        way,
      ).toEqual([]);
    }
    // No range opens the metadata services, and the others were not named.
    const never = /^(169\.254\.169\.254|100\.|192\.168\.|172\.|0\.|224\.|168\.63\.|::ffff|::7f00|fe80|fec0|fd00:ec2|2002)/;
    expect(sent.filter((line) => never.test(line))).toEqual([]);
  });
});
