import { createVitest } from "vitest/node";
import type { Shows } from "./check-tester.ts";

export interface CollectedTest {
  /** As `test/checks/dns-mx.test.ts`. */
  readonly file: string;
  /** Its own name, without that of the table or group it stands in. */
  readonly name: string;
  /** What it promises, where it is a case of a check's table. */
  readonly shows: Shows | undefined;
}

/**
 * The tests that vitest would run in these files of a project, as vitest itself finds them: the files are loaded and no test is
 * run. A test that would be skipped is none. Throws where a file cannot be loaded.
 *
 * @param root the folder of the project
 * @param paths parts of the files' paths
 */
export async function collectTests(root: string, project: string, paths: readonly string[]): Promise<CollectedTest[]> {
  // One worker for all of them: isolation is for tests that run, and makes this ten times as slow.
  const vitest = await createVitest("test", {
    root,
    project: [project],
    watch: false,
    reporters: [{}],
    isolate: false,
    fileParallelism: false,
    maxWorkers: 1,
  });
  try {
    const { testModules, unhandledErrors } = await vitest.collect([...paths], { staticParse: false });
    const errors = [...testModules.flatMap((module) => module.errors()), ...unhandledErrors];
    if (errors.length > 0) throw new AggregateError(errors, "files of tests that cannot be loaded");
    return testModules.flatMap((module) =>
      [...module.children.allTests()]
        .filter((test) => test.options.mode === "run")
        .map((test) => ({ file: module.relativeModuleId, name: test.name, shows: test.meta().shows })),
    );
  } finally {
    await vitest.close();
  }
}
