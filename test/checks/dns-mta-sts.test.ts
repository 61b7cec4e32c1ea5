// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { createHash } from "node:crypto";
import { expect } from "vitest";
import dnsMtaSts from "../../checks/dns-mta-sts.ts";
import { createDial } from "../../src/net/dial.ts";
import { type Authority, createAuthority, type IssueOptions, issueSelfSigned } from "../support/certificates.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { issuedByBox, showBox } from "../support/mail-world.ts";
import { startLineServer } from "../support/line-server.ts";
import { scriptSmtp, type SmtpScript } from "../support/mail-script.ts";
import { type Reply, startReceiver } from "../support/receiver.ts";
import { createZone, type Zone } from "../support/zone.ts";

/** The policy host answers at port 443, which `https://mta-sts.<domain>/` leaves no choice about: an address for this file alone. */
const policyAddress = "127.0.71.2";
const mailAddress = "127.0.71.3";
const day = 86_400_000;
const policy = (text: string): string => text.replaceAll(" ⏎ ", "\r\n");
const enforce = "version: STSv1 ⏎ mode: enforce ⏎ mx: mx.example.com ⏎ max_age: 1209600 ⏎ ";
const record = "v=STSv1; id=20260101";

const zone: Zone = {
  "example.com": { MX: ["10 mx.example.com"] },
  "mx.example.com": { A: [mailAddress] },
  "_mta-sts.example.com": { TXT: [record] },
  "mta-sts.example.com": { A: [policyAddress] },
};

let shared: Promise<Authority> | undefined;
const authority = (): Promise<Authority> => (shared ??= createAuthority());

interface Served {
  readonly zone?: Zone;
  readonly policy?: string;
  readonly reply?: Reply;
  /** The certificate of the policy host. */
  readonly certificate?: Partial<IssueOptions>;
  readonly selfSigned?: boolean;
  /** Something on the way shows certificates of its own, here and at an unrelated host. */
  readonly boxed?: "policy" | "mail";
  readonly mail?: SmtpScript;
  readonly mailNames?: readonly string[];
  readonly closed?: boolean;
  readonly isPublic?: (address: string) => boolean;
}

/** A policy host and a mail server that really answer, as they are told. */
const world = (served: Served = {}) => ({
  world: async () => {
    const ours = await authority();
    const { certPem } = ours;
    const issued = { names: ["mta-sts.example.com"], ...served.certificate };
    const by = served.selfSigned ? issueSelfSigned : served.boxed === "policy" ? issuedByBox : ours.issue;
    const { keyPem, chainPem } = await by(issued);
    const at = { address: policyAddress, port: 443 };
    const web = served.closed ? undefined : await startReceiver({ key: keyPem, cert: chainPem }, at);
    const headers = { "content-type": "text/plain; charset=utf-8" };
    web?.replyWith(served.reply ?? { status: 200, headers, body: policy(served.policy ?? enforce) });
    const mailBy = served.boxed === "mail" ? issuedByBox : ours.issue;
    const certificate = await mailBy({ names: served.mailNames ?? ["mx.example.com"] });
    const smtp = await startLineServer(scriptSmtp(served.mail), { host: mailAddress, certificate });
    const { ask, resolve } = createZone({ ...zone, ...served.zone });
    const dial = createDial({ ask, extraAuthorities: [certPem] });
    const closeBox = served.boxed && (await showBox({ dial }));
    return {
      ctx: {
        ask,
        resolve,
        authorities: [certPem],
        isPublic: served.isPublic ?? (() => true),
        dial: (options, signal) => dial({ ...options, port: options.port === 25 ? smtp.port : options.port }, signal),
      } satisfies Awaited<ReturnType<NonNullable<CheckCase["world"]>>>["ctx"],
      close: async () => {
        await web?.[Symbol.asyncDispose]();
        await smtp.close();
        await closeBox?.();
      },
    };
  },
  options: { domain: "example.com" },
  now: Date.now(),
});

const lasting = (days: number, left: number): Partial<IssueOptions> => ({
  notBefore: new Date(Date.now() - (days - left) * day),
  notAfter: new Date(Date.now() + left * day),
});
const meaning = (text: string): string => createHash("sha256").update(text).digest("hex");
const withRecords = (...TXT: string[]): Zone => ({ "_mta-sts.example.com": { TXT } });
const withoutTls = { EHLO: [["250 mx.example.com"]] };

