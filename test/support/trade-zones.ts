import type { SignedZone } from "./signed-dns.ts";
import { rsaKey } from "./dkim-keys.ts";

/** Where the make-believe world of the trading companies lives; 127.0.96.0/24 counts as public in it. */
export const at = {
  authority: "127.0.96.10",
  resolver: "127.0.96.11",
  /** Everything in order. */
  sound: "127.0.96.20",
  web: "127.0.96.22",
  /** The healthy server of those whose zones are not signed. */
  hosting: "127.0.96.21",
  /** Its certificate has ended. */
  ended: "127.0.96.23",
  tencent: "127.0.96.24",
  /** Without a PTR record. */
  nameless: "127.0.96.25",
  /** Its PTR record names a line of an internet provider. */
  line: "127.0.96.26",
  /** Its PTR record names a host with another address. */
  other: "127.0.96.27",
  google: "127.0.96.28",
  microsoft: "127.0.96.29",
  /** Nobody listens there. */
  nobody: "127.0.96.99",
} as const;

/** A TXT record holds strings of at most 255 octets (RFC 1035 section 3.3). */
const txt = (text: string): string => (text.match(/.{1,250}/g) ?? []).map((part) => `"${escaped(part)}"`).join(" ");
/** Knot reads no octets beyond ASCII, but their numbers. */
const escaped = (text: string): string =>
  text.replaceAll(/[^\x20-\x7e]+/g, (some) => [...Buffer.from(some)].map((octet) => `\\${octet}`).join(""));
const dkim = (bits: number): string => `v=DKIM1; k=rsa; p=${rsaKey(bits)}`;

type Records = Readonly<Record<string, readonly string[]>>;

/** A domain as it should be; `more` replaces or, by `[]`, deletes what it names by owner and type. */
function company(domain: string, more: Records = {}): readonly string[] {
  const records: Records = {
    "@ MX": ["10 mx.hosting.com."],
    "@ TXT": ['"v=spf1 mx -all"'],
    "s1._domainkey TXT": [txt(dkim(2048))],
    "_dmarc TXT": [`"v=DMARC1; p=reject; rua=mailto:dmarc@${domain}"`],
    "_smtp._tls TXT": [`"v=TLSRPTv1; rua=mailto:tls@${domain}"`],
    "@ CAA": ['0 issue "letsencrypt.org"'],
    "_imaps._tcp SRV": ["0 1 993 mx.hosting.com."],
    "_submissions._tcp SRV": ["0 1 465 mx.hosting.com."],
    ...more,
  };
  return Object.entries(records).flatMap(([key, values]) => values.map((value) => `${key} ${value}`));
}

const spf = (text: string): Records => ({ "@ TXT": [txt(text)] });
const dmarc = (...texts: readonly string[]): Records => ({ "_dmarc TXT": texts.map(txt) });
const key = (...texts: readonly string[]): Records => ({ "s1._domainkey TXT": texts.map(txt) });

