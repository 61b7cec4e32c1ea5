import { quoted } from "../model/text.ts";
import { rdapBases } from "./rdap-bases.ts";
import { readBootstrap, readRdap, type Registration } from "./registration.ts";
import { unknownWhois, type WhoisServer, whoisServers } from "./whois-servers.ts";
import { readWhois } from "./whois.ts";

/** How a look-up reaches the world. Neither throws but for an aborted run; a failure is one sentence. */
export interface RegistryWorld {
  readonly fetch: (url: string, accept: string) => Promise<Fetched | Failure>;
  readonly whois: (host: string, port: number, query: string) => Promise<{ readonly text: string } | Failure>;
  readonly note: (line: string) => void;
}
interface Fetched {
  readonly status: number;
  readonly body: string;
}
interface Failure {
  readonly failed: string;
}

/** Where to ask, besides what ships with the product. */
export interface RegistrySource {
  /** An RDAP base or a WHOIS server (`host`, `host:port`) that the user names: nobody else is asked then. */
  readonly rdap?: string | undefined;
  readonly whois?: string | undefined;
  /** IANA's bootstrap file, or a copy of it. */
  readonly bootstrap: string;
  /** What the file said not long ago. */
  readonly knownBase?: string | undefined;
}

type RegistryAnswer =
  /** `unreadable`: it tells dates, and this answer has none that can be read. */
  | { readonly kind: "registered"; readonly registration: Registration; readonly by: string; readonly unreadable: boolean }
  /** The registry says that there is no such domain. */
  | { readonly kind: "absent"; readonly by: string }
  | { readonly kind: "failed"; readonly reason: string; readonly by: string };

export interface LookedUp {
  readonly answer: RegistryAnswer;
  /** What IANA's file said, where it was fetched. */
  readonly liveBase: string | undefined;
  readonly bootstrapFailure: string | undefined;
}

export const noDate = "its answer has no date that can be read";
const rdapType = "application/rdap+json";

/**
 * Asks the registry of a domain: by RDAP where the shipped part of IANA's bootstrap file has it, else by WHOIS; the file itself is
 * fetched only when that gave no answer, for a registry that has moved or is new to RDAP. At most six questions.
 * @param domain the registrable name as an A-label, lower case
 */
export async function lookUpRegistration(world: RegistryWorld, domain: string, source: RegistrySource): Promise<LookedUp> {
  const only = (answer: RegistryAnswer): LookedUp => ({ answer, liveBase: undefined, bootstrapFailure: undefined });
  if (source.rdap !== undefined) return only(await byRdap(world, domain, source.rdap));
  if (source.whois !== undefined) return only(await byWhois(world, domain, unknownWhois(source.whois)));

  const tld = domain.split(".").at(-1) ?? "";
  const base = source.knownBase ?? rdapBases.get(tld);
  const server = whoisServers.get(tld);
  const tried: RegistryAnswer[] = [];
  for (const ask of [base && (() => byRdap(world, domain, base)), server && (() => byWhois(world, domain, server))]) {
    if (!ask) continue;
    const answer = await ask();
    if (answer.kind !== "failed") return only(answer);
    tried.push(answer);
  }

  const file = await world.fetch(source.bootstrap, "application/json");
  const read = "failed" in file || file.status !== 200 ? undefined : readBootstrap(file.body, tld);
  if (read === undefined) {
    const why = "failed" in file ? file.failed : file.status === 200 ? "it cannot be read" : `status ${file.status}`;
    return { answer: failureOf(tried, tld), liveBase: undefined, bootstrapFailure: why };
  }
  world.note(`${source.bootstrap}: .${tld} ${read.base ?? "has no RDAP"}`);
  if (read.base === undefined || read.base === base) return only(failureOf(tried, tld));
  const answer = await byRdap(world, domain, read.base);
  if (answer.kind !== "failed") return { answer, liveBase: read.base, bootstrapFailure: undefined };
  return only(failureOf([...tried, answer], tld));
}

/** What the registrar itself says; undefined where it says nothing usable. */
export async function askRegistrar(world: RegistryWorld, domain: string, link: string) {
  const fetched = await world.fetch(link, rdapType);
  const registration = "failed" in fetched || fetched.status !== 200 ? undefined : readRdap(fetched.body, domain, true);
  world.note(
    `registrar ${link}: ${registration?.expires === undefined ? "no usable date" : new Date(registration.expires).toISOString()}`,
  );
  return registration === undefined ? undefined : { ...registration, by: `RDAP ${hostOf(link)}` };
}

async function byRdap(world: RegistryWorld, domain: string, base: string): Promise<RegistryAnswer> {
  const by = `RDAP ${hostOf(base)}`;
  const fetched = await world.fetch(`${base.endsWith("/") ? base : `${base}/`}domain/${domain}`, rdapType);
  if ("failed" in fetched) return { kind: "failed", by, reason: `${by}: ${fetched.failed}` };
  const { status, body } = fetched;
  // RFC 7480 section 5.3: 404 says that the server has nothing about it, which is so for a server that is not RDAP as well.
  if (status === 404) return { kind: "absent", by };
  const registration = status === 200 ? readRdap(body, domain) : undefined;
  if (registration === undefined) {
    return {
      kind: "failed",
      by,
      reason: `${by}: ${status === 200 ? "an answer that is not about this domain" : `status ${status}`}`,
    };
  }
  world.note(`${by}: states ${registration.statuses.join(", ") || "none"}`);
  return { kind: "registered", registration, by, unreadable: false };
}

async function byWhois(world: RegistryWorld, domain: string, server: WhoisServer): Promise<RegistryAnswer> {
  const [host = "", port = "43"] = server.host.split(":");
  const by = `WHOIS ${host}`;
  const answered = await world.whois(host, Number(port), (server.query ?? "{domain}").replace("{domain}", domain));
  if ("failed" in answered) return { kind: "failed", by, reason: `${by}: ${answered.failed}` };
  const read = readWhois(answered.text, server);
  if (read.kind === "absent") return { kind: "absent", by };
  if (read.kind === "registered") {
    const { registration } = read;
    world.note(`${by}: states ${registration.statuses.join(", ") || "none"}`);
    return { kind: "registered", registration, by, unreadable: registration.expires === undefined && server.dates.length > 0 };
  }
  const reason = read.kind === "refused" ? `it refuses: ${quoted(read.line)}` : noDate;
  return { kind: "failed", by, reason: `${by}: ${reason}` };
}

function failureOf(tried: readonly RegistryAnswer[], tld: string): RegistryAnswer {
  const reasons = tried.flatMap((answer) => (answer.kind === "failed" ? [answer.reason] : []));
  if (reasons.length > 0) return { kind: "failed", by: tried.map(({ by }) => by).join(", "), reason: reasons.join("; ") };
  return { kind: "failed", by: `.${tld}`, reason: `neither RDAP nor WHOIS is known for .${tld}` };
}

const hostOf = (url: string): string => URL.parse(url)?.host ?? url;
