// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect, test } from "vitest";
import dnsCaa from "../../checks/dns-caa.ts";
import { createDial } from "../../src/net/dial.ts";
import { createAuthority, type IssueOptions } from "../support/certificates.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { startLineServer } from "../support/line-server.ts";
import { scriptSmtp } from "../support/mail-script.ts";
import { createZone, type Zone } from "../support/zone.ts";

const options = { domain: "example.com" };
const address = "127.0.0.1";
const authority = await createAuthority("R11, O=Let's Encrypt");
const nobody = await createAuthority("Our own authority");

const withCaa = (...CAA: string[]): Zone => ({
  "example.com": { MX: ["10 mx.example.com"], CAA },
  "mx.example.com": { A: [address] },
  "imap.example.com": { A: [address] },
});

interface Given {
  readonly certificate?: IssueOptions;
  readonly by?: typeof authority;
  readonly options?: object;
  readonly isPublic?: (address: string) => boolean;
}

/** The zone, and a server behind every port that presents a certificate of Let's Encrypt, or of whom it is told. */
const world = (zone: Zone, given: Given = {}): Pick<CheckCase, "options" | "world"> => ({
  options: { ...options, ...given.options },
  world: async () => {
    const certificate = await (given.by ?? authority).issue(
      given.certificate ?? { names: ["mx.example.com", "imap.example.com"] },
    );
    const smtp = await startLineServer(scriptSmtp(), { certificate });
    const secure = await startLineServer(async (client) => client.send("* OK ready"), { certificate, implicit: true });
    const { ask, resolve } = createZone(zone);
    const dial = createDial({ ask, extraAuthorities: [authority.certPem] });
    const portOf = (port: number): number => (port === 25 ? smtp.port : secure.port);
    return {
      ctx: {
        ask,
        resolve,
        isPublic: given.isPublic ?? (() => true),
        dial: (to, signal) => dial({ ...to, port: portOf(to.port) }, signal),
      },
      close: () => Promise.all([smtp.close(), secure.close()]),
    };
  },
});

const allowed = "0 issue letsencrypt.org";

testCheck(dnsCaa, {
  "CAA-1 CAA-2 CAA-3 CAA-4 CAA-5 the authority of the present certificate may issue": {
    ...world(withCaa(allowed)),
    status: "ok",
    findings: [],
  },
  "CAA-1 no records anywhere": {
    ...world(withCaa()),
    status: "ok",
    findings: ["caa-missing"],
    also: ({ findings }) => expect(findings[0]?.data["record"]).toBe('example.com. CAA 0 issue "letsencrypt.org"'),
  },
  "CAA-1 the closest parent counts": {
    options: { domain: "mail.example.com", receives: false },
    zone: { "mail.example.com": { A: [address] }, "example.com": { CAA: ["0 issue"] }, com: { CAA: [allowed] } },
    status: "ok",
    findings: [],
    also: ({ evidence }) => expect(evidence).toEqual(["CAA mail.example.com: nodata", 'CAA example.com: 0 issue ""']),
  },
  "CAA-1 SERVFAIL": {
    options: { ...options, receives: false },
    zone: { "example.com": "SERVFAIL" },
    status: "unknown",
    findings: ["caa-unknown"],
  },
  "CAA-1 SERVFAIL of a parent": {
    options: { domain: "mail.example.com", receives: false },
    zone: { "mail.example.com": { A: [address] }, "example.com": { CAA: "TIMEOUT" } },
    status: "unknown",
    findings: ["caa-unknown"],
  },
  "CAA-2 records that say nothing about who may issue": {
    ...world(withCaa("0 iodef mailto:security@example.com")),
    status: "warning",
    findings: ["caa-without-issue"],
  },
  "CAA-2 CAA-5 an issue that cannot be read allows nobody": {
    ...world(withCaa("0 issue https://letsencrypt.org")),
    status: "critical",
    findings: ["caa-forbids", "caa-broken"],
  },
  "CAA-2 a critical record of a kind that nobody knows": {
    ...world(withCaa(allowed, "128 tbs x")),
    status: "critical",
    findings: ["caa-unknown-critical"],
  },
  "CAA-3 who may issue for mail addresses": {
    ...world(withCaa(allowed, "0 issuemail ca.example", "0 issuevmc digicert.com")),
    status: "ok",
    findings: ["caa-mail"],
  },
  "CAA-4 a report address that is none": {
    ...world(withCaa(allowed, "0 iodef security@example.com")),
    status: "warning",
    findings: ["caa-iodef-bad"],
  },
  "CAA-4 report addresses that can be used": {
    ...world(withCaa(allowed, "0 iodef mailto:security@example.com", "0 iodef https://example.com/caa")),
    status: "ok",
    findings: [],
  },
  "CAA-5 another authority alone": {
    ...world(withCaa("0 issue digicert.com", "0 issue sectigo.com")),
    status: "critical",
    findings: ["caa-forbids"],
    also: ({ findings }) => {
      expect(findings[0]?.data).toMatchObject({
        host: "mx.example.com",
        name: "example.com",
        found: '0 issue "digicert.com", 0 issue "sectigo.com"',
        record: 'example.com. CAA 0 issue "letsencrypt.org"',
      });
    },
  },
  "CAA-5 nobody": { ...world(withCaa("0 issue ;")), status: "critical", findings: ["caa-forbids"] },
  "CAA-5 records of the host itself": {
    ...world({ ...withCaa(allowed), "mx.example.com": { A: [address], CAA: ["0 issue digicert.com"] } }),
    status: "critical",
    findings: ["caa-forbids"],
  },
  "CAA-5 a host that is named, at a port with TLS from the first byte": {
    ...world(
      { ...withCaa("0 issue digicert.com"), "mx.example.com": "SERVFAIL" },
      { options: { hosts: ["imap.example.com:993"] } },
    ),
    status: "critical",
    findings: ["caa-forbids"],
    also: ({ findings }) => expect(findings[0]?.data["host"]).toBe("imap.example.com"),
  },
  "CAA-5 a wildcard certificate, which issuewild forbids": {
    ...world(withCaa(allowed, "0 issuewild ;"), { certificate: { names: ["*.example.com"] } }),
    status: "critical",
    findings: ["caa-forbids"],
    also: ({ findings }) => expect(findings[0]?.data["record"]).toBe('example.com. CAA 0 issuewild "letsencrypt.org"'),
  },
  "CAA-5 issuewild says nothing about other certificates": {
    ...world(withCaa(allowed, "0 issuewild ;")),
    status: "ok",
    findings: [],
  },
  "CAA-5 an authority that is not known here is not judged": {
    ...world(withCaa("0 issue digicert.com"), { by: nobody }),
    status: "ok",
    findings: [],
  },
  "CAA-5 the servers of the mail provider are no concern of these records": {
    ...world({
      "example.com": { MX: ["10 mx.provider.example"], CAA: ["0 issue digicert.com"] },
      "mx.provider.example": { A: [address] },
    }),
    status: "ok",
    findings: [],
  },
  "CAA-5 an address inside, to which nobody connects": {
    ...world(withCaa("0 issue digicert.com"), { isPublic: () => false, options: { hosts: ["imap.example.com:993"] } }),
    status: "ok",
    findings: [],
  },
});

test("dns-caa refuses a host without a port", () => {
  for (const host of ["imap.example.com", "imap.example.com:0", "imap..example.com:993", ":993"]) {
    expect(dnsCaa.options.safeParse({ ...options, hosts: [host] }).success, host).toBe(false);
  }
});
