import { users } from "./addresses.ts";
import { both, type Fault } from "./fault.ts";
import { accountFaults } from "./faults-accounts.ts";
import { mailFaults } from "./faults-mail.ts";
import { nameFaults } from "./faults-names.ts";
import { ownFaults } from "./faults-own.ts";
import { serverFaults } from "./faults-servers.ts";

/** One thing is broken at a time. */
export const singleFaults: readonly Fault[] = [...ownFaults, ...nameFaults, ...serverFaults, ...accountFaults, ...mailFaults];

const one = (id: string): Fault => {
  const found = singleFaults.find((fault) => fault.id === id);
  if (!found) throw new Error(`There is no fault ${id}`);
  return found;
};

/** Two things at a time: one may hide the other, and then the one that is seen is right. */
export const doubleFaults: readonly Fault[] = [
  both("full-and-far-blocklist", one("mailbox-full"), one("far-blocklist-spamhaus")),
  both("password-and-far-side", one("password-changed-cyrus"), one("far-policy-exim")),
  both("port25-and-server", one("own-port25-blocked"), one("imap-stopped")),
  both("zone-and-certificate", one("mx-taken-over"), one("certificate-expired")),
  both("junk-and-greylisting", one("filtered-to-junk"), one("greylisted-far")),
  both("imap-off-and-queue", one("imap-off"), one("queue-stuck-out")),
  both("pop3-and-loss", one("pop3-off"), one("discarded-by-filter")),
  both("resolver-and-server", one("own-resolver-servfail"), one("server-stopped")),
  both("provider-and-own-server", one("provider-outage"), one("imap-stopped"), users.globe[0]),
  both("permission-and-far-loss", one("permission-removed"), one("discarded-far")),
  both("domain-and-password", one("domain-expired"), one("password-changed")),
  both("expired-and-mx", one("password-expired"), one("mx-null")),
];

export const allFaults: readonly Fault[] = [...singleFaults, ...doubleFaults];
