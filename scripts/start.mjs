// `npm start`: installs what is missing, builds the page when its sources changed, runs the daemon and starts it again after a crash.
import { spawn } from "node:child_process";
import { installPackages, environment, root, runtime } from "./runtime.mjs";

installPackages();
const { buildPageIfNeeded } = await import("./build-page.mjs");
buildPageIfNeeded();

/** The daemon ends with 70 (EX_SOFTWARE) after an uncaught error; it has written everything by then. */
const crashed = 70;
const mostRestarts = 5;
const within = 600_000;
const restarts = [];
let child;
let stopping = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    stopping ||= signal !== "SIGHUP";
    // A terminal sends Ctrl-C to the daemon as well; a second one would only cut its farewell short.
    if (signal !== "SIGINT" || !process.stdin.isTTY) child?.kill(signal);
  });
}

// npm runs this below a shell, and a signal to npm ends that shell alone: whoever started us is gone then, and so are we.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid === parent) return;
  stopping = true;
  child?.kill("SIGTERM");
}, 1000).unref();

function start() {
  child = spawn(runtime(), ["src/main.ts", "start", ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
    env: environment(),
  });
  child.on("error", (error) => {
    console.error(`Cannot start the daemon: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    const now = Date.now();
    while (restarts.length > 0 && restarts[0] < now - within) restarts.shift();
    if (code !== crashed || stopping || restarts.length >= mostRestarts) process.exit(code ?? (signal ? 1 : 0));
    restarts.push(now);
    console.error("The daemon ended after an unexpected error and is started again. 程序异常退出，正在重新启动。");
    setTimeout(start, 1000 * restarts.length);
  });
}

start();
