import { describe, expect, test } from "vitest";
import { DnsServerError, parseServer, systemServers } from "../../src/net/dns-servers.ts";

describe("parseServer()", () => {
  test.each([
    ["192.0.2.53", "192.0.2.53:53"],
    ["192.0.2.53:5353", "192.0.2.53:5353"],
    ["2001:db8::53", "[2001:db8::53]:53"],
    ["[2001:db8::53]", "[2001:db8::53]:53"],
    ["[2001:db8::53]:5353", "[2001:db8::53]:5353"],
    ["::1", "[::1]:53"],
  ])("%s is %s", (text, label) => {
    expect(parseServer(text).label).toBe(label);
  });

  test.each([
    "",
    "dns.example.com",
    "192.0.2",
    "192.0.2.53:0",
    "192.0.2.53:65536",
    "192.0.2.53:",
    "[192.0.2.53]:53",
    "[::1",
    "1.2.3.4:5:6",
  ])("refuses %j with the remedy", (text) => {
    expect(() => parseServer(text)).toThrow(DnsServerError);
    expect(() => parseServer(text)).toThrow(
      `"${text}" is no name server; write its address, like 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53`,
    );
  });
});

test("systemServers() gives addresses only", () => {
  for (const { address, port } of systemServers()) {
    expect(address).toMatch(/^[\da-f.:]+$/);
    expect(port).toBeGreaterThan(0);
  }
});
