import { z } from "zod";
import { explain } from "../model/check.ts";
import { asciiName } from "./dns-name.ts";

/** A domain as a check takes it: with A-labels or U-labels, as it was written. */
export const domainOption = z
  .string()
  .refine((name) => Boolean(asciiName(name)), { error: "must be a domain name, such as example.com" })
  .meta(explain({ en: "The mail domain, such as example.com", zh: "邮件域名，例如 example.com" }));

export const receivesOption = z
  .boolean()
  .default(true)
  .meta(
    explain({
      en: "False for a domain that is not meant to receive mail: what only such mail needs is not asked for",
      zh: "不收信的域名写 false：不再要求只有收信才需要的内容",
    }),
  );
