import { type ReportUri, readReportUris } from "./report-uri.ts";
import { readTagList, tagValue } from "./tag-list.ts";
import { shortened } from "./txt-answer.ts";

/** RFC 8460 section 3: other texts at the name are discarded; what remains must be one. */
export const isTlsRptRecord = (text: string): boolean => /^v=TLSRPTv1[ \t]*;/.test(text);

/** Meant as one, and discarded by whoever would report. */
export const isTlsRptLike = (text: string): boolean => /^[^a-z;]{0,10}v[^a-z;]{0,10}tls-?rpt/i.test(text);

export type TlsRptProblem =
  | { readonly code: "no-rua"; readonly record: string }
  | { readonly code: "uri"; readonly uri: string; readonly record: string }
  | { readonly code: "many"; readonly count: number; readonly record: string };

export interface TlsRptRecord {
  readonly uris: readonly ReportUri[];
  readonly problems: readonly TlsRptProblem[];
}

/** What a record says and what it lacks. Never throws. */
export function readTlsRpt(text: string, domain: string): TlsRptRecord {
  const list = readTagList(text);
  const uris = readReportUris(tagValue(list, "rua") ?? "").filter((uri) => uri.text !== "");
  const good = uris.filter(isUsable);
  const bad = uris.filter((uri) => !isUsable(uri));
  const record = proposedTlsRpt(domain, good[0]?.text);
  const problems: TlsRptProblem[] = [];
  if (uris.length === 0) problems.push({ code: "no-rua", record });
  if (bad.length > 0) problems.push({ code: "uri", uri: shortened(bad.map((uri) => uri.text).join(", ")), record });
  if (uris.length > 1) problems.push({ code: "many", count: uris.length, record });
  return { uris: good, problems };
}

/** What to publish at `_smtp._tls`. */
export const proposedTlsRpt = (domain: string, uri = `mailto:tls-reports@${domain}`): string => `v=TLSRPTv1; rua=${uri}`;

/** RFC 8460 section 3: `mailto:` and `https:` are what reports are sent by. */
const isUsable = (uri: ReportUri): boolean =>
  !uri.sized &&
  (uri.scheme === "mailto" ? uri.address !== undefined : uri.scheme === "https" && /^https:\/\/[^/]/i.test(uri.text));
