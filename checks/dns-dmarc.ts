import { z } from "zod";
import { type CheckContext, defineCheck, type FoundFinding } from "../src/model/check.ts";
import type { DnsAnswer } from "../src/model/dns.ts";
import { type Discovery, discoverPolicy, type WalkStep } from "../src/mail/dmarc-discovery.ts";
import { type DmarcProblem, firstRecord, lintDmarc } from "../src/mail/dmarc-lint.ts";
import {
  type DmarcRecord,
  effectivePolicy,
  isDmarcLike,
  readDmarcRecord,
  readMeantRecord,
  type Relation,
  strengthOf,
} from "../src/mail/dmarc-record.ts";
import { senderOptions } from "../src/mail/own-senders.ts";
import { judgeAlignment } from "../src/mail/mail-alignment.ts";
import { isRegistry } from "../src/mail/registry-name.ts";
import { authorises, takesMail } from "../src/mail/report-authorisation.ts";
import { withTags } from "../src/mail/tag-list.ts";
import { sendsNothing, shortened, textsOf, txtLine } from "../src/mail/txt-answer.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { domainOption, receivesOption } from "../src/net/domain-option.ts";
import { dmarcAlignmentFindings } from "./dns-dmarc-alignment.texts.ts";
import { dmarcFindings } from "./dns-dmarc.texts.ts";
import { dmarcReportFindings } from "./dns-dmarc-reports.texts.ts";

/** Domains of report addresses that are looked at; receivers use two. */
const maxDestinations = 5;
const hour = 60 * 60_000;
/** Receivers report once a day; two days without any is no delay. */
const silentHours = 48;
/** The address in the template of Tencent Exmail's help page. */
const exmailReports = "mailauth-reports@qq.com";

const findings = { ...dmarcFindings, ...dmarcReportFindings, ...dmarcAlignmentFindings };
type Found = FoundFinding<keyof typeof findings>;

/** RFC 9989: what receivers shall do with mail that only pretends to come from a domain, and whom they tell. */
export default defineCheck({
  id: "dns-dmarc",
  title: { en: "Protection against forged senders (DMARC)", zh: "防冒用策略（DMARC）" },
  measures: "posture",
  answers: "trusted",
  every: 15 * 60_000,
  deadline: 45_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: z.strictObject({
    domain: domainOption,
    sends: senderOptions.sends,
    receives: receivesOption,
  }),
  findings,
  metrics: {
    policy: {
      label: { en: "policy", zh: "策略" },
      help: "The DMARC policy that takes effect: 0 none, 1 quarantine, 2 reject",
      unit: "none",
    },
  },
  target: ({ domain }) => domain,

  async run(ctx, { domain, sends: declared }, signal) {
    const own = asciiName(domain) ?? domain;
    const [discovery, apex] = await Promise.all([
      discoverPolicy(own, ctx.ask, { signal, isRegistry }),
      ctx.ask(own, "TXT", { signal }),
    ]);
    for (const { answer } of discovery.steps) ctx.note(txtLine(answer));
    ctx.note(txtLine(apex));
    const { source, failed, organization } = discovery;
    const sends = declared && !sendsNothing(textsOf(apex));
    const aligned = organization === undefined ? [] : await alignment(ctx, { domain, own, organization, source }, signal);
    const found = [...aligned, ...wording(domain, discovery, sends)];
    if (source === undefined) {
      if (failed !== undefined) return { findings: [...found, unanswered(domain, failed)] };
      const known = found.some(({ code }) => code === "dmarc-several" || code === "dmarc-unreadable");
      const missing = known ? [] : await withoutRecord(ctx, { domain, own, sends, apex: textsOf(apex) }, signal);
      return { findings: [...missing, ...found] };
    }

    const { record, domain: at } = source;
    const relation = await relationTo(ctx, at, own, signal);
    if (typeof relation !== "string") return { findings: [...found, unanswered(domain, relation)] };
    const policy = effectivePolicy(record, relation);
    ctx.note(
      `The policy of ${own} is that of ${at} (${relation}): ${policy ?? "no DMARC"}; organization ${organization ?? "unknown"}`,
    );
    const problems = lintDmarc(ownReports(record, at), { at, relation, organization, sends, registry: isRegistry(at) });
    found.push(...problems.map((problem) => finding(problem, domain, at)));
    found.push(...(await judgeReports(ctx, { at, record, organization }, signal)), ...silence(ctx, domain, record));
    return { findings: found, ...(policy === undefined ? {} : { metrics: { policy: strengthOf(policy) } }) };
  },
});

const unanswered = (domain: string, { name, failure }: DnsAnswer): Found => ({
  code: "dmarc-unanswered",
  data: { domain, name, reason: failure?.text ?? "" },
});

/** What stands at the names of the walk that receivers cannot use: at the own name always, above it where nothing else applies. */
function wording(domain: string, { steps, source }: Discovery, sends: boolean): Found[] {
  const relevant = steps.filter((step, index) => index === 0 || (source === undefined && !isRegistry(step.domain)));
  return relevant.flatMap((step) => stepFindings(step, domain, sends, step === steps[0]));
}

