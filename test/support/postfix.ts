import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Issued } from "./certificates.ts";
import type { Dovecot } from "./dovecot.ts";
import { mailUid } from "./dovecot.ts";
import { assertFree, type ServerProcess, startServerProcess, untilServing } from "./server-process.ts";

export interface PostfixOptions {
  /** `127.x.y.z`, one for each test file, so that the standard ports are free; its mail leaves from there, too. */
  readonly address: string;
  readonly hostname: string;
  /** The domains it takes mail for. */
  readonly domains: readonly string[];
  /** Whose mailboxes and passwords: deliveries go to its Maildirs, AUTH asks it. */
  readonly dovecot: Pick<Dovecot, "authSocket" | "mailRoot">;
  /**
   * Address ▶ folder under the mailboxes, with a final `/` for Maildir (`sales@own.test/` or, for its Junk,
   * `sales@own.test/.Junk/`), or `discard`: taken and silently lost. Others are refused with 5.1.1.
   */
  readonly mailboxes: Readonly<Record<string, string>>;
  /** Other domains ▶ next hop (`smtp:[127.0.10.2]:25`); there is no DNS. */
  readonly transports?: Readonly<Record<string, string>>;
  /** Defaults 25, 587 and 465; `false` closes one. 465 is open only with `tls`. */
  readonly ports?: {
    readonly smtp?: number | false;
    readonly submission?: number | false;
    readonly submissions?: number | false;
  };
  /** What it presents; without it there is no STARTTLS, and AUTH is offered in clear. */
  readonly tls?: Pick<Issued, "chainPem" | "keyPem">;
  /** Asked for every recipient at port 25: `inet:127.0.0.1:4711` (see policy-server.ts). */
  readonly policy?: string;
  /** Lines of main.cf, in place of those of the same name; `mua_recipient_restrictions` are those of submission. */
  readonly extraConfig?: string;
  /** Lines at the end of master.cf: a way of delivering of one's own. */
  readonly services?: string;
}

