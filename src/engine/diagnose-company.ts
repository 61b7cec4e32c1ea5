import type { Cause } from "../model/cause.ts";
import { type Claim, distinct, groupBy, listed, type Scene, sawAfter } from "./diagnose-compare.ts";

/** Machines of one house that fail within so long of each other hang on one thing: a login service, a storage, a line. */
const togetherMs = 10 * 60_000;

/** The registered domain at which all of a claim lies, where it says that an own server is down. */
function houseOf({ cause, confidence, about, symptoms }: Claim): string | undefined {
  if (cause !== "server-down" || confidence === "low" || about["account"] !== undefined) return undefined;
  // A directory that is silent names the one thing already.
  if (symptoms.some(({ sight, provider }) => provider !== undefined || sight.probe.check === "ldap-directory")) return undefined;
  const [place, ...more] = distinct(symptoms.map((one) => one.place));
  return more.length === 0 ? place : undefined;
}

const begin = ({ symptoms }: Claim): number => Math.min(...symptoms.map(({ since }) => since));

/** Several own servers of one registered domain that went down within minutes, where no other of its servers is well, are one. */
export function oneCompany(scene: Scene, claims: readonly Claim[]): readonly Claim[] {
  const joined = new Map<Claim, Claim | undefined>();
  for (const [place, here] of groupBy(claims, houseOf)) {
    for (const group of runsOf(here)) {
      const symptoms = group.flatMap((claim) => claim.symptoms);
      const hosts = distinct(symptoms.map(({ host }) => host)).toSorted();
      const isAnyWell = scene.answers.some(
        (answer) => answer.place === place && !answer.isIll && !hosts.includes(answer.host) && sawAfter(answer.sight, symptoms),
      );
      const [first, ...others] = group;
      if (first === undefined || others.length === 0 || hosts.length < 2 || isAnyWell) continue;
      const alternatives = [...new Set<Cause>([...group.flatMap((claim) => claim.alternatives), "own-port-blocked"])];
      joined.set(first, {
        cause: "server-down",
        confidence: "medium",
        about: { domain: place, hosts: listed(hosts) },
        symptoms,
        clues: group.flatMap((claim) => claim.clues),
        alternatives,
      });
      for (const other of others) joined.set(other, undefined);
    }
  }
  return claims.flatMap((claim) => (joined.has(claim) ? (joined.get(claim) ?? []) : [claim]));
}

/** Those that began one soon after the other. */
function runsOf(claims: readonly Claim[]): readonly (readonly Claim[])[] {
  const runs: Claim[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const claim of claims.toSorted((a, b) => begin(a) - begin(b))) {
    const run = begin(claim) - last <= togetherMs ? runs.at(-1) : undefined;
    if (run) run.push(claim);
    else runs.push([claim]);
    last = begin(claim);
  }
  return runs;
}
