import type { Cause, Clue, Confidence, Diagnosis } from "../model/cause.ts";
import { accounts, backends, directories, manyRefused } from "./diagnose-accounts.ts";
import { aboutOf, type Claim, compared, found, type Rule, type Scene, sceneOf, selfTest } from "./diagnose-compare.ts";
import { oneCompany } from "./diagnose-company.ts";
import { fullMailboxes, mailOnItsWay, stuckQueues } from "./diagnose-mail.ts";
import { domainExpiry, mailExchangers, zones } from "./diagnose-names.ts";
import { isCutOff, ownCredential, ownInterception, ownNetwork, ownPort, ownResolver } from "./diagnose-own.ts";
import { ruledOut } from "./diagnose-ruled-out.ts";
import {
  blockedPaths,
  certificates,
  reportedOutages,
  settings,
  silentProviders,
  silentServers,
  subscriptions,
} from "./diagnose-servers.ts";
import { isKnown, type Symptom } from "./diagnose-symptoms.ts";
import type { Situation } from "./situation.ts";

/** From the nearest to the farthest: what a layer explains, no later one is asked about. */
const rules: readonly Rule[] = [
  ownPort,
  ownInterception,
  ownResolver,
  ownCredential,
  domainExpiry,
  zones,
  mailExchangers,
  reportedOutages,
  ownNetwork,
  blockedPaths,
  subscriptions,
  stuckQueues,
  directories,
  silentProviders,
  silentServers,
  certificates,
  settings,
  fullMailboxes,
  backends,
  manyRefused,
  accounts,
  mailOnItsWay,
];

/**
 * Names what the failing probes are explained by: the nearest layer that explains them first, what they have in common before what
 * each is alone. Pure; the order of the sights does not matter. A probe is in one diagnosis at most: those whose mail fails, and
 * those whose finding speaks for a cause. Weak records and dates to come are no failure and in none.
 */
export function diagnose(situation: Situation): readonly Diagnosis[] {
  const scene = sceneOf(situation);
  let open = scene.symptoms;
  const claims: Claim[] = [];
  // While nothing gets out, that explains what is silent, before anything else is compared.
  for (const rule of isCutOff(scene) ? [ownNetwork, ...rules] : rules) {
    const explained = new Set<Symptom>();
    for (const claim of rule(scene, open)) {
      // Two of one rule may want the same: the first has it.
      const symptoms = [...new Set(claim.symptoms)].filter((one) => !explained.has(one));
      if (symptoms.length === 0) continue;
      claims.push({ ...claim, symptoms });
      for (const one of symptoms) explained.add(one);
    }
    open = open.filter((one) => !explained.has(one));
  }
  claims.push(...open.map(alone));
  const diagnoses = oneCompany(scene, together(claims))
    .map((claim) => conclude(scene, claim))
    .toSorted(worseFirst);
  const taken = new Set(scene.symptoms.map(({ sight }) => sight.probe.id));
  return diagnoses.map(({ held, ...diagnosis }) => {
    const victims = held.filter((id) => !taken.has(id));
    for (const id of victims) taken.add(id);
    return victims.length === 0 ? diagnosis : { ...diagnosis, probes: [...diagnosis.probes, ...victims].toSorted() };
  });
}

/** What a cause is about when it is one and the same: who is down, whose account, which zone. */
const subjects: Readonly<Partial<Record<Cause, readonly string[]>>> = {
  "provider-outage": ["provider"],
  "server-down": ["host"],
  "rate-limit": ["provider", "host"],
  certificate: ["host"],
  "zone-broken": ["domain"],
  "account-locked": ["account"],
  "mailbox-full": ["account"],
};

/** Two rules may come to one cause by different ways: a provider that is silent at one port and has no backend at another. */
function together(claims: readonly Claim[]): readonly Claim[] {
  const joined = new Map<string, Claim>();
  for (const [index, claim] of claims.entries()) {
    const names = subjects[claim.cause]?.map((name) => claim.about[name]) ?? [];
    const isNamed = names.some((name) => name !== undefined);
    const key = isNamed ? JSON.stringify([claim.cause, ...names]) : String(index);
    const before = joined.get(key);
    joined.set(key, before === undefined ? claim : both(before, claim));
  }
  return [...joined.values()];
}

function both(a: Claim, b: Claim): Claim {
  const [surer, other] = certainty[a.confidence] <= certainty[b.confidence] ? [a, b] : [b, a];
  const about = Object.fromEntries(Object.entries(surer.about).filter(([name, value]) => other.about[name] === value));
  return {
    ...surer,
    about,
    symptoms: [...surer.symptoms, ...other.symptoms],
    clues: [...surer.clues, ...other.clues],
    alternatives: surer.confidence === "high" ? [] : surer.alternatives.filter((cause) => other.alternatives.includes(cause)),
  };
}

