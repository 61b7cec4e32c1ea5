import { describe, expect, test } from "vitest";
import { DialError } from "../../src/model/connection.ts";
import { resolveAddresses } from "../../src/net/resolve-addresses.ts";
import { createZone, type Zone } from "../support/zone.ts";

const name = "imap.example.com";

async function resolved(zone: Zone): Promise<readonly string[] | string> {
  try {
    return await resolveAddresses(createZone(zone).ask, name, new AbortController().signal);
  } catch (error) {
    if (!(error instanceof DialError)) throw error;
    return error.failure;
  }
}

describe("resolveAddresses()", () => {
  test.each<[string, Zone, readonly string[] | string]>([
    ["IPv4 first", { [name]: { AAAA: ["2001:db8::1"], A: ["192.0.2.1"] } }, ["192.0.2.1", "2001:db8::1"]],
    ["IPv6 alone", { [name]: { AAAA: ["2001:db8::1"] } }, ["2001:db8::1"]],
    ["one type is enough where the other fails", { [name]: { A: ["192.0.2.1"], AAAA: "SERVFAIL" } }, ["192.0.2.1"]],
    ["a name without addresses", { [name]: { TXT: ["here"] } }, "no-address"],
    ["no such name", { "example.com": {} }, "name-not-found"],
    ["one resolver alone denies the IPv4 address", { [name]: { A: "DISAGREE" } }, "resolve-failed"],
    ["one resolver alone denies the IPv6 address", { [name]: { AAAA: "DISAGREE" } }, "resolve-failed"],
    ["no IPv4, and IPv6 not found out", { [name]: { AAAA: "TIMEOUT" } }, "resolve-failed"],
  ])("%s", async (_what, zone, expected) => {
    expect(await resolved(zone)).toEqual(expected);
  });

  test("takes at most ten of many addresses", async () => {
    const many = Array.from({ length: 30 }, (_, index) => `192.0.2.${index}`);
    expect(await resolved({ [name]: { A: many } })).toEqual(many.slice(0, 10));
  });
});
