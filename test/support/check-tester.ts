import { createHmac } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { singleProbe } from "../../src/cli/single-probe.ts";
import { createLoopWatch } from "../../src/engine/loop-watch.ts";
import { runProbe, type RunOutcome, type RunWorld } from "../../src/engine/run-probe.ts";
import { speakFindings } from "../../src/http/spoken.ts";
import type { AnyCheck, CheckContext } from "../../src/model/check.ts";
import type { Json } from "../../src/model/json.ts";
import type { Fact, Observation } from "../../src/model/observation.ts";
import type { Probe } from "../../src/model/probe.ts";
import type { Severity, Status } from "../../src/model/status.ts";
import { englishLeft } from "./english-left.ts";
import { createZone, type Zone } from "./zone.ts";

/** What a case stands on when a table of DNS records is not enough: servers of its own, more options, parts of the context. */
interface CaseWorld {
  readonly options?: object;
  readonly ctx?: Partial<CheckContext>;
  readonly close?: () => unknown;
}

export interface CheckCase {
  readonly options?: object;
  readonly zone?: Zone;
  readonly world?: () => Promise<CaseWorld>;
  readonly memory?: Json;
  readonly facts?: readonly (Fact & { readonly asset?: string })[];
  readonly previous?: Observation;
  /** Milliseconds UTC; default 2026-11-22T12:00:00Z. */
  readonly now?: number;
  readonly severity?: Readonly<Record<string, Severity>>;
  readonly deadlineMs?: number;
  readonly status: Status;
  /** The codes, in order. */
  readonly findings: readonly string[];
  /** What else must hold. */
  readonly also?: (observation: Observation, outcome: RunOutcome) => void | Promise<void>;
}

/** What a case of a table promises, for who collects the cases (test/rule-ids.test.ts). */
export interface Shows {
  readonly check: string;
  readonly status: Status;
  readonly findings: readonly string[];
}

declare module "vitest" {
  interface TaskMeta {
    shows?: Shows;
  }
}

export const testNow = Date.UTC(2026, 10, 22, 12);

/** A probe made by hand, for a check with these options. */
export const probeOf = (check: AnyCheck, options: unknown, more: Partial<Probe> = {}): Probe => ({
  ...singleProbe("test", "example.com", check, options),
  ...more,
});

/** The world of a run in tests: nothing is reachable but what is handed in. */
export function testWorld(over: Partial<RunWorld> = {}): RunWorld & Pick<CheckContext, "once"> {
  const nothing = (what: string) => () => Promise.reject(new Error(`this case has no ${what}`));
  return {
    dial: nothing("dial"),
    ask: nothing("zone"),
    resolve: nothing("zone"),
    now: () => testNow,
    memory: undefined,
    facts: () => [],
    previous: undefined,
    isPublic: () => true,
    authorities: [],
    sign: (text) => createHmac("sha256", "test").update(text).digest("hex"),
    mask: (text) => text,
    once: (_what, make, signal) => make(signal),
    loop: sharedLoop,
    stopping: new AbortController().signal,
    lastAt: undefined,
    ...over,
  };
}

const sharedLoop = createLoopWatch();

/**
 * Puts a check through a table of cases, each a whole run by the engine. Fails as well when a declared finding is shown by no
 * case of the table (or of `shownElsewhere`, with the file that shows it), so that no text is written that nobody ever saw.
 */
export function testCheck(
  check: AnyCheck,
  cases: Readonly<Record<string, CheckCase>>,
  options: { readonly shownElsewhere?: Readonly<Record<string, string>> } = {},
): void {
  describe(check.id, () => {
    const shown = new Set(Object.keys(options.shownElsewhere ?? {}));
    for (const [name, given] of Object.entries(cases)) {
      test(name, { meta: { shows: { check: check.id, status: given.status, findings: given.findings } } }, async () => {
        const outcome = await runCase(check, given);
        const { observation } = outcome;
        for (const finding of observation.findings) shown.add(finding.code);
        expect(
          { status: observation.status, findings: observation.findings.map((finding) => finding.code) },
          [JSON.stringify(observation.findings), ...observation.evidence].join("\n"),
        ).toEqual({ status: given.status, findings: given.findings });
        expectNoOpenPlaces(check, observation);
        expectChinese(check, observation);
        await given.also?.(observation, outcome);
      });
    }
    afterAll(() => {
      const hidden = Object.keys(check.findings).filter((code) => !shown.has(code));
      if (hidden.length > 0) throw new Error(`${check.id}: no case shows ${hidden.join(", ")}`);
    });
  });
}

async function runCase(check: AnyCheck, given: CheckCase): Promise<RunOutcome> {
  const world = await given.world?.();
  try {
    const parsed = check.options.parse({ ...given.options, ...world?.options });
    const zone = given.zone && createZone(given.zone);
    const outcome = await runProbe(
      probeOf(check, parsed, { severity: given.severity ?? {}, ...(given.deadlineMs ? { deadlineMs: given.deadlineMs } : {}) }),
      check,
      testWorld({
        ...(zone ? { ask: zone.ask, resolve: zone.resolve } : {}),
        ...(given.now === undefined ? {} : { now: () => given.now ?? testNow }),
        ...(given.previous ? { previous: given.previous } : {}),
        memory: given.memory,
        facts: (kind) => (given.facts ?? []).filter((fact) => fact.kind === kind),
        ...world?.ctx,
      }),
    );
    if (!outcome) throw new Error("the run was cut short");
    return outcome;
  } finally {
    await world?.close?.();
  }
}

/** Whoever reads Chinese reads Chinese: the reasons in a finding's data, too (src/i18n/reasons.ts). */
function expectChinese(check: AnyCheck, { findings }: Observation): void {
  for (const { code, text, advice } of speakFindings(check, findings)) {
    for (const { zh } of [text, advice])
      expect(englishLeft(zh), `English in what ${code} says in Chinese: ${zh}`).toBeUndefined();
  }
}

/** Every value that a text names must be in the data: a person must never read "{host}". */
function expectNoOpenPlaces(check: AnyCheck, observation: Observation): void {
  for (const { code, data } of observation.findings) {
    const declaration = check.findings[code];
    if (!declaration) continue;
    for (const text of [declaration.text.en, declaration.text.zh, declaration.advice.en, declaration.advice.zh]) {
      const missing = [...text.matchAll(/\{([a-zA-Z][a-zA-Z0-9]*)\}/g)]
        .map((match) => match[1] ?? "")
        .filter((name) => !(name in data));
      expect(missing, `values that the text of ${code} names and its data lacks: ${text}`).toEqual([]);
    }
  }
}
