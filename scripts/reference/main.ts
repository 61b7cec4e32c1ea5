// `npm run reference`: writes docs/reference from what the checks declare, and all presets of providers into one file.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readPresets, writtenPresets } from "../../src/config/presets.ts";
import { allPresets } from "../../src/config/providers.ts";
import { loadChecks } from "../../src/plugins.ts";
import { differences, referencePages } from "./pages.ts";
import { presentPages, referenceFolder } from "./present.ts";

const presets = readPresets();
writeFileSync(allPresets, writtenPresets(presets));

const wanted = referencePages(await loadChecks());
const present = presentPages();
for (const difference of differences(wanted, present)) console.log(difference);
for (const path of present.keys()) if (!wanted.has(path)) rmSync(join(referenceFolder, path));
for (const [path, text] of wanted) {
  const file = join(referenceFolder, path);
  mkdirSync(dirname(file), { recursive: true });
  if (present.get(path) !== text) writeFileSync(file, text);
}
console.log(`${wanted.size} pages in docs/reference, ${presets.length} presets`);
