import { z } from "zod";
import { type CheckContext, defineCheck, explain, type FoundFinding } from "../src/model/check.ts";
import type { DnsAnswer } from "../src/model/dns.ts";
import { isSelector } from "../src/model/dns-words.ts";
import { type DkimKey, isKeyLike, type KeyProblem, readDkimKey } from "../src/mail/dkim-key.ts";
import { lastMails } from "../src/mail/dkim-signature.ts";
import { judgeSigning } from "../src/mail/dkim-signing.ts";
import { discoverPolicy } from "../src/mail/dmarc-discovery.ts";
import { senderOptions } from "../src/mail/own-senders.ts";
import { isRegistry } from "../src/mail/registry-name.ts";
import { listed, sendsNothing, textsOf, txtLine } from "../src/mail/txt-answer.ts";
import { asciiName } from "../src/net/dns-name.ts";
import { domainOption, receivesOption } from "../src/net/domain-option.ts";
import { dkimSignatureFindings } from "./dns-dkim-signature.texts.ts";
import { dkimFindings } from "./dns-dkim.texts.ts";

/** Ten are more than any company signs with; each costs questions. */
const maxSelectors = 10;
const maxSigners = 3;
const day = 24 * 60 * 60_000;
/** So long after a mail was seen its way of signing counts as in use: no mail waits longer in queues (RFC 5321 section 4.5.4.1). */
const inUseMs = 5 * day;
const oldDays = 365;
const seenKind = "dkim-selector";
const signedKind = "dkim-signature";
const keyKind = "dkim-key";
const maxKept = 1_000;

const allFindings = { ...dkimFindings, ...dkimSignatureFindings };
type Found = FoundFinding<keyof typeof allFindings>;

const selector = z
  .string()
  .refine(isSelector, { error: "must be a selector, such as s1 or google" })
  .transform((name) => name.toLowerCase());

/** RFC 6376 section 3.6: the keys that receivers verify a domain's signatures by. */
export default defineCheck({
  id: "dns-dkim",
  title: { en: "Keys that mail is signed with (DKIM)", zh: "邮件签名公钥（DKIM）" },
  measures: "posture",
  answers: "trusted",
  every: 15 * 60_000,
  deadline: 45_000,
  confirm: { bad: [2, 2], good: 1, recheckMs: 60_000 },
  options: z.strictObject({
    domain: domainOption,
    sends: senderOptions.sends,
    receives: receivesOption,
    selectors: z
      .array(selector)
      .max(maxSelectors)
      .default([])
      .meta(
        explain({
          en: "The selectors in use: s= in the DKIM-Signature of a mail that was sent. A key that is missing there is critical",
          zh: "正在使用的选择器：已发邮件 DKIM-Signature 中 s= 的值。其公钥缺失即为故障",
        }),
      ),
    /** From the presets: those the provider usually has, not surely in use. */
    presetSelectors: z.array(selector).max(maxSelectors).default([]),
  }),
  findings: allFindings,
  metrics: {
    keys: { label: { en: "keys", zh: "公钥数" }, help: "DKIM keys that verify signatures, at known selectors", unit: "none" },
    key_length: { label: { en: "key size", zh: "密钥位数" }, help: "Bits of the shortest RSA key", unit: "none" },
  },
  target: ({ domain }) => domain,

  async run(ctx, { domain, sends, selectors, presetSelectors }, signal) {
    const own = asciiName(domain) ?? domain;
    const seen = seenSelectors(ctx, own);
    const inUse = new Set([...selectors.map((name) => keyName(name, own)), ...seen.inUse].slice(0, maxSelectors));
    const root = `_domainkey.${own}`;
    const [parent, ...looked] = await Promise.all([
      asked(ctx, root, true, signal),
      ...[...inUse].map((name) => look(ctx, name, { inUse: true, signal })),
    ]);
    // RFC 8020: below a name that does not exist there is nothing, and validating resolvers ask no further.
    const others = [...new Set([...presetSelectors.map((name) => keyName(name, own)), ...seen.idle])].filter(
      (name) => !inUse.has(name),
    );
    const idle = parent.outcome === "nxdomain" ? [] : others.slice(0, maxSelectors);
    const guessed = await Promise.all(idle.map((name) => look(ctx, name, { inUse: false, signal })));
    const real = await withoutWildcard(ctx, own, guessed, signal);

    const all = [...looked, ...real];
    const findings = all.flatMap((one) => judge(ctx, own, one));
    const keys = all.map((one) => one.key).filter((key) => key !== undefined);
    const usable = keys.filter((key) => key.usable);
    if (usable.length > 0 && usable.every((key) => key.type === "ed25519")) {
      const alone = all.find((one) => one.key?.usable);
      findings.push({ code: "dkim-ed25519-alone", data: { domain, selector: selectorOf(alone?.name ?? "") } });
    }
    const lately = ctx.facts(signedKind).filter(({ lastSeen }) => ctx.now() - lastSeen <= inUseMs);
    const signing = judgeSigning(lastMails(lately), own, (name) => all.find((one) => one.name === name)?.key);
    const unsigned = signing.some(({ code }) => code === "dkim-unsigned");
    if (inUse.size === 0 && seen.foreign.length > 0) findings.push(...(await judgeSigners(ctx, own, seen.foreign, signal)));
    else if (inUse.size === 0 && usable.length === 0) {
      const failed = [...real.map((one) => one.answer), parent].find((answer) => answer.outcome === "failed");
      findings.push(...(await nothingKnown({ ctx, domain, own, sends, parent, tried: idle, failed, unsigned }, signal)));
    }
    // That there is no key at all says why nothing is signed.
    const isExplained = findings.some(({ code }) => code === "dkim-none");
    findings.push(...signing.filter(({ code }) => !(isExplained && code === "dkim-unsigned")));

    const sizes = usable.map((key) => key.bits).filter((bits) => bits !== undefined);
    return {
      findings,
      nothing: all.length === 0,
      metrics: { keys: usable.length, ...(sizes.length === 0 ? {} : { key_length: Math.min(...sizes) }) },
      facts: all.flatMap(({ name, key }) =>
        key?.usable && key.text !== undefined && key.text.length <= maxKept
          ? [{ kind: keyKind, value: `${name} ${key.text}` }]
          : [],
      ),
    };
  },
});

