import { execFile } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Issued } from "../support/certificates.ts";
import { mailUid } from "../support/dovecot.ts";
import { assertFree, type ServerProcess, startServerProcess, untilServing } from "../support/server-process.ts";
import { secondMailSystem } from "./second-mail-system.ts";

const run = promisify(execFile);

export interface EximOptions {
  /** `127.x.y.z`; SMTP at 25, submission at 587 and 465. Its mail leaves from there, too. */
  readonly address: string;
  readonly hostname: string;
  readonly domain: string;
  /** Address ▶ password: who has a mailbox, and who may send. */
  readonly users: Readonly<Record<string, string>>;
  readonly tls: Pick<Issued, "chainPem" | "keyPem">;
  /** Where it delivers: Cyrus' LMTP socket, or a folder with a Maildir for each address. */
  readonly deliver: { readonly lmtp: string } | { readonly maildirs: string };
}

/** What it answers at port 25 in place of its own mind, with the code: `550 5.7.26 …`, `451 4.7.1 …`. */
export interface EximAnswers {
  readonly mail?: string;
  readonly rcpt?: string;
  readonly data?: string;
}

export interface Exim {
  log(): Promise<string>;
  /** From the next command on. Without one it answers as it thinks. */
  answer(answers: EximAnswers): Promise<void>;
  /** Greylisting: each sender is put off once, for so many seconds; 0: nobody is. */
  greylist(seconds: number): Promise<void>;
  setUsers(users: Readonly<Record<string, string>>): Promise<void>;
  /** Takes no mail for this address any more, as if it had been deleted; its user may still send. */
  refuse(address: string | undefined): Promise<void>;
  /** Deliveries go here instead of to the inbox: `.Junk`, or nowhere at all. Only with `maildirs`. */
  divert(to: ".Junk" | "nowhere" | undefined): Promise<void>;
  present(tls: Pick<Issued, "chainPem" | "keyPem">): Promise<void>;
  /** Throws away what waits. */
  empty(): Promise<void>;
  halt(): Promise<void>;
  resume(): Promise<void>;
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** The real Exim 4, unpacked from its package, in a folder of its own. Needs root, and the users of users.ts. */
export async function startExim(options: EximOptions): Promise<Exim> {
  const system = await secondMailSystem();
  const program = system.program("usr/sbin/exim4");
  const folder = await mkdtemp(join(tmpdir(), "exim-"));
  const file = (name: string): string => join(folder, name);
  let server: ServerProcess | undefined;
  const write = async (name: string, text: string): Promise<void> => {
    await writeFile(file(name), text);
    await chown(file(name), mailUid, mailUid);
  };
  const start = async (): Promise<void> => {
    await assertFree(options.address, [25, 465, 587]);
    const started = startServerProcess(program, ["-C", file("exim.conf"), "-bdf", "-q1s"], system.env);
    server = started;
    await untilServing(options.address, [25, 587], [465], () => started.output());
  };
  const users = (list: Readonly<Record<string, string>>): Promise<void> =>
    write(
      "users",
      Object.entries(list)
        .map(([user, password]) => `${user}: ${password}\n`)
        .join(""),
    );
  const answer = async ({ mail = "", rcpt = "", data = "" }: EximAnswers): Promise<void> => {
    await write("answer-mail", mail);
    await write("answer-rcpt", rcpt);
    await write("answer-data", data);
  };
  const present: Exim["present"] = async ({ chainPem, keyPem }) => {
    await write("chain.pem", chainPem);
    await write("key.pem", keyPem);
    await chmod(file("key.pem"), 0o600);
  };
  // The folders stay: Exim finds no way to bounce where one that it has made is gone.
  const empty = async (): Promise<void> => {
    await run("find", [file("spool"), file("greylist"), "-type", "f", "-delete"]);
  };
  const stop = async (): Promise<void> => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  };

  await chmod(folder, 0o755);
  await mkdir(file("log"));
  await chown(file("log"), mailUid, mailUid);
  await chown(folder, mailUid, mailUid);
  for (const name of ["spool", "greylist"]) {
    await mkdir(file(name));
    await chown(file(name), mailUid, mailUid);
  }
  await users(options.users);
  await answer({});
  await write("greylist-seconds", "0");
  await write("divert", "");
  await write("refused", "");
  await present(options.tls);
  await writeFile(file("exim.conf"), configuration(folder, program, options), { mode: 0o644 });
  const log = (): Promise<string> => readFile(file("log/mainlog"), "utf8").catch(() => "");
  try {
    await start();
  } catch (error) {
    const said = `${server?.output() ?? ""}${await log()}`;
    await stop();
    throw new Error(`Exim did not start: ${said}`, { cause: error });
  }
  return {
    log,
    answer,
    greylist: async (seconds) => {
      await empty();
      await write("greylist-seconds", String(seconds));
    },
    setUsers: users,
    refuse: (gone) => write("refused", gone === undefined ? "" : `${gone}: gone\n`),
    divert: (to) => write("divert", to ?? ""),
    present,
    empty,
    halt: async () => server?.stop(),
    resume: start,
    freeze: () => server?.signal("SIGSTOP"),
    thaw: () => server?.signal("SIGCONT"),
    stop,
  };
}

