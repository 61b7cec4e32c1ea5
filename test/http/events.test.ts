import type { Server } from "node:http";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { afterEach, describe, expect, test } from "vitest";
import { createApp } from "../../src/http/app.ts";
import type { EventHub, EventHubOptions } from "../../src/http/events.ts";
import { createEventHub } from "../../src/http/events.ts";
import { createExampleCompany } from "../support/example-company.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(hub: EventHub, beforeConnect: () => void = () => undefined): Promise<number> {
  const server: Server = createServer((incoming, outgoing) => {
    beforeConnect();
    const id = incoming.headers["last-event-id"];
    if (!hub.connect(outgoing, typeof id === "string" ? id : undefined)) outgoing.writeHead(503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    hub.close();
    server.closeAllConnections();
    server.close();
  });
  return portOf(server.address());
}

const portOf = (address: AddressInfo | string | null): number => {
  if (typeof address !== "object" || address === null) throw new Error("No port");
  return address.port;
};

interface Stream {
  readonly status: number;
  text(): string;
  /** Resolves when the text holds it; rejects after 2 s. */
  until(part: string): Promise<string>;
  close(): void;
}

const follow = (port: number, headers: Record<string, string> = {}, path = "/"): Promise<Stream> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", () => undefined);
      resolve({
        status: response.statusCode ?? 0,
        text: () => text,
        async until(part) {
          for (const end = Date.now() + 2000; Date.now() < end; await sleep(5)) if (text.includes(part)) return text;
          throw new Error(`"${part}" did not come; there is ${text}`);
        },
        close: () => outgoing.destroy(),
      });
    });
    outgoing.on("error", reject);
    outgoing.end();
    closers.push(() => outgoing.destroy());
  });

const hubOf = (options: Partial<EventHubOptions> = {}): EventHub => createEventHub({ boot: "boot1", ...options });

