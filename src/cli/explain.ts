import { actionWords, explainProblems } from "../i18n/explain.ts";
import { humanDuration } from "../i18n/durations.ts";
import { zoneName } from "../i18n/times.ts";
import type { WayHop } from "../mail/hop-delays.ts";
import { say } from "../model/text.ts";
import { createNet } from "../net/world.ts";
import { exitUsage, type Env } from "./configuration.ts";
import { type Facts, factsOf } from "./explain-facts.ts";
import { readMailFile } from "./explain-read.ts";
import { explain as explainFacts, type Explained, type Reader, speaker, timeOf } from "./explain-text.ts";
import { table } from "./table.ts";
import { terminalLanguage } from "./terminal-language.ts";
import { indented } from "./wrap.ts";

export interface ExplainOptions {
  readonly json?: boolean;
  readonly offline?: boolean;
  readonly dns?: readonly string[];
  readonly public?: readonly string[];
}

/**
 * Explains one saved mail: a bounce, or a mail that was late or in the junk folder. Nothing is set up or stored; DNS alone is asked.
 * Resolves with the exit code: 0 for an explanation, whatever it says.
 * @throws DnsServerError, AddressRangeError for options that are none
 */
export async function explain(file: string, options: ExplainOptions, env: Env): Promise<number> {
  const language = terminalLanguage(env);
  const read = await readMailFile(file);
  if ("problem" in read) {
    console.error(say(explainProblems[read.problem], language, read.data));
    return exitUsage;
  }
  const net =
    options.offline === true
      ? undefined
      : createNet({
          dnsServers: options.dns ?? [],
          authorityPort: undefined,
          extraAuthorities: [],
          publicRanges: options.public ?? [],
          publicOnly: true,
        });
  try {
    const facts = await factsOf(read.source, read.mail, net);
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    const reader: Reader = { language, timezone: timeZone, now: Date.now() };
    const explained = explainFacts(facts, reader);
    console.log(
      options.json === true ? JSON.stringify(asJson(facts, explained), undefined, 2) : asText(facts, explained, reader),
    );
  } finally {
    net?.close();
  }
  return 0;
}

function asText(facts: Facts, { paragraph, toDo, answers }: Explained, reader: Reader): string {
  const { language } = reader;
  const tell = speaker(language);
  const columns = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  const lines: string[] = [];
  const add = (text: string, before = ""): void => void lines.push(...indented(text, columns, before, ""));
  add(paragraph);
  lines.push("");
  for (const one of toDo) add(one, "  ");
  if (answers) {
    add(tell("answerRecipient", { answer: answers.toRecipient }), "  ");
    add(tell("answerSender", { answer: answers.toSender }), "  ");
  }
  if (toDo.length > 0) lines.push("");
  lines.push(tell("evidence", { zone: zoneName(reader.now, reader.timezone) }));
  for (const line of evidenceOf(facts, reader)) add(line, "    ");
  return lines.join("\n");
}

function evidenceOf({ bounce, causes, messageId, way, marks }: Facts, reader: Reader): readonly string[] {
  const tell = speaker(reader.language);
  const lines: string[] = [];
  for (const [index, one] of (bounce?.recipients ?? []).slice(0, 20).entries()) {
    const code = [one.reply, one.status].filter((part) => part !== undefined).join(" ");
    const action = say(actionWords[one.action], reader.language);
    lines.push(`  ${tell("recipientLine", { address: one.address ?? "?", action, code })}`);
    if (one.diagnostic !== "") lines.push(`    ${one.remoteMta === undefined ? "" : `${one.remoteMta}: `}${one.diagnostic}`);
    const cause = causes[index];
    if (cause?.rule) lines.push(`    ${tell("source", { source: cause.rule.source, checkedAt: cause.rule.checkedAt })}`);
    if (cause?.page !== undefined) lines.push(`    ${tell("page", { page: cause.page })}`);
    if (cause?.blocklist?.removal !== undefined)
      lines.push(`    ${tell("removal", { list: cause.blocklist.name, page: cause.blocklist.removal })}`);
  }
  if (bounce?.reportedBy !== undefined)
    lines.push(`  ${tell("reportedBy", { host: bounce.reportedBy, dialect: bounce.dialect })}`);
  if (messageId !== undefined) lines.push(`  ${tell("messageId", { id: messageId })}`);
  const rows = way.hops.map((hop) => [
    hop.at === undefined ? "?" : timeOf(hop.at, reader),
    hop.waitedMs === undefined ? "" : `+${humanDuration(hop.waitedMs, reader.language)}`,
    `${clientOf(hop)} ▶ ${hop.by ?? "?"}`,
    [hop.tls === "" ? tell("inClear") : (hop.tls ?? ""), hop.skewed ? tell("wrongClock") : ""]
      .filter((part) => part !== "")
      .join(", "),
  ]);
  if (rows.length > 0)
    lines.push(
      ...table(rows)
        .split("\n")
        .map((row) => `  ${row}`),
    );
  for (const { filter, header, says } of marks) lines.push(`  ${filter}: ${header}: ${says}`);
  return lines;
}

/** `desk.example.com [192.0.2.15]`; an address that calls itself by its address is told once. */
function clientOf({ helo, name, address }: WayHop): string {
  const called = helo ?? name;
  if (address === undefined) return called ?? "?";
  return called === undefined || called.includes(address) ? `[${address}]` : `${called} [${address}]`;
}

/** One object: what was read, then how it is told. Times are ISO 8601. */
function asJson(facts: Facts, explained: Explained): unknown {
  const { bounce, causes, way, stated, marks, today, ...about } = facts;
  return {
    verdict: explained.verdict,
    causes: explained.causes,
    subject: about.subject,
    from: about.from,
    messageId: about.messageId ?? null,
    bounce: bounce
      ? {
          ...bounce,
          arrivedAt: moment(bounce.arrivedAt),
          reportedAt: moment(bounce.reportedAt),
          recipients: bounce.recipients.map((one, index) => ({
            ...one,
            retriedUntil: moment(one.retriedUntil),
            causes: causes[index]?.causes ?? [],
            blocklist: causes[index]?.blocklist?.name ?? null,
            page: causes[index]?.page ?? null,
          })),
        }
      : null,
    way: {
      totalSeconds: way.totalMs === undefined ? null : way.totalMs / 1000,
      hops: way.hops.map(({ helo, name, address, by, at, waitedMs, skewed, tls }) => ({
        from: helo ?? name ?? null,
        address: address ?? null,
        by: by ?? null,
        at: moment(at),
        waitedSeconds: waitedMs === undefined ? null : waitedMs / 1000,
        skewed,
        tls: tls ?? null,
      })),
    },
    stated: stated ?? null,
    today: today?.kind === "verified" ? today.verified : (today?.kind ?? null),
    marks,
    text: explained.paragraph,
    toDo: explained.toDo,
    answers: explained.answers ?? null,
  };
}

const moment = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());
