import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Fault } from "./fault.ts";
import { prepareNamespace } from "./namespace.ts";
import type { Outcome } from "./outcome.ts";
import { secondMailSystem } from "./second-mail-system.ts";

const agent = fileURLToPath(new URL("agent.ts", import.meta.url));

/** Nothing takes longer, or something in the lab hangs. */
const mostMs = 240_000;

export interface CampaignOptions {
  /** The other tools look as well. Default false. */
  readonly tools?: boolean;
  readonly onOutcome?: (outcome: Outcome) => void;
}

/**
 * Runs faults in several labs side by side, each fault alone in its lab. Almost all of the time is waited, so that there may be more
 * labs than processors.
 * @throws Error with what a lab said, when two break down at the same fault
 */
export async function runFaults(
  faults: readonly Pick<Fault, "id">[],
  labs: number,
  { tools = false, onOutcome = () => undefined }: CampaignOptions = {},
): Promise<readonly Outcome[]> {
  // Fetched out here: in there is no way to the world.
  await secondMailSystem();
  const namespace = await prepareNamespace();
  const left = faults.map(({ id }) => id);
  const outcomes = new Map<string, Outcome>();
  const open = async (before: Promise<unknown>): Promise<ReturnType<typeof converse>> => {
    await before;
    const talk = converse(namespace.run(agent, tools ? ["--tools"] : []));
    await talk.next();
    return talk;
  };
  // One lab after the other: a dozen servers start in each, and each wants a processor.
  let last: Promise<unknown> = Promise.resolve();
  const openNext = async (): Promise<ReturnType<typeof converse>> => {
    const opening = open(last);
    last = opening;
    return opening;
  };
  // A lab that breaks down on a busy machine is built anew, once for each fault: that is no word about the fault.
  const failed = new Set<string>();
  const work = async (): Promise<void> => {
    let talk = await openNext();
    try {
      for (let id = left.shift(); id !== undefined; id = left.shift()) {
        try {
          talk.say(id);
          const outcome: Outcome = JSON.parse(await talk.next());
          outcomes.set(id, outcome);
          onOutcome(outcome);
        } catch (error) {
          if (failed.has(id)) throw error;
          failed.add(id);
          left.push(id);
          await talk.end();
          console.error(error);
          talk = await openNext();
        }
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
