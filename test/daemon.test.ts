import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startDaemon, type Daemon, type DaemonOptions } from "../src/daemon.ts";
import type { AnyCheck } from "../src/model/check.ts";
import type { Plan } from "../src/model/config.ts";
import type { Secret } from "../src/model/secret.ts";
import type { Status } from "../src/model/status.ts";
import { checkOf, namedProbe, planOf, recordingChannel } from "./support/plan.ts";

const secretOf = (value: () => string): Secret => ({
  source: "test",
  reveal: () => Promise.resolve(value()),
  toJSON: () => "[secret]",
});
const found = (...codes: string[]) => ({ findings: codes.map((code) => ({ code, data: { what: code } })) });
const until = { timeout: 8000, interval: 20 };

describe("startDaemon()", () => {
  let data: string;
  let daemon: Daemon | undefined;
  let bugs: unknown[];
  let logged: string[];
  const recording = recordingChannel();
  const turns = (): string[] => recording.alerts.map(({ turn, incident, priority }) => `${turn} ${incident} ${priority}`);

  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), "mailvigil-daemon-"));
    recording.alerts.length = 0;
    bugs = [];
    logged = [];
  });
  afterEach(async () => {
    await daemon?.[Symbol.asyncDispose]();
    daemon = undefined;
    await rm(data, { recursive: true, force: true });
    if (bugs.length > 0) throw new Error("the daemon met a bug of its own", { cause: bugs[0] });
  });

  async function start(plan: Plan, checks: readonly AnyCheck[], more: Partial<DaemonOptions> = {}): Promise<Daemon> {
    daemon = await startDaemon({
      plan,
      checks: new Map(checks.map((check) => [check.id, check])),
      channels: new Map([["recording", recording.channel]]),
      mask: (line) => line,
      demonstration: false,
      data,
      log: (line) => logged.push(line),
      onBug: (error) => bugs.push(error),
      ...more,
    });
    return daemon;
  }

  async function restart(plan: Plan, checks: readonly AnyCheck[]): Promise<Daemon> {
    await daemon?.[Symbol.asyncDispose]();
    return start(plan, checks);
  }

  const statusOf = (probe: string): Status | undefined => daemon?.board.state(probe)?.status;

  test("a fault is seen, stored, shown and told, and so is its end", async () => {
    let broken = true;
    const check = checkOf("imap-login", () => (broken ? found("down") : found()));
    const { url } = await start(planOf([namedProbe(check, "sales@example.com", { business: "critical" })]), [check]);
    await vi.waitFor(() => expect(turns()).toEqual(["opened 1 P2"]), until);
    const overview: unknown = await (await fetch(`${url}/api/v1/overview`)).json();
    expect(JSON.stringify(overview)).toContain('"down"');
    broken = false;
    await vi.waitFor(() => expect(turns()).toEqual(["opened 1 P2", "resolved 1 P2"]), until);
    expect(statusOf("sales@example.com/imap-login")).toBe("ok");
  });

  test("a restart opens no second incident and forgets none", async () => {
    let broken = true;
    const check = checkOf("imap-login", () => (broken ? found("down") : found()));
    const plan = planOf([namedProbe(check, "info@example.com")]);
    await start(plan, [check]);
    await vi.waitFor(() => expect(turns()).toHaveLength(1), until);
    await restart(plan, [check]);
    await vi.waitFor(
      () => expect(daemon?.board.last("info@example.com/imap-login")?.at).toBeGreaterThan(daemon?.board.startedAt ?? 0),
      until,
    );
    broken = false;
    await vi.waitFor(() => expect(turns()).toEqual(["opened 1 P3", "resolved 1 P3"]), until);
  });

  test("the time the daemon was down is unknown", async () => {
    const check = checkOf("imap-login", () => found());
    const plan = planOf([namedProbe(check, "info@example.com", { everyMs: 250 })]);
    await start(plan, [check]);
    await vi.waitFor(() => expect(statusOf("info@example.com/imap-login")).toBe("ok"), until);
    await daemon?.[Symbol.asyncDispose]();
    await new Promise((resolve) => setTimeout(resolve, 900));
    await start(plan, [check]);
    await vi.waitFor(() => expect(statusOf("info@example.com/imap-login")).toBe("ok"), until);
    const last = daemon?.board.transitions("info@example.com/imap-login").slice(-2) ?? [];
    expect(last.map(({ from, to }) => `${from} ▶ ${to}`)).toEqual(["ok ▶ unknown", "unknown ▶ ok"]);
    expect((last[1]?.at ?? 0) - (last[0]?.at ?? 0)).toBeGreaterThan(300);
  });

  test("one silent machine is one incident of all its mailboxes, and over when the last of them is well", async () => {
    let silent = true;
    const host = "imap.example.com";
    const check = checkOf("imap-login", () =>
      silent ? { findings: [{ code: "silent", data: { what: "silent", host } }] } : found(),
    );
    const names = Array.from({ length: 24 }, (_, i) => `m${i}@example.com`);
    // Only one is looked at every second; that the others are well is seen because it is.
    const probes = names.map((name, i) => namedProbe(check, name, { everyMs: i === 0 ? 1000 : 60_000, load: { host } }));
    await start(planOf(probes), [check]);
    await vi.waitFor(() => expect(turns()).toEqual(["opened 1 P3", "worsened 1 P1"]), until);
    expect(daemon?.board.incidents().map(({ key, probes: held }) => [key, held.length])).toEqual([[`${host}/server`, 24]]);
    silent = false;
    await vi.waitFor(() => expect(turns()).toEqual(["opened 1 P3", "worsened 1 P1", "resolved 1 P1"]), until);
    expect(recording.alerts.at(-1)?.title).toContain("(+23 more)");
    expect(daemon?.board.incidents().filter(({ resolvedAt }) => resolvedAt === undefined)).toEqual([]);
  });

  test("what stops all mail of a domain is told at once and as an outage, whoever finds it", async () => {
    const check = checkOf("dns-consistency", () => found("stopped"), { measures: "posture", answers: "trusted" });
    await start(planOf([namedProbe(check, "example.com")]), [check]);
    await vi.waitFor(() => expect(turns()).toEqual(["opened 1 P1"]), until);
  });

  test("a definite answer is called unconfirmed only where its probe asks for more than one look", async () => {
    const check = checkOf("imap-login", () => found("refused"));
    const confirm = { bad: [3, 4], good: 1, recheckMs: 0 } as const;
    const probes = [namedProbe(check, "one@example.com"), namedProbe(check, "more@example.com", { confirm, everyMs: 60_000 })];
    await start(planOf(probes), [check]);
    await vi.waitFor(() => expect(recording.alerts).toHaveLength(2), until);
    const unsure = recording.alerts.filter(({ title }) => title.includes("not confirmed yet"));
    expect(unsure.flatMap((alert) => alert.probes.map(({ asset }) => asset))).toEqual(["more@example.com"]);
  });

  test("with our own network down nothing else is critical, and one incident tells of it", async () => {
    let networkDown = false;
    const egress = checkOf("egress", () => (networkDown ? found("down") : found()), { measures: "monitor", answers: undefined });
    const check = checkOf("imap-login", () => (networkDown ? found("down") : found()));
    const names = Array.from({ length: 12 }, (_, i) => `m${i}@example.com`);
    const probes = [namedProbe(egress, "monitor", { everyMs: 60_000 }), ...names.map((name) => namedProbe(check, name))];
    const observed: string[] = [];
    await start(planOf(probes), [egress, check]);
    daemon?.board.subscribe((event) => {
      if (event.kind === "observation") observed.push(`${event.observation.probe.split("/")[1]} ${event.observation.status}`);
    });
    await vi.waitFor(() => expect(names.map((name) => statusOf(`${name}/imap-login`))).toEqual(names.map(() => "ok")), until);
    networkDown = true;
    await vi.waitFor(
      () => expect(names.map((name) => statusOf(`${name}/imap-login`))).toEqual(names.map(() => "unknown")),
      until,
    );
    expect(observed).not.toContain("imap-login critical");
    expect(turns()).toEqual(["opened 1 P3"]);
    expect(recording.alerts[0]?.probes.map(({ probe }) => probe)).toEqual(["monitor/egress"]);
  });

  test("a refused password is tried once, told at once, held back for every protocol, and tried again when it changes", async () => {
    let password = "old";
    const tries: string[] = [];
    const login = (id: string): AnyCheck =>
      checkOf(
        id,
        () => {
          tries.push(`${id} ${password}`);
          return password === "old" ? found("refused") : { findings: [], loggedIn: ["sales@example.com"] };
        },
        { confirm: { bad: [3, 4], good: 1, recheckMs: 20_000 } },
      );
    const checks = [login("imap-login"), login("smtp-submission")];
    const load = { host: "imap.example.com", logins: [{ account: "sales@example.com", credential: secretOf(() => password) }] };
    const probes = checks.map((check) => namedProbe(check, "sales@example.com", { load, everyMs: 250 }));
    await start(planOf(probes), checks);
    await vi.waitFor(() => expect(turns()).toEqual(["opened 1 P3"]), until);
    await vi.waitFor(
      () => expect(daemon?.board.last("sales@example.com/smtp-submission")?.findings[0]?.code).toBe("login-held"),
      until,
    );
    await vi.waitFor(
      () => expect(daemon?.board.last("sales@example.com/imap-login")?.findings[0]?.code).toBe("login-held"),
      until,
    );
    expect(tries).toHaveLength(1);
    expect(turns()).toEqual(["opened 1 P3"]);
    password = "new";
    await vi.waitFor(() => expect(turns()).toEqual(["opened 1 P3", "resolved 1 P3"]), until);
    await vi.waitFor(() => expect(statusOf("sales@example.com/smtp-submission")).toBe("ok"), until);
    expect(tries.filter((each) => each.endsWith("old"))).toHaveLength(1);
  });

  test("who was refused first, and looks only every few hours, is looked at once the account lets somebody in again", async () => {
    let password = "old";
    const look = () => (password === "old" ? found("refused") : { findings: [], loggedIn: ["sales@example.com"] });
    const quota = checkOf("imap-quota", look, { measures: "posture", answers: "receive" });
    const login = checkOf("imap-login", look);
    const load = { logins: [{ account: "sales@example.com", credential: secretOf(() => password) }] };
    const seldom = namedProbe(quota, "sales@example.com", { load, everyMs: 3_600_000 });
    await start(planOf([seldom]), [quota, login]);
    await vi.waitFor(() => expect(turns()).toEqual(["opened 1 P3"]), until);
    await restart(planOf([seldom, namedProbe(login, "sales@example.com", { load, everyMs: 250 })]), [quota, login]);
    await vi.waitFor(
      () => expect(daemon?.board.last("sales@example.com/imap-login")?.findings[0]?.code).toBe("login-held"),
      until,
    );
    password = "new";
    await vi.waitFor(() => expect(turns()).toEqual(["opened 1 P3", "resolved 1 P3"]), until);
    expect(statusOf("sales@example.com/imap-quota")).toBe("ok");
  });

  test("an unlocked account is tried once when a person asks for it, and not again at once", async () => {
    let tries = 0;
    const check = checkOf("imap-login", () => {
      tries += 1;
      return found("refused");
    });
    const load = { logins: [{ account: "sales@example.com", credential: secretOf(() => "x") }] };
    const id = "sales@example.com/imap-login";
    const { url } = await start(planOf([namedProbe(check, "sales@example.com", { load, everyMs: 250 })]), [check]);
    const runNow = (): Promise<Response> => fetch(`${url}/api/v1/probes/${id}/run`, { method: "POST", headers: { origin: url } });
    await vi.waitFor(() => expect(daemon?.board.last(id)?.findings[0]?.code).toBe("login-held"), until);
    expect((await runNow()).status).toBeLessThan(300);
    await vi.waitFor(() => expect(tries).toBe(2), until);
    await runNow();
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(tries).toBe(2);
    expect(turns()).toEqual(["opened 1 P3"]);
  });

  test("a refused password is held back also when nothing can be stored", async () => {
    let tries = 0;
    const check = checkOf("imap-login", () => {
      tries += 1;
      return found("refused");
    });
    const load = { logins: [{ account: "sales@example.com", credential: secretOf(() => "x") }] };
    await start(planOf([namedProbe(check, "other@example.com", { everyMs: 60_000 })]), [checkOf("imap-login", () => found())]);
    await daemon?.[Symbol.asyncDispose]();
    // A database whose rows cannot be written: every commit fails, as on a full disk.
    const db = new Sqlite(join(data, "mailvigil.db"));
    db.exec("CREATE TRIGGER no_space BEFORE INSERT ON observation BEGIN SELECT raise(ABORT, 'no space'); END");
    db.close();
    await start(planOf([namedProbe(check, "sales@example.com", { everyMs: 250, load })]), [check]);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(tries).toBe(1);
  });

  test("what a check remembers comes back at its next run, also after a restart", async () => {
    const seen: unknown[] = [];
    const check = checkOf("counter", (ctx) => {
      seen.push(ctx.memory);
      return { findings: [], memory: typeof ctx.memory === "number" ? ctx.memory + 1 : 1 };
    });
    const plan = planOf([namedProbe(check, "a", { everyMs: 250 })]);
    await start(plan, [check]);
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(2), until);
    const before = seen.length;
    await restart(plan, [check]);
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(before + 2), until);
    expect(seen).toEqual(seen.map((_, i) => (i === 0 ? undefined : i)));
  });

  test("a probe that leaves the configuration leaves its incident, and its time is unknown from then on", async () => {
    const check = checkOf("imap-login", () => found("down"));
    await start(planOf([namedProbe(check, "gone@example.com"), namedProbe(check, "stays@example.com")]), [check]);
    await vi.waitFor(() => expect(turns()).toHaveLength(2), until);
    await daemon?.reload(planOf([namedProbe(check, "stays@example.com")]));
    await vi.waitFor(() => expect(turns().filter((turn) => turn.startsWith("resolved"))).toHaveLength(1), until);
    expect(statusOf("gone@example.com/imap-login")).toBe("unknown");
    expect(statusOf("stays@example.com/imap-login")).toBe("critical");
    expect(daemon?.board.incidents().filter(({ resolvedAt }) => resolvedAt === undefined)).toHaveLength(1);
  });

  test("a run that a reload overtook opens nothing for a probe that is gone", async () => {
    const running = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const check = checkOf("imap-login", async (_ctx, { name }) => {
      if (name !== "gone@example.com") return found();
      running.resolve();
      await release.promise;
      return found("down");
    });
    const stays = namedProbe(check, "stays@example.com", { everyMs: 250 });
    await start(planOf([namedProbe(check, "gone@example.com"), stays]), [check]);
    await running.promise;
    await daemon?.reload(planOf([stays]));
    release.resolve();
    const before = daemon?.board.last("stays@example.com/imap-login")?.at ?? 0;
    await vi.waitFor(() => expect(daemon?.board.last("stays@example.com/imap-login")?.at).toBeGreaterThan(before + 500), until);
    expect(daemon?.board.incidents()).toEqual([]);
    expect(daemon?.board.last("gone@example.com/imap-login")).toBeUndefined();
  });

  test("an acknowledgement is written and told", async () => {
    const check = checkOf("imap-login", () => found("down"));
    const { url } = await start(planOf([namedProbe(check, "sales@example.com")]), [check]);
    await vi.waitFor(() => expect(turns()).toHaveLength(1), until);
    const post = (path: string, body: unknown) =>
      fetch(`${url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: url },
        body: JSON.stringify(body),
      });
    const answer = await post("/api/v1/incidents/1/acknowledge", { by: "Li", minutes: 30 });
    expect(answer.status).toBeLessThan(300);
    await vi.waitFor(() => expect(turns()).toEqual(["opened 1 P3", "acknowledged 1 P3"]), until);
    expect(daemon?.board.incidents()[0]).toMatchObject({ acknowledgedBy: "Li" });
  });

  test("a channel that is broken is told on the others, and so is that it works again", async () => {
    let revoked = true;
    const other = recordingChannel(() => (revoked ? { kind: "bad-channel", reason: "token revoked" } : { kind: "ok" }));
    const check = checkOf("imap-login", () => found("down"));
    const plan = planOf([namedProbe(check, "sales@example.com")], {
      channels: [
        { name: "ops", type: "recording", options: {}, from: "test" },
        { name: "boss", type: "revoked", options: {}, from: "test" },
      ],
      alerts: {
        rules: [{ priorities: ["P1", "P2", "P3", "P4"], channels: ["ops", "boss"] }],
        remindMs: { P1: 0, P2: 0, P3: 0, P4: 0 },
      },
    });
    const channels = new Map([
      ["recording", recording.channel],
      ["revoked", other.channel],
    ]);
    await start(plan, [check], { channels });
    await vi.waitFor(() => expect(turns()).toEqual(["opened 1 P3", "opened 2 P3"]), until);
    expect(recording.alerts[1]?.title).toContain("boss");
    expect(JSON.stringify(daemon?.board.troubles())).toContain("token revoked");
    // A restart tries a broken channel at once.
    revoked = false;
    await daemon?.[Symbol.asyncDispose]();
    await start(plan, [check], { channels });
    await vi.waitFor(() => expect(turns()).toContain("resolved 2 P3"), until);
    await vi.waitFor(() => expect(daemon?.board.troubles()).toEqual([]), until);
  });

  test("a channel's fault outlives a start and a reload, is over when it takes a message, or when it is removed", async () => {
    let revoked = true;
    let tries = 0;
    const other = recordingChannel(() => {
      tries++;
      return revoked ? { kind: "bad-channel", reason: "hook answered 410" } : { kind: "ok" };
    });
    const check = checkOf("imap-login", () => found("down"));
    const probes = [namedProbe(check, "sales@example.com", { everyMs: 60_000 })];
    const ops = { name: "ops", type: "recording", options: {}, from: "test" };
    const plan = planOf(probes, {
      channels: [ops, { name: "boss", type: "revoked", options: {}, from: "test" }],
      alerts: {
        rules: [{ priorities: ["P1", "P2", "P3", "P4"], channels: ["ops", "boss"] }],
        remindMs: { P1: 0, P2: 0, P3: 0, P4: 0 },
      },
    });
    const channels = new Map([
      ["recording", recording.channel],
      ["revoked", other.channel],
    ]);
    await start(plan, [check], { channels });
    await vi.waitFor(() => expect(turns()).toEqual(["opened 1 P3", "opened 2 P3"]), until);
    const isOpen = (): boolean => daemon?.board.incidents().find(({ id }) => id === 2)?.resolvedAt === undefined;
    for (const again of [
      () => daemon?.reload(plan),
      () => daemon?.[Symbol.asyncDispose]().then(() => start(plan, [check], { channels })),
    ]) {
      const before = tries;
      await again();
      await vi.waitFor(() => expect(tries).toBeGreaterThan(before), until);
      expect(isOpen()).toBe(true);
    }
    expect(turns().filter((turn) => turn.includes(" 2 "))).toEqual(["opened 2 P3"]);

    revoked = false;
    await daemon?.reload(plan);
    await vi.waitFor(() => expect(isOpen()).toBe(false), until);
    await vi.waitFor(() => expect(recording.alerts.at(-1)?.title).toBe("[Recovered P3] The channel boss works again"), until);

    revoked = true;
    await daemon?.reload(
      planOf([...probes, namedProbe(check, "more@example.com")], { channels: plan.channels, alerts: plan.alerts }),
    );
    await vi.waitFor(() => expect(turns()).toContain("opened 4 P3"), until);
    await daemon?.reload(planOf(probes, { channels: [ops] }));
    await vi.waitFor(
      () => expect(recording.alerts.map(({ title }) => title)).toContain("[Closed P3] The channel boss is no longer configured"),
      until,
    );
  });

  test("a channel that can send nothing as it is written is named at the start, before anything has to be sent", async () => {
    const reason = "The secret in env KEY is not whsec_ and 24 to 64 bytes of base64";
    let wrong: string | undefined = reason;
    const channels = new Map([["recording", { ...recording.channel, verify: () => Promise.resolve(wrong) }]]);
    const check = checkOf("imap-login", () => found());
    const plan = planOf([namedProbe(check, "sales@example.com")]);
    await start(plan, [check], { channels });
    expect(logged).toEqual([`The channel ops is broken, alerts do not go out on it: ${reason}`]);
    expect(daemon?.board.troubles()).toMatchObject([
      { code: "channel-broken", zh: "告警通道 ops 已失效，无法发出告警：env KEY 中的密钥不是 whsec_ 加 24 至 64 字节的 base64" },
    ]);
    wrong = undefined;
    await daemon?.reload(plan);
    expect(daemon?.board.troubles()).toEqual([]);
    expect(logged).toHaveLength(1);
  });

  test("a second daemon on the same data is refused, and the port of a first one named", async () => {
    const check = checkOf("imap-login", () => found());
    const plan = planOf([namedProbe(check, "a")]);
    const { url } = await start(plan, [check]);
    const first = daemon;
    await expect(start(plan, [check])).rejects.toThrow(data);
    const port = Number(new URL(url).port);
    const taken = planOf([namedProbe(check, "a")], {
      settings: { ...plan.settings, http: { host: "127.0.0.1", port, token: undefined } },
    });
    await expect(start(taken, [check], { data: ":memory:" })).rejects.toThrow(`Cannot listen on 127.0.0.1:${port}`);
    daemon = first;
  });
});