/** One mistake each, in zones that are otherwise in order. */
const mistakes: Readonly<Record<string, Records>> = {
  "two-spf.com": { "@ TXT": ['"v=spf1 mx -all"', '"v=spf1 include:spf.mail.qq.com ~all"'] },
  "no-spf.com": { "@ TXT": [] },
  "eleven.com": spf("v=spf1 mx include:six.spf-pool.com include:spf.mail.qq.com a:mx.hosting.com a:mx.hosting.com -all"),
  "former.com": spf("v=spf1 mx include:spf.mxhichina.com ~all"),
  "gone-include.com": spf("v=spf1 mx include:spf.no-such-service.com -all"),
  "empty-include.com": spf("v=spf1 mx include:www.sound.com -all"),
  "same-twice.com": spf("v=spf1 mx include:spf.mail.qq.com include:spf.mail.qq.com -all"),
  "itself.com": spf("v=spf1 mx include:itself.com -all"),
  "plus-all.com": spf("v=spf1 mx +all"),
  "no-all.com": spf("v=spf1 mx"),
  "neutral.com": spf("v=spf1 mx ?all"),
  "ptr-spf.com": spf("v=spf1 mx ptr -all"),
  "gap.com": { "@ TXT": ['"v=spf1 mx" "ip4:127.0.96.21 -all"'] },
  "glued.com": spf("v=spf1 mxip4:127.0.96.21-all"),
  "equals.com": spf("v=spf1 mx include=spf.mail.qq.com -all"),
  "short-address.com": spf("v=spf1 mx ip4:203.0.113 -all"),
  "bad-prefix.com": spf("v=spf1 mx ip4:198.51.100.0/33 -all"),
  "late-term.com": spf("v=spf1 mx -all include:spf.mail.qq.com"),
  "both-ends.com": spf("v=spf1 mx redirect=spf.mail.qq.com -all"),
  "two-redirects.com": spf("v=spf1 mx redirect=spf.mail.qq.com redirect=spf.mxhichina.com"),
  "empty-name.com": spf("v=spf1 mx include: -all"),
  "macro.com": spf("v=spf1 mx exists:%{z}.sound.com -all"),
  "smart-spf.com": spf("“v=spf1 mx -all”"),
  "blank-first.com": spf(" v=spf1 mx -all"),
  "typed-wrong.com": spf("v=spf1: mx -all"),
  "three-voids.com": spf("v=spf1 mx a:a.three-voids.com a:b.three-voids.com a:c.three-voids.com -all"),
  "one-void.com": spf("v=spf1 mx a:a.one-void.com -all"),
  "inside.com": spf("v=spf1 mx ip4:192.168.1.10 -all"),
  "whole-world.com": spf("v=spf1 mx ip4:0.0.0.0/0 -all"),
  "their-two.com": spf("v=spf1 mx include:two-spf.com -all"),
  "full-width.com": spf("v=spf1 mx ip4：127.0.96.21 -all"),
  "one-label.com": spf("v=spf1 mx a:mail -all"),
  "sender-id.com": { "@ TXT": ['"v=spf1 mx -all"', '"spf2.0/pra mx -all"'] },
  "long-spf.com": spf(`v=spf1 mx ${Array.from({ length: 30 }, (_, i) => `ip4:140.205.${i}.128/30`).join(" ")} -all`),

  "no-dmarc.com": { "_dmarc TXT": [] },
  "two-dmarc.com": dmarc("v=DMARC1; p=reject; rua=mailto:dmarc@two-dmarc.com", "v=DMARC1; p=none"),
  "smart-quotes.com": dmarc("“v=DMARC1; p=reject; rua=mailto:dmarc@smart-quotes.com”"),
  "watching.com": dmarc("v=DMARC1; p=none; rua=mailto:dmarc@watching.com"),
  "idle.com": dmarc("v=DMARC1; p=none"),
  "blind.com": dmarc("v=DMARC1; p=reject"),
  "no-semicolon.com": dmarc("v=DMARC1 p=reject rua=mailto:dmarc@no-semicolon.com"),
  "no-policy.com": dmarc("v=DMARC1; rua=mailto:dmarc@no-policy.com"),
  "odd-policy.com": dmarc("v=DMARC1; p=block; rua=mailto:dmarc@odd-policy.com"),
  "weak-below.com": dmarc("v=DMARC1; p=reject; sp=none; rua=mailto:dmarc@weak-below.com"),
  "weak-np.com": dmarc("v=DMARC1; p=reject; np=none; rua=mailto:dmarc@weak-np.com"),
  "half.com": dmarc("v=DMARC1; p=reject; pct=50; rua=mailto:dmarc@half.com"),
  "nil.com": dmarc("v=DMARC1; p=reject; pct=0; rua=mailto:dmarc@nil.com"),
  "old-tags.com": dmarc("v=DMARC1; p=reject; pct=100; rf=afrf; ri=86400; rua=mailto:dmarc@old-tags.com"),
  "testing.com": dmarc("v=DMARC1; p=reject; t=y; rua=mailto:dmarc@testing.com"),
  "suffix.com": dmarc("v=DMARC1; p=reject; psd=y; rua=mailto:dmarc@suffix.com"),
  "bare-rua.com": dmarc("v=DMARC1; p=reject; rua=dmarc@bare-rua.com"),
  "web-rua.com": dmarc("v=DMARC1; p=reject; rua=https://web-rua.com/dmarc"),
  "size-rua.com": dmarc("v=DMARC1; p=reject; rua=mailto:dmarc@size-rua.com!10m"),
  "three-rua.com": dmarc("v=DMARC1; p=reject; rua=mailto:a@three-rua.com,mailto:b@three-rua.com,mailto:c@three-rua.com"),
  "same-rua.com": dmarc("v=DMARC1; p=reject; rua=mailto:a@same-rua.com,mailto:a@same-rua.com"),
  "foreign-rua.com": dmarc("v=DMARC1; p=reject; rua=mailto:dmarc@reports-house.com"),
  "dead-rua.com": dmarc("v=DMARC1; p=reject; rua=mailto:dmarc@no-such-place.com"),
  "tencent-rua.com": dmarc("v=DMARC1; p=reject; rua=mailto:mailauth-reports@qq.com"),
  "odd-fo.com": dmarc("v=DMARC1; p=reject; fo=0:1; rua=mailto:dmarc@odd-fo.com"),
  "odd-adkim.com": dmarc("v=DMARC1; p=reject; adkim=strict; rua=mailto:dmarc@odd-adkim.com"),
  "strict.com": dmarc("v=DMARC1; p=reject; adkim=s; aspf=s; rua=mailto:dmarc@strict.com"),
  "twice-p.com": dmarc("v=DMARC1; p=none; p=reject; rua=mailto:dmarc@twice-p.com"),
  "odd-tag.com": dmarc("v=DMARC1; p=reject; ruaa=mailto:dmarc@odd-tag.com; rua=mailto:dmarc@odd-tag.com"),
  "blank-dmarc.com": dmarc(" v=DMARC1; p=reject; rua=mailto:dmarc@blank-dmarc.com"),
  "lower-dmarc.com": dmarc("v=dmarc1; p=reject; rua=mailto:dmarc@lower-dmarc.com"),
  "token-dmarc.com": dmarc("v=DMARC1; p=reject; rua=mailto:dmarc@token-dmarc.com", "google-site-verification=abc"),
  "apex-dmarc.com": { "_dmarc TXT": [], "@ TXT": ['"v=spf1 mx -all"', '"v=DMARC1; p=reject; rua=mailto:dmarc@apex-dmarc.com"'] },
  "doubled.com": { "_dmarc TXT": [], "_dmarc.doubled.com TXT": ['"v=DMARC1; p=reject; rua=mailto:dmarc@doubled.com"'] },
  "void-policy.com": dmarc("v=DMARC1; p=block"),
  "stray.com": dmarc("v=DMARC1; p=reject; hello; rua=mailto:dmarc@stray.com"),
  "caps-tag.com": dmarc("v=DMARC1; P=reject; rua=mailto:dmarc@caps-tag.com"),
  "long-dmarc.com": dmarc(
    `v=DMARC1; p=reject; rua=mailto:${"a".repeat(60)}@long-dmarc.com; ruf=${Array.from({ length: 8 }, (_, i) => `mailto:${"b".repeat(40)}${i}@long-dmarc.com`).join(",")}`,
  ),

  "short-key.com": key(dkim(1024)),
  "tiny-key.com": key(dkim(768)),
  "two-keys.com": key(dkim(2048), dkim(2048)),
  "spaced-key.com": key(dkim(2048).replace(/p=(.{100})/, "p=$1 ")),
  "broken-key.com": key(dkim(2048).slice(0, 300)),
  "revoked.com": key("v=DKIM1; k=rsa; p="),
  "no-key.com": { "s1._domainkey TXT": [] },
  "odd-version.com": key(dkim(2048).replace("DKIM1", "DKIM2")),
  "late-version.com": key(`k=rsa; v=DKIM1; p=${rsaKey(2048)}`),
  "odd-type.com": key(dkim(2048).replace("k=rsa", "k=dsa")),
  "test-key.com": key(dkim(2048).replace("; k", "; t=y; k")),
  "sha1-key.com": key(dkim(2048).replace("; k", "; h=sha1; k")),
  "other-service.com": key(dkim(2048).replace("; k", "; s=tlsrpt; k")),
  "old-key-tags.com": key(dkim(2048).replace("; k", "; g=*; k")),
  "bare-key.com": key(rsaKey(2048)),

  "two-tlsrpt.com": {
    "_smtp._tls TXT": ['"v=TLSRPTv1; rua=mailto:tls@two-tlsrpt.com"', '"v=TLSRPTv1; rua=mailto:t@two-tlsrpt.com"'],
  },
  "bad-tlsrpt.com": { "_smtp._tls TXT": ['"v=TLSRPT1; rua=mailto:tls@bad-tlsrpt.com"'] },
  "bare-tlsrpt.com": { "_smtp._tls TXT": ['"v=TLSRPTv1; rua=tls@bare-tlsrpt.com"'] },
  "no-rua-tlsrpt.com": { "_smtp._tls TXT": ['"v=TLSRPTv1;"'] },
  "two-rua-tlsrpt.com": { "_smtp._tls TXT": ['"v=TLSRPTv1; rua=mailto:t@two-rua-tlsrpt.com,mailto:u@two-rua-tlsrpt.com"'] },
  "no-tlsrpt.com": { "_smtp._tls TXT": [] },
  "no-srv.com": { "_imaps._tcp SRV": [], "_submissions._tcp SRV": [] },
  "no-caa.com": { "@ CAA": [] },
  "odd-caa.com": { "@ CAA": ['0 issue "letsencrypt org"'] },
  "iodef-caa.com": { "@ CAA": ['0 iodef "security@iodef-caa.com"', '0 issue "letsencrypt.org"'] },
  "only-iodef.com": { "@ CAA": ['0 iodef "mailto:security@only-iodef.com"'] },

  "alias-mx.com": { "@ MX": ["10 mail"], "mail CNAME": ["mx.hosting.com."] },
  "part-gone.com": { "@ MX": ["10 mx.hosting.com.", "20 mx2"] },
  "no-mx.com": { "@ MX": [], "@ A": [at.hosting] },
  "inside-mx.com": { "@ MX": ["10 mail"], "mail A": ["192.168.1.10"] },
  "silent-mx.com": { "@ MX": ["10 mail"], "mail A": [at.nobody] },
  "ended-mx.com": { "@ MX": ["10 mail"], "mail A": [at.ended] },
  "nameless.com": { "@ MX": ["10 mail"], "mail A": [at.nameless] },
  "line-name.com": { "@ MX": ["10 mail"], "mail A": [at.line] },
  "other-name.com": { "@ MX": ["10 mail"], "mail A": [at.other] },
  "proven-mx.com": { "@ MX": ["10 mx.sound.com."] },
  "null-and.com": { "@ MX": ["0 .", "10 mx.hosting.com."] },
  "null-only.com": { "@ MX": ["0 ."] },
  "address-mx.com": { "@ MX": [`10 ${at.hosting}.`] },
  "verify-mx.com": { "@ MX": ["10 mx.hosting.com.", "32767 ms12345.msv1.invalid."] },

  "no-sts-file.com": { "_mta-sts TXT": ['"v=STSv1; id=1"'], "mta-sts A": [at.web] },
  "two-sts.com": { "_mta-sts TXT": ['"v=STSv1; id=1"', '"v=STSv1; id=2"'], "mta-sts A": [at.web] },
  "bad-sts-id.com": { "_mta-sts TXT": ['"v=STSv1; id=2026-11-22"'], "mta-sts A": [at.web] },
  "old-sts.com": { "_mta-sts TXT": ['"v=STSv1; id=1"'], "mta-sts A": [at.web] },
  "short-sts.com": { "_mta-sts TXT": ['"v=STSv1; id=1"'], "mta-sts A": [at.web] },
  "test-sts.com": { "_mta-sts TXT": ['"v=STSv1; id=1"'], "mta-sts A": [at.web] },

  "untold-sts.com": { "_mta-sts TXT": ['"v=STSv1; id=1"'], "mta-sts A": [at.web], "_smtp._tls TXT": [] },
  "other-caa.com": { "@ MX": ["10 mail"], "mail A": [at.tencent], "@ CAA": ['0 issue "digicert.com"'] },
  "parked-weak.com": {
    "@ MX": ["0 ."],
    "@ TXT": ['"v=spf1 -all"'],
    "_dmarc TXT": ['"v=DMARC1; p=none; rua=mailto:dmarc@parked-weak.com"'],
  },
  "wild.com": { "* TXT": ['"v=spf1 mx -all"'], "_dmarc TXT": [], "s1._domainkey TXT": [], "_smtp._tls TXT": [] },
  "exmail.com": { "@ MX": ["5 mxbiz1.qq.com.", "10 mxbiz2.qq.com."], "@ TXT": ['"v=spf1 mx -all"'] },
  "half-exmail.com": { "@ MX": ["5 mxbiz1.qq.com."], "@ TXT": ['"v=spf1 include:spf.mail.qq.com -all"'] },
};

