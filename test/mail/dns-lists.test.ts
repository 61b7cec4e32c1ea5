import { describe, expect, test } from "vitest";
import { deadLists, dnsLists, isDead } from "../../src/mail/dns-lists.ts";

describe("dnsLists", () => {
  // Closed, empty or listing the world: never to be shipped.
  const closed =
    "dnsbl.sorbs.net spam.dnsbl.sorbs.net ix.dnsbl.manitu.net ubl.unsubscore.com ubl.lashback.com dnsbl.inps.de cbl.abuseat.org dnsbl.njabl.org dnsbl.ahbl.org relays.ordb.org list.dsbl.org dsn.rfc-ignorant.org spam.abuse.ch combined.abuse.ch drone.abuse.ch phishing.rbl.msrbl.net blackholes.five-ten-sg.com t1.dnsbl.net.au bl.deadbeef.com db.wpbl.info dnsbl.kempt.net hil.habeas.com no-more-funn.moensted.dk";
  test.each(closed.split(" "))("%s is known to be closed and does not ship", (zone) => {
    expect(isDead(zone)).toBe(true);
    expect(dnsLists.map((list) => list.zone)).not.toContain(zone);
  });
  test("no list that ships is closed, mixes good and bad, or punishes neighbours", () => {
    expect(dnsLists.filter(({ zone }) => isDead(zone))).toEqual([]);
    const never = /^(rep\.mailspike|dnsbl-[23]\.uceprotect|swl\.spamhaus|ips\.whitelisted|dnswl\.spfbl)|senderscore/;
    expect(dnsLists.filter(({ zone }) => never.test(zone))).toEqual([]);
    expect(deadLists.length).toBe(22);
  });
  test("every list says where it comes from and when that was looked at, and is there once", () => {
    expect(new Set(dnsLists.map(({ zone }) => zone)).size).toBe(dnsLists.length);
    for (const { source, checkedAt, codes, removal, kind, families } of dnsLists) {
      expect(source.length).toBeGreaterThan(10);
      expect(Date.parse(checkedAt)).toBeGreaterThan(0);
      expect(codes.length).toBeGreaterThan(0);
      expect(removal).toMatch(/^https:/);
      expect(families.length > 0).toBe(kind !== "domain");
    }
  });
});
