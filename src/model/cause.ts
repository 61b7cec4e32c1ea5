import type { Finding } from "./observation.ts";
import type { Data } from "./text.ts";

/**
 * What a set of failing probes is explained by, from the nearest to the farthest: ourselves, the way, the names, the machine, the
 * account, the mail on its way. Stored with incidents: a code is never reused for another meaning.
 */
export const causes = [
  "own-network",
  "own-port-blocked",
  "tls-intercepted",
  "own-resolver",
  "monitor-credential",
  "domain-expired",
  "zone-broken",
  "mx-changed",
  "path-blocked",
  "provider-outage",
  "server-down",
  "certificate",
  "settings-changed",
  "rate-limit",
  "subscription-expired",
  "client-access-off",
  "account-locked",
  "password-expired",
  "password-rejected",
  "permission-removed",
  "mailbox-full",
  "queue-stuck",
  "blacklisted",
  "sender-refused",
  "greylisting",
  "junk-filter",
  "silent-loss",
  "unknown",
] as const;

export type Cause = (typeof causes)[number];

/**
 * `high`: an answer says it in so many words, or a comparison leaves nothing else. `medium`: it fits everything seen, another cause
 * would too. `low`: the best of several guesses. A wrong cause with `high` is the worst that a diagnosis can do.
 */
export const confidences = ["high", "medium", "low"] as const;
export type Confidence = (typeof confidences)[number];

/** Who can mend it. */
export const actors = [
  "monitor-operator",
  "network",
  "dns-host",
  "mail-administrator",
  "provider",
  "user",
  "payer",
  "far-side",
] as const;
export type Actor = (typeof actors)[number];

/** One line of what speaks for a cause, or against another: what a probe found, or what a comparison of probes shows. */
export type Clue =
  | { readonly kind: "found"; readonly probe: string; readonly finding: Finding }
  /** `code` has its texts in `src/i18n/clues.ts`. */
  | { readonly kind: "compared"; readonly code: string; readonly data: Data };

/** One cause with all that it explains. */
export interface Diagnosis {
  readonly cause: Cause;
  readonly confidence: Confidence;
  /** What the texts of the cause name: `host`, `provider`, `account`, `domain`, `asset` … as far as it is known. */
  readonly about: Data;
  /** The strongest first. */
  readonly evidence: readonly Clue[];
  /** Other causes that fit what was seen as well; empty when the confidence is high. */
  readonly alternatives: readonly Cause[];
  /** Causes that were looked for and are not it, each with why. */
  readonly ruledOut: readonly { readonly cause: Cause; readonly because: Clue }[];
  /** The ids of the failing probes that it explains; never empty. */
  readonly probes: readonly string[];
}
