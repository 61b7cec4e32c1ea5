import { spawn } from "node:child_process";
import { open, realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { inspect } from "node:util";
import { SecretError, type Secret } from "../model/secret.ts";
import { visible } from "../model/visible.ts";
import { fault, type Fault } from "./diagnostics.ts";
import type { Masker } from "./mask.ts";
import { writePrivateFile } from "./private-file.ts";

/** How the configuration names a secret. */
export type SecretSpec =
  | { readonly kind: "env"; readonly name: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "command"; readonly argv: readonly string[] };

export interface SecretWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths, and commands, start here: the folder of the configuration. */
  readonly folder: string;
  readonly masker: Masker;
  /** Milliseconds that a command may take; default 10 s. */
  readonly commandMs?: number;
}

/** A secret as the loader holds it: `read` gives the fault with its remedy instead of throwing. */
export interface ConfiguredSecret extends Secret {
  read(): Promise<{ readonly value: string } | Fault>;
}

const maxSecretBytes = 64 * 1024;

/** @param account the login name it is used with; only the masker sees it */
export function createSecret(spec: SecretSpec, world: SecretWorld, account?: string): ConfiguredSecret {
  const source = sourceOf(spec);
  const read = async (): Promise<{ readonly value: string } | Fault> => {
    const found = await readSecret(spec, world);
    if ("value" in found) world.masker.learn(found.value, account);
    return found;
  };
  return {
    source,
    read,
    async reveal() {
      const found = await read();
      if ("value" in found) return found.value;
      throw new SecretError(`${source}: ${found.problem.en}; ${found.remedy.en}`);
    },
    ...(spec.kind === "file"
      ? {
          async renew(value: string, olderThanMs: number) {
            world.masker.learn(value, account);
            await renewSecretFile(resolve(world.folder, spec.path), value, olderThanMs);
          },
        }
      : {}),
    toJSON: () => "[secret]",
    toString: () => "[secret]",
    [inspect.custom]: () => "[secret]",
  } as ConfiguredSecret;
}

function sourceOf(spec: SecretSpec): string {
  if (spec.kind === "env") return `env ${spec.name}`;
  if (spec.kind === "file") return `file ${visible(spec.path, 200)}`;
  // Only the program: its arguments may say more than a log should hold.
  return `command ${visible(spec.argv[0] ?? "", 200)}`;
}

async function readSecret(spec: SecretSpec, world: SecretWorld): Promise<{ readonly value: string } | Fault> {
  if (spec.kind === "env") return readEnvironment(spec.name, world);
  if (spec.kind === "file") return readSecretFile(resolve(world.folder, spec.path));
  return runSecretCommand(spec.argv, world);
}

function readEnvironment(name: string, world: SecretWorld): { readonly value: string } | Fault {
  const value = world.env[name];
  if (value === undefined) {
    return fault(
      { en: `the environment variable ${name} is not set`, zh: `环境变量 ${name} 未设置` },
      { en: `set ${name} before the start, or use { file: path }`, zh: `请在启动前设置 ${name}，或改用 { file: 路径 }` },
    );
  }
  if (value === "") {
    return fault(
      { en: `the environment variable ${name} is empty`, zh: `环境变量 ${name} 为空` },
      { en: `put the secret into ${name}`, zh: `请将密码写入 ${name}` },
    );
  }
  return { value };
}