describe("createEventHub()", () => {
  test("greets a new client with where the stream stands, then sends it every event", async () => {
    const hub = hubOf();
    const port = await listen(hub);
    hub.publish("probe", { n: 1 });
    const stream = await follow(port);
    await stream.until("id: boot1-1\nevent: hello\n");
    hub.publish("probe", { n: 2 });
    expect(await stream.until('id: boot1-2\nevent: probe\ndata: {"n":2}\n\n')).not.toContain('{"n":1}');
  });

  test("hands over what a returning client missed, once and in order", async () => {
    const hub = hubOf();
    const port = await listen(hub);
    for (let n = 1; n <= 5; n += 1) hub.publish("probe", { n });
    const stream = await follow(port, { "last-event-id": "boot1-2" });
    hub.publish("probe", { n: 6 });
    const text = await stream.until('{"n":6}');
    expect([...text.matchAll(/^id: (\S+)$/gm)].map((match) => match[1])).toEqual(["boot1-3", "boot1-4", "boot1-5", "boot1-6"]);
  });

  test("does not send an event twice that was published in the turn in which a client came", async () => {
    const hub = hubOf();
    let n = 0;
    const port = await listen(hub, () => hub.publish("probe", { n: (n += 1) }));
    const first = await follow(port);
    const second = await follow(port, { "last-event-id": "boot1-0" });
    hub.publish("probe", { end: true });
    expect((await first.until("end")).match(/"n":2/g)).toHaveLength(1);
    expect((await second.until("end")).match(/"n":2/g)).toHaveLength(1);
  });

  test.each([
    ["of another run of the daemon", "boot0-4"],
    ["that is one too old", "boot1-2"],
    ["from the future", "boot1-99"],
    ["that is no id", "<script>"],
  ])("tells a client with an id %s to fetch everything", async (_what, id) => {
    const hub = hubOf({ capacity: 3 });
    const port = await listen(hub);
    for (let n = 1; n <= 6; n += 1) hub.publish("probe", { n });
    const stream = await follow(port, { "last-event-id": id });
    expect(await stream.until("event: reset")).toBe("retry: 2000\nid: boot1-6\nevent: reset\ndata: {}\n\n");
  });

  test("resumes from the oldest event it still has", async () => {
    const hub = hubOf({ capacity: 3 });
    const port = await listen(hub);
    for (let n = 1; n <= 6; n += 1) hub.publish("probe", { n });
    const stream = await follow(port, { "last-event-id": "boot1-3" });
    expect(await stream.until('{"n":6}')).not.toContain("reset");
  });

  test("keeps the line alive", async () => {
    const hub = hubOf({ heartbeatMs: 20 });
    const stream = await follow(await listen(hub));
    expect(await stream.until(": still here\n\n")).toContain(": still here");
  });

  test("drops a client that does not read, and goes on for the others", async () => {
    const hub = hubOf({ maxBufferedBytes: 65_536 });
    const port = await listen(hub);
    const lazy = connect(port, "127.0.0.1", () => lazy.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    lazy.pause();
    lazy.on("error", () => undefined);
    closers.push(() => lazy.destroy());
    const stream = await follow(port);
    while (hub.clients() < 2) await sleep(5);
    const big = "x".repeat(50_000);
    for (let n = 0; n < 400 && hub.dropped() === 0; n += 1) {
      hub.publish("probe", { n, big });
      await sleep(1);
    }
    expect(hub.dropped()).toBe(1);
    expect(hub.clients()).toBe(1);
    hub.publish("probe", { last: true });
    await stream.until('{"last":true}');
  });

  test("takes no more clients than it was told to, and forgets those that left", async () => {
    const hub = hubOf({ maxClients: 1 });
    const port = await listen(hub);
    const stream = await follow(port);
    expect((await follow(port)).status).toBe(503);
    stream.close();
    while (hub.clients() > 0) await sleep(5);
    expect((await follow(port)).status).toBe(200);
  });
});

describe("GET /api/v1/events", () => {
  test("streams what the board tells, and resumes by Last-Event-ID", async () => {
    const board = createExampleCompany(Date.now);
    const health = () => ({ loopAgeMs: 0, databaseOk: true, outboxAgeMs: 0 });
    const diagnosis = {
      start: () => ({ kind: "no-asset" as const }),
      progress: () => ({ running: false, waiting: [] }),
      verdict: () => undefined,
    };
    const app = createApp({ board, actions: board.actions, diagnosis, health, version: "1", pageFolder: "/nonexistent" });
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
    closers.push(() => {
      app.close();
      server.close();
    });
    if (!server.listening) await new Promise<void>((resolve) => server.once("listening", resolve));
    const port = portOf(server.address());

    const stream = await follow(port, {}, "/api/v1/events");
    const id = /^id: (\S+)$/m.exec(await stream.until("event: hello"))?.[1] ?? "";
    stream.close();

    board.observe("example.com/dns-mx", { findings: [{ code: "mx-missing", data: { domain: "example.com" } }], status: "ok" });
    board.putIncident({ id: 1043, key: "example.com/dns-mx" });
    board.emit({ kind: "reloaded" });
    const again = await follow(port, { "last-event-id": id }, "/api/v1/events");
    const text = await again.until("event: reloaded");
    const events = [...text.matchAll(/^event: (\S+)\ndata: (.*)$/gm)].map(([, event, data]) => [event, JSON.parse(data ?? "")]);
    expect(events).toMatchObject([
      [
        "probe",
        {
          probe: "example.com/dns-mx",
          status: "ok",
          observed: "critical",
          findings: [{ code: "mx-missing", data: { domain: "example.com" } }],
        },
      ],
      ["incident", { id: 1043 }],
      ["reloaded", {}],
    ]);

    app.close();
    board.observe("example.com/dns-mx", {});
    expect(again.text()).not.toContain('"observed":"ok"');
  });
});
