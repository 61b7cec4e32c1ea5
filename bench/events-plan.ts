/** Who serves the stream: the product, hono's own helper, or sockets with nothing around them. */
export const kinds = ["ours", "hono", "bare"] as const;
export type Kind = (typeof kinds)[number];

/** One event at a time, as single runs are committed. */
export const eventsEach = 100;
export const gapMs = 30;
