import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import postfixQueue from "../../checks/postfix-queue.ts";
import { type CheckCase, testCheck, testNow } from "../support/check-tester.ts";
import { createZone } from "../support/zone.ts";

const folder = mkdtempSync(join(tmpdir(), "mailvigil-queue-"));
afterAll(() => rmSync(folder, { recursive: true }));

const minute = 60_000;
interface Mail {
  readonly queue?: string;
  readonly minutes?: number;
  readonly sender?: string;
  readonly to?: readonly string[];
  readonly reason?: string;
  readonly id?: string;
}
let serial = 0;
/** As showq(8) writes it. */
const mail = ({ queue = "deferred", minutes = 90, sender = "li@example.com", to = ["a@far.test"], reason, id }: Mail): string =>
  JSON.stringify({
    queue_name: queue,
    queue_id: id ?? `3F${(serial += 1).toString(16).toUpperCase()}`,
    arrival_time: Math.round((testNow - minutes * minute) / 1000),
    message_size: 1234,
    forced_expire: false,
    sender,
    recipients: to.map((address) => ({ address, ...(reason === undefined ? {} : { delay_reason: reason }) })),
  });
const many = (count: number, make: (index: number) => Mail): readonly string[] =>
  Array.from({ length: count }, (_, index) => mail(make(index)));

let files = 0;
function fileOf(lines: readonly string[]): string {
  const path = join(folder, `queue-${(files += 1)}`);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  utimesSync(path, testNow / 1000, testNow / 1000);
  return path;
}
const host = "mail.example.com";
/** What a command prints. */
const printing = (lines: readonly string[]): object => ({ host, command: ["/bin/cat", fileOf(lines)] });
const shell = (script: string): object => ({ host, command: ["/bin/sh", "-c", script] });
const dataIs =
  (data: object): NonNullable<CheckCase["also"]> =>
  ({ findings }) =>
    expect(findings[0]?.data).toMatchObject(data);
const remembering = (more: object) => ({ sampledAt: testNow, hourly: [], lengths: [], moving: {}, ...more });

const refused = "connect to relay.example.net[192.0.2.9]:25: Connection refused";
const http = (
  status: number,
  lines: readonly string[],
  headers: Record<string, string> = {},
): NonNullable<CheckCase["world"]> => {
  return async () => {
    const server = createServer((_, response) => response.writeHead(status, headers).end(lines.join("\n")));
    server.listen(0, "127.0.121.9");
    await once(server, "listening");
    const address = server.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    return {
      options: { host, url: `http://127.0.121.9:${port}/queue.json` },
      ctx: { ask: createZone({}).ask },
      close: () => server.close(),
    };
  };
};

