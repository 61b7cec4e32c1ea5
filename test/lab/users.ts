import { mailUid } from "../support/dovecot.ts";

/** The users that Exim and Cyrus look for by name, and that of the mail. They exist in the lab's own /etc/passwd alone. */
export const cyrusUid = 5001;
const users: Readonly<Record<string, number>> = { "mailvigil-lab": mailUid, cyrus: cyrusUid, "Debian-exim": 5002 };

export const passwdLines = Object.entries(users)
  .map(([name, id]) => `${name}:x:${id}:${id}::/nonexistent:/usr/sbin/nologin\n`)
  .join("");
export const groupLines = Object.entries(users)
  .map(([name, id]) => `${name}:x:${id}:\n`)
  .join("");
