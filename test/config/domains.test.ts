import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { formatDiagnostic } from "../../src/config/diagnostics.ts";
import { builtInBlocklists, domainChecks } from "../../src/config/domain-checks.ts";
import { loadDomains } from "../../src/config/load.ts";
import { loadProviders, recognisable } from "../../src/config/providers.ts";
import type { Secret } from "../../src/model/secret.ts";
import { loadChecks } from "../../src/plugins.ts";
import { asking, domainIds, idsOf, loadPlan, planFolder, planWorld, probeIn } from "../support/plan-folder.ts";

const { write } = planFolder();
const checks = await loadChecks();
const real = { checks };
const optionsOf = async (text: string, check: string, domain = "example.com"): Promise<unknown> =>
  probeIn(await loadPlan(await write(text), real), `${domain}/${check}`).options;
const plain = "domains: [ { name: example.com } ]\n";

describe("a domain", () => {
  test("gets every check of a mail domain, at the pace that the check declares", async () => {
    const plan = await loadPlan(await write(plain), real);
    expect(idsOf(plan).filter((id) => id.startsWith("example.com/"))).toEqual(domainIds("example.com"));
    for (const { check, everyMs, deadlineMs } of plan.probes.filter(({ asset }) => asset === "example.com")) {
      expect([check, everyMs]).toEqual([check, checks.get(check)?.every]);
      expect(deadlineMs).toBeLessThanOrEqual(60_000);
      expect(everyMs).toBeGreaterThanOrEqual(15 * 60_000);
    }
  });

  test("loses exactly the check that is off, whichever it is", async () => {
    for (const id of domainIds("example.com")) {
      const off = id.slice(id.indexOf("/") + 1);
      const plan = await loadPlan(await write(`domains: [ { name: example.com, off: [${off}] } ]\n`), real);
      expect(domainIds("example.com").filter((it) => !idsOf(plan).includes(it))).toEqual([id]);
    }
  });

  test("that neither receives nor sends says so to every check that asks", async () => {
    const plan = await loadPlan(await write("domains: [ { name: example.com, receives: false, sends: false } ]\n"), real);
    const takes = (check: string, key: string): boolean => {
      const schema = checks.get(check)?.options;
      return schema instanceof z.ZodObject && Object.hasOwn(schema.shape, key);
    };
    const told = plan.probes.filter(({ asset }) => asset === "example.com");
    for (const key of ["receives", "sends"]) {
      const asked = told.filter(({ check }) => takes(check, key));
      expect(asked.length).toBeGreaterThan(5);
      expect(asked.filter(({ options }) => !inspect(options).includes(`${key}: false`)).map(({ check }) => check)).toEqual([]);
    }
  });

  test("hands on selectors, own senders and the date of the invoice", async () => {
    const text =
      "domains: [ { name: example.com, selectors: [S1, mail.2026], senders: [203.0.113.5, 2001:DB8::5], expires: 2027-03-31 } ]\n";
    expect(await optionsOf(text, "dns-dkim")).toMatchObject({ selectors: ["s1", "mail.2026"] });
    for (const check of ["dns-spf", "dns-ptr", "dnsbl-listing"])
      expect(await optionsOf(text, check)).toMatchObject({ senders: ["203.0.113.5", "2001:db8::5"] });
    expect(await optionsOf(text, "domain-expiry")).toMatchObject({ expires: "2027-03-31", immediate: false });
  });

  test("is told apart from its providers by the MX suffixes of all presets", async () => {
    const suffixes = recognisable(loadProviders()).flatMap(({ mxSuffixes }) => mxSuffixes);
    expect(suffixes).toContain("aspmx.l.google.com");
    for (const check of ["dns-ptr", "dnsbl-listing"])
      expect(await optionsOf(plain, check)).toMatchObject({ providers: suffixes });
    for (const check of ["dns-mx", "dns-autoconfig"])
      expect(await optionsOf(plain, check)).toMatchObject({ known: recognisable(loadProviders()).map(({ id }) => ({ id })) });
  });
});

test("a domain with mailboxes of its own is known to have them", async () => {
  const box = (address: string, more = ""): string => `  - { address: ${address}, password: { env: TOKEN }${more} }\n`;
  const text =
    "domains: [ { name: example.com }, { name: example.org } ]\nmailboxes:\n" +
    box("a@example.com", ", imap: { host: imap.example.com }") +
    box("b@example.org", ", role: partner, imap: { host: imap.example.org }");
  expect(await optionsOf(text, "dns-mx")).toMatchObject({ mailboxes: true });
  expect(await optionsOf(text, "dns-mx", "example.org")).toMatchObject({ mailboxes: false });
});