async function readSecretFile(path: string): Promise<{ readonly value: string } | Fault> {
  const shown = visible(path, 200);
  try {
    const handle = await open(path);
    try {
      const about = await handle.stat();
      if (!about.isFile()) {
        return fault({ en: `${shown} is not a file`, zh: `${shown} 不是文件` }, { en: "name a file", zh: "请指定一个文件" });
      }
      if ((about.mode & 0o004) !== 0 && process.platform !== "win32") {
        return fault(
          { en: `everybody on this machine may read ${shown}`, zh: `本机所有用户都能读取 ${shown}` },
          { en: `run chmod 600 ${shown}`, zh: `请运行 chmod 600 ${shown}` },
        );
      }
      if (about.size > maxSecretBytes) {
        return fault(
          { en: `${shown} is larger than 64 KiB`, zh: `${shown} 超过 64 KiB` },
          { en: "name the file that holds only the secret", zh: "请指定只含密码的文件" },
        );
      }
      const value = withoutLineEnd(await handle.readFile("utf8"));
      if (value !== "") return { value };
      return fault(
        { en: `${shown} is empty`, zh: `${shown} 为空` },
        { en: "write the secret into it, on one line", zh: "请将密码写入该文件，单独一行" },
      );
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOENT" || code === "ENOTDIR") {
      return fault(
        { en: `${shown} does not exist`, zh: `${shown} 不存在` },
        {
          en: "make the file, with the secret on one line, readable by its owner only",
          zh: "请创建该文件，写入密码，且仅所有者可读",
        },
      );
    }
    return fault(
      { en: `${shown} cannot be read (${code})`, zh: `${shown} 无法读取（${code}）` },
      { en: "give the user that runs Mailvigil the right to read it", zh: "请让运行 Mailvigil 的用户有权读取" },
    );
  }
}

async function renewSecretFile(path: string, value: string, olderThanMs: number): Promise<void> {
  try {
    // What a link leads to is replaced, not the link.
    const real = await realpath(path);
    if (Date.now() - (await stat(real)).mtimeMs < olderThanMs) return;
    await writePrivateFile(real, `${value}\n`);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw new SecretError(
      `the file ${visible(path, 200)} cannot be written (${code}); give the user that runs Mailvigil the right to write it and its folder`,
    );
  }
}

const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, "");

/** Runs without a shell, in a process group of its own that is ended as a whole. What it says on stderr is not repeated: it may be secret. */
function runSecretCommand(argv: readonly string[], world: SecretWorld): Promise<{ readonly value: string } | Fault> {
  const [program = "", ...args] = argv;
  const shown = visible(program, 200);
  const limitMs = world.commandMs ?? 10_000;
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd: world.folder,
      env: { ...world.env },
      stdio: ["ignore", "pipe", "ignore"],
      detached: process.platform !== "win32",
    });
    const chunks: Buffer[] = [];
    let size = 0;
    let over: Fault | undefined;
    const stop = (why: Fault): void => {
      over ??= why;
      child.stdout.destroy();
      try {
        if (child.pid !== undefined && process.platform !== "win32") process.kill(-child.pid, "SIGKILL");
        else child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
    };
    const timer = setTimeout(() => {
      const seconds = limitMs / 1000;
      stop(
        fault(
          { en: `the command ${shown} took longer than ${seconds} s`, zh: `命令 ${shown} 超过 ${seconds} 秒未结束` },
          { en: "use a command that prints the secret at once and asks nothing", zh: "请使用能立即输出密码且无需交互的命令" },
        ),
      );
    }, limitMs);
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > maxSecretBytes) {
        stop(
          fault(
            { en: `the command ${shown} printed more than 64 KiB`, zh: `命令 ${shown} 输出超过 64 KiB` },
            { en: "use a command that prints only the secret", zh: "请使用只输出密码的命令" },
          ),
        );
      }
    });
    child.on("error", (error) => {
      clearTimeout(timer);
      const code = "code" in error ? String(error.code) : "";
      done(
        fault(
          { en: `the command ${shown} cannot be started (${code})`, zh: `命令 ${shown} 无法启动（${code}）` },
          {
            en: "write it as [program, argument, …] with the full path of the program",
            zh: "请写成 [程序, 参数, …]，程序用完整路径",
          },
        ),
      );
    });
    child.on("close", (status, signal) => {
      clearTimeout(timer);
      if (over) return done(over);
      if (status !== 0) {
        const how = status === null ? String(signal) : String(status);
        return done(
          fault(
            { en: `the command ${shown} failed (${how})`, zh: `命令 ${shown} 执行失败（${how}）` },
            { en: "run it by hand as the user that runs Mailvigil", zh: "请以运行 Mailvigil 的用户手动执行以排查" },
          ),
        );
      }
      const value = withoutLineEnd(Buffer.concat(chunks).toString("utf8"));
      if (value !== "") return done({ value });
      done(
        fault(
          { en: `the command ${shown} printed nothing`, zh: `命令 ${shown} 没有输出` },
          { en: "use a command that prints the secret on standard output", zh: "请使用将密码输出到标准输出的命令" },
        ),
      );
    });
  });
}
