import type { DomainWorld } from "../config/domain-checks.ts";
import { loadProviders, recognisable } from "../config/providers.ts";
import { createLoopWatch } from "../engine/loop-watch.ts";
import { auditWords } from "../i18n/audit.ts";
import type { AnyCheck } from "../model/check.ts";
import { statusFacts, worstStatus } from "../model/status.ts";
import { say } from "../model/text.ts";
import { createNet } from "../net/world.ts";
import { loadChecks } from "../plugins.ts";
import { type AuditLimits, auditLimits } from "./audit-budget.ts";
import { auditDomain, type Audited, controlOf, type Planned, probesOf } from "./audit-domain.ts";
import { workThrough } from "./audit-pool.ts";
import { createProgress } from "./audit-progress.ts";
import { asMarkdown, asSummary, asText, type Telling } from "./audit-report.ts";
import { type AuditOptions, type AuditRequest, readRequest } from "./audit-request.ts";
import { type DomainResult, statusOfRows } from "./audit-troubles.ts";
import { createProofs } from "./audit-world.ts";
import { asJson } from "./check-output.ts";
import { exitUsage, type Env } from "./configuration.ts";

export type { AuditOptions } from "./audit-request.ts";

/**
 * Looks at mail domains from outside, without a password, and without a configuration unless one is named. Progress goes to standard
 * error, the report to standard output. Resolves with the exit code of the worst status.
 */
export async function audit(
  given: readonly string[],
  options: AuditOptions,
  env: Env,
  limits: AuditLimits = auditLimits,
): Promise<number> {
  const checks = await loadChecks();
  const request = await readRequest(given, options, { env, checks });
  if ("problems" in request) {
    for (const problem of request.problems) console.error(problem);
    return exitUsage;
  }
  const planned = planOf(request, checks);
  if (typeof planned === "string") {
    console.error(planned);
    return exitUsage;
  }
  const notice = noticeOf(request);
  if (notice !== undefined && options.json === true) console.error(notice);
  const results = await auditAll(planned, request, { checks, limits });
  console.log(told(results, options, { language: request.language, places: placesOf(process.stdout), now: Date.now(), notice }));
  return statusFacts[worstStatus(results.map(({ rows }) => statusOfRows(rows)))].exitCode;
}

type Plan = ReadonlyMap<string, Planned>;

/** The probes of each domain, or what is wrong with one of them. */
function planOf(request: AuditRequest, checks: ReadonlyMap<string, AnyCheck>): Plan | string {
  const { domains, blocklists, relayTest, language } = request;
  const world: DomainWorld = { providers: recognisable(loadProviders()), blocklists, single: { relayTest } };
  const planned = new Map<string, Planned>();
  for (const watched of domains) {
    const probes = probesOf(watched, world, checks);
    if (typeof probes === "string") return say(auditWords.badDomain, language, { domain: watched.name, reason: probes });
    planned.set(watched.name, probes);
  }
  return planned;
}

async function auditAll(
  planned: Plan,
  request: AuditRequest,
  { checks, limits }: { readonly checks: ReadonlyMap<string, AnyCheck>; readonly limits: AuditLimits },
): Promise<readonly DomainResult[]> {
  const { language, port25Control, whatIf, mask } = request;
  const net = createNet({ ...request.net, publicOnly: true });
  using loop = createLoopWatch();
  const side = { net, loop, mask };
  const proofs = createProofs(controlOf(port25Control, checks.get("port25"), side));
  const progress = createProgress(process.stderr, planned.size, language);
  const providers = loadProviders();
  const known = recognisable(providers);
  const looked = new Map<string, Audited>();
  const auditOne = async ([domain, probes]: readonly [string, Planned]): Promise<void> => {
    let done = 0;
    const audited = await auditDomain(domain, probes, {
      ...side,
      proofs,
      known,
      limits,
      whatIf,
      certificates: checks.get("tls-certificate"),
      onRow: ({ check, observation }, all) => progress.checked(domain, (done += 1), all, check.id, observation.status),
    });
    looked.set(domain, audited);
    progress.finished(domain, statusOfRows(await audited.judged()));
  };
  try {
    await workThrough([...planned], auditOne);
    const inOrder = [...planned.keys()].flatMap((domain) => looked.get(domain) ?? []);
    return await Promise.all(
      inOrder.map(async ({ domain, provider, judged }): Promise<DomainResult> => {
        const title = provider && providers.get(provider.provider)?.title;
        const rows = await judged();
        return { domain, rows, ...(title ? { provider: { title, because: provider.because } } : {}) };
      }),
    );
  } finally {
    net.close();
    progress.end();
  }
}

function told(results: readonly DomainResult[], { json, markdown }: AuditOptions, telling: Telling): string {
  if (json === true) {
    const elements = results.flatMap(({ rows }) => rows.map((row) => asJson(row, telling.language)));
    return JSON.stringify(elements, undefined, 2);
  }
  if (markdown === true) return results.map((result) => asMarkdown(result, telling)).join("\n\n");
  const [only] = results;
  return results.length === 1 && only ? asText(only, telling) : asSummary(results, telling);
}

/** That this is the future; and that the file may be the wrong one. */
function noticeOf({ whatIf, domains, language }: AuditRequest): string | undefined {
  if (!whatIf) return undefined;
  const { file, label } = whatIf;
  const elsewhere = domains.filter(({ name }) =>
    [...file.names.keys()].every((one) => one !== name && !one.endsWith(`.${name}`)),
  );
  const hints = elsewhere.map(({ name }) => say(auditWords.whatIfElsewhere, language, { file: label, domain: name }));
  return [say(auditWords.whatIf, language, { file: label, records: file.records }), ...hints.slice(0, 3)].join(" ");
}

const placesOf = ({ isTTY, columns }: NodeJS.WriteStream): number => (isTTY ? columns : Infinity);
