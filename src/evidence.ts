import { existsSync } from "node:fs";
import { createHmac } from "node:crypto";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import type { EvidenceFacts, EvidenceMails, EvidenceProbe, WorkingProbe } from "./engine/evidence-facts.ts";
import { renderEvidence } from "./engine/evidence-pack.ts";
import { loadProviders } from "./config/providers.ts";
import { readJourney } from "./mail/probe-journey.ts";
import { composeProbe, tokenOf } from "./mail/probe-mail.ts";
import type { Clue, Diagnosis } from "./model/cause.ts";
import type { AnyCheck } from "./model/check.ts";
import type { Plan } from "./model/config.ts";
import { type Incident, incidentName } from "./model/incident.ts";
import type { Finding, Observation } from "./model/observation.ts";
import { partsOfId, type Probe } from "./model/probe.ts";
import type { Mask } from "./model/secret.ts";
import { statusFacts, statusOfSeverity } from "./model/status.ts";
import type { Data } from "./model/text.ts";
import { visible } from "./model/visible.ts";
import type { Database } from "./store/database.ts";
import { createHistory, type History } from "./store/history.ts";
import { readIncident, readIncidents } from "./store/incidents.ts";
import { installationKey } from "./store/installation-key.ts";
import { readFacts, readMemories } from "./store/memories.ts";
import { version } from "./version.ts";

/** What gathering needs of the program around it. */
export interface EvidenceWorld {
  /** Only read. */
  readonly db: Database;
  readonly plan: Pick<Plan, "settings" | "probes">;
  readonly checks: ReadonlyMap<string, AnyCheck>;
  readonly mask: Mask;
  readonly demonstration: boolean;
  /** Where the installation's key is; its signature is in the Message-IDs of probe mails. */
  readonly data: string;
  readonly now: number;
}

export type EvidenceSubject = { readonly incident: Incident } | { readonly probe: string };

const maxProbes = 6;
const maxTransitions = 40;
const maxMails = 20;
const maxWorks = 20;
const maxLine = 400;
const maxClues = 30;
const maxLines = 400;
/** Looks for the first and the last bad run among so many that are kept whole. */
const among = 40;
const dayMs = 86_400_000;

/** The whole pack of an incident of any age; undefined: there is no such incident. @throws StoreError */
export function evidenceOfIncident(world: EvidenceWorld, id: number): string | undefined {
  const incident = world.db.read(() => readIncident(world.db, id));
  return incident && renderEvidence(gatherEvidence(world, { incident }));
}

interface Span {
  readonly since: number;
  readonly until: number | undefined;
  /** The end of what was so, exclusive: the run that was well again is no part of it. */
  readonly end: number;
}

/**
 * Reads all that an evidence pack tells of one incident or probe. Nothing is written, and no credential is revealed.
 * @throws StoreError
 */
export function gatherEvidence(world: EvidenceWorld, subject: EvidenceSubject): EvidenceFacts {
  const { plan, checks, mask, demonstration, now } = world;
  const history = createHistory(world.db);
  const incident = "incident" in subject ? subject.incident : undefined;
  const held = incident ? heldBy(incident) : "probe" in subject ? [subject.probe] : [];
  const span = incident ? spanOf(incident.openedAt, incident.resolvedAt, now) : spanOfProbe(history, held[0] ?? "", now);
  const probes = held.slice(0, maxProbes).map((id) => gatherProbe(world, history, id, span, incident));
  const { settings } = plan;
  const known = (incident ?? incidentNow(world.db, held[0] ?? ""))?.diagnosis;
  const providers = loadProviders();
  const provider = providers.get(plan.probes.find(({ id }) => id === held[0])?.provider ?? "");
  return {
    subject: incident ? incidentName(incident.id) : visible(held[0] ?? "", 300),
    company: mask(settings.company),
    demonstration,
    timezone: settings.timezone,
    now,
    since: span.since,
    until: span.until,
    diagnosis: known && cleaner(mask).diagnosis(known),
    probes,
    moreProbes: Math.max(0, held.length - maxProbes),
    worksAreOfLastDay: span.end - span.since > dayMs,
    ...gatherWorks(world, history, held, span),
    observer: { version, host: hostname(), addresses: ownAddresses() },
    provider: provider && { title: provider.title, support: provider.support },
    providers: (id) => providers.get(id)?.title,
    declared: (check, code) => checks.get(check)?.findings[code],
  };
}

/** The open incident that holds a probe: what explains it explains the probe. */
const incidentNow = (db: Database, id: string): Incident | undefined =>
  db
    .read(() => readIncidents(db, Number.MAX_SAFE_INTEGER))
    .find(({ probes }) => probes.some(({ probe, leftAt }) => probe === id && leftAt === undefined));

