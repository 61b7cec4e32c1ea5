import { join } from "node:path";
import { serve } from "@hono/node-server";
import { createDiagnoseNow } from "../../src/engine/diagnose-now.ts";
import { type AppDeps, createApp } from "../../src/http/app.ts";
import { buildPageIfNeeded } from "../../scripts/build-page.mjs";
import type { FakeBoard } from "./fake-board.ts";

export interface PageServer {
  readonly url: string;
  /** Cuts every connection, as a restart of a proxy would. */
  cut(): void;
  close(): void;
}

/** The real server on a free port, with the page as it is built from the present sources. */
export async function startPageServer(board: FakeBoard, token?: string, more: Partial<AppDeps> = {}): Promise<PageServer> {
  buildPageIfNeeded();
  const diagnosis = createDiagnoseNow({
    board: { ...board, incidentOf: () => undefined },
    runNow: (probe) => board.actions.runNow(probe),
    now: Date.now,
  });
  const app = createApp({
    board,
    diagnosis,
    actions: board.actions,
    health: () => ({ loopAgeMs: 0, databaseOk: true, outboxAgeMs: 0 }),
    version: "0.1.0",
    pageFolder: join(import.meta.dirname, "../../dashboard/dist"),
    token,
    ...more,
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  if (!server.listening) await new Promise<void>((resolve) => server.once("listening", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("No port");
  const cut = (): void => {
    if ("closeAllConnections" in server) server.closeAllConnections();
  };
  return {
    url: `http://127.0.0.1:${address.port}/`,
    cut,
    close() {
      app.close();
      diagnosis.close();
      cut();
      server.close();
    },
  };
}
