import type { Cause, Clue, Confidence } from "../model/cause.ts";
import { type Claim, compared, distinct, found, groupBy, type Rule, type Scene, selfTest } from "./diagnose-compare.ts";
import { domainOfAddress, isWithin, registered, speaksFor, type Symptom } from "./diagnose-symptoms.ts";

/** Whether what is wrong has to do with names in a domain: it is about it, its host is in it, or mail goes there. */
const touches = (domain: string, { domain: about, host, to }: Symptom): boolean =>
  [about, host, domainOfAddress(to)].some((name) => name !== undefined && isWithin(name, domain));

/** What a domain that nobody finds looks like from all sides: no name, no mail to it, no server at its door. */
const dependsOnNames = ({ layer, fits, finding }: Symptom): boolean =>
  layer === "names" ||
  fits.includes("zone-broken") ||
  fits.includes("mx-changed") ||
  (layer === "mail" && (finding.code === "lost" || fits.includes("server-down")));

/** Where the names of a lapsed domain lead to a registrar's page, nobody there speaks mail, or as another host. */
const isTurnedAway = ({ layer }: Symptom): boolean => layer === "connect" || layer === "session";

/** An unpaid domain is the parent of all that hangs on its name. */
export const domainExpiry: Rule = (_, open) => {
  const says = open.filter(speaksFor("domain-expired"));
  return [...groupBy(says, ({ domain }) => domain)].map(([domain, expired]): Claim => {
    const victims = open.filter(
      (one) => !expired.includes(one) && touches(domain, one) && (dependsOnNames(one) || isTurnedAway(one)),
    );
    const symptoms = [...expired, ...victims];
    return {
      cause: "domain-expired",
      confidence: "high",
      about: { domain },
      symptoms,
      clues: expired.map(found),
      alternatives: [],
    };
  });
};

/** Records and servers of a zone, with all names in it that nobody finds. */
export const zones: Rule = (scene, open) => {
  const says = open.filter(({ fits, layer }) => fits[0] === "zone-broken" && layer === "names");
  return [...groupBy(says, domainOfZone)].map(([domain, broken]): Claim => {
    const victims = open.filter(
      (one) => !broken.includes(one) && touches(domain, one) && dependsOnNames(one) && !speaksFor("mx-changed")(one),
    );
    const symptoms = [...broken, ...victims];
    const ofZone = broken.filter(({ sight }) => sight.probe.measures !== "service" || sight.probe.check.startsWith("dns-"));
    const hosts = distinct(broken.map(({ host }) => host));
    const names = distinct([...hosts, ...victims.map(({ host }) => host)]);
    const clues: Clue[] = [
      ...ofZone.map(found),
      ...(names.length > 1 ? [compared("zone-victims", { count: names.length, domain })] : []),
    ];
    const about = ofZone.length > 0 || hosts.length !== 1 ? { domain } : { host: hosts[0] ?? domain };
    const { confidence, alternatives } = certaintyOf(scene, domain, ofZone, broken);
    return { cause: "zone-broken", confidence, about, symptoms, clues, alternatives };
  });
};

const domainOfZone = ({ sight, domain, host }: Symptom): string | undefined => {
  const name = sight.probe.check.startsWith("dns-") ? domain : (host ?? domain);
  return name === undefined ? undefined : registered(name);
};

/** Codes of whole zones that name servers, registries or signatures say in so many words. */
const inWords: ReadonlySet<string> = new Set(["zone-dead", "signatures-expired", "ds-mismatch", "bogus", "mx-bogus"]);

function certaintyOf(
  scene: Scene,
  domain: string,
  ofZone: readonly Symptom[],
  broken: readonly Symptom[],
): { readonly confidence: Confidence; readonly alternatives: readonly Cause[] } {
  const isPaid = isRegistered(scene, domain);
  const unpaid: readonly Cause[] = isPaid ? [] : ["domain-expired"];
  const codes = new Set(broken.map(({ finding }) => finding.code));
  if ([...codes].some((code) => inWords.has(code))) return { confidence: "high", alternatives: [] };
  if (codes.has("domain-gone")) return unpaid.length === 0 ? sure : { confidence: "medium", alternatives: unpaid };
  if (ofZone.length > 0) return codes.has("zone-silent") ? { confidence: "medium", alternatives: unpaid } : sure;
  if ([...codes].every((code) => code === "name-unresolved")) {
    const resolver: readonly Cause[] = selfTest(scene, "resolver") === "passed" ? [] : ["own-resolver"];
    return { confidence: resolver.length === 0 ? "medium" : "low", alternatives: [...resolver, ...unpaid] };
  }
  // A name that is not there may never have been: a typing mistake here looks the same.
  return { confidence: "medium", alternatives: ["settings-changed", ...unpaid] };
}

