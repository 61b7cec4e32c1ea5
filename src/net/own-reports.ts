import type { Envelope, Mailbox } from "./mailbox.ts";
import { foldersToSearch, newMails } from "./mail-search.ts";
import type { Search } from "./own-mails.ts";

/** What is looked for in the mailbox of whoever sent. */
export interface ReportSearch<Report> extends Pick<Search<unknown>, "junk" | "maxFolders" | "known" | "headers" | "note"> {
  /** Worth reading, by its header. */
  readonly mayBe: (envelope: Envelope) => boolean;
  /** Whether it is about one of ours, by its beginning. */
  readonly read: (top: string) => Report | undefined;
  /** Copies of our own mails that the server keeps (\Sent), where they are to be swept away. */
  readonly copies:
    | { readonly header: string; readonly before: number; readonly isOwn: (envelope: Envelope) => boolean }
    | undefined;
}

export interface FoundReports<Report> {
  readonly reports: readonly Report[];
  readonly folders: Search<unknown>["known"];
  readonly kept: readonly string[];
}

/** A report comes within minutes; a mailbox that is seen for the first time may be large. */
const lastMails = 300;
/** More that look like reports are not read in one look, the newest first. */
const maxRead = 30;
/** Reports are some kilobytes, those of Exchange up to a hundred; what was sent stands behind them. */
const reportBytes = 256 * 1024;

/** Reads the reports about own mails and takes them away. Everything else is left as it is, read or not. */
export async function takeOwnReports<Report>(mailbox: Mailbox, search: ReportSearch<Report>): Promise<FoundReports<Report>> {
  const { junk, maxFolders, known, headers, mayBe, note, copies } = search;
  const listed = await mailbox.folders();
  const trash = listed.find(({ use }) => use === "trash")?.path;
  const chosen = foldersToSearch(listed, junk, maxFolders).filter(({ place }) => place !== "elsewhere");
  const reports: Report[] = [];
  const kept: string[] = [];
  const folders: Record<string, Search<unknown>["known"][string]> = {};
  let left = maxRead;
  const remove = async (path: string, uidValidity: string, uids: readonly number[]): Promise<void> => {
    if (uids.length === 0) return;
    note(`${path}: removing what is about our own mails, UID ${uids.join(" ")}`);
    if (!(await mailbox.remove(path, uidValidity, uids, trash))) kept.push(path);
  };
  for (const one of chosen) {
    // One folder is read before the next is opened.
    const [folder] = await newMails(mailbox, [one], known, headers, { last: lastMails });
    if (folder === undefined) continue;
    const { path, uidValidity, uidNext } = folder;
    folders[path] = { uidValidity, uidNext };
    const candidates = folder.envelopes.filter(mayBe).toReversed().slice(0, left);
    left -= candidates.length;
    const found = await readAll(mailbox, candidates, search.read);
    reports.push(...found.map(({ report }) => report));
    await remove(
      path,
      uidValidity,
      found.map(({ uid }) => uid),
    );
  }
  for (const { path } of copies === undefined ? [] : listed.filter(({ use }) => use === "sent")) {
    const { uidValidity } = await mailbox.examine(path);
    const old = await mailbox.envelopesBefore(new Date(copies?.before ?? 0), copies?.header ?? "", headers);
    const own = old.filter((envelope) => copies?.isOwn(envelope) === true);
    await remove(
      path,
      uidValidity,
      own.map(({ uid }) => uid),
    );
  }
  return { reports, folders, kept };
}

async function readAll<Report>(
  mailbox: Mailbox,
  candidates: readonly Envelope[],
  read: (top: string) => Report | undefined,
): Promise<readonly { readonly uid: number; readonly report: Report }[]> {
  const found: { uid: number; report: Report }[] = [];
  for (const { uid } of candidates) {
    const report = read(await mailbox.top(uid, reportBytes));
    if (report !== undefined) found.push({ uid, report });
  }
  return found;
}