const keyName = (name: string, domain: string): string => `${name}._domainkey.${domain}`;
const selectorOf = (name: string): string => name.split("._domainkey.", 1)[0] ?? name;

interface SeenSelectors {
  /** Names of keys of this domain, from mail seen lately. */
  readonly inUse: readonly string[];
  readonly idle: readonly string[];
  /** Domains that mail of this one was signed as lately. */
  readonly foreign: readonly string[];
}

/** A fact is `<selector>` or, with the domain that signed, `<selector>._domainkey.<d>`. */
function seenSelectors(ctx: CheckContext, own: string): SeenSelectors {
  const facts = ctx.facts(seenKind).toSorted((a, b) => b.lastSeen - a.lastSeen);
  const names = facts.map((fact) => {
    const value = fact.value.toLowerCase();
    const name = value.includes("._domainkey.") ? value : keyName(value, own);
    return { name, signer: name.slice(name.indexOf("._domainkey.") + "._domainkey.".length), fact };
  });
  const recent = names.filter(({ fact }) => ctx.now() - fact.lastSeen <= inUseMs);
  const mine = ({ signer }: { readonly signer: string }): boolean => signer === own;
  return {
    inUse: recent.filter(mine).map(({ name }) => name),
    idle: names.filter((one) => mine(one) && !recent.includes(one)).map(({ name }) => name),
    foreign: [...new Set(recent.filter((one) => !mine(one)).map(({ signer }) => signer))],
  };
}

/** Mail is signed, but as somebody else: relaxed alignment compares organizational domains (RFC 9989 4.4). */
async function judgeSigners(
  ctx: CheckContext,
  domain: string,
  signers: readonly string[],
  signal: AbortSignal,
): Promise<Found[]> {
  const [mine, ...theirs] = await Promise.all(
    [domain, ...signers.slice(0, maxSigners)].map((name) => discoverPolicy(name, ctx.ask, { signal, isRegistry })),
  );
  if (theirs.some((one) => one.organization !== undefined && one.organization === mine?.organization)) return [];
  const failed = [mine, ...theirs].find((one) => one?.organization === undefined)?.failed;
  if (failed !== undefined)
    return [{ code: "dkim-unanswered", data: { domain, name: failed.name, reason: failed.failure?.text ?? "" } }];
  return [{ code: "dkim-not-aligned", data: { domain, signers: listed(signers) } }];
}

async function asked(ctx: CheckContext, name: string, confirm: boolean, signal: AbortSignal): Promise<DnsAnswer<"TXT">> {
  const answer = await ctx.ask(name, "TXT", { confirm, signal });
  ctx.note(txtLine(answer));
  return answer;
}

interface Looked {
  readonly name: string;
  readonly inUse: boolean;
  readonly answer: DnsAnswer<"TXT">;
  readonly key: DkimKey | undefined;
}

async function look(
  ctx: CheckContext,
  name: string,
  { inUse, signal }: { readonly inUse: boolean; readonly signal: AbortSignal },
): Promise<Looked> {
  const answer = await asked(ctx, name, inUse, signal);
  const texts = textsOf(answer);
  // What a provider usually has is no promise: only something that is meant as a key says that there is one.
  const isKey = answer.outcome === "records" && (inUse || texts.some(isKeyLike));
  const key = isKey ? readDkimKey(texts) : undefined;
  if (key?.usable) ctx.note(`${name}: ${key.type ?? "?"}${key.bits === undefined ? "" : ` of ${key.bits} bits`}`);
  return { name, inUse, answer, key };
}

