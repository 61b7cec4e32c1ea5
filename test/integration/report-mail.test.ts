import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { monthBefore, monthWindow } from "../../src/model/month.ts";
import { emptyBatch } from "../../src/model/state.ts";
import { openDatabase } from "../../src/store/database.ts";
import { createRecorder } from "../../src/store/recorder.ts";
import { authority } from "../support/mail-world.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const address = "127.0.191.1";
const month = monthBefore(Date.now(), "UTC");
const { from } = monthWindow(month, "UTC");
const hour = 3_600_000;

let folder: string;
let server: SMTPServer;
let port = 0;
/** What the server does with a mail: nothing, until it may. */
let takes = false;
const arrived: string[] = [];
const connections: number[] = [];
let daemon: ChildProcess | undefined;

beforeAll(async () => {
  const { issue, certPem } = await authority();
  folder = await mkdtemp(join(tmpdir(), "mailvigil-report-"));
  await writeFile(join(folder, "ca.pem"), certPem);
  const { keyPem: key, chainPem: cert } = await issue({ names: [], addresses: [address] });
  server = new SMTPServer({
    secure: true,
    key,
    cert,
    authOptional: true,
    disableReverseLookup: true,
    onConnect(_session, done) {
      connections.push(Date.now());
      if (takes) done();
    },
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        arrived.push(Buffer.concat(chunks).toString());
        done(null, "Ok: queued");
      });
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, address, () => resolve()));
  const at = server.server.address();
  port = typeof at === "object" && at !== null ? at.port : 0;

  const db = openDatabase(join(folder, "data"));
  const change = (when: number, was: "ok" | "critical" | "unknown", is: "ok" | "critical") => ({
    probe: "127.0.191.3:9/tls-certificate",
    from: was,
    to: is,
    at: when,
    confirmedAt: when,
  });
  const recorder = createRecorder(db);
  await recorder.commit(
    {
      ...emptyBatch,
      transitions: [
        change(from, "unknown", "ok"),
        change(from + 24 * hour, "ok", "critical"),
        change(from + 26 * hour, "critical", "ok"),
      ],
    },
    { atOnce: true },
  );
  recorder.close();
  db.close();
  await writeFile(
    join(folder, "mailvigil.yaml"),
    `
settings: { language: zh-CN, timezone: UTC, company: 示例贸易, http: { listen: "127.0.0.1:0" }, tls: { ca: [ca.pem] }, self_tests: off }
endpoints: [{ host: 127.0.191.3, port: 9, protocol: tls, business: critical }]
channels:
  boss: { type: email, host: ${address}, port: ${port}, from: report@example.org, to: [boss@example.org] }
  ops: { type: webhook, url: "http://127.0.191.2:9/hook", secret: { env: HOOK }, allow_private: true }
alerts: { rules: [{ channels: [ops] }] }
report: { channels: [boss], time: "0:00" }
`,
  );
});
afterAll(async () => {
  daemon?.kill("SIGKILL");
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await rm(folder, { recursive: true, force: true });
});

function launch(): ChildProcess {
  const started = spawn(process.execPath, [main, "start", "--config", join(folder, "mailvigil.yaml")], {
    env: { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", HOOK: `whsec_${Buffer.alloc(32, 7).toString("base64")}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.stderr?.on("data", (part: Buffer) => said.push(part.toString()));
  started.stdout?.on("data", (part: Buffer) => said.push(part.toString()));
  daemon = started;
  return started;
}
const said: string[] = [];

async function kill(started: ChildProcess): Promise<void> {
  // Nothing but a kill may end it.
  expect([started.exitCode, said.join("")]).toEqual([null, expect.any(String)]);
  started.kill("SIGKILL");
  await once(started, "exit");
}

function rows(query: string): readonly unknown[] {
  const db = new Sqlite(join(folder, "data", "mailvigil.db"), { readonly: true });
  try {
    return db.prepare(query).all();
  } finally {
    db.close();
  }
}

test("the report of the last month is mailed once, whatever kills the daemon on the way", { timeout: 120_000 }, async () => {
  // Killed before, while and after the month is made, and while the mail is on its way.
  for (const ms of [150, 400, 700]) {
    const started = launch();
    await sleep(ms);
    await kill(started);
  }
  const handing = launch();
  const before = connections.length;
  await expect.poll(() => connections.length > before || said.join(""), { timeout: 15_000 }).toBe(true);
  await kill(handing);
  const [stored] = rows("SELECT month, version, sha256, made_at FROM report_month");
  expect(arrived).toEqual([]);

  takes = true;
  const last = launch();
  await expect.poll(() => arrived.length, { timeout: 60_000 }).toBe(1);
  await expect
    .poll(() => rows("SELECT state FROM outbox WHERE turn = 'report'"), { timeout: 20_000 })
    .toEqual([{ state: "accepted" }]);
  await kill(last);
  const again = launch();
  await sleep(4_000);
  await kill(again);

  expect(arrived).toHaveLength(1);
  expect(rows("SELECT month, version, sha256, made_at FROM report_month")).toEqual([stored]);
  expect(rows("SELECT key, about, incident FROM outbox WHERE turn = 'report'")).toEqual([
    { key: `report:${month}:1:boss`, about: month, incident: null },
  ]);
  const [mail = ""] = arrived;
  expect(mail).toMatch(/^Content-Type: multipart\/alternative/m);
  expect(mail).toMatch(/^X-Mailvigil-About: \d{4}-\d\d$/m);
  const html = mail.slice(mail.indexOf("text/html"));
  const bodyText = Buffer.from(
    html.slice(html.indexOf("\r\n\r\n") + 4).split("\r\n--")[0] ?? "",
    html.includes("base64") ? "base64" : "utf8",
  ).toString();
  expect(bodyText.length).toBeGreaterThan(10_000);
  expect(bodyText).toContain(`/report/${month}`);
});
