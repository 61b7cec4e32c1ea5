import net from "node:net";
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll } from "vitest";

/**
 * No test reaches beyond this machine: a connection to an address that is not its own fails at once, with a message that says so.
 * Namespaces that a test made itself are reached from child processes, which this does not touch.
 */
// oxlint-disable-next-line typescript/unbound-method -- put back as it was, called with its own `this`
const connect = net.Socket.prototype.connect;

function isOwn(host: unknown): boolean {
  if (host === undefined || host === "localhost" || host === "::1") return true;
  if (typeof host !== "string") return false;
  if (/^127\.\d+\.\d+\.\d+$/.test(host)) return true;
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === host));
}

beforeAll(() => {
  net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
    const first: unknown = Array.isArray(args[0]) ? args[0][0] : args[0];
    const host =
      typeof first === "object" && first !== null && "host" in first
        ? first.host
        : typeof first === "number"
          ? args[1]
          : undefined;
    const isPath =
      typeof first === "string" ||
      (typeof first === "object" && first !== null && "path" in first && typeof first.path === "string");
    if (!isPath && typeof host !== "function" && !isOwn(host)) {
      throw new Error(`A test tried to connect to ${String(host)}, which is not this machine's own`);
    }
    return Reflect.apply(connect, this, args);
  };
});

afterAll(() => {
  net.Socket.prototype.connect = connect;
});
