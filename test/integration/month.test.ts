import { afterEach, expect, test } from "vitest";
import { loadProviders, type Provider } from "../../src/config/providers.ts";
import type { Submitted } from "../../src/demo/smtp-server.ts";
import { createOthersMail, day, folderIn, leftBehind, put } from "../support/month-mail.ts";
import { mostWithin, type Seen } from "../support/month-servers.ts";
import { hostOf, type MonthBox, type MonthWorld, type Post, startMonth, toInbox } from "../support/month-world.ts";

/** A week takes about a minute; `npm run test:long` watches the whole month. */
const days = process.env["MAILVIGIL_LONG"] === "1" ? 30 : 7;
const minute = 60_000;
const hour = 60 * minute;
const [sales, canary] = ["sales@own.test", "canary@partner.test"];
const providers = loadProviders();

let world: MonthWorld | undefined;
afterEach(async () => {
  await world?.[Symbol.asyncDispose]();
  world = undefined;
});

const provider = (id: string): Provider => {
  const found = providers.get(id);
  if (!found) throw new Error(`There is no preset ${id}`);
  return found;
};

/** What a server writes to the sender of a mail (RFC 3464). */
function report({ raw, queueId }: Submitted, to: MonthBox, action: "failed" | "delayed"): string {
  const header = raw.toString("latin1").split("\r\n\r\n", 1)[0] ?? "";
  const status = action === "failed" ? "5.2.2" : "4.4.1";
  return [
    `From: MAILER-DAEMON@${hostOf(to.account.address)}`,
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
    `Message-ID: <${queueId}.${action}@${hostOf(to.account.address)}>`,
    "Auto-Submitted: auto-replied",
    "",
    "--b",
    "Content-Type: text/plain",
    "",
    "Your mail could not be delivered.",
    "--b",
    "Content-Type: message/delivery-status",
    "",
    `Reporting-MTA: dns; ${hostOf(to.account.address)}`,
    "",
    `Final-Recipient: rfc822; ${to.account.address}`,
    `Action: ${action}`,
    `Status: ${status}`,
    `Diagnostic-Code: smtp; 552 ${status} The mailbox is over its quota`,
    "",
    "--b",
    "Content-Type: text/rfc822-headers",
    "",
    header,
    "",
    "--b--",
    "",
  ].join("\r\n");
}

/** Mail as it goes in a month: most arrives at once; some in junk, twice, late, too late, or not at all; copies are kept. */
function eventfulPost(): Post {
  let count = 0;
  return (mail, to, from) => {
    count += 1;
    // Coremail keeps what was sent by itself.
    if (from.account.address === sales) put(folderIn(from.account, "Sent"), mail.raw, Date.now(), ["\\Seen"]);
    const arrive = (folder = "INBOX"): void => {
      toInbox(mail, to, folder);
      // Gmail's recipient has all but junk once more.
      if (to.account.address === canary && folder === "INBOX") put(folderIn(to.account, "Everything"), mail.raw, Date.now());
    };
    const later = (ms: number): unknown => setTimeout(() => arrive(), ms);
    const reported = (action: "failed" | "delayed"): unknown =>
      setTimeout(() => put(folderIn(from.account, "INBOX"), report(mail, to, action), Date.now()), 10_000);
    if (count % 40 === 7) arrive("Junk");
    else if (count % 40 === 13) later(45 * minute);
    else if (count % 40 === 19) reported("failed");
    else if (count % 40 === 23) {
      reported("delayed");
      later(5 * minute);
    } else arrive();
    if (count % 40 === 31) arrive();
    if (count % 200 === 37) later(26 * hour);
  };
}

const configuration = (it: MonthWorld): string => `mailboxes:
  - { address: ${sales}, password: { env: SALES }, provider: exmail, business: critical, off: [provider-status, port-reachability], ${it.serversOf(sales)} }
  - { address: ${canary}, password: { env: CANARY }, provider: google, role: partner, off: [imap-login, pop3-login, smtp-submission, provider-status, port-reachability], ${it.serversOf(canary)} }
probes:
  ${sales}/managesieve:
    check: managesieve
    options: { host: ${hostOf(sales)}, port: ${it.boxes.get(sales)?.ports.sieve}, security: tls, user: ${sales}, password: { env: SALES } }
`;

/** What the limits of a preset allow, and what there was more. */
function exceeded(
  { title, loginsPerHour, connections, messagesPerMinute, messagesPerDay }: Provider,
  seen: Seen,
): readonly string[] {
  const logins = seen.logins.map(({ at }) => at);
  const rows: readonly (readonly [string, number, number | undefined])[] = [
    ["logins an hour", mostWithin(logins, hour), loginsPerHour],
    ["logins a day", mostWithin(logins, day), loginsPerHour && loginsPerHour * 24],
    ["connections at a time", seen.mostOpen, connections],
    ["mails a minute", mostWithin(seen.mails, minute), messagesPerMinute],
    ["mails a day", mostWithin(seen.mails, day), messagesPerDay],
  ];
  return rows.flatMap(([what, most, limit]) =>
    most > (limit ?? Infinity) ? [`${title.en}: ${most} ${what}, ${limit} allowed`] : [],
  );
}