function stepFindings(
  { domain: at, records, unreadable, unrelated }: WalkStep,
  domain: string,
  sends: boolean,
  isOwn: boolean,
): Found[] {
  const found: Found[] = [];
  const meant = (text: string | undefined): string => firstRecord(at, sends, readMeantRecord(text ?? ""));
  if (records.length > 1) {
    const strongest = records.toSorted((a, b) => strengthOfText(b) - strengthOfText(a))[0];
    found.push({ code: "dmarc-several", data: { domain, at, count: records.length, record: meant(strongest) } });
  }
  const [broken] = unreadable;
  if (broken !== undefined && (records.length === 0 || records.includes(broken))) {
    found.push({ code: "dmarc-unreadable", data: { domain, at, content: shortened(broken), record: meant(broken) } });
  }
  const [other] = records.length === 0 ? unrelated : [...unreadable.filter((text) => !records.includes(text)), ...unrelated];
  if (other !== undefined && isOwn) found.push({ code: "dmarc-unrelated", data: { domain, content: shortened(other) } });
  return found;
}

const strengthOfText = (text: string): number => strengthOf(readDmarcRecord(text).p ?? "none");

interface Without {
  readonly domain: string;
  readonly own: string;
  readonly sends: boolean;
  readonly apex: readonly string[];
}

/** No policy applies: never published, or published where nobody looks. */
async function withoutRecord(ctx: CheckContext, { domain, own, sends, apex }: Without, signal: AbortSignal): Promise<Found[]> {
  const doubled = `_dmarc.${own}.${own}`;
  const answer = asciiName(doubled) === undefined ? undefined : await ctx.ask(doubled, "TXT", { signal });
  if (answer !== undefined) ctx.note(txtLine(answer));
  const there = answer === undefined ? undefined : textsOf(answer).find(isDmarcLike);
  const misplaced = there ?? apex.find(isDmarcLike);
  if (misplaced !== undefined) {
    const record = firstRecord(own, sends, readMeantRecord(misplaced));
    return [{ code: "dmarc-misplaced", data: { domain, place: there === undefined ? own : doubled, record } }];
  }
  return [{ code: "dmarc-missing", data: { domain, record: firstRecord(own, sends) } }];
}

/** Whether the domain exists makes the difference between `sp` and `np`; a failed question is handed back. */
async function relationTo(ctx: CheckContext, at: string, own: string, signal: AbortSignal): Promise<Relation | DnsAnswer> {
  if (at === own) return "own";
  const answer = await ctx.ask(own, "A", { signal, confirm: true });
  if (answer.outcome === "failed") return answer;
  return answer.outcome === "nxdomain" ? "nonexistent" : "subdomain";
}

const codes = {
  "policy-invalid": "dmarc-policy-invalid",
  "policy-void": "dmarc-policy-void",
  none: "dmarc-none",
  "none-silent": "dmarc-none-silent",
  "no-reports": "dmarc-no-reports",
  parked: "dmarc-parked",
  testing: "dmarc-testing",
  "below-weaker": "dmarc-below-weaker",
  "np-absent": "dmarc-np-absent",
  "below-without-effect": "dmarc-below-no-effect",
  pct: "dmarc-pct",
  "pct-zero": "dmarc-pct-zero",
  psd: "dmarc-psd",
  "public-suffix": "dmarc-public-suffix",
  "strict-alignment": "dmarc-strict-alignment",
  ignored: "dmarc-ignored",
  historic: "dmarc-historic",
  stray: "dmarc-stray",
  "tag-case": "dmarc-tag-case",
  "fo-redundant": "dmarc-fo-redundant",
  "fo-idle": "dmarc-fo-idle",
  long: "dmarc-long",
  "uri-not-mailto": "dmarc-uri-not-mailto",
  "uri-syntax": "dmarc-uri-syntax",
  "uri-size": "dmarc-uri-size",
  "uri-duplicate": "dmarc-uri-duplicate",
  "uri-many": "dmarc-uri-many",
} as const satisfies Readonly<Record<DmarcProblem["code"], keyof typeof findings>>;

const finding = ({ code, ...more }: DmarcProblem, domain: string, at: string): Found => ({
  code: codes[code],
  data: { domain, at, ...more },
});

interface Reports {
  readonly at: string;
  readonly record: DmarcRecord;
  readonly organization: string | undefined;
}

async function judgeReports(ctx: CheckContext, reports: Reports, signal: AbortSignal): Promise<Found[]> {
  const { at, record } = reports;
  const found: Found[] = [];
  if (record.rua.some((uri) => uri.address?.toLowerCase() === exmailReports)) {
    found.push({ code: "dmarc-report-exmail", data: { at, record: withTags(ownReports(record, at).tags, {}) } });
  }
  const tags = new Map<string, string>();
  for (const tag of ["rua", "ruf"] as const) {
    // That address is told about already, and nobody here can have it authorised.
    for (const { domain } of record[tag].filter(({ address }) => address?.toLowerCase() !== exmailReports))
      if (domain !== undefined && !tags.has(domain)) tags.set(domain, tag);
  }
  const destinations = [...tags].slice(0, maxDestinations);
  const judged = await Promise.all(
    destinations.map(([destination, tag]) => judgeDestination(ctx, { ...reports, destination, tag }, signal)),
  );
  return [...found, ...judged.flat()];
}

