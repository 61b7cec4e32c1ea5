import { readSpamReport, type SpamReport } from "../mail/spam-report.ts";
import type { CheckContext } from "../model/check.ts";
import { DialError } from "../model/connection.ts";
import { quoted } from "../model/text.ts";
import { visible } from "../model/visible.ts";

/** A SpamAssassin of ours, as `spamd` listens: without TLS, mostly at port 783. */
export interface Spamd {
  readonly host: string;
  readonly port: number;
}

/** Or a phrase why nothing was learnt. */
export type Spamded = { readonly report: SpamReport } | { readonly reason: string };

const maxHeaders = 50;
const maxReport = 256 * 1024;

/**
 * Asks spamd what it thinks of a mail (spamd/PROTOCOL of SpamAssassin, version 1.5). The mail leaves this machine for the one that was
 * named. @param timeoutMs for all of it: DNS tests of spamd take seconds. Only the end of the run is thrown.
 */
export async function askSpamd(
  { dial, note }: Pick<CheckContext, "dial" | "note">,
  spamd: Spamd,
  mail: Uint8Array,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Spamded> {
  const end = performance.now() + timeoutMs;
  const left = (): number => Math.max(1, end - performance.now());
  // It waits for the end of the line, whatever the length says.
  const whole = mail.at(-1) === 10 ? mail : Buffer.concat([mail, Buffer.from("\r\n")]);
  const about = `spamd ${spamd.host}:${spamd.port}`;
  try {
    const connection = await dial({ ...spamd, tls: "none", connectTimeoutMs: Math.min(timeoutMs, 5_000) }, signal);
    try {
      connection.write(`REPORT SPAMC/1.5\r\nContent-length: ${whole.length}\r\n\r\n`);
      connection.write(whole);
      const first = await connection.readLine(left());
      note(`${about}: ${first}`);
      const [, code = "", words = ""] = /^SPAMD\/\d[\d.]{0,6}\s+(\d{1,5})\s*(.*)$/.exec(first) ?? [];
      if (code === "") return { reason: `it is no spamd: ${quoted(visible(first, 100))}` };
      // EX_UNAVAILABLE, EX_TEMPFAIL … of sysexits.h.
      if (Number(code) !== 0) return { reason: `it refuses: ${quoted(visible(words, 100))}` };
      const headers = new Map<string, string>();
      for (let count = 1, line = await connection.readLine(left()); line !== ""; line = await connection.readLine(left())) {
        if (count++ > maxHeaders) return { reason: "it cannot be read" };
        const colon = line.indexOf(":");
        headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
      }
      const said = headers.get("content-length") ?? "";
      const length = /^\d{1,9}$/.test(said) ? Number(said) : 0;
      if (length > maxReport) return { reason: "it cannot be read" };
      const text = length === 0 ? "" : Buffer.from(await connection.readBytes(length, left())).toString("utf8");
      const report = readSpamReport(headers.get("spam") ?? "", text);
      return report === undefined ? { reason: "it cannot be read" } : { report };
    } finally {
      connection.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DialError)) throw error;
    note(`${about}: ${error.message}`);
    return { reason: error.message };
  }
}
