import { describe, expect, it } from "vitest";
import type { Dependence } from "../../src/engine/independence.ts";
import { findDependentRoutes } from "../../src/engine/independence.ts";
import { priorities } from "../../src/model/incident.ts";

const channels = new Map<string, Dependence>([
  ["own-server", { hosts: ["smtp.example.com"], mailDomains: ["private.example"] }],
  ["own-recipient", { hosts: ["smtp.relay.example"], mailDomains: ["Example.COM."] }],
  ["sub-recipient", { hosts: ["smtp.relay.example"], mailDomains: ["ops.example.com"] }],
  ["watched-host", { hosts: ["IMAP.provider.example"], mailDomains: ["private.example"] }],
  ["outside-mail", { hosts: ["smtp.relay.example"], mailDomains: ["private.example", "notexample.com"] }],
  ["own-webhook", { hosts: ["hooks.example.com"], mailDomains: [] }],
  ["watched-webhook", { hosts: ["imap.provider.example"], mailDomains: [] }],
  ["unknown-host", { hosts: [], mailDomains: [] }],
]);
const watched: Dependence = { hosts: ["imap.provider.example"], mailDomains: ["example.com"] };
const all = [...priorities];

describe("findDependentRoutes()", () => {
  it.each([
    [["own-server"], true],
    [["own-recipient"], true],
    [["sub-recipient"], true],
    [["watched-host"], true],
    [["watched-webhook"], true],
    [["own-server", "own-recipient"], true],
    [["outside-mail"], false],
    [["own-webhook"], false],
    [["unknown-host"], false],
    [["own-server", "outside-mail"], false],
    [["own-recipient", "not-configured"], true],
    [["not-configured"], false],
    [[], false],
  ] as const)("a route of %j is dependent: %s", (names, dependent) => {
    const found = findDependentRoutes([{ priorities: ["P1"], channels: [...names] }], channels, watched);
    expect(found.map(({ priority }) => priority)).toEqual(dependent ? ["P1"] : []);
  });

  it("looks at each priority by all its rules together", () => {
    const rules = [
      { priorities: all, channels: ["own-server"] },
      { priorities: ["P1" as const, "P3" as const], channels: ["outside-mail"] },
    ];
    expect(findDependentRoutes(rules, channels, watched)).toEqual([
      { priority: "P2", channels: ["own-server"] },
      { priority: "P4", channels: ["own-server"] },
    ]);
  });

  it("finds nothing where nothing is watched", () => {
    const none = { hosts: [], mailDomains: [] };
    expect(findDependentRoutes([{ priorities: all, channels: [...channels.keys()] }], channels, none)).toEqual([]);
  });
});
