import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertFree, startServerProcess, untilServing } from "./server-process.ts";

export interface Spamd {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** The real spamd of the package spamd, without tests that ask the network. @param allowed who may ask it, `-A` */
export async function startSpamd(address: string, allowed = "127.0.0.0/8"): Promise<Spamd> {
  const port = 783;
  const folder = await mkdtemp(join(tmpdir(), "spamd-"));
  await assertFree(address, [port]);
  const server = startServerProcess("/usr/sbin/spamd", [
    "--local",
    "--nouser-config",
    "--max-children=1",
    "--username=nobody",
    "--syslog=stderr",
    `--listen=${address}`,
    `--port=${port}`,
    `--allowed-ips=${allowed}`,
    `--helper-home-dir=${folder}`,
    `--pidfile=${join(folder, "pid")}`,
  ]);
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilServing(address, [], [port], () => server.output());
  } catch (error) {
    await stop();
    throw error;
  }
  return { host: address, port, stop };
}
