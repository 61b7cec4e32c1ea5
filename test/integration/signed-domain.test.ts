import { createHash, X509Certificate } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import dnsCaa from "../../checks/dns-caa.ts";
import dnsDane from "../../checks/dns-dane.ts";
import dnsDnssec from "../../checks/dns-dnssec.ts";
import dnsMtaSts from "../../checks/dns-mta-sts.ts";
import { runProbe, type RunOutcome } from "../../src/engine/run-probe.ts";
import type { AnyCheck } from "../../src/model/check.ts";
import { createDial } from "../../src/net/dial.ts";
import { createResolver, type Resolver } from "../../src/net/dns.ts";
import { type Authority, createAuthority, type Issued } from "../support/certificates.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { type SignedDns, type SignedZone, startSignedDns } from "../support/signed-dns.ts";

const authorityAddress = "127.0.71.10";
const resolverAddress = "127.0.71.11";
const mail = "127.0.71.20";
const plainMail = "127.0.71.21";
const web = "127.0.71.22";

const sts = (id: string): string[] => [`_mta-sts TXT "v=STSv1; id=${id}"`, `mta-sts A ${web}`];
const server = (address: string, ...tlsa: string[]): string[] => [
  "@ MX 10 mx",
  `mx A ${address}`,
  ...tlsa.map((one) => `_25._tcp.mx TLSA ${one}`),
];

/** One key for all that Postfix presents, and one that nobody has. */
function zonesFor(keyHash: string): Record<string, SignedZone> {
  const right = `3 1 1 ${keyHash}`;
  const wrong = `3 1 1 ${"00".repeat(32)}`;
  const caa = '@ CAA 0 issue "letsencrypt.org"';
  return {
    "secure.test": { signing: "secure", records: [...server(mail, right, wrong), ...sts("1"), caa] },
    "mismatch.test": { signing: "secure", records: [...server(mail, wrong), ...sts("1"), '@ CAA 0 issue "digicert.com"'] },
    "plain.test": { signing: "secure", records: [...server(plainMail, right), ...sts("1")] },
    "insecure.test": { signing: "insecure", records: [...server(mail, right), ...sts("1")] },
    "island.test": { signing: "island", records: server(mail) },
    "ending.test": { signing: "ending", records: server(mail) },
    "expired.test": { signing: "expired", records: server(mail) },
    "moved.test": { signing: "wrong-ds", records: server(mail) },
    "denial.test": { signing: "no-denial", records: server(mail) },
    "guest.test": { signing: "secure", records: ["@ MX 10 mx.moved.test."] },
  };
}
const names = ["secure.test", "mismatch.test", "plain.test", "insecure.test"];
const policyOf = (domain: string): string => `version: STSv1\nmode: enforce\nmx: mx.${domain}\nmax_age: 1209600\n`;

let authority: Authority;
let resolver: Resolver;
let dns: SignedDns;
let receiver: Receiver;
let mailRoot: string;
const running: Postfix[] = [];

const keyHashOf = ({ certPem }: Issued): string => {
  const key = new X509Certificate(certPem).publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(key).digest("hex");
};

beforeAll(async () => {
  authority = await createAuthority("R11, O=Let's Encrypt");
  mailRoot = await mkdtemp(join(tmpdir(), "signed-mail-"));
  const presented = await authority.issue({ names: names.map((name) => `mx.${name}`) });
  const site = await authority.issue({ names: names.map((name) => `mta-sts.${name}`) });
  // Nobody logs in, and nothing is delivered: there is no Dovecot.
  const dovecot = { authSocket: join(mailRoot, "none"), mailRoot };
  const ports = { submission: false, submissions: false } as const;
  const common = { hostname: "mx.secure.test", domains: ["secure.test"], dovecot, mailboxes: {}, ports };
  running.push(await startPostfix({ ...common, address: mail, tls: presented }));
  running.push(await startPostfix({ ...common, address: plainMail }));
  receiver = await startReceiver({ key: site.keyPem, cert: site.chainPem }, { address: web, port: 443 });
  dns = await startSignedDns({
    authority: authorityAddress,
    resolver: resolverAddress,
    zones: zonesFor(keyHashOf(presented)),
  });
  resolver = createResolver({ servers: [dns.resolver], isPublic: () => true });
});

afterAll(async () => {
  resolver?.close();
  await dns?.stop();
  await receiver?.[Symbol.asyncDispose]();
  await Promise.all(running.map((postfix) => postfix.stop()));
  if (mailRoot !== undefined) await rm(mailRoot, { recursive: true, force: true });
});

async function run(check: AnyCheck, domain: string): Promise<RunOutcome> {
  const { ask, resolve } = resolver;
  const dial = createDial({ ask, extraAuthorities: [authority.certPem] });
  const probe = probeOf(check, check.options.parse({ domain }));
  const outcome = await runProbe(
    probe,
    check,
    testWorld({ ask, resolve, dial, authorities: [authority.certPem], now: Date.now }),
  );
  if (outcome === undefined) throw new Error("the run was cut short");
  return outcome;
}

