import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { auditLimits } from "../../src/cli/audit-budget.ts";
import { loadChecks } from "../../src/plugins.ts";
import { at, healthyDomain, hostile } from "../support/hostile-zones.ts";

/** The real limit with MAILVIGIL_LONG=1; what ends an audit is the same. */
const ms = process.env["MAILVIGIL_LONG"] === "1" ? auditLimits.ms : 10_000;
const healthy = Array.from({ length: 297 }, (_, index) => healthyDomain(index));
const program = (name: string): string => fileURLToPath(new URL(`../support/${name}.ts`, import.meta.url));

const rowSchema = z.object({
  probe: z.string(),
  check: z.string(),
  status: z.enum(["ok", "warning", "critical", "unknown"]),
  findings: z.array(z.object({ code: z.string(), severity: z.string(), text: z.string() })),
});
type Row = z.output<typeof rowSchema>;
const seenSchema = z.object({ questions: z.number(), connections: z.number() });

let servers: ChildProcessWithoutNullStreams;
let folder: string;
let ca: string;
let lines: AsyncIterator<string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mailvigil-hostile-"));
  servers = spawn(process.execPath, [program("hostile-servers"), String(healthy.length)], { stdio: "pipe" });
  lines = createInterface({ input: servers.stdout })[Symbol.asyncIterator]();
  const { authority } = z.object({ authority: z.string() }).parse(JSON.parse(String((await lines.next()).value)));
  ca = join(folder, "ca.pem");
  await writeFile(ca, authority);
});
afterAll(async () => {
  servers.stdin.end();
  await once(servers, "close");
  await rm(folder, { recursive: true, force: true });
});

/** What the servers saw since the last time. */
async function seen() {
  servers.stdin.write("\n");
  return seenSchema.parse(JSON.parse(String((await lines.next()).value)));
}

interface Audited {
  readonly rows: readonly Row[];
  readonly code: unknown;
  readonly ms: number;
  /** When which domain was ready, milliseconds from the start. */
  readonly ready: ReadonlyMap<string, number>;
  readonly peakMiB: number;
  readonly errors: string;
}

/** `mailvigil audit --file --json` of these domains, within other limits. */
async function audit(domains: readonly string[], limits: Partial<typeof auditLimits>): Promise<Audited> {
  const file = join(folder, "domains");
  await writeFile(file, domains.join("\n"));
  const options = { file, json: true, dns: [`${at.resolver}:5300`], public: ["127.0.0.0/8"], ca: [ca] };
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [program("audit-within"), JSON.stringify({ options, limits: { ...auditLimits, ms, ...limits } })],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, LANG: "C.UTF-8", LC_ALL: "", LC_MESSAGES: "" },
    },
  );
  let out = "";
  child.stdout.on("data", (part: Buffer) => (out += part.toString()));
  const told: string[] = [];
  const ready = new Map<string, number>();
  createInterface({ input: child.stderr }).on("line", (line) => {
    told.push(line);
    const domain = line.split(/\s+/).find((word) => word.endsWith(".test"));
    if (domain !== undefined) ready.set(domain, performance.now() - began);
  });
  const [code]: unknown[] = await once(child, "close");
  const { peakMiB } = z.object({ peakMiB: z.number() }).parse(JSON.parse(told.at(-1) ?? "{}"));
  const rows = z.array(rowSchema).parse(JSON.parse(out));
  return { rows, code, ms: performance.now() - began, ready, peakMiB, errors: told.join("\n") };
}

const of = (rows: readonly Row[], domain: string): ReadonlyMap<string, Row> =>
  new Map(rows.filter(({ probe }) => probe === `${domain}/${probe.split("/")[1]}`).map((row) => [row.check, row]));
const shortly = ({ status, findings }: Row): string => [status, ...findings.map(({ code }) => code)].join(" ");

/** What is wrong with the three kinds of healthy domains, in turn. */
const right: readonly Readonly<Record<string, string>>[] = [
  {
    "dns-mx": "ok mx-single mx-no-ipv6",
    "dns-spf": "ok",
    "dns-dmarc": "ok",
    "dns-mta-sts": "warning policy-testing",
    "dns-consistency": "ok",
  },
  {
    "dns-mx": "ok mx-single mx-no-ipv6",
    "dns-spf": "critical spf-pass-all",
    "dns-dmarc": "ok",
    "dns-mta-sts": "ok sts-missing",
    "dns-consistency": "ok",
  },
  {
    "dns-mx": "warning mx-host-missing",
    "dns-spf": "critical spf-include-missing",
    "dns-dmarc": "critical dmarc-missing",
    "dns-consistency": "ok",
  },
];

