import type { Config } from "./config.ts";
import type { Draft } from "./draft.ts";

const hour = 3_600_000;
/** What the two checks that send mails do where nobody writes another pace. */
const usual: Readonly<Record<string, number>> = { "mail-roundtrip": hour / 4, "mail-forward": hour };

/**
 * How many mails of our own probes come to each watched mailbox in an hour: whoever learns when its mail comes must not take an end of
 * these for silence. A pace that is slowed down later counts as if it were not, which is to the safe side. Pure.
 */
export function knowingProbeMails(drafts: readonly Draft[], { forwards, probes }: Config): readonly Draft[] {
  const written = new Map(probes.map(({ id, words }) => [id, words.every]));
  const perHour = ({ asset, check, everyMs }: Draft): number =>
    hour / (written.get(`${asset}/${check}`) ?? everyMs ?? usual[check] ?? hour);
  const reaches = ({ asset, check }: Draft, mailbox: string): boolean =>
    check === "mail-roundtrip"
      ? asset.endsWith(`~${mailbox}`)
      : check === "mail-forward" &&
        forwards.some(({ address, members }) => address.id === asset && members.some(({ id }) => id === mailbox));
  return drafts.map((draft) => {
    if (draft.check !== "mailbox-activity") return draft;
    const ownMails = drafts.filter((one) => reaches(one, draft.asset)).reduce((sum, one) => sum + perHour(one), 0);
    return ownMails === 0 ? draft : { ...draft, options: { ...draft.options, ownMails } };
  });
}
