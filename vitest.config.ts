import { defineConfig } from "vitest/config";

const slow = ["test/integration/**/*.test.ts", "test/e2e/**/*.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: slow,
          setupFiles: ["test/support/setup.ts"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "integration",
          include: slow,
          setupFiles: ["test/support/setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Real servers take fixed ports on addresses of their own: one file at a time.
          fileParallelism: false,
        },
      },
    ],
  },
});
