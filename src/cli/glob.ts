/** Does an id fit any of these? `*` fits any text, `/` too; everything else is itself, in any case. */
export function globs(patterns: readonly string[]): (id: string) => boolean {
  const parts = patterns.map((pattern) => pattern.toLowerCase().split("*"));
  return (id) => parts.some((wanted) => fits(id.toLowerCase(), wanted));
}

/** Piece by piece from the left, the last one at the end: no expression that could take exponential time. */
function fits(id: string, [first = "", ...rest]: readonly string[]): boolean {
  if (!id.startsWith(first)) return false;
  if (rest.length === 0) return id === first;
  const last = rest.at(-1) ?? "";
  let from = first.length;
  for (const piece of rest.slice(0, -1)) {
    const at = id.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return id.length - last.length >= from && id.endsWith(last);
}
