// Builds the page into dashboard/dist when it is missing or made from other sources. Plain JavaScript that any Node from 20 on runs.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { environment, runtime } from "./runtime.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dashboard", "dist");
const stamp = join(dist, ".sources");

/** What the page is made from; the lockfile stands for Lit and Vite. */
const sources = ["dashboard", "src/model", "src/i18n", "package-lock.json"];

function filesUnder(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .toSorted()
    .filter((name) => !name.startsWith("dist") && !name.startsWith("."))
    .flatMap((name) => filesUnder(join(path, name)));
}

function hashOfSources() {
  const hash = createHash("sha256");
  for (const file of sources.flatMap((source) => filesUnder(join(root, source)))) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  }
  return hash.digest("hex");
}

/**
 * Returns whether it built. The new page takes the place of the old one only when it is whole.
 * @throws Error when Vite fails; it holds what Vite said
 */
export function buildPageIfNeeded() {
  const wanted = hashOfSources();
  if (existsSync(stamp) && existsSync(join(dist, "index.html")) && readFileSync(stamp, "utf8") === wanted) return false;
  const fresh = join(root, "dashboard", `dist-${process.pid}.tmp`);
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const built = spawnSync(runtime(), [vite, "build", "dashboard", "--outDir", fresh, "--logLevel", "warn"], {
    cwd: root,
    encoding: "utf8",
    // Tests say `test`, which would build Lit for developers: 13 kB more, and with warnings.
    env: environment({ NODE_ENV: "production" }),
  });
  if (built.status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error(`Cannot build the page: ${built.error?.message ?? `${built.stdout}${built.stderr}`}`);
  }
  writeFileSync(join(fresh, ".sources"), wanted);
  rmSync(dist, { recursive: true, force: true });
  try {
    renameSync(fresh, dist);
  } catch (error) {
    // Somebody else built the same at the same time: theirs is as good.
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(join(dist, "index.html"))) throw error;
  }
  return true;
}
