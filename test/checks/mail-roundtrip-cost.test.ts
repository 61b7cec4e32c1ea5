import { afterEach, expect, test, vi } from "vitest";
import check from "../../checks/mail-roundtrip.ts";
import { ImapSession } from "../../src/demo/imap-session.ts";
import { runProbe } from "../../src/engine/run-probe.ts";
import type { Json } from "../../src/model/json.ts";
import { createDial } from "../../src/net/dial.ts";
import { createAuthority } from "../support/certificates.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { folderIn, newAccount, put } from "../support/month-mail.ts";
import { startAccountServers } from "../support/month-servers.ts";
import { secretOf } from "../support/mail-world.ts";
import { createZone } from "../support/zone.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("a round trip whose mail is there at the first look takes two connections and twelve IMAP commands", async () => {
  const host = "mail.example.test";
  const authority = await createAuthority();
  const tls = await authority.issue({ names: [host] });
  const [from, to] = [newAccount("sales@example.test", "a password"), newAccount("canary@example.test", "a password")];
  const store = new Map([from, to].map((account) => [account.address, account]));
  const inbox = folderIn(to, "INBOX");
  for (let i = 0; i < 50; i += 1) put(inbox, `Message-ID: <${i}@elsewhere.test>\r\n\r\nHello\r\n`, Date.now(), ["\\Seen"]);
  await using undo = new AsyncDisposableStack();
  const [sending, receiving] = await Promise.all(
    [from, to].map((account) =>
      startAccountServers(account, host, tls, { store, deliver: ({ raw }) => put(inbox, raw, Date.now() + ahead) }),
    ),
  );
  if (!sending || !receiving) throw new Error("there are no servers");
  undo.defer(async () => {
    await Promise.all([sending.stop(), receiving.stop()]);
  });
  const commands: string[] = [];
  // oxlint-disable-next-line typescript/unbound-method -- called with its own `this`
  const { answer } = ImapSession.prototype;
  vi.spyOn(ImapSession.prototype, "answer").mockImplementation(function counted(this: ImapSession, line) {
    // The response to AUTHENTICATE is a line of its own, and no command.
    if (line.includes(" ")) commands.push(line.split(" ").slice(1, 3).join(" "));
    return answer.call(this, line);
  });

  const { ask } = createZone({ [host]: { A: ["127.0.0.1"] } });
  const dial = createDial({ ask, extraAuthorities: [authority.certPem] });
  const secret = secretOf("a password");
  const options = check.options.parse({
    from: { address: from.address, host, port: sending.ports.smtp, security: "tls", user: from.address, password: secret },
    to: { address: to.address, host, port: receiving.ports.imap, security: "tls", user: to.address, password: secret },
  });
  let memory: Json | undefined;
  let ahead = 0;
  const run = async (): Promise<readonly string[]> => {
    const world = testWorld({ ask, dial, authorities: [authority.certPem], now: () => Date.now() + ahead, memory });
    const outcome = await runProbe(probeOf(check, options), check, world);
    memory = outcome?.memory;
    return outcome?.observation.findings.map(({ code }) => code) ?? ["nothing"];
  };
  /** Sends, and looks 20 s later. */
  const trip = async (): Promise<void> => {
    ahead += 15 * 60_000;
    expect(await run()).toEqual(["not-there-yet"]);
    ahead += 20_000;
    expect(await run()).toEqual([]);
  };

  await trip();
  const connections = sending.seen.connections + receiving.seen.connections;
  commands.length = 0;
  await trip();
  expect(sending.seen.connections + receiving.seen.connections - connections).toBe(2);
  expect(commands, commands.join("; ")).toHaveLength(12);
  expect(inbox.messages).toHaveLength(50);

  // Once a day what was left behind is looked for, in every folder.
  ahead += 86_400_000;
  commands.length = 0;
  await trip();
  expect(commands.filter((command) => command === "UID SEARCH").length).toBeGreaterThan(2);
});
