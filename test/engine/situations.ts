import type { AnyCheck, FindingDeclaration } from "../../src/model/check.ts";
import type { Clue, Diagnosis } from "../../src/model/cause.ts";
import type { Lookup } from "../../src/i18n/diagnosis.ts";
import { engineFindings } from "../../src/i18n/engine-findings.ts";
import type { Finding } from "../../src/model/observation.ts";
import { partsOfId } from "../../src/model/probe.ts";
import { statusOf } from "../../src/model/status.ts";
import { diagnose } from "../../src/engine/diagnose.ts";
import type { Sight, Situation } from "../../src/engine/situation.ts";

export const now = Date.UTC(2026, 10, 22, 12);
export const minute = 60_000;

const folder = new URL("../../checks/", import.meta.url);
const loaded = new Map<string, AnyCheck>();

/** The check as it is shipped: a table that invents findings would prove nothing. */
async function checkOf(id: string): Promise<AnyCheck> {
  const known = loaded.get(id);
  if (known) return known;
  const { default: check }: { default: AnyCheck } = await import(new URL(`${id}.ts`, folder).href);
  loaded.set(id, check);
  return check;
}

/** All that the tables below speak of. */
const checkIds = [
  "imap-login",
  "pop3-login",
  "smtp-submission",
  "imap-quota",
  "managesieve",
  "webmail-login-page",
  "mail-roundtrip",
  "tls-certificate",
  "port-reachability",
  "provider-status",
  "dns-mx",
  "dns-consistency",
  "dns-dnssec",
  "dns-drift",
  "dns-provider",
  "dns-autoconfig",
  "dns-spf",
  "dns-dmarc",
  "dnsbl-listing",
  "smtp-mx",
  "domain-expiry",
  "credential-expiry",
  "subscription-expiry",
  "egress",
  "resolver",
  "clock",
  "interception",
  "port25",
  "proxy",
  "oauth-token",
  "postfix-queue",
  "ldap-directory",
] as const;
await Promise.all(checkIds.map(checkOf));

const ofEngine: Readonly<Record<string, FindingDeclaration>> = engineFindings;

/** Hosts by provider, as presets have them; any other host is an own server. */
const providers: Readonly<Record<string, string>> = {
  "imap.exmail.qq.com": "exmail",
  "smtp.exmail.qq.com": "exmail",
  "imap.qiye.163.com": "netease-qiye",
  "smtp.qiye.163.com": "netease-qiye",
  "imap.gmail.com": "google",
  "smtp.gmail.com": "google",
  "outlook.office365.com": "microsoft365",
};

const ports: Readonly<Record<string, number>> = {
  "imap-login": 993,
  "smtp-submission": 465,
  "pop3-login": 995,
  "imap-quota": 993,
  "tls-certificate": 993,
};

/**
 * A line of a situation: `sales@x.example/imap-login imap.x.example login-refused`, `ok` for a probe that is well. `@-5` was seen
 * five minutes ago, `since-9` began then; `key=value` is data of the finding before it, with `_` for a space.
 */
