import type { z } from "zod";
import type { Alert } from "./alert.ts";
import type { Dial } from "./connection.ts";
import type { Ask, Resolve } from "./dns.ts";
import type { Text } from "./text.ts";

/** What became of one try at sending. Success only on the documented positive field; reasons never hold a secret. */
export type DeliveryResult =
  | { readonly kind: "ok"; readonly reference?: string }
  /** The far side queued it; arrival is unproven. */
  | { readonly kind: "accepted"; readonly reference?: string }
  | { readonly kind: "throttled"; readonly retryAfterMs: number; readonly reason: string }
  /**
   * `doubt`: it may have arrived all the same. `no-answer`: it was sent and nothing came back. `unreadable-answer`: the far
   * side answered without the documented positive field; that is tried again at most twice.
   */
  | { readonly kind: "retry"; readonly reason: string; readonly doubt?: "no-answer" | "unreadable-answer" }
  /** This message cannot be sent in this form. */
  | { readonly kind: "bad-message"; readonly reason: string }
  /** The channel itself is broken: a revoked token, a dissolved group. */
  | { readonly kind: "bad-channel"; readonly reason: string };

export interface ChannelContext {
  /** Ends after the channel's time is up (15 s), or when the daemon stops. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly dial: Dial;
  readonly ask: Ask;
  readonly resolve: Resolve;
  /** PEM texts of the authorities trusted besides the system's (`settings.tls.ca`). */
  readonly authorities: readonly string[];
  /** This try may repeat a message that was already taken: say so where the far side cannot tell by the id. */
  readonly maybeRepeat: boolean;
}

/** Metadata of an option: what a person shall write, with an example (`write the server …, such as …`). Last in its chain. */
export const write = (remedy: Text): { readonly write: Text } => ({ write: remedy });

export interface Channel<O extends z.ZodType = z.ZodType> {
  /** Equals the file name. */
  readonly id: string;
  readonly title: Text;
  /** An option says by `.meta(write({ … }))` what is to be written there: the remedy where it is missing or wrong. */
  readonly options: O;
  /** Messages a minute that the far side stands, kept below its own limit. */
  readonly perMinute: number;
  /** Hosts and mail domains a delivery depends on: a route whose every channel depends on watched mail is refused. */
  dependsOn(options: z.output<O>): { readonly hosts: readonly string[]; readonly mailDomains: readonly string[] };
  /**
   * Why nothing would ever be sent with these options, as far as that shows without the network; undefined when nothing does.
   * The reason is a short technical text like that of a `DeliveryResult`. Asked at each start and reload.
   * @throws SecretError
   */
  verify?(options: z.output<O>): Promise<string | undefined>;
  send(alert: Alert, options: z.output<O>, ctx: ChannelContext): Promise<DeliveryResult>;
}

// oxlint-disable-next-line typescript/no-explicit-any -- options are checked by the schema beside it; no type can say so across channels
export type AnyChannel = Channel<any>;

export const defineChannel = <O extends z.ZodType>(channel: Channel<O>): Channel<O> => channel;