/** What may change while it runs is read from small files whenever it is needed: Exim expands its options each time. */
const configuration = (folder: string, program: string, { address, hostname, domain, deliver }: EximOptions): string => `
exim_path = ${program}
exim_user = ${mailUid}
exim_group = ${mailUid}
never_users =
keep_environment = LD_LIBRARY_PATH : PATH
deliver_drop_privilege = true
primary_hostname = ${hostname}
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%slog
pid_file_path = ${folder}/exim.pid
local_interfaces = ${address}
daemon_smtp_ports = 25 : 465 : 587
tls_on_connect_ports = 465
tls_advertise_hosts = *
tls_require_ciphers = NORMAL:-VERS-TLS1.0:-VERS-TLS1.1
tls_certificate = \${if eq{1}{1}{${folder}/chain.pem}}
tls_privatekey = \${if eq{1}{1}{${folder}/key.pem}}
domainlist local_domains = ${domain}
acl_smtp_mail = acl_mail
acl_smtp_rcpt = acl_rcpt
acl_smtp_data = acl_data
message_size_limit = 40M
host_lookup =
rfc1413_query_timeout = 0s
dns_ipv4_lookup = *
disable_ipv6 = true
queue_run_max = 2
smtp_accept_max = 50
write_rejectlog = false
timeout_frozen_after = 1d

begin acl
acl_mail:
  deny condition = \${if and{{eq{$received_port}{25}}{!eq{\${readfile{${folder}/answer-mail}}}{}}}}
       message = \${readfile{${folder}/answer-mail}}
  accept
acl_rcpt:
  accept authenticated = *
  require message = 550 5.7.1 relaying denied
          domains = +local_domains
  require message = 550 5.1.1 <$local_part@$domain>: Recipient address rejected: User unknown in virtual mailbox table
          condition = \${lookup{$local_part@$domain}lsearch{${folder}/users}{yes}{no}}
          condition = \${lookup{$local_part@$domain}lsearch{${folder}/refused}{no}{yes}}
  deny condition = \${if match{\${readfile{${folder}/answer-rcpt}}}{^5}}
       message = \${readfile{${folder}/answer-rcpt}}
  defer condition = \${if match{\${readfile{${folder}/answer-rcpt}}}{^4}}
        message = \${readfile{${folder}/answer-rcpt}}
  # The first time that somebody writes is remembered by a file, whose age is then compared.
  defer condition = \${if >{\${readfile{${folder}/greylist-seconds}}}{0}}
        set acl_m_grey = ${folder}/greylist/\${md5:$sender_host_address $sender_address $local_part}
        condition = \${if exists{$acl_m_grey}{\${if <{\${eval:$tod_epoch-\${extract{mtime}{\${stat:$acl_m_grey}}}}}{\${readfile{${folder}/greylist-seconds}}}}}{\${run{/usr/bin/touch $acl_m_grey}{yes}{yes}}}}
        message = 451 4.7.1 Greylisted, please try again in \${readfile{${folder}/greylist-seconds}} seconds
  accept
acl_data:
  deny condition = \${if and{{eq{$received_port}{25}}{match{\${readfile{${folder}/answer-data}}}{^5}}}}
       message = \${readfile{${folder}/answer-data}}
  defer condition = \${if and{{eq{$received_port}{25}}{match{\${readfile{${folder}/answer-data}}}{^4}}}}
        message = \${readfile{${folder}/answer-data}}
  accept

begin routers
here:
  driver = accept
  domains = +local_domains
  # Out of our own list, so that Exim takes it for the name of a folder.
  address_data = \${lookup{$local_part@$domain}lsearch,ret=key{${folder}/users}}
  transport = \${if eq{\${readfile{${folder}/divert}}}{nowhere}{nowhere}{mailbox}}
away:
  driver = dnslookup
  domains = ! +local_domains
  transport = remote

begin transports
remote:
  driver = smtp
  interface = ${address}
  hosts_try_dane =
  hosts_try_fastopen =
  dnssec_request_domains =
  tls_verify_certificates =
  tls_try_verify_hosts =
nowhere:
  driver = appendfile
  file = /dev/null
  user = ${mailUid}
  group = ${mailUid}
  allow_symlink = true
  check_owner = false
  lock_fcntl_timeout = 0s
mailbox:
${
  "lmtp" in deliver
    ? `  driver = lmtp
  socket = ${deliver.lmtp}
  user = ${mailUid}
  group = ${mailUid}`
    : `  driver = appendfile
  directory = ${deliver.maildirs}/$address_data\${if eq{\${readfile{${folder}/divert}}}{.Junk}{/.Junk}}
  maildir_format = true
  create_directory = true
  directory_mode = 0700
  mode = 0600
  delivery_date_add = true
  envelope_to_add = true
  return_path_add = true
  user = ${mailUid}
  group = ${mailUid}`
}

begin retry
* * F,1h,2s

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_set_id = $auth2
  server_prompts = :
  server_condition = \${if eq{$auth3}{\${lookup{$auth2}lsearch{${folder}/users}{$value}{$pid}}}}
  server_advertise_condition = \${if eq{$tls_in_cipher}{}{no}{yes}}
login:
  driver = plaintext
  public_name = LOGIN
  server_set_id = $auth1
  server_prompts = <| Username: | Password:
  server_condition = \${if eq{$auth2}{\${lookup{$auth1}lsearch{${folder}/users}{$value}{$pid}}}}
  server_advertise_condition = \${if eq{$tls_in_cipher}{}{no}{yes}}
`;
