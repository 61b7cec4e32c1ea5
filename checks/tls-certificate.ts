import { X509Certificate } from "node:crypto";
import net from "node:net";
import { z } from "zod";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import { DialError, type PeerCertificate, type TlsPeer } from "../src/model/connection.ts";
import type { Severity } from "../src/model/status.ts";
import { readChain } from "../src/net/certificate-chain.ts";
import { extensionsOf } from "../src/net/certificate-extensions.ts";
import { certificateData, certificateFinding, certificateFindings, keyStrength } from "../src/net/certificate-findings.ts";
import { connectionFindings, isOwnSide } from "../src/net/connection-findings.ts";
import { fingerprintOption } from "../src/net/login-options.ts";
import { notePeer } from "../src/net/login-session.ts";
import { proxyOption } from "../src/net/proxy-option.ts";
import { resolveAddresses } from "../src/net/resolve-addresses.ts";
import { findRevoked } from "../src/net/revocation.ts";
import { sessionFindings } from "../src/net/session-findings.ts";
import { startTlsProtocols } from "../src/net/starttls.ts";
import { certificateProblem } from "../src/net/tls.ts";
import { lookFurther, seePeer } from "../src/net/tls-look.ts";
import { tlsFindings } from "./tls-certificate.texts.ts";

const findings = {
  ...certificateFindings,
  "tls-failed": connectionFindings["tls-failed"],
  "starttls-missing": sessionFindings["starttls-missing"],
  ...tlsFindings,
};
type Code = keyof typeof findings;
type Found = FoundFinding<Code>;

const optionsSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .meta(explain({ en: "The server", zh: "服务器" })),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .meta(explain({ en: "Its port", zh: "端口" })),
  protocol: z
    .enum(["tls", ...startTlsProtocols])
    .default("tls")
    .meta(
      explain({
        en: "tls: from the first byte. The others: plain at first, then STARTTLS",
        zh: "tls：一连接就加密。其余：先明文，再用 STARTTLS 加密",
      }),
    ),
  /** Believed in place of the authorities, as in the checks that log in. */
  fingerprint: fingerprintOption.optional(),
  /** Looks up the name in our place: then one look is all there is. */
  proxy: proxyOption.optional(),
});
type Options = z.output<typeof optionsSchema>;

const day = 86_400_000;
const lookAgainMs = 600_000;

/** Looks at the certificate of every address of a host, with the name (SNI), and at how long it still lasts. */
export default defineCheck({
  id: "tls-certificate",
  title: { en: "Certificate", zh: "证书" },
  measures: "expiry",
  answers: "trusted",
  every: 6 * 3_600_000,
  deadline: 60_000,
  confirm: { bad: [1, 1], good: 1, recheckMs: 0 },
  options: optionsSchema,
  findings,
  metrics: {
    until_expiry: {
      label: { en: "valid for", zh: "剩余有效期" },
      help: "Time until the first of the host's certificates ends; negative after it",
      unit: "seconds",
      untilEnd: true,
    },
    lifetime: { label: { en: "lifetime", zh: "证书总有效期" }, help: "The whole lifetime of that certificate", unit: "seconds" },
    chain_until_expiry: {
      label: { en: "chain valid for", zh: "证书链剩余有效期" },
      help: "Time until the first certificate of any presented chain ends",
      unit: "seconds",
    },
  },
  target: ({ host, port }) => `${host}:${port}`,
  load: ({ host }) => ({ host }),

  async run(ctx, options, signal) {
    const { host } = options;
    let addresses: readonly string[];
    try {
      addresses = options.proxy !== undefined || net.isIP(host) ? [host] : await resolveAddresses(ctx.ask, host, signal);
    } catch (error) {
      if (!(error instanceof DialError) || error.failure === "aborted") throw error;
      ctx.note(error.message);
      return { findings: [notSeen(error.message, options)], again: lookAgainMs };
    }
    const looks = await Promise.all(addresses.map((address) => lookAt(address, ctx, options, signal)));
    const seen = looks.flatMap(({ address, peer }) => (peer === undefined || isIntercepted(peer) ? [] : [{ address, peer }]));
    const [first] = seen;
    const [revoked, further] = await Promise.all([
      first ? findRevokedIn(first.peer, ctx, options, signal) : [],
      first ? lookFurtherAt(first, ctx, options, signal) : [],
    ]);
    const peers = seen.map(({ peer }) => peer);
    const unsure = seen.length < looks.length || peers.some(({ problem }) => certificateProblem(problem) === "untrusted");
    return {
      findings: [...merge(looks, options, seen.length > 0), ...revoked, ...differing(peers, options), ...further],
      metrics: lastingOf(peers, ctx.now()),
      ...(unsure ? { again: lookAgainMs } : {}),
    };
  },
});

