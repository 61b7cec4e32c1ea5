import { z } from "zod";
import type { AnyChannel } from "../../src/model/channel.ts";
import type { AnyCheck } from "../../src/model/check.ts";
import type { Secret } from "../../src/model/secret.ts";

/** Checks and channels with the options of the real ones and nothing behind them: what planning needs. */

const secret = z.custom<Secret>((value) => typeof value === "object" && value !== null && "reveal" in value);
const security = z.enum(["tls", "starttls"]);
const provider = z
  .strictObject({
    id: z.string(),
    definiteRejections: z.array(z.string()),
    ambiguousRejections: z.array(z.string()),
    otherRejections: z.record(z.string(), z.array(z.string())),
    idAfterLogin: z.boolean(),
    blockedInChina: z.boolean(),
  })
  .optional();
const server = {
  host: z.string(),
  port: z.int(),
  security,
  user: z.string(),
  password: secret,
  fingerprint: z.string().optional(),
  provider,
};
const known = z.strictObject({ host: z.string(), port: z.int(), security });

const minute = 60_000;

function check(id: string, every: number, options: z.ZodType, over: Partial<AnyCheck> = {}): [string, AnyCheck] {
  const text = { en: id, zh: id };
  return [
    id,
    {
      id,
      title: text,
      measures: "service",
      answers: undefined,
      every,
      deadline: minute,
      confirm: { bad: [2, 2], good: 1, recheckMs: 0 },
      options,
      findings: { [`${id}-bad`]: { severity: "critical", text, advice: text, source: "test" } },
      metrics: {},
      target: (parsed: { host?: string; domain?: string }) => parsed.host ?? parsed.domain ?? id,
      run: () => Promise.resolve({ findings: [] }),
      ...over,
    },
  ];
}

/** What these are asked is held against the real ones in domains.test.ts. */
const ofDomain = (id: string): [string, AnyCheck] =>
  check(id, 60 * minute, z.looseObject({ domain: z.string() }), { measures: "posture" });

const threeOfFour = { confirm: { bad: [3, 4], good: 1, recheckMs: 20_000 } } as const;

export const plainChecks: ReadonlyMap<string, AnyCheck> = new Map([
  check(
    "dns-mx",
    15 * minute,
    z.strictObject({
      domain: z.string(),
      receives: z.boolean(),
      mailboxes: z.boolean().optional(),
      known: z.array(z.object({})).optional(),
    }),
  ),
  ...["dns-spf", "dns-dkim", "dns-dmarc", "dns-mta-sts", "dns-tls-rpt", "dns-dane", "dns-dnssec", "dns-caa", "dns-ptr"].map(
    ofDomain,
  ),
  ...["dns-autoconfig", "dns-consistency", "dns-bimi", "dns-drift", "smtp-mx", "dnsbl-listing", "domain-expiry"].map(ofDomain),
  check(
    "dns-provider",
    15 * minute,
    z.strictObject({
      domain: z.string(),
      pinned: z.strictObject({ provider: z.string(), imap: known, smtp: known }),
      known: z.array(z.strictObject({ id: z.string(), mxSuffixes: z.array(z.string()), imap: known, smtp: known })),
    }),
  ),
  check("imap-login", 5 * minute, z.strictObject(server), threeOfFour),
  check("smtp-submission", 5 * minute, z.strictObject(server), threeOfFour),
  check("imap-quota", 360 * minute, z.strictObject(server)),
  check("pop3-login", 15 * minute, z.strictObject(server), threeOfFour),
  check("mailbox-activity", 30 * minute, z.strictObject({ ...server, timezone: z.string(), ownMails: z.number().optional() })),
  check(
    "tls-certificate",
    360 * minute,
    z.strictObject({
      host: z.string(),
      port: z.int(),
      protocol: z.enum(["tls", "imap", "smtp", "pop3"]),
      fingerprint: z.string().optional(),
      warnDays: z.int().max(90).optional(),
    }),
    { measures: "expiry" },
  ),
  check(
    "port-reachability",
    60 * minute,
    z.strictObject({ host: z.string(), ports: z.array(z.int()), blockedInChina: z.boolean().optional() }),
  ),
  check("provider-advisory", 360 * minute, z.strictObject({ provider: z.string(), advisories: z.array(z.unknown()) }), {
    measures: "expiry",
  }),
  check(
    "provider-status",
    15 * minute,
    z.strictObject({
      provider: z.string(),
      url: z.url(),
      format: z.enum(["google", "statuspage", "graph", "feed"]),
      blockedInChina: z.boolean().optional(),
      oauth: z.unknown().optional(),
      proxy: z.unknown().optional(),
    }),
    { measures: "posture" },
  ),
  check(
    "mail-roundtrip",
    15 * minute,
    z.strictObject({
      from: z.strictObject({ address: z.string(), ...server, imap: z.unknown() }),
      expect: z.string().default("delivered"),
      size: z.int().optional(),
      sizeEvery: z.int().optional(),
      spamd: z.unknown().optional(),
      to: z.strictObject({ address: z.string(), ...server, junk: z.array(z.string()).optional() }),
      lateAfter: z.number().default(5 * minute),
      lostAfter: z.number().default(30 * minute),
      ownSender: z.boolean().default(false),
    }),
    {
      target: (parsed: { from: { address: string }; to: { address: string } }) => `${parsed.from.address} > ${parsed.to.address}`,
    },
  ),
  check("egress", minute, z.strictObject({ targets: z.array(z.string()).min(1) }), { measures: "monitor" }),
  check("resolver", minute, z.strictObject({}), { measures: "monitor" }),
  check("clock", minute, z.strictObject({}), { measures: "monitor" }),
  check("interception", 360 * minute, z.strictObject({}), { measures: "monitor" }),
  check("port25", 60 * minute, z.strictObject({}), { measures: "monitor" }),
  check("ipv6", 15 * minute, z.strictObject({}), { measures: "monitor" }),
]);

const channel = (id: string, options: z.ZodType, dependsOn: AnyChannel["dependsOn"]): [string, AnyChannel] => [
  id,
  { id, title: { en: id, zh: id }, options, perMinute: 60, dependsOn, send: () => Promise.resolve({ kind: "ok" }) },
];

export const plainChannels: ReadonlyMap<string, AnyChannel> = new Map([
  channel(
    "webhook",
    z.strictObject({ url: z.url(), secret, timeoutAfter: z.number().optional() }),
    (options: { url: string }) => ({
      hosts: [new URL(options.url).hostname],
      mailDomains: [],
    }),
  ),
  channel(
    "email",
    z.strictObject({ host: z.string(), port: z.int().default(465), password: secret, to: z.array(z.string()) }),
    (options: { host: string; to: string[] }) => ({
      hosts: [options.host],
      mailDomains: options.to.map((address) => address.split("@")[1] ?? ""),
    }),
  ),
]);
