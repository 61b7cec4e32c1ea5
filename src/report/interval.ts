/** 97.5 % of a normal distribution lie below. */
const z = 1.959_963_984_540_054;

export interface Proportion {
  /** Undefined without a try. */
  readonly value: number | undefined;
  readonly low: number;
  readonly high: number;
}

/** A share of tries with its 95 % interval by Wilson (1927), which holds for few tries and for shares near 0 and 1. */
export function wilson(successes: number, tries: number): Proportion {
  if (tries === 0) return { value: undefined, low: 0, high: 1 };
  const share = successes / tries;
  const middle = share + (z * z) / (2 * tries);
  const width = z * Math.sqrt((share * (1 - share)) / tries + (z * z) / (4 * tries * tries));
  const scale = 1 + (z * z) / tries;
  return { value: share, low: Math.max(0, (middle - width) / scale), high: Math.min(1, (middle + width) / scale) };
}
