import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createOnce, oneAtATime } from "../../src/cli/audit-world.ts";
import type { Dial } from "../../src/model/connection.ts";
import { createDial } from "../../src/net/dial.ts";
import { lookAtMx } from "../../src/net/mx-session.ts";
import { createZone } from "../support/zone.ts";

const address = "127.0.74.12";
const limits = { connect: 2_000, greeting: 2_000, session: 2_000 };

describe("one audit at a mail server that counts connections", () => {
  let connections = 0;
  let open = 0;
  let most = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    open += 1;
    most = Math.max(most, open);
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.write("220 mx.example.com ESMTP\r\n");
    socket.on("data", (data) => {
      const word = data.toString().slice(0, 4).toUpperCase();
      if (word === "QUIT") {
        open -= 1;
        socket.end("221 bye\r\n");
      } else setTimeout(() => socket.write("250 mx.example.com\r\n"), 20);
    });
  });
  beforeAll(async () => {
    server.listen(25, address);
    await once(server, "listening");
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  const plain: Dial = createDial({ ask: createZone({}).ask, extraAuthorities: [] });
  const stopping = new AbortController().signal;

  test("one look serves every check, with the evidence of each", async () => {
    connections = 0;
    const shared = createOnce(stopping);
    const notes: string[][] = [[], [], [], []];
    const looks = await Promise.all(
      notes.map((lines) =>
        lookAtMx(
          { dial: plain, once: shared, note: (line) => lines.push(line) },
          { host: "mx.example.com", address, port: 25 },
          limits,
          stopping,
        ),
      ),
    );
    expect(connections).toBe(1);
    expect(looks.map(({ state }) => state)).toEqual(["serves", "serves", "serves", "serves"]);
    expect(notes[0]?.length).toBeGreaterThan(2);
    for (const lines of notes) expect(lines).toEqual(notes[0]);
  });

  test("the names of one address take turns", async () => {
    connections = 0;
    most = 0;
    const dial = oneAtATime(plain);
    const ctx = { dial, once: createOnce(stopping), note: () => undefined };
    const hosts = ["mx1.example.com", "mx2.example.com", "mx3.example.com"];
    const looks = await Promise.all(hosts.map((host) => lookAtMx(ctx, { host, address, port: 25 }, limits, stopping)));
    expect(looks.map(({ state }) => state)).toEqual(["serves", "serves", "serves"]);
    expect({ connections, most }).toEqual({ connections: 3, most: 1 });
  });

  test("a connection that was refused lets the next one try", async () => {
    const dial = oneAtATime(plain);
    const refused = { host: "x", address: "127.0.74.13", port: 25, tls: "none" } as const;
    const tries = [1, 2, 3].map(() => dial(refused, stopping));
    const ended = await Promise.allSettled(tries);
    expect(ended.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  });
});
