import type { Fate } from "./probe-journey.ts";

/** What shall become of the mails of a route: so a filter, a quarantine or an approval rule is proved to work. */
export const expectations = ["delivered", "held", "rejected", "junk"] as const;
export type Expectation = (typeof expectations)[number];

/** `rejected`: refused when it was handed over, or returned. `approval`: put off or returned because somebody must say yes first. */
type Outcome = Fate["kind"] | "rejected" | "approval";

/** `ok`: as it should be, and nothing to speak of; `as-expected`: as it should be, and worth a line; else what is wrong. */
export type Verdict =
  | "ok"
  | "as-expected"
  | "late"
  | "delivered-to-junk"
  | "filed-elsewhere"
  | "lost"
  | "rejected"
  | "not-held"
  | "not-rejected"
  | "not-in-junk";

type Table = Readonly<Record<Outcome, Verdict>>;

const arrived = (verdict: Verdict): Record<"delivered" | "late" | "junk" | "elsewhere", Verdict> => ({
  delivered: verdict,
  late: verdict,
  junk: verdict,
  elsewhere: verdict,
});

const tables: Readonly<Record<Expectation, Table>> = {
  delivered: {
    delivered: "ok",
    late: "late",
    junk: "delivered-to-junk",
    elsewhere: "filed-elsewhere",
    lost: "lost",
    rejected: "rejected",
    approval: "rejected",
  },
  // It is in no folder of the receiver: somebody else decides, or nobody ever does.
  held: { ...arrived("not-held"), lost: "as-expected", rejected: "rejected", approval: "as-expected" },
  // Taken and in no folder is not refused: the sender believes that it arrived.
  rejected: { ...arrived("not-rejected"), lost: "lost", rejected: "as-expected", approval: "as-expected" },
  junk: { ...arrived("not-in-junk"), junk: "as-expected", lost: "lost", rejected: "rejected", approval: "rejected" },
};

export const verdictOf = (expected: Expectation, outcome: Outcome): Verdict => tables[expected][outcome];

/** Is nothing to be seen of a mail until its time is up, when all is well? */
export const isExpectedAbsent = (expected: Expectation): boolean => expected === "held" || expected === "rejected";
