import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { actors, causes } from "../../src/model/cause.ts";
import { causeWording } from "../../src/i18n/causes.ts";
import { sayDiagnosis } from "../../src/i18n/diagnosis.ts";
import { languages } from "../../src/model/text.ts";
import { diagnose } from "../../src/engine/diagnose.ts";
import { isWanted, lookup, lookUpFinding, now, sight, well } from "./situations.ts";

const hosts = [
  "mail.x.cn",
  "mail.y.cn",
  "imap.exmail.qq.com",
  "smtp.exmail.qq.com",
  "imap.gmail.com",
  "outlook.office365.com",
] as const;
const connection = [
  "ok",
  "ok",
  "connect-timeout",
  "connection-refused",
  "greeting-missing",
  "greeting-refused",
  "name-not-found",
  "name-unresolved",
  "path-blocked",
  "no-route",
  "tls-failed",
  "certificate-expired",
  "certificate-untrusted",
  "login-refused",
  "login-rejected",
  "login-limited",
  "login-unavailable",
  "account-locked",
  "login-held",
  "own-side",
  "secret-unreadable",
  "check-failed",
  "deadline",
] as const;
const mail = [
  "ok",
  "lost",
  "late",
  "delivered-to-junk",
  "bounced",
  "send-refused",
  "send-deferred",
  "not-there-yet",
  "not-held",
] as const;
const bounces = [
  "",
  "mailbox-full",
  "blocklisted",
  "authentication",
  "greylisted",
  "unknown",
  "unknown-mailbox_content",
  "route",
  "receiver-trouble",
] as const;
const ofDomain = [
  "dns-mx ok",
  "dns-mx mx-missing",
  "dns-mx domain-gone",
  "dns-mx mx-unexpected",
  "dns-consistency zone-dead",
  "dns-consistency ok",
  "dns-drift records-changed changes=MX",
  "dns-drift mx-hijacked",
  "domain-expiry domain-expired",
  "domain-expiry ok",
  "dnsbl-listing address-listed",
  "dns-spf spf-missing",
  "smtp-mx mx-unreachable hosts=mail.x.cn",
] as const;
const ofMonitor = [
  "egress egress-down",
  "egress ok",
  "resolver resolver-silent",
  "resolver ok",
  "interception connections-intercepted",
  "interception ok",
  "clock clock-wrong",
  "port25 port25-blocked",
] as const;

const account = fc.constantFrom("a", "b", "c", "d", "e");
const domain = fc.constantFrom("x.cn", "y.cn");
const age = fc.constantFrom("", " @-1", " @-10", " @-40", " @-3000");

const mailboxLine = fc
  .tuple(
    account,
    domain,
    fc.constantFrom("imap-login", "smtp-submission"),
    fc.constantFrom(...hosts),
    fc.constantFrom(...connection),
    age,
  )
  .map(
    ([who, where, check, host, code, when]) =>
      `${who}@${where}/${check} ${host} ${code}${code === "login-held" ? ` account=${who}@${where}` : ""}${code === "own-side" ? " self=monitor/egress" : ""}${when}`,
  );
const routeLine = fc
  .tuple(account, account, fc.constantFrom(...mail), fc.constantFrom(...bounces), age)
  .map(
    ([from, to, code, bounce, when]) =>
      `${from}@x.cn~${to}@p.cn/mail-roundtrip ${code}${code === "ok" || bounce === "" ? "" : ` causes=${bounce}`}${when}`,
  );
const domainLine = fc.tuple(domain, fc.constantFrom(...ofDomain), age).map(([where, what, when]) => `${where}/${what}${when}`);
const monitorLine = fc.constantFrom(...ofMonitor).map((what) => `monitor/${what}`);
const statusLine = fc
  .tuple(fc.constantFrom("exmail", "google"), fc.constantFrom("ok", "provider-outage", "provider-trouble", "status-unread"))
  .map(([provider, code]) => `status.${provider}:443/provider-status provider=${provider} ${code}`);

/** At most one line of each probe. */
const lines = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: mailboxLine },
      { weight: 3, arbitrary: routeLine },
      { weight: 2, arbitrary: domainLine },
      monitorLine,
      statusLine,
    ),
    { maxLength: 40 },
  )
  .map((all) => [...new Map(all.map((line) => [line.split(" ")[0], line])).values()]);

const runs = { numRuns: 400 };

