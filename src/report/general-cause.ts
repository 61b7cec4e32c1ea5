import type { Cause } from "../model/cause.ts";
import type { GeneralCause } from "../model/status-page.ts";

/** What is said of a cause to everybody: neither who, nor where, nor what would help somebody who means harm. */
export const generalCauseOf: Readonly<Record<Cause, GeneralCause | undefined>> = {
  "own-network": "watching",
  "own-port-blocked": "watching",
  "tls-intercepted": "watching",
  "own-resolver": "watching",
  "monitor-credential": "watching",
  "domain-expired": "domain",
  "zone-broken": "domain",
  "mx-changed": "domain",
  "path-blocked": "way",
  "provider-outage": "service",
  "server-down": "service",
  certificate: "setting",
  "settings-changed": "setting",
  "rate-limit": "setting",
  "subscription-expired": "account",
  "client-access-off": "account",
  "account-locked": "account",
  "password-expired": "account",
  "password-rejected": "account",
  "permission-removed": "account",
  "mailbox-full": "space",
  "queue-stuck": "delay",
  blacklisted: "refused",
  "sender-refused": "refused",
  greylisting: "delay",
  "junk-filter": "refused",
  "silent-loss": "delay",
  unknown: undefined,
};
