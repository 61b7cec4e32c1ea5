import { createSocket } from "node:dgram";
import { promises as nodeDns } from "node:dns";
import { fileURLToPath } from "node:url";
import Dns2 from "dns2";
import { encodeQuery } from "../src/net/dns-message.ts";
import { createResolver } from "../src/net/dns.ts";
import { launch, ownCpuUs } from "./processes.ts";
import type { Part } from "./report.ts";

const server = fileURLToPath(new URL("./dns-server.ts", import.meta.url));
const host = "127.0.93.101";
const lookups = 15_000;
const inFlight = 50;
const rounds = 5;

type Lookup = (name: string) => Promise<number>;

/** CPU that asking for the MX records of a name costs, by our resolver and by others, from one server. */
export async function dns(): Promise<Part> {
  const child = launch(process.execPath, [server, host]);
  await using undo = new AsyncDisposableStack();
  undo.defer(() => child.stop());
  const port = Number((await child.said(/listening (\d+)/))[1]);

  const ours = undo.adopt(createResolver({ servers: [`${host}:${port}`] }), (it) => it.close());
  const node = new nodeDns.Resolver();
  node.setServers([`${host}:${port}`]);
  const dns2 = new Dns2({ nameServers: [host], port });
  const floor = undo.use(await bareSocket(port));
  const lookupBy = {
    ours: async (name) => (await ours.ask(name, "MX")).records.length,
    node: async (name) => (await node.resolve(name, "MX")).length,
    dns2: async (name) => (await dns2.resolve(name, "MX")).answers.length,
    floor: floor.lookup,
  } satisfies Record<string, Lookup>;

  const samples: Record<keyof typeof lookupBy, number[]> = { ours: [], node: [], dns2: [], floor: [] };
  const kinds = ["ours", "node", "dns2", "floor"] as const;
  for (const kind of kinds) await measure(lookupBy[kind], 2_000);
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of kinds) samples[kind].push(await measure(lookupBy[kind], lookups));
  }
  const row = (what: string, name: string, those: readonly number[], goals: Part["rows"][number]["goals"]) =>
    ({ what, ours: { unit: "µs", samples: samples.ours }, beside: { name, unit: "µs", samples: those }, goals }) as const;
  return {
    rows: [
      row("CPU for each DNS lookup", "dns2's client", samples.dns2, [{ of: "ours", most: 25 }]),
      row("the same", "node:dns (c-ares)", samples.node, []),
      row("the same", "one bare socket, the answer not decoded (floor)", samples.floor, []),
    ],
    notes: [],
  };
}

/** @returns microseconds of CPU for each lookup */
async function measure(lookup: Lookup, count: number): Promise<number> {
  const before = process.cpuUsage();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const name = `m${next++ % 1000}.example.com`;
      if ((await lookup(name)) !== 1) throw new Error(`${name} has no MX record`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return ownCpuUs(before) / count;
}

/** As little as can be done: one connected socket, the id counted up, one count read of the answer. */
async function bareSocket(port: number): Promise<AsyncDisposable & { readonly lookup: Lookup }> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.connect(port, host, resolve));
  const waiting = new Map<number, (answers: number) => void>();
  let id = 0;
  socket.on("message", (message) => {
    const asked = message.readUInt16BE(0);
    waiting.get(asked)?.(message.readUInt16BE(6));
    waiting.delete(asked);
  });
  return {
    lookup: (name) =>
      new Promise((resolve) => {
        id = (id + 1) & 0xffff;
        const query = encodeQuery(name, "MX", { recurse: true, checkingDisabled: false, edns: true });
        query.writeUInt16BE(id, 0);
        waiting.set(id, resolve);
        socket.send(query);
      }),
    [Symbol.asyncDispose]: () => new Promise((resolve) => void socket.close(() => resolve())),
  };
}