describe("mailvigil audit --file with hostile domains", () => {
  test("300 domains, 3 of them hostile, end in time, and the others get what is right", async () => {
    const began = performance.now();
    const { rows, code, ready, peakMiB, errors } = await audit([...hostile, ...healthy], {});
    expect(code, errors).toBe(2);
    // Those that hold places are cut at the limit; the others take some 20 ms of CPU each.
    expect(performance.now() - began).toBeLessThan(ms + 45_000);
    expect(peakMiB).toBeLessThan(600);
    for (const [index, domain] of healthy.entries()) {
      const found = of(rows, domain);
      const said = Object.fromEntries(
        Object.keys(right[index % 3] ?? {}).map((id) => [id, shortly(found.get(id) ?? { ...nothing })]),
      );
      expect(said, domain).toEqual(right[index % 3]);
      expect(
        [...found].map(([id, row]) => [id, shortly(row)]),
        `${domain} like the others of its kind`,
      ).toEqual([...of(rows, healthyDomain(index % 3))].map(([id, row]) => [id, shortly(row)]));
    }
    // The hostile ones are the first of the list and hold three of the four places: nobody waits for them.
    const last = Math.max(...healthy.map((domain) => ready.get(domain) ?? Infinity));
    expect(last).toBeLessThan(40_000);
    for (const domain of hostile) expect(ready.get(domain) ?? Infinity, domain).toBeLessThan(ms + 5_000);

    // Also where each check takes all the time that it has.
    const checks = await loadChecks();
    for (const { check } of rows) expect(checks.get(check)?.deadline, check).toBeLessThan(auditLimits.ms);
    for (const domain of hostile) expect(of(rows, domain).size, domain).toBe(of(rows, healthyDomain(0)).size);
    const silent = [...of(rows, "silent.test").values()].filter(({ check }) => check.startsWith("dns-"));
    expect(silent.filter(({ status }) => status !== "unknown").map((row) => `${row.check} ${shortly(row)}`)).toEqual([]);
    const bomb = of(rows, "bomb.test");
    expect(shortly(bomb.get("dns-mx") ?? nothing)).toMatch(/^warning mx-many/);
    expect(shortly(bomb.get("dns-spf") ?? nothing)).toMatch(/^critical .*spf-/);
    expect(shortly(bomb.get("dns-dmarc") ?? nothing)).toBe("unknown dmarc-unanswered");
  });

  test.each([
    // Measured: 110 to 130 for a healthy one; 20 to 700 for the hostile ones, within their time.
    ["a healthy domain", [healthyDomain(0)], 200, 0],
    ["a domain whose records lead nowhere", [healthyDomain(2)], 200, 0],
    ["three hostile domains", hostile, 1_600, 400],
  ])("%s costs bounded questions and connections", async (_what, domains, questions, connections) => {
    await seen();
    await audit(domains, { ms: 5_000 });
    const cost = await seen();
    expect(cost.questions).toBeGreaterThan(10);
    expect(cost.questions).toBeLessThanOrEqual(questions);
    expect(cost.connections).toBeLessThanOrEqual(connections);
    expect(questions).toBeLessThan(auditLimits.questions);
  });

  test.each([7, 43, 90])(
    "the limit of %i questions holds wherever it is met, and what is not judged says why",
    async (questions) => {
      await seen();
      const { rows, errors } = await audit(["bomb.test"], { questions });
      expect((await seen()).questions).toBeLessThanOrEqual(questions);
      const cut = rows.filter(({ findings }) => findings[0]?.code === "work-unbounded");
      expect(cut.length, errors).toBeGreaterThan(3);
      expect(cut.every(({ status }) => status === "unknown")).toBe(true);
      expect(cut[0]?.findings[0]?.text).toContain(`${questions} DNS questions`);
    },
  );
});

const nothing: Row = { probe: "", check: "", status: "unknown", findings: [] };
