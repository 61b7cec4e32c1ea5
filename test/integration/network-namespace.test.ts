import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../support/login-once.ts", import.meta.url));

interface Said {
  readonly status: string;
  readonly findings: readonly { readonly code: string; readonly data: { readonly phase: string; readonly reason: string } }[];
}

/** Runs `imap-login` in a network of its own, after these commands. Needs root. */
async function inNetwork(commands: readonly string[], address: string): Promise<Said> {
  const script = ["set -e", "ip link set lo up", ...commands, `exec "$0" "$1" --address ${address}`].join("\n");
  const { stdout } = await run("unshare", ["--net", "sh", "-c", script, process.execPath, program], { timeout: 30_000 });
  const said: Said = JSON.parse(stdout);
  return said;
}

const filter = (action: string): readonly string[] => [
  "nft add table inet t",
  "nft 'add chain inet t in { type filter hook input priority 0; }'",
  `nft add rule inet t in tcp dport 993 ${action}`,
];

describe("imap-login in a network of its own", () => {
  test("blames nobody where our own machine has no route", async () => {
    const { status, findings } = await inNetwork([], "198.51.100.1");
    expect([status, findings.map(({ code, data }) => `${data.phase}: ${code}`)]).toEqual(["unknown", ["connect: no-route"]]);
    expect(findings[0]?.data.reason).toContain("ENETUNREACH");
  });

  test("finds that packets are dropped", async () => {
    const { status, findings } = await inNetwork(filter("drop"), "127.0.0.1");
    expect([status, findings.map(({ code, data }) => `${data.phase}: ${code}`)]).toEqual([
      "critical",
      ["connect: connect-timeout"],
    ]);
  });

  test("finds that a router knows no such machine", async () => {
    const { status, findings } = await inNetwork(filter("reject with icmp type host-unreachable"), "127.0.0.1");
    expect([status, findings.map(({ code, data }) => `${data.phase}: ${code}`)]).toEqual([
      "critical",
      ["connect: host-unreachable"],
    ]);
    expect(findings[0]?.data.reason).toContain("EHOSTUNREACH");
  });
});