test("a watched pair of mailboxes is left as it was", { timeout: 3_600_000 }, async () => {
  world = await startMonth([sales, canary], eventfulPost());
  const { boxes, time } = world;
  const [mine, partner] = [boxes.get(sales), boxes.get(canary)];
  if (!mine || !partner) throw new Error("there are no mailboxes");
  const accounts = [mine.account, partner.account];
  const others = createOthersMail();
  for (let i = 0; i < 20; i += 1)
    others.arrive(folderIn(mine.account, "INBOX"), time.now() - (20 - i) * hour, i % 2 ? ["\\Seen"] : []);
  const began = time.now();
  const config = configuration(world);
  const passwords = { SALES: `${sales}-1`, CANARY: `${canary}-1` };
  await world.use(config, passwords);

  const refusedFrom = began + 2 * day + 10 * hour;
  const refusedTo = refusedFrom + day;
  const happenings = new Map<number, () => unknown>([
    [30, () => world?.restart()],
    [58, () => (mine.account.password = `${sales}-2`)],
    [60, () => world?.restart()],
    [64, () => world?.use(config, passwords)],
    [70, () => world?.restart()],
    [82, () => world?.use(config, { ...passwords, SALES: `${sales}-2` })],
  ]);
  const sizes: number[] = [];
  for (let hours = 0; hours < days * 24; hours += 1) {
    await happenings.get(hours)?.();
    const inbox = folderIn(mine.account, "INBOX");
    if (hours % 2 === 0) others.arrive(inbox, time.now());
    if (hours % 3 === 1) others.read(inbox);
    if (hours % 12 === 5) others.mark(inbox, "\\Flagged");
    if (hours % 24 === 7) others.file(inbox, folderIn(mine.account, "Customers"), time.now());
    if (hours % 24 === 9) others.arrive(folderIn(mine.account, "Junk"), time.now());
    if (hours % 24 === 11) others.arrive(folderIn(mine.account, "Sent"), time.now(), ["\\Seen"]);
    if (hours % 6 === 3) others.arrive(folderIn(partner.account, "INBOX"), time.now());
    if (hours % 24 === 13) others.read(folderIn(partner.account, "INBOX"));
    await time.goTo(began + (hours + 1) * hour);
    if (hours % 24 === 23) sizes.push(await world.databaseBytes());
  }
  const runs = [...world.runs.values()].reduce((sum, count) => sum + count, 0);
  expect(runs).toBeGreaterThan(days * 288 * 2);

  // Others' mail: their UIDs, their order, what is read and marked.
  expect(others.count()).toBeGreaterThan(days * 12);
  expect(others.differences(accounts)).toEqual([]);
  // Ours: copies, and what came a day late, are swept once they are a day old, which IMAP counts in whole days.
  expect(leftBehind(accounts).filter(({ at }) => time.now() - at > 3 * day)).toEqual([]);
  // What arrived in time is gone: inbox and junk hold only what is under way, and the few that came a day late.
  expect(leftBehind(accounts).filter(({ place }) => / (INBOX|Junk|Trash|Customers)$/.test(place)).length).toBeLessThan(4);
  // The providers' limits, at the servers.
  expect([...exceeded(provider("exmail"), mine.seen), ...exceeded(provider("google"), partner.seen)]).toEqual([]);
  expect(mostWithin(mine.seen.mails, 15 * minute)).toBeLessThanOrEqual(2);
  // One rejected password: one more try, over all protocols, restarts and reloads.
  const rejected = mine.seen.logins.filter(({ at }) => at >= refusedFrom && at < refusedTo);
  expect(rejected.length).toBeGreaterThan(0);
  expect(rejected.length).toBeLessThanOrEqual(2);
  expect(mine.seen.logins.filter(({ at }) => at >= refusedTo && at < refusedTo + hour).map(({ protocol }) => protocol)).toEqual(
    expect.arrayContaining(["imap", "smtp"]),
  );
  const last = world.daemon().board.last(`${sales}/imap-login`);
  expect(last?.status).toBe("ok");
  // The database grows by its rows of observations and nothing else.
  const [first = 0, ...more] = sizes;
  const perRun = ((more.at(-1) ?? 0) - first) / (runs * (1 - 1 / days));
  expect(perRun).toBeLessThan(200);
});

test("the limits of every preset are kept", { timeout: 300_000 }, async () => {
  const ids = [...providers.keys()];
  const addresses = ids.map((id) => `box@${id}.test`);
  world = await startMonth([...addresses, canary]);
  const { boxes, time } = world;
  const rows = ids.map((id, i) => {
    const servers = world?.serversOf(addresses[i] ?? "");
    return `  - { address: ${addresses[i]}, password: { env: P${i} }, provider: "${id}", business: critical, off: [provider-status, port-reachability], ${servers} }\n`;
  });
  const partner = `  - { address: ${canary}, password: { env: CANARY }, provider: google, role: partner, off: [provider-status, port-reachability], ${world.serversOf(canary)} }\n`;
  await world.use(`mailboxes:\n${rows.join("")}${partner}`, {
    ...Object.fromEntries(addresses.map((address, i) => [`P${i}`, `${address}-1`])),
    CANARY: `${canary}-1`,
  });
  await time.goTo(time.now() + 3 * hour);
  const all = ids.map((id, i) => ({ preset: provider(id), seen: boxes.get(addresses[i] ?? "")?.seen }));
  expect(all.flatMap(({ preset, seen }) => (seen ? exceeded(preset, seen) : [`${preset.id} has no servers`]))).toEqual([]);
  const canarySeen = boxes.get(canary)?.seen;
  expect(canarySeen && exceeded(provider("google"), canarySeen)).toEqual([]);
  // Nobody is within the limits because nothing was done.
  for (const { seen } of all)
    expect(
      seen &&
        mostWithin(
          seen.logins.map(({ at }) => at),
          hour,
        ),
    ).toBeGreaterThan(20);
  expect(
    canarySeen &&
      mostWithin(
        canarySeen.logins.map(({ at }) => at),
        hour,
      ),
  ).toBeGreaterThan(45);
});
