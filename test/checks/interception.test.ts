// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect, test } from "vitest";
import interception from "../../checks/interception.ts";
import { createDial } from "../../src/net/dial.ts";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { startLineServer } from "../support/line-server.ts";
import { createZone } from "../support/zone.ts";

const names = ["imap.one.test", "imap.two.test", "imap.three.test"];
const quiet = (): Promise<void> => Promise.resolve();

/**
 * Services of three operators, each with a certificate of its authority; undefined: it does not answer.
 * @param believed the first so many authorities are those of everybody
 */
const services =
  (authorities: () => Promise<readonly (Authority | undefined)[]>, believed = 0): NonNullable<CheckCase["world"]> =>
  async () => {
    const by = await authorities();
    const servers = await Promise.all(
      by.map(async (authority, index) => {
        const name = names[index] ?? "";
        if (authority === undefined) return { name, address: "127.0.0.1", port: 9, close: quiet };
        const { chainPem, ...made } = await authority.issue({ names: [name] });
        const certificate = { ...made, chainPem: chainPem + authority.certPem };
        const server = await startLineServer(quiet, { certificate, implicit: true, host: `127.0.${index + 1}.1` });
        return { name, address: server.host, port: server.port, close: () => server.close() };
      }),
    );
    const { ask } = createZone(Object.fromEntries(servers.map(({ name, address }) => [name, { A: [address] }])));
    const extraAuthorities = by.slice(0, believed).flatMap((authority) => authority?.certPem ?? []);
    return {
      options: { hosts: servers.map(({ name, port }) => `${name}:${port}`) },
      ctx: { ask, dial: createDial({ ask, extraAuthorities }) },
      close: () => Promise.all(servers.map((server) => server.close())),
    };
  };

const many = (count: number) => Promise.all(names.slice(0, count).map((name) => createAuthority(`Authority of ${name}`)));
const ofOne = async (count: number) => {
  const box = await createAuthority("Office firewall");
  return Array.from({ length: count }, () => box);
};

testCheck(interception, {
  "TLS-23 each has its own authority, which everybody knows": { world: services(() => many(3), 3), status: "ok", findings: [] },
  "TLS-23 each has its own authority, which nobody knows": { world: services(() => many(3)), status: "ok", findings: [] },
  "TLS-23 one unknown authority for all": {
    world: services(() => ofOne(3)),
    status: "critical",
    findings: ["connections-intercepted"],
    also: ({ findings }) => {
      expect(findings[0]?.data["issuer"]).toBe("CN=Office firewall");
      expect(findings[0]?.data["hosts"]).toMatch(/imap\.one\.test.*imap\.two\.test.*imap\.three\.test/);
    },
  },
  "TLS-23 one authority for all, which is in the configuration": {
    world: services(() => ofOne(3), 1),
    status: "ok",
    findings: [],
  },
  "TLS-23 one unknown authority for two of three": {
    world: services(async () => [...(await ofOne(2)), (await many(1))[0]]),
    status: "critical",
    findings: ["connections-intercepted"],
    also: ({ findings }) => expect(findings[0]?.data["hosts"]).not.toContain("imap.three.test"),
  },
  "TLS-24 only one answers": {
    world: services(async () => [...(await ofOne(1)), undefined]),
    status: "ok",
    findings: ["not-compared"],
    also: ({ findings }) => expect(findings[0]?.data["reason"]).toMatch(/^imap\.two\.test:9: /),
  },
});

test("interception refuses a single host, and one without a port", () => {
  expect(interception.options.safeParse({ hosts: ["imap.example.com:993"] }).success).toBe(false);
  expect(interception.options.safeParse({ hosts: ["imap.example.com", "imap.example.net:993"] }).success).toBe(false);
});
