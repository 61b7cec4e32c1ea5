import type { Cause, Clue, Diagnosis } from "../model/cause.ts";
import type { Sight } from "./situation.ts";
import { type Claim, compared, distinct, isFresh, listed, type Scene, sawAfter, selfTest } from "./diagnose-compare.ts";
import { domainOfAddress, isWithin, registered, type Symptom } from "./diagnose-symptoms.ts";
import { otherAnswers } from "./diagnose-servers.ts";

type RuledOut = Diagnosis["ruledOut"][number];

/** What was looked at for these symptoms and is well, so that nobody needs to look there again. From the nearest to the farthest. */
export function ruledOut(scene: Scene, { cause, symptoms }: Pick<Claim, "cause" | "symptoms">): readonly RuledOut[] {
  const [first] = symptoms;
  if (first === undefined || first.layer === "own") return [];
  const all = [
    ...ofOurs(scene, symptoms),
    ...ofNames(scene, symptoms),
    ...ofServers(scene, symptoms),
    ...ofAccounts(scene, symptoms),
  ];
  const seen = new Set<Cause>([cause]);
  return all.filter((one) => !seen.has(one.cause) && seen.add(one.cause));
}

function ofOurs(scene: Scene, symptoms: readonly Symptom[]): readonly RuledOut[] {
  const others = otherAnswers(scene, symptoms);
  const others1 =
    others.length === 0 ? [] : [compared("others-answer", { list: listed(distinct(others.map(({ host }) => host))) })];
  const network = selfTest(scene, "egress") === "passed" ? compared("egress-passed") : others1[0];
  return [
    ...because("own-network", network),
    ...because("own-resolver", selfTest(scene, "resolver") === "passed" ? compared("resolver-passed") : undefined),
    ...because("tls-intercepted", selfTest(scene, "interception") === "passed" ? compared("not-intercepted") : undefined),
  ];
}

const because = (cause: Cause, clue: Clue | undefined): readonly RuledOut[] =>
  clue === undefined ? [] : [{ cause, because: clue }];

/** Checks of a domain run every few hours; what they found holds for about a day. */
const dayMs = 86_400_000;

const isWell = (sight: Sight, now: number): boolean => sight.status === "ok" && now - sight.at <= dayMs;

function ofNames(scene: Scene, symptoms: readonly Symptom[]): readonly RuledOut[] {
  const domains = distinct(
    symptoms.flatMap(({ domain, host, to, from }) => [domain, host, domainOfAddress(to), domainOfAddress(from)]),
  );
  const well = (check: string): Sight | undefined =>
    scene.of(check).find((sight) => isWell(sight, scene.now) && domains.some((name) => isWithin(name, sight.probe.asset)));
  const registration = well("domain-expiry");
  const zone = well("dns-consistency") ?? well("dns-mx");
  const drift = well("dns-drift") ?? well("dns-provider");
  const listing = well("dnsbl-listing");
  const sender = symptoms.some(({ layer }) => layer === "mail");
  return [
    ...because("domain-expired", registration && compared("registration-well", { domain: registration.probe.asset })),
    ...because(
      "zone-broken",
      zone && symptoms.every(({ layer }) => layer !== "names") ? compared("zone-well", { domain: zone.probe.asset }) : undefined,
    ),
    ...because("mx-changed", drift && sender ? compared("mx-same", { domain: drift.probe.asset }) : undefined),
    ...because("blacklisted", listing && sender ? compared("not-listed", { domain: listing.probe.asset }) : undefined),
  ];
}

function ofServers(scene: Scene, symptoms: readonly Symptom[]): readonly RuledOut[] {
  const hosts = distinct(symptoms.map(({ host }) => host));
  const places = distinct(symptoms.map(({ place }) => place));
  const certificate = scene
    .of("tls-certificate")
    .find((sight) => isWell(sight, scene.now) && hosts.includes(sight.probe.load.host?.toLowerCase() ?? ""));
  const getIn = scene.answers.filter(
    (answer) =>
      places.includes(answer.place) &&
      answer.account !== undefined &&
      answer.layer === "mail" &&
      sawAfter(answer.sight, symptoms),
  );
  const others = getIn.filter(({ account }) => !symptoms.some((one) => one.account === account));
  const atLogin = symptoms.every(({ layer }) => layer === "login" || layer === "mailbox");
  const status = scene
    .of("provider-status")
    .find((sight) => sight.probe.provider !== undefined && places.includes(sight.probe.provider));
  const queue = scene.of("postfix-queue").find((sight) => isWell(sight, scene.now) && isOfSender(sight, symptoms));
  const outage =
    atLogin && others.length > 0
      ? compared("others-get-in", { list: listed(distinct(others.map(({ account }) => account))) })
      : undefined;
  const said = status?.status === "ok" && isFresh(status, scene.now) && atLogin && others.length > 0 ? outage : undefined;
  return [
    ...because(
      "certificate",
      certificate?.probe.load.host === undefined
        ? undefined
        : compared("certificate-well", { host: certificate.probe.load.host }),
    ),
    ...because("provider-outage", said ?? (symptoms[0]?.provider === undefined ? undefined : outage)),
    ...because("server-down", symptoms[0]?.provider === undefined ? outage : undefined),
    ...because("queue-stuck", queue && compared("queue-short", { host: queue.probe.target })),
  ];
}

const isOfSender = ({ probe }: Sight, symptoms: readonly Symptom[]): boolean => {
  const home = registered(probe.load.host?.toLowerCase() ?? probe.asset);
  return symptoms.some(({ from }) => from !== undefined && registered(domainOfAddress(from) ?? "") === home);
};

/** Of so many it is looked at whether they are well: the first that is says it. */
const maxNames = 20;

function ofAccounts(scene: Scene, symptoms: readonly Symptom[]): readonly RuledOut[] {
  const names = distinct(symptoms.flatMap(({ account, to }) => [account, to])).slice(0, maxNames);
  const about = names.flatMap((name) => scene.about(name));
  const quota = about.find((sight) => sight.probe.check === "imap-quota" && isWell(sight, scene.now));
  const login = about.find(
    (sight) =>
      sight.probe.check === "imap-login" && sight.status === "ok" && isFresh(sight, scene.now) && sawAfter(sight, symptoms),
  );
  const isMail = symptoms.every(({ layer }) => layer === "mail");
  return [
    ...because("mailbox-full", quota && compared("not-full", { account: quota.probe.asset })),
    ...because("password-rejected", isMail && login ? compared("login-works", { account: login.probe.asset }) : undefined),
  ];
}
