import { nameOfAsset } from "../model/probe.ts";
import type { Cause, Clue, Confidence } from "../model/cause.ts";
import {
  aboutOf,
  type Answer,
  type Claim,
  compared,
  distinct,
  found,
  groupBy,
  isFresh,
  listed,
  type Rule,
  sawAfter,
  type Scene,
  selfTest,
} from "./diagnose-compare.ts";
import { domainOfAddress, isKnown, isPaidBy, paidBy, speaksFor, type Symptom } from "./diagnose-symptoms.ts";

/** A way that is known to be blocked says nothing of what lies at its end. */
export const blockedPaths: Rule = (scene, open) =>
  [...groupBy(open.filter(speaksFor("path-blocked")), ({ place, sight }) => place ?? sight.probe.asset)].map(
    ([, symptoms]): Claim => {
      const [first] = symptoms;
      const provider = first?.provider;
      const well = provider === undefined ? undefined : saysWell(scene, provider);
      const others = otherAnswers(scene, symptoms);
      // Who refuses a connection is there, and a provider's page is late to say so.
      const isSure = well !== undefined && others.length > 0 && !symptoms.some(isRefused);
      const clues = [...(well ?? []), ...othersClue(others)];
      const about = aboutOf({ provider, host: first?.host });
      const alternatives: readonly Cause[] = isSure ? [] : ["provider-outage"];
      return { cause: "path-blocked", confidence: isSure ? "high" : "medium", about, symptoms, clues, alternatives };
    },
  );

const isRefused = ({ finding }: Symptom): boolean => String(finding.data["reason"] ?? "").includes("ECONNREFUSED");

/** The provider's own word that all is well. */
function saysWell(scene: Scene, provider: string): readonly Clue[] | undefined {
  const status = scene.of("provider-status").find(({ probe }) => probe.provider === provider);
  const isWell = status?.status === "ok" && isFresh(status, scene.now);
  return isWell ? [compared("provider-says-well", { provider })] : undefined;
}

/** Mail services elsewhere that were reached since. */
export function otherAnswers(scene: Scene, symptoms: readonly Symptom[]): readonly Answer[] {
  const places = new Set(symptoms.map(({ place }) => place));
  return scene.lastAnswers.filter(({ place, sight }) => !places.has(place) && sawAfter(sight, symptoms));
}

const othersClue = (others: readonly Answer[]): readonly Clue[] =>
  others.length === 0 ? [] : [compared("others-answer", { list: listed(distinct(others.map(({ host }) => host))) })];

/** That our own way out is in order, as far as it is known. */
function ourWayIsOpen(scene: Scene, symptoms: readonly Symptom[]): readonly Clue[] {
  const passed = selfTest(scene, "egress") === "passed" ? [compared("egress-passed")] : [];
  return [...passed, ...othersClue(otherAnswers(scene, symptoms))];
}

const isIncident = ({ sight }: Symptom): boolean => sight.probe.check === "provider-status";

/** What a provider's own trouble explains at its customers: no answer, no login, mail that does not come. */
const isItsCustomers = (provider: string, one: Symptom): boolean =>
  !isIncident(one) &&
  one.provider === provider &&
  (one.layer === "connect" ||
    one.fits.includes("provider-outage") ||
    one.fits.includes("server-down") ||
    (one.layer === "login" && one.fits.length > 1));

/** A provider that tells of its own incident is the parent of all that fails there. */
export const reportedOutages: Rule = (_, open) => {
  const incidents = open.filter((one) => isIncident(one) && one.fits[0] === "provider-outage");
  return [...groupBy(incidents, nameOfProvider)].map(([provider, reported]): Claim => {
    const victims = open.filter((one) => isItsCustomers(provider, one));
    const [first] = reported;
    const named = first?.sight.probe.provider ?? String(first?.finding.data["provider"] ?? provider);
    return {
      cause: "provider-outage",
      confidence: "high",
      about: { provider: named },
      symptoms: [...reported, ...victims],
      clues: reported.map(found),
      alternatives: [],
    };
  });
};

const nameOfProvider = ({ sight, finding }: Symptom): string =>
  sight.probe.provider ?? String(finding.data["provider"] ?? sight.probe.asset);

