import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Breaker } from "../model/state.ts";
import { exists, makeDataFolder } from "./data-folder.ts";
import { asStoreError } from "./store-error.ts";

const fileName = "refused-logins.json";
const maxBytes = 256 * 1024;
const most = 200;
/** Somebody who comes back tomorrow has mended it, or tries at most twice more. */
const keptMs = 24 * 3_600_000;

const written = z.array(
  z.object({
    account: z.string(),
    fingerprint: z.string(),
    kind: z.enum(["definite", "ambiguous"]),
    refusals: z.number(),
    openedAt: z.number(),
    retryAt: z.number().optional(),
    probe: z.string(),
    seenAt: z.number(),
  }),
);

type Refusal = Breaker & { readonly seenAt: number };

/**
 * Logins that were refused to a command, in a file of the folder (0600), beside the key that their fingerprints are made with: the
 * next command shall not knock again. A file that cannot be read is as none.
 */
export function openRefusals(folder: string, now: () => number) {
  const file = join(folder, fileName);
  const read = (): readonly Refusal[] => {
    try {
      if (!exists(file) || statSync(file).size > maxBytes) return [];
      const found = written.safeParse(JSON.parse(readFileSync(file, "utf8")));
      return found.success
        ? found.data
            .filter(({ seenAt }) => seenAt <= now() && now() - seenAt < keptMs)
            .map(({ retryAt, ...rest }) => ({ ...rest, retryAt }))
        : [];
    } catch {
      return [];
    }
  };
  /** Whole or not at all. */
  const write = (refusals: readonly Refusal[]): void => {
    makeDataFolder(folder);
    const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
    try {
      writeFileSync(draft, JSON.stringify(refusals.slice(-most)), { mode: 0o600, flag: "wx" });
      renameSync(draft, file);
    } catch (error) {
      rmSync(draft, { force: true });
      throw asStoreError(error, file);
    }
  };
  const without = (account: string): readonly Refusal[] => read().filter((refusal) => refusal.account !== account);
  return {
    known: read(),
    /** @throws StoreError */
    remember: (breaker: Breaker): void => write([...without(breaker.account), { ...breaker, seenAt: now() }]),
    /** @throws StoreError */
    forget(account: string): void {
      const left = without(account);
      if (left.length < read().length) write(left);
    },
  };
}
