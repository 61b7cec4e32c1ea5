import type { Cause, Clue } from "../model/cause.ts";
import {
  aboutOf,
  type Answer,
  type Claim,
  compared,
  distinct,
  found,
  groupBy,
  listed,
  type Rule,
  sawAfter,
  type Scene,
} from "./diagnose-compare.ts";
import { isKnown, isPaidBy, registered, speaksFor, type Symptom } from "./diagnose-symptoms.ts";
import type { Sight } from "./situation.ts";

/** Accounts that are refused within so long of each other are refused for one reason. */
const togetherMs = 30 * 60_000;
/** So many are no coincidence. */
const many = 3;

const isRefused = ({ finding }: Symptom): boolean => finding.code === "login-refused" || finding.code === "login-rejected";
const isAmbiguous = ({ finding }: Symptom): boolean => finding.code === "login-refused";
const placeOf = ({ place, host, sight }: Symptom): string => place ?? host ?? sight.probe.asset;

/** The server says that it, and not the account, is the trouble: its own backend, or a limit. */
export const backends: Rule = (scene, open) => {
  const unavailable = open.filter(({ finding }) => finding.code === "login-unavailable");
  const limited = open.filter(({ fits, layer }) => fits[0] === "rate-limit" && layer === "login");
  return [
    ...[...groupBy(unavailable, placeOf)].map(([place, symptoms]): Claim => {
      const [first] = symptoms;
      const others = gotIn(scene, place, symptoms);
      const isTheirs = first?.provider !== undefined;
      // Postfix calls a password wrong when it cannot ask who knows.
      const accounts = new Set(symptoms.map(({ account }) => account));
      const refused = open.filter(
        (one) => one.fits[0] === "password-rejected" && placeOf(one) === place && accounts.has(one.account),
      );
      const alternatives: readonly Cause[] = others.length > 0 ? ["account-locked"] : [];
      return {
        cause: isTheirs ? "provider-outage" : "server-down",
        confidence: others.length > 0 ? "medium" : "high",
        about: aboutOf({
          provider: first?.provider,
          host: first?.host,
          account: others.length > 0 ? onlyOf(symptoms) : undefined,
        }),
        symptoms: [...symptoms, ...refused],
        clues: othersClue(others),
        alternatives,
      };
    }),
    ...[...groupBy(limited, placeOf)].map(([place, symptoms]): Claim => {
      const [first] = symptoms;
      const refused = open.filter((one) => isAmbiguous(one) && placeOf(one) === place);
      const about = aboutOf({ provider: first?.provider, host: first?.host });
      return { cause: "rate-limit", confidence: "high", about, symptoms: [...symptoms, ...refused], clues: [], alternatives: [] };
    }),
  ];
};

/** The account that all have in common. */
const onlyOf = (symptoms: readonly Symptom[]): string | undefined => {
  const [account, ...more] = distinct(symptoms.map((one) => one.account));
  return more.length === 0 ? account : undefined;
};

/** A directory that does not answer is the parent of the logins that hang on it, at servers of the same domain. */
export const directories: Rule = (_, open) => {
  const silent = open.filter((one) => one.sight.probe.check === "ldap-directory" && isKnown(one) && one.layer === "connect");
  return [...groupBy(silent, ({ host }) => host)].flatMap(([host, symptoms]): readonly Claim[] => {
    const victims = open.filter(
      (one) =>
        one.provider === undefined &&
        one.host !== undefined &&
        registered(one.host) === registered(host) &&
        (isRefused(one) || one.finding.code === "login-unavailable"),
    );
    if (victims.length === 0) return [];
    const about = { host };
    return [
      {
        cause: "server-down",
        confidence: "medium",
        about,
        symptoms: [...symptoms, ...victims],
        clues: symptoms.map(found),
        alternatives: ["password-rejected"],
      },
    ];
  });
};

const isLogin = ({ layer }: Symptom): boolean => layer === "login" || layer === "mailbox";

/** Accounts that were let in at the same place since. */
function gotIn(scene: Scene, place: string, symptoms: readonly Symptom[]): readonly Answer[] {
  const refused = new Set(symptoms.map(({ account }) => account));
  return scene.answers.filter(
    (answer) =>
      (answer.place === place || answer.host === place) &&
      answer.account !== undefined &&
      !refused.has(answer.account) &&
      (answer.layer === "mail" || answer.layer === "mailbox") &&
      sawAfter(answer.sight, symptoms),
  );
}

const othersClue = (others: readonly Answer[]): readonly Clue[] =>
  others.length === 0 ? [] : [compared("others-get-in", { list: listed(distinct(others.map(({ account }) => account))) })];

/** Many accounts of one place, or all that are watched there: nobody changes so many passwords at once. */
export const manyRefused: Rule = (scene, open) =>
  [
    ...groupBy(
      open.filter((one) => isRefused(one) && one.account !== undefined),
      placeOf,
    ),
  ].flatMap(([place, refused]): readonly Claim[] => {
    const begun = Math.max(...refused.map(({ since }) => since));
    const symptoms = refused.filter(({ since, finding }) => begun - since <= togetherMs || finding.code === "login-refused");
    const accounts = distinct(symptoms.map(({ account }) => account));
    const others = gotIn(scene, place, symptoms);
    const watched = watchedAt(scene, place);
    const isAll = accounts.length > 1 && watched.every((account) => accounts.includes(account));
    const ambiguous = distinct(symptoms.filter(isAmbiguous).map(({ account }) => account)).length;
    const isDefinite = ambiguous < accounts.length && ambiguous < many;
    if ((accounts.length < many && !isAll) || (isDefinite && others.length > 0)) return [];
    const [first] = symptoms;
    const isTheirs = first?.provider !== undefined;
    const outage: Cause = isTheirs ? "provider-outage" : "server-down";
    const clues = [compared("accounts-refused", { count: accounts.length, list: listed(accounts) }), ...othersClue(others)];
    const about = aboutOf({ provider: first?.provider, host: first?.host });
    if (isDefinite)
      return [
        {
          cause: outage,
          confidence: "medium",
          about,
          symptoms,
          clues,
          alternatives: ["subscription-expired", "password-rejected"],
        },
      ];
    const alternatives: readonly Cause[] = others.length > 0 ? [outage] : [outage, "subscription-expired"];
    return [{ cause: "rate-limit", confidence: "medium", about, symptoms, clues, alternatives }];
  });

