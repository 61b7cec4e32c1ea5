import { certificateFindings } from "./certificate-findings.ts";
import { connectionFindings } from "./connection-findings.ts";
import { loginFindings, policyFindings } from "./login-findings.ts";
import { sessionFindings } from "./session-findings.ts";

/** What every check that logs in to a mailbox can say: from the way there to why the login is refused. */
export const mailboxFindings = {
  ...connectionFindings,
  ...certificateFindings,
  ...sessionFindings,
  ...loginFindings,
  ...policyFindings,
} as const;
