import { describe, expect, it } from "vitest";
import type { Try } from "../../src/engine/delivery-outcome.ts";
import { judge, shortened } from "../../src/engine/delivery-outcome.ts";
import { makeAlert, makeDelivery } from "../support/alerts.ts";

const now = 1_750_000_000_000;
const hour = 3_600_000;

const tried = (some: Partial<Try>, attempts = 1): Try => ({
  delivery: { ...makeDelivery({ at: now }), attempts, maybeRepeat: false },
  result: { kind: "ok" },
  now,
  unreadableAnswers: 0,
  breaks: 0,
  random: 0,
  ...some,
});

describe("judge()", () => {
  it.each([
    [{ kind: "ok", reference: "A1" }, { state: "sent", reference: "A1" }, "well"],
    [{ kind: "accepted" }, { state: "accepted" }, "well"],
    [
      { kind: "throttled", retryAfterMs: 90_000, reason: "slow" },
      { state: "pending", notBefore: now + 90_000, error: "slow" },
      "failing",
    ],
    [{ kind: "throttled", retryAfterMs: 0, reason: "slow" }, { state: "pending", notBefore: now + 1_000 }, "failing"],
    [{ kind: "throttled", retryAfterMs: 1e12, reason: "slow" }, { state: "pending", notBefore: now + hour }, "failing"],
    [{ kind: "retry", reason: "reset" }, { state: "pending", notBefore: now + 5_000, error: "reset" }, "failing"],
    [{ kind: "retry", reason: "late", doubt: "no-answer" }, { state: "pending", maybeRepeat: true }, "failing"],
    [{ kind: "bad-message", reason: "too long" }, { state: "dead", error: "too long" }, "failing"],
    [{ kind: "bad-channel", reason: "gone" }, { state: "pending", notBefore: now + hour / 2, error: "gone" }, "broken"],
  ] as const)("%j becomes %j, the channel is %s", (result, settlement, channel) => {
    const outcome = judge(tried({ result }));
    expect(outcome.settlement).toMatchObject({ at: now, ...settlement });
    expect(outcome.channel).toBe(channel);
  });

  it("backs off 5 s, 15 s, 45 s, 2, 5, 15 min and stays there, with up to a fifth more", () => {
    const waits = (random: number): readonly number[] =>
      [1, 2, 3, 4, 5, 6, 7, 50].map((attempts) => {
        const { settlement } = judge(tried({ result: { kind: "retry", reason: "x" }, random }, attempts));
        return ((settlement.notBefore ?? 0) - now) / 1_000;
      });
    expect(waits(0)).toEqual([5, 15, 45, 120, 300, 900, 900, 900]);
    expect(waits(1)).toEqual([6, 18, 54, 144, 360, 1_080, 1_080, 1_080]);
  });

  it("marks no repeat where the message cannot have arrived", () => {
    expect(judge(tried({ result: { kind: "retry", reason: "refused" } })).settlement.maybeRepeat).toBeUndefined();
  });

  it("gives up on answers that cannot be read after two repeats, and calls the channel broken", () => {
    const result = { kind: "retry", reason: "html", doubt: "unreadable-answer" } as const;
    expect(judge(tried({ result, unreadableAnswers: 2 })).settlement).toMatchObject({ state: "pending", maybeRepeat: true });
    const third = judge(tried({ result, unreadableAnswers: 3 }));
    expect(third.settlement).toMatchObject({ state: "dead", error: "Given up after 3 tries: html" });
    expect(third.channel).toBe("broken");
  });

  it("leaves a broken channel alone for longer each time, because tries can lock an account", () => {
    const pauses = [0, 1, 2, 3, 4, 40].map(
      (breaks) => judge(tried({ result: { kind: "bad-channel", reason: "x" }, breaks })).pauseMs / hour,
    );
    expect(pauses).toEqual([0.5, 1, 2, 4, 6, 6]);
  });

  it("ends what would be tried again after its time", () => {
    const delivery = { ...makeDelivery({ at: now, expiresAt: now + 4_000 }), attempts: 9, maybeRepeat: false };
    const { settlement } = judge(tried({ delivery, result: { kind: "retry", reason: "reset" } }));
    expect(settlement).toEqual({ id: delivery.id, at: now, state: "dead", error: "Not sent in time; the last try: reset" });
  });
});

describe("shortened()", () => {
  it("keeps the id and the first lines, in plain letters, and leaves the details out", () => {
    const alert = makeAlert({ title: "🔥 *Down* <b>", lines: ["a".repeat(900), "2", "3", "4"] });
    expect(shortened(alert)).toEqual({
      ...alert,
      title: "Down   b",
      lines: [`${"a".repeat(199)}…`, "2", "3"],
      probes: [],
    });
  });
});
