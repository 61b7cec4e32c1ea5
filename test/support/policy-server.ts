import { once } from "node:events";
import net from "node:net";

/** What Postfix tells about one recipient: `sender`, `recipient`, `client_address`, `protocol_state` … */
export type PolicyRequest = Readonly<Record<string, string>>;

export interface PolicyServer {
  /** For `startPostfix({ policy })`. */
  readonly service: string;
  readonly requests: readonly PolicyRequest[];
  stop(): Promise<void>;
}

/**
 * A policy server for Postfix (SMTPD_POLICY_README): `decide` answers with an access(5) action, `DUNNO` or
 * `451 4.7.1 Greylisted, try again later`.
 */
export async function startPolicyServer(decide: (request: PolicyRequest) => string): Promise<PolicyServer> {
  const requests: PolicyRequest[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    let text = "";
    socket.on("data", (part) => {
      text += part.toString();
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const pairs = text
          .slice(0, end)
          .split("\n")
          .map((line): [string, string] => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]);
        text = text.slice(end + 2);
        const request = Object.fromEntries(pairs);
        requests.push(request);
        socket.write(`action=${decide(request)}\n\n`);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the policy server has no port");
  return {
    service: `inet:127.0.0.1:${address.port}`,
    requests,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Greylisting as servers do it: a new triple of client, sender and recipient is told to come back after `delayMs`. */
export function greylist(delayMs: number, applies: (request: PolicyRequest) => boolean): (request: PolicyRequest) => string {
  const firstSeen = new Map<string, number>();
  return (request) => {
    if (!applies(request)) return "DUNNO";
    const triple = [request["client_address"], request["sender"], request["recipient"]].join(" ");
    const first = firstSeen.get(triple) ?? Date.now();
    firstSeen.set(triple, first);
    return Date.now() - first < delayMs ? "451 4.7.1 Greylisted, try again later" : "DUNNO";
  };
}
