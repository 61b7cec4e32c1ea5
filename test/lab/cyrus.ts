import { execFile } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { Issued } from "../support/certificates.ts";
import { assertFree, type ServerProcess, startServerProcess, untilServing } from "../support/server-process.ts";
import { secondMailSystem } from "./second-mail-system.ts";
import { cyrusUid } from "./users.ts";

const run = promisify(execFile);

export interface CyrusOptions {
  /** `127.x.y.z`; IMAP at 143 and 993, ManageSieve at 4190. */
  readonly address: string;
  readonly users: Readonly<Record<string, string>>;
  readonly tls: Pick<Issued, "chainPem" | "keyPem">;
  /** Lines at the end of imapd.conf. */
  readonly extraConfig?: string;
}

export interface Cyrus {
  /** Where Exim delivers by LMTP. */
  readonly lmtpSocket: string;
  setPassword(user: string, password: string): Promise<void>;
  /** Cyrus' own list of who may not use which services (cyr_deny), by their names in cyrus.conf. */
  deny(user: string, services: string, message: string): Promise<void>;
  allow(user: string): Promise<void>;
  /** Runs lines of IMAP as the administrator, `SETQUOTA user/x (STORAGE 1)`. */
  administer(...commands: readonly string[]): Promise<string>;
  /** The same for what may be so already: a refusal of the server is none of the caller's business. */
  attempt(...commands: readonly string[]): Promise<string>;
  halt(): Promise<void>;
  resume(changed?: Partial<CyrusOptions>): Promise<void>;
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

const cyrusAdministrator = { user: "cyrus", password: "administrator" };

/** The real Cyrus IMAP, unpacked from its packages, in a folder of its own. Needs root, and the users of users.ts. */
export async function startCyrus(given: CyrusOptions): Promise<Cyrus> {
  const system = await secondMailSystem();
  const folder = await mkdtemp(join(tmpdir(), "cyrus-"));
  const bin = (name: string): string => system.program(`usr/lib/cyrus/bin/${name}`);
  const config = join(folder, "imapd.conf");
  let options = given;
  let server: ServerProcess | undefined;

  const owned = async (...names: readonly string[]): Promise<void> => {
    for (const name of names) {
      await mkdir(join(folder, name), { recursive: true });
      await chown(join(folder, name), cyrusUid, cyrusUid);
    }
  };
  const program = async (path: string, args: readonly string[], input = ""): Promise<void> => {
    const running = run(path, args, { env: { ...process.env, ...system.env }, timeout: 15_000 });
    running.child.stdin?.end(input);
    await running;
  };
  const setPassword = async (user: string, password: string): Promise<void> => {
    const [name = user, realm = "cyrus"] = user.split("@");
    await program(
      system.program("usr/sbin/saslpasswd2"),
      ["-p", "-c", "-f", join(folder, "sasldb2"), "-u", realm, name],
      password,
    );
    await chown(join(folder, "sasldb2"), cyrusUid, cyrusUid);
  };
  const writeConfiguration = async (): Promise<void> => {
    await writeFile(join(folder, "chain.pem"), options.tls.chainPem);
    await writeFile(join(folder, "key.pem"), options.tls.keyPem);
    await chown(join(folder, "key.pem"), cyrusUid, cyrusUid);
    await chmod(join(folder, "key.pem"), 0o600);
    await writeFile(config, imapdConfig(folder, options));
    await writeFile(
      join(folder, "cyrus.conf"),
      `START {
  recover cmd="${bin("ctl_cyrusdb")} -C ${config} -r"
}
SERVICES {
  imap cmd="${bin("imapd")} -C ${config}" listen="${options.address}:143" prefork=0
  imaps cmd="${bin("imapd")} -s -C ${config}" listen="${options.address}:993" prefork=0
  sieve cmd="${bin("timsieved")} -C ${config}" listen="${options.address}:4190" prefork=0
  lmtpunix cmd="${bin("lmtpd")} -a -C ${config}" listen="${folder}/lmtp" prefork=0
}
`,
    );
  };
  const start = async (): Promise<void> => {
    await writeConfiguration();
    await assertFree(options.address, [143, 993]);
    const started = startServerProcess(
      bin("master"),
      ["-C", config, "-M", join(folder, "cyrus.conf"), "-p", join(folder, "pid"), "-D"],
      system.env,
    );
    server = started;
    await untilServing(options.address, [143], [993], () => started.output());
  };
  const stop = async (): Promise<void> => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  };

  await chmod(folder, 0o755);
  await owned(
    "lib",
    "spool",
    "lock",
    "proc",
    "sieve",
    ...["db", "socket", "log", "msg", "quota", "user"].map((it) => `lib/${it}`),
  );
  await chown(folder, cyrusUid, cyrusUid);
  for (const [user, password] of Object.entries(options.users)) await setPassword(user, password);
  await setPassword(cyrusAdministrator.user, cyrusAdministrator.password);
  try {
    await start();
  } catch (error) {
    const said = server?.output() ?? "";
    await stop();
    throw new Error(`Cyrus did not start: ${said}`, { cause: error });
  }
  return {
    lmtpSocket: join(folder, "lmtp"),
    setPassword,
    deny: (user, services, message) => program(bin("cyr_deny"), ["-C", config, "-s", services, "-m", message, user]),
    allow: (user) => program(bin("cyr_deny"), ["-C", config, "-a", user]),
    administer: (...commands) => administer(options.address, commands, "must"),
    attempt: (...commands) => administer(options.address, commands, "may"),
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

const imapdConfig = (folder: string, options: CyrusOptions): string => `configdirectory: ${folder}/lib
partition-default: ${folder}/spool
defaultpartition: default
cyrus_user: cyrus
admins: ${cyrusAdministrator.user}
unixhierarchysep: yes
virtdomains: userid
defaultdomain: admin
servername: cyrus
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: ${folder}/sasldb2
sasl_mech_list: PLAIN LOGIN
allowplaintext: yes
failedloginpause: 0
tls_server_cert: ${folder}/chain.pem
tls_server_key: ${folder}/key.pem
lmtpsocket: ${folder}/lmtp
idlesocket: ${folder}/idle
mboxname_lockpath: ${folder}/lock
proc_path: ${folder}/proc
sievedir: ${folder}/sieve
autocreate_quota: 102400
autocreate_post: yes
autocreate_inbox_folders: Junk
autocreate_subscribe_folders: Junk
xlist-Junk: Junk
lmtp_over_quota_perm_failure: yes
${options.extraConfig ?? ""}
`;

/** @throws Error with what the server says, when a command is not accepted */
async function administer(host: string, commands: readonly string[], how: "must" | "may"): Promise<string> {
  const socket = net.connect(143, host);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const said: string[] = [];
  const until = async (tag: string): Promise<void> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`Cyrus hung up: ${said.join(" ")}`);
      said.push(value);
      if (!value.startsWith(tag)) continue;
      if (how === "must" && tag !== "*" && !value.startsWith(`${tag} OK`)) throw new Error(`Cyrus: ${value}`);
      return;
    }
  };
  try {
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on("error", () => undefined);
    await until("*");
    const { user, password } = cyrusAdministrator;
    for (const [i, command] of [`LOGIN ${user} ${password}`, ...commands].entries()) {
      socket.write(`a${i} ${command}\r\n`);
      await until(`a${i}`);
    }
    return said.join("\n");
  } finally {
    socket.destroy();
  }
}
