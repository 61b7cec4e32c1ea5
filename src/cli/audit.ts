import { createHmac, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { builtInBlocklists, domainChecks, type DomainWorld, type WatchedDomain } from "../config/domain-checks.ts";
import { loadProviders, recognisable } from "../config/providers.ts";
import { createLoopWatch, type LoopWatch } from "../engine/loop-watch.ts";
import { judgeOwnSide } from "../engine/own-side.ts";
import { observeWithoutRun, runProbe, type RunWorld } from "../engine/run-probe.ts";
import { auditWords } from "../i18n/audit.ts";
import { statusWords } from "../i18n/commands.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Observation } from "../model/observation.ts";
import type { Probe } from "../model/probe.ts";
import { statusFacts, worstStatus } from "../model/status.ts";
import { inLanguage, say, type Language } from "../model/text.ts";
import { resolveBy } from "../net/dns-resolve.ts";
import { createNet, type Net } from "../net/world.ts";
import { loadChecks } from "../plugins.ts";
import { type AuditLimits, auditLimits, type Budget, createBudget } from "./audit-budget.ts";
import { asMarkdown, asSummary, asText } from "./audit-report.ts";
import { createProofs, memoAsk } from "./audit-world.ts";
import { asJson, type Row } from "./check-output.ts";
import { exitUsage, type Env } from "./configuration.ts";
import { terminalLanguage } from "./terminal-language.ts";

export interface AuditOptions {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly selector?: readonly string[];
  readonly sendsFrom?: readonly string[];
  readonly dns?: readonly string[];
  readonly dnsbl?: readonly string[];
  readonly public?: readonly string[];
  readonly ca?: readonly string[];
  readonly relayTest?: boolean;
  readonly port25Control?: readonly string[];
  readonly file?: string;
}

const domainsAtOnce = 4;

/** What the checks are told of a domain by the command line alone. */
const watchedBy = (domain: string, { selector = [], sendsFrom = [] }: AuditOptions): WatchedDomain => ({
  name: domain,
  receives: true,
  sends: true,
  provider: undefined,
  selectors: selector,
  senders: sendsFrom,
  caaHosts: [],
  expires: undefined,
});

const worldOf = ({ dnsbl = [], relayTest = false }: AuditOptions): DomainWorld => ({
  providers: recognisable(loadProviders()),
  blocklists: { ...builtInBlocklists, lists: dnsbl.map((zone) => ({ zone })) },
  single: { relayTest },
});

/**
 * Looks at mail domains from outside, without configuration or password. Progress goes to standard error, the report to standard
 * output. Resolves with the exit code of the worst status.
 */
export async function audit(
  domains: readonly string[],
  options: AuditOptions,
  env: Env,
  limits: AuditLimits = auditLimits,
): Promise<number> {
  const language = terminalLanguage(env);
  const names = [...domains, ...(options.file === undefined ? [] : await domainsOf(options.file))];
  if (names.length === 0) {
    console.error(inLanguage(auditWords.noDomain, language));
    return exitUsage;
  }
  const checks = await loadChecks();
  const world = worldOf(options);
  const planned = names.map((domain) => ({ domain, probes: probesOf(watchedBy(domain, options), world, checks) }));
  for (const { domain, probes } of planned) {
    if (typeof probes !== "string") continue;
    console.error(say(auditWords.badDomain, language, { domain, reason: probes }));
    return exitUsage;
  }
  const authorities = await Promise.all((options.ca ?? []).map((file) => readFile(file, "utf8")));
  const net = createNet({
    dnsServers: options.dns ?? [],
    extraAuthorities: authorities,
    publicRanges: options.public ?? [],
    publicOnly: true,
  });
  using loop = createLoopWatch();
  const results: { domain: string; rows: readonly Row[] }[] = [];
  const left = [...planned];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { domain, probes } = next;
      if (typeof probes !== "string")
        results.push({ domain, rows: await auditDomain(domain, probes, { net, loop, checks, options, language, limits }) });
    }
  };
  try {
    await Promise.all(Array.from({ length: domainsAtOnce }, worker));
  } finally {
    net.close();
  }
  const ordered = planned.map(({ domain }) => results.find((result) => result.domain === domain) ?? { domain, rows: [] });
  if (options.json === true)
    console.log(
      JSON.stringify(
        ordered.flatMap(({ rows }) => rows.map((row) => asJson(row, language))),
        undefined,
        2,
      ),
    );
  else if (options.markdown === true) console.log(ordered.map((result) => asMarkdown(result, language)).join("\n\n"));
  else if (ordered.length > 1) console.log(asSummary(ordered, language));
  else console.log(ordered.map((result) => asText(result, language)).join("\n\n"));
  return statusFacts[worstStatus(ordered.flatMap(({ rows }) => rows.map(({ observation }) => observation.status)))].exitCode;
}

