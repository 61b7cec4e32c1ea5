import { dataCopyWords } from "../i18n/data-copy.ts";
import { say } from "../model/text.ts";
import { copyData, restoreData } from "../store/copy.ts";
import { chosenFile, configured, exitUsage, type Env } from "./configuration.ts";
import { toldIn } from "./expected.ts";

const megabyte = 1024 * 1024;

/** Writes all data of an installation into one file, while its daemon goes on. Resolves with the exit code. */
export async function backup(file: string, options: { readonly config?: string }, env: Env): Promise<number> {
  const found = await configured(chosenFile(options.config, env), env);
  if (!found) return exitUsage;
  return toldIn(found.language, async () => {
    const bytes = await copyData(found.plan.settings.data, file);
    console.log(say(dataCopyWords.written, found.language, { file, size: (bytes / megabyte).toFixed(1) }));
    return 0;
  });
}

/** Puts such a file in the place of the data; the daemon must not run. Resolves with the exit code. */
export async function restore(file: string, options: { readonly config?: string }, env: Env): Promise<number> {
  const found = await configured(chosenFile(options.config, env), env);
  if (!found) return exitUsage;
  const folder = found.plan.settings.data;
  return toldIn(found.language, () => {
    const old = restoreData(file, folder, Date.now());
    console.log(say(dataCopyWords.restored, found.language, { folder, file }));
    if (old !== undefined) console.log(say(dataCopyWords.keptBeside, found.language, { old }));
    return 0;
  });
}