export interface Postfix {
  readonly host: string;
  readonly ports: { readonly smtp: number; readonly submission: number; readonly submissions: number };
  log(): Promise<string>;
  /** What waits in the queue (`postqueue -j`), one object a mail. */
  queue(): Promise<readonly unknown[]>;
  /** Throws away what waits in the queue. */
  empty(): Promise<void>;
  /** Ends the server and keeps its folder and queue; `resume` starts it again, with the options that have changed. */
  halt(): Promise<void>;
  resume(changed?: Partial<PostfixOptions>): Promise<void>;
  /** Stops it where it stands, with its ports open, and lets it go on. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

const run = promisify(execFile);

const inlineMap = (pairs: Readonly<Record<string, string>>): string => {
  const entries = Object.entries(pairs).map(([key, value]) => `{${key}=${value}}`);
  return entries.length === 0 ? "" : `inline:{${entries.join(", ")}}`;
};

const queueFolders = [
  "active",
  "bounce",
  "corrupt",
  "defer",
  "deferred",
  "flush",
  "hold",
  "incoming",
  "private",
  "saved",
  "trace",
];

/** The folders that `postfix start` would make, with their owners (postfix-files). */
async function makeQueue(queue: string): Promise<void> {
  await mkdir(join(queue, "pid"), { recursive: true });
  for (const name of queueFolders) await mkdir(join(queue, name), { mode: 0o700 });
  await mkdir(join(queue, "maildrop"));
  await mkdir(join(queue, "public"));
  await run("chown", ["postfix", ...queueFolders.map((name) => join(queue, name))]);
  await run("chown", ["postfix:postdrop", join(queue, "maildrop"), join(queue, "public")]);
  await chmod(join(queue, "maildrop"), 0o730);
  await chmod(join(queue, "public"), 0o710);
}

// inet_interfaces takes only addresses that an interface has by name, which 127.x.y.z is not: the listeners name theirs.
function mainConfig(folder: string, options: PostfixOptions): string {
  const mailboxes = Object.entries(options.mailboxes);
  const discarded = mailboxes.filter(([, to]) => to === "discard").map(([address]) => [address, "discard:"] as const);
  const transports = { ...options.transports, ...Object.fromEntries(discarded) };
  return `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/mail.log
maillog_file_prefixes = ${folder}
myhostname = ${options.hostname}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_bind_address = ${options.address}
mynetworks =
mydestination =
alias_maps =
local_recipient_maps =
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
smtp_host_lookup = native
virtual_mailbox_domains = ${options.domains.join(", ")}
virtual_mailbox_base = ${options.dovecot.mailRoot}
virtual_mailbox_maps = ${inlineMap(Object.fromEntries(mailboxes.map(([address, to]) => [address, to === "discard" ? "lost/" : to])))}
virtual_uid_maps = static:${mailUid}
virtual_gid_maps = static:${mailUid}
transport_maps = ${inlineMap(transports)}
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${options.dovecot.authSocket}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = permit_sasl_authenticated, reject_unlisted_recipient${options.policy === undefined ? "" : `, check_policy_service ${options.policy}`}
${
  options.tls === undefined
    ? ""
    : `smtpd_tls_security_level = may
smtpd_tls_chain_files = ${folder}/tls.pem
smtpd_tls_auth_only = yes
smtpd_tls_received_header = yes`
}
mua_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_error_sleep_time = 0
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
in_flow_delay = 0
biff = no
`;
}

/**
 * main.cf with the lines of a test in place of ours. Of a setting that is written twice every program of Postfix warns in its log,
 * and the one that writes the log waits for itself once ten such lines stand in its socket (net.unix.max_dgram_qlen).
 */
function withExtra(config: string, extra: string): string {
  const keys = new Set([...extra.matchAll(/^(\w+)\s*=/gm)].map(([, key]) => key));
  const kept = config.split("\n").filter((line) => !keys.has(/^(\w+)\s*=/.exec(line)?.[1] ?? ""));
  return `${kept.join("\n")}${extra}\n`;
}

function masterConfig(options: PostfixOptions, ports: readonly [number | false, number | false, number | false]): string {
  const [smtp, submission, submissions] = ports;
  const auth = "-o smtpd_sasl_auth_enable=yes -o smtpd_recipient_restrictions=$mua_recipient_restrictions";
  const level = options.tls === undefined ? "none" : "encrypt";
  const listeners = [
    smtp === false ? "" : `${options.address}:${smtp} inet n - n - - smtpd`,
    submission === false
      ? ""
      : `${options.address}:${submission} inet n - n - - smtpd -o smtpd_tls_security_level=${level} ${auth}`,
    submissions === false ? "" : `${options.address}:${submissions} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes ${auth}`,
  ];
  return `${listeners.filter((line) => line !== "").join("\n")}
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
${options.services ?? ""}`;
}

/** The real Postfix of the Debian package, on addresses and in a folder of its own. Needs root. */
export async function startPostfix(given: PostfixOptions): Promise<Postfix> {
  const folder = await mkdtemp(join(tmpdir(), "postfix-"));
  const config = join(folder, "config");
  let options = given;
  let server: ServerProcess | undefined;
  const log = (): Promise<string> => readFile(join(folder, "mail.log"), "utf8").catch(() => "");
  const start = async (): Promise<void> => {
    const { smtp = 25, submission = 587 } = options.ports ?? {};
    const submissions = options.tls === undefined ? false : (options.ports?.submissions ?? 465);
    await writeFile(join(folder, "tls.pem"), `${options.tls?.keyPem ?? ""}${options.tls?.chainPem ?? ""}`, { mode: 0o600 });
    await writeFile(join(config, "main.cf"), withExtra(mainConfig(folder, options), options.extraConfig ?? ""));
    await writeFile(join(config, "master.cf"), masterConfig(options, [smtp, submission, submissions]));
    // Postfix waits until main.cf is at least a second old, lest it read half a file.
    const past = new Date(Date.now() - 60_000);
    await utimes(join(config, "main.cf"), past, past);
    const greeting = [smtp, submission].filter((port) => port !== false);
    const silent = submissions === false ? [] : [submissions];
    await assertFree(options.address, [...greeting, ...silent]);
    // -d: in the foreground and in this process group.
    const started = startServerProcess("/usr/lib/postfix/sbin/master", ["-d", "-c", config]);
    server = started;
    await untilServing(options.address, greeting, silent, () => started.output());
  };
  const stop = async (): Promise<void> => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  };

  await chmod(folder, 0o755);
  await mkdir(config);
  await mkdir(join(folder, "data"), { mode: 0o700 });
  await makeQueue(join(folder, "queue"));
  await run("chown", ["postfix", join(folder, "data")]);
  try {
    await start();
  } catch (error) {
    const said = await log();
    await stop();
    throw new Error(`Postfix did not start: ${server?.output() ?? ""}${said}`, { cause: error });
  }
  const { smtp = 25, submission = 587, submissions = 465 } = options.ports ?? {};
  return {
    host: options.address,
    ports: {
      smtp: smtp === false ? 25 : smtp,
      submission: submission === false ? 587 : submission,
      submissions: submissions === false ? 465 : submissions,
    },
    log,
    queue: async () => {
      const { stdout } = await run("postqueue", ["-c", config, "-j"]);
      return stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line): unknown => JSON.parse(line));
    },
    empty: async () => {
      await run("postsuper", ["-c", config, "-d", "ALL"]);
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
