import { basename } from "node:path";
import { engineFindings } from "../i18n/engine-findings.ts";
import type { AnyCheck } from "../model/check.ts";
import type { AssetSummary } from "../model/config.ts";
import { kindOfAsset, partsOfId, type Probe } from "../model/probe.ts";
import type { Config, ProbeOverride } from "./config.ts";
import { derive } from "./derive.ts";
import { fault, nearest, suggest, type Diagnostic } from "./diagnostics.ts";
import { isRecord } from "./document.ts";
import type { Draft } from "./draft.ts";
import { parseOptions } from "./options.ts";
import { limitsOf, type Pace, withinLimits } from "./paces.ts";
import { supportOf } from "./providers.ts";
import { sizeFaults } from "./route-sizes.ts";
import type { PlanFacts } from "./services.ts";

export interface Planned {
  readonly assets: readonly AssetSummary[];
  readonly probes: readonly Probe[];
  readonly errors: readonly Diagnostic[];
}

/** Turns the configuration into probes: those that follow from the assets, with the overrides of `probes`, and the added ones. Pure. */
export function plan(config: Config, facts: PlanFacts, checks: ReadonlyMap<string, AnyCheck>): Planned {
  const { drafts, assets } = derive(config, facts);
  const overrides = new Map(config.probes.map((override) => [override.id, override]));
  const errors: Diagnostic[] = [];
  const paces: Pace[] = [];
  const finish = (draft: Draft, check: AnyCheck, override: ProbeOverride | undefined): void => {
    const made = finishProbe(config, draft, check, override);
    errors.push(...made.errors);
    if (!made.probe) return;
    const provider = draft.provider === undefined ? undefined : facts.providers.get(draft.provider);
    const probe = provider ? { ...made.probe, support: supportOf(provider) } : made.probe;
    const written = override?.words.every !== undefined ? [...override.path, "every"] : undefined;
    const ofDraft = draft.everyMs !== undefined ? draft.path : undefined;
    paces.push({ probe, written: written ?? ofDraft });
  };

  const ids = new Set<string>();
  for (const draft of drafts) {
    const check = checks.get(draft.check);
    // A part of the product is missing: nothing the user wrote is wrong.
    if (!check) throw new Error(`Cannot plan "${draft.asset}": the check "${draft.check}" is missing in checks/`);
    const id = `${draft.asset}/${draft.check}`;
    ids.add(id);
    finish(draft, check, overrides.get(id));
  }
  const added = new Map(assets.map((asset) => [asset.id, asset]));
  for (const override of config.probes) {
    if (ids.has(override.id)) continue;
    const parts = partsOfId(override.id);
    if (override.words.check === undefined && !added.has(parts.asset) && isWritten(config, parts.asset)) {
      // The asset is written and wrong, which has its own message.
      const check = checks.get(parts.check);
      if (check) errors.push(...wrongWords(config, check, override));
      continue;
    }
    const found = addedProbe(config, override, ids, checks);
    if ("file" in found) errors.push(found);
    else {
      const { asset } = found.draft;
      const known = added.get(asset) ?? { id: asset, kind: kindOfAsset(asset), business: found.draft.business };
      added.set(asset, known);
      const partner = drafts.some((draft) => draft.asset === asset && draft.ours === false);
      const whose: Pick<Draft, "ours"> = partner ? { ours: false } : {};
      finish({ ...found.draft, ...whose, business: override.words.business ?? known.business }, found.check, override);
    }
  }
  const { probes, faults } = withinLimits(paces, limitsOf(config, facts));
  errors.push(...[...faults, ...sizeFaults(config, facts)].map(({ path, fault: wrong }) => config.source.at(path, wrong)));
  return { assets: [...added.values()], probes, errors };
}

const isWritten = ({ source }: Config, asset: string): boolean =>
  [...namesIn(source.value["domains"], "name"), ...namesIn(source.value["mailboxes"], "address")].includes(asset);

const namesIn = (list: unknown, key: string): readonly string[] =>
  Array.isArray(list) ? list.flatMap((item: unknown) => (isRecord(item) ? [String(item[key]).toLowerCase()] : [])) : [];

