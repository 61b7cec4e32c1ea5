import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createAuthority } from "../support/certificates.ts";
import { startFakeDns } from "../support/fake-dns.ts";
import { type RecordingSmtp, startRecordingSmtp } from "../support/recording-smtp.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const at = { dns: "127.0.111.53", mail: "127.0.111.25" } as const;
const running = new AsyncDisposableStack();
/** Takes whatever it is told, as an open relay does: nothing but the product's own restraint keeps it from naming recipients. */
let relay: RecordingSmtp;

beforeAll(async () => {
  const identity = await (await createAuthority("Test Root")).issue({ names: ["mx.shop.test"] });
  relay = running.use(await startRecordingSmtp({ address: at.mail, identity, name: "mx.shop.test", takes: () => true }));
  const zone = {
    "shop.test": {
      SOA: ["ns.shop.test h.shop.test 1 7200 3600 1209600 300"],
      NS: ["ns.shop.test"],
      MX: ["10 mx.shop.test"],
      TXT: ["v=spf1 mx -all"],
    },
    "ns.shop.test": { A: [at.dns] },
    "mx.shop.test": { A: [at.mail] },
    "_dmarc.shop.test": { TXT: ["v=DMARC1; p=reject; rua=mailto:reports@shop.test"] },
    "_mta-sts.shop.test": { TXT: ["v=STSv1; id=1"] },
  };
  running.use(await startFakeDns(zone, { address: at.dns, port: 53, authoritative: true }));
});
afterAll(() => running.disposeAsync());

const rowSchema = z.object({ check: z.string(), findings: z.array(z.object({ code: z.string() })) });

/** What `mailvigil audit shop.test` says, and what the mail server was told meanwhile. */
async function audit(...more: readonly string[]) {
  const before = { connections: relay.connections(), senders: relay.senders.length, recipients: relay.recipients.length };
  const given = ["audit", "shop.test", "--json", "--dns", at.dns, "--public", "127.0.0.0/8", "--sends-from", at.mail, ...more];
  const out = await new Promise<string>((resolve) => {
    execFile(process.execPath, [main, ...given], { timeout: 60_000, maxBuffer: 16 * 1024 * 1024 }, (_error, stdout) =>
      resolve(stdout),
    );
  });
  const rows = z.array(rowSchema).parse(JSON.parse(out));
  return {
    codes: rows.find(({ check }) => check === "smtp-mx")?.findings.map(({ code }) => code) ?? [],
    connections: relay.connections() - before.connections,
    senders: relay.senders.slice(before.senders),
    recipients: relay.recipients.slice(before.recipients),
  };
}

describe("mailvigil audit at a mail server that takes any recipient", () => {
  test("names no sender and no recipient without --relay-test", async () => {
    const { codes, connections, senders, recipients } = await audit();
    expect([senders, recipients]).toEqual([[], []]);
    expect(connections).toBeGreaterThan(0);
    expect(codes).not.toContain("open-relay");
  });

  test("names one outside and one that cannot exist with it, and tells what became of them", async () => {
    const { codes, senders, recipients } = await audit("--relay-test");
    expect(codes).toEqual(expect.arrayContaining(["open-relay", "unknown-user-taken"]));
    expect(senders).toEqual(["", "postmaster@shop.test"]);
    const outside = recipients.filter((address) => address.endsWith("@example.net"));
    const inside = recipients.filter((address) => /^mailvigil-[0-9a-f]{12}@shop\.test$/.test(address));
    expect([recipients.length, outside.length, inside.length]).toEqual([3, 2, 1]);
  });
});
