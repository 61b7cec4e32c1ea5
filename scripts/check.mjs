// `npm run check`: the gate. Each step is one line at the end; all run, so that one look shows everything that is wrong.
import { pathToFileURL } from "node:url";
import { installPackages, root, run } from "./runtime.mjs";
import { runTests } from "./vitest.mjs";

const bin = (name) => `${root}/node_modules/.bin/${name}`;

const steps = [
  { name: "format", step: () => run(bin("oxfmt"), ["--check", "."]) },
  { name: "lint", step: () => run(bin("oxlint"), []) },
  { name: "types", step: () => run(bin("tsc"), ["-p", "."]) },
  { name: "types of the page", step: () => run(bin("tsc"), ["-p", "dashboard"]) },
  { name: "unused code and packages", step: () => run(bin("knip"), []) },
  { name: "build of the page", step: () => run(bin("vite"), ["build", "dashboard", "--logLevel", "warn"]) },
];

/** Runs the gate. Each step counts as one test. */
export async function check() {
  const total = { passed: 0, failed: 0, skipped: 0, broken: [] };
  for (const { name, step } of steps) {
    console.log(`\n== ${name}`);
    const ok = (await step()) === 0;
    total[ok ? "passed" : "failed"] += 1;
    if (!ok) total.broken.push(name);
  }
  return total;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  installPackages();
  const gate = await check();
  const unit = await runTests("unit");
  const failed = gate.failed + unit.failed;
  if (gate.broken.length > 0) console.log(`\nbroken: ${gate.broken.join(", ")}`);
  console.log(`${gate.passed + unit.passed} passed, ${failed} failed${unit.skipped > 0 ? `, ${unit.skipped} skipped` : ""}`);
  process.exit(failed > 0 ? 1 : 0);
}