/** An entry of `probes` that no asset gave: it needs the name of its check, and `asset/check` as its id. */
function addedProbe(
  config: Config,
  override: ProbeOverride,
  ids: ReadonlySet<string>,
  checks: ReadonlyMap<string, AnyCheck>,
): { readonly draft: Draft; readonly check: AnyCheck } | Diagnostic {
  const { id, words, path } = override;
  const { source } = config;
  const parts = partsOfId(id);
  if (words.check === undefined) {
    const near = nearest(id, ids);
    const remedy =
      near === undefined
        ? {
            en: "see the ids that mailvigil plan shows; to add a probe, say its check: too",
            zh: "请查看 mailvigil plan 列出的 id；若要新增探测，请写明 check:",
          }
        : { en: `write ${near}; to add a probe, say its check: too`, zh: `请改为 ${near}；若要新增探测，请写明 check:` };
    return source.at(path, fault({ en: "there is no such probe", zh: "没有这个探测" }, remedy), "key");
  }
  const check = checks.get(words.check);
  if (!check) {
    const wrong = fault({ en: "there is no such check", zh: "没有这个检查" }, suggest(words.check, [...checks.keys()]));
    return source.at([...path, "check"], wrong);
  }
  if (parts.check !== check.id || parts.asset === "") {
    const asset = parts.asset === "" ? id.replace(/\/+$/, "") : parts.asset;
    const wrong = fault(
      { en: "is not the id of this check on an asset", zh: "不是「资产/检查」形式的 id" },
      { en: `write ${asset}/${check.id}`, zh: `请改为 ${asset}/${check.id}` },
    );
    return source.at(path, wrong, "key");
  }
  return { draft: { asset: parts.asset, check: check.id, options: {}, business: words.business ?? "normal", path }, check };
}

function finishProbe(
  config: Config,
  draft: Draft,
  check: AnyCheck,
  override: ProbeOverride | undefined,
): { readonly probe?: Probe; readonly errors: readonly Diagnostic[] } {
  const { source } = config;
  const errors: Diagnostic[] = override ? wrongWords(config, check, override) : [];
  const own = override?.options ?? {};
  const parsed = draft.waiting
    ? undefined
    : parseOptions({ ...draft.options, ...own }, check.options, {
        source,
        pathOf: (path) =>
          override && (Object.hasOwn(own, String(path[0] ?? "")) || draft.path === override.path)
            ? [...override.path, "options", ...path]
            : [...draft.path, ...path],
      });
  if (parsed && "errors" in parsed) return { errors: [...errors, ...parsed.errors] };
  if (errors.length > 0) return { errors };

  const { words } = override ?? { words: undefined };
  const options: unknown = parsed?.options;
  const probe: Probe = {
    id: `${draft.asset}/${draft.check}`,
    asset: draft.asset,
    check: check.id,
    target: draft.waiting ? draft.asset : check.target(options),
    options,
    ...(draft.waiting ? { waiting: draft.waiting } : {}),
    everyMs: words?.every ?? draft.everyMs ?? check.every,
    deadlineMs: words?.deadline ?? check.deadline,
    confirm: {
      bad: words?.confirm?.bad ?? check.confirm.bad,
      good: words?.confirm?.good ?? check.confirm.good,
      recheckMs: words?.confirm?.recheck ?? check.confirm.recheckMs,
    },
    measures: check.measures,
    severity: words?.severity ?? {},
    business: words?.business ?? draft.business,
    ...(draft.answers === undefined ? {} : { answers: draft.answers }),
    ...(draft.ours === undefined ? {} : { ours: draft.ours }),
    load: draft.waiting ? {} : (check.load?.(options) ?? {}),
    ...(draft.provider === undefined ? {} : { provider: draft.provider }),
    from: `${basename(source.file)}:${source.lineOf(draft.path)}`,
  };
  return { probe, errors };
}

/** The check of a derived probe cannot be changed, and severities are given to findings that exist. */
function wrongWords({ source }: Config, check: AnyCheck, { words, path }: ProbeOverride): Diagnostic[] {
  const errors: Diagnostic[] = [];
  if (words.check !== undefined && words.check !== check.id) {
    const wrong = fault(
      { en: `this probe belongs to the check ${check.id}`, zh: `这个探测属于检查 ${check.id}` },
      { en: `write ${check.id}, or leave check out`, zh: `请写 ${check.id}，或删去 check` },
    );
    errors.push(source.at([...path, "check"], wrong));
  }
  const codes = [...Object.keys(check.findings), ...Object.keys(engineFindings)];
  for (const code of Object.keys(words.severity ?? {})) {
    if (codes.includes(code)) continue;
    const wrong = fault({ en: `${check.id} has no such finding`, zh: `${check.id} 没有这个发现` }, suggest(code, codes));
    errors.push(source.at([...path, "severity", code], wrong, "key"));
  }
  return errors;
}