interface Auditing {
  readonly net: Net;
  readonly loop: LoopWatch;
  readonly checks: ReadonlyMap<string, AnyCheck>;
  readonly options: AuditOptions;
  readonly language: Language;
  readonly limits: AuditLimits;
}

async function auditDomain(
  domain: string,
  probes: readonly (readonly [Probe, AnyCheck])[],
  auditing: Auditing,
): Promise<readonly Row[]> {
  const { net, loop, options, language, limits } = auditing;
  const key = randomBytes(32);
  const budget = createBudget(limits);
  const ask = memoAsk(net.askMetered(budget.meter), budget.signal);
  const base: Omit<RunWorld, "dial"> = {
    ...net.checkContext,
    ask,
    resolve: resolveBy(ask),
    now: Date.now,
    facts: () => [],
    previous: undefined,
    lastAt: undefined,
    memory: undefined,
    sign: (text) => createHmac("sha256", key).update(text).digest("hex"),
    mask: (text) => text,
    loop,
    stopping: budget.signal,
  };
  const control = controlOf(auditing, { ...base, dial: net.dial });
  const { dial, selfTests } = createProofs(budget.dialWithin(net.dial), control);
  let done = 0;
  const rows = await Promise.all(
    probes
      .map(async ([probe, check]): Promise<Row> => {
        const began = performance.now();
        const outcome = await runProbe(probe, check, { ...base, dial });
        return {
          probe,
          check,
          observation: outcome
            ? (await judgeOwnSide(probe, outcome, began, selfTests)).observation
            : cutShort(probe, base, budget, limits),
        };
      })
      .map(async (running) => {
        const row = await running;
        done += 1;
        const status = inLanguage(statusWords[row.observation.status], language);
        console.error(say(auditWords.progress, language, { done, all: probes.length, domain, check: row.probe.check, status }));
        return row;
      }),
  );
  return options.json === true
    ? rows
    : rows.toSorted((a, b) => statusFacts[b.observation.status].rank - statusFacts[a.observation.status].rank);
}

function cutShort(
  probe: Probe,
  world: Pick<RunWorld, "now" | "lastAt">,
  { isOverspent }: Budget,
  { ms, questions, octets, connections }: AuditLimits,
): Observation {
  const { target } = probe;
  if (!isOverspent()) return observeWithoutRun(probe, world, "deadline-unclear", { target, seconds: ms / 1000 });
  return observeWithoutRun(probe, world, "work-unbounded", { target, questions, mebibytes: octets / 1024 ** 2, connections });
}

/** Asks the hosts of `--port25-control`, by the product's own self-test. */
function controlOf({ checks, options }: Auditing, world: RunWorld): (() => Promise<Observation | undefined>) | undefined {
  const check = checks.get("port25");
  const hosts = options.port25Control ?? [];
  if (!check || hosts.length === 0) return undefined;
  const probe = probeOf("monitor", check, check.options.parse({ hosts }));
  return async () => (await runProbe(probe, check, world))?.observation;
}

/** The probes of one domain, or why there can be none. */
function probesOf(
  watched: WatchedDomain,
  world: DomainWorld,
  checks: ReadonlyMap<string, AnyCheck>,
): (readonly [Probe, AnyCheck])[] | string {
  const probes: (readonly [Probe, AnyCheck])[] = [];
  for (const wanted of domainChecks(watched, world)) {
    const check = checks.get(wanted.check);
    if (!check) continue;
    const parsed = check.options.safeParse(wanted.options);
    if (!parsed.success)
      return parsed.error.issues
        .map(
          ({ path, message }: { path: readonly PropertyKey[]; message: string }) => `${path.map(String).join(".")}: ${message}`,
        )
        .join("; ");
    probes.push([probeOf(watched.name, check, parsed.data), check]);
  }
  return probes;
}

const probeOf = (asset: string, check: AnyCheck, options: unknown): Probe => ({
  id: `${asset.toLowerCase()}/${check.id}`,
  asset: asset.toLowerCase(),
  check: check.id,
  target: check.target(options),
  options,
  everyMs: check.every,
  deadlineMs: check.deadline,
  confirm: check.confirm,
  measures: check.measures,
  severity: {},
  business: "normal",
  load: check.load?.(options) ?? {},
  from: "audit",
});

/** One domain a line; `#` begins a comment. */
async function domainsOf(file: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8");
  return text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");
}
