import { createServer as createTcpServer, Socket } from "node:net";
import dns, { Packet, type Resource } from "dns2";
import type { DnsFailure, RecordType } from "../../src/model/dns.ts";
import { typeCodes } from "../../src/net/dns-message.ts";
import { parentOf } from "../../src/net/dns-name.ts";
import { createLookup, type Found, type Zone } from "./zone.ts";

/** One question as the server got it. */
export interface FakeQuery {
  readonly name: string;
  readonly type: RecordType | undefined;
  readonly transport: "udp" | "tcp";
  /** 0 for the first question to this server. */
  readonly index: number;
  readonly request: Packet;
}

/** What a server does instead of answering well. Raw bytes are sent as they are, but for the id of the question. */
export type Misbehaviour =
  | "SERVFAIL"
  | "REFUSED"
  | "NOTIMP"
  | "FORMERR"
  /** FORMERR without OPT for a question that has one (RFC 6891 7). */
  | "no-edns"
  | "silence"
  /** TC over UDP. */
  | "truncate"
  | "wrong-id"
  | "wrong-question"
  /** NS records of another zone instead of an answer. */
  | "referral"
  | { readonly raw: Uint8Array }
  | { readonly afterMs: number }
  /** Over TCP: takes the question and ends the connection after so many octets of the answer. */
  | { readonly cutAfter: number }
  | { readonly extendedError: number; readonly rcode: number };

export interface FakeDnsOptions {
  /** Default 127.0.0.1. */
  readonly address?: string;
  /** Default: a free one. UDP and TCP share it. */
  readonly port?: number;
  /** The AA bit of every answer, as a server of the zone sets it. Default false. */
  readonly authoritative?: boolean;
  /** Answer an alias alone and leave its target to the asker. Default false. */
  readonly aliasesOnly?: boolean;
  /** Zones given away: zone ▶ name server ▶ its addresses (glue). Questions at or below one get a referral. */
  readonly delegates?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly misbehave?: (query: FakeQuery) => Misbehaviour | undefined;
}

export interface FakeDns extends AsyncDisposable {
  /** As `createResolver` takes it. */
  readonly server: string;
  readonly port: number;
  /** `TYPE name` of every question over UDP, `TYPE name tcp` over TCP. */
  readonly calls: string[];
  /** From now on. */
  setZone(zone: Zone): void;
  close(): Promise<void>;
}

type Lookup = (name: string, type: RecordType) => Found;

/**
 * A real DNS server (UDP and TCP, dns2) on loopback that answers from a zone table, or badly where it is told so. A function stands
 * in for what no table can hold: names without end.
 */
