import { mkdir, mkdtemp, rm, writeFile, chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import managesieve from "../../checks/managesieve.ts";
import imapLogin from "../../checks/imap-login.ts";
import pop3Login from "../../checks/pop3-login.ts";
import { runProbe, type RunOutcome } from "../../src/engine/run-probe.ts";
import type { AnyCheck } from "../../src/model/check.ts";
import type { OAuth } from "../../src/model/oauth.ts";
import { createDial } from "../../src/net/dial.ts";
import { SessionError } from "../../src/net/library-client.ts";
import { visitMailbox } from "../../src/net/mailbox.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type Dovecot, startDovecot } from "../support/dovecot.ts";
import { authority } from "../support/mail-world.ts";
import { limits } from "../support/round-trip-world.ts";
import { credentials, startTokenServer, type TokenServer } from "../support/token-server.ts";
import { createZone } from "../support/zone.ts";

const host = "imap.own.test";
const address = "127.0.26.1";
const { ask } = createZone({ [host]: { A: [address] }, "login.own.test": { A: ["127.0.0.1"] } });
const user = "sales@own.test";

let folder: string;
let tokens: TokenServer;
/** Not the key that Dovecot proves tokens with. */
let stranger: TokenServer;
const running = new Map<string, Dovecot>();

const oauth2 = (mechanisms: string): string => `
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${folder}/oauth2.conf
}
auth_mechanisms = plain ${mechanisms}
protocols = imap pop3 sieve
service managesieve-login {
  inet_listener sieve {
    port = 4190
  }
}
`;

beforeAll(async () => {
  const { issue } = await authority();
  const certificate = await issue({ names: ["login.own.test"] });
  [tokens, stranger] = await Promise.all([startTokenServer({ certificate }), startTokenServer({ certificate })]);
  folder = await mkdtemp(join(tmpdir(), "oauth2-"));
  await chmod(folder, 0o755);
  await mkdir(join(folder, "keys/default/RS256"), { recursive: true });
  await writeFile(join(folder, "keys/default/RS256/default"), tokens.publicKeyPem);
  await writeFile(
    join(folder, "oauth2.conf"),
    `introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix=${folder}/keys/\nusername_attribute = sub\n`,
  );
  const tls = await issue({ names: [host] });
  running.set("XOAUTH2", await startDovecot({ address, users: {}, tls, pop3: true, extraConfig: oauth2("xoauth2") }));
  running.set(
    "OAUTHBEARER",
    await startDovecot({ address: "127.0.26.2", users: {}, tls, extraConfig: oauth2("xoauth2 oauthbearer") }),
  );
}, 60_000);
afterAll(async () => {
  await Promise.all([...running.values()].map((dovecot) => dovecot.stop()));
  await tokens.close();
  await stranger.close();
  await rm(folder, { recursive: true, force: true });
});

const at = (server: TokenServer) => credentials(`https://login.own.test:${server.port}/token`);
const zoneOf = (mechanism: string) =>
  mechanism === "XOAUTH2" ? ask : createZone({ [host]: { A: ["127.0.26.2"] }, "login.own.test": { A: ["127.0.0.1"] } }).ask;

async function world(mechanism: string) {
  const { certPem } = await authority();
  const asks = zoneOf(mechanism);
  return testWorld({
    ask: asks,
    dial: createDial({ ask: asks, extraAuthorities: [certPem] }),
    authorities: [certPem],
    now: Date.now,
  });
}

async function run(
  check: AnyCheck,
  password: OAuth,
  { mechanism = "XOAUTH2", ...options }: { readonly mechanism?: string; readonly port?: number; readonly user?: string } = {},
): Promise<RunOutcome> {
  const outcome = await runProbe(
    probeOf(check, check.options.parse({ host, user, password, ...options })),
    check,
    await world(mechanism),
  );
  if (!outcome) throw new Error("the run was cut short");
  return outcome;
}

describe("a token at a real Dovecot", () => {
  test.each(["XOAUTH2", "OAUTHBEARER"])("lets in by %s", async (mechanism) => {
    const { observation, loggedIn } = await run(imapLogin, at(tokens).google(), { mechanism });
    expect(observation, observation.evidence.join("\n")).toMatchObject({ status: "ok", findings: [] });
    expect(loggedIn).toEqual([user]);
    expect(observation.evidence.join("\n")).toContain(`AUTHENTICATE ${mechanism} (${user}, [token])`);
    expect(observation.evidence.join("\n")).not.toContain(tokens.given.at(-1));
  });

  test("lets in by STARTTLS, and by POP3", async () => {
    const [imap, pop3] = [
      await run(imapLogin, at(tokens).microsoft(), { port: 143 }),
      await run(pop3Login, at(tokens).refresh()),
    ];
    expect([imap, pop3].map(({ observation }) => [observation.status, ...observation.findings])).toEqual([["ok"], ["ok"]]);
  });

  test.each([
    ["IMAP by XOAUTH2", imapLogin, "XOAUTH2"],
    ["IMAP by OAUTHBEARER", imapLogin, "OAUTHBEARER"],
    ["POP3", pop3Login, "XOAUTH2"],
  ] as const)("of another token server is refused by %s, with the error of the server", async (_, check, mechanism) => {
    const { observation, rejected } = await run(check, at(stranger).google(), { mechanism });
    expect([observation.status, rejected]).toEqual(["critical", undefined]);
    expect(observation.findings, observation.evidence.join("\n")).toMatchObject([
      { code: "token-rejected", data: { user, host, reason: expect.stringMatching(/“status (401|invalid_token)/) } },
    ]);
  });

  test.each(["XOAUTH2", "OAUTHBEARER"])("lets in by ManageSieve with %s, and a stranger's is refused", async (mechanism) => {
    const good = await run(managesieve, at(tokens).microsoft(), { mechanism });
    expect(good.observation, good.observation.evidence.join("\n")).toMatchObject({ status: "ok", findings: [] });
    expect(good.observation.evidence.join("\n")).toContain(`AUTHENTICATE ${mechanism} (${user}, [token])`);
    const { observation, rejected } = await run(managesieve, at(stranger).microsoft(), { mechanism });
    expect([observation.status, rejected]).toEqual(["critical", undefined]);
    expect(observation.findings).toMatchObject([
      { code: "token-rejected", data: { reason: expect.stringMatching(/status (401|invalid_token)/) } },
    ]);
  });

  test("for another mailbox is refused", async () => {
    const { observation } = await run(imapLogin, at(tokens).microsoft(), { user: "boss@own.test" });
    expect(observation.findings).toMatchObject([{ code: "token-rejected", data: { user: "boss@own.test" } }]);
  });

  test("is asked for once, and used again", async () => {
    const oauth = at(tokens).microsoft();
    await run(imapLogin, oauth);
    const before = tokens.requests.length;
    await run(imapLogin, oauth);
    expect(tokens.requests.length).toBe(before);
  });

  const visit = async (password: OAuth, mechanism: string) => ({
    ctx: { ...(await world(mechanism)), everyMs: 1, note: () => undefined },
    account: { host, port: 993, security: "tls", user, password, limits: { ...limits, command: 5, greeting: 5 } } as const,
    signal: new AbortController().signal,
  });

  test.each(["XOAUTH2", "OAUTHBEARER"])("opens the mailbox for imapflow by %s", async (mechanism) => {
    const folders = await visitMailbox(await visit(at(tokens).google(), mechanism), (mailbox) => mailbox.folders());
    expect(folders.map(({ use }) => use)).toContain("inbox");
  });

  test("of another token server is refused to imapflow as well", async () => {
    const failed = visitMailbox(await visit(at(stranger).google(), "XOAUTH2"), (mailbox) => mailbox.folders());
    const error: unknown = await failed.catch((it: unknown) => it);
    expect(error instanceof SessionError && error.findings).toMatchObject([
      { code: "token-rejected", data: { reason: expect.stringMatching(/status (401|invalid_token)/) } },
    ]);
  });
});
