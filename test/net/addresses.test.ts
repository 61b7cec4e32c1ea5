import { describe, expect, test } from "vitest";
import { AddressRangeError, createAddressPolicy } from "../../src/net/addresses.ts";

describe("createAddressPolicy()", () => {
  test.each([
    ["8.8.8.8", true],
    ["223.5.5.5", true],
    ["2606:4700:4700::1111", true],
    ["240e:1::1", true],
    ["10.1.2.3", false],
    ["172.31.255.255", false],
    ["172.32.0.1", true],
    ["192.168.0.1", false],
    ["127.0.0.1", false],
    ["169.254.1.1", false],
    ["100.64.0.1", false],
    ["192.0.2.1", false],
    ["198.51.100.7", false],
    ["203.0.113.9", false],
    ["198.18.0.1", false],
    ["0.0.0.0", false],
    ["224.0.0.1", false],
    ["240.0.0.1", false],
    ["255.255.255.255", false],
    ["::", false],
    ["::1", false],
    ["fe80::1", false],
    ["fd00::1", false],
    ["ff02::1", false],
    ["2001:db8::1", false],
    ["fec0::1", false],
    ["::ffff:10.0.0.1", false],
    ["::ffff:8.8.8.8", true],
    ["64:ff9b::8.8.8.8", true],
    ["64:ff9b::192.168.1.1", false],
    ["64:ff9b:1::808:808", false],
    ["::7f00:1", false],
    ["::808:808", false],
    ["2002:7f00:1::", false],
    ["2001:0:7f00:1::", false],
    ["4000::1", false],
    ["168.63.129.16", false],
    ["::ffff:168.63.129.16", false],
    ["100.100.100.200", false],
    ["not an address", false],
    ["8.8", false],
    ["", false],
  ])("%s public: %s", (address, isPublic) => {
    expect(createAddressPolicy()(address)).toBe(isPublic);
  });

  test("is widened by the ranges of the configuration, in both families", () => {
    const isPublic = createAddressPolicy(["127.0.0.0/8", "fd00:1::/32", "10.9.9.9"]);
    expect(["127.3.2.1", "::ffff:127.3.2.1", "fd00:1::5", "10.9.9.9", "8.8.8.8"].map(isPublic)).not.toContain(false);
    expect(["10.9.9.8", "fd00:2::5", "192.168.1.1"].map(isPublic)).not.toContain(true);
  });

  test("no range makes a metadata service public", () => {
    const isPublic = createAddressPolicy(["0.0.0.0/0", "::/0"]);
    expect(["127.0.0.1", "169.254.1.1", "fe80::1"].map(isPublic)).not.toContain(false);
    const services = ["169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "::ffff:169.254.169.254"];
    expect(services.map(isPublic)).not.toContain(true);
  });

  test("refuses a range that is none, with the remedy", () => {
    expect(() => createAddressPolicy(["10.0.0.0/33"])).toThrow(AddressRangeError);
    expect(() => createAddressPolicy(["office"])).toThrow('"office" is no address range; write it like 10.0.0.0/8 or fd00::/8');
  });
});
