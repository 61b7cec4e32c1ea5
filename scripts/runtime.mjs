// What both commands need before the project's own Node is there: plain JavaScript that any Node from 20 on runs.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

export const root = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const bin = join(root, "node_modules", ".bin");
const marker = join(root, "node_modules", ".installed");

/** The Node that the project runs on: the one among its packages, or the present one where it is new enough. */
export function runtime() {
  const packaged = join(bin, process.platform === "win32" ? "node.cmd" : "node");
  if (existsSync(packaged)) return packaged;
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 24 || (major === 24 && minor >= 12)) return process.execPath;
  console.error(
    `Mailvigil needs Node 24.12 or later; this is ${process.versions.node}, and no packaged Node fits ${process.platform} ${process.arch}.`,
  );
  console.error("Install Node 24 from https://nodejs.org and run the command again.");
  console.error(`Mailvigil 需要 Node 24.12 或更高版本；当前是 ${process.versions.node}。请安装 Node 24 后重试。`);
  return process.exit(64);
}

/** The environment in which the project's tools find its Node first. */
export const environment = (more = {}) => ({ ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}`, ...more });

/** `npm ci` when the packages are not those of the lockfile. */
export function installPackages() {
  const [major = 0] = process.versions.node.split(".").map(Number);
  if (major < 20) {
    console.error(
      `Mailvigil needs Node 20 or later to install itself; this is ${process.versions.node}. Mailvigil 安装需要 Node 20 或更高版本。`,
    );
    process.exit(64);
  }
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return;
  console.error("Installing the packages … 正在安装依赖 …");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const done = spawnSync(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, stdio: ["ignore", 2, 2] });
  if (done.status !== 0) {
    console.error("npm ci failed; the lines above say why. 依赖安装失败，原因见上。");
    process.exit(done.status ?? 1);
  }
  writeFileSync(marker, wanted);
}

/** Runs a program with the terminal handed through; resolves with its exit code (128 + n for signal n). */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit", env: environment(), ...options });
    child.on("error", (error) => {
      console.error(`Cannot run ${command}: ${error.message}`);
      resolve(127);
    });
    child.on("exit", (code, signal) => resolve(code ?? 128 + (signal === "SIGKILL" ? 9 : 15)));
  });
}
