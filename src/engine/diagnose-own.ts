import type { Clue } from "../model/cause.ts";
import {
  aboutOf,
  type Claim,
  compared,
  distinct,
  found,
  groupBy,
  listed,
  type Rule,
  sawAfter,
  type Scene,
  selfTest,
} from "./diagnose-compare.ts";
import { isKnown, registered, speaksFor, type Symptom } from "./diagnose-symptoms.ts";

const isMonitor = ({ sight }: Symptom): boolean => sight.probe.measures === "monitor";
const isWay = ({ layer }: Symptom): boolean => layer === "names" || layer === "connect";

/** Our own way out, by the self-test; or by what all mail services look like from here. */
export const ownNetwork: Rule = (scene, open) => {
  const ours = open.filter(speaksFor("own-network"));
  const proxied = groupBy(ours, ({ finding }) => String(finding.data["proxy"] ?? "") || undefined);
  const behind = [...proxied].map(([proxy, symptoms]): Claim => {
    const isTested = symptoms.some(isMonitor);
    return {
      cause: "own-network",
      confidence: isTested ? "high" : "medium",
      about: { proxy },
      symptoms,
      clues: [],
      alternatives: isTested ? [] : ["path-blocked"],
    };
  });
  const direct = ours.filter(({ finding }) => finding.data["proxy"] === undefined);
  if (isCutOff(scene)) {
    const behindIt = (one: Symptom): boolean => (isWay(one) && !isRegistrars(one)) || isOwnVictim(one);
    const symptoms = [...direct, ...open.filter((one) => behindIt(one) && !ours.includes(one))];
    const isTested = selfTest(scene, "egress") === "failed";
    const clues: Clue[] = isTested ? [compared("egress-failed")] : [];
    const confidence = isTested ? "high" : "medium";
    return symptoms.length === 0
      ? behind
      : [...behind, { cause: "own-network", confidence, about: {}, symptoms, clues, alternatives: [] }];
  }
  const inferred = direct.length > 0 ? noRoute(direct) : everywhere(scene, open);
  return [...behind, ...inferred];
};

/** While nothing gets out, our other tests of the same way fail with it: they say nothing of their own. */
const isOwnVictim = (one: Symptom): boolean =>
  isMonitor(one) && (one.finding.code === "resolver-silent" || one.finding.code === "port25-blocked");

/** Nothing answers our test of the way out, also where we were too busy to judge what rests on time. */
export const isCutOff = (scene: Scene): boolean =>
  selfTest(scene, "egress") === "failed" || scene.symptoms.some((one) => isMonitor(one) && one.finding.code === "egress-down");

/** What a registry says was not found out by our way to mail servers. */
const isRegistrars = ({ fits }: Symptom): boolean => fits[0] === "domain-expired" || fits[0] === "mx-changed";

const noRoute = (symptoms: readonly Symptom[]): readonly Claim[] => [
  {
    cause: "own-network",
    confidence: symptoms.some((one) => isMonitor(one)) ? "high" : "medium",
    about: {},
    symptoms,
    clues: [],
    alternatives: symptoms.some((one) => isMonitor(one)) ? [] : ["path-blocked"],
  },
];

/** Two unrelated mail services that fail at once have us in common, where no self-test says that we get out. */
function everywhere(scene: Scene, open: readonly Symptom[]): readonly Claim[] {
  const failing = open.filter((one) => one.layer === "connect" && isKnown(one) && one.place !== undefined && !isReported(one));
  const places = distinct(failing.map(({ place }) => place));
  const isAnswered = scene.answers.some(({ sight }) => sawAfter(sight, failing));
  if (places.length < 2 || isAnswered) return [];
  const clue = compared("all-places-fail", { list: listed(places) });
  const passed = selfTest(scene, "egress") === "passed";
  if (!passed) {
    const confidence = places.length > 2 ? "high" : "medium";
    const alternatives = confidence === "high" ? [] : (["own-port-blocked", "provider-outage"] as const);
    return [{ cause: "own-network", confidence, about: {}, symptoms: failing, clues: [clue], alternatives }];
  }
  // Something goes out, and mail does not: a firewall that lets people browse.
  const ports = distinct(failing.map(({ finding }) => String(finding.data["port"] ?? "") || undefined));
  const about = ports.length === 0 ? {} : { ports: ports.join(", ") };
  const clues = [clue, compared("egress-passed")];
  const alternatives = ["own-network", "provider-outage"] as const;
  return [{ cause: "own-port-blocked", confidence: "medium", about, symptoms: failing, clues, alternatives }];
}

/** A provider that says so itself is down, whatever else is. */
const isReported = ({ sight }: Symptom): boolean => sight.probe.check === "provider-status";

/** The self-test at port 25, the comparison of ports with other services, and the same port that is silent everywhere. */
export const ownPort: Rule = (scene, open) => {
  const claims = open.filter(speaksFor("own-port-blocked")).map((says): Claim => {
    const ports = String(says.finding.data["ports"] ?? (says.sight.probe.check === "port25" ? "25" : ""));
    const numbers = new Set(ports.split(/\D+/));
    const everywhereBlocked = says.finding.code !== "port-silent";
    const victims = open.filter(
      (one) =>
        one.layer === "connect" &&
        one.finding.data["port"] !== undefined &&
        numbers.has(String(one.finding.data["port"])) &&
        (everywhereBlocked || one.host === says.host),
    );
    return {
      cause: "own-port-blocked",
      confidence: everywhereBlocked ? "high" : "medium",
      about: aboutOf({ ports: ports || undefined }),
      symptoms: [says, ...victims],
      clues: [found(says)],
      alternatives: everywhereBlocked ? [] : ["provider-outage", "server-down"],
    };
  });
  return claims.length > 0 ? claims : silentPorts(scene, open);
};

