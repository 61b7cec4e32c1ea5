import { beforeAll, describe, expect, test } from "vitest";
import { formatDiagnostic } from "../../src/config/diagnostics.ts";
import type { Language } from "../../src/model/text.ts";
import { loadConfiguration, type LoadWorld } from "../../src/config/load.ts";
import { loadChecks } from "../../src/plugins.ts";
import { idsOf, loadPlan, planFolder, planWorld, probeIn } from "../support/plan-folder.ts";

const { write, path } = planFolder();
let world: LoadWorld;
beforeAll(async () => {
  world = { ...planWorld, checks: await loadChecks() };
});

const directories = (...words: readonly string[]): Promise<string> =>
  write(`settings: { self_tests: off }\ndirectories:\n${words.map((one) => `  - { ${one} }\n`).join("")}`);
const account = 'user: "cn=reader,dc=x,dc=example", password: { env: SALES_PASSWORD }, base: "dc=x,dc=example"';

async function faultsOf(words: string, language: Language = "en"): Promise<readonly string[]> {
  const loaded = await loadConfiguration(await directories(words), world);
  if (!("errors" in loaded)) throw new Error("there is nothing wrong with it");
  return loaded.errors.map((error) => formatDiagnostic(error, language).replaceAll(`${path()}/`, ""));
}

describe("directories in the configuration", () => {
  test("are watched by LDAPS, with their certificate", async () => {
    const plan = await loadPlan(
      await directories(`host: LDAP.x.example, ${account}, filter: "(mail=*)", accounts: 40, every: 10m, business: critical`),
      world,
    );
    expect(plan.assets).toEqual([{ id: "ldap.x.example:636", kind: "endpoint", business: "critical" }]);
    expect(idsOf(plan)).toEqual(["ldap.x.example:636/ldap-directory", "ldap.x.example:636/tls-certificate"]);
    expect(probeIn(plan, "ldap.x.example:636/ldap-directory")).toMatchObject({
      everyMs: 600_000,
      business: "critical",
      measures: "posture",
      options: { port: 636, security: "tls", user: "cn=reader,dc=x,dc=example", filter: "(mail=*)", accounts: 40 },
      load: { host: "ldap.x.example", logins: [{ account: "cn=reader,dc=x,dc=example" }] },
    });
  });

  test("by StartTLS or anonymous have no certificate of their own to look at", async () => {
    const plan = await loadPlan(
      await directories(`host: a.example, port: 389, ${account}`, `host: b.example, security: none, base: "dc=b"`),
      world,
    );
    expect(idsOf(plan)).toEqual(["a.example:389/ldap-directory", "b.example:389/ldap-directory"]);
    expect(probeIn(plan, "a.example:389/ldap-directory").options).toMatchObject({ security: "starttls" });
    expect(probeIn(plan, "b.example:389/ldap-directory")).toMatchObject({
      load: { host: "b.example" },
      options: { security: "none" },
    });
  });

  test("leave out what is off", async () => {
    const plan = await loadPlan(await directories(`host: a.example, ${account}, off: [tls-certificate]`), world);
    expect(idsOf(plan)).toEqual(["a.example:636/ldap-directory"]);
  });

  test("never send a password without encryption, nor know half a login", async () => {
    expect(await faultsOf(`host: a.example, security: none, ${account}`)).toEqual([
      "mailvigil.yaml:3:34 directories[0].security: would send the password without encryption; write tls or starttls",
    ]);
    expect(await faultsOf('host: a.example, user: cn=a, base: "dc=a"')).toEqual([
      "mailvigil.yaml:3:5 directories[0].password: is missing; write user and password, or neither for an anonymous look-up",
    ]);
    expect((await faultsOf('host: a.example, base: "dc=a", filter: "mail=*"'))[0]).toContain("directories[0].filter: ");
    expect((await faultsOf('host: a.example, base: "dc=a", filter: "mail=*"', "zh-CN"))[0]).toContain(
      "directories[0].filter：应为带括号的过滤条件，例如 (objectClass=person)；",
    );
    expect((await faultsOf('host: a.example, base: "dc=a", accounts: 0'))[0]).toContain("write a whole number from 1 to 20000");
  });
});
