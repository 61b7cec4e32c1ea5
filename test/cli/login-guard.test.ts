import { describe, expect, test } from "vitest";
import { comparingGuard, strictGuard, type LoginGuard, type RefusalMemory } from "../../src/cli/login-guard.ts";
import type { Probe } from "../../src/model/probe.ts";
import type { Breaker } from "../../src/model/state.ts";

const now = Date.UTC(2026, 2, 4);
const account = "sales@example.com";
const attempt = (probe: Probe, fingerprint = "f") => ({ account, fingerprint, probe: probe.id });

const probe = (check: string): Probe => ({
  id: `${account}/${check}`,
  asset: account,
  check,
  target: "",
  options: {},
  everyMs: 60_000,
  deadlineMs: 60_000,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  measures: "service",
  severity: {},
  business: "normal",
  load: {},
  from: "",
});
const [imap, quota, smtp, pop, trip] = ["imap-login", "imap-quota", "smtp-submission", "pop3-login", "mail-roundtrip"].map(probe);
if (!imap || !quota || !smtp || !pop || !trip) throw new Error("a probe is missing");

function memoryOf(known: readonly Breaker[] = []) {
  const said: string[] = [];
  const memory: RefusalMemory = {
    known,
    remember: ({ refusals, kind }) => said.push(`remember ${kind} ${refusals}`),
    forget: (whose) => said.push(`forget ${whose}`),
  };
  return { memory, said };
}

const open = (guard: LoginGuard, fingerprint = "f"): readonly string[] =>
  [imap, quota, smtp, pop, trip].filter((one) => !guard.held(one, [attempt(one, fingerprint)], now)).map(({ check }) => check);

const breaker = (more: Partial<Breaker> = {}): Breaker => ({
  account,
  fingerprint: "f",
  kind: "definite",
  refusals: 1,
  openedAt: now - 60_000,
  retryAt: now + 60_000,
  probe: imap.id,
  ...more,
});

describe("strictGuard", () => {
  test("after one refusal nothing of the account is tried", () => {
    const guard = strictGuard([]);
    expect(open(guard)).toHaveLength(5);
    guard.refused(imap, attempt(imap), "ambiguous", now);
    expect(open(guard)).toEqual([]);
    expect(open(guard, "another password")).toHaveLength(5);
  });
});

describe("comparingGuard", () => {
  test("after a refusal tries another protocol, after two nothing", () => {
    const { memory, said } = memoryOf();
    const guard = comparingGuard([], memory);
    guard.refused(imap, attempt(imap), "ambiguous", now);
    expect(open(guard)).toEqual(["smtp-submission", "pop3-login"]);
    guard.refused(smtp, attempt(smtp), "definite", now);
    expect(open(guard)).toEqual([]);
    expect(said).toEqual(["remember ambiguous 1", "remember definite 2"]);
  });

  test("holds what the daemon or an earlier command holds, until its time or another password", () => {
    for (const guard of [comparingGuard([breaker()], memoryOf().memory), comparingGuard([], memoryOf([breaker()]).memory)]) {
      expect(open(guard)).toEqual([]);
      expect(open(guard, "another password")).toHaveLength(5);
      expect(guard.held(imap, [attempt(imap)], now + 60_000)).toBeUndefined();
    }
  });

  test("counts on from what was refused before: a definite refusal is tried once more and not again", () => {
    const { memory } = memoryOf([breaker({ retryAt: now - 1 })]);
    const after: Breaker[] = [];
    const guard = comparingGuard([], { ...memory, remember: (one) => after.push(one) });
    guard.refused(imap, attempt(imap), "definite", now);
    expect(after).toMatchObject([{ refusals: 2, retryAt: undefined }]);
  });

  test("forgets an account that is let in, but not where another protocol refused it", () => {
    const { memory, said } = memoryOf();
    const guard = comparingGuard([], memory);
    guard.accepted(account);
    guard.refused(imap, attempt(imap), "definite", now);
    guard.accepted(account);
    expect(said).toEqual([`forget ${account}`, "remember definite 1"]);
  });
});
