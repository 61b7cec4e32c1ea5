import { execFile } from "node:child_process";

/** Tells systemd how it goes. Does nothing where systemd did not start us. */
export interface ServiceManager {
  /** Up; from now on a sign of life is sent for as long as the event loop turns. */
  ready(): void;
  stopping(): void;
}

/**
 * By sd_notify(3) of systemd, sent by its own program: Node has no datagram sockets of the Unix kind. The unit says NotifyAccess=all.
 * @param log gets one line when that program fails, once
 */
export function createServiceManager(
  env: Readonly<Record<string, string | undefined>>,
  log: (line: string) => void,
): ServiceManager {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: watchdog } = env;
  if (socket === undefined || socket === "") return { ready: () => undefined, stopping: () => undefined };
  let hasFailed = false;
  const tell = (...words: readonly string[]): void => {
    execFile("systemd-notify", [...words], { timeout: 10_000 }, (error) => {
      if (!error || hasFailed) return;
      hasFailed = true;
      log(`systemd-notify failed, so that systemd may take Mailvigil for frozen: ${error.message.split("\n")[0] ?? ""}`);
    });
  };
  const watchdogMs = Number(watchdog) / 1_000;
  let timer: NodeJS.Timeout | undefined;
  return {
    ready() {
      tell("--ready", "STATUS=Watching");
      // Three times within the time that systemd gives: one that is lost does no harm.
      if (watchdogMs > 0) timer = setInterval(() => tell("WATCHDOG=1"), Math.max(1_000, watchdogMs / 3)).unref();
    },
    stopping() {
      clearInterval(timer);
      tell("STOPPING=1");
    },
  };
}
