import { describe, expect, test } from "vitest";
import { kindOfAsset } from "../../src/model/probe.ts";

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