/** The accounts that are watched at a provider or host. */
const watchedAt = (scene: Scene, place: string): readonly string[] =>
  distinct(
    [...scene.sights.values()].flatMap(({ probe }) => {
      const [only, ...more] = probe.load.logins ?? [];
      const host = probe.load.host?.toLowerCase();
      const here = probe.provider === place || host === place || (host !== undefined && scene.providers.get(host) === place);
      return here && more.length === 0 && only !== undefined ? [only.account.toLowerCase()] : [];
    }),
  );

/** What is said in words, the gravest first: a locked account refuses the password, too. */
const inWords: readonly Cause[] = [
  "account-locked",
  "password-expired",
  "permission-removed",
  "client-access-off",
  "password-rejected",
];

/** One account that is not let in, wherever it tries. */
export const accounts: Rule = (scene, open) => {
  const refused = open.filter((one) => isLogin(one) && one.account !== undefined && one.fits[0] !== "mailbox-full");
  return [...groupBy(refused, (one) => `${one.account} ${placeOf(one)}`)].map(([, symptoms]) => accountClaim(scene, symptoms));
};

/** Whether a password that was taken there is the one that is refused here: in one look at all, or since the refusal. */
const isOfNow = (sight: Sight, refused: readonly Symptom[]): boolean =>
  refused.some((one) => one.sight.since === undefined || sight.at >= one.since);

function accountClaim(scene: Scene, symptoms: readonly Symptom[]): Claim {
  const [first] = symptoms;
  const account = first?.account;
  const place = first === undefined ? "" : placeOf(first);
  const about = aboutOf({ account, host: first?.host, provider: first?.provider });
  const byOther = scene.answers.filter(
    (answer) =>
      answer.account === account &&
      answer.place === place &&
      (answer.layer === "mail" || answer.layer === "mailbox") &&
      sawAfter(answer.sight, symptoms),
  );
  const others = gotIn(scene, place, symptoms);
  const other = byOther.find(({ sight }) => isOfNow(sight, symptoms));
  if (other !== undefined && account !== undefined && symptoms.every(isRefused)) {
    const protocol = protocols[other.sight.probe.check] ?? other.sight.probe.check;
    const refusedAt = distinct(symptoms.map(({ sight }) => protocols[sight.probe.check])).join(", ");
    return {
      cause: "client-access-off",
      confidence: "medium",
      about: { ...about, ...(refusedAt === "" ? {} : { protocol: refusedAt }) },
      symptoms,
      clues: [compared("protocol-gets-in", { account, protocol }), ...othersClue(others)],
      alternatives: ["rate-limit"],
    };
  }
  const said = inWords.find((cause) => symptoms.some(({ fits }) => fits.length === 1 && fits[0] === cause));
  if (said !== undefined) {
    const isSeen = symptoms.some(({ sight, fits }) => sight.status !== "unknown" && fits[0] === said);
    // A suspended account is often refused in the words of a wrong password.
    const isUnpaid =
      said === "password-rejected" &&
      symptoms.some((one) => one.provider !== undefined && scene.symptoms.some((says) => isUnpaidFor(says, one)));
    // The password was changed, or this way in was closed: no other has been tried since.
    const isOpen = said === "password-rejected" && byOther.length > 0 && symptoms.every(isRefused);
    const alternatives: readonly Cause[] = [
      ...(isOpen ? (["client-access-off"] as const) : []),
      ...(isUnpaid ? (["subscription-expired"] as const) : []),
      ...(isSeen ? [] : (["rate-limit"] as const)),
    ];
    return {
      cause: said,
      confidence: alternatives.length === 0 ? "high" : "medium",
      about,
      symptoms,
      clues: othersClue(others),
      alternatives,
    };
  }
  const fits = [...new Set(symptoms.flatMap((one) => one.fits))];
  const [likeliest = "unknown", ...rest] = fits.filter((cause) => cause !== "rate-limit" && !outages.has(cause));
  if (others.length > 0)
    return { cause: likeliest, confidence: "medium", about, symptoms, clues: othersClue(others), alternatives: rest };
  const alone = compared("nothing-to-compare");
  const hasOthers = watchedAt(scene, place).some((one) => one !== account);
  return {
    cause: "unknown",
    confidence: "low",
    about: { ...about, asset: account ?? place },
    symptoms,
    clues: hasOthers ? [] : [alone],
    alternatives: fits,
  };
}

const isUnpaidFor = (says: Symptom, one: Symptom): boolean => speaksFor("subscription-expired")(says) && isPaidBy(says, one);

const outages: ReadonlySet<Cause> = new Set(["provider-outage", "server-down"]);

const protocols: Readonly<Record<string, string>> = {
  "imap-login": "IMAP",
  "imap-quota": "IMAP",
  "mailbox-activity": "IMAP",
  "pop3-login": "POP3",
  "smtp-submission": "SMTP",
  managesieve: "ManageSieve",
};
