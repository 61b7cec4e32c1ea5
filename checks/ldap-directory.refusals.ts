import type { LdapResult } from "../src/net/ldap-message.ts";
import type { directoryFindings } from "./ldap-directory.texts.ts";

type Refusal = keyof typeof directoryFindings;

/** What Active Directory says behind `data` with result 49: Win32 error codes (MS-ERREF 2.2). */
const byActiveDirectory: Readonly<Record<string, Refusal>> = {
  "525": "bind-account-unknown",
  "52e": "bind-rejected",
  "530": "logon-not-permitted",
  "531": "logon-not-permitted",
  "532": "password-expired",
  "533": "account-disabled",
  "534": "logon-not-permitted",
  "701": "account-expired",
  "773": "password-must-change",
  "775": "account-locked",
};

/** RFC 4511 appendix A.2. */
const anywhere: Readonly<Record<number, Refusal>> = {
  10: "directory-referral",
  51: "directory-busy",
  52: "directory-unavailable",
};

const atBind: Readonly<Record<number, Refusal>> = {
  7: "bind-refused",
  8: "bind-refused",
  13: "bind-refused",
  32: "bind-account-unknown",
  34: "bind-account-unknown",
  48: "bind-refused",
  49: "bind-rejected",
  50: "bind-refused",
  53: "bind-refused",
};

const atSearch: Readonly<Record<number, Refusal>> = {
  // Active Directory, of an anonymous look-up: a successful bind must be completed.
  1: "search-refused",
  8: "search-refused",
  13: "search-refused",
  32: "base-not-found",
  34: "base-not-found",
  50: "search-refused",
  53: "search-refused",
};

/** Why the directory lets nobody in. */
export function bindRefusal({ code, text }: LdapResult): Refusal {
  const data = /\bdata ([0-9a-f]{3,4})\b/i.exec(text)?.[1]?.toLowerCase();
  if (code === 49 && data !== undefined) return byActiveDirectory[data] ?? "bind-rejected";
  // 389 Directory Server and its kin tell it in words alone.
  if (code === 53 && /inactivated|disabled/i.test(text)) return "account-disabled";
  if (code === 19 && /retry limit|locked/i.test(text)) return "account-locked";
  return anywhere[code] ?? atBind[code] ?? "search-failed";
}

/** Why it does not answer a question. */
export const searchRefusal = ({ code }: LdapResult): Refusal => anywhere[code] ?? atSearch[code] ?? "search-failed";