const sure = { confidence: "high", alternatives: [] } as const;

const isRegistered = (scene: Scene, domain: string): boolean =>
  scene
    .of("domain-expiry")
    .some(
      ({ probe, status, findings }) =>
        isWithin(domain, probe.asset) && status !== "unknown" && !findings.some(({ code }) => gone.has(code)),
    );

const gone: ReadonlySet<string> = new Set(["domain-expired", "on-hold", "redemption", "pending-delete", "not-registered"]);

/** Where mail goes is another place than it was. */
export const mailExchangers: Rule = (scene, open) => {
  const says = open.filter(({ fits, layer }) => fits[0] === "mx-changed" && layer === "names");
  const named = [...groupBy(says, ({ domain }) => (domain === undefined ? undefined : registered(domain)))].map(
    ([domain, changed]): Claim => {
      const victims = open.filter((one) => !changed.includes(one) && isMisled(domain, one));
      const isSure = changed.some(({ finding }) => finding.code === "mx-hijacked" || finding.code === "provider-changed");
      return {
        cause: "mx-changed",
        confidence: isSure ? "high" : "medium",
        about: { domain: changed[0]?.domain ?? domain },
        symptoms: [...changed, ...victims],
        clues: changed.map(found),
        alternatives: isSure ? [] : ["settings-changed"],
      };
    },
  );
  const explained = new Set(named.flatMap(({ symptoms }) => symptoms));
  const lost = open.filter((one) => !explained.has(one) && one.to !== undefined && isLost(one));
  const suspected = [...groupBy(lost, ({ to }) => domainOfAddress(to))].flatMap(([domain, symptoms]) => {
    const change = lateChange(scene, domain);
    if (change === undefined || arrives(scene, domain)) return [];
    const clues = [
      compared("changed-lately", { domain }),
      ...(symptoms.length > 1 ? [compared("nothing-arrives", { domain })] : []),
    ];
    return [
      {
        cause: "mx-changed" as const,
        confidence: "medium" as const,
        about: { domain },
        symptoms,
        clues,
        alternatives: ["silent-loss" as const],
      },
    ];
  });
  return [...named, ...suspected];
};

const isLost = ({ finding, fits }: Symptom): boolean =>
  finding.code === "lost" || (finding.code === "bounced" && fits.includes("mx-changed"));

/** Mail into the domain that is lost, or that a server refuses which does not know its people. */
const isMisled = (domain: string, one: Symptom): boolean => {
  const to = domainOfAddress(one.to);
  return (
    to !== undefined &&
    isWithin(to, domain) &&
    (isLost(one) || (one.finding.code === "bounced" && one.fits.includes("settings-changed")))
  );
};

const dayMs = 86_400_000;

/** A change of MX records within the last day, seen now or before. */
function lateChange(scene: Scene, domain: string): boolean | undefined {
  const isMx = (changes: unknown): boolean => typeof changes === "string" && /\bMX\b/.test(changes);
  const now = scene
    .of("dns-drift")
    .some(
      ({ probe, findings }) =>
        probe.asset === domain && findings.some(({ code, data }) => code === "records-changed" && isMx(data["changes"])),
    );
  const before = scene.changes.some(
    ({ asset, at, finding }) =>
      asset === domain && scene.now - at < dayMs && (isMx(finding.data["changes"]) || finding.code === "provider-changed"),
  );
  return now || before ? true : undefined;
}

/** Some other mail into the domain arrives. */
const arrives = (scene: Scene, domain: string): boolean =>
  scene.of("mail-roundtrip").some(({ probe, status }) => status === "ok" && probe.asset.endsWith(`@${domain}`));
