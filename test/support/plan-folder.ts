import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { loadConfiguration, type LoadWorld } from "../../src/config/load.ts";
import { findDependentRoutes } from "../../src/engine/independence.ts";
import type { Plan } from "../../src/model/config.ts";
import type { Probe } from "../../src/model/probe.ts";
import { plainChannels, plainChecks } from "./plain-checks.ts";
import { createZone, type Zone } from "./zone.ts";

/** What planning needs of the world, with checks that do nothing. */
export const planWorld: LoadWorld = {
  checks: plainChecks,
  channels: plainChannels,
  env: { SALES_PASSWORD: "b-secret", TOKEN: "c-secret" },
  dependentRoutes: findDependentRoutes,
  now: () => Date.UTC(2026, 10, 22),
};

/** A folder of its own for each test of the file. `write` makes a mailvigil.yaml in it and returns its path. */
export function planFolder(): { readonly path: () => string; readonly write: (text: string) => Promise<string> } {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "mailvigil-plan-"));
  });
  afterEach(() => rm(folder, { recursive: true }));
  return {
    path: () => folder,
    write: async (text) => {
      const file = join(folder, "mailvigil.yaml");
      await writeFile(file, text);
      return file;
    },
  };
}

/** The plan of a file that is right. */
export async function loadPlan(file: string, over: Partial<LoadWorld> = {}): Promise<Plan> {
  const loaded = await loadConfiguration(file, { ...planWorld, ...over });
  if ("errors" in loaded) throw new Error(JSON.stringify(loaded.errors, undefined, 1));
  return loaded.plan;
}

export const idsOf = (plan: Plan): readonly string[] => plan.probes.map(({ id }) => id);

export function probeIn(plan: Plan, id: string): Probe {
  const found = plan.probes.find((it) => it.id === id);
  if (!found) throw new Error(`${id} is not among ${idsOf(plan).join(" ")}`);
  return found;
}

export const asking = (zone: Zone): Partial<LoadWorld> => ({ createAsk: () => createZone(zone).ask });

/** The probes that a mail domain gets by itself, in the order of the plan. */
export const domainIds = (domain: string): readonly string[] =>
  [
    "dns-mx",
    "dns-spf",
    "dns-dkim",
    "dns-dmarc",
    "dns-mta-sts",
    "dns-tls-rpt",
    "dns-dane",
    "dns-dnssec",
    "dns-caa",
    "dns-ptr",
    "dns-autoconfig",
    "dns-consistency",
    "dns-bimi",
    "dns-drift",
    "smtp-mx",
    "dnsbl-listing",
    "domain-expiry",
  ].map((check) => `${domain}/${check}`);

export const ownSideIds = ["egress", "resolver", "clock", "interception", "port25", "ipv6"].map((check) => `monitor/${check}`);
