import { createSocket, Socket } from "node:dgram";

/** One DNS query as it went out. */
export interface Query {
  readonly message: Buffer;
  readonly port: number;
  readonly host: string;
}

/** What this process asks name servers while it works: every datagram from a connected socket, which is how the resolver asks. */
export async function queriesOf(work: () => Promise<unknown>): Promise<readonly Query[]> {
  const queries: Query[] = [];
  const usual = Object.getOwnPropertyDescriptor(Socket.prototype, "send");
  const send: unknown = usual?.value;
  if (!usual || typeof send !== "function") throw new Error("node:dgram has no send to listen to");
  const record = function (this: Socket, ...args: readonly unknown[]): unknown {
    const [message] = args;
    if (Buffer.isBuffer(message) && args.length === 1) {
      const { address, port } = this.remoteAddress();
      queries.push({ message: Buffer.from(message), port, host: address });
    }
    return Reflect.apply(send, this, args);
  };
  Object.defineProperty(Socket.prototype, "send", { ...usual, value: record });
  try {
    await work();
  } finally {
    Object.defineProperty(Socket.prototype, "send", usual);
  }
  if (queries.length === 0) throw new Error("nothing was asked, or not from a connected socket");
  return queries;
}

/** Asks them all again from one socket, so many under way at once, and reads no more of each answer than its id. */
export async function replay(queries: readonly Query[], inFlight: number): Promise<void> {
  const socket = createSocket({ type: "udp4", recvBufferSize: 4_000_000 });
  await new Promise<void>((resolve) => socket.bind(0, resolve));
  const waiting = new Map<number, () => void>();
  socket.on("message", (message) => waiting.get(message.readUInt16BE(0))?.());
  /** A datagram may be lost; who asks for real asks again, too. */
  const answered = (id: number, send: () => void): Promise<void> =>
    new Promise((resolve, reject) => {
      let tries = 0;
      const attempt = (): void => {
        if (tries++ < 5) return send();
        clearInterval(again);
        reject(new Error(`query ${id} was not answered when it was asked again`));
      };
      const again = setInterval(attempt, 1_000);
      waiting.set(id, () => {
        clearInterval(again);
        waiting.delete(id);
        resolve();
      });
      attempt();
    });
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let query = queries[next++]; query !== undefined; query = queries[next++]) {
      const { message, port, host } = query;
      const id = next & 0xffff;
      const again = Buffer.from(message);
      again.writeUInt16BE(id, 0);
      await answered(id, () => socket.send(again, port, host));
    }
  };
  try {
    await Promise.all(Array.from({ length: inFlight }, worker));
  } finally {
    socket.close();
  }
}
