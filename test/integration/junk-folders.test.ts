import { chown, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import check from "../../checks/mail-roundtrip.ts";
import { loadProviders, type Provider } from "../../src/config/providers.ts";
import { runProbe } from "../../src/engine/run-probe.ts";
import { probeHeader, tokenOf } from "../../src/mail/probe-mail.ts";
import { createDial } from "../../src/net/dial.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type Dovecot, mailUid, startDovecot } from "../support/dovecot.ts";
import { secretOf } from "../support/mail-world.ts";
import { presetOptions } from "../support/preset-options.ts";
import { from, journey, sender, sent, sign } from "../support/round-trip-world.ts";
import { createZone } from "../support/zone.ts";

// A probe mail lies in each junk folder that a preset names, on a real server with folders of those names: it is found as junk and
// taken away, and what else lies there stays. Once the server says which folder is for junk, once it does not.

const host = "mail.box.test";
const servers = { flagged: "127.0.79.1", plain: "127.0.79.2" } as const;
type Server = keyof typeof servers;

/** Modified UTF-7 (RFC 3501 section 5.1.3), as the folder is called on disk; Maildir++ has a dot for each slash. */
const onDisk = (folder: string): string =>
  `.${folder.replaceAll("/", ".").replaceAll(/[^ -~]+/g, (text) => {
    const utf16 = Buffer.from(text, "utf16le").swap16().toString("base64");
    return `&${utf16.replaceAll("/", ",").replaceAll("=", "")}-`;
  })}`;

interface Case {
  readonly user: string;
  readonly provider: Provider;
  readonly folder: string;
}
const presets = [...loadProviders().values()];
const cases: readonly Case[] = presets.flatMap((provider) =>
  provider.junkFolders.map((folder, at) => ({ user: `${provider.id}-${at}@box.test`, provider, folder })),
);
/** Besides the presets: what Gmail files under everything, and a folder that nobody calls junk. */
const all = { user: "all@box.test", folder: "[Gmail]/所有邮件" };
const inbox = { user: "inbox@box.test", folder: "[Gmail]/All Mail" };
const other = { user: "other@box.test", folder: "客户" };
const users = Object.fromEntries([...cases, all, inbox, other].map(({ user }) => [user, "secret"]));

let authority: Authority;
let dovecots: Readonly<Record<Server, Dovecot>>;
beforeAll(async () => {
  authority = await createAuthority();
  const tls = await authority.issue({ names: [host] });
  const folders = [...new Set(cases.map(({ folder }) => folder))];
  const uses = [...folders.map((folder) => [folder, "Junk"]), [all.folder, "All"], [inbox.folder, "All"]]
    .map(([folder, use]) => `mailbox "${folder}" {\n special_use = \\${use}\n }`)
    .join("\n");
  const start = (server: Server, special: string): Promise<Dovecot> =>
    startDovecot({
      address: servers[server],
      users,
      tls,
      junk: undefined,
      extraConfig: `namespace inbox {\n separator = /\n ${special}\n}\nservice imap-login {\n process_limit = 100\n}`,
    });
  dovecots = { flagged: await start("flagged", uses), plain: await start("plain", "") };
});
afterAll(async () => {
  for (const server of Object.values(dovecots)) await server.stop();
});

/** A probe mail, and a mail of somebody else beside it. */
async function deliver(server: Server, user: string, folders: readonly string[]): Promise<void> {
  const token = tokenOf(`${from}~${user}`, sent(0), sign);
  const mails = {
    probe: `From: ${from}\r\nTo: ${user}\r\nMessage-ID: <${token}@example.test>\r\n${probeHeader}: ${token}\r\n\r\nHello\r\n`,
    theirs: `From: ${from}\r\nTo: ${user}\r\nSubject: Order\r\n\r\nHello\r\n`,
  };
  for (const folder of folders) {
    const path = join(dovecots[server].mailFolder(user), folder === "INBOX" ? "" : onDisk(folder));
    for (const part of ["cur", "new", "tmp"]) await mkdir(join(path, part), { recursive: true });
    for (const [name, text] of Object.entries(mails)) await writeFile(join(path, "new", `1700000000.${name}.box`), text);
  }
  const root = dovecots[server].mailFolder(user);
  for (const path of ["", ...(await readdir(root, { recursive: true }))]) await chown(join(root, path), mailUid, mailUid);
}

/** What lies in a folder: the names of the files, without flags and sizes. */
async function left(server: Server, user: string, folder: string): Promise<readonly string[]> {
  const path = join(dovecots[server].mailFolder(user), folder === "INBOX" ? "" : onDisk(folder));
  const files = await Promise.all(["cur", "new"].map((part) => readdir(join(path, part))));
  return files.flat().map((file) => file.split(/[.,:]/)[1] ?? file);
}

async function look(server: Server, user: string, provider: Provider) {
  const { ask, resolve } = createZone({ [host]: { A: [servers[server]] } });
  const authorities = [authority.certPem];
  const account = { host, port: 993, security: "tls", user, address: user, password: secretOf("secret") };
  const options = check.options.parse({
    from: sender,
    to: { ...account, junk: provider.junkFolders, provider: presetOptions(provider.id).provider },
  });
  const dial = createDial({ ask, extraAuthorities: authorities });
  const memory = journey([sent(20_000)]);
  const outcome = await runProbe(probeOf(check, options), check, testWorld({ ask, resolve, dial, authorities, memory }));
  if (!outcome) throw new Error("no outcome");
  return outcome.observation;
}

const preset = (id: string): Provider => {
  const found = presets.find((one) => one.id === id);
  if (!found) throw new Error(`no preset ${id}`);
  return found;
};

describe.each(["flagged", "plain"] as const)("junk folders, %s", (server) => {
  test.each(cases)("$provider.id: $folder", async ({ user, provider, folder }) => {
    await deliver(server, user, [folder]);
    const { findings, evidence } = await look(server, user, provider);
    expect(
      findings.map(({ code, data }) => `${code} ${data["folder"]}`),
      evidence.join("\n"),
    ).toEqual([`delivered-to-junk ${folder}`]);
    expect(await left(server, user, folder)).toEqual(["theirs"]);
  });

  test("a mail that is in the inbox and in Gmail's folder of everything is delivered", async () => {
    await deliver(server, inbox.user, ["INBOX", inbox.folder]);
    const { findings } = await look(server, inbox.user, preset("google"));
    expect(findings).toEqual([]);
    expect(await left(server, inbox.user, "INBOX")).toEqual(["theirs"]);
  });
});

test("what Gmail files under everything alone has arrived past the inbox, and is taken away there", async () => {
  await deliver("flagged", all.user, [all.folder]);
  const { findings } = await look("flagged", all.user, preset("google"));
  expect(findings.map(({ code, data }) => `${code} ${data["folder"]}`)).toEqual([`filed-elsewhere ${all.folder}`]);
  expect(await left("flagged", all.user, all.folder)).toEqual(["theirs"]);
});

test("a folder that is for customers is not looked into", async () => {
  await deliver("flagged", other.user, [other.folder]);
  const { findings } = await look("flagged", other.user, preset("netease-qiye"));
  expect(findings.map(({ code }) => code)).toEqual(["not-there-yet"]);
  expect(await left("flagged", other.user, other.folder)).toEqual(["probe", "theirs"]);
});
