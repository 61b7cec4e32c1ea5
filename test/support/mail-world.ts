import { SecretError, type Secret } from "../../src/model/secret.ts";
import type { CheckContext } from "../../src/model/check.ts";
import { createDial } from "../../src/net/dial.ts";
import { type Authority, createAuthority, type Issued, type IssueOptions, issueSelfSigned } from "./certificates.ts";
import { type LineClient, type LineServer, type LineServerOptions, startLineServer } from "./line-server.ts";
import { createZone, type Zone } from "./zone.ts";

export const mailHost = "mail.example.test";
export const password = 'pa55 "word\\';

/** A secret as the configuration makes them. */
export const secretOf = (value: string | undefined): Secret => ({
  source: "env TEST_PASSWORD",
  reveal: () =>
    value === undefined
      ? Promise.reject(
          new SecretError(
            "env TEST_PASSWORD: the environment variable TEST_PASSWORD is not set; set TEST_PASSWORD before the start, or use { file: path }",
          ),
        )
      : Promise.resolve(value),
  toJSON: () => "[secret]",
});

let shared: Promise<Authority> | undefined;
/** One authority for a test file; it is believed, the others are not. */
export const authority = (): Promise<Authority> => (shared ??= createAuthority());

const names = { names: [mailHost] };

/** With its root. */
async function withRoot(by: Promise<Authority>, options: IssueOptions): Promise<Issued> {
  const { certPem, issue } = await by;
  const made = await issue(options);
  return { ...made, chainPem: made.chainPem + certPem };
}

let firewall: Promise<Authority> | undefined;
/** What opens the connections of a whole network makes for a host. */
export const issuedByBox = (options: IssueOptions): Promise<Issued> =>
  withRoot((firewall ??= createAuthority("Office firewall")), options);

const certificates = {
  good: async () => (await authority()).issue(names),
  expired: async () => (await authority()).issueExpired(names),
  early: async () =>
    (await authority()).issue({ ...names, notBefore: new Date(Date.now() + 86_400_000), notAfter: new Date(Date.now() + 9e9) }),
  otherHost: async () => (await authority()).issue({ names: ["other.example.test"] }),
  selfSigned: () => issueSelfSigned(names),
  withIntermediate: async () => (await authority()).issue({ ...names, intermediate: true }),
  /** The leaf alone, whose issuer nobody knows. */
  incomplete: async () => {
    const issued = await (await authority()).issue({ ...names, intermediate: true });
    return { ...issued, chainPem: issued.certPem };
  },
  /** All of it, from an authority that is not believed. */
  foreign: () => withRoot(createAuthority("Stranger"), names),
  box: () => issuedByBox(names),
  /** Its issuer's certificate ended an hour ago, its own has not. */
  expiredIssuer: async () =>
    (await authority()).issue({ ...names, intermediate: { notAfter: new Date(Date.now() - 3_600_000) } }),
  forClients: async () => (await authority()).issue({ ...names, forClients: true }),
  /** Its signature does not fit. */
  tampered: async () => {
    const good = await certificate("good");
    const der = Buffer.from(good.certPem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    return { ...good, chainPem: `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n` };
  },
  /** Of an RSA key that OpenSSL calls too small. */
  shortKey: async () => (await authority()).issue({ ...names, keyBits: 2048 }),
  weakKey: async () => (await authority()).issue({ ...names, keyBits: 1024 }),
  weakSignature: async () => (await authority()).issue({ ...names, hash: "SHA-1" }),
} satisfies Record<string, () => Promise<Issued>>;

export type CertificateKind = keyof typeof certificates;
const issued = new Map<CertificateKind, Promise<Issued>>();
export function certificate(kind: CertificateKind): Promise<Issued> {
  const made = issued.get(kind) ?? certificates[kind]();
  issued.set(kind, made);
  return made;
}

export interface MailWorld {
  readonly options: { readonly host: string; readonly port: number; readonly security: "tls" | "starttls" };
  readonly ctx: Partial<CheckContext>;
  readonly server: LineServer;
  readonly close: () => Promise<void>;
}

export interface MailWorldOptions extends LineServerOptions {
  /** Default `good`, TLS from the first byte. */
  readonly presents?: CertificateKind;
  readonly security?: "tls" | "starttls";
}

/** A scripted mail server at `mail.example.test`, and a context that reaches it. */
export async function mailWorld(
  script: (client: LineClient) => Promise<void>,
  { presents = "good", security = "tls", ...options }: MailWorldOptions = {},
): Promise<MailWorld> {
  const server = await startLineServer(script, {
    certificate: await certificate(presents),
    // Our own server, too, would refuse what is too weak.
    ...(presents.startsWith("weak") ? { tls: { ciphers: "DEFAULT:@SECLEVEL=0" } } : {}),
    implicit: security === "tls",
    ...options,
  });
  return {
    options: { host: mailHost, port: server.port, security },
    ctx: await reaching({ [mailHost]: { A: [server.host] } }),
    server,
    close: () => server.close(),
  };
}

/** What a check needs to reach the addresses of a zone. */
export async function reaching(zone: Zone): Promise<Partial<CheckContext>> {
  const { ask, resolve } = createZone(zone);
  return { ask, resolve, dial: createDial({ ask, extraAuthorities: [(await authority()).certPem] }) };
}

export const boxedHost = "imap.other.test";

/** Looks at another provider's server, which comes with a certificate of the box as well. Resolves with what ends that server. */
export async function showBox({ dial }: Partial<CheckContext>): Promise<() => Promise<void>> {
  const quiet = (): Promise<void> => Promise.resolve();
  const server = await startLineServer(quiet, { certificate: await certificate("box"), implicit: true, host: "127.0.1.1" });
  const options = { host: boxedHost, address: server.host, port: server.port, tls: "implicit", verify: false } as const;
  (await dial?.(options, new AbortController().signal))?.close();
  return () => server.close();
}
