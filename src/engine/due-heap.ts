/** A binary heap of due times. A probe that is put in again is due at its newest time only; older entries are dropped when met. */
export interface DueHeap {
  put(id: string, due: number): void;
  remove(id: string): void;
  dueOf(id: string): number | undefined;
  /** The earliest due time. */
  next(): number | undefined;
  /** Takes out all that are due at `now`, the earliest first. */
  take(now: number): string[];
}

export function createDueHeap(): DueHeap {
  const entries: { due: number; id: string }[] = [];
  const current = new Map<string, number>();

  const before = (a: number, b: number): boolean => (entries[a]?.due ?? Infinity) < (entries[b]?.due ?? Infinity);
  const swap = (a: number, b: number): void => {
    const [x, y] = [entries[a], entries[b]];
    if (x && y) [entries[a], entries[b]] = [y, x];
  };
  function up(from: number): void {
    for (let i = from; i > 0;) {
      const parent = (i - 1) >> 1;
      if (!before(i, parent)) return;
      swap(i, parent);
      i = parent;
    }
  }
  function down(from: number): void {
    for (let i = from; ;) {
      const left = 2 * i + 1;
      const least = before(left + 1, left) ? left + 1 : left;
      if (!before(least, i)) return;
      swap(i, least);
      i = least;
    }
  }
  function pop(): void {
    const last = entries.pop();
    if (last && entries.length > 0) {
      entries[0] = last;
      down(0);
    }
  }
  /** Drops entries at the top that were replaced or removed since. */
  function settle(): void {
    for (let top = entries[0]; top && current.get(top.id) !== top.due; top = entries[0]) pop();
  }

  return {
    put(id, due) {
      current.set(id, due);
      entries.push({ due, id });
      up(entries.length - 1);
    },
    remove: (id) => void current.delete(id),
    dueOf: (id) => current.get(id),
    next() {
      settle();
      return entries[0]?.due;
    },
    take(now) {
      const due: string[] = [];
      for (settle(); entries[0] && entries[0].due <= now; settle()) {
        due.push(entries[0].id);
        current.delete(entries[0].id);
        pop();
      }
      return due;
    },
  };
}
