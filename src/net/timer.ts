/** Later than this and a timer says more about our own event loop than about the far side. */
const lateMs = 50;
const maxExtensions = 3;

/**
 * Calls `expire` once `ms` have passed in which we were able to listen. On a loop that was held up, timers run before the data
 * they wait for: so what has arrived is read first, and the time by which the timer was late is given once more.
 * @returns ends the wait
 */
export function startTimer(ms: number, expire: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let extensions = 0;
  const wait = (forMs: number): void => {
    const due = performance.now() + forMs;
    timer = setTimeout(() => {
      const late = performance.now() - due;
      if (late > lateMs && extensions < maxExtensions) {
        extensions += 1;
        wait(Math.min(late, ms));
        return;
      }
      // One turn to read what has arrived, one for what that sets off.
      immediate = setImmediate(() => {
        immediate = setImmediate(expire);
      });
    }, forMs);
  };
  wait(ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
