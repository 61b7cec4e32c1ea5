import { z } from "zod";
import type { Secret } from "../src/model/secret.ts";

export const isSecret = (value: unknown): value is Secret =>
  typeof value === "object" && value !== null && "reveal" in value && typeof value.reveal === "function";

/** An option that is a secret: `{ env: NAME }`, `{ file: path }` or `{ command: [argv] }` in the file, never a plain text. */
export const secretOption = z.custom<Secret>(isSecret, "must be a secret");
