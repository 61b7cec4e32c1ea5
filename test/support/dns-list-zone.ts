import { dnsLists } from "../../src/mail/dns-lists.ts";
import { createZone, type Zone } from "./zone.ts";

/** The built-in lists that are asked without a key. */
export const shipped = dnsLists.filter((list) => list.tier !== "off" && list.dqs?.only !== true);

export const address = "203.0.113.5";
export const reversed = "5.113.0.203";
const present6 = "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0";

/** Every built-in list in good health (RFC 5782 section 5), with nothing in it. */
export const healthy: Zone = Object.fromEntries(
  shipped.flatMap((list): [string, { A: string[] }][] => {
    if (list.kind === "domain")
      return [[`test.${list.zone}`, { A: [list.zone === "dbl.spamhaus.org" ? "127.0.1.2" : "127.0.0.254"] }]];
    const code = { A: [list.kind === "white" ? "127.0.5.2" : "127.0.0.2"] };
    const point: [string, typeof code][] = list.families.includes(4) ? [[`2.0.0.127.${list.zone}`, code]] : [];
    return list.families.includes(6) ? [...point, [`${present6}.${list.zone}`, code]] : point;
  }),
);
export const sender: Zone = { "example.com": { TXT: [`v=spf1 ip4:${address} -all`] } };
export const clean: Zone = { ...healthy, ...sender };

/** The sender's address, or the domain, in a list. */
export const on = (zone: string, code: string, text?: string): Zone => ({
  [`${reversed}.${zone}`]: { A: [code], ...(text === undefined ? {} : { TXT: [text] }) },
});
export const domainOn = (zone: string, code: string): Zone => ({ [`example.com.${zone}`]: { A: [code] } });
/** A list of the user's with its test point. */
export const own = (more: Zone = {}): Zone => ({ ...sender, "2.0.0.127.bl.test": { A: ["127.0.0.2"] }, ...more });

/** With the questions at hand. */
export const asked = (zone: Zone, more: object = {}) => {
  const made = createZone(zone);
  return { calls: made.calls, world: () => Promise.resolve({ ctx: { ask: made.ask, ...more } }) };
};
