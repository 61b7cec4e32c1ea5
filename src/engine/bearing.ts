import { isOAuth } from "../model/oauth.ts";
import { partsOfId, type Probe } from "../model/probe.ts";
import { ownServer } from "../model/provider.ts";

/** What is run to find out why one asset does not work. */
export interface Bearing {
  readonly probes: readonly Probe[];
  /** Of these, the logins of other mailboxes, which are there to compare with. */
  readonly comparisons: ReadonlySet<string>;
}

/** How many other mailboxes are logged in to: at the same provider, and at another. */
const atSame = 2;
const atOther = 1;

/**
 * The probes that tell something about one asset: its own; of a mailbox (of a route: of both ends) those of its domain, its servers,
 * its provider and its routes, and logins of a few others to compare with; and our own side. Pure.
 */
export function bearingOn(id: string, probes: readonly Probe[]): Bearing {
  const ends = id.split("~").filter((end) => end.includes("@"));
  const found = ends.map((end) => ofMailbox(end, probes));
  const isOfRoute = ends.length > 1;
  const chosen = new Set(probes.filter(({ asset }) => asset === id));
  for (const one of found) {
    // Of a route only the ends: what else they have to do with is not on this way.
    for (const probe of one.probes) if (!isOfRoute || !probe.asset.includes("~")) chosen.add(probe);
  }
  if (ends.length === 0) for (const probe of probes) if (isSelfTest(probe)) chosen.add(probe);
  const comparisons = new Set(found.flatMap((one) => [...one.comparisons]).filter((one) => !ends.includes(partsOfId(one).asset)));
  return { probes: probes.filter((probe) => chosen.has(probe)), comparisons };
}

const isSelfTest = ({ asset, check }: Probe): boolean =>
  asset === "monitor" && !["proxy", "oauth-token", "credential-expiry"].includes(check);

function ofMailbox(address: string, probes: readonly Probe[]): Bearing {
  const own = probes.filter(({ asset }) => asset === address);
  const domain = address.slice(address.lastIndexOf("@") + 1);
  const hosts = new Set(own.flatMap(({ load }) => (load.host === undefined ? [] : [load.host.toLowerCase()])));
  const provider = own.map((probe) => probe.provider).find((it) => it !== undefined && it !== ownServer);
  const proxied = own.some(({ options }) => optionOf(options, "proxy") !== undefined);
  const byToken = own.some(({ options }) => isOAuth(optionOf(options, "password")));

  const bears = (probe: Probe): boolean => {
    const { asset, check, load, options } = probe;
    if (asset === address) return true;
    if (asset === "monitor") return isSelfTest(probe) || (check === "proxy" ? proxied : byToken);
    if (asset.includes("~")) return asset.split("~").includes(address);
    if (check === "subscription-expiry") return paysFor(options).some((paid) => paid === address || paid === domain);
    if (asset.includes("@")) return false;
    if (check === "domain-expiry") return domain === asset || domain.endsWith(`.${asset}`);
    if (asset === domain) return true;
    if (check === "provider-status") return provider !== undefined && probe.provider === provider;
    const host = asset.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
    return hosts.has(host) || hosts.has(load.host?.toLowerCase() ?? "") || (asset.includes(":") && host.endsWith(`.${domain}`));
  };
  const chosen = probes.filter(bears);

  const loginsOfOthers = probes.filter(
    ({ asset, check, waiting }) =>
      asset.includes("@") && !asset.includes("~") && asset !== address && check === "imap-login" && waiting === undefined,
  );
  const isSame = (probe: Probe): boolean =>
    provider === undefined ? hosts.has(probe.load.host?.toLowerCase() ?? "") : probe.provider === provider;
  const compared = [
    ...loginsOfOthers.filter(isSame).slice(0, atSame),
    ...loginsOfOthers.filter((probe) => !isSame(probe)).slice(0, atOther),
  ];
  return { probes: [...chosen, ...compared], comparisons: new Set(compared.map(({ id }) => id)) };
}

const optionOf = (options: unknown, name: string): unknown =>
  typeof options === "object" && options !== null ? Reflect.get(options, name) : undefined;

/** What a subscription pays for. */
function paysFor(options: unknown): readonly unknown[] {
  const paid = optionOf(options, "paysFor");
  return Array.isArray(paid) ? paid : [];
}
