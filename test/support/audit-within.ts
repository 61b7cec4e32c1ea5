import { audit } from "../../src/cli/audit.ts";

/** A program: an audit within other limits than the usual ones. What it needed of memory is the last line of standard error. */
const { options, limits } = JSON.parse(process.argv[2] ?? "{}");
process.exitCode = await audit([], options, process.env, limits);
process.on("exit", () => console.error(JSON.stringify({ peakMiB: Math.round(process.resourceUsage().maxRSS / 1024) })));
