import assert from "node:assert/strict";
import dnsProvider from "../../checks/dns-provider.ts";
import type { Observation } from "../../src/model/observation.ts";
import { testCheck } from "../support/check-tester.ts";

const imap = { host: "imap.exmail.qq.com", port: 993, security: "tls" } as const;
const smtp = { host: "smtp.exmail.qq.com", port: 465, security: "tls" } as const;
const known = [{ id: "exmail", mxSuffixes: ["mxbiz1.qq.com", "mxbiz2.qq.com"], imap, smtp }];
const exmail = { domain: "example.com", known, pinned: { provider: "exmail", imap, smtp } };
const own = (host: string) => ({
  domain: "example.com",
  known,
  pinned: {
    provider: "own-server",
    imap: { host, port: 993, security: "tls" },
    smtp: { host, port: 465, security: "tls" },
  },
});
const noServices = { "_imaps._tcp.example.com": "nxdomain", "_submissions._tcp.example.com": "nxdomain" } as const;

const namesBoth = ({ findings }: Observation): void =>
  assert.deepEqual(findings[0]?.data, {
    domain: "example.com",
    because: "MX evilmxbiz1.qq.com",
    found: "evilmxbiz1.qq.com:993, evilmxbiz1.qq.com:465",
    pinned: "imap.exmail.qq.com:993, smtp.exmail.qq.com:465",
  });

testCheck(dnsProvider, {
  "the MX is still the provider's": {
    options: exmail,
    zone: { "example.com": { MX: ["10 mxbiz2.qq.com", "5 mxbiz1.qq.com"] } },
    status: "ok",
    findings: [],
  },
  "an MX that only ends in the same letters is not the provider's": {
    options: exmail,
    zone: { ...noServices, "example.com": { MX: ["5 evilmxbiz1.qq.com"] } },
    status: "critical",
    findings: ["provider-changed"],
    also: namesBoth,
  },
  "an own server that moved": {
    options: own("mail.example.com"),
    zone: { ...noServices, "example.com": { MX: ["10 mail2.example.com"] } },
    status: "critical",
    findings: ["provider-changed"],
  },
  "an own server named by SRV records": {
    options: own("mail.example.com"),
    zone: {
      "example.com": { MX: ["10 filter.example.net"] },
      "_imaps._tcp.example.com": { SRV: ["0 1 993 mail.example.com"] },
      "_submissions._tcp.example.com": { SRV: ["0 1 465 mail.example.com"] },
    },
    status: "ok",
    findings: [],
  },
  "no usable answer for MX is unknown": {
    options: exmail,
    zone: { "example.com": "SERVFAIL" },
    status: "unknown",
    findings: ["provider-unanswered"],
  },
  "no usable answer for SRV is unknown, and no guess": {
    options: own("mail.example.com"),
    zone: { "example.com": { MX: ["10 mail2.example.com"] }, "_imaps._tcp.example.com": "TIMEOUT" },
    status: "unknown",
    findings: ["provider-unanswered"],
  },
  "a domain that names no server at all": {
    options: exmail,
    zone: { "example.com": { A: ["203.0.113.1"] } },
    status: "unknown",
    findings: ["provider-unanswered"],
  },
});
