import type { AssetDiagnosis } from "../src/model/api.ts";
import { diagnoseAsset, followReports, getDiagnosis, RequestError } from "./api.ts";

/** A diagnosis that was asked for on this page. It outlives the row that shows it: a list is sorted anew when a fault is found. */
export interface Asked {
  /** Ids of all probes that run, and of those that have not reported; undefined before the server has answered. */
  readonly probes: readonly string[] | undefined;
  readonly waiting: ReadonlySet<string>;
  readonly isRunning: boolean;
  /** What it came to. */
  readonly diagnosis: AssetDiagnosis | undefined;
  readonly failure: { readonly kind: "too-soon" } | { readonly kind: "failed"; readonly reason: string | undefined } | undefined;
}

/** Also without events: a line that is cut must not leave somebody waiting. */
const pollMs = 5_000;

const asked = new Map<string, Asked>();
const listeners = new Set<() => void>();

export const askedOf = (asset: string): Asked | undefined => asked.get(asset);

/** Until the returned function is called. */
export function onAsked(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function set(asset: string, change: Partial<Asked>): void {
  const before = asked.get(asset) ?? {
    probes: undefined,
    waiting: new Set(),
    isRunning: false,
    diagnosis: undefined,
    failure: undefined,
  };
  asked.set(asset, { ...before, ...change });
  for (const listener of listeners) listener();
}

/** Has all that bears on an asset looked at, and follows it until the last has reported. */
export async function ask(asset: string): Promise<void> {
  if (asked.get(asset)?.isRunning === true) return;
  set(asset, { probes: undefined, waiting: new Set(), isRunning: true, failure: undefined });
  const reported = new Set<string>();
  const left = (waiting: Iterable<string>): Set<string> => new Set([...waiting].filter((id) => !reported.has(id)));
  let poll: ReturnType<typeof setInterval> | undefined;
  let over = false;
  const end = (change: Partial<Asked>): void => {
    over = true;
    forget();
    clearInterval(poll);
    set(asset, { isRunning: false, ...change });
  };
  const look = async (): Promise<void> => {
    const diagnosis = await getDiagnosis(asset);
    if (over) return;
    if (!diagnosis.running) end({ diagnosis });
    else set(asset, { waiting: left(diagnosis.waiting) });
  };
  const forget = followReports(({ probe, findings }) => {
    // The mail of a round trip is still on its way.
    if (findings.some(({ code }) => code === "not-there-yet")) return;
    reported.add(probe);
    const waiting = left(asked.get(asset)?.waiting ?? []);
    set(asset, { waiting });
    if (asked.get(asset)?.probes !== undefined && waiting.size === 0) look().catch(() => undefined);
  });
  try {
    const { probes, waiting } = await diagnoseAsset(asset);
    set(asset, { probes, waiting: left(waiting), diagnosis: undefined });
    // Where one does not get through the next one does, or the line is down and the page says so.
    poll = setInterval(() => void look().catch(() => undefined), pollMs);
    if (left(waiting).size === 0) await look();
  } catch (error) {
    const said = error instanceof RequestError ? error : undefined;
    end({ failure: said?.status === 429 ? { kind: "too-soon" } : { kind: "failed", reason: said?.message } });
  }
}