describe("DKIM keys are looked for", () => {
  const mailbox = (provider: string): string =>
    `${plain}mailboxes:\n  - { address: a@example.com, password: { env: TOKEN }${provider} }\n`;
  const selectors = z.object({ presetSelectors: z.array(z.string()) });
  const cases: Readonly<Record<string, { text: string; mx?: string; found: readonly string[] }>> = {
    "where the provider of a mailbox has them": { text: mailbox(", provider: google"), found: ["google"] },
    "where the provider that the MX shows has them": { text: mailbox(""), mx: "1 smtp.google.com", found: ["google"] },
    "nowhere with a provider whose names nobody knows": { text: mailbox(", provider: exmail"), found: [] },
    "nowhere with own servers": { text: mailbox(", imap: { host: imap.example.com }"), found: [] },
    "where any provider has them while nobody knows whose mail it is": {
      text: plain,
      found: ["google", "sig1", "selector1", "selector2", "zmail", "zoho"],
    },
  };
  for (const [name, { text, mx, found }] of Object.entries(cases)) {
    test(name, async () => {
      const plan = await loadPlan(await write(text), { ...real, ...(mx ? asking({ "example.com": { MX: [mx] } }) : {}) });
      expect(selectors.parse(probeIn(plan, "example.com/dns-dkim").options).presetSelectors).toEqual(found);
    });
  }
});

test("CAA is held against the company's own servers below the domain, each at the nearest declared one", async () => {
  const box = (address: string, more: string): string => `  - { address: ${address}, password: { env: TOKEN }, ${more} }\n`;
  const text =
    "domains: [ { name: example.com }, { name: mail.example.com } ]\nmailboxes:\n" +
    box("a@example.com", "imap: { host: imap.example.com }, smtp: { host: smtp.mail.example.com, port: 587 }") +
    box("b@example.com", "imap: { host: imap.example.com }, smtp: { host: smtp.example.org }") +
    box("c@partner.example", "role: partner, imap: { host: partner.example.com }");
  expect(await optionsOf(text, "dns-caa")).toMatchObject({ hosts: ["imap.example.com:993"] });
  expect(await optionsOf(text, "dns-caa", "mail.example.com")).toMatchObject({ hosts: ["smtp.mail.example.com:587"] });
});

describe("a registration is watched once", () => {
  const cases: Readonly<Record<string, { domains: string; watched: readonly string[] }>> = {
    "on the registered name, wherever it stands": {
      domains: "{ name: mail.example.com }, { name: example.com }, { name: example.org }",
      watched: ["example.com", "example.org"],
    },
    "on the first name below it where it is not declared": {
      domains: "{ name: a.example.co.uk }, { name: b.example.co.uk }, { name: other.co.uk }",
      watched: ["a.example.co.uk", "other.co.uk"],
    },
    "on another name where the first does not want it": {
      domains: "{ name: a.example.com, off: [domain-expiry] }, { name: b.example.com }",
      watched: ["b.example.com"],
    },
    "nowhere where the registered name does not want it": {
      domains: "{ name: a.example.com }, { name: example.com, off: [domain-expiry] }",
      watched: [],
    },
    "on names that nobody registers, each for itself": {
      domains: "{ name: corp.internal }, { name: other.internal }",
      watched: ["corp.internal", "other.internal"],
    },
  };
  for (const [name, { domains, watched }] of Object.entries(cases)) {
    test(name, async () => {
      const plan = await loadPlan(await write(`domains: [ ${domains} ]\n`), real);
      expect(plan.probes.filter(({ check }) => check === "domain-expiry").map(({ asset }) => asset)).toEqual(watched);
    });
  }

  test("with the date that was written at a name below it", async () => {
    const text = "domains: [ { name: example.com }, { name: mail.example.com, expires: 2027-03-31 } ]\n";
    expect(await optionsOf(text, "domain-expiry")).toMatchObject({ expires: "2027-03-31" });
  });
});

const lists = `dnsbl:
  built_in: false
  dqs_key: { env: TOKEN }
  lists:
    - { zone: BL.example.net, name: Ours, kind: ip, tier: B, codes: { 127.0.0.2: spam, 127.0.0.10-11: dynamic } }
    - { zone: white.example.net, kind: white }
`;

