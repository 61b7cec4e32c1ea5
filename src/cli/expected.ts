import type { Language } from "../model/text.ts";
import { say } from "./say.ts";

/** What was to be done could not be done, for a reason outside of Mailvigil. */
export const exitFailed = 1;

/** What names its own place and remedy needs one clear line and no stack: it is no fault of Mailvigil. */
const expected = new Set(["StoreError", "ListenError", "PluginError", "DnsServerError", "AddressRangeError", "SecretError"]);
export const isExpected = (error: unknown): error is Error => error instanceof Error && expected.has(error.name);

/** Does the work of a command whose exit code is no verdict: what ends it as expected is told in the language of the configuration. */
export async function toldIn(language: Language, work: () => number | Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!isExpected(error)) throw error;
    console.error(say.expected(error, language));
    return exitFailed;
  }
}
