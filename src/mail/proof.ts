import type { Verified } from "./mailauth-message.ts";
import { type Stated, type StatedMethod, statedMethods } from "./stated-results.ts";

/** What our own test of a mail and the receiver's say together. */
export interface Proof {
  /**
   * `well`: nothing failed. `fails`: ours failed, and the receiver's did not pass. `disputed`: ours passed, and the receiver's failed.
   * `overlooked`: ours failed, and the receiver's passed. `unknown`: no method came to a result, e.g. for want of DNS answers.
   */
  readonly kind: "well" | "fails" | "disputed" | "overlooked" | "unknown";
  /** Of `fails`: mail is at stake. Else what failed is made up for by another method, or may have been changed on arrival. */
  readonly grave: boolean;
  /** Our results, in the words of `Authentication-Results`; "" for none. */
  readonly ours: string;
  /** The receiver's; undefined where it states none. */
  readonly theirs: string | undefined;
}

type Outcome = "pass" | "fail" | "unknown";
type Outcomes = Readonly<Record<StatedMethod, Outcome>>;

const failing: ReadonlySet<string> = new Set(["fail", "hardfail", "softfail", "permerror", "policy"]);

/** A signature whose key is gone is neutral to many (RFC 8601 section 2.7.1), and proves nothing. */
const outcomeOf = ({ result, reason = "" }: { readonly result: string; readonly reason?: string }): Outcome =>
  result === "pass" ? "pass" : failing.has(result) || (result === "neutral" && /no key/i.test(reason)) ? "fail" : "unknown";

/** One good signature is enough (RFC 6376 section 6.1); while one could not be judged, that none is good is not known. */
function worstOf(results: readonly { readonly result: string; readonly reason?: string }[]): Outcome {
  const outcomes = results.map(outcomeOf);
  if (outcomes.includes("pass")) return "pass";
  return results.some(({ result }) => result === "temperror") || !outcomes.includes("fail") ? "unknown" : "fail";
}

function ourOutcomes({ spf, dkim, dmarc }: Verified): Outcomes {
  const unsure = spf === undefined || [spf, ...dkim].some(({ result }) => result === "temperror");
  const judged = dmarc === undefined ? "unknown" : outcomeOf(dmarc);
  return {
    spf: spf === undefined ? "unknown" : outcomeOf(spf),
    dkim: worstOf(dkim),
    // It fails only where both others are known not to pass in the author's name.
    dmarc: judged === "fail" && unsure ? "unknown" : judged,
  };
}

const theirOutcomes = (stated: Stated | undefined): Outcomes => {
  const of = (method: StatedMethod): Outcome => worstOf((stated?.results ?? []).filter((one) => one.method === method));
  return { spf: of("spf"), dkim: of("dkim"), dmarc: of("dmarc") };
};

/** Pure. @param stated what the receiver's own servers wrote, and nobody before them */
export function compareProof(verified: Verified, stated: Stated | undefined): Proof {
  const ours = ourOutcomes(verified);
  const theirs = theirOutcomes(stated);
  const told = {
    ours: shown(verified),
    theirs: stated && listed(stated.results.map(({ method, result, domain }) => ({ method, result, about: domain }))),
  };
  const disputed = statedMethods.some((method) => ours[method] === "pass" && theirs[method] === "fail");
  if (disputed) return { ...told, kind: "disputed", grave: true };
  const failed = statedMethods.filter((method) => ours[method] === "fail");
  const fails = failed.filter((method) => theirs[method] !== "pass");
  if (fails.length > 0) {
    // A body changed on arrival (a footer, a tag) breaks a signature after it was judged: alone it is no proof against the sender.
    const bare = fails.includes("spf") && ours.dmarc !== "pass";
    const grave = fails.includes("dmarc") || bare || fails.some((method) => theirs[method] === "fail");
    return { ...told, kind: "fails", grave };
  }
  if (failed.length > 0) return { ...told, kind: "overlooked", grave: false };
  return { ...told, kind: statedMethods.some((method) => ours[method] === "pass") ? "well" : "unknown", grave: false };
}

function shown({ spf, dkim, dmarc }: Verified): string {
  return listed([
    ...(spf ? [{ method: "spf", result: spf.result, about: `${spf.domain} ${spf.address}`.trim() }] : []),
    ...dkim.map(({ result, domain, reason }) => ({
      method: "dkim",
      result,
      about: result === "pass" || reason === "" ? domain : `${domain} (${reason})`,
    })),
    ...(spf && dmarc ? [{ method: "dmarc", result: dmarc.result, about: dmarc.domain }] : []),
  ]);
}

const listed = (results: readonly { readonly method: string; readonly result: string; readonly about: string }[]): string =>
  results
    .slice(0, 6)
    .map(({ method, result, about }) => `${method}=${result}${about.trim() === "" ? "" : ` ${about.trim()}`}`)
    .join(", ")
    .slice(0, 350);
