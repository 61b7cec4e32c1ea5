import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem } from "node:os";

/** The Debian packages that stand beside us, or that we log in to. */
const packages = ["dovecot-imapd", "prometheus-blackbox-exporter", "monitoring-plugins-basic"] as const;

/** Its version; undefined where it is not installed. */
export function debianVersion(name: (typeof packages)[number]): string | undefined {
  const found = spawnSync("dpkg-query", ["-W", "-f", "${db:Status-Status} ${Version}", name], { encoding: "utf8" });
  const [status, version] = (found.stdout ?? "").split(" ");
  return status === "installed" ? version : undefined;
}

/** On what all of this was measured. */
export function machine(): string {
  const [cpu] = cpus();
  const debian = packages.map((name) => `${name} ${debianVersion(name) ?? "not installed"}`);
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return [
    `${availableParallelism()} × ${cpu?.model ?? "?"}`,
    memory,
    `Linux ${release()}`,
    `Node ${process.versions.node}`,
    ...debian,
  ].join("; ");
}

/** The load of the last minute. */
export const load = (): number => Number(readFileSync("/proc/loadavg", "utf8").split(" ")[0]);
