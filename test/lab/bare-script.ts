import { readFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ImapFlow } from "imapflow";
import { createTransport } from "nodemailer";
import { hosts, password, users } from "./addresses.ts";
import type { Lab } from "./lab.ts";
import type { ToolResult, Watched } from "./tools.ts";

interface End {
  readonly address: string;
  readonly imap: string;
  readonly smtp: string;
  readonly password: string;
}

/**
 * What a good administrator writes in an afternoon with imapflow and nodemailer: logs in, looks at the quota, sends a mail there and
 * one back, and waits twelve seconds for each. It prints the errors that the libraries give.
 */
export async function bareScript({ folder }: Lab, watched: Watched): Promise<ToolResult> {
  const ca = await readFile(join(folder, "ca.pem"), "utf8");
  const partner: End = { address: users.partner[0], imap: hosts.partner, smtp: hosts.partner, password };
  const problems: string[] = [];
  const attempt = async (what: string, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      problems.push(`${what}: ${describe(error)}`);
      return false;
    }
  };
  await attempt("login", () =>
    inbox(watched, ca, async (client) => {
      const quota = await client.getQuota("INBOX");
      const usage = quota === false ? undefined : quota.storage;
      if (usage && (usage.usage ?? 0) >= (usage.limit ?? Infinity)) throw new Error("the quota of the mailbox is used up");
    }),
  );
  await Promise.all([
    attempt(`mail to ${partner.address}`, () => trip(watched, partner, ca)),
    attempt(`mail from ${partner.address}`, () => trip(partner, watched, ca)),
  ]);
  return { noticed: problems.length > 0, words: problems.join("; ") };
}

async function trip(from: End, to: End, ca: string): Promise<void> {
  const token = randomUUID();
  const transport = createTransport({
    host: from.smtp,
    port: 465,
    secure: true,
    auth: { user: from.address, pass: from.password },
    tls: { ca },
    connectionTimeout: 8_000,
    greetingTimeout: 8_000,
    socketTimeout: 8_000,
    dnsTimeout: 8_000,
  });
  try {
    await transport.sendMail({ from: from.address, to: to.address, subject: `probe ${token}`, text: "probe" });
  } finally {
    transport.close();
  }
  const until = Date.now() + 12_000;
  do {
    await sleep(2_000);
    let found = false;
    await inbox(to, ca, async (client) => {
      const uids = await client.search({ header: { subject: token } });
      found = uids !== false && uids !== undefined && uids.length > 0;
    });
    if (found) return;
  } while (Date.now() < until);
  throw new Error("the mail was sent and did not arrive within 12 s");
}

async function inbox(
  { address, imap, password: pass }: End,
  ca: string,
  work: (client: ImapFlow) => Promise<void>,
): Promise<void> {
  const client = new ImapFlow({
    host: imap,
    port: 993,
    secure: true,
    auth: { user: address, pass },
    tls: { ca },
    logger: false,
    connectionTimeout: 8_000,
    greetingTimeout: 8_000,
    socketTimeout: 8_000,
  });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.mailboxOpen("INBOX");
    await work(client);
    await client.logout();
  } finally {
    client.close();
  }
}

/** The message and whatever the libraries hang on it. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const more = ["code", "response", "responseText", "serverResponseCode"].flatMap((key) => {
    const value: unknown = Reflect.get(error, key);
    return typeof value === "string" ? [value] : [];
  });
  return [...new Set([error.message, ...more])].join(", ");
}
