/**
 * Where a password, token or key comes from. Its value is read when it is needed and is never part of the configuration,
 * a log, an error or the database: as JSON, as a string and under `inspect` it is `[secret]`.
 */
export interface Secret {
  /** How a person knows it, without its value: `env SALES_PASSWORD`, `file /etc/…`. */
  readonly source: string;
  /**
   * The value. Read anew each time, so that a changed file counts at once; every value read is known to the masker.
   * @throws SecretError when it cannot be read
   */
  reveal(): Promise<string>;
  /**
   * Keeps a newer value in its place, where the one there is older than so many milliseconds. Only a file can; others are as they are.
   * @throws SecretError when it cannot be written: the old value is still there
   */
  renew?(value: string, olderThanMs: number): Promise<void>;
  toJSON(): "[secret]";
}

export const isSecret = (value: unknown): value is Secret =>
  typeof value === "object" && value !== null && "reveal" in value && typeof value.reveal === "function";

/** The message names the source and the remedy, never a value. */
export class SecretError extends Error {
  override readonly name = "SecretError";
}

/** Replaces every known secret, and the forms derived from it, by `[secret]`. */
export type Mask = (text: string) => string;
