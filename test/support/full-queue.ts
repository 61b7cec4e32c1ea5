import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";

/** Node sets a backlog of at least one and accepts at once; this never accepts. */
const program = `
import socket, sys
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(0)
print(s.getsockname()[1], flush=True)
sys.stdin.read()
`;

/** A listener at 127.0.0.1 whose queue is full: the kernel drops further SYNs without a word, as a filter does. */
export async function startFullQueue(): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const child = spawn("python3", ["-c", program], { stdio: ["pipe", "pipe", "inherit"] });
  const [line]: unknown[] = await once(child.stdout, "data");
  const port = Number(String(line));
  const fillers = [0, 1, 2].map(() => net.connect(port, "127.0.0.1").on("error", () => undefined));
  await Promise.all(fillers.slice(0, 1).map((socket) => once(socket, "connect")));
  return {
    port,
    close: async () => {
      fillers.forEach((socket) => socket.destroy());
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}
