import { fileURLToPath } from "node:url";
import { ImapFlow } from "imapflow";
import { createTransport } from "nodemailer";
import { z } from "zod";
import imapLogin from "../checks/imap-login.ts";
import imapQuota from "../checks/imap-quota.ts";
import mailRoundtrip from "../checks/mail-roundtrip.ts";
import managesieve from "../checks/managesieve.ts";
import pop3Login from "../checks/pop3-login.ts";
import smtpSubmission from "../checks/smtp-submission.ts";
import { runProbe } from "../src/engine/run-probe.ts";
import type { AnyCheck } from "../src/model/check.ts";
import type { Json } from "../src/model/json.ts";
import { createDial } from "../src/net/dial.ts";
import { probeOf, testWorld } from "../test/support/check-tester.ts";
import { secretOf } from "../test/support/mail-world.ts";
import { createZone } from "../test/support/zone.ts";
import { launch, ownCpuUs } from "./processes.ts";
import type { Goal, Measured, Part, Row } from "./report.ts";

const server = fileURLToPath(new URL("./session-server.ts", import.meta.url));
const rounds = 21;
const minute = 60_000;
const host = "mail.example.com";
const password = "a password";
const [from, to] = ["sales@example.com", "canary@example.com"];

const readySchema = z.object({
  ports: z.object({ imap: z.number(), smtp: z.number(), pop3: z.number(), sieve: z.number() }),
  authority: z.string(),
  control: z.string(),
});
type Ready = z.output<typeof readySchema>;
const seenSchema = z.object({
  imapConnections: z.number(),
  otherConnections: z.number(),
  imap: z.number(),
  lines: z.number(),
  bytes: z.number(),
});

/** What one piece of work cost, and what the servers saw of it. */
type Cost = z.output<typeof seenSchema> & { readonly wall: number; readonly cpu: number };
type Work = () => Promise<unknown>;

/** What each look at a mailbox costs, beside a bare script of the same libraries that does the same. */
export async function roundTrips(): Promise<Part> {
  const servers = launch(process.execPath, [server]);
  try {
    const ready = readySchema.parse(JSON.parse((await servers.said(/^ready (.*)$/m))[1] ?? ""));
    const rows: Row[] = [];
    for (const { name, ours, bare, goals = {} } of works(ready)) {
      const [mine, theirs]: [Cost[], Cost[]] = [[], []];
      for (let round = -3; round < rounds; round += 1) {
        const [a, b] = [await costOf(ours, ready), bare && (await costOf(bare, ready))];
        // The first ones load what the others find loaded.
        if (round < 0) continue;
        mine.push(a);
        if (b) theirs.push(b);
      }
      for (const [what, unit, value] of measures) {
        const of = (costs: readonly Cost[]): Measured => ({ unit, samples: costs.map(value) });
        if (mine.every((cost) => value(cost) === 0)) continue;
        const beside = theirs.length > 0 ? { name: "bare imapflow and nodemailer", ...of(theirs) } : "no library of its own";
        rows.push({ what: `${name}: ${what}`, ours: of(mine), beside, goals: goals[what] ?? [] });
      }
    }
    return { rows, notes: ["A round trip: sent, found in the inbox at the first look, read, judged, and removed."] };
  } finally {
    await servers.stop();
  }
}

const measures: readonly (readonly [what: string, unit: Measured["unit"], value: (cost: Cost) => number])[] = [
  ["connections", "connections", ({ imapConnections, otherConnections }) => imapConnections + otherConnections],
  ["IMAP commands", "commands", ({ imap }) => imap],
  ["commands of other protocols", "commands", ({ lines }) => lines],
  ["bytes, both ways, with TLS", "B", ({ bytes }) => bytes],
  ["wall time", "ms", ({ wall }) => wall],
  ["CPU", "ms", ({ cpu }) => cpu],
];

async function costOf(work: Work, { control }: Ready): Promise<Cost> {
  await fetch(control).then((answer) => answer.text());
  const [began, before] = [performance.now(), process.cpuUsage()];
  await work();
  const [wall, cpu] = [performance.now() - began, ownCpuUs(before) / 1000];
  return { ...seenSchema.parse(await (await fetch(control)).json()), wall, cpu };
}

