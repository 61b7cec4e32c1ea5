import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const cache = fileURLToPath(new URL("../../node_modules/.cache/mailvigil/", import.meta.url));

/** Exim and Cyrus conflict with Postfix and Dovecot as packages, so they are unpacked beside them and run from there. */
const wanted = ["exim4-daemon-heavy", "cyrus-imapd", "sasl2-bin"];

export interface SecondMailSystem {
  /** A program of it: `usr/sbin/exim4`. */
  readonly program: (path: string) => string;
  /** With which its programs find the libraries that came along. */
  readonly env: Readonly<Record<string, string>>;
}

let unpacked: Promise<SecondMailSystem> | undefined;

/**
 * Exim 4 and Cyrus IMAP of this Debian, with all libraries that are not installed here: fetched once, kept in node_modules/.cache.
 * @throws Error with what apt-get says, when they cannot be fetched
 */
export function secondMailSystem(): Promise<SecondMailSystem> {
  return (unpacked ??= prepare());
}

async function prepare(): Promise<SecondMailSystem> {
  const root = join(cache, "second-mail-system");
  // The folder gets its name last: what has it is complete.
  if (!existsSync(root)) await fetchInto(root);
  const libraries = (await readdir(join(root, "usr/lib"))).filter((name) => name.endsWith("-linux-gnu"));
  const folders = libraries.flatMap((name) => [join(root, "usr/lib", name), join(root, "lib", name)]);
  return {
    program: (path) => join(root, path),
    env: {
      LD_LIBRARY_PATH: [...folders, join(root, "usr/lib")].join(":"),
      SASL_PATH: libraries.map((name) => join(root, "usr/lib", name, "sasl2")).join(":"),
    },
  };
}

async function fetchInto(root: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "fetching-"));
  // apt-get fetches as a user of its own.
  await chmod(folder, 0o755);
  try {
    await download(folder).catch(async () => {
      await run("apt-get", ["update", "-qq"], { timeout: 120_000 });
      await download(folder);
    });
    const files = (await readdir(folder)).filter((name) => name.endsWith(".deb"));
    for (const file of files) await run("dpkg", ["-x", join(folder, file), join(folder, "root")]);
    // A program that changes its user would not be told where its libraries are.
    await chmod(join(folder, "root/usr/sbin/exim4"), 0o755);
    await rename(join(folder, "root"), root);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** apt-get itself says what would have to be installed: exactly that is fetched, in the same versions. */
async function download(folder: string): Promise<void> {
  const { stdout } = await run("apt-get", ["-s", "install", "--no-install-recommends", ...wanted]);
  const packages = [...stdout.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+)/gm)].map(([, name, version]) => `${name}=${version}`);
  await run("apt-get", ["download", "-qq", ...packages], { cwd: folder, timeout: 120_000 });
}
