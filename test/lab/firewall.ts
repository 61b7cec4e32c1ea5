import { spawnSync } from "node:child_process";

export interface Firewall {
  /** Rules of nft for packets on their way out, `ip daddr 127.80.1.1 tcp dport 993 drop`. */
  forbid(...rules: readonly string[]): void;
  /** New connections that fit the rule go to this address instead, to the same port. */
  divert(rule: string, address: string): void;
  heal(): void;
}

/** The packet filter of the lab's own network namespace. Needs root, and a namespace of its own. */
export function createFirewall(): Firewall {
  nft("add table ip lab");
  nft("add chain ip lab out { type filter hook output priority 0; }");
  nft("add chain ip lab divert { type nat hook output priority -100; }");
  return {
    forbid: (...rules) => {
      for (const rule of rules) nft(`add rule ip lab out ${rule}`);
    },
    divert: (rule, address) => nft(`add rule ip lab divert ${rule} dnat to ${address}`),
    heal: () => {
      nft("flush chain ip lab out");
      nft("flush chain ip lab divert");
    },
  };
}

function nft(command: string): void {
  const done = spawnSync("nft", [command], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`nft ${command}: ${done.stderr}`);
}
