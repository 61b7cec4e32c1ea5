import fc from "fast-check";
import { expect, test } from "vitest";
import { addressOfAsset, assetInAddress, relatedTo } from "../../dashboard/route.ts";

test.each([
  ["", undefined],
  ["#M-14", undefined],
  ["#/asset/", undefined],
  ["#/asset/sales@example.com", "sales@example.com"],
  ["#/asset/SALES%40Example.com", "sales@example.com"],
  ["#/asset/backup:%2Fsrv", "backup:/srv"],
  ["#/asset/100%", "100%"],
])("assetInAddress: %s ▶ %s", (hash, asset) => {
  expect(assetInAddress(hash)).toBe(asset);
});

test("every id survives its address, which stays legible", () => {
  expect(addressOfAsset("a@example.com~b@example.net")).toBe("#/asset/a@example.com~b@example.net");
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "binary" }), (text) => {
      const id = text.toLowerCase();
      expect(assetInAddress(addressOfAsset(id))).toBe(id.toLowerCase());
    }),
  );
});

const all = ["example.com", "a@example.com", "b@example.com", "x@other.net", "a@example.com~x@other.net", "imap.example.com:993"];
test.each([
  ["a@example.com", ["example.com", "a@example.com~x@other.net"]],
  ["a@example.com~x@other.net", ["example.com", "a@example.com", "x@other.net"]],
  ["example.com", ["a@example.com", "b@example.com"]],
  ["x@other.net", ["a@example.com~x@other.net"]],
  ["imap.example.com:993", []],
  ["monitor", []],
])("relatedTo: %s belongs with %o", (id, related) => {
  expect(relatedTo(id, all)).toEqual(related);
});
