import type { Ask, DnsFailure, RecordType, Resolve } from "../model/dns.ts";

const failureCodes: Readonly<Record<DnsFailure, string>> = {
  SERVFAIL: "ESERVFAIL",
  REFUSED: "EREFUSED",
  NOTIMP: "ENOTIMP",
  FORMERR: "EFORMERR",
  TIMEOUT: "ETIMEOUT",
  NETWORK: "ECONNREFUSED",
  BADRESP: "EBADRESP",
  DISAGREE: "ESERVFAIL",
  OTHER: "ESERVFAIL",
};

/** What `dns.promises.resolve` rejects with: `code` is the one of node:dns. */
class DnsError extends Error {
  override readonly name = "DnsError";
  readonly code: string;
  readonly hostname: string;
  readonly type: RecordType;
  constructor(code: string, type: RecordType, hostname: string, text: string) {
    super(`Cannot resolve ${type} of "${hostname}": ${text}`);
    this.code = code;
    this.hostname = hostname;
    this.type = type;
  }
}

/** The contract of `dns.promises.resolve` on top of `ask`. */
export function resolveBy(ask: Ask): Resolve {
  return async (name, type) => {
    const answer = await ask(name, type);
    if (answer.outcome === "records") return [...answer.records];
    if (answer.outcome === "nxdomain") throw new DnsError("ENOTFOUND", type, name, "the name does not exist");
    if (answer.outcome === "nodata") throw new DnsError("ENODATA", type, name, "the name has no such record");
    const { code, text } = answer.failure ?? { code: "OTHER", text: "no answer" };
    throw new DnsError(failureCodes[code], type, name, text);
  };
}
