import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { assertFree, startServerProcess, untilServing } from "./server-process.ts";

/**
 * - `secure`: signed for 30 days, with a DS record in the root.
 * - `ending`: the same, signed 29 days ago.
 * - `expired`: the same, and the signatures ended five days ago.
 * - `wrong-ds`: signed, with the DS record of another key.
 * - `no-denial`: signed, and what is not there is denied without proof.
 * - `island`: signed, without a DS record.
 * - `insecure`: not signed.
 */
type Signing = "secure" | "ending" | "expired" | "wrong-ds" | "no-denial" | "island" | "insecure";

export interface SignedZone {
  readonly signing: Signing;
  /** As in a zone file, names relative to the zone; SOA and NS are there already. */
  readonly records: readonly string[];
}

export interface SignedDnsOptions {
  /** `127.x.y.z`: the name server of the root and of all zones, port 53. */
  readonly authority: string;
  /** `127.x.y.z`: the validating resolver, port 53. It trusts the root's key. */
  readonly resolver: string;
  /** Of two labels each, such as `secure.test`. */
  readonly zones: Readonly<Record<string, SignedZone>>;
}

export interface SignedDns {
  readonly resolver: string;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const algorithm = "ECDSAP256SHA256";
const day = 86_400;
/** From when to when the signatures hold, seconds from now. */
const periods: Readonly<Record<Signing, readonly [from: number, to: number] | undefined>> = {
  secure: [-day, 29 * day],
  ending: [-29 * day, day],
  // Unbound grants a tenth of the lifetime, at most a day.
  expired: [-30 * day, -5 * day],
  "wrong-ds": [-day, 29 * day],
  "no-denial": [-day, 29 * day],
  island: [-day, 29 * day],
  insecure: undefined,
};

/** A root and zones of its own, really signed and served by Knot, and an Unbound that validates them. Needs root and ports 53. */
export async function startSignedDns({ authority, resolver, zones }: SignedDnsOptions): Promise<SignedDns> {
  const folder = await mkdtemp(join(tmpdir(), "signed-dns-"));
  await Promise.all([assertFree(authority, [53]), assertFree(resolver, [53])]);
  const delegations: string[] = [];
  for (const [name, { signing, records }] of Object.entries(zones)) {
    delegations.push(`${name}. NS ns.test.`);
    const ds = await writeZone(folder, name, records, signing);
    if (signing !== "island") delegations.push(...ds);
  }
  const anchor = await writeZone(folder, ".", [`ns.test. A ${authority}`, ...delegations], "secure");
  await writeFile(join(folder, "anchor"), `${anchor.join("\n")}\n`);
  await writeFile(join(folder, "hints"), `. 3600 NS ns.test.\nns.test. 3600 A ${authority}\n`);
  await writeFile(join(folder, "knot.conf"), knotConfig(folder, authority, [".", ...Object.keys(zones)]));
  await writeFile(join(folder, "unbound.conf"), unboundConfig(folder, resolver));

  const knot = startServerProcess("/usr/sbin/knotd", ["-c", join(folder, "knot.conf")]);
  const unbound = startServerProcess("/usr/sbin/unbound", ["-d", "-c", join(folder, "unbound.conf")]);
  const stop = async (): Promise<void> => {
    await Promise.all([knot.stop(), unbound.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilServing(authority, [], [53], () => knot.output());
    await untilServing(resolver, [], [53], () => unbound.output());
  } catch (error) {
    await stop();
    throw error;
  }
  return { resolver, stop };
}

const fileOf = (folder: string, zone: string): string => join(folder, `${zone === "." ? "root" : zone}.zone`);

/** @returns its DS records */
async function writeZone(folder: string, zone: string, records: readonly string[], signing: Signing): Promise<readonly string[]> {
  const file = fileOf(folder, zone);
  const origin = zone === "." ? "." : `${zone}.`;
  const head = [`$ORIGIN ${origin}`, "$TTL 60", "@ SOA ns.test. hostmaster.test. 1 3600 600 86400 60", "@ NS ns.test."];
  await writeFile(file, `${[...head, ...records].join("\n")}\n`);
  const period = periods[signing];
  if (period === undefined) return [];

  const keys = join(folder, `keys-${zone === "." ? "root" : zone}`);
  await mkdir(keys);
  const generate = ["-q", "-a", algorithm, "-f", "KSK", "-K", keys, origin];
  const { stdout } = await run("dnssec-keygen", generate);
  const [from, to] = period.map((seconds) => `now${seconds < 0 ? "" : "+"}${seconds}`);
  // -z: one key signs everything. -P: what has expired does not pass the examination that follows.
  const sign = ["-S", "-z", "-P", "-K", keys, "-d", folder, "-o", origin, "-s", from ?? "", "-e", to ?? "", "-f", file, file];
  await run("dnssec-signzone", sign);
  if (signing === "no-denial") {
    const signed = await readFile(file, "utf8");
    await writeFile(file, withoutNsec(signed));
  }
  const published = signing === "wrong-ds" ? (await run("dnssec-keygen", generate)).stdout.trim() : stdout.trim();
  const ds = await run("dnssec-dsfromkey", ["-2", join(keys, published)]);
  return ds.stdout.trim().split("\n");
}

/** `dnssec-signzone` folds long records in parentheses over several lines. */
function withoutNsec(zone: string): string {
  const kept: string[] = [];
  let skipping = false;
  for (const line of zone.split("\n")) {
    if (!skipping && /\sNSEC\s/.test(line)) {
      skipping = line.includes("(") && !line.includes(")");
      continue;
    }
    if (skipping) {
      skipping = !line.includes(")");
      continue;
    }
    kept.push(line);
  }
  return kept.join("\n");
}

// BIND listens only on addresses that an interface has by name, which 127.x.y.z is not: its tools sign, and Knot serves.
const knotConfig = (folder: string, address: string, zones: readonly string[]): string => `
server:
  rundir: "${folder}"
  listen: ${address}@53
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
control:
  listen: "${folder}/knot.sock"
log:
  - target: stderr
    any: info
database:
  storage: "${folder}/knot"
template:
  - id: default
    storage: "${folder}"
    semantic-checks: off
    zonefile-sync: -1
    journal-content: none
zone:
${zones.map((zone) => `  - domain: "${zone}"\n    file: "${fileOf(folder, zone)}"`).join("\n")}
`;

const unboundConfig = (folder: string, address: string): string => `
server:
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: "${folder}/unbound.pid"
  use-syslog: no
  interface: ${address}
  do-ip6: no
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  module-config: "validator iterator"
  trust-anchor-file: "${folder}/anchor"
  root-hints: "${folder}/hints"
  local-zone: "test." nodefault
  local-zone: "127.in-addr.arpa." nodefault
  ede: yes
remote-control:
  control-enable: no
`;
