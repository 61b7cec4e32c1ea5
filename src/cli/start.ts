import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfiguration, type Loaded } from "../config/load.ts";
import { createMasker } from "../config/mask.ts";
import { startDaemon, type Daemon } from "../daemon.ts";
import { findDependentRoutes } from "../engine/independence.ts";
import type { Plan } from "../model/config.ts";
import { createResolver } from "../net/dns.ts";
import { loadChannels, loadChecks } from "../plugins.ts";
import { exitFailed, isExpected } from "./expected.ts";
import { say } from "./say.ts";
import { createServiceManager } from "./service-manager.ts";
import { terminalLanguage } from "./terminal-language.ts";

const exitOk = 0;
/** EX_USAGE of sysexits.h: the configuration is wrong, and starting again will not mend it. */
const exitConfiguration = 64;
/** EX_SOFTWARE: a bug of ours; whoever started us starts us again. */
const exitBug = 70;

const lookAgainMs = 60_000;

/** How long the last words may take. */
const farewellMs = 8_000;

type Env = Readonly<Record<string, string | undefined>>;

/** Runs until a signal ends it. Resolves with the exit code. */
export async function start(file: string | undefined, env: Env): Promise<number> {
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
  const language = loaded.language ?? terminalLanguage(env);
  if ("errors" in loaded) {
    for (const error of loaded.errors) console.error(say.diagnostic(error, language));
    return exitConfiguration;
  }

  const ending = Promise.withResolvers<number>();
  let daemon: Daemon;
  const onBug = (error: unknown): void => {
    console.error(masker.mask(`Unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`));
    ending.resolve(exitBug);
    bug ??= error;
  };
  let bug: unknown;
  process.on("uncaughtException", onBug);
  process.on("unhandledRejection", onBug);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => ending.resolve(exitOk));

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
    console.error(masker.mask(say.expected(error, language)));
    return exitFailed;
  }
  const following = followConfiguration(daemon, load, loaded.plan, env);
  process.on("SIGHUP", () => void following.reload());
  // Whoever reads this may send a signal at once.
  console.log(say.started(daemon.url, loaded, demonstration, language));
  const manager = createServiceManager(env, (line) => console.error(line));
  manager.ready();
  const code = await ending.promise;
  manager.stopping();
  following.stop();
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
export function configurationFile(given: string | undefined, env: Env): string | undefined {
  const named = given ?? env["MAILVIGIL_CONFIG"];
  if (named !== undefined && named !== "") return named;
  return existsSync("mailvigil.yaml") ? "mailvigil.yaml" : undefined;
}

/**
 * Reads the configuration again when it is asked to, and every minute while there are mailboxes whose server could not be found
 * yet (no network at the start).
 */
function followConfiguration(
  daemon: Daemon,
  load: () => Promise<Loaded>,
  first: Plan,
  env: Env,
): { reload(): Promise<void>; stop(): void } {
  let plan = first;
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: the later file must win, however long the earlier one took. */
  function apply(): Promise<Loaded> {
    const applied = last.then(async () => {
      const loaded = await load();
      if ("plan" in loaded) {
        plan = loaded.plan;
        await daemon.reload(plan);
      }
      return loaded;
    });
    last = applied.catch(() => undefined);
    return applied;
  }
  const timer = setInterval(() => {
    if (plan.probes.some((probe) => probe.waiting !== undefined)) void apply();
  }, lookAgainMs);
  timer.unref();
  return {
    async reload() {
      const before = plan;
      const loaded = await apply();
      const language = loaded.language ?? terminalLanguage(env);
      if ("plan" in loaded) {
        console.error(say.reloaded(plan, language));
        for (const line of say.needsRestart(before.settings, plan.settings, language)) console.error(line);
      } else {
        for (const error of loaded.errors) console.error(say.diagnostic(error, language));
        console.error(say.reloadRefused(language));
      }
    },
    stop: () => clearInterval(timer),
  };
}