describe("dnsbl", () => {
  test("reaches the check, the key as a secret that shows nowhere", async () => {
    const options = await optionsOf(plain + lists, "dnsbl-listing");
    expect(options).toMatchObject({
      builtIn: false,
      dqsKey: { source: "env TOKEN" },
      lists: [
        {
          zone: "bl.example.net",
          name: "Ours",
          kind: "ip",
          tier: "B",
          codes: { "127.0.0.2": "spam", "127.0.0.10-11": "dynamic" },
        },
        { zone: "white.example.net", kind: "white", tier: "A" },
      ],
    });
    expect(inspect(options, { depth: 9 })).not.toContain("c-secret");
  });

  test("left out, the built-in lists are asked", async () => {
    expect(await optionsOf(plain, "dnsbl-listing")).toMatchObject({ builtIn: true, lists: [] });
  });

  test("takes every code that the check takes, and no other", async () => {
    const verdict = async (code: string): Promise<readonly [file: boolean, check: boolean]> => {
      const text = `${plain}dnsbl: { lists: [ { zone: bl.example.net, codes: { "${code}": x } } ] }\n`;
      const loaded = await loadDomains(await write(text), { ...planWorld, ...real });
      const options = { domain: "example.com", lists: [{ zone: "bl.example.net", codes: { [code]: "x" } }] };
      return ["domains" in loaded, checks.get("dnsbl-listing")?.options.safeParse(options).success === true];
    };
    for (const code of ["127.0.0.2", "127.0.0.4-7", "127.0.*.3", "127.0.0.&8"]) expect(await verdict(code)).toEqual([true, true]);
    for (const code of ["127.0.0", "10.0.0.1", "spam", "127.0.0.2 "]) expect(await verdict(code)).toEqual([false, false]);
  });
});

describe("loadDomains()", () => {
  const file = `settings: { language: zh-CN, dns: { servers: ["127.0.0.1:5353"] }, network: { public: [127.0.0.0/8] } }
domains: [ { name: example.com, selectors: [s1], senders: [203.0.113.5], receives: false } ]
mailboxes:
  - { address: a@example.com, password: { env: NOT_SET }, provider: google }
${lists}`;

  test("gives what audit needs, and reads no password", async () => {
    const loaded = await loadDomains(await write(file), planWorld);
    expect(loaded).toMatchObject({
      language: "zh-CN",
      settings: { dnsServers: ["127.0.0.1:5353"], publicRanges: ["127.0.0.0/8"] },
      domains: [{ name: "example.com", provider: "google", receives: false, selectors: ["s1"], senders: ["203.0.113.5"] }],
      blocklists: { builtIn: false, lists: [{ zone: "bl.example.net" }, { zone: "white.example.net" }] },
    });
  });

  test("says so where the key of the lists is missing, as the daemon would", async () => {
    const loaded = await loadDomains(await write(file), { ...planWorld, env: {} });
    const said = "errors" in loaded ? loaded.errors.map((error) => formatDiagnostic(error, "en").replace(/^.*\//, "")) : [];
    expect(said).toEqual([
      "mailvigil.yaml:7:12 dnsbl.dqs_key: the environment variable TOKEN is not set; set TOKEN before the start, or use { file: path }",
    ]);
  });
});

test("domainChecks() of a single look: nothing waits for another one, and nothing is compared with before", () => {
  const secret: Secret = { source: "env KEY", reveal: () => Promise.resolve("x"), toJSON: () => "[secret]" };
  const nobody = { provider: undefined, selectors: [], senders: [], caaHosts: [], expires: undefined };
  const domain = { name: "example.com", receives: true, sends: true, ...nobody };
  const world = { providers: recognisable(loadProviders()), blocklists: { ...builtInBlocklists, dqsKey: secret } };
  const single = domainChecks(domain, { ...world, single: { relayTest: true } });
  const usual = domainChecks(domain, world);
  const missing = usual.filter(({ check }) => single.every((one) => one.check !== check)).map(({ check }) => check);
  expect(missing).toEqual(["dns-drift"]);
  const more = single.filter(({ options }) => "immediate" in options || "relayTest" in options).map(({ check }) => check);
  expect(more).toEqual(["smtp-mx", "dnsbl-listing", "domain-expiry"]);
  for (const { check, options } of [...single, ...usual])
    expect([check, checks.get(check)?.options.safeParse(options).success]).toEqual([check, true]);
});
