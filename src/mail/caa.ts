import type { CaaRecord } from "../model/dns.ts";

/** What the CAA records of a name say, RFC 8659 section 4. */
export interface CaaPolicy {
  /** Who may issue, as domain names; `undefined` where nothing is said, `[]` where nobody may. */
  readonly issue: readonly string[] | undefined;
  /** The same for wildcard names; where nothing is said, `issue` holds for them as well. */
  readonly issueWild: readonly string[] | undefined;
  /** For S/MIME (RFC 9495) and for BIMI marks: as they are written. */
  readonly mail: readonly string[];
  /** Records that forbid in place of what they mean: an `issue` or `issuewild` that cannot be read. */
  readonly broken: readonly string[];
  readonly brokenIodef: readonly string[];
  /** Marked critical, and of no kind that authorities know: none may issue (RFC 8659 section 4.1). */
  readonly unknownCritical: readonly string[];
}

const criticalBit = 128;
const known = new Set(["issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"]);
const domain = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const parameter = /^[a-z0-9][a-z0-9-]*[ \t]*=[ \t]*[\x21-\x3a\x3c-\x7e]*$/;

export function readCaa(records: readonly CaaRecord[]): CaaPolicy {
  const issue = issuersOf(records, "issue");
  const issueWild = issuersOf(records, "issuewild");
  const iodef = of(records, "iodef").filter(({ value }) => !isReportAddress(value));
  const critical = records.filter((record) => (record.critical & criticalBit) !== 0 && !known.has(record.tag.toLowerCase()));
  return {
    issue: issue.issuers,
    issueWild: issueWild.issuers,
    mail: [...of(records, "issuemail"), ...of(records, "issuevmc")].map(writeCaa),
    broken: [...issue.broken, ...issueWild.broken],
    brokenIodef: iodef.map(writeCaa),
    unknownCritical: critical.map(writeCaa),
  };
}

const of = (records: readonly CaaRecord[], tag: string): readonly CaaRecord[] =>
  records.filter((record) => record.tag.toLowerCase() === tag);

function issuersOf(records: readonly CaaRecord[], tag: string) {
  const own = of(records, tag);
  const read = own.map((record) => ({ record, issuer: issuerOf(record.value) }));
  const issuers = read.flatMap(({ issuer }) => issuer ?? []).filter((issuer) => issuer !== "");
  const broken = read.filter(({ issuer }) => issuer === undefined).map(({ record }) => writeCaa(record));
  return { issuers: own.length === 0 ? undefined : issuers, broken };
}

/** RFC 8659 section 4.2: a domain, or nothing for nobody, then parameters; undefined when it is neither. */
function issuerOf(value: string): string | undefined {
  const [name = "", ...parameters] = value
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  if (name !== "" && !domain.test(name)) return undefined;
  return parameters.every((one) => one === "" || parameter.test(one)) ? name : undefined;
}

/** RFC 8659 section 4.4. */
function isReportAddress(value: string): boolean {
  const url = URL.parse(value);
  if (url?.protocol === "mailto:") return /^[^@\s]+@[^@\s]+$/.test(url.pathname);
  return (url?.protocol === "https:" || url?.protocol === "http:") && url.hostname !== "";
}

/** As a zone file has it. */
export const writeCaa = ({ critical, tag, value }: CaaRecord): string => `${critical} ${tag} "${value}"`;

/** Who of the authorities may issue for a name, or for a wildcard; undefined: all of them. */
export const issuersFor = ({ issue, issueWild }: CaaPolicy, wildcard: boolean): readonly string[] | undefined =>
  wildcard ? (issueWild ?? issue) : issue;

/**
 * The names by which authorities find themselves in CAA records, by what the `O` of their certificates says. From their practice
 * statements as CCADB collects them; whoever is not here is not judged.
 */
const authorities: readonly (readonly [organisation: RegExp, names: readonly string[]])[] = [
  [/O=Let's Encrypt/i, ["letsencrypt.org"]],
  [/O=Google Trust Services/i, ["pki.goog"]],
  [/O=Amazon/i, ["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"]],
  [/O=Microsoft Corporation/i, ["microsoft.com"]],
  [/O=GlobalSign/i, ["globalsign.com"]],
  [/O=TrustAsia/i, ["trustasia.com", "digicert.com", "sectigo.com"]],
  [/O=WoTrus/i, ["wotrus.com", "sectigo.com", "certum.pl"]],
  [/O=(?:China Financial Certification|CFCA)/i, ["cfca.com.cn"]],
  [/O=(?:UniTrust|Shanghai Electronic Certif)/i, ["sheca.com", "imtrust.cn", "wwwtrust.cn"]],
  [/O=(?:GUANG DONG CERTIFICATE|Global Digital Cybersecurity)/i, ["gdca.com.cn"]],
  [/O=iTrusChina/i, ["itrus.com.cn", "itrus.cn"]],
  [/O=BEIJING CERTIFICATE AUTHORITY/i, ["bjca.cn"]],
  [
    /O=(?:DigiCert|GeoTrust|Thawte|RapidSSL|QuoVadis|Symantec)/i,
    ["digicert.com", "www.digicert.com", "geotrust.com", "thawte.com", "rapidssl.com", "symantec.com", "quovadisglobal.com"],
  ],
  [
    /O=(?:Sectigo|COMODO|ZeroSSL|The USERTRUST|Gandi|Network Solutions)/i,
    ["sectigo.com", "comodoca.com", "comodo.com", "usertrust.com", "trust-provider.com", "zerossl.com"],
  ],
  [/O="?(?:GoDaddy|Starfield)/i, ["godaddy.com", "starfieldtech.com"]],
  [/O="?Entrust/i, ["entrust.net", "affirmtrust.com"]],
  [/O=SSL Corp/i, ["ssl.com"]],
  [/O=Buypass/i, ["buypass.com", "buypass.no"]],
  [/O=(?:Asseco|Unizeto)/i, ["certum.pl", "certum.eu"]],
  [/O=Actalis/i, ["actalis.it"]],
  [/O=(?:Hellenic Academic|Greek Universities)/i, ["harica.gr"]],
  [/O=SwissSign/i, ["swisssign.com"]],
  [/O=D-Trust/i, ["d-trust.net", "dtrust.de", "d-trust.de"]],
  [/O=(?:T-Systems|Deutsche Telekom)/i, ["telesec.de", "pki.dfn.de", "dfn.de"]],
  [/O=IdenTrust/i, ["identrust.com"]],
  [/O=TAIWAN-CA/i, ["twca.com.tw"]],
  [/O="?Chunghwa Telecom/i, ["cht.com.tw", "pki.hinet.net", "tls.hinet.net"]],
  [/O="?SECOM Trust/i, ["secomtrust.net"]],
  [/O="?Japan Registry Services/i, ["jprs.jp"]],
  [/O=Hongkong Post/i, ["hongkongpost.gov.hk", "eservices.hongkongpost.gov.hk"]],
];

/**
 * @param issuer of a certificate, `C=US, O=Let's Encrypt, CN=R11`
 * @returns the CAA names of its authority, the one to publish first; undefined when it is not known here
 */
export const caaNamesOf = (issuer: string): readonly string[] | undefined =>
  authorities.find(([organisation]) => organisation.test(issuer))?.[1];
