import type { TlsPeer } from "../model/connection.ts";
import { type CertificateProblem, certificateProblem } from "./tls.ts";

/** What `TlsPeer.problem` means, as a piece of a sentence about the certificate. */
export const certificateWords = {
  expired: "it has expired",
  "not-yet-valid": "it is not valid yet",
  "wrong-host": "it is for another name",
  "self-signed": "it is self-signed",
  untrusted: "its authority is not a public one",
  "chain-incomplete": "the intermediate certificate is missing",
  "wrong-usage": "it is not made for servers",
  "issuer-expired": "the certificate of its issuer has expired",
  intercepted: "somebody on the way has replaced it",
} as const satisfies Partial<Record<CertificateProblem, string>>;

const words: Readonly<Partial<Record<CertificateProblem, string>>> = certificateWords;

/** Why a peer's certificate is not believed; a code that few meet is said as it is. "" where it is believed. */
export const problemInWords = ({ problem }: Pick<TlsPeer, "problem">): string =>
  words[certificateProblem(problem)] ?? problem ?? "";
