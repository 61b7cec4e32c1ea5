// `npm test`: installs what is missing and runs everything: the gate, unit tests, real servers, the page in Chromium.
import { createInterface } from "node:readline/promises";
import { check } from "./check.mjs";
import { installSystemPackages, missingSystemPackages } from "./system-packages.mjs";
import { installPackages } from "./runtime.mjs";
import { runTests } from "./vitest.mjs";

/** Nobody is there to answer or to read "skipped": what cannot run is a failure. */
const unattended = process.env.CI === "true" || !process.stdin.isTTY;

installPackages();
const missing = missingSystemPackages();
if (missing.length > 0 && (unattended || (await agreed(missing)))) installSystemPackages(missing);

const parts = [await check(), await runTests("unit"), await runTests("integration")];
const sum = (key) => parts.reduce((total, part) => total + part[key], 0);
const skipped = sum("skipped");
const failed = sum("failed") + (unattended ? skipped : 0);
const broken = parts.flatMap((part) => part.broken ?? []);
if (broken.length > 0) console.log(`\nbroken: ${broken.join(", ")}`);
console.log(`\n${sum("passed")} passed, ${failed} failed${skipped > 0 && !unattended ? `, ${skipped} skipped` : ""}`);
process.exit(failed > 0 ? 1 : 0);

async function agreed(packages) {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(
    `The tests need these Debian packages: ${packages.join(" ")}\nInstall them now with apt-get? No service is started. [y/N] `,
  );
  terminal.close();
  return /^y/i.test(answer.trim());
}