testCheck(postfixQueue, {
  "an empty queue": {
    options: printing([]),
    status: "ok",
    findings: [],
    also: ({ metrics }) => expect(metrics["mails"]).toBe(0),
  },
  "a queue of a working server": {
    options: printing([
      mail({ queue: "active", minutes: 0 }),
      mail({ queue: "incoming", minutes: 0 }),
      mail({ minutes: 30, reason: "host mx.far.test[192.0.2.1] said: 450 4.2.0 Greylisted (in reply to RCPT TO command)" }),
      // A mistyped domain waits for days: no fault of the server.
      mail({
        minutes: 2_000,
        reason: "Host or domain name not found. Name service error for name=gmial.test type=MX: try again",
      }),
    ]),
    status: "ok",
    findings: [],
    also: ({ metrics }) =>
      expect(metrics).toMatchObject({ mails: 4, active: 1, incoming: 1, deferred: 2, hold: 0, oldest: 120_000 }),
  },
  "one reason behind which mail to everybody waits": {
    options: printing(many(6, (i) => ({ to: [`a@far${i}.test`], reason: refused }))),
    status: "critical",
    findings: ["queue-stuck"],
    also: dataIs({ count: 6, minutes: 90, reason: `“${refused}”` }),
  },
  "the same reason, told after the destination was given up for a while": {
    options: printing(many(6, (i) => ({ to: [`a@far${i}.test`], reason: `delivery temporarily suspended: ${refused}` }))),
    status: "critical",
    findings: ["queue-stuck"],
  },
  "a transport of its own that is missing": {
    options: printing([mail({ reason: "mail transport unavailable" })]),
    status: "critical",
    findings: ["queue-stuck"],
    also: dataIs({ count: 1, reason: "“mail transport unavailable”" }),
  },
  "the same words of a far server are not ours": {
    options: printing([mail({ reason: "host mx.far.test[192.0.2.1] said: 451 4.3.0 temporary lookup failure" })]),
    status: "ok",
    findings: [],
  },
  "mail that is seen in the active queue run after run": {
    options: printing([mail({ queue: "active", id: "AB12", minutes: 50 })]),
    memory: remembering({ moving: { AB12: testNow - 35 * minute } }),
    status: "critical",
    findings: ["queue-stuck"],
    also: dataIs({ count: 1, minutes: 35 }),
  },
  "an old mail that is being tried just now is not stuck": {
    options: printing([mail({ queue: "active", id: "AB12", minutes: 3_000 })]),
    status: "ok",
    findings: [],
    also: (_, { memory }) => expect(memory).toMatchObject({ moving: { AB12: testNow } }),
  },
  "many mails for many reasons": {
    options: printing(
      many(60, (i) => ({ to: [`a@far${i % 20}.test`], reason: `host mx.far${i % 20}.test[192.0.2.1] said: 451 4.3.2 later` })),
    ),
    status: "warning",
    findings: ["queue-stuck"],
  },
  "bounces that nobody takes are not counted": {
    options: printing(many(60, (i) => ({ sender: "MAILER-DAEMON", to: [`a@far${i}.test`], reason: refused }))),
    status: "ok",
    findings: [],
  },
  "one destination that puts mail off": {
    options: printing(
      many(7, (i) => ({
        to: [`u${i}@far.test`],
        reason: "host mx.far.test[192.0.2.1] said: 452 4.2.2 The email account that you tried to reach is over quota",
      })),
    ),
    status: "warning",
    findings: ["destination-deferring"],
    also: dataIs({ domain: "far.test", count: 7, by: "mx.far.test", causes: "mailbox-full" }),
  },
  "one destination that greylists": {
    options: printing(
      many(7, () => ({ reason: "host mx.far.test[192.0.2.1] said: 450 4.7.1 Recipient address rejected: Greylisted" })),
    ),
    status: "ok",
    findings: [],
  },
  "mail that is held back": {
    options: printing(many(3, (i) => ({ queue: "hold", minutes: 100 + i }))),
    status: "warning",
    findings: ["mail-held"],
    also: dataIs({ count: 3, minutes: 102 }),
  },
  "a mailing, or a mailbox that was broken into": {
    options: printing(
      many(60, (i) => ({ minutes: 5, sender: "wang@example.com", to: [1, 2, 3, 4].map((n) => `u${n}@far${i}.test`) })),
    ),
    status: "warning",
    findings: ["sender-in-bulk"],
    also: dataIs({ sender: "wang@example.com", recipients: 240, domains: 50, distrusted: 0 }),
  },
  "the same, and the far sides call it spam": {
    options: printing(
      many(60, (i) => ({
        minutes: 5,
        sender: "wang@example.com",
        to: [1, 2, 3, 4].map((n) => `u${n}@far${i}.test`),
        reason: "host g[192.0.2.1] said: 421 4.7.28 unusual rate of unsolicited mail originating from your IP address",
      })),
    ),
    status: "critical",
    findings: ["sender-in-bulk"],
  },
  "a newsletter that is known": {
    options: {
      ...printing(
        many(60, (i) => ({ minutes: 5, sender: "News@example.com", to: [1, 2, 3, 4].map((n) => `u${n}@far${i}.test`) })),
      ),
      bulkSenders: ["news@example.com"],
    },
    status: "ok",
    findings: [],
  },
  "longer than it has been for a week": {
    options: printing(many(150, () => ({ minutes: 5 }))),
    memory: remembering({ hourly: Array.from({ length: 20 }, () => 12), lengths: [40, 90] }),
    status: "warning",
    findings: ["queue-growing"],
    also: dataIs({ count: 150, usual: 12 }),
  },
  "as long as usual": {
    options: printing(many(150, () => ({ minutes: 5 }))),
    memory: remembering({ hourly: Array.from({ length: 20 }, () => 130), lengths: [40, 90] }),
    status: "ok",
    findings: [],
  },
  "a long queue of which the past is not known": {
    options: printing(many(150, () => ({ minutes: 5 }))),
    status: "ok",
    findings: [],
    also: (_, { memory }) => expect(memory).toMatchObject({ hourly: [150], lengths: [150], sampledAt: testNow }),
  },
  "Postfix is down, as its own program says": {
    options: shell(
      'echo "postqueue: warning: Mail system is down -- accessing queue directly (Connect to the Postfix showq service: Connection refused)" >&2',
    ),
    status: "critical",
    findings: ["postfix-down"],
  },
  "Postfix is down, and the program gives up": {
    options: shell('echo "postqueue: fatal: Queue report unavailable - mail system is down" >&2; exit 69'),
    status: "critical",
    findings: ["postfix-down"],
  },
  "who may not ask learns nothing": {
    options: shell('echo "postqueue: fatal: Connect to the Postfix showq service: Permission denied" >&2; exit 69'),
    status: "unknown",
    findings: ["queue-unavailable"],
  },
  "a command that fails": {
    options: shell('echo "ssh: connect to host mail.example.com port 22: Connection timed out" >&2; exit 255'),
    status: "unknown",
    findings: ["queue-unavailable"],
    also: dataIs({
      source: "/bin/sh",
      reason: "the command /bin/sh failed (255): “ssh: connect to host mail.example.com port 22: Connection timed out”",
    }),
  },
  "a command that is not there": {
    options: { host, command: [join(folder, "postqueue")] },
    status: "unknown",
    findings: ["queue-unavailable"],
  },
  "a command that does not end": {
    options: { ...shell("sleep 60 & sleep 60"), timeout: 1_000 },
    status: "unknown",
    findings: ["queue-unavailable"],
    also: dataIs({ reason: "the command /bin/sh took longer than 1 s" }),
  },
  "what is no queue": {
    options: shell("echo 'Mail queue is empty'"),
    status: "unknown",
    findings: ["queue-unreadable"],
    also: dataIs({ lines: 1, first: "Mail queue is empty" }),
  },
  "an empty list of a program that makes one array of the lines": {
    options: shell("echo '[]'"),
    status: "ok",
    findings: [],
    also: ({ metrics }) => expect(metrics["mails"]).toBe(0),
  },
  "a list that is longer than is read": {
    options: shell(`echo '${mail({ minutes: 1 })}'; head -c 140000000 /dev/zero`),
    status: "unknown",
    findings: ["queue-cut"],
    also: dataIs({ count: 1, limit: 134 }),
  },
  "a file that something writes": { options: { host, file: fileOf([mail({ minutes: 1 })]) }, status: "ok", findings: [] },
  "a file that nobody writes any more": {
    options: { host, file: fileOf([]) },
    now: testNow + 3 * 60 * minute,
    status: "unknown",
    findings: ["queue-outdated"],
    also: dataIs({ minutes: 180 }),
  },
  "no such file": { options: { host, file: join(folder, "missing") }, status: "unknown", findings: ["queue-unavailable"] },
  "an address": {
    world: http(
      200,
      many(2, () => ({ minutes: 1 })),
    ),
    status: "ok",
    findings: [],
    also: ({ metrics }) => expect(metrics["mails"]).toBe(2),
  },
  "an address that gives an old answer": {
    world: http(200, [], { "last-modified": new Date(testNow - 60 * minute).toUTCString() }),
    status: "unknown",
    findings: ["queue-outdated"],
  },
  "an address that refuses": {
    world: http(403, ["no"]),
    status: "unknown",
    findings: ["queue-unavailable"],
    also: dataIs({ reason: "status 403" }),
  },
});

describe("the options of postfix-queue", () => {
  test("name exactly one source, which is no shell line and no relative path", () => {
    const parse = (options: object) => postfixQueue.options.safeParse({ host, ...options }).error?.issues[0]?.message;
    expect(parse({})).toBe("must have exactly one of command, file and url");
    expect(parse({ command: ["postqueue", "-j"], file: "/var/queue" })).toBe("must have exactly one of command, file and url");
    expect(parse({ file: "queue.json" })).toBe("must be an absolute path");
    expect(parse({ url: "ftp://mail.example.com/queue" })).toBe("must be an http or https address");
    expect(parse({ command: [""] })).toBe("must begin with a program");
    expect(parse({ command: ["postqueue", "-j"] })).toBeUndefined();
  });
});
