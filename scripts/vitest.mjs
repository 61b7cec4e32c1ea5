import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { root, run } from "./runtime.mjs";

/** Runs one project of the tests (`unit`, `integration`) and counts what it says. A run that ends badly without a failed test failed all the same. */
export async function runTests(project) {
  const report = `${root}/test-results/${project}.json`;
  mkdirSync(`${root}/test-results`, { recursive: true });
  rmSync(report, { force: true });
  console.log(`\n== ${project} tests`);
  const code = await run(`${root}/node_modules/.bin/vitest`, [
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests = 0 } = JSON.parse(readFileSync(report, "utf8"));
  const failed = code !== 0 && numFailedTests === 0 ? 1 : numFailedTests;
  return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests };
}
