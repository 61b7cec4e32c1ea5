/** A count with this mean, which scatters by this variance; with no more than the mean it is Poisson. */
export interface Scatter {
  readonly mean: number;
  readonly variance: number;
}

/**
 * The natural logarithm of the probability of at most `most`, by the terms from 0 on, of which each follows from the one before:
 * Poisson, or the negative binomial with r = mean² / (variance − mean) and p = mean / variance.
 */
export function logAtMost(most: number, { mean, variance }: Scatter): number {
  if (mean <= 0) return 0;
  const excess = variance - mean;
  const poisson = excess <= mean * 1e-9;
  const r = poisson ? Infinity : (mean * mean) / excess;
  const q = poisson ? 0 : excess / variance;
  // Sums grow beyond what a number holds: they are kept relative to the first term, and scaled down on the way.
  let [log, term, sum] = [poisson ? -mean : r * Math.log1p(-q), 1, 1];
  for (let k = 0; k < most; k += 1) {
    term *= poisson ? mean / (k + 1) : ((k + r) / (k + 1)) * q;
    sum += term;
    if (sum < 1e200) continue;
    [term, log] = [term / sum, log + Math.log(sum)];
    sum = 1;
  }
  return Math.min(0, log + Math.log(sum));
}

/** The probability of at least `least`; below 1e-12 it is no more exact than that. */
export const atLeast = (least: number, scatter: Scatter): number =>
  least <= 0 ? 1 : Math.max(0, -Math.expm1(logAtMost(least - 1, scatter)));