describe("diagnose(), whatever was seen", () => {
  test("every failing probe that wants an explanation is in exactly one diagnosis, and none besides but what is held back", () => {
    fc.assert(
      fc.property(lines, (all) => {
        const sights = all.map(sight);
        const explained = diagnose({ sights, now }).flatMap(({ probes }) => probes);
        expect(new Set(explained).size).toBe(explained.length);
        for (const one of sights.filter(isWanted)) expect(explained).toContain(one.probe.id);
        const known = new Map(sights.map((one) => [one.probe.id, one.status]));
        for (const id of explained) expect(known.get(id)).not.toBe("ok");
      }),
      runs,
    );
  });

  test("the order in which probes were looked at does not matter", () => {
    fc.assert(
      fc.property(
        lines.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, other]) => {
          expect(diagnose({ sights: other.map(sight), now })).toEqual(diagnose({ sights: all.map(sight), now }));
        },
      ),
      runs,
    );
  });

  test("what is sure leaves nothing else open, and what is left open is not ruled out", () => {
    fc.assert(
      fc.property(lines, (all) => {
        for (const { cause, confidence, alternatives, ruledOut, evidence } of diagnose({ sights: all.map(sight), now })) {
          expect(confidence === "high" ? alternatives : []).toEqual([]);
          expect(cause === "unknown" ? confidence : "low").toBe("low");
          expect(alternatives).not.toContain(cause);
          expect(ruledOut.map((one) => one.cause)).not.toContain(cause);
          for (const { cause: out } of ruledOut) expect(alternatives).not.toContain(out);
          expect(evidence.length).toBeGreaterThan(0);
        }
      }),
      runs,
    );
  });

  test("while our own way out or our resolver is ill, nobody else is blamed for sure", () => {
    const ours = new Set(["own-network", "own-port-blocked", "tls-intercepted", "own-resolver", "monitor-credential"]);
    fc.assert(
      fc.property(lines, fc.constantFrom("monitor/egress egress-down", "monitor/resolver resolver-silent"), (all, ill) => {
        const rest = all.filter((line) => !line.startsWith(ill.split(" ")[0] ?? ""));
        const sure = diagnose({ sights: [...rest, ill].map(sight), now }).filter(({ confidence }) => confidence === "high");
        expect(sure.map(({ cause }) => cause).filter((cause) => !ours.has(cause))).toEqual([]);
      }),
      runs,
    );
  });

  test("what only looks that know nothing have shown is sure of ourselves alone", () => {
    const unjudged = fc.array(
      fc.tuple(account, fc.constantFrom("no-route", "path-blocked", "name-unresolved", "login-held", "own-side", "check-failed")),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(unjudged, (all) => {
        const sights = [...new Map(all.map(([who, code]) => [who, `${who}@x.cn/imap-login mail.x.cn ${code}`])).values()].map(
          sight,
        );
        for (const { confidence } of diagnose({ sights, now })) expect(confidence).not.toBe("high");
      }),
      runs,
    );
  });

  test("a refusal that does not say why never makes a password wrong for sure", () => {
    fc.assert(
      fc.property(lines, (all) => {
        const ambiguous = all.filter((line) => line.includes("login-refused"));
        const blamed = diagnose({ sights: ambiguous.map(sight), now }).filter(({ cause }) => cause === "password-rejected");
        expect(blamed.filter(({ confidence }) => confidence === "high")).toEqual([]);
      }),
      runs,
    );
  });

  test("is told in both languages, with no place left open", () => {
    fc.assert(
      fc.property(lines, (all) => {
        for (const diagnosis of diagnose({
          sights: [...well, ...all.filter((line) => !line.startsWith("monitor/"))].map(sight),
          now,
        })) {
          for (const language of languages) {
            const said = sayDiagnosis(diagnosis, language, lookup);
            expect(said.title).not.toBe("");
            expect(`${said.title} ${said.actor} ${said.steps.join(" ")}`).not.toMatch(/[{}]/);
            expect(said.paragraph).toContain(said.title);
            expect(said.steps.length).toBeGreaterThan(0);
          }
        }
      }),
      runs,
    );
  });
});

test("every cause has a sentence that needs nothing to be known", () => {
  for (const cause of causes) expect(causeWording[cause].statements.at(-1)?.en).not.toMatch(/\{/);
  expect(new Set(causes.map((cause) => causeWording[cause].actor))).toEqual(new Set(actors));
  expect(lookUpFinding("imap-login", "login-refused")?.severity).toBe("warning");
});
