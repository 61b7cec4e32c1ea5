import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Hono } from "hono";
import { streamSSE, type SSEStreamingApi } from "hono/streaming";
import { listen, type Listening } from "../src/http/listen.ts";
import { eventsEach, gapMs, kinds, type Kind } from "./events-plan.ts";
import { createFullBoard } from "./full-board.ts";

/** A server of live events; SIGUSR2 makes it publish: `node bench/events-server.ts <kind>`. */
const full = createFullBoard(100);
const at = { host: "127.0.0.1", port: 0, nextFreePort: false };

/** What the product sends of a run. */
const data = JSON.stringify({
  probe: "mailbox-17@example.com/imap-login",
  status: "ok",
  observed: "ok",
  findings: [],
  at: Date.now(),
  durationMs: 87,
  nextAt: Date.now() + 60_000,
});

interface Served {
  readonly url: string;
  publish(n: number): void;
}

async function serveOurs(): Promise<Served> {
  const { url } = await listen(full.app, at);
  return {
    url: `${url}/api/v1/events`,
    publish(n) {
      const probe = full.probes[n % full.probes.length];
      if (probe) full.board.apply(full.batchOf(probe, Date.now()));
    },
  };
}

async function serveHono(): Promise<Served> {
  const streams = new Set<SSEStreamingApi>();
  const app = new Hono().get("/", (c) =>
    streamSSE(c, async (stream) => {
      streams.add(stream);
      await new Promise<void>((resolve) => stream.onAbort(() => resolve()));
    }),
  );
  const { url }: Listening = await listen({ fetch: app.fetch, request: app.request, close: () => undefined }, at);
  return {
    url,
    publish(n) {
      for (const stream of streams) void stream.writeSSE({ event: "probe", id: `bench-${n}`, data });
    },
  };
}

async function serveBare(): Promise<Served> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n");
      sockets.add(socket);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, at.host, resolve));
  const address = server.address();
  return {
    url: `http://${at.host}:${typeof address === "object" && address ? address.port : 0}`,
    publish(n) {
      const frame = Buffer.from(`id: bench-${n}\nevent: probe\ndata: ${data}\n\n`);
      for (const socket of sockets) socket.write(frame);
    },
  };
}

const serve: Readonly<Record<Kind, () => Promise<Served>>> = { ours: serveOurs, hono: serveHono, bare: serveBare };
const kind = kinds.find((it) => it === process.argv[2]);
if (kind === undefined) throw new Error(`Say which: ${kinds.join(", ")}`);
const served = await serve[kind]();
process.on("SIGUSR2", async () => {
  for (let n = 0; n < eventsEach; n += 1) {
    served.publish(n);
    await sleep(gapMs);
  }
  console.log("published");
});
process.on("SIGTERM", () => process.exit(0));
console.log(`listening ${served.url}`);
