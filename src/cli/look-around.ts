import type { Probe } from "../model/probe.ts";
import { lookAtAll } from "./lanes.ts";
import type { Lookout, Sight } from "./lookout.ts";

/** From ourselves outwards, as one looks for a fault by hand: what stands on a layer is looked at after it. */
export const layers = ["own-side", "names", "connection", "encryption", "login", "services", "storage", "round-trip"] as const;
export type Layer = (typeof layers)[number];

export type LookProgress =
  | { readonly kind: "layer"; readonly layer: Layer; readonly probes: number }
  | { readonly kind: "sight"; readonly layer: Layer; readonly sight: Sight; readonly done: number; readonly all: number };

/**
 * Runs these probes once, layer by layer, and tells each as it is seen.
 * @returns what was seen, from the nearest layer to the farthest; what an interruption cut short is missing
 */
export async function lookAround(
  probes: readonly Probe[],
  lookout: Pick<Lookout, "look" | "stopping">,
  onProgress: (progress: LookProgress) => void = () => undefined,
): Promise<readonly Sight[]> {
  const sights: Sight[] = [];
  let done = 0;
  for (const layer of layers) {
    const here = probes.filter((probe) => layerOf(probe) === layer);
    if (here.length === 0 || lookout.stopping.aborted) continue;
    onProgress({ kind: "layer", layer, probes: here.length });
    const seen = await lookAtAll(here, lookout, (sight) => {
      done += 1;
      onProgress({ kind: "sight", layer, sight, done, all: probes.length });
    });
    sights.push(...seen);
  }
  return sights;
}

const byCheck: Readonly<Record<string, Layer>> = {
  "port-reachability": "connection",
  "provider-status": "connection",
  "smtp-mx": "connection",
  "tls-certificate": "encryption",
  "imap-login": "login",
  "smtp-submission": "login",
  "pop3-login": "login",
  managesieve: "services",
  "webmail-login-page": "services",
  "ldap-directory": "services",
  "postfix-queue": "services",
  "smtp-relay": "services",
  "imap-quota": "storage",
  "mailbox-activity": "storage",
  "mail-roundtrip": "round-trip",
  "mail-forward": "round-trip",
};

export function layerOf({ asset, check }: Pick<Probe, "asset" | "check">): Layer {
  if (asset === "monitor") return "own-side";
  return byCheck[check] ?? (check.startsWith("dns") || check.endsWith("-expiry") ? "names" : "services");
}