export async function startFakeDns(zone: Zone | Lookup, options: FakeDnsOptions = {}): Promise<FakeDns> {
  const address = options.address ?? "127.0.0.1";
  let lookup = typeof zone === "function" ? zone : createLookup(zone);
  const calls: string[] = [];
  const connections = new Set<Socket>();
  /** What is to be answered late may be so after the end. */
  let closed = false;

  const server = dns.createServer({
    udp: { type: address.includes(":") ? "udp6" : "udp4" },
    tcp: true,
    handle: (request, send, client) => {
      const [question] = request.questions;
      if (question === undefined) return;
      const name = question.name.toLowerCase();
      const type = typeNames.get(question.type);
      const transport = client instanceof Socket ? "tcp" : "udp";
      if (client instanceof Socket) connections.add(client);
      const query: FakeQuery = { name, type, transport, index: calls.length, request };
      calls.push(`${type ?? `TYPE${question.type}`} ${name}${transport === "tcp" ? " tcp" : ""}`);

      const response = answer(query, lookup, options);
      if (response === undefined) return;
      const bad = options.misbehave?.(query);
      if (bad === undefined || Buffer.isBuffer(response)) void send(response);
      else
        misbehave(
          bad,
          query,
          response,
          (message) => !closed && void send(message),
          client instanceof Socket ? client : undefined,
        );
    },
  });
  // A taken address fails here: without it the server would wait for ever, and the test would only be out of time.
  const refused = Promise.withResolvers<never>();
  refused.promise.catch(() => undefined);
  server.on("error", refused.reject);
  const port = options.port ?? (await freePort(address));
  await Promise.race([server.listen({ udp: { port, address }, tcp: { port, address } }), refused.promise]);

  const close = (): Promise<void> => {
    closed = true;
    // The server waits for its clients, and one that owes an answer never ends.
    for (const connection of connections) connection.destroy();
    return server.close();
  };
  return {
    server: address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`,
    port,
    calls,
    setZone: (next) => (lookup = createLookup(next)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const typeNames: ReadonlyMap<number, RecordType> = new Map(
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the table are its type's
  Object.entries(typeCodes).map(([name, code]) => [code, name as RecordType]),
);

async function freePort(address: string): Promise<number> {
  const probe = createTcpServer();
  await new Promise<void>((resolve) => void probe.listen(0, address, resolve));
  const bound = probe.address();
  await new Promise((resolve) => void probe.close(resolve));
  if (bound === null || typeof bound === "string") throw new Error("no port");
  return bound.port;
}

/** The answer of a good server; undefined where the table wants silence. */
function answer(query: FakeQuery, lookup: Lookup, options: FakeDnsOptions): Packet | Buffer | undefined {
  const response = Packet.createResponseFromRequest(query.request);
  const hasOpt = query.request.additionals.some((record) => record.type === Packet.TYPE.EDNS);
  if (hasOpt) response.additionals.push(Packet.Resource.EDNS([], { doFlag: true, udpPayloadSize: 1232 }));
  const flags = { aa: options.authoritative === true ? (1 as const) : (0 as const), ra: 1 as const };
  Object.assign(response.header, flags);
  if (query.type === undefined) return fail("NOTIMP", response);
  const given = Object.entries(options.delegates ?? {}).find(([zone]) => query.name === zone || query.name.endsWith(`.${zone}`));
  if (given !== undefined) return refer(...given, response);

  let at = query.name;
  for (let steps = 0; steps < 40; steps++) {
    const found = lookup(at, query.type);
    if (found.kind === "failed") return fail(found.code, response);
    if (found.kind === "alias") {
      response.answers.push(record(at, "CNAME", found.ttl, { domain: found.target }));
      if (options.aliasesOnly === true) return response;
      at = found.target;
      continue;
    }
    if (found.kind !== "records") {
      if (found.kind === "nxdomain") response.header.rcode = Packet.RCODE.NXDOMAIN;
      response.authorities.push(soaOf(at, lookup));
      return response;
    }
    Object.assign(response.header, { ad: found.authenticated ? 1 : 0 });
    for (const data of found.records) response.answers.push(record(at, query.type, found.ttl, rdata(query.type, data)));
    return response;
  }
  return response;
}

function refer(zone: string, servers: Readonly<Record<string, readonly string[]>>, response: Packet): Packet {
  response.header.aa = 0;
  for (const [server, addresses] of Object.entries(servers)) {
    response.authorities.push(record(zone, "NS", 300, { ns: server }));
    for (const address of addresses) {
      response.additionals.push(record(server, address.includes(":") ? "AAAA" : "A", 300, { address }));
    }
  }
  return response;
}

function fail(code: DnsFailure, response: Packet): Packet | Buffer | undefined {
  if (code === "TIMEOUT" || code === "NETWORK") return undefined;
  if (code === "BADRESP") return broken(response);
  if (code !== "DISAGREE") response.header.rcode = { SERVFAIL: 2, REFUSED: 5, NOTIMP: 4, FORMERR: 1, OTHER: 9 }[code];
  return response;
}

/** An answer with an A record of three octets: the codec would not write it, so the type is patched in. */
function broken(response: Packet): Buffer {
  response.answers.push(new Packet.Resource({ name: "a", type: 0xfff0, class: 1, ttl: 1, data: Buffer.alloc(3) }));
  const message = response.toBuffer();
  message.writeUInt16BE(typeCodes.A, message.indexOf(Buffer.from([0xff, 0xf0])));
  return message;
}

function soaOf(name: string, lookup: Lookup): Resource {
  for (let at: string | undefined = name; at !== undefined; at = parentOf(at)) {
    const found = lookup(at, "SOA");
    if (found.kind === "records") return record(at, "SOA", found.ttl, rdata("SOA", found.records[0]));
  }
  const soa = { nsname: "ns.invalid", hostmaster: "host.invalid", serial: 1, refresh: 1, retry: 1, expire: 1, minttl: 60 };
  return record(name.split(".").slice(-2).join("."), "SOA", 300, rdata("SOA", soa));
}

const record = (name: string, type: RecordType, ttl: number, data: Partial<Resource>): Resource =>
  new Packet.Resource({ name, type: typeCodes[type], class: 1, ttl, ...data });

/** A record of the table in the words of dns2. */
function rdata(type: RecordType, data: unknown): Partial<Resource> {
  if (typeof data === "string") {
    if (type === "A" || type === "AAAA") return { address: data };
    return type === "NS" ? { ns: data } : { domain: data };
  }
  if ((type === "TXT" || type === "SPF") && Array.isArray(data)) return { data: data.map(String) };
  if (data instanceof Uint8Array) {
    const bytes = Buffer.from(data);
    if (type !== "DNSKEY") return { data: bytes };
    const key = bytes.subarray(4).toString("base64");
    return { flags: bytes.readUInt16BE(0), protocol: bytes.readUInt8(2), algorithm: bytes.readUInt8(3), key };
  }
  if (typeof data !== "object" || data === null) throw new Error(`no ${type} record: ${String(data)}`);
  const { nsname, hostmaster, expire, minttl, critical, name, ...rest } = { ...blank, ...data };
  if (type === "SOA") return { ...rest, primary: nsname, admin: hostmaster, expiration: expire, minimum: minttl };
  if (type === "CAA") return { ...rest, flags: critical };
  return type === "SRV" ? { ...rest, target: name } : rest;
}

const blank = { nsname: "", hostmaster: "", expire: 0, minttl: 0, critical: 0, name: "" };

function misbehave(
  how: Misbehaviour,
  query: FakeQuery,
  response: Packet,
  send: (message: Packet | Buffer) => void,
  socket: Socket | undefined,
): void {
  if (how === "silence") return;
  if (typeof how === "object") {
    if ("afterMs" in how) return void setTimeout(() => send(response), how.afterMs);
    if ("cutAfter" in how) return void socket?.end(Buffer.concat([Buffer.from([1, 0]), Buffer.alloc(how.cutAfter)]));
    if ("extendedError" in how) {
      return send(Packet.createErrorResponseFromRequest(query.request, how.rcode, { infoCode: how.extendedError }));
    }
    const raw = Buffer.from(how.raw);
    if (raw.length >= 2) raw.writeUInt16BE(query.request.header.id, 0);
    return send(raw);
  }
  switch (how) {
    case "no-edns": {
      if (query.request.additionals.length === 0) return send(response);
      const bare = Packet.createResponseFromRequest(query.request);
      bare.header.rcode = Packet.RCODE.FORMERR;
      return send(bare);
    }
    case "truncate":
      if (query.transport === "udp") {
        response.header.tc = 1;
        response.answers = [];
      }
      return send(response);
    case "wrong-id":
      response.header.id ^= 1;
      return send(response);
    case "wrong-question":
      for (const question of response.questions) question.name = `other.${question.name}`;
      return send(response);
    case "referral":
      response.answers = [];
      response.header.rcode = Packet.RCODE.NOERROR;
      response.header.aa = 0;
      response.authorities = [record("elsewhere.example", "NS", 300, { ns: "ns.elsewhere.example" })];
      return send(response);
    case "SERVFAIL":
    case "REFUSED":
    case "NOTIMP":
    case "FORMERR":
      response.header.rcode = Packet.RCODE[how];
      response.answers = [];
      return send(response);
  }
}
