import net from "node:net";
import { z } from "zod";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import { type Connection, DialError, type DialOptions, type PeerCertificate, type TlsPeer } from "../src/model/connection.ts";
import type { Severity } from "../src/model/status.ts";
import { certificateData, certificateFinding, certificateFindings } from "../src/net/certificate-findings.ts";
import { connectionFindings, isOwnSide } from "../src/net/connection-findings.ts";
import { resolveAddresses } from "../src/net/dial.ts";
import { fingerprintOption } from "../src/net/login-options.ts";
import { notePeer } from "../src/net/login-session.ts";
import { sessionFindings } from "../src/net/session-findings.ts";
import { askForTls, startTlsProtocols } from "../src/net/starttls.ts";
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
      addresses = net.isIP(host) ? [host] : await resolveAddresses(ctx.ask, host, signal);
    } catch (error) {
      if (!(error instanceof DialError) || error.failure === "aborted") throw error;
      ctx.note(error.message);
      return { findings: [notSeen(error.message, options)], again: lookAgainMs };
    }
    const looks = await Promise.all(addresses.map((address) => lookAt(address, ctx, options, signal)));
    const seen = looks.filter((look) => look.peer !== undefined);
    const firstSeen = seen[0];
    const old = firstSeen && (await findOldTls(firstSeen.address, ctx, options, signal));
    const all = merge(looks, options, seen.length > 0);
    return {
      findings: old ? [...all, old] : all,
      metrics: lastingOf(
        seen.flatMap(({ peer }) => peer ?? []),
        ctx.now(),
      ),
      ...(seen.length < looks.length ? { again: lookAgainMs } : {}),
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
  try {
    const answer = await openTls(address, ctx, options, signal, false);
    if (answer.peer === undefined) return { address, peer: undefined, found: [answer.found], ownSide: false };
    ctx.note(`${address}: ${answer.peer.protocol}, ${answer.peer.problem ?? "accepted"}`);
    notePeer(ctx, answer.peer);
    return { address, peer: answer.peer, found: judgePeer(answer.peer, address, options, ctx.now()), ownSide: false };
  } catch (error) {
    if (!(error instanceof DialError) || error.failure === "aborted") throw error;
    ctx.note(error.message);
    // A reset or a silence can be the network's; what TLS itself says is the server's word.
    const spoken = error.phase === "tls" && error.failure === "tls-failed";
    const found: Found = spoken
      ? { code: "tls-failed", data: { phase: "tls", ...targetOf(options), reason: error.message } }
      : notSeen(error.message, options);
    return { address, peer: undefined, found: [found], ownSide: isOwnSide(error) };
  }
}

type Opened = { readonly peer: TlsPeer } | { readonly peer: undefined; readonly found: Found };

/** One connection that is made, secured without believing anything, and closed. */
async function openTls(
  address: string,
  ctx: CheckContext,
  options: Options,
  signal: AbortSignal,
  oldTls: boolean,
): Promise<Opened> {
  const { host, port, protocol, fingerprint } = options;
  const dialOptions: DialOptions = {
    host,
    port,
    address,
    tls: protocol === "tls" ? "implicit" : "none",
    verify: false,
    oldTls,
    ...(fingerprint === undefined ? {} : { pinnedFingerprint: fingerprint }),
  };
  let connection: Connection | undefined;
  try {
    connection = await ctx.dial(dialOptions, signal);
    if (connection.peer) return { peer: connection.peer };
    if (protocol === "tls") throw new Error("TLS from the first byte without a certificate");
    const answer = await askForTls(protocol, connection, ctx.note);
    if (answer.kind === "ready") return { peer: await connection.startTls() };
    if (answer.kind === "refused") {
      return { peer: undefined, found: notSeen(`STARTTLS ${address}: ${answer.reason}`, options) };
    }
    return {
      peer: undefined,
      found: { code: "starttls-missing", data: { phase: "tls", ...targetOf(options), reason: "no STARTTLS" } },
    };
  } finally {
    connection?.close();
  }
}

function judgePeer(peer: TlsPeer, address: string, options: Options, now: number): readonly Found[] {
  const target = targetOf(options);
  const [leaf, ...issuers] = peer.chain;
  const found: Found[] = [];
  const weak = leaf && keyFinding(leaf, options);
  const tooWeak = weak?.code === "certificate-weak-key";
  const refused = peer.problem === undefined ? undefined : certificateFinding(peer, address, target);
  // OpenSSL's word for a short key is the same as for much else: ours is clearer.
  if (refused && !(tooWeak && refused.code === "certificate-invalid")) found.push(refused);
  if (weak) found.push(weak);
  if (leaf === undefined || refused?.code === "certificate-expired") return found;

  const ending = endingSoon(leaf, now);
  if (ending) found.push({ code: "certificate-expiring", severity: ending, data: endingData(leaf, options, now) });
  const issuer = issuers.toSorted((a, b) => a.validTo - b.validTo)[0];
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

function keyFinding({ keyType, keyBits }: PeerCertificate, options: Options): Found | undefined {
  const data = { phase: "tls", ...targetOf(options), keyType: keyType.toUpperCase(), keyBits };
  if (keyType.startsWith("rsa")) {
    if (keyBits < 2048) return { code: "certificate-weak-key", data };
    return keyBits < 3072 ? { code: "certificate-short-key", data } : undefined;
  }
  return keyType === "ec" && keyBits < 224 ? { code: "certificate-weak-key", data } : undefined;
}

/** Asked of one address: the versions are a matter of configuration, which machines behind one name share. */
async function findOldTls(address: string, ctx: CheckContext, options: Options, signal: AbortSignal): Promise<Found | undefined> {
  try {
    const { peer } = await openTls(address, { ...ctx, note: () => undefined }, options, signal, true);
    if (peer === undefined) return undefined;
    ctx.note(`${address}: ${peer.protocol} is still taken`);
    // Mail between servers is encrypted where both can: there the old versions are still better than none.
    const betweenServers = options.port === 25;
    return {
      code: "old-tls-offered",
      ...(betweenServers ? { severity: "info" } : {}),
      data: { phase: "tls", ...targetOf(options), protocol: peer.protocol },
    };
  } catch (error) {
    if (!(error instanceof DialError) || error.failure === "aborted") throw error;
    return undefined;
  }
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
