import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { runFaults } from "./campaign.ts";
import { diagnosisPage } from "./diagnosis-page.ts";
import { allFaults } from "./faults.ts";
import { faultsPage } from "./faults-page.ts";

/** Makes every fault, lets Mailvigil and the other tools look, and writes the tables in docs. Needs root and Linux. */
const missing = ["/usr/bin/prometheus-blackbox-exporter", "/usr/lib/nagios/plugins/check_imap"].filter(
  (path) => !existsSync(path),
);
if (missing.length > 0) {
  console.error(`${missing.join(", ")}: missing; apt-get install prometheus-blackbox-exporter monitoring-plugins-basic`);
  process.exit(1);
}
const outcomes = await runFaults(allFaults, 2 * availableParallelism(), {
  tools: true,
  onOutcome: ({ fault, seconds }) => console.error(`${fault}: ${seconds} s`),
});
await writeFile("docs/diagnosis.md", diagnosisPage(outcomes, "en"));
await writeFile("docs/diagnosis.zh-CN.md", diagnosisPage(outcomes, "zh-CN"));
await writeFile("docs/faults.md", faultsPage(outcomes, "en"));
await writeFile("docs/faults.zh-CN.md", faultsPage(outcomes, "zh-CN"));
console.log("docs/diagnosis.md and docs/faults.md are written.");
