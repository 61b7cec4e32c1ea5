import { inspect } from "node:util";
import { isRecord } from "../config/document.ts";
import type { AnyCheck } from "../model/check.ts";
import type { Plan } from "../model/config.ts";
import type { Probe } from "../model/probe.ts";
import { isSecret, type Secret } from "../model/secret.ts";

/** A password that somebody gave to this command and that is nowhere else. */
export const givenSecret = (value: string): Secret =>
  Object.assign({
    source: "standard input",
    reveal: () => Promise.resolve(value),
    toJSON: () => "[secret]" as const,
    toString: () => "[secret]",
    [inspect.custom]: () => "[secret]",
  });

/** The password that a mailbox is configured with; undefined where it is logged in to by tokens. */
export function passwordOf(address: string, { probes }: Pick<Plan, "probes">): Secret | undefined {
  for (const { asset, options } of probes) {
    const password = asset === address && isRecord(options) ? options["password"] : undefined;
    if (isSecret(password)) return password;
  }
  return undefined;
}

/** The probes as they would be with another password in the place of one. */
export function withPassword(
  plan: Plan,
  checks: ReadonlyMap<string, AnyCheck>,
  { old, fresh }: { readonly old: Secret; readonly fresh: Secret },
): Plan {
  const replaced = (value: unknown): unknown => {
    if (value === old) return fresh;
    if (Array.isArray(value)) return value.map(replaced);
    if (!isRecord(value) || isSecret(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner)]));
  };
  const changed = (probe: Probe): Probe => {
    if (!(probe.load.logins ?? []).some(({ credential }) => credential === old)) return probe;
    const options = replaced(probe.options);
    return { ...probe, options, load: checks.get(probe.check)?.load?.(options) ?? {} };
  };
  return { ...plan, probes: plan.probes.map(changed) };
}