/** Hosts of one provider that take no connection. */
export const silentProviders: Rule = (scene, open) => {
  const failing = open.filter((one) => one.layer === "connect" && !isIncident(one) && one.provider !== undefined);
  return [...groupBy(failing, ({ provider }) => provider)].flatMap(([provider, symptoms]) => {
    if (!symptoms.some(isKnown)) return weakly(provider, symptoms);
    const hosts = distinct(symptoms.map(({ host }) => host));
    const ways = ourWayIsOpen(scene, symptoms);
    const answered = scene.answers.filter(({ place, sight }) => place === provider && sawAfter(sight, symptoms));
    const answering = answered.filter(({ isIll }) => !isIll);
    const sick = hosts.filter((host) => !answering.some((answer) => answer.host === host));
    const limited = symptoms.filter(isLimited);
    if (limited.length > 0 && limited.length === symptoms.length) return [limitAt(symptoms, answering)];
    const clues: Clue[] = [
      ...(hosts.length > 1 ? [compared("hosts-fail", { count: hosts.length, list: listed(hosts) })] : []),
      ...(answered.length === 0 ? [compared("none-answers")] : []),
      ...ways,
    ];
    const about = aboutOf({ provider, host: hosts.length === 1 ? hosts[0] : undefined });
    const isWide = sick.length > 1 && answering.length === 0;
    const isSure = isWide && ways.length > 0 && symptoms.filter(isKnown).length > 1;
    if (sick.length === 0) return [flickering(about, symptoms, answering)];
    const alternatives: readonly Cause[] = isSure ? [] : ["own-port-blocked", "path-blocked"];
    return [{ cause: "provider-outage", confidence: isSure ? "high" : "medium", about, symptoms, clues, alternatives }];
  });
};

/** Only looks that cannot judge show it. */
const weakly = (provider: string, symptoms: readonly Symptom[]): readonly Claim[] => [
  { cause: "provider-outage", confidence: "low", about: { provider }, symptoms, clues: [], alternatives: ["path-blocked"] },
];

/** The host answers others at the same time. */
const flickering = (about: Claim["about"], symptoms: readonly Symptom[], answering: readonly Answer[]): Claim => ({
  cause: "unknown",
  confidence: "low",
  about,
  symptoms,
  clues: hostAnswers(symptoms, answering),
  alternatives:
    about["provider"] === undefined ? ["server-down", "rate-limit"] : ["provider-outage", "rate-limit", "path-blocked"],
});

function hostAnswers(symptoms: readonly Symptom[], answering: readonly Answer[]): readonly Clue[] {
  const hosts = new Set(symptoms.map(({ host }) => host));
  const here = answering.filter(({ host }) => hosts.has(host));
  const [first] = here;
  return first === undefined
    ? []
    : [
        compared("host-answers", {
          host: first.host,
          list: listed(distinct(here.map(({ sight }) => nameOfAsset(sight.probe.asset)))),
        }),
      ];
}

/** A server that turns people away because there are too many of them is not down. */
const limitWords = /too many|rate.?limit|频繁|过多|connections? (from|limit)|exceeded/i;
const isLimited = ({ finding }: Symptom): boolean =>
  (finding.code === "greeting-refused" || finding.code === "session-ended") &&
  limitWords.test(String(finding.data["reason"] ?? ""));

function limitAt(symptoms: readonly Symptom[], answering: readonly Answer[]): Claim {
  const [first] = symptoms;
  return {
    cause: "rate-limit",
    confidence: "medium",
    about: aboutOf({ provider: first?.provider, host: first?.host }),
    symptoms,
    clues: hostAnswers(symptoms, answering),
    alternatives: [first?.provider === undefined ? "server-down" : "provider-outage"],
  };
}

/** One host that does not do its work: an own server, or one of nobody we know. */
export const silentServers: Rule = (scene, open) => {
  const failing = open.filter((one) => one.layer === "connect" && !isIncident(one) && one.provider === undefined);
  return [...groupBy(failing, ({ host, domain, sight }) => host ?? domain ?? sight.probe.asset)].map(([name, symptoms]) => {
    const answering = scene.answers.filter(({ host, isIll, sight }) => host === name && !isIll && sawAfter(sight, symptoms));
    if (symptoms.every(isLimited)) return limitAt(symptoms, answering);
    const mails = open.filter((one) => isMailTo(symptoms, one) && !symptoms.includes(one));
    return serverClaim(scene, { host: symptoms[0]?.host, symptoms: [...symptoms, ...mails], own: symptoms, answering });
  });
};

