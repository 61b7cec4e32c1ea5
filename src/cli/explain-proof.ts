import { explainWords, resultWords } from "../i18n/explain.ts";
import type { Verified } from "../mail/mailauth-message.ts";
import type { Stated, StatedMethod } from "../mail/stated-results.ts";
import { inLanguage, say as fill, type Data, type Language } from "../model/text.ts";
import type { Facts } from "./explain-facts.ts";

/** Did the mail fail to prove whose it is, by the receiver's own finding (RFC 9989 section 4.4)? */
export function isUnproven(stated: Stated | undefined): boolean {
  const of = (method: StatedMethod): readonly string[] =>
    (stated?.results ?? []).filter((one) => one.method === method).map(({ result }) => result);
  if (of("dmarc").includes("pass")) return false;
  if (of("dmarc").includes("fail")) return true;
  const found = [...of("spf"), ...of("dkim")].filter((result) => result !== "temperror");
  return found.length > 0 && !found.includes("pass");
}

const notVerified = { "no-dns": "noDns", "not-asked": "notAsked", "too-much": "tooMuch" } as const;

/** SPF, DKIM and DMARC as the receiver found them when the mail came, and as they are by the DNS of today. */
export function proofSentences({ bounce, stated, today, way }: Facts, language: Language): string[] {
  const say = (word: keyof typeof explainWords, data: Data = {}): string => fill(explainWords[word], language, data);
  const listed = (some: readonly string[]): string => some.join(language === "zh-CN" ? "，" : ", ");
  const one = (method: string, result: string, domain: string): string => {
    const known = resultWords[result];
    const data = { method: method.toUpperCase(), result: known ? inLanguage(known, language) : result, domain };
    return say(domain === "" ? "result" : "resultFor", data);
  };
  const sentences: string[] = [];
  if (stated) {
    const results = listed(stated.results.slice(0, 6).map(({ method, result, domain }) => one(method, result, domain)));
    sentences.push(stated.by === undefined ? say("statedUnnamed", { results }) : say("stated", { by: stated.by, results }));
  } else if (bounce === undefined && way.hops.length > 0) sentences.push(say("statedNothing"));
  if (today === undefined) return sentences;
  if (today.kind !== "verified") return [...sentences, say(notVerified[today.kind])];

  const { spf, dkim, dmarc } = today.verified;
  const results = [
    ...(spf ? [one("spf", spf.result, `${spf.domain} ${spf.address}`.trim())] : []),
    ...(dkim.length === 0 && !today.headerOnly ? [say("unsigned")] : []),
    ...dkim.slice(0, 4).map(({ result, domain }) => one("dkim", result, domain)),
    ...(dmarc ? [one("dmarc", dmarc.result, dmarc.policy === "" ? dmarc.domain : `${dmarc.domain} p=${dmarc.policy}`)] : []),
  ];
  if (results.length > 0) sentences.push(say("now", { results: listed(results) }));
  for (const { domain, reason, result, unsigned } of dkim.slice(0, 4)) {
    if (result === "pass" && unsigned > 0) sentences.push(say("bodyOpen", { domain, count: unsigned }));
    else if (/body hash/i.test(reason)) sentences.push(say("bodyChanged", { domain }));
    else if (/no key/i.test(reason)) sentences.push(say("keyGone", { domain }));
  }
  if (today.headerOnly) sentences.push(say("headerOnly"));
  const change = changeOf(stated, today.verified);
  if (change !== undefined) sentences.push(say(change));
  return sentences;
}

/** Only what was certain then and is certain now is compared, and a mail whose body was changed since proves nothing. */
function changeOf(stated: Stated | undefined, { dmarc, dkim }: Verified): "mended" | "broken" | undefined {
  const then = stated?.results.find(({ method }) => method === "dmarc")?.result;
  const open = dkim.some(({ result, unsigned }) => result === "pass" && unsigned > 0);
  const worn = dkim.some(({ reason }) => /body hash|no key/i.test(reason));
  if (then === "fail" && dmarc?.result === "pass" && !open) return "mended";
  return then === "pass" && dmarc?.result === "fail" && !worn ? "broken" : undefined;
}