/** A wildcard answers at every name, so what it says is no sign that a guessed selector is there. */
async function withoutWildcard(
  ctx: CheckContext,
  own: string,
  guessed: readonly Looked[],
  signal: AbortSignal,
): Promise<readonly Looked[]> {
  if (guessed.every((one) => one.key === undefined)) return guessed;
  const label = `mailvigil-${ctx.sign(own).slice(0, 12)}`;
  const random = textsOf(await asked(ctx, keyName(label, own), false, signal))
    .toSorted()
    .join("\n");
  return guessed.map((one) =>
    random !== "" && textsOf(one.answer).toSorted().join("\n") === random ? { ...one, key: undefined } : one,
  );
}

function judge(ctx: CheckContext, domain: string, { name, inUse, answer, key }: Looked): Found[] {
  const facts = ctx.facts(keyKind).filter((fact) => fact.value.startsWith(`${name} `));
  const data = { domain, name, selector: selectorOf(name) };
  if (key !== undefined) {
    const findings = key.problems.map((problem) => found(problem, data, inUse));
    const first = facts.find((fact) => fact.value === `${name} ${key.text}`)?.firstSeen;
    const days = first === undefined ? 0 : Math.floor((ctx.now() - first) / day);
    if (key.usable && days > oldDays) findings.push({ code: "dkim-key-old", data: { ...data, days } });
    return findings;
  }
  const target = answer.aliases.at(-1);
  const isMissing = answer.outcome === "nxdomain" || answer.outcome === "nodata";
  if (isMissing && target !== undefined) {
    return [{ code: inUse ? "dkim-alias-dead" : "dkim-alias-idle", data: { ...data, target } }];
  }
  if (!inUse) return [];
  if (answer.outcome === "failed")
    return [{ code: "dkim-unanswered", data: { domain, name, reason: answer.failure?.text ?? "" } }];
  const last = facts.toSorted((a, b) => b.lastSeen - a.lastSeen)[0]?.value.slice(name.length + 1);
  return [{ code: "dkim-missing", data: { ...data, known: last ?? "nothing so far" } }];
}

const codes = {
  several: "dkim-several-records",
  "not-a-key": "dkim-not-a-key",
  syntax: "dkim-syntax",
  version: "dkim-version",
  type: "dkim-key-type",
  "no-key": "dkim-no-key",
  revoked: "dkim-revoked",
  corrupt: "dkim-key-corrupt",
  "ed25519-length": "dkim-ed25519-length",
  short: "dkim-key-short",
  weak: "dkim-key-weak",
  long: "dkim-key-long",
  testing: "dkim-testing",
  sha1: "dkim-sha1",
  service: "dkim-service",
  tags: "dkim-tags",
} as const satisfies Readonly<Record<KeyProblem["code"], keyof typeof dkimFindings>>;

function found({ code, ...more }: KeyProblem, data: Readonly<Record<string, string>>, inUse: boolean): Found {
  return { code: code === "revoked" && !inUse ? "dkim-revoked-old" : codes[code], data: { ...data, ...more } };
}

interface Nothing {
  readonly ctx: CheckContext;
  readonly domain: string;
  readonly own: string;
  readonly sends: boolean;
  readonly parent: DnsAnswer<"TXT">;
  readonly tried: readonly string[];
  readonly failed: DnsAnswer<"TXT"> | undefined;
  /** Mail was seen that is not signed: no selector is missing then. */
  readonly unsigned: boolean;
}

/** No key is known and no selector is in use: gone for certain only where nothing exists below `_domainkey`. */
async function nothingKnown(about: Nothing, signal: AbortSignal): Promise<Found[]> {
  const { ctx, domain, own, sends, parent, tried, failed, unsigned } = about;
  if (!sends) return [];
  const apex = await asked(ctx, own, false, signal);
  if (sendsNothing(textsOf(apex))) return [];
  if (failed !== undefined) {
    return [{ code: "dkim-unanswered", data: { domain, name: failed.name, reason: failed.failure?.text ?? "" } }];
  }
  // A domain that is said to have gone while its SPF cannot be asked for is not known to send.
  if (parent.outcome === "nxdomain" && apex.outcome !== "failed") return [{ code: "dkim-none", data: { domain } }];
  if (parent.outcome === "nxdomain") {
    return [{ code: "dkim-unanswered", data: { domain, name: apex.name, reason: apex.failure?.text ?? "" } }];
  }
  if (unsigned) return [];
  const names = listed(tried.map(selectorOf), 5);
  return [{ code: "dkim-selector-unknown", data: { domain, tried: names === "" ? "–" : names } }];
}