/** Mail that does not reach a domain none of whose mail servers takes mail. */
const isMailTo = (symptoms: readonly Symptom[], one: Symptom): boolean => {
  const to = domainOfAddress(one.to);
  const doors = symptoms.filter(({ sight, finding }) => sight.probe.check === "smtp-mx" && finding.severity === "critical");
  return (
    to !== undefined &&
    doors.some(({ domain }) => domain === to) &&
    (one.finding.code === "lost" || one.fits.includes("server-down"))
  );
};

interface Silence {
  readonly host: string | undefined;
  readonly symptoms: readonly Symptom[];
  readonly own: readonly Symptom[];
  readonly answering: readonly Answer[];
}

function serverClaim(scene: Scene, { host, symptoms, own, answering }: Silence): Claim {
  const about = aboutOf({ host, ...(host === undefined ? { domain: own[0]?.domain } : {}) });
  const ways = ourWayIsOpen(scene, own);
  const portsDown = distinct(own.map(({ finding }) => String(finding.data["port"] ?? "") || undefined));
  const ill = own.filter(isKnown);
  const isSamePort = answering.some(({ sight }) => portsDown.some((port) => sight.probe.target.endsWith(`:${port}`)));
  if (isSamePort && own.every(({ finding }) => finding.severity !== "critical" || mayFlicker.has(finding.code)))
    return flickering(about, symptoms, answering);
  const tls = own.filter(({ finding }) => finding.code === "tls-failed");
  const clues: Clue[] = [
    ...(own.length > 1 && host !== undefined ? [compared("probes-fail", { count: own.length, host })] : []),
    ...hostAnswers(own, answering),
    ...ways,
  ];
  if (tls.length === own.length) {
    const known = answering.length > 0;
    const alternatives: readonly Cause[] = known
      ? ["certificate", "server-down"]
      : ["server-down", "certificate", "tls-intercepted"];
    return { cause: "settings-changed", confidence: known ? "medium" : "low", about, symptoms, clues, alternatives };
  }
  const answersInside = ill.some(({ finding }) => inside.has(finding.code));
  const isWhole = answering.length === 0 && distinct(ill.map(({ sight }) => sight.probe.id)).length > 1;
  const isSure = ways.length > 0 && ill.length > 0 && (answersInside || isWhole);
  const confidence: Confidence = isSure ? "high" : ill.length > 0 ? "medium" : "low";
  const others: readonly Cause[] =
    answering.length > 0 ? ["own-port-blocked", "settings-changed"] : ["own-port-blocked", "path-blocked"];
  return { cause: "server-down", confidence, about, symptoms, clues, alternatives: isSure ? [] : others };
}

/** What a busy line shows now and then, too. */
const mayFlicker: ReadonlySet<string> = new Set([
  "connect-timeout",
  "connection-lost",
  "session-ended",
  "tls-timeout",
  "command-timeout",
  "deadline",
  "tls-failed",
]);

/** The machine took the connection and then did not do its work: the way there is open. */
const inside: ReadonlySet<string> = new Set([
  "greeting-missing",
  "tls-timeout",
  "command-timeout",
  "mx-refuses",
  "webmail-status",
]);

/** The certificate of one host, at all its ports. */
export const certificates: Rule = (scene, open) =>
  [...groupBy(open.filter(speaksFor("certificate")), ({ host, domain, sight }) => host ?? domain ?? sight.probe.asset)].map(
    ([, symptoms]): Claim => {
      const [first] = symptoms;
      const about = aboutOf({
        provider: first?.provider,
        host: first?.host,
        domain: first?.host === undefined ? first?.domain : undefined,
      });
      const untouched = selfTest(scene, "interception") === "passed" ? [compared("not-intercepted")] : [];
      const clock = selfTest(scene, "clock") === "passed" ? [compared("clock-right")] : [];
      const codes = symptoms.map(({ finding }) => finding.code);
      const intercepted: readonly Cause[] =
        codes.every((code) => couldBeForged.has(code)) && untouched.length === 0 ? ["tls-intercepted"] : [];
      const misnamed: readonly Cause[] = codes.every(
        (code) => code === "certificate-wrong-host" || code === "certificate-not-pinned",
      )
        ? ["settings-changed"]
        : [];
      const alternatives = [...intercepted, ...misnamed];
      const dated = selfTest(scene, "clock") === "failed";
      return {
        cause: "certificate",
        confidence: alternatives.length === 0 && !dated && symptoms.some(isKnown) ? "high" : "medium",
        about,
        symptoms,
        clues: [...untouched, ...clock],
        alternatives: alternatives.length === 0 && (dated || !symptoms.some(isKnown)) ? ["settings-changed"] : alternatives,
      };
    },
  );

