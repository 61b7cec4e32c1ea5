import { expect } from "vitest";
import type { Status } from "../../src/model/status.ts";
import type { CheckCase } from "./check-tester.ts";
import type { Zone } from "./zone.ts";

export const options = { domain: "example.com" };
export const mail: Zone = { "example.com": { MX: ["10 mx.example.com"], TXT: ["v=spf1 mx -all"] } };
export const good = "v=DMARC1; p=reject; rua=mailto:d@example.com";

/** Texts at `_dmarc.example.com`, on a domain that sends and receives. */
export const zoneOf = (...texts: readonly string[]): Zone => ({ ...mail, "_dmarc.example.com": { TXT: texts } });
export const record = (text: string, status: Status, ...findings: string[]): CheckCase => ({
  options,
  zone: zoneOf(text),
  status,
  findings,
});
/** The same, and what is to be published instead. */
export const mended = (text: string, instead: string, status: Status, ...findings: string[]): CheckCase => ({
  ...record(text, status, ...findings),
  also: ({ findings: found }) => expect(found[0]?.data["record"]).toBe(instead),
});

/** Findings that another table of the check shows. */
export const elsewhere = (file: string, findings: object): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(findings).map((code) => [code, file]));
