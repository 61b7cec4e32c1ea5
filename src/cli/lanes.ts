import type { Probe } from "../model/probe.ts";
import type { Lookout, Sight } from "./lookout.ts";

const atOnce = 16;

/**
 * Looks at all of these, several at a time. Runs of one account never overlap: some providers count that as an attack.
 * @returns in the order of `probes`; what was interrupted is missing
 */
export async function lookAtAll(
  probes: readonly Probe[],
  lookout: Pick<Lookout, "look">,
  onSight: (sight: Sight) => void,
): Promise<readonly Sight[]> {
  const sights = new Map<Probe, Sight>();
  const lanes = inLanes(probes);
  const worker = async (): Promise<void> => {
    for (let lane = lanes.shift(); lane !== undefined; lane = lanes.shift()) {
      for (const probe of lane) {
        const sight = await lookout.look(probe);
        if (!sight) continue;
        sights.set(probe, sight);
        onSight(sight);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return probes.flatMap((probe) => sights.get(probe) ?? []);
}

/** Probes that share an account follow each other; the others go side by side. */
function inLanes(probes: readonly Probe[]): (readonly Probe[])[] {
  const lanes: { accounts: Set<string>; probes: Probe[] }[] = [];
  for (const probe of probes) {
    const accounts = (probe.load.logins ?? []).map(({ account }) => account.toLowerCase());
    const shared = lanes.filter((lane) => accounts.some((account) => lane.accounts.has(account)));
    const [first, ...others] = shared;
    if (!first) {
      lanes.push({ accounts: new Set(accounts), probes: [probe] });
      continue;
    }
    for (const other of others) {
      for (const account of other.accounts) first.accounts.add(account);
      first.probes.push(...other.probes);
      lanes.splice(lanes.indexOf(other), 1);
    }
    for (const account of accounts) first.accounts.add(account);
    first.probes.push(probe);
  }
  return lanes.map((lane) => lane.probes);
}
