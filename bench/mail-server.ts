import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority } from "../test/support/certificates.ts";
import { startDovecot } from "../test/support/dovecot.ts";

/** A real Dovecot that stands a thousand logins a second, with mailboxes to log in to. */
export interface MailServer extends AsyncDisposable {
  readonly hosts: readonly string[];
  readonly port: number;
  /** PEM file of the authority that signed its certificate. */
  readonly authorityFile: string;
  readonly mailboxes: readonly { readonly address: string; readonly password: string }[];
}

/** More than one, because the product bounds how many runs go on at one host at once. */
const hosts = Array.from({ length: 16 }, (_, i) => `127.0.93.${i + 1}`);

/** Its processes serve one login after the other (performance mode of its documentation), else it would be what is measured. */
const busy = `
listen = ${hosts.join(", ")}
service imap-login {
  service_count = 0
  client_limit = 2000
  process_min_avail = 2
}
service imap {
  service_count = 100000
  process_min_avail = 12
}
mail_max_userip_connections = 0
`;

/** Why the bench cannot log in to anything on this machine; undefined when it can. */
export function whyNoMailServer(): string | undefined {
  if (!existsSync("/usr/sbin/dovecot")) return "dovecot-imapd is not installed";
  return process.getuid?.() === 0 ? undefined : "Dovecot is started by root only";
}

export async function startMailServer(mailboxes: number): Promise<MailServer> {
  const folder = await mkdtemp(join(tmpdir(), "mailvigil-bench-"));
  const authority = await createAuthority("Mailvigil bench");
  const { chainPem, keyPem } = await authority.issue({ names: ["mail.example.com"], addresses: hosts });
  const authorityFile = join(folder, "ca.pem");
  await writeFile(authorityFile, authority.certPem);
  const those = Array.from({ length: mailboxes }, (_, i) => ({
    address: `m${i}@example.com`,
    password: passwordOf(i),
  }));
  const users = Object.fromEntries(those.map(({ address, password }) => [address, password]));
  const server = await startDovecot({ address: hosts[0] ?? "", users, tls: { chainPem, keyPem }, extraConfig: busy });
  return {
    hosts,
    port: server.ports.imaps,
    authorityFile,
    mailboxes: those,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As people's are: none begins like another. */
const passwordOf = (i: number): string => createHash("sha256").update(`bench ${i}`).digest("base64url").slice(0, 16);

/** A folder with a `mailvigil.yaml` that logs in to these mailboxes, and the environment that holds their passwords. */
export interface Company extends AsyncDisposable {
  readonly configuration: string;
  readonly database: string;
  readonly env: NodeJS.ProcessEnv;
}

/** @param every how often, as it is written in the file; left out: the product's own pace, 60 s for own servers */
export async function writeCompany(server: MailServer, mailboxes: number, every?: string): Promise<Company> {
  const folder = await mkdtemp(join(tmpdir(), "mailvigil-bench-"));
  const those = server.mailboxes.slice(0, mailboxes);
  const { port } = server;
  const lines = [
    "settings:",
    "  language: en",
    '  http: { listen: "127.0.0.1:0" }',
    '  dns: { servers: ["127.0.0.1:1"] }',
    `  tls: { ca: [${JSON.stringify(server.authorityFile)}] }`,
    "  self_tests: off",
    "mailboxes:",
    ...those.flatMap(({ address }, i) => {
      const host = hosts[i % hosts.length];
      return [
        `  - address: ${address}`,
        `    password: { env: BENCH_PASSWORD_${i} }`,
        `    imap: { host: ${host}, port: ${port}, security: tls }`,
        `    smtp: { host: ${host}, port: 465, security: tls }`,
        "    off: [smtp-submission, tls-certificate]",
      ];
    }),
    ...(every === undefined ? [] : ["probes:", ...those.map(({ address }) => `  ${address}/imap-login: { every: ${every} }`)]),
  ];
  await mkdir(join(folder, "cache"));
  const configuration = join(folder, "mailvigil.yaml");
  await writeFile(configuration, `${lines.join("\n")}\n`);
  const passwords = Object.fromEntries(those.map(({ password }, i) => [`BENCH_PASSWORD_${i}`, password]));
  return {
    configuration,
    database: join(folder, "data", "mailvigil.db"),
    // A compile cache of its own: whether it is warm is part of what is measured.
    env: { ...process.env, ...passwords, NODE_COMPILE_CACHE: join(folder, "cache"), LANG: "C.UTF-8" },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
