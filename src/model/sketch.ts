/**
 * Latencies of many runs in some tens of bytes, from which quantiles are read with at most 2 % of error, and which are added up
 * without losing anything: how often each bucket was hit. Buckets are powers of γ = 51/49, so that the middle of a bucket
 * is within 2 % of everything in it (DDSketch: Masson, Rim, Lee, VLDB 2019).
 */
export interface Sketch {
  /** Bucket ▶ how many, in order of buckets. Bucket 0 holds what took less than a millisecond, bucket k ≥ 1 (γ^(k-2), γ^(k-1)] ms. */
  readonly counts: ReadonlyMap<number, number>;
  /** What never came: +∞. */
  readonly lost: number;
}

const gamma = 51 / 49;
const lnGamma = Math.log(gamma);
/** The bucket of 2^53 ms; nothing lies above. */
const lastBucket = bucketOf(Number.MAX_SAFE_INTEGER);

export const emptySketch: Sketch = { counts: new Map(), lost: 0 };

/** @param latenciesMs whole milliseconds, 0 or more */
export function sketchOf(latenciesMs: readonly number[], lost = 0): Sketch {
  if (latenciesMs.length === 0 && lost === 0) return emptySketch;
  const sum = createSum();
  for (const ms of latenciesMs) sum.hit(bucketOf(ms), 1);
  return sum.with(lost);
}

/** The sketch of everything that these are of, in whatever order. */
export function mergeSketches(sketches: readonly Sketch[]): Sketch {
  if (sketches.length === 0) return emptySketch;
  const sum = createSum();
  let lost = 0;
  for (const sketch of sketches) {
    for (const [bucket, count] of sketch.counts) sum.hit(bucket, count);
    lost += sketch.lost;
  }
  return sum.with(lost);
}

/** The buckets side by side: a year is made of hundreds of sketches, and a map of each would take ten times as long. */
function createSum() {
  const counts = new Float64Array(lastBucket + 1);
  let [first, last] = [lastBucket, 0];
  return {
    hit(bucket: number, count: number): void {
      counts[bucket] = (counts[bucket] ?? 0) + count;
      if (bucket < first) first = bucket;
      if (bucket > last) last = bucket;
    },
    with(lost: number): Sketch {
      const found = new Map<number, number>();
      for (let bucket = first; bucket <= last; bucket += 1) {
        const count = counts[bucket] ?? 0;
        if (count > 0) found.set(bucket, count);
      }
      return { counts: found, lost };
    },
  };
}

/** How many latencies it holds, the lost not among them. */
export function measuredIn({ counts }: Sketch): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

/**
 * The quantile by nearest rank, in milliseconds, within 2 %. Infinity: it lies among the lost. Undefined: nothing is in it.
 * @param q 0 to 1
 */
export function quantile({ counts, lost }: Sketch, q: number): number | undefined {
  const all = measuredIn({ counts, lost }) + lost;
  if (all === 0) return undefined;
  let left = Math.max(1, Math.ceil(q * all));
  for (const [bucket, count] of counts) {
    left -= count;
    if (left <= 0) return middleOf(bucket);
  }
  return Infinity;
}

function bucketOf(ms: number): number {
  if (ms < 1) return 0;
  return 1 + Math.ceil(Math.log(ms) / lnGamma - 1e-9);
}

/** 2γ^k/(γ+1) is equally far from both ends, relatively. Whole milliseconds below 25 are their own bucket. */
function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  const middle = (2 * gamma ** (bucket - 1)) / (gamma + 1);
  const whole = Math.round(middle);
  return whole < 25 && bucketOf(whole) === bucket ? whole : middle;
}

const format = 1;
const longestVarint = 8;

/**
 * As bytes: the format (1), how many were lost, then for each bucket in order how far it is from the one before, and its count; all
 * numbers as varints (seven bits a byte, the lowest first). The same sketch gives the same bytes.
 */
export function encodeSketch({ counts, lost }: Sketch): Uint8Array {
  const bytes: number[] = [];
  const write = (value: number): void => {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  };
  write(format);
  write(lost);
  let before = -1;
  for (const [bucket, count] of counts) {
    write(bucket - before);
    write(count);
    before = bucket;
  }
  return Uint8Array.from(bytes);
}

/** Undefined: these are no bytes of a sketch. */
export function decodeSketch(bytes: Uint8Array): Sketch | undefined {
  const counts = new Map<number, number>();
  const lost = readSketch(bytes, (bucket, count) => counts.set(bucket, count));
  return lost === undefined ? undefined : { counts, lost };
}

/** `decodeSketch` and `mergeSketches` in one. Undefined: one of these is none. */
export function mergeEncoded(all: readonly Uint8Array[]): Sketch | undefined {
  if (all.length === 0) return emptySketch;
  const sum = createSum();
  let lost = 0;
  for (const bytes of all) {
    const own = readSketch(bytes, (bucket, count) => sum.hit(bucket, count));
    if (own === undefined) return undefined;
    lost += own;
  }
  return sum.with(lost);
}

/** Hands out the buckets in order; returns how many were lost, or undefined where this is no sketch. */
function readSketch(bytes: Uint8Array, hit: (bucket: number, count: number) => void): number | undefined {
  let at = 0;
  const read = (): number => {
    let value = 0;
    let unit = 1;
    for (let place = 0; place < longestVarint; place += 1) {
      const byte = bytes[at] ?? Number.NaN;
      at += 1;
      // A longer way to write the same number is none of ours.
      if (byte < 128) return place > 0 && byte === 0 ? Number.NaN : value + byte * unit;
      value += (byte - 128) * unit;
      unit *= 128;
    }
    return Number.NaN;
  };
  if (read() !== format) return undefined;
  const lost = read();
  let bucket = -1;
  while (at < bytes.length) {
    const step = read();
    const count = read();
    bucket += step;
    if (!(step >= 1 && count >= 1 && bucket <= lastBucket && count <= Number.MAX_SAFE_INTEGER)) return undefined;
    hit(bucket, count);
  }
  return lost <= Number.MAX_SAFE_INTEGER ? lost : undefined;
}
