/**
 * What the demonstration company suffers, and when: a fixed timetable, so that a newcomer sees a fault within the first
 * minute and sees it resolve by itself. Beside it one thing is always amber: the certificate of the webmail is nearly over.
 *
 * None of these is a refused password: a credential that was refused is not tried again for half an hour, and the
 * demonstration could not show how it recovers.
 */
export type FaultKind =
  /** The IMAP server of a host greets with `* BYE [UNAVAILABLE]`. */
  | "imap-bye"
  /** The IMAP server of a host greets after 6 s. */
  | "imap-slow-greeting"
  /** The login of one mailbox is answered with `NO [UNAVAILABLE]`: the account's store is down. */
  | "login-unavailable"
  /** The login of one mailbox is answered with `NO [LIMIT]`. */
  | "login-limit"
  /** The SMTP server of a host greets with 421. */
  | "smtp-421"
  /** An exchange host of a domain has the address that only the office knows. */
  | "mx-private"
  /** Mail to an address is put into its Junk folder. */
  | "to-junk"
  /** Mail to an address is told 451 at first and delivered by the sender's second try. */
  | "greylisted";

/** `where` is a host, a domain or an address, as the kind says. */
export type Broken = (kind: FaultKind, where: string) => boolean;

export interface Fault {
  readonly kind: FaultKind;
  readonly where: string;
  /** Seconds from the start of a cycle; it is broken in `from <= t < until`. */
  readonly from: number;
  readonly until: number;
}

/** Seconds after which the timetable begins anew. */
export const cycleSeconds = 1200;

/** In order of time and never two at once. Well over half of a cycle is quiet. */
export const timetable: readonly Fault[] = [
  { kind: "login-unavailable", where: "info@example.com", from: 20, until: 80 },
  { kind: "mx-private", where: "mx.example.net", from: 150, until: 210 },
  { kind: "imap-slow-greeting", where: "imap.partner.example", from: 300, until: 350 },
  { kind: "to-junk", where: "canary@partner.example", from: 420, until: 500 },
  { kind: "smtp-421", where: "smtp.example.net", from: 600, until: 650 },
  { kind: "greylisted", where: "sales@example.com", from: 740, until: 820 },
  { kind: "login-limit", where: "purchasing@example.com", from: 910, until: 960 },
  { kind: "imap-bye", where: "imap.example.net", from: 1050, until: 1100 },
];

/** What is broken so many seconds after the start. */
export function faultsAt(second: number): readonly Fault[] {
  const at = second % cycleSeconds;
  return timetable.filter((fault) => fault.from <= at && at < fault.until);
}
