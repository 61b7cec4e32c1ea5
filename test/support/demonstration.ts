import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { startDemo } from "../../src/demo/start-demo.ts";
import type { Demo } from "../../src/demo/start-demo.ts";

const server = z.object({ host: z.string(), port: z.number(), security: z.enum(["tls", "starttls"]) });
const written = z.object({
  settings: z.object({ dns: z.object({ servers: z.array(z.string()) }) }),
  mailboxes: z.array(
    z.object({ address: z.string(), login: z.string(), password: z.object({ file: z.string() }), imap: server, smtp: server }),
  ),
  endpoints: z.array(z.object({ host: z.string(), port: z.number() })),
  probes: z.record(z.string(), z.unknown()),
});

export interface OpenDemonstration extends AsyncDisposable {
  readonly demo: Demo;
  readonly folder: string;
  readonly configuration: z.output<typeof written>;
  /** PEM of its authority. */
  readonly ca: string;
  mailbox(address: string): z.output<typeof written>["mailboxes"][number] & { readonly pass: string };
  /** Where on the timetable of the faults it stands, in seconds. */
  setClock(second: number): void;
}

/** The demonstration company in a folder of its own; its clock stands at a second without a fault until it is set. */
export async function openDemonstration(speed = 1): Promise<OpenDemonstration> {
  const folder = await mkdtemp(join(tmpdir(), "mailvigil-demo-"));
  let second = 0;
  const demo = await startDemo({ folder, speed, clock: () => second });
  const configuration = written.parse(parse(await readFile(demo.configurationFile, "utf8")));
  const ca = await readFile(join(folder, "ca.pem"), "utf8");
  const passwords = new Map(
    await Promise.all(
      configuration.mailboxes.map(async ({ address, password }) => {
        const text = await readFile(join(dirname(demo.configurationFile), password.file), "utf8");
        return [address, text.trimEnd()] as const;
      }),
    ),
  );
  return {
    demo,
    folder,
    configuration,
    ca,
    mailbox: (address) => {
      const found = configuration.mailboxes.find((mailbox) => mailbox.address === address);
      if (found === undefined) throw new Error(`The demonstration has no mailbox ${address}`);
      return { ...found, pass: passwords.get(address) ?? "" };
    },
    setClock: (to) => {
      second = to;
    },
    [Symbol.asyncDispose]: async () => {
      await demo.stop();
      await rm(folder, { recursive: true });
    },
  };
}
