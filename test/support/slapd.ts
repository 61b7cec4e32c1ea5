import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Issued } from "./certificates.ts";
import { assertFree, type ServerProcess, startServerProcess, untilServing } from "./server-process.ts";

export interface SlapdOptions {
  /** `127.x.y.z`, of each test file's own: ports 389 and 636. */
  readonly address: string;
  /** Without it there is neither LDAPS nor StartTLS. */
  readonly tls?: Pick<Issued, "chainPem" | "keyPem">;
  /** How many people there are below ou=people. */
  readonly people?: number;
  /** Lines before the database, and in it. */
  readonly extraConfig?: string;
  readonly databaseConfig?: string;
}

export interface Slapd extends Pick<ServerProcess, "signal" | "stop"> {
  readonly host: string;
}

export const suffix = "dc=own,dc=test";
/** Who may look things up, and who may do everything; both with the password `secret`. */
export const reader = `cn=reader,${suffix}`;
export const manager = `cn=manager,${suffix}`;

const person = (i: number): string => `dn: uid=p${i},ou=people,${suffix}
objectClass: inetOrgPerson
uid: p${i}
cn: Person ${i}
sn: ${i}
mail: p${i}@own.test
`;

const content = (people: number): string =>
  [
    `dn: ${suffix}\nobjectClass: dcObject\nobjectClass: organization\ndc: own\no: Own\n`,
    `dn: ou=people,${suffix}\nobjectClass: organizationalUnit\nou: people\n`,
    `dn: ${reader}\nobjectClass: simpleSecurityObject\nobjectClass: organizationalRole\ncn: reader\nuserPassword: secret\n`,
    ...Array.from({ length: people }, (_, i) => person(i)),
  ].join("\n");

/** The real OpenLDAP of the package slapd, in a folder of its own, without systemd. */
export async function startSlapd({
  address,
  tls,
  people = 0,
  extraConfig = "",
  databaseConfig = "",
}: SlapdOptions): Promise<Slapd> {
  const folder = await mkdtemp(join(tmpdir(), "slapd-"));
  const [config, ldif] = [join(folder, "slapd.conf"), join(folder, "content.ldif")];
  await mkdir(join(folder, "data"));
  await writeFile(ldif, content(people));
  await writeFile(join(folder, "chain.pem"), tls?.chainPem ?? "");
  await writeFile(join(folder, "key.pem"), tls?.keyPem ?? "", { mode: 0o600 });
  await writeFile(
    config,
    `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/pid
${tls === undefined ? "" : `TLSCertificateFile ${folder}/chain.pem\nTLSCertificateKeyFile ${folder}/key.pem`}
${extraConfig}
database mdb
suffix ${suffix}
rootdn ${manager}
rootpw secret
directory ${folder}/data
maxsize 100000000
${databaseConfig}
`,
  );
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await load(config, ldif);
    await assertFree(address, tls === undefined ? [389] : [389, 636]);
  } catch (error) {
    await remove();
    throw error;
  }
  const urls = [`ldap://${address}`, ...(tls === undefined ? [] : [`ldaps://${address}`])];
  const server = startServerProcess("/usr/sbin/slapd", ["-f", config, "-h", urls.join(" "), "-d", "0"]);
  const stop = async (): Promise<void> => {
    await server.stop();
    await remove();
  };
  try {
    await untilServing(address, [], tls === undefined ? [389] : [389, 636], () => server.output());
  } catch (error) {
    await stop();
    throw error;
  }
  return { host: address, signal: (name) => server.signal(name), stop };
}

async function load(config: string, ldif: string): Promise<void> {
  const child = spawn("/usr/sbin/slapadd", ["-q", "-f", config, "-b", suffix, "-l", ldif], { stdio: ["ignore", "pipe", "pipe"] });
  const said: string[] = [];
  child.stderr.on("data", (part: Buffer) => said.push(part.toString()));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`slapadd failed: ${said.join("")}`);
}
