import { describe, expect, test } from "vitest";
import { afterRefusal, mayTry } from "../../src/engine/breaker.ts";
import type { Breaker } from "../../src/model/state.ts";

const minute = 60_000;
const attempt = { account: "sales@example.com", fingerprint: "f1", probe: "sales@example.com/imap-login" };

/** The minutes until the next try after each of so many refusals in a row; "never" when only a changed credential helps. */
function waits(kind: Breaker["kind"], count: number): (number | "never")[] {
  let breaker: Breaker | undefined;
  const found: (number | "never")[] = [];
  for (let i = 0; i < count; i += 1) {
    breaker = afterRefusal(breaker, attempt, kind, 0);
    found.push(breaker.retryAt === undefined ? "never" : breaker.retryAt / minute);
  }
  return found;
}

describe("afterRefusal()", () => {
  test("tries a definite refusal once more after 30 min and then not again", () => {
    expect(waits("definite", 3)).toEqual([30, "never", "never"]);
  });

  test("stops all the same where one protocol says it definitely and the other does not", () => {
    const kinds = ["definite", "ambiguous", "definite"] as const;
    let breaker: Breaker | undefined;
    const next = kinds.map((kind) => (breaker = afterRefusal(breaker, attempt, kind, 0)).retryAt);
    expect(next).toEqual([30 * minute, undefined, undefined]);
    breaker = undefined;
    const turned = (["ambiguous", "definite", "ambiguous"] as const).map(
      (kind) => (breaker = afterRefusal(breaker, attempt, kind, 0)).retryAt,
    );
    expect(turned).toEqual([30 * minute, 30 * minute, undefined]);
  });

  test("backs off from ambiguous ones and never stops", () => {
    expect(waits("ambiguous", 7)).toEqual([30, 60, 120, 240, 360, 360, 360]);
  });

  test("begins anew with another credential", () => {
    const twice = afterRefusal(afterRefusal(undefined, attempt, "definite", 0), attempt, "definite", 1);
    expect(afterRefusal(twice, { ...attempt, fingerprint: "f2" }, "definite", 2)).toMatchObject({ refusals: 1, openedAt: 2 });
  });

  test("keeps when the refusals began", () => {
    expect(afterRefusal(afterRefusal(undefined, attempt, "ambiguous", 5), attempt, "ambiguous", 9)).toMatchObject({
      openedAt: 5,
      refusals: 2,
    });
  });
});

describe("mayTry()", () => {
  const open = afterRefusal(undefined, attempt, "definite", 0);
  const closed = afterRefusal(open, attempt, "definite", 30 * minute);
  test.each([
    ["without a breaker", undefined, "f1", 0, true],
    ["before its time", open, "f1", 30 * minute - 1, false],
    ["when its time has come", open, "f1", 30 * minute, true],
    ["at once with a changed credential", open, "f2", 1, true],
    ["never with a credential refused twice", closed, "f1", Number.MAX_SAFE_INTEGER, false],
    ["with a changed credential, although the old one was refused twice", closed, "f2", 30 * minute, true],
  ])("%s", (_, breaker, fingerprint, now, may) => {
    expect(mayTry(breaker, fingerprint, now)).toBe(may);
  });
});
