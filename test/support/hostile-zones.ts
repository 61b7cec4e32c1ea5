import type { MxRecord, RecordType } from "../../src/model/dns.ts";
import type { Misbehaviour } from "./fake-dns.ts";
import { hostileAnswers } from "./hostile-dns.ts";
import { createLookup, type Found, type Zone } from "./zone.ts";

/** Addresses for these tests alone. Name servers and mail servers are where their records say, at their usual ports. */
export const at = {
  resolver: "127.0.97.1",
  nameServer: "127.0.97.2",
  silentNameServer: "127.0.97.3",
  mail: "127.0.97.25",
  web: "127.0.97.80",
  /** Accepts, and then says a byte a second, for ever. */
  drip: "127.0.97.66",
  /** Answers with all that fits through, for ever. */
  flood: "127.0.97.67",
} as const;

export const hostile = ["bomb.test", "silent.test", "tarpit.test"] as const;

/** Three kinds of ordinary domains, in turn: well, open to forgers, and half moved. */
export const healthyDomain = (index: number): string => `d${index}.test`;

export function healthyZone(count: number): Zone {
  const names = Array.from({ length: count }, (_, index) => healthyDomain(index));
  return {
    test: { SOA: ["ns.test h.test 1 1 1 1 60"], NS: ["ns.test"] },
    "ns.test": { A: [at.nameServer] },
    "97.0.127.in-addr.arpa": { SOA: ["ns.test h.test 1 1 1 1 60"], NS: ["ns.test"] },
    "25.97.0.127.in-addr.arpa": { PTR: ["mx.test"] },
    "mx.test": { A: [at.mail] },
    ...Object.assign({}, ...names.map((name, index) => domain(name, index % 3))),
  };
}

function domain(name: string, kind: number): Zone {
  const records = (mx: readonly string[], spf: string) => ({
    SOA: [`ns.test h.${name} 7 7200 3600 1209600 300`],
    NS: ["ns.test"],
    MX: mx,
    TXT: [spf],
    CAA: ["0 issue letsencrypt.org"],
  });
  const dmarc = { [`_dmarc.${name}`]: { TXT: [`v=DMARC1; p=reject; rua=mailto:r@${name}`] } };
  if (kind === 1) return { ...dmarc, [name]: records(["10 mx.test"], "v=spf1 +all") };
  if (kind === 2) return { [name]: records(["10 mx.test", `20 old.${name}`], "v=spf1 mx include:gone.test -all") };
  return {
    ...dmarc,
    [name]: records(["10 mx.test"], "v=spf1 mx -all"),
    [`s1._domainkey.${name}`]: { TXT: ["v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="] },
    [`_mta-sts.${name}`]: { TXT: ["v=STSv1; id=1"] },
    [`mta-sts.${name}`]: { A: [at.web] },
    [`_smtp._tls.${name}`]: { TXT: [`v=TLSRPTv1; rua=mailto:r@${name}`] },
  };
}

const raw = hostileAnswers();
/** 64 KB of them: more than any walk may follow, and each leads to as many. */
const includes = (name: string): readonly string[] => {
  const terms = Array.from({ length: 2_100 }, (_, index) => `include:i${index}.${name} a:h${index}.${name}`).join(" ");
  return `v=spf1 ${terms} -all`.slice(0, 60_000).match(/[^]{1,255}/g) ?? [];
};
const many = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** What the names of the hostile domains hold: no table could. */
export function hostileLookup(zone: Zone): (name: string, type: RecordType) => Found {
  const usual = createLookup(zone);
  const records = (some: readonly unknown[]): Found => ({
    kind: "records",
    records: some,
    signatures: [],
    ttl: 60,
    authenticated: false,
    bogus: undefined,
  });
  const alias = (target: string): Found => ({ kind: "alias", target, ttl: 60 });
  const nothing: Found = { kind: "nodata", authenticated: false, bogus: undefined };

  const bomb = (name: string, type: RecordType): Found => {
    const [first = ""] = name.split(".");
    const step = /^c(\d+)$/.exec(first);
    if (step) return alias(`c${Number(step[1]) + 1}.bomb.test`);
    if (first === "_dmarc") return alias("c0.bomb.test");
    if (first === "_mta-sts" || first === "loop1") return alias("loop2.bomb.test");
    if (first === "loop2") return alias("loop1.bomb.test");
    if (type === "MX") return records(many(500, (index): MxRecord => ({ priority: 1, exchange: `m${index}.bomb.test` })));
    if (type === "NS") return records(many(100, (index) => `n${index}.bomb.test`));
    if (type === "A")
      return records(many(20, (index) => (first.startsWith("n") ? at.silentNameServer : `127.0.98.${index + 1}`)));
    if (first === "default") return records([["v=BIMI1; l=https://web.bomb.test/logo.svg; a=https://web.bomb.test/mark.pem"]]);
    if (type === "TXT") return records([includes("bomb.test"), many(20, () => "x".repeat(200))]);
    if (type === "SRV") return records(many(50, (index) => ({ priority: 0, weight: 1, port: 993, name: `m${index}.bomb.test` })));
    return nothing;
  };
  const tarpit = (name: string, type: RecordType): Found => {
    const [first = ""] = name.split(".");
    const isWeb = first === "mta-sts" || first === "autoconfig" || first === "web";
    if (type === "MX") return records(many(10, (index): MxRecord => ({ priority: index, exchange: `m${index}.tarpit.test` })));
    if (type === "NS") return records(many(8, (index) => `n${index}.tarpit.test`));
    if (type === "A" && isWeb) return records([at.drip]);
    if (type === "A") return records(first.startsWith("n") ? [at.silentNameServer] : many(4, (index) => `127.0.98.${index + 1}`));
    if (name === "_mta-sts.tarpit.test") return records([["v=STSv1; id=1"]]);
    if (name === "_dmarc.tarpit.test") return records([["v=DMARC1; p=reject"]]);
    if (first === "default") return records([["v=BIMI1; l=https://web.tarpit.test/l.svg; a=https://web.tarpit.test/a.pem"]]);
    if (type === "TXT" && name === "tarpit.test") return records([["v=spf1 mx a:m1.tarpit.test -all"]]);
    if (type === "SRV") return records([{ priority: 0, weight: 1, port: 993, name: "m1.tarpit.test" }]);
    return nothing;
  };
  return (name, type) => {
    if (isIn(name, "bomb.test")) return bomb(name, type);
    return isIn(name, "tarpit.test") ? tarpit(name, type) : usual(name, type);
  };
}

const isIn = (name: string, zone: string): boolean => name === zone || name.endsWith(`.${zone}`);

/** How the resolver treats questions about them: late, not at all, or with bytes that are made to cost. */
export function hostileBehaviour(name: string, index: number): Misbehaviour | undefined {
  if (isIn(name, "silent.test")) return "silence";
  if (isIn(name, "tarpit.test")) return { afterMs: 2_400 };
  if (isIn(name, "_tcp.bomb.test") || isIn(name, "_tls.bomb.test") || isIn(name, "_domainkey.bomb.test")) {
    const all = Object.values(raw);
    return { raw: all[index % all.length] ?? Buffer.alloc(0) };
  }
  return undefined;
}
