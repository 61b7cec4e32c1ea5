import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Fault } from "./fault.ts";
import { prepareNamespace } from "./namespace.ts";
import type { Outcome } from "./outcome.ts";
import { secondMailSystem } from "./second-mail-system.ts";

const agent = fileURLToPath(new URL("agent.ts", import.meta.url));

/** Nothing takes longer, or something in the lab hangs. */
const mostMs = 120_000;

/**
 * Runs faults in several labs side by side, each fault alone in its lab. Almost all of the time is waited, so that there may be more
 * labs than processors.
 * @throws Error with what a lab said, when one breaks down
 */
export async function runFaults(
  faults: readonly Pick<Fault, "id">[],
  labs: number,
  onOutcome: (outcome: Outcome) => void = () => undefined,
): Promise<readonly Outcome[]> {
  // Fetched out here: in there is no way to the world.
  await secondMailSystem();
  const namespace = await prepareNamespace();
  const left = faults.map(({ id }) => id);
  const outcomes = new Map<string, Outcome>();
  const work = async (): Promise<void> => {
    const talk = converse(namespace.run(agent, []));
    try {
      await talk.next();
      for (let id = left.shift(); id !== undefined; id = left.shift()) {
        talk.say(id);
        const outcome: Outcome = JSON.parse(await talk.next());
        outcomes.set(id, outcome);
        onOutcome(outcome);
      }
    } finally {
      await talk.end();
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(labs, faults.length) }, work));
  } finally {
    await namespace.close();
  }
  return faults.flatMap(({ id }) => outcomes.get(id) ?? []);
}

function converse(child: ChildProcess) {
  const errors: string[] = [];
  child.stderr?.on("data", (part: Buffer) => errors.push(part.toString()));
  child.stdin?.on("error", () => undefined);
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  if (!child.stdout) throw new Error("The lab has no output");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    say: (line: string): void => void child.stdin?.write(`${line}\n`),
    next: async (): Promise<string> => {
      const timer = setTimeout(() => child.kill("SIGKILL"), mostMs);
      try {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`The lab broke down: ${errors.join("").slice(-4_000)}`);
        return value;
      } finally {
        clearTimeout(timer);
      }
    },
    end: async (): Promise<void> => {
      child.stdin?.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
      await ended;
      clearTimeout(timer);
    },
  };
}