/** Those that are still bad first, then in the order in which they joined. */
const heldBy = ({ probes }: Incident): readonly string[] =>
  [...probes.filter(({ leftAt }) => leftAt === undefined), ...probes.filter(({ leftAt }) => leftAt !== undefined)].map(
    ({ probe }) => probe,
  );

const spanOf = (since: number, until: number | undefined, now: number): Span => ({ since, until, end: until ?? now + 1 });

/** From the change to bad that was last, to its end; without one the last day. */
function spanOfProbe(history: History, probe: string, now: number): Span {
  const changes = history.transitions(probe, { from: 0, to: now + 1, limit: among });
  const start = changes.findLastIndex(({ to }) => to === "warning" || to === "critical");
  const began = changes[start];
  if (began === undefined) return { since: now - dayMs, until: now, end: now + 1 };
  // From warning to critical it is one trouble; what was unknown in between may have been anything.
  let first = start;
  while (changes[first]?.from === "warning" || changes[first]?.from === "critical") first -= 1;
  const over = changes.slice(start).find(({ to }) => to === "ok");
  return spanOf(changes[Math.max(0, first)]?.at ?? began.at, over?.at, now);
}

const isBad = ({ status }: Pick<Observation, "status">): boolean => status === "warning" || status === "critical";

function gatherProbe(
  world: EvidenceWorld,
  history: History,
  id: string,
  { since, end }: Span,
  incident: Incident | undefined,
): EvidenceProbe {
  const { plan, checks, mask } = world;
  const configured = plan.probes.find((probe) => probe.id === id);
  const { asset, check } = partsOfId(id);
  const within = { from: since, to: end };
  const latest = history.last(id);
  const isIn = (run: Observation | undefined): run is Observation => run !== undefined && run.at >= since && run.at < end;
  const first = history.evidenceIn(id, { ...within, limit: among }, "first").find(isBad);
  const kept = isIn(latest) && isBad(latest) ? latest : undefined;
  const last = kept ?? history.evidenceIn(id, { ...within, limit: among }, "latest").findLast(isBad) ?? first;
  const bad = first !== undefined || last !== undefined;
  const clean = cleaner(mask);
  const runs = [first ?? last, last].map((run) => (bad ? run : latest));
  const shown = runs.map((run) => run && clean.run(run));
  const isOne = runs[0]?.at === runs[1]?.at;
  const joined = incident?.probes.find((one) => one.probe === id)?.findings;
  // With the change that ended it.
  const withEnd = { from: since, to: end + 1 };
  const changes = history.transitions(id, { ...withEnd, limit: maxTransitions });
  return {
    id,
    asset: clean.text(asset),
    check,
    title: checks.get(check)?.title ?? { en: check, zh: check },
    target: configured && clean.text(configured.target),
    everyMs: configured?.everyMs,
    status: latest?.status ?? "unknown",
    findings: worstFirst(last?.findings ?? joined ?? []).map(clean.finding),
    first: shown[0],
    // One object where it was one run.
    last: isOne ? shown[0] : shown[1],
    bad,
    runs: history.runCounts(id, within),
    transitions: changes,
    transitionCount: Math.max(changes.length, history.transitionCount(id, withEnd)),
    mails: configured && gatherMails(world, configured, clean.text),
  };
}

const worstFirst = (findings: readonly Finding[]): readonly Finding[] =>
  findings
    .filter(({ severity }) => severity !== "info")
    .toSorted((a, b) => statusFacts[statusOfSeverity(b.severity)].rank - statusFacts[statusOfSeverity(a.severity)].rank);

/** What is stored was masked when it was found; a secret that is known only since then is masked now. */
function cleaner(mask: Mask) {
  const text = (value: string, max = maxLine): string => visible(mask(value), max);
  const data = (values: Data): Data =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, typeof value === "string" ? text(value) : value]));
  const finding = (found: Finding): Finding => ({ ...found, data: data(found.data) });
  const clue = (one: Clue): Clue =>
    one.kind === "found" ? { ...one, finding: finding(one.finding) } : { ...one, data: data(one.data) };
  return {
    text,
    finding,
    diagnosis: (known: Diagnosis): Diagnosis => ({
      ...known,
      about: data(known.about),
      evidence: known.evidence.slice(0, maxClues).map(clue),
      ruledOut: known.ruledOut.slice(0, maxClues).map(({ cause, because }) => ({ cause, because: clue(because) })),
    }),
    run: (run: Observation): Observation => ({
      ...run,
      evidence: run.evidence.slice(0, maxLines).map((line) => text(line)),
    }),
  };
}

