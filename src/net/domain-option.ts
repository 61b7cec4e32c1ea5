import { z } from "zod";
import { asciiName } from "./dns-name.ts";

/** A domain as a check takes it: with A-labels or U-labels, as it was written. */
export const domainOption = z
  .string()
  .refine((name) => Boolean(asciiName(name)), { error: "must be a domain name, such as example.com" });
