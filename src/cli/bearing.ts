import { isRecord } from "../config/document.ts";
import { toHost } from "../config/names.ts";
import type { Plan } from "../model/config.ts";
import { isOAuth } from "../model/oauth.ts";
import type { Probe } from "../model/probe.ts";
import { ownServer } from "../model/provider.ts";

/** What is run to find out why one mailbox does not work. */
export interface Bearing {
  readonly probes: readonly Probe[];
  /** Of these, the logins of other mailboxes, which are there to compare with. */
  readonly comparisons: ReadonlySet<string>;
}

/** How many other mailboxes are logged in to: at the same provider, and at another. */
const atSame = 2;
const atOther = 1;

/**
 * The probes that tell something about one mailbox: its own, those of its domain, its servers, its provider and its routes, our own
 * side; and logins of a few others to compare with. Pure.
 * @param address the id of the mailbox
 */
export function bearingOn(address: string, { probes }: Pick<Plan, "probes">): Bearing {
  const own = probes.filter(({ asset }) => asset === address);
  const domain = address.slice(address.lastIndexOf("@") + 1);
  const hosts = new Set(own.flatMap(({ load }) => (load.host === undefined ? [] : [load.host.toLowerCase()])));
  const provider = own.map((probe) => probe.provider).find((id) => id !== undefined && id !== ownServer);
  const proxied = own.some(({ options }) => isRecord(options) && options["proxy"] !== undefined);
  const byToken = own.some(({ options }) => isRecord(options) && isOAuth(options["password"]));

  const bears = (probe: Probe): boolean => {
    const { asset, check, load, options } = probe;
    if (asset === address) return true;
    if (asset === "monitor") {
      if (check === "proxy") return proxied;
      return check === "oauth-token" || check === "credential-expiry" ? byToken : true;
    }
    if (asset.includes("~")) return asset.split("~").includes(address);
    if (check === "subscription-expiry") return paysFor(options).some((paid) => paid === address || paid === domain);
    if (asset.includes("@")) return false;
    if (check === "domain-expiry") return domain === asset || domain.endsWith(`.${asset}`);
    if (asset === domain) return true;
    if (check === "provider-status") return provider !== undefined && probe.provider === provider;
    const host = hostOf(asset) ?? "";
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

/** What a subscription pays for. */
function paysFor(options: unknown): readonly unknown[] {
  const paid = isRecord(options) ? options["paysFor"] : undefined;
  return Array.isArray(paid) ? paid : [];
}

/** Of `host:port`, or of a host alone. */
const hostOf = (asset: string): string | undefined => toHost(asset.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1"));
