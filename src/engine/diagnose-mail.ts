import type { Cause, Clue } from "../model/cause.ts";
import { aboutOf, type Claim, compared, found, groupBy, listed, type Rule, type Scene, sawAfter } from "./diagnose-compare.ts";
import { domainOfAddress, isKnown, registered, speaksFor, type Symptom } from "./diagnose-symptoms.ts";

/** A full mailbox, and what is returned because of it. */
export const fullMailboxes: Rule = (_, open) => {
  const says = open.filter(speaksFor("mailbox-full"));
  return [...groupBy(says, (one) => (one.layer === "mail" ? (one.to ?? one.account) : one.account) ?? one.sight.probe.asset)].map(
    ([account, full]): Claim => {
      const quota = full.filter(({ layer }) => layer === "mailbox");
      const others = full.flatMap(({ fits }) => fits.slice(1));
      const isSure = quota.some(isKnown) || full.some((one) => isKnown(one) && one.fits.length === 1);
      return {
        cause: "mailbox-full",
        confidence: isSure ? "high" : "medium",
        about: { account },
        symptoms: [...full, ...open.filter((one) => one.finding.code === "lost" && one.to === account)],
        clues: quota.map(found),
        alternatives: isSure ? [] : [...others, "rate-limit"],
      };
    },
  );
};

/** A queue that grows, and the mails that wait in it. */
export const stuckQueues: Rule = (_, open) =>
  [...groupBy(open.filter(speaksFor("queue-stuck")), ({ host, domain, sight }) => host ?? domain ?? sight.probe.asset)].map(
    ([name, stuck]): Claim => {
      const [first] = stuck;
      const home = registered(name);
      const waiting = open.filter((one) => isWaiting(one) && registered(domainOfAddress(one.from) ?? "") === home);
      return {
        cause: "queue-stuck",
        confidence: stuck.some(isKnown) ? "high" : "medium",
        about: aboutOf({ host: first?.host ?? name }),
        symptoms: [...stuck, ...waiting],
        clues: stuck.map(found),
        alternatives: stuck.some(isKnown) ? [] : ["server-down"],
      };
    },
  );

const isWaiting = ({ finding, layer }: Symptom): boolean =>
  layer === "mail" && (finding.code === "lost" || finding.code === "late");

/** Mail that is put off, refused, put aside or lost on its way. */
export const mailOnItsWay: Rule = (scene, open) => {
  const mails = open.filter((one) => one.layer === "mail" && (one.from !== undefined || one.fits.length > 0));
  const read = mails.map((one) => ({ one, reading: readingOf(one) }));
  return [...groupBy(read, ({ one, reading }) => `${reading.cause} ${subjectOf(one, reading.cause)}`)].map(([, group]): Claim => {
    const symptoms = group.map(({ one }) => one);
    const [first] = group;
    const { cause = "unknown", alternatives = [] } = first?.reading ?? {};
    const one = first?.one;
    const about = aboutOf({
      from: one?.from,
      to: group.every((each) => each.one.to === one?.to) ? one?.to : undefined,
      account: cause === "account-locked" ? (one?.from ?? one?.account) : undefined,
      domain: one?.from === undefined ? one?.domain : domainOfAddress(one.from),
      asset: one?.sight.probe.asset.replace("~", " → "),
    });
    const isSure = alternatives.length === 0 && symptoms.some(isKnown) && cause !== "unknown";
    const rest: readonly Cause[] = alternatives.length > 0 || isSure || cause === "unknown" ? alternatives : ["silent-loss"];
    const confidence = isSure ? "high" : cause === "unknown" ? "low" : "medium";
    return { cause, confidence, about, symptoms, clues: cluesOf(scene, cause, symptoms), alternatives: rest };
  });
};

interface Reading {
  readonly cause: Cause;
  readonly alternatives: readonly Cause[];
}

function readingOf({ finding, fits, sight }: Symptom): Reading {
  const greylisted = sight.findings.some(({ code, data }) => code === "greylisted" || data["causes"] === "greylisted");
  if ((finding.code === "late" || finding.code === "send-deferred") && greylisted)
    return { cause: "greylisting", alternatives: [] };
  if (finding.code === "lost") return { cause: "silent-loss", alternatives: ["queue-stuck", "junk-filter"] };
  const [cause = "unknown", ...alternatives] = fits;
  if (finding.code === "late") return { cause: "unknown", alternatives: fits };
  return { cause, alternatives };
}

/** Whose mail it is that all of the group have in common. */
function subjectOf({ from, to, domain, sight }: Symptom, cause: Cause): string {
  const sender = domainOfAddress(from) ?? domain;
  if (cause === "blacklisted" || cause === "sender-refused") return sender === undefined ? sight.probe.asset : registered(sender);
  if (cause === "rate-limit" || cause === "account-locked") return from ?? sight.probe.asset;
  if (cause === "unknown") return sight.probe.asset;
  return to ?? sight.probe.asset;
}

function cluesOf(scene: Scene, cause: Cause, symptoms: readonly Symptom[]): readonly Clue[] {
  const [first] = symptoms;
  if (first === undefined) return [];
  const sender = domainOfAddress(first.from);
  const faults = refusers.has(cause) && sender !== undefined ? faultsOf(scene, sender) : [];
  const elsewhere = scene
    .of("mail-roundtrip")
    .filter((sight) => sight.status === "ok" && sawAfter(sight, symptoms) && sharesAnEnd(sight.probe.asset, first));
  const arrives =
    elsewhere.length === 0
      ? []
      : [compared("mail-arrives", { list: listed(elsewhere.map(({ probe }) => probe.asset.replace("~", " → "))) })];
  return [...faults, ...arrives];
}

const refusers: ReadonlySet<Cause> = new Set(["sender-refused", "junk-filter", "blacklisted"]);

/** Another way that begins, or ends, at the same mailbox. */
const sharesAnEnd = (asset: string, { from, to }: Symptom): boolean => {
  const [begins, ends] = asset.split("~");
  return begins === from || ends === to;
};

const identity = ["dns-spf", "dns-dkim", "dns-dmarc", "dns-ptr", "dnsbl-listing"];

/** What is wrong with how a domain proves itself. */
const faultsOf = (scene: Scene, domain: string): readonly Clue[] =>
  identity.flatMap((check) =>
    scene.of(check).flatMap(({ probe, findings }): readonly Clue[] => {
      const worst = findings.find(({ severity }) => severity === "critical");
      return probe.asset === domain && worst ? [{ kind: "found", probe: probe.id, finding: worst }] : [];
    }),
  );