/** What nothing could be compared with. */
function alone(one: Symptom): Claim {
  const [cause, ...others] = one.fits;
  const about = aboutOf({
    host: one.host,
    provider: one.provider,
    account: one.account,
    domain: one.domain,
    asset: one.sight.probe.asset,
  });
  if (cause !== undefined && others.length === 0)
    return { cause, confidence: "medium", about, symptoms: [one], clues: [], alternatives: ["unknown"] };
  return { cause: "unknown", confidence: "low", about, symptoms: [one], clues: [], alternatives: one.fits };
}

/** Causes that lie with ourselves: a fault of ours does not make them less sure. */
const ours: ReadonlySet<Cause> = new Set([
  "own-network",
  "own-port-blocked",
  "tls-intercepted",
  "own-resolver",
  "monitor-credential",
]);

const maxEvidence = 6;
const maxAlternatives = 5;
const maxRuledOut = 8;

function conclude(scene: Scene, claim: Claim): Diagnosis & { readonly held: readonly string[] } {
  const { cause, about, symptoms } = claim;
  const out = ruledOut(scene, claim);
  const without = new Set(out.map((one) => one.cause));
  const isDoubtful = !ours.has(cause) && ownFaults.some((id) => selfTest(scene, id) === "failed");
  const confidence: Confidence = isDoubtful && claim.confidence === "high" ? "medium" : claim.confidence;
  const seen = symptoms.toSorted((a, b) => Number(isKnown(b)) - Number(isKnown(a)) || rank(b) - rank(a));
  const evidence = distinctClues([...(isDoubtful ? [compared("own-side-fails")] : []), ...said(claim.clues, seen)]);
  const alternatives = claim.alternatives.filter((one) => one !== cause && one !== "unknown" && !without.has(one));
  return {
    cause,
    confidence,
    about,
    evidence: evidence.slice(0, maxEvidence),
    alternatives: confidence === "high" ? [] : [...new Set(alternatives)].slice(0, maxAlternatives),
    ruledOut: out.slice(0, maxRuledOut),
    probes: symptoms.map(({ sight }) => sight.probe.id).toSorted(),
    held: heldBack(scene, claim),
  };
}

const ownFaults = ["egress", "resolver"] as const;

const rank = ({ finding }: Symptom): number => (finding.severity === "critical" ? 2 : finding.severity === "warning" ? 1 : 0);

/** What was found first, then what comparing shows, then the same found elsewhere: forty mailboxes say it once. */
function said(clues: readonly Clue[], symptoms: readonly Symptom[]): readonly Clue[] {
  const kinds = new Map(symptoms.toReversed().map((one) => [one.finding.code, one]));
  const first = clues.filter((clue) => clue.kind === "found");
  const isSaid = (one: Symptom): boolean => first.some((clue) => clue.kind === "found" && clue.finding === one.finding);
  const own = [...kinds.values()]
    .toReversed()
    .filter((one) => !isSaid(one))
    .map(found);
  const [main, ...more] = [...first, ...own];
  return [...(main ? [main] : []), ...clues.filter((clue) => clue.kind === "compared"), ...more];
}

function distinctClues(clues: readonly Clue[]): readonly Clue[] {
  const seen = new Set<string>();
  return clues.filter((clue) => {
    const key = JSON.stringify(clue);
    return !seen.has(key) && seen.add(key);
  });
}

/** Probes that could not be judged, or were not run, because of what is found here: they are its victims, too. */
function heldBack(scene: Scene, { cause, about, symptoms }: Claim): readonly string[] {
  const tests = new Set(symptoms.flatMap(({ sight }) => (sight.probe.measures === "monitor" ? [sight.probe.id] : [])));
  if (cause === "own-network" && selfTest(scene, "egress") === "failed" && about["proxy"] === undefined)
    tests.add("monitor/egress");
  if (cause === "own-resolver" && selfTest(scene, "resolver") === "failed") tests.add("monitor/resolver");
  const refused = new Set(
    symptoms.flatMap(({ account, layer }) => (layer === "login" && account !== undefined ? [account] : [])),
  );
  return scene.unjudged.flatMap(({ probe, findings }) => {
    const isVictim = findings.some(({ code, data }) => {
      if (code === "own-side" || code === "own-side-unproven")
        return String(data["self"] ?? "")
          .split(", ")
          .some((id) => tests.has(id));
      return code === "login-held" && refused.has(String(data["account"]));
    });
    return isVictim ? [probe.id] : [];
  });
}

const certainty: Readonly<Record<Confidence, number>> = { high: 0, medium: 1, low: 2 };

/** What explains most comes first, then what is surest; the rest is an order that does not depend on who was asked first. */
const worseFirst = (a: Diagnosis, b: Diagnosis): number =>
  Number(a.cause === "unknown") - Number(b.cause === "unknown") ||
  b.probes.length - a.probes.length ||
  certainty[a.confidence] - certainty[b.confidence] ||
  ((a.probes[0] ?? "") < (b.probes[0] ?? "") ? -1 : 1);
