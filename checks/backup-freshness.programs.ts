import { z } from "zod";
import { visible } from "../src/model/visible.ts";
import { runCommand } from "../src/net/run-command.ts";
import type { Generation, Looked } from "./backup-freshness.judge.ts";

/** A year of hourly backups is some 6 MB. */
const maxBytes = 32 * 1024 * 1024;
const timeoutMs = 100_000;

const denied =
  /wrong password|no key found|is incorrect|permission denied|access denied|accessdenied|authentication failed|403 forbidden/i;
const gone =
  /does not exist|no such file or directory|is there a repository|is not a valid repository|unable to open config file|404/i;

interface Program {
  readonly argv: readonly string[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly read: (text: string) => readonly Generation[] | undefined;
}

const resticSnapshots = z.array(
  z.object({
    time: z.string(),
    tree: z.string().optional(),
    short_id: z.string().optional(),
    // Since 0.17.
    summary: z.object({ total_bytes_processed: z.number().optional() }).optional(),
  }),
);

/** What `restic snapshots --json` lists. It takes no lock, so that a backup that runs is not disturbed. */
export const lookAtRestic = (repository: string, password: string, signal: AbortSignal): Promise<Looked> =>
  ask(
    {
      argv: ["restic", "--repo", repository, "--no-lock", "--json", "snapshots"],
      secrets: { RESTIC_PASSWORD: password },
      read: (text) =>
        readJson(text, resticSnapshots)?.map(({ time, tree, short_id: id, summary }) => ({
          name: visible(id ?? time, 60),
          at: Date.parse(time),
          bytes: summary?.total_bytes_processed,
          content: tree,
        })),
    },
    signal,
  );

const borgArchives = z.object({
  archives: z.array(
    z.object({ name: z.string(), end: z.string().optional(), start: z.string(), stats: z.object({ original_size: z.number() }) }),
  ),
});

/** How many archives Borg opens: each costs a read of the repository. */
const borgLast = 14;

/** What `borg info --json` says of the last archives. It takes no lock, so that a backup that runs is not disturbed. */
export const lookAtBorg = (repository: string, passphrase: string, signal: AbortSignal): Promise<Looked> =>
  ask(
    {
      argv: ["borg", "info", "--bypass-lock", "--json", "--last", String(borgLast), repository],
      // Its times carry no zone: they are those of the clock that it is started with.
      secrets: { BORG_PASSPHRASE: passphrase, TZ: "UTC", BORG_RELOCATED_REPO_ACCESS_IS_OK: "yes" },
      read: (text) =>
        readJson(text, borgArchives)?.archives.map(({ name, end, start, stats }) => ({
          name: visible(name, 200),
          at: Date.parse(`${end ?? start}Z`),
          bytes: stats.original_size,
        })),
    },
    signal,
  );

async function ask({ argv, secrets, read }: Program, signal: AbortSignal): Promise<Looked> {
  const lines: string[] = [];
  const outcome = await runCommand(argv, { limits: { timeoutMs, maxBytes }, line: (text) => lines.push(text), secrets }, signal);
  if (outcome.kind === "failed") {
    const said = `${outcome.said}\n${outcome.reason}`;
    return { kind: denied.test(said) ? "denied" : gone.test(outcome.said) ? "gone" : "unknown", reason: outcome.reason };
  }
  const generations = outcome.cut ? undefined : read(lines.join("\n"));
  const isRead = generations?.every(({ at }) => Number.isFinite(at)) === true;
  return isRead
    ? { kind: "listed", generations }
    : { kind: "unknown", reason: `the answer of ${argv[0] ?? ""} could not be read` };
}

function readJson<T>(text: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
