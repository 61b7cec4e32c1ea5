import { z } from "zod";
import { isSecret, type Secret } from "../model/secret.ts";

/**
 * A secret as an option of a check or a channel: `{ env: NAME }`, `{ file: path }` or `{ command: [argv] }` in the file, never a
 * plain text.
 */
export const secretOption = z.custom<Secret>(isSecret, "must be a secret");
