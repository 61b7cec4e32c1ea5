import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readAutoconfig } from "../../src/mail/autoconfig.ts";

const config = (servers: string): string =>
  `<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="example.com">${servers}</emailProvider></clientConfig>`;
const imap = `<incomingServer type="imap"><hostname>IMAP.%EMAILDOMAIN%.</hostname><port>993</port><socketType>SSL</socketType></incomingServer>`;
const smtp = `<outgoingServer type="smtp"><hostname>smtp.example.com</hostname><socketType>STARTTLS</socketType></outgoingServer>`;

describe("readAutoconfig()", () => {
  test("reads the servers, with the domain in its place", () => {
    expect(readAutoconfig(config(imap + smtp), "example.com")).toEqual({
      kind: "config",
      servers: [
        { direction: "incoming", protocol: "imap", host: "imap.example.com", security: "tls" },
        { direction: "outgoing", protocol: "smtp", host: "smtp.example.com", security: "starttls" },
      ],
    });
  });

  test("takes what names no security for plain, and leaves out what is no host", () => {
    const odd = ["plain.example.com", "no host", "127.0.0.1:25", "<b>x</b>", ""].map(
      (host) => `<incomingServer type="pop3"><hostname>${host}</hostname></incomingServer>`,
    );
    expect(readAutoconfig(config(odd.join("")), "example.com")).toEqual({
      kind: "config",
      servers: [{ direction: "incoming", protocol: "pop3", host: "plain.example.com", security: "plain" }],
    });
  });

  test.each([
    ["a page of a web site", "<!doctype html><html><body>welcome</body></html>", "other"],
    ["nothing", "", "other"],
    ["broken XML", "<clientConfig><emailProvider>", "bad"],
    ["a configuration without servers", config(""), "bad"],
    ["a configuration in a page", "<html><clientConfig></clientConfig></html>", "bad"],
  ])("%s", (_name, text, kind) => {
    expect(readAutoconfig(text, "example.com").kind).toBe(kind);
  });

  test("puts in no entity, and is not drowned by many", () => {
    const entities = Array.from({ length: 30 }, (_, i) => `<!ENTITY a${i + 1} "${`&a${i};`.repeat(30)}">`).join("");
    const began = performance.now();
    for (const [declared, entity] of [
      ['<!ENTITY a0 "imap.example.com">', "&a0;"],
      [`<!ENTITY a0 "imap.example.com">${entities}`, "&a30;"],
      ['<!ENTITY file SYSTEM "file:///etc/hostname">', "&file;"],
    ] as const) {
      const server = `<incomingServer type="imap"><hostname>${entity}</hostname></incomingServer>`;
      expect(readAutoconfig(`<!DOCTYPE x [${declared}]>${config(server).slice(21)}`, "example.com").kind).toBe("bad");
    }
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test("ends in time for 64 KiB of anything", () => {
    const began = performance.now();
    const tags = ["<a>", "<clientConfig>", "<clientConfig a='", "<![CDATA[", "<!--", "&amp;", '<clientConfig x="&lt;'].map(
      (part) => `<clientConfig>${part.repeat(65_000 / part.length)}`,
    );
    for (const text of tags) expect(["bad", "other", "config"]).toContain(readAutoconfig(text, "example.com").kind);
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  test("never throws", () => {
    const part = fc.oneof(
      fc.constantFrom(
        "<clientConfig>",
        "</clientConfig>",
        "<emailProvider>",
        "<incomingServer>",
        "<hostname>",
        "__proto__",
        "&x;",
      ),
      fc.constantFrom("<__proto__>", "<constructor>", "<![CDATA[", "]]>", "<?xml ?>", "<!DOCTYPE a [", "]>", '"', "'"),
      fc.string({ unit: "binary", maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const reading = readAutoconfig(`<clientConfig>${parts.join("")}`, "example.com");
        expect(["bad", "other", "config"]).toContain(reading.kind);
      }),
      { numRuns: 500 },
    );
  });
});