/** One port fails at several services whose other ports answer. */
function silentPorts(scene: Scene, open: readonly Symptom[]): readonly Claim[] {
  const failing = open.filter((one) => one.layer === "connect" && isKnown(one) && one.finding.data["port"] !== undefined);
  return [...groupBy(failing, ({ finding }) => String(finding.data["port"]))].flatMap(([ports, symptoms]) => {
    const hosts = distinct(symptoms.map(({ host }) => host));
    const places = distinct(symptoms.map(({ place }) => place));
    const elsewhere = scene.answers.filter(({ sight }) => sawAfter(sight, symptoms));
    const open25 = elsewhere.some(({ sight }) => sight.probe.target.endsWith(`:${ports}`));
    if (places.length < 2 || open25 || !hosts.every((host) => elsewhere.some((answer) => answer.host === host))) return [];
    const clues = [compared("port-fails-everywhere", { ports }), compared("host-answers", { host: listed(hosts), list: "" })];
    return [
      {
        cause: "own-port-blocked",
        confidence: "medium",
        about: { ports },
        symptoms,
        clues: clues.slice(0, 1),
        alternatives: ["provider-outage"],
      },
    ];
  });
}

/** Strange authorities that several unrelated hosts share. */
export const ownInterception: Rule = (scene, open) => {
  const says = open.filter(speaksFor("tls-intercepted"));
  const untrusted = open.filter(({ finding }) => strange.has(finding.code));
  const issuers = new Set(
    says.map(({ finding }) => finding.data["issuer"]).filter((issuer) => issuer !== undefined && issuer !== ""),
  );
  const isTested = selfTest(scene, "interception") === "failed";
  if (says.length > 0 || isTested) {
    const victims = untrusted.filter(({ finding }) => isTested || issuers.has(finding.data["issuer"]));
    const symptoms = [...says, ...victims];
    const [issuer] = issuers;
    const isSure = isTested || says.some(({ finding }) => finding.code !== "starttls-stripped");
    return symptoms.length === 0
      ? []
      : [
          {
            cause: "tls-intercepted",
            confidence: isSure ? "high" : "medium",
            about: issuer === undefined ? {} : { issuer },
            symptoms,
            clues: [],
            alternatives: isSure ? [] : ["settings-changed"],
          },
        ];
  }
  return [...groupBy(untrusted, ({ finding }) => String(finding.data["issuer"] ?? "") || undefined)].flatMap(
    ([issuer, symptoms]) =>
      distinct(symptoms.map(({ place }) => place)).length < 2
        ? []
        : [
            {
              cause: "tls-intercepted",
              confidence: "medium",
              about: { issuer },
              symptoms,
              clues: [],
              alternatives: ["certificate"],
            },
          ],
  );
};

const strange: ReadonlySet<string> = new Set([
  "certificate-untrusted",
  "certificate-self-signed",
  "certificate-chain-incomplete",
]);

/** Our own DNS. While it is ill no name says anything. */
export const ownResolver: Rule = (scene, open) => {
  const says = open.filter(speaksFor("own-resolver"));
  const names = open.filter((one) => one.layer === "names" && !isRegistrars(one));
  const tested = selfTest(scene, "resolver");
  if (tested === "failed" || says.some(isMonitor)) {
    const symptoms = [...says, ...names];
    const clues: Clue[] = [compared("resolver-failed")];
    return symptoms.length === 0
      ? []
      : [{ cause: "own-resolver", confidence: "high", about: {}, symptoms, clues, alternatives: [] }];
  }
  const unanswered = names.filter(({ finding }) => finding.code === "name-unresolved");
  const domains = distinct(unanswered.map(({ host }) => (host === undefined ? undefined : registered(host))));
  const symptoms = [...says, ...(tested === undefined && domains.length > 1 ? unanswered : [])];
  return symptoms.length === 0
    ? []
    : [{ cause: "own-resolver", confidence: "medium", about: {}, symptoms, clues: [], alternatives: ["zone-broken"] }];
};

/** A token or a secret of ours that is refused: nothing is known of the mailboxes behind it, and nothing is wrong with them. */
export const ownCredential: Rule = (_, open) => {
  const says = open.filter(
    ({ fits, sight }) => fits[0] === "monitor-credential" || (sight.probe.check === "oauth-token" && fits.length > 0),
  );
  return [...groupBy(says, (one) => credentialOf(one))].map(([credential, symptoms]): Claim => {
    const tests = symptoms.filter(isMonitor);
    const other = tests.find(({ fits }) => fits[0] !== "monitor-credential");
    const isSure = symptoms.some(
      (one) => isMonitor(one) || one.sight.probe.measures === "expiry" || one.finding.code === "secret-unreadable",
    );
    const about = says.some(({ finding }) => finding.data["credential"] === credential) ? { credential } : {};
    if (other) {
      const [cause = "unknown", ...alternatives] = other.fits;
      return { cause, confidence: "medium", about, symptoms, clues: [found(other)], alternatives };
    }
    return {
      cause: "monitor-credential",
      confidence: isSure ? "high" : "medium",
      about,
      symptoms,
      clues: [],
      alternatives: isSure ? [] : ["provider-outage"],
    };
  });
};

const credentialOf = ({ finding, sight }: Symptom): string => String(finding.data["credential"] ?? sight.probe.asset);
