import { describe, expect, test } from "vitest";
import { announcedServers } from "../../src/cli/audit-announced.ts";
import { createZone, type Zone } from "../support/zone.ts";

/** `imap.example.com:993 tls` each, in order. */
async function announced(zone: Zone): Promise<readonly string[]> {
  const servers = await announcedServers("example.com", createZone(zone).ask, new AbortController().signal);
  return servers.map(({ host, port, protocol }) => `${host}:${port} ${protocol}`);
}

const srv = (records: Readonly<Record<string, readonly string[]>>): Zone =>
  Object.fromEntries(Object.entries(records).map(([name, texts]) => [`${name}._tcp.example.com`, { SRV: texts }]));

describe("announcedServers()", () => {
  test("each service at its port, secured in its way", async () => {
    const zone = srv({
      _imaps: ["0 1 993 Mail.example.com"],
      _imap: ["0 1 143 mail.example.com"],
      _pop3s: ["0 1 995 mail.example.com"],
      _pop3: ["0 1 110 mail.example.com"],
      _submissions: ["0 1 465 mail.example.com"],
      _submission: ["0 1 587 mail.example.com"],
    });
    expect(await announced(zone)).toEqual([
      "mail.example.com:993 tls",
      "mail.example.com:143 imap",
      "mail.example.com:995 tls",
      "mail.example.com:110 pop3",
      "mail.example.com:465 tls",
      "mail.example.com:587 smtp",
    ]);
  });

  test("the preferred server of each service before the others, each once, at most six", async () => {
    const zone = srv({
      _imaps: ["20 1 993 b.example.com", "10 1 993 a.example.com", "10 9 993 heavy.example.com", "10 1 993 a.example.com"],
      _submissions: ["0 1 465 a.example.com", ...Array.from({ length: 40 }, (_, index) => `9 1 465 m${index}.example.com`)],
    });
    expect(await announced(zone)).toEqual([
      "heavy.example.com:993 tls",
      "a.example.com:465 tls",
      "a.example.com:993 tls",
      "m0.example.com:465 tls",
      "m1.example.com:465 tls",
      "b.example.com:993 tls",
    ]);
  });

  test.each<[string, Zone]>([
    ["no record at all", srv({})],
    ["a service that is said not to be offered", srv({ _imaps: ["0 0 0 ."] })],
    [
      "another port than that of the service",
      srv({ _imaps: ["0 1 22 mail.example.com"], _submission: ["0 1 25 mail.example.com"] }),
    ],
    ["an address in place of a name", srv({ _imaps: ["0 1 993 192.0.2.1"] })],
    ["a name that is no host's", srv({ _imaps: ["0 1 993 -.…", "0 1 993 \u001b[31m.example.com"] })],
    ["a question that fails", { "_imaps._tcp.example.com": "SERVFAIL" }],
  ])("nothing for %s", async (_what, zone) => {
    expect(await announced(zone)).toEqual([]);
  });
});
