import { chmod, chown, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Issued } from "../support/certificates.ts";
import { type Dovecot, mailUid, startDovecot } from "../support/dovecot.ts";
import { type Postfix, startPostfix } from "../support/postfix.ts";
import type { TokenServer } from "../support/token-server.ts";
import { at, hosts, passwordsOf, users } from "./addresses.ts";

/** What Dovecot itself knows about an account besides its password, through its Lua interface. */
export type AccountState = "expired" | "disabled" | "backend-down" | "imap-off" | "unknown";

export interface Harbour {
  readonly dovecot: Dovecot;
  readonly postfix: Postfix;
  /** Everything at the end of Dovecot's configuration, and what comes besides. */
  dovecotConfig(more?: string): string;
  postfixConfig(more?: string): string;
  setAccount(user: string, state: AccountState | undefined): Promise<void>;
  /** The user's filter (RFC 5228); undefined: none. */
  setFilter(user: string, script: string | undefined): Promise<void>;
  /** Throws away all mail and all filters. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

/** The company's own server: Dovecot for reading and delivering, Postfix for sending and taking. */
export async function startHarbour(tls: Issued, tokens: TokenServer): Promise<Harbour> {
  const folder = await mkdtemp(join(tmpdir(), "harbour-"));
  await chmod(folder, 0o755);
  const all = passwordsOf(users.harbour);
  const states = new Map<string, AccountState>();
  const writeStates = (): Promise<void> =>
    writeFile(join(folder, "states"), [...states].map(([user, state]) => `${user} ${state} ${all[user] ?? ""}\n`).join(""));
  await writeStates();
  await mkdir(join(folder, "log"));
  await chown(join(folder, "log"), mailUid, mailUid);
  await writeFile(join(folder, "accounts.lua"), accounts(join(folder, "states")));
  await mkdir(join(folder, "keys/default/RS256"), { recursive: true });
  await writeFile(join(folder, "keys/default/RS256/default"), tokens.publicKeyPem);
  await writeFile(
    join(folder, "oauth2.conf"),
    `introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix=${folder}/keys/\nusername_attribute = sub\n`,
  );
  const dovecotConfig = (more = ""): string => `${dovecotExtra(folder)}\n${more}\n`;
  const dovecot = await startDovecot({ address: at.harbour, users: all, tls, pop3: true, extraConfig: dovecotConfig() });
  const config = join(dovecot.mailRoot, "../dovecot.conf");
  const postfixConfig = (more = ""): string => `${postfixExtra}\n${more}\n`;
  const postfix = await startPostfix({
    address: at.harbour,
    hostname: hosts.harbour,
    domains: ["harbour.lab"],
    dovecot,
    mailboxes: Object.fromEntries(users.harbour.map((user) => [user, `${user}/`])),
    tls,
    services: `delivery unix - n n - 10 pipe flags=DRu user=mailvigil-lab argv=/usr/lib/dovecot/dovecot-lda -c ${config} -f \${sender} -d \${recipient}\n`,
    extraConfig: postfixConfig(),
  });
  return {
    dovecot,
    postfix,
    dovecotConfig,
    postfixConfig,
    setAccount: async (user, state) => {
      if (state === undefined) states.delete(user);
      else states.set(user, state);
      await writeStates();
      await dovecot.setUsers(Object.fromEntries(Object.entries(all).filter(([name]) => !states.has(name))));
    },
    setFilter: async (user, script) => {
      const home = dovecot.mailFolder(user);
      await rm(join(home, ".dovecot.sieve"), { force: true });
      await rm(join(home, "sieve"), { recursive: true, force: true });
      if (script === undefined) return;
      await mkdir(join(home, "sieve"), { recursive: true });
      await writeFile(join(home, "sieve/lab.sieve"), script);
      await symlink("sieve/lab.sieve", join(home, ".dovecot.sieve"));
      for (const path of [home, join(home, "sieve"), join(home, "sieve/lab.sieve")]) await chown(path, mailUid, mailUid);
    },
    empty: async () => {
      await postfix.empty();
      for (const name of await readdir(dovecot.mailRoot))
        await rm(join(dovecot.mailRoot, name), { recursive: true, force: true });
    },
    stop: async () => {
      await postfix.stop();
      await dovecot.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const dovecotExtra = (folder: string): string => `
protocols = imap pop3 sieve
service managesieve-login {
  inet_listener sieve {
    port = 4190
  }
}
service auth {
  unix_listener auth-userdb {
    mode = 0666
  }
}
passdb {
  driver = lua
  args = file=${folder}/accounts.lua blocking=no
}
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = ${folder}/oauth2.conf
}
auth_mechanisms = plain login xoauth2
postmaster_address = postmaster@harbour.lab
hostname = ${hosts.harbour}
quota_full_tempfail = no
mail_plugins = quota
protocol imap {
  mail_plugins = quota imap_quota
}
protocol lda {
  log_path = ${folder}/log/delivery.log
  mail_plugins = quota sieve
}
plugin {
  sieve = file:~/sieve;active=~/.dovecot.sieve
  quota = maildir:User quota
  quota_rule = *:storage=100M
  quota_grace = 0
}
`;

const postfixExtra = `
virtual_transport = delivery
delivery_destination_recipient_limit = 1
smtp_dns_support_level = enabled
smtp_host_lookup = dns
smtp_tls_security_level = may
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_tls_protocols = >=TLSv1.2
smtp_connect_timeout = 5s
smtp_helo_timeout = 10s
`;

const accounts = (states: string): string => `
function auth_passdb_lookup(req)
  for line in io.lines("${states}") do
    local user, state, password = line:match("^(%S+) (%S+) (.*)$")
    if user == req.user then
      if state == "expired" then return dovecot.auth.PASSDB_RESULT_PASS_EXPIRED, "" end
      if state == "disabled" then return dovecot.auth.PASSDB_RESULT_USER_DISABLED, "" end
      if state == "backend-down" then return dovecot.auth.PASSDB_RESULT_INTERNAL_FAILURE, "" end
      if state == "imap-off" and req.service ~= "imap" and req.service ~= "pop3" then
        return dovecot.auth.PASSDB_RESULT_OK, { password = "{PLAIN}" .. password }
      end
      if state == "imap-off" then return dovecot.auth.PASSDB_RESULT_PASSWORD_MISMATCH, "" end
    end
  end
  return dovecot.auth.PASSDB_RESULT_USER_UNKNOWN, ""
end

function script_init() return 0 end
function script_deinit() end
function auth_userdb_lookup(req) return dovecot.auth.USERDB_RESULT_USER_UNKNOWN, "" end
`;
