import type { Severity } from "../model/status.ts";
import type { Data } from "../model/text.ts";
import type { DkimKey } from "./dkim-key.ts";
import { type DkimSignature, lintSignature, selectorFact, type SignatureProblem, type SignedMail } from "./dkim-signature.ts";
import { listed } from "./txt-answer.ts";

const codes = {
  identity: "dkim-signature-identity",
  sha1: "dkim-signature-sha1",
  "from-unsigned": "dkim-from-unsigned",
  expired: "dkim-signature-expired",
  partial: "dkim-signature-partial",
  future: "dkim-signature-future",
  "headers-unsigned": "dkim-headers-unsigned",
  "from-once": "dkim-from-once",
} as const satisfies Readonly<Record<SignatureProblem["code"], string>>;

/** What `dns-dkim` says of the way that mail is signed. */
export interface SigningIssue {
  readonly code: (typeof codes)[keyof typeof codes] | "dkim-unsigned";
  readonly severity: Severity;
  readonly data: Data;
}

interface Fault {
  readonly sender: string;
  readonly signature: DkimSignature;
  readonly problem: SignatureProblem;
  readonly severity: Severity;
}

/**
 * How the last mail of each sender was signed, judged by the domain's own signatures: what others add is theirs. One finding a
 * problem and key. `keyOf` knows the keys that were found, by `<selector>._domainkey.<domain>`.
 */
export function judgeSigning(
  mails: readonly SignedMail[],
  domain: string,
  keyOf: (name: string) => DkimKey | undefined,
): readonly SigningIssue[] {
  const unsigned = mails.filter(({ signatures }) => signatures.length === 0).map(({ sender }) => sender);
  const faults = new Map<string, Fault[]>();
  for (const fault of mails.flatMap((mail) => faultsOf(mail, domain, keyOf))) {
    const key = `${fault.problem.code} ${selectorFact(fault.signature)}`;
    faults.set(key, [...(faults.get(key) ?? []), fault]);
  }
  return [
    ...(unsigned.length > 0
      ? [{ code: "dkim-unsigned" as const, severity: "warning" as const, data: { domain, senders: listed(unsigned) } }]
      : []),
    ...[...faults.values()].flatMap((some) => issueOf(domain, some) ?? []),
  ];
}

function faultsOf(
  { sender, signatures, seenAt }: SignedMail,
  domain: string,
  keyOf: (name: string) => DkimKey | undefined,
): readonly Fault[] {
  const judged = signatures
    .filter((signature) => signature.domain === domain)
    .map((signature) => ({ signature, problems: lintSignature(signature, seenAt, keyOf(selectorFact(signature))) }));
  const isFatal = ({ severity }: SignatureProblem): boolean => severity === "critical";
  // One good signature is enough for DMARC (RFC 9989 section 4.4): beside it a broken one breaks nothing.
  const spared = judged.some(({ problems }) => !problems.some(isFatal));
  return judged.flatMap(({ signature, problems }) =>
    problems.map((problem) => ({
      sender,
      signature,
      problem,
      severity: spared && isFatal(problem) ? "warning" : problem.severity,
    })),
  );
}

function issueOf(domain: string, faults: readonly Fault[]): SigningIssue | undefined {
  const [first] = faults;
  if (first === undefined) return undefined;
  const { signature, problem } = first;
  const { selector, identity, algorithm } = signature;
  return {
    code: codes[problem.code],
    severity: faults.find(({ severity }) => severity === "critical")?.severity ?? first.severity,
    data: {
      domain,
      selector,
      name: selectorFact(signature),
      identity,
      algorithm,
      headers: problem.code === "headers-unsigned" ? problem.headers.join(", ") : "–",
      senders: listed([...new Set(faults.map(({ sender }) => sender))]),
    },
  };
}
