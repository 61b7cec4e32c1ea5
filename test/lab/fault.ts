import type { Cause } from "../../src/model/cause.ts";
import type { Text } from "../../src/model/text.ts";
import type { Configuration } from "./configuration.ts";
import type { Lab } from "./lab.ts";

/** Something that breaks in the lab, and what it is called when it is understood. */
export interface Fault {
  /** Never reused for another fault: the tables in docs go by it. */
  readonly id: string;
  readonly title: Text;
  /** The mailbox that the user calls about. */
  readonly at: string;
  /** Any of these is right: more than one where what can be seen from outside does not tell them apart. */
  readonly expect: readonly Cause[];
  /** Of a double fault: what the other one is called. Either is right, both are better. */
  readonly second?: readonly Cause[];
  /** What is seen of it rests on how long something takes: a busy machine judges less, and may only count it in. */
  readonly timed?: true;
  /** How the company's configuration differs for it. */
  readonly configure?: (usual: Configuration) => object;
  apply(lab: Lab): Promise<void> | void;
  /** What `settle` does not mend by itself. */
  undo?(lab: Lab): Promise<void> | void;
}

/** One after the other; whatever is undone is undone for both. */
export function both(id: string, first: Fault, other: Fault, at: string = first.at): Fault {
  return {
    id,
    title: { en: `${first.title.en}; and ${lowerFirst(other.title.en)}`, zh: `${first.title.zh}；同时${other.title.zh}` },
    at,
    expect: first.expect,
    second: other.expect,
    ...(first.timed || other.timed ? { timed: true } : {}),
    ...(first.configure || other.configure
      ? { configure: (usual) => ({ ...usual, ...first.configure?.(usual), ...other.configure?.(usual) }) }
      : {}),
    apply: async (lab) => {
      await first.apply(lab);
      await other.apply(lab);
    },
    undo: async (lab) => {
      await other.undo?.(lab);
      await first.undo?.(lab);
    },
  };
}

const lowerFirst = (text: string): string => (/^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text);
