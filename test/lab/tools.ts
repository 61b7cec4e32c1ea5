import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startServerProcess } from "../support/server-process.ts";
import { hosts, users } from "./addresses.ts";
import { bareScript } from "./bare-script.ts";
import type { Lab } from "./lab.ts";

export const toolNames = ["blackbox", "plugins", "script"] as const;
export type ToolName = (typeof toolNames)[number];

/** What a tool made of the same fault, in its own words. */
export interface ToolResult {
  readonly noticed: boolean;
  readonly words: string;
}

/** A mailbox as a tool is told of it: both servers, and what is given as the password. */
export interface Watched {
  readonly address: string;
  readonly domain: string;
  readonly imap: string;
  readonly smtp: string;
  readonly password: string;
  /** Port 995 is watched, too. */
  readonly pop3: boolean;
}

/** Undefined for a mailbox that has tokens instead of a password: none of the tools gets one. */
async function watchedAt({ folder }: Lab, address: string): Promise<Watched | undefined> {
  const tokens: readonly string[] = users.tokens;
  if (tokens.includes(address)) return undefined;
  const domain = address.slice(address.indexOf("@") + 1);
  const servers: Readonly<Record<string, readonly [imap: string, smtp: string]>> = {
    "harbour.lab": [hosts.harbour, hosts.harbour],
    "orchard.lab": [hosts.orchard, hosts.orchard],
    "globe.lab": ["imap.gmail.com", "smtp.gmail.com"],
  };
  const [imap = "", smtp = ""] = servers[domain] ?? [];
  const password = await readFile(join(folder, `${address}.secret`), "utf8");
  return { address, domain, imap, smtp, password, pop3: address === users.harbour[0] };
}

/** Lets each tool look at the mailbox, as one would set it up for it: with its login, its authority and the usual ports. */
export async function askTools(lab: Lab, address: string): Promise<Readonly<Partial<Record<ToolName, ToolResult>>>> {
  const watched = await watchedAt(lab, address);
  if (!watched) return {};
  const [blackbox, plugins, script] = await Promise.all([
    askBlackbox(lab, watched),
    askPlugins(watched),
    bareScript(lab, watched),
  ]);
  return { blackbox, plugins, script };
}

/** Its modules from its own example.yml, with a login where the protocol has one. */
async function askBlackbox(lab: Lab, watched: Watched): Promise<ToolResult> {
  const { address, password, domain, imap, smtp } = watched;
  const tls_config = { ca_file: join(lab.folder, "ca.pem") };
  const plain = Buffer.from(`\0${address}\0${password}`).toString("base64");
  const tcp = (query_response: readonly object[], tls = true): object => ({
    prober: "tcp",
    timeout: "8s",
    tcp: { preferred_ip_protocol: "ip4", ...(tls ? { tls: true, tls_config } : {}), query_response },
  });
  const greets = { expect: "^220 ?" };
  const modules = {
    imap: tcp([{ expect: "OK" }, { send: `a1 LOGIN ${address} "${password}"` }, { expect: "^a1 OK" }]),
    smtp: tcp([greets, { send: "EHLO prober" }, { expect: "^250 " }, { send: `AUTH PLAIN ${plain}` }, { expect: "^235" }]),
    pop3: tcp([
      { expect: "^\\+OK" },
      { send: `USER ${address}` },
      { expect: "^\\+OK" },
      { send: `PASS ${password}` },
      { expect: "^\\+OK" },
    ]),
    mx: tcp([greets, { send: "EHLO prober" }, { expect: "^250 " }, { send: "QUIT" }], false),
    dns: {
      prober: "dns",
      timeout: "8s",
      dns: {
        preferred_ip_protocol: "ip4",
        query_name: domain,
        query_type: "MX",
        validate_answer_rrs: { fail_if_none_matches_regexp: [".*\\tMX\\t.*(mail\\.|google\\.com).*"] },
      },
    },
  };
  const folder = await mkdtemp(join(tmpdir(), "blackbox-"));
  await writeFile(join(folder, "blackbox.yml"), JSON.stringify({ modules }));
  const listen = "127.0.0.1:19115";
  const exporter = startServerProcess("prometheus-blackbox-exporter", [
    `--config.file=${join(folder, "blackbox.yml")}`,
    `--web.listen-address=${listen}`,
  ]);
  const probes: readonly (readonly [module: string, target: string])[] = [
    ["imap", `${imap}:993`],
    ["smtp", `${smtp}:465`],
    ...(watched.pop3 ? [["pop3", `${imap}:995`] as const] : []),
    ["mx", `${domain === "globe.lab" ? "smtp.google.com" : smtp}:25`],
    ["dns", "127.80.0.53:53"],
  ];
  try {
    await untilAnswering(`http://${listen}/`);
    const said = await Promise.all(
      probes.map(async ([module, target]) => {
        const url = `http://${listen}/probe?debug=true&module=${module}&target=${encodeURIComponent(target)}`;
        const text = await (await fetch(url, { signal: AbortSignal.timeout(20_000) })).text();
        return {
          ok: text.includes("\nprobe_success 1"),
          logs: text.slice(0, text.indexOf("Metrics that would have been returned")),
        };
      }),
    );
    const failed = said.filter(({ ok }) => !ok);
    return { noticed: failed.length > 0, words: failed.map(({ logs }) => messagesOf(logs)).join("; ") };
  } finally {
    await exporter.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What its log says is wrong; the rest tells what it does. */
const messagesOf = (logs: string): string =>
  logs
    .split("\n")
    .filter((text) => text.includes("level=error") || text.includes('level=debug msg="Read line"') || /fail|err=/i.test(text))
    .map((text) => text.replace(/^ts=\S+ caller=\S+ /, "").replace(/module=\S+ target=\S+ /, ""))
    .slice(-4)
    .join(" / ");

async function untilAnswering(url: string): Promise<void> {
  for (let i = 0; ; i += 1) {
    const up = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) return;
    if (i === 100) throw new Error("The blackbox exporter did not start");
    await sleep(50);
  }
}

const plugins = "/usr/lib/nagios/plugins";

/** As their help shows it: a login over IMAP and SMTP, the certificate's days, and the server that takes mail. */
async function askPlugins({ address, password, imap, smtp, pop3, domain }: Watched): Promise<ToolResult> {
  const common = ["-4", "-t", "8"];
  const login = `a1 LOGIN ${address} "${password}"\\n`;
  const calls: readonly (readonly string[])[] = [
    ["check_imap", "-H", imap, "-p", "993", "-S", "-E", "-s", login, "-e", "a1 OK", "-M", "crit", ...common],
    ["check_imap", "-H", imap, "-p", "993", "-S", "-D", "14,7", ...common],
    ["check_smtp", "-H", smtp, "-p", "587", "-S", "-A", "LOGIN", "-U", address, "-P", password, ...common],
    ["check_smtp", "-H", domain === "globe.lab" ? "smtp.google.com" : smtp, "-p", "25", ...common],
    ...(pop3 ? [["check_pop", "-H", imap, "-p", "995", "-S", ...common]] : []),
  ];
  const said = await Promise.all(
    calls.map(
      ([name = "", ...args]) =>
        new Promise<string | undefined>((done) => {
          execFile(join(plugins, name), args, { timeout: 20_000 }, (error, stdout, stderr) =>
            done(error === null ? undefined : `${name}: ${(stdout + stderr).replaceAll(/\s+/g, " ").trim()}`),
          );
        }),
    ),
  );
  const failed = said.filter((text) => text !== undefined);
  return { noticed: failed.length > 0, words: failed.join("; ") };
}
