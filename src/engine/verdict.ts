import type { Cause, Diagnosis } from "../model/cause.ts";
import { statusFacts, worstStatus, type Status } from "../model/status.ts";
import type { Verdict } from "../model/verdict.ts";
import { diagnose } from "./diagnose.ts";
import type { Sight, Situation } from "./situation.ts";

/** What was seen, and what of it is about one asset. */
export interface Seen {
  readonly asset: string;
  readonly situation: Situation;
  /** Ids of the probes that bear on it; the others are there to compare with. */
  readonly bears: ReadonlySet<string>;
}

/** Names why the asset does not work, or that it does. Pure. */
export function verdictOn(seen: Seen): Verdict {
  const causes = causesOf(seen, diagnose(seen.situation));
  // What is wrong with something that it stands on is a warning about tomorrow while it works itself.
  if (causes.length > 0 && works(seen) && causes.every((one) => isBeside(seen, one)))
    return { asset: seen.asset, status: "warning", causes, otherwise: { kind: "works", checks: [] } };
  const status = statusOf(seen, causes);
  return { asset: seen.asset, status, causes, otherwise: causes.length > 0 ? undefined : otherwise(seen, status) };
}

const isOf = (seen: Seen, asset: string): boolean =>
  asset === seen.asset || asset.split("~").includes(seen.asset) || seen.asset.split("~").includes(asset);

/** A login was taken, or a mail arrived, and nothing of its own is broken or not known. */
function works({ asset, situation }: Seen): boolean {
  const own = situation.sights.filter(({ probe }) => probe.asset === asset);
  const isLetIn = own.some(({ probe, status }) => status === "ok" && probe.measures === "service" && hasLogin(probe));
  return isLetIn && own.every(({ status }) => status === "ok" || status === "warning");
}

const hasLogin = ({ load }: Sight["probe"]): boolean => (load.logins ?? []).length > 0;

/** Where names, servers or queues are broken no mail comes, however well a login is taken. */
const stopsMail: ReadonlySet<Cause> = new Set([
  "domain-expired",
  "zone-broken",
  "mx-changed",
  "path-blocked",
  "provider-outage",
  "server-down",
  "queue-stuck",
  "silent-loss",
  "unknown",
]);

/** Nothing of the asset's own shows it, and no service stands still for it. What only others suffer from is theirs. */
const isBeside = (seen: Seen, { cause, probes }: Diagnosis): boolean =>
  seen.situation.sights
    .filter(({ probe }) => seen.bears.has(probe.id) && probes.includes(probe.id))
    .every(({ probe, status, findings, declared }) => {
      if (isOf(seen, probe.asset)) return false;
      if (status !== "critical") return true;
      const isOutage = findings.some(({ code, severity }) => severity === "critical" && declared(code)?.outage === true);
      return !isOutage && !stopsMail.has(cause) && probe.measures !== "service" && probe.measures !== "monitor";
    });

/**
 * What keeps this asset from working, the nearest and gravest first. What only concerns others is theirs, and a network without port 25 or IPv6 is a common thing and keeps nobody from a mailbox.
 */
function causesOf(seen: Seen, diagnoses: readonly Diagnosis[]): readonly Diagnosis[] {
  const byId = new Map(seen.situation.sights.map((sight) => [sight.probe.id, sight]));
  const assetOf = (id: string): string => byId.get(id)?.probe.asset ?? "";
  const isOwn = ({ probes }: Diagnosis): boolean => probes.some((id) => isOf(seen, assetOf(id)));
  const matters = (id: string): boolean =>
    seen.bears.has(id) && (assetOf(id) !== "monitor" || byId.get(id)?.status === "critical");
  const rank = ({ probes }: Diagnosis): number =>
    statusFacts[worstStatus(probes.map((id) => byId.get(id)?.status ?? "unknown"))].rank;
  return diagnoses
    .filter(({ probes }) => probes.some(matters))
    .toSorted((a, b) => Number(isOwn(b)) - Number(isOwn(a)) || rank(b) - rank(a));
}

/**
 * A weak record keeps nobody from mail; a date to come counts where all else is well. What could not be judged counts where it is
 * the asset's own: many networks have no port 25.
 */
function statusOf(seen: Seen, causes: readonly Diagnosis[]): Status {
  const named = new Set(causes.flatMap(({ probes }) => probes));
  const bearing = seen.situation.sights.filter(({ probe }) => seen.bears.has(probe.id));
  const others = bearing.filter(({ probe }) => !named.has(probe.id));
  const present = worstStatus([
    ...bearing.filter(({ probe }) => named.has(probe.id)).map(({ status }) => status),
    ...others.filter((sight) => counts(sight, seen)).map(({ status }) => status),
  ]);
  if (present !== "ok") return present;
  return others.some(({ probe, status }) => probe.measures === "expiry" && status === "warning") ? "warning" : "ok";
}

function counts({ probe, status }: Sight, seen: Seen): boolean {
  if (status === "critical") return true;
  if (probe.measures !== "service") return false;
  return status !== "unknown" || isOf(seen, probe.asset);
}

function otherwise(seen: Seen, status: Status): NonNullable<Verdict["otherwise"]> {
  const own = seen.situation.sights.filter(({ probe }) => seen.bears.has(probe.id));
  const checksOf = (some: readonly Sight[]): readonly string[] => [...new Set(some.map(({ probe }) => probe.check))];
  const held = own
    .filter(({ probe }) => isOf(seen, probe.asset))
    .flatMap(({ findings }) => findings.filter(({ code }) => code === "login-held"))[0];
  if (held) {
    const account = held.data["account"];
    return { kind: "held", checks: [], ...(typeof account === "string" ? { account } : {}) };
  }
  if (status === "critical") return { kind: "unnamed", checks: checksOf(own.filter((sight) => sight.status === "critical")) };
  const unjudged = own.filter((sight) => sight.status === "unknown" && counts(sight, seen));
  if (unjudged.length > 0) return { kind: "not-judged", checks: checksOf(unjudged) };
  const isWell = own.every((sight) => sight.status === "ok" || sight.status === "unknown");
  return { kind: isWell ? "well" : "weak", checks: [] };
}
