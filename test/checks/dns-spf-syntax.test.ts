// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect } from "vitest";
import dnsSpf from "../../checks/dns-spf.ts";
import { testCheck } from "../support/check-tester.ts";
import {
  costs,
  critical,
  dataOf,
  fine,
  hosts,
  info,
  leaves,
  says,
  shownElsewhere,
  spf,
  unknown,
  warning,
} from "../support/spf-cases.ts";

testCheck(
  dnsSpf,
  {
    "SPF-1 SPF-2 one record among others": { ...fine, zone: spf("v=spf1 mx ip4:203.0.113.0/28 -all"), also: costs(1) },
    "SPF-1 the version in capitals": { ...fine, zone: spf("V=SPF1 MX -ALL") },
    "SPF-1 nothing but the version": { ...critical("spf-no-all"), zone: spf("v=spf1"), also: says("spf-no-all", "v=spf1 ~all") },
    "SPF-1 v=spf10 is no record": { ...critical("spf-lookalike"), zone: spf("v=spf10 mx -all") },
    "SPF-1 a blank before it": {
      ...critical("spf-lookalike"),
      zone: spf(" v=spf1 mx -all"),
      also: says("spf-lookalike", "v=spf1 mx -all"),
    },
    "SPF-1 quotes inside": {
      ...critical("spf-lookalike"),
      zone: spf('"v=spf1 mx -all"'),
      also: says("spf-lookalike", "v=spf1 mx -all"),
    },
    "SPF-1 a semicolon after the version": {
      ...critical("spf-lookalike"),
      zone: spf("v=spf1; mx -all"),
      also: says("spf-lookalike", "v=spf1 mx -all"),
    },
    "SPF-1 no blank after the version": { ...critical("spf-lookalike"), zone: spf("v=spf1include:p0.example.com -all") },
    "SPF-1 a lookalike beside the record counts for nothing": {
      ...fine,
      zone: { ...hosts, "example.com": { TXT: [" v=spf1 +all", "v=spf1 a:a.example.com -all"] } },
    },
    "SPF-2 no record": { ...critical("spf-missing"), zone: spf("something else"), also: says("spf-missing", "v=spf1 mx ~all") },
    "SPF-2 no record, mailboxes at Google": {
      ...critical("spf-missing"),
      zone: { "example.com": { MX: ["1 smtp.google.com"] } },
      also: says("spf-missing", "v=spf1 include:_spf.google.com ~all"),
    },
    "SPF-2 no record and no MX, but an address": {
      ...critical("spf-missing"),
      zone: { "example.com": { A: ["203.0.113.1"] } },
      also: says("spf-missing", "v=spf1 a ~all"),
    },
    "SPF-2 no record, and nothing that could send": {
      ...critical("spf-missing"),
      zone: { "example.com": { TXT: ["something else"] } },
      also: says("spf-missing", "v=spf1 -all"),
    },
    "SPF-2 the domain does not exist": { ...critical("spf-missing"), zone: { "example.com": "nxdomain" } },
    "SPF-2 SERVFAIL says nothing": { ...unknown("spf-unknown"), zone: { "example.com": "SERVFAIL" } },
    "SPF-2 a time-out says nothing": { ...unknown("spf-unknown"), zone: { "example.com": "TIMEOUT" } },
    "SPF-2 the resolver alone denies it": { ...unknown("spf-unknown"), zone: { "example.com": "DISAGREE" } },
    "SPF-3 two records": {
      ...critical("spf-several"),
      zone: { ...hosts, "example.com": { TXT: ["v=spf1 mx -all", "v=spf1 mx ip4:203.0.113.9 ~all"] } },
      also: says("spf-several", "v=spf1 mx ip4:203.0.113.9 -all"),
    },
    "SPF-3 one record in two strings": {
      ...fine,
      zone: { ...hosts, "example.com": { TXT: [["v=spf1 a:a.exam", "ple.com -all"]] } },
    },
    "SPF-4 a record of the type SPF is left": {
      ...info("spf-type-99"),
      zone: { ...hosts, "example.com": { TXT: ["v=spf1 a:a.example.com -all"], SPF: ["v=spf1 -all"] } },
    },
    "SPF-4 Sender ID is left": {
      ...info("spf-sender-id"),
      zone: { ...hosts, "example.com": { TXT: ["v=spf1 a:a.example.com -all", "spf2.0/pra mx -all"] } },
    },
    "SPF-4 the type SPF cannot be asked for": {
      ...fine,
      zone: { ...hosts, "example.com": { TXT: ["v=spf1 a:a.example.com -all"], SPF: "NOTIMP" } },
    },
    "SPF-5 an unknown mechanism": {
      ...critical("spf-unknown-term"),
      zone: spf("v=spf1 mx ipv4:203.0.113.5 foo -all"),
      also: says("spf-unknown-term", "v=spf1 mx ip4:203.0.113.5 -all"),
    },
    "SPF-5 a bare address": {
      ...critical("spf-unknown-term"),
      zone: spf("v=spf1 203.0.113.5 -all"),
      also: says("spf-unknown-term", "v=spf1 ip4:203.0.113.5 -all"),
    },
    "SPF-5 all glued to an address": {
      ...critical("spf-glued"),
      zone: spf("v=spf1 ip4:203.0.113.5-all"),
      also: says("spf-glued", "v=spf1 ip4:203.0.113.5 -all"),
    },
    "SPF-5 all glued to an include, which the grammar allows": {
      ...critical("spf-glued"),
      zone: spf("v=spf1 include:p0.example.com-all", leaves(1)),
      also: says("spf-glued", "v=spf1 include:p0.example.com -all"),
    },
    "SPF-5 two terms glued where strings meet": {
      ...critical("spf-glued"),
      zone: { ...hosts, "example.com": { TXT: [["v=spf1 ip4:203.0.113.5", "include:p0.example.com -all"]] } },
      also: says("spf-glued", "v=spf1 ip4:203.0.113.5 include:p0.example.com -all"),
    },
    "SPF-5 a prefix that is too long": {
      ...critical("spf-bad-prefix"),
      zone: spf("v=spf1 mx ip4:203.0.113.0/33 -all"),
      also: says("spf-bad-prefix", "v=spf1 mx -all"),
    },
    "SPF-5 a dual prefix with one slash": { ...critical("spf-bad-prefix"), zone: spf("v=spf1 a:a.example.com/24/64 -all") },
    "SPF-5 a prefix with a leading zero": { ...critical("spf-bad-prefix"), zone: spf("v=spf1 mx/024 -all") },
    "SPF-5 a whole dual prefix": { ...fine, zone: spf("v=spf1 a:c.example.com/28//64 mx//64 -all"), also: costs(2) },
    "SPF-5 a macro in ip4": { ...critical("spf-bad-address"), zone: spf("v=spf1 ip4:%{i} -all") },
    "SPF-5 a name in ip4": { ...critical("spf-bad-address"), zone: spf("v=spf1 ip4:a.example.com -all") },
    "SPF-5 a macro letter that is none": { ...critical("spf-bad-macro"), zone: spf("v=spf1 exists:%{x}.example.com -all") },
    "SPF-5 a macro letter of explanations only": {
      ...critical("spf-bad-macro"),
      zone: spf("v=spf1 exists:%{c}.example.com -all"),
    },
    "SPF-5 a valid macro": { ...fine, zone: spf("v=spf1 exists:%{ir}.%{v}._spf.%{d2} -all"), also: costs(1) },
    "SPF-5 an include without a name": {
      ...critical("spf-value-missing"),
      zone: spf("v=spf1 mx include: -all"),
      also: says("spf-value-missing", "v=spf1 mx -all"),
    },
    "SPF-5 a name without its last part": { ...critical("spf-bad-name"), zone: spf("v=spf1 include:example -all") },
    "SPF-5 a dash of a word processor": {
      ...critical("spf-bad-character"),
      zone: spf("v=spf1 mx –all"),
      also: says("spf-bad-character", "v=spf1 mx -all"),
    },
    "SPF-5 a term after all": {
      ...warning("spf-after-all"),
      zone: spf("v=spf1 mx -all ip4:203.0.113.9"),
      also: says("spf-after-all", "v=spf1 mx ip4:203.0.113.9 -all"),
    },
    "SPF-5 an equals sign for a colon": {
      ...warning("spf-equals"),
      zone: spf("v=spf1 mx ip4=203.0.113.9 -all"),
      also: says("spf-equals", "v=spf1 mx ip4:203.0.113.9 -all"),
    },
    "SPF-5 an unknown modifier is allowed": {
      ...fine,
      zone: spf("v=spf1 mx ra=postmaster exp=why.example.com -all"),
      also: costs(1),
    },
    "SPF-5 a name that cannot be asked for": {
      ...warning("spf-dead-name"),
      zone: spf("v=spf1 mx a:b..example.com -all"),
      also: costs(1),
    },
    "SPF-5 an error in an included record": {
      ...critical("spf-unknown-term"),
      zone: spf("v=spf1 include:p.example.net -all", { "p.example.net": { TXT: ["v=spf1 ip5:203.0.113.1 -all"] } }),
      also: (it) => expect(dataOf(it, "spf-unknown-term", "where")).toBe("p.example.net"),
    },
    "SPF-5 an escape sequence in a record is text": {
      ...critical("spf-bad-character"),
      zone: spf("v=spf1 mx \u001b[2J -all"),
      also: ({ evidence }) => expect(evidence.join("")).not.toContain("\u001b"),
    },
  },
  { shownElsewhere: shownElsewhere("syntax") },
);