testCheck(dnsMtaSts, {
  "MS-1 MS-2 MS-3 MS-4 MS-5 MS-6 MS-7 MS-9 MS-10 a policy that protects": {
    ...world(),
    status: "ok",
    findings: [],
    also: ({ metrics }, { memory }) => {
      expect(metrics["max_age"]).toBe(1_209_600);
      expect(metrics["until_expiry"]).toBeGreaterThan(89 * 86_400);
      expect(memory).toEqual({ id: "20260101", meaning: meaning("enforce 1209600 mx.example.com") });
    },
  },
  "MS-1 no record": {
    options: { domain: "example.com" },
    zone: { "example.com": { MX: ["10 mx1.example.com", "20 mx2.example.com"] } },
    status: "ok",
    findings: ["sts-missing"],
    also: ({ findings }) => {
      expect(findings[0]?.data).toEqual({
        domain: "example.com",
        record: '_mta-sts.example.com. TXT "v=STSv1; id=20261122120000Z"',
        policy: "version: STSv1 ⏎ mode: testing ⏎ mx: mx1.example.com ⏎ mx: mx2.example.com ⏎ max_age: 1209600",
      });
    },
  },
  "MS-1 a text of somebody else beside no record": {
    options: { domain: "example.com" },
    zone: { ...zone, ...withRecords("google-site-verification=x") },
    status: "ok",
    findings: ["sts-missing"],
  },
  "MS-1 a text of somebody else beside the record": {
    ...world({ zone: withRecords(record, "google-site-verification=x") }),
    status: "ok",
    findings: [],
  },
  "MS-1 two records": {
    options: { domain: "example.com" },
    zone: { ...zone, ...withRecords(record, "v=STSv1; id=2") },
    status: "critical",
    findings: ["sts-record-many"],
  },
  "MS-1 a record without an id": {
    options: { domain: "example.com" },
    zone: { ...zone, ...withRecords("v=STSv1;") },
    status: "critical",
    findings: ["sts-record-bad"],
  },
  "MS-1 an id with a hyphen": {
    options: { domain: "example.com" },
    zone: { ...zone, ...withRecords("v=STSv1; id=2026-01-01") },
    status: "critical",
    findings: ["sts-record-bad"],
    also: ({ findings }) => expect(findings[0]?.data["found"]).toBe("v=STSv1; id=2026-01-01"),
  },
  "MS-1 the version in small letters": {
    options: { domain: "example.com" },
    zone: { ...zone, ...withRecords("v=stsv1; id=1") },
    status: "critical",
    findings: ["sts-record-bad"],
  },
  "MS-1 the record behind an alias": {
    ...world({ zone: { "_mta-sts.example.com": { CNAME: "sts.provider.example" }, "sts.provider.example": { TXT: [record] } } }),
    status: "ok",
    findings: [],
  },
  "MS-1 SERVFAIL": {
    options: { domain: "example.com" },
    zone: { ...zone, "_mta-sts.example.com": "SERVFAIL" },
    status: "unknown",
    findings: ["sts-record-unknown"],
  },
  "MS-1 a domain that takes no mail (null MX)": {
    options: { domain: "example.com" },
    zone: { "example.com": { MX: ["0 ."] }, ...withRecords("v=STSv1;") },
    status: "ok",
    findings: [],
  },
  "MS-1 a domain that is not meant to receive": {
    options: { domain: "example.com", receives: false },
    zone: { ...zone, ...withRecords("v=STSv1;") },
    status: "ok",
    findings: [],
  },
  "MS-2 no address of the policy host": {
    options: { domain: "example.com" },
    zone: { ...zone, "mta-sts.example.com": "nxdomain", "mx.example.com": "SERVFAIL" },
    status: "critical",
    findings: ["policy-host-missing"],
  },
  "MS-2 no address of the policy host, which a server of the zone denies": {
    options: { domain: "example.com" },
    zone: { ...zone, "mta-sts.example.com": "DISAGREE", "mx.example.com": "SERVFAIL" },
    status: "unknown",
    findings: ["policy-unknown"],
  },
  "MS-2 a private address, to which nothing is sent": {
    ...world({ isPublic: (address) => address !== policyAddress }),
    status: "critical",
    findings: ["policy-host-private"],
  },
  "MS-2 nobody listens": { ...world({ closed: true }), status: "critical", findings: ["policy-refused"] },
  "MS-2 a redirect, also to a page that has the policy": {
    ...world({ reply: { status: 301, headers: { location: "https://www.example.com/.well-known/mta-sts.txt" }, body: "" } }),
    status: "critical",
    findings: ["policy-redirect"],
  },
  "MS-2 status 404": {
    ...world({ reply: { status: 404, headers: { "content-type": "text/plain" }, body: policy(enforce) } }),
    status: "critical",
    findings: ["policy-not-found"],
  },
  "MS-2 status 204": { ...world({ reply: { status: 204 } }), status: "critical", findings: ["policy-not-found"] },
  "MS-2 served as HTML": {
    ...world({ reply: { status: 200, headers: { "content-type": "text/html" }, body: policy(enforce) } }),
    status: "critical",
    findings: ["policy-type"],
  },
  "MS-2 served without a type": {
    ...world({ reply: { status: 200, body: policy(enforce) } }),
    status: "critical",
    findings: ["policy-type"],
  },
  "MS-2 a type in capitals with a parameter": {
    ...world({ reply: { status: 200, headers: { "content-type": "Text/Plain;charset=utf-8" }, body: policy(enforce) } }),
    status: "ok",
    findings: [],
  },
  "MS-2 exactly 64 KiB": {
    ...world({
      reply: { status: 200, headers: { "content-type": "text/plain" }, body: policy(enforce).padEnd(65_536, "\n") },
    }),
    status: "ok",
    findings: [],
  },
  "MS-2 one byte more than 64 KiB": {
    ...world({
      reply: { status: 200, headers: { "content-type": "text/plain" }, body: policy(enforce).padEnd(65_537, "\n") },
    }),
    status: "critical",
    findings: ["policy-too-large"],
  },
  "MS-2 no end of it": { ...world({ reply: "endless" }), status: "critical", findings: ["policy-too-large"] },
  "MS-2 no HTTP": { ...world({ reply: "garbage" }), status: "unknown", findings: ["policy-unknown"] },
  "MS-2 MS-10 an expired certificate": {
    ...world({ certificate: { notAfter: new Date(Date.now() - day / 2) } }),
    status: "critical",
    findings: ["policy-certificate"],
    also: ({ findings }) => expect(findings[0]?.data["problem"]).toBe("it has expired"),
  },
  "MS-2 a certificate for another name": {
    ...world({ certificate: { names: ["www.example.com"] } }),
    status: "critical",
    findings: ["policy-certificate"],
  },
  "MS-2 a certificate with the name as common name alone": {
    ...world({ certificate: { commonNameOnly: true } }),
    status: "critical",
    findings: ["policy-certificate"],
  },
  "MS-2 a certificate signed by itself": { ...world({ selfSigned: true }), status: "critical", findings: ["policy-certificate"] },
  "MS-3 a policy without mode and max_age": {
    ...world({ policy: "version: STSv1 ⏎ mx: mx.example.com" }),
    status: "critical",
    findings: ["policy-bad"],
    also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ fields: "mode, max_age", lines: "–, –" }),
  },
  "MS-3 a max_age of more than a year": {
    ...world({ policy: enforce.replace("1209600", "31557601") }),
    status: "critical",
    findings: ["policy-bad"],
    also: ({ findings }) => expect(findings[0]?.data).toMatchObject({ fields: "max_age", lines: "“max_age: 31557601”" }),
  },
  "MS-3 a policy that names no host": {
    ...world({ policy: enforce.replace("mx: mx.example.com ⏎ ", "") }),
    status: "critical",
    findings: ["policy-bad"],
  },
  "MS-4 a host that the policy does not name, in enforce": {
    ...world({ policy: enforce.replace("mx.example.com", "other.example.com") }),
    status: "critical",
    findings: ["policy-mx-unlisted", "policy-mx-stale"],
    also: ({ findings }) => expect(findings[0]?.data["lines"]).toBe("mx: mx.example.com"),
  },
  "MS-4 a wildcard is one label": {
    ...world({
      policy: enforce.replace("mx.example.com", "*.example.com"),
      zone: { "example.com": { MX: ["10 a.mx.example.com"] }, "a.mx.example.com": { A: [mailAddress] } },
      mailNames: ["a.mx.example.com"],
    }),
    status: "critical",
    findings: ["policy-mx-unlisted", "policy-mx-stale"],
  },
  "MS-4 a wildcard of one label": {
    ...world({ policy: enforce.replace("mx.example.com", "*.example.com") }),
    status: "ok",
    findings: [],
  },
  "MS-4 MS-6 a host that the policy does not name, in testing": {
    ...world({ policy: enforce.replace("enforce", "testing").replace("mx.example.com", "*.mx.example.com") }),
    status: "warning",
    findings: ["policy-mx-unlisted", "policy-mx-stale", "policy-testing"],
  },
  "MS-4 MX cannot be asked for": {
    ...world({ zone: { "example.com": { MX: "TIMEOUT" } } }),
    status: "unknown",
    findings: ["mx-unknown"],
  },
  "MS-5 a pattern that no host has": {
    ...world({ policy: `${enforce}mx: old.example.com` }),
    status: "ok",
    findings: ["policy-mx-stale"],
  },
  "MS-6 mode none": {
    ...world({ policy: "version: STSv1 ⏎ mode: none ⏎ max_age: 86400" }),
    status: "ok",
    findings: ["policy-none"],
  },
  "MS-7 less than a day": {
    ...world({ policy: enforce.replace("1209600", "86399") }),
    status: "warning",
    findings: ["policy-short"],
  },
  "MS-7 a week": { ...world({ policy: enforce.replace("1209600", "604800") }), status: "ok", findings: ["policy-short"] },
  "MS-7 a second less than two weeks": {
    ...world({ policy: enforce.replace("1209600", "1209599") }),
    status: "ok",
    findings: ["policy-short"],
  },
  "MS-8 another policy under the same id": {
    ...world(),
    memory: { id: "20260101", meaning: meaning("testing 1209600 mx.example.com") },
    status: "critical",
    findings: ["policy-changed"],
    // The id still stands for the policy that was seen with it first.
    also: (_observation, { memory }) => expect(memory).toBeUndefined(),
  },
  "MS-8 another policy under another id": {
    ...world(),
    memory: { id: "20250101", meaning: meaning("testing 1209600 mx.example.com") },
    status: "ok",
    findings: [],
    also: (_observation, { memory }) => expect(memory).toMatchObject({ id: "20260101" }),
  },
  "MS-8 the same policy with other line ends": {
    ...world({ reply: { status: 200, headers: { "content-type": "text/plain" }, body: enforce.replaceAll(" ⏎ ", "\n\n") } }),
    memory: { id: "20260101", meaning: meaning("enforce 1209600 mx.example.com") },
    status: "ok",
    findings: [],
  },
  "MS-9 a mail server without STARTTLS": {
    ...world({ mail: { on: withoutTls } }),
    status: "critical",
    findings: ["mx-without-tls"],
  },
  "MS-2 TLS-23 something on the way opens the connection to the policy host": {
    ...world({ boxed: "policy" }),
    status: "unknown",
    findings: ["policy-unknown"],
  },
  "MS-9 TLS-23 something on the way opens the connection to the mail server": {
    ...world({ boxed: "mail" }),
    status: "ok",
    findings: ["mx-not-seen"],
  },
  "MS-9 a mail server whose certificate is for another name": {
    ...world({ mailNames: ["mail.provider.example"] }),
    status: "critical",
    findings: ["mx-certificate"],
    also: ({ findings }) => expect(findings[0]?.data["hosts"]).toContain("it is for another name"),
  },
  "MS-6 MS-9 the same in testing": {
    ...world({ mail: { on: withoutTls }, policy: enforce.replace("enforce", "testing") }),
    status: "warning",
    findings: ["policy-testing", "mx-without-tls"],
  },
  "MS-9 in mode none it does not matter": {
    ...world({ mail: { on: withoutTls }, policy: enforce.replace("enforce", "none") }),
    status: "ok",
    findings: ["policy-none"],
  },
  "MS-9 a mail server that greets with 554": {
    ...world({ mail: { greeting: ["554 no service"] } }),
    status: "ok",
    findings: ["mx-not-seen"],
  },
  "MS-10 the certificate of the policy host ends soon": {
    ...world({ certificate: lasting(90, 15) }),
    status: "warning",
    findings: ["policy-certificate-ending"],
    also: ({ findings }) => expect(findings[0]?.data["days"]).toBe(14),
  },
  "MS-10 the certificate of the policy host ends very soon": {
    ...world({ certificate: lasting(90, 5) }),
    status: "critical",
    findings: ["policy-certificate-ending"],
  },
});
