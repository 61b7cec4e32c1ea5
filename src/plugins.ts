import { readdirSync } from "node:fs";
import type { AnyChannel } from "./model/channel.ts";
import type { AnyCheck } from "./model/check.ts";
import { severities } from "./model/status.ts";

/** A file in `checks/` or `alerts/channels/` that is no check or channel. The message names the file and what it lacks. */
class PluginError extends Error {
  override readonly name = "PluginError";
}

/** All checks by id, in the order of their names. The first wrong file ends the start. */
export const loadChecks = (folder: URL = new URL("../checks/", import.meta.url)): Promise<ReadonlyMap<string, AnyCheck>> =>
  loadFolder(folder, "check", asCheck);

/** All channel types by id. */
export const loadChannels = (
  folder: URL = new URL("../alerts/channels/", import.meta.url),
): Promise<ReadonlyMap<string, AnyChannel>> => loadFolder(folder, "channel", asChannel);

async function loadFolder<T>(
  folder: URL,
  kind: string,
  judge: (value: unknown, id: string, wrong: (what: string) => PluginError) => T,
): Promise<ReadonlyMap<string, T>> {
  const files = readdirSync(folder)
    .filter((name) => /^[^.]+\.ts$/.test(name))
    .toSorted();
  const found = new Map<string, T>();
  for (const name of files) {
    const url = new URL(name, folder);
    const wrong = (what: string): PluginError => new PluginError(`"${url.pathname}" is no ${kind}: ${what}`);
    let module: unknown;
    try {
      module = await import(url.href);
    } catch (cause) {
      throw new PluginError(
        `Cannot load the ${kind} "${url.pathname}": ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
    if (!isRecord(module) || module["default"] === undefined) throw wrong("it has no default export");
    const id = name.slice(0, -".ts".length);
    found.set(id, judge(module["default"], id, wrong));
  }
  return found;
}

type Wrong = (what: string) => PluginError;

function asCheck(value: unknown, id: string, wrong: Wrong): AnyCheck {
  if (!isRecord(value)) throw wrong("its default export is not an object; write export default defineCheck({ … })");
  common(value, id, wrong);
  for (const key of ["target", "run"]) if (typeof value[key] !== "function") throw wrong(`${key} is not a function`);
  if (value["load"] !== undefined && typeof value["load"] !== "function") throw wrong("load is not a function");
  const measures = ["service", "posture", "expiry", "monitor"];
  if (!measures.includes(String(value["measures"]))) throw wrong(`measures is not one of ${measures.join(", ")}`);
  for (const key of ["every", "deadline"]) {
    const ms = value[key];
    if (typeof ms !== "number" || !(ms > 0)) throw wrong(`${key} is not a number of milliseconds`);
  }
  const confirm = value["confirm"];
  if (!isRecord(confirm) || !Array.isArray(confirm["bad"])) throw wrong("confirm is not { bad: [n, m], good, recheckMs }");
  const findings = value["findings"];
  if (!isRecord(findings)) throw wrong("findings is not an object");
  for (const [code, finding] of Object.entries(findings)) {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(code)) throw wrong(`the code of the finding "${code}" is not in kebab-case`);
    if (!isRecord(finding) || !severities.some((it) => it === finding["severity"]))
      throw wrong(`the finding "${code}" has no severity`);
    for (const key of ["text", "advice"])
      if (!isText(finding[key])) throw wrong(`the finding "${code}" has no ${key} in en and zh`);
    if (typeof finding["source"] !== "string") throw wrong(`the finding "${code}" has no source`);
  }
  const metrics = value["metrics"];
  if (!isRecord(metrics)) throw wrong("metrics is not an object");
  for (const [name, metric] of Object.entries(metrics)) {
    const named = /^[a-z][a-zA-Z0-9_]*$/.test(name) && isRecord(metric) && typeof metric["help"] === "string";
    if (!named) throw wrong(`the metric "${name}" is not { label, help, unit }`);
    if (!isText(metric["label"])) throw wrong(`the metric "${name}" has no label in en and zh`);
  }
  // Every property that the engine uses has been looked at.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by hand above
  return value as unknown as AnyCheck;
}

function asChannel(value: unknown, id: string, wrong: Wrong): AnyChannel {
  if (!isRecord(value)) throw wrong("its default export is not an object; write export default defineChannel({ … })");
  common(value, id, wrong);
  if (typeof value["perMinute"] !== "number" || !(value["perMinute"] > 0)) throw wrong("perMinute is not a number of messages");
  for (const key of ["dependsOn", "send"]) if (typeof value[key] !== "function") throw wrong(`${key} is not a function`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by hand above
  return value as unknown as AnyChannel;
}

function common(value: Readonly<Record<string, unknown>>, id: string, wrong: Wrong): void {
  if (value["id"] !== id) throw wrong(`its id is "${String(value["id"])}"; it must equal the file name, "${id}"`);
  if (!isText(value["title"])) throw wrong("title is not a text in en and zh");
  const options = value["options"];
  if (!isRecord(options) || typeof options["safeParse"] !== "function") throw wrong("options is not a zod schema");
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

const isText = (value: unknown): boolean =>
  isRecord(value) && [value["en"], value["zh"]].every((text) => typeof text === "string" && text !== "");
