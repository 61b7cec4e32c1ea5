import { dkimSelector, domainOf, hostOf, letters } from "./company.ts";
import type { DkimKey } from "./dkim.ts";
import type { Broken } from "./faults.ts";
import { append, folderOf } from "./mail-store.ts";
import type { Account, MailStore } from "./mail-store.ts";
import { mailDate } from "./smtp-server.ts";
import type { Submitted } from "./smtp-server.ts";

export interface Delivery {
  deliver(message: Submitted): void;
  /** Forgets what still waits. */
  stop(): void;
}

/** More than so many waiting messages are not kept. */
const mostWaiting = 100;

/**
 * Signs mail from a submission server and brings it to the mailboxes, as an exchange host would: at once, into Junk, or, where the
 * receiver is greylisting, at the sender's second try after `retryMs`.
 */
export function createDelivery(
  store: MailStore,
  broken: Broken,
  { dkim, retryMs }: { readonly dkim: DkimKey; readonly retryMs: number },
): Delivery {
  const waiting = new Set<NodeJS.Timeout>();

  function putInto(account: Account, message: Submitted): void {
    const folder = folderOf(account, broken("to-junk", account.address) ? "Junk" : "INBOX");
    const exchange = hostOf(account.address)?.exchanges[0];
    if (folder === undefined || exchange === undefined) return;
    const at = Date.now();
    const hop =
      `Return-Path: <${message.from}>\r\nReceived: from ${message.by.smtp} (${message.by.smtp} [127.0.0.1])\r\n` +
      `\tby ${exchange.host} with ESMTPS id ${message.queueId}\r\n\tfor <${account.address}>; ${mailDate(at)}\r\n`;
    const signed = dkim.sign(message.raw, { domain: domainOf(message.from), selector: dkimSelector });
    append(folder, Buffer.concat([Buffer.from(hop), signed]), at);
  }

  return {
    deliver: (message) => {
      for (const address of message.to) {
        const account = store.get(address);
        if (account === undefined) continue;
        if (!broken("greylisted", address)) {
          putInto(account, message);
          continue;
        }
        if (waiting.size >= mostWaiting) continue;
        const timer = setTimeout(() => {
          waiting.delete(timer);
          putInto(account, message);
        }, retryMs);
        waiting.add(timer);
      }
    },
    stop: () => {
      for (const timer of waiting) clearTimeout(timer);
      waiting.clear();
    },
  };
}

/** Puts the letters that lie there from the start into their mailboxes, an hour apart. */
export function deliverLetters(store: MailStore): void {
  letters.forEach((letter, index) => {
    const account = store.get(letter.to);
    const inbox = account === undefined ? undefined : folderOf(account, "INBOX");
    if (inbox === undefined) return;
    const at = Date.now() - (letters.length - index) * 3_600_000;
    const lines = [
      `Date: ${mailDate(at)}`,
      `From: ${letter.from}`,
      `To: ${letter.to}`,
      `Subject: =?UTF-8?B?${Buffer.from(letter.subject).toString("base64")}?=`,
      `Message-ID: <letter-${index + 1}@${letter.from.slice(letter.from.indexOf("@") + 1)}>`,
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: 8bit",
      "",
      letter.text,
    ];
    append(inbox, Buffer.from(lines.join("\r\n")), at);
  });
}
