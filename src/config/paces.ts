import { sayFinding } from "../i18n/reasons.ts";
import type { Text } from "../model/text.ts";
import type { Probe } from "../model/probe.ts";
import type { Config } from "./config.ts";
import { type Fault, fault, type Path } from "./diagnostics.ts";
import { formatDuration } from "./duration.ts";
import { type PlanFacts, servicesOf } from "./services.ts";

const hour = 3_600_000;
const minute = 60_000;

/** What one account may have of something in an hour, all probes together, and who says so. */
export interface Limit {
  readonly account: string;
  readonly of: "logins" | "mails";
  readonly perHour: number;
  readonly provider: Text;
}

/** People write from this mailbox too: half of what its provider takes from it is theirs. */
const shareOfMails = 0.5;

/** The limits of the accounts at providers that have some, by login name: the strictest of each kind. */
export function limitsOf(config: Config, facts: PlanFacts): readonly Limit[] {
  const limits = new Map<string, Limit>();
  for (const mailbox of config.mailboxes) {
    const { provider } = servicesOf(mailbox, facts);
    if (!provider) continue;
    const account = mailbox.login.toLowerCase();
    const { loginsPerHour, messagesPerDay = Infinity, messagesPerMinute = Infinity } = provider;
    const mails = Math.min(messagesPerDay / 24, messagesPerMinute * 60) * shareOfMails;
    for (const [of, perHour] of [["logins", loginsPerHour ?? Infinity] as const, ["mails", mails] as const]) {
      const key = `${of} ${account}`;
      if (perHour < (limits.get(key)?.perHour ?? Infinity)) limits.set(key, { account, of, perHour, provider: provider.title });
    }
  }
  return [...limits.values()];
}

/** A probe with the place where its pace is written; undefined: nobody wrote one. */
export interface Pace {
  readonly probe: Probe;
  readonly written: Path | undefined;
}

/**
 * Slows probes down so that all together log in to no account more often than its provider stands, and send no more through it
 * (promise 5). A pace that the user wrote stays as it is; where it leaves no room for the others it is a fault. Pure.
 */
export function withinLimits(
  paces: readonly Pace[],
  limits: readonly Limit[],
): { readonly probes: readonly Probe[]; readonly faults: readonly { readonly path: Path; readonly fault: Fault }[] } {
  const slower = new Map<Probe, number>();
  const faults: { path: Path; fault: Fault }[] = [];
  for (const limit of limits) {
    const rate = ({ probe }: Pace): number => rates[limit.of](probe, limit.account);
    const sum = (some: readonly Pace[]): number => some.reduce((all, pace) => all + rate(pace), 0);
    const users = paces.filter((pace) => rate(pace) > 0);
    const [written, free] = [users.filter((it) => it.written !== undefined), users.filter((it) => it.written === undefined)];
    const wanted = sum(free);
    const room = limit.perHour - sum(written);
    const fastest = written.toSorted((a, b) => rate(b) - rate(a))[0];
    if (fastest?.written !== undefined && (room < 0 || wanted > room * mostStretch)) {
      faults.push({ path: fastest.written, fault: tooOften(limit, sum(written), fastest.probe) });
    } else {
      for (const { probe } of free) slower.set(probe, Math.max(slower.get(probe) ?? 1, wanted / room));
    }
  }
  const probes = paces.map(({ probe }) => {
    const stretch = slower.get(probe) ?? 1;
    return stretch === 1 ? probe : { ...probe, everyMs: Math.ceil((probe.everyMs * stretch) / minute) * minute };
  });
  return { probes, faults };
}

/** Beside paces that the user wrote, the others are slowed down so far and no further: twelve times is from 5 min to an hour. */
const mostStretch = 12;

/** How much of each kind a probe has of an account in an hour. */
const rates: Readonly<Record<Limit["of"], (probe: Probe, account: string) => number>> = {
  logins: ({ everyMs, load }, account) =>
    (load.logins ?? []).reduce((all, login) => all + (login.account === account ? ((login.most ?? 1) * hour) / everyMs : 0), 0),
  mails: ({ everyMs, load: { mails } }, account) =>
    mails?.account === account ? hour / Math.max(everyMs, mails.everyMs ?? 0) : 0,
};

const words = {
  logins: {
    en: "logs in too often: with it {account} is logged in to {often} times an hour, and {provider} is to see {limit} at most",
    zh: "登录过于频繁：{account} 每小时会登录 {often} 次，而 {provider} 最多只宜登录 {limit} 次",
  },
  mails: {
    en: "sends too often: with it {account} sends {often} mails an hour, and {limit} are half of what {provider} takes from one mailbox",
    zh: "发信过于频繁：{account} 每小时会发 {often} 封，而 {provider} 单个邮箱发信上限的一半是 {limit} 封",
  },
} as const satisfies Record<Limit["of"], Text>;

function tooOften({ account, of, perHour, provider }: Limit, written: number, { everyMs }: Probe): Fault {
  // Half of the limit for what is written leaves the other half to what is not.
  const enough = formatDuration(Math.ceil((everyMs * written * 2) / perHour / minute) * minute);
  const data = { account, often: Math.round(written), limit: Math.floor(perHour) };
  return fault(
    {
      en: sayFinding(words[of], "en", { ...data, provider: provider.en }),
      zh: sayFinding(words[of], "zh-CN", { ...data, provider: provider.zh }),
    },
    { en: `write every: ${enough} or more, or leave every out`, zh: `请写 every: ${enough} 或更长，或删去 every` },
  );
}