/** What MTA-STS policy files say, by domain. */
export const policies: Readonly<Record<string, string>> = {
  "two-sts.com": "version: STSv1\r\nmode: enforce\r\nmx: mx.hosting.com\r\nmax_age: 1209600\r\n",
  "bad-sts-id.com": "version: STSv1\r\nmode: enforce\r\nmx: mx.hosting.com\r\nmax_age: 1209600\r\n",
  "old-sts.com": "version: STSv1\r\nmode: enforce\r\nmx: mail.old-sts.com\r\nmax_age: 1209600\r\n",
  "untold-sts.com": "version: STSv1\r\nmode: enforce\r\nmx: mx.hosting.com\r\nmax_age: 1209600\r\n",
  "short-sts.com": "version: STSv1\r\nmode: enforce\r\nmx: mx.hosting.com\r\nmax_age: 3600\r\n",
  "test-sts.com": "version: STSv1\r\nmode: testing\r\nmx: mx.hosting.com\r\nmax_age: 1209600\r\n",
};

/** Domains whose mistakes come together, as they do. */
const together: Readonly<Record<string, SignedZone>> = {
  "tengda.com": {
    signing: "insecure",
    records: [
      "@ MX 5 mxbiz1.qq.com.",
      "@ MX 10 mxbiz2.qq.com.",
      '@ TXT "v=spf1 include:spf.mail.qq.com ~all"',
      `@ A ${at.web}`,
      `www A ${at.web}`,
    ],
  },
  "haitian.com": {
    signing: "insecure",
    records: [
      "@ MX 1 smtp.google.com.",
      '@ TXT "v=spf1 include:spf.mail.qq.com include:_spf.google.com ~all"',
      `google._domainkey TXT ${txt(dkim(2048))}`,
      '_dmarc TXT "v=DMARC1; p=none; rua=mailto:mailauth-reports@qq.com"',
      "autodiscover CNAME imap.exmail.qq.com.",
    ],
  },
  "zhongmao.com": {
    signing: "insecure",
    records: [
      "@ MX 0 zhongmao-com.mail.protection.outlook.com.",
      '@ TXT "v=spf1 include:spf.protection.outlook.com -all"',
      '@ TXT "MS=ms12345678"',
      "selector1._domainkey CNAME selector1-zhongmao-com._domainkey.zhongmao.onmicrosoft.com.",
      '_dmarc TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@zhongmao.com"',
      "autodiscover CNAME autodiscover.outlook.com.",
    ],
  },
  "parked.com": {
    signing: "insecure",
    records: [`@ A ${at.web}`, "@ MX 0 .", '@ TXT "v=spf1 -all"', '_dmarc TXT "v=DMARC1; p=reject"'],
  },
  "web-only.com": { signing: "insecure", records: [`@ A ${at.web}`, `www A ${at.web}`] },
  "xn--fsqu00a.xn--0zwm56d": { signing: "insecure", records: company("xn--fsqu00a.xn--0zwm56d") },
  "island.com": { signing: "island", records: company("island.com") },
  "ending.com": { signing: "ending", records: company("ending.com") },
  "ended-sign.com": { signing: "expired", records: company("ended-sign.com") },
  "wrong-ds.com": { signing: "wrong-ds", records: company("wrong-ds.com") },
};