interface Destination extends Reports {
  readonly destination: string;
  readonly tag: string;
}

async function judgeDestination(ctx: CheckContext, to: Destination, signal: AbortSignal): Promise<Found[]> {
  const { at, record, destination, tag, organization } = to;
  const unknown = (name: string, reason: string): Found => ({
    code: "dmarc-report-unknown",
    data: { at, destination, name, reason },
  });
  const mail = await takesMail(destination, ctx.ask, signal);
  ctx.note(`Reports (${tag}) to ${destination}: takes mail ${mail.kind}`);
  if (mail.kind === "unanswered") return [unknown(mail.answer.name, mail.answer.failure?.text ?? "")];
  if (mail.kind === "no") {
    const left = addressesOf(record, (address) => !address.endsWith(`@${destination}`));
    const elsewhere = destination === at ? organization : at;
    const instead =
      left.length > 0 ? left : elsewhere === undefined || elsewhere === destination ? [] : [`dmarc-reports@${elsewhere}`];
    const fixed = instead.length > 0 ? withRua(record, instead) : "–";
    return [{ code: "dmarc-report-no-mail", data: { at, destination, tag, record: fixed } }];
  }
  return judgeAuthorisation(ctx, to, unknown, signal);
}

/** Only another organization's domain has to say that it takes the reports. */
async function judgeAuthorisation(
  ctx: CheckContext,
  { at, organization, destination }: Destination,
  unknown: (name: string, reason: string) => Found,
  signal: AbortSignal,
): Promise<Found[]> {
  if (destination === at || destination === organization) return [];
  const said = await authorises(destination, at, ctx.ask, signal);
  ctx.note(`Reports about ${at} to ${destination}: ${said.kind === "unanswered" ? "unanswered" : `authorised ${said.kind}`}`);
  if (said.kind === "yes") return [];
  const theirs = await discoverPolicy(destination, ctx.ask, { signal, isRegistry });
  if (theirs.organization !== undefined && theirs.organization === organization) return [];
  const failed = said.kind === "unanswered" ? said.answer : theirs.failed;
  if (said.kind === "unanswered" || theirs.organization === undefined || organization === undefined) {
    return [unknown(failed?.name ?? at, failed?.failure?.text ?? "")];
  }
  return [{ code: "dmarc-report-unauthorised", data: { at, destination, name: said.name } }];
}

const addressesOf = ({ rua }: DmarcRecord, keep: (address: string) => boolean): string[] =>
  rua.flatMap(({ address }) => (address !== undefined && keep(address.toLowerCase()) ? [address] : []));

/** With a mailbox of the company in place of Tencent's: no other advice about the record shall bring that one back. */
function ownReports(record: DmarcRecord, at: string): DmarcRecord {
  if (record.rua.every(({ address }) => address?.toLowerCase() !== exmailReports)) return record;
  const rest = addressesOf(record, (address) => address !== exmailReports);
  return readDmarcRecord(withRua(record, [...rest, `dmarc-reports@${at}`]));
}

const withRua = ({ tags }: DmarcRecord, addresses: readonly string[]): string =>
  withTags(tags, { rua: addresses.map((address) => `mailto:${address}`).join(",") });

/** How mail of the domain arrived, as whoever received it has found: facts of kind `authentication`. */
async function alignment(
  ctx: CheckContext,
  about: { readonly domain: string; readonly own: string; readonly organization: string; readonly source: Discovery["source"] },
  signal: AbortSignal,
): Promise<Found[]> {
  const { domain, own, organization, source } = about;
  const facts = ctx.facts("authentication");
  const question = { domain: own, organization, record: source?.record, facts, now: ctx.now() };
  const issues = await judgeAlignment(question, ctx.ask, signal);
  return issues.map((issue): Found => {
    if (issue.kind === "unanswered") return unanswered(domain, issue.answer);
    const { kind, ...data } = issue;
    return { code: kind === "one" ? "dmarc-one-aligned" : "dmarc-none-aligned", data: { domain, ...data } };
  });
}

/** Facts of kind `dmarc-report` are kept by whoever reads the reports; without any nothing is known. */
function silence(ctx: CheckContext, domain: string, record: DmarcRecord): Found[] {
  const facts = ctx.facts("dmarc-report");
  if (facts.length === 0 || record.rua.length === 0) return [];
  const hours = Math.floor((ctx.now() - Math.max(...facts.map((fact) => fact.lastSeen))) / hour);
  return hours < silentHours ? [] : [{ code: "dmarc-reports-stopped", data: { domain, hours } }];
}
