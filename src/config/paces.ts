import type { Text } from "../model/text.ts";
import type { Probe } from "../model/probe.ts";
import type { Config } from "./config.ts";
import { type Fault, fault, type Path } from "./diagnostics.ts";
import { formatDuration } from "./duration.ts";
import { type PlanFacts, servicesOf } from "./services.ts";

const hour = 3_600_000;
const minute = 60_000;

/** How often one account may be logged in to, and who says so. */
export interface LoginLimit {
  readonly perHour: number;
  readonly provider: Text;
}

/** The limits of the accounts at providers that have one, by login name. */
export function loginLimits(config: Config, facts: PlanFacts): ReadonlyMap<string, LoginLimit> {
  const limits = new Map<string, LoginLimit>();
  for (const mailbox of config.mailboxes) {
    const { provider } = servicesOf(mailbox, facts);
    const perHour = provider?.loginsPerHour;
    const account = mailbox.login.toLowerCase();
    if (!provider || perHour === undefined || perHour >= (limits.get(account)?.perHour ?? Infinity)) continue;
    limits.set(account, { perHour, provider: provider.title });
  }
  return limits;
}

/** A probe with the place where its pace is written; undefined: nobody wrote one. */
export interface Pace {
  readonly probe: Probe;
  readonly written: Path | undefined;
}

/**
 * Slows probes down so that all together log in to no account more often than its provider stands (promise 5). A pace that the
 * user wrote stays as it is; where it leaves no room for the others it is a fault. Pure.
 */
export function withinLimits(
  paces: readonly Pace[],
  limits: ReadonlyMap<string, LoginLimit>,
): { readonly probes: readonly Probe[]; readonly faults: readonly { readonly path: Path; readonly fault: Fault }[] } {
  const slower = new Map<string, number>();
  const faults: { path: Path; fault: Fault }[] = [];
  for (const [account, limit] of limits) {
    const sum = (some: readonly Pace[]): number => some.reduce((all, { probe }) => all + loginsPerHour(probe, account), 0);
    const users = paces.filter(({ probe }) => loginsPerHour(probe, account) > 0);
    const [written, free] = [users.filter((it) => it.written !== undefined), users.filter((it) => it.written === undefined)];
    const wanted = sum(free);
    const room = limit.perHour - sum(written);
    const fastest = written.toSorted((a, b) => loginsPerHour(b.probe, account) - loginsPerHour(a.probe, account))[0];
    if (fastest?.written !== undefined && (room < 0 || wanted > room * mostStretch)) {
      faults.push({ path: fastest.written, fault: tooOften(account, limit, sum(written), fastest.probe) });
    } else {
      slower.set(account, wanted / room);
    }
  }
  const probes = paces.map(({ probe, written }) => {
    const stretch = Math.max(1, ...(probe.load.logins ?? []).map(({ account }) => slower.get(account) ?? 1));
    if (written !== undefined || stretch === 1) return probe;
    return { ...probe, everyMs: Math.ceil((probe.everyMs * stretch) / minute) * minute };
  });
  return { probes, faults };
}

/** Beside paces that the user wrote, the others are slowed down so far and no further: twelve times is from 5 min to an hour. */
const mostStretch = 12;

const loginsPerHour = ({ everyMs, load }: Probe, account: string): number =>
  (load.logins ?? []).reduce((all, login) => all + (login.account === account ? ((login.most ?? 1) * hour) / everyMs : 0), 0);

function tooOften(account: string, { perHour, provider }: LoginLimit, written: number, { everyMs }: Probe): Fault {
  // Half of the limit for what is written leaves the other half to what is not.
  const enough = formatDuration(Math.ceil((everyMs * written * 2) / perHour / minute) * minute);
  const often = Math.round(written);
  return fault(
    {
      en: `logs in too often: with it ${account} is logged in to ${often} times an hour, and ${provider.en} is to see ${perHour} at most`,
      zh: `登录过于频繁：${account} 每小时会登录 ${often} 次，而${provider.zh}最多只宜登录 ${perHour} 次`,
    },
    { en: `write every: ${enough} or more, or leave every out`, zh: `请写 every: ${enough} 或更长，或删去 every` },
  );
}
