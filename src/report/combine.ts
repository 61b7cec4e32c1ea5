import type { Piece, Span, State } from "../model/account.ts";

/** Down goes before not known: that one part is down is sure, whatever the others were. */
const rank: Readonly<Record<State, number>> = { down: 4, unknown: 3, degraded: 2, up: 1, maintenance: 0 };

/**
 * Several accounts of one window as one: at each moment as bad as the worst of them, so that downtimes of several are united and not
 * added. Where all are at planned work, it is planned work.
 */
export function worstOf(accounts: readonly (readonly Piece[])[], window: Span): readonly Piece[] {
  const edges = [...new Set([window.from, ...accounts.flatMap((pieces) => pieces.map(({ from }) => from))])].toSorted(
    (a, b) => a - b,
  );
  const places = accounts.map(() => 0);
  const pieces: Piece[] = [];
  for (const [index, from] of edges.entries()) {
    const to = edges[index + 1] ?? window.to;
    if (to <= from) continue;
    let state: State | undefined;
    for (const [which, account] of accounts.entries()) {
      while ((account[places[which] ?? 0]?.to ?? Infinity) <= from) places[which] = (places[which] ?? 0) + 1;
      const here = account[places[which] ?? 0]?.state ?? "unknown";
      if (state === undefined || rank[here] > rank[state]) state = here;
    }
    const last = pieces.at(-1);
    const now = state ?? "unknown";
    if (last?.state === now) pieces[pieces.length - 1] = { ...last, to };
    else pieces.push({ from, to, state: now });
  }
  return pieces;
}
