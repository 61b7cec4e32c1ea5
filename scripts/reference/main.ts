// `npm run reference`: writes docs/reference from what the checks declare.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadChecks } from "../../src/plugins.ts";
import { differences, referencePages } from "./pages.ts";
import { presentPages, referenceFolder } from "./present.ts";

const wanted = referencePages(await loadChecks());
const present = presentPages();
for (const difference of differences(wanted, present)) console.log(difference);
for (const path of present.keys()) if (!wanted.has(path)) rmSync(join(referenceFolder, path));
for (const [path, text] of wanted) {
  const file = join(referenceFolder, path);
  mkdirSync(dirname(file), { recursive: true });
  if (present.get(path) !== text) writeFileSync(file, text);
}
console.log(`${wanted.size} pages in docs/reference`);
