/** Ctrl-C ends what is under way and not the process, so that what is known can be told; a second one ends the process. */
export function interruptible(): Disposable & { readonly signal: AbortSignal } {
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort();
  process.once("SIGINT", stop);
  return { signal: interrupted.signal, [Symbol.dispose]: () => void process.off("SIGINT", stop) };
}
