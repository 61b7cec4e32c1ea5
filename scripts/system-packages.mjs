// The Debian packages that the tests run real servers and a real browser from.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs";

const wanted = [
  "dovecot-imapd",
  "dovecot-pop3d",
  "dovecot-managesieved",
  "dovecot-auth-lua",
  "spamd",
  "postfix",
  "bind9-utils",
  "knot",
  "unbound",
  "chromium",
  "fonts-noto-cjk",
  "iproute2",
  "nftables",
  "openssl",
  "slapd",
  "prometheus",
  "curl",
  "socat",
  "systemd",
  "restic",
  "borgbackup",
];

/** Those of the wanted packages that are not installed; all of them where there is no dpkg. */
export const missingSystemPackages = () =>
  wanted.filter((name) => {
    const query = spawnSync("dpkg-query", ["-W", "-f", "${Status}", name], { encoding: "utf8" });
    return !(query.stdout ?? "").endsWith(" installed");
  });

/** Installs them without starting a service: policy-rc.d says no to every start while the packages unpack (Debian policy 9.3). */
export function installSystemPackages(packages) {
  const policy = "/usr/sbin/policy-rc.d";
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const apt = (...args) => {
    const [command, ...rest] = [...asRoot, "apt-get", ...args];
    return (
      spawnSync(command, rest, {
        stdio: ["ignore", "inherit", "inherit"],
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      }).status === 0
    );
  };
  const own = asRoot.length === 0 && !existsSync(policy);
  if (own) {
    writeFileSync(policy, "#!/bin/sh\nexit 101\n");
    chmodSync(policy, 0o755);
  }
  try {
    console.log(`Installing ${packages.join(" ")}`);
    if (!apt("update", "-qq") || !apt("install", "-y", "-qq", "--no-install-recommends", ...packages)) {
      console.error("apt-get failed; the tests that need these packages will fail. Install them by hand and run npm test again.");
    }
  } finally {
    if (own) rmSync(policy);
  }
}
