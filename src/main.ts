#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { parseDuration } from "./config/duration.ts";
import { version } from "./version.ts";

// Compiling the sources is a good part of a short command's time; the second start finds them compiled.
enableCompileCache();

/** Wrong usage or configuration (EX_USAGE of sysexits.h). */
const wrongUsage = 64;
/** A fault of the product (EX_SOFTWARE). */
const softwareFault = 70;

const program = new Command("mailvigil")
  .description("Watches a company's mail service from the outside.\n从外部监控企业邮件服务。")
  .version(version)
  .exitOverride()
  .showSuggestionAfterError();

const duration = (text: string): number => {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError("Write a duration such as 90s or 2m.");
  return ms;
};
const collect = (one: string, before: readonly string[] = []): readonly string[] => [...before, one];
const configOption = ["--config <file>", "the configuration (else $MAILVIGIL_CONFIG, else ./mailvigil.yaml)"] as const;

// Each command is loaded when it is called: `validate` needs no database and no mail.
program
  .command("start")
  .description("watch, store, tell and show, until it is stopped; without a configuration the demonstration company")
  .option(...configOption)
  .action(async (options: { config?: string }) => {
    const { configurationFile, start } = await import("./cli/start.ts");
    process.exitCode = await start(configurationFile(options.config, process.env), process.env);
  });

program
  .command("validate")
  .description("read a configuration and say everything that is wrong with it")
  .argument("<file>")
  .action(async (file: string) => {
    const { validate } = await import("./cli/validate.ts");
    process.exitCode = await validate(file, process.env);
  });

program
  .command("plan")
  .description("show the probes that a configuration gives, and the mail servers that were found")
  .option(...configOption)
  .option("--json", "one JSON array on standard output")
  .option("--accept", "let passwords go to the servers that DNS names now, where they have changed")
  .action(async (options: { config?: string; json?: boolean; accept?: boolean }) => {
    const { showPlan } = await import("./cli/plan.ts");
    process.exitCode = await showPlan(options, process.env);
  });

program
  .command("check")
  .description("run each probe once, now, without storing anything")
  .option(...configOption)
  .option("--only <glob>", "only probes whose id fits; * fits any text, / too; may be repeated", collect)
  .option("--json", "one JSON array on standard output")
  .option("--wait <duration>", "how long a round trip may take", duration, 120_000)
  .option("--force", "try credentials too that were refused lately")
  .action(async (options: { config?: string; only?: readonly string[]; json?: boolean; wait: number; force?: boolean }) => {
    const { check } = await import("./cli/check.ts");
    process.exitCode = await check(options, process.env);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : wrongUsage;
  else {
    // What names its own remedy needs no stack.
    const known = error instanceof Error && ["PluginError", "StoreError", "DnsServerError"].includes(error.name);
    console.error(known ? error.message : error);
    // Never 1 to 3: those are what `check` found.
    process.exitCode = softwareFault;
  }
}
