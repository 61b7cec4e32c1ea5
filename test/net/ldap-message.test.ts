import fc from "fast-check";
import { MessageParser } from "ldapts";
import { describe, expect, test } from "vitest";
import { type Connection, DialError } from "../../src/model/connection.ts";
import { readLdap, startTlsRequest } from "../../src/net/ldap-message.ts";
import { ber, entry, ldap, page, result } from "../support/ldap-script.ts";

/** A far side that has sent these bytes and ended. */
function having(bytes: Uint8Array): Connection {
  let at = 0;
  const never = (): never => {
    throw new Error("not of use here");
  };
  return {
    remote: "192.0.2.1:636",
    times: {},
    peer: undefined,
    failed: [],
    open: true,
    startTls: never,
    write: never,
    readLine: never,
    readBytes: (count) => {
      if (at + count > bytes.length) {
        return Promise.reject(new DialError("closed", { phase: "command", failure: "closed", remote: "192.0.2.1:636" }));
      }
      at += count;
      return Promise.resolve(bytes.subarray(at - count, at));
    },
    close: never,
  };
}

const read = (bytes: Uint8Array) => readLdap(having(bytes), 100);
const attribute = ber(0x30, ber(0x04, "cn"), ber(0x31, ber(0x04, "a"), ber(0x04, "b")));
const good: readonly Buffer[] = [
  ldap(2, result(0x61)),
  ldap(2, result(0x61, 49, "no", ber(0x87, "x"))),
  ldap(3, entry("cn=a")),
  ldap(3, ber(0x64, ber(0x04, "cn=a"), ber(0x30, attribute, attribute))),
  ldap(3, result(0x65), page("cookie")),
  ldap(3, result(0x65, 10, "", ber(0xa3, ber(0x04, "ldap://a"), ber(0x04, "ldap://b")))),
  ldap(3, ber(0x73, ber(0x04, "ldap://a"))),
  ldap(0, result(0x78, 52, "down", ber(0x8a, "1.3.6.1.4.1.1466.20036"))),
];

describe("readLdap()", () => {
  test("reads what a server may say", async () => {
    const messages = await Promise.all(good.map(read));
    expect(messages.map(({ id, operation }) => [id, operation])).toEqual([
      [2, 0x61],
      [2, 0x61],
      [3, 0x64],
      [3, 0x64],
      [3, 0x65],
      [3, 0x65],
      [3, 0x73],
      [0, 0x78],
    ]);
    expect(messages.map((message) => message.result?.code)).toEqual([0, 49, undefined, undefined, 0, 10, undefined, 52]);
    expect(messages[5]?.result?.referrals).toEqual(["ldap://a", "ldap://b"]);
    expect(messages[1]?.result?.text).toBe("no");
    expect(messages.map(({ bytes }) => bytes.toString("hex"))).toEqual(good.map((bytes) => bytes.toString("hex")));
  });

  // With ldapts 9.2.0 alone the second and the third of these are loops without end.
  test.each([
    ["no LDAP", Buffer.from("HTTP/1.1 400\r\n")],
    ["attributes longer than the message", ber(0x30, ber(0x02, 3), Buffer.from([0x64, 0x05, 0x04, 0x01, 0x61, 0x30, 0x7f]))],
    ["a string where an attribute belongs", ldap(3, ber(0x64, ber(0x04, "a"), ber(0x30, ber(0x04, Buffer.from([0x04])))))],
    ["a length of its own inside", ldap(3, ber(0x64, ber(0x04, "a"), Buffer.from([0x30, 0x80, 0, 0])))],
    ["a number of five bytes", ber(0x30, ber(0x02, 1, 2, 3, 4, 5), result(0x65))],
    ["something behind the controls", Buffer.from([...ber(0x30, ber(0x02, 1), result(0x65), page(), ber(0x04))])],
    ["a page that is none", ldap(3, result(0x65), ber(0xa0, ber(0x30, ber(0x04, "1.2.840.113556.1.4.319"), ber(0x04, "x"))))],
    ["a request", ldap(3, ber(0x63))],
  ])("hands on nothing that is not built as it should be: %s", async (_name, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ failure: "too-long" });
  });

  test("ends with every noise, and what it hands on ends in ldapts as well", async () => {
    const mutated = fc
      .tuple(fc.constantFrom(...good), fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }))
      .map(([bytes, changes]) => {
        const copy = Buffer.from(bytes);
        for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
        return copy;
      });
    const noise = fc.oneof(
      mutated,
      fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(noise, async (bytes) => {
        const message = await read(bytes).catch((error: unknown) => {
          if (!(error instanceof DialError)) throw error;
          return undefined;
        });
        if (message === undefined) return;
        const parser = new MessageParser();
        let told = 0;
        parser.on("message", () => (told += 1));
        parser.on("error", () => (told += 1));
        parser.read(message.bytes, new Map());
        expect(told).toBe(1);
      }),
      { numRuns: 3_000 },
    );
  });
});

test("startTlsRequest() is message 1 with the name of StartTLS", () => {
  expect(Buffer.from(startTlsRequest()).toString("hex")).toBe(
    `301d02010177188016${Buffer.from("1.3.6.1.4.1.1466.20037").toString("hex")}`,
  );
});