interface Compared {
  readonly name: string;
  readonly ours: Work;
  readonly bare?: Work;
  readonly goals?: Readonly<Record<string, readonly Goal[]>>;
}

function works({ ports, authority }: Ready): readonly Compared[] {
  const { ask } = createZone({ [host]: { A: ["127.0.0.1"] }, "example.com": { MX: [`10 ${host}`] } });
  const dial = createDial({ ask, extraAuthorities: [authority] });
  const secret = secretOf(password);
  let ahead = 0;
  /** One run, on a clock that can be put forward. @returns the codes of its findings */
  const runner = (check: AnyCheck, given: object) => {
    const options: unknown = check.options.parse(given);
    let memory: Json | undefined;
    return async (): Promise<readonly string[]> => {
      const world = testWorld({ ask, dial, authorities: [authority], now: () => Date.now() + ahead, memory });
      const outcome = await runProbe(probeOf(check, options), check, world);
      memory = outcome?.memory ?? memory;
      return outcome?.observation.findings.map(({ code }) => code) ?? ["nothing"];
    };
  };
  const well = (check: AnyCheck, given: object): Work => {
    const run = runner(check, given);
    return async () => {
      const found = await run();
      if (found.length > 0) throw new Error(`${check.id} is not well: ${found.join(", ")}`);
    };
  };
  const at = (port: number) => ({ host, port, security: "tls", user: from, password: secret });
  const trip = runner(mailRoundtrip, {
    from: { address: from, ...at(ports.smtp) },
    to: { address: to, ...at(ports.imap), user: to },
  });
  const imapOptions = (user: string) => ({
    host: "127.0.0.1",
    port: ports.imap,
    secure: true,
    servername: host,
    tls: { ca: authority },
    auth: { user, pass: password },
    disableAutoIdle: true,
    logger: false as const,
  });
  const smtpOptions = {
    host: "127.0.0.1",
    port: ports.smtp,
    secure: true,
    tls: { ca: authority, servername: host },
    auth: { user: from, pass: password },
  };
  const withImap = async (user: string, work: (client: ImapFlow) => Promise<unknown>): Promise<void> => {
    const client = new ImapFlow(imapOptions(user));
    await client.connect();
    await work(client);
    await client.logout();
  };
  return [
    {
      name: "round trip",
      ours: async () => {
        ahead += 15 * minute;
        const sent = await trip();
        ahead += 20_000;
        const arrived = await trip();
        if (!sent.includes("not-there-yet") || arrived.some((code) => code !== "as-expected"))
          throw new Error(`the mail did not arrive at the first look: ${sent.join(", ")}; ${arrived.join(", ")}`);
      },
      bare: async () => {
        const transport = createTransport(smtpOptions);
        const { messageId } = await transport.sendMail({ from, to, subject: "Short note", text: "Hello" });
        transport.close();
        await withImap(to, async (client) => {
          await client.mailboxOpen("INBOX");
          const found = await client.search({ header: { "message-id": messageId } }, { uid: true });
          const uids = (Array.isArray(found) ? found : []).join(",");
          await client.fetchOne(uids, { headers: true, internalDate: true }, { uid: true });
          await client.messageDelete(uids, { uid: true });
        });
      },
      goals: { connections: [{ of: "ours", most: 2 }], "IMAP commands": [{ of: "ours", most: 12 }] },
    },
    {
      name: "imap-login",
      ours: well(imapLogin, at(ports.imap)),
      bare: () => withImap(from, (client) => client.mailboxOpen("INBOX", { readOnly: true })),
    },
    {
      name: "smtp-submission",
      ours: well(smtpSubmission, at(ports.smtp)),
      bare: async () => {
        const transport = createTransport(smtpOptions);
        await transport.verify();
        transport.close();
      },
    },
    {
      name: "imap-quota",
      ours: well(imapQuota, at(ports.imap)),
      bare: () => withImap(from, (client) => client.getQuota("INBOX")),
    },
    { name: "pop3-login", ours: well(pop3Login, at(ports.pop3)) },
    { name: "managesieve", ours: well(managesieve, at(ports.sieve)) },
  ];
}