/** @param tlsa of the key of `mx.sound.com`, `3 1 1 …` */
export function tradeZones(tlsa: string): Readonly<Record<string, SignedZone>> {
  const reverse = (address: string): string => address.split(".").toReversed().join(".");
  return {
    "sound.com": {
      signing: "secure",
      records: [
        ...company("sound.com", { "@ MX": ["10 mx"] }),
        `mx A ${at.sound}`,
        'mx TXT "v=spf1 a -all"',
        `www A ${at.web}`,
        `host-127-0-96-26.dynamic A ${at.line}`,
        `_25._tcp.mx TLSA ${tlsa}`,
      ],
    },
    "dane-old.com": {
      signing: "secure",
      records: [
        ...company("dane-old.com", { "@ MX": ["10 mail"], "mail A": [at.tencent] }),
        `_25._tcp.mail TLSA 3 1 1 ${"ab".repeat(32)}`,
      ],
    },
    "dane-odd.com": {
      signing: "secure",
      records: [
        ...company("dane-odd.com", { "@ MX": ["10 mail"], "mail A": [at.tencent] }),
        `_25._tcp.mail TLSA 1 1 1 ${"ab".repeat(32)}`,
      ],
    },
    "hosting.com": { signing: "insecure", records: [`mx A ${at.hosting}`, 'mx TXT "v=spf1 a -all"'] },
    "qq.com": {
      signing: "insecure",
      records: [
        "@ MX 10 mxbiz1",
        `mxbiz1 A ${at.tencent}`,
        `mxbiz2 A ${at.tencent}`,
        `imap.exmail A ${at.tencent}`,
        `smtp.exmail A ${at.tencent}`,
        'spf.mail TXT "v=spf1 ip4:203.205.192.0/24 -all"',
      ],
    },
    "mxhichina.com": { signing: "insecure", records: ['spf TXT "v=spf1 ip4:140.205.81.0/24 -all"'] },
    "google.com": {
      signing: "insecure",
      records: [`smtp A ${at.google}`, '_spf TXT "v=spf1 ip4:172.217.0.0/19 ip4:74.125.0.0/16 ~all"'],
    },
    "outlook.com": {
      signing: "insecure",
      records: [
        `zhongmao-com.mail.protection A ${at.microsoft}`,
        'spf.protection TXT "v=spf1 ip4:40.92.0.0/15 -all"',
        `autodiscover A ${at.web}`,
      ],
    },
    "onmicrosoft.com": { signing: "insecure", records: [`selector1-zhongmao-com._domainkey.zhongmao TXT ${txt(dkim(2048))}`] },
    "spf-pool.com": {
      signing: "insecure",
      records: [
        '@ TXT "v=spf1 -all"',
        'six TXT "v=spf1 include:a.spf-pool.com include:b.spf-pool.com include:c.spf-pool.com include:d.spf-pool.com include:e.spf-pool.com include:f.spf-pool.com -all"',
        ...["a", "b", "c", "d", "e", "f"].map((name, i) => `${name} TXT "v=spf1 ip4:198.51.100.${i * 16}/28 -all"`),
      ],
    },
    "reports-house.com": { signing: "insecure", records: company("reports-house.com") },
    "list.test": { signing: "insecure", records: ["2.0.0.127 A 127.0.0.2", `${reverse(at.nameless)} A 127.0.0.2`] },
    "in-addr.arpa": {
      signing: "insecure",
      records: [
        `${reverse(at.sound)} PTR mx.sound.com.`,
        `${reverse(at.hosting)} PTR mx.hosting.com.`,
        `${reverse(at.ended)} PTR mail.ended-mx.com.`,
        `${reverse(at.line)} PTR host-127-0-96-26.dynamic.sound.com.`,
        `${reverse(at.other)} PTR www.sound.com.`,
        `${reverse(at.web)} PTR www.sound.com.`,
        `${reverse(at.tencent)} PTR mxbiz1.qq.com.`,
        `${reverse(at.google)} PTR smtp.google.com.`,
      ],
    },
    ...together,
    ...Object.fromEntries(
      Object.entries(mistakes).map(([name, more]) => [name, { signing: "insecure", records: company(name, more) } as const]),
    ),
  };
}

/** The audited ones. */
export const tradeDomains: readonly string[] = [
  "sound.com",
  "dane-old.com",
  "dane-odd.com",
  ...Object.keys(together),
  ...Object.keys(mistakes),
];
