import { describe, expect, test } from "vitest";
import { kindOfAsset, nameOfAsset } from "../../src/model/probe.ts";

describe("kindOfAsset()", () => {
  test.each([
    ["example.com", "domain"],
    ["sales@example.com", "mailbox"],
    ["a@x.example~b@y.example", "route"],
    ["imap.example.com:993", "endpoint"],
    ["subscription:exmail", "subscription"],
    ["backup:nightly", "backup"],
    ["monitor", "monitor"],
  ])("takes %s for a %s", (id, kind) => {
    expect(kindOfAsset(id)).toBe(kind);
  });
});

describe("nameOfAsset()", () => {
  test.each([
    ["sales@example.com", "sales@example.com"],
    ["a@x.example~b@y.example", "a@x.example → b@y.example"],
    ["imap.example.com:993", "imap.example.com:993"],
    ["subscription:exmail", "exmail"],
    ["backup:nightly", "nightly"],
  ])("calls %s %s", (id, name) => {
    expect(nameOfAsset(id)).toBe(name);
  });
});
