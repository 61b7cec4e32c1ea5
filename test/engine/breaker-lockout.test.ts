import { expect, test } from "vitest";
import { afterRefusal, mayTry } from "../../src/engine/breaker.ts";
import type { Breaker } from "../../src/model/state.ts";

const minute = 60_000;
const attempt = { account: "sales@example.com", fingerprint: "f1", probe: "sales@example.com/imap-login" };

/** When a wrong password is sent in two days, if somebody wants to every minute. */
function triesOf(kindOf: (refusals: number) => Breaker["kind"]): readonly number[] {
  const tries: number[] = [];
  let breaker: Breaker | undefined;
  for (let now = 0; now < 48 * 60 * minute; now += minute) {
    if (!mayTry(breaker, attempt.fingerprint, now)) continue;
    tries.push(now);
    breaker = afterRefusal(breaker, attempt, kindOf(tries.length), now);
  }
  return tries;
}

// Alibaba Mail locks account and address for an hour after many wrong passwords; Microsoft after ten, for a minute at first.
test.each([
  ["definite", () => "definite"],
  ["ambiguous", () => "ambiguous"],
  ["ambiguous, then definite", (count) => (count > 3 ? "definite" : "ambiguous")],
] satisfies readonly (readonly [string, (count: number) => Breaker["kind"]])[])(
  "no hour sees a third wrong password, and no day a tenth: %s",
  (_name, kindOf) => {
    const tries = triesOf(kindOf);
    const within = (span: number): number =>
      Math.max(...tries.map((from) => tries.filter((at) => at >= from && at < from + span).length));
    expect(tries.length).toBeGreaterThan(1);
    expect(within(60 * minute)).toBeLessThanOrEqual(2);
    expect(within(24 * 60 * minute)).toBeLessThan(10);
  },
);
