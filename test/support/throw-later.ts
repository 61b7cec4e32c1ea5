/** Preloaded into a daemon to see how it ends after an uncaught error. */
setTimeout(() => {
  throw new Error("thrown on purpose");
}, 2_500).unref();