const couldBeForged: ReadonlySet<string> = new Set([
  "certificate-untrusted",
  "certificate-self-signed",
  "certificate-chain-incomplete",
  "certificate-not-pinned",
  "certificate-invalid",
  "webmail-certificate",
]);

/** Port, encryption, way of login or rule that is not what it was. */
export const settings: Rule = (scene, open) => {
  const says = open.filter((one) => one.fits[0] === "settings-changed" && one.layer === "session");
  return [...groupBy(says, ({ host, domain, sight }) => host ?? domain ?? sight.probe.asset)].map(([, symptoms]): Claim => {
    const [first] = symptoms;
    const isSure = symptoms.some((one) => plainWords.has(one.finding.code) && isKnown(one));
    const stripped =
      symptoms.some(({ finding }) => finding.code.startsWith("starttls-")) && selfTest(scene, "interception") !== "passed";
    const several = symptoms.flatMap(({ fits }) => fits.slice(1));
    const alternatives: readonly Cause[] = isSure
      ? []
      : [...(stripped ? (["tls-intercepted"] as const) : []), ...several, "server-down"];
    const about = aboutOf({ provider: first?.provider, host: first?.host, asset: first?.sight.probe.asset });
    return { cause: "settings-changed", confidence: isSure ? "high" : "medium", about, symptoms, clues: [], alternatives };
  });
};

/** What is seen in so many words. */
const plainWords: ReadonlySet<string> = new Set([
  "points-to-former-provider",
  "webmail-elsewhere",
  "webmail-plain",
  "webmail-loop",
  "preauth",
  "only-old-tls",
  "not-held",
  "not-rejected",
  "not-in-junk",
  "size-passed",
]);

/** What is no longer paid for is the parent of what it pays for. */
export const subscriptions: Rule = (scene, open) =>
  open.filter(speaksFor("subscription-expired")).map((says): Claim => {
    const { what } = says.finding.data;
    const paid = open.filter((one) => one !== says && isPaidBy(says, one));
    // Many providers answer a suspended account as they answer a wrong password; two that are wrong at once are none.
    const rejected = paid.filter((one) => one.fits[0] === "password-rejected" && one.provider !== undefined);
    const isWide =
      distinct(rejected.map(({ account }) => account)).length > 1 &&
      !scene.answers.some(
        ({ sight, layer, place }) =>
          (layer === "mail" || layer === "mailbox") && rejected.some((one) => one.place === place) && sawAfter(sight, rejected),
      );
    // Whom one protocol calls suspended, another just refuses.
    const shut = new Set(paid.filter(mayBePayment).map(({ account }) => account));
    const isShut = ({ layer, account }: Symptom): boolean => layer === "login" && account !== undefined && shut.has(account);
    const victims = paid.filter((one) => mayBePayment(one) || isShut(one) || (isWide && rejected.includes(one)));
    const about = aboutOf({
      asset: paidBy(says).length > 0 ? listed(paidBy(says)) : undefined,
      what: typeof what === "string" ? what : undefined,
    });
    const clues = [found(says), ...(victims.length > 0 && typeof what === "string" ? [compared("paid-for", { what })] : [])];
    return {
      cause: "subscription-expired",
      confidence: victims.length > 0 ? "medium" : "high",
      about,
      symptoms: [says, ...victims],
      clues,
      alternatives: victims.length > 0 ? [...(isWide ? (["password-rejected"] as const) : []), "account-locked"] : [],
    };
  });

/** Who has not paid is refused, locked out or has no mailbox; a name that is not found has another reason. */
const mayBePayment = ({ layer, fits }: Symptom): boolean =>
  layer === "login" && (fits.length > 1 || fits[0] === "account-locked" || fits[0] === "client-access-off");
