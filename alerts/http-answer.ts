import type { DeliveryResult } from "../src/model/channel.ts";
import type { PostOutcome } from "../src/net/post.ts";

const defaultThrottleMs = 60_000;

/**
 * What a POST came to, where the HTTP status says it all; for a 2xx the channel itself decides by the documented positive field.
 * @param where how the far side is called in reasons; never a URL that is a secret
 */
export function judgeAnswer(
  outcome: PostOutcome,
  where: string,
  now: number,
  taken: (answer: Extract<PostOutcome, { kind: "answer" }>) => DeliveryResult,
): DeliveryResult {
  if (outcome.kind === "refused") return { kind: "bad-channel", reason: `${where}: ${outcome.reason}` };
  if (outcome.kind === "failed") {
    const reason = `${where}: ${outcome.reason}`;
    return outcome.sent ? { kind: "retry", reason, doubt: "no-answer" } : { kind: "retry", reason };
  }
  const { status, retryAfter } = outcome;
  const reason = `${where} answered ${status}`;
  if (status >= 200 && status <= 299) return taken(outcome);
  if (status >= 300 && status <= 399) {
    return { kind: "bad-channel", reason: `${reason}: a redirect${towards(outcome.location)}; write the final address` };
  }
  const hint = retryAfterMs(retryAfter, now);
  if (status === 429 || (status >= 500 && hint !== undefined)) {
    return { kind: "throttled", retryAfterMs: hint ?? defaultThrottleMs, reason };
  }
  if (status >= 500 || status === 408 || status === 425) return { kind: "retry", reason };
  if (status === 400 || status === 413 || status === 422) return { kind: "bad-message", reason };
  return { kind: "bad-channel", reason };
}

/** Only the host: a path can be a secret. */
const towards = (location: string): string => {
  const url = URL.parse(location);
  return url === null || url.host === "" ? "" : ` to ${url.host}`;
};

/** RFC 9110 10.2.3: seconds or a date. */
function retryAfterMs(text: string, now: number): number | undefined {
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1_000;
  const at = text === "" ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
