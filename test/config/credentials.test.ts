import { readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { formatDiagnostic } from "../../src/config/diagnostics.ts";
import { loadConfiguration, type LoadWorld } from "../../src/config/load.ts";
import { createMasker } from "../../src/config/mask.ts";
import type { Plan } from "../../src/model/config.ts";
import { isOAuth, type OAuth } from "../../src/model/oauth.ts";
import type { Language } from "../../src/model/text.ts";
import { loadChecks } from "../../src/plugins.ts";
import { idsOf, loadPlan, planFolder, planWorld, probeIn } from "../support/plan-folder.ts";

const fixtures = join(import.meta.dirname, "../fixtures/config");
const { write } = planFolder();
let world: LoadWorld;
beforeAll(async () => {
  world = { ...planWorld, checks: await loadChecks(), env: { SET: "the-secret", OTHER: "other-secret" } };
});

const messages = async (language: Language): Promise<readonly string[]> => {
  const loaded = await loadConfiguration(join(fixtures, "credentials.yaml"), world);
  return "errors" in loaded ? loaded.errors.map((error) => formatDiagnostic(error, language).replaceAll(`${fixtures}/`, "")) : [];
};

const optionOf = (plan: Plan, id: string, key: string): unknown => {
  const { options } = probeIn(plan, id);
  return typeof options === "object" && options !== null ? Reflect.get(options, key) : undefined;
};
const oauthOf = (plan: Plan, id: string): OAuth => {
  const found = optionOf(plan, id, "password");
  if (!isOAuth(found)) throw new Error(`${id} is not logged in to by tokens`);
  return found;
};

describe("credentials in the configuration", () => {
  test("are refused with their place and what to write", async () => {
    const google = "write service_account: { file: key.json }; or client_id, client_secret and refresh_token";
    const microsoft = "write tenant, client_id and client_secret; or tenant, client_id and refresh_token";
    const id = "write the id that the provider's page shows for the application";
    const place = "write { env: NAME }, { file: path } or { command: [program, argument] }";
    expect((await messages("en")).map((line) => line.replace(/^credentials\.yaml:(\d+):\d+ /, "$1 "))).toEqual([
      `3 credentials.both.client_id: does not belong here; ${google}`,
      `4 credentials.half.refresh_token: is missing; ${google}`,
      `5 credentials.none.service_account: is missing; ${google}`,
      `6 credentials.micro.client_id: "a b" is not a client id; ${id}`,
      `6 credentials.micro.client_secret: a secret must not stand in this file as text; ${place}`,
      `7 credentials.short.client_id: is missing; ${microsoft}`,
      `7 credentials.short.client_secret: is missing; ${microsoft}`,
      '8 credentials.other.provider: "yahoo" is not a choice here; write google, microsoft365 or microsoft365-china',
      "8 credentials.other.tokenurl: is not a known key; write token_url",
      '9 credentials.place.token_url: "http://x.example" is not the address of a token server; write it like https://login.example.com/token',
      '9 credentials.place.secret_expires: "soon" is not a date; write it like 2027-03-31',
      "11 mailboxes[0].oauth: stands beside a password; keep one of the two",
      "12 mailboxes[1].oauth: there is no such credential; write google",
      "14 mailboxes[3].oauth.service_account: the environment variable NOT_SET is not set; set NOT_SET before the start, or use { file: path }",
      `15 mailboxes[4].password: is missing; ${place}`,
      "16 mailboxes[5].oauth: there is no such credential; write one of google, both, half, none, micro, short, other, place",
    ]);
  });

  test("are refused in Chinese as well", async () => {
    const said = await messages("zh-CN");
    expect(said).toHaveLength(16);
    expect(said[0]).toBe(
      "credentials.yaml:3:60 credentials.both.client_id：不属于这种登录方式；请写 service_account: { file: key.json }；或 client_id、client_secret 和 refresh_token",
    );
    expect(said.every((line) => /[\u4e00-\u9fff]/.test(line))).toBe(true);
    expect(said.join("\n")).not.toMatch(/plain\b|the-secret/);
  });

  const good = `
credentials:
  company: { provider: microsoft365, tenant: Own.onmicrosoft.com, client_id: app, client_secret: { env: SET }, secret_expires: 2027-03-31 }
  unused: { provider: google, service_account: { env: SET } }
mailboxes:
  - { address: a@example.com, provider: microsoft365, oauth: company, proxy: "socks5://gate.example.com" }
  - { address: b@example.com, provider: microsoft365, oauth: company, pop3: {} }
  - { address: canary@example.net, provider: google, role: partner, oauth: { provider: google, client_id: app, client_secret: { env: SET }, refresh_token: { env: OTHER } } }
`;

  test("are one object for all mailboxes that name it, and tried and foreseen once", async () => {
    const plan = await loadPlan(await write(good), world);
    const a = oauthOf(plan, "a@example.com/imap-login");
    expect(a).toMatchObject({ name: "company", kind: "microsoft365", tenant: "own.onmicrosoft.com", clientId: "app" });
    for (const id of ["a@example.com/smtp-submission", "b@example.com/imap-login", "b@example.com/pop3-login"]) {
      expect(oauthOf(plan, id), id).toBe(a);
    }
    const canary = oauthOf(plan, "canary@example.net/imap-login");
    expect(canary).toMatchObject({ name: "canary@example.net", kind: "google-refresh-token" });
    expect(await canary.secret.reveal()).toBe("other-secret");
    expect(optionOf(plan, "monitor/oauth-token", "credentials")).toEqual([
      { oauth: a, user: "a@example.com", proxy: expect.objectContaining({ host: "gate.example.com" }) },
      { oauth: canary, user: "canary@example.net" },
    ]);
    expect(optionOf(plan, "monitor/credential-expiry", "credentials")).toEqual([{ name: "company", expires: "2027-03-31" }]);
    expect(JSON.stringify(plan)).not.toMatch(/the-secret|other-secret/);
  });

  test("hold back a login by what is behind the tokens, which does not change each hour", async () => {
    const plan = await loadPlan(await write(good), world);
    const [login] = probeIn(plan, "a@example.com/imap-login").load.logins ?? [];
    expect([login?.account, await login?.credential.reveal()]).toEqual(["a@example.com", "the-secret"]);
  });

  test("hold what a person's sign-in gave, in a file that is renewed whole once a day and stays private", async () => {
    const file = await write(`
mailboxes:
  - address: a@example.com
    provider: microsoft365
    oauth: { provider: microsoft365, tenant: own.test, client_id: app, refresh_token: { file: token } }
  - address: b@example.com
    provider: microsoft365-china
    oauth: { provider: microsoft365-china, tenant: own.test, client_id: app, client_secret: { env: SET }, refresh_token: { file: token } }
`);
    const token = join(dirname(file), "token");
    await writeFile(token, "refresh-1\n", { mode: 0o600 });
    const masker = createMasker();
    const plan = await loadPlan(file, { ...world, masker });
    const [a, b] = [oauthOf(plan, "a@example.com/imap-login"), oauthOf(plan, "b@example.com/imap-login")];
    expect(a).toMatchObject({ kind: "microsoft365-user", tenant: "own.test", clientId: "app" });
    expect(a).not.toHaveProperty("clientSecret");
    expect(b).toMatchObject({ kind: "microsoft365-china-user" });
    expect(await a.secret.reveal()).toBe("refresh-1");
    await a.secret.renew?.("refresh-2-of-today", 86_400_000);
    expect(await a.secret.reveal(), "the one of today is kept").toBe("refresh-1");
    await utimes(token, new Date(0), new Date(0));
    await a.secret.renew?.("refresh-2-of-today", 86_400_000);
    expect(await a.secret.reveal()).toBe("refresh-2-of-today");
    expect(masker.mask("x refresh-2-of-today")).toBe("x [secret]");
    expect((await stat(token)).mode & 0o777).toBe(0o600);
    expect((await readdir(dirname(file))).toSorted()).toEqual(["mailvigil.yaml", "token"]);
    await rm(token);
    await expect(a.secret.renew?.("refresh-3", 0)).rejects.toThrow(
      /^the file \/.*\/token cannot be written \(ENOENT\); give the user/,
    );
  });

  test("give no self-test where nobody uses them", async () => {
    const plan = await loadPlan(
      await write("credentials:\n  x: { provider: google, service_account: { env: SET } }\ndomains: [{ name: example.com }]\n"),
      world,
    );
    expect(idsOf(plan)).not.toContain("monitor/oauth-token");
  });

  test("tell the masker of tokens while they are in use", async () => {
    const masker = createMasker();
    const { hide, unhide } = oauthOf(await loadPlan(await write(good), { ...world, masker }), "a@example.com/imap-login");
    hide("eyJ0b2tlbi1vZi1vbmUtaG91cg");
    const sent = Buffer.from("user=a@example.com\u0001auth=Bearer eyJ0b2tlbi1vZi1vbmUtaG91cg\u0001\u0001").toString("base64");
    expect(masker.mask(`AUTH XOAUTH2 ${sent}`)).not.toContain(sent.slice(40, 70));
    expect(masker.mask("x eyJ0b2tlbi1vZi1vbmUtaG91cg y")).toBe("x [secret] y");
    unhide("eyJ0b2tlbi1vZi1vbmUtaG91cg");
    expect(masker.mask("x eyJ0b2tlbi1vZi1vbmUtaG91cg y")).toBe("x eyJ0b2tlbi1vZi1vbmUtaG91cg y");
    expect(masker.mask("the-secret")).toBe("[secret]");
  });

  test("are named in the options of a probe by { credential: NAME }", async () => {
    const file = (name: string): string => `credentials:
  tenant: { provider: microsoft365, tenant: example.com, client_id: a, client_secret: { env: SET } }
probes:
  sales@example.com/managesieve:
    check: managesieve
    options: { host: sieve.example.com, user: sales@example.com, password: { credential: ${name} } }
`;
    const plan = await loadPlan(await write(file("tenant")), world);
    expect(oauthOf(plan, "sales@example.com/managesieve")).toMatchObject({ name: "tenant", kind: "microsoft365" });
    const wrong = await loadConfiguration(await write(file("tenent")), world);
    expect("errors" in wrong ? wrong.errors.map((error) => formatDiagnostic(error, "en").replace(/^\S+ /, "")) : []).toEqual([
      'probes["sales@example.com/managesieve"].options.password.credential: there is no such credential; write tenant',
    ]);
  });
});
