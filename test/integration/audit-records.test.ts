import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditLimits } from "../../src/cli/audit-budget.ts";
import { auditDomain, probesOf } from "../../src/cli/audit-domain.ts";
import { type AuditOptions, readRequest } from "../../src/cli/audit-request.ts";
import { createProofs } from "../../src/cli/audit-world.ts";
import { piecesOf } from "../../src/cli/audit-troubles.ts";
import type { Row } from "../../src/cli/check-output.ts";
import { loadProviders, recognisable } from "../../src/config/providers.ts";
import { createLoopWatch } from "../../src/engine/loop-watch.ts";
import type { AnyCheck } from "../../src/model/check.ts";
import type { Finding } from "../../src/model/observation.ts";
import { createNet } from "../../src/net/world.ts";
import { loadChecks } from "../../src/plugins.ts";
import { startTradeWorld, type TradeWorld } from "../support/trade-world.ts";
import { tradeDomains } from "../support/trade-zones.ts";

let world: TradeWorld;
let folder: string;
let checks: ReadonlyMap<string, AnyCheck>;
beforeAll(async () => {
  world = await startTradeWorld();
  folder = await mkdtemp(join(tmpdir(), "audit-records-"));
  await writeFile(join(folder, "ca.pem"), world.authority);
  checks = await loadChecks();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** As `mailvigil audit` looks at a domain, without what no zone file changes: the registry. */
async function audit(domain: string, zone?: string): Promise<readonly Row[]> {
  const options: AuditOptions = {
    dns: [world.resolver],
    public: ["127.0.96.0/24"],
    ca: [join(folder, "ca.pem")],
    selector: ["s1"],
    dnsbl: ["list.test"],
    ...(zone === undefined ? {} : { whatIf: join(folder, `${domain}.zone`) }),
  };
  if (zone !== undefined) await writeFile(join(folder, `${domain}.zone`), `$TTL 60\n${zone}\n`);
  const request = await readRequest([domain], options, { env: {}, checks });
  if ("problems" in request) throw new Error(`${request.problems.join("\n")}\n${zone}`);
  const [watched] = request.domains;
  if (watched === undefined) throw new Error(domain);
  const known = recognisable(loadProviders());
  const blocklists = { ...request.blocklists, builtIn: false };
  const planned = probesOf(watched, { providers: known, blocklists, single: { relayTest: false } }, checks);
  if (typeof planned === "string") throw new Error(planned);
  const net = createNet({ ...request.net, publicOnly: true });
  using loop = createLoopWatch();
  const { mask, whatIf } = request;
  const proofs = createProofs(undefined);
  try {
    const asked = planned.filter(([, { id }]) => id !== "domain-expiry");
    const auditing = { net, loop, mask, whatIf, proofs, known, limits: auditLimits, onRow: () => undefined };
    const { judged } = await auditDomain(domain, asked, auditing);
    return await judged();
  } finally {
    net.close();
  }
}

/** The zone file that the reader makes of an advice by pasting what it names; undefined where there is nothing to paste into a zone. */
function pastedOf({ code, data }: Finding, check: AnyCheck): string | undefined {
  const advice = check.findings[code]?.advice.en;
  if (advice === undefined || !advice.includes("{record}")) return undefined;
  const pieces = piecesOf(advice.replaceAll(/\{(policy|lines)\}/g, ""), data).flatMap((piece) =>
    piece.kind === "paste" ? piece.lines : [],
  );
  return pieces.length === 0 ? undefined : pieces.join("\n");
}

/** What else has to be done before the record: the web server's file, the registrar's part. */
const notByRecordAlone: Readonly<Record<string, string>> = {
  "sts-missing": "the web server has to serve the policy first",
  "policy-testing": "the policy says so; the record only tells that it changed",
  "policy-short": "as above",
  "policy-mx-unlisted": "as above",
  "signatures-expired": "its record is one to delete",
  "ds-missing": "as below",
  "directory-unreachable": "its servers are an example where nobody knows the provider",
  "ds-mismatch": "the file cannot foresee what a resolver makes of another DS record",
};

/** What is so after a record is published, by its nature: a first step that has a second, and notes that go with a mended record. */
const followed: Readonly<Record<string, string>> = {
  "dmarc-none warning": "DMARC begins by watching: p=none with reports",
  "tls-rpt-own-mailbox info": "reports go to the company itself",
  "no-rollover info": "the one TLSA record that is right is the only one",
  "spf-lookups-near-limit info": "fewer lookups than too many can still be nine",
};

const said = (rows: readonly Row[]) =>
  rows.flatMap(({ check, observation }) => observation.findings.map(({ code, severity }) => `${check.id} ${code} ${severity}`));

const shown = new Set<string>();
describe.concurrent("the records that audit proposes", () => {
  test.each(tradeDomains)("at %s each makes its finding go away and brings no other trouble", async (domain) => {
    const today = await audit(domain);
    const before = new Set(said(today));
    const wrong: string[] = [];
    for (const { check, observation } of today) {
      for (const finding of observation.findings) {
        const zone = pastedOf(finding, check);
        if (zone === undefined || finding.code in notByRecordAlone) continue;
        shown.add(finding.code);
        let after: readonly string[];
        try {
          after = said(await audit(domain, zone));
        } catch (error) {
          wrong.push(`${check.id} ${finding.code}: ${zone}\n   cannot be read: ${String(error)}`);
          continue;
        }
        const stays = after.filter((one) => one.startsWith(`${check.id} ${finding.code} `));
        const added = after.filter((one) => !before.has(one) && !(one.slice(one.indexOf(" ") + 1) in followed));
        if (stays.length + added.length > 0)
          wrong.push(`${check.id} ${finding.code}: ${zone}\n   stays: ${stays.join(", ")}; new: ${added.join(", ")}`);
      }
    }
    expect(wrong.join("\n")).toBe("");
  });
});

test("the demonstration zones lead to most of the findings that propose a record", () => {
  const proposing = [...checks.values()].flatMap(({ findings }) =>
    Object.values(findings).filter(({ advice }) => advice.en.includes("{record}")),
  );
  expect(shown.size).toBeGreaterThan(0.7 * proposing.length);
});
