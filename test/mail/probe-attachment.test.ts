import { expect, test } from "vitest";
import { attachmentContent, encodedSize } from "../../src/mail/probe-attachment.ts";

test.each([1, 49_152, 49_153, 20 * 1024 * 1024])(
  "attachmentContent: %i octets, of which one block is held at a time",
  (bytes) => {
    const blocks = new Set<ArrayBufferLike>();
    let sum = 0;
    for (const block of attachmentContent({ bytes })) {
      sum += block.length;
      blocks.add(block.buffer);
    }
    expect(sum).toBe(bytes);
    expect(blocks.size).toBe(1);
  },
);

test("attachmentContent: lines of numbers, other ones for each mail", () => {
  const [first, second] = [1, 2].map(() => Buffer.concat([...attachmentContent({ bytes: 320 })]).toString());
  expect(first).toMatch(/^(?:[\da-f,]{30}\r\n){10}$/);
  expect(second).not.toBe(first);
});

test("encodedSize: base64 in lines, and room for header and text", () => {
  const encoded = Buffer.alloc(57 * 1_000)
    .toString("base64")
    .replace(/.{76}/g, "$&\r\n");
  expect(encodedSize(57 * 1_000)).toBe(encoded.length + 4_096);
});
