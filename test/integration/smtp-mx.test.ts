import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import smtpMx from "../../checks/smtp-mx.ts";
import { runProbe } from "../../src/engine/run-probe.ts";
import { createDial } from "../../src/net/dial.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";
import { createZone, type Zone } from "../support/zone.ts";

const domain = "mx.test";
const secured = { host: "mx1.mx.test", address: "127.0.73.1" };
const plain = { host: "mx2.mx.test", address: "127.0.73.2" };
const foreign = { host: "mx3.mx.test", address: "127.0.73.3" };
const policyHost = "127.0.73.4";

let authority: Authority;
let mailRoot: string;
const servers: Postfix[] = [];
let mode = "enforce";
let policies: https.Server;

beforeAll(async () => {
  authority = await createAuthority();
  mailRoot = await mkdtemp(join(tmpdir(), "mailvigil-mx-"));
  const common = {
    domains: [domain],
    mailboxes: { [`sales@${domain}`]: "discard" },
    dovecot: { authSocket: join(mailRoot, "none"), mailRoot },
  };
  const ports = { submission: false, submissions: false } as const;
  servers.push(
    await startPostfix({
      ...common,
      ports,
      address: secured.address,
      hostname: secured.host,
      tls: await authority.issue({ names: [secured.host] }),
    }),
    await startPostfix({
      ...common,
      ports,
      address: plain.address,
      hostname: plain.host,
      // The mistake that makes most open relays: everybody is "my network".
      extraConfig:
        "mynetworks = 0.0.0.0/0\nsmtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\nsmtpd_recipient_restrictions =",
    }),
    await startPostfix({
      ...common,
      ports,
      address: foreign.address,
      hostname: foreign.host,
      tls: await (await createAuthority("Stranger")).issue({ names: [foreign.host] }),
    }),
  );
  const web = await authority.issue({ names: [`mta-sts.${domain}`] });
  policies = https.createServer({ cert: web.chainPem, key: web.keyPem }, (request, response) => {
    response.setHeader("content-type", "text/plain");
    response.end(
      request.url === "/.well-known/mta-sts.txt" ? `version: STSv1\nmode: ${mode}\nmx: *.${domain}\nmax_age: 1209600\n` : "",
    );
  });
  policies.listen(443, policyHost);
  await once(policies, "listening");
});

afterAll(async () => {
  policies?.close();
  for (const server of servers) await server.stop();
  await rm(mailRoot, { recursive: true, force: true });
});

interface Given {
  readonly mx: readonly (typeof secured)[];
  readonly sts?: "enforce" | "testing";
  readonly options?: object;
}

async function run({ mx, sts, options }: Given) {
  mode = sts ?? "none";
  const zone: Zone = {
    [domain]: { MX: mx.map(({ host }, index) => `${index} ${host}`) },
    ...Object.fromEntries(mx.map(({ host, address }) => [host, { A: [address] }])),
    ...(sts === undefined
      ? {}
      : { [`_mta-sts.${domain}`]: { TXT: ["v=STSv1; id=1;"] }, [`mta-sts.${domain}`]: { A: [policyHost] } }),
  };
  const { ask } = createZone(zone);
  const authorities = [authority.certPem];
  const dial = createDial({ ask, extraAuthorities: authorities });
  const probe = probeOf(smtpMx, smtpMx.options.parse({ domain, ...options }));
  const outcome = await runProbe(probe, smtpMx, testWorld({ dial, ask, authorities, now: Date.now }));
  if (!outcome) throw new Error("the run was cut short");
  const { status, findings, evidence } = outcome.observation;
  return { status, codes: findings.map(({ code }) => code), findings, evidence: evidence.join("\n") };
}

describe("smtp-mx on Postfix", () => {
  test.each([
    ["MX-21 with STARTTLS", { mx: [secured] }, "ok", []],
    ["MX-21 with STARTTLS and an enforced policy", { mx: [secured], sts: "enforce" }, "ok", []],
    ["MX-21 without STARTTLS", { mx: [plain] }, "warning", ["starttls-missing"]],
    ["MX-21 without STARTTLS, the policy being tested", { mx: [plain], sts: "testing" }, "warning", ["starttls-missing"]],
    ["MX-21 without STARTTLS, enforced", { mx: [plain], sts: "enforce" }, "critical", ["starttls-missing-enforced"]],
    ["MX-21 a certificate that nobody vouches for", { mx: [foreign] }, "ok", ["certificate-unproven"]],
    ["MX-21 MS-9 the same, enforced", { mx: [foreign], sts: "enforce" }, "critical", ["certificate-refused"]],
    ["MX-21 one with and one without", { mx: [secured, plain], sts: "enforce" }, "critical", ["starttls-missing-enforced"]],
    ["MX-23 relaying is refused", { mx: [secured], options: { relayTest: true } }, "ok", []],
    ["MX-23 relaying is open", { mx: [plain], options: { relayTest: true } }, "critical", ["starttls-missing", "open-relay"]],
  ] as const)("%s", async (_name, given, status, codes) => {
    const seen = await run(given);
    expect({ status: seen.status, codes: seen.codes }, seen.evidence).toEqual({
      status,
      codes,
    });
  });

  test("MX-21 Postfix throws away what came before TLS", async () => {
    expect((await run({ mx: [secured] })).evidence).toMatch(/injection: the first answer within TLS was "221/);
  });

  test("MX-23 no recipient is named without consent", async () => {
    const before = (await servers[1]?.log())?.match(/RCPT|example\.net/g)?.length ?? 0;
    await run({ mx: [plain] });
    expect((await servers[1]?.log())?.match(/RCPT|example\.net/g)?.length ?? 0).toBe(before);
  });
});
