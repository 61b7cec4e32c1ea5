import { expect, it } from "vitest";
import { createMessageId } from "../../src/engine/message-id.ts";

it("createMessageId() is the ULID of its time and random bits", () => {
  // The example of the ULID specification: 1469918176385 is 01ARYZ6S41.
  expect(createMessageId(1_469_918_176_385, new Uint8Array(10))).toBe("msg_01ARYZ6S410000000000000000");
  expect(createMessageId(2 ** 48 - 1, new Uint8Array(10).fill(255))).toBe("msg_7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
});

it("createMessageId() is unique and in order of time", () => {
  const ids = Array.from({ length: 1_000 }, (_, index) => createMessageId(1_700_000_000_000 + index));
  expect(new Set(ids).size).toBe(1_000);
  expect(ids.toSorted()).toEqual(ids);
  expect(ids.every((id) => /^msg_[0-9A-HJKMNP-TV-Z]{26}$/.test(id))).toBe(true);
});
