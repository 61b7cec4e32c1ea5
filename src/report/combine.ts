import type { Piece, Span, State } from "../model/account.ts";

/** Down goes before not known: that one part is down is sure, whatever the others were. */
const worstFirst: readonly State[] = ["down", "unknown", "degraded", "up", "maintenance"];

/**
 * Several accounts of one window as one: at each moment as bad as the worst of them, so that downtimes of several are united and not
 * added. Where all are at planned work, it is planned work.
 * @param accounts each fills the window from where it begins, and may reach beyond it; before the first one nothing is known
 */
export function worstOf(accounts: readonly (readonly Piece[])[], window: Span): readonly Piece[] {
  if (window.to <= window.from) return [];
  if (accounts.length === 0) return [{ ...window, state: "unknown" }];
  // How many are in each state, from one change to the next: hundreds of services cost no more than their changes.
  const count: Record<State, number> = { up: 0, degraded: 0, down: 0, unknown: 0, maintenance: 0 };
  const changes = accounts
    .flatMap((pieces) => pieces.map(({ from, state }, index) => ({ at: from, into: state, outOf: pieces[index - 1]?.state })))
    .toSorted((a, b) => a.at - b.at);
  const first = Math.min(changes[0]?.at ?? window.to, window.to);
  const pieces: Piece[] = first > window.from ? [{ from: window.from, to: first, state: "unknown" }] : [];
  for (const [index, { at, into, outOf }] of changes.entries()) {
    count[into] += 1;
    if (outOf !== undefined) count[outOf] -= 1;
    const from = Math.max(at, window.from);
    const to = Math.min(changes[index + 1]?.at ?? window.to, window.to);
    if (to <= from) continue;
    const state = worstFirst.find((one) => count[one] > 0) ?? "unknown";
    const last = pieces.at(-1);
    if (last?.state === state) pieces[pieces.length - 1] = { ...last, to };
    else pieces.push({ from, to, state });
  }
  return pieces;
}
