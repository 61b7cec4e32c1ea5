// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect } from "vitest";
import dnsSpf from "../../checks/dns-spf.ts";
import { testCheck } from "../support/check-tester.ts";
import {
  chain,
  costs,
  critical,
  dataOf,
  fine,
  info,
  leaves,
  many,
  options,
  says,
  shownElsewhere,
  spf,
  unknown,
  warning,
} from "../support/spf-cases.ts";

testCheck(
  dnsSpf,
  {
    "SPF-6 seven lookups": {
      ...fine,
      zone: spf(`v=spf1 ${many(7, (index) => `include:p${index}.example.com`)} -all`, leaves(7)),
      also: costs(7),
    },
    "SPF-6 eight lookups leave little room": {
      ...info("spf-lookups-near-limit"),
      zone: spf(`v=spf1 ${many(8, (index) => `include:p${index}.example.com`)} -all`, leaves(8)),
    },
    "SPF-6 ten lookups are allowed": {
      ...info("spf-lookups-near-limit"),
      zone: spf(`v=spf1 ${many(10, (index) => `include:p${index}.example.com`)} -all`, leaves(10)),
      also: costs(10),
    },
    "SPF-6 eleven lookups": {
      ...critical("spf-too-many-lookups"),
      zone: spf(`v=spf1 ${many(11, (index) => `include:p${index}.example.com`)} -all`, leaves(11)),
      also: costs(11),
    },
    "SPF-6 eleven lookups over two includes, each with its cost": {
      ...critical("spf-too-many-lookups"),
      zone: spf("v=spf1 a mx include:x.example.net include:y.example.net -all", {
        "x.example.net": { TXT: [`v=spf1 ${many(4, (index) => `include:p${index}.example.com`)} ~all`] },
        "y.example.net": { TXT: ["v=spf1 a:a.example.com mx:example.com exists:%{i}.example.com ?all"] },
        ...leaves(4),
      }),
      also: (it) => {
        expect(dataOf(it, "spf-too-many-lookups", "parts")).toBe(
          "include:x.example.net (5), include:y.example.net (4), a (1), mx (1)",
        );
        expect(dataOf(it, "spf-too-many-lookups", "record")).toBe(
          'example.com. TXT "v=spf1 ip4:203.0.113.80 ip4:203.0.113.25 include:x.example.net include:y.example.net -all"',
        );
        expect(dataOf(it, "spf-too-many-lookups", "after")).toBe(9);
        costs(11)(it);
      },
    },
    "SPF-6 what stands after all costs nothing": {
      ...warning("spf-after-all"),
      zone: spf(`v=spf1 mx -all ${many(11, (index) => `a:h${index}.example.com`)}`),
      also: costs(1),
    },
    "SPF-6 addresses of exchanges and aliases cost nothing": {
      ...fine,
      zone: spf("v=spf1 mx:many.example.com a:alias.example.com -all", {
        "many.example.com": { MX: Array.from({ length: 10 }, (_, index) => `${index} m${index}.example.com`) },
        "*.example.com": { A: ["203.0.113.1"] },
        "alias.example.com": { CNAME: "a.example.com" },
      }),
      also: costs(2),
    },
    "SPF-6 the PTR of a macro is a lookup of its own": {
      ...critical("spf-too-many-lookups"),
      zone: spf(`v=spf1 ${many(9, (index) => `include:p${index}.example.com`)} exists:%{p}.example.com -all`, leaves(9)),
      also: costs(11),
    },
    "SPF-7 a name that is gone": {
      ...warning("spf-void"),
      zone: spf("v=spf1 mx a:gone.example.com -all"),
      also: (it) => {
        expect(dataOf(it, "spf-void", "names")).toBe("a:gone.example.com");
        says("spf-void", "v=spf1 mx -all")(it);
        costs(2, 1)(it);
      },
    },
    "SPF-7 two names without what is asked for": {
      ...warning("spf-void"),
      zone: spf("v=spf1 mx:a.example.com exists:b.example.com -all"),
      also: costs(2, 2),
    },
    "SPF-7 three names that are gone": {
      ...critical("spf-too-many-voids"),
      zone: spf("v=spf1 a:x.example.com a:y.example.com mx:z.example.com -all"),
      also: (it) => expect(dataOf(it, "spf-too-many-voids", "record")).toBe("–"),
    },
    "SPF-7 hosts of one family are not gone": {
      ...fine,
      zone: spf("v=spf1 a:a.example.com a:b.example.com a:c.example.com -all"),
      also: costs(3, 1),
    },
    "SPF-7 three hosts without IPv6, and a sender with it": {
      ...warning("spf-void-family"),
      zone: spf("v=spf1 a:a.example.com a a:mx.example.com a:c.example.com -all"),
      also: (it) => expect(dataOf(it, "spf-void-family", "family")).toBe("IPv6"),
    },
    "SPF-7 three hosts without IPv6 and three without IPv4": {
      ...critical("spf-too-many-voids"),
      zone: spf("v=spf1 a a:a.example.com a:mx.example.com a:b.example.com a:d.example.com a:e.example.com -all", {
        "d.example.com": { AAAA: ["2001:db8::13"] },
        "e.example.com": { AAAA: ["2001:db8::14"] },
      }),
      also: (it) =>
        expect(dataOf(it, "spf-too-many-voids", "names")).toBe(
          "a, a:a.example.com, a:mx.example.com, a:b.example.com, a:d.example.com (+1)",
        ),
    },
    "SPF-7 three hosts without IPv6, and nobody with it": {
      ...fine,
      zone: spf("v=spf1 a:a.example.com a a:mx.example.com -all"),
    },
    "SPF-7 the resolver alone says that they are gone": {
      ...unknown("spf-part-unknown"),
      zone: spf("v=spf1 a:x.example.com a:y.example.com a:z.example.com -all", {
        "x.example.com": "DISAGREE",
        "y.example.com": "DISAGREE",
        "z.example.com": "DISAGREE",
      }),
    },
    "SPF-8 eleven exchanges": {
      ...critical("spf-mx-many"),
      zone: spf("v=spf1 mx:many.example.com -all", {
        "many.example.com": { MX: Array.from({ length: 11 }, (_, index) => `${index} m${index}.example.com`) },
        "*.example.com": { A: ["203.0.113.1"] },
      }),
    },
    "SPF-8 ten exchanges": {
      ...fine,
      zone: spf("v=spf1 mx:many.example.com -all", {
        "many.example.com": { MX: Array.from({ length: 10 }, (_, index) => `${index} m${index}.example.com`) },
        "*.example.com": { A: ["203.0.113.1"] },
      }),
    },
    "SPF-8 a sender with ten names": {
      ...warning("spf-ptr"),
      options: { ...options, senders: ["203.0.113.5"] },
      zone: spf("v=spf1 ip4:203.0.113.5 ptr -all", {
        "5.113.0.203.in-addr.arpa": { PTR: Array.from({ length: 10 }, (_, index) => `n${index}.example.com`) },
      }),
    },
    "SPF-8 a sender with eleven names": {
      ...critical("spf-ptr", "spf-ptr-many"),
      options: { ...options, senders: ["203.0.113.5"] },
      zone: spf("v=spf1 ip4:203.0.113.5 ptr -all", {
        "5.113.0.203.in-addr.arpa": { PTR: Array.from({ length: 11 }, (_, index) => `n${index}.example.com`) },
      }),
    },
    "SPF-9 an include without a record": {
      ...critical("spf-include-missing"),
      zone: spf("v=spf1 mx include:a.example.com -all"),
      also: says("spf-include-missing", "v=spf1 mx -all"),
    },
    "SPF-9 an include of a name that is gone": {
      ...critical("spf-include-missing"),
      zone: spf("v=spf1 mx include:gone.example.net -all"),
    },
    "SPF-9 an include with two records": {
      ...critical("spf-include-several"),
      zone: spf("v=spf1 mx include:p.example.net -all", { "p.example.net": { TXT: ["v=spf1 -all", "v=spf1 ~all"] } }),
    },
    "SPF-9 an include that does not answer": {
      ...unknown("spf-part-unknown"),
      zone: spf("v=spf1 mx include:p.example.net -all", { "p.example.net": "SERVFAIL" }),
    },
    "SPF-9 an include that only the resolver denies": {
      ...unknown("spf-part-unknown"),
      zone: spf("v=spf1 mx include:p.example.net -all", { "p.example.net": "DISAGREE" }),
    },
    "SPF-9 a host that does not answer": {
      ...unknown("spf-part-unknown"),
      zone: spf("v=spf1 a:a.example.net -all", { "a.example.net": "TIMEOUT" }),
    },
    "SPF-9 an include with a record": { ...fine, zone: spf("v=spf1 mx include:p0.example.com -all", leaves(1)) },
    "SPF-10 an include of itself": {
      ...critical("spf-loop"),
      zone: spf("v=spf1 mx include:example.com -all"),
      also: says("spf-loop", "v=spf1 mx -all"),
    },
    "SPF-10 two records that include each other": {
      ...critical("spf-loop"),
      zone: spf("v=spf1 include:p.example.net -all", {
        "p.example.net": { TXT: ["v=spf1 include:q.example.net -all"] },
        "q.example.net": { TXT: ["v=spf1 include:p.example.net -all"] },
      }),
      also: (it) => {
        expect(dataOf(it, "spf-loop", "path")).toBe("p.example.net ▶ q.example.net ▶ p.example.net");
        expect(it.metrics).toEqual({ void_lookups: 0 });
      },
    },
    "SPF-10 a loop by redirect": { ...critical("spf-loop"), zone: spf("v=spf1 mx redirect=example.com") },
    "SPF-10 the same include twice": {
      ...warning("spf-include-twice"),
      zone: spf("v=spf1 include:p0.example.com mx include:p0.example.com -all", leaves(1)),
      also: says("spf-include-twice", "v=spf1 include:p0.example.com mx -all"),
    },
    "SPF-10 an include that another one includes": {
      ...warning("spf-include-twice"),
      zone: spf("v=spf1 include:p0.example.com include:x.example.net -all", {
        "x.example.net": { TXT: ["v=spf1 include:p0.example.com -all"] },
        ...leaves(1),
      }),
      also: says("spf-include-twice", "v=spf1 include:x.example.net -all"),
    },
    "SPF-10 what two services of others share is not this domain's": {
      ...fine,
      zone: spf("v=spf1 include:x.example.net include:y.example.net -all", {
        "x.example.net": { TXT: ["v=spf1 include:p0.example.com -all"] },
        "y.example.net": { TXT: ["v=spf1 include:p0.example.com -all"] },
        ...leaves(1),
      }),
      also: costs(4),
    },
    "SPF-11 a redirect beside all is ignored and costs nothing": {
      ...warning("spf-redirect-ignored"),
      zone: spf("v=spf1 mx redirect=gone.example.net -all"),
      also: (it) => {
        says("spf-redirect-ignored", "v=spf1 mx -all")(it);
        costs(1)(it);
      },
    },
    "SPF-11 a redirect without a record": { ...critical("spf-redirect-missing"), zone: spf("v=spf1 mx redirect=a.example.com") },
    "SPF-11 two redirects": {
      ...critical("spf-repeated"),
      zone: spf("v=spf1 redirect=p0.example.com redirect=p0.example.com", leaves(1)),
    },
    "SPF-11 two explanations": {
      ...critical("spf-repeated"),
      zone: spf("v=spf1 mx -all exp=a.example.com exp=b.example.com"),
      also: says("spf-repeated", "v=spf1 mx -all exp=a.example.com"),
    },
    "SPF-11 a redirect": { ...fine, zone: spf("v=spf1 redirect=p0.example.com", leaves(1)), also: costs(1) },
    "SPF-6 hundreds of includes in a row end at the bound": {
      ...critical("spf-too-many-lookups"),
      zone: spf(
        "v=spf1 include:i0.example.com -all",
        chain(300, () => "v=spf1 -all"),
      ),
      also: ({ findings, evidence, durationMs }) => {
        expect(findings[0]?.data["lookups"]).toBe("≥ 40");
        expect(evidence.length).toBeLessThan(30);
        expect(durationMs).toBeLessThan(5_000);
      },
    },
    "SPF-10 a loop of hundreds ends at the bound": {
      ...critical("spf-too-many-lookups"),
      zone: spf(
        "v=spf1 include:i0.example.com -all",
        chain(300, () => "v=spf1 include:i0.example.com -all"),
      ),
    },
    "SPF-6 a record of 64 KB": {
      ...critical(
        "spf-include-missing",
        "spf-include-missing",
        "spf-include-missing",
        "spf-too-many-lookups",
        "spf-too-many-voids",
        "spf-long",
        "spf-answer-large",
      ),
      zone: spf(`v=spf1 ${many(2_500, (index) => `include:gone${index}.example.net`)} -all`),
      also: (it) => {
        expect(JSON.stringify(it.findings).length).toBeLessThan(60_000);
        expect(it.durationMs).toBeLessThan(5_000);
      },
    },
  },
  { shownElsewhere: shownElsewhere("tree") },
);
