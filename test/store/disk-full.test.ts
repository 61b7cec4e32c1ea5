import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runChildWithMounts } from "./child-process.ts";
import { start, temporaryFolder } from "./samples.ts";

interface Told {
  readonly outcomes?: readonly string[];
  readonly rows?: readonly number[];
  readonly memories?: readonly string[];
  readonly check?: string;
  readonly start?: { readonly code: string; readonly message: string };
}

test("a full disk refuses commits with `full`, stores nothing of them, and takes them again when there is room", async () => {
  const folder = join(temporaryFolder(), "data");
  mkdirSync(folder);
  const lines = await runChildWithMounts("full-disk", folder, 'mount -t tmpfs -o size=1m tmpfs "$1"');
  const [filled, roomy, restart]: readonly Told[] = lines.map((line) => {
    const told: Told = JSON.parse(line);
    return told;
  });
  const outcomes = filled?.outcomes ?? [];
  expect(new Set(outcomes)).toEqual(new Set(["stored", "full"]));
  expect(outcomes.at(-1)).toBe("full");
  // Exactly what was told to be stored is stored, and each batch whole: its observation with its memory.
  const stored = outcomes.flatMap((outcome, i) => (outcome === "stored" ? [i + 1] : []));
  expect(roomy?.rows).toEqual([start, ...stored.map((n) => start + n), start + 100]);
  expect(roomy?.memories).toEqual(stored.map(String));
  expect(roomy?.check).toBe("ok");
  expect(restart?.start?.code).toBe("full");
  expect(restart?.start?.message).toContain(folder);
});
