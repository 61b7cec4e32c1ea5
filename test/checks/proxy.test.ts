// oxlint-disable vitest/no-standalone-expect -- testCheck runs each case of its table as a test
import { expect } from "vitest";
import proxyCheck from "../../checks/proxy.ts";
import { createDial } from "../../src/net/dial.ts";
import { type CheckCase, testCheck } from "../support/check-tester.ts";
import { startLineServer } from "../support/line-server.ts";
import { proxySecret, type ProxyServerOptions, startProxy } from "../support/proxy-server.ts";
import { createZone } from "../support/zone.ts";

const dial = createDial({ ask: createZone({}).ask, extraAuthorities: [] });
const [one, other] = ["192.0.2.1:443", "mail.example.test:993"];

/** One proxy, through which some targets can be reached; `options` replace its address. */
const through =
  (options: ProxyServerOptions, reachable: readonly string[], login: object = {}): NonNullable<CheckCase["world"]> =>
  async () => {
    const server = await startLineServer(() => Promise.resolve());
    const targets = Object.fromEntries(reachable.map((target) => [target, server]));
    const proxy = await startProxy({ ...options, targets });
    return {
      options: {
        proxies: [{ proxy: { kind: options.kind, host: proxy.host, port: proxy.port, ...login }, targets: [one, other] }],
      },
      ctx: { dial },
      close: async () => {
        await proxy.close();
        await server.close();
      },
    };
  };

const login = { user: "a", password: "b" };

testCheck(proxyCheck, {
  "one of two targets answers": {
    world: through({ kind: "socks5" }, [other]),
    status: "ok",
    findings: [],
    also: ({ metrics, evidence }) => {
      expect(metrics["connect"]).toBeLessThan(2);
      expect(evidence.at(-1)).toContain(`connect ${other} through the proxy`);
    },
  },
  "the password is right": {
    world: through({ kind: "http", login }, [one], { user: "a", password: proxySecret("b") }),
    status: "ok",
    findings: [],
  },
  "the password is wrong": {
    world: through({ kind: "socks5", login }, [one], { user: "a", password: proxySecret("c") }),
    status: "critical",
    findings: ["proxy-down"],
    also: ({ findings }) => expect(findings[0]?.data["reason"]).toContain("the proxy refuses our user or password"),
  },
  "nobody is there": {
    world: async () => ({ options: { proxies: [{ proxy: "socks5://127.0.0.1:9", targets: [one] }] }, ctx: { dial } }),
    status: "critical",
    findings: ["proxy-down"],
    also: ({ findings }) => expect(findings[0]?.data["proxy"]).toBe("127.0.0.1:9"),
  },
  "it reaches nothing": {
    world: through({ kind: "socks5", answer: Uint8Array.from([5, 4, 0, 1, 0, 0, 0, 0, 0, 0]) }, []),
    status: "critical",
    findings: ["proxy-leads-nowhere"],
    also: ({ findings }) => expect(findings[0]?.data["count"]).toBe(2),
  },
  "its rules allow none of them": {
    world: through({ kind: "http" }, []),
    status: "unknown",
    findings: ["proxy-leads-nowhere"],
  },
});
