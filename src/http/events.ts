import type { ServerResponse } from "node:http";

export interface EventHubOptions {
  /** Names this run of the process; ids are `<boot>-<n>`. Letters and digits only. */
  readonly boot: string;
  /** Events kept for clients that come back. */
  readonly capacity?: number;
  readonly heartbeatMs?: number;
  /** A client that leaves more than this unread is dropped; it comes back by itself and resumes. */
  readonly maxBufferedBytes?: number;
  readonly maxClients?: number;
}

export interface EventHub {
  /** Sends one event to everyone. `data` must be JSON-safe. */
  publish(event: string, data: unknown): void;
  /**
   * Takes over a response: from now on it is a stream of events (HTML Living Standard 9.2). False, and nothing written,
   * when there are too many clients.
   */
  connect(response: ServerResponse, lastEventId: string | undefined): boolean;
  clients(): number;
  dropped(): number;
  close(): void;
}

/**
 * One stream for every page. An event is encoded once and the same bytes go to every client; what is published in one turn
 * of the event loop (a commit of many observations) is one write per client. The response ends by closing the connection
 * instead of chunks: that leaves out two small writes per event and client.
 */
export function createEventHub(options: EventHubOptions): EventHub {
  const { boot, capacity = 1000, heartbeatMs = 15_000, maxBufferedBytes = 262_144, maxClients = 2000 } = options;
  const clients = new Set<ServerResponse>();
  const ring: { readonly n: number; readonly frame: Buffer }[] = [];
  let last = 0;
  let waiting: Buffer[] = [];
  let dropped = 0;

  const send = (bytes: Buffer): void => {
    for (const client of clients) {
      if (client.writableLength > maxBufferedBytes) {
        dropped += 1;
        clients.delete(client);
        client.destroy();
      } else client.write(bytes);
    }
  };
  const flush = (): void => {
    const [first, ...more] = waiting;
    if (first === undefined) return;
    const bytes = more.length === 0 ? first : Buffer.concat(waiting);
    waiting = [];
    send(bytes);
  };
  const heartbeat = setInterval(() => send(Buffer.from(": still here\n\n")), heartbeatMs);
  heartbeat.unref();

  const frameOf = (id: string, event: string, data: unknown): string =>
    `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

  /** What a new client gets first: what it missed, or the word to fetch everything anew. */
  const greeting = (lastEventId: string | undefined): Buffer => {
    const start = `retry: 2000\n${frameOf(`${boot}-${last}`, "hello", {})}`;
    if (lastEventId === undefined || lastEventId === "") return Buffer.from(start);
    const [seenBoot, seen] = lastEventId.split("-");
    const n = Number(seen);
    const oldest = ring[0]?.n ?? last + 1;
    const known = seenBoot === boot && Number.isInteger(n) && n >= oldest - 1 && n <= last;
    if (!known) return Buffer.from(`retry: 2000\n${frameOf(`${boot}-${last}`, "reset", {})}`);
    return Buffer.concat([Buffer.from("retry: 2000\n\n"), ...ring.filter((one) => one.n > n).map((one) => one.frame)]);
  };

  return {
    publish(event, data) {
      last += 1;
      const frame = Buffer.from(frameOf(`${boot}-${last}`, event, data));
      ring.push({ n: last, frame });
      if (ring.length > capacity) ring.shift();
      if (clients.size === 0) return;
      waiting.push(frame);
      if (waiting.length === 1) setImmediate(flush);
    },
    connect(response, lastEventId) {
      if (clients.size >= maxClients) return false;
      // What waits for its turn is already in the ring: a client that comes now must not get it twice.
      flush();
      response.useChunkedEncodingByDefault = false;
      response.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
        "x-content-type-options": "nosniff",
        connection: "close",
      });
      response.socket?.setNoDelay(true);
      response.write(greeting(lastEventId));
      clients.add(response);
      response.on("close", () => clients.delete(response));
      response.on("error", () => clients.delete(response));
      return true;
    },
    clients: () => clients.size,
    dropped: () => dropped,
    close() {
      clearInterval(heartbeat);
      for (const client of clients) client.end();
      clients.clear();
    },
  };
}