interface Look {
  readonly address: string;
  readonly peer: TlsPeer | undefined;
  readonly found: readonly Found[];
  /** It failed for want of a way from here: says nothing about an address that others reach. */
  readonly ownSide: boolean;
}

async function lookAt(address: string, ctx: CheckContext, options: Options, signal: AbortSignal): Promise<Look> {
  const without = (found: Found, ownSide = false): Look => ({ address, peer: undefined, found: [found], ownSide });
  try {
    const answer = await seePeer(ctx, options, address, signal);
    if (answer.kind === "missing") {
      return without({ code: "starttls-missing", data: { phase: "tls", ...targetOf(options), reason: "no STARTTLS" } });
    }
    if (answer.kind === "refused") return without(notSeen(`STARTTLS ${address}: ${answer.reason}`, options));
    const { peer } = answer;
    ctx.note(`${address}: ${peer.protocol}, ${peer.problem ?? "accepted"}`);
    notePeer(ctx, peer);
    return { address, peer, found: judgePeer(peer, address, ctx, options), ownSide: false };
  } catch (error) {
    if (!(error instanceof DialError) || error.failure === "aborted") throw error;
    ctx.note(error.message);
    // A reset or a silence can be the network's; what TLS itself says is the server's word.
    const spoken = error.phase === "tls" && error.failure === "tls-failed";
    if (!spoken) return without(notSeen(error.message, options), isOwnSide(error));
    const { oldTls, ssl3 } = await lookFurther(ctx, options, address, signal);
    const protocol = oldTls ?? (ssl3 ? ssl3Name : undefined);
    const data = { phase: "tls", ...targetOf(options), reason: error.message, protocol: protocol ?? "" };
    return without({ code: protocol === undefined ? "tls-failed" : "only-old-tls", data });
  }
}

const isIntercepted = ({ problem }: TlsPeer): boolean => certificateProblem(problem) === "intercepted";

function judgePeer(peer: TlsPeer, address: string, ctx: CheckContext, options: Options): readonly Found[] {
  const found: Found[] = [];
  const [leaf] = peer.chain;
  if (peer.problem !== undefined) found.push(certificateFinding(peer, address, targetOf(options)));
  // What somebody else put there says nothing about the server; a certificate that is over is not about to end.
  if (leaf === undefined || isIntercepted(peer) || leaf.validTo < ctx.now()) return found;
  found.push(...judgeLeaf(leaf, peer, options));
  const { path, disordered, needless } = readChain(peer.chain, ctx.authorities);
  if (peer.verified) {
    const data = { phase: "tls", ...targetOf(options), needless: needless.map(({ subject }) => subject).join("; ") };
    if (disordered) found.push({ code: "chain-disordered", data });
    if (needless.length > 0) found.push({ code: "chain-needless", data });
  }
  found.push(...judgeDates(leaf, path.slice(1), options, ctx.now()));
  return found;
}

/** What the authorities' word for it does not cover. */
function judgeLeaf(leaf: PeerCertificate, peer: TlsPeer, options: Options): readonly Found[] {
  const { subject, altNames, keyType, keyBits } = leaf;
  const data = { phase: "tls", ...targetOf(options), subject, keyType: keyType.toUpperCase(), keyBits };
  const found: Found[] = [];
  if (keyStrength(leaf) === "short") found.push({ code: "certificate-short-key", data });
  if (!peer.verified || options.fingerprint !== undefined) return found;
  if (altNames.length === 0) found.push({ code: "certificate-without-names", data });
  const { keyUsage } = extensionsOf(new X509Certificate(leaf.pem).raw);
  // OpenSSL takes it, others do not (RFC 8446 section 4.4.2.2): a server proves itself by signing.
  if (keyUsage?.digitalSignature === false) found.push({ code: "certificate-wrong-usage", severity: "warning", data });
  return found;
}

function judgeDates(leaf: PeerCertificate, issuers: readonly PeerCertificate[], options: Options, now: number): readonly Found[] {
  const found: Found[] = [];
  const ending = endingSoon(leaf, now);
  if (ending) found.push({ code: "certificate-expiring", severity: ending, data: endingData(leaf, options, now) });
  const issuer = issuers.filter(({ validTo }) => validTo > now).toSorted((a, b) => a.validTo - b.validTo)[0];
  const issuerEnding = issuer && issuer.validTo < leaf.validTo ? endingSoon(issuer, now) : undefined;
  if (issuer && issuerEnding) {
    found.push({
      code: "chain-expiring",
      severity: issuerEnding,
      data: { ...endingData(issuer, options, now), subject: issuer.subject },
    });
  }
  return found;
}

/** Relative to the lifetime: a fixed 30 days would be permanently red for certificates of 47 days, or of 6. */
export function endingSoon(
  { validFrom, validTo }: Pick<PeerCertificate, "validFrom" | "validTo">,
  now: number,
): Severity | undefined {
  const lifetime = validTo - validFrom;
  const left = validTo - now;
  if (left < Math.min(7 * day, 0.1 * lifetime)) return "critical";
  if (left < Math.min(21 * day, 0.22 * lifetime)) return "warning";
  return undefined;
}

