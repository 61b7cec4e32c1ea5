import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import backupFreshness from "../../checks/backup-freshness.ts";
import { runProbe } from "../../src/engine/run-probe.ts";
import { testSecret } from "../support/channel-tester.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";

const run = promisify(execFile);
const hour = 3_600_000;

let folder: string;
let cache: string | undefined;
const mail = (): string => join(folder, "mail");
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mailvigil-repositories-"));
  cache = process.env["HOME"];
  process.env["HOME"] = folder;
});
afterAll(async () => {
  process.env["HOME"] = cache;
  await rm(folder, { recursive: true });
});

/** By a relative path: a snapshot holds the folders above as well, and those change while others work in them. */
const restic = (...args: readonly string[]) =>
  run("restic", ["-r", join(folder, "restic"), "-q", ...args], {
    cwd: folder,
    env: { ...process.env, RESTIC_PASSWORD: "right" },
  });
const borg = (args: readonly string[]) =>
  run("borg", args, { env: { ...process.env, BORG_PASSPHRASE: "right", TZ: "Asia/Shanghai" } });

/** Borg tells times in whole seconds: two archives of one second have no order. */
async function nextSecond(): Promise<void> {
  const before = Math.floor(Date.now() / 1_000);
  await vi.waitFor(() => expect(Math.floor(Date.now() / 1_000)).toBeGreaterThan(before), { timeout: 3_000 });
}

async function look(place: object, nowMs = Date.now()) {
  const options: unknown = backupFreshness.options.parse({ what: "Mail", owner: "IT", rpo: 26 * hour, ...place });
  const outcome = await runProbe(probeOf(backupFreshness, options), backupFreshness, testWorld({ now: () => nowMs }));
  const { status, findings, metrics } = outcome!.observation;
  return { status, codes: findings.map(({ code }) => code), metrics, said: JSON.stringify(findings) };
}
const resticAt = (repository = join(folder, "restic"), password = "right") => ({
  restic: { repository, password: testSecret(password) },
});
const borgAt = (repository = join(folder, "borg"), passphrase = "right") => ({
  borg: { repository, passphrase: testSecret(passphrase) },
});

describe("backup-freshness and a real restic repository", () => {
  test("a new repository, a backup, then its age", async () => {
    await restic("init");
    expect(await look(resticAt())).toMatchObject({ status: "critical", codes: ["backup-missing"] });
    await writeFile(mail(), "one");
    await restic("backup", "mail");
    expect(await look(resticAt())).toMatchObject({ status: "ok", codes: [], metrics: { generations: 1 } });
    expect(await look(resticAt(), Date.now() + 27 * hour)).toMatchObject({ status: "critical", codes: ["backup-too-old"] });
  });

  test("three snapshots of the same tree", async () => {
    await restic("backup", "mail");
    await restic("backup", "mail");
    expect(await look(resticAt())).toMatchObject({ status: "warning", codes: ["backup-same-again"] });
    await writeFile(mail(), "two");
    await restic("backup", "mail");
    expect(await look(resticAt())).toMatchObject({ status: "ok", codes: [] });
  });

  test("a password that was changed, and a repository that is gone", async () => {
    const wrong = await look(resticAt(undefined, "T0PS3CRET"));
    expect(wrong).toMatchObject({ status: "critical", codes: ["backup-place-denied"] });
    expect(wrong.said).not.toContain("T0PS3CRET");
    expect(await look(resticAt(join(folder, "nowhere")))).toMatchObject({ status: "critical", codes: ["backup-place-gone"] });
  });
});

describe("backup-freshness and a real Borg repository", () => {
  test("an archive with its size, whatever the zone of who made it, then its age", async () => {
    await borg(["init", "-e", "repokey", join(folder, "borg")]);
    expect(await look(borgAt())).toMatchObject({ status: "critical", codes: ["backup-missing"] });
    await writeFile(mail(), "x".repeat(5_000));
    await borg(["create", `${join(folder, "borg")}::one`, mail()]);
    const seen = await look(borgAt());
    expect(seen).toMatchObject({ status: "ok", codes: [], metrics: { generations: 1, size: 5_000 } });
    expect(seen.metrics["age"]).toBeLessThan(60);
    expect(await look(borgAt(), Date.now() + 27 * hour)).toMatchObject({ status: "critical", codes: ["backup-too-old"] });
  });

  test("an archive that lacks nearly everything", async () => {
    for (const name of ["two", "three"]) {
      await nextSecond();
      await borg(["create", `${join(folder, "borg")}::${name}`, mail()]);
    }
    await writeFile(mail(), "x");
    await nextSecond();
    await borg(["create", `${join(folder, "borg")}::four`, mail()]);
    expect(await look(borgAt())).toMatchObject({ status: "warning", codes: ["backup-shrunk"] });
  });

  test("a passphrase that was changed, and a repository that is gone", async () => {
    expect(await look(borgAt(undefined, "wrong"))).toMatchObject({ status: "critical", codes: ["backup-place-denied"] });
    expect(await look(borgAt(join(folder, "nowhere")))).toMatchObject({ status: "critical", codes: ["backup-place-gone"] });
  });

  test("a backup that runs does not wait for us, nor we for it", async () => {
    const holding = borg(["with-lock", join(folder, "borg"), "sleep", "4"]);
    await vi.waitFor(() => expect(existsSync(join(folder, "borg/lock.exclusive"))).toBe(true), { timeout: 10_000 });
    expect((await look(borgAt())).codes).toEqual(["backup-shrunk"]);
    expect(existsSync(join(folder, "borg/lock.exclusive"))).toBe(true);
    await holding;
  });
});

test("a program that is not installed says nothing of the backup", async () => {
  const path = process.env["PATH"];
  process.env["PATH"] = folder;
  try {
    expect(await look(resticAt())).toMatchObject({ status: "unknown", codes: ["backup-not-judged"] });
  } finally {
    process.env["PATH"] = path;
  }
});