async function verdict(check: AnyCheck, domain: string) {
  const { observation } = await run(check, domain);
  return { status: observation.status, findings: observation.findings.map(({ code }) => code) };
}

describe("dns-dnssec and a validating Unbound", () => {
  test.each([
    ["secure.test", "ok", []],
    ["insecure.test", "ok", ["unsigned"]],
    ["island.test", "ok", ["ds-missing"]],
    ["ending.test", "warning", ["signatures-ending"]],
    ["expired.test", "critical", ["signatures-expired"]],
    ["moved.test", "critical", ["ds-mismatch"]],
    ["guest.test", "critical", ["mx-bogus"]],
    // That it is not there is proven, too; dns-mx says what that means.
    ["nowhere.secure.test", "ok", []],
  ] as const)("%s is %s", async (domain, status, findings) => {
    expect(await verdict(dnsDnssec, domain)).toEqual({ status, findings });
  });

  test("sees when signatures end, and reads the key tag of the registrar's record", async () => {
    const { observation } = await run(dnsDnssec, "secure.test");
    const left = observation.metrics["signatures_until_expiry"] ?? 0;
    expect(left / 86_400).toBeGreaterThan(28.9);
    expect(left / 86_400).toBeLessThan(29.1);
    const island = await run(dnsDnssec, "island.test");
    expect(island.observation.findings[0]?.data["record"]).toMatch(/^island\.test\. DS \d+ 13 2 [\dA-F]{64}$/);
  });
});

describe("dns-dane and a real Postfix", () => {
  test.each([
    ["secure.test", "ok", []],
    ["mismatch.test", "critical", ["tlsa-mismatch"]],
    ["plain.test", "critical", ["dane-without-tls"]],
    ["insecure.test", "warning", ["tlsa-insecure"]],
    ["ending.test", "ok", ["dane-missing"]],
    ["denial.test", "critical", ["tlsa-bogus"]],
    ["expired.test", "unknown", ["dane-unknown"]],
  ] as const)("%s is %s", async (domain, status, findings) => {
    expect(await verdict(dnsDane, domain)).toEqual({ status, findings });
  });

  test("gives the record that makes it right", async () => {
    const { observation } = await run(dnsDane, "mismatch.test");
    const hash = observation.findings[0]?.data["record"];
    expect(hash).toMatch(/^_25\._tcp\.mx\.mismatch\.test\. TLSA 3 1 1 [\da-f]{64}$/);
    const secure = await run(dnsDane, "secure.test");
    expect(secure.observation.evidence.join("\n")).toContain(String(hash).split(" ").at(-1)?.slice(0, 16));
  });
});

describe("dns-mta-sts over HTTPS with an authority of its own", () => {
  const headers = { "content-type": "text/plain" };

  test("is well where policy, mail server and certificates fit", async () => {
    receiver.replyWith({ status: 200, headers, body: policyOf("secure.test") });
    expect(await verdict(dnsMtaSts, "secure.test")).toEqual({ status: "ok", findings: [] });
    expect(receiver.received.at(-1)).toMatchObject({ method: "GET", path: "/.well-known/mta-sts.txt" });
    expect(receiver.received.at(-1)?.headers.host).toBe("mta-sts.secure.test");
  });

  test.each([
    ["secure.test", "mismatch.test", ["policy-mx-unlisted", "policy-mx-stale"]],
    ["plain.test", "plain.test", ["mx-without-tls"]],
  ] as const)("finds that %s does not fit the policy of %s", async (domain, ofWhom, findings) => {
    receiver.replyWith({ status: 200, headers, body: policyOf(ofWhom) });
    expect(await verdict(dnsMtaSts, domain)).toEqual({ status: "critical", findings });
  });

  test("follows no redirect", async () => {
    receiver.replyWith({ status: 302, headers: { location: "https://mta-sts.insecure.test/.well-known/mta-sts.txt" } });
    const before = receiver.received.length;
    expect(await verdict(dnsMtaSts, "secure.test")).toEqual({ status: "critical", findings: ["policy-redirect"] });
    expect(receiver.received).toHaveLength(before + 1);
  });
});

describe("dns-caa and the certificate that Postfix presents", () => {
  test.each([
    ["secure.test", "ok", []],
    ["mismatch.test", "critical", ["caa-forbids"]],
    ["insecure.test", "ok", ["caa-missing"]],
    ["moved.test", "unknown", ["caa-unknown"]],
  ] as const)("%s is %s", async (domain, status, findings) => {
    expect(await verdict(dnsCaa, domain)).toEqual({ status, findings });
  });
});
