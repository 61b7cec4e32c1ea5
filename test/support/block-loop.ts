/** Preloaded into a daemon: holds its event loop for 600 ms, three times in four seconds. */
setInterval(() => {
  const until = performance.now() + 600;
  while (performance.now() < until);
}, 1_300).unref();
