import { once } from "node:events";
import dns2 from "dns2";
import { listen, loopback } from "./listening.ts";
import type { Running } from "./listening.ts";

const { Packet } = dns2;

/** One record without its name: the type, and the fields that dns2 writes for it. */
export interface ZoneRecord {
  readonly type: "A" | "MX" | "TXT" | "NS" | "SOA" | "SRV" | "CAA" | "PTR";
  readonly fields: Partial<dns2.Packet.Resource>;
}

/** The records of a name (lower case), asked for at each question, so that they can change. */
export interface Zones {
  /** The zone that a name is in; undefined where it is in none of them. */
  zoneOf(name: string): string | undefined;
  records(name: string): readonly ZoneRecord[];
  /** Is there anything at or below this name? */
  exists(name: string): boolean;
}

/** Short: a fault that is over shall not live on in a cache. */
const ttl = 5;

/**
 * The name server of the zones, over UDP and TCP on one port (RFC 1035, RFC 7766). It answers for its own zones with
 * authority and refuses everything else: nothing leaves this machine.
 */
export async function startDnsServer(zones: Zones): Promise<Running> {
  const handle = (request: dns2.Packet, send: (response: dns2.Packet) => unknown): void => {
    // The sender of a datagram may be gone by now; a promise of `send` that fails is of no interest.
    Promise.resolve(send(respond(zones, request))).catch(() => undefined);
  };
  // A port that is free for UDP may be taken for TCP: then another one is tried.
  for (let tries = 1; ; tries++) {
    const udp = dns2.createUDPServer(handle);
    udp.on("error", () => undefined);
    udp.bind({ port: 0, address: loopback });
    await once(udp, "listening");
    try {
      const server = dns2.createTCPServer(handle);
      server.maxConnections = 100;
      const tcp = await listen(server, udp.address().port);
      return {
        port: tcp.port,
        stop: async () => {
          const closed = once(udp, "close");
          udp.close();
          await Promise.all([closed, tcp.stop()]);
        },
      };
    } catch (error) {
      udp.close();
      if (tries === 20) throw error;
    }
  }
}

function respond(zones: Zones, request: dns2.Packet): dns2.Packet {
  const response = Packet.createErrorResponseFromRequest(request, Packet.RCODE.NOERROR);
  const question = request.questions[0];
  if (question === undefined || request.questions.length !== 1) {
    response.header.rcode = Packet.RCODE.FORMERR;
    return response;
  }
  const name = question.name.toLowerCase();
  const zone = zones.zoneOf(name);
  if (zone === undefined) {
    response.header.rcode = Packet.RCODE.REFUSED;
    return response;
  }
  const write = (owner: string, record: ZoneRecord) =>
    new Packet.Resource({ name: owner, type: Packet.TYPE[record.type], class: Packet.CLASS.IN, ttl, ...record.fields });
  response.header.aa = 1;
  response.header.ra = 1;
  response.answers = zones
    .records(name)
    .filter((record) => Packet.TYPE[record.type] === question.type)
    .map((record) => write(question.name, record));
  if (response.answers.length === 0) {
    if (!zones.exists(name)) response.header.rcode = Packet.RCODE.NXDOMAIN;
    // RFC 2308 3: a negative answer carries the SOA.
    const soa = zones.records(zone).find((record) => record.type === "SOA");
    if (soa !== undefined) response.authorities = [write(zone, soa)];
  }
  return response;
}
