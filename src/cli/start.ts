import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfiguration, type Loaded } from "../config/load.ts";
import { createMasker } from "../config/mask.ts";
import { startDaemon, type Daemon } from "../daemon.ts";
import { findDependentRoutes } from "../engine/independence.ts";
import { createResolver } from "../net/dns.ts";
import { loadChannels, loadChecks } from "../plugins.ts";
import { say } from "./say.ts";

const exitOk = 0;
const exitFailed = 1;
/** EX_USAGE of sysexits.h: the configuration is wrong, and starting again will not mend it. */
const exitConfiguration = 64;
/** EX_SOFTWARE: a bug of ours; whoever started us starts us again. */
const exitBug = 70;

/** How long the last words may take. */
const farewellMs = 8_000;

/** Runs until a signal ends it. Resolves with the exit code. */
export async function start(file: string | undefined, env: Readonly<Record<string, string | undefined>>): Promise<number> {
  await using undo = new AsyncDisposableStack();
  const masker = createMasker();
  const [checks, channels] = [await loadChecks(), await loadChannels()];

  const demonstration = file === undefined;
  const configuration = file ?? (await demonstrationFile(undo));
  const load = (): Promise<Loaded> =>
    loadConfiguration(configuration, {
      checks,
      channels,
      env,
      masker,
      pins: "store",
      createAsk: (settings) => createResolver({ servers: settings.dnsServers }).ask,
      dependentRoutes: findDependentRoutes,
    });
  const loaded = await load();
  if ("errors" in loaded) {
    for (const error of loaded.errors) console.error(say.diagnostic(error, env));
    return exitConfiguration;
  }

  const ending = Promise.withResolvers<number>();
  let daemon: Daemon | undefined;
  const onBug = (error: unknown): void => {
    console.error(masker.mask(`Unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`));
    ending.resolve(exitBug);
    bug ??= error;
  };
  let bug: unknown;
  process.on("uncaughtException", onBug);
  process.on("unhandledRejection", onBug);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => ending.resolve(exitOk));
  process.on("SIGHUP", () => void reload(daemon, load, env));

  try {
    daemon = await startDaemon({
      plan: loaded.plan,
      checks,
      channels,
      mask: masker.mask,
      demonstration,
      data: loaded.plan.settings.data,
      nextFreePort: demonstration,
      log: (line) => console.error(line),
      onBug,
    });
  } catch (error) {
    if (!isExpected(error)) throw error;
    console.error(masker.mask(error.message));
    return exitFailed;
  }
  console.log(say.started(daemon.url, loaded.plan, demonstration, env));

  const code = await ending.promise;
  // Whatever hangs, the process ends: a supervisor must not have to wait for it.
  const timer = setTimeout(() => process.exit(code), farewellMs);
  timer.unref();
  if (code === exitBug) await daemon.crashed(bug).catch(() => undefined);
  await daemon[Symbol.asyncDispose]();
  return code;
}

/** Where no configuration is given, the demonstration company is started and watched. */
async function demonstrationFile(undo: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mailvigil-demo-"));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const { startDemo } = await import("../demo/start-demo.ts");
  const demo = undo.use(await startDemo({ folder }));
  return demo.configurationFile;
}

/** `--config`, else $MAILVIGIL_CONFIG, else ./mailvigil.yaml if there is one. Undefined: the demonstration. */
export function configurationFile(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const named = given ?? env["MAILVIGIL_CONFIG"];
  if (named !== undefined && named !== "") return named;
  return existsSync("mailvigil.yaml") ? "mailvigil.yaml" : undefined;
}

async function reload(
  daemon: Daemon | undefined,
  load: () => Promise<Loaded>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const loaded = await load();
  if ("errors" in loaded) {
    for (const error of loaded.errors) console.error(say.diagnostic(error, env));
    console.error(say.reloadRefused(env));
    return;
  }
  await daemon?.reload(loaded.plan);
  console.error(say.reloaded(loaded.plan, env));
}

/** One clear line for the person at the terminal: what names the place and the remedy already. */
const expected = new Set(["StoreError", "ListenError", "PluginError", "DnsServerError", "AddressRangeError", "SecretError"]);
const isExpected = (error: unknown): error is Error => error instanceof Error && expected.has(error.name);
