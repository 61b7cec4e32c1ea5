import type { CheckContext } from "../model/check.ts";

type Note = CheckContext["note"];

/** As `ctx.once`; each of those that share what was made has its evidence. */
export async function notedOnce<T>(
  ctx: Pick<CheckContext, "once" | "note">,
  what: string,
  make: (note: Note, within: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  let isOurs = false;
  const { made, lines } = await ctx.once(
    what,
    async (within) => {
      isOurs = true;
      const seen: string[] = [];
      const note = (line: string): void => {
        seen.push(line);
        ctx.note(line);
      };
      return { made: await make(note, within), lines: seen };
    },
    signal,
  );
  if (!isOurs) for (const line of lines) ctx.note(line);
  return made;
}
