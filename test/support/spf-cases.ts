import { expect } from "vitest";
import dnsSpf from "../../checks/dns-spf.ts";
import type { Observation } from "../../src/model/observation.ts";
import { createAddressPolicy } from "../../src/net/addresses.ts";
import type { CheckCase } from "./check-tester.ts";
import type { Zone } from "./zone.ts";

/** The parts of the three tables of dns-spf, and which of them shows which finding. */
export const options = { domain: "example.com" };
export const hosts: Zone = {
  "a.example.com": { A: ["203.0.113.10"] },
  "b.example.com": { AAAA: ["2001:db8::10"] },
  "c.example.com": { A: ["203.0.113.12"], AAAA: ["2001:db8::12"] },
  "mx.example.com": { A: ["203.0.113.25"] },
};
/** A domain with this record, and what it names. */
export const spf = (record: string, more: Zone = {}): Zone => ({
  "example.com": { TXT: [record, "unrelated=1"], MX: ["10 mx.example.com"], A: ["203.0.113.80"] },
  ...hosts,
  ...more,
});
const isPublic = createAddressPolicy(["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"]);
export const policed = () => Promise.resolve({ ctx: { isPublic } });
type Look = (observation: Observation) => void;
type Outcome = Pick<CheckCase, "options" | "status" | "findings">;
export const fine = { options, status: "ok", findings: [] } as const;
export const critical = (...findings: string[]): Outcome => ({
  options,
  status: "critical",
  findings,
});
export const warning = (...findings: string[]): Outcome => ({
  options,
  status: "warning",
  findings,
});
export const info = (...findings: string[]): Outcome => ({ options, status: "ok", findings });
export const unknown = (...findings: string[]): Outcome => ({
  options,
  status: "unknown",
  findings,
});

/** The value of the first finding of a code. */
export const dataOf = (observation: Observation, code: string, key: string): unknown =>
  observation.findings.find((finding) => finding.code === code)?.data[key];
/** The repaired record that a finding hands out, without the line around it. */
export const says =
  (code: string, record: string, name = "example.com"): Look =>
  (observation) =>
    expect(dataOf(observation, code, "record")).toBe(record === "–" ? record : `${name}. TXT "${record}"`);
export const costs =
  (lookups: number, voids = 0): Look =>
  ({ metrics }) =>
    expect(metrics).toEqual({ lookups, void_lookups: voids });

export const chain = (length: number, end: (index: number) => string): Zone =>
  Object.fromEntries(
    Array.from({ length }, (_, index) => [
      `i${index}.example.com`,
      { TXT: [index === length - 1 ? end(index) : `v=spf1 include:i${index + 1}.example.com -all`] },
    ]),
  );
export const many = (count: number, term: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => term(index)).join(" ");
export const leaves = (count: number): Zone =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`p${index}.example.com`, { TXT: [`v=spf1 ip4:198.51.100.${index} -all`] }]),
  );

export const tables = {
  syntax: [
    "spf-after-all",
    "spf-bad-address",
    "spf-bad-character",
    "spf-bad-macro",
    "spf-bad-name",
    "spf-bad-prefix",
    "spf-dead-name",
    "spf-equals",
    "spf-glued",
    "spf-lookalike",
    "spf-missing",
    "spf-no-all",
    "spf-sender-id",
    "spf-several",
    "spf-type-99",
    "spf-unknown",
    "spf-unknown-term",
    "spf-value-missing",
  ],
  tree: [
    "spf-answer-large",
    "spf-include-missing",
    "spf-include-several",
    "spf-include-twice",
    "spf-long",
    "spf-lookups-near-limit",
    "spf-loop",
    "spf-mx-many",
    "spf-part-unknown",
    "spf-ptr",
    "spf-ptr-many",
    "spf-redirect-ignored",
    "spf-redirect-missing",
    "spf-repeated",
    "spf-too-many-lookups",
    "spf-too-many-voids",
    "spf-void",
    "spf-void-family",
  ],
  rest: [
    "spf-changed",
    "spf-helo-missing",
    "spf-neutral",
    "spf-not-locked",
    "spf-old-provider",
    "spf-pass-all",
    "spf-private",
    "spf-provider-missing",
    "spf-sender-fails",
    "spf-sender-unknown",
    "spf-string-long",
    "spf-too-wide",
    "spf-wide",
    "spf-wide-included",
  ],
} as const;

/** For `testCheck`: what the other tables show. */
export function shownElsewhere(own: keyof typeof tables): Record<string, string> {
  const mine: readonly string[] = tables[own];
  return Object.fromEntries(
    Object.keys(dnsSpf.findings)
      .filter((code) => !mine.includes(code))
      .map((code) => [code, "another table of dns-spf"]),
  );
}
