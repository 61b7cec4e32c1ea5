import type { DNSResolver } from "mailauth";
import type { Resolve } from "../model/dns.ts";
import { visible } from "../model/visible.ts";
import { resolverOf } from "./mailauth.ts";

/** What a mail proves today, by the records of today (RFC 7208, 6376, 9989). */
export interface Verified {
  /** Undefined where the address that handed the mail over is not known. */
  readonly spf: { readonly result: string; readonly domain: string; readonly address: string } | undefined;
  readonly dkim: readonly VerifiedSignature[];
  /** Undefined where From names no one domain. */
  readonly dmarc: { readonly result: string; readonly domain: string; readonly policy: string } | undefined;
}

interface VerifiedSignature {
  readonly domain: string;
  readonly selector: string;
  readonly result: string;
  /** mailauth's words, visible; "" for none. */
  readonly reason: string;
  /** Octets of the body that the signature leaves out (`l=`): anybody may have appended them (RFC 6376 section 8.2). */
  readonly unsigned: number;
}

interface About {
  /** Who handed it to the receiver. */
  readonly address: string | undefined;
  readonly helo: string | undefined;
  /** MAIL FROM; left out: the Return-Path of the mail. */
  readonly sender: string | undefined;
  readonly resolve: Resolve;
  /** Milliseconds for all questions. */
  readonly timeoutMs: number;
}

const maxQuestions = 80;
/** Each hashes the whole body for itself: 2 s for 25 MiB of the worst kind. A mailing list's mail has three. */
export const maxSignatures = 5;

/**
 * Checks SPF, DKIM and DMARC of a raw mail anew. Undefined where it has more signatures than anybody needs. Line ends may have become
 * line feeds when it was saved. Asks at most 80 questions.
 * @throws whatever mailauth throws for a mail that it cannot read
 */
export async function verifyMail(source: Uint8Array, about: About): Promise<Verified | undefined> {
  const { authenticate } = await import("mailauth");
  const { address, helo, sender, timeoutMs } = about;
  const answered = await authenticate(Buffer.from(source.buffer, source.byteOffset, source.byteLength), {
    strict: true,
    mta: "mailvigil",
    trustReceived: false,
    disableArc: true,
    disableBimi: true,
    resolver: limited(about.resolve, timeoutMs),
    ...(address === undefined ? {} : { ip: address }),
    ...(helo === undefined ? {} : { helo }),
    ...(sender === undefined ? {} : { sender }),
  });
  const { spf, dkim, dmarc } = answered;
  return {
    spf: address === undefined || !spf ? undefined : { result: spf.status.result, domain: text(spf.domain), address },
    // A mail without a signature has one result: that there is none.
    dkim: (dkim.results ?? [])
      .filter(({ status }) => status.result !== "none")
      .slice(0, maxSignatures)
      .map(({ signingDomain, selector, status }) => ({
        domain: text(signingDomain),
        selector: text(selector),
        result: status.result,
        reason: text(status.comment),
        unsigned: typeof status.underSized === "number" ? status.underSized : 0,
      })),
    dmarc: dmarc ? { result: dmarc.status.result, domain: text(dmarc.domain), policy: text(dmarc.policy) } : undefined,
  };
}

const text = (value: unknown): string => (typeof value === "string" ? visible(value, 300) : "");

/** Gives up when time or questions are used up: the result is then a temporary error. */
function limited(resolve: Resolve, timeoutMs: number): DNSResolver {
  const until = performance.now() + timeoutMs;
  let asked = 0;
  return resolverOf((name, type) => {
    asked += 1;
    if (asked > maxQuestions || performance.now() > until)
      return Promise.reject(Object.assign(new Error("Too many questions"), { code: "ETIMEOUT" }));
    return resolve(name, type);
  });
}