export function sight(line: string): Sight {
  const [id = "", ...words] = line.split(/\s+/);
  const { asset, check } = partsOfId(id);
  const declaration = loaded.get(check);
  if (!declaration) throw new Error(`no check ${check} in ${line}`);
  let host: string | undefined;
  let at = now;
  let since: number | undefined;
  let provider: string | undefined;
  const found: { code: string; data: Record<string, string | number> }[] = [];
  for (const word of words) {
    const data = /^([a-zA-Z]+)=(.*)$/.exec(word);
    if (data) {
      const last = found.at(-1);
      const [, key = "", value = ""] = data;
      if (key === "provider" && last === undefined) provider = value;
      else if (last) last.data[key] = value.replaceAll("_", " ");
    } else if (word.startsWith("@-")) at = now - Number(word.slice(2)) * minute;
    else if (word.startsWith("since-")) since = now - Number(word.slice(6)) * minute;
    else if (word.includes(".")) host = word;
    else if (word !== "ok") found.push({ code: word, data: {} });
  }
  const isRoute = check === "mail-roundtrip";
  const [from = "", to = ""] = isRoute ? asset.split("~") : [];
  const findings = found.map(({ code, data }): Finding => {
    const declared = declaration.findings[code] ?? ofEngine[code];
    if (!declared) throw new Error(`${check} does not declare ${code}: ${line}`);
    const about: Record<string, string | number> = isRoute ? { from, to } : {};
    if (host !== undefined) about["host"] = host;
    if (host !== undefined && ports[check] !== undefined) about["port"] = ports[check];
    if (asset.includes("@") && !isRoute) about["user"] = asset;
    if (/^[a-z0-9.-]+$/.test(asset) && asset !== "monitor") about["domain"] = asset;
    return { code, severity: declared.severity, data: { ...about, ...data } };
  });
  const isMailbox = asset.includes("@") && !isRoute;
  const logins = isRoute
    ? [{ account: from }, { account: to }]
    : isMailbox && check !== "webmail-login-page"
      ? [{ account: asset }]
      : [];
  const preset =
    provider ??
    (host === undefined ? undefined : providers[host]) ??
    (isMailbox && host !== undefined ? "own-server" : undefined);
  return {
    probe: {
      id,
      asset,
      check,
      measures: declaration.measures,
      target: host === undefined ? asset : `${host}:${ports[check] ?? 993}`,
      business: "normal",
      load: { ...(host === undefined ? {} : { host }), ...(logins.length > 0 ? { logins } : {}) },
      ...(preset === undefined ? {} : { provider: preset }),
    },
    status: statusOf(findings),
    findings,
    at,
    since,
    declared: (code) => declaration.findings[code] ?? ofEngine[code],
  };
}

const situation = (...lines: readonly string[]): Situation => ({ now, sights: lines.map(sight) });
export const diagnosed = (...lines: readonly string[]): readonly Diagnosis[] => diagnose(situation(...lines));

/** `provider-outage medium 3` */
export const short = ({ cause, confidence, probes }: Diagnosis): string => `${cause} ${confidence} ${probes.length}`;
export const codes = (clues: readonly Clue[]): readonly string[] =>
  clues.map((clue) => (clue.kind === "found" ? clue.finding.code : clue.code));

/** A monitor that is in order. */
export const well = ["monitor/egress ok", "monitor/resolver ok", "monitor/interception ok", "monitor/clock ok"] as const;
export const many = (count: number, line: (n: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, n) => line(n));

export const lookUpFinding = (check: string, code: string): FindingDeclaration | undefined =>
  loaded.get(check)?.findings[code] ?? ofEngine[code];
export const lookup: Lookup = {
  finding: lookUpFinding,
  provider: (id) => (id === "exmail" ? { en: "Tencent Exmail", zh: "腾讯企业邮" } : undefined),
};

/** It is known to fail, and mail fails there or a finding of its own status speaks for a cause. */
export const isWanted = ({ status, probe, findings, declared }: Sight): boolean =>
  (status === "critical" || status === "warning") &&
  (probe.measures === "service" ||
    findings.some(({ code, severity }) => severity === status && declared(code)?.cause !== undefined));

export interface Case {
  readonly about: string;
  readonly what: string;
  readonly lines: readonly string[];
  readonly expected: string;
}

/** Reads a table of situations: `## about`, `what => expected`, and an indented line for each probe. */
export function readCases(text: string): readonly Case[] {
  const read: { about: string; what: string; lines: string[]; expected: string }[] = [];
  let about = "";
  for (const line of text.split("\n")) {
    const [what, expected] = line.split(" => ");
    if (line.startsWith("## ")) about = line.slice(3);
    else if (line.startsWith("#") || line.trim() === "") continue;
    else if (line.startsWith("  ")) read.at(-1)?.lines.push(...expanded(line.trim()));
    else read.push({ about, what: what ?? "", expected: expected ?? "", lines: [] });
  }
  return read;
}

function expanded(line: string): readonly string[] {
  if (line === "*") return well;
  const times = /^(\d+) x (.*)$/.exec(line);
  return times === null ? [line] : many(Number(times[1]), (n) => (times[2] ?? "").replaceAll("#", String(n)));
}

/** The check as it is shipped. */
export function shipped(id: string): AnyCheck {
  const check = loaded.get(id);
  if (!check) throw new Error(`${id} is not among checkIds`);
  return check;
}
