import type { AnyCheck } from "../model/check.ts";
import type { Probe } from "../model/probe.ts";

/** A probe that no plan has: one look by a command. @param from which */
export const singleProbe = (from: string, asset: string, check: AnyCheck, options: unknown): Probe => ({
  id: `${asset}/${check.id}`,
  asset,
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
  from,
});
