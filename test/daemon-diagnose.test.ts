import { expect, test, vi } from "vitest";
import { z } from "zod";
import { startDaemon } from "../src/daemon.ts";
import type { AnyCheck } from "../src/model/check.ts";
import type { Secret } from "../src/model/secret.ts";
import { checkOf, namedProbe, planOf } from "./support/plan.ts";

const secret: Secret = { source: "test", reveal: () => Promise.resolve("the-password"), toJSON: () => "[secret]" };
const hour = 3_600_000;
const until = { timeout: 8000, interval: 20 };

const started = z.object({ probes: z.array(z.string()), waiting: z.array(z.string()) });
const diagnosis = z.object({
  status: z.string(),
  running: z.boolean(),
  waiting: z.array(z.string()),
  summary: z.object({ en: z.string() }),
  causes: z.array(z.object({ cause: z.string() })),
});

test("the daemon diagnoses an asset on request: all that bears on it, no login that is held back, and the cause that it knows", async () => {
  const runs: string[] = [];
  const note = (id: string, codes: readonly string[]) => () => {
    runs.push(id);
    return { findings: codes.map((code) => ({ code, data: { what: code, account: "sales@example.com" } })) };
  };
  const load = () => ({ logins: [{ account: "sales@example.com", credential: secret }] });
  const login = checkOf("imap-login", note("imap-login", ["refused"]), { load });
  const refused = login.findings["refused"];
  if (!refused) throw new Error("the check has no such finding");
  const checks: readonly AnyCheck[] = [
    { ...login, findings: { ...login.findings, refused: { ...refused, cause: "password-rejected" } } },
    checkOf("imap-quota", note("imap-quota", []), { load }),
    checkOf("dns-mx", note("dns-mx", [])),
    checkOf("webmail-login-page", note("webmail-login-page", [])),
  ];
  const assets = ["sales@example.com", "sales@example.com", "example.com", "elsewhere.test"];
  const everyMs = hour;
  const probes = checks.map((check, i) =>
    namedProbe(check, assets[i] ?? "", { everyMs, ...(check.load ? { load: check.load({}) } : {}) }),
  );
  await using daemon = await startDaemon({
    plan: planOf(probes),
    checks: new Map(checks.map((check) => [check.id, check])),
    channels: new Map(),
    mask: (line) => line,
    demonstration: false,
    data: ":memory:",
    log: () => undefined,
    onBug: (error) => {
      throw error;
    },
  });
  // The first round: the login is refused, and what shares its account is held back.
  await vi.waitFor(() => expect(runs.toSorted()).toEqual(["dns-mx", "imap-login", "webmail-login-page"]), until);
  await vi.waitFor(() => expect(daemon.board.last("sales@example.com/imap-quota")?.status).toBe("unknown"), until);

  const url = `${daemon.url}/api/v1/assets/sales@example.com`;
  const pressed = started.parse(await (await fetch(`${url}/diagnose`, { method: "POST" })).json());
  expect(pressed.probes.toSorted()).toEqual([
    "example.com/dns-mx",
    "sales@example.com/imap-login",
    "sales@example.com/imap-quota",
  ]);
  const look = async () => diagnosis.parse(await (await fetch(`${url}/diagnosis`)).json());
  await vi.waitFor(async () => expect(await look()).toMatchObject({ running: false, waiting: [] }), until);
  expect(runs.toSorted()).toEqual(["dns-mx", "dns-mx", "imap-login", "webmail-login-page"]);
  const { status, causes, summary } = await look();
  expect([status, causes.map(({ cause }) => cause)]).toEqual(["critical", ["password-rejected"]]);
  expect(summary.en).toContain("sales@example.com");
});