function endingData(certificate: PeerCertificate, options: Options, now: number) {
  const days = (certificate.validTo - now) / day;
  return {
    phase: "tls",
    ...targetOf(options),
    ...certificateData(certificate),
    days: days < 3 ? Math.max(0, Math.round(days * 10) / 10) : Math.floor(days),
    lifetime: Math.round((certificate.validTo - certificate.validFrom) / day),
  };
}

/** The machines behind a name share their authority, so one chain is enough; a pinned one has none to ask. */
async function findRevokedIn(peer: TlsPeer, ctx: CheckContext, options: Options, signal: AbortSignal): Promise<readonly Found[]> {
  if (!peer.verified || options.fingerprint !== undefined) return [];
  const { path } = readChain(peer.chain, ctx.authorities);
  const revoked = await findRevoked(path, ctx, signal);
  return revoked.slice(0, 1).map(({ certificate: { subject }, at }) => ({
    code: "certificate-revoked",
    data: { phase: "tls", ...targetOf(options), subject, since: new Date(at).toISOString().slice(0, 10) },
  }));
}

/** Often meant so; said because it explains why only some connections fail. */
function differing(peers: readonly TlsPeer[], options: Options): readonly Found[] {
  const good = peers.filter(({ verified }) => verified);
  const leaves = new Set(good.flatMap(({ chain }) => chain.slice(0, 1).map(({ fingerprint }) => fingerprint)));
  if (leaves.size < 2) return [];
  return [{ code: "certificates-differ", data: { phase: "tls", ...targetOf(options), count: good.length, kinds: leaves.size } }];
}

const ssl3Name = "SSL 3.0";
/** The port of mail between servers, encrypted where both can: there the old versions are still better than none. */
const betweenServers = 25;

async function lookFurtherAt(
  { address, peer }: { readonly address: string; readonly peer: TlsPeer },
  ctx: CheckContext,
  options: Options,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const { oldTls, ssl3, withoutName } = await lookFurther(ctx, options, address, signal);
  const about = { phase: "tls", ...targetOf(options) };
  const found: Found[] = [];
  if (ssl3) found.push({ code: "ssl3-offered", data: { ...about, protocol: ssl3Name } });
  if (oldTls !== undefined) {
    const severity = options.port === betweenServers ? ("info" as const) : ("warning" as const);
    found.push({ code: "old-tls-offered", severity, data: { ...about, protocol: oldTls } });
  }
  if (peer.verified && withoutName !== undefined && (typeof withoutName === "string" || !withoutName.verified)) {
    const answer = typeof withoutName === "string" ? withoutName : (certificateData(withoutName.chain[0])["names"] ?? "");
    found.push({ code: "without-name-other", data: { ...about, answer } });
  }
  return found;
}

/** One finding a code, whatever the number of addresses; says which, when it is not all of them. */
function merge(looks: readonly Look[], options: Options, anySeen: boolean): readonly Found[] {
  const byCode = new Map<Code, { found: Found; addresses: string[] }>();
  for (const { address, found, ownSide } of looks) {
    for (const one of found) {
      const quiet = one.code === "certificate-not-seen" && ownSide && anySeen;
      const entry = byCode.get(one.code) ?? { found: quiet ? { ...one, severity: "info" } : one, addresses: [] };
      entry.addresses.push(address);
      byCode.set(one.code, entry);
    }
  }
  return [...byCode.values()].flatMap(({ found, addresses }): Found[] => {
    const where = { addresses: addresses.join(", "), count: looks.length };
    const merged: Found = { ...found, data: { ...found.data, ...where } };
    if (addresses.length === looks.length) return [merged];
    return [merged, { code: "some-addresses", data: { phase: "tls", ...targetOf(options), ...where, about: found.code } }];
  });
}

function lastingOf(peers: readonly TlsPeer[], now: number) {
  const leaves = peers.flatMap(({ chain }) => chain.slice(0, 1)).toSorted((a, b) => a.validTo - b.validTo);
  const [first] = leaves;
  if (first === undefined) return {};
  const earliest = Math.min(...peers.flatMap(({ chain }) => chain.map(({ validTo }) => validTo)));
  return {
    until_expiry: Math.round((first.validTo - now) / 1000),
    lifetime: Math.round((first.validTo - first.validFrom) / 1000),
    chain_until_expiry: Math.round((earliest - now) / 1000),
  };
}

const targetOf = ({ host, port }: Options) => ({ host, port });

const notSeen = (reason: string, options: Options): Found => ({
  code: "certificate-not-seen",
  data: { ...targetOf(options), reason },
});
