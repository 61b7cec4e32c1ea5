import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // What lets light-dark() and nested rules through as they are written.
    target: ["chrome123", "firefox121", "safari17.5"],
    // The policy of the page allows no script that is not a file of ours.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
