import { createHmac } from "node:crypto";
import { formatDuration } from "../config/duration.ts";
import { commandWords } from "../i18n/commands.ts";
import { pingId } from "../model/ping.ts";
import type { Probe } from "../model/probe.ts";
import { inLanguage, say } from "../model/text.ts";
import { installationKey } from "../store/installation-key.ts";
import { chosenFile, configured, exitUsage, type Env } from "./configuration.ts";
import { table } from "./table.ts";

/**
 * Shows the probes of a configuration: a table, or with `json` one array on standard output, times in milliseconds. Found
 * mail servers are told on standard error; `accept` pins them where they have changed. Resolves with the exit code.
 */
export async function showPlan(
  options: { readonly config?: string; readonly json?: boolean; readonly accept?: boolean },
  env: Env,
): Promise<number> {
  const found = await configured(chosenFile(options.config, env), env, { pins: options.accept === true ? "accept" : "keep" });
  if (!found) return exitUsage;
  const { language, declared } = found;
  const { probes, notes } = found.plan;
  if (options.json === true) console.log(JSON.stringify(probes.map(asJson), undefined, 2));
  else {
    const heads = (["probe", "target", "every", "deadline", "confirm", "from"] as const).map((key) =>
      inLanguage(commandWords[key], language),
    );
    console.log(table([heads, ...probes.map(asRow)]));
  }
  console.error(say(commandWords.counts, language, { assets: declared, probes: probes.length }));
  for (const note of notes) console.error(inLanguage(note, language));
  const heartbeats = probes.filter(({ options: own }) => typeof own === "object" && own !== null && "heartbeat" in own);
  if (heartbeats.length > 0) {
    const key = installationKey(found.plan.settings.data);
    const sign = (text: string): string => createHmac("sha256", key).update(text).digest("hex");
    for (const { asset, target } of heartbeats) {
      const url = `${found.plan.settings.url}/ping/${pingId(asset, sign)}`;
      console.error(say(commandWords.heartbeat, language, { what: target, url }));
    }
  }
  for (const { id, waiting } of probes) {
    if (waiting !== undefined)
      console.error(say(commandWords.waiting, language, { probe: id, reason: inLanguage(waiting, language) }));
  }
  return 0;
}

const asJson = ({ id, check, asset, target, everyMs, deadlineMs, confirm, measures, from }: Probe) => ({
  probe: id,
  check,
  asset,
  target,
  every: everyMs,
  deadline: deadlineMs,
  confirm,
  measures,
  from,
});

const asRow = ({ id, target, everyMs, deadlineMs, confirm, from }: Probe): readonly string[] => [
  id,
  target,
  formatDuration(everyMs),
  formatDuration(deadlineMs),
  `${confirm.bad[0]}/${confirm.bad[1]}`,
  from,
];