/** The Message-IDs of the mails of a round trip, which the journey does not keep, made anew from what it keeps. */
function gatherMails({ db, data }: EvidenceWorld, probe: Probe, clean: (text: string) => string): EvidenceMails | undefined {
  const ends = endsOf(probe.options);
  if (probe.check !== "mail-roundtrip" || ends === undefined) return undefined;
  const { from, to } = ends;
  const domain = from.slice(from.lastIndexOf("@") + 1).toLowerCase();
  const sendingAddresses = db
    .read(() => readFacts(db))
    .filter(({ asset, kind }) => asset === domain && kind === "sending-address")
    .toSorted((a, b) => b.lastSeen - a.lastSeen)
    .slice(0, 8)
    .map(({ value }) => clean(value));
  // Without the key nobody can know them, and a read makes none.
  if (!existsSync(join(data, "key"))) return { from, to, sendingAddresses, mails: [] };
  const key = installationKey(data);
  const sign = (text: string): string => createHmac("sha256", key).update(text).digest("hex");
  const journey = readJourney(db.read(() => readMemories(db)).get(probe.id));
  const idOf = (id: { readonly seq: number; readonly random: string }): string =>
    composeProbe({ from, to, id, token: tokenOf(`${from}~${to}`, id, sign) }).messageId;
  const mails = [
    ...journey.past.map((mail) => ({ mail, fate: mail.found ? ("arrived" as const) : ("missing" as const) })),
    ...journey.travelling.map((mail) => ({ mail, fate: "underWay" as const })),
  ]
    .toSorted((a, b) => a.mail.sentAt - b.mail.sentAt)
    .slice(-maxMails)
    .map(({ mail, fate }) => ({ messageId: idOf(mail), sentAt: mail.sentAt, fate }));
  return { from, to, sendingAddresses, mails };
}

function endsOf(options: unknown): { readonly from: string; readonly to: string } | undefined {
  const addressOf = (key: string): string | undefined => {
    const end: unknown = typeof options === "object" && options !== null ? Reflect.get(options, key) : undefined;
    const address: unknown = typeof end === "object" && end !== null ? Reflect.get(end, "address") : undefined;
    return typeof address === "string" ? address : undefined;
  };
  const [from, to] = [addressOf("from"), addressOf("to")];
  return from === undefined || to === undefined ? undefined : { from, to };
}

/**
 * What was well the whole time: of the same mailbox, server or provider by name, of others by number alone, so that a provider learns
 * nothing of what is kept elsewhere; of partners nothing.
 */
function gatherWorks(
  { plan, checks, mask }: EvidenceWorld,
  history: History,
  held: readonly string[],
  { since, end }: Span,
): Pick<EvidenceFacts, "works" | "worksElsewhere"> {
  const failing = plan.probes.filter(({ id }) => held.includes(id));
  const assets = new Set(failing.map(({ asset }) => asset));
  const hosts = new Set(failing.flatMap(({ load }) => (load.host === undefined ? [] : [load.host])));
  const providers = new Set(failing.flatMap(({ provider }) => provider ?? []));
  const isNear = ({ asset, load, provider }: Probe): boolean =>
    assets.has(asset) ||
    asset === "monitor" ||
    (load.host !== undefined && hosts.has(load.host)) ||
    (provider !== undefined && providers.has(provider));
  const stayedOk = history.stayedOk({ from: since, to: end });
  /** Without one bad run; of a long time only the last day is counted, which the daemon's loop does not notice. */
  const wellRuns = ({ id }: Probe): number => {
    const { ok, warning, critical, unknown } = history.runCounts(id, { from: Math.max(since, end - dayMs), to: end });
    return warning + critical + unknown === 0 ? ok : 0;
  };
  const candidates = plan.probes.filter(
    ({ id, ours, measures }) => !held.includes(id) && ours !== false && measures !== "posture",
  );
  const works: WorkingProbe[] = [];
  let worksElsewhere = 0;
  for (const probe of candidates) {
    if (!stayedOk.has(probe.id)) continue;
    if (!isNear(probe) || works.length >= maxWorks) worksElsewhere += 1;
    else {
      const runs = wellRuns(probe);
      if (runs === 0) continue;
      const title = checks.get(probe.check)?.title ?? { en: probe.check, zh: probe.check };
      works.push({ asset: visible(mask(probe.asset), 300), title, target: visible(mask(probe.target), 300), runs });
    }
  }
  return { works, worksElsewhere };
}

/** Of this machine, loopback and link-local ones left out. */
const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith("fe80:") && !address.startsWith("169.254."))
    .map(({ address }) => address)
    .slice(0, 6);
