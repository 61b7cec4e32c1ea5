import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Authority, createAuthority, type Issued } from "../support/certificates.ts";
import { type Dovecot, startDovecot } from "../support/dovecot.ts";
import { type LineServer, startLineServer } from "../support/line-server.ts";
import { clientSecret, startTokenServer, type TokenServer } from "../support/token-server.ts";
import { at, hosts, passwordsOf, users } from "./addresses.ts";
import { type Cyrus, startCyrus } from "./cyrus.ts";
import { type Exim, startExim } from "./exim.ts";
import { createFirewall, type Firewall } from "./firewall.ts";
import { type Harbour, startHarbour } from "./harbour.ts";
import { type Names, startNames } from "./names.ts";
import { startWitness, type Witness } from "./witness.ts";

/** One company with two mail systems of different make, the company it writes to, and everybody's names: all of it breakable. */
export interface Lab {
  /** With Mailvigil's own files: the passwords, the authority it believes. */
  readonly folder: string;
  readonly authority: Authority;
  readonly names: Names;
  readonly firewall: Firewall;
  readonly harbour: Harbour;
  readonly orchard: { readonly cyrus: Cyrus; readonly exim: Exim };
  readonly partner: { readonly dovecot: Dovecot; readonly exim: Exim };
  readonly globe: { readonly dovecot: Dovecot; readonly exim: Exim };
  /** What the provider's status page shows: Google's incidents.json. */
  readonly setIncidents: (incidents: readonly object[]) => void;
  readonly witnesses: readonly Witness[];
  readonly tokens: TokenServer;
  /** What each server presents when all is well. */
  readonly certificates: {
    readonly harbour: Issued;
    readonly orchard: Issued;
    readonly partner: Issued;
    readonly witness: Issued;
  };
  /** What the registry says of harbour.lab, ISO date of its end. */
  readonly setExpiry: (date: string) => void;
  /** What Mailvigil sends as the password of a mailbox, or as the secret of a credential. */
  readonly setSecret: (name: string, value: string) => Promise<void>;
  /** Takes away what a fault left behind, and all mail. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

const soon = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

/** Needs root, the users of users.ts, and a network of its own (namespace.ts). */
export async function startLab(): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), "mailvigil-lab-"));
  const authority = await createAuthority("Lab authority");
  const issue = (...presented: readonly string[]): Promise<Issued> => authority.issue({ names: presented });
  const [harbourTls, orchardTls, partnerTls] = [
    await issue(hosts.harbour),
    await issue(hosts.orchard),
    await issue(hosts.partner),
  ];
  const [witnessTls, tokenTls] = [await issue("witness1.lab", "witness2.lab"), await issue("login.tokens.lab")];
  const globeTls = await issue("imap.gmail.com", "smtp.gmail.com", "smtp.google.com", "www.google.com");
  await writeFile(join(folder, "ca.pem"), authority.certPem);
  const setSecret = (name: string, value: string): Promise<void> =>
    writeFile(join(folder, `${name}.secret`), value, { mode: 0o600 });
  const secrets = {
    ...passwordsOf([...users.harbour, ...users.orchard, ...users.partner, ...users.globe]),
    tokens: clientSecret,
  };
  for (const [name, value] of Object.entries(secrets)) await setSecret(name, value);

  let expiry = soon(400);
  const firewall = createFirewall();
  const names = await startNames();
  const whois: LineServer = await startLineServer(
    async (client) => {
      const asked = (await client.line()).trim().toLowerCase();
      client.send(`Domain Name: ${asked}`, `Registry Expiry Date: ${asked === "harbour.lab" ? expiry : soon(400)}`);
      client.end();
    },
    { host: at.whois, port: 43 },
  );
  const witnesses = await Promise.all(at.witnesses.map((address) => startWitness(address, witnessTls)));
  const tokens = await startTokenServer({ certificate: tokenTls, user: users.tokens[0] });
  let incidents: readonly object[] = [];
  const status = https.createServer({ cert: globeTls.chainPem, key: globeTls.keyPem }, (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(incidents));
  });
  status.listen(443, at.status);
  await once(status, "listening");
  const [harbour, cyrus, dovecot, globeDovecot] = await Promise.all([
    startHarbour(harbourTls, tokens),
    startCyrus({ address: at.orchard, users: passwordsOf(users.orchard), tls: orchardTls }),
    startDovecot({ address: at.partner, users: passwordsOf(users.partner), tls: partnerTls }),
    startDovecot({ address: at.globe, users: passwordsOf(users.globe), tls: globeTls }),
  ]);
  const [orchardExim, partnerExim, globeExim] = await Promise.all([
    startExim({
      address: at.orchard,
      hostname: hosts.orchard,
      domain: "orchard.lab",
      users: passwordsOf(users.orchard),
      tls: orchardTls,
      deliver: { lmtp: cyrus.lmtpSocket },
    }),
    startExim({
      address: at.partner,
      hostname: hosts.partner,
      domain: "partner.lab",
      users: passwordsOf(users.partner),
      tls: partnerTls,
      deliver: { maildirs: dovecot.mailRoot },
    }),
    startExim({
      address: at.globe,
      hostname: "smtp.google.com",
      domain: "globe.lab",
      users: passwordsOf(users.globe),
      tls: globeTls,
      deliver: { maildirs: globeDovecot.mailRoot },
    }),
  ]);
  const mailboxes = users.orchard.map((user) => user.replace("@orchard.lab", ""));
  const mendMailboxes = async (): Promise<void> => {
    await cyrus.attempt(
      ...mailboxes.flatMap((name) => [
        `CREATE user/${name}@orchard.lab`,
        `CREATE user/${name}/Junk@orchard.lab (USE (\\Junk))`,
        `SETQUOTA user/${name}@orchard.lab (STORAGE 102400)`,
      ]),
    );
  };
  await mendMailboxes();

  return {
    folder,
    authority,
    names,
    firewall,
    harbour,
    orchard: { cyrus, exim: orchardExim },
    partner: { dovecot, exim: partnerExim },
    globe: { dovecot: globeDovecot, exim: globeExim },
    setIncidents: (next) => {
      incidents = next;
    },
    witnesses,
    tokens,
    certificates: { harbour: harbourTls, orchard: orchardTls, partner: partnerTls, witness: witnessTls },
    setExpiry: (date) => {
      expiry = date;
    },
    setSecret,
    settle: async () => {
      names.heal();
      firewall.heal();
      expiry = soon(400);
      incidents = [];
      for (const [name, value] of Object.entries(secrets)) await setSecret(name, value);
      for (const exim of [orchardExim, partnerExim, globeExim]) {
        await exim.answer({});
        await exim.greylist(0);
        await exim.divert(undefined);
        await exim.empty();
      }
      await harbour.empty();
      for (const name of await readdir(dovecot.mailRoot)) {
        await rm(join(dovecot.mailRoot, name), { recursive: true, force: true });
      }
      await cyrus.attempt(
        ...mailboxes.flatMap((name) => [
          `SETACL user/${name}@orchard.lab cyrus lrswipkxtecda`,
          `DELETE user/${name}/Junk@orchard.lab`,
          `DELETE user/${name}@orchard.lab`,
        ]),
      );
      await mendMailboxes();
    },
    stop: async () => {
      for (const exim of [orchardExim, partnerExim, globeExim]) await exim.stop();
      await cyrus.stop();
      for (const one of [dovecot, globeDovecot]) await one.stop();
      status.closeAllConnections();
      await new Promise((done) => status.close(done));
      await harbour.stop();
      await tokens.close();
      await Promise.all(witnesses.map((witness) => witness.close()));
      await whois.close();
      await names.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
