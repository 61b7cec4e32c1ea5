import type { Secret } from "./secret.ts";

/** What an access token is asked for with, at the provider's token server (RFC 6749). */
interface Grant {
  /** How a person calls it: its name in `credentials`, or the mailbox it stands at. */
  readonly name: string;
  /** What does not change from token to token: the key, the refresh token, the client secret. */
  readonly secret: Secret;
  /** What its tokens are good for; left out: mail. Only Microsoft has others. */
  readonly audience?: "graph";
  /** In place of the provider's token server; may be inside. */
  readonly tokenUrl?: string;
  /** The day on which the secret ends, as the provider's page tells, `2027-03-31`. */
  readonly secretExpires?: string;
  /** Tells the masker of a token, and when it has gone. */
  readonly hide: (token: string) => void;
  readonly unhide: (token: string) => void;
}

/** A login by tokens in place of a password. One that several mailboxes name is one object, and so has one cache of tokens. */
export type OAuth = Grant &
  (
    | { readonly kind: "google-service-account" }
    | { readonly kind: "google-refresh-token"; readonly clientId: string; readonly clientSecret: Secret }
    | { readonly kind: "microsoft365" | "microsoft365-china"; readonly clientId: string; readonly tenant: string }
    /** A person has signed in (`mailvigil login`). A public client has no secret of its own. */
    | {
        readonly kind: "microsoft365-user" | "microsoft365-china-user";
        readonly clientId: string;
        readonly tenant: string;
        readonly clientSecret?: Secret;
      }
  );

/** What a mailbox is logged in to with. */
export type Credential = Secret | OAuth;

export const isOAuth = (value: unknown): value is OAuth =>
  typeof value === "object" && value !== null && "kind" in value && "secret" in value && "hide" in value;
