import { type FakeDns, type FakeQuery, type Misbehaviour, startFakeDns } from "../support/fake-dns.ts";
import type { Zone } from "../support/zone.ts";
import { at, hosts } from "./addresses.ts";

const domain = (name: string, host: string, address: string): Zone => ({
  [name]: {
    MX: [`10 ${host}`],
    NS: [`ns.${name}`],
    SOA: [`ns.${name} hostmaster.${name} 1 7200 3600 1209600 300`],
    TXT: [`v=spf1 ip4:${address} -all`],
  },
  [`_dmarc.${name}`]: { TXT: [`v=DMARC1; p=reject; rua=mailto:reports@${name}`] },
  [`ns.${name}`]: { A: [at.dns] },
  [host]: { A: [address] },
  [address.split(".").toReversed().join(".") + ".in-addr.arpa"]: { PTR: [host] },
});

const healthy: Zone = {
  ...domain("harbour.lab", hosts.harbour, at.harbour),
  ...domain("orchard.lab", hosts.orchard, at.orchard),
  ...domain("partner.lab", hosts.partner, at.partner),
  "globe.lab": { MX: ["1 smtp.google.com"], NS: ["ns.globe.lab"], SOA: ["ns.globe.lab h.globe.lab 1 7200 3600 1209600 300"] },
  "ns.globe.lab": { A: [at.dns] },
  "imap.gmail.com": { A: [at.globe] },
  "smtp.gmail.com": { A: [at.globe] },
  "smtp.google.com": { A: [at.globe] },
  "www.google.com": { A: [at.status] },
  "witness1.lab": { A: [at.witnesses[0]] },
  "witness2.lab": { A: [at.witnesses[1]] },
  "whois.registry.lab": { A: [at.whois] },
  "login.tokens.lab": { A: ["127.0.0.1"] },
  "mx.stranger.lab": { A: [at.stranger] },
};

export interface Names {
  /** Entries in place of what is there, from now on; `undefined` takes one away. */
  change(entries: Readonly<Record<string, Zone[string] | undefined>>): void;
  /** How questions are answered badly, from now on. */
  misbehave(how: (query: FakeQuery) => Misbehaviour | undefined): void;
  heal(): void;
  close(): Promise<void>;
}

/** The one name server of the lab: resolver and authority at once. */
export async function startNames(): Promise<Names> {
  let misbehaving: (query: FakeQuery) => Misbehaviour | undefined = () => undefined;
  const server: FakeDns = await startFakeDns(healthy, {
    address: at.dns,
    port: 53,
    authoritative: true,
    misbehave: (query) => misbehaving(query),
  });
  return {
    change: (entries) => {
      const merged = { ...healthy, ...entries };
      server.setZone(
        Object.fromEntries(Object.entries(merged).flatMap(([name, entry]) => (entry === undefined ? [] : [[name, entry]]))),
      );
    },
    misbehave: (how) => {
      misbehaving = how;
    },
    heal: () => {
      misbehaving = () => undefined;
      server.setZone(healthy);
    },
    close: () => server.close(),
  };
}

export const isWithin = (name: string, zone: string): boolean => name === zone || name.endsWith(`.${zone}`);
