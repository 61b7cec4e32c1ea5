import { createHash, X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WatchedDomain } from "../src/config/domain-checks.ts";
import { createAuthority, type Issued } from "../test/support/certificates.ts";
import { rsaKey } from "../test/support/dkim-keys.ts";
import { startPostfix } from "../test/support/postfix.ts";
import { startSignedDns, type SignedZone } from "../test/support/signed-dns.ts";
import { launch } from "./processes.ts";

/** A healthy mail domain, signed and complete, on real servers, and a thousand plain ones; all on loopback. */
export interface MailDomains extends AsyncDisposable {
  /** The validating resolver, port 53. */
  readonly resolver: string;
  readonly healthy: string;
  /** The DKIM selector of all of them. */
  readonly selector: string;
  readonly many: readonly string[];
  readonly blocklist: string;
  /** Of the healthy domain's own senders. */
  readonly sender: string;
  /** PEM file of the authority that signed all certificates. */
  readonly authorityFile: string;
}

/** A domain that nothing is known of. */
export const mailDomain = (name: string): WatchedDomain => ({
  name,
  receives: true,
  sends: true,
  selectors: [],
  provider: undefined,
  senders: [],
  caaHosts: [],
  expires: undefined,
});

const addresses = {
  authority: "127.0.94.10",
  resolver: "127.0.94.11",
  mail: "127.0.94.20",
  web: "127.0.94.22",
} as const;
const server = fileURLToPath(new URL("./policy-server.ts", import.meta.url));
const healthy = "healthy.test";
const selector = "s1";
const blocklist = "list.test";

/** A TXT record holds strings of at most 255 octets (RFC 1035 3.3). */
const txt = (text: string): string => (text.match(/.{1,250}/g) ?? []).map((part) => `"${part}"`).join(" ");
const dkim = txt(`v=DKIM1; k=rsa; p=${rsaKey(2048)}`);

/** Everything that a receiver asks for, as it should be. */
const common = (domain: string): readonly string[] => [
  "@ MX 10 mx",
  `mx A ${addresses.mail}`,
  '@ TXT "v=spf1 mx -all"',
  'mx TXT "v=spf1 a -all"',
  `${selector}._domainkey TXT ${dkim}`,
  `_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@${domain}"`,
  `_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@${domain}"`,
  '@ CAA 0 issue "letsencrypt.org"',
  "_imaps._tcp SRV 0 1 993 imap",
  "_submissions._tcp SRV 0 1 465 smtp",
  `imap A ${addresses.mail}`,
  `smtp A ${addresses.mail}`,
];

export async function startMailDomains(count: number): Promise<MailDomains> {
  await using undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "mailvigil-bench-"));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const authority = await createAuthority("R11, O=Let's Encrypt");
  const presented = await authority.issue({ names: [`mx.${healthy}`, `imap.${healthy}`, `smtp.${healthy}`] });
  const site = await authority.issue({ names: [`mta-sts.${healthy}`, `autoconfig.${healthy}`] });
  const authorityFile = join(folder, "ca.pem");
  await writeFile(authorityFile, authority.certPem);
  const filed = async (name: string, { keyPem, chainPem }: Issued): Promise<readonly [key: string, chain: string]> => {
    const files = [join(folder, `${name}-key.pem`), join(folder, `${name}-chain.pem`)] as const;
    await Promise.all([writeFile(files[0], keyPem), writeFile(files[1], chainPem)]);
    return files;
  };

  const postfix = await startPostfix({
    address: addresses.mail,
    hostname: `mx.${healthy}`,
    domains: [healthy],
    dovecot: { authSocket: join(folder, "none"), mailRoot: folder },
    mailboxes: {},
    ports: { submission: false, submissions: false },
    tls: presented,
  });
  undo.defer(() => postfix.stop());
  const web = launch(process.execPath, [
    server,
    healthy,
    addresses.web,
    ...(await filed("site", site)),
    addresses.mail,
    ...(await filed("mail", presented)),
  ]);
  undo.defer(() => web.stop());
  await web.said(/listening/);

  const hash = createHash("sha256")
    .update(new X509Certificate(presented.certPem).publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
  const own = [
    `_25._tcp.mx TLSA 3 1 1 ${hash}`,
    `_mta-sts TXT "v=STSv1; id=1"`,
    `mta-sts A ${addresses.web}`,
    `autoconfig A ${addresses.web}`,
  ];
  const many = Array.from({ length: count }, (_, i) => `d${i}.test`);
  const zones: Record<string, SignedZone> = {
    [healthy]: { signing: "secure", records: [...common(healthy), ...own] },
    // A list of senders of spam with its test entry (RFC 5782 5), and nobody else on it.
    [blocklist]: { signing: "insecure", records: ["2.0.0.127 A 127.0.0.2"] },
    "in-addr.arpa": { signing: "insecure", records: [`${addresses.mail.split(".").toReversed().join(".")} PTR mx.${healthy}.`] },
    ...Object.fromEntries(many.map((name) => [name, { signing: "insecure", records: common(name) } as const])),
  };
  const dns = await startSignedDns({ authority: addresses.authority, resolver: addresses.resolver, zones });
  undo.defer(() => dns.stop());
  const held = undo.move();
  return {
    resolver: dns.resolver,
    healthy,
    selector,
    blocklist,
    many,
    sender: addresses.mail,
    authorityFile,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
