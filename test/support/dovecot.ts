import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Issued } from "./certificates.ts";
import { assertFree, type ServerProcess, startServerProcess, untilServing } from "./server-process.ts";

/** Who owns the mail of all test servers: a number without a name is enough for Dovecot and Postfix. */
export const mailUid = 5000;

export interface DovecotOptions {
  /** `127.x.y.z`, one for each test file, so that the standard ports are free. */
  readonly address: string;
  /** Defaults 143 and 993; `false` closes one. */
  readonly ports?: { readonly imap?: number | false; readonly imaps?: number | false };
  /** POP3 at 110 as well, and at 995 where there is TLS. */
  readonly pop3?: boolean;
  /** Login name ▶ password. */
  readonly users: Readonly<Record<string, string>>;
  /** Login name ▶ what Dovecot says, in one word, when the password is right: `NO [CONTACTADMIN] Suspended`. */
  readonly disabled?: Readonly<Record<string, string>>;
  /** What it presents; without it there is neither TLS nor STARTTLS, and passwords are taken in clear. */
  readonly tls?: Pick<Issued, "chainPem" | "keyPem">;
  /** The name of the folder that has \Junk; `undefined` leaves all special uses away. Default `Junk`. */
  readonly junk?: string | undefined;
  /** Lines at the end of the configuration, which therefore win. */
  readonly extraConfig?: string;
}

export interface Dovecot {
  readonly host: string;
  readonly ports: { readonly imap: number; readonly imaps: number };
  /** For `startPostfix({ sasl })`: the socket that knows the same users. */
  readonly authSocket: string;
  /** Where all mailboxes lie, one folder a login name. */
  readonly mailRoot: string;
  /** The Maildir of a user: `new`, `cur`, `.Junk/new` … */
  mailFolder(user: string): string;
  log(): Promise<string>;
  /** Other accounts from now on. Dovecot rereads its list once a second at most; this waits for it. */
  setUsers(users: Readonly<Record<string, string>>, disabled?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends the server and keeps its folder; `resume` starts it again, with the options that have changed. */
  halt(): Promise<void>;
  resume(changed?: Partial<DovecotOptions>): Promise<void>;
  /** Stops it where it stands, with its ports open, and lets it go on. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

const passwordFile = (users: Readonly<Record<string, string>>, disabled: Readonly<Record<string, string>>): string =>
  Object.entries(users)
    .map(([user, password]) => {
      const reason = disabled[user];
      const extra = reason === undefined ? "" : `nologin=y reason=${reason}`;
      // Hexadecimal, so that a password may hold colons and anything else.
      return `${user}:{PLAIN.HEX}${Buffer.from(password).toString("hex")}::::::${extra}\n`;
    })
    .join("");

const specialUse = (junk: string | undefined): string =>
  junk === undefined ? "" : `mailbox "${junk}" {\n auto = subscribe\n special_use = \\Junk\n }`;

/** What it reads at its start. */
async function writeConfiguration(folder: string, options: DovecotOptions): Promise<void> {
  const mailRoot = join(folder, "mail");
  const imap = options.ports?.imap ?? 143;
  const imaps = options.ports?.imaps ?? 993;
  const junk = "junk" in options ? options.junk : "Junk";
  await writeFile(join(folder, "users"), passwordFile(options.users, options.disabled ?? {}));
  await writeFile(join(folder, "chain.pem"), options.tls?.chainPem ?? "");
  await writeFile(join(folder, "key.pem"), options.tls?.keyPem ?? "", { mode: 0o600 });
  await writeFile(
    join(folder, "dovecot.conf"),
    `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
listen = ${options.address}
protocols = imap ${options.pop3 === true ? "pop3" : ""}
login_trusted_networks =
${
  options.tls === undefined
    ? "ssl = no\ndisable_plaintext_auth = no"
    : // A client on the server's own address counts as secured: only "required" makes Dovecot insist on TLS there.
      `ssl = required\nssl_cert = <${folder}/chain.pem\nssl_key = <${folder}/key.pem`
}
service imap-login {
  inet_listener imap {
    port = ${imap === false ? 0 : imap}
  }
  inet_listener imaps {
    port = ${imaps === false || options.tls === undefined ? 0 : imaps}
    ssl = yes
  }
}
${
  options.pop3 === true
    ? `service pop3-login {
  inet_listener pop3 {
    port = 110
  }
  inet_listener pop3s {
    port = ${options.tls === undefined ? 0 : 995}
    ssl = yes
  }
}`
    : ""
}
service auth {
  unix_listener ${folder}/auth {
    mode = 0666
  }
}
# Without it every login from here waits up to 15 s after some refused ones.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
passdb {
  driver = passwd-file
  args = username_format=%u ${folder}/users
}
userdb {
  driver = static
  args = uid=${mailUid} gid=${mailUid} home=${mailRoot}/%u
}
auth_mechanisms = plain login
auth_failure_delay = 0
auth_verbose = yes
first_valid_uid = 1
mail_location = maildir:${mailRoot}/%u
namespace inbox {
  inbox = yes
  separator = .
  ${specialUse(junk)}
}
${options.extraConfig ?? ""}
`,
  );
}

/** The real Dovecot of the packages dovecot-imapd and dovecot-pop3d, on addresses and in a folder of its own. Needs root. */
export async function startDovecot(given: DovecotOptions): Promise<Dovecot> {
  const folder = await mkdtemp(join(tmpdir(), "dovecot-"));
  const mailRoot = join(folder, "mail");
  let options = given;
  let server: ServerProcess | undefined;
  const log = (): Promise<string> => readFile(join(folder, "dovecot.log"), "utf8").catch(() => "");
  const start = async (): Promise<void> => {
    const { imap = 143, imaps = 993 } = options.ports ?? {};
    const greeting = [...(imap === false ? [] : [imap]), ...(options.pop3 === true ? [110] : [])];
    const silent =
      options.tls === undefined ? [] : [...(imaps === false ? [] : [imaps]), ...(options.pop3 === true ? [995] : [])];
    await writeConfiguration(folder, options);
    await assertFree(options.address, [...greeting, ...silent]);
    // One that had to be killed leaves its number behind, which may be another's by now.
    await rm(join(folder, "run/master.pid"), { force: true });
    const started = startServerProcess("/usr/sbin/dovecot", ["-F", "-c", join(folder, "dovecot.conf")]);
    server = started;
    await untilServing(options.address, greeting, silent, () => started.output());
  };
  const stop = async (): Promise<void> => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  };

  await mkdir(mailRoot);
  await chown(mailRoot, mailUid, mailUid);
  // Dovecot's own users pass through on the way to their sockets.
  await chmod(folder, 0o755);
  try {
    await start();
  } catch (error) {
    const said = await log();
    await stop();
    throw new Error(`Dovecot did not start: ${server?.output() ?? ""}${said}`, { cause: error });
  }
  const { imap = 143, imaps = 993 } = options.ports ?? {};
  return {
    host: options.address,
    ports: { imap: imap === false ? 143 : imap, imaps: imaps === false ? 993 : imaps },
    authSocket: join(folder, "auth"),
    mailRoot,
    mailFolder: (user) => join(mailRoot, user),
    log,
    setUsers: async (users, disabled = {}) => {
      options = { ...options, users, disabled };
      await writeFile(join(folder, "users"), passwordFile(users, disabled));
      await sleep(1_500);
    },
    halt: async () => server?.stop(),
    resume: (changed = {}) => {
      options = { ...options, ...changed };
      return start();
    },
    freeze: () => server?.signal("SIGSTOP"),
    thaw: () => server?.signal("SIGCONT"),
    stop,
  };
}
